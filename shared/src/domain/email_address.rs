//! E-mail addresses: what a person may type, and the one spelling that is compared and mailed.

use std::net::Ipv4Addr;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// The most characters an address may have (docs/contracts/README.md; RFC 5321, 4.5.3.1.3), as it was typed
/// and as it is mailed.
pub const MAX_CHARACTERS: usize = 254;

/// The most characters of one domain label (RFC 1035, 2.3.4).
const MAX_LABEL: usize = 63;

/// What an encoded word begins with (RFC 2047): a mail program may show another address in its place.
const ENCODED_WORD: &str = "=?";

/// A valid address: the spelling its owner typed, the one that mail goes to, and the one it is compared by.
///
/// Another spelling of the same address is the same address (trust rule 9): of the domain there is one
/// spelling for mail and comparison, the ASCII one. The local part is mailed as it was typed, since
/// only its own server knows whether case matters there, and compared without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    shown: String,
    /// `None` for a stored address that would not be accepted today.
    mailbox: Option<String>,
    canonical: String,
}

/// The text is not an address that can be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEmailAddress;

impl EmailAddress {
    /// Reads an address: an ASCII local part, and a domain in any script that has a dot and an ASCII form.
    pub fn parse(text: &str) -> Result<Self, InvalidEmailAddress> {
        // Length first, so that nothing expensive ever runs over a long text.
        if text.chars().count() > MAX_CHARACTERS {
            return Err(InvalidEmailAddress);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmailAddress)?;
        if !(is_dot_atom(local) || is_plain_quoted_string(local)) || local.contains(ENCODED_WORD) {
            return Err(InvalidEmailAddress);
        }
        let domain = ascii_domain(domain).ok_or(InvalidEmailAddress)?;
        let mailbox = format!("{local}@{domain}");
        if mailbox.len() > MAX_CHARACTERS {
            return Err(InvalidEmailAddress);
        }
        let canonical = mailbox.to_ascii_lowercase();
        Ok(Self { shown: text.to_owned(), mailbox: Some(mailbox), canonical })
    }

    /// Wraps an address that was valid when it was stored. One that would not be taken today is shown
    /// and compared as ever, for its claim stands under that spelling, and gets no mail.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self::parse(&text).unwrap_or_else(|InvalidEmailAddress| Self {
            canonical: canonical_of_before(&text),
            mailbox: None,
            shown: text,
        })
    }

    /// The spelling to show: as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The spelling to mail to, in ASCII; none where nothing may be sent.
    #[must_use]
    pub fn mailbox(&self) -> Option<&str> {
        self.mailbox.as_deref()
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
/// in a mail header (security rule S7).
fn is_plain_quoted_string(local: &str) -> bool {
    local.len() > 2
        && local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).is_some_and(|inner| {
            inner.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\,;:<>()[]@".contains(&b))
        })
}

/// The one spelling of a domain (UTS 46, non-transitional), if it has one and is one that mail goes to
/// by name: no literal, no bare host, no unassigned character.
///
/// Two hyphens in the third and fourth place are allowed, because there are such hosts.
fn ascii_domain(typed: &str) -> Option<String> {
    let ascii = Uts46::new().to_ascii(
        typed.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    let ascii = ascii.ok()?;
    (is_domain_name(&ascii) && ascii.parse::<Ipv4Addr>().is_err()).then(|| ascii.into_owned())
}

fn is_domain_name(domain: &str) -> bool {
    let Some((parents, last)) = domain.rsplit_once('.') else {
        return false;
    };
    let is_label = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    parents.split('.').all(is_label) && is_label(last) && last.len() > 1
}

/// What an address was compared by while `localhost` and address literals were taken.
fn canonical_of_before(text: &str) -> String {
    let (local, domain) = text.rsplit_once('@').unwrap_or((text, ""));
    let domain = if domain.is_ascii() {
        domain.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned())
    };
    format!("{}@{domain}", local.to_ascii_lowercase())
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
            "x@1.23",
            "\"ab\"@example.com",
            "x@例子.公司",
            "a=b?c@example.com",
            "x@r3---sn.example.com",
            "x@XN--BCHER-KVA.example",
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
            "a@b.-co",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(InvalidEmailAddress), "{text:?}");
        }
    }

    #[test]
    fn refuses_what_has_no_mailbox_of_its_own() {
        let no_ascii = format!("a@{}.example", "\u{4e2d}".repeat(60));
        for text in [
            "a@localhost",
            "a@mailhost",
            "a@ｌｏｃａｌｈｏｓｔ",
            "a@[127.0.0.1]",
            "a@[::1]",
            "a@[IPv6:::1]",
            "a@127.0.0.10",
            "a@１２７。0.0.10",
            "=?utf-8?q?a=40evil.example=3e?=@example.com",
            "\"=?utf-8?q?a?=\"@example.com",
            "a@exa\u{2028}mple.com",
            "a@exa\u{378}mple.com",
            "a@exa\u{202e}mple.com",
            "a@xn--a.com",
            "a@xn--zzzzzzzzz.com",
            "a@exa＠mple.com",
            "a@exa／mple.com",
            "a@example.com。",
            &no_ascii,
        ] {
            assert_eq!(EmailAddress::parse(text), Err(InvalidEmailAddress), "{text:?}");
        }
        // 100 characters typed, more than an address may have in ASCII.
        let domain = ["\u{4e2d}\u{56fd}\u{4eba}"; 20].join(".");
        let long = format!("{}@{domain}.cn", "a".repeat(100));
        assert!(long.chars().count() <= MAX_CHARACTERS && EmailAddress::parse(&long).is_err());
    }

    #[test]
    fn every_spelling_is_one_address_and_mailed_by_the_ascii_domain() {
        for (typed, mailed) in [
            ("Li@bücher.example", "Li@xn--bcher-kva.example"),
            ("Li@BÜCHER.example", "Li@xn--bcher-kva.example"),
            ("Li@bu\u{308}cher.example", "Li@xn--bcher-kva.example"),
            ("Li@例子.example", "Li@xn--fsqu00a.example"),
            ("Li@example。com", "Li@example.com"),
            ("Li@ｅxample．com", "Li@example.com"),
            ("Li@faß.example", "Li@xn--fa-hia.example"),
            ("Li@EXAMPLE.com", "Li@example.com"),
        ] {
            let address = EmailAddress::parse(typed).unwrap();
            assert_eq!((address.as_str(), address.mailbox()), (typed, Some(mailed)));
            assert!(address.is_same(&EmailAddress::parse(mailed).unwrap()), "{typed}");
            assert!(address.is_same(&EmailAddress::parse(&mailed.to_uppercase()).unwrap()), "{typed}");
        }
    }

    #[test]
    fn what_was_stored_is_read_and_compared_as_before_and_mailed_only_where_it_may() {
        for (text, canonical) in [
            ("Root@LocalHost", "root@localhost"),
            ("x@[127.0.0.1]", "x@[127.0.0.1]"),
            ("=?A?=@Example.com", "=?a?=@example.com"),
        ] {
            let stored = EmailAddress::stored(text.to_owned());
            assert_eq!((stored.as_str(), stored.canonical()), (text, canonical));
            assert_eq!(stored.mailbox(), None);
        }
        let stored = EmailAddress::stored("Li@faß.example".to_owned());
        assert_eq!(stored, EmailAddress::parse("Li@faß.example").unwrap());
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

    /// The characters that people type one character of a domain with.
    fn spelled(text: &str, ways: &[u8]) -> String {
        let spell = |(at, c): (usize, char)| match (ways[at % ways.len()] % 4, c) {
            (1, _) => c.to_ascii_uppercase(),
            (2, '.') => '\u{3002}',
            (3, '.') => '\u{ff61}',
            // The full-width forms stand in the order of ASCII.
            (2 | 3, '!'..='~') => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
            (_, _) => c,
        };
        text.chars().enumerate().map(spell).collect()
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_stumble_and_what_it_takes_is_safe_to_mail_to(
            text in "(.{0,300}|[\"=?a-z.]{1,9}@(\\PC{1,9}\\.)?\\PC{1,9}\\.[a-z]{2,3})"
        ) {
            // Read back from the table, any text is compared and shown.
            let stored = EmailAddress::stored(text.clone());
            proptest::prop_assert_eq!(stored.as_str(), &text);
            proptest::prop_assert_eq!(stored.mailbox().is_some(), EmailAddress::parse(&text).is_ok());
            if let Ok(address) = EmailAddress::parse(&text) {
                let mailbox = address.mailbox().expect("what is taken can be mailed to");
                proptest::prop_assert!(text.chars().count() <= MAX_CHARACTERS);
                proptest::prop_assert!(mailbox.len() <= MAX_CHARACTERS);
                proptest::prop_assert!(mailbox.bytes().all(|b| b.is_ascii_graphic()), "{mailbox:?}");
                proptest::prop_assert!(!mailbox.contains([',', ';', '<', '>', '[', ']']), "{mailbox:?}");
                proptest::prop_assert!(!mailbox.contains("=?"), "{mailbox:?}");
                proptest::prop_assert_eq!(mailbox.matches('@').count(), 1);
                let again = EmailAddress::parse(address.canonical()).expect("a canonical address is an address");
                proptest::prop_assert_eq!(again.canonical(), address.canonical());
                let again = EmailAddress::parse(mailbox).expect("a mailbox is an address");
                proptest::prop_assert_eq!(again.mailbox(), Some(mailbox));
                // Earlier claims are stored under this spelling.
                proptest::prop_assert_eq!(address.canonical(), canonical_of_before(&text));
            }
        }

        #[test]
        fn every_spelling_of_an_address_is_one_address(
            local in "[a-z0-9.+_-]{1,20}",
            domain in "[a-z0-9]{1,10}(\\.[a-zäöüß例子中]{1,5}){0,2}\\.[a-z]{2,5}",
            ways in proptest::collection::vec(0_u8..4, 1..20),
        ) {
            let plain = EmailAddress::parse(&format!("{local}@{domain}"));
            let other = EmailAddress::parse(&format!("{}@{}", local.to_uppercase(), spelled(&domain, &ways)));
            proptest::prop_assert_eq!(
                plain.as_ref().map(EmailAddress::canonical),
                other.as_ref().map(EmailAddress::canonical)
            );
            if let (Ok(plain), Ok(other)) = (plain, other) {
                let domain = |address: &EmailAddress| {
                    address.mailbox().and_then(|mailbox| mailbox.rsplit_once('@')).map(|(_, domain)| domain.to_owned())
                };
                proptest::prop_assert_eq!(domain(&plain), domain(&other));
                proptest::prop_assert!(other.mailbox().is_some_and(|mailbox| mailbox.starts_with(&local.to_uppercase())));
            }
        }
    }
}
