//! One person's way through several groups.

use local::inbox::Channel;
use serde_json::json;
use tally::app::Basics;
use tally::domain::administration::Order;
use tally::services::administration;
use tests::code;
use tests::process::Tigertally;
use tests::server::Server;

const PASSWORD: &str = "fswxxz1456";
const NEW_PASSWORD: &str = "tiger-tally-78";
const MOBILE: &str = "13800138000";
const EMAIL: &str = "xiaoming@example.com";

#[tokio::test]
async fn registered_made_staff_and_reset_by_mail_in_all_three_groups() {
    let service = Tigertally::start(&["--memory"]).await;
    let caller = tests::client::Client::new(service.url());
    let key = caller.register_with("xiaoming", EMAIL, PASSWORD).await.key();

    let manage = json!({"username": EMAIL, "password": PASSWORD});
    let refused = caller.post("/v3_1/manage/login/").json(&manage).send().await;
    assert_eq!(refused.json()["meta"]["code"], 1002, "not on the staff yet");
    // Nobody has proven the address, so the operator has to say whose it is, and so vouches for it.
    let unsaid = service.administer(&["staff", EMAIL, "on"]).await;
    assert!(!unsaid.status.success() && unsaid.stderr.contains("--confirm"), "{unsaid:?}");
    let number = tests::table::owner(&key).to_string();
    let made_staff = service.administer(&["staff", EMAIL, "on", "--confirm", &number]).await;
    assert!(made_staff.status.success(), "{made_staff:?}");

    // The change of role has ended everything before it.
    assert_eq!(caller.get("/api/users_display/").without_cookies().token(&key).send().await.code(), 401);
    let key = tests::client::Client::new(service.url()).login("xiaoming", PASSWORD).await.key();
    let token = caller.post("/v3_1/manage/login/").json(&manage).send().await.json()["data"]["token"].clone();
    let browser = tests::client::Client::new(service.url());
    log_in_at_accounts(&browser, PASSWORD, 1).await;

    caller.ask_reset(EMAIL).await;
    let messages = caller.get("/_local/messages").send().await.json();
    assert_eq!(messages[0]["to"], EMAIL);
    let text = messages[0]["text"].as_str().expect("the message has a text");
    let code = code::find(text).expect("a code in the text");
    let reset = caller.reset(EMAIL, code, NEW_PASSWORD).await;
    assert_eq!(reset.json()["meta"]["message"], "重置密码成功！");

    let token = token.as_str().expect("the token is a text");
    for credential in [&key, token] {
        let answer = caller.get("/api/users_display/").without_cookies().token(credential).send().await;
        assert_eq!(answer.code(), 401, "{answer:?}");
    }
    assert_eq!(browser.get("/api/accounts/account_change/").send().await.code(), 401);

    for (password, code, manage_code) in [(PASSWORD, 400, 1002), (NEW_PASSWORD, 200, 0)] {
        let other = tests::client::Client::new(service.url());
        assert_eq!(other.login("xiaoming", password).await.code(), code);
        let manage = json!({"username": EMAIL, "password": password});
        let answer = other.post("/v3_1/manage/login/").json(&manage).send().await;
        assert_eq!(answer.json()["meta"]["code"], manage_code);
        log_in_at_accounts(&tests::client::Client::new(service.url()), password, i64::from(code == 200))
            .await;
    }
}

#[tokio::test]
async fn logging_out_of_another_group_leaves_the_shared_key_alone() {
    let server = Server::start().await;
    server.client().register_with("xiaoming", EMAIL, PASSWORD).await;
    make_staff(&server).await;
    let key = server.client().login("xiaoming", PASSWORD).await.key();

    let browser = server.client();
    log_in_at_accounts(&browser, PASSWORD, 1).await;
    browser.get("/api/accounts/logout/").send().await;
    assert_eq!(browser.get("/api/accounts/account_change/").send().await.code(), 401);
    let manage = json!({"username": EMAIL, "password": PASSWORD});
    let token = server.client().post("/v3_1/manage/login/").json(&manage).send().await;
    let token = token.json()["data"]["token"].as_str().expect("the token is a text").to_owned();
    server.client().post("/rest-auth/logout/").token(&token).send().await;
    assert_eq!(server.client().get("/api/users_display/").token(&token).send().await.code(), 401);

    assert_eq!(server.client().get("/api/users_display/").token(&key).send().await.code(), 404, "let in");
    server.client().post("/rest-auth/logout/").token(&key).send().await;
    assert_eq!(server.client().get("/api/users_display/").token(&key).send().await.code(), 401);
}

#[tokio::test]
async fn the_first_administrator_comes_from_the_operator_and_runs_the_charity() {
    let service = Tigertally::start(&["--memory"]).await;
    let client = tests::client::Client::new(service.url());
    let registration = json!({"username": "xiaoming", "password1": PASSWORD, "password2": PASSWORD});
    client.post("/rest-auth/registration/").json(&registration).send().await;
    let made = service.administer(&["role", "xiaoming", "administrator"]).await;
    let said = made.stdout;
    assert!(said.contains("is an administrator now"), "{said}");
    let number: String =
        said.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();

    let ask = async |path: &str, token: &str, body: serde_json::Value| {
        client.post(path).without_cookies().header("token", token).json(&body).send().await
    };
    let login = ask("/user/login/", "", json!({"id": number, "password": PASSWORD})).await.json();
    let token = login["data"]["token"].as_str().expect("a token").to_owned();
    let donor = json!({"first_name": "Sara", "last_name": "Hammer", "role": "1", "password": PASSWORD});
    let donor = ask("/user/register/", "", donor).await.json()["data"].clone();
    let (id, own) = (&donor["id"], donor["token"].as_str().expect("a token"));
    assert_eq!(ask("/user/status/", &token, json!({"id": id, "status": "1"})).await.code(), 200);
    assert_eq!(ask("/user/getuser/", own, json!({"id": id})).await.code(), 401);
    let found = ask("/user/search/", &token, json!({"last_name": "HAMMER"})).await.json();
    assert_eq!(found["data"], json!({"id_list": [id]}));
    assert_eq!(ask("/user/status/", &token, json!({"id": id, "status": "2"})).await.code(), 200);
    let found = ask("/user/search/", &token, json!({"last_name": "HAMMER"})).await.json();
    assert_eq!(found["data"], json!({"id_list": []}));
}

#[tokio::test]
async fn a_customer_resets_the_password_by_text_message_and_logs_in_at_the_other_groups() {
    let server = Server::start().await;
    // Somebody at accounts typed that number in as contact data: no claim, and no obstacle.
    let colleague = server.client();
    let token = colleague.get("/api/accounts/get_token/").send().await.json()["data"].clone();
    let token = token.as_str().expect("the token is a text");
    let fields = [
        ("csrfmiddlewaretoken", token),
        ("username", "colleague"),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
        ("email", "colleague@example.com"),
        ("phone", MOBILE),
        ("dept_id", "1"),
    ];
    let typed_in = colleague.post("/api/accounts/register/").form(&fields).send().await;
    assert_eq!(typed_in.json()["code"], 1, "{typed_in:?}");

    let browser = server.client();
    let code = text_code(&server, "AccountReg").await;
    let registration = json!({"user_email": EMAIL, "company_name": "例子公司", "password": PASSWORD,
        "phone": MOBILE, "name": "李明", "code": code});
    let registered = browser.post("/users/account_register/").json(&registration).send().await;
    assert_eq!(registered.json()["status"], "ok", "{registered:?}");
    let key = server.client().login(EMAIL, PASSWORD).await.key();
    assert_eq!(browser.get("/api/accounts/account_change/").send().await.code(), 200, "one cookie for both");

    let code = text_code(&server, "ChangePwd").await;
    let reset =
        json!({"mobile": MOBILE, "code": code, "password": NEW_PASSWORD, "re_password": NEW_PASSWORD});
    let reset = server.client().post("/users/change_pwd_by_mobile/").json(&reset).send().await;
    assert_eq!(reset.json()["status"], "ok", "{reset:?}");
    assert_eq!(server.client().get("/api/users_display/").token(&key).send().await.code(), 401);
    for path in ["/users/my_info/", "/api/accounts/account_change/"] {
        assert_eq!(browser.get(path).send().await.code(), 401, "{path}");
    }
    assert_eq!(server.client().login(EMAIL, PASSWORD).await.code(), 400);
    assert_eq!(server.client().login(EMAIL, NEW_PASSWORD).await.code(), 200);
    let login = json!({"username": MOBILE, "password": PASSWORD});
    let colleague = server.client().post("/users/account_login/").json(&login).send().await;
    assert_eq!(colleague.json()["status"], "form_error", "a number that was typed in opens nothing");
}

/// A code by text message, as the phone's owner reads it.
async fn text_code(server: &Server, action: &str) -> String {
    let ask = json!({"action_name": action, "mobile": MOBILE});
    server.client().post("/users/send_sms_code/").json(&ask).send().await;
    code::latest(&server.inbox(), Channel::Sms)
}

async fn make_staff(server: &Server) {
    let on = Basics::from(server.app());
    let found = administration::find(&on, EMAIL).await.expect("the user is there");
    administration::obey(&on, found.account.number, Order::Staff(true)).await.expect("it is done");
}

async fn log_in_at_accounts(browser: &tests::client::Client, password: &str, code: i64) {
    let token = browser.get("/api/accounts/get_token/").send().await.json()["data"].clone();
    let token = token.as_str().expect("the token is a text");
    let fields = [("csrfmiddlewaretoken", token), ("username", "xiaoming"), ("password", password)];
    let answer = browser.post("/api/accounts/login/").form(&fields).send().await;
    assert_eq!(answer.json()["code"], code, "{answer:?}");
}
