//! The folder of a database that is kept: it holds password hashes and the server's secret.

use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::path::Path;

/// Makes the folder, and those above it, where they are missing; new ones are closed to other users
/// where the system can do that.
pub fn create(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Keeps other programs off the folder for as long as the file is open; `None` if one has it already.
///
/// The system gives the lock back when the process ends, however it ends; the empty file stays.
pub fn lock(folder: &Path) -> io::Result<Option<File>> {
    let file = File::options().create(true).append(true).open(folder.join("in-use.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
