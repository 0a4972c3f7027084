//! Letting users in from a file: as many at a time as DynamoDB takes well, each judged by the rules
//! that hold for everybody.
//!
//! Nothing is remembered between runs. Whoever is here already is recognised, so that a run that was
//! stopped is continued by running it again.

mod source;
mod summary;
mod wanted;

use std::collections::{HashSet, VecDeque};
use std::io::{self, BufReader};
use std::path::Path;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tally::app::Basics;
use tally::domain::account_number::AccountNumber;
use tally::domain::transfer::Arrival;
use tally::services::transfer::{self, ArrivalRefusal, Arrived, Importer};
use tally::store::StoreError;
use tally::store::key::Identifier;
use tokio::sync::mpsc::{self, Receiver};

use self::summary::Summary;
pub(crate) use self::summary::count;
pub use self::wanted::{Format, Import};
use crate::commands::unusable;
use crate::django::{self, Dump, Leftovers};
use crate::entries::{self, Entry, Piece};
use crate::fields::Fields;
use crate::line;
use crate::outcome::{Answer, Failure, refused};
use crate::pages::MOST_UNDER_WAY;
use crate::reason::{Reason, Reasons};
use crate::rejects::Rejects;
use crate::terminal::{Progress, Terminal};

/// How many entries are read ahead.
const READ_AHEAD: usize = 64;

/// One run.
struct Run<'a> {
    on: &'a Basics,
    wanted: &'a Import,
    terminal: &'a Terminal,
    dump: Dump,
    /// Users in groups whose names have not been read yet.
    early: VecDeque<Entry>,
    summary: Summary,
    rejects: Option<Rejects>,
    progress: Progress,
}

/// What an account must have for itself alone while it is under way, so that of two entries that want
/// the same, the first one gets it.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Own {
    Number(AccountNumber),
    Claim(Identifier),
}

/// Lets in whom the file holds and answers the summary; it is a failure if anybody stays outside.
pub(crate) async fn carry_out(on: &Basics, wanted: &Import, terminal: &Terminal) -> Result<Answer, Failure> {
    // A table that cannot be read is told before anything is waited for.
    let nobody = on.store.find_account(AccountNumber::new(0)).await;
    nobody.map_err(|source| unusable(on, source))?;
    let (source, size) = source::open(&wanted.file).map_err(|error| unreadable(&wanted.file, &error))?;
    let rejects = wanted.rejects.as_deref().filter(|_| !wanted.dry_run);
    let rejects = rejects.map(|path| prepare(path, &wanted.file)).transpose()?;
    let progress = Progress::new(size);
    let source = progress.of_reading(source);
    let (sender, pieces) = mpsc::channel(READ_AHEAD);
    let reader = tokio::task::spawn_blocking(move || {
        let text = source::text(source)?;
        entries::read(BufReader::new(text), |piece| sender.blocking_send(piece).is_ok())
    });
    let mut run = Run {
        on,
        wanted,
        terminal,
        dump: Dump::new(wanted.utc_offset, wanted.user_model.clone()),
        early: VecDeque::new(),
        summary: Summary::new(wanted.dry_run),
        rejects,
        progress,
    };
    let end = run.go_through(pieces).await;
    run.progress.end();
    if !end.map_err(|failure| with_summary(failure, &run, "Run this again to continue."))? {
        return Err(terminal.stopped(&run.summary.so_far()));
    }
    let read_to_the_end = reader.await.unwrap_or_else(|panic| Err(io::Error::other(panic)));
    if let Err(error) = read_to_the_end {
        return Err(with_summary(
            unreadable(&wanted.file, &error),
            &run,
            "Fix the file and run this again to continue.",
        ));
    }
    let answer = Answer::new(run.summary.text(wanted), &run.summary);
    if run.summary.is_failure() { Err(Failure::Partly(answer)) } else { Ok(answer) }
}

impl Run<'_> {
    /// Takes the entries as they come until the last account has arrived, or the table is away. After Ctrl-C, only
    /// what is under way already. The answer is whether it came to the end.
    async fn go_through(&mut self, mut pieces: Receiver<Piece>) -> Result<bool, Failure> {
        let importer =
            if self.wanted.dry_run { Importer::rehearsing(self.on) } else { Importer::new(self.on) };
        let mut under_way = FuturesUnordered::new();
        let mut owned: HashSet<Own> = HashSet::new();
        let mut waiting: Option<(Entry, Arrival)> = None;
        let mut is_at_end = false;
        loop {
            let is_stopped = self.terminal.is_interrupted();
            let has_room = under_way.len() < MOST_UNDER_WAY && !is_stopped;
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
            if is_at_end
                && !is_stopped
                && waiting.is_none()
                && let Some(entry) = self.early.pop_front()
            {
                waiting = self.look_at(Piece::Entry(entry))?;
                continue;
            }
            let may_read = has_room && waiting.is_none() && !is_at_end;
            if under_way.is_empty() && !may_read {
                return Ok(!is_stopped);
            }
            tokio::select! {
                Some((entry, arrival, outcome)) = under_way.next(), if !under_way.is_empty() => {
                    for own in owns(&arrival) {
                        owned.remove(&own);
                    }
                    self.settle(&entry, &arrival, outcome)?;
                }
                piece = pieces.recv(), if may_read => match piece {
                    None => {
                        is_at_end = true;
                        self.dump.complete();
                    }
                    Some(piece) => waiting = self.look_at(piece)?,
                },
                () = self.terminal.interrupted(1), if !is_stopped => {}
            }
        }
    }

    /// Judges what was read; an account that may come in is handed back.
    fn look_at(&mut self, piece: Piece) -> Result<Option<(Entry, Arrival)>, Failure> {
        let entry = match piece {
            Piece::Entry(entry) => entry,
            Piece::TooLong(number) => {
                self.reject(number, None, &Reason::TooLong.into())?;
                return Ok(None);
            }
            Piece::Broken(number, why) => {
                self.summary.rejected += 1;
                let words = "From here on it is not JSON, and nothing more was read";
                self.progress.say(&format!("{number}: {words}: {why}."));
                return Ok(None);
            }
        };
        match self.judge(&entry) {
            Ok(django::Entry::User(arrival, left)) => {
                self.summary.leave(left);
                return Ok(Some((entry, *arrival)));
            }
            // It refers to something that may still come.
            Ok(django::Entry::Early) => self.early.push_back(entry),
            Ok(django::Entry::Group(had_permissions)) => {
                self.summary.group(had_permissions);
                let kept = self.rejects.as_mut().map(|rejects| rejects.add_context(&entry.bytes));
                kept.transpose().map_err(|error| self.rejects_failed(&error))?;
            }
            Ok(django::Entry::Other(model, is_like_user)) => self.summary.other(model, is_like_user),
            Err(reasons) => self.reject(entry.number, Some(&entry), &reasons)?,
        }
        Ok(None)
    }

    fn judge(&mut self, entry: &Entry) -> Result<django::Entry, Reasons> {
        let fields = Fields::parse(&entry.bytes)?;
        if self.is_django(&fields) {
            return self.dump.read(fields);
        }
        let arrival = line::read(fields, self.wanted.utc_offset)?;
        Ok(django::Entry::User(Box::new(arrival), Leftovers::default()))
    }

    fn is_django(&self, fields: &Fields) -> bool {
        match self.wanted.format {
            None => Dump::fits(fields),
            Some(Format::Django) => true,
            Some(Format::Tally) => false,
        }
    }

    /// Counts what became of an account.
    fn settle(
        &mut self,
        entry: &Entry,
        arrival: &Arrival,
        outcome: Result<Arrived, ArrivalRefusal>,
    ) -> Result<(), Failure> {
        let reason = match outcome {
            Ok(arrived) => {
                match arrived {
                    Arrived::Created => self.summary.welcome(&arrival.account),
                    Arrived::There => self.summary.there += 1,
                }
                self.progress.tell(self.summary.so_far());
                return Ok(());
            }
            Err(ArrivalRefusal::Unavailable(StoreError::Unreadable(why))) => {
                // Of one item that makes no sense, not of the table.
                self.progress.say(&why);
                Reason::Unreadable
            }
            Err(ArrivalRefusal::Unavailable(source)) => return Err(unusable(self.on, source)),
            Err(ArrivalRefusal::Unrecognisable) => {
                let is_django = Fields::parse(&entry.bytes).is_ok_and(|fields| self.is_django(&fields));
                if is_django { Reason::NamelessInDjango } else { Reason::Unrecognisable }
            }
            Err(ArrivalRefusal::NumberTaken) => Reason::NumberTaken,
            Err(ArrivalRefusal::Taken(taken)) => Reason::Taken(taken),
            Err(ArrivalRefusal::Differs(number, fields)) => {
                Reason::Differs { number: number.map(AccountNumber::get), fields }
            }
        };
        self.reject(entry.number, Some(entry), &reason.into())
    }

    fn reject(&mut self, number: u64, entry: Option<&Entry>, reasons: &Reasons) -> Result<(), Failure> {
        self.summary.rejected += 1;
        self.progress.say(&format!("{number}: {reasons}"));
        if let (Some(rejects), Some(entry)) = (&mut self.rejects, entry) {
            rejects.keep(&entry.bytes).map_err(|error| self.rejects_failed(&error))?;
        }
        Ok(())
    }

    fn rejects_failed(&self, error: &io::Error) -> Failure {
        unwritable(self.wanted.rejects.as_deref().unwrap_or(Path::new("the rejects")), error)
    }
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
    let claims = transfer::claims(&arrival.account).into_iter();
    let formers = arrival.account.former_emails.iter().map(|former| Identifier::email(&former.address));
    arrival.number.map(Own::Number).into_iter().chain(claims.chain(formers).map(Own::Claim)).collect()
}

fn with_summary(failure: Failure, run: &Run<'_>, hint: &str) -> Failure {
    if run.summary.is_blank() {
        return failure;
    }
    run.progress.say(&format!("Stopped: {}. {hint}", run.summary.so_far()));
    failure
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let source = if path == Path::new("-") { "Standard input".into() } else { path.display().to_string() };
    refused(format!("{source} cannot be read: {error}."))
}

pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    if error.kind() == io::ErrorKind::AlreadyExists {
        return refused(format!("{path} is there already. Choose another name, or remove it."));
    }
    refused(format!("{path} cannot be written: {error}"))
}
