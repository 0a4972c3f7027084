//! What each operation may cost in DynamoDB: round trips, read units, write units.

mod search;

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use local::inbox::Channel;
use serde_json::json;
use tally::domain::asker::Asker;
use tally::domain::password::Password;
use tally::domain::phone_number::{CallingCodes, PhoneNumber};
use tally::services::registration::{self, Registration};
use tests::answer::Answer;
use tests::code;
use tests::price::{self, Limit};
use tests::tap::{Call, reads, round_trips, writes};
use tests::tapped::{Ask, Ground, Tapped};

/// Long enough for calls that are sent together to overlap on a busy computer.
const LATENCY: Duration = Duration::from_millis(40);

const PASSWORD: &str = "fswxxz1456";

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
        let Limit { name, trips: most_trips, reads: most_reads, writes: most_writes } = *limit;
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

    scale.weigh(&price::REGISTER, &registration("zhang"), 201).await;
    scale.weigh(&price::LOGIN, &login("zhang", PASSWORD), 200).await;
    let welcome = scale.weigh(&price::LOGIN, &login("zhang", PASSWORD), 200).await;
    let key = welcome.key();

    let details = json!({"company": "rinc", "tel": "1234567", "address": "asasasasa"});
    let created = scale.service.send(&Ask::post("/api/create_users_info/", &details).key(&key)).await;
    assert_eq!(created.code(), 201, "{created:?}");
    drop(scale.service.tap.take_calls());

    let profile = Ask::get("/api/users_display/");
    scale.weigh(&price::PROFILE_BY_SESSION, &profile.clone().session(&welcome), 200).await;
    scale.weigh(&price::PROFILE_BY_KEY, &profile.key(&key), 200).await;

    let logout = Ask::post("/rest-auth/logout/", &json!({}));
    scale.weigh(&price::LOGOUT_BY_SESSION, &logout.clone().session(&welcome), 200).await;
    scale.weigh(&price::LOGOUT_BY_KEY, &logout.key(&key), 200).await;

    let key = scale.weigh(&price::LOGIN, &login("zhang", PASSWORD), 200).await.key();
    let new = "river stone 77";
    let change = json!({"old_password": PASSWORD, "new_password1": new, "new_password2": new});
    let change = Ask::post("/rest-auth/password/change/", &change).key(&key);
    scale.weigh(&price::PASSWORD_CHANGE, &change, 200).await;

    scale.weigh(&price::SEND_A_CODE, &code_request("zhang@example.com"), 200).await;
    scale.weigh(&price::SEND_A_CODE, &code_request("nobody@example.com"), 200).await;

    scale.weigh(&price::TEXT_A_CODE, &text_request("AccountReg", "13800138000"), 200).await;
    scale.weigh(&price::TEXT_A_CODE, &text_request("ChangePwd", "13900139000"), 200).await;

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
    let donor =
        scale.weigh(&price::REGISTER_A_NUMBER, &Ask::post("/user/register/", &person), 200).await.json();
    let boss = scale.service.send(&Ask::post("/user/register/", &person)).await.json();
    let [donor, boss] = [donor, boss].map(|who| who["data"]["id"].as_str().expect("an id").to_owned());
    let on = tally::app::Basics::from(ground.app());
    let order = tally::domain::administration::Order::Role(tally::domain::role::Role::Administrator);
    let number = tally::domain::account_number::AccountNumber::parse(&boss).expect("a number");
    tally::services::administration::obey(&on, number, order).await.expect("it is done");
    drop(scale.service.tap.take_calls());

    let login = |id: &str| Ask::post("/user/login/", &json!({"id": id, "password": PASSWORD}));
    let token =
        scale.weigh(&price::LOGIN_BY_NUMBER, &login(&boss), 200).await.json()["data"]["token"].clone();
    let token = token.as_str().expect("a token");
    let as_boss = |path: &str, body| Ask::post(path, &body).token_header(token);
    scale.weigh(&price::GET_USER, &as_boss("/user/getuser/", json!({"id": donor})), 200).await;
    let change = json!({"id": donor, "password": PASSWORD, "new_password": "river stone 77"});
    scale.weigh(&price::CHANGE_BY_NUMBER, &Ask::post("/user/changepassword/", &change), 200).await;
    scale
        .weigh(&price::STOP_SOMEBODY, &as_boss("/user/status/", json!({"id": donor, "status": "1"})), 200)
        .await;
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
    scale.weigh(&price::COMPANY_REGISTER, &Ask::post("/users/account_register/", &registration), 200).await;
    let login = json!({"username": mobile, "password": PASSWORD});
    let welcome = scale.weigh(&price::COMPANY_LOGIN, &Ask::post("/users/account_login/", &login), 200).await;
    scale.weigh(&price::MY_INFO, &Ask::get("/users/my_info/").session(&welcome), 200).await;
    let change = Ask::post("/users/change_my_info/", &json!({"realname": "李小明", "qq": "10001"}));
    scale.weigh(&price::CHANGE_MY_INFO, &change.session(&welcome), 200).await;

    let code = text_code(&ground, &scale.service, "ChangeMobile", other).await;
    let change = json!({"password": PASSWORD, "mobile": other, "code": code});
    let changed = Ask::post("/users/change_mobile/", &change).session(&welcome);
    scale.weigh(&price::CHANGE_MOBILE, &changed, 200).await;

    let new = "river stone 77";
    let change = json!({"old_password": PASSWORD, "new_password": new, "confirm_password": new});
    let change = Ask::post("/users/change_my_pwd/", &change).session(&welcome);
    scale.weigh(&price::CHANGE_MY_PWD, &change, 200).await;

    let code = text_code(&ground, &scale.service, "ChangePwd", other).await;
    let reset = json!({"mobile": other, "code": code, "password": PASSWORD, "re_password": PASSWORD});
    let reset =
        scale.weigh(&price::RESET_BY_PHONE, &Ask::post("/users/change_pwd_by_mobile/", &reset), 200).await;
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
    code::latest(&ground.inbox(), Channel::Sms)
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
    // The try is reserved before the comparison and counted after it, beside the address.
    assert_eq!(trace(&known_calls).len(), 6, "{known_calls:?}");
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
    let wanted = Registration::new(password, Asker::new(IpAddr::V4(Ipv4Addr::LOCALHOST), "charity"));
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
