//! Where a new password comes from: the terminal, without showing it, or a pipe.

use std::io::{self, BufRead, IsTerminal};

use tally::domain::password::MAX_BYTES;
use zeroize::Zeroizing;

/// The most that is read of a pipe: the longest password, and what ends its line.
const MOST_BYTES: usize = MAX_BYTES + 2;

/// Why there is no password.
#[derive(Debug, thiserror::Error)]
pub enum NoPassword {
    /// The second time another one was typed.
    #[error("The two passwords differ.")]
    Different,
    /// The pipe was empty.
    #[error("Standard input holds no password.")]
    Missing,
    /// The pipe does not hold text.
    #[error("The password on standard input is not UTF-8 text.")]
    NotText,
    /// The terminal or the pipe failed.
    #[error("the password cannot be read")]
    System(#[from] io::Error),
}

/// Asks for a new password: twice on a terminal, which does not show it; where standard input is not
/// a terminal, its first line is the password.
pub fn ask_password() -> Result<Zeroizing<String>, NoPassword> {
    let input = io::stdin().lock();
    if !input.is_terminal() {
        return read_line(input);
    }
    drop(input);
    let first = Zeroizing::new(rpassword::prompt_password("Password: ")?);
    let second = Zeroizing::new(rpassword::prompt_password("Password again: ")?);
    if first == second { Ok(first) } else { Err(NoPassword::Different) }
}

/// The first line, without what ends it. A line longer than any password arrives cut, but too long
/// all the same.
fn read_line(input: impl BufRead) -> Result<Zeroizing<String>, NoPassword> {
    let most = u64::try_from(MOST_BYTES).expect("a few thousand fit 64 bits");
    // All the room at once, so that no copy is left behind by growing.
    let mut line = Zeroizing::new(Vec::with_capacity(MOST_BYTES));
    input.take(most).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Err(NoPassword::Missing);
    }
    let text = std::str::from_utf8(&line).map_err(|_| NoPassword::NotText)?;
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, String> {
        read_line(bytes).map(|line| line.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn one_line_is_the_password() {
        for piped in ["fswxxz 1456", "fswxxz 1456\n", "fswxxz 1456\r\n", "fswxxz 1456\nmore\n"] {
            assert_eq!(read(piped.as_bytes()).as_deref(), Ok("fswxxz 1456"), "{piped:?}");
        }
        assert_eq!(read(" 密码 \n".as_bytes()).as_deref(), Ok(" 密码 "));
        assert_eq!(read(b"\n").as_deref(), Ok(""));
    }

    #[test]
    fn a_bad_pipe_is_told() {
        assert_eq!(read(b"").unwrap_err(), "Standard input holds no password.");
        assert_eq!(
            read(b"\xff\xfe12345678\n").unwrap_err(),
            "The password on standard input is not UTF-8 text."
        );
        assert!(read(&[b'x'; 3 * MAX_BYTES]).unwrap().len() > MAX_BYTES, "too long stays too long");
    }
}
