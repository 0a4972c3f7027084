//! Whom the charity's administrators reach: the charity's own people, and nobody else.

use serde_json::{Value, json};
use tests::answer::Answer;
use tests::client::Client;
use tests::server::Server;

use super::{charity_token, donor, number, order, register, show};

const NOBODY: &str = "10000001";

async fn ask(client: &Client, token: &str, path: &str, body: Value) -> Answer {
    client.post(path).header("token", token).json(&body).send().await
}

async fn found(client: &Client, token: &str) -> Vec<String> {
    let answer = ask(client, token, "/user/search/", json!({})).await;
    let ids = answer.json()["data"]["id_list"].clone();
    serde_json::from_value(ids).unwrap_or_else(|_| panic!("{answer:?}"))
}

async fn administrator(server: &Server, client: &Client) -> String {
    let (id, _) = donor(client).await;
    order(server, &format!("role #{id} administrator")).await;
    charity_token(client, &id).await
}

#[tokio::test]
async fn others_are_answered_like_numbers_that_nobody_has_until_they_log_in_at_the_charity() {
    let server = Server::start().await;
    let client = server.client();
    let token = administrator(&server, &client).await;
    register(&client, "keeper", "keeper@example.com").await;
    order(&server, "staff keeper on").await;
    order(&server, "group keeper add ops").await;
    let keeper = number(&server, "keeper").await.to_string();
    let attempts = [
        ("/user/getuser/", json!({})),
        ("/user/status/", json!({"status": "0"})),
        ("/user/status/", json!({"status": "1"})),
        ("/user/status/", json!({"status": "2"})),
        ("/user/permission/", json!({"role": "1"})),
        ("/user/permission/", json!({"role": "2"})),
    ];
    for (path, mut body) in attempts {
        let mut answers = Vec::new();
        for id in [&keeper, NOBODY] {
            body["id"] = json!(id);
            answers.push(ask(&client, &token, path, body.clone()).await.brief());
        }
        assert_eq!(answers[0], answers[1], "{path} {body}");
        assert!(answers[0].starts_with("404 "), "{path} {body}: {answers:?}");
    }
    assert!(!found(&client, &token).await.contains(&keeper));
    let card = show(&server, "keeper").await;
    assert_eq!((&card["standing"], &card["charity"]), (&json!("active"), &json!(false)));
    // Whoever logs in there is one of its people from then on, staff as before.
    charity_token(&client, &keeper).await;
    assert!(found(&client, &token).await.contains(&keeper));
    let answer = ask(&client, &token, "/user/status/", json!({"id": keeper, "status": "1"})).await;
    assert_eq!(answer.code(), 200, "{answer:?}");
    let card = show(&server, "keeper").await;
    assert_eq!((&card["standing"], &card["is_staff"]), (&json!("frozen"), &json!(true)));
}

#[tokio::test]
async fn a_role_makes_somebody_one_of_the_charitys_people() {
    let server = Server::start().await;
    let client = server.client();
    let token = administrator(&server, &client).await;
    for role in ["donor", "volunteer", "administrator"] {
        register(&client, role, &format!("{role}@example.com")).await;
        let id = number(&server, role).await.to_string();
        assert!(!found(&client, &token).await.contains(&id), "{role}");
        order(&server, &format!("role {role} {role}")).await;
        assert!(found(&client, &token).await.contains(&id), "{role}");
        let shown = ask(&client, &token, "/user/getuser/", json!({"id": id})).await;
        assert_eq!(shown.json()["data"]["role"], role, "{shown:?}");
    }
}

#[tokio::test]
async fn a_superuser_counts_as_an_administrator_while_it_is_one() {
    let server = Server::start().await;
    let client = server.client();
    order(&server, "create-superuser --username root").await;
    register(&client, "zhang", "zhang@example.com").await;
    let zhang = number(&server, "zhang").await.to_string();
    let (id, _) = donor(&client).await;
    let boss = administrator(&server, &client).await;
    order(&server, "superuser zhang on").await;
    // It is seen, and nothing can be done to it.
    assert_eq!(ask(&client, &boss, "/user/getuser/", json!({"id": zhang})).await.code(), 200);
    assert!(found(&client, &boss).await.contains(&zhang));
    let answer = ask(&client, &boss, "/user/status/", json!({"id": zhang, "status": "1"})).await;
    assert_eq!(answer.code(), 401, "{answer:?}");
    order(&server, "superuser zhang off").await;
    assert!(!found(&client, &boss).await.contains(&zhang), "it never was at the charity");
    order(&server, "superuser zhang on").await;
    let token = charity_token(&client, &zhang).await;
    for status in ["1", "0"] {
        let answer = ask(&client, &token, "/user/status/", json!({"id": id, "status": status})).await;
        assert_eq!(answer.code(), 200, "{answer:?}");
    }
    assert_eq!(ask(&client, &token, "/user/search/", json!({})).await.code(), 200);
    order(&server, "superuser zhang off").await;
    let token = charity_token(&client, &zhang).await;
    assert_eq!(ask(&client, &token, "/user/search/", json!({})).await.code(), 401, "what was there before");
    let card = show(&server, "zhang").await;
    assert_eq!((&card["role"], &card["is_staff"]), (&json!("donor"), &json!(false)));
}
