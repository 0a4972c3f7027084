//! Whoever is signed in can end all that is open in their name, in every group that has a logout.

use serde_json::json;
use tests::client::Client;
use tests::server::Server;

const NAME: &str = "zhang";
const PASSWORD: &str = "fswxxz1456";

/// What is open in one name: a key, a browser at the company's pages, and a token of the charity.
struct Open {
    key: String,
    browser: Client,
    token: String,
}

impl Open {
    async fn by(server: &Server) -> Self {
        let key = server.client().login(NAME, PASSWORD).await.key();
        let browser = server.client();
        let login = json!({"username": NAME, "password": PASSWORD});
        browser.post("/users/account_login/").json(&login).send().await;
        let on = tally::app::Basics::from(server.app());
        let found = tally::services::administration::find(&on, NAME).await.expect("the user is there");
        let login = json!({"id": found.account.number.to_string(), "password": PASSWORD});
        let token = server.client().post("/user/login/").json(&login).send().await.json();
        let token = token["data"]["token"].as_str().expect("a token").to_owned();
        Self { key, browser, token }
    }

    /// How many of them open something.
    async fn count(&self, server: &Server) -> usize {
        let by_key = server.client().get("/api/users_display/").token(&self.key).send().await.code() != 401;
        let by_cookie = self.browser.get("/users/my_info/").send().await.code() == 200;
        let rename = json!({"first_name": "三", "last_name": "张"});
        let by_token =
            server.client().post("/user/changeinformation/").header("token", &self.token).json(&rename);
        let by_token = by_token.send().await.code() == 200;
        [by_key, by_cookie, by_token].into_iter().filter(|opens| *opens).count()
    }
}

#[tokio::test]
async fn a_logout_everywhere_ends_all_that_is_open_and_one_without_it_does_not() {
    for (path, carrier) in [
        ("/rest-auth/logout/", "key"),
        ("/api/accounts/logout/", "cookie"),
        ("/users/account_logout/", "cookie"),
        ("/user/logout/", "token"),
    ] {
        for (query, left) in [("", 2), ("?everywhere=true", 0)] {
            let server = Server::start().await;
            server.client().register(NAME, PASSWORD).await;
            let open = Open::by(&server).await;
            assert_eq!(open.count(&server).await, 3);
            let path = format!("{path}{query}");
            let request = match carrier {
                "key" => server.client().post(&path).token(&open.key),
                "token" => server.client().post(&path).header("token", &open.token),
                _ => open.browser.post(&path),
            };
            let answer = request.json(&json!({})).send().await;
            assert_eq!(answer.code(), 200, "{path}: {answer:?}");
            assert_eq!(open.count(&server).await, left, "{path}");
        }
    }
}
