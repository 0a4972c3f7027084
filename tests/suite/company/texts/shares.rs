//! No share of the deployment's messages can be used up through another (trust rule 7).

use tally::config::TextSettings;
use tally::domain::message_budget::{MessageBudget, Proof, Share};
use tally::services::budget::{self, Messages};
use tests::server::Server;

use super::{Duration, HOUR, MOBILE, ask_calmly, customer, texts};

/// Ten messages an hour: four for registrations, three for recoveries, two for changes, one for notices.
fn ten() -> TextSettings {
    TextSettings { budget: MessageBudget { per_hour: 10, per_day: 100 }, ..TextSettings::default() }
}

#[tokio::test]
async fn whoever_uses_up_the_registrations_leaves_the_rest_alone() {
    let server = Server::builder().texts(ten()).start().await;
    let browser = customer(&server, "liming@example.com", MOBILE).await;
    let another = "13700137000";
    customer(&server, "wangfang@example.com", another).await;
    let sent = || texts(&server.inbox()).len();
    assert_eq!(sent(), 2);
    // Whoever is not signed in is nobody, whatever they say it is for.
    for (action, numbers) in [("AccountReg", 0..10), ("ChangeMobile", 10..20)] {
        for number in numbers {
            ask_calmly(&server.client(), action, &format!("13{number:03}000000")).await;
        }
    }
    assert_eq!(sent(), 4);
    for number in 0..6 {
        ask_calmly(&browser, "ChangeMobile", &format!("15{number:03}000000")).await;
    }
    assert_eq!(sent(), 4 + 2, "who is signed in has another share");
    for number in [MOBILE, another, MOBILE, another] {
        ask_calmly(&server.client(), "ChangePwd", number).await;
        server.clock().advance(Duration::from_mins(2));
    }
    assert_eq!(sent(), 6 + 3, "and so have owners who lost their password");
    server.clock().advance(HOUR);
    ask_calmly(&server.client(), "AccountReg", "13999000000").await;
    assert_eq!(sent(), 9 + 1);
}

#[tokio::test]
async fn each_share_gives_what_it_has_and_nothing_of_the_others() {
    let server = Server::start().await;
    let app = server.app();
    for messages in [Messages::Sent, Messages::Imagined] {
        // The first ones are used up before the last is asked.
        for (share, proof, most) in [
            (Share::Registration, Proof::Unproven, 200),
            (Share::Recovery, Proof::Unproven, 100),
            (Share::Change, Proof::Unproven, 200),
            (Share::Notice, Proof::Unproven, 100),
            (Share::Registration, Proof::Proven, 0),
            (Share::Notice, Proof::Proven, 300),
            (Share::Change, Proof::Proven, 300),
            (Share::Recovery, Proof::Proven, 800),
        ] {
            let mut taken = 0;
            while budget::take_mail(app, messages, share, proof).await.expect("the table is there").is_ok() {
                taken += 1;
            }
            assert_eq!(taken, most, "{messages:?} {share:?} {proof:?}");
        }
    }
}

#[tokio::test]
async fn what_is_given_back_can_be_taken_again() {
    let server = Server::start().await;
    let app = server.app();
    let take = || budget::take_mail(app, Messages::Sent, Share::Recovery, Proof::Unproven);
    for _ in 0..3 {
        let taken = take().await.expect("the table is there").expect("there is some");
        budget::give_back(app, taken).await;
    }
    let mut taken = 0;
    while take().await.expect("the table is there").is_ok() {
        taken += 1;
    }
    assert_eq!(taken, 100);
}
