//! Who is calling: keys, sessions, and both at once (docs/contracts/rest-auth.md#keys-and-sessions).

use insta::assert_snapshot;
use tests::server::Server;

use super::{CHANGE, CREATE, DISPLAY, LOGIN, PASSWORD, REGISTRATION};

const DEAD: &str = "d217cbb2e198af5a8baf7ddae60b638ffc655354";

#[tokio::test]
async fn what_an_authorization_header_says_is_answered_in_the_frameworks_words() {
    let server = Server::start().await;
    let mut written = Vec::new();
    for header in [
        "",
        "Bearer x",
        "Basic eDp5",
        DEAD,
        "Token",
        "Token ",
        "Token a b",
        "Token x",
        "TOKEN x",
        "Tokenx",
        &format!("Token {DEAD}"),
        &format!("Bearer {DEAD}"),
        "Token  \t x",
        "Token \u{e4}",
        "token 张",
    ] {
        let answer = server.client().get(DISPLAY).header("authorization", header).send().await;
        written.push(format!("{header:?}: {}", answer.brief()));
    }
    assert_snapshot!(written.join("\n"), @r#"
    "": 401 {"detail":"Authentication credentials were not provided."}
    "Bearer x": 401 {"detail":"Authentication credentials were not provided."}
    "Basic eDp5": 401 {"detail":"Authentication credentials were not provided."}
    "d217cbb2e198af5a8baf7ddae60b638ffc655354": 401 {"detail":"Authentication credentials were not provided."}
    "Token": 401 {"detail":"Invalid token header. No credentials provided."}
    "Token ": 401 {"detail":"Invalid token header. No credentials provided."}
    "Token a b": 401 {"detail":"Invalid token header. Token string should not contain spaces."}
    "Token x": 401 {"detail":"Invalid token."}
    "TOKEN x": 401 {"detail":"Invalid token."}
    "Tokenx": 401 {"detail":"Authentication credentials were not provided."}
    "Token d217cbb2e198af5a8baf7ddae60b638ffc655354": 401 {"detail":"Invalid token."}
    "Bearer d217cbb2e198af5a8baf7ddae60b638ffc655354": 401 {"detail":"Authentication credentials were not provided."}
    "Token  \t x": 401 {"detail":"Invalid token."}
    "Token ä": 401 {"detail":"Invalid token."}
    "token 张": 401 {"detail":"Invalid token."}
    "#);
    let latin = server.client().get(DISPLAY).header("authorization", b"Token \xff").send().await;
    assert_snapshot!(latin.golden(), @r#"
    GET /api/users_display/
    401 Unauthorized
    allow: GET, PUT, PATCH, HEAD, OPTIONS
    vary: Accept, Cookie
    www-authenticate: Token
    {"detail":"Invalid token header. Token string should not contain invalid characters."}
    "#);
}

#[tokio::test]
async fn the_scheme_may_be_in_any_case_but_not_the_key() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    for header in
        [format!("Token {key}"), format!("token {key}"), format!("TOKEN   {key}"), format!(" Token\t{key} ")]
    {
        let answer = server.client().get(DISPLAY).header("authorization", &header).send().await;
        assert_eq!(answer.code(), 404, "{header}");
    }
    let upper = server.client().get(DISPLAY).token(&key.to_uppercase()).send().await;
    assert_snapshot!(upper.brief(), @r#"401 {"detail":"Invalid token."}"#);
    for altered in
        [&key[1..], &format!("{key}0"), &format!("f{}", &key[1..]), &format!("{}{}", &key[..39], 'x')]
    {
        let answer = server.client().get(DISPLAY).token(altered).send().await;
        assert_eq!(answer.brief(), r#"401 {"detail":"Invalid token."}"#, "{altered}");
    }
}

#[tokio::test]
async fn a_bad_token_fails_every_endpoint_but_logout() {
    let server = Server::start().await;
    server.client().register("zhang", PASSWORD).await;
    for (method, path) in [
        ("POST", REGISTRATION),
        ("POST", LOGIN),
        ("POST", CHANGE),
        ("POST", CREATE),
        ("GET", DISPLAY),
        ("OPTIONS", LOGIN),
    ] {
        let fields = [("username", "zhang"), ("password", PASSWORD)];
        let answer = server.client().request(method, path).token(DEAD).form(&fields).send().await;
        assert_eq!(answer.brief(), r#"401 {"detail":"Invalid token."}"#, "{method} {path}");
        assert_eq!(answer.header("www-authenticate"), Some("Token"));
        assert_eq!(answer.cookie("sessionid"), None);
    }
}

#[tokio::test]
async fn a_living_session_decides_and_the_token_is_not_looked_at() {
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    assert_eq!(browser.get(DISPLAY).token(DEAD).send().await.code(), 404);
    assert_eq!(browser.get(DISPLAY).header("authorization", "Token a b").send().await.code(), 404);
    let other = server.client().register("zhangxu", PASSWORD).await.key();
    let created = browser.post(CREATE).token(&other).body("application/json", super::DETAILS).send().await;
    assert_eq!(created.json()[0]["user"]["username"], "zhang");
}

#[tokio::test]
async fn a_session_that_is_none_is_anonymous_and_the_token_decides() {
    let server = Server::start().await;
    let key = server.client().register("zhang", PASSWORD).await.key();
    for value in ["abcdefghijklmnopqrstuvwxyz012345", "", "x", "\"\"", "../../etc", &"a".repeat(5000)] {
        let stranger = server.client();
        stranger.set_cookie("sessionid", value);
        let answer = stranger.get(DISPLAY).send().await;
        assert_eq!(
            answer.brief(),
            r#"401 {"detail":"Authentication credentials were not provided."}"#,
            "{value}"
        );
        assert_eq!(stranger.get(DISPLAY).token(&key).send().await.code(), 404);
        assert_eq!(stranger.login("zhang", PASSWORD).await.code(), 200);
    }
}

#[tokio::test]
async fn the_cookie_is_found_among_others_and_in_quotes() {
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    let session = browser.cookie("sessionid").unwrap();
    for cookies in [
        format!("a=b; sessionid={session}; c=d"),
        format!("a=b;sessionid={session}"),
        format!("sessionid=\"{session}\""),
        format!("noise; =; sessionid={session}"),
    ] {
        let answer = server.client().get(DISPLAY).header("cookie", &cookies).send().await;
        assert_eq!(answer.code(), 404, "{cookies}");
    }
    for cookies in [
        format!("Sessionid={session}"),
        format!("xsessionid={session}"),
        format!("__Host-sessionid={session}"),
    ] {
        let answer = server.client().get(DISPLAY).header("cookie", &cookies).send().await;
        assert_eq!(answer.code(), 401, "{cookies}");
    }
    let two =
        server.client().get(DISPLAY).header("cookie", "a=b").header("cookie", format!("sessionid={session}"));
    assert_eq!(two.send().await.code(), 404);
}
