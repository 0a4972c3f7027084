//! A letter is sent at most once, whatever SES answers, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tally::courier::{Courier, Dispatch, Language, Letter};
use tally::domain::email_address::EmailAddress;
use tests::server;
use tokio::net::TcpListener;

/// Longer than the courier waits.
const TOO_LONG: Duration = Duration::from_mins(1);

/// How SES behaves.
#[derive(Clone, Copy, Debug)]
enum Mood {
    Answers(StatusCode, &'static str),
    HangsUp,
    SaysNothing,
}

/// Sends one letter to an SES of that mood; answers what became of it and how often it was sent.
async fn send_to(mood: Mood) -> (Dispatch, usize) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    let ses = post(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        answer(mood)
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("the system has a free port");
    let url = format!("http://{}", listener.local_addr().expect("a listener has an address"));
    let router = Router::new().route("/v2/email/outbound-emails", ses);
    let server = tokio::spawn(async { axum::serve(listener, router).await.expect("it serves") });

    let credentials = Credentials::new("local", "local", None, None, "test");
    let aws: SdkConfig = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .load()
        .await;
    let courier = Courier::new(&aws, server::mail());
    let to = EmailAddress::parse("zhang@example.com").expect("this is an address");
    let dispatch = courier.mail(&to, &Letter::EmailChanged, Language::English).await;
    server.abort();
    (dispatch, requests.load(Ordering::SeqCst))
}

async fn answer(mood: Mood) -> Response {
    match mood {
        Mood::Answers(status, body) => (status, [("content-type", "application/json")], body).into_response(),
        // The connection's task ends with it, and so does the connection.
        Mood::HangsUp => panic!("this SES hangs up"),
        Mood::SaysNothing => {
            tokio::time::timeout(TOO_LONG, std::future::pending::<()>()).await.ok();
            StatusCode::OK.into_response()
        }
    }
}

#[tokio::test]
async fn a_letter_that_ses_takes_is_sent() {
    let mood = Mood::Answers(StatusCode::OK, r#"{"MessageId":"1"}"#);
    assert_eq!(send_to(mood).await, (Dispatch::Sent, 1));
}

#[tokio::test]
async fn a_letter_that_ses_refuses_is_not_tried_again() {
    for status in [400, 403, 429, 500, 502, 503, 504] {
        let status = StatusCode::from_u16(status).expect("this is a status");
        let mood = Mood::Answers(status, r#"{"message":"no"}"#);
        assert_eq!(send_to(mood).await, (Dispatch::NotSent, 1), "{status}");
    }
}

#[tokio::test]
async fn a_letter_whose_answer_is_lost_may_have_been_sent_and_is_not_tried_again() {
    for mood in [Mood::HangsUp, Mood::SaysNothing, Mood::Answers(StatusCode::OK, "not JSON")] {
        assert_eq!(send_to(mood).await, (Dispatch::Unknown, 1), "{mood:?}");
    }
}
