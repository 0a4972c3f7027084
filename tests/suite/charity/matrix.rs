//! Every cell of the table of permissions, over the wire.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tally::domain::administration::Order;
use tally::domain::permission::{Deed, Standpoint, Target, Verdict, judge};
use tally::domain::role::Role;
use tests::answer::Answer;
use tests::server::Server;
use tests::table;

use super::{
    DONE, LOGIN_AGAIN, NO_TARGET, NO_TARGET_DATA, NOT_PERMITTED, NOT_PERMITTED_DATA, PASSWORD, Person,
    REGISTER, SEARCH, administrator, ask, get_user, give_role, give_status, order, register, registration,
    rename, token,
};

/// Who calls, and what the table takes them for.
async fn callers(server: &Server) -> Vec<(&'static str, Standpoint, Person)> {
    let client = server.client();
    let boss = administrator(server).await;
    let (donor, volunteer) = (register(&client, Role::Donor).await, register(&client, Role::Volunteer).await);
    let mut callers = vec![
        ("administrator", Standpoint::Administrator, boss.clone()),
        ("donor", Standpoint::Ordinary, donor.clone()),
        ("volunteer", Standpoint::Ordinary, volunteer),
    ];
    let with_token = |token: &str| Person { token: token.to_owned(), ..boss.clone() };
    callers.push(("nobody", Standpoint::Stranger, with_token("")));
    callers.push(("unknown token", Standpoint::Stranger, with_token("3a93c15d92e94fa788e666f0134a2961")));
    // A staff member of the console who is no administrator here (security rule S17).
    let staff = register(&client, Role::Donor).await;
    order(server, staff.number(), Order::Staff(true)).await;
    let staff = Person { token: token(&client, &staff.id, PASSWORD).await, ..staff };
    callers.push(("staff", Standpoint::Ordinary, staff));
    let superuser = register(&client, Role::Donor).await;
    order(server, superuser.number(), Order::Superuser(true)).await;
    let superuser = Person { token: token(&client, &superuser.id, PASSWORD).await, ..superuser };
    callers.push(("superuser", Standpoint::Administrator, superuser));
    for (name, last) in [
        ("frozen administrator", Order::Freeze),
        ("deleted administrator", Order::Delete),
        ("demoted administrator", Order::Role(Role::Donor)),
    ] {
        let person = administrator(server).await;
        order(server, person.number(), last).await;
        callers.push((name, Standpoint::Stranger, person));
    }
    callers
}

/// Whom it is about.
const TARGETS: [(&str, Target); 14] = [
    ("a number nobody has", Target::Nobody),
    ("no number", Target::Nobody),
    ("somebody deleted", Target::Nobody),
    ("a user of another group", Target::Nobody),
    ("staff of the console", Target::Nobody),
    ("a user of another group who logged in here", Target::Ordinary),
    ("a superuser of another group", Target::Administrator),
    ("oneself", Target::Oneself),
    ("an administrator", Target::Administrator),
    ("a frozen administrator", Target::Administrator),
    ("a superuser", Target::Administrator),
    ("a donor", Target::Ordinary),
    ("a volunteer", Target::Ordinary),
    ("a frozen donor", Target::Ordinary),
];

/// Somebody fresh of that kind.
async fn target(server: &Server, name: &str, caller: &Person) -> String {
    let client = server.client();
    let (role, orders): (Role, &[Order]) = match name {
        "a number nobody has" => return "10000001".to_owned(),
        "no number" => return "Sara".to_owned(),
        "oneself" => return caller.id.clone(),
        "a user of another group" => return elsewhere(server, &[]).await,
        "staff of the console" => return elsewhere(server, &[Order::Staff(true)]).await,
        "a superuser of another group" => return elsewhere(server, &[Order::Superuser(true)]).await,
        "a user of another group who logged in here" => {
            let id = elsewhere(server, &[]).await;
            token(&client, &id, PASSWORD).await;
            return id;
        }
        "somebody deleted" => (Role::Donor, &[Order::Delete]),
        "an administrator" => (Role::Donor, &[Order::Role(Role::Administrator)]),
        "a frozen administrator" => (Role::Donor, &[Order::Role(Role::Administrator), Order::Freeze]),
        "a superuser" => (Role::Donor, &[Order::Superuser(true), Order::Role(Role::Donor)]),
        "a donor" => (Role::Donor, &[]),
        "a volunteer" => (Role::Volunteer, &[]),
        "a frozen donor" => (Role::Donor, &[Order::Freeze]),
        other => panic!("nobody is called {other}"),
    };
    let person = register(&client, role).await;
    for one in orders {
        order(server, person.number(), *one).await;
    }
    person.id
}

/// Somebody who registered in another group, and never was here.
async fn elsewhere(server: &Server, orders: &[Order]) -> String {
    static BEFORE: AtomicUsize = AtomicUsize::new(0);
    let client = server.client();
    let name = format!("user{}", BEFORE.fetch_add(1, Ordering::Relaxed));
    let number = table::owner(&client.register(&name, PASSWORD).await.key());
    for one in orders {
        order(server, number, *one).await;
    }
    number.to_string()
}

async fn attempt(server: &Server, deed: Deed, caller: &Person, id: &str) -> Answer {
    let client = server.client();
    match deed {
        Deed::RegisterAdministrator => {
            ask(&client, REGISTER, &caller.token, &registration("0", "Sara", "Hammer")).await
        }
        Deed::ChangeRole => give_role(&client, caller, id, "2").await,
        Deed::ChangeStanding => give_status(&client, caller, id, "1").await,
        Deed::Rename => rename(&client, caller, "Sinope", "Nanto").await,
        Deed::Search => ask(&client, SEARCH, &caller.token, &json!({"first_name": "nobody's"})).await,
        Deed::Show => get_user(&client, caller, id).await,
    }
}

/// What the wire says for a verdict; nothing where the answer brings data of its own.
fn words(deed: Deed, verdict: Verdict) -> Option<&'static str> {
    let with_data = matches!(deed, Deed::ChangeRole | Deed::ChangeStanding);
    match verdict {
        Verdict::Allowed => (with_data || deed == Deed::Rename).then_some(DONE),
        Verdict::LoginAgain => Some(LOGIN_AGAIN),
        Verdict::NotPermitted => Some(if with_data { NOT_PERMITTED_DATA } else { NOT_PERMITTED }),
        Verdict::NoTarget => Some(if with_data { NO_TARGET_DATA } else { NO_TARGET }),
    }
}

async fn check(server: &Server, deed: Deed, targets: &[(&str, Target)]) {
    let mut faults = Vec::new();
    for (name, standpoint, caller) in callers(server).await {
        for (whom, class) in targets {
            let id = target(server, whom, &caller).await;
            let verdict = judge(deed, standpoint, *class);
            // Whoever may not has changed nothing, of anybody.
            let may_change = verdict == Verdict::Allowed;
            let before = if may_change { Vec::new() } else { table::items_of(server, "ACCOUNT#").await };
            let answer = attempt(server, deed, &caller, &id).await;
            let expected = words(deed, verdict);
            let fits = expected.map_or_else(|| answer.code() == 200, |words| answer.brief() == words);
            let is_still = may_change || table::items_of(server, "ACCOUNT#").await == before;
            if !fits || !is_still {
                faults.push(format!("{deed:?} by {name} on {whom}: {}, not {verdict:?}", answer.brief()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn roles_are_changed_by_whom_the_table_allows() {
    check(&with_operator().await, Deed::ChangeRole, &TARGETS).await;
}

#[tokio::test]
async fn people_are_stopped_by_whom_the_table_allows() {
    check(&with_operator().await, Deed::ChangeStanding, &TARGETS).await;
}

#[tokio::test]
async fn people_are_shown_to_whom_the_table_allows() {
    check(&with_operator().await, Deed::Show, &TARGETS).await;
}

#[tokio::test]
async fn what_is_about_nobody_is_done_by_whom_the_table_allows() {
    for deed in [Deed::RegisterAdministrator, Deed::Rename, Deed::Search] {
        check(&with_operator().await, deed, &[("oneself", Target::Oneself)]).await;
    }
}

/// A service with a superuser, so that others can cease to be one.
async fn with_operator() -> Server {
    let server = Server::start().await;
    let person = register(&server.client(), Role::Donor).await;
    order(&server, person.number(), Order::Superuser(true)).await;
    server
}
