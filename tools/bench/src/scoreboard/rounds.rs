//! Rows 1 to 5: what is compared is measured in turn, round after round, so that whatever else the
//! computer does meanwhile falls on all alike. CPU time is of the whole process.

use indicatif::ProgressBar;

use crate::fleet::{Binaries, Environment, Fleet, HELLO, Request};
use crate::hashes::{HashProcess, Kind};
use crate::requests;
use crate::stage::Stage;
use crate::statistics::{median, ratio};
use crate::stopwatch::milliseconds;

use super::ScoreboardError;

/// How often each is asked for in a round.
const HELLOS: u32 = 200;
const READS: u32 = 100;
const LOGINS: u32 = 4;
const HASHES: u32 = 4;

/// The function that is measured: its login is the plainest of all groups.
pub const FUNCTION: &str = "rest-auth";

/// CPU milliseconds of every round.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    /// One answer of the function that does nothing.
    pub hello: Vec<f64>,
    /// One authenticated read of the own profile.
    pub read: Vec<f64>,
    /// One login by username.
    pub login: Vec<f64>,
    /// One hash in kept memory.
    pub own_hash: Vec<f64>,
    /// One hash as the library does it by itself.
    pub plain_hash: Vec<f64>,
    /// Page faults of a login, of a hash in kept memory, of a plain one.
    pub faults: [Vec<f64>; 3],
    /// From exec to the first answer of the function that does nothing.
    pub cold_hello: Vec<f64>,
    /// From exec to the first authenticated read.
    pub cold_read: Vec<f64>,
    /// From exec to the first login.
    pub cold_login: Vec<f64>,
}

impl Samples {
    /// Row 1.
    #[must_use]
    pub fn login_to_hash(&self) -> f64 {
        ratio(&self.login, &self.own_hash)
    }

    /// Row 2.
    #[must_use]
    pub fn own_to_plain_hash(&self) -> f64 {
        ratio(&self.own_hash, &self.plain_hash)
    }

    /// Row 3.
    #[must_use]
    pub fn read_to_hello(&self) -> f64 {
        ratio(&self.read, &self.hello)
    }

    /// Row 4.
    #[must_use]
    pub fn cold_read_to_hello(&self) -> f64 {
        ratio(&self.cold_read, &self.cold_hello)
    }

    /// Row 5.
    #[must_use]
    pub fn cold_login_to_hash(&self) -> f64 {
        ratio(&self.cold_login, &self.own_hash)
    }

    /// Page faults of a login, of a hash in kept memory, of a plain one: the medians.
    #[must_use]
    pub fn page_faults(&self) -> [f64; 3] {
        self.faults.each_ref().map(|faults| median(faults))
    }
}

/// Measures so many rounds.
pub async fn measure(
    binaries: &Binaries,
    stage: &Stage,
    rounds: usize,
    bar: &ProgressBar,
) -> Result<Samples, ScoreboardError> {
    let environment = stage.environment();
    let mut fleet = Fleet::new(binaries, environment.clone());
    let username = "scoreboard";
    fleet.expect(&requests::registration(username), 201).await?;
    let login = requests::login(username, requests::PASSWORD);
    let welcome = fleet.expect(&login, 200).await?.json();
    let key = welcome["key"].as_str().unwrap_or_default();
    fleet.expect(&requests::details(key), 201).await?;
    let read = requests::profile(key);
    let hello_request = requests::get("/hello");
    let mut hello = binaries.start(HELLO, &environment).await?;
    hello.ready().await;
    let (mut own, mut plain) = (HashProcess::start(Kind::Own)?, HashProcess::start(Kind::Plain)?);
    // Connections open, memory is taken, branches are learnt.
    hello.cost(&hello_request, HELLOS, 200).await?;
    fleet.function(FUNCTION)?.cost(&read, READS, 200).await?;
    own.cost(HASHES).await?;
    plain.cost(HASHES).await?;

    let mut samples = Samples::default();
    for _ in 0..rounds {
        samples.hello.push(hello.cost(&hello_request, HELLOS, 200).await?);
        let function = fleet.function(FUNCTION)?;
        samples.read.push(function.cost(&read, READS, 200).await?);
        let [of_login, of_own, of_plain] = &mut samples.faults;
        let before = function.meter().page_faults()?;
        samples.login.push(function.cost(&login, LOGINS, 200).await?);
        let faults = u32::try_from(function.meter().page_faults()?.saturating_sub(before));
        of_login.push(f64::from(faults.unwrap_or(u32::MAX)) / f64::from(LOGINS));
        let hash = own.cost(HASHES).await?;
        samples.own_hash.push(hash.cpu);
        of_own.push(hash.page_faults);
        let hash = plain.cost(HASHES).await?;
        samples.plain_hash.push(hash.cpu);
        of_plain.push(hash.page_faults);
        samples.cold_hello.push(cold(binaries, &environment, HELLO, &hello_request).await?);
        samples.cold_read.push(cold(binaries, &environment, FUNCTION, &read).await?);
        samples.cold_login.push(cold(binaries, &environment, FUNCTION, &login).await?);
        bar.inc(1);
    }
    Ok(samples)
}

/// What a fresh process has spent when its first answer is there.
async fn cold(
    binaries: &Binaries,
    environment: &Environment,
    name: &str,
    request: &Request,
) -> Result<f64, ScoreboardError> {
    let mut function = binaries.start(name, environment).await?;
    function.ask(request).await?.expect(request, 200)?;
    Ok(milliseconds(function.cpu()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ratio_is_of_its_own_two_medians() {
        let samples = Samples {
            hello: vec![0.1, 0.1, 9.0],
            read: vec![0.3],
            login: vec![20.0, 22.0],
            own_hash: vec![20.0],
            plain_hash: vec![25.0],
            faults: [vec![1.0, 2.0, 30.0], vec![0.0], vec![4864.0]],
            cold_hello: vec![2.0],
            cold_read: vec![5.0],
            cold_login: vec![30.0],
        };
        let ratios = [
            (samples.login_to_hash(), 1.05),
            (samples.own_to_plain_hash(), 0.8),
            (samples.read_to_hello(), 3.0),
            (samples.cold_read_to_hello(), 2.5),
            (samples.cold_login_to_hash(), 1.5),
        ];
        assert!(ratios.iter().all(|(is, wanted)| (is - wanted).abs() < 1e-9), "{ratios:?}");
        let faults = samples.page_faults().map(|faults| format!("{faults:.0}"));
        assert_eq!(faults, ["2", "0", "4864"]);
    }
}
