//! The workers, and what becomes of their requests.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tally::clock::Clock;
use tokio::task::JoinSet;

use crate::error::BenchError;
use crate::fleet::Request;
use crate::requests::{self, PASSWORD};
use crate::statistics::percentile;
use tally::clock::Stopwatch;

use crate::statistics::milliseconds;

use super::Kind;
use super::line::Line;

/// Somebody with an account, and a line of their own.
#[derive(Clone, Debug)]
struct Worker {
    line: Line,
    login: Request,
    read: Request,
}

/// Workers who send together.
#[derive(Clone, Debug)]
pub struct Crowd {
    workers: Vec<Worker>,
    /// Begins every name that this run makes up, so that it can be repeated on the same table.
    run: String,
    /// How many names were made up.
    names: Arc<AtomicUsize>,
    /// How many different names there may be.
    most_names: usize,
}

/// What became of requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// How long they were sent.
    pub time: Duration,
    /// How long each took, in milliseconds.
    pub latencies: Vec<f64>,
    /// How many there were of each status; 0 is a line that broke.
    pub statuses: BTreeMap<u16, usize>,
}

impl Crowd {
    /// Registers so many workers at the service.
    pub async fn gather(url: &str, workers: usize) -> Result<Self, BenchError> {
        let run = format!("load{:x}", Clock::System.now().as_millisecond());
        let mut gathered = Vec::with_capacity(workers);
        for number in 0..workers {
            let line = Line::to(url);
            let username = format!("{run}w{number}");
            let login = requests::login(&username, PASSWORD);
            expect(&line, &requests::registration(&username), 201).await?;
            let welcome = expect(&line, &login, 200).await?;
            let key = welcome["key"].as_str().unwrap_or_default();
            expect(&line, &requests::details(key), 201).await?;
            gathered.push(Worker { line, login, read: requests::profile(key) });
        }
        Ok(Self { workers: gathered, run, names: Arc::default(), most_names: usize::MAX })
    }

    /// The same workers, who make up no more names than these: then they come again.
    #[must_use]
    pub fn with_names(&self, most: usize) -> Self {
        Self { most_names: most, ..self.clone() }
    }

    /// Two crowds of half of the workers each, or of the same one, if there is only one.
    #[must_use]
    pub fn halves(&self) -> (Self, Self) {
        let half = self.workers.len().div_ceil(2);
        let of = |workers: &[Worker]| Self { workers: workers.to_vec(), ..self.clone() };
        (of(&self.workers[..half]), of(&self.workers[self.workers.len() - half..]))
    }

    /// Has all workers send requests of that kind for so long.
    pub async fn send(&self, kind: Kind, duration: Duration) -> Outcome {
        let watch = Stopwatch::start();
        let mut tasks = JoinSet::new();
        for (number, worker) in self.workers.iter().enumerate() {
            let (worker, crowd) = (worker.clone(), self.clone());
            // They do not all begin with the same request of the mixture.
            tasks.spawn(async move { crowd.work(&worker, kind, number * 7, duration).await });
        }
        let mut all = Outcome::default();
        for outcome in tasks.join_all().await {
            all.add(outcome);
        }
        all.time = watch.elapsed();
        all
    }

    /// Sends one request after the other, from that turn of the mixture on.
    async fn work(&self, worker: &Worker, kind: Kind, mut turn: usize, duration: Duration) -> Outcome {
        let mut outcome = Outcome::default();
        let watch = Stopwatch::start();
        while watch.elapsed() < duration {
            let request = self.request(worker, kind, turn);
            let sent = Stopwatch::start();
            let answer = worker.line.send(&request).await;
            outcome.latencies.push(milliseconds(sent.elapsed()));
            *outcome.statuses.entry(answer.map_or(0, |(status, _)| status)).or_default() += 1;
            turn += 1;
        }
        outcome
    }

    fn request(&self, worker: &Worker, kind: Kind, turn: usize) -> Request {
        match (kind, turn % 50) {
            (Kind::Register, _) | (Kind::Mixed, 0) => requests::registration(&self.name()),
            (Kind::Code, _) | (Kind::Mixed, 25) => {
                requests::code_by_mail(&format!("{}@example.org", self.name()))
            }
            (Kind::Login, _) | (Kind::Mixed, 1..=10) => worker.login.clone(),
            (Kind::Read | Kind::Mixed, _) => worker.read.clone(),
        }
    }

    fn name(&self) -> String {
        format!("{}n{}", self.run, self.names.fetch_add(1, Ordering::Relaxed) % self.most_names)
    }
}

impl Outcome {
    /// Requests per second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        let count = u32::try_from(self.latencies.len()).map_or(f64::INFINITY, f64::from);
        count / self.time.as_secs_f64().max(f64::EPSILON)
    }

    /// The milliseconds that so many of a hundred did not exceed.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> f64 {
        percentile(&self.latencies, percent)
    }

    /// How many answers of each status.
    #[must_use]
    pub fn answers(&self) -> String {
        let told = self.statuses.iter().map(|(status, count)| match status {
            0 => format!("{count} broken lines"),
            status => format!("{count} × {status}"),
        });
        told.collect::<Vec<_>>().join(", ")
    }

    fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
    }
}

async fn expect(line: &Line, request: &Request, status: u16) -> Result<Value, BenchError> {
    let (answered, body) = line.send(request).await?;
    if answered == status {
        return Ok(serde_json::from_slice(&body).unwrap_or_default());
    }
    let request = format!("{} {}", request.method(), request.uri().path());
    let answer = format!("{answered}: {}", String::from_utf8_lossy(&body));
    Err(BenchError::Unexpected { request, answer })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_add_up() {
        let one = |latency, status| Outcome {
            time: Duration::ZERO,
            latencies: vec![latency],
            statuses: BTreeMap::from([(status, 1)]),
        };
        let mut all = one(1.0, 200);
        all.add(one(2.0, 200));
        all.add(one(3.0, 0));
        all.time = Duration::from_millis(1500);
        assert!((all.per_second() - 2.0).abs() < 1e-9);
        assert!((all.percentile(99) - 3.0).abs() < 1e-9);
        assert_eq!(all.answers(), "1 broken lines, 2 × 200");
    }
}
