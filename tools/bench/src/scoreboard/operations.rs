//! Rows 8 and 9: what each operation costs at DynamoDB, read off its own answers on the way to the real
//! functions, in a small pool and in a large one.

use std::time::Duration;

use harness::price::{self, Limit};
use harness::tap::{Tap, reads, round_trips, writes};
use indicatif::ProgressBar;
use serde_json::json;

use crate::error::BenchError;
use crate::fleet::{Binaries, Fleet, Reply, Request};
use crate::requests::{self, PASSWORD};
use crate::stage::Stage;

/// Long enough for calls that are sent together to overlap on a busy computer.
pub(crate) const LATENCY: Duration = Duration::from_millis(40);

/// How many operations [`measure`] weighs.
pub const OPERATIONS: usize = 11;

/// What an operation cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighed {
    /// What it may cost.
    pub limit: Limit,
    /// Round trips in sequence.
    pub trips: usize,
    /// Read units.
    pub reads: f64,
    /// Write units.
    pub writes: f64,
}

impl Weighed {
    /// Whether it costs no more than it may.
    #[must_use]
    pub fn is_within(&self) -> bool {
        self.trips <= self.limit.trips && self.reads <= self.limit.reads && self.writes <= self.limit.writes
    }

    /// How many times it costs what that one does, by whichever of the three measures is worst.
    #[must_use]
    pub fn growth_from(&self, smaller: &Self) -> f64 {
        let trips = |weighed: &Self| u32::try_from(weighed.trips).map_or(f64::INFINITY, f64::from);
        let pairs =
            [(trips(self), trips(smaller)), (self.reads, smaller.reads), (self.writes, smaller.writes)];
        let growth = |(large, small): (f64, f64)| match (large > 0.0, small > 0.0) {
            (_, true) => large / small,
            (true, false) => f64::INFINITY,
            (false, false) => 1.0,
        };
        pairs.into_iter().map(growth).fold(0.0, f64::max)
    }
}

/// The functions behind a tap.
struct Scale<'a> {
    fleet: Fleet<'a>,
    tap: Tap,
    weighed: Vec<Weighed>,
    bar: &'a ProgressBar,
}

impl Scale<'_> {
    async fn weigh(&mut self, limit: Limit, request: &Request, status: u64) -> Result<Reply, BenchError> {
        let reply = self.fleet.expect(request, status).await?;
        let calls = self.tap.take_calls();
        let (trips, reads, writes) = (round_trips(&calls), reads(&calls), writes(&calls));
        self.weighed.push(Weighed { limit, trips, reads, writes });
        self.bar.inc(1);
        Ok(reply)
    }

    /// Asks beside the scale.
    async fn prepare(&mut self, request: &Request, status: u64) -> Result<Reply, BenchError> {
        let reply = self.fleet.expect(request, status).await?;
        drop(self.tap.take_calls());
        Ok(reply)
    }

    /// Has a function start, so that what its start costs is not on the scale.
    async fn wake(&mut self, path: &str) -> Result<(), BenchError> {
        self.fleet.ask(&requests::get(path)).await?;
        drop(self.tap.take_calls());
        Ok(())
    }
}

/// Weighs one operation after the other in the pool of that stage.
pub async fn measure(
    binaries: &Binaries,
    stage: &Stage,
    bar: &ProgressBar,
) -> Result<Vec<Weighed>, BenchError> {
    let tap = Tap::before(&stage.plain_url(), LATENCY).await;
    let mut environment = stage.environment();
    environment.insert("AWS_ENDPOINT_URL", tap.url().to_owned());
    let mut scale = Scale { fleet: Fleet::new(binaries, environment), tap, weighed: Vec::new(), bar };
    for path in ["/rest-auth/", "/v3_1/manage/", "/users/", "/user/"] {
        scale.wake(path).await?;
    }

    scale.weigh(price::REGISTER, &requests::registration("zhang"), 201).await?;
    let login = requests::login("zhang", PASSWORD);
    scale.prepare(&login, 200).await?;
    let welcome = scale.weigh(price::LOGIN, &login, 200).await?;
    let (key, session) = (welcome.key(), welcome.cookie(requests::SESSION).unwrap_or_default().to_owned());
    scale.prepare(&requests::details(&key), 201).await?;
    let profile = requests::profile(&key);
    scale.weigh(price::PROFILE_BY_KEY, &profile, 200).await?;
    let profile = requests::with_session(requests::get("/api/users_display/"), &session);
    scale.weigh(price::PROFILE_BY_SESSION, &profile, 200).await?;
    let logout = requests::post("/rest-auth/logout/", &json!({}));
    let by_session = requests::with_session(logout.clone(), &session);
    scale.weigh(price::LOGOUT_BY_SESSION, &by_session, 200).await?;
    scale.weigh(price::LOGOUT_BY_KEY, &requests::with_key(logout, &key), 200).await?;

    let key = scale.prepare(&login, 200).await?.key();
    let new = "river stone 77";
    let change = json!({"old_password": PASSWORD, "new_password1": new, "new_password2": new});
    let change = requests::with_key(requests::post("/rest-auth/password/change/", &change), &key);
    scale.weigh(price::PASSWORD_CHANGE, &change, 200).await?;
    scale.weigh(price::SEND_A_CODE, &requests::code_by_mail("zhang@example.com"), 200).await?;
    scale.weigh(price::TEXT_A_CODE, &requests::code_by_text("13800138000"), 200).await?;

    let person = json!({"first_name": "Sara", "last_name": "Hammer", "role": "1", "password": PASSWORD});
    let person = requests::post("/user/register/", &person);
    let person = scale.weigh(price::REGISTER_A_NUMBER, &person, 200).await?.json();
    let login = json!({"id": person["data"]["id"], "password": PASSWORD});
    scale.weigh(price::LOGIN_BY_NUMBER, &requests::post("/user/login/", &login), 200).await?;
    Ok(scale.weighed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(trips: usize, reads: f64, writes: f64) -> Weighed {
        Weighed { limit: price::LOGIN, trips, reads, writes }
    }

    #[test]
    fn the_worst_of_the_three_measures_counts() {
        let small = weighed(3, 1.5, 0.0);
        for (large, growth) in [
            (weighed(3, 1.5, 0.0), 1.0),
            (weighed(4, 1.5, 0.0), 4.0 / 3.0),
            (weighed(3, 3.0, 0.0), 2.0),
            (weighed(1, 1.0, 0.0), 1.0),
        ] {
            assert!((large.growth_from(&small) - growth).abs() < 1e-9, "{large:?}");
        }
        assert!(weighed(3, 1.5, 1.0).growth_from(&small).is_infinite());
    }

    #[test]
    fn a_limit_may_be_reached_and_not_passed() {
        assert!(weighed(3, 2.0, 3.0).is_within());
        for over in [weighed(4, 2.0, 3.0), weighed(3, 2.5, 3.0), weighed(3, 2.0, 4.0)] {
            assert!(!over.is_within(), "{over:?}");
        }
    }
}
