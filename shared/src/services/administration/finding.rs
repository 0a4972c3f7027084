//! Finding the account that an operator means, and telling whether there is any doubt about it.

use futures_util::future::{try_join, try_join3};

use crate::app::Basics;
use crate::domain::account::Account;
use crate::domain::account_number::AccountNumber;
use crate::domain::email_address::EmailAddress;
use crate::domain::phone_number::{CallingCodes, PhoneNumber};
use crate::store::key::Identifier;
use crate::store::{Claim, StoreError};

/// An account, and what it was found by.
#[derive(Clone, Debug)]
pub struct Found {
    /// The account.
    pub account: Account,
    /// What it was found by.
    pub by: FoundBy,
    /// The address that was typed, where nobody has proven it: anybody may have registered it, so the
    /// account may be somebody else's than the operator thinks.
    pub unproven: Option<EmailAddress>,
}

/// What a text that names a user turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// A username.
    Username,
    /// An e-mail address.
    Email,
    /// A mobile number.
    Phone,
    /// An account number.
    Number,
}

/// Why a text names no user.
#[derive(Debug, thiserror::Error)]
pub enum NotFound {
    /// There is none.
    #[error("there is no such user")]
    Nobody,
    /// It is something of one account, and something else of another.
    #[error("the name matches more than one account: {0:?}")]
    Ambiguous(Vec<(FoundBy, AccountNumber)>),
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Finds the account that an operator means, looking at all kinds of identifiers at once: what leads to
/// two accounts leads to none (trust rule 4). `#51923482` is a number and nothing else.
pub async fn find(on: &Basics, typed: &str) -> Result<Found, NotFound> {
    if let Some(number) = typed.strip_prefix('#').and_then(AccountNumber::parse) {
        let account = on.store.find_account(number).await?.ok_or(NotFound::Nobody)?;
        return Ok(Found { account, by: FoundBy::Number, unproven: None });
    }
    // One of before that would not be taken today has its claim all the same.
    let email = typed.contains('@').then(|| EmailAddress::stored(typed.to_owned()));
    let email = email.as_ref().map(Identifier::email);
    let phone = PhoneNumber::parse(typed, &CallingCodes::every()).ok();
    let phone = phone.map(|phone| Identifier::phone(&phone));
    let username = Identifier::typed_username(typed);
    let claims =
        try_join3(claim_on(on, Some(&username)), claim_on(on, email.as_ref()), claim_on(on, phone.as_ref()));
    let (claims, by_number) = Box::pin(try_join(claims, numbered(on, typed))).await?;
    let (by_username, by_email, by_phone) = claims;
    let holder = |claim: Option<Claim>| claim.map(|claim| claim.account);
    let ways = [
        (FoundBy::Username, holder(by_username)),
        (FoundBy::Email, holder(by_email)),
        (FoundBy::Phone, holder(by_phone)),
        (FoundBy::Number, by_number.as_ref().map(|account| account.number)),
    ];
    let ways: Vec<(FoundBy, AccountNumber)> =
        ways.into_iter().filter_map(|(by, number)| Some((by, number?))).collect();
    let &(by, number) = ways.first().ok_or(NotFound::Nobody)?;
    if ways.iter().any(|(_, other)| *other != number) {
        return Err(NotFound::Ambiguous(ways));
    }
    let account = match by_number {
        Some(account) => account,
        None => on.store.find_account(number).await?.ok_or(NotFound::Nobody)?,
    };
    let is_in_doubt = by_email.is_some_and(|claim| !claim.is_proven);
    let unproven = account.email.clone().filter(|_| is_in_doubt);
    Ok(Found { account, by, unproven })
}

/// The claim on the identifier, if it is in use.
async fn claim_on(on: &Basics, identifier: Option<&Identifier>) -> Result<Option<Claim>, StoreError> {
    let Some(identifier) = identifier else {
        return Ok(None);
    };
    let claim = on.store.claim_on(identifier, on.clock.now()).await?;
    Ok(claim.filter(|claim| !claim.is_former))
}

async fn numbered(on: &Basics, typed: &str) -> Result<Option<Account>, StoreError> {
    match AccountNumber::parse(typed) {
        Some(number) => on.store.find_account(number).await,
        None => Ok(None),
    }
}
