//! The budget holds over many processes that know nothing of each other.

use std::net::{IpAddr, Ipv4Addr};

use futures_util::{StreamExt, stream};
use serde_json::json;
use tally::app::App;
use tally::config::Config;
use tally::domain::asker::Asker;
use tally::domain::code::TextPurpose;
use tally::domain::phone_number::{CallingCodes, PhoneNumber};
use tally::services::codes;
use tests::code;
use tests::process;
use tests::runtime_api::{Function, environment};
use tests::tapped::Ground;

use super::{budget, texts};

const PROCESSES: usize = 8;

const AT_ONCE: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_in_eight_processes_send_the_budget_and_not_one_message_more() {
    const MOST: u32 = 40;
    let ground = Ground::start().await;
    let mut apps = Vec::new();
    for _ in 0..PROCESSES {
        let config = Config { texts: budget(MOST, 2000), ..ground.app().config.clone() };
        let app = App::start(config, ground.app().clock.clone(), ground.app().entropy.clone()).await;
        apps.push(app.expect("the secret is there"));
    }
    let requests = (0..1000_usize).map(|number| {
        let app = apps[number % PROCESSES].clone();
        async move {
            // A number and a network each, 25 numbers to a range.
            let typed = format!("13{:03}{:06}", number / 25, number);
            let phone = PhoneNumber::parse(&typed, &CallingCodes::default()).expect("this is a number");
            let low = u32::try_from(number).expect("there are a thousand");
            let from = Asker::new(IpAddr::V4(Ipv4Addr::from(0x0A00_0000 + low)), "company");
            codes::ask_by_text(&app, TextPurpose::AccountReg, &phone, None, &from).await
        }
    });
    // As many at a time as the stand-in answers well before the SDK gives up.
    let requests = stream::iter(requests).map(tokio::spawn).buffer_unordered(AT_ONCE);
    let outcomes: Vec<_> = requests.collect().await;
    for outcome in outcomes {
        outcome.expect("nothing panics").expect("every request is taken");
    }
    assert_eq!(texts(&ground.inbox()).len(), MOST as usize);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_deployed_function_keeps_the_budget_and_tells_nothing_in_its_log() {
    const MOST: usize = 30;
    let ground = Ground::start().await;
    let binary = process::function("company");
    let mut settings = environment(&ground.aws_url());
    settings.insert(
        "TALLY_SMS_PER_HOUR",
        budget(u32::try_from(MOST).expect("it is small"), 0).budget.per_hour.to_string(),
    );
    let mut functions = Vec::new();
    for _ in 0..6 {
        let function = Function::start(&binary, &settings).await;
        function.ready().await;
        functions.push(function);
    }
    // Each answers one event at a time, in its fixed time; all of them at once.
    let runs = functions.into_iter().enumerate().map(|(process, mut function)| async move {
        for number in 0..10 {
            let event = event(&format!("1380013{process}{number:03}")).to_string();
            let answer = function.invoke(&event).await.expect("the invocation succeeds");
            assert_eq!(answer["statusCode"], 200, "{answer}");
        }
        function
    });
    let functions = futures_util::future::join_all(runs).await;
    let sent = texts(&ground.inbox());
    assert_eq!(sent.len(), MOST);
    let log: String = functions.iter().map(Function::output).collect();
    for told in ["\"scope\":\"suspicion\"", "\"scope\":\"deployment\"", "\"budget\":\"text\""] {
        assert!(log.contains(told), "{told} is not in the log");
    }
    for message in sent {
        let code = code::find(&message.text);
        for secret in [code.expect("it has a code"), &message.to[3..]] {
            assert!(!log.contains(secret), "the log tells {secret}");
        }
    }
}

#[tokio::test]
async fn a_refusal_of_sns_is_logged_without_the_number_in_it() {
    let ground = Ground::start().await;
    let mut function = Function::start(&process::function("company"), &environment(&ground.aws_url())).await;
    function.ready().await;
    ground.inbox().refuse_next();
    let answer = function.invoke(&event("13800138000").to_string()).await.expect("the invocation succeeds");
    assert_eq!(answer["statusCode"], 200, "{answer}");
    let log = function.prints("a text message was not sent").await;
    assert!(log.contains("OptedOut") && !log.contains("13800"), "{log}");
}

/// A request for a code, as API Gateway hands it over.
fn event(mobile: &str) -> serde_json::Value {
    let path = "/users/send_sms_code/";
    json!({
        "version": "2.0", "routeKey": "ANY /users/{proxy+}", "rawPath": path, "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "api.example.com"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "abc", "domainName": "api.example.com",
            "domainPrefix": "api", "requestId": "JKJaXmPLvHcESHA=", "routeKey": "ANY /users/{proxy+}",
            "stage": "$default", "time": "21/Nov/2026:10:15:34 +0000", "timeEpoch": 1_795_256_134_000_i64,
            "http": {
                "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
        },
        "body": json!({"action_name": "AccountReg", "mobile": mobile}).to_string(),
        "isBase64Encoded": false,
    })
}
