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
use crate::services::obstacle::{Declined, Obstacle, Reason};
use crate::services::records::operators_record;
use crate::services::registration::{self, Founding, Registered, Taken};
use crate::services::rounds::Rounds;
use crate::store::{Acted, StoreError, Uncreated, Veto, Write};
use crate::telemetry;

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
    #[error("the account no longer has that address")]
    AddressMoved,
    /// The table is away.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Why an administrator's order is not carried out, or nobody is shown.
#[derive(Debug, thiserror::Error)]
pub enum CommandRefusal {
    /// It is not theirs to order.
    #[error("the caller may not do that")]
    NotPermitted,
    /// There is no such account, or it is gone.
    #[error("there is no such account")]
    NoTarget,
}

impl Reason for CommandRefusal {}

fn unless_refused(verdict: Verdict) -> Result<(), Declined<CommandRefusal>> {
    match verdict {
        Verdict::Allowed => Ok(()),
        Verdict::LoginAgain => Err(Obstacle::SignedOut.into()),
        Verdict::NotPermitted => Err(CommandRefusal::NotPermitted.into()),
        Verdict::NoTarget => Err(CommandRefusal::NoTarget.into()),
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

/// A future superuser; each part is valid by itself, and the password was checked.
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
    let mut rounds = Rounds::usual();
    loop {
        rounds.begin()?;
        let account = on.store.find_account(number).await?.ok_or(OrderRefusal::Gone)?;
        let vouched = to_vouch_for(&account, vouched)?;
        let ruling = match decide(&account, order) {
            Decision::Rule(ruling) => ruling,
            Decision::AlreadySo if vouch(on, &account, vouched).await?.is_ok() => {
                return Ok(Obeyed::AlreadySo);
            }
            Decision::AlreadySo => continue,
            Decision::Deleted => return Err(OrderRefusal::Gone),
        };
        let op = on.entropy.mark();
        match enact(on, &account, ruling, &Acted { vouched, ..Acted::new(&record, &op) }).await? {
            Ok(()) => return Ok(Obeyed::Done { sessions: living_sessions(on, &account) }),
            Err(Veto::LastSuperuser) => return Err(OrderRefusal::LastSuperuser),
            // The operator needs no authority.
            Err(Veto::Changed | Veto::NoAuthority) => {}
        }
    }
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
) -> Result<Obeyed, Declined<CommandRefusal>> {
    let Administrator { account: administrator, door } = administrator;
    let by = Actor::Account(administrator.number);
    let record = Record { act: order.act(), by, door: door.to_owned(), at: on.clock.now() };
    let mut rounds = Rounds::usual();
    loop {
        rounds.begin()?;
        let account = look_up(on, administrator, deed, target).await?;
        let ruling = match decide(&account, order) {
            Decision::Rule(ruling) => ruling,
            Decision::AlreadySo => return Ok(Obeyed::AlreadySo),
            Decision::Deleted => return Err(CommandRefusal::NoTarget.into()),
        };
        let op = on.entropy.mark();
        let act = Acted { by: Some(administrator), ..Acted::new(&record, &op) };
        match enact(on, &account, ruling, &act).await? {
            Ok(()) => {
                telemetry::note(|notes| notes.act = Some((record.act, account.number)));
                return Ok(Obeyed::Done { sessions: living_sessions(on, &account) });
            }
            Err(Veto::NoAuthority) => return Err(Obstacle::SignedOut.into()),
            // No superuser is changed through this door, the last one least of all.
            Err(Veto::LastSuperuser) => return Err(CommandRefusal::NotPermitted.into()),
            Err(Veto::Changed) => {}
        }
    }
}

/// Finds the account that a caller wants to do something about or with, where `permission` lets them;
/// looks for it only where it makes a difference who it is.
pub async fn look_up(
    on: &Basics,
    caller: &Account,
    deed: Deed,
    target: Option<AccountNumber>,
) -> Result<Account, Declined<CommandRefusal>> {
    let standpoint = Standpoint::of(Some(caller));
    let is_oneself = target == Some(caller.number);
    if let Some(verdict) = foregone(deed, standpoint).filter(|_| !is_oneself) {
        unless_refused(verdict)?;
    }
    let found = match target {
        Some(_) if is_oneself => Some(caller.clone()),
        Some(number) => on.store.find_account(number).await?,
        None => None,
    };
    unless_refused(judge(deed, standpoint, Target::of(found.as_ref(), caller.number)))?;
    Ok(found.ok_or(CommandRefusal::NoTarget)?)
}

/// Writes what a ruling says.
async fn enact(
    on: &Basics,
    account: &Account,
    ruling: Ruling,
    act: &Acted<'_>,
) -> Result<Result<(), Veto>, StoreError> {
    match ruling.standing {
        Standing::Deleted => on.store.delete_account(account, ruling, act).await,
        Standing::Active | Standing::Frozen => on.store.administer(account, ruling, act).await,
    }
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

/// Vouches for the account's address, where one is still to be vouched for.
async fn vouch(on: &Basics, account: &Account, email: Option<&EmailAddress>) -> Result<Write, StoreError> {
    let Some(email) = email else {
        return Ok(Ok(()));
    };
    let (record, op) = (operators_record(on, Act::EmailVouched), on.entropy.mark());
    on.store.vouch_for_email(account, email, &Acted::new(&record, &op)).await
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
        Ok(created) => Ok(Ok(created.account)),
        Err(Uncreated::Taken(identifiers)) => Ok(Err(registration::among(&identifiers))),
        // It needs nobody's word and no code.
        Err(Uncreated::NumberTaken | Uncreated::SponsorOut | Uncreated::CodeSpent) => {
            Err(registration::no_number())
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
    let mut rounds = Rounds::usual();
    loop {
        rounds.begin()?;
        let account = on.store.find_account(number).await?;
        let account = account.filter(|account| account.standing != Standing::Deleted);
        let account = account.ok_or(OrderRefusal::Gone)?;
        let vouched = to_vouch_for(&account, vouched)?;
        let mut groups = account.groups.clone();
        let (act, op) = (change(&mut groups), on.entropy.mark());
        let written = match act {
            None => vouch(on, &account, vouched).await?,
            Some(act) => {
                let record = operators_record(on, act);
                on.store.set_groups(&account, &groups, &Acted { vouched, ..Acted::new(&record, &op) }).await?
            }
        };
        if written.is_ok() {
            return Ok(act.is_some());
        }
    }
}
