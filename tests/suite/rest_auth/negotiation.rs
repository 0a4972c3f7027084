//! Routes, methods, content types and formats (docs/contracts/rest-auth.md#requests).

use insta::assert_snapshot;
use tests::server::Server;

use super::{CHANGE, CREATE, DETAILS, DISPLAY, LOGIN, LOGOUT, PASSWORD, REGISTRATION, conversation};

const ALL: [&str; 6] = [REGISTRATION, LOGIN, LOGOUT, CHANGE, CREATE, DISPLAY];

#[tokio::test]
async fn both_spellings_of_a_path_are_served() {
    let server = Server::start().await;
    let client = server.client();
    for path in ALL {
        for method in ["POST", "PUT", "OPTIONS", "GET"] {
            let slashed = client.request(method, path).without_cookies().send().await;
            let bare = client.request(method, path.trim_end_matches('/')).without_cookies().send().await;
            assert_eq!(bare.structure(), slashed.structure(), "{method} {path}");
        }
    }
    let body = format!(r#"{{"username":"zhang","password1":"{PASSWORD}","password2":"{PASSWORD}"}}"#);
    let answer = client.post("/rest-auth/registration").body("application/json", body).send().await;
    assert_snapshot!(answer.brief(), @r#"201 {"key":"[key]"}"#);
    let details = client.post("/api/create_users_info").body("application/json", DETAILS).send().await;
    assert_eq!(details.code(), 201);
    assert_eq!(client.get("/api/users_display").send().await.code(), 200);
}

#[tokio::test]
async fn options_describes_every_endpoint() {
    let server = Server::start().await;
    let client = server.client();
    let key = client.register("zhang", PASSWORD).await.key();
    let mut written = Vec::new();
    for path in ALL {
        let answer = server.client().request("OPTIONS", path).token(&key).send().await;
        written.push(format!("{path} [{}]\n    {}", answer.header("allow").unwrap(), answer.brief()));
    }
    assert_snapshot!(written.join("\n"), @r#"
    /rest-auth/registration/ [POST, OPTIONS]
        200 {"name":"Register","description":"","renders":["application/json"],"parses":["application/json","application/x-www-form-urlencoded","multipart/form-data"]}
    /rest-auth/login/ [POST, OPTIONS]
        200 {"name":"Login","description":"","renders":["application/json"],"parses":["application/json","application/x-www-form-urlencoded","multipart/form-data"]}
    /rest-auth/logout/ [GET, POST, HEAD, OPTIONS]
        200 {"name":"Logout","description":"","renders":["application/json"],"parses":["application/json","application/x-www-form-urlencoded","multipart/form-data"]}
    /rest-auth/password/change/ [POST, OPTIONS]
        200 {"name":"Password Change","description":"","renders":["application/json"],"parses":["application/json","application/x-www-form-urlencoded","multipart/form-data"]}
    /api/create_users_info/ [POST, OPTIONS]
        200 {"name":"Create Users Info","description":"","renders":["application/json"],"parses":["application/json","application/x-www-form-urlencoded","multipart/form-data"]}
    /api/users_display/ [GET, PUT, PATCH, HEAD, OPTIONS]
        200 {"name":"Users Display","description":"","renders":["application/json"],"parses":["application/json","application/x-www-form-urlencoded","multipart/form-data"]}
    "#);
    assert_eq!(server.client().request("OPTIONS", LOGIN).send().await.code(), 200);
    assert_eq!(server.client().request("OPTIONS", DISPLAY).send().await.code(), 401);
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    let server = Server::start().await;
    let client = server.client();
    let key = client.register("zhang", PASSWORD).await.key();
    for (path, served) in [
        (REGISTRATION, "POST, OPTIONS"),
        (LOGIN, "POST, OPTIONS"),
        (CHANGE, "POST, OPTIONS"),
        (CREATE, "POST, OPTIONS"),
        (DISPLAY, "GET, PUT, PATCH, HEAD, OPTIONS"),
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO", "get", "post"] {
            if served.split(", ").any(|name| name == method) {
                continue;
            }
            let answer = server.client().request(method, path).token(&key).send().await;
            assert_eq!(
                answer.brief(),
                format!(r#"405 {{"detail":"Method \"{method}\" not allowed."}}"#),
                "{path}"
            );
            assert_eq!(answer.header("allow"), Some(served), "{method} {path}");
        }
        let head = server.client().request("HEAD", path).token(&key).send().await;
        assert_eq!(head.code(), if path == DISPLAY { 404 } else { 405 }, "{path}");
    }
    assert_snapshot!(server.client().get(LOGIN).send().await.golden(), @r#"
    GET /rest-auth/login/
    405 Method Not Allowed
    allow: POST, OPTIONS
    vary: Accept, Cookie
    {"detail":"Method \"GET\" not allowed."}
    "#);
}

#[tokio::test]
async fn unknown_paths_are_answered_in_json() {
    let server = Server::start().await;
    for path in [
        "/rest-auth/",
        "/rest-auth/user/",
        "/rest-auth/login//",
        "/rest-auth/login/x",
        "/rest-auth/LOGIN/",
        "/rest-auth/password/",
        "/rest-auth/password/reset/",
        "/rest-auth/%6cogin/",
        "/rest-auth/login%2f",
        "/api/",
        "/api/users_display/1",
        "/api/create_users_info/../users_display/",
        "/rest-auth/login;x=1/",
    ] {
        let answer = server.client().post(path).body("text/plain", "x").send().await;
        assert_eq!(answer.brief(), r#"404 {"detail":"Not found."}"#, "{path}");
        assert_eq!(answer.header("allow"), None);
    }
    for path in ["/nothing/", "/rest-authx/", "/apis/users_display/"] {
        assert_eq!(server.client().get(path).send().await.code(), 404, "{path}");
    }
}

#[tokio::test]
async fn a_client_that_takes_json_or_a_page_gets_json() {
    let server = Server::start().await;
    for accept in [
        "*/*",
        "application/json",
        "application/json, text/plain, */*",
        "text/html",
        "application/*",
        "APPLICATION/JSON",
        "text/html,application/xhtml+xml,application/xml;q=0.9",
        "application/json;q=0.1",
        "",
    ] {
        let answer = server.client().post(LOGIN).header("accept", accept).send().await;
        assert_eq!(answer.brief(), r#"400 {"password":["This field is required."]}"#, "{accept:?}");
    }
    for accept in ["application/xml", "text/csv, image/png", "application/json-patch+json"] {
        let answer = server.client().post(LOGIN).header("accept", accept).send().await;
        assert_eq!(
            answer.brief(),
            r#"406 {"detail":"Could not satisfy the request Accept header."}"#,
            "{accept}"
        );
    }
    let unreadable = server.client().get(DISPLAY).header("accept", "application/xml").send().await;
    assert_eq!(unreadable.code(), 406, "negotiation comes before authentication");
}

#[tokio::test]
async fn the_format_of_the_query_overrides() {
    let server = Server::start().await;
    let ask = async |query: &str| server.client().post(&format!("{LOGIN}?{query}")).send().await.code();
    assert_eq!(ask("format=json").await, 400);
    assert_eq!(ask("format=").await, 400);
    assert_eq!(ask("x=1&format=api").await, 400);
    let xml = server.client().post("/rest-auth/login/?format=xml").send().await;
    assert_snapshot!(xml.brief(), @r#"404 {"detail":"Not found."}"#);
    assert_eq!(ask("x=1&format=xml").await, 404);
}

#[tokio::test]
async fn an_indent_is_printed_on_request() {
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    let answer =
        browser.post(CREATE).body("application/json", DETAILS).header("accept", "application/json; indent=4");
    assert_snapshot!(answer.send().await.golden(), @r#"
    POST /api/create_users_info/
    201 Created
    allow: POST, OPTIONS
    vary: Accept, Cookie
    [
        {
            "id": [id],
            "company": "rinc",
            "tel": "1234567",
            "address": "asasasasa",
            "user": {
                "id": [id],
                "password": "********",
                "last_login": "2017-07-06T05:11:24.481000Z",
                "is_superuser": false,
                "username": "zhang",
                "first_name": "",
                "last_name": "",
                "email": "",
                "is_staff": false,
                "is_active": true,
                "date_joined": "2017-07-06T05:11:24.481000Z",
                "groups": [],
                "user_permissions": []
            }
        }
    ]
    "#);
    let huge = browser.get(DISPLAY).header("accept", "application/json; indent=999999999").send().await;
    assert!(huge.text.len() < 1000, "an indent is bounded");
    for odd in ["indent=-1", "indent=x", "indent=", "indent=0"] {
        let answer = browser.get(DISPLAY).header("accept", format!("application/json; {odd}")).send().await;
        assert_eq!(answer.code(), 200, "{odd}");
    }
}

#[tokio::test]
async fn bodies_of_other_types_are_refused() {
    let server = Server::start().await;
    let mut written = Vec::new();
    for kind in [
        "text/plain",
        "",
        "application/vnd.api+json",
        "application/xml; charset=utf-8",
        "application/jsonx",
        "json",
    ] {
        let answer =
            server.client().post(LOGIN).body(kind, r#"{"username":"a","password":"b"}"#).send().await;
        written.push(format!("{kind:?}: {}", answer.brief()));
    }
    assert_snapshot!(written.join("\n"), @r#"
    "text/plain": 415 {"detail":"Unsupported media type \"text/plain\" in request."}
    "": 415 {"detail":"Unsupported media type \"\" in request."}
    "application/vnd.api+json": 415 {"detail":"Unsupported media type \"application/vnd.api+json\" in request."}
    "application/xml; charset=utf-8": 415 {"detail":"Unsupported media type \"application/xml; charset=utf-8\" in request."}
    "application/jsonx": 415 {"detail":"Unsupported media type \"application/jsonx\" in request."}
    "json": 415 {"detail":"Unsupported media type \"json\" in request."}
    "#);
    for kind in ["text/plain", "", "image/png", "multipart/form-data"] {
        let nothing = server.client().post(LOGIN).body(kind, "").send().await;
        assert_eq!(
            nothing.brief(),
            r#"400 {"password":["This field is required."]}"#,
            "no body, any type: {kind:?}"
        );
    }
    let broken = server.client().post(LOGIN).body("multipart/form-data", "x").send().await;
    assert_snapshot!(broken.brief(), @r#"400 {"detail":"Multipart form parse error - Invalid boundary in multipart: None"}"#);
}

#[tokio::test]
async fn json_that_is_broken_or_no_object_is_told_as_python_tells_it() {
    let server = Server::start().await;
    let bodies = [
        "[]",
        r#"["zhang","fswxxz1456"]"#,
        "\"zhang\"",
        "1",
        "-1",
        "1.5",
        "1e3",
        "true",
        "false",
        "null",
        " {} ",
    ];
    assert_snapshot!(conversation(&server.client(), "POST", LOGIN, &bodies).await, @r#"
    []
        400 {"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}
    ["zhang","fswxxz1456"]
        400 {"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}
    "zhang"
        400 {"non_field_errors":["Invalid data. Expected a dictionary, but got str."]}
    1
        400 {"non_field_errors":["Invalid data. Expected a dictionary, but got int."]}
    -1
        400 {"non_field_errors":["Invalid data. Expected a dictionary, but got int."]}
    1.5
        400 {"non_field_errors":["Invalid data. Expected a dictionary, but got float."]}
    1e3
        400 {"non_field_errors":["Invalid data. Expected a dictionary, but got float."]}
    true
        400 {"non_field_errors":["Invalid data. Expected a dictionary, but got bool."]}
    false
        400 {"non_field_errors":["Invalid data. Expected a dictionary, but got bool."]}
    null
        400 {"non_field_errors":["No data provided"]}
     {} 
        400 {"password":["This field is required."]}
    "#);
    for body in [
        &b"{"[..],
        b"{broken",
        b"{'a':1}",
        b"{\"a\":1,}",
        b"{\"a\" 1}",
        b"{\"a\":1}{}",
        b"\xef\xbb\xbf{}",
        b"{\"a\":\"\xff\"}",
        b"{\"a\":\"\\ud800\"}",
        b"{\"a\":\"\n\"}",
        b"{/**/}",
        b"{\"a\":01}",
        b"undefined",
        b"{\"a\":1,\"a\":1}",
        b" ",
    ] {
        let answer = server.client().post(LOGIN).body("application/json", body.to_vec()).send().await;
        let sentence = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        let is_told = answer.code() == 400 && sentence.starts_with("JSON parse error - ");
        assert!(is_told, "{}: {}", String::from_utf8_lossy(body), answer.brief());
    }
}
