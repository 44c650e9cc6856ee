//! The table's rules: one writer at a time, nothing acknowledged before it is synced, after a failed write opened anew.

use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockWriteGuard};

use sled::Db;

use super::edit::{Edit, View, fault};
use super::leases::Leases;
use super::open;
use crate::store::Error;

/// The one tree.
pub struct Table {
    folder: PathBuf,
    /// Writers exclude one another and readers.
    gate: RwLock<Opened>,
    /// Writes applied, over all epochs.
    applied: AtomicU64,
    /// The epoch of the last sync, and the writes it brought to the disk.
    synced: Mutex<(u64, u64)>,
    failed: AtomicBool,
    /// Who has which site.
    pub leases: Leases,
}

/// The open files.
struct Opened {
    /// `None` while they could not be opened again after a failure.
    db: Option<Db>,
    /// Own handle of the data file: only its fdatasync makes a flush of sled's last (a flush syncs neither metadata nor the disk's cache).
    data: Arc<File>,
    /// How many times they were opened.
    epoch: u64,
}

impl Table {
    /// The table of the open files in `folder`.
    pub fn new(folder: PathBuf, (db, data): (Db, File)) -> Self {
        Self {
            folder,
            gate: RwLock::new(Opened { db: Some(db), data: Arc::new(data), epoch: 1 }),
            applied: AtomicU64::new(0),
            synced: Mutex::new((0, 0)),
            failed: AtomicBool::new(false),
            leases: Leases::default(),
        }
    }

    /// Reads one state of the tree.
    pub fn read<T>(&self, job: impl FnOnce(&View<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let opened = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        job(&View(opened.db.as_ref().ok_or_else(stopped)?))
    }

    /// Writes what `job` gathers, all or nothing up to its borders, and returns when it is on the disk.
    pub fn write<T>(&self, job: impl FnOnce(&mut Edit<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let opened = self.healthy()?;
        let mut edit = Edit::new(opened.db.as_ref().ok_or_else(stopped)?, &self.failed);
        let outcome = job(&mut edit)?;
        edit.apply()?;
        let epoch = opened.epoch;
        let mine = self.applied.fetch_add(1, Ordering::AcqRel) + 1;
        drop(opened);
        self.sync(epoch, mine)?;
        Ok(outcome)
    }

    /// Does what no write may run beside.
    pub fn alone<T>(&self, job: impl FnOnce() -> T) -> T {
        let _gate = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        job()
    }

    /// Brings everything applied so far to the disk; writers that wait together share one sync. A failed one is never tried again.
    fn sync(&self, epoch: u64, mine: u64) -> Result<(), Error> {
        let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        if synced.0 == epoch && synced.1 >= mine {
            return Ok(());
        }
        let upto = self.applied.load(Ordering::Acquire);
        let data = {
            let opened = self.gate.read().unwrap_or_else(PoisonError::into_inner);
            if opened.epoch != epoch || self.failed.load(Ordering::Acquire) {
                return Err(stopped());
            }
            let flushed = opened.db.as_ref().ok_or_else(stopped)?.flush();
            flushed.inspect_err(|_| self.failed.store(true, Ordering::Release)).map_err(fault)?;
            opened.data.clone()
        };
        data.sync_data().inspect_err(|_| self.failed.store(true, Ordering::Release))?;
        *synced = (epoch, upto);
        Ok(())
    }

    /// The right to write, the files opened anew if an earlier write failed or panicked: what it left unsaid may be lost.
    fn healthy(&self) -> Result<RwLockWriteGuard<'_, Opened>, Error> {
        let mut opened = self.gate.write().unwrap_or_else(|poisoned| {
            self.failed.store(true, Ordering::Release);
            self.gate.clear_poison();
            poisoned.into_inner()
        });
        if self.failed.load(Ordering::Acquire) {
            // While the disk takes nothing, the files stay open: reading goes on.
            open::probe(&self.folder)?;
            opened.db = None;
            let (db, data) = open::files_again(&self.folder)?;
            *opened = Opened { db: Some(db), data: Arc::new(data), epoch: opened.epoch + 1 };
            self.failed.store(false, Ordering::Release);
            tracing::warn!(store.path = %self.folder.display(), "the store was opened again after a write had failed");
        }
        Ok(opened)
    }

    /// As after a write that failed.
    #[cfg(test)]
    pub fn fail(&self) {
        self.failed.store(true, Ordering::Release);
    }
}

fn stopped() -> Error {
    Error::Io(std::io::Error::other("a write failed; the store is opened again with the next one"))
}
