//! Two things at once: an answer is lost, and before the SDK repeats its request, another device acts.

use std::time::Duration;

use futures_util::future::join;
use tests::answer::Answer;
use tests::tap::{Action, Fault, Which};
use tests::tapped::{Ask, Ground, Tapped};

use super::{
    ACCOUNT_AND_RECORD, NEW_PASSWORD, PASSWORD, TRANSACTION, UPDATE, details, login, logout, password_change,
    profile, start_with_user,
};

/// Sends a request whose write happens, but whose answer is lost; another request is answered before
/// the write is repeated.
async fn interleave(ground: &Ground, service: &Tapped, ask: &Ask, other: &Ask) -> (Answer, Answer) {
    interleave_at((UPDATE, "ACCOUNT"), ground, service, ask, other).await
}

/// The same for a write of that kind.
async fn interleave_at(
    (operation, items): (&'static str, &str),
    ground: &Ground,
    service: &Tapped,
    ask: &Ask,
    other: &Ask,
) -> (Answer, Answer) {
    let calm = ground.tapped(Duration::ZERO).await;
    let write = || Fault::every(operation, Action::DropAfter).on(items);
    service.tap.inject(Fault { which: Which::Nth(0), ..write() });
    // Shorter than the SDK waits for one try, longer than the other request takes.
    let delay = Action::Delay(Duration::from_millis(1200));
    service.tap.inject(Fault { which: Which::Nth(1), action: delay, ..write() });
    let meanwhile = async {
        service.tap.broken().await;
        calm.send(other).await
    };
    let answers = join(service.send(ask), meanwhile).await;
    assert_eq!(service.tap.repair(), 2);
    answers
}

#[tokio::test]
async fn a_login_counts_once() {
    let (ground, service, welcome) = start_with_user().await;
    let before = ground.account_of(&welcome.key()).await;
    let ask = login("zhang", PASSWORD);
    let (answer, other) = interleave(&ground, &service, &ask, &ask).await;
    assert_eq!((answer.code(), other.code()), (200, 200));
    let after = ground.account_of(&welcome.key()).await;
    assert_eq!(after.shared_key.devices, before.shared_key.devices + 2);
    assert_eq!(after.sessions.len(), before.sessions.len() + 2);
    assert_eq!(service.send(&profile().session(&answer)).await.code(), 404, "it is in");
}

#[tokio::test]
async fn a_logout_counts_once() {
    for by_key in [false, true] {
        let (ground, service, welcome) = start_with_user().await;
        for _ in 0..3 {
            assert_eq!(service.send(&login("zhang", PASSWORD)).await.code(), 200);
        }
        let before = ground.account_of(&welcome.key()).await.shared_key.devices;
        let ask = if by_key { logout().key(&welcome.key()) } else { logout().session(&welcome) };
        let (answer, other) = interleave(&ground, &service, &ask, &login("zhang", PASSWORD)).await;
        assert_eq!((answer.code(), other.code()), (200, 200));
        let after = ground.account_of(&welcome.key()).await.shared_key.devices;
        // One less and one more. A logout by key leaves no trace besides its mark, which the login has
        // replaced, so it may be counted twice: the key dies early, never late.
        let least = if by_key { before - 1 } else { before };
        assert!((least..=before).contains(&after), "{after} of {before} devices, by key: {by_key}");
    }
}

#[tokio::test]
async fn a_password_change_holds_against_a_login_with_the_new_password() {
    let (ground, service, welcome) = start_with_user().await;
    let ask = password_change().session(&welcome);
    let write = (TRANSACTION, ACCOUNT_AND_RECORD);
    let (answer, other) = interleave_at(write, &ground, &service, &ask, &login("zhang", NEW_PASSWORD)).await;
    assert_eq!(other.code(), 200, "the new password is in force: {other:?}");
    assert_eq!(answer.code(), 200, "{answer:?}");
    assert_eq!(ground.account_of(&other.key()).await.epoch, 1);
    assert_eq!(service.send(&profile().session(&other)).await.code(), 404, "the new session lives");
}

#[tokio::test]
async fn details_are_created_once() {
    let (ground, service, welcome) = start_with_user().await;
    let ask = details().session(&welcome);
    let (answer, other) = interleave(&ground, &service, &ask, &login("zhang", PASSWORD)).await;
    assert_eq!(other.code(), 200);
    assert_eq!(answer.code(), 201, "{answer:?}");
    assert_eq!(service.send(&profile().session(&welcome)).await.json()["company"], "rinc");
    assert_eq!(service.send(&details().session(&welcome)).await.code(), 400);
}
