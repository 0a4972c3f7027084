//! Signing in, recognising who calls, and signing out.

mod leaving;
mod recognition;

use std::future::ready;
use std::time::Duration;

pub use leaving::{sign_out, sign_out_browser};
pub use recognition::{Recognition, recognise_cookies, recognise_token, recognise_token_header};

use crate::app::App;
use crate::domain::account::{Account, Standing};
use crate::domain::account_number::AccountNumber;
use crate::domain::address_budget::Deed;
use crate::domain::asker::{Asker, Device};
use crate::domain::attempts::Reservation;
use crate::domain::credential::Comparison;
use crate::domain::password::Password;
use crate::domain::session::{self, Carrier, Session, SessionDigest, SessionToken};
use crate::domain::shared_key;
use crate::domain::token_seal::TokenSeal;
use crate::secret::Purpose;
use crate::services::address_gate;
pub use crate::services::attempts::LoginName;
use crate::services::attempts::{self, Trial};
use crate::services::obstacle::{Declined, Obstacle, Reason};
use crate::services::rounds::Rounds;
use crate::store::key::{Identifier, Subject};
use crate::store::{Claim, Guarded, SignInRecord, StoreError};
use crate::telemetry;

/// How often a login is written again: each that comes first makes the others look again, once the account
/// has as many sessions as it may.
const LOGIN_ROUNDS: usize = 64;

/// Somebody wants in.
#[derive(Debug)]
pub struct SignIn {
    /// Who they say they are.
    pub name: LoginName,
    /// What they say the password is; `None` if it is longer than any password can be.
    pub password: Option<Password>,
    /// Where the request came from.
    pub asker: Asker,
    /// The session that is to be opened.
    pub session: NewSession,
    /// Whether only members of staff are let in; others are told what a wrong password is told.
    pub staff_only: bool,
    /// A session of the same client that this one replaces.
    pub replaces: Option<Caller>,
}

/// A session to open.
#[derive(Clone, Copy, Debug)]
pub struct NewSession {
    /// How it is to travel.
    pub carrier: Carrier,
    /// How long it is to last.
    pub lasts: Duration,
    /// Whether the device is handed the shared key with it.
    pub holds_key: bool,
}

/// How long a session of the `token` header lasts at most while its holder is an administrator, which
/// somebody becomes or ceases to be with the end of all sessions (security rule S3).
pub const ADMINISTRATOR_LASTS: Duration = Duration::from_hours(12);

impl NewSession {
    /// The session as it is opened for an administrator of the charity, or for anybody else.
    #[must_use]
    pub fn for_administrator(self, is_one: bool) -> Self {
        match self.carrier {
            Carrier::TokenHeader if is_one => Self { lasts: self.lasts.min(ADMINISTRATOR_LASTS), ..self },
            Carrier::Cookie | Carrier::Authorization | Carrier::TokenHeader => self,
        }
    }
}

/// Somebody is in.
#[derive(Debug)]
pub struct SignedIn {
    /// The account, as it was when the password was checked.
    pub account: Account,
    /// The new session's token.
    pub token: SessionToken,
    /// The mark that the device gets, where it keeps cookies and had none.
    pub device: Option<Device>,
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInRefusal {
    /// There is no such person, or the password is wrong.
    #[error("the credentials do not match")]
    WrongCredentials,
    /// The password is right, but the account was stopped.
    #[error("the account is frozen")]
    Frozen,
}

impl Reason for SignInRefusal {}

/// Somebody who was recognised.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Their account, read for this request.
    pub account: Account,
    /// What they were recognised by.
    pub by: RecognisedBy,
}

impl Caller {
    /// The session they were recognised by, if it was one.
    #[must_use]
    pub fn session(&self) -> Option<&SessionDigest> {
        match &self.by {
            RecognisedBy::Session(digest) => Some(digest),
            RecognisedBy::SharedKey => None,
        }
    }
}

/// What a caller was recognised by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecognisedBy {
    /// A session of their own.
    Session(SessionDigest),
    /// The key that all their devices share.
    SharedKey,
}

/// Checks a password and opens a session.
pub async fn sign_in(app: &App, mut request: SignIn) -> Result<SignedIn, Declined<SignInRefusal>> {
    let (name, password) = (&request.name, request.password.as_ref());
    let admitted = admit(app, name, password, &request.asker, request.staff_only).await?;
    let Admitted { account, trial, is_outdated } = admitted;
    let device = new_mark(app, &request.asker, request.session);
    // A cookie that comes from another network than the account is known in may be a copy. Then the
    // browser that it was copied from is not signed out.
    if attempts::is_elsewhere(app, &trial) {
        request.replaces = None;
    }
    let recorded = Box::pin(record(app, account, request, is_outdated));
    let succeeded = attempts::succeed(app, &trial, device.as_ref());
    let (recorded, ()) = futures_util::future::join(recorded, succeeded).await;
    recorded.map(|(account, token)| SignedIn { account, token, device })
}

/// A mark for the device that gets such a session, where it keeps cookies and shows no mark.
pub(super) fn new_mark(app: &App, asker: &Asker, session: NewSession) -> Option<Device> {
    let keeps_cookies = match session.carrier {
        Carrier::Cookie => true,
        Carrier::Authorization | Carrier::TokenHeader => false,
    };
    (keeps_cookies && asker.device.is_none()).then(|| Device::new(app.entropy.bytes()))
}

/// Somebody has named an account that may be used, and knows its password.
#[derive(Debug)]
pub(super) struct Admitted {
    /// The account, as it was when the password was checked.
    pub(super) account: Account,
    /// The try at it, which has yet to be counted as a success.
    pub(super) trial: Trial,
    /// Whether the password should be hashed anew.
    pub(super) is_outdated: bool,
}

/// Checks the password of the named account; the work is the same if there is none.
pub(super) async fn admit(
    app: &App,
    name: &LoginName,
    password: Option<&Password>,
    asker: &Asker,
    staff_only: bool,
) -> Result<Admitted, Declined<SignInRefusal>> {
    let number = named_account(app, name).await?;
    let subject = attempts::subject(app, number, name);
    let read_as = match &subject {
        Subject::Account(number) => *number,
        Subject::Nobody(fingerprint) => nobody(app, fingerprint),
    };
    attempts::admit(app, asker, ready(Ok(read_as))).await?;
    let (account, trial) = futures_util::future::try_join(
        app.store.find_account(read_as),
        attempts::begin(app, subject, Some(name), asker),
    )
    .await?;
    let account = account.filter(|account| account.standing != Standing::Deleted);
    let comparison = compare(app, asker, &trial, account.as_ref(), password).await?;
    let is_right = comparison != Comparison::Different;
    let Some(account) = account.filter(|one| is_right && (!staff_only || one.may_use_console())) else {
        attempts::miss(app, asker, &trial).await?;
        return Err(SignInRefusal::WrongCredentials.into());
    };
    telemetry::note(|notes| notes.account = Some(account.number));
    if account.standing == Standing::Frozen {
        return Err(SignInRefusal::Frozen.into());
    }
    Ok(Admitted { account, trial, is_outdated: comparison == Comparison::Outdated })
}

/// Opens a session: its token, and what the account is to remember of it.
#[must_use]
pub fn open(
    app: &App,
    number: AccountNumber,
    epoch: u32,
    login: u32,
    new: NewSession,
) -> (SessionToken, Session) {
    let NewSession { carrier, lasts, holds_key } = new;
    let token = match carrier {
        Carrier::Cookie => SessionToken::for_cookie(number, app.entropy.bytes()),
        Carrier::Authorization => SessionToken::for_authorization(number, app.entropy.bytes()),
        Carrier::TokenHeader => {
            TokenSeal::new(&app.secret.key(Purpose::TokenSeal)).seal(number, app.entropy.bytes())
        }
    };
    let expires = app.clock.now().saturating_add(lasts).expect("a duration without a sign is in range");
    let session = Session { digest: token.digest(), carrier, holds_key, epoch, expires, login };
    (token, session)
}

/// The account's shared key, as its current state has it.
#[must_use]
pub fn shared_key(app: &App, account: &Account) -> String {
    let message = shared_key::derivation(account.number, account.shared_key.generation);
    shared_key::write(account.number, &app.secret.code(Purpose::SharedKey, &message))
}

/// Compares a password with an account's if the try may go on, or with nothing at the same cost, unless
/// the address was blocked while the comparison waited for its turn.
pub(super) async fn compare(
    app: &App,
    asker: &Asker,
    trial: &Trial,
    account: Option<&Account>,
    password: Option<&Password>,
) -> Result<Comparison, Obstacle> {
    let account = match trial.reservation() {
        Reservation::Granted => account,
        Reservation::Hidden => None,
        Reservation::Wait(wait) => {
            attempts::fail(app, trial).await;
            return Err(Obstacle::Throttled(wait));
        }
    };
    // A text too long to be anyone's password: compared with nothing, at the usual cost.
    let nobodys = Password::new("").expect("an empty text is not too long");
    let stored = account.filter(|_| password.is_some()).map(|account| &account.credential);
    let (gate, address) = (app.clone(), asker.address);
    let is_known = trial.is_of_known_place(app.clock.now());
    let is_welcome =
        move || is_known || gate.addresses.wait(address, Deed::FailedLogin, gate.clock.now()).is_none();
    let comparison = app.hasher.compare(password.unwrap_or(&nobodys), stored, is_welcome).await;
    match comparison {
        Some(comparison) => Ok(comparison),
        None => Err(address_gate::admit(app, asker, Deed::FailedLogin)
            .err()
            .unwrap_or(Obstacle::Throttled(Duration::ZERO))),
    }
}

/// The account that a name belongs to. An identifier that was given up opens nothing any more.
async fn named_account(app: &App, name: &LoginName) -> Result<Option<AccountNumber>, StoreError> {
    let now = app.clock.now();
    let in_use = |claim: Option<Claim>| claim.filter(|claim| !claim.is_former).map(|claim| claim.account);
    match name {
        LoginName::Claimed(identifier) => Ok(in_use(app.store.claim_on(identifier, now).await?)),
        LoginName::Address(address) => {
            let (email, username) =
                (Identifier::email(address), Identifier::typed_username(address.as_str()));
            // Both at once, so that it takes no longer for one than for the other.
            let (by_email, by_username) = futures_util::future::try_join(
                app.store.claim_on(&email, now),
                app.store.claim_on(&username, now),
            )
            .await?;
            Ok(in_use(by_email).or_else(|| in_use(by_username)))
        }
        LoginName::Number(typed) => Ok(AccountNumber::parse(typed)),
    }
}

/// A number that no account has, so that DynamoDB sees the same calls for a stranger; spread over
/// many partitions, so that strangers do not crowd one.
#[must_use]
pub fn nobody(app: &App, subject: &str) -> AccountNumber {
    let [a, b, c, ..] = app.secret.code(Purpose::Attempts, subject.as_bytes());
    AccountNumber::new(u32::from_be_bytes([0, 0, a, b]) * 100 + u32::from(c) % 100)
}

/// Writes the login down, on whatever the account has become meanwhile.
async fn record(
    app: &App,
    mut account: Account,
    request: SignIn,
    is_outdated: bool,
) -> Result<(Account, SessionToken), Declined<SignInRefusal>> {
    let verified = account.credential.clone();
    let rehashed = match (&request.password, is_outdated) {
        (Some(password), true) => Some(app.hasher.hash(password, app.entropy.bytes()).await),
        (Some(_) | None, _) => None,
    };
    let op = app.entropy.mark();
    let mut rounds = Rounds::of(LOGIN_ROUNDS);
    loop {
        rounds.begin()?;
        let now = app.clock.now();
        let wanted = request.session.for_administrator(account.administers_charity());
        let (token, session) =
            open(app, account.number, account.epoch, account.logins.saturating_add(1), wanted);
        let replaced = replaced_session(&request, &account);
        let others = account.sessions.iter().filter(|session| Some(&session.digest) != replaced.as_ref());
        let session::Eviction { mut sessions, slack } =
            session::to_evict(others, wanted.carrier, account.epoch, now);
        sessions.extend(replaced);
        let record = SignInRecord {
            session: &session,
            evicted: &sessions,
            logins_at_most: account.logins.saturating_add(slack),
            key: request.session.holds_key.then(|| account.shared_key.on_login()),
            rehashed: rehashed.as_ref(),
            // The `token` header opens the charity and nothing else (trust rule 4).
            joins_charity: (wanted.carrier == Carrier::TokenHeader && !account.charity).then_some(&account),
            at: now,
        };
        let on = Guarded::of(&account, &op);
        if app.store.record_sign_in(on, &record).await?.is_ok() {
            forget_other_account(app, &request, account.number).await;
            telemetry::note(|notes| notes.logins += 1);
            return Ok((account, token));
        }
        // Another write came first. The password that was checked must still be the account's.
        let changed = app.store.find_account(account.number).await?;
        let unchanged =
            |now: &Account| now.credential == verified || rehashed.as_ref() == Some(&now.credential);
        account = match changed {
            Some(now) if now.standing == Standing::Active && unchanged(&now) => now,
            Some(_) | None => return Err(SignInRefusal::WrongCredentials.into()),
        };
    }
}

/// The client's own earlier session, if it is on the same account: a login renews it.
fn replaced_session(request: &SignIn, account: &Account) -> Option<SessionDigest> {
    let caller = request.replaces.as_ref().filter(|caller| caller.account.number == account.number)?;
    caller.session().cloned()
}

/// Ends the client's earlier session on another account, so that a browser has one session only.
async fn forget_other_account(app: &App, request: &SignIn, number: AccountNumber) {
    let Some(caller) = request.replaces.as_ref().filter(|caller| caller.account.number != number) else {
        return;
    };
    if let Some(digest) = caller.session() {
        let op = app.entropy.mark();
        let on = Guarded::of(&caller.account, &op);
        if let Err(error) = app.store.forget_session(on, digest).await {
            tracing::warn!(error = %crate::store::chain(&error), "a replaced session was not ended");
        }
    }
}
