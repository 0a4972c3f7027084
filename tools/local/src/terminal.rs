//! What the programs of this computer say on the terminal.

use std::error::Error;
use std::io::{self, Write};

/// What comes of a whole program.
pub type Outcome = Result<(), Box<dyn Error>>;

/// Prints on standard output, at once.
pub fn say(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Tells on standard error what went wrong, with everything that caused it.
pub fn complain(error: &(dyn Error + 'static)) {
    // A terminal that is gone hears nothing.
    _ = writeln!(io::stderr().lock(), "{}", tally::store::chain(error));
}
