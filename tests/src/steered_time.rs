//! A test's clock for processes that know no time but the machine's: libfaketime, which is loaded before
//! the C library, tells them what stands in a file.
//!
//! So the very binaries that are deployed live by a steered clock, and nothing in them knows of it.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tally::clock::Clock;
use tempfile::TempDir;

/// The file that processes read their time from; it goes when this is dropped.
#[derive(Debug)]
pub struct SteeredTime {
    clock: Clock,
    folder: TempDir,
    told: Mutex<Option<Timestamp>>,
}

/// Where Debian and Fedora install the library; `LIBFAKETIME` names another place.
const USUAL_PLACES: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib64/faketime/libfaketimeMT.so.1",
];

impl SteeredTime {
    /// For a clock that stands until somebody moves it; `None` for the machine's own, which needs nothing.
    #[must_use]
    pub fn of(clock: &Clock) -> Option<Self> {
        match clock {
            Clock::System => None,
            Clock::Manual(_) => {
                let folder = tempfile::tempdir().expect("a folder for the time");
                let time = Self { clock: clock.clone(), folder, told: Mutex::default() };
                time.tell();
                Some(time)
            }
        }
    }

    /// What a process has to be started with.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("LD_PRELOAD", library().to_string_lossy().into_owned()),
            ("FAKETIME_TIMESTAMP_FILE", self.file().to_string_lossy().into_owned()),
            // Timers go by the monotonic clock, which has to run.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("TZ", "UTC".to_owned()),
        ]
    }

    /// Lets the processes know the time that the clock shows now.
    pub fn tell(&self) {
        let now = self.clock.now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told == Some(now) {
            return;
        }
        // The library counts in floating point and cuts off: half a microsecond more, and the reader's
        // whole ones are right.
        let text = (now + SignedDuration::from_nanos(500)).strftime("%Y-%m-%d %H:%M:%S.%9f").to_string();
        // A reader sees the old time or the new one, never a part.
        let fresh = self.folder.path().join("fresh");
        std::fs::write(&fresh, text).expect("the folder is ours");
        std::fs::rename(&fresh, self.file()).expect("the folder is ours");
        *told = Some(now);
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("time")
    }
}

fn library() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "where the library is, is a fact of the machine")]
    let named = std::env::var_os("LIBFAKETIME").filter(|place| !place.is_empty()).map(PathBuf::from);
    let found = named.or_else(|| USUAL_PLACES.iter().map(PathBuf::from).find(|place| place.exists()));
    found
        .expect("processes need libfaketime to live by a test's clock: install it, or name it in LIBFAKETIME")
}
