//! The terminal: what is asked there, how far something is, Ctrl-C, and how errors look.

use std::fmt;
use std::future::pending;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tally::domain::password::MAX_BYTES;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use crate::outcome::{Failure, refused};

/// The most that is read of a pipe: the longest password, and what ends its line.
const MOST_BYTES: usize = MAX_BYTES + 2;

/// How often a bar is drawn, at most, in a second.
const DRAWN_PER_SECOND: u8 = 5;

/// Why there is no password.
#[derive(Debug, thiserror::Error)]
pub enum NoPassword {
    /// Another one was typed the second time.
    #[error("The two passwords differ.")]
    Different,
    /// The pipe was empty.
    #[error("Standard input contains no password.")]
    Missing,
    /// The pipe does not hold text.
    #[error("The password on standard input is not UTF-8 text.")]
    NotText,
    /// Nobody may be asked.
    #[error("With --no-input the password cannot be asked for. Give it as the first line of standard input.")]
    NotAsked,
    /// The terminal or the pipe failed.
    #[error("The password cannot be read: {0}.")]
    System(#[from] io::Error),
}

/// Who sits in front of a command, if anybody does.
pub struct Terminal {
    /// Whether questions may be asked.
    asks: bool,
    password: Password,
    /// Whether somebody is being asked just now.
    is_asking: AtomicBool,
    /// How often somebody pressed Ctrl-C.
    interrupts: watch::Receiver<u32>,
    /// The command line, to be typed again.
    again: String,
}

/// Where a password comes from.
enum Password {
    /// The terminal, or standard input where that is none.
    Typed { no_input: bool },
    /// It is known, or missing.
    Known(Option<Zeroizing<String>>),
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal").field("asks", &self.asks).finish_non_exhaustive()
    }
}

impl Terminal {
    /// The terminal of this process, which listens to Ctrl-C from now on. `words` are the command line; `no_input`
    /// forbids questions, which are also asked only where both standard input and standard error are a terminal.
    #[must_use]
    pub fn new(words: &[String], no_input: bool) -> Self {
        let (sender, interrupts) = watch::channel(0);
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                sender.send_modify(|count| *count += 1);
            }
        });
        let asks = !no_input && io::stdin().is_terminal() && io::stderr().is_terminal();
        let again = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        let (password, is_asking) = (Password::Typed { no_input }, AtomicBool::new(false));
        Self { asks, password, is_asking, interrupts, again }
    }

    /// Nobody, who only knows a password or does not.
    #[must_use]
    pub fn nobody(password: Option<&str>) -> Self {
        let password = Password::Known(password.map(|text| Zeroizing::new(text.to_owned())));
        let (interrupts, is_asking) = (watch::channel(0).1, AtomicBool::new(false));
        Self { asks: false, password, is_asking, interrupts, again: String::new() }
    }

    /// Asks for a new password: twice on a terminal, which does not show it; where standard input is not a terminal,
    /// its first line is the password.
    pub(crate) async fn ask_password(&self) -> Result<Zeroizing<String>, NoPassword> {
        let no_input = match &self.password {
            Password::Known(known) => return known.clone().ok_or(NoPassword::Missing),
            Password::Typed { no_input } => *no_input,
        };
        self.is_asking.store(true, Relaxed);
        let asked = spawn_blocking(move || {
            let input = io::stdin().lock();
            if !input.is_terminal() {
                return read_line(input);
            }
            if no_input {
                return Err(NoPassword::NotAsked);
            }
            drop(input);
            let first = Zeroizing::new(rpassword::prompt_password("Password: ")?);
            let second = Zeroizing::new(rpassword::prompt_password("Password again: ")?);
            if first == second { Ok(first) } else { Err(NoPassword::Different) }
        });
        let answered = asked.await.map_err(io::Error::other)?;
        if matches!(&answered, Err(NoPassword::System(error)) if error.kind() == io::ErrorKind::Interrupted) {
            // That was Ctrl-C, which is heard elsewhere.
            pending::<()>().await;
        }
        self.is_asking.store(false, Relaxed);
        answered
    }

    /// What somebody types in answer to a question; nothing where nobody can be asked.
    pub(crate) async fn ask(&self, question: String) -> Option<String> {
        if !self.asks {
            return None;
        }
        self.is_asking.store(true, Relaxed);
        let asked = spawn_blocking(move || {
            let mut line = String::new();
            io::stderr().write_all(format!("{question} ").as_bytes())?;
            io::stdin().read_line(&mut line)?;
            io::Result::Ok(line.trim().to_owned())
        });
        let answer = asked.await.ok()?.ok();
        self.is_asking.store(false, Relaxed);
        answer
    }

    /// Whether somebody says yes to a question; not where nobody can be asked.
    pub(crate) async fn is_agreed(&self, question: &str) -> bool {
        let answer = self.ask(format!("{question} [y/N]")).await;
        answer.is_some_and(|answer| ["y", "yes"].contains(&answer.to_lowercase().as_str()))
    }

    /// Lets nobody do what a word guards who does not repeat it: it was said on the command line, or is typed now.
    /// `why` tells what would be done, `how` what the command lacks.
    pub(crate) async fn insist(
        &self,
        said: Option<&str>,
        word: &str,
        why: &str,
        how: &str,
    ) -> Result<(), Failure> {
        let repeated = match said {
            Some(said) => Some(said.to_owned()),
            None => self.ask(format!("{why}\nTo go on, type {word}:")).await,
        };
        match repeated {
            Some(repeated) if repeated == word => Ok(()),
            Some(wrong) => Err(refused(format!("{wrong:?} is not {word}; nothing was done. {why} {how}"))),
            None => Err(refused(format!("{why} {how}"))),
        }
    }

    /// Whether somebody at a terminal agrees to what scripts do without being asked.
    pub(crate) async fn is_agreed_or_unattended(&self, question: &str) -> bool {
        !self.asks || self.is_agreed(question).await
    }

    /// Waits until somebody has pressed Ctrl-C so many times.
    pub async fn interrupted(&self, times: u32) {
        if self.interrupts.clone().wait_for(|count| *count >= times).await.is_err() {
            pending::<()>().await;
        }
    }

    /// Whether somebody is being asked just now: then nothing has been done yet.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.is_asking.load(Relaxed)
    }

    /// Whether somebody has pressed Ctrl-C.
    pub(crate) fn is_interrupted(&self) -> bool {
        *self.interrupts.borrow() > 0
    }

    /// What to say after Ctrl-C: what was done, and how to go on.
    #[must_use]
    pub fn stopped(&self, done: &str) -> Failure {
        Failure::Stopped(format!("Stopped: {done}. To go on: {}", self.again))
    }
}

/// Tells on standard error what went wrong, in red where that is a terminal that shows colours.
pub fn complain(text: &str) {
    let stderr = io::stderr().lock();
    let (red, plain) = if has_colours(&stderr) { ("\u{1b}[31m", "\u{1b}[0m") } else { ("", "") };
    // A terminal that is gone hears nothing.
    _ = writeln!({ stderr }, "{red}{text}{plain}");
}

fn has_colours(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && variable("NO_COLOR").is_none() && !is_dumb()
}

fn is_dumb() -> bool {
    variable("TERM").as_deref() == Some("dumb")
}

fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "what the terminal can do is no setting of the service")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A word as a shell reads it as it is.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./:@+,=%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
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

/// How far something is: a bar on standard error, where that is a terminal.
#[derive(Clone, Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar for so many steps, if that is known.
    pub(crate) fn new(steps: Option<u64>) -> Self {
        let drawn = ProgressDrawTarget::stderr_with_hz(DRAWN_PER_SECOND);
        let target = if is_dumb() { ProgressDrawTarget::hidden() } else { drawn };
        let bar = ProgressBar::with_draw_target(steps, target);
        let template = if steps.is_some() {
            "{bar:30} {percent}%  {msg}  {elapsed} of about {duration}"
        } else {
            "{spinner} {msg}  {elapsed}"
        };
        let style = ProgressStyle::with_template(template).expect("the template is valid");
        bar.set_style(style);
        Self(bar)
    }

    /// Shows how far it is.
    pub(crate) fn show(&self, steps: u64, message: String) {
        self.0.set_position(steps);
        self.tell(message);
    }

    /// Shows what has come of it.
    pub(crate) fn tell(&self, message: String) {
        self.0.set_message(message);
    }

    /// The same source, each byte of which is a step.
    pub(crate) fn of_reading<R: Read>(&self, source: R) -> impl Read + use<R> {
        self.0.wrap_read(source)
    }

    /// Says something on standard error without disturbing the bar.
    pub(crate) fn say(&self, text: &str) {
        // A terminal that is gone hears nothing.
        self.0.suspend(|| _ = writeln!(io::stderr().lock(), "{text}"));
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
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
        assert_eq!(read(b"").unwrap_err(), "Standard input contains no password.");
        assert_eq!(
            read(b"\xff\xfe12345678\n").unwrap_err(),
            "The password on standard input is not UTF-8 text."
        );
        assert!(read(&[b'x'; 3 * MAX_BYTES]).unwrap().len() > MAX_BYTES, "too long stays too long");
    }

    #[test]
    fn a_shell_reads_the_command_to_go_on_with_as_it_was() {
        for (word, written) in [
            ("--utc-offset=+08:00", "--utc-offset=+08:00"),
            ("users of zhang.json", "'users of zhang.json'"),
            ("#51923482", "'#51923482'"),
            ("o'hara", r"'o'\''hara'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), written);
        }
    }
}
