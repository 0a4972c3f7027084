//! What each operation may cost in DynamoDB: round trips, read units, write units.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::json;
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

const SEND_A_CODE: Limit = Limit("send a code", 3, 2.0, 4.0);

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

    let session = welcome.cookie("sessionid").expect("a welcome sets a session");
    for secret in [PASSWORD, new, &key, &session] {
        assert!(!scale.sent.contains(secret), "DynamoDB is told {secret}");
    }
    let (table, faults) = (scale.table, scale.faults.join("\n"));
    show(&table);
    assert!(faults.is_empty(), "over the price, or not as expected:\n{faults}\n\nall:\n{table}");
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

/// Operations and kinds of items; in an order of its own, since some are sent together.
fn trace(calls: &[Call]) -> Vec<String> {
    let mut names: Vec<String> = calls.iter().map(Call::what).collect();
    names.sort();
    names
}
