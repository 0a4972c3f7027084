//! What `cargo run` listens on, and whom it lets in: no page of another site, by whatever name it comes.

use tests::client::Client;
use tests::process::{Caller, Ended, Tigertally};

/// Reads the whole table, as any client of AWS would.
const SCAN: &str = "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: DynamoDB_20120810.Scan\r\n\
    X-Amz-Date: 20270101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 Credential=x/20270101/local/dynamodb/aws4_request, \
    SignedHeaders=host, Signature=0\r\n";

/// What a browser says of a page that is not the service's own.
const FOREIGN: [&str; 9] = [
    "Host: evil.example\r\n",
    "Host: evil.example\r\nOrigin: http://evil.example\r\nSec-Fetch-Site: same-origin\r\n",
    "Host: localhost.evil.example\r\n",
    "Host: localhost\r\nHost: localhost\r\n",
    "",
    "Host: localhost\r\nOrigin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n",
    "Host: localhost\r\nOrigin: null\r\n",
    "Host: localhost\r\nOrigin: http://localhost:5174\r\nSec-Fetch-Site: same-site\r\n",
    "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n",
];

/// The first of them come by a foreign name, or by none.
const BY_NAME: usize = 5;

/// Status and body of the answer to a request of these lines.
async fn ask(url: &str, line: &str, headers: &str, body: &str) -> (u16, String) {
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let request = format!("{line} HTTP/1.1\r\n{headers}{length}Connection: close\r\n\r\n{body}");
    let answer = Client::new(url).raw(request.as_bytes()).await.expect("an answer");
    assert_eq!(answer.header("access-control-allow-origin"), None, "{line} {headers}");
    (answer.code(), answer.text)
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "a test that could not look has to say so")]
async fn it_listens_on_two_ports_of_loopback_and_on_nothing_else() {
    let service = Tigertally::start(&["--memory"]).await;
    let Some(process) = service.id().filter(|_| cfg!(target_os = "linux")) else {
        eprintln!("SKIPPED: only Linux tells what a process listens on.");
        return;
    };
    let folder = std::fs::read_dir(format!("/proc/{process}/fd")).expect("Linux tells what is open");
    let open = folder.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    let open: Vec<String> = open.map(|target| target.to_string_lossy().into_owned()).collect();
    let tables = ["tcp", "tcp6"].map(|table| std::fs::read_to_string(format!("/proc/{process}/net/{table}")));
    let rows: String = tables.into_iter().flatten().collect();
    let rows = rows.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
    let listening = rows.filter(|row| row[3] == "0A" && open.contains(&format!("socket:[{}]", row[9])));
    let mut listening: Vec<String> = listening.map(|row| row[1].to_owned()).collect();
    listening.sort();
    let port = |url: &str| {
        let port = url.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
        format!("{:04X}", port.expect("the URL names a port"))
    };
    let (own, aws) = (port(service.url()), port(service.aws_url()));
    // In the order of the machine's bytes, which are Intel's and ARM's.
    let mut expected = vec![format!("0100007F:{own}"), format!("0100007F:{aws}")];
    if listening.len() == 3 {
        expected.push(format!("00000000000000000000000001000000:{own}"));
    }
    expected.sort();
    assert_eq!(listening, expected);
}

#[tokio::test]
async fn no_foreign_page_reads_the_table_or_the_inbox() {
    let service = Tigertally::start(&["--memory"]).await;
    let (url, aws) = (service.url(), service.aws_url());
    for page in FOREIGN {
        for target in ["/", "/anything", "/sns/oauth2/access_token?appid=x"] {
            let (status, text) = ask(
                aws,
                &format!("POST {target}"),
                &format!("{page}{SCAN}"),
                r#"{"TableName":"tigertally"}"#,
            )
            .await;
            assert!(status == 403 && !text.contains("Items"), "{page} {target}: {status} {text}");
            for method in ["GET", "OPTIONS"] {
                let (status, text) = ask(aws, &format!("{method} {target}"), page, "").await;
                assert_eq!(status, 403, "{method} {target} {page}: {text}");
            }
        }
        for path in ["/_local", "/_local/", "/_local/messages", "/_local/openapi/", "/_local/openapi.json"] {
            for method in ["GET", "HEAD", "OPTIONS", "DELETE"] {
                let (status, text) = ask(url, &format!("{method} {path}"), page, "").await;
                assert_eq!(status, 403, "{method} {path} {page}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn no_foreign_name_leads_to_the_apis() {
    let service = Tigertally::start(&["--memory"]).await;
    let targets = ["/", "/rest-auth/logout/", "/api/accounts/get_token/", "/nothing"];
    for page in &FOREIGN[..BY_NAME] {
        for target in targets {
            for method in ["GET", "POST", "OPTIONS"] {
                let (status, text) = ask(service.url(), &format!("{method} {target}"), page, "").await;
                assert!(status == 403 && !text.contains("evil"), "{method} {target} {page}: {status} {text}");
            }
        }
    }
    for target in targets {
        let line = format!("GET http://evil.example{target}");
        assert_eq!(ask(service.url(), &line, "Host: localhost\r\n", "").await.0, 403, "{line}");
    }
}

#[tokio::test]
async fn own_and_trusted_pages_and_whoever_is_no_page_come_in() {
    let service = Tigertally::start(&["--memory", "--origin", "http://localhost:5173"]).await;
    let (url, aws) = (service.url(), service.aws_url());
    let port = url.rsplit(':').next().expect("the URL names a port");
    for name in ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"] {
        let own = format!("Host: {name}:{port}\r\n");
        let own_page = format!("{own}Origin: http://{name}:{port}\r\nSec-Fetch-Site: same-origin\r\n");
        let typed = format!("{own}Sec-Fetch-Site: none\r\n");
        let trusted = format!("{own}Origin: http://localhost:5173\r\nSec-Fetch-Site: same-site\r\n");
        for headers in [&own, &own_page, &typed, &trusted] {
            assert_eq!(ask(url, "GET /_local/messages", headers, "").await.0, 200, "{headers}");
        }
        for headers in [&own, &own_page] {
            assert_eq!(ask(url, "DELETE /_local/messages", headers, "").await.0, 204, "{headers}");
        }
        assert_eq!(ask(url, "DELETE /_local/messages", &trusted, "").await.0, 403, "{trusted}");
        let (status, _) = ask(url, "GET /api/users_display/", &own_page, "").await;
        assert_eq!(status, 401, "the page reaches the APIs");
    }
    for host in ["localhost", "127.0.0.1:8000", "host.docker.internal:8000"] {
        let headers = format!("Host: {host}\r\n{SCAN}");
        let (status, text) = ask(aws, "POST /", &headers, r#"{"TableName":"tigertally"}"#).await;
        assert!(status == 200 && text.contains("Items"), "{host}: {status} {text}");
    }
}

#[tokio::test]
async fn a_refused_page_is_told_once_on_the_terminal() {
    let service = Tigertally::start(&["--memory", "--origin", "http://127.0.0.1:5173"]).await;
    let hint = "Note: http://127.0.0.1:5173 and http://localhost:";
    assert!(service.banner().contains(hint), "{}", service.banner());
    for origin in ["http://localhost:4000", "http://localhost:4000", "http://127.0.0.1:5173", "http://$(id)"]
    {
        let headers = format!("Host: localhost\r\nOrigin: {origin}\r\n");
        let request = format!("GET /rest-auth/logout/ HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
        assert!(Client::new(service.url()).raw(request.as_bytes()).await.is_some());
    }
    let Ended { stderr, .. } = service.signal("TERM").await;
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let word =
        "refused a page from http://localhost:4000: start with --origin http://localhost:4000 to let it in";
    assert!(stderr.trim_end().ends_with(word), "{stderr}");
}

#[tokio::test]
async fn links_and_pages_are_of_the_name_that_browsers_share_with_other_local_pages() {
    let service = Tigertally::start(&["--memory"]).await;
    assert!(service.url().starts_with("http://localhost:"), "{}", service.url());
    assert!(service.aws_url().starts_with("http://127.0.0.1:"), "{}", service.aws_url());
    let body = serde_json::json!({"username": "zhang", "password": "wrong"});
    let answer =
        Caller::of(&service).post("/rest-auth/login/", &body).await.expect("it answers by this name");
    assert_eq!(answer.code(), 400);
}

#[tokio::test]
async fn two_programs_do_not_share_a_folder() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let arguments = ["--data", folder.path().to_str().expect("its name is ASCII")];
    let first = Tigertally::start(&arguments).await;
    for more in [&[][..], &["--aws-only"]] {
        let arguments = [&arguments[..], &["--port", "0", "--aws-port", "0"], more].concat();
        let second = Tigertally::run(&arguments).await;
        assert_eq!((second.status.code(), second.stdout.as_str()), (Some(1), ""), "{second:?}");
        assert!(second.stderr.contains("another program uses the folder"), "{}", second.stderr);
        assert_eq!(second.stderr.lines().count(), 1, "{}", second.stderr);
    }
    // However it ends, the folder is free.
    first.kill().await;
    Tigertally::start(&arguments).await.signal("TERM").await;
}
