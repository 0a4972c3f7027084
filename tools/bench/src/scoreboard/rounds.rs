//! Rows 1 to 5: what is compared is measured in turn, round after round, so that whatever else the
//! computer does meanwhile falls on all alike. CPU time is of the whole process.

use indicatif::ProgressBar;

use crate::error::BenchError;
use crate::fleet::{Binaries, Environment, Fleet, HELLO, Request};
use crate::hashes::{HashProcess, Kind};
use crate::requests;
use crate::stage::Stage;
use crate::statistics::milliseconds;

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

/// Measures so many rounds.
pub async fn measure(
    binaries: &Binaries,
    stage: &Stage,
    rounds: usize,
    bar: &ProgressBar,
) -> Result<Samples, BenchError> {
    let environment = stage.environment();
    let mut fleet = Fleet::new(binaries, environment.clone());
    let username = "scoreboard";
    let read = requests::profile(&fleet.enrol(username).await?);
    let login = requests::login(username, requests::PASSWORD);
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
        let before = function.meter.page_faults()?;
        samples.login.push(function.cost(&login, LOGINS, 200).await?);
        let faults = u32::try_from(function.meter.page_faults()?.saturating_sub(before));
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
) -> Result<f64, BenchError> {
    let mut function = binaries.start(name, environment).await?;
    function.ask(request).await?.expect(request, 200)?;
    Ok(milliseconds(function.meter.cpu()?))
}
