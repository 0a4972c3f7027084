//! A file taken apart into entries, one after the other, however large it is: lines of JSON, or the
//! elements of one JSON array.

use std::fmt;
use std::io::{self, BufRead, Read};

use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

/// The most bytes of one line.
pub(crate) const MOST_BYTES: usize = 1 << 20;

/// What some editors and shells of Windows put in front of a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One entry of a file. It may hold a password's hash, so it is never shown.
pub(crate) struct Entry {
    /// The number of its line or of its element, from 1.
    pub(crate) number: u64,
    /// What it says.
    pub(crate) bytes: Vec<u8>,
}

/// What reading a file brings up.
#[derive(Debug)]
pub(crate) enum Piece {
    /// An entry.
    Entry(Entry),
    /// A line of more than [`MOST_BYTES`], which was passed over; its number.
    TooLong(u64),
    /// From here on the file makes no sense: the number of the entry, and why.
    Broken(u64, String),
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({}, ..)", self.number)
    }
}

/// Reads a file to its end, or until `take` answers that it wants no more.
pub(crate) fn read(mut source: impl BufRead, take: impl FnMut(Piece) -> bool) -> io::Result<()> {
    let start = source.fill_buf()?;
    if start.starts_with(BYTE_ORDER_MARK) {
        source.consume(BYTE_ORDER_MARK.len());
    }
    let mut lines = 0;
    loop {
        let Some(byte) = source.fill_buf()?.first().copied() else {
            return Ok(());
        };
        match byte {
            b'[' => return read_array(source, take),
            b'\n' => lines += 1,
            b' ' | b'\t' | b'\r' => {}
            b'{' => return read_lines(source, lines, take),
            b'<' => return Err(no_json("it looks like XML")),
            b'-' | b'%' => return Err(no_json("it looks like YAML")),
            _ => return Err(no_json("it begins neither with { nor with [")),
        }
        source.consume(1);
    }
}

fn no_json(looks: &str) -> io::Error {
    let words = format!(
        "{looks}, and only JSON is read: one object per line, or an array, as dumpdata --format json writes it"
    );
    io::Error::new(io::ErrorKind::InvalidData, words)
}

fn read_lines(mut source: impl BufRead, before: u64, mut take: impl FnMut(Piece) -> bool) -> io::Result<()> {
    let most = u64::try_from(MOST_BYTES).expect("a million fits 64 bits");
    for number in before + 1.. {
        let mut bytes = Vec::new();
        if source.by_ref().take(most + 1).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        let is_whole = bytes.ends_with(b"\n") || bytes.len() <= MOST_BYTES;
        let piece = if is_whole {
            let bytes = bytes.trim_ascii().to_vec();
            if bytes.is_empty() {
                continue;
            }
            Piece::Entry(Entry { number, bytes })
        } else {
            source.skip_until(b'\n')?;
            Piece::TooLong(number)
        };
        if !take(piece) {
            break;
        }
    }
    Ok(())
}

fn read_array(source: impl BufRead, mut take: impl FnMut(Piece) -> bool) -> io::Result<()> {
    let (mut number, mut is_wanted) = (0, true);
    let mut array = Deserializer::from_reader(source);
    let elements = Elements(|bytes| {
        number += 1;
        is_wanted = take(Piece::Entry(Entry { number, bytes }));
        is_wanted
    });
    let end = array.deserialize_seq(elements).and_then(|()| array.end());
    match end {
        Err(error) if is_wanted && error.is_io() => Err(error.into()),
        Err(error) if is_wanted => {
            take(Piece::Broken(number + 1, error.to_string()));
            Ok(())
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Hands out the elements of an array, each on one line.
struct Elements<T>(T);

impl<'de, T: FnMut(Vec<u8>) -> bool> Visitor<'de> for Elements<T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut array: A) -> Result<(), A::Error> {
        while let Some(element) = array.next_element::<Box<RawValue>>()? {
            if !(self.0)(on_one_line(element.get())) {
                return Err(serde::de::Error::custom("nobody wants the rest"));
            }
        }
        Ok(())
    }
}

/// A JSON value without the white space between its parts, and so without the end of a line.
fn on_one_line(json: &str) -> Vec<u8> {
    let (mut is_text, mut is_escaped) = (false, false);
    let is_kept = |byte: &u8| {
        if is_text {
            is_text = is_escaped || *byte != b'"';
            is_escaped = !is_escaped && *byte == b'\\';
            return true;
        }
        is_text = *byte == b'"';
        !byte.is_ascii_whitespace()
    };
    json.bytes().filter(is_kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &[u8]) -> Vec<String> {
        let mut pieces = Vec::new();
        let take = |piece| {
            pieces.push(match piece {
                Piece::Entry(Entry { number, bytes }) => {
                    format!("{number} {}", String::from_utf8_lossy(&bytes))
                }
                Piece::TooLong(number) => format!("{number} too long"),
                Piece::Broken(number, _) => format!("{number} broken"),
            });
            true
        };
        read(text, take).unwrap();
        pieces
    }

    #[test]
    fn lines_are_numbered_as_editors_do() {
        assert_eq!(pieces(b"{1}\n\n {2}\r\n{3}"), ["1 {1}", "3 {2}", "4 {3}"]);
        assert_eq!(pieces(b"\xef\xbb\xbf\n\n{1}\n"), ["3 {1}"]);
        assert_eq!(pieces(b"  \n"), [""; 0]);
    }

    #[test]
    fn a_line_without_end_is_passed_over_and_the_next_one_read() {
        let mut text = vec![b'{'; 3 * MOST_BYTES];
        text.extend(b"\n{2}\n");
        assert_eq!(pieces(&text), ["1 too long", "2 {2}"]);
    }

    #[test]
    fn an_array_is_read_element_by_element() {
        assert_eq!(pieces(b" [ {\"a\":\n 1}, 7 ]\n"), ["1 {\"a\":1}", "2 7"]);
        assert_eq!(pieces(br#"[ { "a b" : "\" \\" , "c" : " " } ]"#), [r#"1 {"a b":"\" \\","c":" "}"#]);
        assert_eq!(pieces(b"[]"), [""; 0]);
        assert_eq!(pieces(b"[{\"a\":1},{\"b\""), ["1 {\"a\":1}", "2 broken"]);
        assert_eq!(pieces(b"[1] 2"), ["1 1", "2 broken"]);
    }

    #[test]
    fn what_is_no_json_at_all_is_told_in_a_sentence() {
        for (text, looks) in [
            (&b"<?xml version=\"1.0\"?>"[..], "XML"),
            (b"- model: auth.user\n  pk: 1\n", "YAML"),
            (b"id,username\n1,zhang\n", "begins neither"),
            (b"7\n", "begins neither"),
        ] {
            let error = read(text, |_| panic!("nothing is to be read")).unwrap_err();
            assert!(error.to_string().contains(looks), "{error}");
        }
    }

    #[test]
    fn reading_ends_where_nobody_wants_more() {
        for text in [&b"[1,2,3]"[..], b"{1}\n{2}\n{3}"] {
            let mut taken = 0;
            read(text, |_| {
                taken += 1;
                taken < 2
            })
            .unwrap();
            assert_eq!(taken, 2);
        }
    }
}
