//! What a process has cost the machine: CPU time, memory, page faults.

use std::io;
use std::time::Duration;

/// Reads the meters that the system keeps for one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessMeter(u32);

impl ProcessMeter {
    /// The meters of the process with this number.
    #[must_use]
    pub fn of(process: u32) -> Self {
        Self(process)
    }

    /// CPU time of all its threads since its start, of those that have ended too, to the nanosecond.
    #[cfg(target_os = "linux")]
    pub fn cpu(self) -> io::Result<Duration> {
        let number = i32::try_from(self.0).map_err(io::Error::other)?;
        let clock = nix::time::clock_getcpuclockid(nix::unistd::Pid::from_raw(number))?;
        Ok(Duration::from(clock.now()?))
    }

    /// CPU time cannot be read here.
    #[cfg(not(target_os = "linux"))]
    pub fn cpu(self) -> io::Result<Duration> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// The most memory it has held at once, in KiB (`VmHWM` of proc(5)).
    pub fn peak_memory(self) -> io::Result<u64> {
        self.status("VmHWM:")
    }

    /// The memory it holds now, in KiB (`VmRSS` of proc(5)).
    pub fn memory(self) -> io::Result<u64> {
        self.status("VmRSS:")
    }

    /// How often it touched memory that had to be mapped first (`minflt` of proc(5)).
    pub fn page_faults(self) -> io::Result<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0))?;
        // The second field is the name in brackets, which may hold anything; minflt is the tenth.
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let faults = fields.nth(7).and_then(|field| field.parse().ok());
        faults.ok_or_else(|| io::Error::other("the page faults are not where they should be"))
    }

    fn status(self, name: &str) -> io::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        number.ok_or_else(|| io::Error::other(format!("the system does not tell {name}")))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn work_and_memory_show() {
        let own = ProcessMeter::of(std::process::id());
        let (cpu, faults) = (own.cpu().unwrap(), own.page_faults().unwrap());
        let block = std::hint::black_box(vec![1_u8; 64 << 20]);
        assert!(own.cpu().unwrap() > cpu);
        assert!(own.page_faults().unwrap() > faults);
        assert!(own.peak_memory().unwrap() >= 64 << 10);
        assert!(own.memory().unwrap() <= own.peak_memory().unwrap());
        drop(block);
        assert!(ProcessMeter::of(u32::MAX).cpu().is_err());
    }
}
