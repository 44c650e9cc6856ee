//! A copy of the files on another place, to be read while the disk takes no writes: sled writes
//! where it opens.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sled::Db;
use tempfile::TempDir;

use super::live::{forget, locked, open_db, patiently};
use super::names;
use super::seam::{Act, Seam};
use crate::store::Error;

/// Room that must be left beside twice the files' size.
const SPARE: u64 = 16 << 20;

/// The open copy.
pub struct StandIn {
    /// sled's, over the copy.
    pub db: Db,
    /// The copy's folder, kept only while sled may read names in it.
    _folder: Option<TempDir>,
    /// Keeps every other process from the files themselves.
    lock: Option<File>,
}

impl StandIn {
    /// Copies the files, of which nobody writes, to the first place with room, and opens the copy.
    pub fn open(folder: &Path, seam: &Seam) -> Result<Self, Error> {
        let lock = patiently(|| locked(folder))?;
        seam.before(Act::Copy).map_err(Error::disk)?;
        // What the disk did not take is not to be seen.
        lock.sync_data().or_else(|_| forget(&lock)).map_err(Error::disk)?;
        let names = files(folder).map_err(Error::disk)?;
        let size = names
            .iter()
            .map(|name| fs::metadata(folder.join(name)).map(|file| file.len()))
            .sum::<io::Result<u64>>();
        let size = size.map_err(Error::disk)?;
        let copies = places().into_iter().filter(|place| has_room(place, 2 * size + SPARE));
        let copy = copies.filter_map(|place| copied(folder, &names, &place).ok()).next();
        let copy =
            copy.ok_or_else(|| Error::disk(io::Error::other("no place has room for a copy")))?;
        let db = open_db(copy.path())?;
        // Nothing is left behind, however the process ends.
        let read_by_name = names.iter().any(|name| name.starts_with(names::BLOBS));
        Ok(Self { db, _folder: read_by_name.then_some(copy), lock: Some(lock) })
    }

    /// Lets this process open the files themselves.
    pub fn unlock(&mut self) {
        self.lock = None;
    }

    /// Keeps other processes out again; `None` if one came in.
    pub fn locked(mut self, folder: &Path) -> Option<Self> {
        if self.lock.is_none() {
            self.lock = Some(patiently(|| locked(folder)).ok()?);
        }
        Some(self)
    }
}

/// Where copies are made, the best place first.
fn places() -> Vec<PathBuf> {
    let runtime = std::env::var_os("RUNTIME_DIRECTORY");
    let runtime = runtime.iter().flat_map(std::env::split_paths).take(1);
    runtime.chain([PathBuf::from("/dev/shm"), std::env::temp_dir()]).collect()
}

fn has_room(place: &Path, bytes: u64) -> bool {
    rustix::fs::statvfs(place)
        .is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) >= bytes)
}

/// The files that sled reads at opening, by their names below the folder.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = names::own(folder)?
        .into_iter()
        .filter(|name| names::is_read(name))
        .map(PathBuf::from)
        .collect();
    for blob in names::blobs(&folder.join(names::BLOBS))? {
        files.push(Path::new(names::BLOBS).join(blob));
    }
    Ok(files)
}

fn copied(folder: &Path, files: &[PathBuf], place: &Path) -> io::Result<TempDir> {
    let copy = tempfile::Builder::new().prefix("bantin-store-").tempdir_in(place)?;
    fs::create_dir(copy.path().join(names::BLOBS))?;
    files
        .iter()
        .try_for_each(|name| fs::copy(folder.join(name), copy.path().join(name)).map(drop))?;
    Ok(copy)
}
