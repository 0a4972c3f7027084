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
use tally::services::administration::{
    self, Found, GiftRefusal, NewSuperuser, NotFound, Obeyed, OrderRefusal,
};
use tally::services::attempts;
use tally::services::hashing::Hasher;
use tally::services::registration::Taken;
use tally::store::StoreError;

use crate::cli::{Confirmed, TableCommand, Whom};
use crate::outcome::{Answer, Failure, refused};
use crate::terminal::Terminal;
use crate::{bookings, everyone, export, history, import, migration, printing};

/// Carries out a command and answers what to print.
pub async fn carry_out(on: &Basics, command: TableCommand, terminal: &Terminal) -> Result<Answer, Failure> {
    let seat = Seat { on, terminal };
    match command {
        TableCommand::CreateSuperuser { username, email } => {
            seat.create_superuser(&username, email.as_deref()).await
        }
        TableCommand::Staff { whom, switch } => seat.empower(whom, Order::Staff(switch)).await,
        TableCommand::Superuser { whom, switch } => seat.empower(whom, Order::Superuser(switch)).await,
        TableCommand::Role { whom, role } => seat.empower(whom, Order::Role(role)).await,
        TableCommand::Group { whom, inside, name } => seat.regroup(whom, inside, &name).await,
        TableCommand::Freeze(Whom { user }) => seat.obey(&seat.find(&user).await?, Order::Freeze, None).await,
        TableCommand::Unfreeze(Whom { user }) => {
            seat.obey(&seat.find(&user).await?, Order::Unfreeze, None).await
        }
        TableCommand::Forgive(Whom { user }) => seat.forgive(&user).await,
        TableCommand::EndSessions { user: Some(user), .. } => {
            seat.obey(&seat.find(&user).await?, Order::EndSessions, None).await
        }
        TableCommand::EndSessions { user: None, confirm, .. } => {
            everyone::end_sessions(on, confirm.as_deref(), terminal).await
        }
        TableCommand::SetEmail { whom, address } => seat.set_email(whom, &address).await,
        TableCommand::Delete(whom) => seat.delete(whom).await,
        TableCommand::Show(Whom { user }) => {
            let found = seat.find(&user).await?;
            Ok(printing::card(&found, administration::living_sessions(on, &found.account)))
        }
        TableCommand::History(Whom { user }) => {
            let number = seat.find(&user).await?.account.number;
            let records = on.store.history(number, on.clock.now()).await;
            Ok(history::answer(number, &records.map_err(|source| unusable(on, source))?))
        }
        TableCommand::MigratePower { dry_run } => migration::carry_out(on, dry_run, terminal).await,
        TableCommand::Bookings { event } => {
            let events = event.map_or_else(|| EVENTS.iter().collect(), |event| vec![event]);
            let places = tally::services::bookings::list(on, &events).await;
            Ok(bookings::answer(&places.map_err(|source| unusable(on, source))?))
        }
        TableCommand::Import(wanted) => import::carry_out(on, &wanted, terminal).await,
        TableCommand::Export { output } => export::carry_out(on, output.as_deref(), terminal).await,
    }
}

/// Where somebody works at the table.
#[derive(Clone, Copy)]
struct Seat<'a> {
    on: &'a Basics,
    terminal: &'a Terminal,
}

impl Seat<'_> {
    async fn create_superuser(self, username: &str, email: Option<&str>) -> Result<Answer, Failure> {
        let email = email.map(address).transpose()?;
        let username = Username::parse(username, email.as_ref());
        let username = username.map_err(|fault| refused(username_words(fault)))?;
        // Before asking for a password in vain; this also tells a table that cannot be reached.
        let taken = administration::taken(self.on, &username, email.as_ref()).await;
        refuse_taken(taken.map_err(|source| unusable(self.on, source))?)?;
        let typed = self.terminal.ask_password().await?;
        let password = judge(&typed, &Names { username: Some(&username), email: email.as_ref() })?;
        let hasher = Hasher::new(Cost::PRODUCTION);
        let wanted = NewSuperuser { username, email, password };
        let created = administration::create_superuser(self.on, &hasher, wanted).await;
        match created.map_err(|source| unusable(self.on, source))? {
            Ok(account) => Ok(printing::created(&account)),
            Err(taken) => Err(refuse_taken(taken).err().unwrap_or_else(|| refused("The name was taken."))),
        }
    }

    /// What gives power, or takes it, is done to whoever is meant for sure.
    async fn empower(self, whom: Confirmed, order: Order) -> Result<Answer, Failure> {
        let found = self.find(&whom.user).await?;
        let vouched = self.confirmed(&found, whom.confirm.as_deref()).await?;
        self.obey(&found, order, vouched.filter(|_| order.gives_power())).await
    }

    /// What does not give anything is done to whoever is found: it can be taken back.
    async fn obey(
        self,
        found: &Found,
        order: Order,
        vouched: Option<EmailAddress>,
    ) -> Result<Answer, Failure> {
        let number = found.account.number;
        match administration::obey_vouching(self.on, number, order, vouched.as_ref()).await {
            Ok(obeyed) => Ok(printing::obeyed(found, order, obeyed, vouched.as_ref())),
            Err(refusal) => Err(self.refusal(found, refusal)),
        }
    }

    async fn forgive(self, user: &str) -> Result<Answer, Failure> {
        let found = self.find(user).await?;
        let forgiven = attempts::forgive(self.on, &found.account).await;
        forgiven.map_err(|source| unusable(self.on, source))?;
        Ok(printing::forgiven(&found))
    }

    async fn set_email(self, whom: Confirmed, typed: &str) -> Result<Answer, Failure> {
        let address = address(typed)?;
        let found = self.find(&whom.user).await?;
        self.confirmed(&found, whom.confirm.as_deref()).await?;
        match administration::set_email(self.on, found.account.number, &address).await {
            Ok(given) => Ok(printing::given(&found, &address, given)),
            Err(GiftRefusal::Gone) => Err(self.refusal(&found, OrderRefusal::Gone)),
            Err(GiftRefusal::ProvenByAnother(number)) => Err(refused(format!(
                "Account {number} has proven that address. No other account can have it as long as that one does."
            ))),
            Err(GiftRefusal::Unavailable(source)) => Err(unusable(self.on, source)),
        }
    }

    /// Deletes a user, where the number that was repeated is the one that was found. Whoever mistypes a
    /// name learns whom they would have deleted.
    async fn delete(self, whom: Confirmed) -> Result<Answer, Failure> {
        let found = self.find(&whom.user).await?;
        let (number, why) = (found.account.number.to_string(), printing::deletion(&found));
        if found.account.standing != Standing::Deleted {
            let how = format!("To do it, repeat the number: --confirm {number}");
            self.terminal.insist(whom.confirm.as_deref(), &number, &why, &how).await?;
        }
        let found = self.find(&format!("#{number}")).await?;
        if found.account.standing == Standing::Deleted {
            return Ok(printing::obeyed(&found, Order::Delete, Obeyed::AlreadySo, None));
        }
        self.obey(&found, Order::Delete, None).await
    }

    async fn regroup(self, whom: Confirmed, inside: bool, name: &str) -> Result<Answer, Failure> {
        let name = GroupName::parse(name).map_err(|fault| refused(group_name_words(fault)))?;
        let found = self.find(&whom.user).await?;
        let vouched = self.confirmed(&found, whom.confirm.as_deref()).await?;
        let number = found.account.number;
        let answer = if inside {
            let joined = administration::join(self.on, number, &name, vouched.as_ref()).await;
            joined.map(|(group, was_outside)| printing::joined(&found, &group, was_outside, vouched.as_ref()))
        } else {
            let left = administration::leave(self.on, number, &name).await;
            left.map(|was_inside| printing::left(&found, name.as_str(), was_inside))
        };
        answer.map_err(|refusal| self.refusal(&found, refusal))
    }

    /// The user of that name. Where it leads to two, somebody at the terminal is asked for the number.
    async fn find(self, user: &str) -> Result<Found, Failure> {
        let ways = match administration::find(self.on, user).await {
            Ok(found) => return Ok(found),
            Err(NotFound::Nobody) => {
                return Err(refused(format!(
                    "There is no user {user:?}: no account has it as a username, e-mail address, mobile number or \
                     account number."
                )));
            }
            Err(NotFound::Unavailable(source)) => return Err(unusable(self.on, source)),
            Err(NotFound::Ambiguous(ways)) => ways,
        };
        let told = printing::ambiguous(user, &ways);
        let typed = self.terminal.ask(format!("{told}\nWhich account number?")).await.unwrap_or_default();
        let number = typed.trim_start_matches('#');
        if ways.iter().all(|(_, way)| way.to_string() != number) {
            return Err(refused(told));
        }
        match administration::find(self.on, &format!("#{number}")).await {
            Ok(found) => Ok(found),
            Err(NotFound::Unavailable(source)) => Err(unusable(self.on, source)),
            Err(NotFound::Nobody | NotFound::Ambiguous(_)) => Err(refused(told)),
        }
    }

    /// The address that the operator vouches for by repeating the number of the account that it led to. An
    /// account that was named by an address that nobody proved is refused without the number; with a wrong
    /// one, any is (trust rule 4).
    async fn confirmed(self, found: &Found, number: Option<&str>) -> Result<Option<EmailAddress>, Failure> {
        let own = found.account.number.to_string();
        match number {
            None if found.unproven.is_none() => {}
            None => {
                let (why, how) = printing::doubt(found);
                self.terminal.insist(None, &own, &why, &how).await?;
            }
            Some(number) if number == own => {}
            Some(_) => return Err(refused(printing::misconfirmed(found))),
        }
        Ok(found.unproven.clone())
    }

    fn refusal(self, found: &Found, refusal: OrderRefusal) -> Failure {
        match refusal {
            OrderRefusal::Gone => {
                refused(format!("{} is deleted already; nothing was done.", printing::person(found)))
            }
            OrderRefusal::LastSuperuser => refused(format!(
                "{} is the last superuser who can sign in. Create another one first.",
                printing::person(found)
            )),
            OrderRefusal::AddressMoved => refused(format!(
                "{} no longer has the address by which it was found. Look again.",
                printing::person(found)
            )),
            OrderRefusal::Unavailable(source) => unusable(self.on, source),
        }
    }
}

fn address(typed: &str) -> Result<EmailAddress, Failure> {
    EmailAddress::parse(typed).map_err(|_| refused(format!("{typed:?} is not a valid e-mail address.")))
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
            "A username may contain only ASCII letters, digits and @ . + - _.".to_owned()
        }
        UsernameFault::AnothersIdentifier => {
            "The username looks like a phone number or like an e-mail address that is not the user's own."
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
        PasswordFault::ControlCharacter => "The password contains a control character.".to_owned(),
    }
}

pub(crate) fn group_name_words(fault: NameFault) -> String {
    match fault {
        NameFault::Empty => "A group needs a name.".to_owned(),
        NameFault::TooLong => format!("The group's name is longer than {MAX_GROUP_NAME} characters."),
        NameFault::ControlCharacter => "The group's name contains a control character.".to_owned(),
    }
}

pub(crate) fn unusable(on: &Basics, source: StoreError) -> Failure {
    Failure::Table { table: on.store.table().to_owned(), source }
}
