//! Entries that did not come in, kept as they were, to be mended and imported again.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::private_file;

/// A file of them, made with the first one.
#[derive(Debug)]
pub(crate) struct Rejects {
    path: PathBuf,
    file: Option<File>,
    /// What an entry may refer to, such as the groups of a dump.
    context: Vec<u8>,
}

impl Rejects {
    /// Prepares the file. One of that name that is there already may be half mended: it is moved
    /// aside, to the first of `NAME.1`, `NAME.2` and so on that is free.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        if path.try_exists()? {
            let aside = (1_u32..).map(|count| {
                let mut name = path.as_os_str().to_owned();
                name.push(format!(".{count}"));
                PathBuf::from(name)
            });
            let mut free = aside.filter(|aside| !aside.exists());
            std::fs::rename(path, free.next().expect("some count is free"))?;
        }
        Ok(Self { path: path.to_owned(), file: None, context: Vec::new() })
    }

    /// Keeps an entry.
    pub(crate) fn keep(&mut self, entry: &[u8]) -> io::Result<()> {
        if self.file.is_none() {
            let mut file = private_file::create(&self.path)?;
            file.write_all(&self.context)?;
            self.file = Some(file);
        }
        self.append(&[entry, b"\n"].concat())
    }

    /// Keeps what entries may refer to, if there is any entry to keep.
    pub(crate) fn add_context(&mut self, entry: &[u8]) -> io::Result<()> {
        let line = [entry, b"\n"].concat();
        self.append(&line)?;
        self.context.extend(line);
        Ok(())
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_before_is_moved_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejects");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).ok();
        for text in ["a", "b", "c"] {
            let mut rejects = Rejects::at(&path).unwrap();
            rejects.add_context(b"group").unwrap();
            rejects.keep(text.as_bytes()).unwrap();
        }
        assert_eq!(read("rejects.1").as_deref(), Some("group\na\n"));
        assert_eq!(read("rejects.2").as_deref(), Some("group\nb\n"));
        assert_eq!(read("rejects").as_deref(), Some("group\nc\n"));
        Rejects::at(&path).unwrap();
        assert_eq!(read("rejects"), None, "no rejects, no file");
    }
}
