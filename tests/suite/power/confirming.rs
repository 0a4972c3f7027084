//! Whoever is named by an address that nobody proved may be somebody else; who says otherwise vouches.

use serde_json::json;
use tally::domain::history::Act;
use tests::server::Server;

use super::{NEW_PASSWORD, PASSWORD, everything, number, order, records, register, show, tell};

const ADDRESS: &str = "director@corp.example";

/// What needs a confirmation by such an address, and whether it vouches for it.
const COMMANDS: [(&str, bool); 9] = [
    ("staff USER on", true),
    ("staff USER off", false),
    ("superuser USER on", true),
    ("superuser USER off", false),
    ("role USER administrator", true),
    ("role USER volunteer", true),
    ("group USER add ops", true),
    ("group USER remove ops", false),
    ("set-email USER other@corp.example", false),
];

#[tokio::test]
async fn power_by_an_unproven_address_needs_the_number_and_then_vouches_for_it() {
    for (command, vouches) in COMMANDS {
        let server = Server::start().await;
        register(&server.client(), "li", "li@example.com").await;
        order(&server, "superuser li on").await;
        register(&server.client(), "director", ADDRESS).await;
        let own = number(&server, ADDRESS).await;
        let line = command.replace("USER", ADDRESS);
        let before = everything(&server).await;
        for line in [line.clone(), format!("{line} --confirm 10000001"), format!("{line} --confirm #{own}")] {
            let refused = tell(&server, &line).await.expect_err(&line);
            assert!(refused.contains(&format!("--confirm {own}")), "{line}: {refused}");
        }
        assert!(everything(&server).await == before, "{command}: nothing was given");
        order(&server, &format!("{line} --confirm {own}")).await;
        let card = show(&server, &format!("#{own}")).await;
        let is_proven = vouches || command.starts_with("set-email");
        assert_eq!(card["email_proven"], json!(is_proven), "{command}");
        let vouched = records(&server, own).await.into_iter().filter(|one| one.act == Act::EmailVouched);
        assert_eq!(vouched.count(), usize::from(is_proven), "{command}");
    }
}

#[tokio::test]
async fn by_number_by_username_and_by_a_proven_address_nothing_is_confirmed() {
    let server = Server::start().await;
    register(&server.client(), "director", ADDRESS).await;
    let own = number(&server, ADDRESS).await;
    for user in ["director".to_owned(), own.to_string(), format!("#{own}")] {
        order(&server, &format!("staff {user} on")).await;
        order(&server, &format!("staff {user} off")).await;
        assert_eq!(show(&server, &user).await["email_proven"], false, "nobody was asked about the address");
    }
    let said = order(&server, &format!("staff {ADDRESS} on --confirm {own}")).await;
    assert!(said.ends_with(&format!(" {ADDRESS} counts as proven.\n")), "{said}");
    order(&server, &format!("staff {ADDRESS} off")).await;
    // What is so already vouches all the same, where it was asked about.
    register(&server.client(), "keeper", "keeper@corp.example").await;
    let keeper = number(&server, "keeper").await;
    order(&server, "staff keeper on").await;
    let said = order(&server, &format!("staff keeper@corp.example on --confirm {keeper}")).await;
    assert!(said.contains("is staff already. keeper@corp.example counts as proven"), "{said}");
    assert_eq!(show(&server, "keeper").await["email_proven"], true);
}

#[tokio::test]
async fn a_company_customers_name_is_an_address_and_has_to_be_confirmed() {
    let server = Server::start().await;
    // Its username is the address, which a stranger may have typed.
    register(&server.client(), ADDRESS, ADDRESS).await;
    let own = number(&server, ADDRESS).await;
    assert!(tell(&server, &format!("staff {ADDRESS} on")).await.is_err());
    order(&server, &format!("staff {ADDRESS} on --confirm {own}")).await;
}

#[tokio::test]
async fn an_operator_gives_an_address_and_takes_it_from_who_never_proved_it() {
    let server = Server::start().await;
    let client = server.client();
    register(&client, "squatter", ADDRESS).await;
    register(&server.client(), "director", "old@corp.example").await;
    let (squatter, director) = (number(&server, "squatter").await, number(&server, "director").await);
    let said = order(&server, &format!("set-email director {ADDRESS}")).await;
    assert!(
        said.contains("1 session ended") && said.contains(&format!("Account {squatter}, which")),
        "{said}"
    );
    let card = show(&server, ADDRESS).await;
    assert_eq!((&card["number"], &card["email_proven"]), (&json!(director.get()), &json!(true)));
    assert_eq!(show(&server, "squatter").await["email"], json!(null));
    let acts = |records: Vec<tally::domain::history::Record>| {
        records.into_iter().map(|record| record.act).collect::<Vec<Act>>()
    };
    assert_eq!(acts(records(&server, squatter).await), [Act::EmailLost]);
    assert_eq!(acts(records(&server, director).await), [Act::EmailVouched]);
    // The address before is anybody's at once, and the proven one nobody else's.
    register(&server.client(), "other", "old@corp.example").await;
    let before = everything(&server).await;
    let other = number(&server, "other").await;
    let refused = tell(&server, &format!("set-email #{other} {ADDRESS}")).await;
    assert!(refused.unwrap_err().contains(&format!("Account {director} has proven")));
    assert!(everything(&server).await == before);
    // The console's own reset works by it.
    order(&server, "staff director on").await;
    server.clock().advance(std::time::Duration::from_secs(1));
    let asked = json!({"username": ADDRESS, "code_type": 1});
    server.client().post("/v3_1/manage/verCode/").json(&asked).send().await;
    let messages = server.inbox().messages();
    let mail = messages.last().expect("a mail was sent");
    let code = mail.text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).expect("a code");
    let body =
        json!({"username": ADDRESS, "vercode": code, "password": NEW_PASSWORD, "password2": NEW_PASSWORD});
    let reset = server.client().post("/v3_1/manage/password/reset/").json(&body).send().await;
    assert_eq!(reset.json()["meta"]["code"], 0, "{reset:?}");
    let login = json!({"username": ADDRESS, "password": NEW_PASSWORD});
    let login = server.client().post("/v3_1/manage/login/").json(&login).send().await;
    assert_eq!(login.json()["data"]["user"]["is_staff"], true, "{login:?}");
}

#[tokio::test]
async fn a_code_from_before_an_address_was_vouched_for_opens_nothing() {
    let server = Server::start().await;
    register(&server.client(), "director", ADDRESS).await;
    let own = number(&server, ADDRESS).await;
    let asked = json!({"username": ADDRESS, "code_type": 1});
    server.client().post("/v3_1/manage/verCode/").json(&asked).send().await;
    let messages = server.inbox().messages();
    let text = &messages.last().expect("a mail was sent").text;
    let code = text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).expect("a code");
    order(&server, &format!("staff {ADDRESS} on --confirm {own}")).await;
    let body =
        json!({"username": ADDRESS, "vercode": code, "password": NEW_PASSWORD, "password2": NEW_PASSWORD});
    let reset = server.client().post("/v3_1/manage/password/reset/").json(&body).send().await;
    assert_ne!(reset.json()["meta"]["code"], 0, "{reset:?}");
    let login = json!({"username": ADDRESS, "password": PASSWORD});
    let login = server.client().post("/v3_1/manage/login/").json(&login).send().await;
    assert_eq!(login.json()["meta"]["code"], 0, "{login:?}");
}
