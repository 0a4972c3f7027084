//! Whom wrong passwords make wait: strangers, and never the owner where the owner is known (trust rule 6).

mod lanes;
mod locks;
mod places;
mod sessions;

use std::net::IpAddr;
use std::time::Duration;

use local::inbox::Channel;
use tests::answer::Answer;
use tests::client::Client;
use tests::code;
use tests::server::Server;

const PASSWORD: &str = "fswxxz1456";
const NEW_PASSWORD: &str = "tiger-tally-78";
const EMAIL: &str = "zhang@example.com";

/// Networks of their own: every address of 127/8 is this computer.
const HOME: &str = "127.0.1.1";
const AWAY: &str = "127.0.2.1";
const EVIL: &str = "127.0.66.1";

const CHANGE: &str = "/rest-auth/password/change/";
const WRONG: &str = r#"400 {"non_field_errors":["Unable to log in with provided credentials."]}"#;

/// Somebody in a network, with a browser that has no cookies yet.
fn at(server: &Server, address: &str) -> Client {
    let address: IpAddr = address.parse().expect("this is an address");
    Client::from_address(&server.url(), address)
}

/// Registers the account that everything here is about: nobody is known by that.
async fn with_user() -> Server {
    let server = Server::start().await;
    let answer = at(&server, HOME).register_with("zhang", EMAIL, PASSWORD).await;
    assert_eq!(answer.code(), 201, "{answer:?}");
    server
}

/// The same, whose owner has been in from home with the browser that is answered.
async fn with_owner() -> (Server, Client) {
    let server = with_user().await;
    let browser = at(&server, HOME);
    assert_eq!(browser.login("zhang", PASSWORD).await.code(), 200);
    (server, browser)
}

/// Guesses wrong until there is a wait.
async fn guess(server: &Server, name: &str) -> Answer {
    for at_ in 0..20 {
        let answer = at(server, EVIL).login(name, &format!("wrong-guess-{at_}")).await;
        if answer.code() == 429 {
            return answer;
        }
    }
    panic!("nobody was made to wait")
}

/// Guesses wrong, sitting every wait out, until none is granted any more; how many were.
async fn guess_to_the_end(server: &Server, name: &str) -> usize {
    let mut granted = 0;
    for _ in 0..300 {
        let answer = at(server, EVIL).login(name, "wrong-guess-x").await;
        if answer.code() != 429 {
            granted += 1;
        } else if granted >= 100 {
            return granted;
        } else {
            server.clock().advance(wait(&answer));
        }
    }
    panic!("guessing does not end after {granted} tries")
}

fn wait(answer: &Answer) -> Duration {
    let seconds = answer.header("retry-after").expect("a wait is told");
    Duration::from_secs(seconds.parse().expect("it is told in seconds"))
}

/// The password of the console's users is reset by a code that is mailed there.
async fn reset(client: &Client, server: &Server) -> Answer {
    assert_eq!(client.ask_reset(EMAIL).await.code(), 200);
    let code = code::latest(&server.inbox(), Channel::Mail);
    client.reset(EMAIL, &code, NEW_PASSWORD).await
}
