//! A text that leads to two accounts leads to none, whatever is to be done.

use tally::domain::account::Account;
use tally::domain::account_number::AccountNumber;
use tally::domain::credential::StoredCredential;
use tally::domain::email_address::EmailAddress;
use tally::domain::phone_number::PhoneNumber;
use tally::domain::username::Username;
use tally::store::NewAccount;
use tally::store::key::Identifier;
use tests::server::Server;

use super::{everything, order, register, show, tell};

/// Every command about a user, and whether it takes a confirmation.
const COMMANDS: [(&str, bool); 13] = [
    ("staff USER on", true),
    ("staff USER off", true),
    ("superuser USER on", true),
    ("superuser USER off", true),
    ("role USER volunteer", true),
    ("group USER add ops", true),
    ("group USER remove ops", true),
    ("set-email USER new@example.com", true),
    ("delete USER", true),
    ("freeze USER", false),
    ("unfreeze USER", false),
    ("end-sessions USER", false),
    ("show USER", false),
];

/// Makes an account past the registration, as one that moved in long ago may be.
async fn make(server: &Server, number: u32, change: impl Fn(Account) -> Account) {
    let blank = Account::new(
        AccountNumber::new(number),
        StoredCredential::stored(String::new()),
        server.clock().now(),
    );
    let account = change(blank);
    let claims: Vec<Identifier> = [
        account.username.as_ref().map(Identifier::username),
        account.email.as_ref().map(Identifier::email),
        account.phone.as_ref().map(Identifier::phone),
    ]
    .into_iter()
    .flatten()
    .collect();
    let made = server.app().store.create_account(&NewAccount::new(&account, &claims, "test")).await;
    assert_eq!(made.ok(), Some(Ok(())));
}

#[tokio::test]
async fn what_leads_to_two_accounts_is_refused_by_every_command_and_both_are_named() {
    let server = Server::start().await;
    let named = |name: &'static str| {
        move |blank| Account { username: Some(Username::stored(name.to_owned())), ..blank }
    };
    // Each text is a username of the first account, and another kind's identifier of the second.
    make(&server, 11_111_111, named("22222222")).await;
    make(&server, 22_222_222, |blank| blank).await;
    make(&server, 33_333_333, named("v@corp.com")).await;
    let email = EmailAddress::parse("v@corp.com").ok();
    make(&server, 44_444_444, |blank| Account { email: email.clone(), ..blank }).await;
    make(&server, 55_555_555, named("+8613800138000")).await;
    let phone = PhoneNumber::stored("+8613800138000".to_owned());
    make(&server, 66_666_666, |blank| Account { phone: Some(phone.clone()), ..blank }).await;
    let before = everything(&server).await;
    for (typed, first, second) in [
        ("22222222", "11111111", "22222222"),
        ("v@corp.com", "33333333", "44444444"),
        ("V@Corp.com", "33333333", "44444444"),
        ("+8613800138000", "55555555", "66666666"),
    ] {
        for (command, confirms) in COMMANDS {
            let line = command.replace("USER", typed);
            let confirmed = [first, second].map(|number| format!("{line} --confirm {number}"));
            let lines = [line].into_iter().chain(confirmed.into_iter().filter(|_| confirms));
            for line in lines {
                let refused = tell(&server, &line).await.expect_err(&line);
                assert!(refused.contains(&format!("#{first} or #{second}")), "{line}: {refused}");
            }
        }
        assert!(tell(&server, &format!("history {typed}")).await.is_err());
        for number in [first, second] {
            let found = show(&server, &format!("#{number}")).await;
            assert_eq!(found["number"].to_string(), number, "the sign always means the number");
        }
    }
    assert!(everything(&server).await == before, "nothing was done to anybody");
}

#[tokio::test]
async fn every_spelling_of_every_kind_serves_for_every_command() {
    let server = Server::start().await;
    let phone = PhoneNumber::stored("+8613800138000".to_owned());
    let email = EmailAddress::parse("Zhang@Example.com").ok();
    make(&server, 51_923_482, |blank| Account {
        username: Some(Username::stored("zhang".to_owned())),
        email: email.clone(),
        email_proven: true,
        phone: Some(phone.clone()),
        ..blank
    })
    .await;
    register(&server.client(), "li", "li@example.com").await;
    order(&server, "superuser li on").await;
    for typed in [
        "zhang",
        "ZHANG",
        "zhang@example.com",
        "ZHANG@EXAMPLE.COM",
        "+8613800138000",
        "13800138000",
        "8613800138000",
        "0086-138-0013-8000",
        "51923482",
        "#51923482",
    ] {
        for (command, _) in COMMANDS.into_iter().filter(|(command, _)| !command.contains("delete")) {
            // The address stays, so that the next command finds it.
            let line = command.replace("USER", typed).replace("new@example.com", "Zhang@Example.com");
            let said = order(&server, &line).await;
            assert!(said.contains("51923482"), "{line}: {said}");
        }
        assert!(order(&server, &format!("history {typed}")).await.contains("staff-given"), "{typed}");
        let refused = tell(&server, &format!("delete {typed}")).await.expect_err("nobody has confirmed it");
        assert!(refused.contains("--confirm 51923482"), "{typed}: {refused}");
    }
    for nobody in ["+8613800138001", "z@example.com", "051923482", "#0"] {
        assert!(tell(&server, &format!("freeze {nobody}")).await.is_err(), "{nobody}");
    }
}
