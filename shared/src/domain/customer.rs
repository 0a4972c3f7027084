//! What company's contract keeps of a company's customer beside the account.

/// A customer's own and the company's data. Everything is contact data: nothing of it is unique, and
/// nothing of it lets anybody in. Empty until set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Customer {
    /// The person's real name.
    pub realname: String,
    /// The person's QQ number.
    pub qq: String,
    /// The company's name.
    pub company_name: String,
    /// The company's home page, http or https.
    pub company_url: String,
    /// The lines of business it chose.
    pub select_fields: Vec<String>,
    /// Where parcels go.
    pub receiving: ReceivingAddress,
}

/// Where parcels go, and who takes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceivingAddress {
    /// Province.
    pub province: String,
    /// City.
    pub city: String,
    /// District or county.
    pub area: String,
    /// Street and number.
    pub street: String,
    /// Who takes the parcel.
    pub recv_name: String,
    /// Their telephone number as typed.
    pub recv_phone: String,
}

/// A part of the data that is changed at once; `None` leaves a field as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomerChange {
    /// The person.
    Person {
        /// New real name.
        realname: String,
        /// New QQ number.
        qq: Option<String>,
    },
    /// The company.
    Firm {
        /// New name.
        company_name: String,
        /// New home page.
        company_url: Option<String>,
    },
    /// The address for parcels, all of it.
    Receiving(ReceivingAddress),
}

/// Whether a home page may be shown as a link: http or https and a host, so that nothing that a page
/// would run can stand there (security rule S6).
#[must_use]
pub fn is_home_page(url: &str) -> bool {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    is_web && !host.is_empty() && !url.contains(|c: char| c.is_whitespace() || "\"'<>\\`@".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_pages_are_on_the_web() {
        for url in ["http://a.example", "HTTPS://公司.cn/关于?x=1#y", "https://a.example:8443/"] {
            assert!(is_home_page(url), "{url}");
        }
        for url in [
            "",
            "a.example",
            "//a.example",
            "javascript:alert(1)",
            "javascript://a.example/%0aalert(1)",
            "data:text/html,x",
            "ftp://a.example",
            "http://",
            "http:///x",
            "https://a.example/\"><script>",
            "https://good.example@evil.example/",
            " https://a.example",
        ] {
            assert!(!is_home_page(url), "{url}");
        }
    }
}
