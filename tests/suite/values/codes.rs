//! Codes: six digits, however they are typed or pasted, by every kind of body.

use std::time::Duration;

use local::inbox::Channel;
use serde_json::{Value, json};
use tests::client::Client;
use tests::server::Server;

use super::{CHECK, NEW_PASSWORD, PASSWORD, SEND, code_to, done, post, registration, user, wide};

/// A way of writing a code.
type Spelling = fn(&str) -> Value;

const SPELLINGS: [Spelling; 9] = [
    |code| json!(code),
    // A number has lost the zeros in front.
    |code| json!(code.parse::<u64>().expect("these are digits")),
    |code| json!(format!(" {code}\r\n")),
    |code| json!(format!("{} {}", &code[..3], &code[3..])),
    |code| json!(format!("{}\u{2011}{}", &code[..3], &code[3..])),
    |code| json!(format!("{}\u{a0}{}", &code[..3], &code[3..])),
    |code| json!(wide(code)),
    |code| json!(format!("\u{202d}{code}\u{202c}")),
    |code| json!(format!("{}\u{200b}{}\u{feff}", &code[..2], &code[2..])),
];

#[tokio::test]
async fn a_code_by_text_message_is_read_at_every_endpoint() {
    let server = Server::start().await;
    for (index, spelling) in SPELLINGS.into_iter().enumerate() {
        let (number, next) = (format!("138001380{index:02}"), format!("139001390{index:02}"));
        let browser = server.client();
        let code = async |action: &str, number: &str| {
            server.clock().advance(Duration::from_hours(1));
            done(&browser, SEND, &json!({"action_name": action, "mobile": number})).await;
            spelling(&code_to(&server, Channel::Sms, &format!("+86{number}")))
        };
        let typed = code("AccountReg", &number).await;
        done(&browser, CHECK, &json!({"action_name": "AccountReg", "mobile": number, "code": typed})).await;
        done(&browser, "/users/account_register/", &registration(index, &json!(number), &typed)).await;
        let typed = code("ChangeMobile", &next).await;
        let body = json!({"password": PASSWORD, "mobile": next, "code": typed});
        done(&browser, "/users/change_mobile/", &body).await;
        let typed = code("ChangePwd", &next).await;
        let body =
            json!({"mobile": next, "code": typed, "password": NEW_PASSWORD, "re_password": NEW_PASSWORD});
        done(&browser, "/users/change_pwd_by_mobile/", &body).await;
    }
}

#[tokio::test]
async fn a_code_by_mail_is_read_at_every_endpoint_and_in_every_kind_of_body() {
    let server = Server::start().await;
    for (index, spelling) in SPELLINGS.into_iter().enumerate() {
        let browser = user(&server, &format!("u{index}")).await;
        let other = format!("other{index}@example.com");
        server.clock().advance(Duration::from_hours(1));
        done(&browser, "/users/send_email_code/", &json!({"password": PASSWORD, "email": other})).await;
        let typed = spelling(&code_to(&server, Channel::Mail, &other));
        let body = json!({"password": PASSWORD, "email": other, "code": typed});
        done(&browser, "/users/change_notify_email/", &body).await;
        let ask = json!({"username": other, "code_type": "1"});
        for kind in ["json", "form", "multipart"] {
            server.clock().advance(Duration::from_hours(1));
            post(&server.client(), "/v3_1/manage/verCode/", &ask).await;
            let typed = spelling(&code_to(&server, Channel::Mail, &other));
            reset(&server.client(), kind, &other, &typed).await;
        }
    }
}

/// A reset that has to succeed.
async fn reset(client: &Client, kind: &str, email: &str, code: &Value) {
    let request = client.post("/v3_1/manage/password/reset/");
    let text = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
    let fields = [
        ("username", email),
        ("vercode", text.as_str()),
        ("password", NEW_PASSWORD),
        ("password2", NEW_PASSWORD),
    ];
    let request = match kind {
        // In a form a number is digits like any, of which none may be missing.
        "form" if code.is_string() => request.form(&fields),
        "multipart" if code.is_string() => request.multipart(&fields),
        _ => request.json(&json!({"username": email, "vercode": code, "password": NEW_PASSWORD,
            "password2": NEW_PASSWORD})),
    };
    let answer = request.send().await;
    assert_eq!(answer.json()["meta"]["code"], 0, "{kind} {code}: {answer:?}");
}

#[tokio::test]
async fn other_digits_are_wrong_in_any_spelling() {
    let server = Server::start().await;
    let number = "13800138000";
    done(&server.client(), SEND, &json!({"action_name": "AccountReg", "mobile": number})).await;
    let right = code_to(&server, Channel::Sms, "+8613800138000");
    let other = if right.starts_with('1') { "2" } else { "1" };
    let other = format!("{other}{}", &right[1..]);
    for typed in [
        json!(other),
        json!(other.parse::<u64>().unwrap()),
        json!(wide(&other)),
        json!(format!("{right}0")),
        json!(-right.parse::<i64>().unwrap() - 1),
    ] {
        let body = json!({"action_name": "AccountReg", "mobile": number, "code": typed});
        let answer = post(&server.client(), CHECK, &body).await;
        assert_eq!(answer.json()["msg"], "验证码错误或已失效", "{typed}: {answer:?}");
    }
    let body = json!({"action_name": "AccountReg", "mobile": number, "code": right});
    let answer = post(&server.client(), CHECK, &body).await;
    assert_eq!(answer.json()["status"], "error", "each of them counted as a try: {answer:?}");
}
