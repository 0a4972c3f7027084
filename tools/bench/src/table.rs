//! The printed form: a Markdown table, which is as easy to read on a terminal as in a document.

use std::fmt::Write as _;

use crate::search::Cell;
use crate::statistics::milliseconds;

/// The cells of one length of page: a row for each shape, a column for each size.
#[must_use]
pub fn print(limit: usize, sizes: &[usize], shapes: &[&str], rows: &[Vec<Cell>]) -> String {
    let mut header = vec![format!("page of {limit}")];
    header.extend(sizes.iter().map(|size| format!("{} users", grouped(*size))));
    header.push("ratio".to_owned());
    let lines = shapes.iter().zip(rows).map(|(shape, cells)| {
        let mut line = vec![(*shape).to_owned()];
        line.extend(cells.iter().map(|cell| written(limit, cell)));
        line.push(ratio(limit, cells).map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}")));
        line
    });
    markdown(&header, lines)
}

/// Times, then price; a page that is not full says so.
fn written(limit: usize, cell: &Cell) -> String {
    let mut text = format!(
        "{:.1} / {:.1} ms, {} units, {} trips",
        milliseconds(cell.median),
        milliseconds(cell.p90),
        cell.reads,
        cell.trips
    );
    if !is_full(limit, cell) {
        write!(text, " (only {} users)", grouped(cell.users)).expect("a string takes any text");
    }
    text
}

/// How many times the largest pool's median is the smallest's, of those that fill the page.
fn ratio(limit: usize, cells: &[Cell]) -> Option<f64> {
    let full: Vec<&Cell> = cells.iter().filter(|cell| is_full(limit, cell)).collect();
    let (smallest, largest) = (full.first()?, full.last()?);
    (full.len() > 1).then(|| largest.median.as_secs_f64() / smallest.median.as_secs_f64())
}

fn is_full(limit: usize, cell: &Cell) -> bool {
    cell.users == limit
}

/// A number with its thousands set apart.
fn grouped(number: usize) -> String {
    indicatif::HumanCount(u64::try_from(number).unwrap_or(u64::MAX)).to_string()
}

/// A Markdown table of a header and these lines, and an empty line.
#[must_use]
pub fn markdown(header: &[impl ToString], lines: impl IntoIterator<Item = Vec<String>>) -> String {
    let header = header.iter().map(ToString::to_string).collect();
    let lines: Vec<Vec<String>> = std::iter::once(header).chain(lines).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(text, "| {} |", cells.join(" | ")).expect("a string takes any text");
        if index == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            writeln!(text, "| {} |", rules.join(" | ")).expect("a string takes any text");
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_full_pages_are_compared() {
        let cell = |users, milliseconds| Cell {
            users,
            median: Duration::from_millis(milliseconds),
            p90: Duration::from_millis(milliseconds + 1),
            trips: 2,
            reads: 50.5,
        };
        let rows = [vec![cell(7, 1), cell(50, 2), cell(50, 3)], vec![cell(7, 1), cell(7, 1), cell(50, 2)]];
        let printed = print(50, &[10, 1000, 1_000_000], &["a", "b"], &rows);
        let lines: Vec<&str> = printed.lines().collect();
        assert!(lines[0].contains("page of 50") && lines[0].contains("| 1,000,000 users"), "{printed}");
        assert!(lines[2].contains("1.0 / 2.0 ms, 50.5 units, 2 trips (only 7 users)"), "{printed}");
        assert!(lines[2].ends_with("| 1.50  |") && lines[3].ends_with("| -     |"), "{printed}");
    }
}
