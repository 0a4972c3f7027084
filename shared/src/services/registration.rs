//! Registering: a new account with its claims, and the first session at once.

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
use crate::services::obstacle::{Declined, Obstacle, Reason};
use crate::services::records::record;
use crate::services::sessions::{self, NewSession};
use crate::store::key::Identifier;
use crate::store::{NewAccount, SpendableCode, Store, StoreError, Uncreated};
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

/// Why there is no new account by a code.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub enum RegistrationRefusal {
    /// Others have these identifiers.
    #[error(transparent)]
    Taken(#[from] Taken),
    /// The code was used up meanwhile, or another one took its place.
    #[error("the code was used up")]
    CodeSpent,
}

/// Which of the wanted identifiers are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is taken")]
pub struct Taken {
    /// The username is.
    pub username: bool,
    /// The e-mail address is.
    pub email: bool,
    /// The phone number is.
    pub phone: bool,
}

impl Reason for RegistrationRefusal {}

impl Reason for Taken {}

/// How many numbers are drawn before giving up; each is free with a probability of nearly one.
pub(super) const DRAWS: u32 = 16;

/// Tells which identifiers are taken, for a form that is wrong anyway; counts as asking.
pub async fn probe(
    app: &App,
    asker: &Asker,
    username: Option<&Username>,
    email: Option<&EmailAddress>,
) -> Result<Taken, Obstacle> {
    address_gate::admit(app, asker, Deed::TakenAnswer)?;
    let taken = seen_taken(app, &claims(username, email)).await?;
    if taken != Taken::default() {
        address_gate::count(app, asker, Deed::TakenAnswer).await?;
    }
    Ok(taken)
}

/// Makes the account, or nothing.
pub async fn register(app: &App, wanted: Registration) -> Result<Registered, Declined<Taken>> {
    register_vouched(app, wanted, None).await
}

/// The same on an administrator's word, if any, as long as they are one when the account is made;
/// [`Obstacle::SignedOut`] where they are not.
pub async fn register_vouched(
    app: &App,
    wanted: Registration,
    sponsor: Option<&Account>,
) -> Result<Registered, Declined<Taken>> {
    found(app, wanted, sponsor, None).await
}

/// The same by a code, which proves the phone and is used up.
pub async fn register_by_code(
    app: &App,
    wanted: Registration,
    code: &SpendableCode,
) -> Result<Registered, Declined<RegistrationRefusal>> {
    found(app, wanted, None, Some((code, RegistrationRefusal::CodeSpent))).await
}

/// `spends` is the code that is used up, and what it means that it is no longer there.
async fn found<R: Reason + From<Taken>>(
    app: &App,
    wanted: Registration,
    sponsor: Option<&Account>,
    spends: Option<(&SpendableCode, R)>,
) -> Result<Registered, Declined<R>> {
    address_gate::admit(app, &wanted.asker, Deed::Registration)?;
    address_gate::admit(app, &wanted.asker, Deed::TakenAnswer)?;
    let claims = wanted.claims();
    let (seen, counted) = futures_util::future::join(
        seen_taken(app, &claims),
        address_gate::count(app, &wanted.asker, Deed::Registration),
    )
    .await;
    let seen = seen?;
    counted?;
    if seen != Taken::default() {
        return Err(refuse_taken(app, &wanted.asker, seen).await);
    }
    let credential = app.hasher.hash(&wanted.password, app.entropy.bytes()).await;
    let now = app.clock.now();
    let is_administrator = wanted.role == Role::Administrator;
    let by = sponsor.map_or(Actor::Oneself, |sponsor| Actor::Account(sponsor.number));
    let record = is_administrator.then(|| record(app, &wanted.asker, by, Act::AdministratorMade));
    let founding = Founding {
        store: &app.store,
        entropy: &app.entropy,
        first_digits: app.config.first_digits,
        claims: &claims,
        sponsor,
        customer: wanted.customer.as_ref(),
        spends: spends.as_ref().map(|(code, _)| *code),
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
        Ok(registered) => {
            telemetry::note(|notes| {
                notes.registrations += 1;
                // Where an administrator vouches, it is their deed.
                notes.account.get_or_insert(registered.account.number);
                if is_administrator {
                    notes.act = Some((Act::AdministratorMade, registered.account.number));
                }
            });
            Ok(registered)
        }
        Err(Uncreated::Taken(identifiers)) => {
            Err(refuse_taken(app, &wanted.asker, among(&identifiers)).await)
        }
        Err(Uncreated::SponsorOut) => Err(Obstacle::SignedOut.into()),
        Err(Uncreated::CodeSpent) => {
            Err(spends.map_or_else(|| no_number().into(), |(_, spent)| spent.into()))
        }
        Err(Uncreated::NumberTaken) => Err(no_number().into()),
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

/// Makes an account under a number that is free, or tells what stands in its way.
pub(super) async fn create(
    founding: Founding<'_>,
    with_number: impl Fn(AccountNumber) -> Registered,
) -> Result<Result<Registered, Uncreated>, StoreError> {
    let Founding { store, entropy, first_digits, claims, sponsor, customer, spends, record } = founding;
    for draw in 0..DRAWS {
        let number = AccountNumber::draw(first_digits, draw, u64::from_be_bytes(entropy.bytes()));
        let registered = with_number(number);
        let op = entropy.mark();
        let new = NewAccount {
            sponsor,
            customer,
            spends,
            record,
            ..NewAccount::new(&registered.account, claims, &op)
        };
        match store.create_account(&new).await? {
            Ok(()) => return Ok(Ok(registered)),
            Err(Uncreated::NumberTaken) => tracing::info!("an account number was taken, drawing another"),
            Err(why @ (Uncreated::Taken(_) | Uncreated::SponsorOut | Uncreated::CodeSpent)) => {
                return Ok(Err(why));
            }
        }
    }
    Ok(Err(Uncreated::NumberTaken))
}

pub(super) fn no_number() -> StoreError {
    StoreError::Unavailable("no free account number was found".into())
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

async fn refuse_taken<R: Reason + From<Taken>>(app: &App, asker: &Asker, taken: Taken) -> Declined<R> {
    match address_gate::count(app, asker, Deed::TakenAnswer).await {
        Ok(()) => R::from(taken).into(),
        Err(obstacle) => obstacle.into(),
    }
}
