//! The server's secret of a database that is kept: made once, beside it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tally::entropy::Entropy;

use crate::private_folder;

/// Characters of a secret: 380 bits.
const LENGTH: usize = 64;

/// The secret's file in the database's folder.
const FILE: &str = "server-secret.json";

/// A secret that lives as long as the process.
#[must_use]
pub fn fresh(entropy: &Entropy) -> String {
    format!("{{\"current\":\"{}\"}}", entropy.alphanumeric(LENGTH))
}

/// The folder's secret; makes one the first time, so that keys handed out stay valid over restarts.
pub fn kept_in(folder: &Path, entropy: &Entropy) -> io::Result<String> {
    private_folder::create(folder)?;
    let path = folder.join(FILE);
    match private_file().open(&path) {
        Ok(mut file) => {
            let secret = fresh(entropy);
            file.write_all(secret.as_bytes())?;
            file.sync_all()?;
            Ok(secret)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(&path),
        Err(error) => Err(error),
    }
}

/// Puts another secret in the place of the folder's, whole or not at all.
pub fn replace(folder: &Path, secret: &str) -> io::Result<()> {
    private_folder::create(folder)?;
    let fresh = folder.join(format!("{FILE}.new"));
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = private_file().open(&fresh)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    fs::rename(fresh, folder.join(FILE))
}

/// A new file that only its owner may read.
fn private_file() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
