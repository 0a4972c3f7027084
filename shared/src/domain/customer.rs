//! What company's contract keeps of a company's customer beside the account.

use super::text::Text;

/// The most lines of business.
pub const MOST_LINES_OF_BUSINESS: usize = 20;

/// A person's real name.
pub type RealName = Text<50>;
/// A person's QQ number.
pub type Qq = Text<20>;
/// A company's name.
pub type CompanyName = Text<100>;
/// A company's home page.
pub type CompanyUrl = Text<200>;
/// A line of business that a company chose.
pub type LineOfBusiness = Text<50>;

/// A customer's own and the company's data. Everything is contact data: nothing of it is unique, and
/// nothing of it lets anybody in. Empty until set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Customer {
    /// The person's real name.
    pub realname: RealName,
    /// The person's QQ number.
    pub qq: Qq,
    /// The company's name.
    pub company_name: CompanyName,
    /// The company's home page, http or https.
    pub company_url: CompanyUrl,
    /// The lines of business it chose, at most [`MOST_LINES_OF_BUSINESS`].
    pub select_fields: Vec<LineOfBusiness>,
    /// Where parcels go.
    pub receiving: ReceivingAddress,
}

/// Where parcels go, and who takes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceivingAddress {
    /// Province.
    pub province: Text<50>,
    /// City.
    pub city: Text<50>,
    /// District or county.
    pub area: Text<50>,
    /// Street and number.
    pub street: Text<200>,
    /// Who takes the parcel.
    pub recv_name: Text<50>,
    /// Their telephone number as typed.
    pub recv_phone: Text<30>,
}

/// A part of the data that is changed at once; `None` leaves a field as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomerChange {
    /// The person.
    Person {
        /// New real name.
        realname: RealName,
        /// New QQ number.
        qq: Option<Qq>,
    },
    /// The company.
    Firm {
        /// New name.
        company_name: CompanyName,
        /// New home page.
        company_url: Option<CompanyUrl>,
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
