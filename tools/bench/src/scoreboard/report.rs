//! The scoreboard as Markdown.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::statistics::{median, spread};
use crate::table::markdown;

use super::Measured;
use super::operations::Weighed;
use super::prices::{self, Bill, Usage};

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
    let mut lines = vec![["#", "row", "best known", "target", "ours", "verdict"].map(str::to_owned).to_vec()];
    for row in all_rows(measured) {
        let target = row.target.map_or_else(|| "printed".to_owned(), |target| format!("≤ {target}"));
        let verdict = row.verdict().to_owned();
        lines.push(vec![
            row.number.to_string(),
            row.name.to_owned(),
            row.best.to_owned(),
            target,
            row.shown,
            verdict,
        ]);
    }
    markdown(&lines)
}

fn all_rows(measured: &Measured) -> Vec<Row> {
    let samples = &measured.samples;
    let ratio = |number, name, best, target, value: f64| Row {
        number,
        name,
        best,
        target: Some(target),
        value,
        shown: format!("{value:.2}"),
    };
    let largest = measured.sizes.iter().map(|(_, bytes)| *bytes).max().unwrap_or_default();
    let over = measured.small.iter().filter(|weighed| !weighed.is_within()).count();
    let growth = growth(&measured.small, &measured.large);
    let strangers = measured.pairs.ratio();
    let (login, read) = (login_bill(measured), read_bill(measured));
    let user = prices::per_active_user(&login, &read);
    vec![
        ratio(1, "login CPU / own bare hash", "1.18", 1.06, samples.login_to_hash()),
        ratio(2, "own hash CPU / RustCrypto called plainly", "1.0", 0.86, samples.own_to_plain_hash()),
        ratio(3, "authenticated read CPU / hello's warm CPU", "1.6 to 3.6", 4.0, samples.read_to_hello()),
        ratio(
            4,
            "cold: exec to first authenticated read / hello's first answer",
            "2.2 to 29",
            2.5,
            samples.cold_read_to_hello(),
        ),
        ratio(5, "cold: exec to first login / one bare hash", "1.5", 1.8, samples.cold_login_to_hash()),
        ratio(6, "largest binary / hello's", "3.7 to 4.9", 5.0, bytes(largest) / bytes(measured.hello_size)),
        Row {
            shown: format!("{:.1} MB", measured.peak_memory),
            ..ratio(7, "peak memory after 1,000 mixed requests", "24 MB", 36.0, measured.peak_memory)
        },
        Row {
            number: 8,
            name: "operations over their price in round trips and units",
            best: "-",
            target: Some(0.0),
            value: if over == 0 { 0.0 } else { 1.0 },
            shown: format!("{over} of {}", measured.small.len()),
        },
        ratio(9, "largest growth in cost of an operation, large pool / small", "1.0", 1.02, growth),
        Row {
            number: 10,
            name: "failed login CPU: unknown user / known, how far from 1",
            best: "-",
            target: Some(0.02),
            value: (strangers - 1.0).abs(),
            shown: format!("{:.3} ({strangers:.3})", (strangers - 1.0).abs()),
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

/// The dearest growth from the small pool to the large one.
fn growth(small: &[Weighed], large: &[Weighed]) -> f64 {
    small.iter().zip(large).map(|(small, large)| large.growth_from(small)).fold(0.0, f64::max)
}

fn times(measured: &Measured) -> String {
    let samples = &measured.samples;
    let mut lines = vec![vec!["what".to_owned(), "CPU ms".to_owned(), "spread".to_owned()]];
    for (name, values) in [
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
    ] {
        let (middle, spread) = (median(values), spread(values) * 100.0);
        lines.push(vec![name.to_owned(), format!("{middle:.3}"), format!("{spread:.1} %")]);
    }
    markdown(&lines)
}

fn faults(measured: &Measured) -> String {
    let [login, own, plain] = measured.samples.page_faults();
    format!("Page faults: {login:.0} of a login, {own:.0} of an own hash, {plain:.0} of a plain one.\n\n")
}

fn sizes(measured: &Measured) -> String {
    let mut lines = vec![vec!["function".to_owned(), "MB".to_owned(), "/ hello's".to_owned()]];
    let all = measured.sizes.iter().map(|(name, size)| (name.as_str(), *size));
    for (name, size) in all.chain([("hello", measured.hello_size)]) {
        let size = bytes(size);
        let times = size / bytes(measured.hello_size);
        lines.push(vec![name.to_owned(), format!("{:.2}", size / 1e6), format!("{times:.2}")]);
    }
    markdown(&lines)
}

fn operations(measured: &Measured) -> String {
    let mut lines = vec![vec!["operation".to_owned(), "may cost".to_owned()]];
    lines[0].extend(measured.pools.iter().map(|users| format!("{users} users")));
    for (small, large) in measured.small.iter().zip(&measured.large) {
        let limit = small.limit;
        let mut line = vec![limit.name.to_owned(), units(limit.trips, limit.reads, limit.writes)];
        line.extend([small, large].map(|weighed| units(weighed.trips, weighed.reads, weighed.writes)));
        lines.push(line);
    }
    markdown(&lines)
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
    let header = ["operation", "billed ms", "gateway", "Lambda", "DynamoDB", "logs", "sum"];
    let mut lines = vec![header.map(str::to_owned).to_vec()];
    for (name, usage) in [("login", login_usage(measured)), ("authenticated read", read_usage(measured))] {
        let bill = usage.bill();
        let parts = [bill.gateway, bill.lambda, bill.dynamodb, bill.logs, bill.total()];
        let mut line = vec![name.to_owned(), format!("{:.0}", usage.billed())];
        line.extend(parts.map(|dollars| format!("{dollars:.2}")));
        lines.push(line);
    }
    text += &markdown(&lines);
    let user = prices::per_active_user(&login_bill(measured), &read_bill(measured));
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
    let header = ["memory", "first read", "read", "login"];
    let mut lines = vec![header.map(str::to_owned).to_vec()];
    for size in throttled {
        let mut line = vec![format!("{} MB", size.memory)];
        line.extend([size.first_read, size.read, size.login].map(|time| format!("{time:.1}")));
        lines.push(line);
    }
    format!("Wall milliseconds at Lambda's share of a core, imitated:\n\n{}", markdown(&lines))
}

fn login_bill(measured: &Measured) -> Bill {
    login_usage(measured).bill()
}

fn read_bill(measured: &Measured) -> Bill {
    read_usage(measured).bill()
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
    fn all_eleven_rows_are_printed() {
        let text = markdown_of(&measured());
        for number in 1..=11 {
            assert!(text.contains(&format!("\n| {number} ")), "{number} is missing: {text}");
        }
    }
}
