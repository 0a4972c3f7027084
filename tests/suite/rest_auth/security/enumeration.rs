//! Finding out who has an account: whatever nobody has to be told is answered byte for byte alike.

use serde_json::json;
use tests::answer::Answer;
use tests::server::Server;

use super::{DISPLAY, LOGIN, PASSWORD, REGISTRATION, WRONG};

/// Users in every state an account can be in; none of them has the password that is tried.
async fn populated() -> Server {
    let server = Server::start().await;
    for name in ["active", "frozen", "deleted", "unusable", "django"] {
        let key = server.client().register(name, PASSWORD).await.key();
        let number = tests::table::owner(&key);
        match name {
            "frozen" | "deleted" => tests::table::set(&server, number, "standing", name).await,
            "unusable" => tests::table::set(&server, number, "credential", "!").await,
            "django" => {
                let hash = "pbkdf2_sha256$1000$MO32aGo4yQuK$pkMAJ4Y0IPJ+bEarMs2j6CBX4n8x9Y376S1Nv1yZ1NI=";
                tests::table::set(&server, number, "credential", hash).await;
            }
            _ => {}
        }
    }
    server
}

#[tokio::test]
async fn a_wrong_password_is_answered_alike_whatever_the_account_is() {
    let server = populated().await;
    let unknown = server.client().login("nobody", "wrong-password-1").await;
    assert_eq!(unknown.brief(), WRONG);
    for name in ["active", "frozen", "deleted", "unusable", "django"] {
        let answer = server.client().login(name, "wrong-password-1").await;
        assert_eq!(answer.structure(), unknown.structure(), "{name}");
    }
}

#[tokio::test]
async fn no_password_opens_an_account_that_is_gone_or_has_none() {
    let server = populated().await;
    for name in ["deleted", "unusable", "django", "nobody"] {
        assert_eq!(server.client().login(name, PASSWORD).await.brief(), WRONG, "{name}");
    }
    for password in ["!", "", "pkMAJ4Y0IPJ+bEarMs2j6CBX4n8x9Y376S1Nv1yZ1NI="] {
        assert_eq!(server.client().login("unusable", password).await.code(), 400, "{password}");
    }
}

#[tokio::test]
async fn odd_logins_do_not_tell_either() {
    let server = populated().await;
    let over = "x1".repeat(2049);
    let bodies = |name: &str| {
        [
            json!({"username": name, "password": over}),
            json!({"username": name, "password": "wrong\u{0}password-1"}),
            json!({"username": name, "email": "abc", "password": "wrong-password-1"}),
            json!({"username": name, "email": "a@b.co", "password": "wrong-password-1"}),
            json!({"username": name, "password": ""}),
            json!({"username": name}),
        ]
    };
    for (known, unknown) in bodies("active").iter().zip(bodies("nobody")) {
        let known = server.client().post(LOGIN).json(known).send().await;
        let unknown = server.client().post(LOGIN).json(&unknown).send().await;
        assert_eq!(known.structure(), unknown.structure());
    }
}

#[tokio::test]
async fn a_browser_that_is_logged_in_learns_no_more() {
    let server = populated().await;
    let browser = server.client();
    browser.register("eve", PASSWORD).await;
    let known = browser.login("active", "wrong-password-1").await;
    let unknown = browser.login("nobody", "wrong-password-1").await;
    assert_eq!(known.structure(), unknown.structure());
}

#[tokio::test]
async fn keys_and_cookies_do_not_tell_which_numbers_are_taken() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let ask = async |key: &str| -> Answer { server.client().get(DISPLAY).token(key).send().await };
    let taken = ask(&format!("{}{}", &key[..8], "0".repeat(32))).await;
    let free = ask(&format!("0000000f{}", "0".repeat(32))).await;
    assert_eq!(taken.structure(), free.structure());
    let browser = server.client();
    browser.login("zhang", PASSWORD).await;
    let session = browser.cookie("sessionid").unwrap();
    let ask = async |value: String| -> Answer {
        let thief = server.client();
        thief.set_cookie("sessionid", &value);
        thief.get(DISPLAY).send().await
    };
    let taken = ask(format!("{}{}", &session[..16], "0".repeat(16))).await;
    let free = ask("0".repeat(32)).await;
    assert_eq!(taken.structure(), free.structure());
}

#[tokio::test]
async fn a_taken_address_says_nothing_about_its_owner() {
    let server = Server::start().await;
    let body = |name: &str| json!({"username": name, "email": "zhang@b.co", "password1": PASSWORD, "password2": PASSWORD});
    server.client().post(REGISTRATION).json(&body("zhang")).send().await;
    let first = server.client().post(REGISTRATION).json(&body("one")).send().await;
    let second = server.client().post(REGISTRATION).json(&body("two")).send().await;
    assert_eq!(first.brief(), r#"400 {"email":["A user is already registered with this e-mail address."]}"#);
    assert_eq!(first.structure(), second.structure());
    assert_eq!(
        server.client().login("one", PASSWORD).await.brief(),
        WRONG,
        "a refused registration leaves nothing"
    );
}

#[tokio::test]
async fn passwords_of_the_same_length_are_answered_alike_to_the_byte() {
    let server = populated().await;
    let mut answers = Vec::new();
    for password in ["fswxxz1455", "fswxxz1457", "gswxxz1456"] {
        answers.push(server.client().login("active", password).await.structure());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}
