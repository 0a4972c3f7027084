//! Letting users in from a file: as many at a time as DynamoDB takes well, each judged by the rules
//! that hold for everybody.
//!
//! Nothing is remembered between runs. Whoever is here already is recognised, so that a run that was
//! stopped is continued by running it again.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::tz::Offset;
use tally::app::Basics;
use tally::domain::account_number::AccountNumber;
use tally::domain::text;
use tally::domain::transfer::Arrival;
use tally::services::transfer::{self, ArrivalRefusal, Arrived, Importer};
use tally::store::StoreError;
use tally::store::key::Identifier;
use tokio::sync::mpsc::{self, Receiver};

use crate::commands::{Failure, refused, unusable};
use crate::django::{self, Dump};
use crate::entries::{self, Entry, Piece};
use crate::fields::Fields;
use crate::line;
use crate::progress::Progress;
use crate::reason::Reason;
use crate::rejects::Rejects;

/// How many accounts are on their way into the table at a time.
const MOST_UNDER_WAY: usize = 16;

/// How many entries are read ahead.
const READ_AHEAD: usize = 64;

/// What to let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The file, or `-` for standard input.
    pub file: PathBuf,
    /// Where to keep what does not come in.
    pub rejects: Option<PathBuf>,
    /// What the file holds, if it is not to be told from its looks.
    pub format: Option<Format>,
    /// The zone of times that name none.
    pub utc_offset: Option<Offset>,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The lines of an export.
    Tally,
    /// What Django's `dumpdata` wrote.
    Django,
}

/// Reads an offset such as `+08:00`.
#[must_use]
pub fn parse_offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':')?;
    let number = |text: &str, most: i32| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i32>().ok().filter(|number| is_number && *number <= most)
    };
    Offset::from_seconds(sign * (number(hours, 23)? * 3_600 + number(minutes, 59)? * 60)).ok()
}

/// What came of the entries so far.
#[derive(Debug, Default)]
struct Tally {
    created: u64,
    there: u64,
    rejected: u64,
    groups: u64,
    others: BTreeMap<String, u64>,
    without_permissions: u64,
}

/// One run.
struct Run<'a> {
    on: &'a Basics,
    wanted: &'a Import,
    dump: Dump,
    tally: Tally,
    rejects: Option<Rejects>,
    progress: Progress,
    read: Arc<AtomicU64>,
}

/// What an entry turned out to be.
enum Judged {
    User(Box<Arrival>),
    /// Something that users refer to.
    Context,
    Nothing,
}

/// What an account must have for itself alone while it is under way, so that of two entries that want
/// the same, the first one gets it.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Own {
    Number(AccountNumber),
    Claim(Identifier),
}

/// Lets in whom the file holds and answers the summary; it is a failure if anybody stays outside.
pub async fn carry_out(on: &Basics, wanted: &Import) -> Result<String, Failure> {
    // A table that cannot be read is told before anything is waited for.
    let nobody = on.store.find_account(AccountNumber::new(0)).await;
    nobody.map_err(|source| unusable(on, source))?;
    let (source, size) = open(&wanted.file).map_err(|error| unreadable(&wanted.file, &error))?;
    let rejects = wanted.rejects.as_deref().map(|path| prepare(path, &wanted.file)).transpose()?;
    let read = Arc::new(AtomicU64::new(0));
    let source = Counted { source, read: Arc::clone(&read) };
    let (sender, pieces) = mpsc::channel(READ_AHEAD);
    let reader = tokio::task::spawn_blocking(move || {
        entries::read(BufReader::new(source), |piece| sender.blocking_send(piece).is_ok())
    });
    let mut run = Run {
        on,
        wanted,
        dump: Dump::new(wanted.utc_offset),
        tally: Tally::default(),
        rejects,
        progress: Progress::new(size),
        read,
    };
    let end = run.go_through(pieces).await;
    run.progress.end();
    end.map_err(|failure| with_summary(failure, &run))?;
    let read_to_the_end = reader.await.unwrap_or_else(|panic| Err(io::Error::other(panic)));
    if let Err(error) = read_to_the_end {
        return Err(with_summary(unreadable(&wanted.file, &error), &run));
    }
    let summary = run.summary();
    if run.tally.rejected == 0 { Ok(summary) } else { Err(refused(summary.trim_end())) }
}

impl Run<'_> {
    /// Takes the entries as they come until the last account has arrived, or the table is away.
    async fn go_through(&mut self, mut pieces: Receiver<Piece>) -> Result<(), Failure> {
        let importer = Importer::new(self.on);
        let mut under_way = FuturesUnordered::new();
        let mut owned: HashSet<Own> = HashSet::new();
        let mut waiting: Option<(Entry, Arrival)> = None;
        let mut is_at_end = false;
        loop {
            let has_room = under_way.len() < MOST_UNDER_WAY;
            if let Some((entry, arrival)) = waiting
                .take_if(|(_, arrival)| has_room && owns(arrival).iter().all(|own| !owned.contains(own)))
            {
                owned.extend(owns(&arrival));
                let importer = &importer;
                under_way.push(async move {
                    let outcome = importer.let_in(&arrival).await;
                    (entry, arrival, outcome)
                });
                continue;
            }
            let may_read = has_room && waiting.is_none() && !is_at_end;
            tokio::select! {
                Some((entry, arrival, outcome)) = under_way.next(), if !under_way.is_empty() => {
                    for own in owns(&arrival) {
                        owned.remove(&own);
                    }
                    self.settle(&entry, outcome)?;
                }
                piece = pieces.recv(), if may_read => match piece {
                    None => is_at_end = true,
                    Some(piece) => waiting = self.look_at(piece)?,
                },
                else => return Ok(()),
            }
        }
    }

    /// Judges what was read; an account that may come in is handed back.
    fn look_at(&mut self, piece: Piece) -> Result<Option<(Entry, Arrival)>, Failure> {
        let entry = match piece {
            Piece::Entry(entry) => entry,
            Piece::TooLong(number) => {
                self.reject(number, None, &Reason::TooLong)?;
                return Ok(None);
            }
            Piece::Broken(number, why) => {
                self.tally.rejected += 1;
                let words = "From here on it is no JSON, and nothing more was read";
                self.progress.say(&format!("{number}: {words}: {why}."));
                return Ok(None);
            }
        };
        match self.judge(&entry) {
            Ok(Judged::User(arrival)) => Ok(Some((entry, *arrival))),
            Ok(Judged::Context) => {
                let kept = self.rejects.as_mut().map(|rejects| rejects.add_context(&entry.bytes));
                kept.transpose().map_err(|error| self.rejects_failed(&error))?;
                Ok(None)
            }
            Ok(Judged::Nothing) => Ok(None),
            Err(reason) => {
                self.reject(entry.number, Some(&entry), &reason)?;
                Ok(None)
            }
        }
    }

    fn judge(&mut self, entry: &Entry) -> Result<Judged, Reason> {
        let fields = Fields::parse(&entry.bytes)?;
        let is_django = match self.wanted.format {
            None => Dump::fits(&fields),
            Some(Format::Django) => true,
            Some(Format::Tally) => false,
        };
        if !is_django {
            return line::read(fields, self.wanted.utc_offset).map(|arrival| Judged::User(Box::new(arrival)));
        }
        match self.dump.read(fields)? {
            django::Entry::User(arrival, had_permissions) => {
                self.tally.without_permissions += u64::from(had_permissions);
                Ok(Judged::User(arrival))
            }
            django::Entry::Group => {
                self.tally.groups += 1;
                Ok(Judged::Context)
            }
            django::Entry::Other(model) => {
                *self.tally.others.entry(model).or_default() += 1;
                Ok(Judged::Nothing)
            }
        }
    }

    /// Counts what became of an account.
    fn settle(&mut self, entry: &Entry, outcome: Result<Arrived, ArrivalRefusal>) -> Result<(), Failure> {
        let reason = match outcome {
            Ok(arrived) => {
                match arrived {
                    Arrived::Created(_) => self.tally.created += 1,
                    Arrived::There(_) => self.tally.there += 1,
                }
                let message = self.tally.so_far();
                self.progress.show(self.read.load(Ordering::Relaxed), message);
                return Ok(());
            }
            Err(ArrivalRefusal::Unavailable(StoreError::Unreadable(why))) => {
                // Of one item that makes no sense, not of the table.
                self.progress.say(&why);
                Reason::Unreadable
            }
            Err(ArrivalRefusal::Unavailable(source)) => return Err(unusable(self.on, source)),
            Err(ArrivalRefusal::Unrecognisable) => Reason::Unrecognisable,
            Err(ArrivalRefusal::NumberTaken) => Reason::NumberTaken,
            Err(ArrivalRefusal::Taken(taken)) => Reason::Taken(taken),
            Err(ArrivalRefusal::Differs(number, fields)) => Reason::Differs { number: number.get(), fields },
        };
        self.reject(entry.number, Some(entry), &reason)
    }

    fn reject(&mut self, number: u64, entry: Option<&Entry>, reason: &Reason) -> Result<(), Failure> {
        self.tally.rejected += 1;
        self.progress.say(&format!("{number}: {reason}"));
        if let (Some(rejects), Some(entry)) = (&mut self.rejects, entry) {
            rejects.keep(&entry.bytes).map_err(|error| self.rejects_failed(&error))?;
        }
        Ok(())
    }

    fn rejects_failed(&self, error: &io::Error) -> Failure {
        unwritable(self.wanted.rejects.as_deref().unwrap_or(Path::new("the rejects")), error)
    }

    fn summary(&self) -> String {
        let Tally { rejected, groups, others, without_permissions, .. } = &self.tally;
        let mut lines = vec![format!("{}.", self.tally.so_far())];
        if *rejected > 0 {
            let kept = match &self.wanted.rejects {
                Some(path) => format!("what could be kept of them is in {}", path.display()),
                None => "--rejects FILE would keep them".to_owned(),
            };
            lines.push(format!("Why those did not come in is told above; {kept}."));
        }
        if *without_permissions > 0 {
            let users = count(*without_permissions, "user");
            lines.push(format!("{users} had permissions of their own, for which there is nothing here."));
        }
        if *groups > 0 {
            lines.push(format!("Names of groups that were read: {groups}."));
        }
        for (model, entries) in others {
            let model = if text::has_control(model) { &model.escape_debug().to_string() } else { model };
            lines.push(format!("{} of the model {model} passed over.", count(*entries, "entry")));
        }
        lines.join("\n") + "\n"
    }
}

impl Tally {
    fn so_far(&self) -> String {
        let Self { created, there, rejected, .. } = self;
        format!("{} came in, {there} were there already, {rejected} did not come in", count(*created, "user"))
    }
}

/// The file as it is read, with how much of it that is.
struct Counted {
    source: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.source.read(buffer)?;
        self.read.fetch_add(u64::try_from(bytes).unwrap_or_default(), Ordering::Relaxed);
        Ok(bytes)
    }
}

fn open(path: &Path) -> io::Result<(Box<dyn Read + Send>, Option<u64>)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), None));
    }
    let file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // A pipe has no size worth showing.
    Ok((Box::new(file), about.is_file().then_some(about.len())))
}

fn prepare(rejects: &Path, file: &Path) -> Result<Rejects, Failure> {
    let is_same = match (rejects.canonicalize(), file.canonicalize()) {
        (Ok(rejects), Ok(file)) => rejects == file,
        (Err(_), _) | (_, Err(_)) => false,
    };
    if is_same {
        return Err(refused("The file and its rejects cannot be the same."));
    }
    Rejects::at(rejects).map_err(|error| unwritable(rejects, &error))
}

fn owns(arrival: &Arrival) -> Vec<Own> {
    let claims = transfer::claims(&arrival.account).into_iter().map(Own::Claim);
    arrival.number.map(Own::Number).into_iter().chain(claims).collect()
}

pub(crate) fn count(number: u64, what: &str) -> String {
    match (number, what) {
        (1, what) => format!("1 {what}"),
        (many, "entry") => format!("{many} entries"),
        (many, what) => format!("{many} {what}s"),
    }
}

fn with_summary(failure: Failure, run: &Run<'_>) -> Failure {
    run.progress.say(&format!("Stopped: {}. Run again, it goes on.", run.tally.so_far()));
    failure
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    refused(format!("{} cannot be read: {error}", path.display()))
}

pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Failure {
    refused(format!("{} cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_has_a_sign_hours_and_minutes() {
        assert_eq!(parse_offset("+08:00"), Some(Offset::constant(8)));
        assert_eq!(parse_offset("-03:30"), Offset::from_seconds(-12_600).ok());
        for odd in ["", "8", "08:00", "+8:00", "+08", "+08:60", "+24:00", "+0a:00", "+08:00 ", "Z", "é"] {
            assert_eq!(parse_offset(odd), None, "{odd}");
        }
    }
}
