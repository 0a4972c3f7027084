//! Which channels recover an account: proof decides, not the last write (trust rule 2).

use jiff::Timestamp;

use super::account::Account;
use super::code::Destination;
use super::contact::FormerEmail;
use super::email_address::EmailAddress;
use super::phone_number::PhoneNumber;

impl Account {
    /// The addresses that were left and still count, the one that was left first in front.
    pub fn counting_formers(&self, now: Timestamp) -> impl Iterator<Item = &FormerEmail> {
        self.former_emails.iter().filter(move |former| now < former.until)
    }

    /// The address as the account has it, however it is spelled elsewhere: that spelling is mailed.
    #[must_use]
    pub fn own_spelling(&self, address: &EmailAddress, now: Timestamp) -> Option<&EmailAddress> {
        let formers = self.counting_formers(now).map(|former| &former.address);
        self.email.iter().chain(formers).find(|own| own.is_same(address))
    }

    /// Whether the address is one of the account's own channels, and proven.
    #[must_use]
    pub fn has_proven_email(&self, address: &EmailAddress, now: Timestamp) -> bool {
        let is_own = self.email_proven && self.email.as_ref().is_some_and(|own| own.is_same(address));
        let is_former = |former: &FormerEmail| former.is_proven && former.address.is_same(address);
        is_own || self.counting_formers(now).any(is_former)
    }

    /// Whether a code that was read at that address resets the password.
    ///
    /// While the account has a proven channel, only proven ones do. With nothing proven the present
    /// address does, or for a week after a change the one before; where there is power, none.
    #[must_use]
    pub fn is_recovered_by_email(&self, address: &EmailAddress, now: Timestamp) -> bool {
        let has_proven_channel = self.phone.is_some()
            || self.email_proven
            || self.counting_formers(now).any(|former| former.is_proven);
        if has_proven_channel {
            return self.has_proven_email(address, now);
        }
        let former = self.counting_formers(now).next().map(|former| &former.address);
        let recovering = former.or(self.email.as_ref()).filter(|_| !self.has_power());
        recovering.is_some_and(|recovering| recovering.is_same(address))
    }

    /// Whether a code that was read at that number resets the password. A number is an account's only
    /// once it is proven.
    #[must_use]
    pub fn is_recovered_by_phone(&self, phone: &PhoneNumber) -> bool {
        self.phone.as_ref() == Some(phone)
    }

    /// Where the owner is told of what happens to the account: by a proven channel, else at the address
    /// that was left last week, else at the present one.
    #[must_use]
    pub fn notice_channel(&self, now: Timestamp) -> Option<Destination<'_>> {
        let own = self.email.as_ref().filter(|_| self.email_proven);
        let proven = self.counting_formers(now).find(|former| former.is_proven);
        let proven = own.or(proven.map(|former| &former.address)).map(Destination::Email);
        let phone = self.phone.as_ref().map(Destination::Phone);
        let former = self.counting_formers(now).next().map(|former| &former.address);
        let unproven = former.or(self.email.as_ref()).map(Destination::Email);
        proven.or(phone).or(unproven)
    }

    /// Whether the account can do what others cannot: it is staff, superuser or administrator.
    #[must_use]
    pub fn has_power(&self) -> bool {
        self.may_use_console() || self.administers_charity()
    }
}
