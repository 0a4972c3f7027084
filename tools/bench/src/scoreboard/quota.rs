//! Lambda's share of a core, imitated: a CPU quota of memory/1769 MB of a core on the function's process,
//! from the end of its INIT on, as Lambda has it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::BenchError;
use crate::fleet::{Binaries, Request, Running};
use crate::requests::{self, PASSWORD};
use crate::stage::Stage;
use crate::statistics::median;
use tally::clock::Stopwatch;

use crate::statistics::milliseconds;

use super::rounds::FUNCTION;

/// The sizes that are imitated, in MB.
pub const SIZES: [u32; 3] = [128, 512, 1769];

/// The memory that comes with one whole core, in MB.
const MEMORY_OF_A_CORE: u32 = 1769;

/// Within so many microseconds the share is given out; Lambda's own period.
const PERIOD: u32 = 20_000;

/// How often each request is timed.
const READS: usize = 40;
const LOGINS: usize = 15;

/// Wall milliseconds at one size, medians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttled {
    /// MB.
    pub memory: u32,
    /// The first request after INIT, an authenticated read.
    pub first_read: f64,
    /// An authenticated read.
    pub read: f64,
    /// A login.
    pub login: f64,
}

/// A control group with a quota; gone when it is dropped.
#[derive(Debug)]
struct Quota {
    folder: PathBuf,
    held: Option<u32>,
}

/// Times requests at all sizes; the error says why it is not possible here.
pub async fn measure(
    binaries: &Binaries,
    stage: &Stage,
) -> Result<Result<Vec<Throttled>, io::Error>, BenchError> {
    let mut throttled = Vec::new();
    for memory in SIZES {
        let username = format!("throttled{memory}");
        let environment = stage.environment();
        let mut function = binaries.start(FUNCTION, &environment).await?;
        function.ready().await;
        let (login, read) = prepare(&mut function, &username).await?;
        drop(function);

        let mut function = binaries.start(FUNCTION, &environment).await?;
        function.ready().await;
        let number = function.id().unwrap_or_default();
        let quota = match Quota::of(memory).and_then(|quota| quota.holding(number)) {
            Ok(quota) => quota,
            Err(error) => return Ok(Err(error)),
        };
        let first_read = time(&mut function, &read, 1).await?;
        let reads = time(&mut function, &read, READS).await?;
        let logins = time(&mut function, &login, LOGINS).await?;
        throttled.push(Throttled { memory, first_read, read: reads, login: logins });
        drop(quota);
    }
    Ok(Ok(throttled))
}

async fn prepare(function: &mut Running, username: &str) -> Result<(Request, Request), BenchError> {
    let registration = requests::registration(username);
    let key = function.ask(&registration).await?.expect(&registration, 201)?.key();
    let details = requests::details(&key);
    function.ask(&details).await?.expect(&details, 201)?;
    Ok((requests::login(username, PASSWORD), requests::profile(&key)))
}

/// The median time to an answer.
async fn time(function: &mut Running, request: &Request, times: usize) -> Result<f64, BenchError> {
    let mut measured = Vec::with_capacity(times);
    for _ in 0..times {
        let watch = Stopwatch::start();
        function.ask(request).await?.expect(request, 200)?;
        measured.push(milliseconds(watch.elapsed()));
        function.ready().await;
    }
    Ok(median(&measured))
}

impl Quota {
    /// A group whose processes get the share that comes with so much memory.
    fn of(memory: u32) -> io::Result<Self> {
        let name = format!("tally-bench-{}-{memory}", std::process::id());
        let quota = share(memory);
        let unified = Path::new("/sys/fs/cgroup/cgroup.controllers");
        if unified.exists() {
            // It may be enabled already, or not be ours to enable: then the write of the quota tells.
            _ = fs::write("/sys/fs/cgroup/cgroup.subtree_control", "+cpu");
            let group = Self::make(Path::new("/sys/fs/cgroup").join(name))?;
            fs::write(group.folder.join("cpu.max"), format!("{quota} {PERIOD}"))?;
            return Ok(group);
        }
        let group = Self::make(Path::new("/sys/fs/cgroup/cpu").join(name))?;
        fs::write(group.folder.join("cpu.cfs_period_us"), PERIOD.to_string())?;
        fs::write(group.folder.join("cpu.cfs_quota_us"), quota.to_string())?;
        Ok(group)
    }

    fn make(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir(&folder)?;
        Ok(Self { folder, held: None })
    }

    /// Takes a process in.
    fn holding(mut self, process: u32) -> io::Result<Self> {
        fs::write(self.folder.join("cgroup.procs"), process.to_string())?;
        self.held = Some(process);
        Ok(self)
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        // What cannot be cleaned up is an empty folder that the next start of the computer takes away.
        if let (Some(process), Some(parent)) = (self.held, self.folder.parent()) {
            _ = fs::write(parent.join("cgroup.procs"), process.to_string());
        }
        _ = fs::remove_dir(&self.folder);
    }
}

/// Microseconds of a core within each period.
fn share(memory: u32) -> u32 {
    PERIOD * memory / MEMORY_OF_A_CORE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_core_comes_with_1769_mb() {
        assert_eq!(SIZES.map(share), [1_447, 5_788, 20_000]);
    }
}
