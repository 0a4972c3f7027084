//! What rest-auth's contract calls a user's detailed information.

/// The details a user keeps beside the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Company, at most 100 characters.
    pub company: String,
    /// Telephone number as typed, at most 20 characters: contact data, never an identifier.
    pub tel: String,
    /// Postal address, at most 100 characters.
    pub address: String,
}

/// The details a request wants to change; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DetailsChange {
    /// New company.
    pub company: Option<String>,
    /// New telephone number.
    pub tel: Option<String>,
    /// New address.
    pub address: Option<String>,
}

impl Details {
    /// These details with a change laid over them.
    #[must_use]
    pub fn with(&self, change: &DetailsChange) -> Self {
        let pick = |new: &Option<String>, old: &String| new.as_ref().unwrap_or(old).clone();
        Self {
            company: pick(&change.company, &self.company),
            tel: pick(&change.tel, &self.tel),
            address: pick(&change.address, &self.address),
        }
    }
}
