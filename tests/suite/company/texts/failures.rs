//! Messages that SNS refuses, and answers that are lost on the way.

use std::collections::BTreeMap;

use serde_json::json;
use tally::config::TextSettings;
use tests::server::Server;

use super::{Duration, MOBILE, ask, ask_calmly, budget, latest_code, post, texts};

#[tokio::test]
async fn a_message_that_sns_refuses_costs_no_budget_and_may_be_asked_for_again() {
    let server = Server::builder().texts(budget(1, 1)).start().await;
    server.inbox().refuse_next();
    let refused = ask(&server.client(), "AccountReg", MOBILE).await;
    assert!(texts(&server.inbox()).is_empty());
    // Nothing went out, so no pause has to pass.
    let sent = ask(&server.client(), "AccountReg", MOBILE).await;
    assert_eq!(refused.structure(), sent.structure());
    assert_eq!(texts(&server.inbox()).len(), 1);
    ask_calmly(&server.client(), "AccountReg", "13900139000").await;
    assert_eq!(texts(&server.inbox()).len(), 1, "the budget of one is used up now");
}

#[tokio::test]
async fn a_code_that_sns_refused_to_send_is_dead() {
    let server = Server::start().await;
    ask_calmly(&server.client(), "AccountReg", MOBILE).await;
    let first = latest_code(&server.inbox());
    server.clock().advance(Duration::from_mins(1));
    server.inbox().refuse_next();
    ask_calmly(&server.client(), "AccountReg", MOBILE).await;
    let body = json!({"action_name": "AccountReg", "mobile": MOBILE, "code": first});
    let answer = post(&server.client(), "/users/vaild_sms_code/", &body).await;
    assert_eq!(answer.json()["status"], "error", "the request for a new one has ended the first");
}

#[tokio::test]
async fn a_message_whose_answer_is_lost_is_not_sent_again_and_its_code_works() {
    let server = Server::builder().texts(budget(1, 1)).start().await;
    server.inbox().lose_next_answer();
    for _ in 0..3 {
        ask_calmly(&server.client(), "AccountReg", MOBILE).await;
    }
    assert_eq!(texts(&server.inbox()).len(), 1);
    let body = json!({"action_name": "AccountReg", "mobile": MOBILE, "code": latest_code(&server.inbox())});
    assert_eq!(post(&server.client(), "/users/vaild_sms_code/", &body).await.json()["status"], "ok");
    // It may have been sent, so it is not given back.
    ask_calmly(&server.client(), "AccountReg", "13900139000").await;
    assert_eq!(texts(&server.inbox()).len(), 1);
}

#[tokio::test]
async fn a_message_says_who_sends_it_and_what_it_may_cost() {
    let settings = TextSettings {
        sender_id: Some("Tally".to_owned()),
        origination_number: Some("+12065550100".to_owned()),
        max_price: "0.05".to_owned(),
        ..TextSettings::default()
    };
    for (settings, more) in [(TextSettings::default(), false), (settings, true)] {
        let server = Server::builder().texts(settings.clone()).start().await;
        ask_calmly(&server.client(), "AccountReg", MOBILE).await;
        let mut expected = BTreeMap::from([
            ("AWS.SNS.SMS.SMSType".to_owned(), "Transactional".to_owned()),
            ("AWS.SNS.SMS.MaxPrice".to_owned(), settings.max_price),
        ]);
        if more {
            expected.insert("AWS.SNS.SMS.SenderID".to_owned(), "Tally".to_owned());
            expected.insert("AWS.MM.SMS.OriginationNumber".to_owned(), "+12065550100".to_owned());
        }
        let message = texts(&server.inbox()).pop().expect("a message was sent");
        assert_eq!((message.to.as_str(), message.attributes), ("+8613800138000", expected));
    }
}
