//! Hashes: old ones move in, outdated ones are renewed, and nothing secret lies in the table in the clear.

use serde_json::json;
use tally::domain::credential::{Arena, Cost, SALT_BYTES, StoredCredential};
use tally::domain::password::Password;
use tests::server::{self, Server};

use super::{CHANGE, CREATE, DETAILS, JSON, PASSWORD, REGISTRATION, WRONG};

/// `hashlib.pbkdf2_hmac("sha256", b"tiger-tally", b"MO32aGo4yQuK", 36000)`, as Django writes it.
const DJANGO: &str = "pbkdf2_sha256$36000$MO32aGo4yQuK$lQKGzSW5YkO6Q50NwvlqNEu9AX9Fw0fxUPf/A4WhbwI=";

/// What the hash of a new password begins with: cheap ones here, a deployment's where functions are processes.
fn current() -> &'static str {
    if server::is_on_lambda() { "$argon2id$v=19$m=19456,t=2,p=1$" } else { "$argon2id$v=19$m=16,t=1,p=1$" }
}

/// A server with the user `zhang`, whose stored hash is this one.
async fn with_hash(hash: &str) -> (Server, tally::domain::account_number::AccountNumber) {
    let server = Server::start().await;
    let number = tests::table::owner(&server.client().register("zhang", PASSWORD).await.key());
    tests::table::set(&server, number, "credential", hash).await;
    (server, number)
}

async fn stored(server: &Server, number: tally::domain::account_number::AccountNumber) -> String {
    tests::table::text(&tests::table::account(server, number).await, "credential").to_owned()
}

#[tokio::test]
async fn a_hash_that_django_wrote_opens_and_becomes_argon2id() {
    let (server, number) = with_hash(DJANGO).await;
    assert_eq!(server.client().login("zhang", PASSWORD).await.brief(), WRONG);
    assert_eq!(stored(&server, number).await, DJANGO, "a wrong password changes nothing");
    assert_eq!(server.client().login("zhang", "tiger-tally").await.code(), 200);
    assert!(stored(&server, number).await.starts_with(current()));
    assert_eq!(server.client().login("zhang", "tiger-tally").await.code(), 200);
    assert_eq!(server.client().login("zhang", PASSWORD).await.brief(), WRONG);
}

#[tokio::test]
async fn moving_in_disturbs_neither_the_key_nor_the_other_sessions() {
    let server = Server::start().await;
    let phone = server.client();
    let key = phone.register("zhang", PASSWORD).await.key();
    tests::table::set(&server, tests::table::owner(&key), "credential", DJANGO).await;
    assert_eq!(server.client().login("zhang", "tiger-tally").await.key(), key);
    assert_eq!(phone.get(super::DISPLAY).send().await.code(), 404);
}

#[tokio::test]
async fn a_hash_of_another_cost_is_renewed_by_the_next_login() {
    for cost in [Cost { memory_kib: 32, passes: 1, lanes: 1 }, Cost { memory_kib: 16, passes: 2, lanes: 1 }] {
        let password = Password::new(PASSWORD).unwrap();
        let old = StoredCredential::hash(&password, [7; SALT_BYTES], cost, &mut Arena::new(cost));
        let (server, number) = with_hash(old.as_str()).await;
        assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
        let renewed = stored(&server, number).await;
        assert!(renewed.starts_with(current()), "{renewed}");
        assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
        assert_eq!(stored(&server, number).await, renewed, "a current hash stays as it is");
    }
}

#[tokio::test]
async fn an_old_hash_is_enough_to_change_the_password() {
    let (server, number) = with_hash(DJANGO).await;
    let key = server.client().login("zhang", "tiger-tally").await.key();
    tests::table::set(&server, number, "credential", DJANGO).await;
    let new = "another-tiger-7";
    let body = json!({"old_password": "tiger-tally", "new_password1": new, "new_password2": new});
    assert_eq!(server.client().post(CHANGE).token(&key).json(&body).send().await.code(), 200);
    assert!(stored(&server, number).await.starts_with(current()));
    assert_eq!(server.client().login("zhang", new).await.code(), 200);
}

#[tokio::test]
async fn a_hash_that_cannot_be_read_or_costs_too_much_opens_nothing() {
    for hash in [
        "",
        "!",
        PASSWORD,
        "plain$fswxxz1456",
        "md5$x$0cc175b9c0f1b6a831c399e269772661",
        "pbkdf2_sha256$2000000000$MO32aGo4yQuK$lQKGzSW5YkO6Q50NwvlqNEu9AX9Fw0fxUPf/A4WhbwI=",
        "pbkdf2_sha256$36000$MO32aGo4yQuK$",
        "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$DPBXDy8WZQYcAQ5TAgIzsCUDvjLTRY4mLCtTeSbdZ+o",
        "$argon2id$v=19$m=16,t=1,p=1$$",
    ] {
        let (server, _) = with_hash(hash).await;
        for password in [PASSWORD, "tiger-tally", "!", hash] {
            let answer = server.client().login("zhang", password).await;
            assert_eq!((answer.code(), answer.cookie("sessionid")), (400, None), "{hash} {password}");
        }
    }
}

#[tokio::test]
async fn production_hashes_have_the_documented_cost() {
    let server = Server::builder().hash_cost(Cost::PRODUCTION).start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let hash = stored(&server, tests::table::owner(&key)).await;
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert_eq!(server.client().login("zhang", PASSWORD).await.code(), 200);
}

#[tokio::test]
async fn two_people_with_one_password_have_two_hashes() {
    let server = Server::start().await;
    let mut hashes = Vec::new();
    for name in ["zhang", "zhangxu"] {
        let key = server.client().register(name, PASSWORD).await.key();
        hashes.push(stored(&server, tests::table::owner(&key)).await);
    }
    assert_ne!(hashes[0], hashes[1]);
}

#[tokio::test]
async fn nothing_secret_lies_in_the_table_in_the_clear() {
    let server = Server::start().await;
    let (first, second) = (server.client(), server.client());
    let new = "another-tiger-7";
    let body = json!({"username": "zhang", "email": "a@b.co", "password1": PASSWORD, "password2": PASSWORD});
    let mut keys = vec![first.post(REGISTRATION).json(&body).send().await.key()];
    first.post(CREATE).body(JSON, DETAILS).send().await;
    let mut secrets: Vec<String> =
        vec![first.cookie("sessionid").unwrap(), first.cookie("csrftoken").unwrap()];
    second.login("zhang", "wrong-password-1").await;
    second.login("ghost-of-nobody", "wrong-password-2").await;
    let change = json!({"old_password": PASSWORD, "new_password1": new, "new_password2": new});
    first.post(CHANGE).json(&change).send().await;
    keys.push(second.login("zhang", new).await.key());
    secrets.extend([second.cookie("sessionid").unwrap(), second.cookie("csrftoken").unwrap()]);
    for key in &keys {
        secrets.extend([key.clone(), key[8..].to_owned()]);
    }
    for word in [PASSWORD, new, "wrong-password-1", "wrong-password-2", "ghost-of-nobody", "127.0.0.1"] {
        secrets.push(word.to_owned());
    }
    let dump = format!("{:?}", tests::table::items(&server).await).to_lowercase();
    assert!(dump.contains("$argon2id$") && dump.contains("asasasasa"), "the dump is one");
    for secret in secrets {
        assert!(!dump.contains(&secret.to_lowercase()), "{secret} is in {dump}");
    }
}

#[tokio::test]
async fn what_is_told_of_a_long_password_is_true_of_bytes_in_every_group() {
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    // 2,000 characters, 6,000 bytes.
    let long = "长虎".repeat(1000);
    let token = browser.get("/api/accounts/get_token/").send().await.json()["data"].clone();
    let customer = json!({"user_email": "c@example.com", "company_name": "例子公司", "password": long,
        "phone": "13800138000", "name": "李明", "code": "123456"});
    let member = json!({"username": "wang", "email": "w@example.com", "password1": long, "password2": long,
        "phone": "139", "dept_id": "3", "csrfmiddlewaretoken": token});
    let words = ["bytes", "字节"];
    for (path, body) in [
        (REGISTRATION, json!({"username": "wang", "password1": long, "password2": long})),
        (CHANGE, json!({"old_password": PASSWORD, "new_password1": long, "new_password2": long})),
        ("/api/accounts/register/", member),
        (
            "/api/accounts/password_change/",
            json!({"old_password": PASSWORD, "new_password1": long, "new_password2": long,
                "csrfmiddlewaretoken": token}),
        ),
        (
            "/v3_1/manage/password/reset/",
            json!({"username": "w@example.com", "vercode": "123456", "password": long, "password2": long}),
        ),
        ("/users/account_register/", customer),
        (
            "/users/change_my_pwd/",
            json!({"old_password": PASSWORD, "new_password": long, "confirm_password": long}),
        ),
        (
            "/users/change_pwd_by_mobile/",
            json!({"mobile": "13800138000", "code": "123456", "password": long, "re_password": long}),
        ),
    ] {
        let answer = browser.post(path).json(&body).send().await;
        let tells = answer.text.contains("4096") && words.iter().any(|word| answer.text.contains(word));
        assert!(tells && !answer.text.contains("characters"), "{path}: {answer:?}");
        assert!(!answer.text.contains("4096 个字符"), "{path}: {answer:?}");
    }
    let vague = json!({"first_name": "三", "last_name": "张", "role": "1", "password": long});
    let vague = server.client().post("/user/register/").json(&vague).send().await;
    assert_eq!(vague.brief(), r#"400 {"code":400,"msg":"Bad request"}"#);
    // Who logs in with it has typed a wrong one.
    assert_eq!(server.client().login("zhang", &long).await.brief(), WRONG);
}
