//! Every call of every scenario broken once in every way; then the same request again, unbroken.

use std::time::Duration;

use tally::domain::account::Account;
use tests::answer::Answer;
use tests::tapped::{Ask, Ground, Tapped};

use super::{NEW_PASSWORD, PASSWORD, details, login, logout, password_change, profile, registration};
use crate::sweep::{ACTIONS, sweep};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scenario {
    Register,
    Login,
    PasswordChange,
    CreateDetails,
    Logout,
    LogoutByKey,
}

const SCENARIOS: [Scenario; 6] = [
    Scenario::Register,
    Scenario::Login,
    Scenario::PasswordChange,
    Scenario::CreateDetails,
    Scenario::Logout,
    Scenario::LogoutByKey,
];

/// A user of one run: three devices are logged in, the second of which acts.
struct User {
    name: String,
    first: Option<Answer>,
    second: Option<Answer>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_fault_anywhere_loses_nothing_and_doubles_nothing() {
    let ground = Ground::start().await;
    let calm = ground.tapped(Duration::ZERO).await;
    let (ground, calm) = (&ground, &calm);
    let run = async |scenario: Scenario, number: usize, service: &Tapped| {
        let user = User::prepare(calm, scenario, &format!("{scenario:?}-{number}")).await;
        let mut run = Run { scenario, ground, calm, user, findings: Vec::new() };
        run.go(service).await;
        run.findings
    };
    sweep(ground, &SCENARIOS, &ACTIONS, 80, run).await;
}

impl User {
    async fn prepare(calm: &Tapped, scenario: Scenario, name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        if scenario == Scenario::Register {
            return Self { name, first: None, second: None };
        }
        let registered = calm.send(&registration(&name)).await;
        assert_eq!(registered.code(), 201, "{registered:?}");
        // The device that registered, and then two others.
        let first = calm.send(&login(&name, PASSWORD)).await;
        let second = calm.send(&login(&name, PASSWORD)).await;
        assert_eq!(calm.send(&login(&name, PASSWORD)).await.code(), 200);
        Self { name, first: Some(first), second: Some(second) }
    }

    fn first(&self) -> &Answer {
        self.first.as_ref().expect("all but those who register have logged in")
    }

    fn second(&self) -> &Answer {
        self.second.as_ref().expect("all but those who register have logged in")
    }
}

impl Scenario {
    fn ask(self, user: &User) -> Ask {
        match self {
            Self::Register => registration(&user.name),
            Self::Login => login(&user.name, PASSWORD),
            Self::PasswordChange => password_change().session(user.second()),
            Self::CreateDetails => details().session(user.second()),
            Self::Logout => logout().session(user.second()),
            Self::LogoutByKey => logout().key(&user.second().key()),
        }
    }

    const fn success(self) -> u16 {
        match self {
            Self::Register | Self::CreateDetails => 201,
            Self::Login | Self::PasswordChange | Self::Logout | Self::LogoutByKey => 200,
        }
    }
}

/// One run: a request with a fault, then the same without, and what was found wrong.
struct Run<'a> {
    scenario: Scenario,
    ground: &'a Ground,
    calm: &'a Tapped,
    user: User,
    findings: Vec<String>,
}

impl Run<'_> {
    async fn go(&mut self, service: &Tapped) {
        let answer = service.send(&self.scenario.ask(&self.user)).await;
        // A single fault is one that the SDK or the service gets over.
        if answer.code() != self.scenario.success() {
            self.findings.push(format!("answered {}", answer.brief()));
            return;
        }
        match self.scenario {
            Scenario::Register => self.check_registration(&answer).await,
            Scenario::Login => self.check_login(&answer).await,
            Scenario::PasswordChange => self.check_password_change().await,
            Scenario::CreateDetails => {
                self.answered("the details", &profile().session(self.user.second()), 200).await;
                self.again(400).await;
            }
            Scenario::Logout => self.check_logout().await,
            // The key does not tell devices apart: the same again is another one's logout.
            Scenario::LogoutByKey => {
                self.devices_left(2).await;
                self.again(200).await;
                self.devices_left(1).await;
                self.answered("the last device", &profile().key(&self.user.second().key()), 404).await;
            }
        }
    }

    async fn check_registration(&mut self, answer: &Answer) {
        self.again(400).await;
        let welcome = self.calm.send(&login(&self.user.name, PASSWORD)).await;
        if welcome.code() != 200 {
            self.findings.push(format!("then logged in: {}", welcome.brief()));
            return;
        }
        self.expect("key", &welcome.key(), &answer.key());
        let account = self.ground.account_of(&welcome.key()).await;
        self.expect("devices", &account.shared_key.devices, &1);
        self.answered("the first session", &profile().session(answer), 404).await;
    }

    async fn check_login(&mut self, answer: &Answer) {
        self.devices_left(4).await;
        // That of the registration is one more.
        let sessions = self.account().await.sessions.len();
        self.expect("sessions", &sessions, &5);
        self.answered("the new session", &profile().session(answer), 404).await;
        self.again(200).await;
    }

    async fn check_password_change(&mut self) {
        let epoch = self.account().await.epoch;
        self.expect("epoch", &epoch, &1);
        let name = self.user.name.clone();
        self.answered("the other device", &profile().session(self.user.first()), 401).await;
        self.again(401).await;
        self.answered("the old password", &login(&name, PASSWORD), 400).await;
        self.answered("the new password", &login(&name, NEW_PASSWORD), 200).await;
    }

    async fn check_logout(&mut self) {
        self.devices_left(2).await;
        self.answered("the session", &profile().session(self.user.second()), 401).await;
        self.again(200).await;
        self.devices_left(2).await;
        self.answered("the other device", &profile().session(self.user.first()), 404).await;
    }

    /// The same request once more, with nothing in its way.
    async fn again(&mut self, expected: u16) {
        let ask = self.scenario.ask(&self.user);
        self.answered("the same again", &ask, expected).await;
    }

    async fn answered(&mut self, what: &str, ask: &Ask, expected: u16) {
        let answer = self.calm.send(ask).await;
        if answer.code() != expected {
            self.findings.push(format!("{what}: {} instead of {expected}", answer.brief()));
        }
    }

    fn expect<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: &T, expected: &T) {
        if found != expected {
            self.findings.push(format!("{what}: {found:?} instead of {expected:?}"));
        }
    }

    async fn devices_left(&mut self, expected: u32) {
        let devices = self.account().await.shared_key.devices;
        self.expect("devices", &devices, &expected);
    }

    async fn account(&self) -> Account {
        self.ground.account_of(&self.user.first().key()).await
    }
}
