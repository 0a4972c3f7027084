//! What each operation may cost in DynamoDB: round trips, read units, write units.

mod search;

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde_json::json;
use tally::domain::password::Password;
use tally::domain::phone_number::{CallingCodes, PhoneNumber};
use tally::services::registration::{self, Registration};
use tests::answer::Answer;
use tests::tap::{Call, round_trips};
use tests::tapped::{Ask, Ground, Tapped};

/// Long enough for calls that are sent together to overlap on a busy computer.
const LATENCY: Duration = Duration::from_millis(40);

const PASSWORD: &str = "fswxxz1456";

/// An operation's limits: round trips in sequence, read units, write units.
struct Limit(&'static str, usize, f64, f64);

const PROFILE_BY_SESSION: Limit = Limit("own profile by session", 1, 2.0, 0.0);
const PROFILE_BY_KEY: Limit = Limit("own profile by key", 1, 2.0, 0.0);
const LOGIN: Limit = Limit("login by username", 3, 2.0, 3.0);
const LOGOUT_BY_SESSION: Limit = Limit("logout by session", 2, 2.0, 1.0);
const LOGOUT_BY_KEY: Limit = Limit("logout by key", 2, 2.0, 1.0);
const REGISTER: Limit = Limit("register with username + e-mail", 2, 1.0, 8.0);
const PASSWORD_CHANGE: Limit = Limit("password change", 3, 2.0, 3.0);

const REGISTER_A_NUMBER: Limit = Limit("register with names (charity)", 2, 0.0, 7.0);
const LOGIN_BY_NUMBER: Limit = Limit("login by number", 2, 1.0, 3.0);
const GET_USER: Limit = Limit("getuser of another", 2, 2.0, 0.0);
const STOP_SOMEBODY: Limit = Limit("freeze somebody", 3, 2.0, 4.0);
const CHANGE_BY_NUMBER: Limit = Limit("password change by number", 2, 1.0, 3.0);

const SEND_A_CODE: Limit = Limit("send a code by mail", 2, 2.0, 3.0);
const TEXT_A_CODE: Limit = Limit("send a code by text message", 2, 2.0, 4.0);

const COMPANY_REGISTER: Limit = Limit("register with e-mail + phone", 4, 2.0, 16.0);
const COMPANY_LOGIN: Limit = Limit("company login", 4, 3.0, 3.0);
const MY_INFO: Limit = Limit("own data of a customer", 2, 2.0, 0.0);
const CHANGE_MY_INFO: Limit = Limit("change of a customer's data", 2, 1.0, 4.0);
const CHANGE_MY_PWD: Limit = Limit("password change, staying in", 3, 2.0, 3.0);
const CHANGE_MOBILE: Limit = Limit("change of the mobile number", 5, 1.0, 12.0);
const RESET_BY_PHONE: Limit = Limit("password reset by phone", 5, 2.0, 7.0);

/// Measures one operation after the other and keeps the table of them.
struct Scale {
    service: Tapped,
    table: String,
    faults: Vec<String>,
    /// All that was sent to DynamoDB, for what must not be in it.
    sent: String,
}

impl Scale {
    async fn weigh(&mut self, limit: &Limit, ask: &Ask, status: u16) -> Answer {
        let answer = self.service.send(ask).await;
        let calls = self.service.tap.take_calls();
        self.sent.extend(calls.iter().map(|call| call.request.to_string()));
        let Limit(name, most_trips, most_reads, most_writes) = *limit;
        let (trips, reads, writes) = (round_trips(&calls), reads(&calls), writes(&calls));
        let line = format!(
            "{name:<32} {trips} of {most_trips} round trips, {reads:>3} of {most_reads} read units, \
             {writes:>3} of {most_writes} write units: {}",
            listed(&calls)
        );
        writeln!(self.table, "{line}").expect("a string takes any text");
        let is_consistent = calls.iter().filter(|call| call.operation == "GetItem").all(|call| {
            // Whoever decides who gets in reads what is true now.
            call.request["ConsistentRead"] == true
        });
        let is_within = trips <= most_trips && reads <= most_reads && writes <= most_writes;
        if answer.code() != status || !is_within || !is_consistent || trips == 0 {
            self.faults.push(format!("{line}\n  answered {} {}", answer.code(), answer.text));
        }
        answer
    }
}

#[expect(clippy::print_stdout, reason = "`cargo test -- --nocapture` shows the prices")]
fn show(table: &str) {
    println!("{table}");
}

fn reads(calls: &[Call]) -> f64 {
    calls.iter().map(|call| call.read_units).sum()
}

fn writes(calls: &[Call]) -> f64 {
    calls.iter().map(|call| call.write_units).sum()
}

fn listed(calls: &[Call]) -> String {
    let mut names: Vec<String> = calls.iter().map(Call::what).collect();
    names.dedup();
    names.join(", ")
}

fn registration(username: &str) -> Ask {
    let email = format!("{username}@example.com");
    let body = json!({"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD});
    Ask::post("/rest-auth/registration/", &body)
}

fn code_request(email: &str) -> Ask {
    Ask::post("/v3_1/manage/verCode/", &json!({"username": email, "code_type": 1}))
}

fn text_request(action: &str, mobile: &str) -> Ask {
    Ask::post("/users/send_sms_code/", &json!({"action_name": action, "mobile": mobile}))
}

fn reset(email: &str, code: &str) -> Ask {
    let (password, password2) = (PASSWORD, PASSWORD);
    let body = json!({"username": email, "vercode": code, "password": password, "password2": password2});
    Ask::post("/v3_1/manage/password/reset/", &body)
}

fn login(username: &str, password: &str) -> Ask {
    Ask::post("/rest-auth/login/", &json!({"username": username, "password": password}))
}

#[tokio::test]
async fn every_operation_stays_within_its_price() {
    let ground = Ground::start().await;
    let service = ground.tapped(LATENCY).await;
    let mut scale = Scale { service, table: String::new(), faults: Vec::new(), sent: String::new() };

    scale.weigh(&REGISTER, &registration("zhang"), 201).await;
    scale.weigh(&LOGIN, &login("zhang", PASSWORD), 200).await;
    let welcome = scale.weigh(&LOGIN, &login("zhang", PASSWORD), 200).await;
    let key = welcome.key();

    let details = json!({"company": "rinc", "tel": "1234567", "address": "asasasasa"});
    let created = scale.service.send(&Ask::post("/api/create_users_info/", &details).key(&key)).await;
    assert_eq!(created.code(), 201, "{created:?}");
    drop(scale.service.tap.take_calls());

    let profile = Ask::get("/api/users_display/");
    scale.weigh(&PROFILE_BY_SESSION, &profile.clone().session(&welcome), 200).await;
    scale.weigh(&PROFILE_BY_KEY, &profile.key(&key), 200).await;

    let logout = Ask::post("/rest-auth/logout/", &json!({}));
    scale.weigh(&LOGOUT_BY_SESSION, &logout.clone().session(&welcome), 200).await;
    scale.weigh(&LOGOUT_BY_KEY, &logout.key(&key), 200).await;

    let key = scale.weigh(&LOGIN, &login("zhang", PASSWORD), 200).await.key();
    let new = "river stone 77";
    let change = json!({"old_password": PASSWORD, "new_password1": new, "new_password2": new});
    let change = Ask::post("/rest-auth/password/change/", &change).key(&key);
    scale.weigh(&PASSWORD_CHANGE, &change, 200).await;

    scale.weigh(&SEND_A_CODE, &code_request("zhang@example.com"), 200).await;
    scale.weigh(&SEND_A_CODE, &code_request("nobody@example.com"), 200).await;

    scale.weigh(&TEXT_A_CODE, &text_request("AccountReg", "13800138000"), 200).await;
    scale.weigh(&TEXT_A_CODE, &text_request("ChangePwd", "13900139000"), 200).await;

    let session = welcome.cookie("sessionid").expect("a welcome sets a session");
    for secret in [PASSWORD, new, &key, &session] {
        assert!(!scale.sent.contains(secret), "DynamoDB is told {secret}");
    }
    let (table, faults) = (scale.table, scale.faults.join("\n"));
    show(&table);
    assert!(faults.is_empty(), "over the price, or not as expected:\n{faults}\n\nall:\n{table}");
}

#[tokio::test]
async fn every_operation_of_the_charity_stays_within_its_price() {
    let ground = Ground::start().await;
    let service = ground.tapped(LATENCY).await;
    let mut scale = Scale { service, table: String::new(), faults: Vec::new(), sent: String::new() };
    let person = json!({"first_name": "Sara", "last_name": "Hammer", "role": "1", "password": PASSWORD});
    let donor = scale.weigh(&REGISTER_A_NUMBER, &Ask::post("/user/register/", &person), 200).await.json();
    let boss = scale.service.send(&Ask::post("/user/register/", &person)).await.json();
    let [donor, boss] = [donor, boss].map(|who| who["data"]["id"].as_str().expect("an id").to_owned());
    let on = tally::app::Basics::from(ground.app());
    let order = tally::domain::administration::Order::Role(tally::domain::role::Role::Administrator);
    let number = tally::domain::account_number::AccountNumber::parse(&boss).expect("a number");
    tally::services::administration::obey(&on, number, order).await.expect("it is done");
    drop(scale.service.tap.take_calls());

    let login = |id: &str| Ask::post("/user/login/", &json!({"id": id, "password": PASSWORD}));
    let token = scale.weigh(&LOGIN_BY_NUMBER, &login(&boss), 200).await.json()["data"]["token"].clone();
    let token = token.as_str().expect("a token");
    let as_boss = |path: &str, body| Ask::post(path, &body).token_header(token);
    scale.weigh(&GET_USER, &as_boss("/user/getuser/", json!({"id": donor})), 200).await;
    let change = json!({"id": donor, "password": PASSWORD, "new_password": "river stone 77"});
    scale.weigh(&CHANGE_BY_NUMBER, &Ask::post("/user/changepassword/", &change), 200).await;
    scale.weigh(&STOP_SOMEBODY, &as_boss("/user/status/", json!({"id": donor, "status": "1"})), 200).await;
    for secret in [PASSWORD, token] {
        assert!(!scale.sent.contains(secret), "DynamoDB is told {secret}");
    }
    let (table, faults) = (scale.table, scale.faults.join("\n"));
    show(&table);
    assert!(faults.is_empty(), "over the price, or not as expected:\n{faults}\n\nall:\n{table}");
}

#[tokio::test]
async fn every_operation_of_a_customer_stays_within_its_price() {
    let ground = Ground::start().await;
    let service = ground.tapped(LATENCY).await;
    let mut scale = Scale { service, table: String::new(), faults: Vec::new(), sent: String::new() };
    let (mobile, other) = ("13800138000", "13900139000");

    let code = text_code(&ground, &scale.service, "AccountReg", mobile).await;
    let registration = json!({"user_email": "liming@example.com", "company_name": "例子公司",
        "password": PASSWORD, "phone": mobile, "name": "李明", "code": code});
    scale.weigh(&COMPANY_REGISTER, &Ask::post("/users/account_register/", &registration), 200).await;
    let login = json!({"username": mobile, "password": PASSWORD});
    let welcome = scale.weigh(&COMPANY_LOGIN, &Ask::post("/users/account_login/", &login), 200).await;
    scale.weigh(&MY_INFO, &Ask::get("/users/my_info/").session(&welcome), 200).await;
    let change = Ask::post("/users/change_my_info/", &json!({"realname": "李小明", "qq": "10001"}));
    scale.weigh(&CHANGE_MY_INFO, &change.session(&welcome), 200).await;

    let code = text_code(&ground, &scale.service, "ChangeMobile", other).await;
    let change = json!({"password": PASSWORD, "mobile": other, "code": code});
    let changed = Ask::post("/users/change_mobile/", &change).session(&welcome);
    scale.weigh(&CHANGE_MOBILE, &changed, 200).await;

    let new = "river stone 77";
    let change = json!({"old_password": PASSWORD, "new_password": new, "confirm_password": new});
    let change = Ask::post("/users/change_my_pwd/", &change).session(&welcome);
    scale.weigh(&CHANGE_MY_PWD, &change, 200).await;

    let code = text_code(&ground, &scale.service, "ChangePwd", other).await;
    let reset = json!({"mobile": other, "code": code, "password": PASSWORD, "re_password": PASSWORD});
    let reset = scale.weigh(&RESET_BY_PHONE, &Ask::post("/users/change_pwd_by_mobile/", &reset), 200).await;
    assert_eq!(reset.json()["status"], "ok", "{reset:?}");

    for secret in [PASSWORD, new, code.as_str()] {
        assert!(!scale.sent.contains(&format!("\"{secret}\"")), "DynamoDB is told {secret}");
    }
    let (table, faults) = (scale.table, scale.faults.join("\n"));
    show(&table);
    assert!(faults.is_empty(), "over the price, or not as expected:\n{faults}\n\nall:\n{table}");
}

#[tokio::test]
async fn dynamodb_sees_no_difference_between_a_number_somebody_has_and_one_nobody_has() {
    let ground = Ground::start().await;
    let service = ground.tapped(LATENCY).await;
    let person = json!({"first_name": "Sara", "last_name": "Hammer", "role": "1", "password": PASSWORD});
    let known = service.send(&Ask::post("/user/register/", &person)).await.json();
    let known = known["data"]["id"].as_str().expect("an id");
    drop(service.tap.take_calls());
    let login = |id: &str| Ask::post("/user/login/", &json!({"id": id, "password": "not the password"}));
    let change = |id: &str| {
        let body = json!({"id": id, "password": "not the password", "new_password": PASSWORD});
        Ask::post("/user/changepassword/", &body)
    };
    let mut first = None;
    for ask in [login(known), login("10000001"), login("nobody"), change(known), change("10000001")] {
        let answer = service.send(&ask).await;
        let calls = service.tap.take_calls();
        let seen = (answer.structure(), trace(&calls), round_trips(&calls), writes(&calls).to_bits());
        assert_eq!(answer.code(), 401, "{answer:?}");
        assert_eq!(*first.get_or_insert_with(|| seen.clone()), seen);
    }
}

/// A code by text message, asked for beside the scale.
async fn text_code(ground: &Ground, service: &Tapped, action: &str, mobile: &str) -> String {
    let ask = Ask::post("/users/send_sms_code/", &json!({"action_name": action, "mobile": mobile}));
    assert_eq!(service.send(&ask).await.code(), 200);
    drop(service.tap.take_calls());
    let messages = ground.inbox().messages();
    let text = &messages.last().expect("a message was sent").text;
    let code = text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6);
    code.expect("the message has a code").to_owned()
}

#[tokio::test]
async fn dynamodb_sees_no_difference_between_a_stranger_and_a_wrong_password() {
    let ground = Ground::start().await;
    let service = ground.tapped(LATENCY).await;
    assert_eq!(service.send(&registration("zhang")).await.code(), 201);
    drop(service.tap.take_calls());

    let known = service.send(&login("zhang", "not the password")).await;
    let known_calls = service.tap.take_calls();
    let stranger = service.send(&login("nobody", "not the password")).await;
    let stranger_calls = service.tap.take_calls();

    assert_eq!(known.code(), 400, "{known:?}");
    assert_eq!(known.structure(), stranger.structure());
    assert_eq!(trace(&known_calls), trace(&stranger_calls));
    assert_eq!(round_trips(&known_calls), round_trips(&stranger_calls));
    assert_eq!(writes(&known_calls).to_bits(), writes(&stranger_calls).to_bits());
    assert_eq!(trace(&known_calls).len(), 5, "{known_calls:?}");
}

#[tokio::test]
async fn dynamodb_sees_no_difference_between_an_address_somebody_has_and_one_nobody_has() {
    let ground = Ground::start().await;
    let service = ground.tapped(LATENCY).await;
    assert_eq!(service.send(&registration("zhang")).await.code(), 201);
    drop(service.tap.take_calls());
    for ask in [code_request, |email: &str| reset(email, "no code")] {
        let known = service.send(&ask("zhang@example.com")).await;
        let known_calls = service.tap.take_calls();
        let unknown = service.send(&ask("nobody@example.com")).await;
        let unknown_calls = service.tap.take_calls();
        assert_eq!(known.structure(), unknown.structure());
        assert_eq!(trace(&known_calls), trace(&unknown_calls));
        assert_eq!(round_trips(&known_calls), round_trips(&unknown_calls));
        assert!(!known_calls.is_empty());
    }
}

#[tokio::test]
async fn dynamodb_sees_no_difference_between_a_number_that_gets_a_code_and_one_that_does_not() {
    let ground = Ground::start().await;
    let service = ground.tapped(LATENCY).await;
    let (known, unknown) = ("13800138000", "13900139000");
    let phone = PhoneNumber::parse(known, &CallingCodes::default()).expect("this is a number");
    let password = Password::new(PASSWORD).expect("this is a password");
    let wanted = Registration::new(password, IpAddr::V4(Ipv4Addr::LOCALHOST));
    let wanted = Registration { phone: Some(phone), ..wanted };
    registration::register(ground.app(), wanted).await.expect("the account is made");
    for action in ["AccountReg", "ChangePwd", "ChangeMobile"] {
        // The second time, both are inside the pause.
        for _ in 0..2 {
            let one = service.send(&text_request(action, known)).await;
            let one_calls = service.tap.take_calls();
            let other = service.send(&text_request(action, unknown)).await;
            let other_calls = service.tap.take_calls();
            assert_eq!(one.structure(), other.structure());
            assert_eq!(trace(&one_calls), trace(&other_calls), "{action}");
            assert_eq!(round_trips(&one_calls), round_trips(&other_calls), "{action}");
        }
    }
    assert_eq!(ground.inbox().messages().len(), 3);
}

/// Operations and kinds of items; in an order of its own, since some are sent together.
fn trace(calls: &[Call]) -> Vec<String> {
    let mut names: Vec<String> = calls.iter().map(Call::what).collect();
    names.sort();
    names
}
