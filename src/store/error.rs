//! Faults of a store.

use std::io;
use std::path::{Path, PathBuf};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another worker claimed the site since.
    #[error("the lease on {site} has passed to another worker")]
    Fenced {
        /// The site.
        site: String,
    },
    /// Another process has the store open.
    #[error("the store at {path} is open in another process: one at a time may have it")]
    Busy {
        /// The store's folder.
        path: String,
    },
    /// The store's files cannot be read; it is set aside and rebuilt from the archive.
    #[error(
        "the store at {} is damaged ({what}): the next start sets it aside and rebuilds it from \
         the archive",
        path.display()
    )]
    Damaged {
        /// The store's folder.
        path: PathBuf,
        /// What was met.
        what: String,
    },
    /// The store's folder holds what is not the store's; nothing in it was touched.
    #[error(
        "the store's folder {path} holds {name}, which is not the store's: name a folder of its own"
    )]
    Foreign {
        /// The folder.
        path: String,
        /// What it holds.
        name: String,
    },
    /// A cursor beyond the change log: what it skips would never be folded.
    #[error("change {cursor} cannot be folded: the last one is {last}")]
    Ahead {
        /// The cursor that was refused.
        cursor: u64,
        /// The number of the last change.
        last: u64,
    },
    /// The disk failed, is full or may not be written.
    #[error("the store at {} could not be {act}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was to be done with it: `read`, `written` or `opened`.
        act: &'static str,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
}

impl Error {
    /// What the system said, if the disk is at fault.
    pub fn io(&self) -> Option<&io::Error> {
        match self {
            Self::Io { cause, .. } => Some(cause),
            _ => None,
        }
    }

    /// The file or folder that is at fault.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Io { path, .. } | Self::Damaged { path, .. } => Some(path),
            Self::Busy { path } | Self::Foreign { path, .. } => Some(Path::new(path)),
            Self::Fenced { .. } | Self::Ahead { .. } => None,
        }
    }

    /// A fault of the disk whose place the caller names by [`Error::at`].
    pub(super) fn disk(cause: io::Error) -> Self {
        Self::Io { path: PathBuf::new(), act: "", cause }
    }

    /// Damage of a store whose folder the caller names by [`Error::at`].
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { path: PathBuf::new(), what: what.into() }
    }

    /// Names the place of a fault of the disk or of damage, where none is named.
    pub(super) fn at(self, place: &Path, act: &'static str) -> Self {
        match self {
            Self::Damaged { path, what } if path.as_os_str().is_empty() => {
                Self::Damaged { path: place.to_path_buf(), what }
            }
            Self::Io { path, cause, .. } if path.as_os_str().is_empty() => {
                Self::Io { path: place.to_path_buf(), act, cause }
            }
            other => other,
        }
    }

    /// The same fault, to be told once more.
    pub(super) fn again(&self) -> Self {
        match self {
            Self::Fenced { site } => Self::Fenced { site: site.clone() },
            Self::Busy { path } => Self::Busy { path: path.clone() },
            Self::Damaged { path, what } => {
                Self::Damaged { path: path.clone(), what: what.clone() }
            }
            Self::Foreign { path, name } => {
                Self::Foreign { path: path.clone(), name: name.clone() }
            }
            Self::Ahead { cursor, last } => Self::Ahead { cursor: *cursor, last: *last },
            Self::Io { path, act, cause } => {
                let again = cause.raw_os_error().map(io::Error::from_raw_os_error);
                let cause =
                    again.unwrap_or_else(|| io::Error::new(cause.kind(), cause.to_string()));
                Self::Io { path: path.clone(), act, cause }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_says_what_and_what_to_do() {
        let (site, path) = ("bac-kan".to_owned(), "/a".to_owned());
        let told = [
            Error::Fenced { site },
            Error::Busy { path: path.clone() },
            Error::Foreign { path, name: "notes.txt".to_owned() },
            Error::Ahead { cursor: 9, last: 7 },
        ];
        insta::assert_snapshot!(told.map(|error| error.to_string()).join("\n"), @r"
        the lease on bac-kan has passed to another worker
        the store at /a is open in another process: one at a time may have it
        the store's folder /a holds notes.txt, which is not the store's: name a folder of its own
        change 9 cannot be folded: the last one is 7
        ");
    }

    #[test]
    fn damage_names_the_folder_once_and_what_becomes_of_it() {
        let (folder, other) = (Path::new("/a"), Path::new("/b"));
        let damage = Error::damaged("a row").at(folder, "read").at(other, "written").again();
        let told = "the store at /a is damaged (a row): the next start sets it aside and rebuilds \
                    it from the archive";
        assert_eq!((damage.to_string().as_str(), damage.path()), (told, Some(folder)));
    }

    #[test]
    fn a_fault_of_the_disk_names_its_place_once_and_its_cause() {
        let full = Error::disk(io::Error::from_raw_os_error(28))
            .at(Path::new("/a/store"), "written")
            .at(Path::new("/b"), "read")
            .again();
        assert_eq!(full.to_string(), "the store at /a/store could not be written");
        assert_eq!(
            (full.path(), full.io().and_then(io::Error::raw_os_error)),
            (Some(Path::new("/a/store")), Some(28))
        );
        assert!(std::error::Error::source(&full).unwrap().is::<io::Error>());
    }
}
