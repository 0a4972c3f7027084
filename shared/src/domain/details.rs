//! What rest-auth's contract calls a user's detailed information.

use super::text::Text;

/// A company.
pub type Company = Text<100>;
/// A telephone number as typed: contact data, never an identifier.
pub type Tel = Text<20>;
/// A postal address.
pub type Address = Text<100>;

/// The details a user keeps beside the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Company.
    pub company: Company,
    /// Telephone number.
    pub tel: Tel,
    /// Postal address.
    pub address: Address,
}

/// The details a request wants to change; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DetailsChange {
    /// New company.
    pub company: Option<Company>,
    /// New telephone number.
    pub tel: Option<Tel>,
    /// New address.
    pub address: Option<Address>,
}

impl Details {
    /// These details with a change laid over them.
    #[must_use]
    pub fn with(&self, change: &DetailsChange) -> Self {
        Self {
            company: change.company.as_ref().unwrap_or(&self.company).clone(),
            tel: change.tel.as_ref().unwrap_or(&self.tel).clone(),
            address: change.address.as_ref().unwrap_or(&self.address).clone(),
        }
    }
}
