//! The files open to be read and written, and how they are opened: at start, and again after a
//! failure.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{Advice, fadvise};
use sled::{Db, Mode};

use super::fault::{fault, guarded};
use super::names;
use super::seam::{Act, Seam};
use crate::store::Error;

/// sled's cache in bytes; resident memory comes to about four times it.
const CACHE: u64 = 4 << 20;
/// Bytes that must be free before files are opened again after a failure: some segments.
const PROBE: usize = 4 << 20;

/// Files open to read and write.
pub struct Live {
    /// sled's; there until the drop.
    db: Option<Db>,
    /// Own handle of the data file: only its fdatasync makes a flush of sled's last (a flush syncs
    /// neither metadata nor the disk's cache).
    pub data: Arc<File>,
}

impl Live {
    /// Files that are open.
    pub fn new(db: Db, data: File) -> Self {
        Self { db: Some(db), data: Arc::new(data) }
    }

    /// sled's.
    pub fn db(&self) -> Result<&Db, Error> {
        self.db.as_ref().ok_or_else(|| Error::disk(std::io::Error::other("it is closed")))
    }
}

/// What sled makes of its last write is of no interest: all that counts was synced.
impl Drop for Live {
    fn drop(&mut self) {
        guarded(|| drop(self.db.take())).ok();
    }
}

/// Opens the files to be written; the names by which they are found are on the disk too.
pub fn live(folder: &Path, seam: &Seam) -> Result<Live, Error> {
    if folder.join("db").exists() {
        drop(locked(folder)?);
    }
    drop_unfinished(folder).map_err(Error::disk)?;
    seam.before(Act::Open).map_err(Error::disk)?;
    guarded(|| {
        let db = open_db(folder)?;
        let data = OpenOptions::new()
            .read(true)
            .write(true)
            .open(folder.join("db"))
            .map_err(Error::disk)?;
        sync_names(folder).map_err(Error::disk)?;
        Ok(Live::new(db, data))
    })
    .flatten()
}

/// Opens the files again after a failure, as the disk has them.
pub fn live_again(folder: &Path, seam: &Seam) -> Result<Live, Error> {
    patiently(|| {
        forget(&locked(folder)?).map_err(Error::disk)?;
        live(folder, seam)
    })
}

/// Whether the disk takes what an opening may write.
pub fn probe(folder: &Path, seam: &Seam) -> Result<(), Error> {
    seam.before(Act::Probe).map_err(Error::disk)?;
    let path = folder.join("probe");
    let outcome = File::create(&path)
        .and_then(|mut file| file.write_all(&vec![0; PROBE]).and_then(|()| file.sync_all()));
    let removed = fs::remove_file(&path);
    outcome.and(removed).map_err(Error::disk)
}

/// Waits until files are free that this process closed just now: sled lets go of them from threads
/// of its own.
pub fn patiently<T>(open: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
    for _ in 0..100 {
        match open() {
            Err(Error::Busy { .. }) => std::thread::sleep(Duration::from_millis(10)),
            outcome => return outcome,
        }
    }
    open()
}

/// The data file, locked as sled locks it: no process has the store open, and nothing is tidied
/// under another's hands.
pub fn locked(folder: &Path) -> Result<File, Error> {
    let data = File::open(folder.join("db")).map_err(Error::disk)?;
    match data.try_lock() {
        Ok(()) => Ok(data),
        Err(TryLockError::WouldBlock) => Err(busy(folder)),
        Err(TryLockError::Error(cause)) => Err(Error::disk(cause)),
    }
}

/// Lets the system read a file anew: what a failed sync left in memory is not on the disk.
pub fn forget(data: &File) -> io::Result<()> {
    Ok(fadvise(data, 0, None, Advice::DontNeed)?)
}

/// sled over its files in a folder.
pub fn open_db(folder: &Path) -> Result<Db, Error> {
    let config = sled::Config::new()
        .path(folder)
        .mode(Mode::LowSpace)
        .cache_capacity(CACHE)
        .flush_every_ms(None);
    match guarded(|| config.open())? {
        Err(sled::Error::Io(cause)) if cause.to_string().contains("could not acquire lock") => {
            Err(busy(folder))
        }
        opened => opened.map_err(fault),
    }
}

fn busy(folder: &Path) -> Error {
    Error::Busy { path: folder.display().to_string() }
}

/// Removes snapshots whose writing was killed: one of these blocks opening for good.
fn drop_unfinished(folder: &Path) -> io::Result<()> {
    let own = names::own(folder)?;
    own.iter()
        .filter(|name| names::is_unfinished(name))
        .try_for_each(|name| fs::remove_file(folder.join(name)))
}

/// Syncs the store's files and the folders that name them.
fn sync_names(folder: &Path) -> io::Result<()> {
    let sync = |path: &Path| File::open(path)?.sync_all();
    names::own(folder)?.iter().try_for_each(|name| sync(&folder.join(name)))?;
    sync(folder)?;
    sync(&parent_of(folder))
}

fn parent_of(folder: &Path) -> PathBuf {
    folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf()
}
