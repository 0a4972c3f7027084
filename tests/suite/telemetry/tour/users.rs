//! The parts of the tour for users of the framework, of the company's web pages and of the console.

use local::inbox::Channel;
use serde_json::{Value, json};
use tally::domain::administration::Order;
use tests::answer::Answer;
use tests::client::Client;

use super::Tour;

const NAME: &str = "canary-wang";
const EMAIL: &str = "canary-wang@example.com";
/// What the password is after [`framework`].
const CHANGED: &str = "Canary-Pass-word-02";

/// The user of the web pages, and what their password is after [`web_pages`].
pub(super) const ZHAO: &str = "canary-zhao";
pub(super) const ZHAO_CHANGED: &str = "Canary-Pass-word-05";

/// The group `rest-auth`.
pub(super) async fn framework(tour: &mut Tour<'_>) {
    let browser = tour.server.client();
    let (first, wrong) = ("Canary-Pass-word-01", "Canary-Wrong-word-01");
    let registration = json!({"username": NAME, "email": EMAIL, "password1": first, "password2": first});
    tour.post(&browser, "/rest-auth/registration/", &registration).await;
    tour.post(&tour.server.client(), "/rest-auth/registration/", &registration).await;
    let login = |password| json!({"username": NAME, "password": password});
    tour.post(&browser, "/rest-auth/login/", &login(wrong)).await;
    tour.post(&browser, "/rest-auth/login/", &login(first)).await;
    let details = |mark| {
        let (company, tel) = (format!("canary company {mark}"), format!("025-55501{mark}"));
        json!({"company": company, "tel": tel, "address": format!("canary street {mark}")})
    };
    tour.post(&browser, "/api/create_users_info/", &details(10)).await;
    tour.post(&browser, "/api/create_users_info/", &details(11)).await;
    tour.get(&browser, "/api/users_display/").await;
    for (method, mark) in [("PUT", 12), ("PATCH", 13)] {
        tour.learn_body(&details(mark));
        tour.send(browser.request(method, "/api/users_display/").json(&details(mark))).await;
    }
    let change = |old, new| json!({"old_password": old, "new_password1": new, "new_password2": new});
    tour.post(&browser, "/rest-auth/password/change/", &change(wrong, CHANGED)).await;
    tour.post(&browser, "/rest-auth/password/change/", &change(first, CHANGED)).await;
    tour.post(&browser, "/rest-auth/login/", &login(CHANGED)).await;
    tour.post(&browser, "/rest-auth/logout/", &json!({})).await;
}

/// The group `accounts`.
pub(super) async fn web_pages(tour: &mut Tour<'_>) {
    let browser = tour.server.client();
    let (name, first, changed) = (ZHAO, "Canary-Pass-word-04", ZHAO_CHANGED);
    let registration = json!({
        "username": name, "password1": first, "password2": first, "alias": "canary alias",
        "email": "canary-zhao@example.com", "phone": "025-5550177", "job_number": "canary-job",
        "dept_id": "canary-dept",
    });
    with_token(tour, &browser, "register", &registration).await;
    with_token(tour, &browser, "register", &registration).await;
    let login = |password| json!({"username": name, "password": password});
    with_token(tour, &browser, "login", &login("Canary-Wrong-word-04")).await;
    with_token(tour, &browser, "login", &login(first)).await;
    tour.get(&browser, "/api/accounts/account_change/").await;
    let contact = json!({
        "alias": "canary alias b", "email": "canary-zhao-b@example.com", "phone": "025-5550188",
        "job_number": "canary-job-b", "dept_id": "canary-dept-b",
    });
    with_token(tour, &browser, "account_change", &contact).await;
    let taken = json!({
        "alias": "canary alias b", "email": EMAIL, "phone": "025-5550188", "job_number": "canary-job-b",
        "dept_id": "canary-dept-b",
    });
    with_token(tour, &browser, "account_change", &taken).await;
    let change = |old, new| json!({"old_password": old, "new_password1": new, "new_password2": new});
    with_token(tour, &browser, "password_change", &change("Canary-Wrong-word-05", changed)).await;
    with_token(tour, &browser, "password_change", &change(first, changed)).await;
    with_token(tour, &browser, "login", &login(changed)).await;
    tour.get(&browser, "/api/accounts/logout/").await;
}

async fn with_token(tour: &mut Tour<'_>, browser: &Client, endpoint: &str, body: &Value) -> Answer {
    let answer = tour.get(browser, "/api/accounts/get_token/").await.json();
    let token = answer["data"].as_str().expect("the token is a text").to_owned();
    tour.open(&token);
    tour.learn_body(body);
    let path = format!("/api/accounts/{endpoint}/");
    tour.send(browser.post(&path).header("x-csrftoken", token).json(body)).await
}

/// The group `manage`, for the user of [`framework`].
pub(super) async fn console(tour: &mut Tour<'_>) {
    tour.prove(NAME, EMAIL).await;
    tour.order(NAME, Order::Staff(true)).await;
    let client = tour.server.client();
    let login = |password| json!({"username": EMAIL, "password": password});
    tour.post(&client, "/v3_1/manage/login/", &login("Canary-Wrong-word-06")).await;
    tour.post(&client, "/v3_1/manage/login/", &login(CHANGED)).await;
    let ask = json!({"username": EMAIL, "code_type": 1});
    tour.post(&client, "/v3_1/manage/verCode/", &ask).await;
    let code = tour.latest_code(Channel::Mail);
    let new = "Canary-Pass-word-03";
    let reset = |code| json!({"username": EMAIL, "vercode": code, "password": new, "password2": new});
    tour.post(&client, "/v3_1/manage/password/reset/", &reset(super::wrong(&code))).await;
    tour.post(&client, "/v3_1/manage/password/reset/", &reset(code)).await;
}
