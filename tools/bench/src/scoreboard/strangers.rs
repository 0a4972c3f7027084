//! Row 10: whether the CPU time of a failed login tells who exists.

use indicatif::ProgressBar;

use crate::error::BenchError;
use crate::fleet::{Binaries, Fleet};
use crate::requests;
use crate::stage::Stage;

use super::rounds::FUNCTION;

/// CPU milliseconds of failed logins, pair by pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    /// With a name that nobody has.
    pub unknown: Vec<f64>,
    /// With a name that somebody has, and a wrong password.
    pub known: Vec<f64>,
}

/// Measures so many pairs, each of a user and of a name that were never tried before, in changing order.
pub async fn measure(
    binaries: &Binaries,
    stage: &Stage,
    pairs: usize,
    bar: &ProgressBar,
) -> Result<Pairs, BenchError> {
    let mut fleet = Fleet::new(binaries, stage.environment());
    for number in 0..pairs {
        fleet.expect(&requests::registration(&format!("known{number}")), 201).await?;
        bar.inc(1);
    }
    let function = fleet.function(FUNCTION)?;
    let mut measured = Pairs::default();
    for number in 0..pairs {
        let wrong = |name: &str| requests::login(&format!("{name}{number}"), "not the password");
        let (known, unknown) = (wrong("known"), wrong("other"));
        let mut turns = [(&known, &mut measured.known), (&unknown, &mut measured.unknown)];
        turns.rotate_left(number % 2);
        for (request, costs) in turns {
            costs.push(function.cost(request, 1, 400).await?);
        }
        bar.inc(1);
    }
    Ok(measured)
}
