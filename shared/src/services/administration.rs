//! What operators and administrators do about other people's accounts.

use crate::app::Basics;
use crate::domain::account::{Account, Group, Standing};
use crate::domain::account_number::{AccountNumber, FIRST_DIGITS};
use crate::domain::administration::{Decision, GroupName, Order, Ruling, decide};
use crate::domain::email_address::EmailAddress;
use crate::domain::password::Password;
use crate::domain::permission::{Deed, Standpoint, Target, Verdict, foregone, judge};
use crate::domain::phone_number::{CallingCodes, PhoneNumber};
use crate::domain::role::Role;
use crate::domain::username::Username;
use crate::services::hashing::Hasher;
use crate::services::registration::{self, Founded, Founding, Registered, Taken};
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

/// Why an administrator's order is not carried out, or nobody is shown.
#[derive(Debug, thiserror::Error)]
pub enum CommandRefusal {
    /// The administrator is one no longer, or was signed out.
    #[error("the caller is not known any more")]
    LoginAgain,
    /// It is not theirs to order.
    #[error("the caller may not do that")]
    NotPermitted,
    /// There is no such account, or it is gone.
    #[error("there is no such account")]
    NoTarget,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl CommandRefusal {
    fn unless_allowed(verdict: Verdict) -> Result<(), Self> {
        match verdict {
            Verdict::Allowed => Ok(()),
            Verdict::LoginAgain => Err(Self::LoginAgain),
            Verdict::NotPermitted => Err(Self::NotPermitted),
            Verdict::NoTarget => Err(Self::NoTarget),
        }
    }
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

/// Finds the account that an operator means: by username, else by e-mail address, else by mobile
/// number, else by account number.
/// `#51923482` is a number at once.
pub async fn find(on: &Basics, typed: &str) -> Result<Found, NotFound> {
    if let Some(number) = typed.strip_prefix('#').and_then(AccountNumber::parse) {
        return load(on, number, FoundBy::Number).await;
    }
    // One of before that would not be taken today has its claim all the same.
    let email = typed.contains('@').then(|| EmailAddress::stored(typed.to_owned()));
    let by_email = async {
        match &email {
            Some(email) => holder(on, &Identifier::email(email)).await,
            None => Ok(None),
        }
    };
    let username = Identifier::typed_username(typed);
    let by_phone = async {
        match PhoneNumber::parse(typed, &CallingCodes::every()) {
            Ok(phone) => holder(on, &Identifier::phone(&phone)).await,
            Err(_) => Ok(None),
        }
    };
    // No text reads as an address and as a mobile number.
    let found = Box::pin(futures_util::future::try_join3(holder(on, &username), by_email, by_phone));
    match found.await? {
        (Some(username), Some(email), _) if username != email => Err(NotFound::Ambiguous { username, email }),
        (Some(number), _, _) => load(on, number, FoundBy::Username).await,
        (None, Some(number), _) => load(on, number, FoundBy::Email).await,
        (None, None, Some(number)) => load(on, number, FoundBy::Phone).await,
        (None, None, None) => match AccountNumber::parse(typed) {
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
        match enact(on, &account, &ruling, None).await? {
            Administered::Applied => return Ok(Obeyed::Done { sessions: living_sessions(on, &account) }),
            Administered::LastSuperuser => return Err(OrderRefusal::LastSuperuser),
            // The operator needs nobody's authority.
            Administered::Refused | Administered::NoAuthority => {}
        }
    }
    Err(kept_changing().into())
}

/// Carries out an administrator's order, as far as `permission` lets them give it. Their right to it
/// is checked again by the write itself, so that one who is demoted, frozen or signed out while the
/// request is under way does nothing.
pub async fn obey_administrator(
    on: &Basics,
    administrator: &Account,
    deed: Deed,
    target: Option<AccountNumber>,
    order: Order,
) -> Result<Obeyed, CommandRefusal> {
    for _ in 0..ROUNDS {
        let account = look_up(on, administrator, deed, target).await??;
        let ruling = match decide(&account, order) {
            Decision::Rule(ruling) => ruling,
            Decision::AlreadySo => return Ok(Obeyed::AlreadySo),
            Decision::Deleted => return Err(CommandRefusal::NoTarget),
        };
        match enact(on, &account, &ruling, Some(administrator)).await? {
            Administered::Applied => return Ok(Obeyed::Done { sessions: living_sessions(on, &account) }),
            Administered::NoAuthority => return Err(CommandRefusal::LoginAgain),
            // No superuser is changed through this door, the last one least of all.
            Administered::LastSuperuser => return Err(CommandRefusal::NotPermitted),
            Administered::Refused => {}
        }
    }
    Err(kept_changing().into())
}

/// Finds the account that a caller wants to do something about or with, where `permission` lets them;
/// looks for it only where it makes a difference who it is.
pub async fn look_up(
    on: &Basics,
    caller: &Account,
    deed: Deed,
    target: Option<AccountNumber>,
) -> Result<Result<Account, CommandRefusal>, StoreError> {
    let standpoint = Standpoint::of(Some(caller));
    let is_oneself = target == Some(caller.number);
    if let Some(verdict) = foregone(deed, standpoint).filter(|_| !is_oneself)
        && let Err(refusal) = CommandRefusal::unless_allowed(verdict)
    {
        return Ok(Err(refusal));
    }
    let found = match target {
        Some(_) if is_oneself => Some(caller.clone()),
        Some(number) => on.store.find_account(number).await?,
        None => None,
    };
    let verdict = judge(deed, standpoint, Target::of(found.as_ref(), caller.number));
    Ok(CommandRefusal::unless_allowed(verdict).and_then(|()| found.ok_or(CommandRefusal::NoTarget)))
}

/// Writes what a ruling says.
async fn enact(
    on: &Basics,
    account: &Account,
    ruling: &Ruling,
    by: Option<&Account>,
) -> Result<Administered, StoreError> {
    let op = on.entropy.mark();
    match ruling.standing {
        Standing::Deleted => on.store.delete_account(account, *ruling, by, &op).await,
        Standing::Active | Standing::Frozen => on.store.administer(account, ruling, by, &op).await,
    }
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
    let founding = Founding {
        store: &on.store,
        entropy: &on.entropy,
        first_digits: FIRST_DIGITS,
        claims: &claims,
        sponsor: None,
        company: None,
        spends: None,
    };
    let created = registration::create(founding, |number| {
        let account = Account {
            username: Some(username.clone()),
            email: email.clone(),
            is_staff: true,
            is_superuser: true,
            role: Role::Administrator,
            ..Account::new(number, credential.clone(), now)
        };
        Registered { account, token: None }
    });
    match created.await? {
        Founded::Account(created) => Ok(Ok(created.account)),
        Founded::Taken(taken) => Ok(Err(taken)),
        Founded::SponsorOut | Founded::CodeSpent => {
            Err(StoreError::Unreadable("a superuser who needs nobody's word and no code".to_owned()))
        }
    }
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
    Err(kept_changing().into())
}

fn kept_changing() -> StoreError {
    StoreError::Unavailable("the account kept changing".into())
}
