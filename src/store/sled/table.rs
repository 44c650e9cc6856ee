//! The table's rules: one writer at a time, nothing seen or acknowledged before it is synced, after
//! a failure opened anew.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use super::edit::{Edit, View};
use super::fault::{fault, guarded};
use super::files::Files;
use super::gate::{Alone, Gate, Lead, Outcome, Reader, Written};
use super::keys;
use super::leases::Leases;
use super::live::Live;
use super::nudge::Nudge;
use super::seam::{Act, Seam};
use super::unsynced::Unsynced;
use crate::store::Error;

/// The one tree.
pub struct Table {
    folder: PathBuf,
    gate: Gate,
    /// Replaced by one that is alone; so nobody ever waits for it.
    files: RwLock<Files>,
    /// Why the last opening is over.
    ended: Mutex<Option<Error>>,
    /// Whether nothing was synced since something failed.
    doubt: AtomicBool,
    damage: OnceLock<String>,
    /// Who has which site.
    pub leases: Leases,
    unsynced: Unsynced,
    nudge: Nudge,
    seam: Seam,
}

impl Table {
    /// The table of the open files in `folder`.
    pub fn new(folder: PathBuf, files: Files, seam: Seam) -> io::Result<Self> {
        Ok(Self {
            folder,
            gate: Gate::default(),
            doubt: AtomicBool::new(!files.is_well()),
            files: RwLock::new(files),
            ended: Mutex::default(),
            damage: OnceLock::new(),
            leases: Leases::default(),
            unsynced: Unsynced::default(),
            nudge: Nudge::new()?,
            seam,
        })
    }

    /// Reads one state of the tree, all of it synced.
    pub fn read<T>(&self, job: impl FnOnce(&View<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.heard(
            "read",
            self.reading().and_then(|_turn| {
                let files = self.files();
                let view = View::new(files.db()?);
                guarded(|| job(&view)).flatten()
            }),
        )
    }

    /// Writes what `job` gathers, all or nothing up to its borders, and returns when it is on the
    /// disk.
    pub fn write<T>(
        &self,
        job: impl FnOnce(&mut Edit<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.heard(
            "written",
            self.writing().and_then(|turn| {
                let (written, answer) = self.apply(turn, job)?;
                self.synced(&written)?;
                answer
            }),
        )
    }

    /// Does what no write may run beside.
    pub fn alone<T>(&self, job: impl FnOnce() -> T) -> T {
        let _turn = self.gate.alone();
        job()
    }

    /// Whether writes are taken; something is written only if that is in doubt.
    pub fn mend(&self) -> Result<(), Error> {
        match self.damage() {
            Some(what) => Err(Error::damaged(what).at(&self.folder, "read")),
            None if self.doubt.load(Ordering::Acquire) || !self.files().is_well() => {
                self.write(|edit| edit.put_row(keys::MENDED.to_vec(), &1_u32))
            }
            None => Ok(()),
        }
    }

    /// The first damage met.
    pub fn damage(&self) -> Option<String> {
        self.damage.get().cloned()
    }

    /// The fault of a job that its thread did not end.
    pub fn stopped(&self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::disk(io::Error::other(cause)).at(&self.folder, "reached")
    }

    /// How many wait to read or write.
    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.gate.waiting()
    }

    fn files(&self) -> RwLockReadGuard<'_, Files> {
        self.files.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to read, the files opened again if need be.
    fn reading(&self) -> Result<Reader<'_>, Error> {
        loop {
            if let Some(turn) = self.gate.reader() {
                let Some(fault) = self.files().failing() else { return Ok(turn) };
                self.end(&fault);
                turn.end();
            }
            let turn = self.gate.alone();
            if turn.is_over() {
                self.open_again(&turn);
                self.files().db()?;
            }
        }
    }

    /// The right to write, the files opened again if need be.
    fn writing(&self) -> Result<Alone<'_>, Error> {
        let turn = self.gate.alone();
        if turn.is_over() || !self.files().is_well() {
            self.files().failing().iter().for_each(|fault| self.end(fault));
            self.open_again(&turn);
        }
        self.files().live()?;
        Ok(turn)
    }

    /// Opens the files again that failed: nobody goes in before that.
    fn open_again(&self, turn: &Alone<'_>) {
        turn.end();
        self.doubt.store(true, Ordering::Release);
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.open_again(&self.folder, &self.seam, &self.why_ended());
        if let Err(cause) = self.redo(&files) {
            *files = Files::Shut(cause.into());
        }
        if files.db().is_ok() {
            turn.begin();
        }
    }

    /// Applies again what may be in the files in part; it is on the disk before anybody reads it.
    fn redo(&self, files: &Files) -> Result<(), Error> {
        let Ok(db) = files.db() else { return Ok(()) };
        if guarded(|| self.unsynced.again(db))?.map_err(fault)?
            && let Ok(live) = files.live()
        {
            self.sync_data(&*self.flush(live)?)?;
            self.unsynced.settled();
        }
        Ok(())
    }

    /// Gathers and applies; the answer is the writer's when what was applied is synced.
    fn apply<'a, T>(
        &self,
        turn: Alone<'a>,
        job: impl FnOnce(&mut Edit<'_>) -> Result<T, Error>,
    ) -> Result<(Written<'a>, Result<T, Error>), Error> {
        let files = self.files();
        let mut edit = Edit::new(files.live()?.db()?, &self.seam, &self.unsynced);
        let answer = guarded(|| job(&mut edit).and_then(|answer| edit.apply().map(|()| answer)));
        match answer {
            Ok(Err(error)) if !edit.has_applied() => Err(error),
            Ok(answer) if !edit.is_broken() => Ok((turn.wrote(edit.has_applied()), answer)),
            failed => {
                let error = failed.flatten().err().unwrap_or_else(stopped);
                self.end(&error);
                turn.end();
                Err(error)
            }
        }
    }

    /// Waits until a write is on the disk; writers that wait together share one sync. A failed one
    /// is never tried again.
    fn synced(&self, written: &Written<'_>) -> Result<(), Error> {
        match written.outcome() {
            Outcome::Synced => Ok(()),
            Outcome::Lost => Err(self.why_ended()),
            Outcome::Leads(mut lead) => {
                let outcome = self.sync(&mut lead);
                match &outcome {
                    Ok(()) => {
                        self.doubt.store(false, Ordering::Release);
                        lead.done();
                    }
                    Err(error) => self.end(error),
                }
                outcome
            }
        }
    }

    /// Brings all that is applied to the disk.
    fn sync(&self, lead: &mut Lead<'_>) -> Result<(), Error> {
        let count = self.unsynced.count();
        let data = self.flush(self.files().live()?)?;
        lead.flushed();
        self.sync_data(&data)?;
        self.unsynced.synced(count);
        Ok(())
    }

    /// Brings it to the data file, which is to be synced.
    fn flush(&self, live: &Live) -> Result<Arc<File>, Error> {
        self.seam.before(Act::Flush).map_err(Error::disk)?;
        let db = live.db()?;
        guarded(|| self.nudge.flush(db))?.map_err(fault)?;
        Ok(live.data.clone())
    }

    fn sync_data(&self, data: &File) -> Result<(), Error> {
        self.seam.before(Act::Sync).map_err(Error::disk)?;
        data.sync_data().map_err(Error::disk)?;
        self.seam.before(Act::Answer).map_err(Error::disk)
    }

    /// Keeps why an opening is over, for all whose writes are lost with it.
    fn end(&self, error: &Error) {
        self.doubt.store(true, Ordering::Release);
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.again());
    }

    fn why_ended(&self) -> Error {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.as_ref().map_or_else(stopped, Error::again)
    }

    /// Names the place of a fault, and remembers damage.
    fn heard<T>(&self, act: &'static str, outcome: Result<T, Error>) -> Result<T, Error> {
        outcome.map_err(|error| error.at(&self.folder, act)).inspect_err(|error| {
            if let Error::Damaged { what, .. } = error
                && self.damage.set(what.clone()).is_ok()
            {
                tracing::error!(
                    file.path = %self.folder.display(),
                    error = what,
                    "the store cannot be read"
                );
            }
        })
    }
}

fn stopped() -> Error {
    Error::disk(io::Error::other("an earlier write failed"))
}
