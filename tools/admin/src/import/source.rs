//! The bytes of a file to import: unpacked where they are gzip's, and UTF-8.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// The first bytes of gzip's files.
const GZIP: &[u8] = b"\x1f\x8b";

/// The first bytes of what only other programs unpack, and how it is called.
const PACKED: [(&[u8], &str); 5] = [
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x5d\x00\x00", "lzma"),
    (b"PK\x03\x04", "zip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
];

/// How many bytes tell what a file is.
const HEAD: u64 = 8;

/// A file, or standard input for `-`, and how long it is, if that is known.
pub(super) fn open(path: &Path) -> io::Result<(Box<dyn Read + Send>, Option<u64>)> {
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

/// The byte order marks of UTF-32; the first begins as one of UTF-16 does.
const UTF_32: [&[u8]; 2] = [&[0xff, 0xfe, 0, 0], &[0, 0, 0xfe, 0xff]];

/// The text in a source.
pub(super) fn text(source: impl Read + Send + 'static) -> io::Result<impl Read + Send> {
    let (head, source) = peek(source)?;
    if let Some((_, name)) = PACKED.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(unfit(format!("it is packed by {name}, and only gzip is unpacked here")));
    }
    let unpacked: Box<dyn Read + Send> =
        if head.starts_with(GZIP) { Box::new(MultiGzDecoder::new(source)) } else { Box::new(source) };
    let (head, text) = peek(unpacked)?;
    if is_wide(&head) {
        let name = if UTF_32.iter().any(|mark| head.starts_with(mark)) { "UTF-32" } else { "UTF-16" };
        return Err(unfit(format!("it is {name} text; write it as UTF-8, as by iconv -f {name} -t UTF-8")));
    }
    Ok(Utf8 { source: text, torn: Vec::new(), place: 0 })
}

/// What the source begins with, and the source with that again.
fn peek<R: Read>(mut source: R) -> io::Result<(Vec<u8>, impl Read + use<R>)> {
    let mut head = Vec::new();
    source.by_ref().take(HEAD).read_to_end(&mut head)?;
    Ok((head.clone(), BufReader::new(Cursor::new(head).chain(source))))
}

/// Whether the text has units of more than one byte: its mark says so, or a first character of JSON has
/// zeros beside it.
fn is_wide(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xfe")
        || head.starts_with(b"\xfe\xff")
        || head.iter().take(4).any(|byte| *byte == 0)
}

fn unfit(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.into())
}

/// A source that ends with an error where it is no UTF-8.
struct Utf8<R> {
    source: R,
    /// The beginning of a character whose end has not been read.
    torn: Vec<u8>,
    place: usize,
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.source.read(buffer)?;
        let is_end = bytes == 0 && !buffer.is_empty();
        self.torn.extend(&buffer[..bytes]);
        let valid = match std::str::from_utf8(&self.torn) {
            Ok(text) => text.len(),
            Err(fault) if fault.error_len().is_none() && !is_end => fault.valid_up_to(),
            Err(fault) => {
                let place = self.place + fault.valid_up_to() + 1;
                return Err(unfit(format!(
                    "it is not UTF-8 text from byte {place} on; if it is GBK, write it as UTF-8, as by \
                     iconv -f GBK -t UTF-8"
                )));
            }
        };
        self.place += valid;
        self.torn.drain(..valid);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn read(bytes: &[u8]) -> Result<String, String> {
        let mut read = String::new();
        let text = text(Cursor::new(bytes.to_vec())).map_err(|error| error.to_string())?;
        BufReader::with_capacity(3, text).read_to_string(&mut read).map_err(|error| error.to_string())?;
        Ok(read)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn text_is_read_as_it_is_and_out_of_gzip() {
        let text = "\u{feff}[{\"名\": \"张三🐯\"}]\n";
        assert_eq!(read(text.as_bytes()).as_deref(), Ok(text));
        assert_eq!(read(&gzip(text.as_bytes())).as_deref(), Ok(text));
        let twice = [gzip(b"{1}\n"), gzip(b"{2}\n")].concat();
        assert_eq!(read(&twice).as_deref(), Ok("{1}\n{2}\n"), "files put together");
        assert_eq!(read(b"").as_deref(), Ok(""));
        assert!(read(&gzip(b"{1}")[..15]).is_err());
    }

    #[test]
    fn another_encoding_is_told_in_a_sentence() {
        let wide = |text: &str, to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<_>>();
        for text in ["\u{feff}[{}]", "[{}]", "{}"] {
            for bytes in [wide(text, u16::to_le_bytes), wide(text, u16::to_be_bytes)] {
                for bytes in [gzip(&bytes), bytes] {
                    let why = read(&bytes).unwrap_err();
                    assert!(why.contains("UTF-16") && why.contains("iconv"), "{text:?}: {why}");
                }
            }
        }
        let wider: Vec<u8> = "\u{feff}[{}]".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        assert!(read(&wider).unwrap_err().contains("UTF-32"));
        // GBK of 张三.
        let why = read(b"[{\"a\":\"\xd5\xc5\xc8\xfd\"}]").unwrap_err();
        assert!(why.contains("byte 8 on") && why.contains("GBK"), "{why}");
        assert!(read("[\"张".as_bytes().split_last().unwrap().1).unwrap_err().contains("UTF-8"));
    }

    #[test]
    fn what_others_packed_is_told_in_a_sentence() {
        for (magic, name) in PACKED {
            let why = read(&[magic, b"anything"].concat()).unwrap_err();
            assert!(why.contains(name) && why.contains("only gzip"), "{why}");
        }
    }
}
