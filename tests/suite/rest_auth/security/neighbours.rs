//! Our cookies among those of others: a browser sends all that it has for the host and its domain, in one
//! header or in several, and what another server or script has left there may hold any bytes.

use tests::answer::Answer;
use tests::client::Client;
use tests::server::Server;

use super::PASSWORD;

const READING: [&str; 3] = ["/api/users_display/", "/api/accounts/account_change/", "/users/my_info/"];

/// Cookies of neighbours, in front of which, behind which and between which ours may stand.
const THEIRS: [&[u8]; 14] = [
    "nick=虎符".as_bytes(),
    b"nick=J\xf6rn",
    b"x=\xff",
    b"x=%db",
    b"j={\"a\":1}",
    b"q=\"a, b\"",
    b"no value",
    b"=no name",
    b"",
    b"a=b=c",
    b"sessionid=",
    b"sessionid=eyJfYXV0aCI6MX0:1qX",
    b"Sessionid=0000000aaaaaaaaaaaaaaaaaaaaaaaaa",
    b"sessionid=0000000aaaaaaaaaaaaaaaaaaaaaaaaa",
];

async fn user() -> (Server, Client) {
    let server = Server::start().await;
    let browser = server.client();
    browser.register("zhang", PASSWORD).await;
    (server, browser)
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.join(&b"; "[..])
}

async fn send(server: &Server, method: &str, path: &str, headers: &[Vec<u8>]) -> Answer {
    let request = server.client().request(method, path).without_cookies();
    headers.iter().fold(request, |request, header| request.header("cookie", header)).send().await
}

#[tokio::test]
async fn a_session_is_found_among_the_cookies_of_others() {
    let (server, browser) = user().await;
    let ours = format!("sessionid={}", browser.cookie("sessionid").unwrap());
    let ours = ours.as_bytes();
    for theirs in THEIRS {
        let ways = [
            vec![joined(&[theirs, ours])],
            vec![joined(&[ours, theirs])],
            vec![joined(&[theirs, ours, theirs])],
            vec![theirs.to_vec(), ours.to_vec()],
            vec![ours.to_vec(), theirs.to_vec()],
            vec![[theirs, b";", ours, b";"].concat()],
        ];
        for (headers, path) in ways.iter().flat_map(|headers| READING.map(|path| (headers, path))) {
            let answer = send(&server, "GET", path, headers).await;
            assert_ne!(
                answer.code(),
                401,
                "{path} {:?}",
                headers.iter().map(|h| h.escape_ascii().to_string()).collect::<Vec<_>>()
            );
        }
    }
}

#[tokio::test]
async fn what_only_contains_our_name_opens_nothing() {
    let (server, browser) = user().await;
    let session = browser.cookie("sessionid").unwrap();
    for cookie in [
        format!("nick=\u{ff}sessionid={session}"),
        format!("xsessionid={session}"),
        format!("sessionid ={session}x"),
        format!("n=\"\u{ff}; sessionid={session}\""),
        format!("sessionid=\"{session}"),
        format!("sessionid=\u{ff}{session}"),
        format!("sessionid={session}\u{ff}"),
    ] {
        for path in READING {
            assert_eq!(
                send(&server, "GET", path, &[cookie.clone().into_bytes()]).await.code(),
                401,
                "{path} {cookie}"
            );
        }
    }
}

#[tokio::test]
async fn a_logout_ends_every_session_that_the_browser_shows() {
    for (method, path) in
        [("GET", "/rest-auth/logout/"), ("POST", "/users/account_logout/"), ("GET", "/api/accounts/logout/")]
    {
        let (server, browser) = user().await;
        let other = server.client();
        other.login("zhang", PASSWORD).await;
        let sessions =
            [&browser, &other].map(|client| format!("sessionid={}", client.cookie("sessionid").unwrap()));
        let shown = joined(&["nick=虎符".as_bytes(), sessions[0].as_bytes(), sessions[1].as_bytes()]);
        let request = server.client().request(method, path).without_cookies().header("cookie", shown);
        let body = if method == "POST" { request.body("application/json", "{}") } else { request };
        assert_eq!(body.send().await.code(), 200, "{path}");
        for session in sessions {
            let answer = send(&server, "GET", "/users/my_info/", &[session.into_bytes()]).await;
            assert_eq!(answer.code(), 401, "{path}");
        }
    }
}

#[tokio::test]
async fn a_csrf_token_fits_its_cookie_whatever_another_server_left_beside_it() {
    let (server, _) = user().await;
    for theirs in [
        "nick=虎符".as_bytes().to_vec(),
        b"csrftoken=\xff".to_vec(),
        [b"csrftoken=".as_slice(), &[b'a'; 64]].concat(),
        [b"csrftoken=".as_slice(), &[b'b'; 32]].concat(),
    ] {
        for is_in_front in [true, false] {
            let stranger = server.client();
            let token = stranger.get("/api/accounts/get_token/").send().await.json();
            let token = token["data"].as_str().unwrap().to_owned();
            let ours = format!("csrftoken={}", stranger.cookie("csrftoken").unwrap()).into_bytes();
            let shown = if is_in_front { joined(&[&theirs, &ours]) } else { joined(&[&ours, &theirs]) };
            let request =
                server.client().post("/api/accounts/login/").without_cookies().header("cookie", shown);
            let request = request.header("x-csrftoken", token);
            let answer = request.form(&[("username", "zhang"), ("password", PASSWORD)]).send().await;
            assert_eq!(answer.json()["code"], 1, "{}: {answer:?}", theirs.escape_ascii());
        }
    }
}
