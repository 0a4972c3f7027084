//! The real `tigertally` with a database in a folder: what it has answered for is kept, even if it is
//! killed the next moment.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use local::aws::Storage;
use local::service::{self, TABLE};
use serde_json::{Value, json};
use tally::entropy::Entropy;
use tally::store::key;
use tests::answer::Answer;
use tests::process::{Caller, Tigertally};
use tests::server::Server;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;

const PASSWORD: &str = "fswxxz1456";

/// How many users register one after the other on each of how many connections.
const USERS: usize = 40;
const CONNECTIONS: usize = 6;

/// A folder of its own, removed at the end of a test that passes.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("durability-{}", Entropy::System.alphanumeric(12));
        Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name))
    }

    fn name(&self) -> &str {
        self.0.to_str().expect("the target folder has a plain name")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // What cannot be removed stays in the target folder and harms nobody.
            _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

/// What became of one registration, as its sender saw it.
struct Attempt {
    username: String,
    answer: Option<Answer>,
}

fn registration(username: &str) -> Value {
    let email = format!("{username}@example.com");
    json!({"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD})
}

async fn register(caller: &Caller, username: &str) -> Option<Answer> {
    caller.post("/rest-auth/registration/", &registration(username)).await
}

async fn login(caller: &Caller, username: &str) -> Answer {
    let body = json!({"username": username, "password": PASSWORD});
    caller.post("/rest-auth/login/", &body).await.expect("the service answers")
}

#[tokio::test]
async fn whoever_was_told_of_an_account_has_it_after_a_kill_and_no_account_is_half() {
    let folder = Folder::new();
    let mut told: Vec<(String, String)> = Vec::new();
    for round in 0..3 {
        let service = Tigertally::start(&["--data", folder.name()]).await;
        let attempts = register_until_killed(service, round).await;

        let service = Tigertally::start(&["--data", folder.name()]).await;
        let caller = Caller::of(&service);
        for Attempt { username, answer } in attempts {
            let Some(welcome) = answer.filter(|answer| answer.code() == 201) else {
                told.push((username.clone(), all_or_nothing(&caller, &username).await));
                continue;
            };
            told.push((username, welcome.key()));
        }
        for (username, key) in &told {
            let welcome = login(&caller, username).await;
            assert_eq!(welcome.code(), 200, "{username}, round {round}: {}", welcome.text);
            assert_eq!(&welcome.key(), key, "{username}, round {round}");
        }
        service.kill().await;
    }
    assert!(told.len() > 20, "too few registrations to mean anything: {}", told.len());
}

/// Registers users on several connections and kills the service after a random number of answers,
/// while others are under way.
async fn register_until_killed(service: Tigertally, round: usize) -> Vec<Attempt> {
    let [random] = Entropy::System.bytes();
    let enough = 5 + usize::from(random % 25);
    let (answered, kill) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let mut connections = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let (caller, answered, kill) = (Caller::of(&service), Arc::clone(&answered), Arc::clone(&kill));
        connections.spawn(async move {
            let mut attempts = Vec::new();
            for user in 0..USERS {
                let username = format!("user-{round}-{connection}-{user}");
                let answer = register(&caller, &username).await;
                let is_over = answer.is_none();
                attempts.push(Attempt { username, answer });
                if answered.fetch_add(1, Ordering::SeqCst) + 1 == enough {
                    kill.notify_one();
                }
                if is_over {
                    break;
                }
            }
            attempts
        });
    }
    kill.notified().await;
    service.kill().await;
    let attempts: Vec<Attempt> = connections.join_all().await.into_iter().flatten().collect();
    let unanswered = attempts.iter().filter(|attempt| attempt.answer.is_none()).count();
    assert!(unanswered > 0, "the kill came too late to hit anything");
    attempts
}

/// Registers a user again of whom nobody knows whether he exists; answers his key.
async fn all_or_nothing(caller: &Caller, username: &str) -> String {
    let again = register(caller, username).await.expect("the service answers");
    if again.code() == 400 {
        let taken = json!({
            "username": ["A user with that username already exists."],
            "email": ["A user is already registered with this e-mail address."],
        });
        assert_eq!(again.json(), taken, "{username} exists by half");
        return login(caller, username).await.key();
    }
    assert_eq!(again.code(), 201, "{username}: {}", again.text);
    again.key()
}

#[tokio::test]
async fn it_is_ready_within_a_second() {
    // Of several starts, since other tests may keep the computer busy.
    for _ in 0..5 {
        let folder = Folder::new();
        // The first call builds the binary.
        tests::process::tigertally();
        let arguments = ["--data", folder.name()];
        let start = Tigertally::start(&arguments);
        if let Ok(service) = tokio::time::timeout(Duration::from_secs(1), start).await {
            assert_eq!(login(&Caller::of(&service), "nobody").await.code(), 400);
            return;
        }
    }
    panic!("not one of five starts took less than a second");
}

#[tokio::test]
async fn ctrl_c_and_the_word_of_process_managers_end_it_well() {
    for signal in ["INT", "TERM"] {
        let folder = Folder::new();
        let service = Tigertally::start(&["--data", folder.name()]).await;
        let key = register(&Caller::of(&service), "zhang").await.expect("the service answers").key();
        let ended = service.signal(signal).await;
        assert_eq!(ended.status.code(), Some(0), "{signal}: {ended:?}");
        assert_eq!((ended.stdout.as_str().trim(), ended.stderr.as_str()), ("Stopped.", ""), "{signal}");

        let service = Tigertally::start(&["--data", folder.name()]).await;
        assert_eq!(login(&Caller::of(&service), "zhang").await.key(), key, "{signal}");
    }
    let stand_ins = Tigertally::start(&["--memory", "--aws-only"]).await;
    assert!(stand_ins.banner().contains("export AWS_ENDPOINT_URL=http://127.0.0.1:"));
    assert_eq!(stand_ins.signal("INT").await.status.code(), Some(0));
}

#[tokio::test]
async fn a_port_in_use_is_named_with_what_to_do_about_it() {
    let first = Tigertally::start(&["--memory"]).await;
    let port = first.url().rsplit(':').next().expect("the URL names a port");
    for (option, other) in [("--port", "--aws-port"), ("--aws-port", "--port")] {
        let second = Tigertally::run(&["--memory", option, port, other, "0"]).await;
        assert_eq!((second.status.code(), second.stdout.as_str()), (Some(1), ""), "{option}: {second:?}");
        let beginning = format!("port {port} cannot be used: ");
        assert!(second.stderr.starts_with(&beginning), "{option}: {}", second.stderr);
        assert!(second.stderr.contains(&format!("choose another with {option}")), "{}", second.stderr);
        assert_eq!(second.stderr.lines().count(), 1, "{}", second.stderr);
    }
    assert_eq!(login(&Caller::of(&first), "nobody").await.code(), 400, "the first one goes on");
}

#[tokio::test]
async fn help_version_and_mistakes_have_their_exit_codes() {
    let help = Tigertally::run(&["--help"]).await;
    assert_eq!((help.status.code(), help.stderr.as_str()), (Some(0), ""));
    assert!(help.stdout.contains("Usage: tigertally [OPTIONS]"), "{}", help.stdout);
    let version = Tigertally::run(&["--version"]).await;
    assert_eq!((version.status.code(), version.stderr.as_str()), (Some(0), ""));
    assert_eq!(version.stdout.trim(), concat!("tigertally ", env!("CARGO_PKG_VERSION")));
    for mistake in [&["--nonsense"][..], &["--port", "x"], &["--memory", "--data", "x"]] {
        let refused = Tigertally::run(mistake).await;
        assert_eq!((refused.status.code(), refused.stdout.as_str()), (Some(2), ""), "{mistake:?}");
        assert!(refused.stderr.contains("try '--help'"), "{}", refused.stderr);
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_named() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    let file = folder.0.join("a-file");
    std::fs::write(&file, "not a folder").unwrap();
    let name = file.to_str().unwrap();
    let refused = Tigertally::run(&["--data", name, "--port", "0", "--aws-port", "0"]).await;
    assert_eq!((refused.status.code(), refused.stdout.as_str()), (Some(1), ""), "{refused:?}");
    assert!(refused.stderr.contains(name), "{}", refused.stderr);
}

#[tokio::test]
async fn a_database_from_before_the_indexes_is_refused_and_named() {
    let folder = Folder::new();
    let options = Server::builder().storage(Storage::Folder(folder.0.clone())).options();
    let (aws, app) = service::start_aws(listen().await, &options).await.expect("a new folder will do");
    let client = app.store.client();
    client.delete_table().table_name(TABLE).send().await.expect("the table is there");
    let attribute =
        |name| AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
    let part = |name, role| KeySchemaElement::builder().attribute_name(name).key_type(role);
    let create = client.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    let create = create
        .attribute_definitions(attribute(key::PARTITION).build().expect("it is complete"))
        .attribute_definitions(attribute(key::SORT).build().expect("it is complete"))
        .key_schema(part(key::PARTITION, KeyType::Hash).build().expect("it is complete"))
        .key_schema(part(key::SORT, KeyType::Range).build().expect("it is complete"));
    create.send().await.expect("the table can be made as it was");
    aws.stop().await;
    let refused = service::start_aws(listen().await, &options).await.expect_err("it has no indexes");
    let told = refused.to_string();
    assert!(told.contains(folder.name()) && told.contains("delete the folder"), "{told}");
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("the system has a free port")
}
