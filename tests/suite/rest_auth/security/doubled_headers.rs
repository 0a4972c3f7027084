//! What lets somebody in is one value: two that differ are nobody's, in every group.

use serde_json::json;
use tests::client::Client;
use tests::server::Server;

use super::{DISPLAY, PASSWORD};

/// Sends the values of a header one after the other, or joined as a gateway joins them.
fn ways(one: &str, other: &str) -> [Vec<String>; 3] {
    let (one, other) = (one.to_owned(), other.to_owned());
    [vec![one.clone(), other.clone()], vec![format!("{one},{other}")], vec![format!("{one} ,\t{other}")]]
}

/// The status of a request of that group with these values of its header.
async fn status(client: &Client, path: &str, header: &str, values: &[String]) -> u16 {
    let request = match path {
        DISPLAY => client.get(path).without_cookies(),
        _ => client.post(path).json(&json!({"first_name": "三", "last_name": "张"})),
    };
    let send = values.iter().fold(request, |request, value| request.header(header, value));
    send.send().await.code()
}

#[tokio::test]
async fn two_that_differ_are_nobodys_and_one_twice_is_one() {
    let server = Server::start().await;
    let mut keys = Vec::new();
    let mut tokens = Vec::new();
    for name in ["zhang", "wang"] {
        keys.push(format!("Token {}", server.client().register(name, PASSWORD).await.key()));
        let body = json!({"first_name": "三", "last_name": "张", "role": "1", "password": PASSWORD});
        let welcome = server.client().post("/user/register/").json(&body).send().await.json();
        tokens.push(welcome["data"]["token"].as_str().expect("a token").to_owned());
    }
    let client = server.client();
    // Somebody without a record is let in and told so.
    for (path, header, values, welcome) in
        [(DISPLAY, "authorization", &keys, 404), ("/user/changeinformation/", "token", &tokens, 200)]
    {
        for same in ways(&values[0], &values[0]) {
            assert_eq!(status(&client, path, header, &same).await, welcome, "{same:?}");
        }
        for other in [values[1].as_str(), "", "Token x", "Basic eDp5"] {
            for differing in ways(&values[0], other).into_iter().chain(ways(other, &values[0])) {
                assert_eq!(status(&client, path, header, &differing).await, 401, "{differing:?}");
            }
        }
    }
    let answer =
        client.get(DISPLAY).without_cookies().header("authorization", "Basic a, Digest b").send().await;
    assert_eq!(answer.brief(), super::STRANGER, "other schemes are not ours");
}

#[tokio::test]
async fn a_csrf_token_that_stands_twice_is_one_and_two_are_none() {
    let server = Server::start().await;
    let client = server.client();
    client.register("zhang", PASSWORD).await;
    let token = async || {
        let answer = client.get("/api/accounts/get_token/").send().await;
        answer.json()["data"].as_str().expect("a token").to_owned()
    };
    // Both are good by themselves: two maskings of one secret.
    let (one, other) = (token().await, token().await);
    let login = |values: &[String]| {
        let request =
            client.post("/api/accounts/login/").json(&json!({"username": "zhang", "password": "x"}));
        values.iter().fold(request, |request, value| request.header("x-csrftoken", value)).send()
    };
    for differing in ways(&one, &other).into_iter().chain(ways(&one, "")) {
        assert_eq!(login(&differing).await.code(), 403, "{differing:?}");
    }
    for same in ways(&one, &one) {
        assert_eq!(login(&same).await.code(), 200, "{same:?}");
    }
}
