//! Proof decides (trust rules 1 to 3): tables over every event and code, and every way in and state of
//! proof, so that a new way, purpose or event has a row of its own or breaks the build.

mod kills;
mod recovery;

use std::time::Duration;

use serde_json::{Value, json};
use tally::app::Basics;
use tally::domain::account::Account;
use tally::domain::account_number::AccountNumber;
use tally::domain::administration::Order;
use tally::services::administration;
use tests::answer::Answer;
use tests::client::Client;
use tests::code;
use tests::server::Server;

const EMAIL: &str = "liming@example.com";
const PHONE: &str = "13800138000";
const PASSWORD: &str = "fswxxz1456";
const NEW_PASSWORD: &str = "tiger-tally-78";

const SECOND: Duration = Duration::from_secs(1);

/// A customer whose number is proven, in a browser that is logged in.
struct World {
    server: Server,
    browser: Client,
    number: AccountNumber,
}

impl World {
    async fn new() -> Self {
        let server = Server::start().await;
        let browser = server.client();
        let world = Self { number: AccountNumber::new(0), server, browser };
        world.register(&world.browser, EMAIL, PHONE).await;
        let on = Basics::from(world.server.app());
        let found = administration::find(&on, PHONE).await.expect("the customer is there");
        Self { number: found.account.number, ..world }
    }

    async fn register(&self, browser: &Client, email: &str, phone: &str) {
        self.text(browser, "AccountReg", phone).await;
        let form = json!({
            "user_email": email, "company_name": "例子公司", "password": PASSWORD, "phone": phone,
            "name": "李明", "code": self.code(),
        });
        let answer = browser.post("/users/account_register/").json(&form).send().await;
        assert_eq!(answer.json()["status"], "ok", "{answer:?}");
    }

    async fn text(&self, browser: &Client, action: &str, phone: &str) {
        let ask = json!({"action_name": action, "mobile": phone});
        let answer = browser.post("/users/send_sms_code/").json(&ask).send().await;
        assert_eq!(answer.json()["status"], "ok", "{answer:?}");
    }

    async fn ask_reset(&self, email: &str) {
        let answer = self.server.client().ask_reset(email).await;
        assert_eq!(answer.json()["meta"]["code"], 0, "{answer:?}");
    }

    async fn ask_binding(&self, email: &str) {
        let ask = json!({"password": PASSWORD, "email": email});
        let answer = self.browser.post("/users/send_email_code/").json(&ask).send().await;
        assert_eq!(answer.json()["status"], "ok", "{answer:?}");
    }

    async fn bind(&self, browser: &Client, email: &str, code: &str) -> Answer {
        self.confirmed(browser, "change_notify_email", &json!({"email": email, "code": code})).await
    }

    /// Does what asks for the password, with whichever one is the customer's now.
    async fn confirmed(&self, browser: &Client, endpoint: &str, body: &Value) -> Answer {
        let send = async |password: &str| {
            let mut body = body.clone();
            body["password"] = json!(password);
            browser.post(&format!("/users/{endpoint}/")).json(&body).send().await
        };
        let answer = send(PASSWORD).await;
        if answer.json()["msg"] == "密码错误" { send(NEW_PASSWORD).await } else { answer }
    }

    async fn prove(&self, email: &str) {
        self.ask_binding(email).await;
        let answer = self.bind(&self.browser, email, &self.code()).await;
        assert_eq!(answer.json()["status"], "ok", "{answer:?}");
        self.server.clock().advance(SECOND);
    }

    async fn move_by_hand(&self, email: &str) {
        let token = self.browser.get("/api/accounts/get_token/").send().await.json();
        let token = token["data"].as_str().expect("the token is a text").to_owned();
        let body = json!({"alias": "a", "email": email, "phone": "1", "job_number": "1", "dept_id": "1"});
        let request = self.browser.post("/api/accounts/account_change/").header("x-csrftoken", token);
        let answer = request.json(&body).send().await;
        assert_eq!(answer.json()["code"], 1, "{answer:?}");
        self.server.clock().advance(SECOND);
    }

    async fn reset(&self, email: &str, code: &str) -> bool {
        let body = json!({
            "username": email, "vercode": code, "password": NEW_PASSWORD, "password2": NEW_PASSWORD,
        });
        let answer = self.server.client().post("/v3_1/manage/password/reset/").json(&body).send().await;
        answer.json()["meta"]["code"] == 0
    }

    async fn reset_by_phone(&self, phone: &str, code: &str) -> bool {
        let body = json!({
            "mobile": phone, "code": code, "password": NEW_PASSWORD, "re_password": NEW_PASSWORD,
        });
        let answer = self.server.client().post("/users/change_pwd_by_mobile/").json(&body).send().await;
        answer.json()["status"] == "ok"
    }

    async fn change_phone(&self, browser: &Client, phone: &str, code: &str) -> bool {
        let answer = self.confirmed(browser, "change_mobile", &json!({"mobile": phone, "code": code})).await;
        answer.json()["status"] == "ok"
    }

    async fn press(&self, token: &str) -> bool {
        let request = self.server.client().post("/users/bind_email/").form(&[("token", token)]);
        request.send().await.code() == 303
    }

    async fn order(&self, order: Order) {
        let on = Basics::from(self.server.app());
        administration::obey(&on, self.number, order).await.expect("the order is carried out");
    }

    /// The customer's account, as the table has it.
    async fn account(&self) -> Account {
        let found = self.server.app().store.find_account(self.number).await;
        found.expect("the table is there").expect("the account is there")
    }

    /// The code in the latest message that has one.
    fn code(&self) -> String {
        self.latest(code::find)
    }

    /// The token in the latest link.
    fn token(&self) -> String {
        self.latest(|text| text.split_once("?token=")?.1.split_whitespace().next())
    }

    fn latest(&self, find: impl Fn(&str) -> Option<&str>) -> String {
        let messages = self.server.inbox().messages();
        let found = messages.iter().rev().find_map(|message| find(&message.text).map(str::to_owned));
        found.expect("there is such a message")
    }

    /// To whom the messages went since there were so many.
    fn sent_since(&self, before: usize) -> Vec<String> {
        self.server.inbox().messages().split_off(before).into_iter().map(|message| message.to).collect()
    }
}

fn is_ok(answer: &Value) -> bool {
    answer["status"] == "ok"
}
