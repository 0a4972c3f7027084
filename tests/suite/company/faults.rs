//! One lost call anywhere: what a customer does happens once all the same, and they are told so.

use std::time::Duration;

use serde_json::{Value, json};
use tests::answer::Answer;
use tests::code;
use tests::tap::Action;
use tests::tapped::{Ask, Ground, Tapped};

use super::{
    LOGIN, MY_INFO, MY_PASSWORD, NEW_PASSWORD, PASSWORD, PERSON, PHONE_CHANGE, REGISTER, SEND, registration,
};
use crate::sweep::sweep;

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
    let (ground, calm) = (&ground, &calm);
    let run = async |scenario: Scenario, number: usize, service: &Tapped| {
        let customer = Customer::prepare(ground, calm, scenario, number).await;
        let answer = service.send(&customer.ask).await;
        let is_done = answer.json()["status"] == "ok";
        let is_kept = is_done && customer.is_done(calm, scenario, &answer).await;
        if is_kept { Vec::new() } else { vec![answer.brief()] }
    };
    sweep(ground, &SCENARIOS, &ACTIONS, 30, run).await;
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
    code::find(text).expect("the message has a code").to_owned()
}
