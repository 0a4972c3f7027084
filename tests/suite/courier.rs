//! A letter and a text message are sent at most once, whatever SES and SNS answer, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tally::config::Config;
use tally::courier::{Courier, Dispatch, Language, Letter, TextMessage, TextMessenger};
use tally::domain::email_address::EmailAddress;
use tally::domain::phone_number::{CallingCodes, PhoneNumber};
use tokio::net::TcpListener;

/// Longer than the courier waits.
const TOO_LONG: Duration = Duration::from_mins(1);

/// What is sent.
#[derive(Clone, Copy, Debug)]
enum Errand {
    Letter,
    Text,
}

/// How SES or SNS behaves.
#[derive(Clone, Copy, Debug)]
enum Mood {
    Answers(StatusCode, &'static str),
    HangsUp,
    SaysNothing,
}

/// Sends one letter or text to a provider of that mood; answers what became of it and how often it was
/// sent.
async fn send_to(errand: Errand, mood: Mood) -> (Dispatch, usize) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    let provider = post(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        answer(mood)
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("the system has a free port");
    let url = format!("http://{}", listener.local_addr().expect("a listener has an address"));
    let router = Router::new().route("/v2/email/outbound-emails", provider.clone()).route("/", provider);
    let server = tokio::spawn(async { axum::serve(listener, router).await.expect("it serves") });

    let credentials = Credentials::new("local", "local", None, None, "test");
    let aws: SdkConfig = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .http_client(tally::aws::http_client(None).expect("no file is read"))
        .load()
        .await;
    let dispatch = match errand {
        Errand::Letter => {
            let to = EmailAddress::parse("zhang@example.com").expect("this is an address");
            let courier = Courier::new(&aws, Config::local().mail);
            courier.mail(&to, &Letter::EmailChanged, Language::English).await
        }
        Errand::Text => {
            let to = PhoneNumber::parse("13800138000", &CallingCodes::default()).expect("this is a number");
            let messenger = TextMessenger::new(&aws, Config::local().texts);
            messenger.text(&to, &TextMessage::EmailLost).await
        }
    };
    server.abort();
    (dispatch, requests.load(Ordering::SeqCst))
}

async fn answer(mood: Mood) -> Response {
    match mood {
        Mood::Answers(status, body) => (status, [("content-type", "application/json")], body).into_response(),
        // The connection's task ends with it, and so does the connection.
        Mood::HangsUp => panic!("this provider hangs up"),
        Mood::SaysNothing => {
            tokio::time::timeout(TOO_LONG, std::future::pending::<()>()).await.ok();
            StatusCode::OK.into_response()
        }
    }
}

const ERRANDS: [Errand; 2] = [Errand::Letter, Errand::Text];

const PUBLISHED: &str = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
    <MessageId>1</MessageId></PublishResult></PublishResponse>";

#[tokio::test]
async fn a_message_that_the_provider_takes_is_sent() {
    for (errand, body) in [(Errand::Letter, r#"{"MessageId":"1"}"#), (Errand::Text, PUBLISHED)] {
        let mood = Mood::Answers(StatusCode::OK, body);
        assert_eq!(send_to(errand, mood).await, (Dispatch::Sent, 1), "{errand:?}");
    }
}

#[tokio::test]
async fn a_message_that_the_provider_refuses_is_not_tried_again() {
    for errand in ERRANDS {
        for status in [400, 403, 429, 500, 502, 503, 504] {
            let status = StatusCode::from_u16(status).expect("this is a status");
            let mood = Mood::Answers(status, r#"{"message":"no"}"#);
            assert_eq!(send_to(errand, mood).await, (Dispatch::NotSent, 1), "{errand:?} {status}");
        }
    }
}

#[tokio::test]
async fn a_message_whose_answer_is_lost_may_have_been_sent_and_is_not_tried_again() {
    let moods = [Mood::HangsUp, Mood::SaysNothing, Mood::Answers(StatusCode::OK, "neither JSON nor XML")];
    let runs = ERRANDS.into_iter().flat_map(|errand| moods.map(|mood| (errand, mood)));
    let runs = runs.map(async |(errand, mood)| {
        assert_eq!(send_to(errand, mood).await, (Dispatch::Unknown, 1), "{errand:?} {mood:?}");
    });
    futures_util::future::join_all(runs).await;
}
