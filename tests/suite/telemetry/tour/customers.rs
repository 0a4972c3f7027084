//! The parts of the tour for the company's customers and for the charity.

use local::inbox::Channel;
use serde_json::{Value, json};
use tally::domain::administration::Order;
use tally::domain::role::Role;
use tests::answer::Answer;
use tests::client::Client;
use tests::table;

use super::users::{ZHAO, ZHAO_CHANGED};
use super::{Tour, wrong};

const EMAIL: &str = "canary-li@example.com";
const MOBILE: &str = "13955550111";
const NEW_MOBILE: &str = "13955550222";
const FIRST: &str = "Canary-Pass-word-07";
const AGAIN: &str = "Canary-Pass-word-08";

/// The group `company`.
pub(super) async fn company(tour: &mut Tour<'_>) {
    let browser = tour.server.client();
    register(tour, &browser).await;
    let login = |name, password| json!({"username": name, "password": password});
    ask(tour, &browser, "account_login", &login(EMAIL, "Canary-Wrong-word-07")).await;
    ask(tour, &browser, "account_login", &login(EMAIL, FIRST)).await;
    tell(tour, &browser).await;
    bind(tour, &browser).await;
    let code = text_code(tour, &browser, "ChangePwd", MOBILE).await;
    for code in [wrong(&code), code.clone()] {
        let check = json!({"action_name": "ChangePwd", "mobile": MOBILE, "code": code});
        ask(tour, &browser, "vaild_sms_code", &check).await;
    }
    for code in [wrong(&code), code.clone()] {
        let reset = json!({"mobile": MOBILE, "code": code, "password": AGAIN, "re_password": AGAIN});
        ask(tour, &browser, "change_pwd_by_mobile", &reset).await;
    }
    ask(tour, &browser, "account_login", &login(MOBILE, AGAIN)).await;
    let code = text_code(tour, &browser, "ChangeMobile", NEW_MOBILE).await;
    for password in ["Canary-Wrong-word-08", AGAIN] {
        let change = json!({"password": password, "mobile": NEW_MOBILE, "code": code});
        ask(tour, &browser, "change_mobile", &change).await;
    }
    let last = "Canary-Pass-word-09";
    for old in ["Canary-Wrong-word-09", AGAIN] {
        let change = json!({"old_password": old, "new_password": last, "confirm_password": last});
        ask(tour, &browser, "change_my_pwd", &change).await;
    }
    ask(tour, &browser, "account_logout", &json!({})).await;
}

async fn register(tour: &mut Tour<'_>, browser: &Client) {
    let code = text_code(tour, browser, "AccountReg", MOBILE).await;
    for code in [wrong(&code), code.clone()] {
        let registration = json!({
            "user_email": EMAIL, "company_name": "canary firm", "password": FIRST, "phone": MOBILE,
            "name": "canary person", "qq": "7755512345", "code": code,
            "select_fields": ["canary trade", "canary freight"],
        });
        ask(tour, browser, "account_register", &registration).await;
    }
}

/// What a customer tells, and sees again.
async fn tell(tour: &mut Tour<'_>, browser: &Client) {
    let person = json!({"realname": "canary realname", "qq": "7755512346"});
    ask(tour, browser, "change_my_info", &person).await;
    let firm = json!({"company_name": "canary firm b", "company_url": "https://canary-firm.example/"});
    ask(tour, browser, "change_company_info", &firm).await;
    let receiving = json!({
        "province": "canary province", "city": "canary city", "area": "canary area",
        "street": "canary street 20", "recv_name": "canary receiver", "recv_phone": "025-5550199",
    });
    ask(tour, browser, "change_my_recv_info", &receiving).await;
    tour.get(browser, "/users/my_info/").await;
    for _ in 0..2 {
        ask(tour, browser, "new_industry_bookin", &json!({"bookin_type": "1"})).await;
    }
}

/// What a customer binds: an address by a link and one by a code, and WeChat.
async fn bind(tour: &mut Tour<'_>, browser: &Client) {
    let other = tour.server.client();
    ask(tour, &other, "account_login", &json!({"username": ZHAO, "password": ZHAO_CHANGED})).await;
    for endpoint in ["resend_bind_email", "notify_email_is_bind", "weixin_is_bind"] {
        tour.get(&other, &format!("/users/{endpoint}/")).await;
    }
    tour.server.inbox().refuse_next();
    let token = tour.latest_link();
    for token in ["canary-dead-link", &token] {
        tour.learn(token);
        let answer = tour.get(&tour.server.client(), &format!("/users/bind_email/?token={token}")).await;
        assert!([200, 400].contains(&answer.code()), "{answer:?}");
        let pressed = tour.server.client().post("/users/bind_email/").form(&[("token", token)]);
        let answer = tour.send(pressed).await;
        assert!([303, 400].contains(&answer.code()), "{answer:?}");
    }
    let email = "canary-li-b@example.com";
    // The first cannot be sent: the provider was told to refuse.
    for _ in 0..2 {
        ask(tour, browser, "send_email_code", &json!({"password": FIRST, "email": email})).await;
    }
    let code = tour.latest_code(Channel::Mail);
    for code in [wrong(&code), code.clone()] {
        let change = json!({"password": FIRST, "code": code, "email": email});
        ask(tour, browser, "change_notify_email", &change).await;
    }
    for code in ["wx-canary-code-1", "wx-canary-code-1", "canary-wx-nonsense"] {
        ask(tour, browser, "weixin_bind", &json!({"code": code})).await;
    }
    for item in table::items_of(tour.server, "GUARD#weixin#").await {
        let id = table::text(&item, "pk").trim_start_matches("GUARD#weixin#").to_owned();
        tour.learn(&id);
        tour.traces.hidden.insert(id);
    }
    ask(tour, browser, "weixin_unbind", &json!({})).await;
}

async fn ask(tour: &mut Tour<'_>, client: &Client, endpoint: &str, body: &Value) -> Answer {
    tour.post(client, &format!("/users/{endpoint}/"), body).await
}

/// The code of a text message that was asked for.
async fn text_code(tour: &mut Tour<'_>, client: &Client, action: &str, mobile: &str) -> String {
    ask(tour, client, "send_sms_code", &json!({"action_name": action, "mobile": mobile})).await;
    tour.latest_code(Channel::Sms)
}

/// The group `charity`.
pub(super) async fn charity(tour: &mut Tour<'_>) {
    let client = tour.server.client();
    let (first, second) = ("Canary-Pass-word-10", "Canary-Pass-word-11");
    let registration = |role, password| json!({"first_name": "canary-given", "last_name": "canary-family", "role": role, "password": password});
    let register = "/user/register/";
    let head = tour.post(&client, register, &registration("1", first)).await.json();
    let donor = tour.post(&client, register, &registration("2", "Canary-Pass-word-12")).await.json();
    // Nobody vouches for this administrator.
    tour.post(&client, register, &registration("0", "Canary-Pass-word-13")).await;
    let (head, donor) = (head["data"]["id"].as_str(), donor["data"]["id"].as_str());
    let (head, donor) = (head.expect("it has a number"), donor.expect("it has a number"));
    let change = |old| json!({"id": head, "password": old, "new_password": second});
    tour.post(&client, "/user/changepassword/", &change("Canary-Wrong-word-10")).await;
    tour.post(&client, "/user/changepassword/", &change(first)).await;
    tour.order(head, Order::Role(Role::Administrator)).await;
    let login = |password| json!({"id": head, "password": password});
    tour.post(&client, "/user/login/", &login("Canary-Wrong-word-11")).await;
    let token = tour.post(&client, "/user/login/", &login(second)).await.json();
    let token = token["data"]["token"].as_str().expect("it is in").to_owned();
    let names = json!({"first_name": "canary-given-b", "last_name": "canary-family-b"});
    let wanted = json!({"first_name": "canary-given", "last_name": "canary-family", "role": "2"});
    for (endpoint, body) in [
        ("changeinformation", names),
        ("search", wanted),
        ("getuser", json!({"id": donor})),
        ("permission", json!({"id": donor, "role": "1"})),
        ("status", json!({"id": donor, "status": "1"})),
        ("status", json!({"id": donor, "status": "7"})),
        ("logout", json!({})),
        ("logout", json!({})),
    ] {
        tour.learn_body(&body);
        let request = client.post(&format!("/user/{endpoint}/")).header("token", &token);
        tour.send(request.json(&body)).await;
    }
}
