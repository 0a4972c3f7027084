//! Phone numbers: 13800138000 is one number, however it is typed or pasted.

use std::time::Duration;

use local::inbox::Channel;
use serde_json::{Value, json};
use tally::app::Basics;
use tally::services::administration;
use tests::server::Server;

use super::{CHECK, NEW_PASSWORD, PASSWORD, SEND, code_to, done, post, registration, user, wide};

/// A way of writing a mainland number.
type Spelling = fn(&str) -> Value;

const SPELLINGS: [Spelling; 15] = [
    |number| json!(number),
    |number| json!(number.parse::<u64>().expect("these are digits")),
    |number| json!(format!("+86-{}-{}-{}", &number[..3], &number[3..7], &number[7..])),
    |number| json!(format!("(+86) {} {} {}", &number[..3], &number[3..7], &number[7..])),
    |number| json!(format!("0086{number}")),
    |number| json!(format!("tel:+86{number}")),
    |number| json!(format!("TEL: {number}")),
    |number| json!(wide(number)),
    |number| json!(wide(&format!("(+86){number}"))),
    |number| json!(format!("{number}\r\n")),
    |number| json!(format!("\u{202d}{number}\u{202c}\n")),
    |number| json!(format!("\u{2068}+86\u{a0}{}\u{2011}{}\u{2069}", &number[..7], &number[7..])),
    |number| json!(format!("{}\u{2013}{}\u{2212}{}", &number[..3], &number[3..7], &number[7..])),
    |number| json!(format!("\u{feff}{}\u{200b}{}\u{ad}", &number[..3], &number[3..])),
    |number| json!(format!("{}\u{3000}{}\u{202f}{}", &number[..3], &number[3..7], &number[7..])),
];

/// What is no number, nor a part of one.
fn refused() -> Vec<Value> {
    let texts = [
        "13800138000x",
        "138001380001",
        "1380013800",
        "13800138000 13800138001",
        "13800138000\n13800138001",
        "138\n00138000",
        "138\u{0}00138000",
        "+441632960001",
        "13800138000 转 8",
        "١٣٨٠٠١٣٨٠٠٠",
        "mailto:13800138000",
    ];
    let others = [json!(1_380_013_800), json!(-13_800_138_000_i64), json!(13_800_138_000.5), json!(true)];
    texts.into_iter().map(Value::from).chain(others).collect()
}

#[tokio::test]
async fn a_customer_is_known_by_every_spelling_of_the_number() {
    let server = Server::start().await;
    for (index, spelling) in SPELLINGS.into_iter().enumerate() {
        let (number, next) = (format!("138001380{index:02}"), format!("139001390{index:02}"));
        let (typed, to) = (spelling(&number), format!("+86{number}"));
        let client = server.client();
        server.clock().advance(Duration::from_hours(1));
        done(&client, SEND, &json!({"action_name": "AccountReg", "mobile": typed})).await;
        let code = json!(code_to(&server, Channel::Sms, &to));
        done(&client, CHECK, &json!({"action_name": "AccountReg", "mobile": typed, "code": code})).await;
        done(&client, "/users/account_register/", &registration(index, &typed, &code)).await;
        assert_eq!(client.get("/users/my_info/").send().await.json()["mobile"], number);
        if let Some(text) = typed.as_str() {
            let login = json!({"username": text, "password": PASSWORD});
            done(&server.client(), "/users/account_login/", &login).await;
            let found = administration::find(&Basics::from(server.app()), text).await;
            let phone = found.expect("an operator finds them").account.phone;
            assert_eq!(phone.expect("it is there").typed(), number, "{text:?}");
        }
        let change = spelling(&next);
        done(&client, SEND, &json!({"action_name": "ChangeMobile", "mobile": change})).await;
        let code = code_to(&server, Channel::Sms, &format!("+86{next}"));
        let body = json!({"password": PASSWORD, "mobile": change, "code": code});
        done(&client, "/users/change_mobile/", &body).await;
        assert_eq!(client.get("/users/my_info/").send().await.json()["mobile"], next);
        server.clock().advance(Duration::from_secs(61));
        done(&client, SEND, &json!({"action_name": "ChangePwd", "mobile": change})).await;
        let code = code_to(&server, Channel::Sms, &format!("+86{next}"));
        let (new, path) = (NEW_PASSWORD, "/users/change_pwd_by_mobile/");
        let body = json!({"mobile": change, "code": code, "password": new, "re_password": new});
        done(&server.client(), path, &body).await;
    }
}

#[tokio::test]
async fn what_is_no_number_of_ours_is_one_nowhere() {
    let server = Server::start().await;
    let browser = user(&server, "liming").await;
    for typed in refused() {
        for (path, field, mut body) in [
            (SEND, "mobile", json!({"action_name": "AccountReg"})),
            (CHECK, "mobile", json!({"action_name": "AccountReg", "code": "123456"})),
            ("/users/account_register/", "phone", registration(0, &Value::Null, &json!("123456"))),
            ("/users/change_mobile/", "mobile", json!({"password": PASSWORD, "code": "123456"})),
            (
                "/users/change_pwd_by_mobile/",
                "mobile",
                json!({"code": "123456", "password": NEW_PASSWORD, "re_password": NEW_PASSWORD}),
            ),
        ] {
            body[field] = typed.clone();
            let answer = post(&browser, path, &body).await;
            let told = match answer.json()["errors"][field][0].as_str() {
                Some(sentence) => sentence.to_owned(),
                None => answer.json()["msg"].as_str().expect("a sentence").replace("mobile ", ""),
            };
            let sentences = ["不是有效的手机号", "暂不支持该国家或地区的手机号", "必须是字符串"];
            assert!(sentences.contains(&told.as_str()), "{path} {typed}: {answer:?}");
        }
    }
    assert!(server.inbox().messages().is_empty());
}

#[tokio::test]
async fn a_number_that_is_only_told_is_one_text_as_well() {
    let server = Server::start().await;
    let browser = user(&server, "liming").await;
    let number = "13800138000";
    for (index, spelling) in SPELLINGS.into_iter().enumerate() {
        let typed = spelling(number);
        let token = browser.get("/api/accounts/get_token/").send().await.json()["data"].clone();
        let mut body = json!({"alias": "小李", "email": "liming@example.com", "phone": typed,
            "job_number": "B-18", "dept_id": 4, "csrfmiddlewaretoken": token});
        let changed = post(&browser, "/api/accounts/account_change/", &body).await;
        assert_eq!(changed.json()["msg"]["phone"], number, "{typed}: {changed:?}");
        if let Some(text) = typed.as_str() {
            let fields = [("alias", "小李"), ("email", "liming@example.com"), ("phone", text)];
            let rest = [("job_number", "B-18"), ("dept_id", "4")];
            let fields: Vec<_> = fields.into_iter().chain(rest).collect();
            let path = "/api/accounts/account_change/";
            for request in [browser.post(path).form(&fields), browser.post(path).multipart(&fields)] {
                let request = request.header("x-csrftoken", token.as_str().expect("a text"));
                assert_eq!(request.send().await.json()["msg"]["phone"], number, "{text:?}");
            }
        }
        body["username"] = json!(format!("new{index}"));
        body["email"] = json!(format!("new{index}@example.com"));
        body["password1"] = json!(NEW_PASSWORD);
        body["password2"] = json!(NEW_PASSWORD);
        let registered = post(&browser, "/api/accounts/register/", &body).await;
        assert_eq!(registered.json()["code"], 1, "{typed}: {registered:?}");

        let parcels = json!({"province": "江苏省", "city": "南京市", "area": "玄武区",
            "street": "中山路 1 号", "recv_name": "李明", "recv_phone": typed});
        done(&browser, "/users/change_my_recv_info/", &parcels).await;
        assert_eq!(browser.get("/users/my_info/").send().await.json()["recv_phone"], number, "{typed}");
    }
}

#[tokio::test]
async fn a_telephone_of_a_record_is_as_typed_without_what_nobody_sees() {
    let server = Server::start().await;
    let browser = user(&server, "liming").await;
    let record = |tel: &str| json!({"company": "rinc", "tel": tel, "address": "南京"});
    let created = post(&browser, "/api/create_users_info/", &record("1234567890")).await;
    assert_eq!(created.code(), 201, "{created:?}");
    for (typed, kept) in [
        ("\u{202d}13800138000\u{202c}\r\n", "13800138000"),
        ("\u{feff}+86 138\u{200b} 0013 8000", "+86 138 0013 8000"),
        ("025-8438 9999 转 3", "025-8438 9999 转 3"),
    ] {
        let changed = browser.put("/api/users_display/").json(&record(typed)).send().await;
        assert_eq!((changed.code(), &changed.json()["tel"]), (200, &json!(kept)), "{typed:?}");
    }
    let control = browser.put("/api/users_display/").json(&record("138\u{0}")).send().await;
    assert_eq!(control.code(), 400);
}
