//! One lost call anywhere: what a customer does happens once all the same, and they are told so.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tests::answer::Answer;
use tests::tap::{Action, Fault, Which};
use tests::tapped::{Ask, Ground, Tapped};

use super::{
    LOGIN, MY_INFO, MY_PASSWORD, NEW_PASSWORD, PASSWORD, PERSON, PHONE_CHANGE, REGISTER, SEND, registration,
};

/// How many runs wait for the SDK's pauses at the same time.
const AT_ONCE: usize = 16;

const ACTIONS: [Action; 2] = [Action::DropBefore, Action::DropAfter];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scenario {
    Register,
    ChangePassword,
    ChangePerson,
    ChangeMobile,
}

const SCENARIOS: [Scenario; 4] =
    [Scenario::Register, Scenario::ChangePassword, Scenario::ChangePerson, Scenario::ChangeMobile];

/// A customer of one run, and what they are about to send.
struct Customer {
    mobile: String,
    welcome: Option<Answer>,
    ask: Ask,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_lost_call_anywhere_loses_nothing_and_doubles_nothing() {
    let ground = Ground::start().await;
    let calm = ground.tapped(Duration::ZERO).await;
    let mut runs = Vec::new();
    for scenario in SCENARIOS {
        let customer = Customer::prepare(&ground, &calm, scenario, runs.len()).await;
        let service = ground.tapped(Duration::ZERO).await;
        let answer = service.send(&customer.ask).await;
        assert_eq!(answer.json()["status"], "ok", "{answer:?}");
        let mut seen: HashMap<String, usize> = HashMap::new();
        for call in service.tap.take_calls() {
            let nth = seen.entry(call.what()).or_default();
            runs.extend(ACTIONS.map(|action| (scenario, call.what(), Which::Nth(*nth), action)));
            *nth += 1;
        }
    }
    assert!(runs.len() >= 30, "only {} runs", runs.len());
    let runs = runs.into_iter().enumerate().map(|(number, (scenario, what, which, action))| {
        let (ground, calm) = (&ground, &calm);
        async move {
            let customer = Customer::prepare(ground, calm, scenario, 100 + number).await;
            let service = ground.tapped(Duration::ZERO).await;
            let (operation, items) = what.split_once(' ').expect("a call has an operation and items");
            service.tap.inject(Fault { which, ..Fault::every(operation, action).on(items) });
            let answer = service.send(&customer.ask).await;
            let happened = service.tap.repair();
            let is_done = answer.json()["status"] == "ok" && happened == 1;
            let is_kept = is_done && customer.is_done(calm, scenario, &answer).await;
            (!is_kept).then(|| format!("{scenario:?}: {action:?} at {what} {which:?}: {}", answer.brief()))
        }
    });
    let faults: Vec<String> =
        stream::iter(runs).buffer_unordered(AT_ONCE).filter_map(async |fault| fault).collect().await;
    assert!(faults.is_empty(), "{} runs went wrong:\n{}", faults.len(), faults.join("\n"));
    assert_eq!(ground.contradictions().await, Vec::<String>::new());
}

impl Customer {
    async fn prepare(ground: &Ground, calm: &Tapped, scenario: Scenario, number: usize) -> Self {
        // Each in a range of its own, since ranges have budgets.
        let mobile = (13_000_000_000 + 1_000_003 * number).to_string();
        let email = format!("customer{number}@example.com");
        let code = text_code(ground, calm, "AccountReg", &mobile).await;
        let register = Ask::post(REGISTER, &registration(&email, &mobile, &code));
        if scenario == Scenario::Register {
            return Self { mobile, welcome: None, ask: register };
        }
        let welcome = calm.send(&register).await;
        assert_eq!(welcome.json()["status"], "ok", "{welcome:?}");
        let ask = match scenario {
            Scenario::Register => register,
            Scenario::ChangePassword => Ask::post(MY_PASSWORD, &super::passwords(PASSWORD, NEW_PASSWORD)),
            Scenario::ChangePerson => Ask::post(PERSON, &json!({"realname": "李小明"})),
            Scenario::ChangeMobile => {
                let mobile = new_mobile(&mobile);
                let code = text_code(ground, calm, "ChangeMobile", &mobile).await;
                Ask::post(PHONE_CHANGE, &json!({"password": PASSWORD, "mobile": mobile, "code": code}))
            }
        };
        let ask = ask.session(&welcome);
        Self { mobile, welcome: Some(welcome), ask }
    }

    /// Whether it happened, and nothing else did.
    async fn is_done(&self, calm: &Tapped, scenario: Scenario, answer: &Answer) -> bool {
        match scenario {
            Scenario::Register => {
                let again = calm.send(&self.ask).await.json();
                let logged_in = calm.send(&login(&self.mobile, PASSWORD)).await.json();
                again["errors"]["code"].is_array()
                    && logged_in["status"] == "ok"
                    && shown(calm, answer).await["user_industry"] == json!(["金融", "物流"])
            }
            Scenario::ChangePassword => {
                let old = shown(calm, self.welcome.as_ref().expect("they registered")).await;
                let logged_in = calm.send(&login(&self.mobile, NEW_PASSWORD)).await.json();
                old["status"] == "error"
                    && logged_in["status"] == "ok"
                    && shown(calm, answer).await["status"] == "ok"
            }
            Scenario::ChangePerson => self.shows(calm, "realname", "李小明").await,
            Scenario::ChangeMobile => self.shows(calm, "mobile", &new_mobile(&self.mobile)).await,
        }
    }

    async fn shows(&self, calm: &Tapped, name: &str, value: &str) -> bool {
        shown(calm, self.welcome.as_ref().expect("they registered")).await[name] == value
    }
}

fn new_mobile(mobile: &str) -> String {
    mobile.replacen("13", "15", 1)
}

fn login(mobile: &str, password: &str) -> Ask {
    Ask::post(LOGIN, &json!({"username": mobile, "password": password}))
}

/// What the session of that answer shows.
async fn shown(calm: &Tapped, welcome: &Answer) -> Value {
    calm.send(&Ask::get(MY_INFO).session(welcome)).await.json()
}

async fn text_code(ground: &Ground, calm: &Tapped, action: &str, mobile: &str) -> String {
    let sent = calm.send(&Ask::post(SEND, &json!({"action_name": action, "mobile": mobile}))).await;
    assert_eq!(sent.json()["status"], "ok", "{sent:?}");
    let messages = ground.inbox().messages();
    let text = messages.iter().rfind(|message| message.to.ends_with(mobile)).map(|message| &message.text);
    let text = text.expect("a message was sent to the number");
    let code = text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6);
    code.expect("the message has a code").to_owned()
}
