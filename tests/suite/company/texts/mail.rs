//! Codes that set and prove an e-mail address; and that text messages and mail keep apart.

use std::net::{IpAddr, Ipv4Addr};

use local::inbox::Channel;
use tally::app::App;
use tally::courier::Language;
use tally::domain::account::Account;
use tally::domain::asker::Asker;
use tally::domain::code::{Code, CodePurpose};
use tally::domain::email_address::EmailAddress;
use tally::domain::sent_messages::Cause;
use tally::services::codes::{self, Asked, WrongCode};
use tally::services::obstacle::Declined;
use tally::services::registration::{self, Registration};
use tally::services::sessions::{Caller, RecognisedBy};
use tests::code;
use tests::server::Server;

use super::Duration;

/// Whoever asks.
fn somebody() -> Asker {
    Asker::new(IpAddr::V4(Ipv4Addr::LOCALHOST), "company")
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("this is an address")
}

async fn account(app: &App, email: &str) -> Account {
    let password = tally::domain::password::Password::new(super::PASSWORD).expect("this is a password");
    let wanted = Registration { email: Some(address(email)), ..Registration::new(password, somebody()) };
    registration::register(app, wanted).await.expect("the account is made").account
}

async fn ask(app: &App, account: &Account, email: &str) -> Asked {
    let caller = Caller { account: account.clone(), by: RecognisedBy::SharedKey };
    let asked = codes::ask_email_binding(app, &caller, &address(email), &somebody(), Language::English).await;
    asked.expect("the request is taken")
}

#[tokio::test]
async fn a_code_for_binding_an_address_is_its_askers_alone() {
    let server = Server::start().await;
    let app = server.app();
    let (li, wang) = (account(app, "li@example.com").await, account(app, "wang@example.com").await);
    assert_eq!(ask(app, &li, "new@example.com").await, Asked::Taken);
    let message = server.inbox().messages().pop().expect("a mail was sent");
    assert_eq!(message.subject.as_deref(), Some("Your code for binding this e-mail address"));
    let (code, new) =
        (Code::typed(&code::latest(&server.inbox(), Channel::Mail)), address("new@example.com"));
    for owner in [None, Some(wang.number)] {
        let tried = codes::try_for(app, CodePurpose::EmailBinding, &new, &code, owner, &somebody()).await;
        assert!(matches!(tried, Err(Declined::Because(WrongCode))), "{owner:?}");
    }
    let other =
        codes::try_for(app, CodePurpose::PasswordReset, &new, &code, Some(li.number), &somebody()).await;
    assert!(matches!(other, Err(Declined::Because(WrongCode))), "of another purpose");
    codes::try_for(app, CodePurpose::EmailBinding, &new, &code, Some(li.number), &somebody())
        .await
        .expect("it is right for whoever asked");
}

#[tokio::test]
async fn an_address_that_another_account_has_proven_gets_no_code() {
    let server = Server::start().await;
    let app = server.app();
    let (li, wang) = (account(app, "li@example.com").await, account(app, "wang@example.com").await);
    assert_eq!(ask(app, &li, "wang@example.com").await, Asked::Taken);
    assert_eq!(server.inbox().messages().len(), 1, "nobody has proven it yet");
    server.clock().advance(Duration::from_mins(2));
    // Wang proves it by a reset.
    codes::ask(app, &address("wang@example.com"), &somebody(), Language::English).await.expect("it is taken");
    let code = Code::typed(&code::latest(&server.inbox(), Channel::Mail));
    let password = tally::domain::password::Password::new("tiger-tally-78").expect("this is a password");
    let wangs = address("wang@example.com");
    codes::reset_password(app, &wangs, &code, &password, &somebody(), Language::English)
        .await
        .expect("the password is reset");
    server.clock().advance(Duration::from_mins(10));
    let sent = server.inbox().messages().len();
    assert_eq!(ask(app, &li, "wang@example.com").await, Asked::Taken, "the answer is the same");
    assert_eq!(server.inbox().messages().len(), sent);
    assert_eq!(ask(app, &wang, "wang@example.com").await, Asked::Taken);
    assert_eq!(server.inbox().messages().len(), sent + 1, "its owner gets one, whatever others imagined");
}

#[tokio::test]
async fn whoever_is_known_may_hear_that_a_code_could_not_be_sent() {
    let server = Server::start().await;
    let li = account(server.app(), "li@example.com").await;
    server.inbox().refuse_next();
    assert_eq!(ask(server.app(), &li, "new@example.com").await, Asked::NotSent);
    assert_eq!(ask(server.app(), &li, "new@example.com").await, Asked::Taken);
    assert_eq!(server.inbox().messages().len(), 1);
}

#[tokio::test]
async fn a_message_without_a_code_shares_the_numbers_of_its_destination() {
    let server = Server::start().await;
    let (app, to) = (server.app(), address("li@example.com"));
    let li = account(app, "li@example.com").await;
    assert_eq!(ask(app, &li, "li@example.com").await, Asked::Taken);
    let code = Code::typed(&code::latest(&server.inbox(), Channel::Mail));
    let note = async || {
        codes::note_message(app, "a-link", Cause::Account(li.number), &to).await.expect("the table is there")
    };
    let first = note().await.expect("its pause is its own");
    assert_eq!(note().await.err(), Some(Duration::from_mins(1)));
    codes::withdraw_message(app, &first).await;
    for _ in 0..2 {
        assert!(note().await.is_ok(), "what was withdrawn does not count");
        server.clock().advance(Duration::from_mins(8));
    }
    assert_eq!(note().await.err(), Some(Duration::from_mins(44)), "three an hour, the code among them");
    server.clock().advance(Duration::from_mins(4));
    let tried = codes::check(app, CodePurpose::EmailBinding, &to, &code, &somebody()).await;
    assert!(matches!(tried, Err(Declined::Because(WrongCode))), "it has expired meanwhile");
}
