//! Opening, and setting aside what does not open.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use sled::{Db, Mode};

use super::edit::{Rows, fault};
use super::keys;
use super::table::Table;
use crate::store::Error;

/// sled's cache in bytes; resident memory comes to about four times it.
const CACHE: u64 = 8 << 20;
/// The layout of keys and rows; a store of another one is set aside and rebuilt.
const LAYOUT: u32 = 1;
/// Bytes that must be free before files are opened again after a failure: some segments.
const PROBE: usize = 4 << 20;
/// Damaged stores that are kept.
const KEPT: usize = 3;

/// Opens the store in `folder`, which is made if it is missing.
pub fn open(folder: &Path) -> Result<Table, Error> {
    let fresh = !folder.join("db").exists();
    fs::create_dir_all(folder)?;
    let table = Table::new(folder.to_path_buf(), files(folder)?);
    check_layout(&table, fresh)?;
    sync_names(folder)?;
    Ok(table)
}

/// Moves a damaged store to `NAME.damaged-TIME` beside it, and keeps the last three of these.
pub fn set_aside(folder: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let name = folder.file_name().ok_or_else(|| io::Error::other("the store's folder has no name"))?.to_string_lossy().into_owned();
    let parent = parent_of(folder);
    let base = format!("{name}.damaged-{}", now.strftime("%Y%m%dT%H%M%SZ"));
    let numbered = (1..1000).map(|n| format!("{base}-{n:03}"));
    let free = std::iter::once(base.clone()).chain(numbered).map(|name| parent.join(name)).find(|path| !path.exists());
    let aside = free.ok_or_else(|| io::Error::other("too many damaged stores within one second"))?;
    fs::rename(folder, &aside)?;
    let mut kept: Vec<PathBuf> = fs::read_dir(&parent)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    let prefix = format!("{name}.damaged-");
    kept.retain(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(&prefix)));
    kept.sort();
    let surplus = kept.len().saturating_sub(KEPT);
    kept.iter().take(surplus).try_for_each(fs::remove_dir_all)?;
    File::open(&parent)?.sync_all()?;
    Ok(aside)
}

/// Opens the files again that this process closed just now: sled lets go of them from threads of its own.
pub fn files_again(folder: &Path) -> Result<(Db, File), Error> {
    for _ in 0..100 {
        match files(folder) {
            Err(Error::Busy { .. }) => std::thread::sleep(Duration::from_millis(10)),
            outcome => return outcome,
        }
    }
    files(folder)
}

/// Whether the disk takes what an opening may write.
pub fn probe(folder: &Path) -> io::Result<()> {
    let path = folder.join("probe");
    let outcome = File::create(&path).and_then(|mut file| file.write_all(&vec![0; PROBE]).and_then(|()| file.sync_all()));
    let removed = fs::remove_file(&path);
    outcome.and(removed)
}

/// sled's files, and an own handle of its data file.
fn files(folder: &Path) -> Result<(Db, File), Error> {
    if folder.join("db").exists() {
        check_free(folder)?;
        drop_unfinished(folder)?;
    }
    let db = open_db(folder)?;
    let data = OpenOptions::new().read(true).write(true).open(folder.join("db"))?;
    Ok((db, data))
}

fn open_db(folder: &Path) -> Result<Db, Error> {
    let config = sled::Config::new().path(folder).mode(Mode::LowSpace).cache_capacity(CACHE).flush_every_ms(None);
    // sled's recovery asserts what it reads: files that are torn may make it panic.
    match catch_unwind(AssertUnwindSafe(|| config.open())) {
        Ok(Ok(db)) => Ok(db),
        Ok(Err(sled::Error::Io(cause))) if cause.to_string().contains("could not acquire lock") => Err(busy(folder)),
        Ok(Err(other)) => Err(fault(other)),
        Err(_) => Err(Error::Damaged { what: "sled could not recover its files".to_owned() }),
    }
}

/// Whether no process has the store open: nothing may be tidied under another's hands.
fn check_free(folder: &Path) -> Result<(), Error> {
    match File::open(folder.join("db"))?.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(busy(folder)),
        Err(TryLockError::Error(cause)) => Err(cause.into()),
    }
}

fn busy(folder: &Path) -> Error {
    Error::Busy { path: folder.display().to_string() }
}

/// Removes snapshots whose writing was killed: one of these blocks opening for good.
fn drop_unfinished(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Writes the layout into a fresh store, and refuses a store of another one, or one that lost it.
fn check_layout(table: &Table, fresh: bool) -> Result<(), Error> {
    match table.read(|view| view.row::<u32>(keys::LAYOUT))? {
        Some(LAYOUT) => Ok(()),
        None if fresh => table.write(|edit| edit.put_row(keys::LAYOUT.to_vec(), &LAYOUT)),
        found => Err(Error::Damaged { what: format!("layout {found:?} where {LAYOUT} is read") }),
    }
}

/// Syncs the store's files and the folders that name them.
fn sync_names(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            File::open(entry.path())?.sync_all()?;
        }
    }
    File::open(folder)?.sync_all()?;
    File::open(parent_of(folder))?.sync_all()
}

fn parent_of(folder: &Path) -> PathBuf {
    folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf()
}
