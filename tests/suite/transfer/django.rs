//! A Django host's users come in as its `dumpdata` writes them.

use serde_json::{Value, json};
use tests::server::Server;
use tests::table;

use super::round_trip::reset_code;
use super::{DJANGO_HASH, Folder, PASSWORD, accounts, login, run, run_well, run_with, tally};

fn user(key: usize, username: &str) -> Value {
    json!({
        "model": "auth.user",
        "pk": key,
        "fields": {
            "password": DJANGO_HASH,
            "last_login": null,
            "is_superuser": false,
            "username": username,
            "first_name": "",
            "last_name": "",
            "email": format!("{username}@example.com"),
            "is_staff": false,
            "is_active": true,
            "date_joined": "2015-11-30T08:00:00.123Z",
            "groups": [],
            "user_permissions": [],
        },
    })
}

fn user_with(key: usize, username: &str, fields: &Value) -> Value {
    let mut user = user(key, username);
    for (field, value) in fields.as_object().expect("fields are an object") {
        user["fields"][field] = value.clone();
    }
    user
}

fn group(key: usize, name: &str) -> Value {
    json!({"model": "auth.group", "pk": key, "fields": {"name": name, "permissions": [1, 2]}})
}

fn dump(entries: &[Value]) -> String {
    serde_json::to_string_pretty(entries).expect("values have a JSON form")
}

#[tokio::test]
async fn a_dump_comes_in_with_groups_standing_and_passwords() {
    let (server, folder) = (Server::start().await, Folder::new());
    let entries = [
        json!({"model": "auth.permission", "pk": 1, "fields": {"name": "Can add log entry"}}),
        group(3, "运营"),
        user_with(1, "root", &json!({"is_superuser": true, "is_staff": true, "groups": [3]})),
        user_with(2, "zhang", &json!({"user_permissions": [1], "email": ""})),
        user_with(3, "frozen", &json!({"is_active": false})),
        user_with(4, "unusable", &json!({"password": "!mhEXpSzGk2OjlrNTqNLBkoVXlYzyYl1bAQDkIBh0"})),
        json!({"model": "sessions.session", "pk": "abc", "fields": {"session_data": "x"}}),
    ];
    let file = folder.write("dump.json", dump(&entries));
    let summary = run_well(&server, &["import", &file]).await;
    let expected = tally(4, 0, 0)
        + "1 user had permissions of their own, for which there is nothing here.\n\
           Names of groups that were read: 1.\n\
           1 entry of the model auth.permission passed over.\n\
           1 entry of the model sessions.session passed over.\n";
    assert_eq!(summary, expected);
    assert!(run_well(&server, &["import", &file]).await.starts_with(&tally(0, 4, 0)));

    for username in ["root", "zhang"] {
        assert_eq!(login(&server, username).await, 200, "{username}");
    }
    let shown = run_well(&server, &["show", "root", "--json"]).await;
    let shown: Value = serde_json::from_str(&shown).expect("it prints JSON");
    assert_eq!(shown["groups"], json!([{"id": 1, "name": "运营"}]));
    assert_eq!(
        (&shown["is_superuser"], &shown["joined"]),
        (&json!(true), &json!("2015-11-30T08:00:00.123Z"))
    );
    assert!(shown["number"].as_u64().is_some_and(|number| number >= 10_000_000), "the key is not kept");
    assert!(server.client().login("frozen", PASSWORD).await.text.contains("disabled"));
    // Nobody can log in to an unusable password, but its owner can set one.
    assert_eq!(login(&server, "unusable").await, 400);
    let ask = json!({"username": "unusable@example.com", "code_type": 1});
    server.client().post("/v3_1/manage/verCode/").json(&ask).send().await;
    let code = reset_code(&server);
    let reset = json!({
        "username": "unusable@example.com", "vercode": code, "password": PASSWORD, "password2": PASSWORD,
    });
    server.client().post("/v3_1/manage/password/reset/").json(&reset).send().await;
    assert_eq!(login(&server, "unusable").await, 200);
}

#[tokio::test]
async fn what_does_not_fit_is_kept_with_the_groups_it_refers_to() {
    let (server, folder) = (Server::start().await, Folder::new());
    let entries = [
        group(3, "运营"),
        user(1, "zhang"),
        user_with(2, "li", &json!({"email": "ZHANG@example.com"})),
        user_with(3, "wang", &json!({"password": "bcrypt_sha256$$2b$12$x", "groups": [3]})),
        user_with(4, "张三", &json!({"email": ""})),
        user_with(5, "zhao", &json!({"groups": [9]})),
        user_with(6, "qian", &json!({"date_joined": "2021-11-30T08:00:00"})),
    ];
    let rejects = folder.name("rejects");
    let file = folder.write("dump.json", dump(&entries));
    let ended = run(&server, &["import", &file, "--rejects", &rejects]).await;
    assert_eq!(ended.status.code(), Some(1));
    for reason in [
        "3: Somebody else has its e-mail address.",
        "4: The password's hash is broken.",
        "5: A username consists of ASCII letters, digits and @ . + - _",
        "6: Its group 9 has no name here; dump the groups too, before the users.",
        "7: date_joined names no time zone; --utc-offset can say which one is meant.",
    ] {
        assert!(ended.stderr.contains(reason), "{reason} is not in {}", ended.stderr);
    }
    // Mended in place, they come in as lines; the one without a zone with an option.
    let kept = folder.read("rejects");
    let mended = kept
        .replace("ZHANG@example.com", "li@example.com")
        .replace("bcrypt_sha256$$2b$12$x", "!")
        .replace("张三", "zhangsan")
        .replace("[9]", "[]");
    folder.write("mended", mended);
    let arguments = ["import", &folder.name("mended"), "--utc-offset", "+08:00"];
    assert!(run_well(&server, &arguments).await.starts_with(&tally(5, 0, 0)));
    let qian = accounts(&server).await.into_iter().find(|item| table::text(item, "username") == "qian");
    let joined = table::number(&qian.expect("qian came in"), "joined");
    assert_eq!(joined, 1_638_230_400_000_000, "2021-11-30T00:00:00Z");
}

#[tokio::test]
async fn a_dump_may_come_by_a_pipe_and_break_off() {
    let server = Server::start().await;
    let aws = server.service().aws().url();
    let text = dump(&[user(1, "zhang"), user(2, "li")]);
    let ended = run_with(&aws, &["import", "-"], &text.as_bytes()[..text.len() - 20]).await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(
        ended.stderr.starts_with("2: From here on it is no JSON, and nothing more was read: "),
        "{ended:?}"
    );
    assert!(ended.stderr.contains(&tally(1, 0, 1)), "{ended:?}");
    let ended = run_with(&aws, &["import", "-", "--format", "django"], text.as_bytes()).await;
    assert_eq!((ended.status.code(), ended.stdout), (Some(0), tally(1, 1, 0)));
    let ended = run_with(&aws, &["import", "-", "--format", "tally"], text.as_bytes()).await;
    assert!(ended.stderr.starts_with("1: password is missing.\n"), "{ended:?}");
}
