//! Faults of the archive.

use std::io;
use std::path::{Path, PathBuf};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{path} of the archive could not be read or written", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A sync failed: writing stops until the file is reopened and checked.
    #[error(
        "a sync of the archive failed; writing has stopped until its file is reopened and checked"
    )]
    Unsynced {
        /// The file.
        path: PathBuf,
        /// Why; none where another writer met it, or where the archive was reopened since.
        #[source]
        source: Option<io::Error>,
    },
    /// Nothing is written: files are missing, or the archive could not be opened for writing.
    #[error("nothing is written to the archive: {0}")]
    Withheld(String),
    /// The file that is written no longer stands at its place.
    #[error("{path} is no longer the file that is being written: it was moved, replaced, cut or \
             mounted over", path = .0.display())]
    Displaced(PathBuf),
    /// Another process has the archive open.
    #[error("the archive at {0} is open in another process: one at a time may have it")]
    Busy(String),
    /// A record cannot be read.
    #[error("no whole record at {file}:{offset}: {what}")]
    Damaged {
        /// The file.
        file: String,
        /// The offset.
        offset: u64,
        /// What was met.
        what: String,
    },
}

impl Error {
    /// The disk's word, where it is the disk's fault.
    pub fn io(&self) -> Option<&io::Error> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Unsynced { source, .. } => source.as_ref(),
            _ => None,
        }
    }

    /// The file or folder that it is about.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Io { path, .. } | Self::Unsynced { path, .. } | Self::Displaced(path) => {
                Some(path)
            }
            _ => None,
        }
    }
}

/// Names the file or folder of a fault of the disk.
pub(super) trait At<T> {
    /// The fault, at `path`.
    fn at(self, path: impl AsRef<Path>) -> Result<T, Error>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: impl AsRef<Path>) -> Result<T, Error> {
        self.map_err(|source| Error::Io { path: path.as_ref().to_owned(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::state::chain;

    #[test]
    fn each_says_which_file_and_why() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let path = PathBuf::from("/a/b-1.warc.gz.open");
        let told = [
            Error::Io { path: path.clone(), source: full() },
            Error::Unsynced { path: path.clone(), source: Some(full()) },
            Error::Withheld("1 file is missing".to_owned()),
            Error::Displaced(path),
            Error::Busy("/a".to_owned()),
            Error::Damaged {
                file: "b-1.warc.gz".to_owned(),
                offset: 512,
                what: "its gzip member ends too early".to_owned(),
            },
        ];
        let lines = told.each_ref().map(|error| chain(error).replace(": ", ":\n  "));
        insta::assert_snapshot!(lines.join("\n"), @r"
        /a/b-1.warc.gz.open of the archive could not be read or written:
          no storage space
        a sync of the archive failed; writing has stopped until its file is reopened and checked:
          no storage space
        nothing is written to the archive:
          1 file is missing
        /a/b-1.warc.gz.open is no longer the file that is being written:
          it was moved, replaced, cut or mounted over
        the archive at /a is open in another process:
          one at a time may have it
        no whole record at b-1.warc.gz:512:
          its gzip member ends too early
        ");
    }
}
