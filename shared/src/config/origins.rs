//! Origins, in the one spelling that browsers send.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::environment::Environment;

/// What an origin has to look like, for people who got it wrong.
pub const ORIGIN_FORMS: &str =
    "https://host[:port], http://localhost[:port] or an app's, such as capacitor://localhost";

/// The schemes of pages that lie inside an app or an extension. Nobody on the network can send one.
const APP_SCHEMES: [&str; 6] =
    ["capacitor", "chrome-extension", "ionic", "moz-extension", "safari-web-extension", "tauri"];

/// The origin as browsers write it (RFC 6454, 6.2): the host in ASCII and lower case, the port only where it
/// is not the scheme's own; `None` where the text is no origin.
#[must_use]
pub fn origin(text: &str) -> Option<String> {
    let (scheme, authority) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => Some(443),
        "http" => Some(80),
        app if APP_SCHEMES.contains(&app) => None,
        _ => return None,
    };
    let (typed, port) = split_port(authority)?;
    let host = host(typed)?;
    Some(match port.filter(|port| Some(*port) != default_port) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

/// An origin whose pages may be trusted, as browsers write it: one that nobody on the way can pretend to be,
/// so of clear http only this computer's own (trust rule 5).
#[must_use]
pub fn trusted_origin(text: &str) -> Option<String> {
    origin(text).filter(|origin| !origin.starts_with("http://") || is_of_this_computer(origin))
}

/// Whether an http(s) origin is one of the computer that asks for it.
fn is_of_this_computer(origin: &str) -> bool {
    let Some((host, _)) = origin.split_once("://").and_then(|(_, authority)| split_port(authority)) else {
        return false;
    };
    let is_loopback = host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback());
    is_loopback || host == "[::1]" || host == "localhost" || host.ends_with(".localhost")
}

/// The origins of `TALLY_TRUSTED_ORIGINS`, a comma list.
pub(super) fn trusted_origins<L: Fn(&str) -> Option<String>>(
    environment: &mut Environment<L>,
) -> Vec<String> {
    let list = environment.text("TALLY_TRUSTED_ORIGINS").unwrap_or_default();
    let mut origins = Vec::new();
    for typed in list.split(',').map(str::trim).filter(|typed| !typed.is_empty()) {
        match trusted_origin(typed) {
            Some(origin) => origins.push(origin),
            None => {
                environment.faults.push(format!("TALLY_TRUSTED_ORIGINS holds {typed:?}, not {ORIGIN_FORMS}"));
            }
        }
    }
    origins
}

/// Host and port; an address of IPv6 keeps its brackets.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let end_of_host = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[end_of_host..].find(':') {
        None => Some((authority, None)),
        Some(at) => {
            let (host, port) = authority.split_at(end_of_host + at);
            let port = &port[1..];
            let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
            let port = port.parse().ok().filter(|port| is_number && *port != 0)?;
            Some((host, Some(port)))
        }
    }
}

fn host(typed: &str) -> Option<String> {
    if let Some(inner) = typed.strip_prefix('[') {
        let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let ascii = idna::domain_to_ascii(typed).ok()?;
    let is_label = |label: &str| {
        let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.bytes().all(is_inside)
    };
    ascii.split('.').all(is_label).then_some(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_kept_as_browsers_send_it() {
        for (typed, sent) in [
            ("https://www.example.com", "https://www.example.com"),
            ("HTTPS://WWW.Example.COM:443", "https://www.example.com"),
            ("https://www.example.com:8443", "https://www.example.com:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://虎符.例子", "https://xn--dwzl2u.xn--fsqu00a"),
            ("https://[2001:DB8:0::1]:8443", "https://[2001:db8::1]:8443"),
            ("http://localhost:80", "http://localhost"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("http://app.localhost:5173", "http://app.localhost:5173"),
            ("http://127.0.0.1:5173", "http://127.0.0.1:5173"),
            ("http://[::1]:5173", "http://[::1]:5173"),
            ("https://localhost", "https://localhost"),
            ("capacitor://localhost", "capacitor://localhost"),
            ("ionic://localhost", "ionic://localhost"),
            ("tauri://localhost", "tauri://localhost"),
            (
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            ),
            (
                "moz-extension://0af2c1b8-5a5c-4b45-9f0a-94b9c4e9f3f1",
                "moz-extension://0af2c1b8-5a5c-4b45-9f0a-94b9c4e9f3f1",
            ),
        ] {
            assert_eq!(trusted_origin(typed).as_deref(), Some(sent), "{typed}");
        }
    }

    #[test]
    fn what_anybody_could_pretend_to_be_is_not_trusted() {
        for typed in [
            "",
            "*",
            "null",
            "example.com",
            "https://",
            "https://*.example.com",
            "https://www.example.com/",
            "https://www.example.com/path",
            "https://user@www.example.com",
            "https://www.example.com:",
            "https://www.example.com:0",
            "https://www.example.com:+443",
            "https://www.example.com:65536",
            "https://www..example.com",
            "https://www.example.com https://b.example",
            "https://[::1",
            "http://shop.example",
            "http://localhost.shop.example",
            "http://128.0.0.1",
            "javascript://localhost",
            "file://localhost",
            "data://localhost",
            "ftp://example.com",
        ] {
            assert_eq!(trusted_origin(typed), None, "{typed}");
        }
    }
}
