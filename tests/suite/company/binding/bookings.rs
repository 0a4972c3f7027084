//! Booking events, and the operator's list of who did.

use admin::cli::Cli;
use futures_util::future::join_all;
use local::inbox::Channel;
use serde_json::json;
use tally::app::Basics;
use tests::answer::Answer;
use tests::client::Client;
use tests::code;
use tests::operator;
use tests::server::Server;

use super::{FOREIGN, NAME, STRANGER, account_of, freeze, give_phone, post, table, told, user, with_user};

const BOOK: &str = "/users/new_industry_bookin/";
const BOOKED: &str = r#"{"status":"ok","msg":"报名成功"}"#;
const AGAIN: &str = r#"{"status":"error","msg":"您已报名该活动，请勿重复报名"}"#;
const UNKNOWN: &str = r#"{"status":"error","msg":"没有这个活动"}"#;
const COLUMNS: &str = "event,event_name,account,username,email,phone,realname,company_name,booked_at_utc";

async fn book(browser: &Client, event: &str) -> Answer {
    post(browser, BOOK, &json!({"bookin_type": event})).await
}

/// What the operator's command prints.
async fn list(server: &Server, line: &str) -> Vec<String> {
    let printed = operator::tell(&Basics::from(server.app()), line, None).await;
    let printed = printed.expect("the list can be made");
    let text = printed.strip_prefix('\u{feff}').expect("Excel finds its mark");
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn each_event_is_booked_once_by_each_user() {
    let (server, browser) = with_user().await;
    let li = user(&server, "li", None).await;
    for browser in [&browser, &li] {
        for event in ["1", "2"] {
            assert_eq!(told(&book(browser, event).await), (200, BOOKED));
            assert_eq!(told(&book(browser, event).await), (200, AGAIN));
        }
    }
    assert_eq!(table::items_of(&server, "BOOKING#").await.len(), 4);
}

#[tokio::test]
async fn only_the_two_events_can_be_booked() {
    let (server, browser) = with_user().await;
    for event in ["0", "3", "-1", "1.0", "1#2", "beijing"] {
        assert_eq!(told(&book(&browser, event).await), (200, UNKNOWN), "{event}");
    }
    for (body, msg) in [
        (json!({}), "bookin_type 不能为空"),
        (json!({"bookin_type": 1.0}), "bookin_type 必须是字符串"),
        (json!({"bookin_type": true}), "bookin_type 必须是字符串"),
        (json!({"bookin_type": ["1"]}), "bookin_type 必须是字符串"),
        (json!({"bookin_type": null}), "bookin_type 不能为空"),
    ] {
        let answer = post(&browser, BOOK, &body).await;
        assert_eq!((answer.code(), answer.json()), (200, json!({"status": "error", "msg": msg})), "{body}");
    }
    assert!(table::items_of(&server, "BOOKING#").await.is_empty());
}

#[tokio::test]
async fn strangers_the_frozen_and_pages_of_others_book_nothing() {
    let (server, browser) = with_user().await;
    assert_eq!(told(&book(&server.client(), "1").await), (401, STRANGER));
    let request = browser.post(BOOK).header("sec-fetch-site", "cross-site");
    assert_eq!(told(&request.json(&json!({"bookin_type": "1"})).send().await), (403, FOREIGN));
    assert_eq!(browser.get(BOOK).send().await.code(), 405);
    freeze(&server, NAME).await;
    assert_eq!(told(&book(&browser, "1").await), (401, STRANGER));
    assert!(table::items_of(&server, "BOOKING#").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_bookings_at_once_one_counts() {
    let (server, browser) = with_user().await;
    let tries = (0..20).map(|_| {
        let browser = browser.clone();
        tokio::spawn(async move { book(&browser, "1").await.text })
    });
    let answers: Vec<String> =
        join_all(tries).await.into_iter().map(|answer| answer.expect("no panic")).collect();
    assert_eq!(answers.iter().filter(|answer| *answer == BOOKED).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| *answer == AGAIN).count(), 19, "{answers:?}");
    assert_eq!(table::items_of(&server, "BOOKING#").await.len(), 1);
}

#[tokio::test]
async fn the_list_tells_who_and_when() {
    let (server, zhang) = with_user().await;
    give_phone(&server, NAME, "13800138000").await;
    let li = user(&server, "li", None).await;
    post(&zhang, "/users/change_my_info/", &json!({"realname": "张三"})).await;
    post(&zhang, "/users/change_company_info/", &json!({"company_name": "例子, \"公司\""})).await;
    book(&zhang, "2").await;
    server.clock().advance(std::time::Duration::from_secs(90));
    book(&li, "2").await;
    book(&li, "1").await;
    let zhang = account_of(&server, NAME).await.number;
    let li = account_of(&server, "li").await.number;
    let of_zhang = format!(
        "2,4月16日成都场,{zhang},zhang,zhang@example.com,13800138000,张三,\"例子, \"\"公司\"\"\",2017-07-06T05:11:24Z"
    );
    let of_li = |event| format!("{event},{li},li,,,,,2017-07-06T05:12:54Z");
    let both = [of_zhang.clone(), of_li("2,4月16日成都场")];
    let all = [COLUMNS.to_owned(), of_li("1,4月16日北京场"), both[0].clone(), both[1].clone()];
    assert_eq!(list(&server, "bookings").await, all);
    assert_eq!(list(&server, "bookings --event 2").await[1..], both);
    assert_eq!(list(&server, "bookings --event 1").await.len(), 2);
}

#[tokio::test]
async fn nothing_that_people_typed_is_a_formula_in_the_list() {
    let (server, browser) = with_user().await;
    post(&browser, "/users/change_my_info/", &json!({"realname": "=HYPERLINK(\"http://evil.example\")"}))
        .await;
    post(&browser, "/users/change_company_info/", &json!({"company_name": "@SUM(A1:A9)"})).await;
    book(&browser, "1").await;
    let line = list(&server, "bookings --event 1").await.remove(1);
    assert!(line.contains(r#","'=HYPERLINK(""http://evil.example"")",'@SUM(A1:A9),"#), "{line}");
}

#[tokio::test]
async fn whoever_told_no_name_is_listed_by_the_accounts_family_and_given_name() {
    let server = Server::start().await;
    for (username, first, last, whole) in [
        ("san", "三", "张", "张三"),
        ("sara", "Sara", "Hammer", "Sara Hammer"),
        ("jose", "José", "", "José"),
        ("o", "-1+1", "", "'-1+1"),
    ] {
        let browser = user(&server, username, None).await;
        let number = account_of(&server, username).await.number;
        table::set(&server, number, "first_name", first).await;
        table::set(&server, number, "last_name", last).await;
        book(&browser, "1").await;
        let listed = list(&server, "bookings").await;
        let line = listed.iter().find(|line| line.contains(&format!(",{username},"))).expect("it is listed");
        assert!(line.contains(&format!(",{whole},,")), "{line}");
        if username == "san" {
            post(&browser, "/users/change_my_info/", &json!({"realname": "张三丰"})).await;
            let listed = list(&server, "bookings").await;
            assert!(listed[1].contains(",张三丰,,"), "what they told counts: {listed:?}");
        }
    }
}

#[tokio::test]
async fn bookings_are_spread_over_partitions_and_all_are_listed() {
    let server = Server::start().await;
    for at in 0..24 {
        let browser = user(&server, &format!("user{at}"), None).await;
        assert_eq!(told(&book(&browser, "1").await), (200, BOOKED));
    }
    let items = table::items_of(&server, "BOOKING#1#").await;
    let partitions: std::collections::HashSet<&str> =
        items.iter().map(|item| table::text(item, "pk")).collect();
    assert!(partitions.len() > 4, "{partitions:?}");
    assert_eq!(list(&server, "bookings --event 1").await.len(), 25);
    assert_eq!(list(&server, "bookings --event 2").await, [COLUMNS]);
}

#[test]
fn the_command_line_knows_two_events() {
    let refuses = |line: &str| Cli::read(std::iter::once("tally-admin").chain(line.split(' '))).is_err();
    assert!(refuses("bookings --event 3") && refuses("bookings zhang") && refuses("show zhang --event 1"));
    assert!(!refuses("bookings") && !refuses("bookings --event 2"));
}

#[tokio::test]
async fn operators_find_people_by_their_mobile_number_too() {
    let (server, _) = with_user().await;
    give_phone_with_claim(&server).await;
    for typed in ["13800138000", "+8613800138000", "+86 138-0013-8000"] {
        let found = account_of(&server, typed).await;
        assert_eq!(found.username.expect("there is a name").as_str(), "customer@example.com", "{typed}");
    }
    let none = tally::services::administration::find(&Basics::from(server.app()), "13900139000").await;
    assert!(none.is_err());
}

/// Somebody whose number a code has proven.
async fn give_phone_with_claim(server: &Server) {
    let send = json!({"action_name": "AccountReg", "mobile": "13800138000"});
    post(&server.client(), "/users/send_sms_code/", &send).await;
    let code = code::latest(&server.inbox(), Channel::Sms);
    let form = json!({
        "user_email": "customer@example.com", "company_name": "例子公司", "password": super::PASSWORD,
        "phone": "13800138000", "name": "李明", "code": code,
    });
    let answer = post(&server.client(), "/users/account_register/", &form).await;
    assert_eq!(answer.json()["status"], "ok", "{answer:?}");
}
