//! A long load, with an eye on the host's memory.
//!
//! The database is on the disk, and names come again, so what is stored is bounded: memory that grows
//! all the same is lost.

use std::io;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::BenchError;
use crate::process_meter::ProcessMeter;
use crate::statistics::median;

use super::Kind;
use super::crowd::{Crowd, Outcome};
use super::host::Host;

/// How many samples of the memory are taken.
const SAMPLES: u32 = 180;

/// The least time between two samples.
const SHORTEST: Duration = Duration::from_millis(100);

/// How many different names register and are sent codes.
const NAMES: usize = 500;

/// How much the memory may grow from the second third to the last: caches and the allocator's leftovers
/// settle slowly.
const MOST_GROWTH: f64 = 1.03;
/// And in KiB, in case that is more.
const MOST_GROWTH_KIB: f64 = 2048.0;

/// What became of the memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Soaked {
    /// What became of the requests.
    pub outcome: Outcome,
    /// The memory, in KiB, from the start to the end.
    pub samples: Vec<f64>,
}

/// Sends the mixture for so long.
pub async fn run(host: &Host, crowd: &Crowd, duration: Duration) -> Result<Soaked, BenchError> {
    let meter = host.meter().ok_or_else(|| io::Error::other("the host is not ours to look into"))?;
    let crowd = crowd.with_names(NAMES);
    let mut load = std::pin::pin!(crowd.send(Kind::Mixed, duration));
    let mut samples = Vec::new();
    let bar = progress();
    loop {
        tokio::select! {
            outcome = &mut load => return Ok(Soaked { outcome, samples }),
            sample = sample(meter, (duration / SAMPLES).max(SHORTEST)) => samples.push(sample?),
        }
        bar.inc(1);
    }
}

async fn sample(meter: ProcessMeter, after: Duration) -> io::Result<f64> {
    tokio::time::sleep(after).await;
    let kib = u32::try_from(meter.memory()?).map_err(io::Error::other)?;
    Ok(f64::from(kib))
}

fn progress() -> ProgressBar {
    let style = ProgressStyle::with_template("Soaking {wide_bar} {eta} left");
    let bar = ProgressBar::new(u64::from(SAMPLES));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

impl Soaked {
    /// Whether the median of the last third is above that of the second by more than may be.
    #[must_use]
    pub fn has_grown(&self) -> bool {
        let [_, second, last] = self.thirds();
        last > (second * MOST_GROWTH).max(second + MOST_GROWTH_KIB)
    }

    /// The median of each third, in KiB.
    fn thirds(&self) -> [f64; 3] {
        let third = self.samples.len() / 3;
        let (first, rest) = self.samples.split_at(third);
        let (second, last) = rest.split_at(third);
        [first, second, last].map(median)
    }

    /// The verdict.
    #[must_use]
    pub fn told(&self) -> String {
        let [first, second, last] = self.thirds().map(|kib| kib / 1024.0);
        let verdict = if self.has_grown() { "memory **grows**" } else { "memory does not grow" };
        format!(
            "Soaked for {:.0} s with {:.0} requests a second ({}): {verdict}. Median of each third of the time: \
             {first:.1}, {second:.1}, {last:.1} MB.",
            self.outcome.time.as_secs_f64(),
            self.outcome.per_second(),
            self.outcome.answers()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soaked(samples: impl Iterator<Item = u32>) -> Soaked {
        Soaked { samples: samples.map(|mb| f64::from(mb) * 1024.0).collect(), ..Soaked::default() }
    }

    #[test]
    fn a_start_that_fills_caches_is_no_growth_and_a_slope_is() {
        let settles = soaked((0..90).map(|at| 60 + at.min(25)));
        assert!(!settles.has_grown(), "{}", settles.told());
        let leaks = soaked((0..90).map(|at| 60 + at));
        assert!(leaks.has_grown(), "{}", leaks.told());
        assert!(!Soaked::default().has_grown());
    }
}
