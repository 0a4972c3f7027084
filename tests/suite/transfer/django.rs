//! A Django host's users come in as its `dumpdata` writes them.

use serde_json::{Value, json};
use tests::server::Server;
use tests::table;

use super::round_trip::reset_code;
use super::{DJANGO_HASH, Folder, PASSWORD, accounts, login, run, run_well, run_with, tally};

/// What `make_password("tiger-tally", hasher=…)` writes today.
const STRONG: [(&str, &str); 7] = [
    ("pbkdf2", "pbkdf2_sha256$600000$MO32aGo4yQuK$RKCklVSD3r2uiOR+DxCNLdghJd0mCfrZL2IUYqHqusw="),
    ("pbkdf2_sha1", "pbkdf2_sha1$1300000$MO32aGo4yQuK$jmXeAQ3dMpcz/oahQkXw+pXtkQQ="),
    ("bcrypt", "bcrypt$$2b$10$p8vVl5FzJOD8ExE6xveEbOOKhfxuSFsvd05O/9V1DLgbsN7p0yXNy"),
    ("bcrypt_sha256", "bcrypt_sha256$$2b$10$n2EX3sb0tkVmHf3QBArsfucou1osV4a13.hLG6uEQKCoaRErnA0aC"),
    (
        "scrypt",
        "scrypt$16384$MO32aGo4yQuK$8$5$UyBTSSSpd6Os62qS+Us7zyITChyxDyzpu6cY3rYYO0036qVoevezWOwpg9vVdcyLApRp0pC\
             2Hp+rjB+rs6sIgQ==",
    ),
    (
        "argon2",
        "argon2$argon2id$v=19$m=102400,t=2,p=8$VUM5UkU0dkVoNEFUYm84em5TRGFZNw$\
             S9+Sz+ZgYkLIYV7EdB0gEfag8+0SviLkqaecazeMFjk",
    ),
    (
        "argon2i",
        "argon2$argon2i$v=19$m=65536,t=3,p=4$TU8zMmFHbzR5UXVL$CGbkQ8L8Opw03LyMIk/qRmYFPLdISrxH1b6rAG+SG7Y",
    ),
];

/// What it wrote when less was usual.
const WEAK: [(&str, &str); 3] = [
    ("weak_pbkdf2", "pbkdf2_sha256$1000$MO32aGo4yQuK$8v9Jw8MfDZKMjvOZGSKv+U8NH0YOjlLs6E7vc7MkLuM="),
    ("weak_bcrypt", "bcrypt$$2b$04$VKftYEtwqRGkPbp289pl6e4.bG9lHhXzY3DV80YSg52DN8.PINtae"),
    ("weak_argon2i", "argon2$argon2i$v=19$m=512,t=2,p=2$TU8zMmFHbzR5UXVL$s4yJ8qbAKMqbeXkY0YuMhQ"),
];

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
        + "Superusers among them: root.\n\
           1 user had permissions of their own, which have no counterpart here.\n\
           Group names read: 1.\n\
           1 group had permissions, which have no counterpart here: a group is only a name.\n\
           1 entry of the model auth.permission ignored.\n\
           1 entry of the model sessions.session ignored.\n";
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
        "3: Another account has its e-mail address.",
        "4: The password's hash is broken.",
        "5: A username may contain only ASCII letters, digits and @ . + - _.",
        "6: Its group 9 has no name here; dump the groups too.",
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
        ended.stderr.starts_with("2: From here on it is not JSON, and nothing more was read: "),
        "{ended:?}"
    );
    assert!(ended.stderr.contains(&tally(1, 0, 1)), "{ended:?}");
    let ended = run_with(&aws, &["import", "-", "--format", "django"], text.as_bytes()).await;
    assert_eq!((ended.status.code(), ended.stdout), (Some(0), tally(1, 1, 0)));
    let ended = run_with(&aws, &["import", "-", "--format", "tally"], text.as_bytes()).await;
    assert!(
        ended.stderr.starts_with("1: password is missing. joined is missing. There is no field "),
        "{ended:?}"
    );
}

#[tokio::test]
async fn every_hasher_of_django_opens_and_becomes_our_own() {
    let (server, folder) = (Server::start().await, Folder::new());
    let entries: Vec<Value> = STRONG
        .iter()
        .chain(&WEAK)
        .enumerate()
        .map(|(at, (name, hash))| user_with(at, name, &json!({"password": hash})))
        .collect();
    let file = folder.write("dump.json", dump(&entries));
    assert_eq!(run_well(&server, &["import", &file]).await, tally(10, 0, 0));
    let stored = |item: &table::Item| table::text(item, "credential").to_owned();
    for item in accounts(&server).await {
        let (name, stored) = (table::text(&item, "username"), stored(&item));
        match STRONG.iter().find(|(strong, _)| *strong == name) {
            Some((_, hash)) => assert_eq!(stored, *hash),
            None => assert!(
                stored.starts_with("wrapped ") && stored.contains(" $argon2id$v=19$m=19456,"),
                "{stored}"
            ),
        }
    }
    // Whoever is wrapped is recognised, and moves on as it is.
    assert_eq!(run_well(&server, &["import", &file]).await, tally(0, 10, 0));
    let other = Server::start().await;
    let out = folder.name("out");
    run_well(&server, &["export", "--output", &out]).await;
    assert_eq!(run_well(&other, &["import", &out]).await, tally(10, 0, 0));
    for server in [&server, &other] {
        for (name, _) in STRONG.iter().chain(&WEAK) {
            assert_eq!(server.client().login(name, "tiger-tallx").await.code(), 400, "{name}");
            assert_eq!(login(server, name).await, 200, "{name}");
        }
        for item in accounts(server).await {
            let stored = stored(&item);
            assert!(stored.starts_with("$argon2id$") && !stored.contains("m=102400"), "{stored}");
        }
        assert_eq!(login(server, "argon2").await, 200);
    }
}

#[tokio::test]
async fn users_may_stand_before_their_groups_and_come_packed() {
    use std::io::Write;

    let (server, folder) = (Server::start().await, Folder::new());
    let entries = [
        user_with(1, "zhang", &json!({"groups": [3]})),
        user_with(2, "li", &json!({"groups": [4, 3]})),
        user_with(3, "wang", &json!({"groups": [9]})),
        user(4, "zhao"),
        group(3, "运营"),
        group(4, "finance"),
    ];
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(format!("\u{feff}{}", dump(&entries)).as_bytes()).expect("memory takes it");
    let file = folder.write("dump.json.gz", packer.finish().expect("memory takes it"));
    let rejects = folder.name("rejects");
    let ended = run(&server, &["import", &file, "--rejects", &rejects]).await;
    assert!(ended.stderr.starts_with("3: Its group 9 has no name here; dump the groups too.\n"), "{ended:?}");
    assert!(ended.stderr.contains(&tally(3, 0, 1)), "{ended:?}");
    for (name, groups) in [("zhang", json!(["运营"])), ("li", json!(["finance", "运营"]))] {
        let shown = run_well(&server, &["show", name, "--json"]).await;
        let shown: Value = serde_json::from_str(&shown).expect("it prints JSON");
        let names: Vec<&Value> =
            shown["groups"].as_array().expect("a list").iter().map(|group| &group["name"]).collect();
        assert_eq!(json!(names), groups, "{name}");
    }
    folder.write("mended", folder.read("rejects").replace("[9]", "[3]"));
    assert!(run_well(&server, &["import", &folder.name("mended")]).await.starts_with(&tally(1, 0, 0)));
}

#[tokio::test]
async fn a_model_of_ones_own_is_named_and_comes_in_when_it_is_given() {
    let (server, folder) = (Server::start().await, Folder::new());
    let own = |mut user: Value| {
        user["model"] = "staff.user".into();
        user["fields"]["avatar"] = "x".into();
        user
    };
    let entries = [own(user(1, "zhang")), own(user_with(2, "boss", &json!({"is_superuser": true})))];
    let file = folder.write("dump.json", dump(&entries));
    for dry_run in [&[][..], &["--dry-run"]] {
        let ended = run(&server, &[&["import", &file], dry_run].concat()).await;
        assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
        for words in
            ["2 entries of staff.user may be users.", "--user-model staff.user\n", "Nobody was imported: "]
        {
            assert!(ended.stderr.contains(words), "{words} is not in {ended:?}");
        }
    }
    assert!(accounts(&server).await.is_empty());
    let ended = run(&server, &["import", &file, "--user-model", "staff.account"]).await;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(ended.stderr.contains("no entry of the model staff.account."), "{ended:?}");
    let told = run_well(&server, &["import", &file, "--user-model", "staff.User"]).await;
    let rest = "Superusers among them: boss.\nUser fields ignored: avatar.\n";
    assert_eq!(told, tally(2, 0, 0) + rest);
    assert_eq!(login(&server, "zhang").await, 200);
}

#[tokio::test]
async fn what_came_in_and_with_what_power_is_written_down() {
    let (server, folder) = (Server::start().await, Folder::new());
    let entries = [
        user(1, "zhang"),
        user_with(2, "root", &json!({"is_superuser": true, "is_staff": true})),
        user_with(3, "li", &json!({"is_staff": true})),
    ];
    let file = folder.write("dump.json", dump(&entries));
    let told = run_well(&server, &["import", &file]).await;
    assert_eq!(told, tally(3, 0, 0) + "Superusers among them: root.\nStaff of the console among them: li.\n");
    for (name, acts) in [
        ("zhang", &["moved-in"][..]),
        ("root", &["moved-in", "superuser-given", "staff-given"]),
        ("li", &["moved-in", "staff-given"]),
    ] {
        let told = run_well(&server, &["history", name]).await;
        assert_eq!(told.lines().count(), acts.len(), "{told}");
        for (line, act) in told.lines().zip(acts) {
            assert!(
                line.contains(act) && line.contains("by operator ") && line.contains("tally-admin"),
                "{told}"
            );
        }
    }
}
