//! Cookies in and out.

use std::time::Duration;

use http::{HeaderValue, header};
use jiff::Timestamp;

use super::request::Request;

/// How long Django keeps the `csrftoken` cookie: 52 weeks.
pub const CSRF_TOKEN_LASTS: Duration = Duration::from_hours(52 * 7 * 24);

/// How long a device keeps its mark: the longest that browsers allow, 400 days.
pub const DEVICE_LASTS: Duration = Duration::from_hours(400 * 24);

/// What a cookie is for; decides its name and its protection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The session: no script may read it.
    Session,
    /// The CSRF token: the page's script has to read it.
    CsrfToken,
    /// The device's mark: no script may read it, and no logout deletes it.
    Device,
}

impl Cookie {
    /// Its name. Deployed, the session's and the device's have the prefix by which browsers bind them to
    /// this very host: a mark that a neighbour could plant would make a known place of the neighbour's.
    #[must_use]
    pub const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-sessionid",
            (Self::Session, false) => "sessionid",
            (Self::Device, true) => "__Host-dev",
            (Self::Device, false) => "dev",
            (Self::CsrfToken, _) => "csrftoken",
        }
    }

    /// The header that sets it for so long.
    ///
    /// # Panics
    /// When the value is not made of visible ASCII, which ours always is.
    #[must_use]
    pub fn set(self, secure: bool, value: &str, now: Timestamp, lasts: Duration) -> HeaderValue {
        let expires = now.saturating_add(lasts).expect("a duration without a sign is in range");
        let attributes = format!("expires={}; Max-Age={}", http_date(expires), lasts.as_secs());
        self.header(secure, value, &attributes)
    }

    /// The header that makes the browser forget it.
    #[must_use]
    pub fn delete(self, secure: bool) -> HeaderValue {
        self.header(secure, "\"\"", "expires=Thu, 01-Jan-1970 00:00:00 GMT; Max-Age=0")
    }

    fn header(self, secure: bool, value: &str, attributes: &str) -> HeaderValue {
        let name = self.name(secure);
        let secrecy = match self {
            Self::Session | Self::Device => "; HttpOnly",
            Self::CsrfToken => "",
        };
        let transport = if secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; {attributes}{secrecy}; Path=/; SameSite=Lax{transport}");
        HeaderValue::from_str(&text).expect("cookie values are made of visible ASCII")
    }
}

/// The values of the cookies of that name, over all `Cookie` headers.
///
/// A browser sends all cookies in one header, those of neighbours too, and a neighbour's may hold any bytes:
/// what is not ASCII is passed over, and all around it is read. There may be several of one name, of other
/// paths or of the domain; whoever asks knows its own.
pub(super) fn values<'a>(request: &'a Request, name: &'static str) -> impl Iterator<Item = &'a str> {
    let headers = request.headers.get_all(header::COOKIE).iter();
    headers.flat_map(|header| header.as_bytes().split(|byte| *byte == b';')).filter_map(move |pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let (key, value) = (pair[..at].trim_ascii(), pair[at + 1..].trim_ascii());
        let value = str::from_utf8(value).ok().filter(|value| value.is_ascii() && key == name.as_bytes())?;
        let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        Some(quoted.unwrap_or(value)).filter(|value| !value.is_empty())
    })
}

fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d-%b-%Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_have_the_documented_attributes() {
        let now: Timestamp = "2017-07-06T05:11:24Z".parse().unwrap();
        let fortnight = Duration::from_hours(14 * 24);
        assert_eq!(
            Cookie::Session.set(false, "abc", now, fortnight),
            "sessionid=abc; expires=Thu, 20-Jul-2017 05:11:24 GMT; Max-Age=1209600; HttpOnly; Path=/; SameSite=Lax"
        );
        let deployed = Cookie::Session.set(true, "abc", now, fortnight);
        let deployed = deployed.to_str().unwrap();
        assert!(deployed.starts_with("__Host-sessionid=abc;") && deployed.ends_with("; Secure"));
        let device = Cookie::Device.set(true, "abc", now, DEVICE_LASTS);
        assert_eq!(
            device,
            "__Host-dev=abc; expires=Fri, 10-Aug-2018 05:11:24 GMT; Max-Age=34560000; HttpOnly; Path=/; \
             SameSite=Lax; Secure"
        );
        assert!(!Cookie::CsrfToken.set(true, "abc", now, fortnight).to_str().unwrap().contains("HttpOnly"));
        assert!(
            Cookie::Session
                .delete(false)
                .to_str()
                .unwrap()
                .contains("sessionid=\"\"; expires=Thu, 01-Jan-1970")
        );
    }
}
