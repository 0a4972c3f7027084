//! A rotation of the server's secret, seen from outside: nobody is refused because two processes know
//! different things, what was made before ends a day later by itself, and nobody gets more attempts.

use std::time::Duration;

use admin::secret::{self, SecretCommand};
use admin::terminal::Terminal;
use local::inbox::Channel;
use serde_json::json;
use tally::app::{App, SecretAccess};
use tally::clock::Clock;
use tally::domain::attempts;
use tally::secret::{ReplaceError, ServerSecret};
use tests::answer::Answer;
use tests::client::Client;
use tests::code;
use tests::lambda_host::LambdaHost;
use tests::process;
use tests::runtime_api::environment;
use tests::server::{START, Server};
use tests::tapped::{Ask, Ground, Tapped};
use tokio::process::Command;

const PASSWORD: &str = "fswxxz1456";
const WRONG: &str = "fswxxz1457";
const NAME: &str = "zhang";

const ROTATE: SecretCommand = SecretCommand::Rotate { at_once: false };
const REPLACE: SecretCommand = SecretCommand::Rotate { at_once: true };

/// Minutes after a rotation at which the previous secret is no longer used, and no longer accepted.
const CHANGE: u64 = 30;
const END: u64 = 24 * 60 + 30;

async fn tell(app: &App, command: SecretCommand) -> Result<String, String> {
    let told = secret::carry_out(&SecretAccess::from(app), command, &Terminal::nobody(None)).await;
    told.map(|answer| answer.text).map_err(|failure| failure.to_string())
}

/// What the secret says now.
async fn text(app: &App) -> String {
    SecretAccess::from(app).vault.read().await.expect("the secret is there").text.to_string()
}

/// Puts any text in the secret's place.
async fn put(app: &App, text: &str) {
    let vault = SecretAccess::from(app).vault;
    let version = vault.read().await.expect("the secret is there").version;
    let fresh = app.entropy.alphanumeric(32);
    vault.replace(&version, text, &fresh).await.expect("the stand-in takes any text");
}

/// Moves the clock to so many minutes after the start.
fn go_to(clock: &Clock, minute: u64) {
    let start: jiff::Timestamp = START.parse().expect("the start is a time");
    let passed = clock.now().duration_since(start).unsigned_abs();
    clock.advance(Duration::from_mins(minute).checked_sub(passed).expect("time goes on"));
}

/// What a client brings back: the shared key, and a token of the header `token`.
#[derive(Clone, Debug)]
struct Held {
    key: String,
    token: String,
}

impl Held {
    async fn from(process: &Tapped, donor: &str) -> Self {
        let login = json!({"username": NAME, "password": PASSWORD});
        let key = process.send(&Ask::post("/rest-auth/login/", &login)).await.key();
        let login = json!({"id": donor, "password": PASSWORD});
        let answer = process.send(&Ask::post("/user/login/", &login)).await.json();
        Self { key, token: answer["data"]["token"].as_str().expect("a login hands a token out").to_owned() }
    }

    /// Whether the process takes both; it has to take both or none.
    async fn opens(&self, process: &Tapped, donor: &str) -> bool {
        // There are no details, but one has to be known to hear that.
        let details = process.send(&Ask::get("/api/users_display/").key(&self.key)).await;
        let by_key = details.code() != 401;
        let ask = Ask::post("/user/getuser/", &json!({"id": donor})).token_header(&self.token);
        let by_token = process.send(&ask).await.json()["code"] == 200;
        assert_eq!(by_key, by_token);
        by_key
    }
}

async fn register(process: &Tapped) -> String {
    let body = json!({"username": NAME, "password1": PASSWORD, "password2": PASSWORD});
    assert_eq!(process.send(&Ask::post("/rest-auth/registration/", &body)).await.code(), 201);
    let body = json!({"first_name": "Sara", "last_name": "Hammer", "role": "1", "password": PASSWORD});
    let answer = process.send(&Ask::post("/user/register/", &body)).await.json();
    answer["data"]["id"].as_str().expect("a donor has a number").to_owned()
}

async fn ground() -> Ground {
    Ground::start_with(Clock::manual(START.parse().expect("the start is a time"))).await
}

#[tokio::test]
async fn whatever_one_process_makes_every_other_takes_in_every_phase() {
    let ground = ground().await;
    let clock = ground.app().clock.clone();
    let mut processes = Vec::new();
    for _ in 0..3 {
        processes.push(ground.tapped(Duration::ZERO).await);
    }
    let donor = register(&processes[0]).await;
    let before = Held::from(&processes[0], &donor).await;
    tell(ground.app(), ROTATE).await.expect("the secret is rotated");
    // One process starts after the rotation and knows it at once; the others learn it when they can.
    processes.push(ground.tapped(Duration::ZERO).await);
    // The last minute of one phase, and the first of the next; pauses in which nobody reads again. No
    // more than an account has sessions.
    for (turn, minute) in [0, 12, 24, CHANGE - 1, CHANGE, 54, 600, END - 1].into_iter().enumerate() {
        go_to(&clock, minute);
        let made = Held::from(&processes[turn % processes.len()], &donor).await;
        assert_eq!(made.key == before.key, minute < CHANGE, "minute {minute}");
        for (number, process) in processes.iter().enumerate() {
            assert!(made.opens(process, &donor).await, "process {number}, minute {minute}");
            assert!(before.opens(process, &donor).await, "what was made before; {number}, {minute}");
        }
    }
    let after = Held::from(&processes[0], &donor).await;
    go_to(&clock, END);
    for process in &processes {
        assert!(!before.opens(process, &donor).await && after.opens(process, &donor).await);
    }
}

#[tokio::test]
async fn a_process_that_slept_through_a_rotation_reads_the_secret_before_it_answers() {
    let ground = ground().await;
    let clock = ground.app().clock.clone();
    let sleeper = ground.tapped(Duration::ZERO).await;
    let donor = register(&sleeper).await;
    tell(ground.app(), ROTATE).await.expect("the secret is rotated");
    for minute in [CHANGE, END] {
        go_to(&clock, minute);
        let fresh = ground.tapped(Duration::ZERO).await;
        let made = Held::from(&fresh, &donor).await;
        assert!(made.opens(&sleeper, &donor).await, "minute {minute}");
    }
}

#[tokio::test]
async fn a_copy_that_cannot_be_read_again_serves_for_an_hour() {
    let ground = ground().await;
    let clock = ground.app().clock.clone();
    let process = ground.tapped(Duration::ZERO).await;
    let donor = register(&process).await;
    let held = Held::from(&process, &donor).await;
    let good = text(ground.app()).await;
    put(ground.app(), "no secret at all").await;
    for minute in [9, 11, 26, 59] {
        go_to(&clock, minute);
        assert!(held.opens(&process, &donor).await, "minute {minute}");
    }
    go_to(&clock, 60);
    let details = Ask::get("/api/users_display/").key(&held.key);
    assert_eq!(process.send(&details).await.code(), 503);
    put(ground.app(), &good).await;
    assert!(held.opens(&process, &donor).await);
}

#[tokio::test]
async fn a_replacement_ends_what_was_made_before_within_the_time_a_copy_is_trusted() {
    let ground = ground().await;
    let clock = ground.app().clock.clone();
    let process = ground.tapped(Duration::ZERO).await;
    let donor = register(&process).await;
    let held = Held::from(&process, &donor).await;
    tell(ground.app(), ROTATE).await.expect("the secret is rotated");
    let said = tell(ground.app(), REPLACE).await.expect("a replacement waits for nothing");
    assert!(said.contains("25 minutes"), "{said}");
    let fresh = ground.tapped(Duration::ZERO).await;
    assert!(!held.opens(&fresh, &donor).await);
    go_to(&clock, 25);
    assert!(!held.opens(&process, &donor).await);
    assert!(Held::from(&process, &donor).await.opens(&fresh, &donor).await);
}

async fn login(client: &Client, password: &str) -> Answer {
    client.login(NAME, password).await
}

#[tokio::test]
async fn a_rotation_gives_nobody_new_attempts() {
    let server = Server::start().await;
    let client = server.client();
    client.register(NAME, PASSWORD).await;
    tell(server.app(), ROTATE).await.expect("the secret is rotated");
    // The waits between two changes of what things are made with are a second or less.
    go_to(server.clock(), CHANGE - 1);
    server.clock().advance(Duration::from_millis(59_900));
    for _ in 0..attempts::FREE {
        assert_eq!(login(&client, WRONG).await.code(), 400);
    }
    server.clock().advance(Duration::from_millis(200));
    assert_eq!(login(&client, WRONG).await.code(), 429);
    tell(server.app(), REPLACE).await.expect("the secret is replaced");
    go_to(server.clock(), CHANGE + 1);
    assert_eq!(login(&client, WRONG).await.code(), 400, "the minute's wait is over");
    assert_eq!(login(&client, WRONG).await.code(), 429, "and the count goes on");
}

#[tokio::test]
async fn codes_and_csrf_tokens_outlive_the_change() {
    let server = Server::start().await;
    let client = server.client();
    assert_eq!(client.register_with(NAME, "zhang@example.com", PASSWORD).await.code(), 201);
    tell(server.app(), ROTATE).await.expect("the secret is rotated");
    go_to(server.clock(), CHANGE - 1);
    let browser = server.client();
    let answer = browser.get("/api/accounts/get_token/").send().await.json();
    let early = answer["data"].as_str().expect("a token is a text").to_owned();
    client.ask_reset("zhang@example.com").await;
    let code = code::latest(&server.inbox(), Channel::Mail);
    go_to(server.clock(), CHANGE + 1);
    let answer = client.reset("zhang@example.com", &code, "tiger-tally-78").await;
    assert_eq!(answer.json()["meta"]["code"], 0, "{answer:?}");
    let login = json!({"username": NAME, "password": "tiger-tally-78"});
    let answer = browser.post("/api/accounts/login/").header("x-csrftoken", &early).json(&login).send().await;
    assert_eq!(answer.json()["code"], 1, "{answer:?}");
}

#[tokio::test]
async fn the_operator_is_told_times_and_never_the_secret() {
    let server = Server::start().await;
    let app = server.app();
    let mut said = Vec::new();
    let first = text(app).await;
    said.push(tell(app, SecretCommand::Show).await.unwrap());
    assert!(said[0].contains("0 days old") && said[0].contains("none under way"), "{}", said[0]);
    said.push(tell(app, ROTATE).await.unwrap());
    let second = text(app).await;
    assert_ne!(first, second);
    said.push(tell(app, SecretCommand::Show).await.unwrap());
    assert!(said[2].contains("made with the previous secret until 2017-07-06T05:41:24Z"), "{}", said[2]);
    let refused = tell(app, ROTATE).await.unwrap_err();
    assert!(refused.contains("under way until 2017-07-07T05:41:24Z"), "{refused}");
    said.push(refused);
    assert_eq!(text(app).await, second, "a refused rotation changes nothing");
    go_to(server.clock(), CHANGE);
    said.push(tell(app, SecretCommand::Show).await.unwrap());
    assert!(said[4].contains("the previous secret is accepted until 2017-07-07T05:41:24Z"), "{}", said[4]);
    go_to(server.clock(), END);
    said.push(tell(app, SecretCommand::Show).await.unwrap());
    assert!(said[5].contains("1 day old") && said[5].contains("none under way"), "{}", said[5]);
    said.push(tell(app, ROTATE).await.unwrap());
    for secret in [&first, &second, &text(app).await] {
        let values: Vec<&str> = secret.split('"').filter(|part| part.len() >= 32).collect();
        assert!(
            !values.is_empty() && said.iter().all(|said| values.iter().all(|value| !said.contains(value)))
        );
    }
}

#[tokio::test]
async fn of_two_rotations_at_once_one_is_done() {
    let server = Server::start().await;
    let on = SecretAccess::from(server.app());
    let kept = on.vault.read().await.expect("the secret is there");
    let secret = ServerSecret::parse(&kept.text).expect("it is one");
    let now = on.clock.now();
    let next =
        [b'a', b'b'].map(|letter| secret.rotated(char::from(letter).to_string().repeat(64), now).unwrap());
    let [one, other] = ["1", "2"].map(|digit| digit.repeat(32));
    on.vault.replace(&kept.version, &next[0].write(), &one).await.expect("the first one is done");
    let late = on.vault.replace(&kept.version, &next[1].write(), &other).await;
    assert!(matches!(late, Err(ReplaceError::Changed)), "{late:?}");
    assert_eq!(text(server.app()).await, *next[0].write());
    // An answer that was lost: the same call again finds its own version.
    on.vault.replace(&kept.version, &next[0].write(), &one).await.expect("it is recognised");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_processes_from_before_and_after_a_rotation_agree() {
    let ground = Ground::start().await;
    let settings = environment(&ground.aws_url());
    let (old, new) = (
        LambdaHost::start(settings.clone(), &Clock::System).await,
        LambdaHost::start(settings.clone(), &Clock::System).await,
    );
    let (at_old, at_new) = (Client::new(&old.url()), Client::new(&new.url()));
    let first = at_old.register(NAME, PASSWORD).await.key();
    let mut command = Command::new(process::tally_admin());
    command.env_clear().envs(&settings).args(["secret", "rotate"]);
    let rotated = command.output().await.expect("tally-admin can be started");
    assert!(rotated.status.success(), "{rotated:?}");
    // The other host's process starts now, and knows both secrets.
    assert_eq!(at_new.login(NAME, PASSWORD).await.key(), first, "things are still made as before");
    let is_in = async |client: &Client, key: &str| {
        client.get("/api/users_display/").without_cookies().token(key).send().await.code() != 401
    };
    assert!(is_in(&at_old, &first).await && is_in(&at_new, &first).await);
    // The same rotation half an hour ago, and a process that starts then.
    let text = text(ground.app()).await;
    let secret: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rotated_at: jiff::Timestamp = secret["rotated_at"].as_str().unwrap().parse().unwrap();
    let earlier = rotated_at - jiff::SignedDuration::from_mins(31);
    put(ground.app(), &text.replace(secret["rotated_at"].as_str().unwrap(), &earlier.to_string())).await;
    let later = LambdaHost::start(settings.clone(), &Clock::System).await;
    let at_later = Client::new(&later.url());
    let second = at_later.login(NAME, PASSWORD).await.key();
    assert_ne!(second, first);
    assert!(is_in(&at_later, &first).await && is_in(&at_new, &second).await);
}
