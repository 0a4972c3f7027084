//! What does not come in is told by its line and its reason, is kept to be mended, and stops nobody else.

use serde_json::{Value, json};
use tests::server::Server;

use super::{
    DJANGO_HASH, Folder, accounts, lines, login, person, person_with, run, run_well, tally, usernames,
};

/// Lines that cannot come in, with what is told of each.
fn bad() -> Vec<(String, &'static str)> {
    let owned = |value: Value| value.to_string();
    let bad = |field, value: Value| owned(person_with("bad", field, value));
    vec![
        (bad("token", json!("x")), r#"There is no field "token"."#),
        (bad("number", json!(7)), "The number does not have 8 or 9 digits."),
        (bad("email", json!("bad@")), "email is not a valid e-mail address."),
        (bad("username", json!("张三")), "A username may contain only ASCII letters, digits and @ . + - _."),
        (
            bad("username", json!("13800138000")),
            "The username looks like a phone number or like an e-mail address that is not the user's own.",
        ),
        (
            bad("password", json!("bcrypt$$2b$12$secret")),
            "The password's hash is broken. With \"!\" in its place, the user can sign in after resetting the \
             password.",
        ),
        (
            bad("password", json!("plain$secret")),
            "The password's hash is neither argon2, bcrypt, scrypt nor pbkdf2 as Django writes them. With \"!\" in \
             its place, the user can sign in after resetting the password.",
        ),
        (
            bad("password", json!("md5$x$ef0ad8f4f141dc45cfb703cd859f6462")),
            "The password's hash is of a kind that is too weak to be kept, such as MD5 or SHA-1. With \"!\" in its \
             place, the user can sign in after resetting the password.",
        ),
        (
            bad("password", json!(DJANGO_HASH.replace("600000", "9000000"))),
            "The password's hash costs more than is allowed. With \"!\" in its place, the user can sign in after \
             resetting the password.",
        ),
        (bad("phone", json!("12")), "phone is not a mobile number."),
        (bad("first_name", json!("x".repeat(151))), "first_name is longer than 150 characters."),
        (bad("last_name", json!("a\u{202e}b")), "last_name contains a control character."),
        (
            bad("joined", json!("2016-02-03T04:05:06")),
            "joined names no time zone; --utc-offset can say which one is meant.",
        ),
        (bad("is_staff", json!("yes")), "is_staff is not true or false."),
        (bad("groups", json!([""])), "A group needs a name."),
        (bad("standing", json!("gone")), "standing is not one of active, frozen, deleted."),
        (bad("details", json!({"company": "x".repeat(101)})), "company is longer than 100 characters."),
        (owned(json!({"username": "bad", "joined": "2016-02-03T04:05:06Z"})), "password is missing."),
        (
            owned(json!({"password": "!", "joined": "2016-02-03T04:05:06Z"})),
            "It needs a number, a username, an email or a phone.",
        ),
        (
            owned(json!({"number": 44_444_444, "standing": "deleted", "username": "bad"})),
            "It is deleted, so it has a number and nothing else.",
        ),
        (r#"{"username":"bad","username":"worse"}"#.to_owned(), r#""username" is given twice."#),
        (
            r#"{"username":"bad""#.to_owned(),
            "It is not a JSON object: EOF while parsing an object at line 1 column 17.",
        ),
        ("7".to_owned(), "It is not a JSON object: it is another kind of value."),
        (owned(person("taken")), "Another account has its username and its e-mail address."),
        (owned(person_with("spare", "number", 55_555_555)), "Another account has its number."),
    ]
}

#[tokio::test]
async fn every_bad_line_is_told_and_kept_and_the_others_come_in() {
    let (server, folder) = (Server::start().await, Folder::new());
    let taken = person_with("taken", "joined", "2001-01-01T00:00:00Z");
    let number = person_with("number", "number", 55_555_555);
    let number = {
        let mut number = number;
        number["joined"] = "2001-01-01T00:00:00Z".into();
        number
    };
    run_well(&server, &["import", &folder.write("first", lines(&[taken, number]))]).await;

    let bad = bad();
    let good = |at: usize| person(&format!("good{at}")).to_string();
    let text: Vec<String> = (0..bad.len()).flat_map(|at| [good(at), bad[at].0.clone()]).collect();
    let users = folder.write("users", text.join("\n"));
    let rejects = folder.name("rejects");
    let ended = run(&server, &["import", &users, "--rejects", &rejects]).await;
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
    // Those that are judged at once are told before those that the table refuses.
    let mut told: Vec<&str> = ended.stderr.lines().take(bad.len()).collect();
    told.sort_by_key(|line| line.split(':').next().and_then(|number| number.parse::<usize>().ok()));
    for (at, (line, reason)) in bad.iter().enumerate() {
        assert_eq!(told[at], format!("{}: {reason}", 2 * at + 2), "{line}");
    }
    let summary = format!("{}The reasons", tally(bad.len(), 0, bad.len()));
    assert!(ended.stderr.contains(&summary), "{}", ended.stderr);
    for secret in ["$$", "$12$secret", "plain$", "ef0ad8f4", "9000000", "MO32aGo4yQuK", "@example.com"] {
        assert!(!ended.stderr.contains(secret), "{secret} in {}", ended.stderr);
    }
    assert_eq!(accounts(&server).await.len(), 2 + bad.len());

    let mut kept: Vec<String> = folder.read("rejects").lines().map(str::to_owned).collect();
    let mut expected: Vec<String> = bad.iter().map(|(line, _)| line.clone()).collect();
    kept.sort();
    expected.sort();
    assert_eq!(kept, expected);
    let mended: Vec<Value> = (0..kept.len()).map(|at| person(&format!("mended{at}"))).collect();
    folder.write("rejects", lines(&mended));
    assert_eq!(run_well(&server, &["import", &rejects]).await, tally(kept.len(), 0, 0));
}

#[tokio::test]
async fn of_two_that_want_the_same_the_first_one_gets_it() {
    let (server, folder) = (Server::start().await, Folder::new());
    let mut values = Vec::new();
    for pair in 0..20 {
        let name = format!("first{pair}");
        let mut second = person(&format!("second{pair}"));
        second["email"] = format!("{}@EXAMPLE.com", name.to_uppercase()).into();
        values.extend([person(&name), second]);
    }
    let ended = run(&server, &["import", &folder.write("users", lines(&values))]).await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stderr.contains(&tally(20, 0, 20)), "{}", ended.stderr);
    assert!(usernames(&server).await.iter().all(|name| name.starts_with("first")));
    for line in (2..=40).step_by(2) {
        assert!(
            ended.stderr.contains(&format!("{line}: Another account has its e-mail address.\n")),
            "{line}"
        );
    }
}

#[tokio::test]
async fn the_same_line_twice_is_one_person_and_a_changed_one_changes_nothing() {
    let (server, folder) = (Server::start().await, Folder::new());
    let numbered = person_with("numbered", "number", 77_777_777);
    let users = folder.write("users", lines(&[person("zhang"), person("zhang"), numbered.clone(), numbered]));
    assert_eq!(run_well(&server, &["import", &users]).await, tally(2, 2, 0));
    assert_eq!(run_well(&server, &["import", &users]).await, tally(0, 4, 0));
    let before = accounts(&server).await;
    let changed = person_with("zhang", "first_name", "San");
    let ended = run(&server, &["import", &folder.write("changed", lines(&[changed]))]).await;
    assert!(ended.stderr.contains("but differs in first_name; nothing was changed."), "{}", ended.stderr);
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(accounts(&server).await, before);
    assert_eq!(login(&server, "zhang").await, 200);
}

#[tokio::test]
async fn a_deleted_number_stays_taken() {
    let (server, folder) = (Server::start().await, Folder::new());
    let gone = json!({"number": 66_666_666, "standing": "deleted"});
    let users = folder.write("users", lines(&[gone.clone(), gone]));
    assert_eq!(run_well(&server, &["import", &users]).await, tally(1, 1, 0));
    let reborn = person_with("zhang", "number", 66_666_666);
    let ended = run(&server, &["import", &folder.write("reborn", lines(&[reborn]))]).await;
    assert!(ended.stderr.starts_with("1: Another account has its number.\n"), "{}", ended.stderr);
    assert_eq!(usernames(&server).await.len(), 1, "the claims were not taken either");
    assert_eq!(
        run_well(&server, &["import", &folder.write("other", lines(&[person("zhang")]))]).await,
        tally(1, 0, 0)
    );
}
