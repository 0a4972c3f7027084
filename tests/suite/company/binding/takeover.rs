//! Whoever proves an address gets it, also from an account that claimed it first without proof.

use local::inbox::Channel;
use serde_json::json;
use tests::code;

use super::{
    CHANGE, EMAIL, EMAIL_CHANGED, NAME, NEW_PASSWORD, OTHER, PASSWORD, PAUSE, TAKEN, WEEK, account_of, ask,
    bind_by_code, bind_by_link, can_register, change, code_for, give_phone, link, logged_in, login,
    move_unproven, reset, reset_goes_to, shown, told, user, with_user,
};

const PHONE: &str = "13800138000";

/// Zhang claimed the address without proof; Wang, whose own it is, has an account without one.
async fn with_squatter() -> (tests::server::Server, tests::client::Client, tests::client::Client) {
    let (server, squatter) = with_user().await;
    let owner = user(&server, "wang", None).await;
    (server, squatter, owner)
}

#[tokio::test]
async fn the_owner_of_an_address_takes_it_from_whoever_only_claimed_it() {
    let (server, squatter, owner) = with_squatter().await;
    give_phone(&server, NAME, PHONE).await;
    bind_by_code(&server, &owner, EMAIL).await;
    assert_eq!(shown(&owner).await, (EMAIL.to_owned(), true));
    assert_eq!(shown(&squatter).await, (String::new(), false), "the loser keeps the account without it");
    let told: Vec<_> = server.inbox().messages().into_iter().map(|message| message.to).collect();
    assert_eq!(told, [EMAIL, "+8613800138000"], "and hears of it by its mobile number");
    // From now on the address is the owner's, whatever it is used for.
    server.clock().advance(PAUSE);
    assert_eq!(reset_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL));
    assert!(reset(&server, EMAIL).await);
    assert_eq!(login(&server.client(), EMAIL, NEW_PASSWORD).await.json()["username"], "wang");
    assert_eq!(login(&server.client(), "wang", NEW_PASSWORD).await.json()["status"], "ok");
    assert_eq!(login(&server.client(), NAME, PASSWORD).await.json()["status"], "ok", "untouched");
    assert_eq!(login(&server.client(), EMAIL, PASSWORD).await.json()["status"], "form_error");
}

#[tokio::test]
async fn a_loser_without_a_mobile_number_is_told_nowhere() {
    let (server, _, owner) = with_squatter().await;
    bind_by_code(&server, &owner, EMAIL).await;
    assert_eq!(server.inbox().messages().len(), 1, "the code");
}

#[tokio::test]
async fn a_loser_whose_name_is_the_address_keeps_the_name() {
    let (server, _) = with_user().await;
    let customer = user(&server, OTHER, Some(OTHER)).await;
    let owner = user(&server, "wang", None).await;
    bind_by_code(&server, &owner, OTHER).await;
    assert_eq!(shown(&customer).await, (String::new(), false));
    // The address goes first at a login, the name still opens where there is no such address.
    assert_eq!(login(&server.client(), OTHER, PASSWORD).await.json()["username"], "wang");
    server.clock().advance(PAUSE);
    bind_by_code(&server, &owner, "elsewhere@example.com").await;
    server.clock().advance(WEEK + WEEK);
    assert_eq!(login(&server.client(), OTHER, PASSWORD).await.json()["username"], OTHER);
}

#[tokio::test]
async fn a_proven_address_stays_with_whoever_proved_it_and_nobody_is_told_before_proof() {
    let (server, zhang) = with_user().await;
    let wang = user(&server, "wang", None).await;
    let asked_before = code_for(&server, &wang, EMAIL).await;
    server.clock().advance(PAUSE);
    bind_by_link(&server, &zhang).await;
    let before = server.inbox().messages().len();
    server.clock().advance(std::time::Duration::from_secs(61));
    let (known, unknown) = (ask(&wang, EMAIL).await, ask(&wang, "nobody@example.com").await);
    assert_eq!(known.structure(), unknown.structure());
    let sent = server.inbox().messages().split_off(before);
    let to: Vec<&str> = sent.iter().map(|message| message.to.as_str()).collect();
    assert_eq!(to, ["nobody@example.com"]);
    assert_ne!(change(&wang, EMAIL, &asked_before).await.text, EMAIL_CHANGED);
    assert_eq!(shown(&zhang).await, (EMAIL.to_owned(), true));
}

#[tokio::test]
async fn the_owner_may_prove_the_claim_while_somebody_holds_a_code() {
    let (server, zhang) = with_user().await;
    let wang = user(&server, "wang", None).await;
    let code = code_for(&server, &wang, EMAIL).await;
    bind_by_link(&server, &zhang).await;
    assert_eq!(told(&change(&wang, EMAIL, &code).await), (200, TAKEN));
    assert_eq!((shown(&zhang).await.1, shown(&wang).await), (true, (String::new(), false)));
}

#[tokio::test]
async fn a_link_proves_its_own_accounts_claim_and_no_other() {
    let (server, squatter, owner) = with_squatter().await;
    let old = link(&server, &squatter).await;
    bind_by_code(&server, &owner, EMAIL).await;
    // Somebody else's link in the mailbox of the owner binds nothing to anybody.
    assert_eq!(server.client().get(&old).send().await.code(), 400);
    assert_eq!((shown(&owner).await.1, shown(&squatter).await.0), (true, String::new()));
}

#[tokio::test]
async fn an_address_in_its_week_is_taken_by_proof_unless_it_was_proven() {
    let (server, zhang, owner) = with_squatter().await;
    move_unproven(&zhang, OTHER).await;
    assert!(!can_register(&server, "new1", EMAIL).await, "without proof it cannot be had");
    bind_by_code(&server, &owner, EMAIL).await;
    assert_eq!(shown(&owner).await, (EMAIL.to_owned(), true));
    assert!(account_of(&server, NAME).await.former_emails.is_empty());
    server.clock().advance(PAUSE);
    assert_eq!(
        reset_goes_to(&server, OTHER).await.as_deref(),
        Some(OTHER),
        "the one before recovers it no longer"
    );
    server.clock().advance(WEEK + WEEK);
    assert!(!can_register(&server, "new1", EMAIL).await, "the week of before does not end the new claim");

    let (server, zhang, owner) = with_squatter().await;
    bind_by_link(&server, &zhang).await;
    move_unproven(&zhang, OTHER).await;
    server.clock().advance(PAUSE);
    let before = server.inbox().messages().len();
    ask(&owner, EMAIL).await;
    assert_eq!(server.inbox().messages().len(), before, "it is kept for whoever proved it");
    assert_eq!(reset_goes_to(&server, OTHER).await, None, "nobody has proven the new one");
    assert_eq!(reset_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL));
    server.clock().advance(WEEK + WEEK / 2);
    ask(&owner, EMAIL).await;
    assert_eq!(reset_goes_to(&server, EMAIL).await.as_deref(), Some(EMAIL), "without end");
    // Once the new one is proven, the week begins.
    bind_by_link(&server, &logged_in(&server, NAME, PASSWORD).await).await;
    server.clock().advance(WEEK + std::time::Duration::from_secs(1));
    let owner = logged_in(&server, "wang", PASSWORD).await;
    bind_by_code(&server, &owner, EMAIL).await;
    assert_eq!(shown(&owner).await, (EMAIL.to_owned(), true));
}

#[tokio::test]
async fn nobody_keeps_an_address_by_moving_to_and_fro() {
    let (server, squatter, owner) = with_squatter().await;
    for _ in 0..3 {
        move_unproven(&squatter, OTHER).await;
        move_unproven(&squatter, EMAIL).await;
    }
    bind_by_code(&server, &owner, EMAIL).await;
    let answer = move_unproven(&squatter, EMAIL).await;
    assert_eq!(answer.json()["code"], 0, "{answer:?}");
    assert_eq!(shown(&owner).await, (EMAIL.to_owned(), true));
}

#[tokio::test]
async fn the_address_of_a_frozen_account_can_be_taken_as_well_and_freezes_nobody() {
    let (server, _, owner) = with_squatter().await;
    super::freeze(&server, NAME).await;
    bind_by_code(&server, &owner, EMAIL).await;
    let loser = account_of(&server, NAME).await;
    assert_eq!((loser.email, loser.standing), (None, tally::domain::account::Standing::Frozen));
    assert_eq!(login(&server.client(), EMAIL, PASSWORD).await.json()["status"], "ok");
}

#[tokio::test]
async fn a_winner_leaves_the_address_it_had() {
    let (server, _) = with_user().await;
    let owner = user(&server, "wang", Some(OTHER)).await;
    bind_by_code(&server, &owner, EMAIL).await;
    assert_eq!(shown(&owner).await, (EMAIL.to_owned(), true));
    assert!(can_register(&server, "new1", OTHER).await);
}

#[tokio::test]
async fn a_customer_registers_an_address_and_its_owner_takes_it() {
    let (server, _) = with_user().await;
    let send = json!({"action_name": "AccountReg", "mobile": PHONE});
    assert_eq!(super::post(&server.client(), "/users/send_sms_code/", &send).await.json()["status"], "ok");
    let code = code::latest(&server.inbox(), Channel::Sms);
    let form = json!({
        "user_email": OTHER, "company_name": "例子公司", "password": PASSWORD, "phone": PHONE,
        "name": "李明", "code": code,
    });
    let customer = server.client();
    let answer = super::post(&customer, "/users/account_register/", &form).await;
    assert_eq!(answer.json()["status"], "ok", "{answer:?}");
    assert_eq!(shown(&customer).await, (OTHER.to_owned(), false));
    let link = super::latest_link(&server);
    let owner = user(&server, "wang", None).await;
    bind_by_code(&server, &owner, OTHER).await;
    let last = server.inbox().messages().pop().expect("a text message");
    assert_eq!((last.to.as_str(), last.subject), ("+8613800138000", None));
    assert_eq!(server.client().get(&link).send().await.code(), 400);
    // The customer still gets in by the number and by the name.
    assert_eq!(login(&server.client(), PHONE, PASSWORD).await.json()["username"], OTHER);
    // And can have an address of their own.
    let customer = logged_in(&server, PHONE, PASSWORD).await;
    server.clock().advance(PAUSE);
    let code = code_for(&server, &customer, "other@example.com").await;
    let body = json!({"password": PASSWORD, "code": code, "email": "other@example.com"});
    assert_eq!(told(&super::post(&customer, CHANGE, &body).await), (200, EMAIL_CHANGED));
}
