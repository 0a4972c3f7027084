//! Every call of what administrators and users do here, broken once in every way; then the same
//! request again, unbroken. It was done once, and no claim is left without its account.

use std::time::Duration;

use serde_json::json;
use tally::app::Basics;
use tally::domain::account::{Account, Standing};
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::Order;
use tally::domain::role::Role;
use tally::services::administration;
use tests::tapped::{Ask, Ground, Tapped};

use super::{
    CHANGE_INFORMATION, CHANGE_PASSWORD, LOGIN, NEW_PASSWORD, PASSWORD, PERMISSION, STATUS, registration,
    welcomed,
};
use crate::sweep::{ACTIONS, sweep};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scenario {
    ChangeRole,
    Delete,
    ChangePassword,
    Rename,
}

const SCENARIOS: [Scenario; 4] =
    [Scenario::ChangeRole, Scenario::Delete, Scenario::ChangePassword, Scenario::Rename];

/// Somebody with a username and an address, who is logged in here.
struct User {
    number: AccountNumber,
    token: String,
}

impl User {
    async fn register(calm: &Tapped, name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let body = json!({"username": name, "email": format!("{name}@example.com"),
            "password1": PASSWORD, "password2": PASSWORD});
        let number =
            tests::table::owner(&calm.send(&Ask::post("/rest-auth/registration/", &body)).await.key());
        Self { number, token: log_in(calm, number, PASSWORD).await.expect("the password is right") }
    }
}

/// A token, if the password is right.
async fn log_in(calm: &Tapped, number: AccountNumber, password: &str) -> Option<String> {
    let login = Ask::post(LOGIN, &json!({"id": number.to_string(), "password": password}));
    Some(calm.send(&login).await.json()["data"]["token"].as_str()?.to_owned())
}

impl Scenario {
    fn ask(self, user: &User, boss: &str) -> Ask {
        let id = user.number.to_string();
        match self {
            Self::ChangeRole => Ask::post(PERMISSION, &json!({"id": id, "role": "2"})).token_header(boss),
            Self::Delete => Ask::post(STATUS, &json!({"id": id, "status": "2"})).token_header(boss),
            Self::ChangePassword => {
                let body = json!({"id": id, "password": PASSWORD, "new_password": NEW_PASSWORD});
                Ask::post(CHANGE_PASSWORD, &body)
            }
            Self::Rename => {
                let body = json!({"first_name": "Sinope", "last_name": "Nanto"});
                Ask::post(CHANGE_INFORMATION, &body).token_header(&user.token)
            }
        }
    }

    /// Whether it has been done, and how often.
    fn is_done_once(self, account: &Account) -> bool {
        let epoch = account.epoch == 1;
        match self {
            Self::ChangeRole => account.role == Role::Volunteer && epoch,
            Self::Delete => account.standing == Standing::Deleted && account.username.is_none() && epoch,
            Self::ChangePassword => epoch,
            Self::Rename => account.first_name == "Sinope" && account.epoch == 0,
        }
    }

    /// What the same request may be answered once it has been done.
    fn may_repeat(self, code: u16) -> bool {
        match self {
            Self::ChangeRole | Self::Rename => code == 200,
            Self::Delete => code == 404,
            Self::ChangePassword => code == 401,
        }
    }
}

async fn read(ground: &Ground, number: AccountNumber) -> Account {
    let account = ground.app().store.find_account(number).await.expect("the table is there");
    account.expect("the account is there")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_fault_anywhere_loses_nothing_and_doubles_nothing() {
    let ground = Ground::start().await;
    let calm = ground.tapped(Duration::ZERO).await;
    let boss = welcomed(&calm.send(&Ask::post(super::REGISTER, &registration("1", "Sinope", "Nanto"))).await);
    let on = Basics::from(ground.app());
    let order = Order::Role(Role::Administrator);
    administration::obey(&on, boss.number(), order).await.expect("the order is carried out");
    let boss = log_in(&calm, boss.number(), PASSWORD).await.expect("the password is right");
    let (ground, calm, boss) = (&ground, &calm, &boss);
    let run = async |scenario: Scenario, number: usize, service: &Tapped| {
        let user = User::register(calm, &format!("{scenario:?}-{number}")).await;
        let first = service.send(&scenario.ask(&user, boss)).await.code();
        let done = scenario.is_done_once(&read(ground, user.number).await);
        let second = calm.send(&scenario.ask(&user, boss)).await.code();
        let is_once = scenario.is_done_once(&read(ground, user.number).await);
        // A single fault is one that the SDK or the service gets over.
        let is_right = first == 200 && done && scenario.may_repeat(second) && is_once;
        if is_right { Vec::new() } else { vec![format!("{first} {done}, then {second} {is_once}")] }
    };
    sweep(ground, &SCENARIOS, &ACTIONS, 60, run).await;
}
