//! What operators and administrators do about other people's accounts.

use crate::app::Basics;
use crate::domain::account::{Account, Group, Standing};
use crate::domain::account_number::AccountNumber;
use crate::domain::administration::{Decision, GroupName, Order, decide};
use crate::domain::email_address::EmailAddress;
use crate::domain::password::Password;
use crate::domain::username::Username;
use crate::services::hashing::Hasher;
use crate::services::registration::{self, Registered, Taken};
use crate::store::key::Identifier;
use crate::store::{Administered, StoreError, Write};

/// How often a write is tried again after another one changed the account first.
const ROUNDS: usize = 8;

/// An account, and what it was found by.
#[derive(Clone, Debug)]
pub struct Found {
    /// The account.
    pub account: Account,
    /// What it was found by.
    pub by: FoundBy,
}

/// What a text that names a user turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// A username.
    Username,
    /// An e-mail address.
    Email,
    /// An account number.
    Number,
}

/// Why a text names no user.
#[derive(Debug, thiserror::Error)]
pub enum NotFound {
    /// There is none.
    #[error("there is no such user")]
    Nobody,
    /// It is one person's username and another one's e-mail address.
    #[error("the name is the username of {username} and the e-mail address of {email}")]
    Ambiguous {
        /// Whose username it is.
        username: AccountNumber,
        /// Whose e-mail address it is.
        email: AccountNumber,
    },
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// What came of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obeyed {
    /// It is done, and with it so many living sessions ended.
    Done {
        /// How many.
        sessions: usize,
    },
    /// It was so already.
    AlreadySo,
}

/// Why an order is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum OrderRefusal {
    /// There is no such account, or it is gone.
    #[error("there is no such account")]
    Gone,
    /// It would leave the pool without a superuser who can come in.
    #[error("this is the last superuser")]
    LastSuperuser,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// A superuser to be; every part is valid by itself, and the password judged.
#[derive(Debug)]
pub struct NewSuperuser {
    /// The name wanted.
    pub username: Username,
    /// The address wanted, if one was given.
    pub email: Option<EmailAddress>,
    /// The password wanted.
    pub password: Password,
}

/// Finds the account that an operator means: by username, else by e-mail address, else by number.
/// `#51923482` is a number at once.
pub async fn find(on: &Basics, typed: &str) -> Result<Found, NotFound> {
    if let Some(number) = typed.strip_prefix('#').and_then(AccountNumber::parse) {
        return load(on, number, FoundBy::Number).await;
    }
    let email = EmailAddress::parse(typed).ok();
    let by_email = async {
        match &email {
            Some(email) => holder(on, &Identifier::email(email)).await,
            None => Ok(None),
        }
    };
    let username = Identifier::typed_username(typed);
    match futures_util::future::try_join(holder(on, &username), by_email).await? {
        (Some(username), Some(email)) if username != email => Err(NotFound::Ambiguous { username, email }),
        (Some(number), _) => load(on, number, FoundBy::Username).await,
        (None, Some(number)) => load(on, number, FoundBy::Email).await,
        (None, None) => match AccountNumber::parse(typed) {
            Some(number) => load(on, number, FoundBy::Number).await,
            None => Err(NotFound::Nobody),
        },
    }
}

/// Carries out an order. A change of role or standing ends every session and the shared key with the
/// same write.
pub async fn obey(on: &Basics, number: AccountNumber, order: Order) -> Result<Obeyed, OrderRefusal> {
    for _ in 0..ROUNDS {
        let account = on.store.find_account(number).await?.ok_or(OrderRefusal::Gone)?;
        let ruling = match decide(&account, order) {
            Decision::Rule(ruling) => ruling,
            Decision::AlreadySo => return Ok(Obeyed::AlreadySo),
            Decision::Deleted => return Err(OrderRefusal::Gone),
        };
        match on.store.administer(&account, &ruling, &on.entropy.mark()).await? {
            Administered::Applied => return Ok(Obeyed::Done { sessions: living_sessions(on, &account) }),
            Administered::LastSuperuser => return Err(OrderRefusal::LastSuperuser),
            Administered::Refused => {}
        }
    }
    Err(kept_changing())
}

/// Puts an account into a group; the answer is the group, and whether the account was outside it.
pub async fn join(
    on: &Basics,
    number: AccountNumber,
    name: &GroupName,
) -> Result<(Group, bool), OrderRefusal> {
    let group = on.store.group(name).await?;
    let was_outside = regroup(on, number, |groups| {
        let is_outside = !groups.iter().any(|own| own.id == group.id);
        if is_outside {
            groups.push(group.clone());
        }
        is_outside
    });
    Ok((group.clone(), was_outside.await?))
}

/// Takes an account out of a group; the answer is whether it was in it.
pub async fn leave(on: &Basics, number: AccountNumber, name: &GroupName) -> Result<bool, OrderRefusal> {
    regroup(on, number, |groups| {
        let before = groups.len();
        groups.retain(|own| own.name != name.as_str());
        groups.len() < before
    })
    .await
}

/// Which identifiers of a superuser to be are taken, as far as is known without trying.
pub async fn taken(
    on: &Basics,
    username: &Username,
    email: Option<&EmailAddress>,
) -> Result<Taken, StoreError> {
    let claims = registration::claims(Some(username), email);
    Ok(registration::among(&on.store.seen_taken(&claims, on.clock.now()).await?))
}

/// Makes a superuser who is staff, or tells which identifiers are taken.
pub async fn create_superuser(
    on: &Basics,
    hasher: &Hasher,
    wanted: NewSuperuser,
) -> Result<Result<Account, Taken>, StoreError> {
    let NewSuperuser { username, email, password } = wanted;
    let credential = hasher.hash(&password, on.entropy.bytes()).await;
    let claims = registration::claims(Some(&username), email.as_ref());
    let now = on.clock.now();
    let created = registration::create(&on.store, &on.entropy, &claims, |number| {
        let account = Account {
            username: Some(username.clone()),
            email: email.clone(),
            is_staff: true,
            is_superuser: true,
            ..Account::new(number, credential.clone(), now)
        };
        Registered { account, token: None }
    });
    Ok(created.await?.map(|created| created.account))
}

/// How many sessions of the account open it now.
#[must_use]
pub fn living_sessions(on: &Basics, account: &Account) -> usize {
    let now = on.clock.now();
    let is_living = account.standing == Standing::Active;
    account.sessions.iter().filter(|session| is_living && session.is_alive(account.epoch, now)).count()
}

async fn holder(on: &Basics, identifier: &Identifier) -> Result<Option<AccountNumber>, StoreError> {
    let claim = on.store.claim_on(identifier, on.clock.now()).await?;
    Ok(claim.filter(|claim| !claim.is_former).map(|claim| claim.account))
}

async fn load(on: &Basics, number: AccountNumber, by: FoundBy) -> Result<Found, NotFound> {
    let account = on.store.find_account(number).await?.ok_or(NotFound::Nobody)?;
    Ok(Found { account, by })
}

/// Changes the account's groups, where `change` says that there is something to change.
async fn regroup(
    on: &Basics,
    number: AccountNumber,
    change: impl Fn(&mut Vec<Group>) -> bool,
) -> Result<bool, OrderRefusal> {
    for _ in 0..ROUNDS {
        let account = on.store.find_account(number).await?;
        let account = account.filter(|account| account.standing != Standing::Deleted);
        let account = account.ok_or(OrderRefusal::Gone)?;
        let mut groups = account.groups.clone();
        if !change(&mut groups) {
            return Ok(false);
        }
        if on.store.set_groups(&account, &groups, &on.entropy.mark()).await? == Write::Applied {
            return Ok(true);
        }
    }
    Err(kept_changing())
}

fn kept_changing() -> OrderRefusal {
    StoreError::Unavailable("the account kept changing".into()).into()
}
