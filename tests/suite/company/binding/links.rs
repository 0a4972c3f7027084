//! Links that bind the account's own address.

use std::time::Duration;

use local::inbox::Channel;
use tally::http::request::GatewayDomain;
use tests::code;

use serde_json::json;
use tests::server::Server;

use super::{
    DEAD, EMAIL, FOREIGN, IS_BOUND, LANDING, NAME, NEW_PASSWORD, OTHER, PASSWORD, PAUSE, PREFETCHED, RESEND,
    STRANGER, bind_by_link, freeze, latest_link, link, logged_in, move_unproven, post, press, reset,
    reset_goes_to, shown, straight, subjects_to, told, user, with_config, with_user,
};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn the_button_behind_a_link_binds_the_address_and_sends_the_browser_on_however_often_it_is_pressed() {
    let (server, browser) = with_user().await;
    let unbound = browser.get(IS_BOUND).send().await;
    let expected =
        format!(r#"{{"status":"ok","msg":"接收邮箱未绑定","is_bind":false,"notify_email":"{EMAIL}"}}"#);
    assert_eq!(told(&unbound), (200, expected.as_str()));
    let link = link(&server, &browser).await;
    // Mail may be read in any browser.
    let reader = server.client();
    for click in ["first", "second"] {
        let answer = press(&reader, &link).await;
        assert_eq!(told(&answer), (303, r#"{"status":"ok","msg":"接收邮箱绑定成功"}"#), "{click}");
        assert_eq!(answer.header("location"), Some("/"), "{click}");
        assert_eq!(answer.cookie("sessionid"), None, "it is no login");
    }
    let bound = browser.get(IS_BOUND).send().await.json();
    assert_eq!((&bound["is_bind"], &bound["msg"]), (&true.into(), &"接收邮箱已绑定".into()));
}

#[tokio::test]
async fn the_mail_goes_to_the_address_as_it_was_typed_in_the_language_of_the_request() {
    let (server, browser) = with_user().await;
    link(&server, &browser).await;
    server.clock().advance(PAUSE);
    let answer = browser.get(RESEND).header("accept-language", "en").send().await;
    assert_eq!(answer.code(), 200);
    assert_eq!(subjects_to(&server, EMAIL), ["绑定接收邮箱", "Bind your e-mail address"]);
    let mail = server.inbox().messages().pop().expect("a mail was sent");
    let html = mail.html.expect("the mail has an HTML part");
    let link = format!("{}{}", server.url(), latest_link(&server));
    assert!(html.contains(&format!("<a href=\"{link}\">{link}</a>")), "{html}");
}

#[tokio::test]
async fn no_header_has_a_say_in_where_the_link_leads() {
    let (server, browser) = with_user().await;
    let request = browser.get(RESEND).header("x-forwarded-host", "evil.example");
    let request = request.header("forwarded", "host=evil.example").header("x-original-host", "evil.example");
    assert_eq!(request.send().await.code(), 200);
    latest_link(&server);
    server.clock().advance(PAUSE);
    let request = http::Request::get(RESEND).header("host", "evil.example");
    assert_eq!(straight(server.app(), &browser, request, "").await.code(), 200);
    latest_link(&server);
}

#[tokio::test]
async fn behind_the_gateway_the_link_leads_to_the_name_it_was_reached_by() {
    let (server, browser) = with_user().await;
    let app = with_config(&server, |config| config.public_url = None).await;
    let request = http::Request::get(RESEND).header("host", "evil.example");
    let request = request.extension(GatewayDomain("api.example.com".to_owned()));
    assert_eq!(straight(&app, &browser, request, "").await.code(), 200);
    let text = server.inbox().messages().pop().expect("a mail was sent").text;
    assert!(text.contains("https://api.example.com/users/bind_email/?token="), "{text}");
    // Where nobody knows, nothing is sent that could lead astray.
    server.clock().advance(PAUSE);
    let request = http::Request::get(RESEND).header("host", "evil.example");
    let answer = straight(&app, &browser, request, "").await;
    assert_eq!(told(&answer), (200, r#"{"status":"error","msg":"邮件发送失败，请稍后重试"}"#));
    assert_eq!(server.inbox().messages().len(), 1);
}

#[tokio::test]
async fn looking_at_a_link_binds_nothing() {
    let (server, browser) = with_user().await;
    let link = link(&server, &browser).await;
    let reader = server.client();
    let head = reader.request("HEAD", &link).send().await;
    assert_eq!((head.code(), head.header("location")), (200, None));
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("purpose", "prefetch"),
        ("user-agent", "LinkScanner/1.0"),
        ("sec-fetch-site", "none"),
    ] {
        let answer = reader.get(&link).header(name, value).send().await;
        assert_eq!((answer.code(), answer.header("location")), (200, None), "{name}: {value}");
    }
    let options = reader.request("OPTIONS", &link).send().await;
    assert_eq!(options.code(), 200);
    assert_eq!(told(&reader.post(&link).send().await), (400, DEAD), "the query is no form");
    assert!(!shown(&browser).await.1);
    assert_eq!(press(&reader, &link).await.code(), 303, "the link still works");
    assert!(shown(&browser).await.1);
}

#[tokio::test]
async fn no_page_of_others_presses_the_button() {
    let (server, browser) = with_user().await;
    let link = link(&server, &browser).await;
    let token = link.split_once("?token=").expect("the link has a token").1;
    for (name, value) in
        [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        let request = server.client().post(LANDING).header(name, value);
        assert_eq!(told(&request.form(&[("token", token)]).send().await), (403, FOREIGN), "{name}: {value}");
    }
    assert!(!shown(&browser).await.1);
}

#[tokio::test]
async fn the_page_is_in_the_readers_language_and_tells_who_wants_the_address() {
    let server = Server::start().await;
    let send = json!({"action_name": "AccountReg", "mobile": "13800138000"});
    assert_eq!(post(&server.client(), "/users/send_sms_code/", &send).await.json()["status"], "ok");
    let code = code::latest(&server.inbox(), Channel::Sms);
    let form = json!({
        "user_email": OTHER, "company_name": "<b>Squat & \"Sons\"</b>", "password": PASSWORD,
        "phone": "13800138000", "name": "李明", "code": code,
    });
    let customer = server.client();
    assert_eq!(post(&customer, "/users/account_register/", &form).await.json()["status"], "ok");
    let link = latest_link(&server);
    for (language, tag, words) in [("zh-CN", "zh-CN", "手机号尾号"), ("en-GB", "en", "Mobile number")] {
        let page = server.client().get(&link).header("accept-language", language).send().await;
        assert!(
            page.text.contains(&format!("<html lang=\"{tag}\">")) && page.text.contains(words),
            "{page:?}"
        );
        assert!(page.text.contains("&lt;b&gt;Squat &amp; &quot;Sons&quot;&lt;/b&gt;"), "{page:?}");
        assert!(page.text.contains(OTHER) && page.text.contains("•00</dd>"), "{page:?}");
        assert!(!page.text.contains("13800138000") && !page.text.contains("8000"), "{page:?}");
    }
    assert!(!shown(&customer).await.1);
}

#[tokio::test]
async fn a_browser_is_shown_a_page_where_a_link_is_dead() {
    let server = Server::start().await;
    let dead = format!("{LANDING}?token=AQID");
    for request in [server.client().get(&dead), server.client().post(LANDING).form(&[("token", "AQID")])] {
        let answer = request.header("accept", "text/html,*/*").header("accept-language", "en").send().await;
        assert_eq!((answer.code(), answer.header("content-type")), (400, Some("text/html; charset=utf-8")));
        assert!(answer.text.contains("This link does not work any more"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_link_from_anywhere_works_because_mail_is_read_anywhere() {
    let (server, browser) = with_user().await;
    let link = link(&server, &browser).await;
    let request = server.client().get(&link).header("sec-fetch-site", "cross-site");
    let request = request.header("referer", "https://mail.example/inbox").header("cookie", "sessionid=dead");
    assert_eq!(request.send().await.code(), 200);
    assert_eq!(press(&server.client(), &link).await.code(), 303);
    assert!(shown(&browser).await.1);
}

#[tokio::test]
async fn what_is_no_link_of_ours_is_refused() {
    let (server, browser) = with_user().await;
    let link = link(&server, &browser).await;
    let reader = server.client();
    let token = link.split_once("?token=").expect("the link has a token").1.to_owned();
    let mut others = vec![
        LANDING.to_owned(),
        format!("{LANDING}?token="),
        format!("{LANDING}?token={token}&token={token}"),
        format!("{LANDING}?token={token}A"),
        format!("{LANDING}?token={token}%20"),
        format!("{LANDING}?token=%FF%FE"),
        format!("{LANDING}?Token={token}"),
        format!("{LANDING}?token={}", "A".repeat(5000)),
    ];
    // Whatever letter of it is another one.
    for at in 0..token.len() {
        let letter = if &token[at..=at] == "A" { "B" } else { "A" };
        others.push(format!("{LANDING}?token={}{letter}{}", &token[..at], &token[at + 1..]));
    }
    for other in others {
        let answer = reader.get(&other).send().await;
        assert_eq!(told(&answer), (400, DEAD), "{other}");
        assert_eq!(answer.header("location"), None);
    }
    assert!(!shown(&browser).await.1);
}

#[tokio::test]
async fn a_link_ends_after_a_day() {
    let (server, browser) = with_user().await;
    let link = link(&server, &browser).await;
    server.clock().advance(DAY);
    assert_eq!(told(&server.client().get(&link).send().await), (400, DEAD));
    let (server, browser) = with_user().await;
    let link = super::link(&server, &browser).await;
    server.clock().advance(DAY.saturating_sub(Duration::from_secs(1)));
    assert_eq!(press(&server.client(), &link).await.code(), 303);
}

#[tokio::test]
async fn a_link_dies_with_the_password_the_standing_and_the_address() {
    let (server, browser) = with_user().await;
    let old = link(&server, &browser).await;
    let passwords = serde_json::json!({
        "old_password": PASSWORD, "new_password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD
    });
    let changed = post(&browser, "/users/change_my_pwd/", &passwords).await;
    assert_eq!(changed.json()["status"], "ok", "{changed:?}");
    assert_eq!(told(&server.client().get(&old).send().await), (400, DEAD));

    let (server, browser) = with_user().await;
    let old = link(&server, &browser).await;
    freeze(&server, NAME).await;
    assert_eq!(told(&server.client().get(&old).send().await), (400, DEAD));

    let (server, browser) = with_user().await;
    let old = link(&server, &browser).await;
    move_unproven(&browser, OTHER).await;
    assert_eq!(told(&server.client().get(&old).send().await), (400, DEAD));
    assert_eq!(shown(&browser).await, (OTHER.to_owned(), false));
}

#[tokio::test]
async fn only_pages_of_ours_have_the_link_sent_again() {
    let (server, browser) = with_user().await;
    for (name, value, text) in [
        ("sec-fetch-site", "cross-site", FOREIGN),
        ("sec-fetch-site", "same-site", FOREIGN),
        ("origin", "https://evil.example", FOREIGN),
        ("referer", "https://evil.example/", FOREIGN),
        ("sec-purpose", "prefetch", PREFETCHED),
        ("purpose", "prefetch", PREFETCHED),
    ] {
        let answer = browser.get(RESEND).header(name, value).send().await;
        assert_eq!(told(&answer), (403, text), "{name}: {value}");
    }
    assert_eq!(told(&server.client().get(RESEND).send().await), (401, STRANGER));
    assert_eq!(browser.request("HEAD", RESEND).send().await.code(), 200);
    assert!(server.inbox().messages().is_empty());
    for site in ["same-origin", "none"] {
        let answer = browser.get(RESEND).header("sec-fetch-site", site).send().await;
        assert_eq!(answer.code(), 200, "{site}");
        server.clock().advance(PAUSE);
    }
    assert_eq!(server.inbox().messages().len(), 2);
}

#[tokio::test]
async fn one_mail_a_minute_and_no_more_than_the_address_may_get() {
    let (server, browser) = with_user().await;
    link(&server, &browser).await;
    server.clock().advance(Duration::from_secs(59));
    let answer = browser.get(RESEND).send().await;
    assert_eq!((answer.code(), answer.header("retry-after")), (429, Some("1")));
    assert_eq!(answer.json()["msg"], "操作过于频繁，请在 1 秒后重试");
    server.clock().advance(Duration::from_secs(1));
    link(&server, &browser).await;
    server.clock().advance(PAUSE);
    link(&server, &browser).await;
    server.clock().advance(PAUSE);
    assert_eq!(browser.get(RESEND).send().await.code(), 429, "three an hour for one who has proven nothing");
    // What strangers ask for counts with them, and leaves room for the owner.
    for _ in 0..3 {
        server.clock().advance(PAUSE);
        reset_goes_to(&server, EMAIL).await;
    }
    assert_eq!(server.inbox().messages().len(), 4);
    server.clock().advance(Duration::from_hours(1));
    link(&server, &browser).await;
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_is_told_and_may_be_asked_for_again() {
    let (server, browser) = with_user().await;
    server.inbox().refuse_next();
    let answer = browser.get(RESEND).send().await;
    assert_eq!(told(&answer), (200, r#"{"status":"error","msg":"邮件发送失败，请稍后重试"}"#));
    link(&server, &browser).await;
}

#[tokio::test]
async fn there_is_nothing_to_send_where_the_address_is_bound_or_missing() {
    let (server, browser) = with_user().await;
    bind_by_link(&server, &browser).await;
    server.clock().advance(PAUSE);
    let answer = browser.get(RESEND).send().await;
    assert_eq!(told(&answer), (200, r#"{"status":"error","msg":"该邮箱已绑定，无需重复绑定"}"#));
    let browser = user(&server, "nobody", None).await;
    assert_eq!(shown(&browser).await, (String::new(), false));
    let answer = browser.get(RESEND).send().await;
    assert_eq!(told(&answer), (200, r#"{"status":"error","msg":"账号没有接收邮箱"}"#));
    assert_eq!(server.inbox().messages().len(), 1);
}

#[tokio::test]
async fn who_resets_the_password_by_mail_has_bound_the_address() {
    let (server, _) = with_user().await;
    assert_eq!(reset_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL));
    assert!(reset(&server, EMAIL).await);
    let browser = logged_in(&server, NAME, NEW_PASSWORD).await;
    assert_eq!(shown(&browser).await, (EMAIL.to_owned(), true));
}

#[tokio::test]
async fn an_address_that_is_moved_without_proof_is_not_bound_and_the_old_one_is_what_it_was() {
    let (server, browser) = with_user().await;
    bind_by_link(&server, &browser).await;
    move_unproven(&browser, "Zhang@Example.com").await;
    assert_eq!(shown(&browser).await, (EMAIL.to_owned(), true), "another spelling is no change");
    move_unproven(&browser, OTHER).await;
    assert_eq!(shown(&browser).await, (OTHER.to_owned(), false));
    move_unproven(&browser, EMAIL).await;
    assert_eq!(shown(&browser).await, (EMAIL.to_owned(), true));
    // A code read from the former address proves nothing about the present one.
    move_unproven(&browser, OTHER).await;
    server.clock().advance(PAUSE);
    assert_eq!(reset_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL));
    assert!(reset(&server, EMAIL).await);
    let browser = logged_in(&server, NAME, NEW_PASSWORD).await;
    assert_eq!(shown(&browser).await, (OTHER.to_owned(), false));
}

#[tokio::test]
async fn strangers_are_told_nothing() {
    let (server, _) = with_user().await;
    for path in [IS_BOUND, RESEND, "/users/weixin_is_bind/"] {
        assert_eq!(told(&server.client().get(path).send().await), (401, STRANGER), "{path}");
    }
}
