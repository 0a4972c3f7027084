//! E-mail addresses, by the rules of the recorded Django server, narrowed where mail would be unsafe.

/// The most characters an address may have (contracts/README.md; RFC 5321, 4.5.3.1.3).
pub const MAX_CHARACTERS: usize = 254;

/// The most characters of one domain label (RFC 1035, 2.3.4).
const MAX_LABEL: usize = 63;

/// A valid address: the spelling its owner typed, to which mail goes, and the one it is compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    shown: String,
    canonical: String,
}

/// The text is not an address that can be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEmailAddress;

impl EmailAddress {
    /// Reads an address: ASCII local part, a domain with a dot (in any script), `localhost` or an
    /// address literal (contract rest-auth.md, section 4).
    pub fn parse(text: &str) -> Result<Self, InvalidEmailAddress> {
        // Length first, so that nothing expensive ever runs over a long text.
        if text.chars().count() > MAX_CHARACTERS {
            return Err(InvalidEmailAddress);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmailAddress)?;
        if !(is_dot_atom(local) || is_plain_quoted_string(local)) {
            return Err(InvalidEmailAddress);
        }
        let domain = if domain.is_ascii() {
            domain.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii(domain).map_err(|_| InvalidEmailAddress)?
        };
        if !(is_domain_name(&domain) || is_address_literal(&domain)) {
            return Err(InvalidEmailAddress);
        }
        Ok(Self { shown: text.to_owned(), canonical: format!("{}@{domain}", local.to_ascii_lowercase()) })
    }

    /// The spelling to show and to send to.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The spelling by which addresses are compared and claimed.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Whether it is the same address, perhaps in another spelling.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }

    /// What stands before the `@`, in lower case.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.canonical.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

fn is_dot_atom(local: &str) -> bool {
    let is_atom_byte = |b: u8| b.is_ascii_alphanumeric() || b"-!#$%&'*+/=?^_`{}|~".contains(&b);
    local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte))
}

/// Quoted local parts pass only without blanks, escapes and the characters that separate addresses
/// in a mail header (security rule 1.3.11).
fn is_plain_quoted_string(local: &str) -> bool {
    local.len() > 2
        && local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).is_some_and(|inner| {
            inner.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\,;:<>()[]@".contains(&b))
        })
}

fn is_domain_name(domain: &str) -> bool {
    if domain == "localhost" {
        return true;
    }
    let Some((parents, last)) = domain.rsplit_once('.') else {
        return false;
    };
    let is_label_byte = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let is_parent = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len())
            && label.bytes().all(is_label_byte)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    parents.split('.').all(is_parent)
        && (2..=MAX_LABEL).contains(&last.len())
        && last.bytes().all(is_label_byte)
        && !last.ends_with('-')
}

fn is_address_literal(domain: &str) -> bool {
    domain
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|literal| literal.parse::<std::net::IpAddr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_django_takes() {
        for text in [
            "takeyourminds@qq.com",
            "a.b+c@x-y.example.museum",
            "A@B.CO",
            "x@localhost",
            "x@[127.0.0.1]",
            "x@[::1]",
            "x@1.23",
            "\"ab\"@example.com",
            "x@例子.公司",
        ] {
            assert!(EmailAddress::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_what_django_refuses() {
        for text in [
            "",
            "abc",
            "a@b",
            "a@b.c",
            ".a@b.co",
            "a..b@b.co",
            "a.@b.co",
            "a@b..co",
            "a@-b.co",
            "a@b-.co",
            "a@b.co.",
            "a@b_c.co",
            "a@127.0.0.1",
            "a@b@c.com",
            "a b@c.com",
            "a@b.co\n",
            "中@b.co",
            "a\0@b.com",
            "@b.co",
            "a@",
            "a@[300.1.1.1]",
            "\"a b\"@x.com",
            "\"a,b\"@x.com",
            "\"a\\\"b\"@x.com",
            "ſ@b.co",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(InvalidEmailAddress), "{text:?}");
        }
    }

    #[test]
    fn length_is_counted_over_the_whole_address() {
        let at_limit = format!("{}@example.com", "a".repeat(242));
        assert!(EmailAddress::parse(&at_limit).is_ok());
        assert!(EmailAddress::parse(&format!("a{at_limit}")).is_err());
    }

    #[test]
    fn compares_without_case_and_by_the_ascii_domain() {
        let typed = EmailAddress::parse("Zhang@BÜCHER.example").unwrap();
        assert_eq!(typed.as_str(), "Zhang@BÜCHER.example");
        assert_eq!(typed.canonical(), "zhang@xn--bcher-kva.example");
        assert_eq!(typed.local_part(), "zhang");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_stumble_and_what_it_takes_is_safe_to_mail_to(text in ".{0,300}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                proptest::prop_assert!(text.chars().count() <= MAX_CHARACTERS);
                proptest::prop_assert!(!text.contains([' ', ',', ';', '\r', '\n', '<', '>', '\0']), "{text:?}");
                let again = EmailAddress::parse(address.canonical()).expect("a canonical address is an address");
                proptest::prop_assert_eq!(again.canonical(), address.canonical());
            }
        }

        #[test]
        fn case_never_makes_two_addresses_of_one(local in "[a-z0-9.+_-]{1,20}", domain in "[a-z]{1,10}\\.[a-z]{2,5}") {
            let lower = format!("{local}@{domain}");
            let (lower, upper) = (EmailAddress::parse(&lower), EmailAddress::parse(&lower.to_uppercase()));
            proptest::prop_assert_eq!(
                lower.map(|address| address.canonical().to_owned()),
                upper.map(|address| address.canonical().to_owned())
            );
        }
    }
}
