//! Carrying out a command: find the user, ask the services, say what came of it.

use tally::app::Basics;
use tally::domain::account::{Names, Standing};
use tally::domain::administration::{GroupName, MAX_GROUP_NAME, Order};
use tally::domain::bookings::EVENTS;
use tally::domain::credential::Cost;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::{MAX_BYTES, MIN_CHARACTERS, Password, PasswordFault};
use tally::domain::text::NameFault;
use tally::domain::username::{self, Username, UsernameFault};
use tally::secret::VaultError;
use tally::services::administration::{
    self, Found, GiftRefusal, NewSuperuser, NotFound, Obeyed, OrderRefusal,
};
use tally::services::attempts;
use tally::services::hashing::Hasher;
use tally::services::registration::Taken;
use tally::store::StoreError;
use zeroize::Zeroizing;

use crate::arguments::Command;
use crate::confirming::confirmed;
use crate::terminal::NoPassword;
use crate::{bookings, everyone, export, history, import, migration, printing};

/// Why a command was not carried out; its text is meant for the terminal.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something in it breaks the rules, or the accounts are not as it needs them.
    #[error("{0}")]
    Refused(String),
    /// There is no password.
    #[error(transparent)]
    NoPassword(#[from] NoPassword),
    /// The table cannot be used.
    #[error("The table {table:?} cannot be used")]
    Table {
        /// Its name.
        table: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// The secret cannot be read or written.
    #[error(transparent)]
    Secret(VaultError),
}

/// Carries out a command and answers what to print. `ask_password` may wait for somebody to type.
pub async fn carry_out(
    on: &Basics,
    command: Command,
    ask_password: impl FnOnce() -> Result<Zeroizing<String>, NoPassword> + Send + 'static,
) -> Result<String, Failure> {
    match command {
        Command::CreateSuperuser { username, email } => {
            create_superuser(on, &username, email.as_deref(), ask_password).await
        }
        Command::Order { user, order, confirmed } => obey(on, &user, order, confirmed.as_deref()).await,
        Command::SetEmail { user, address, confirmed } => {
            set_email(on, &user, &address, confirmed.as_deref()).await
        }
        Command::EndAllSessions { confirmed } => everyone::end_sessions(on, confirmed.as_deref()).await,
        Command::Delete { user, confirmed } => delete(on, &user, confirmed.as_deref()).await,
        Command::Group { user, inside, name, confirmed } => {
            regroup(on, &user, inside, &name, confirmed.as_deref()).await
        }
        Command::Forgive { user } => {
            let found = find(on, &user).await?;
            let forgiven = attempts::forgive(on, &found.account).await;
            forgiven.map_err(|source| unusable(on, source))?;
            Ok(printing::forgiven(&found))
        }
        Command::Show { user, json } => {
            let found = find(on, &user).await?;
            let card = printing::Card::of(&found, administration::living_sessions(on, &found.account));
            Ok(if json { card.json() } else { card.text() })
        }
        Command::History { user, json } => {
            let number = find(on, &user).await?.account.number;
            let records = on.store.history(number, on.clock.now()).await;
            let records = records.map_err(|source| unusable(on, source))?;
            Ok(if json { history::json(number, &records) } else { history::text(number, &records) })
        }
        Command::MigratePower { dry_run } => migration::carry_out(on, dry_run).await,
        Command::Bookings { event } => {
            let events = event.map_or_else(|| EVENTS.iter().collect(), |event| vec![event]);
            let places = tally::services::bookings::list(on, &events).await;
            Ok(bookings::csv(&places.map_err(|source| unusable(on, source))?))
        }
        Command::Import(wanted) => import::carry_out(on, &wanted).await,
        Command::Export(target) => export::carry_out(on, &target).await,
    }
}

async fn create_superuser(
    on: &Basics,
    username: &str,
    email: Option<&str>,
    ask_password: impl FnOnce() -> Result<Zeroizing<String>, NoPassword> + Send + 'static,
) -> Result<String, Failure> {
    let email = email.map(EmailAddress::parse).transpose();
    let email = email.map_err(|_| refused("This is no e-mail address that can be registered."))?;
    let username = Username::parse(username, email.as_ref());
    let username = username.map_err(|fault| refused(username_words(fault)))?;
    // Before asking for a password in vain; this also tells a table that cannot be reached.
    let taken = administration::taken(on, &username, email.as_ref()).await;
    refuse_taken(taken.map_err(|source| unusable(on, source))?)?;
    let typed = tokio::task::spawn_blocking(ask_password).await;
    let typed = typed.map_err(|_| refused("The password cannot be read."))??;
    let password = judge(&typed, &Names { username: Some(&username), email: email.as_ref() })?;
    let hasher = Hasher::new(Cost::PRODUCTION);
    let wanted = NewSuperuser { username, email, password };
    let created = administration::create_superuser(on, &hasher, wanted).await;
    match created.map_err(|source| unusable(on, source))? {
        Ok(account) => Ok(printing::created(&account)),
        Err(taken) => refuse_taken(taken).map(|()| String::new()),
    }
}

async fn obey(on: &Basics, user: &str, order: Order, number: Option<&str>) -> Result<String, Failure> {
    let found = find(on, user).await?;
    // What does not give anything is done to whoever is found: it can be taken back.
    let vouched = match order {
        Order::Staff(_) | Order::Superuser(_) | Order::Role(_) => confirmed(&found, number)?,
        Order::Freeze | Order::Unfreeze | Order::EndSessions | Order::Delete => None,
    };
    let vouched = vouched.filter(|_| order.gives_power());
    match administration::obey_vouching(on, found.account.number, order, vouched.as_ref()).await {
        Ok(Obeyed::Done { sessions }) => Ok(printing::done(&found, order, sessions, vouched.as_ref())),
        Ok(Obeyed::AlreadySo) => Ok(printing::already_so(&found, order, vouched.as_ref())),
        Err(refusal) => Err(order_failure(on, &found, refusal)),
    }
}

async fn set_email(on: &Basics, user: &str, address: &str, number: Option<&str>) -> Result<String, Failure> {
    let address = EmailAddress::parse(address);
    let address = address.map_err(|_| refused("This is no e-mail address that can be registered."))?;
    let found = find(on, user).await?;
    confirmed(&found, number)?;
    match administration::set_email(on, found.account.number, &address).await {
        Ok(given) => Ok(printing::given(&found, &address, given)),
        Err(GiftRefusal::Gone) => Err(order_failure(on, &found, OrderRefusal::Gone)),
        Err(GiftRefusal::ProvenByAnother(number)) => Err(refused(format!(
            "Account {number} has proven that address. Nobody else gets it while that account has it."
        ))),
        Err(GiftRefusal::Unavailable(source)) => Err(unusable(on, source)),
    }
}

/// Deletes a user, where the number that was repeated is the one that was found. Whoever mistypes a
/// name learns whom they would have deleted.
async fn delete(on: &Basics, user: &str, confirmed: Option<&str>) -> Result<String, Failure> {
    let found = find(on, user).await?;
    let number = found.account.number;
    if found.account.standing != Standing::Deleted && confirmed != Some(number.to_string().as_str()) {
        return Err(refused(printing::unconfirmed(&found)));
    }
    obey(on, &format!("#{number}"), Order::Delete, None).await
}

async fn regroup(
    on: &Basics,
    user: &str,
    inside: bool,
    name: &str,
    repeated: Option<&str>,
) -> Result<String, Failure> {
    let name = GroupName::parse(name).map_err(|fault| refused(group_name_words(fault)))?;
    let found = find(on, user).await?;
    let vouched = confirmed(&found, repeated)?;
    let number = found.account.number;
    let printed = if inside {
        let joined = administration::join(on, number, &name, vouched.as_ref()).await;
        joined.map(|(group, was_outside)| printing::joined(&found, &group, was_outside, vouched.as_ref()))
    } else {
        let left = administration::leave(on, number, &name).await;
        left.map(|was_inside| printing::left(&found, name.as_str(), was_inside))
    };
    printed.map_err(|refusal| order_failure(on, &found, refusal))
}

async fn find(on: &Basics, user: &str) -> Result<Found, Failure> {
    administration::find(on, user).await.map_err(|not_found| match not_found {
        NotFound::Nobody => refused(format!(
            "There is no user {user:?}: it is nobody's username, e-mail address, mobile number or \
             account number."
        )),
        NotFound::Ambiguous(ways) => refused(printing::ambiguous(user, &ways)),
        NotFound::Unavailable(source) => unusable(on, source),
    })
}

fn order_failure(on: &Basics, found: &Found, refusal: OrderRefusal) -> Failure {
    match refusal {
        OrderRefusal::Gone => refused(format!("{} is deleted.", printing::person(found))),
        OrderRefusal::LastSuperuser => refused(format!(
            "{} is the last superuser who can come in. Make another one first.",
            printing::person(found)
        )),
        OrderRefusal::AddressMoved => refused(format!(
            "{} has the address no longer by which it was found. Look again.",
            printing::person(found)
        )),
        OrderRefusal::Unavailable(source) => unusable(on, source),
    }
}

/// Takes a password that keeps every rule.
fn judge(typed: &str, names: &Names<'_>) -> Result<Password, Failure> {
    let password = Password::new(typed)
        .map_err(|_| refused(format!("The password is longer than {MAX_BYTES} bytes.")))?;
    let faults = password.faults(names);
    if faults.is_empty() {
        return Ok(password);
    }
    let words: Vec<String> = faults.into_iter().map(password_words).collect();
    Err(refused(words.join("\n")))
}

fn refuse_taken(taken: Taken) -> Result<(), Failure> {
    match (taken.username, taken.email) {
        (false, false) => Ok(()),
        (true, false) => Err(refused("The username is taken.")),
        (false, true) => Err(refused("The e-mail address is taken.")),
        (true, true) => Err(refused("The username and the e-mail address are taken.")),
    }
}

pub(crate) fn username_words(fault: UsernameFault) -> String {
    match fault {
        UsernameFault::TooLong => {
            format!("The username is longer than {} characters.", username::MAX_CHARACTERS)
        }
        UsernameFault::Characters => {
            "A username consists of @ . + - _ and ASCII letters and digits.".to_owned()
        }
        UsernameFault::AnothersIdentifier => {
            "The username reads like a phone number or like an e-mail address that is not the user's own."
                .to_owned()
        }
    }
}

fn password_words(fault: PasswordFault) -> String {
    match fault {
        PasswordFault::TooShort => format!("The password has fewer than {MIN_CHARACTERS} characters."),
        PasswordFault::TooCommon => {
            "The password is a common one, or the user's own name or address.".to_owned()
        }
        PasswordFault::EntirelyNumeric => "The password consists of digits only.".to_owned(),
        PasswordFault::ControlCharacter => "The password holds a control character.".to_owned(),
    }
}

pub(crate) fn group_name_words(fault: NameFault) -> String {
    match fault {
        NameFault::Empty => "A group needs a name.".to_owned(),
        NameFault::TooLong => format!("The group's name is longer than {MAX_GROUP_NAME} characters."),
        NameFault::ControlCharacter => "The group's name holds a control character.".to_owned(),
    }
}

pub(crate) fn refused(message: impl Into<String>) -> Failure {
    Failure::Refused(message.into())
}

pub(crate) fn unusable(on: &Basics, source: StoreError) -> Failure {
    Failure::Table { table: on.store.table().to_owned(), source }
}
