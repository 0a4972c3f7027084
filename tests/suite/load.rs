//! The load client against the whole service.

use std::time::Duration;

use bench::load::{self, Kind, Options};
use tests::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_of_load_is_answered_and_told() {
    let server = Server::start().await;
    let kinds = [Kind::Read, Kind::Login, Kind::Mixed].to_vec();
    let duration = Duration::from_millis(250);
    let options = Options { url: Some(server.url()), workers: 2, duration, kinds, soak: None };
    let loaded = load::run(&options).await.expect("the service bears it");
    // The three kinds, reads alone, and reads beside logins.
    assert_eq!(loaded.outcomes.len(), 6);
    for (kind, outcome) in &loaded.outcomes {
        let statuses: Vec<u16> = outcome.statuses.keys().copied().collect();
        assert!(statuses.iter().all(|status| [200, 201].contains(status)), "{kind}: {}", outcome.answers());
        assert!(!outcome.latencies.is_empty() && outcome.percentile(50) > 0.0, "{kind}");
        assert!(outcome.percentile(50) <= outcome.percentile(99), "{kind}");
    }
    assert!(loaded.is_starved().is_some());
    let told = loaded.markdown();
    assert!(told.lines().count() >= 8 && told.contains("| mixed"), "{told}");
}
