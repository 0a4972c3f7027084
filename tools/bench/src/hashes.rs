//! The bare hash, in a process of its own: what a login cannot cost less than.
//!
//! The process hashes as often as each line of its input says, and says when it is done; whoever started
//! it reads its meters in between.

use std::io::{self, BufRead, Write};
use std::process::Stdio;

use argon2::{Algorithm, Argon2, Params, Version};
use tally::domain::credential::{Arena, Cost, SALT_BYTES, StoredCredential};
use tally::domain::password::Password;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::process_meter::ProcessMeter;
use crate::requests::PASSWORD;
use crate::statistics::milliseconds;

/// Which way of hashing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// As the service does it: in memory that is kept.
    Own,
    /// As the library's documentation shows it: the library takes the memory for each hash.
    Plain,
}

/// The process, from its start until it is dropped.
#[derive(Debug)]
pub struct HashProcess {
    meter: ProcessMeter,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// Killed when it is dropped.
    _child: Child,
}

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HashCost {
    /// CPU milliseconds.
    pub cpu: f64,
    /// Page faults.
    pub page_faults: f64,
}

impl HashProcess {
    /// Starts one: this program, told to hash.
    pub fn start(kind: Kind) -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["hashes", if kind == Kind::Own { "own" } else { "plain" }])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let gone = || io::Error::other("the hashing process has ended");
        let meter = ProcessMeter::of(child.id().ok_or_else(gone)?);
        let input = child.stdin.take().ok_or_else(gone)?;
        let output = BufReader::new(child.stdout.take().ok_or_else(gone)?).lines();
        Ok(Self { meter, input, output, _child: child })
    }

    /// What a hash costs it, the mean of so many.
    pub async fn cost(&mut self, times: u32) -> io::Result<HashCost> {
        let (cpu, faults) = (self.meter.cpu()?, self.meter.page_faults()?);
        self.input.write_all(format!("{times}\n").as_bytes()).await?;
        if self.output.next_line().await?.is_none() {
            return Err(io::Error::other("the hashing process has ended"));
        }
        let cpu = milliseconds(self.meter.cpu()?.saturating_sub(cpu)) / f64::from(times);
        let faults = u32::try_from(self.meter.page_faults()?.saturating_sub(faults)).unwrap_or(u32::MAX);
        Ok(HashCost { cpu, page_faults: f64::from(faults) / f64::from(times) })
    }
}

/// Is that process, until its input ends.
pub fn obey(kind: Kind) -> io::Result<()> {
    let password = Password::new(PASSWORD).map_err(|_| io::Error::other("the password is too long"))?;
    let mut arena = (kind == Kind::Own).then(|| Arena::new(Cost::PRODUCTION));
    for line in io::stdin().lock().lines() {
        let times: u32 = line?.trim().parse().map_err(io::Error::other)?;
        for _ in 0..times {
            match &mut arena {
                Some(arena) => {
                    let hash = StoredCredential::hash(&password, [7; SALT_BYTES], Cost::PRODUCTION, arena);
                    std::hint::black_box(hash);
                }
                None => plain(),
            }
        }
        let mut out = io::stdout().lock();
        out.write_all(b"done\n")?;
        out.flush()?;
    }
    Ok(())
}

/// One hash by the documentation of the crate `argon2`.
fn plain() {
    let Cost { memory_kib, passes, lanes } = Cost::PRODUCTION;
    let params = Params::new(memory_kib, passes, lanes, None).expect("the costs in use are valid");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut output = [0; 32];
    argon2
        .hash_password_into(PASSWORD.as_bytes(), &[7; SALT_BYTES], &mut output)
        .expect("the lengths of password, salt and output are in bounds");
    std::hint::black_box(output);
}
