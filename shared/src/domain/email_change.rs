//! What becomes of an account's addresses when one is changed, bound or recovered by (trust rules 2, 3).
//!
//! Each of the three ways says what the account has afterwards; which claims are taken, kept for a
//! while and given up follows from the difference.

use jiff::Timestamp;

use super::account::Account;
use super::contact::{FORMER_EMAIL_COUNTS, FormerEmail, WITHOUT_END};
use super::email_address::EmailAddress;

/// The most addresses that were left and still count. Those that were left first stay, so that nobody
/// is pushed out by changing the address many times.
pub const MOST_FORMERS: usize = 4;

/// The addresses of an account after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailChange {
    /// The present one.
    pub email: EmailAddress,
    /// Whether it is proven.
    pub is_proven: bool,
    /// Those that were left and still count.
    pub formers: Vec<FormerEmail>,
}

impl EmailChange {
    /// The account as it is after the change.
    #[must_use]
    pub fn applied_to(&self, account: &Account) -> Account {
        Account {
            email: Some(self.email.clone()),
            email_proven: self.is_proven,
            former_emails: self.formers.clone(),
            ..account.clone()
        }
    }
}

/// Somebody who is signed in types another address, and proves nothing.
///
/// A proven address that is left goes on recovering the account, without end; an unproven one for a
/// week, unless another is doing so. Who goes back to an address gets what it was.
#[must_use]
pub fn by_hand(account: &Account, to: &EmailAddress, now: Timestamp) -> EmailChange {
    let had_formers = account.counting_formers(now).next().is_some();
    let (back, mut formers): (Vec<_>, Vec<_>) =
        account.counting_formers(now).cloned().partition(|former| former.address.is_same(to));
    let back = back.into_iter().next();
    let is_proven = back.as_ref().is_some_and(|back| back.is_proven);
    if let Some(left) = &account.email {
        match (account.email_proven, is_proven) {
            (true, true) => keep(&mut formers, left, week_after(now), true),
            (true, false) => {
                // What recovers the account from now on has its place in any case.
                formers.truncate(MOST_FORMERS - 1);
                keep(&mut formers, left, WITHOUT_END, true);
            }
            (false, _) if !had_formers => keep(&mut formers, left, week_after(now), false),
            // Nobody has proven it, and another address is in its place: it is anybody's.
            (false, _) => {}
        }
    }
    if is_proven {
        formers = formers.into_iter().map(|former| ending(former, now)).collect();
    }
    EmailChange { email: back.map_or_else(|| to.clone(), |back| back.address), is_proven, formers }
}

/// Somebody who is signed in, and knows the password, shows the code that was mailed to the address.
///
/// A proven address that is left counts for a week more, and so does one that counted without end
/// until there would be a proven one.
#[must_use]
pub fn by_code(account: &Account, to: &EmailAddress, now: Timestamp) -> EmailChange {
    let others = account.counting_formers(now).filter(|former| !former.address.is_same(to)).cloned();
    let mut formers: Vec<FormerEmail> = others.map(|former| ending(former, now)).collect();
    let left = account.email.as_ref().filter(|own| account.email_proven && !own.is_same(to));
    if let Some(left) = left {
        keep(&mut formers, left, week_after(now), true);
    }
    EmailChange { email: to.clone(), is_proven: true, formers }
}

/// Somebody who is not signed in shows the code that resets the password and was mailed to the address.
/// `None` where that proves nothing new.
///
/// All that was attached before and not proven ends: the other addresses are given up.
#[must_use]
pub fn by_reset(account: &Account, read_at: &EmailAddress, now: Timestamp) -> Option<EmailChange> {
    if account.has_proven_email(read_at, now) {
        return None;
    }
    let formers = account.counting_formers(now).map(|former| &former.address);
    let email = account.email.iter().chain(formers).find(|own| own.is_same(read_at))?;
    Some(EmailChange { email: email.clone(), is_proven: true, formers: Vec::new() })
}

/// An operator gives the address and vouches for it: it is the only one.
#[must_use]
pub fn by_operator(to: &EmailAddress) -> EmailChange {
    EmailChange { email: to.clone(), is_proven: true, formers: Vec::new() }
}

/// What an account has when another one has proven an address that it claimed.
#[must_use]
pub fn formers_without(account: &Account, lost: &EmailAddress) -> Vec<FormerEmail> {
    account.former_emails.iter().filter(|former| !former.address.is_same(lost)).cloned().collect()
}

fn keep(formers: &mut Vec<FormerEmail>, address: &EmailAddress, until: Timestamp, is_proven: bool) {
    if formers.len() < MOST_FORMERS {
        formers.push(FormerEmail { address: address.clone(), until, is_proven });
    }
}

/// A former address beside a proven one: what counted without end does for a week more.
fn ending(former: FormerEmail, now: Timestamp) -> FormerEmail {
    if former.until < WITHOUT_END { former } else { FormerEmail { until: week_after(now), ..former } }
}

/// The end of a week that begins now. A claim's end is kept in whole seconds: rounded up, so that both
/// end together and not too early.
fn week_after(now: Timestamp) -> Timestamp {
    let until = now.saturating_add(FORMER_EMAIL_COUNTS).expect("a duration without a sign is in range");
    Timestamp::from_second(until.as_second() + 1).expect("a second later is in range")
}
