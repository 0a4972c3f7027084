//! Codes by text message: one action, one number, few tries, and answers that tell nothing.

use insta::assert_snapshot;
use serde_json::json;
use tests::answer::Answer;
use tests::server::Server;

use super::{
    CHECK, EMAIL, MOBILE, REGISTER, SEND, ask, conversation, latest_code, post, registration, with_customer,
    wrong,
};

const SENT: &str = r#"{"status":"ok","msg":"验证码已发送"}"#;
const RIGHT: &str = r#"{"status":"ok","msg":"验证码正确"}"#;
const WRONG_CODE: &str = r#"{"status":"error","msg":"验证码错误或已失效"}"#;

async fn check(server: &Server, action: &str, mobile: &str, code: &str) -> Answer {
    post(&server.client(), CHECK, &json!({"action_name": action, "mobile": mobile, "code": code})).await
}

#[tokio::test]
async fn a_code_goes_to_the_number_and_nowhere_else() {
    let server = Server::start().await;
    let answer = ask(&server, "AccountReg", "138-0013-8000").await;
    assert_eq!((answer.code(), answer.text.as_str()), (200, SENT));
    let messages = server.inbox().messages();
    assert_eq!((messages.len(), messages[0].to.as_str()), (1, "+8613800138000"));
    assert!(!answer.text.contains(&latest_code(&server)));
}

#[tokio::test]
async fn what_is_wrong_is_told_by_the_name_of_its_field() {
    let server = Server::start().await;
    let bodies = [
        "{}",
        r#"{"action_name":"Login","mobile":"13800138000"}"#,
        r#"{"action_name":"accountreg","mobile":"12345678901"}"#,
        r#"{"action_name":"AccountReg","mobile":"+441632960001"}"#,
        r#"{"action_name":"AccountReg","mobile":-13800138000}"#,
        r#"{"action_name":["AccountReg"],"mobile":["13800138000"]}"#,
        r#"{"action_name":"AccountReg","mobile":"13800138000,13900139000"}"#,
    ];
    assert_snapshot!(conversation(&server.client(), SEND, &bodies).await, @r#"
    {}
        200 {"status":"error","msg":"action_name 不能为空；mobile 不能为空"}
    {"action_name":"Login","mobile":"13800138000"}
        200 {"status":"error","msg":"action_name 只能是 AccountReg、ChangePwd 或 ChangeMobile"}
    {"action_name":"accountreg","mobile":"12345678901"}
        200 {"status":"error","msg":"action_name 只能是 AccountReg、ChangePwd 或 ChangeMobile；mobile 不是有效的手机号"}
    {"action_name":"AccountReg","mobile":"+441632960001"}
        200 {"status":"error","msg":"mobile 暂不支持该国家或地区的手机号"}
    {"action_name":"AccountReg","mobile":-13800138000}
        200 {"status":"error","msg":"mobile 必须是字符串"}
    {"action_name":["AccountReg"],"mobile":["13800138000"]}
        200 {"status":"error","msg":"action_name 必须是字符串；mobile 必须是字符串"}
    {"action_name":"AccountReg","mobile":"13800138000,13900139000"}
        200 {"status":"error","msg":"mobile 不是有效的手机号"}
    "#);
    let bodies = ["{}", r#"{"action_name":"Login","mobile":"x","code":true}"#];
    assert_snapshot!(conversation(&server.client(), CHECK, &bodies).await, @r#"
    {}
        200 {"status":"error","msg":"action_name 不能为空；mobile 不能为空；code 不能为空"}
    {"action_name":"Login","mobile":"x","code":true}
        200 {"status":"error","msg":"action_name 只能是 AccountReg、ChangePwd 或 ChangeMobile；mobile 不是有效的手机号；code 必须是字符串"}
    "#);
    assert_eq!(server.inbox().messages().len(), 0);
}

#[tokio::test]
async fn whether_a_number_is_known_shows_in_no_answer() {
    let (server, _) = with_customer().await;
    let sent = server.inbox().messages().len();
    let unknown = "13900139000";
    for (action, silent) in [("AccountReg", MOBILE), ("ChangePwd", unknown), ("ChangeMobile", MOBILE)] {
        let loud = if silent == MOBILE { unknown } else { MOBILE };
        let (known, other) = (ask(&server, action, silent).await, ask(&server, action, loud).await);
        assert_eq!(known.structure(), other.structure(), "{action}");
        assert_eq!(known.text, SENT);
    }
    let to: Vec<String> =
        server.inbox().messages()[sent..].iter().map(|message| message.to.clone()).collect();
    let texts: Vec<&String> = to.iter().filter(|to| to.starts_with('+')).collect();
    assert_eq!(texts, ["+8613900139000", "+8613800138000", "+8613900139000"]);
}

#[tokio::test]
async fn checking_tells_whether_a_code_is_right_and_uses_nothing_up() {
    let server = Server::start().await;
    ask(&server, "AccountReg", MOBILE).await;
    let code = latest_code(&server);
    assert_eq!(check(&server, "AccountReg", MOBILE, &wrong(&code)).await.text, WRONG_CODE);
    for mobile in [MOBILE, "+86 138 0013 8000"] {
        assert_eq!(check(&server, "AccountReg", mobile, &code).await.text, RIGHT);
    }
    let answer = post(&server.client(), REGISTER, &registration(EMAIL, MOBILE, &code)).await;
    assert_eq!(answer.json()["status"], "ok", "{answer:?}");
    assert_eq!(check(&server, "AccountReg", MOBILE, &code).await.text, WRONG_CODE, "used up");
}

#[tokio::test]
async fn a_code_belongs_to_one_action_and_one_number() {
    let server = Server::start().await;
    ask(&server, "AccountReg", MOBILE).await;
    let code = latest_code(&server);
    for (action, mobile) in [("ChangePwd", MOBILE), ("ChangeMobile", MOBILE), ("AccountReg", "13900139000")] {
        assert_eq!(check(&server, action, mobile, &code).await.text, WRONG_CODE, "{action} {mobile}");
    }
    assert_eq!(check(&server, "AccountReg", MOBILE, &code).await.text, RIGHT);
}

#[tokio::test]
async fn guesses_count_together_wherever_they_are_made() {
    let server = Server::start().await;
    ask(&server, "AccountReg", MOBILE).await;
    let code = latest_code(&server);
    for _ in 0..3 {
        assert_eq!(check(&server, "AccountReg", MOBILE, &wrong(&code)).await.text, WRONG_CODE);
    }
    for _ in 0..2 {
        let body = registration(EMAIL, MOBILE, &wrong(&code));
        assert_eq!(post(&server.client(), REGISTER, &body).await.json()["status"], "form_error");
    }
    assert_eq!(check(&server, "AccountReg", MOBILE, &code).await.text, WRONG_CODE);
    let body = registration(EMAIL, MOBILE, &code);
    assert_eq!(post(&server.client(), REGISTER, &body).await.json()["status"], "form_error");
}

#[tokio::test]
async fn asking_is_open_to_strangers_and_to_browsers_with_a_dead_cookie() {
    let server = Server::start().await;
    let browser = server.client();
    browser.set_cookie("sessionid", "0000000aaaaaaaaaaaaaaaaaaaaaaaaa");
    let body = json!({"action_name": "ChangeMobile", "mobile": MOBILE});
    assert_eq!(post(&browser, SEND, &body).await.text, SENT);
    assert_eq!(server.inbox().messages().len(), 1);
}
