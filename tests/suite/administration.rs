//! The operator's command, and what it does to people who are using the service.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tally::app::Basics;
use tally::domain::account::Account;
use tally::domain::account_number::AccountNumber;
use tally::domain::credential::StoredCredential;
use tally::domain::email_address::EmailAddress;
use tally::domain::username::Username;
use tally::store::NewAccount;
use tally::store::key::Identifier;
use tests::client::Client;
use tests::operator;
use tests::server::Server;
use tokio::io::AsyncWriteExt;

const PASSWORD: &str = "fswxxz1456";
const ROOTS: &str = "river stone 77";

/// An operator at the service's own table.
#[derive(Clone, Debug)]
struct Operator(Basics);

impl Operator {
    fn of(server: &Server) -> Self {
        Self(Basics::from(server.app()).acting_as("arn:aws:iam::000000000000:user/test".to_owned()))
    }

    /// What a command prints, or why it was not carried out; nobody is there to type a password.
    async fn tell(&self, line: &str) -> Result<String, String> {
        self.tell_with(line, None).await
    }

    async fn tell_with(&self, line: &str, password: Option<&str>) -> Result<String, String> {
        operator::tell(&self.0, line, password).await
    }

    /// A command that must work; the answer is what it prints after the person.
    async fn order(&self, line: &str) -> String {
        let printed = self.tell(line).await.unwrap_or_else(|failure| panic!("{line}: {failure}"));
        let (_, rest) = printed.trim_end().split_once(") ").expect("the answer begins with the person");
        rest.to_owned()
    }

    async fn show(&self, user: &str) -> Value {
        let printed = self.tell(&format!("show --json {user}")).await.expect("there is such a user");
        serde_json::from_str(&printed).expect("it prints JSON")
    }

    async fn make_superuser(&self, username: &str) {
        let line = format!("create-superuser --username {username}");
        self.tell_with(&line, Some(ROOTS)).await.expect("the superuser can be made");
    }
}

/// Registers somebody who also has details, so that the groups can be seen, and tells the key.
async fn register(client: &Client, username: &str) -> String {
    let key = client.register(username, PASSWORD).await.key();
    let details = json!({"company": "rinc", "tel": "1234567", "address": "asasasasa"});
    let created = client.post("/api/create_users_info/").token(&key).json(&details).send().await;
    assert_eq!(created.code(), 201, "{created:?}");
    key
}

async fn display(client: &Client, key: &str) -> (u16, Value) {
    let answer = client.get("/api/users_display/").without_cookies().token(key).send().await;
    (answer.code(), answer.json())
}

#[tokio::test]
async fn a_role_changes_at_once_and_ends_what_was_open() {
    let server = Server::start().await;
    let (client, operator) = (server.client(), Operator::of(&server));
    let key = register(&client, "zhang").await;
    assert_eq!(operator.order("staff zhang on").await, "is staff now; 1 session ended.");
    assert_eq!(display(&client, &key).await.0, 401, "the key is dead");
    assert_eq!(client.get("/api/users_display/").send().await.code(), 401, "the session is over");
    assert_eq!(operator.order("staff zhang on").await, "is staff already; nothing was done.");
    let key = client.login("zhang", PASSWORD).await.key();
    assert_eq!(display(&client, &key).await.0, 200);
    assert_eq!(operator.order("end-sessions ZHANG").await, "is signed out everywhere now; 1 session ended.");
    assert_eq!(display(&client, &key).await.0, 401);
    let card = operator.show("zhang").await;
    assert_eq!((&card["is_staff"], &card["is_superuser"]), (&json!(true), &json!(false)));
    assert_eq!((&card["sessions"], &card["key_devices"]), (&json!(0), &json!(0)));
    assert!(!card.to_string().contains("argon2"), "{card}");
}

#[tokio::test]
async fn the_frozen_are_out_until_they_are_released() {
    let server = Server::start().await;
    let (client, operator) = (server.client(), Operator::of(&server));
    let key = register(&client, "zhang").await;
    assert_eq!(operator.order("freeze zhang").await, "is frozen now; 1 session ended.");
    assert_eq!(display(&client, &key).await.0, 401);
    assert_eq!(client.login("zhang", PASSWORD).await.code(), 400);
    assert_eq!(operator.show("zhang").await["standing"], "frozen");
    assert_eq!(operator.order("freeze zhang").await, "is frozen already; nothing was done.");
    operator.order("staff zhang on").await;
    assert_eq!(operator.order("unfreeze zhang").await, "is active now; no session was open.");
    assert_eq!(display(&client, &key).await.0, 401, "what ended stays ended");
    let key = client.login("zhang", PASSWORD).await.key();
    assert_eq!(display(&client, &key).await.0, 200);
}

#[tokio::test]
async fn groups_are_shown_by_their_numbers() {
    let server = Server::start().await;
    let (client, operator) = (server.client(), Operator::of(&server));
    let key = register(&client, "zhang").await;
    assert_eq!(operator.order("group zhang add 运营").await, "is in group 运营 (number 1) now.");
    assert_eq!(operator.order("group zhang add finance").await, "is in group finance (number 2) now.");
    assert_eq!(display(&client, &key).await.1["user"]["groups"], json!([1, 2]));
    let again = operator.order("group zhang add 运营").await;
    assert_eq!(again, "is in group 运营 (number 1) already; nothing was done.");
    assert_eq!(operator.order("group zhang remove 运营").await, "is no longer in group 运营.");
    assert_eq!(operator.order("group zhang remove 运营").await, "is not in group 运营; nothing was done.");
    assert_eq!(display(&client, &key).await.1["user"]["groups"], json!([2]));
    assert_eq!(operator.order("group zhang remove finance").await, "is no longer in group finance.");
    assert_eq!(operator.order("group zhang add 运营").await, "is in group 运营 (number 1) now.");
    assert_eq!(display(&client, &key).await.1["user"]["groups"], json!([1]));
}

#[tokio::test]
async fn a_name_gets_one_number_however_many_ask_at_once() {
    let server = Server::start().await;
    let (client, operator) = (server.client(), Operator::of(&server));
    let users: Vec<String> = (0..20).map(|n| format!("user{n}")).collect();
    for user in &users {
        assert_eq!(client.register(user, PASSWORD).await.code(), 201);
    }
    let same = users.iter().map(|user| format!("group {user} add 运营"));
    let same: Vec<String> = same.collect();
    for said in join_all(same.iter().map(|line| operator.order(line))).await {
        assert_eq!(said, "is in group 运营 (number 1) now.");
    }
    let different = users.iter().map(|user| format!("group {user} add friends-of-{user}"));
    let different: Vec<String> = different.collect();
    join_all(different.iter().map(|line| operator.order(line))).await;
    let cards = join_all(users.iter().map(|user| operator.show(user))).await;
    let mut numbers: Vec<u64> = cards.iter().filter_map(|card| card["groups"][1]["id"].as_u64()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (2..22).collect::<Vec<u64>>(), "one number each, and none left out");
}

#[tokio::test]
async fn a_superuser_is_made_with_a_password_that_keeps_the_rules() {
    let server = Server::start().await;
    let (client, operator) = (server.client(), Operator::of(&server));
    let line = "create-superuser --username root --email Root@example.com";
    let refusals = [
        ("kW3.x", "The password has fewer than 8 characters."),
        ("root2024", "The password is a common one, or the user's own name or address."),
        ("90210384756", "The password consists of digits only."),
        ("river\u{7}stone", "The password contains a control character."),
    ];
    for (password, words) in refusals {
        assert_eq!(operator.tell_with(line, Some(password)).await, Err(words.to_owned()), "{password}");
    }
    let long = "x".repeat(4097);
    let too_long = operator.tell_with(line, Some(&long)).await;
    assert_eq!(too_long, Err("The password is longer than 4096 bytes.".to_owned()));
    let made = operator.tell_with(line, Some(ROOTS)).await.expect("the rules are kept");
    assert!(
        made.starts_with("root (account ") && made.contains(") is a superuser, who counts as staff and as"),
        "{made}"
    );
    let card = operator.show("ROOT@example.com").await;
    // A superuser counts as staff, and is not made that.
    assert_eq!((&card["is_staff"], &card["is_superuser"]), (&json!(false), &json!(true)));
    assert_eq!(card["email_proven"], true);
    assert_eq!((&card["found_by"], &card["email"]), (&json!("email"), &json!("Root@example.com")));
    assert_eq!(client.login("root", ROOTS).await.code(), 200);
    // Names that are taken are told before anybody is asked for a password.
    assert_eq!(operator.tell(line).await, Err("The username and the e-mail address are taken.".to_owned()));
    let other = "create-superuser --username other --email ROOT@example.com";
    assert_eq!(operator.tell(other).await, Err("The e-mail address is taken.".to_owned()));
    assert_eq!(client.register("Root", PASSWORD).await.code(), 400, "the claim holds for everybody");
}

#[tokio::test]
async fn the_last_superuser_stays() {
    let server = Server::start().await;
    let (client, operator) = (server.client(), Operator::of(&server));
    operator.make_superuser("root").await;
    register(&client, "zhang").await;
    for line in ["superuser root off", "freeze root"] {
        let refused = operator.tell(line).await.expect_err("there is no other superuser");
        assert!(refused.contains("is the last superuser who can sign in"), "{refused}");
    }
    assert_eq!(operator.order("staff root off").await, "is not staff already; nothing was done.");
    operator.order("superuser zhang on").await;
    operator.order("freeze root").await;
    // The frozen one does not count, whatever it is called.
    for line in ["superuser zhang off", "freeze zhang"] {
        assert!(operator.tell(line).await.is_err(), "{line}");
    }
    operator.order("unfreeze root").await;
    for _ in 0..5 {
        let both = join_all(["superuser root off", "superuser zhang off"].map(|line| operator.tell(line)));
        let both = both.await;
        assert_eq!(both.iter().filter(|said| said.is_ok()).count(), 1, "{both:?}");
        for user in ["root", "zhang"] {
            operator.order(&format!("superuser {user} on")).await;
        }
    }
}

#[tokio::test]
async fn a_role_is_given_and_the_charitys_first_administrator_comes_from_here() {
    let server = Server::start().await;
    let (client, operator) = (server.client(), Operator::of(&server));
    operator.make_superuser("root").await;
    let root = operator.show("root").await;
    assert_eq!((&root["role"], &root["is_staff"]), (&json!("donor"), &json!(false)));
    let login = json!({"id": root["number"].to_string(), "password": ROOTS});
    let token = client.post("/user/login/").json(&login).send().await.json()["data"]["token"].clone();
    let wanted = json!({"first_name": "Sinope", "last_name": "Nanto", "role": "0", "password": PASSWORD});
    let made = client.post("/user/register/").header("token", token.as_str().unwrap()).json(&wanted);
    assert_eq!(made.send().await.json()["data"]["role"], "administrator");
    client.register("zhang", PASSWORD).await;
    assert_eq!(operator.order("role zhang volunteer").await, "is a volunteer now; 1 session ended.");
    assert_eq!(operator.order("role zhang volunteer").await, "is a volunteer already; nothing was done.");
    assert_eq!(
        operator.order("role zhang administrator").await,
        "is an administrator now; no session was open."
    );
    assert_eq!(operator.show("zhang").await["is_staff"], false, "an administrator is not staff by that");
    assert_eq!(operator.order("role zhang donor").await, "is a donor now; no session was open.");
    assert_eq!(operator.show("zhang").await["is_staff"], false);
    operator.order("superuser zhang on").await;
    assert_eq!(operator.show("zhang").await["role"], "donor", "its own role");
    operator.order("role zhang administrator").await;
    operator.order("staff zhang on").await;
    let off = operator.order("superuser zhang off").await;
    assert_eq!(
        off,
        "is not a superuser now; no session was open. It stays staff and an administrator of the charity."
    );
    let zhang = operator.show("zhang").await;
    assert_eq!((&zhang["role"], &zhang["is_staff"]), (&json!("administrator"), &json!(true)));
}

#[tokio::test]
async fn a_user_is_deleted_only_where_the_number_is_repeated() {
    let server = Server::start().await;
    let (client, operator) = (server.client(), Operator::of(&server));
    client.register("zhang", PASSWORD).await;
    let number = operator.show("zhang").await["number"].to_string();
    for line in ["delete zhang", "delete zhang --confirm 10000001"] {
        let refused = operator.tell(line).await.expect_err("nobody has confirmed it");
        assert!(refused.contains(&format!("--confirm {number}")), "{refused}");
    }
    assert_eq!(operator.show("zhang").await["standing"], "active");
    let deleted = operator.order(&format!("delete zhang --confirm {number}")).await;
    assert_eq!(deleted, "is deleted now; 1 session ended.");
    assert!(operator.tell("show zhang").await.is_err(), "the name leads to nobody");
    let card = operator.show(&format!("#{number}")).await;
    assert_eq!((&card["standing"], &card["username"]), (&json!("deleted"), &json!(null)));
    let again = operator.order(&format!("delete #{number}")).await;
    assert_eq!(again, "is deleted already; nothing was done.");
    assert_eq!(client.register("zhang", PASSWORD).await.code(), 201, "the name is free");
}

#[tokio::test]
async fn the_last_superuser_is_not_deleted() {
    let server = Server::start().await;
    let operator = Operator::of(&server);
    operator.make_superuser("root").await;
    let number = operator.show("root").await["number"].to_string();
    let refused = operator.tell(&format!("delete root --confirm {number}")).await.unwrap_err();
    assert!(refused.contains("is the last superuser who can sign in"), "{refused}");
    assert_eq!(operator.show("root").await["standing"], "active");
}

#[tokio::test]
async fn users_are_found_by_whatever_names_them() {
    let server = Server::start().await;
    let operator = Operator::of(&server);
    let body = json!({"username": "zhang", "email": "Zhang@Example.com", "password1": PASSWORD, "password2": PASSWORD});
    server.client().post("/rest-auth/registration/").json(&body).send().await;
    let number = operator.show("zhang").await["number"].clone();
    for (typed, by) in [
        ("ZHANG".to_owned(), "username"),
        ("zhang@example.COM".to_owned(), "email"),
        (number.to_string(), "number"),
        (format!("#{number}"), "number"),
    ] {
        let card = operator.show(&typed).await;
        assert_eq!((&card["number"], &card["found_by"]), (&number, &json!(by)), "{typed}");
    }
    // A username of digits that is a number as well is nobody's; the number still has its sign.
    server.client().register(&number.to_string(), PASSWORD).await;
    let refused = operator.tell(&format!("show {number}")).await.expect_err("two are meant");
    assert!(refused.contains(&format!("and the number of account {number}")), "{refused}");
    assert_eq!(operator.show(&format!("#{number}")).await["number"], number);
    for nobody in ["li", "li@example.com", "#12", "12", "#zhang", "0", ""] {
        let told = operator.tell(&format!("freeze {nobody}")).await;
        let expected = "no account has it as a username, e-mail address, mobile number or account number.";
        assert_eq!(told, Err(format!("There is no user {nobody:?}: {expected}")));
    }
}

#[tokio::test]
async fn nobody_is_taken_for_another() {
    let server = Server::start().await;
    let operator = Operator::of(&server);
    let address = EmailAddress::parse("v@corp.com").expect("it is one");
    let name = Username::parse("v@corp.com", Some(&address)).expect("it is their own address");
    let now = server.clock().now();
    let blank = |number| Account::new(number, StoredCredential::stored(String::new()), now);
    let (first, second) = (AccountNumber::new(11_111_111), AccountNumber::new(22_222_222));
    // One took the address for a name and moved on to another; the next owner came to the pool later.
    let named = Account { username: Some(name.clone()), ..blank(first) };
    let owner = Account { email: Some(address.clone()), ..blank(second) };
    for (account, claim) in [(named, Identifier::username(&name)), (owner, Identifier::email(&address))] {
        let new = NewAccount::new(&account, std::slice::from_ref(&claim), "test");
        assert!(server.app().store.create_account(&new).await.is_ok_and(|made| made.is_ok()));
    }
    let told = operator.tell("freeze v@corp.com").await;
    let expected = "\"v@corp.com\" is the username of account 11111111 and the e-mail address of account \
                    22222222. Write #11111111 or #22222222.";
    assert_eq!(told, Err(expected.to_owned()));
    assert_eq!(operator.show("#22222222").await["email"], "v@corp.com");
}

#[tokio::test]
async fn the_binary_tells_by_its_exit_code() {
    let server = Server::start().await;
    let aws = server.service().aws().url();
    let created = run(&aws, "create-superuser --username root", ROOTS).await;
    assert_eq!(created.0, Some(0), "{created:?}");
    assert_eq!(server.client().login("root", ROOTS).await.code(), 200);
    let (code, printed) = run(&aws, "show root", "").await;
    assert!(code == Some(0) && printed.contains("\nSuperuser      yes\n"), "{printed}");
    // The stand-in for STS knows everybody as one.
    let (code, printed) = run(&aws, "history root --json", "").await;
    assert!(code == Some(0) && printed.contains("arn:aws:iam::000000000000:user/local"), "{printed}");
    assert_eq!(run(&aws, "show nobody", "").await.0, Some(1));
    assert_eq!(run(&aws, "create-superuser --username li", "").await.0, Some(1));
    assert_eq!(run(&aws, "--table other show root", "").await.0, Some(1));
    assert_eq!(run(&aws, "show", "").await.0, Some(2));
    assert_eq!(run(&aws, "create-superuser --username li --password x", "").await.0, Some(2));
    assert_eq!(run(&aws, "--help", "").await.0, Some(0));
}

/// Runs the binary with that standard input; the answer is its exit code and all it said.
async fn run(aws: &str, line: &str, input: &str) -> (Option<i32>, String) {
    let mut child = operator::process(aws, &line.split(' ').collect::<Vec<_>>())
        .spawn()
        .expect("the binary can be started");
    let mut stdin = child.stdin.take().expect("its input is piped");
    // It may have ended without reading.
    _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = child.wait_with_output().await.expect("the binary ends");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("it prints text"))
}
