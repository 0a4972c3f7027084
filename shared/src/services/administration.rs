//! What operators and administrators do about other people's accounts.

mod email;
mod finding;
mod power_form;

pub use email::{GiftRefusal, Given, set_email};
pub use finding::{Found, FoundBy, NotFound, find};
pub use power_form::{former_power_page, renew_power};

use crate::app::Basics;
use crate::domain::account::{Account, Group, Standing};
use crate::domain::account_number::{AccountNumber, FIRST_DIGITS};
use crate::domain::administration::{Decision, GroupName, Order, Ruling, decide};
use crate::domain::email_address::EmailAddress;
use crate::domain::history::{Act, Actor, Record};
use crate::domain::password::Password;
use crate::domain::permission::{Deed, Standpoint, Target, Verdict, foregone, judge};
use crate::domain::username::Username;
use crate::services::hashing::Hasher;
use crate::services::registration::{self, Founded, Founding, Registered, Taken};
use crate::store::{Acted, Administered, StoreError, Write};
use crate::telemetry;

/// How often a write is tried again after another one changed the account first.
const ROUNDS: usize = 8;

/// The door by which operators come.
const OPERATORS_DOOR: &str = "tally-admin";

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
    /// The account has the address no longer that was vouched for.
    #[error("the account has that address no longer")]
    AddressMoved,
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

/// An administrator who gives an order, and the group by which they came.
#[derive(Clone, Copy, Debug)]
pub struct Administrator<'a> {
    /// Their account, as they were recognised.
    pub account: &'a Account,
    /// The group.
    pub door: &'a str,
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

/// Carries out an operator's order. A change of role or standing ends every session and the shared key
/// with the same write, and is written down with it.
pub async fn obey(on: &Basics, number: AccountNumber, order: Order) -> Result<Obeyed, OrderRefusal> {
    obey_vouching(on, number, order, None).await
}

/// The same, and the operator vouches for the account's address, if one is given and nobody has proven
/// it yet: that is done even where the order changes nothing.
pub async fn obey_vouching(
    on: &Basics,
    number: AccountNumber,
    order: Order,
    vouched: Option<&EmailAddress>,
) -> Result<Obeyed, OrderRefusal> {
    let record = operators_record(on, order.act());
    for _ in 0..ROUNDS {
        let account = on.store.find_account(number).await?.ok_or(OrderRefusal::Gone)?;
        let vouched = to_vouch_for(&account, vouched)?;
        let ruling = match decide(&account, order) {
            Decision::Rule(ruling) => ruling,
            Decision::AlreadySo => match vouched {
                None => return Ok(Obeyed::AlreadySo),
                Some(email) if vouch(on, &account, email).await? => return Ok(Obeyed::AlreadySo),
                Some(_) => continue,
            },
            Decision::Deleted => return Err(OrderRefusal::Gone),
        };
        match enact(on, &account, ruling, &Acted { vouched, ..Acted::new(&record, &on.entropy.mark()) })
            .await?
        {
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
    administrator: Administrator<'_>,
    deed: Deed,
    target: Option<AccountNumber>,
    order: Order,
) -> Result<Obeyed, CommandRefusal> {
    let Administrator { account: administrator, door } = administrator;
    let by = Actor::Account(administrator.number);
    let record = Record { act: order.act(), by, door: door.to_owned(), at: on.clock.now() };
    for _ in 0..ROUNDS {
        let account = look_up(on, administrator, deed, target).await??;
        let ruling = match decide(&account, order) {
            Decision::Rule(ruling) => ruling,
            Decision::AlreadySo => return Ok(Obeyed::AlreadySo),
            Decision::Deleted => return Err(CommandRefusal::NoTarget),
        };
        match enact(
            on,
            &account,
            ruling,
            &Acted { by: Some(administrator), ..Acted::new(&record, &on.entropy.mark()) },
        )
        .await?
        {
            Administered::Applied => {
                telemetry::note(|notes| notes.act = Some((record.act, account.number)));
                return Ok(Obeyed::Done { sessions: living_sessions(on, &account) });
            }
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
    ruling: Ruling,
    act: &Acted<'_>,
) -> Result<Administered, StoreError> {
    match ruling.standing {
        Standing::Deleted => on.store.delete_account(account, ruling, act).await,
        Standing::Active | Standing::Frozen => on.store.administer(account, ruling, act).await,
    }
}

/// What is written down of an operator's act.
pub(super) fn operators_record(on: &Basics, act: Act) -> Record {
    let (by, door) = (Actor::Operator(on.operator.clone()), OPERATORS_DOOR.to_owned());
    Record { act, by, door, at: on.clock.now() }
}

/// The address that is still to be vouched for.
fn to_vouch_for<'a>(
    account: &'a Account,
    vouched: Option<&EmailAddress>,
) -> Result<Option<&'a EmailAddress>, OrderRefusal> {
    let Some(vouched) = vouched else {
        return Ok(None);
    };
    let own = account.email.as_ref().filter(|own| own.is_same(vouched));
    let own = own.ok_or(OrderRefusal::AddressMoved)?;
    Ok(Some(own).filter(|_| !account.email_proven))
}

/// Vouches for the account's address; the answer is whether that is done.
async fn vouch(on: &Basics, account: &Account, email: &EmailAddress) -> Result<bool, StoreError> {
    let (record, op) = (operators_record(on, Act::EmailVouched), on.entropy.mark());
    Ok(on.store.vouch_for_email(account, email, &Acted::new(&record, &op)).await? == Write::Applied)
}

/// Puts an account into a group; the answer is the group, and whether the account was outside it. The
/// operator vouches for the account's address, if one is given.
pub async fn join(
    on: &Basics,
    number: AccountNumber,
    name: &GroupName,
    vouched: Option<&EmailAddress>,
) -> Result<(Group, bool), OrderRefusal> {
    let group = on.store.group(name).await?;
    let was_outside = regroup(on, number, vouched, |groups| {
        let is_outside = !groups.iter().any(|own| own.id == group.id);
        is_outside.then(|| {
            groups.push(group.clone());
            Act::GroupJoined(group.id)
        })
    });
    Ok((group.clone(), was_outside.await?))
}

/// Takes an account out of a group; the answer is whether it was in it.
pub async fn leave(on: &Basics, number: AccountNumber, name: &GroupName) -> Result<bool, OrderRefusal> {
    regroup(on, number, None, |groups| {
        let place = groups.iter().position(|own| own.name == name.as_str())?;
        Some(Act::GroupLeft(groups.remove(place).id))
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

/// Makes a superuser, or tells which identifiers are taken. An address that an operator gives counts as
/// proven (trust rule 2).
pub async fn create_superuser(
    on: &Basics,
    hasher: &Hasher,
    wanted: NewSuperuser,
) -> Result<Result<Account, Taken>, StoreError> {
    let NewSuperuser { username, email, password } = wanted;
    let credential = hasher.hash(&password, on.entropy.bytes()).await;
    let claims = registration::claims(Some(&username), email.as_ref());
    let now = on.clock.now();
    let record = operators_record(on, Act::SuperuserMade);
    let founding = Founding {
        store: &on.store,
        entropy: &on.entropy,
        first_digits: FIRST_DIGITS,
        claims: &claims,
        sponsor: None,
        customer: None,
        spends: None,
        record: Some(&record),
    };
    let created = registration::create(founding, |number| {
        let account = Account {
            username: Some(username.clone()),
            email: email.clone(),
            email_proven: email.is_some(),
            is_superuser: true,
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

/// Changes the account's groups, where `change` says that there is something to change, and what that is.
async fn regroup(
    on: &Basics,
    number: AccountNumber,
    vouched: Option<&EmailAddress>,
    change: impl Fn(&mut Vec<Group>) -> Option<Act>,
) -> Result<bool, OrderRefusal> {
    for _ in 0..ROUNDS {
        let account = on.store.find_account(number).await?;
        let account = account.filter(|account| account.standing != Standing::Deleted);
        let account = account.ok_or(OrderRefusal::Gone)?;
        let vouched = to_vouch_for(&account, vouched)?;
        let mut groups = account.groups.clone();
        let Some(act) = change(&mut groups) else {
            match vouched {
                None => return Ok(false),
                Some(email) if vouch(on, &account, email).await? => return Ok(false),
                Some(_) => continue,
            }
        };
        let (record, op) = (operators_record(on, act), on.entropy.mark());
        let act = Acted { vouched, ..Acted::new(&record, &op) };
        if on.store.set_groups(&account, &groups, &act).await? == Write::Applied {
            return Ok(true);
        }
    }
    Err(kept_changing().into())
}

fn kept_changing() -> StoreError {
    StoreError::Unavailable("the account kept changing".into())
}
