//! Registering: a new account with its claims, and the first session at once.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::App;
use crate::domain::account::Account;
use crate::domain::account_number::AccountNumber;
use crate::domain::address_budget::Deed;
use crate::domain::asker::Asker;
use crate::domain::contact::Contact;
use crate::domain::credential::StoredCredential;
use crate::domain::customer::Customer;
use crate::domain::email_address::EmailAddress;
use crate::domain::history::{Act, Actor, Record};
use crate::domain::password::Password;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::role::Role;
use crate::domain::session::{Carrier, Session, SessionToken};
use crate::domain::shared_key::SharedKey;
use crate::domain::username::Username;
use crate::entropy::Entropy;
use crate::services::address_gate;
use crate::services::sessions::{self, NewSession};
use crate::store::key::Identifier;
use crate::store::{Creation, NewAccount, SpendableCode, Store, StoreError};
use crate::telemetry;

/// A registration whose fields are all valid by themselves.
#[derive(Debug)]
pub struct Registration {
    /// The name wanted, where the group has names.
    pub username: Option<Username>,
    /// The address wanted, if one was given.
    pub email: Option<EmailAddress>,
    /// The number wanted, where a code has proven it.
    pub phone: Option<PhoneNumber>,
    /// Given name, where the group asks for it.
    pub first_name: String,
    /// Family name, where the group asks for it.
    pub last_name: String,
    /// What the person is to be to the charity.
    pub role: Role,
    /// The password wanted, already judged.
    pub password: Password,
    /// Where the request came from.
    pub asker: Asker,
    /// The contact data that goes with it, where the group asks for some.
    pub contact: Option<Contact>,
    /// The company data that goes with it, where the group asks for some.
    pub customer: Option<Customer>,
    /// The session that starts at once, where the group logs people in.
    pub session: Option<NewSession>,
    /// The code that proves the phone, used up by the registration.
    pub spends: Option<SpendableCode>,
}

impl Registration {
    /// A registration that brings nothing but a password.
    #[must_use]
    pub fn new(password: Password, asker: Asker) -> Self {
        Self {
            username: None,
            email: None,
            phone: None,
            first_name: String::new(),
            last_name: String::new(),
            role: Role::default(),
            password,
            asker,
            contact: None,
            customer: None,
            session: None,
            spends: None,
        }
    }

    fn claims(&self) -> Vec<Identifier> {
        let mut claims = claims(self.username.as_ref(), self.email.as_ref());
        claims.extend(self.phone.as_ref().map(Identifier::phone));
        claims
    }
}

/// A new account.
#[derive(Debug)]
pub struct Registered {
    /// The account.
    pub account: Account,
    /// The token of its first session, if one started.
    pub token: Option<SessionToken>,
}

/// Why there is no new account.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationRefusal {
    /// Others have these identifiers.
    #[error("an identifier is taken")]
    Taken(Taken),
    /// The code was used up meanwhile, or another one took its place.
    #[error("the code was used up")]
    CodeSpent,
    /// The address has registered, or asked, too often.
    #[error("too many registrations from one address")]
    Throttled(Duration),
    /// The table is away; whether the account was made is not known.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Which of the wanted identifiers are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The username is.
    pub username: bool,
    /// The e-mail address is.
    pub email: bool,
    /// The phone number is.
    pub phone: bool,
}

/// How many numbers are drawn before giving up; each is free with a probability of nearly one.
pub(super) const DRAWS: u32 = 16;

/// Tells which identifiers are taken, for a form that is wrong anyway; counts as asking.
pub async fn probe(
    app: &App,
    asker: &Asker,
    username: Option<&Username>,
    email: Option<&EmailAddress>,
) -> Result<Taken, RegistrationRefusal> {
    refuse_if_asked_too_often(app, asker)?;
    let taken = seen_taken(app, &claims(username, email)).await?;
    if taken == Taken::default() {
        return Ok(taken);
    }
    count_taken_answer(app, asker).await?;
    Ok(taken)
}

/// Makes the account, or nothing.
pub async fn register(app: &App, wanted: Registration) -> Result<Registered, RegistrationRefusal> {
    let registered = found(app, wanted, None).await?;
    registered.ok_or_else(|| StoreError::Unreadable("a sponsor that nobody named".to_owned()).into())
}

/// The same on an administrator's word, as long as they are one when the account is made; `None` where
/// they are not.
pub async fn register_vouched(
    app: &App,
    wanted: Registration,
    sponsor: &Account,
) -> Result<Option<Registered>, RegistrationRefusal> {
    found(app, wanted, Some(sponsor)).await
}

async fn found(
    app: &App,
    wanted: Registration,
    sponsor: Option<&Account>,
) -> Result<Option<Registered>, RegistrationRefusal> {
    if let Some(wait) = app.addresses.wait(wanted.asker.address, Deed::Registration, app.clock.now()) {
        return Err(RegistrationRefusal::Throttled(wait));
    }
    refuse_if_asked_too_often(app, &wanted.asker)?;
    let claims = wanted.claims();
    let (seen, over_budget) = futures_util::future::try_join(
        seen_taken(app, &claims),
        address_gate::count(app, &wanted.asker, Deed::Registration),
    )
    .await?;
    if let Some(wait) = over_budget {
        return Err(RegistrationRefusal::Throttled(wait));
    }
    if seen != Taken::default() {
        return Err(refuse_taken(app, &wanted.asker, seen).await);
    }
    let credential = app.hasher.hash(&wanted.password, app.entropy.bytes()).await;
    let now = app.clock.now();
    let is_administrator = wanted.role == Role::Administrator;
    let record = is_administrator.then(|| Record {
        act: Act::AdministratorMade,
        by: sponsor.map_or(Actor::Oneself, |sponsor| Actor::Account(sponsor.number)),
        door: wanted.asker.door.to_owned(),
        at: now,
    });
    let founding = Founding {
        store: &app.store,
        entropy: &app.entropy,
        first_digits: app.config.first_digits,
        claims: &claims,
        sponsor,
        customer: wanted.customer.as_ref(),
        spends: wanted.spends.as_ref(),
        record: record.as_ref(),
    };
    let registered = create(founding, |number| {
        let opened = wanted
            .session
            .map(|new| sessions::open(app, number, 0, 0, new.for_administrator(is_administrator)));
        let (token, session) = opened.unzip();
        Registered { account: new_account(&wanted, number, &credential, session, now), token }
    });
    match registered.await? {
        Founded::Account(registered) => {
            telemetry::note(|notes| {
                notes.registrations += 1;
                // Where an administrator vouches, it is their deed.
                notes.account.get_or_insert(registered.account.number);
                if is_administrator {
                    notes.act = Some((Act::AdministratorMade, registered.account.number));
                }
            });
            Ok(Some(*registered))
        }
        Founded::Taken(taken) => Err(refuse_taken(app, &wanted.asker, taken).await),
        Founded::SponsorOut => Ok(None),
        Founded::CodeSpent => Err(RegistrationRefusal::CodeSpent),
    }
}

/// What making an account takes, besides the account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Founding<'a> {
    pub(super) store: &'a Store,
    pub(super) entropy: &'a Entropy,
    /// How many digits its number has while the space is not crowded.
    pub(super) first_digits: u32,
    /// The identifiers it claims.
    pub(super) claims: &'a [Identifier],
    /// The administrator on whose word it is made, where it takes one.
    pub(super) sponsor: Option<&'a Account>,
    /// The company data that goes with it, where the group asks for some.
    pub(super) customer: Option<&'a Customer>,
    /// The code that it uses up, where the group asks for one.
    pub(super) spends: Option<&'a SpendableCode>,
    /// What is written down of it, where it is an act of power.
    pub(super) record: Option<&'a Record>,
}

/// What came of making an account.
#[derive(Debug)]
pub(super) enum Founded {
    /// It is there.
    Account(Box<Registered>),
    /// Others have these identifiers; nothing was made.
    Taken(Taken),
    /// The sponsor is no administrator any more; nothing was made.
    SponsorOut,
    /// The code was used up; nothing was made.
    CodeSpent,
}

/// Makes an account under a number that is free, or tells what stands in its way.
pub(super) async fn create(
    founding: Founding<'_>,
    with_number: impl Fn(AccountNumber) -> Registered,
) -> Result<Founded, StoreError> {
    let Founding { store, entropy, first_digits, claims, sponsor, customer, spends, record } = founding;
    for draw in 0..DRAWS {
        let number = AccountNumber::draw(first_digits, draw, u64::from_be_bytes(entropy.bytes()));
        let registered = with_number(number);
        let op = entropy.mark();
        let account = &registered.account;
        let new = NewAccount { account, claims, sponsor, customer, spends, record, op: &op };
        match store.create_account(&new).await? {
            Creation::Created => return Ok(Founded::Account(Box::new(registered))),
            Creation::NumberTaken => tracing::info!("an account number was taken, drawing another"),
            Creation::Taken(identifiers) => return Ok(Founded::Taken(among(&identifiers))),
            Creation::SponsorOut => return Ok(Founded::SponsorOut),
            Creation::CodeSpent => return Ok(Founded::CodeSpent),
        }
    }
    Err(StoreError::Unavailable("no free account number was found".into()))
}

fn new_account(
    wanted: &Registration,
    number: AccountNumber,
    credential: &StoredCredential,
    session: Option<Session>,
    now: Timestamp,
) -> Account {
    let holds_key = wanted.session.is_some_and(|session| session.holds_key);
    Account {
        username: wanted.username.clone(),
        email: wanted.email.clone(),
        phone: wanted.phone.clone(),
        first_name: wanted.first_name.clone(),
        last_name: wanted.last_name.clone(),
        role: wanted.role,
        // Only the charity gives sessions by the `token` header, and roles.
        charity: is_at_charity(wanted),
        shared_key: if holds_key { SharedKey::registered() } else { SharedKey::default() },
        last_login: session.is_some().then_some(now),
        contact: wanted.contact.clone(),
        sessions: session.into_iter().collect(),
        ..Account::new(number, credential.clone(), now)
    }
}

fn is_at_charity(wanted: &Registration) -> bool {
    let carrier = wanted.session.map(|session| session.carrier);
    carrier == Some(Carrier::TokenHeader) || wanted.role != Role::default()
}

pub(super) fn claims(username: Option<&Username>, email: Option<&EmailAddress>) -> Vec<Identifier> {
    let username = username.map(Identifier::username);
    username.into_iter().chain(email.map(Identifier::email)).collect()
}

async fn seen_taken(app: &App, claims: &[Identifier]) -> Result<Taken, StoreError> {
    Ok(among(&app.store.seen_taken(claims, app.clock.now()).await?))
}

pub(super) fn among(identifiers: &[Identifier]) -> Taken {
    Taken {
        username: identifiers.iter().any(|identifier| matches!(identifier, Identifier::Username(_))),
        email: identifiers.iter().any(|identifier| matches!(identifier, Identifier::Email(_))),
        phone: identifiers.iter().any(|identifier| matches!(identifier, Identifier::Phone(_))),
    }
}

fn refuse_if_asked_too_often(app: &App, asker: &Asker) -> Result<(), RegistrationRefusal> {
    let wait = app.addresses.wait(asker.address, Deed::TakenAnswer, app.clock.now());
    wait.map_or(Ok(()), |wait| Err(RegistrationRefusal::Throttled(wait)))
}

async fn refuse_taken(app: &App, asker: &Asker, taken: Taken) -> RegistrationRefusal {
    count_taken_answer(app, asker).await.err().unwrap_or(RegistrationRefusal::Taken(taken))
}

async fn count_taken_answer(app: &App, asker: &Asker) -> Result<(), RegistrationRefusal> {
    let wait = address_gate::count(app, asker, Deed::TakenAnswer).await?;
    wait.map_or(Ok(()), |wait| Err(RegistrationRefusal::Throttled(wait)))
}
