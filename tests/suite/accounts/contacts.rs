//! Changing one's data: all five fields or none, and what becomes of the e-mail address.

use std::time::Duration;

use futures_util::future::join_all;
use local::inbox::Channel;
use serde_json::{Value, json};
use tally::app::Basics;
use tally::domain::asker::Asker;
use tally::domain::email_address::EmailAddress;
use tally::domain::password::Password;
use tally::domain::username::Username;
use tally::services::administration;
use tally::services::registration::{self, Registration};
use tests::answer::Answer;
use tests::client::Client;
use tests::code;
use tests::server::Server;

use super::{
    ACCOUNT, EMAIL, EMAIL_TAKEN, NAME, NEW_PASSWORD, PASSWORD, REGISTER, contact, is_in, logged_in, login,
    post, posting, register, registration, with_browser,
};

const OTHER: &str = "wang@example.com";
const THIRD: &str = "li@example.com";
const WEEK: Duration = Duration::from_hours(7 * 24);
const MILLISECOND: Duration = Duration::from_millis(1);

/// What an end that is kept in whole seconds may be late by.
const SECOND: Duration = Duration::from_secs(1);

async fn change(browser: &Client, email: &str) -> Answer {
    post(browser, ACCOUNT, &contact(email)).await
}

async fn change_well(browser: &Client, email: &str) {
    let answer = change(browser, email).await;
    assert_eq!(answer.json()["msg"]["email"], email, "{answer:?}");
}

async fn shown(browser: &Client) -> Value {
    browser.get(ACCOUNT).send().await.json()["data"].clone()
}

/// Asks for a code that resets the password; tells to whom it went.
async fn code_goes_to(server: &Server, email: &str) -> Option<String> {
    let before = server.inbox().messages().len();
    let answer = server.client().ask_reset(email).await;
    assert_eq!(answer.json()["meta"]["code"], 0, "{answer:?}");
    let sent = server.inbox().messages().split_off(before);
    assert!(sent.len() <= 1, "{sent:?}");
    sent.into_iter().next().map(|message| message.to)
}

/// Whether somebody new can register with that address.
async fn can_register(server: &Server, username: &str, email: &str) -> bool {
    let answer = post(&server.client(), REGISTER, &registration(username, email)).await;
    assert!(answer.json()["code"] == 1 || answer.text == EMAIL_TAKEN, "{answer:?}");
    answer.json()["code"] == 1
}

/// Sets a new password by the code of the latest mail.
async fn reset(server: &Server, email: &str) -> Value {
    let code = code::latest(&server.inbox(), Channel::Mail);
    let answer = server.client().reset(email, &code, NEW_PASSWORD).await;
    answer.json()["meta"]["code"].clone()
}

#[tokio::test]
async fn all_five_fields_change_or_none() {
    let (server, browser) = with_browser().await;
    register(&server, "wang", OTHER).await;
    let before = shown(&browser).await;
    for (name, value) in [
        ("alias", json!("")),
        ("email", json!("no address")),
        ("email", json!(OTHER)),
        ("phone", json!(null)),
        ("job_number", json!([])),
        ("dept_id", json!("x".repeat(51))),
    ] {
        let mut body = contact(THIRD);
        body[name] = value;
        let answer = post(&browser, ACCOUNT, &body).await;
        assert_eq!((answer.code(), &answer.json()["code"]), (200, &json!(0)), "{body}");
        assert!(answer.json()["data"][name].is_array(), "{answer:?}");
        assert_eq!(shown(&browser).await, before, "{body}");
    }
    change_well(&browser, THIRD).await;
    let mut after = contact(THIRD);
    for name in ["id", "username"] {
        after[name] = before[name].clone();
    }
    assert_eq!(shown(&browser).await, after);
    assert!(is_in(&browser).await, "the session stays");
}

#[tokio::test]
async fn unknown_fields_set_nothing() {
    let (server, browser) = with_browser().await;
    let mut body = contact(EMAIL);
    for (name, value) in
        [("username", json!("root")), ("id", json!(1)), ("is_staff", json!(true)), ("password", json!("x"))]
    {
        body[name] = value;
    }
    assert_eq!(post(&browser, ACCOUNT, &body).await.json()["code"], 1);
    assert_eq!(shown(&browser).await["username"], NAME);
    assert_eq!(login(&server.client(), NAME, PASSWORD).await.json()["code"], 1);
}

#[tokio::test]
async fn a_taken_address_is_a_failure_that_names_the_field() {
    let (server, browser) = with_browser().await;
    register(&server, "wang", OTHER).await;
    for email in [OTHER, "WANG@Example.COM", " wang@example.com "] {
        let answer = change(&browser, email).await;
        assert_eq!((answer.code(), answer.text.as_str()), (200, EMAIL_TAKEN), "{email}");
    }
    assert_eq!(shown(&browser).await["email"], EMAIL);
    assert!(server.inbox().messages().is_empty(), "nobody hears of it");
}

#[tokio::test]
async fn the_owner_of_the_old_address_hears_of_the_change_in_the_language_of_the_request() {
    for (language, subject) in
        [("zh-CN", "您的账号更换了电子邮箱"), ("en", "The e-mail address of your account was changed")]
    {
        let (server, browser) = with_browser().await;
        let request = posting(&browser, ACCOUNT).await.header("accept-language", language);
        request.json(&contact(OTHER)).send().await;
        let messages = server.inbox().messages();
        let told: Vec<_> = messages.iter().map(|mail| (mail.to.as_str(), mail.subject.as_deref())).collect();
        assert_eq!(told, [(EMAIL, Some(subject))]);
        assert!(!messages[0].text.contains(OTHER), "the new address stays with its owner");
    }
}

#[tokio::test]
async fn the_old_address_recovers_the_account_for_seven_days_and_the_new_one_after_them() {
    for asked in [EMAIL, OTHER] {
        let (server, browser) = with_browser().await;
        change_well(&browser, OTHER).await;
        let expected = (asked == EMAIL).then_some(EMAIL);
        assert_eq!(code_goes_to(&server, asked).await.as_deref(), expected, "at once, by {asked}");
        server.clock().advance(WEEK.saturating_sub(MILLISECOND));
        assert_eq!(code_goes_to(&server, asked).await.as_deref(), expected, "at last, by {asked}");
        // The pause between two mails to one address is over a minute later.
        server.clock().advance(Duration::from_mins(1));
        let expected = (asked == OTHER).then_some(OTHER);
        assert_eq!(code_goes_to(&server, asked).await.as_deref(), expected, "after a week, by {asked}");
    }
}

#[tokio::test]
async fn who_reads_the_old_address_gets_the_account_back() {
    let (server, thief) = with_browser().await;
    change_well(&thief, OTHER).await;
    server.clock().advance(SECOND);
    assert_eq!(code_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL));
    assert_eq!(reset(&server, OTHER).await, 1004, "a code of one address is none of another");
    assert_eq!(reset(&server, EMAIL).await, 0);
    assert!(!is_in(&thief).await);
    let owner = server.client();
    assert_eq!(login(&owner, NAME, NEW_PASSWORD).await.json()["code"], 1);
    assert_eq!(shown(&owner).await["email"], EMAIL, "what was not proven is gone");
    assert!(can_register(&server, "new1", OTHER).await);
}

#[tokio::test]
async fn nobody_else_gets_the_old_address_within_seven_days() {
    let (server, browser) = with_browser().await;
    register(&server, "zhang", "zhang@example.com").await;
    let other = logged_in(&server, "zhang").await;
    change_well(&browser, OTHER).await;
    for pause in [Duration::ZERO, WEEK.saturating_sub(MILLISECOND)] {
        server.clock().advance(pause);
        assert!(!can_register(&server, "new1", EMAIL).await, "{pause:?}");
        assert!(!can_register(&server, "new1", "ADMIN@example.com").await, "{pause:?}");
        assert_eq!(change(&other, EMAIL).await.text, EMAIL_TAKEN, "{pause:?}");
        let answer = server.client().register_with("new1", EMAIL, PASSWORD).await;
        assert_eq!(answer.code(), 400, "{answer:?}");
    }
}

#[tokio::test]
async fn after_seven_days_the_old_address_is_free() {
    let (server, browser) = with_browser().await;
    change_well(&browser, OTHER).await;
    server.clock().advance(WEEK + SECOND);
    assert!(can_register(&server, "new1", EMAIL).await);
    assert_eq!(code_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL), "to its new owner");
    assert_eq!(reset(&server, EMAIL).await, 0);
    assert_eq!(login(&server.client(), "new1", NEW_PASSWORD).await.json()["code"], 1);
    assert_eq!(login(&server.client(), NAME, PASSWORD).await.json()["code"], 1, "another account");
    assert_eq!(change(&browser, EMAIL).await.text, EMAIL_TAKEN, "there is no way back any more");
}

#[tokio::test]
async fn changing_back_works_within_the_seven_days_and_after() {
    for pause in [Duration::ZERO, WEEK.saturating_sub(MILLISECOND), WEEK, WEEK + WEEK / 2] {
        let (server, browser) = with_browser().await;
        change_well(&browser, OTHER).await;
        server.clock().advance(pause);
        change_well(&browser, EMAIL).await;
        assert_eq!(shown(&browser).await["email"], EMAIL, "{pause:?}");
        assert!(!can_register(&server, "new1", EMAIL).await, "{pause:?}");
        server.clock().advance(WEEK + SECOND);
        assert!(!can_register(&server, "new1", EMAIL).await, "its own address stays its own: {pause:?}");
        assert!(can_register(&server, "new2", OTHER).await, "{pause:?}");
        assert_eq!(code_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL), "{pause:?}");
    }
}

#[tokio::test]
async fn changing_twice_keeps_the_oldest_address() {
    let (server, browser) = with_browser().await;
    change_well(&browser, OTHER).await;
    server.clock().advance(WEEK / 2);
    change_well(&browser, THIRD).await;
    let told: Vec<String> = server.inbox().messages().into_iter().map(|mail| mail.to).collect();
    assert_eq!(told, [EMAIL, OTHER], "each address hears that it was left");
    for asked in [EMAIL, OTHER, THIRD] {
        let expected = (asked == EMAIL).then_some(EMAIL);
        assert_eq!(code_goes_to(&server, asked).await.as_deref(), expected, "{asked}");
    }
    for email in [EMAIL, THIRD] {
        assert!(!can_register(&server, "new1", email).await, "{email}");
    }
    assert!(can_register(&server, "new2", OTHER).await, "nobody had proven the one in between");
    server.clock().advance(WEEK);
    assert_eq!(code_goes_to(&server, THIRD).await.as_deref(), Some(THIRD));
    assert!(can_register(&server, "new1", EMAIL).await);
    assert!(!can_register(&server, "new3", THIRD).await);
}

#[tokio::test]
async fn another_spelling_of_the_same_address_is_no_move() {
    let (server, browser) = with_browser().await;
    assert_eq!(change(&browser, "Admin@Example.com").await.json()["msg"]["email"], EMAIL);
    assert_eq!(shown(&browser).await["email"], EMAIL);
    assert!(server.inbox().messages().is_empty(), "there is nothing to tell");
    assert_eq!(code_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL));
    assert!(!can_register(&server, "new1", EMAIL).await);
    for spelling in ["ADMIN@example。com", "admin@ｅxample.COM"] {
        let mut body = contact(spelling);
        body["alias"] = json!("老王");
        let told = post(&browser, ACCOUNT, &body).await.json();
        assert_eq!((&told["msg"]["alias"], &told["msg"]["email"]), (&json!("老王"), &json!(EMAIL)));
    }
    assert_eq!(shown(&browser).await["email"], EMAIL);
    assert_eq!(server.inbox().messages().len(), 1, "but for the code, nothing was sent");
}

#[tokio::test]
async fn who_has_an_address_that_is_no_longer_taken_comes_in_gets_no_mail_and_may_move_on() {
    let server = Server::start().await;
    let app = server.app();
    let from = "Root@LocalHost";
    let asker = Asker::new([127, 0, 0, 1].into(), "accounts");
    let password = Password::new(PASSWORD).expect("this is a password");
    let before = Registration {
        username: Some(Username::parse("root1", None).expect("this is a name")),
        email: Some(EmailAddress::stored(from.to_owned())),
        ..Registration::new(password, asker)
    };
    let account = registration::register(app, before).await.expect("the account is made").account;
    let found =
        administration::find(&Basics::from(app), "ROOT@localhost").await.expect("the operator finds it");
    assert_eq!(found.account.number, account.number);
    let browser = logged_in(&server, "root1").await;
    assert_eq!(shown(&browser).await["email"], from);
    assert!(change(&browser, "root@localhost").await.json()["code"] != 1, "nobody types it any more");
    change_well(&browser, OTHER).await;
    assert!(server.inbox().messages().is_empty(), "no notice went there");
    let again = administration::find(&Basics::from(app), OTHER).await.expect("the operator finds it");
    assert_eq!(again.account.number, account.number);
}

#[tokio::test]
async fn the_first_address_of_a_user_is_announced_to_nobody_and_counts_at_once() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    let browser = logged_in(&server, "zhang").await;
    change_well(&browser, OTHER).await;
    assert!(server.inbox().messages().is_empty());
    assert_eq!(code_goes_to(&server, OTHER).await.as_deref(), Some(OTHER));
    assert!(!can_register(&server, "new1", OTHER).await);
}

#[tokio::test]
async fn a_phone_is_contact_data_and_opens_nothing() {
    let (server, _) = with_browser().await;
    register(&server, "wang", OTHER).await;
    assert_eq!(login(&server.client(), "13800138000", PASSWORD).await.text, super::WRONG);
    let both = [logged_in(&server, NAME).await, logged_in(&server, "wang").await];
    for browser in both {
        assert_eq!(shown(&browser).await["phone"], "13800138000");
    }
}

#[tokio::test]
async fn a_notice_that_cannot_be_sent_does_not_undo_the_change() {
    let (server, browser) = with_browser().await;
    server.inbox().refuse_next();
    change_well(&browser, OTHER).await;
    assert!(server.inbox().messages().is_empty());
    assert_eq!(code_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_users_who_want_one_address_at_once_one_gets_it() {
    let server = Server::start().await;
    let mut changes = Vec::new();
    let mut browsers = Vec::new();
    for at in 0..8 {
        let name = format!("user{at}");
        register(&server, &name, &format!("{name}@example.com")).await;
        let browser = logged_in(&server, &name).await;
        changes.push(posting(&browser, ACCOUNT).await.json(&contact(OTHER)));
        browsers.push(browser);
    }
    let answers = join_all(changes.into_iter().map(|change| tokio::spawn(change.send()))).await;
    let answers: Vec<Answer> = answers.into_iter().map(|answer| answer.expect("no request panics")).collect();
    let won = |answer: &Answer| answer.json()["code"] == 1;
    assert_eq!(answers.iter().filter(|answer| won(answer)).count(), 1, "{answers:?}");
    for (at, (answer, browser)) in answers.iter().zip(&browsers).enumerate() {
        let email = if won(answer) { OTHER.to_owned() } else { format!("user{at}@example.com") };
        assert!(won(answer) || answer.text == EMAIL_TAKEN, "{answer:?}");
        assert_eq!(shown(browser).await["email"], email, "user{at}");
    }
    assert_eq!(server.inbox().messages().len(), 1, "one address was left");
}
