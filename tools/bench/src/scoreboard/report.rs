//! The scoreboard as Markdown.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::statistics::{median, ratio, spread};
use crate::table::markdown;

use super::Measured;
use super::prices::{self, Usage};

/// One row: what was measured, and what it must not exceed.
struct Row {
    number: u8,
    name: &'static str,
    best: &'static str,
    target: Option<f64>,
    value: f64,
    /// The value as it is printed, with its unit or its parts.
    shown: String,
}

impl Row {
    fn verdict(&self) -> &'static str {
        match self.target {
            None => "-",
            Some(target) if self.value <= target => "reached",
            Some(_) => "**missed**",
        }
    }
}

/// Everything as Markdown: the eleven rows, then what they were made of.
#[must_use]
pub fn markdown_of(measured: &Measured) -> String {
    let missed: Vec<String> = misses(measured).iter().map(u8::to_string).collect();
    let verdict = match &missed[..] {
        [] => "Every target is reached.".to_owned(),
        missed => format!("Missed: {}.", missed.join(", ")),
    };
    let mut text = format!(
        "{}{verdict}\n\n{} rounds; a ratio is of medians. CPU milliseconds of the whole process, median and middle \
         half (as a share of the median):\n\n",
        rows(measured),
        measured.rounds
    );
    text += &times(measured);
    text += &faults(measured);
    text += "Binaries:\n\n";
    text += &sizes(measured);
    text += "Round trips in sequence, read units, write units of each operation at DynamoDB:\n\n";
    text += &operations(measured);
    text += &bills(measured);
    text += &throttled(measured);
    text
}

/// The rows that miss their targets.
#[must_use]
pub fn misses(measured: &Measured) -> Vec<u8> {
    let rows = all_rows(measured).into_iter();
    rows.filter(|row| row.target.is_some_and(|target| row.value > target)).map(|row| row.number).collect()
}

/// The lines between which [`write_into`] writes.
const BEGIN: &str = "<!-- scoreboard: begin -->";
/// The second of them.
const END: &str = "<!-- scoreboard: end -->";

/// Puts the tables into a file, in the place of those that stand between its two lines.
pub fn write_into(file: &Path, tables: &str) -> io::Result<()> {
    let text = fs::read_to_string(file)?;
    let (before, rest) = text.split_once(BEGIN).unwrap_or((&text, ""));
    let Some((_, after)) = rest.split_once(END) else {
        return Err(io::Error::other(format!("{} has no lines {BEGIN} and {END}", file.display())));
    };
    fs::write(file, format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", tables.trim_end()))
}

fn rows(measured: &Measured) -> String {
    let lines = all_rows(measured).into_iter().map(|row| {
        let target = row.target.map_or_else(|| "printed".to_owned(), |target| format!("≤ {target}"));
        let verdict = row.verdict().to_owned();
        vec![row.number.to_string(), row.name.to_owned(), row.best.to_owned(), target, row.shown, verdict]
    });
    markdown(&["#", "row", "best known", "target", "ours", "verdict"], lines)
}

fn all_rows(measured: &Measured) -> Vec<Row> {
    let samples = &measured.samples;
    let row = |number, name, best, target, value: f64| {
        let shown = format!("{value:.2}");
        Row { number, name, best, target: Some(target), value, shown }
    };
    let largest = measured.sizes.iter().map(|(_, bytes)| *bytes).max().unwrap_or_default();
    let over: u8 = measured.small.iter().map(|weighed| u8::from(!weighed.is_within())).sum();
    let pairs = measured.small.iter().zip(&measured.large);
    let growth = pairs.map(|(small, large)| large.growth_from(small)).fold(0.0, f64::max);
    let strangers = ratio(&measured.pairs.unknown, &measured.pairs.known);
    let off = (strangers - 1.0).abs();
    let (login, read) = (login_usage(measured).bill(), read_usage(measured).bill());
    let user = prices::per_active_user(&login, &read);
    let to_hash = |times: &[f64]| ratio(times, &samples.own_hash);
    let to_plain = ratio(&samples.own_hash, &samples.plain_hash);
    let to_hello = ratio(&samples.read, &samples.hello);
    vec![
        row(1, "login CPU / own bare hash", "1.18", 1.06, to_hash(&samples.login)),
        row(2, "own hash CPU / RustCrypto called plainly", "1.0", 0.86, to_plain),
        row(3, "authenticated read CPU / hello's warm CPU", "1.6 to 3.6", 4.0, to_hello),
        row(
            4,
            "cold: exec to first authenticated read / hello's first answer",
            "2.2 to 29",
            2.5,
            ratio(&samples.cold_read, &samples.cold_hello),
        ),
        row(5, "cold: exec to first login / one bare hash", "1.5", 1.8, to_hash(&samples.cold_login)),
        row(6, "largest binary / hello's", "3.7 to 4.9", 5.0, bytes(largest) / bytes(measured.hello_size)),
        Row {
            shown: format!("{:.1} MB", measured.peak_memory),
            ..row(7, "peak memory after 1,000 mixed requests", "24 MB", 36.0, measured.peak_memory)
        },
        Row {
            shown: format!("{over} of {}", measured.small.len()),
            ..row(8, "operations over their price in round trips and units", "-", 0.0, f64::from(over))
        },
        row(9, "dearest growth of an operation, large pool / small", "1.0", 1.02, growth),
        Row {
            shown: format!("{off:.3} ({strangers:.3})"),
            ..row(10, "failed login CPU: unknown user / known, how far from 1", "-", 0.02, off)
        },
        Row {
            number: 11,
            name: "price of a million logins; of an active user a month",
            best: "Cognito $0.0055 to $0.015 a user",
            target: None,
            value: user,
            shown: format!("${:.2}; ${user:.5}", login.total()),
        },
    ]
}

fn times(measured: &Measured) -> String {
    let samples = &measured.samples;
    let lines = [
        ("hello, warm", &samples.hello),
        ("authenticated read, warm", &samples.read),
        ("login, warm", &samples.login),
        ("own hash", &samples.own_hash),
        ("RustCrypto's hash, called plainly", &samples.plain_hash),
        ("hello, cold", &samples.cold_hello),
        ("authenticated read, cold", &samples.cold_read),
        ("login, cold", &samples.cold_login),
        ("failed login, unknown user", &measured.pairs.unknown),
        ("failed login, known user", &measured.pairs.known),
    ]
    .map(|(name, values)| {
        let (middle, spread) = (median(values), spread(values) * 100.0);
        vec![name.to_owned(), format!("{middle:.3}"), format!("{spread:.1} %")]
    });
    markdown(&["what", "CPU ms", "spread"], lines)
}

fn faults(measured: &Measured) -> String {
    let [login, own, plain] = measured.samples.faults.each_ref().map(|faults| median(faults));
    format!("Page faults: {login:.0} of a login, {own:.0} of an own hash, {plain:.0} of a plain one.\n\n")
}

fn sizes(measured: &Measured) -> String {
    let all = measured.sizes.iter().map(|(name, size)| (name.as_str(), *size));
    let lines = all.chain([("hello", measured.hello_size)]).map(|(name, size)| {
        let (size, hello) = (bytes(size), bytes(measured.hello_size));
        vec![name.to_owned(), format!("{:.2}", size / 1e6), format!("{:.2}", size / hello)]
    });
    markdown(&["function", "MB", "/ hello's"], lines)
}

fn operations(measured: &Measured) -> String {
    let lines = measured.small.iter().zip(&measured.large).map(|(small, large)| {
        let limit = small.limit;
        let [small, large] =
            [small, large].map(|weighed| units(weighed.trips, weighed.reads, weighed.writes));
        vec![limit.name.to_owned(), units(limit.trips, limit.reads, limit.writes), small, large]
    });
    let [small, large] = measured.pools.map(|users| format!("{users} users"));
    markdown(&["operation", "may cost", &small, &large], lines)
}

fn units(trips: usize, reads: f64, writes: f64) -> String {
    format!("{trips} / {reads} / {writes}")
}

fn bills(measured: &Measured) -> String {
    let mut text = format!(
        "A million of each in dollars ({}; {} MB, arm64), and how long Lambda bills one:\n\n",
        prices::LISTED,
        prices::MEMORY_MB
    );
    let (login, read) = (login_usage(measured), read_usage(measured));
    let lines = [("login", &login), ("authenticated read", &read)].map(|(name, usage)| {
        let bill = usage.bill();
        let parts = [bill.gateway, bill.lambda, bill.dynamodb, bill.logs, bill.total()];
        let mut line = vec![name.to_owned(), format!("{:.0}", usage.billed())];
        line.extend(parts.map(|dollars| format!("{dollars:.2}")));
        line
    });
    text += &markdown(&["operation", "billed ms", "gateway", "Lambda", "DynamoDB", "logs", "sum"], lines);
    let user = prices::per_active_user(&login.bill(), &read.bill());
    writeln!(
        text,
        "An active user with {} logins and {} reads a month costs ${user:.5}, at Cognito ${} (Lite, {:.0} times \
         as much) to ${} (Essentials, {:.0} times).\n",
        prices::LOGINS_A_MONTH,
        prices::READS_A_MONTH,
        prices::COGNITO_LITE,
        prices::COGNITO_LITE / user,
        prices::COGNITO_ESSENTIALS,
        prices::COGNITO_ESSENTIALS / user
    )
    .expect("a string takes any text");
    text
}

fn throttled(measured: &Measured) -> String {
    let throttled = match &measured.throttled {
        None => return String::new(),
        Some(Err(reason)) => return format!("Lambda's share of a core: not possible here ({reason}).\n\n"),
        Some(Ok(throttled)) => throttled,
    };
    let lines = throttled.iter().map(|size| {
        let mut line = vec![format!("{} MB", size.memory)];
        line.extend([size.first_read, size.read, size.login].map(|time| format!("{time:.1}")));
        line
    });
    let table = markdown(&["memory", "first read", "read", "login"], lines);
    format!("Wall milliseconds at Lambda's share of a core, imitated:\n\n{table}")
}

fn login_usage(measured: &Measured) -> Usage {
    usage(measured, &harness::price::LOGIN, &measured.samples.login)
}

fn read_usage(measured: &Measured) -> Usage {
    usage(measured, &harness::price::PROFILE_BY_KEY, &measured.samples.read)
}

fn usage(measured: &Measured, limit: &harness::price::Limit, cpu: &[f64]) -> Usage {
    let weighed = measured.small.iter().find(|weighed| weighed.limit.name == limit.name);
    let (trips, reads, writes) = weighed
        .map_or((limit.trips, limit.reads, limit.writes), |found| (found.trips, found.reads, found.writes));
    let trips = u32::try_from(trips).map_or(f64::INFINITY, f64::from);
    Usage { cpu: median(cpu), trips, reads, writes }
}

/// A size for a ratio; binaries are far below 2^53 bytes.
fn bytes(size: u64) -> f64 {
    u32::try_from(size).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use harness::price;

    use super::*;
    use crate::scoreboard::operations::Weighed;
    use crate::scoreboard::rounds::Samples;
    use crate::scoreboard::strangers::Pairs;

    fn measured() -> Measured {
        let weighed = |limit: price::Limit| Weighed {
            limit,
            trips: limit.trips,
            reads: limit.reads,
            writes: limit.writes,
        };
        let operations = [price::LOGIN, price::PROFILE_BY_KEY].map(weighed).to_vec();
        Measured {
            rounds: 3,
            samples: Samples {
                hello: vec![0.1],
                read: vec![0.3],
                login: vec![21.0],
                own_hash: vec![20.0],
                plain_hash: vec![25.0],
                faults: [vec![0.0], vec![0.0], vec![4864.0]],
                cold_hello: vec![2.0],
                cold_read: vec![4.0],
                cold_login: vec![30.0],
            },
            sizes: vec![("accounts".to_owned(), 6_000_000), ("company".to_owned(), 7_000_000)],
            hello_size: 1_600_000,
            peak_memory: 30.0,
            small: operations.clone(),
            large: operations,
            pools: [1_000, 1_000_000],
            pairs: Pairs { unknown: vec![20.0], known: vec![20.1] },
            throttled: None,
        }
    }

    #[test]
    fn a_row_that_misses_says_so() {
        let good = measured();
        assert!(misses(&good).is_empty(), "{}", markdown_of(&good));
        assert!(markdown_of(&good).contains("Every target is reached."));
        let mut bad = measured();
        bad.hello_size = 1_000_000;
        bad.peak_memory = 36.1;
        bad.pairs.unknown = vec![19.0];
        bad.large[0].trips += 1;
        bad.small[1].reads += 1.0;
        assert_eq!(misses(&bad), [6, 7, 8, 9, 10]);
        let text = markdown_of(&bad);
        assert!(
            text.matches("**missed**").count() == 5 && text.contains("Missed: 6, 7, 8, 9, 10."),
            "{text}"
        );
    }

    #[test]
    fn tables_go_between_the_two_lines() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.md");
        fs::write(&file, "a\n\n").unwrap();
        assert!(write_into(&file, "t").is_err());
        fs::write(&file, format!("a\n\n{BEGIN}\nold\n{END}\n\nb\n")).unwrap();
        write_into(&file, "new\n\n").unwrap();
        write_into(&file, "newer\n\n").unwrap();
        let wanted = format!("a\n\n{BEGIN}\n\nnewer\n\n{END}\n\nb\n");
        assert_eq!(fs::read_to_string(&file).unwrap(), wanted);
    }

    #[test]
    fn every_ratio_is_of_its_own_two_medians() {
        let samples = Samples {
            hello: vec![0.1, 0.1, 9.0],
            read: vec![0.3],
            login: vec![20.0, 22.0],
            own_hash: vec![20.0],
            plain_hash: vec![25.0],
            faults: [vec![1.0, 2.0, 30.0], vec![0.0], vec![4864.0]],
            cold_hello: vec![2.0],
            cold_read: vec![5.0],
            cold_login: vec![30.0],
        };
        let measured = Measured { samples, ..measured() };
        let ratios: Vec<f64> = all_rows(&measured).iter().map(|row| row.value).take(5).collect();
        let wanted = [1.05, 0.8, 3.0, 2.5, 1.5];
        assert!(ratios.iter().zip(wanted).all(|(is, wanted)| (is - wanted).abs() < 1e-9), "{ratios:?}");
        assert!(
            faults(&measured)
                .starts_with("Page faults: 2 of a login, 0 of an own hash, 4864 of a plain one.")
        );
    }

    #[test]
    fn all_eleven_rows_are_printed() {
        let text = markdown_of(&measured());
        for number in 1..=11 {
            assert!(text.contains(&format!("\n| {number} ")), "{number} is missing: {text}");
        }
    }
}
