//! Ten sessions of each carrier, which end in the order in which they were opened.

use futures_util::future::join_all;
use serde_json::json;
use tally::app::Basics;
use tally::domain::administration::Order;
use tally::services::administration;
use tests::client::Client;
use tests::server::Server;
use tests::table;

use super::{EMAIL, HOME, PASSWORD, at, with_owner};

async fn token_of(client: &Client, path: &str, name: (&str, &str)) -> String {
    let body = json!({name.0: name.1, "password": PASSWORD});
    let answer = client.post(path).without_cookies().json(&body).send().await;
    let token = answer.json()["data"]["token"].as_str().map(str::to_owned);
    token.unwrap_or_else(|| panic!("no token: {answer:?}"))
}

async fn number(server: &Server) -> String {
    let on = Basics::from(server.app());
    administration::find(&on, "zhang").await.expect("the user is there").account.number.to_string()
}

async fn is_in(client: &Client) -> bool {
    client.get("/api/users_display/").send().await.code() != 401
}

#[tokio::test]
async fn logins_within_one_moment_give_way_in_their_order() {
    let (server, first) = with_owner().await;
    let mut browsers = vec![first];
    for _ in 0..14 {
        let browser = at(&server, HOME);
        assert_eq!(browser.login("zhang", PASSWORD).await.code(), 200);
        browsers.push(browser);
    }
    let alive = join_all(browsers.iter().map(is_in)).await;
    assert_eq!(alive, [vec![false; 5], vec![true; 10]].concat());
}

#[tokio::test]
async fn sessions_of_one_way_in_end_none_of_another() {
    let (server, _) = with_owner().await;
    let on = Basics::from(server.app());
    let found = administration::find(&on, "zhang").await.expect("the user is there");
    administration::obey(&on, found.account.number, Order::Staff(true)).await.expect("it is done");
    let (client, id) = (at(&server, HOME), number(&server).await);
    let console = token_of(&client, "/v3_1/manage/login/", ("username", EMAIL)).await;
    let other = token_of(&client, "/v3_1/manage/login/", ("username", EMAIL)).await;
    let charity = token_of(&client, "/user/login/", ("id", &id)).await;
    let browser = at(&server, HOME);
    assert_eq!(browser.login("zhang", PASSWORD).await.code(), 200);
    for _ in 0..12 {
        assert_eq!(at(&server, HOME).login("zhang", PASSWORD).await.code(), 200);
    }
    let is_console = async |token: &str| {
        client.get("/api/users_display/").without_cookies().token(token).send().await.code() != 401
    };
    assert!(is_console(&console).await && is_console(&other).await);
    let body = json!({"id": id});
    let ask = client.post("/user/getuser/").without_cookies().header("token", &charity).json(&body);
    assert_eq!(ask.send().await.code(), 200);
    assert!(!is_in(&browser).await);
    let browser = at(&server, HOME);
    assert_eq!(browser.login("zhang", PASSWORD).await.code(), 200);
    for _ in 0..12 {
        let _ = token_of(&client, "/user/login/", ("id", &id)).await;
    }
    assert!(is_in(&browser).await && is_console(&console).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_log_in_at_once_ten_sessions_are_left() {
    let (server, _) = with_owner().await;
    for _ in 0..5 {
        let logins = (0..10).map(|_| {
            let client = at(&server, HOME);
            tokio::spawn(async move { client.login("zhang", PASSWORD).await.code() })
        });
        let codes = join_all(logins).await.into_iter().map(|code| code.expect("no request panics"));
        let codes: Vec<u16> = codes.collect();
        assert!(codes.iter().all(|code| *code == 200), "{codes:?}");
        let items = table::items_of(&server, "ACCOUNT#").await;
        let account = items.iter().find(|item| table::text(item, "sk") == "ACCOUNT").unwrap();
        let sessions = account["sessions"].as_m().unwrap();
        assert!(sessions.len() <= 10, "{}", sessions.len());
    }
}

#[tokio::test]
async fn an_account_with_all_its_sessions_stays_small() {
    let (server, _) = with_owner().await;
    let on = Basics::from(server.app());
    let found = administration::find(&on, "zhang").await.expect("the user is there");
    administration::obey(&on, found.account.number, Order::Staff(true)).await.expect("it is done");
    let (client, id) = (at(&server, HOME), number(&server).await);
    for _ in 0..11 {
        assert_eq!(at(&server, HOME).login("zhang", PASSWORD).await.code(), 200);
        let _ = token_of(&client, "/v3_1/manage/login/", ("username", EMAIL)).await;
        let _ = token_of(&client, "/user/login/", ("id", &id)).await;
    }
    let items = table::items_of(&server, "ACCOUNT#").await;
    let account = items.iter().find(|item| table::text(item, "sk") == "ACCOUNT").unwrap();
    let sessions = account["sessions"].as_m().unwrap();
    assert_eq!(sessions.len(), 30);
    let bytes: usize =
        sessions.iter().map(|(digest, text)| digest.len() + text.as_s().unwrap().len() + 1).sum();
    // An entry takes some 45 bytes, so that three kinds take less than two more units.
    assert!(bytes <= 30 * 48, "{bytes} bytes");
}
