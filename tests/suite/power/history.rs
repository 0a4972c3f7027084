//! Every act leaves one record, a refused one none, and no record tells a secret or what somebody typed.

use serde_json::{Value, json};
use tally::domain::account_number::AccountNumber;
use tally::domain::history::{Act, Actor, KEPT};
use tally::domain::role::Role;
use tests::process;
use tests::server::Server;
use tests::table;

use super::{
    IDENTITY, NEW_PASSWORD, PASSWORD, charity_token, donor, number, order, pass, records, register, tell,
};

#[tokio::test]
async fn every_act_of_an_operator_leaves_one_record_and_one_that_changes_nothing_none() {
    let server = Server::start().await;
    order(&server, "create-superuser --username root").await;
    let root = number(&server, "root").await;
    assert_eq!(records(&server, root).await.pop().map(|one| one.act), Some(Act::SuperuserMade));
    register(&server.client(), "zhang", "zhang@example.com").await;
    let own = number(&server, "zhang").await;
    let table = [
        ("staff zhang on", Act::StaffGiven),
        ("staff zhang off", Act::StaffTaken),
        ("superuser zhang on", Act::SuperuserGiven),
        ("superuser zhang off", Act::SuperuserTaken),
        ("role zhang administrator", Act::RoleGiven(Role::Administrator)),
        ("role zhang volunteer", Act::RoleGiven(Role::Volunteer)),
        ("role zhang donor", Act::RoleGiven(Role::Donor)),
        ("group zhang add ops", Act::GroupJoined(1)),
        ("group zhang remove ops", Act::GroupLeft(1)),
        ("freeze zhang", Act::Frozen),
        ("unfreeze zhang", Act::Released),
        ("set-email zhang li@example.com", Act::EmailVouched),
    ];
    for (written, (line, act)) in table.into_iter().enumerate() {
        for _ in 0..2 {
            order(&server, line).await;
            // An address may be given again and again, each time by somebody who vouches for it.
            if line.starts_with("set-email") {
                break;
            }
        }
        let all = records(&server, own).await;
        assert_eq!(all.len(), written + 1, "{line}");
        let last = all.last().expect("there is one");
        assert_eq!((last.act, last.door.as_str()), (act, "tally-admin"), "{line}");
        assert_eq!(last.by, Actor::Operator(IDENTITY.to_owned()), "{line}");
        assert!(last.at <= server.clock().now(), "{line}");
    }
    let so_far = records(&server, own).await.len();
    for refused in ["superuser root off", "freeze root", "delete zhang", "set-email zhang nonsense"] {
        assert!(tell(&server, refused).await.is_err(), "{refused}");
    }
    assert_eq!((records(&server, own).await.len(), records(&server, root).await.len()), (so_far, 1));
    order(&server, "end-sessions zhang").await;
    order(&server, "end-sessions zhang").await;
    order(&server, &format!("delete zhang --confirm {own}")).await;
    let ends = records(&server, own).await.split_off(so_far);
    let ends: Vec<Act> = ends.into_iter().map(|one| one.act).collect();
    assert_eq!(ends, [Act::SessionsEnded, Act::SessionsEnded, Act::Deleted], "and it outlives the account");
    let told = order(&server, &format!("history #{own}")).await;
    assert!(told.lines().count() == so_far + 3 && told.contains("deleted"), "{told}");
    for typed in ["zhang", "li@example.com", "ops", PASSWORD] {
        assert!(!told.contains(typed), "{told}");
    }
}

#[tokio::test]
async fn every_act_of_an_administrator_leaves_one_record_and_a_refused_one_none() {
    let server = Server::start().await;
    let client = server.client();
    let (boss, _) = donor(&client).await;
    order(&server, &format!("role #{boss} administrator")).await;
    let token = charity_token(&client, &boss).await;
    let (id, own_token) = donor(&client).await;
    let own = AccountNumber::parse(&id).expect("an id is a number");
    let boss = AccountNumber::parse(&boss).expect("an id is a number");
    let ask = async |token: &str, path: &str, body: Value| {
        pass(&server);
        client.post(path).header("token", token).json(&body).send().await
    };
    let table = [
        ("/user/status/", json!({"id": id, "status": "1"}), Act::Frozen),
        ("/user/status/", json!({"id": id, "status": "0"}), Act::Released),
        ("/user/permission/", json!({"id": id, "role": "2"}), Act::RoleGiven(Role::Volunteer)),
        ("/user/permission/", json!({"id": id, "role": "1"}), Act::RoleGiven(Role::Donor)),
        ("/user/status/", json!({"id": id, "status": "2"}), Act::Deleted),
    ];
    for (written, (path, body, act)) in table.into_iter().enumerate() {
        for stranger in ["", "3a93c15d92e94fa788e666f0134a2961", own_token.as_str()] {
            assert_eq!(ask(stranger, path, body.clone()).await.code(), 401);
        }
        for bad in ["", "9"] {
            let mut body = body.clone();
            body["status"] = json!(bad);
            body["role"] = json!(bad);
            assert_eq!(ask(&token, path, body).await.code(), 400);
        }
        assert_eq!(records(&server, own).await.len(), written, "what was refused was not done: {act:?}");
        assert_eq!(ask(&token, path, body.clone()).await.code(), 200);
        ask(&token, path, body).await;
        let all = records(&server, own).await;
        assert_eq!(all.len(), written + 1, "{act:?}");
        let last = all.last().expect("there is one");
        assert_eq!((last.act, &last.by, last.door.as_str()), (act, &Actor::Account(boss), "charity"));
    }
    let wanted = json!({"first_name": "Sinope", "last_name": "Nanto", "role": "0", "password": PASSWORD});
    assert_eq!(ask("", "/user/register/", wanted.clone()).await.code(), 401);
    let made = ask(&token, "/user/register/", wanted).await;
    let made = made.json()["data"]["id"].as_str().and_then(AccountNumber::parse).expect("an id");
    let all = records(&server, made).await;
    let told: Vec<(Act, Actor)> = all.into_iter().map(|one| (one.act, one.by)).collect();
    assert_eq!(told, [(Act::AdministratorMade, Actor::Account(boss))]);
}

#[tokio::test]
async fn a_password_that_was_changed_is_written_down_at_every_door_and_one_that_was_not_is_not() {
    let server = Server::start().await;
    let browser = server.client();
    let answer = browser.register("zhang", PASSWORD).await;
    assert_eq!(answer.code(), 201);
    let own = number(&server, "zhang").await;
    let new = |n: usize| format!("{NEW_PASSWORD}-{n}");
    let change = async |n: usize, old: &str| match n {
        0 => {
            browser.login("zhang", PASSWORD).await;
            let body = json!({"old_password": old, "new_password1": new(0), "new_password2": new(0)});
            browser.post("/rest-auth/password/change/").json(&body).send().await
        }
        1 => {
            browser.login("zhang", &new(0)).await;
            let body = json!({"old_password": old, "new_password": new(1), "confirm_password": new(1)});
            browser.post("/users/change_my_pwd/").json(&body).send().await
        }
        2 => {
            let token = browser.get("/api/accounts/get_token/").send().await.json()["data"].clone();
            let body = json!({"old_password": old, "new_password1": new(2), "new_password2": new(2)});
            let token = token.as_str().expect("a token");
            browser
                .post("/api/accounts/password_change/")
                .header("x-csrftoken", token)
                .json(&body)
                .send()
                .await
        }
        _ => {
            let body = json!({"id": own.to_string(), "password": old, "new_password": new(3)});
            browser.post("/user/changepassword/").json(&body).send().await
        }
    };
    let mut old = PASSWORD.to_owned();
    for (n, door) in ["rest-auth", "company", "accounts", "charity"].into_iter().enumerate() {
        change(n, "wrong-guess-1").await;
        assert_eq!(records(&server, own).await.len(), n, "{door}: a refused one");
        pass(&server);
        let answer = change(n, &old).await;
        let all = records(&server, own).await;
        assert_eq!(all.len(), n + 1, "{door}: {answer:?}");
        let last = all.last().expect("there is one");
        assert_eq!((last.act, &last.by, last.door.as_str()), (Act::PasswordChanged, &Actor::Oneself, door));
        old = new(n);
    }
    for item in table::items(&server).await.iter().filter(|item| table::text(item, "sk").contains("HISTORY"))
    {
        assert!(!format!("{item:?}").contains(NEW_PASSWORD), "{item:?}");
    }
}

#[tokio::test]
async fn records_are_kept_400_days() {
    let server = Server::start().await;
    register(&server.client(), "zhang", "zhang@example.com").await;
    let own = number(&server, "zhang").await;
    order(&server, "freeze zhang").await;
    let item =
        table::items(&server).await.into_iter().find(|item| table::text(item, "sk").contains("HISTORY"));
    let item = item.expect("it is written down");
    let kept = table::number(&item, "ttl") - server.clock().now().as_second();
    assert_eq!(u64::try_from(kept), Ok(KEPT.as_secs()));
    let app = server.app();
    let at = |days: i64| app.clock.now() + jiff::SignedDuration::from_hours(24 * days);
    let count = async |days| app.store.history(own, at(days)).await.expect("it can be read").len();
    assert_eq!((count(0).await, count(399).await, count(400).await), (1, 1, 0));
}

#[tokio::test]
async fn an_operator_whom_sts_does_not_name_is_named_by_the_access_key() {
    let server = Server::start().await;
    register(&server.client(), "zhang", "zhang@example.com").await;
    let own = number(&server, "zhang").await;
    let aws = server.service().aws().url();
    let mut faults = Vec::new();
    // Nothing listens there; and what speaks DynamoDB does not know what is asked.
    for sts in ["http://127.0.0.1:1".to_owned(), format!("{aws}/nowhere")] {
        for line in [["freeze", "zhang"], ["unfreeze", "zhang"]] {
            let mut command = tokio::process::Command::new(process::tally_admin());
            command.args(line).env_clear().envs([
                ("AWS_ENDPOINT_URL", aws.as_str()),
                ("AWS_ENDPOINT_URL_STS", sts.as_str()),
                ("AWS_REGION", "local"),
                ("AWS_ACCESS_KEY_ID", "AKIALOCAL"),
                ("AWS_SECRET_ACCESS_KEY", "local"),
                ("TALLY_TABLE", local::service::TABLE),
            ]);
            let ended = command.output().await.expect("the binary can be started");
            let last = records(&server, own).await.pop().map(|one| one.by);
            if !ended.status.success() || last != Some(Actor::Operator("access key AKIALOCAL".to_owned())) {
                faults.push(format!("{line:?} at {sts}: {last:?}, {ended:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
