//! Row 7: the most memory a function holds in the course of a thousand mixed requests.

use std::io;

use indicatif::ProgressBar;

use crate::error::BenchError;
use crate::fleet::{Binaries, Fleet};
use crate::requests::{self, PASSWORD};
use crate::stage::Stage;

use super::rounds::FUNCTION;

/// How many requests.
pub const REQUESTS: usize = 1_000;

/// Of twenty requests, how many read the own profile; one each registers, guesses wrong and presents a key
/// that does not exist, and the rest log in.
const READS: usize = 13;

/// Peak memory in MB, after so many requests to one process.
pub async fn measure(binaries: &Binaries, stage: &Stage, bar: &ProgressBar) -> Result<f64, BenchError> {
    let mut fleet = Fleet::new(binaries, stage.environment());
    let read = requests::profile(&fleet.enrol("memory").await?);
    let login = requests::login("memory", PASSWORD);
    let nobody = requests::profile("0123456789abcdef0123456789abcdef01234567");
    for number in 0..REQUESTS {
        match number % 20 {
            0 => fleet.expect(&requests::registration(&format!("memory{number}")), 201).await?,
            1 => fleet.expect(&requests::login(&format!("nobody{number}"), PASSWORD), 400).await?,
            2 => fleet.expect(&nobody, 401).await?,
            turn if turn < 3 + READS => fleet.expect(&read, 200).await?,
            _ => fleet.expect(&login, 200).await?,
        };
        bar.inc(1);
    }
    let peak = fleet.function(FUNCTION)?.meter.peak_memory()?;
    let peak = u32::try_from(peak).map_err(io::Error::other)?;
    Ok(f64::from(peak) / 1024.0)
}
