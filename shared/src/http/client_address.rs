//! Where a request comes from: one configured source, never what a client says (trust rule 8).

use std::net::{IpAddr, SocketAddr};

use http::header::FORWARDED;
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use super::request::ClientAddress;
use crate::config::{Config, Front};

/// `CloudFront` writes the caller's port behind the address, that of IPv6 without brackets.
const CLOUDFRONT: HeaderName = HeaderName::from_static("cloudfront-viewer-address");

/// The headers by which proxies tell of a client: anybody could have sent them.
const CLAIMS: [HeaderName; 6] = [
    FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// The address of whoever sent the request, and takes away all that claims another: what the front tells,
/// where there is one and it proves itself, else what the host saw. `None` where neither tells any.
pub(super) fn resolve(parts: &mut Parts, config: &Config) -> Option<IpAddr> {
    let seen = parts.extensions.get::<ClientAddress>().map(|address| address.0.to_canonical());
    let front = config.front.as_ref();
    let told = front.filter(|front| front.vouches_for(&parts.headers));
    let address = told.map_or(seen, |front| told_by(front, &parts.headers, seen));
    if let Some(front) = front {
        front.strip(&mut parts.headers);
    }
    for name in CLAIMS {
        parts.headers.remove(name);
    }
    address
}

/// An address with a port or without, that of IPv6 in brackets or not.
#[must_use]
pub fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

/// The last hop of the header that the front does not itself stand for: the gateway may have added the
/// front's own address, which is the one it saw.
fn told_by(front: &Front, headers: &HeaderMap, seen: Option<IpAddr>) -> Option<IpAddr> {
    let values: Vec<&str> =
        headers.get_all(&front.address).iter().map(|value| value.to_str().ok()).collect::<Option<_>>()?;
    let hops: Vec<&str> = values.iter().flat_map(|value| value.split(',')).collect();
    let read = |hop: &str| match hop.rsplit_once(':') {
        Some((address, _)) if front.address == CLOUDFRONT => parse(address),
        Some(_) | None => parse(hop),
    };
    hops.iter().rev().map(|hop| read(hop)).find(|hop| hop.is_none() || *hop != seen).flatten()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn addresses_are_read_as_gateways_write_them() {
        for (text, address) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7:4711", "203.0.113.7"),
            (" 203.0.113.7 ", "203.0.113.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("[::ffff:203.0.113.7]:4711", "203.0.113.7"),
        ] {
            assert_eq!(parse(text), Some(address.parse().unwrap()), "{text}");
        }
        for text in ["", "unknown", "203.0.113", "203.0.113.7:x", "[2001:db8::1", "2001:db8::1]", "_hidden"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    /// What the address of a request is, where the gateway saw 192.0.2.10.
    fn resolved(setting: &str, headers: &[(&str, &str)]) -> Option<IpAddr> {
        let mut config = Config::local();
        config.front = Some(Front::parse(setting).unwrap());
        let request =
            headers.iter().fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(ClientAddress("192.0.2.10".parse().unwrap()));
        let address = resolve(&mut parts, &config);
        assert!(parts.headers.is_empty(), "{:?}", parts.headers);
        address
    }

    #[test]
    fn only_the_front_tells_another_address_than_the_gateway_saw() {
        const SECRET: (&str, &str) = ("x-front", "0123456789abcdef");
        let cloudfront = |headers: &[(&str, &str)]| {
            resolved("cloudfront-viewer-address,x-front=0123456789abcdef", headers)
        };
        let proxy = |headers: &[(&str, &str)]| resolved("x-forwarded-for,x-front=0123456789abcdef", headers);
        let ip = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        for (told, address) in [
            ("198.51.100.7:4711", "198.51.100.7"),
            ("2001:db8::1:4711", "2001:db8::1"),
            ("2001:0db8:85a3:0000:0000:8a2e:0370:7334:443", "2001:db8:85a3::8a2e:370:7334"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
        ] {
            assert_eq!(cloudfront(&[("cloudfront-viewer-address", told), SECRET]), ip(address), "{told}");
        }
        for (told, address) in [
            ("198.51.100.7", "198.51.100.7"),
            ("1.1.1.1, 198.51.100.7", "198.51.100.7"),
            ("1.1.1.1, 198.51.100.7, 192.0.2.10", "198.51.100.7"),
            ("unknown, 198.51.100.7", "198.51.100.7"),
        ] {
            assert_eq!(proxy(&[("x-forwarded-for", told), SECRET]), ip(address), "{told}");
        }
        let seen = ip("192.0.2.10");
        assert_eq!(proxy(&[("x-forwarded-for", "198.51.100.7")]), seen, "no secret");
        assert_eq!(proxy(&[("x-forwarded-for", "198.51.100.7"), ("x-front", "guessed")]), seen);
        assert_eq!(proxy(&[("x-real-ip", "198.51.100.7")]), seen);
        for told in ["", "unknown", "198.51.100.7, unknown", "192.0.2.10"] {
            assert_eq!(proxy(&[("x-forwarded-for", told), SECRET]), None, "{told}");
        }
        assert_eq!(proxy(&[SECRET]), None, "the front tells none");
    }
}
