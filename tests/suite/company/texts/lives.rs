//! How long a code can be used: once, and not after what it could do was done otherwise.

use serde_json::{Value, json};
use tests::client::Client;
use tests::server::Server;

use super::{Duration, MOBILE, PASSWORD, ask_calmly, customer, latest_code, post};

const EMAIL: &str = "liming@example.com";
const NEW_MOBILE: &str = "13900139000";
const NEW_PASSWORD: &str = "tiger-tally-78";

async fn change_mobile(browser: &Client, mobile: &str, code: &str, password: &str) -> Value {
    let body = json!({"password": password, "code": code, "mobile": mobile});
    post(browser, "/users/change_mobile/", &body).await.json()["status"].clone()
}

async fn reset_by_phone(server: &Server, mobile: &str, code: &str) -> Value {
    let body = json!({"mobile": mobile, "code": code, "password": NEW_PASSWORD, "re_password": NEW_PASSWORD});
    post(&server.client(), "/users/change_pwd_by_mobile/", &body).await.json()["status"].clone()
}

async fn reset_by_mail(server: &Server, code: &str) -> Value {
    let body =
        json!({"username": EMAIL, "vercode": code, "password": NEW_PASSWORD, "password2": NEW_PASSWORD});
    post(&server.client(), "/v3_1/manage/password/reset/", &body).await.json()["meta"]["code"].clone()
}

async fn ask_by_mail(server: &Server) -> String {
    let body = json!({"username": EMAIL, "code_type": 1});
    post(&server.client(), "/v3_1/manage/verCode/", &body).await;
    latest_code(&server.inbox())
}

async fn ask_by_text(server: &Server, client: &Client, action: &str, mobile: &str) -> String {
    server.clock().advance(Duration::from_secs(1));
    ask_calmly(client, action, mobile).await;
    latest_code(&server.inbox())
}

/// What a registered customer starts with: no pause is left over.
async fn start() -> (Server, Client) {
    let server = Server::start().await;
    let browser = customer(&server, EMAIL, MOBILE).await;
    server.clock().advance(Duration::from_mins(2));
    (server, browser)
}

#[tokio::test]
async fn a_password_change_kills_every_code() {
    let (server, browser) = start().await;
    let by_text = ask_by_text(&server, &server.client(), "ChangePwd", MOBILE).await;
    let by_mail = ask_by_mail(&server).await;
    let for_number = ask_by_text(&server, &browser, "ChangeMobile", NEW_MOBILE).await;
    server.clock().advance(Duration::from_secs(1));
    let new = "river stone 77";
    let body = json!({"old_password": PASSWORD, "new_password": new, "confirm_password": new});
    assert_eq!(post(&browser, "/users/change_my_pwd/", &body).await.json()["status"], "ok");
    assert_eq!(reset_by_phone(&server, MOBILE, &by_text).await, "error");
    assert_ne!(reset_by_mail(&server, &by_mail).await, 0);
    assert_eq!(change_mobile(&browser, NEW_MOBILE, &for_number, new).await, "error");
    // Those that are asked for afterwards work.
    server.clock().advance(Duration::from_mins(2));
    let code = ask_by_text(&server, &browser, "ChangeMobile", NEW_MOBILE).await;
    assert_eq!(change_mobile(&browser, NEW_MOBILE, &code, new).await, "ok");
}

#[tokio::test]
async fn a_reset_by_one_way_kills_the_codes_of_the_other() {
    let (server, _browser) = start().await;
    let by_mail = ask_by_mail(&server).await;
    let by_text = ask_by_text(&server, &server.client(), "ChangePwd", MOBILE).await;
    server.clock().advance(Duration::from_secs(1));
    assert_eq!(reset_by_phone(&server, MOBILE, &by_text).await, "ok");
    assert_ne!(reset_by_mail(&server, &by_mail).await, 0);
    assert_eq!(reset_by_phone(&server, MOBILE, &by_text).await, "error", "used up");
}

#[tokio::test]
async fn a_changed_number_kills_every_code() {
    let (server, browser) = start().await;
    let by_text = ask_by_text(&server, &server.client(), "ChangePwd", MOBILE).await;
    let by_mail = ask_by_mail(&server).await;
    let for_another = ask_by_text(&server, &browser, "ChangeMobile", "13700137000").await;
    let code = ask_by_text(&server, &browser, "ChangeMobile", NEW_MOBILE).await;
    server.clock().advance(Duration::from_secs(1));
    assert_eq!(change_mobile(&browser, NEW_MOBILE, &code, PASSWORD).await, "ok");
    assert_eq!(reset_by_phone(&server, MOBILE, &by_text).await, "error");
    assert_ne!(reset_by_mail(&server, &by_mail).await, 0);
    assert_eq!(change_mobile(&browser, "13700137000", &for_another, PASSWORD).await, "error");
    let notice = server.inbox().messages().pop().expect("the owner is told");
    let before = format!("+86{MOBILE}");
    assert_eq!((notice.to.as_str(), notice.subject), (before.as_str(), None), "the address is not proven");
}

#[tokio::test]
async fn a_code_does_not_outlive_its_number_s_owner() {
    let (server, browser) = start().await;
    let old = ask_by_text(&server, &server.client(), "ChangePwd", MOBILE).await;
    let code = ask_by_text(&server, &browser, "ChangeMobile", NEW_MOBILE).await;
    assert_eq!(change_mobile(&browser, NEW_MOBILE, &code, PASSWORD).await, "ok");
    server.clock().advance(Duration::from_secs(1));
    let _next_owner = customer(&server, "wangfang@example.com", MOBILE).await;
    assert_eq!(reset_by_phone(&server, MOBILE, &old).await, "error");
}

#[tokio::test]
async fn of_many_registrations_with_one_code_at_once_one_succeeds() {
    let server = Server::start().await;
    ask_calmly(&server.client(), "AccountReg", MOBILE).await;
    let code = latest_code(&server.inbox());
    let register = |number: usize| {
        let (client, code) = (server.client(), code.clone());
        async move {
            let body = json!({
                "user_email": format!("li{number}@example.com"), "company_name": "例子公司",
                "password": PASSWORD, "phone": MOBILE, "name": "李明", "code": code,
            });
            post(&client, super::REGISTER, &body).await
        }
    };
    let answers = futures_util::future::join_all((0..5).map(register)).await;
    assert_eq!(answers.iter().filter(|answer| answer.json()["status"] == "ok").count(), 1, "{answers:?}");
}
