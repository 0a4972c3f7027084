//! The folder of a database that is kept: it holds password hashes and the server's secret.

use std::fs::DirBuilder;
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
