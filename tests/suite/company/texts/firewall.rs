//! Budgets hold: per number, per range, per network address and for the whole deployment.

use tests::server::Server;

use super::{DAY, post};
use super::{Duration, HOUR, MOBILE, PASSWORD, ask, ask_calmly, budget, client_at, customer, texts};

#[tokio::test]
async fn a_network_address_gets_ten_messages_an_hour_and_thirty_a_day() {
    let server = Server::builder().production_limits().start().await;
    let client = client_at(&server, 1);
    let mut seen = Vec::new();
    let mut next = 0;
    for _ in 0..5 {
        for _ in 0..12 {
            // No two of one range.
            ask_calmly(&client, "AccountReg", &format!("13{next:03}000000")).await;
            next += 1;
        }
        seen.push(texts(&server.inbox()).len());
        server.clock().advance(HOUR);
    }
    assert_eq!(seen, [10, 20, 30, 30, 30]);
    ask_calmly(&client_at(&server, 2), "AccountReg", "13999000000").await;
    assert_eq!(texts(&server.inbox()).len(), 31, "others are not concerned");
    server.clock().advance(DAY);
    ask_calmly(&client, "AccountReg", "13998000000").await;
    assert_eq!(texts(&server.inbox()).len(), 32);
}

#[tokio::test]
async fn whoever_goes_on_asking_for_nothing_is_turned_away() {
    let server = Server::builder().production_limits().start().await;
    let client = client_at(&server, 1);
    ask_calmly(&client, "AccountReg", MOBILE).await;
    for _ in 0..30 {
        ask_calmly(&client, "AccountReg", MOBILE).await;
    }
    let answer = ask(&client, "AccountReg", MOBILE).await;
    assert_eq!(answer.code(), 429, "{answer:?}");
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(ask(&client_at(&server, 2), "AccountReg", MOBILE).await.code(), 200);
    assert_eq!(texts(&server.inbox()).len(), 1);
}

#[tokio::test]
async fn a_number_gets_five_messages_an_hour_and_ten_a_day_over_all_purposes() {
    let server = Server::start().await;
    let client = server.client();
    let mut hours = vec![0; 30];
    for hour in &mut hours {
        for _ in 0..4 {
            for action in ["AccountReg", "ChangeMobile", "ChangePwd"] {
                ask_calmly(&client, action, MOBILE).await;
            }
            server.clock().advance(Duration::from_mins(15));
        }
        *hour = texts(&server.inbox()).len();
    }
    // Requests to reset the password of a number nobody has are imagined, but count like the others.
    assert!(hours[0] <= 5 && hours[0] >= 2, "{hours:?}");
    assert!(hours[23] <= 10, "{hours:?}");
    assert!(hours.windows(24).all(|day| day[23] - day[0] <= 10), "{hours:?}");
    assert!(hours[29] > hours[23], "a new day brings new messages: {hours:?}");
}

#[tokio::test]
async fn the_pause_counts_per_purpose() {
    let server = Server::start().await;
    let client = server.client();
    for (action, sent) in [("AccountReg", 1), ("AccountReg", 1), ("ChangeMobile", 2), ("ChangeMobile", 2)] {
        ask_calmly(&client, action, MOBILE).await;
        assert_eq!(texts(&server.inbox()).len(), sent, "{action}");
    }
    server.clock().advance(Duration::from_mins(1));
    ask_calmly(&client, "AccountReg", MOBILE).await;
    assert_eq!(texts(&server.inbox()).len(), 3);
}

#[tokio::test]
async fn twenty_requests_at_once_are_one_message() {
    let server = Server::start().await;
    let client = server.client();
    futures_util::future::join_all((0..20).map(|_| ask_calmly(&client, "AccountReg", MOBILE))).await;
    assert_eq!(texts(&server.inbox()).len(), 1);
}

#[tokio::test]
async fn a_range_of_numbers_gets_fifty_messages_an_hour() {
    let server = Server::start().await;
    for (last, number) in (0_u8..60).zip(0..) {
        ask_calmly(&client_at(&server, last + 1), "AccountReg", &format!("1380013{number:04}")).await;
    }
    assert_eq!(texts(&server.inbox()).len(), 50);
    // With the calling code, seven digits are the range: the next one differs in the fifth of its own.
    ask_calmly(&server.client(), "AccountReg", "13801130000").await;
    assert_eq!(texts(&server.inbox()).len(), 51);
    server.clock().advance(HOUR);
    ask_calmly(&server.client(), "AccountReg", "13800139999").await;
    assert_eq!(texts(&server.inbox()).len(), 52);
}

#[tokio::test]
async fn the_deployment_uses_up_its_hours_and_its_day_and_not_one_message_more() {
    let server = Server::builder().texts(budget(20, 30)).start().await;
    let browser = customer(&server, "liming@example.com", MOBILE).await;
    let mut seen = Vec::new();
    let mut next = 0;
    for _ in 0..3 {
        for _ in 0..40 {
            ask_calmly(&server.client(), "AccountReg", &format!("13{next:03}000000")).await;
            next += 1;
        }
        seen.push(texts(&server.inbox()).len());
        server.clock().advance(HOUR);
    }
    assert_eq!(seen, [20, 30, 30]);
    // Nobody is kept out by it.
    let body = serde_json::json!({"username": MOBILE, "password": PASSWORD});
    assert_eq!(post(&browser, "/users/account_login/", &body).await.json()["status"], "ok");
    server.clock().advance(DAY);
    for number in 0..25 {
        ask_calmly(&server.client(), "AccountReg", &format!("15{number:03}000000")).await;
    }
    assert_eq!(texts(&server.inbox()).len(), 50);
}

#[tokio::test]
async fn a_budget_of_nothing_sends_nothing() {
    for texts_of in [budget(0, 100), budget(100, 0)] {
        let server = Server::builder().texts(texts_of).start().await;
        ask_calmly(&server.client(), "AccountReg", MOBILE).await;
        assert!(texts(&server.inbox()).is_empty());
    }
}

#[tokio::test]
async fn asking_for_what_is_not_sent_uses_up_no_budget() {
    let server = Server::builder().texts(budget(2, 100)).start().await;
    let _browser = customer(&server, "liming@example.com", MOBILE).await;
    // Registered already; nobody's; inside the pause.
    for number in 0..30 {
        ask_calmly(&server.client(), "ChangePwd", &format!("13{number:03}000000")).await;
    }
    for action in ["AccountReg", "ChangeMobile", "AccountReg"] {
        ask_calmly(&server.client(), action, MOBILE).await;
    }
    assert_eq!(texts(&server.inbox()).len(), 1);
    ask_calmly(&server.client(), "AccountReg", "13999000000").await;
    assert_eq!(texts(&server.inbox()).len(), 2, "the budget was left alone");
}

#[tokio::test]
async fn only_listed_countries_get_messages() {
    let server = Server::start().await;
    for mobile in ["+88213000000", "+19005550100", "+441632960001", "0044 1632 960001"] {
        assert_eq!(ask(&server.client(), "AccountReg", mobile).await.json()["status"], "error", "{mobile}");
    }
    assert!(server.inbox().messages().is_empty());
}
