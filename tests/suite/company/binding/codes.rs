//! Codes that set and bind another address.

use std::time::Duration;

use local::inbox::Channel;
use serde_json::{Value, json};

use super::{
    CHANGE, CODE_SENT, EMAIL, EMAIL_CHANGED, FOREIGN, NAME, NEW_PASSWORD, OTHER, PASSWORD, PAUSE, SEND_CODE,
    STRANGER, WEEK, WRONG_PASSWORD, account_of, ask, bind_by_code, bind_by_link, binding, can_register,
    change, code_for, latest_link, link, login, move_unproven, post, reset_goes_to, shown, subjects_to, told,
    user, with_user, wrong,
};

const WRONG_CODE: &str = r#"{"status":"error","msg":"验证码错误或已失效"}"#;
const THIRD: &str = "li@example.com";

#[tokio::test]
async fn a_code_sets_the_address_and_binds_it_in_one_step() {
    let (server, browser) = with_user().await;
    bind_by_code(&server, &browser, "Wang@example.com").await;
    assert_eq!(shown(&browser).await, ("Wang@example.com".to_owned(), true));
    for name in [OTHER, NAME] {
        assert_eq!(login(&server.client(), name, PASSWORD).await.json()["status"], "ok", "{name}");
    }
    assert_eq!(login(&server.client(), EMAIL, PASSWORD).await.json()["status"], "form_error");
    assert!(!can_register(&server, "new1", OTHER).await);
    let account = account_of(&server, OTHER).await;
    assert!(account.email_proven && account.former_emails.is_empty());
}

#[tokio::test]
async fn ones_own_address_can_be_bound_by_a_code_too_and_only_once() {
    let (server, browser) = with_user().await;
    bind_by_code(&server, &browser, EMAIL).await;
    assert_eq!(shown(&browser).await, (EMAIL.to_owned(), true));
    assert_eq!(subjects_to(&server, EMAIL).len(), 1, "nothing changed that its reader does not know");
    server.clock().advance(PAUSE);
    let again = ask(&browser, EMAIL).await;
    assert_eq!(told(&again), (200, r#"{"status":"error","msg":"该邮箱已绑定，无需重复绑定"}"#));
}

#[tokio::test]
async fn somebody_without_an_address_gets_one() {
    let (server, _) = with_user().await;
    let browser = user(&server, "nobody", None).await;
    bind_by_code(&server, &browser, OTHER).await;
    assert_eq!(shown(&browser).await, (OTHER.to_owned(), true));
    assert_eq!(server.inbox().messages().len(), 1);
}

#[tokio::test]
async fn both_steps_ask_for_the_password_first() {
    let (server, browser) = with_user().await;
    let code = code_for(&server, &browser, OTHER).await;
    for password in ["wrong-password", " fswxxz1456", "FSWXXZ1456"] {
        let body = json!({"password": password, "email": THIRD});
        assert_eq!(told(&post(&browser, SEND_CODE, &body).await), (200, WRONG_PASSWORD));
        server.clock().advance(Duration::from_secs(61));
    }
    let code = {
        server.clock().advance(PAUSE);
        let _ = code;
        code_for(&server, &browser, OTHER).await
    };
    for password in ["wrong-password", "password2"] {
        let mut body = binding(OTHER, &code);
        body["password"] = json!(password);
        assert_eq!(told(&post(&browser, CHANGE, &body).await), (200, WRONG_PASSWORD));
    }
    assert_eq!(shown(&browser).await, (EMAIL.to_owned(), false));
    assert_eq!(
        told(&change(&browser, OTHER, &code).await),
        (200, EMAIL_CHANGED),
        "no try at the code was counted"
    );
}

#[tokio::test]
async fn guesses_at_the_password_are_limited_as_at_a_login() {
    let (_server, browser) = with_user().await;
    let body = json!({"password": "wrong-password", "email": OTHER});
    // The browser was in before: it has a known place's tries.
    for _ in 0..10 {
        assert_eq!(told(&post(&browser, SEND_CODE, &body).await), (200, WRONG_PASSWORD));
    }
    let answer = post(&browser, SEND_CODE, &body).await;
    assert_eq!((answer.code(), answer.json()["status"].as_str()), (429, Some("error")));
    assert_eq!(ask(&browser, OTHER).await.code(), 429, "the right one as well");
}

#[tokio::test]
async fn forms_that_are_wrong_name_their_fields() {
    let (server, browser) = with_user().await;
    for (path, body, msg) in [
        (SEND_CODE, json!({}), "password 不能为空；email 不能为空"),
        (SEND_CODE, json!({"password": PASSWORD, "email": "no address"}), "email 不是有效的邮箱"),
        (
            SEND_CODE,
            json!({"password": 12_345_678, "email": ["a@b.example"]}),
            "password 必须是字符串；email 必须是字符串",
        ),
        (
            SEND_CODE,
            json!({"password": PASSWORD, "email": "a@x.example,b@y.example"}),
            "email 不是有效的邮箱",
        ),
        (
            SEND_CODE,
            json!({"password": PASSWORD, "email": "a@x.example\r\nBcc: v@y.example"}),
            "email 不是有效的邮箱",
        ),
        (CHANGE, json!({"password": PASSWORD, "email": OTHER}), "code 不能为空"),
        (CHANGE, json!({"password": PASSWORD, "email": OTHER, "code": true}), "code 必须是字符串"),
        (
            CHANGE,
            json!({"password": "", "email": null, "code": " "}),
            "password 不能为空；code 不能为空；email 不能为空",
        ),
    ] {
        let answer = post(&browser, path, &body).await;
        assert_eq!((answer.code(), &answer.json()), (200, &json!({"status": "error", "msg": msg})), "{body}");
    }
    assert!(server.inbox().messages().is_empty());
}

#[tokio::test]
async fn strangers_and_pages_of_others_are_refused() {
    let (server, browser) = with_user().await;
    let body = json!({"password": PASSWORD, "email": OTHER, "code": "123456"});
    for path in [SEND_CODE, CHANGE] {
        assert_eq!(told(&post(&server.client(), path, &body).await), (401, STRANGER), "{path}");
        for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let answer = browser.post(path).header(name, value).json(&body).send().await;
            assert_eq!(told(&answer), (403, FOREIGN), "{path} {name}");
        }
        let form = browser.post(path).form(&[("password", PASSWORD), ("email", OTHER)]).send().await;
        assert_eq!(form.code(), 415, "{path}");
        assert_eq!(browser.get(path).send().await.code(), 405, "{path}");
    }
    assert!(server.inbox().messages().is_empty());
}

#[tokio::test]
async fn a_code_is_good_for_five_tries_ten_minutes_and_once() {
    let (server, browser) = with_user().await;
    let code = code_for(&server, &browser, OTHER).await;
    for _ in 0..5 {
        assert_eq!(told(&change(&browser, OTHER, &wrong(&code)).await), (200, WRONG_CODE));
    }
    assert_eq!(told(&change(&browser, OTHER, &code).await), (200, WRONG_CODE));
    server.clock().advance(PAUSE);
    let code = code_for(&server, &browser, OTHER).await;
    server.clock().advance(Duration::from_mins(10));
    assert_eq!(told(&change(&browser, OTHER, &code).await), (200, WRONG_CODE));
    let code = code_for(&server, &browser, OTHER).await;
    assert_eq!(told(&change(&browser, OTHER, &code).await), (200, EMAIL_CHANGED));
    assert_eq!(told(&change(&browser, OTHER, &code).await), (200, WRONG_CODE), "it is used up");
}

#[tokio::test]
async fn a_code_serves_one_address_one_purpose_and_whoever_asked_for_it() {
    let (server, browser) = with_user().await;
    let code = code_for(&server, &browser, OTHER).await;
    assert_eq!(told(&change(&browser, THIRD, &code).await), (200, WRONG_CODE), "another address");
    let li = user(&server, "li", None).await;
    assert_eq!(told(&change(&li, OTHER, &code).await), (200, WRONG_CODE), "another account");
    // A code that resets the password is no code that binds, nor the other way round.
    assert_eq!(reset_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL));
    let reset_code = tests::code::latest(&server.inbox(), Channel::Mail);
    assert_eq!(told(&change(&browser, EMAIL, &reset_code).await), (200, WRONG_CODE), "another purpose");
    let body: Value =
        json!({"username": OTHER, "vercode": code, "password": NEW_PASSWORD, "password2": NEW_PASSWORD});
    let answer = server.client().post("/v3_1/manage/password/reset/").json(&body).send().await;
    assert_ne!(answer.json()["meta"]["code"], 0);
    assert_eq!(told(&change(&browser, OTHER, &code).await), (200, EMAIL_CHANGED));
}

#[tokio::test]
async fn a_second_request_inside_a_minute_sends_nothing_and_a_failed_one_is_told() {
    let (server, browser) = with_user().await;
    server.inbox().refuse_next();
    let answer = ask(&browser, OTHER).await;
    assert_eq!(told(&answer), (200, r#"{"status":"error","msg":"邮件发送失败，请稍后重试"}"#));
    let code = code_for(&server, &browser, OTHER).await;
    assert_eq!(told(&ask(&browser, OTHER).await), (200, CODE_SENT));
    assert_eq!(server.inbox().messages().len(), 1);
    assert_eq!(
        told(&change(&browser, OTHER, &code).await),
        (200, EMAIL_CHANGED),
        "the code that came is the code"
    );
}

#[tokio::test]
async fn an_address_that_was_never_bound_is_left_at_once() {
    let (server, browser) = with_user().await;
    bind_by_code(&server, &browser, OTHER).await;
    assert_eq!(subjects_to(&server, EMAIL), ["您的账号改用了另一个电子邮箱"]);
    assert_eq!(reset_goes_to(&server, OTHER).await.as_deref(), Some(OTHER));
    assert_eq!(reset_goes_to(&server, EMAIL).await, None);
    assert!(can_register(&server, "new1", EMAIL).await, "it may have been a stranger's all the time");
}

#[tokio::test]
async fn an_address_that_was_bound_gets_the_codes_for_a_week() {
    let (server, browser) = with_user().await;
    bind_by_link(&server, &browser).await;
    bind_by_code(&server, &browser, OTHER).await;
    assert_eq!(subjects_to(&server, EMAIL).last().map(String::as_str), Some("您的账号更换了电子邮箱"));
    for asked in [EMAIL, OTHER] {
        assert_eq!(reset_goes_to(&server, asked).await.as_deref(), Some(asked), "both are proven");
    }
    assert!(!can_register(&server, "new1", EMAIL).await);
    server.clock().advance(WEEK + Duration::from_secs(1));
    assert_eq!(reset_goes_to(&server, OTHER).await.as_deref(), Some(OTHER));
    assert!(can_register(&server, "new1", EMAIL).await);
}

#[tokio::test]
async fn addresses_of_before_keep_their_weeks_whatever_is_bound_meanwhile() {
    let (server, browser) = with_user().await;
    // Somebody in the owner's session moves the address, and knows the password as well.
    bind_by_link(&server, &browser).await;
    move_unproven(&browser, OTHER).await;
    bind_by_link(&server, &browser).await;
    server.clock().advance(WEEK / 2);
    bind_by_code(&server, &browser, THIRD).await;
    assert_eq!(shown(&browser).await, (THIRD.to_owned(), true));
    for asked in [EMAIL, OTHER, THIRD] {
        assert_eq!(reset_goes_to(&server, asked).await.as_deref(), Some(asked));
        assert!(!can_register(&server, "new1", asked).await, "{asked}");
    }
    server.clock().advance(WEEK / 2 + Duration::from_secs(1));
    assert_eq!(reset_goes_to(&server, EMAIL).await, None, "its week is over");
    assert_eq!(reset_goes_to(&server, OTHER).await.as_deref(), Some(OTHER), "this one's is not");
}

#[tokio::test]
async fn ones_own_address_of_before_can_be_taken_back_by_proof() {
    let (server, browser) = with_user().await;
    bind_by_link(&server, &browser).await;
    move_unproven(&browser, OTHER).await;
    server.clock().advance(PAUSE);
    bind_by_code(&server, &browser, EMAIL).await;
    assert_eq!(shown(&browser).await, (EMAIL.to_owned(), true));
    server.clock().advance(WEEK + WEEK);
    assert!(!can_register(&server, "new1", EMAIL).await, "the claim does not end with the week");
    assert!(can_register(&server, "new2", OTHER).await);
    assert_eq!(reset_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL));
}

#[tokio::test]
async fn a_link_of_before_binds_nothing_after_a_change() {
    let (server, browser) = with_user().await;
    link(&server, &browser).await;
    let old = latest_link(&server);
    bind_by_code(&server, &browser, OTHER).await;
    assert_eq!(server.client().get(&old).send().await.code(), 400);
    assert_eq!(shown(&browser).await, (OTHER.to_owned(), true));
}

#[tokio::test]
async fn codes_that_were_asked_for_die_with_the_password() {
    let (server, browser) = with_user().await;
    let code = code_for(&server, &browser, OTHER).await;
    server.clock().advance(Duration::from_secs(1));
    let passwords =
        json!({"old_password": PASSWORD, "new_password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD});
    assert_eq!(post(&browser, "/users/change_my_pwd/", &passwords).await.json()["status"], "ok");
    let body = json!({"password": NEW_PASSWORD, "code": code, "email": OTHER});
    assert_eq!(told(&post(&browser, CHANGE, &body).await), (200, WRONG_CODE));
    assert_eq!(shown(&browser).await, (EMAIL.to_owned(), false));
}
