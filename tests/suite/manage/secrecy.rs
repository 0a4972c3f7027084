//! Whether an address belongs to anybody shows nowhere.

use std::time::Duration;

use super::{EMAIL, PASSWORD, ask, latest_code, login, order, reset, with_staff, with_user, wrong};
use tally::domain::administration::Order;
use tests::server::Server;

const NOBODY: &str = "nob@mxchip.com";

#[tokio::test]
async fn unknown_addresses_are_answered_like_known_ones() {
    let server = with_user().await;
    let known = ask(&server.client(), EMAIL).await;
    let unknown = ask(&server.client(), NOBODY).await;
    assert_eq!(known.structure(), unknown.structure());
    assert_eq!(server.inbox().messages().len(), 1);
    let guess = wrong(&latest_code(&server));
    let known = reset(&server.client(), EMAIL, &guess).await;
    let unknown = reset(&server.client(), NOBODY, &guess).await;
    assert_eq!(known.structure(), unknown.structure());
}

#[tokio::test]
async fn wrong_logins_are_answered_alike_whoever_is_asked_for() {
    let server = with_staff().await;
    let staff = login(&server.client(), EMAIL, "wrong-password").await.structure();
    let nobody = login(&server.client(), NOBODY, "wrong-password").await.structure();
    order(&server, EMAIL, Order::Staff(false)).await;
    let no_staff = login(&server.client(), EMAIL, PASSWORD).await.structure();
    assert_eq!(staff, nobody);
    assert_eq!(staff, no_staff);
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_changes_nothing_and_may_be_asked_for_again() {
    let server = with_user().await;
    let fine = ask(&server.client(), NOBODY).await.structure();
    server.inbox().refuse_next();
    assert_eq!(ask(&server.client(), EMAIL).await.structure(), fine);
    assert!(server.inbox().messages().is_empty());
    // Nothing went out, so the pause does not count.
    server.clock().advance(Duration::from_secs(1));
    ask(&server.client(), EMAIL).await;
    assert_eq!(server.inbox().messages().len(), 1);
}

#[tokio::test]
async fn codes_lie_in_the_table_as_keyed_digests_only() {
    let server = with_user().await;
    ask(&server.client(), EMAIL).await;
    let code = latest_code(&server);
    let dump = dump(&server).await;
    assert!(dump.contains("CODE#") && !dump.contains(&code), "the code is in the table");
    assert!(!dump.contains(&format!("CODE#{EMAIL}")), "the address is in the key of the code");
}

async fn dump(server: &Server) -> String {
    let store = &server.app().store;
    let items = store.client().scan().table_name(store.table()).send().await.expect("the table can be read");
    format!("{:?}", items.items())
}
