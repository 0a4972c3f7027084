//! Many requests at once: what must happen once happens once, and what is counted is counted right.

use std::future::Future;

use futures_util::future::join_all;
use serde_json::json;
use tests::answer::Answer;
use tests::server::Server;
use tests::table;

const REGISTRATION: &str = "/rest-auth/registration/";
const CHANGE: &str = "/rest-auth/password/change/";
const CREATE: &str = "/api/create_users_info/";
const DISPLAY: &str = "/api/users_display/";
const PASSWORD: &str = "fswxxz1456";

/// Starts all requests together, each as a task of its own.
async fn at_once<F>(requests: impl IntoIterator<Item = F>) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let tasks: Vec<_> = requests.into_iter().map(tokio::spawn).collect();
    join_all(tasks).await.into_iter().map(|answer| answer.expect("no request panics")).collect()
}

fn count(answers: &[Answer], brief: &str) -> usize {
    answers.iter().filter(|answer| answer.brief() == brief).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_registrations_of_one_name_one_succeeds() {
    let server = Server::start().await;
    let spellings = ["zhang", "Zhang", "ZHANG", "zHaNg", " zhang "];
    let answers = at_once((0..50).map(|at| {
        let client = server.client();
        async move { client.register(spellings[at % spellings.len()], PASSWORD).await }
    }))
    .await;
    assert_eq!(count(&answers, r#"201 {"key":"[key]"}"#), 1);
    assert_eq!(count(&answers, r#"400 {"username":["A user with that username already exists."]}"#), 49);
    let winner = answers.iter().find(|answer| answer.code() == 201).unwrap();
    let accounts = table::items_of(&server, "ACCOUNT#").await;
    let guards = table::items_of(&server, "GUARD#").await;
    assert_eq!((accounts.len(), guards.len()), (1, 1));
    assert_eq!(table::text(&guards[0], "pk"), "GUARD#username#zhang");
    assert_eq!(table::number(&guards[0], "account"), i64::from(table::owner(&winner.key()).get()));
    assert_eq!(server.client().login("zhang", PASSWORD).await.key(), winner.key());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_thirty_registrations_of_one_address_one_succeeds_and_the_others_leave_nothing() {
    let server = Server::start().await;
    let answers = at_once((0..30).map(|at| {
        let client = server.client();
        let email = if at % 2 == 0 { "one@b.co" } else { "ONE@B.co" };
        let body =
            json!({"username": format!("name-{at}"), "email": email, "password1": PASSWORD, "password2": PASSWORD});
        async move { client.post(REGISTRATION).json(&body).send().await }
    }))
    .await;
    assert_eq!(count(&answers, r#"201 {"key":"[key]"}"#), 1);
    let taken = r#"400 {"email":["A user is already registered with this e-mail address."]}"#;
    assert_eq!(count(&answers, taken), 29);
    assert_eq!(table::items_of(&server, "ACCOUNT#").await.len(), 1);
    assert_eq!(
        table::items_of(&server, "GUARD#").await.len(),
        2,
        "a name and an address, both of the one account"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_guesses_at_once_five_are_evaluated() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    for name in ["zhang", "nobody"] {
        let answers = at_once((0..100).map(|at| {
            let client = server.client();
            async move { client.login(name, &format!("wrong-guess-{at}")).await }
        }))
        .await;
        let evaluated =
            count(&answers, r#"400 {"non_field_errors":["Unable to log in with provided credentials."]}"#);
        let refused = answers.iter().filter(|answer| answer.code() == 429).count();
        assert_eq!((evaluated, refused), (5, 95), "{name}");
        assert_eq!(server.client().login(name, PASSWORD).await.code(), 429, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_guess_among_many_wrong_ones_has_no_better_chance() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    for _ in 0..5 {
        server.client().login("zhang", "wrong-guess-x").await;
    }
    let answers = at_once((0..40).map(|at| {
        let client = server.client();
        let password = if at == 20 { PASSWORD.to_owned() } else { format!("wrong-guess-{at}") };
        async move { client.login("zhang", &password).await }
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.code() == 429));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_submissions_of_details_one_is_stored() {
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    let answers = at_once((0..20).map(|at| {
        let client = browser.clone();
        let body = json!({"company": format!("company {at}"), "tel": at.to_string(), "address": format!("street {at}")});
        async move { client.post(CREATE).json(&body).send().await }
    }))
    .await;
    let created: Vec<&Answer> = answers.iter().filter(|answer| answer.code() == 201).collect();
    assert_eq!(created.len(), 1);
    assert_eq!(count(&answers, r#"400 ["Detail Info has existed!"]"#), 19);
    assert_eq!(browser.get(DISPLAY).send().await.json(), created[0].json()[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_password_changes_at_once_one_is_made() {
    for _ in 0..5 {
        let server = Server::start().await;
        let browser = server.client();
        let key = browser.register("zhang", PASSWORD).await.key();
        let answers = at_once(["tiger-number-1", "tiger-number-2"].map(|new| {
            let client = browser.clone();
            let body = json!({"old_password": PASSWORD, "new_password1": new, "new_password2": new});
            async move { client.post(CHANGE).json(&body).send().await }
        }))
        .await;
        let mut codes: Vec<u16> = answers.iter().map(Answer::code).collect();
        let winner = if codes[0] == 200 { "tiger-number-1" } else { "tiger-number-2" };
        codes.sort_unstable();
        assert_eq!(codes, [200, 401]);
        let item = table::account(&server, table::owner(&key)).await;
        assert_eq!(table::number(&item, "epoch"), 1);
        for password in [PASSWORD, "tiger-number-1", "tiger-number-2"] {
            let expected = if password == winner { 200 } else { 400 };
            assert_eq!(server.client().login("zhang", password).await.code(), expected, "{password}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_beside_a_password_change_leaves_no_session_of_the_old_password() {
    for _ in 0..5 {
        let server = Server::start().await;
        let (browser, other) = (server.client(), server.client());
        browser.register("zhang", PASSWORD).await;
        let change = {
            let client = browser.clone();
            let new = "another-tiger-7";
            let body = json!({"old_password": PASSWORD, "new_password1": new, "new_password2": new});
            tokio::spawn(async move { client.post(CHANGE).json(&body).send().await })
        };
        let login = {
            let client = other.clone();
            tokio::spawn(async move { client.login("zhang", PASSWORD).await })
        };
        assert_eq!(change.await.unwrap().code(), 200);
        let login = login.await.unwrap();
        assert!(matches!(login.code(), 200 | 400), "{}", login.brief());
        assert_eq!(other.get(DISPLAY).send().await.code(), 401, "after a login with {}", login.code());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_counted_right_when_they_come_and_go_at_once() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    let number = table::owner(&key);
    let devices = async || table::number(&table::account(&server, number).await, "key_devices");
    server.client().login("zhang", PASSWORD).await;
    assert_eq!(devices().await, 1);
    // More than five logins at once would be throttled.
    let clients: Vec<_> = (0..5).map(|_| server.client()).collect();
    let log_in = |client: &tests::client::Client| {
        let client = client.clone();
        async move { client.login("zhang", PASSWORD).await }
    };
    let answers = at_once(clients[..4].iter().map(log_in)).await;
    assert!(answers.iter().all(|answer| answer.code() == 200), "{answers:?}");
    assert_eq!(devices().await, 5);
    let mixed = clients[..4].iter().map(|client| {
        let client = client.clone();
        tokio::spawn(async move { client.logout().await })
    });
    let mixed: Vec<_> = mixed.chain([tokio::spawn(log_in(&clients[4]))]).collect();
    for answer in join_all(mixed).await {
        assert_eq!(answer.unwrap().code(), 200);
    }
    assert_eq!(devices().await, 2);
    for client in &clients[..4] {
        assert_eq!(client.get(DISPLAY).send().await.code(), 401);
    }
    assert_eq!(clients[4].get(DISPLAY).send().await.code(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_logged_out_twenty_times_at_once_is_one_device() {
    let server = Server::start().await;
    let (phone, laptop) = (server.client(), server.client());
    let key = phone.register("zhang", PASSWORD).await.key();
    phone.login("zhang", PASSWORD).await;
    laptop.login("zhang", PASSWORD).await;
    let cookie = format!("sessionid={}", laptop.cookie("sessionid").unwrap());
    let answers = at_once((0..20).map(|_| {
        let request = laptop.post("/rest-auth/logout/").without_cookies().header("cookie", &cookie);
        async move { request.send().await }
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.code() == 200));
    let item = table::account(&server, table::owner(&key)).await;
    assert_eq!(table::number(&item, "key_devices"), 1);
    assert_eq!(server.client().get(DISPLAY).token(&key).send().await.code(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_two_devices_leaving_at_once_end_the_key_once() {
    for _ in 0..5 {
        let server = Server::start().await;
        let (phone, laptop) = (server.client(), server.client());
        let key = phone.register("zhang", PASSWORD).await.key();
        phone.login("zhang", PASSWORD).await;
        laptop.login("zhang", PASSWORD).await;
        let answers = at_once([phone, laptop].map(|client| async move { client.logout().await })).await;
        assert!(answers.iter().all(|answer| answer.code() == 200));
        let item = table::account(&server, table::owner(&key)).await;
        assert_eq!((table::number(&item, "key_devices"), table::number(&item, "key_generation")), (0, 1));
        assert_eq!(server.client().get(DISPLAY).token(&key).send().await.code(), 401);
    }
}
