//! The files of the archive: their names, their folder, and what must be synced when they come, go
//! or grow.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::error::At;
use super::{Error, owner};

const TAIL: &str = ".warc.gz";
const OPEN: &str = ".open";

/// A file's name, `bantin-YYYYMMDDhhmmssmmm-NNNNN.warc.gz`. Names sort in the order of writing, as
/// values and as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Name {
    stamp: u64,
    number: u32,
}

impl Name {
    /// The name that follows `last`, even if the clock has gone back.
    pub(super) fn after(last: Option<Name>, now: Timestamp) -> Name {
        let stamp = now
            .max(Timestamp::UNIX_EPOCH)
            .strftime("%Y%m%d%H%M%S%3f")
            .to_string()
            .parse()
            .unwrap_or(0);
        match last {
            None => Name { stamp, number: 1 },
            Some(last) if last.number < 99_999 => {
                Name { stamp: stamp.max(last.stamp), number: last.number + 1 }
            }
            Some(last) => Name { stamp: stamp.max(last.stamp + 1), number: 1 },
        }
    }

    /// Reads a final name; anything else, such as a path, is none.
    pub(super) fn parse(text: &str) -> Option<Name> {
        let (stamp, number) = text.strip_prefix("bantin-")?.strip_suffix(TAIL)?.split_once('-')?;
        let digits = |text: &str, count| {
            text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        (digits(stamp, 17) && digits(number, 5))
            .then_some(Name { stamp: stamp.parse().ok()?, number: number.parse().ok()? })
    }

    /// Its number among the files of a folder.
    pub(super) fn number(self) -> u32 {
        self.number
    }

    /// When the file was begun, by its name.
    pub(super) fn begun(self) -> Option<Timestamp> {
        let text = format!("{:017}", self.stamp);
        let (date, millis) = text.split_at_checked(14)?;
        let time = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", date).ok()?;
        let begun = jiff::tz::TimeZone::UTC.to_timestamp(time).ok()?;
        begun.checked_add(jiff::SignedDuration::from_millis(millis.parse().ok()?)).ok()
    }

    /// Where the file lies while it is written.
    pub(super) fn open_path(self, folder: &Path) -> PathBuf {
        folder.join(format!("{self}{OPEN}"))
    }

    /// Where the file lies once it is closed.
    pub(super) fn path(self, folder: &Path) -> PathBuf {
        folder.join(self.to_string())
    }

    /// Opens the file for reading, whether it is closed or not; it may be closed meanwhile.
    pub(super) fn read(self, folder: &Path) -> io::Result<File> {
        let missing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        File::open(self.path(folder))
            .or_else(
                |error| {
                    if missing(&error) { File::open(self.open_path(folder)) } else { Err(error) }
                },
            )
            .or_else(
                |error| if missing(&error) { File::open(self.path(folder)) } else { Err(error) },
            )
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bantin-{:017}-{:05}{TAIL}", self.stamp, self.number)
    }
}

/// The files in the folder, in order, with whether each is open. Other files are let be.
pub(super) fn list(folder: &Path) -> io::Result<Vec<(Name, bool)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let Some(text) = name.to_str() else { continue };
        let (stem, open) = text.strip_suffix(OPEN).map_or((text, false), |stem| (stem, true));
        files.extend(Name::parse(stem).map(|name| (name, open)));
    }
    files.sort_unstable();
    Ok(files)
}

/// Whether the path names this very file.
pub(super) fn is_same(file: &File, path: &Path) -> bool {
    let (Ok(own), Ok(there)) = (file.metadata(), fs::metadata(path)) else { return false };
    (own.dev(), own.ino()) == (there.dev(), there.ino())
}

/// Closes an open file under its final name.
pub(super) fn close(folder: &Path, name: Name) -> io::Result<()> {
    fs::rename(name.open_path(folder), name.path(folder))?;
    sync_folder(folder)
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Makes a folder and those above it, durably.
pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above =
        folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_folder(above)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(above),
    }
}

/// An open file with its syncs: one at a time, and none after one has failed, whoever saw it fail.
#[derive(Debug)]
pub(super) struct Disk {
    pub(super) file: File,
    /// Where it was opened.
    pub(super) path: PathBuf,
    failed: Mutex<bool>,
}

impl Disk {
    /// Opens a file for appending; `fresh`: it must not be there yet.
    pub(super) fn open(path: &Path, fresh: bool) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).append(true).create_new(fresh).open(path)?;
        if fresh && let Some(folder) = path.parent() {
            owner::keep(&file, folder);
        }
        Ok(Self { file, path: path.to_owned(), failed: Mutex::new(false) })
    }

    /// Sees that the path still names this very file, as long as it was left: not moved, replaced,
    /// cut or mounted over.
    pub(super) fn in_place(&self, length: u64) -> Result<(), Error> {
        if cfg!(test) && self.path.as_os_str().is_empty() {
            return Ok(());
        }
        let there = match fs::symlink_metadata(&self.path) {
            Err(cause)
                if matches!(
                    cause.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Err(Error::Displaced(self.path.clone()));
            }
            there => there.at(&self.path)?,
        };
        let own = self.file.metadata().at(&self.path)?;
        let same = (own.dev(), own.ino()) == (there.dev(), there.ino())
            && own.nlink() > 0
            && own.len() == length;
        if same { Ok(()) } else { Err(Error::Displaced(self.path.clone())) }
    }

    /// Brings the file's bytes and length to the disk. The kernel tells of a failure once: it is
    /// remembered here.
    pub(super) fn sync(&self) -> io::Result<()> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if *failed {
            return Err(io::Error::other("an earlier sync of this file failed"));
        }
        self.file.sync_data().inspect_err(|_| *failed = true)
    }

    /// A file of no place, to see what faults do.
    #[cfg(test)]
    pub(super) fn pretended(file: File) -> Self {
        Self { file, path: PathBuf::new(), failed: Mutex::new(false) }
    }

    #[cfg(test)]
    pub(super) fn hold(&self, meanwhile: impl FnOnce()) {
        let _held = self.failed.lock().unwrap();
        meanwhile();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_in_the_order_of_writing() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let first = Name::after(None, time("2026-01-02T03:04:05.678901Z"));
        assert_eq!(first.to_string(), "bantin-20260102030405678-00001.warc.gz");
        let back = Name::after(Some(first), time("2020-01-01T00:00:00Z"));
        assert_eq!(back.to_string(), "bantin-20260102030405678-00002.warc.gz");
        let last = Name { number: 99_999, ..back };
        let wrapped = Name::after(Some(last), time("2020-01-01T00:00:00Z"));
        assert_eq!(wrapped.to_string(), "bantin-20260102030405679-00001.warc.gz");
        assert!(first.to_string() < back.to_string() && last.to_string() < wrapped.to_string());
        assert_eq!(Name::parse(&wrapped.to_string()), Some(wrapped));
        for other in [
            "../bantin-20260102030405678-00001.warc.gz",
            "bantin-2026010203040567-000001.warc.gz",
            "bantin-+0260102030405678-00001.warc.gz",
            "x",
        ] {
            assert_eq!(Name::parse(other), None, "{other}");
        }
    }
}
