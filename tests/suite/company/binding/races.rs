//! Several people after one address at the same moment.

use futures_util::future::join_all;
use tests::server::Server;

use super::{
    EMAIL, EMAIL_CHANGED, NAME, OTHER, TAKEN, account_of, bind_by_code, change, code_for, link, shown, table,
    user, with_user,
};

/// Every address belongs to exactly the account whose claim is on it, and both agree whether it is proven.
async fn is_consistent(server: &Server) {
    let claims = table::items_of(server, "GUARD#email#").await;
    let accounts = table::items_of(server, "ACCOUNT#").await;
    let mut seen = 0;
    for account in accounts.iter().filter(|item| item.contains_key("email")) {
        let address = table::text(account, "email").to_ascii_lowercase();
        let claim = claims.iter().find(|item| table::text(item, "pk") == format!("GUARD#email#{address}"));
        let claim = claim.unwrap_or_else(|| panic!("{address} has no claim"));
        let owner = format!("ACCOUNT#{}", table::number(claim, "account"));
        assert_eq!(table::text(account, "pk"), owner, "{address}");
        assert_eq!(account.get("email_proven"), claim.get("proven"), "{address}");
        seen += 1;
    }
    let held = claims.iter().filter(|item| !item.contains_key("until")).count();
    assert_eq!(held, seen, "a claim of nobody's");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_of_a_claim_and_whoever_proves_it_by_code_meet_and_one_wins() {
    for round in 0..6 {
        let (server, zhang) = with_user().await;
        let wang = user(&server, "wang", Some(OTHER)).await;
        let link = link(&server, &zhang).await;
        let code = code_for(&server, &wang, EMAIL).await;
        let reader = server.client();
        let click = tokio::spawn(async move {
            let token = link.split_once("?token=").expect("the link has a token").1;
            reader.post(super::LANDING).form(&[("token", token)]).send().await.code()
        });
        let by_code = {
            let wang = wang.clone();
            tokio::spawn(async move { change(&wang, EMAIL, &code).await.text })
        };
        let (click, by_code) = (click.await.expect("no panic"), by_code.await.expect("no panic"));
        match (click, by_code.as_str()) {
            (303, TAKEN) => {
                assert_eq!(shown(&zhang).await, (EMAIL.to_owned(), true), "round {round}");
                assert_eq!(shown(&wang).await, (OTHER.to_owned(), false), "round {round}");
            }
            (303 | 400, EMAIL_CHANGED) => {
                assert_eq!(shown(&zhang).await, (String::new(), false), "round {round}");
                assert_eq!(shown(&wang).await, (EMAIL.to_owned(), true), "round {round}");
            }
            other => panic!("round {round}: {other:?}"),
        }
        is_consistent(&server).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_people_who_prove_one_address_one_gets_it_and_nobody_loses_more_than_that() {
    let (server, zhang) = with_user().await;
    let mut browsers = vec![zhang];
    for at in 0..4 {
        browsers.push(user(&server, &format!("user{at}"), Some(&format!("user{at}@example.com"))).await);
    }
    // Only the latest code lives, so the others try it with codes that have died, and the owner of the
    // living one sends it several times. A code bears five tries, whoever makes them: the dead ones are
    // fewer, or nobody might get in.
    let mut tries = Vec::new();
    for (browser, times) in browsers[1..].iter().zip([1, 1, 1, 3]) {
        server.clock().advance(super::PAUSE);
        let code = code_for(&server, browser, EMAIL).await;
        for _ in 0..times {
            let (browser, code) = (browser.clone(), code.clone());
            tries.push(async move { change(&browser, EMAIL, &code).await.text });
        }
    }
    let answers = join_all(tries.into_iter().map(tokio::spawn)).await;
    let won = answers.into_iter().filter(|answer| answer.as_ref().is_ok_and(|text| text == EMAIL_CHANGED));
    assert_eq!(won.count(), 1);
    assert_eq!(shown(&browsers[4]).await, (EMAIL.to_owned(), true));
    for (at, browser) in browsers.iter().enumerate().take(4) {
        let left = if at == 0 { String::new() } else { format!("user{}@example.com", at - 1) };
        assert_eq!(shown(browser).await, (left, false), "{at}");
    }
    is_consistent(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_an_address_away_while_another_proves_it_leaves_no_claim_behind() {
    for _ in 0..4 {
        let (server, zhang) = with_user().await;
        let wang = user(&server, "wang", None).await;
        let code = code_for(&server, &wang, EMAIL).await;
        let away = {
            let zhang = zhang.clone();
            tokio::spawn(async move { super::move_unproven(&zhang, OTHER).await.json()["code"].clone() })
        };
        let by_code = {
            let wang = wang.clone();
            tokio::spawn(async move { change(&wang, EMAIL, &code).await.text })
        };
        let (_, by_code) = (away.await.expect("no panic"), by_code.await.expect("no panic"));
        assert_eq!(by_code, EMAIL_CHANGED, "proof wins, whether the address is held or in its week");
        assert_eq!(shown(&wang).await, (EMAIL.to_owned(), true));
        let zhang = account_of(&server, NAME).await;
        assert!(zhang.email.is_none_or(|email| email.as_str() == OTHER) && zhang.former_emails.is_empty());
        is_consistent(&server).await;
    }
}

#[tokio::test]
async fn everything_agrees_after_a_quiet_change_too() {
    let (server, zhang) = with_user().await;
    is_consistent(&server).await;
    bind_by_code(&server, &zhang, OTHER).await;
    is_consistent(&server).await;
}
