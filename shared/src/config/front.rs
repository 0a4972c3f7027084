//! What stands between the people and the gateway, and tells who they are.

use std::fmt;

use http::{HeaderMap, HeaderName};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::environment::Environment;

/// The fewest characters of a front's secret: with that many, guessing is out of reach.
const SHORTEST_SECRET: usize = 16;

/// What `TALLY_CLIENT_ADDRESS` has to look like where it is set.
const FORM: &str = "HEADER,SECRET-HEADER=SECRET[,SECRET-HEADER=SECRET]";

/// A front (`CloudFront`, a reverse proxy, a rendering server), for all of whose callers the gateway sees one
/// address. It tells the caller's in a header, and proves by a secret that it is the front who says so.
#[derive(Clone)]
pub struct Front {
    /// The header with the caller's address.
    pub address: HeaderName,
    /// The headers that carry the secret, each with what it has to be; one that is right will do, so that a
    /// secret can be changed without a moment in which none is.
    secrets: Vec<(HeaderName, Zeroizing<String>)>,
}

impl Front {
    /// Reads `TALLY_CLIENT_ADDRESS`: unset or `gateway` for none.
    pub(super) fn read<L: Fn(&str) -> Option<String>>(environment: &mut Environment<L>) -> Option<Self> {
        let text = environment.text("TALLY_CLIENT_ADDRESS").filter(|text| text != "gateway")?;
        let front = Self::parse(&text);
        if front.is_none() {
            // What was written may hold the secret.
            let least = format!("the secret has at least {SHORTEST_SECRET} characters and no comma");
            environment.faults.push(format!("TALLY_CLIENT_ADDRESS is not gateway or {FORM}; {least}"));
        }
        front
    }

    /// Reads `HEADER,SECRET-HEADER=SECRET`, with one secret or several.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let header = |name: &str| name.trim().parse::<HeaderName>().ok();
        let mut parts = text.split(',');
        let address = header(parts.next()?)?;
        let secret = |part: &str| {
            let (name, secret) = part.split_once('=')?;
            let is_long_enough = secret.len() >= SHORTEST_SECRET;
            is_long_enough.then_some((header(name)?, Zeroizing::new(secret.to_owned())))
        };
        let secrets: Vec<_> = parts.map(secret).collect::<Option<_>>()?;
        (!secrets.is_empty()).then_some(Self { address, secrets })
    }

    /// Whether the front sent these headers.
    #[must_use]
    pub fn vouches_for(&self, headers: &HeaderMap) -> bool {
        let is_right = |(name, secret): &(HeaderName, Zeroizing<String>)| {
            let mut sent = headers.get_all(name).iter();
            sent.any(|value| bool::from(value.as_bytes().ct_eq(secret.as_bytes())))
        };
        self.secrets.iter().any(is_right)
    }

    /// Takes away what is between the front and this service alone.
    pub fn strip(&self, headers: &mut HeaderMap) {
        headers.remove(&self.address);
        for (name, _) in &self.secrets {
            headers.remove(name);
        }
    }
}

impl fmt::Debug for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Front({})", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_front_without_a_secret_is_none() {
        for text in [
            "x-forwarded-for",
            "x-forwarded-for,",
            "x-forwarded-for,x-front",
            "x-forwarded-for,x-front=",
            "x-forwarded-for,x-front=tooshort",
            "x-forwarded-for,x-front=0123456789abcdef,x-front=",
            ",x-front=0123456789abcdef",
            "x forwarded,x-front=0123456789abcdef",
        ] {
            assert!(Front::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn any_of_its_secrets_proves_the_front_and_none_is_shown() {
        let front =
            Front::parse("X-Forwarded-For, x-front=0123456789abcdef,x-front=fedcba9876543210").unwrap();
        assert_eq!(format!("{front:?}"), "Front(x-forwarded-for)");
        let vouches = |value: &str| {
            let headers: HeaderMap =
                [("x-front".parse().unwrap(), value.parse().unwrap())].into_iter().collect();
            front.vouches_for(&headers)
        };
        assert!(vouches("0123456789abcdef") && vouches("fedcba9876543210"));
        assert!(!vouches("0123456789abcdeg") && !vouches("") && !front.vouches_for(&HeaderMap::new()));
    }
}
