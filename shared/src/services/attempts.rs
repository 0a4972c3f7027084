//! Tries at passwords: whose they are, from where, and what a success makes of the rest (trust rule 6).

use futures_util::future;
use jiff::Timestamp;

use super::address_gate;
use super::obstacle::Obstacle;
use super::records::operators_record;
use crate::app::{App, Basics};
use crate::domain::account::Account;
use crate::domain::account_number::AccountNumber;
use crate::domain::address_budget::Deed;
use crate::domain::asker::{Asker, Device};
use crate::domain::attempts::{NameMark, Place, Reservation, Try};
use crate::domain::email_address::EmailAddress;
use crate::domain::history::Act;
use crate::secret::Purpose;
use crate::store::key::{Identifier, Subject};
use crate::store::{Reserved, StoreError, chain};

/// Characters kept of the fingerprint of a place: hexadecimal digits, 64 bits.
const PLACE_DIGITS: usize = 16;

/// The same of an identifier, of which an account has a handful: 32 bits.
const NAME_DIGITS: usize = 8;

/// What somebody says who they are by.
#[derive(Clone, Debug)]
pub enum LoginName {
    /// An identifier that is claimed by one account at most.
    Claimed(Identifier),
    /// An e-mail address, which may also be a username: the owner of the address goes first, since
    /// an address can move on while the name of an account stays.
    Address(EmailAddress),
    /// An account's number as it was typed, or a text that is not one.
    Number(String),
}

/// A try that was counted before anything was compared.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    subject: Subject,
    reserved: Reserved,
    places: Places,
}

/// Where somebody is, as one account knows places.
#[derive(Clone, Debug)]
struct Places {
    network: Place,
    device: Option<Place>,
}

impl Trial {
    /// Whether the try may go on.
    pub(super) const fn reservation(&self) -> Reservation {
        self.reserved.reservation
    }

    /// Whether it comes from a place that the account is known from.
    pub(super) fn is_of_known_place(&self, now: Timestamp) -> bool {
        self.reserved.is_known_at(&self.places.all(), now)
    }
}

/// What tries at the account of that number are counted for, or at a name that belongs to nobody.
pub(super) fn subject(app: &App, number: Option<AccountNumber>, name: &LoginName) -> Subject {
    number.map_or_else(
        || Subject::Nobody(app.secret.fingerprint(Purpose::Attempts, typed(name).as_bytes())),
        Subject::Account,
    )
}

/// Counts a try, by the name that was typed where somebody has yet to come in.
pub(super) async fn begin(
    app: &App,
    subject: Subject,
    name: Option<&LoginName>,
    asker: &Asker,
) -> Result<Trial, StoreError> {
    let places = Places::of(app, &subject, asker);
    let tried = Try {
        at: app.clock.now(),
        network: places.network.clone(),
        device: places.device.clone(),
        name: name.map(|name| mark(app, &subject, name)),
    };
    let reserved = app.store.reserve_attempt(&subject, &tried).await?;
    Ok(Trial { subject, reserved, places })
}

/// Whether the account is known in other networks than the one that the try comes from.
pub(super) fn is_elsewhere(app: &App, trial: &Trial) -> bool {
    trial.reserved.is_elsewhere(&trial.places.network, app.clock.now())
}

/// Counts a wrong password against the account and the network address, which may have to wait then.
pub(super) async fn miss(app: &App, asker: &Asker, trial: &Trial) -> Result<(), Obstacle> {
    future::join(address_gate::count(app, asker, Deed::FailedLogin), fail(app, trial)).await.0
}

/// Counts a try that was no success. Where that fails it stays in the log, and the next one counts it.
pub(super) async fn fail(app: &App, trial: &Trial) {
    if let Err(error) = app.store.settle_attempt(&trial.subject, &trial.reserved, app.clock.now()).await {
        tracing::warn!(error = %chain(&error), "an attempt was not counted after a failure");
    }
}

/// Forgets the attempts after a success, and remembers where it was: the network, and the device by its
/// earlier mark or the one that it gets now. Where that fails the attempts stay on record, which errs
/// on the careful side.
pub(super) async fn succeed(app: &App, trial: &Trial, marked: Option<&Device>) {
    let Trial { subject, reserved, places } = trial;
    let marked = marked.map(|device| Places::device(app, subject, device));
    let places = [Some(places.network.clone()), places.device.clone(), marked];
    remember(app, subject, places, Some(reserved)).await;
}

/// Turns an address away that has failed too often, but not in a place that the account is known from (trust
/// rule 8).
pub(super) async fn admit(
    app: &App,
    asker: &Asker,
    whose: impl Future<Output = Result<AccountNumber, StoreError>>,
) -> Result<(), Obstacle> {
    unless_known(app, asker, address_gate::admit(app, asker, Deed::FailedLogin), whose).await
}

/// Lets somebody go on who would have to wait because of what others of the same network did, in a place
/// that the account is known from (trust rule 8). Whose account it is about is looked up only where it
/// matters, and for accounts that are not there, too.
pub(super) async fn unless_known(
    app: &App,
    asker: &Asker,
    admitted: Result<(), Obstacle>,
    whose: impl Future<Output = Result<AccountNumber, StoreError>>,
) -> Result<(), Obstacle> {
    match admitted {
        Err(Obstacle::Throttled(_)) if is_known_place(app, whose.await?, asker).await? => Ok(()),
        admitted => admitted,
    }
}

/// Whether somebody is where the account is known from.
pub(super) async fn is_known_place(
    app: &App,
    number: AccountNumber,
    asker: &Asker,
) -> Result<bool, StoreError> {
    let subject = Subject::Account(number);
    let places = Places::of(app, &subject, asker).all();
    app.store.is_known_at(&subject, &places, app.clock.now()).await
}

/// The same after a reset by a code, for which nobody tried a password.
pub(super) async fn succeed_by_code(app: &App, number: AccountNumber, asker: &Asker) {
    let subject = Subject::Account(number);
    let Places { network, device } = Places::of(app, &subject, asker);
    remember(app, &subject, [Some(network), device, None], None).await;
}

/// Forgets the attempts on an account because an operator says so. Its known places stay.
pub async fn forgive(on: &Basics, account: &Account) -> Result<(), StoreError> {
    let record = operators_record(on, Act::AttemptsForgiven);
    on.store.forgive_attempts(account, &record, &on.entropy.mark()).await
}

async fn remember(app: &App, subject: &Subject, places: [Option<Place>; 3], reserved: Option<&Reserved>) {
    let places: Vec<Place> = places.into_iter().flatten().collect();
    if let Err(error) = app.store.forgive_at(subject, &places, reserved, app.clock.now()).await {
        tracing::warn!(error = %chain(&error), "attempts were not forgotten after a success");
    }
}

impl Places {
    fn of(app: &App, subject: &Subject, asker: &Asker) -> Self {
        let network = place(app, subject, &format!("network {}", asker.network()));
        let device = asker.device.as_ref().map(|device| Self::device(app, subject, device));
        Self { network, device }
    }

    fn all(&self) -> Vec<Place> {
        std::iter::once(&self.network).chain(&self.device).cloned().collect()
    }

    fn device(app: &App, subject: &Subject, device: &Device) -> Place {
        place(app, subject, &format!("device {}", device.as_str()))
    }
}

/// A place's fingerprint, another one beside every account, so that the table does not tell who is where
/// with whom. A rotation of the secret leaves it as it is, or nobody would be known the day after.
fn place(app: &App, subject: &Subject, place: &str) -> Place {
    let message = format!("{} {place}", word(subject));
    let mut fingerprint = app.secret.fingerprint(Purpose::Place, message.as_bytes());
    fingerprint.truncate(PLACE_DIGITS);
    Place::new(fingerprint)
}

fn mark(app: &App, subject: &Subject, name: &LoginName) -> NameMark {
    let message = format!("{} named {}", word(subject), typed(name));
    let mut fingerprint = app.secret.fingerprint(Purpose::Attempts, message.as_bytes());
    fingerprint.truncate(NAME_DIGITS);
    NameMark::new(fingerprint)
}

fn word(subject: &Subject) -> String {
    match subject {
        Subject::Account(number) => format!("account {number}"),
        Subject::Nobody(fingerprint) => format!("nobody {fingerprint}"),
    }
}

/// A name with the way it is looked up. Names that are looked up in different ways are counted apart,
/// even where their texts are the same: whether they lead to one account is not for a wait to tell.
fn typed(name: &LoginName) -> String {
    let (kind, canonical) = match name {
        LoginName::Claimed(Identifier::Username(canonical)) => ("username", canonical.as_str()),
        LoginName::Claimed(Identifier::Email(canonical)) => ("email", canonical.as_str()),
        LoginName::Claimed(Identifier::Phone(number)) => ("phone", number.as_str()),
        // Nobody logs in by it, so nobody has it as a login name.
        LoginName::Claimed(Identifier::Weixin(id)) => ("weixin", id.as_str()),
        LoginName::Address(address) => ("address", address.canonical()),
        LoginName::Number(typed) => ("number", typed.as_str()),
    };
    format!("{kind} {canonical}")
}
