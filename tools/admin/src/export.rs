//! Writing all users down, page by page, into a file that only its owner can read.
//!
//! Beside the file, a second one tells how far the export is: the length of the file, and the place in
//! the table behind it. A run that was stopped cuts the file to that length and goes on there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tally::app::Basics;
use tally::services::transfer;
use tally::store::{AccountPage, Resident, ScanPosition};

use crate::import::{count, unwritable};
use crate::outcome::{Answer, Failure, refused};
use crate::terminal::{Progress, Terminal};
use crate::{line, pages, private_file};

/// How far an export is, as it lies beside its file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct State {
    table: String,
    length: u64,
    position: Option<Position>,
    tally: Tally,
}

/// The key of the item behind which it goes on.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Position {
    partition: String,
    sort: String,
}

/// What was written so far.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Tally {
    users: u64,
    unreadable: u64,
    items: u64,
}

/// Where the lines go.
#[derive(Debug)]
enum Sink {
    Standard(io::Stdout),
    File { file: File, path: PathBuf, state: PathBuf, length: u64 },
}

/// Writes down everybody and answers the summary, if standard output is free for it. Without a file that is standard
/// output, unless it is a terminal and nobody insists.
pub(crate) async fn carry_out(
    on: &Basics,
    output: Option<&Path>,
    terminal: &Terminal,
) -> Result<Answer, Failure> {
    let (mut sink, position, mut tally) = match output {
        Some(path) if path != Path::new("-") => open(on, path)?,
        None if io::stdout().is_terminal() => {
            let question = "An export contains password hashes. Show them on this terminal?";
            if !terminal.is_agreed(question).await {
                return Err(refused(
                    "An export contains password hashes. Write it to a file with --output FILE, or insist on the \
                     terminal with --output -.",
                ));
            }
            (Sink::Standard(io::stdout()), None, Tally::default())
        }
        Some(_) | None => (Sink::Standard(io::stdout()), None, Tally::default()),
    };
    // Only for the bar; whoever may not ask still may export.
    let progress = Progress::new(on.store.about_how_many_items().await.ok().filter(|items| *items > 0));
    if position.is_some() {
        progress.say(&format!("Continuing after {}.", count(tally.users, "user")));
    }
    let fetch = async |from: Option<&_>| transfer::page(on, from).await;
    let is_over = pages::each((on, terminal), position, fetch, async |page| {
        tally.items += page.items;
        write(on, &page, &mut sink, &mut tally, &progress)?;
        progress.show(tally.items, count(tally.users, "user"));
        page.next.as_ref().map_or(Ok(()), |next| sink.remember(on, Some(next), tally))
    });
    let is_over = is_over.await;
    progress.end();
    let summary = format!("{} written", count(tally.users, "user"));
    match (is_over?, &sink) {
        (true, _) => sink.finish()?,
        (false, Sink::File { .. }) => return Err(terminal.stopped(&summary)),
        (false, Sink::Standard(_)) => {
            return Err(terminal.stopped(&format!("{summary}, and the next run starts over")));
        }
    }
    let facts = json!({"users": tally.users, "unreadable": tally.unreadable});
    match (tally.unreadable, sink) {
        (0, Sink::File { .. }) => Ok(Answer::new(summary + ".\n", &facts)),
        (0, Sink::Standard(_)) => {
            progress.say(&(summary + "."));
            Ok(Answer::list("", [(); 0]))
        }
        (unreadable, sink) => {
            let unreadable = count(unreadable, "account");
            let text = format!(
                "{summary}. {unreadable} could not be read and are missing; which ones is told above.\n"
            );
            match sink {
                Sink::File { .. } => Err(Failure::Partly(Answer::new(text, &facts))),
                Sink::Standard(_) => Err(refused(text.trim_end())),
            }
        }
    }
}

fn write(
    on: &Basics,
    page: &AccountPage<Resident>,
    sink: &mut Sink,
    tally: &mut Tally,
    progress: &Progress,
) -> Result<(), Failure> {
    let now = on.clock.now();
    let lines: String = page.found.iter().map(|resident| line::write(resident, now)).collect();
    sink.append(lines.as_bytes())?;
    for unreadable in &page.unreadable {
        progress.say(&unreadable.to_string());
    }
    tally.users += u64::try_from(page.found.len()).unwrap_or_default();
    tally.unreadable += u64::try_from(page.unreadable.len()).unwrap_or_default();
    Ok(())
}

/// Makes the file, or finds where an export into it was stopped.
fn open(on: &Basics, path: &Path) -> Result<(Sink, Option<ScanPosition>, Tally), Failure> {
    let failed = |error: io::Error| unwritable(path, &error);
    let mut state = path.as_os_str().to_owned();
    state.push(".state");
    let state = PathBuf::from(state);
    let known = match fs::read(&state) {
        Ok(known) => known,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let file = private_file::create(path).map_err(failed)?;
            let mut sink = Sink::File { file, path: path.to_owned(), state, length: 0 };
            // So that a run that is stopped before its first page is over can go on, too.
            sink.remember(on, None, Tally::default())?;
            return Ok((sink, None, Tally::default()));
        }
        Err(error) => return Err(unwritable(&state, &error)),
    };
    let useless = |why: &str| refused(format!("{} {why}. Remove both files to start over.", state.display()));
    let State { table, length, position, tally } =
        serde_json::from_slice(&known).map_err(|_| useless("makes no sense"))?;
    if table != on.store.table() {
        return Err(useless("belongs to another table"));
    }
    let mut file = OpenOptions::new().write(true).open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() < length {
        return Err(useless("records more than the file contains"));
    }
    file.set_len(length).and_then(|()| file.seek(SeekFrom::End(0))).map_err(failed)?;
    let sink = Sink::File { file, path: path.to_owned(), state, length };
    let position = position.map(|Position { partition, sort }| ScanPosition { partition, sort });
    Ok((sink, position, tally))
}

impl Sink {
    fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Standard(out) => out
                .write_all(bytes)
                .and_then(|()| out.flush())
                .map_err(|error| unwritable(Path::new("standard output"), &error)),
            Self::File { file, path, length, .. } => {
                file.write_all(bytes).map_err(|error| unwritable(path, &error))?;
                *length += u64::try_from(bytes.len()).unwrap_or_default();
                Ok(())
            }
        }
    }

    /// Notes how far the file is. The note takes the place of the one before in one step.
    fn remember(
        &mut self,
        on: &Basics,
        position: Option<&ScanPosition>,
        tally: Tally,
    ) -> Result<(), Failure> {
        let Self::File { state, length, .. } = self else {
            return Ok(());
        };
        let position = position.cloned().map(|ScanPosition { partition, sort }| Position { partition, sort });
        let note = State { table: on.store.table().to_owned(), length: *length, position, tally };
        let note = serde_json::to_vec(&note).expect("texts and numbers have a JSON form");
        let fresh = state.with_extension("state-new");
        let replace = || -> io::Result<()> {
            match fs::remove_file(&fresh) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
            // It tells keys of the table, and so perhaps a name or an address.
            private_file::create(&fresh)?.write_all(&note)?;
            fs::rename(&fresh, &*state)
        };
        replace().map_err(|error| unwritable(state, &error))
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let Self::File { file, path, state, .. } = self else {
            return Ok(());
        };
        file.sync_all().map_err(|error| unwritable(path, &error))?;
        match fs::remove_file(&*state) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(state, &error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}
