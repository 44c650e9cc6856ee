//! Opening and looking: the archive is written where it is whole, and left alone where it is not.

use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tracing::warn;

use super::error::At;
use super::inspect::{Firsts, Found, Named, look};
use super::record::Ids;
use super::stream::Stream;
use super::thread::Thread;
use super::writer::{Shared, Writing};
use super::{Archive, Error, Settings, owner, recover, segment};
use crate::domain::Checkpoint;
use crate::domain::state::{Missing, chain};

impl Archive {
    /// Opens the archive in its folder for this process alone, and mends what a crash left; `named`
    /// is what the store names of it. Up to `since` the files are known to be whole, so that only
    /// what follows is read. Where files are missing or the folder cannot be written the archive is
    /// opened all the same, to be read: then nothing in the folder is touched, and the fault is
    /// given. Only that another process has it is an error.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] when another process has it; all else that keeps the archive from being
    /// written is given beside it.
    pub fn open(
        settings: Settings,
        named: &[Named],
        since: Option<&Checkpoint>,
        now: Timestamp,
    ) -> Result<(Self, Option<Error>), Error> {
        let archive = Self::shut(settings, "it is not open yet");
        match archive.reopen(named, since, now) {
            Ok(()) => Ok((archive, None)),
            Err(busy @ Error::Busy(_)) => Err(busy),
            Err(fault) => Ok((archive, Some(fault))),
        }
    }

    /// An archive that is not opened, because of `why`: nothing in its folder is looked at or
    /// touched.
    pub fn shut(settings: Settings, why: &str) -> Self {
        let shared = Shared {
            settings,
            writing: Mutex::new(Writing::Off(why.to_owned(), Checkpoint::default())),
            epoch: AtomicU64::new(0),
            ids: Mutex::new(Arc::new(Ids::new(String::new()))),
            packers: Mutex::default(),
            firsts: Firsts::default(),
            account: Mutex::default(),
            thread: Thread::default(),
            syncing: tokio::sync::Mutex::new(()),
            lock: Mutex::default(),
            #[cfg(test)]
            syncs: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Opens the file anew, after a failed sync or once what was missing is back: reads what no
    /// sync had covered back from the disk, cuts what is not whole there, and goes on. Sessions of
    /// before end; records that stayed are to be applied to the store.
    ///
    /// # Errors
    ///
    /// When files are missing or damaged, or the disk cannot be read or takes no writes: nothing is
    /// written until the next call.
    pub fn reopen(
        &self,
        named: &[Named],
        since: Option<&Checkpoint>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut writing = self.shared.writing();
        let folder = &self.shared.settings.folder;
        let safe = match &*writing {
            Writing::On(stream) => Some(stream.synced.clone()).max(since.cloned()),
            Writing::Off(..) => since.cloned(),
        };
        let found = match look(folder, named, &self.shared.firsts) {
            Ok(found) => found,
            Err(cause) => {
                *writing = Writing::Off(format!("{}: {cause}", folder.display()), writing.end());
                return Err(cause).at(folder);
            }
        };
        let opened = self.shared.take_up(&found, safe.as_ref(), now);
        match opened {
            Ok(mut stream) => {
                if self.epoch() == 0 {
                    *self.shared.ids() =
                        Arc::new(Ids::new(format!("{}@{}", stream.name, stream.length)));
                }
                if let Err(fault) = self.shared.record_accepted(&mut stream, now) {
                    warn!(error = %chain(&fault), "what was accepted as lost is not recorded yet");
                }
                *writing = Writing::On(Box::new(stream));
                self.shared.epoch.fetch_add(1, Ordering::AcqRel);
                Ok(())
            }
            Err(fault) => {
                *writing = Writing::Off(chain(&fault), end_of(&self.shared.settings, &found));
                Err(fault)
            }
        }
    }

    /// Looks whether the archive is whole; if it is not, nothing is written to it until it is
    /// reopened.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn check(&self, named: &[Named]) -> Result<Vec<Missing>, Error> {
        let folder = &self.shared.settings.folder;
        let mut writing = self.shared.writing();
        let mut named = named.to_vec();
        if let Writing::On(stream) = &*writing {
            let articles = stream.said().articles;
            named.push(Named {
                file: stream.synced.file.clone(),
                least: stream.synced.offset,
                articles,
            });
        }
        let found = look(folder, &named, &self.shared.firsts).at(folder)?;
        let displaced = match &*writing {
            Writing::On(stream) => stream.disk.in_place(stream.length).is_err(),
            Writing::Off(..) => false,
        };
        if (!found.missing.is_empty() || displaced) && matches!(&*writing, Writing::On(_)) {
            *writing = Writing::Off(lacking(&found.missing), end_of(&self.shared.settings, &found));
        }
        Ok(found.missing)
    }
}

impl Shared {
    /// Begins to write where the files end. Where something is missing nothing is touched.
    fn take_up(
        &self,
        found: &Found,
        since: Option<&Checkpoint>,
        now: Timestamp,
    ) -> Result<Stream, Error> {
        if !found.missing.is_empty() {
            return Err(Error::Withheld(lacking(&found.missing)));
        }
        let folder = &self.settings.folder;
        segment::create_folder(folder).at(folder)?;
        self.hold()?;
        let mut stream = recover::take_up(&self.settings, found, since, now)?;
        if stream.is_old(&self.settings, now) {
            stream.roll(&self.settings, now)?;
        }
        *self.account() = found.account.clone();
        // On a full disk what is there is read all the same; the account is kept later.
        if let Err(fault) = self.keep_account(&stream) {
            warn!(
                error = %chain(&fault),
                "the archive's account of its newest file could not be written"
            );
        }
        Ok(stream)
    }

    /// Takes the folder for this process; the lock of a folder that was replaced is no lock of the
    /// new one.
    fn hold(&self) -> Result<(), Error> {
        let path = self.settings.folder.join(".lock");
        let mut held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_some_and(|held| segment::is_same(held, &path)) {
            return Ok(());
        }
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).at(&path)?;
        owner::keep(&file, &self.settings.folder);
        match file.try_lock() {
            Ok(()) => *held = Some(file),
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(Error::Busy(self.settings.folder.display().to_string()));
            }
            Err(std::fs::TryLockError::Error(cause)) => return Err(cause).at(&path),
        }
        Ok(())
    }
}

/// Where the last file ends that is there.
fn end_of(settings: &Settings, found: &Found) -> Checkpoint {
    let length =
        |name: &segment::Name| Some(name.read(&settings.folder).ok()?.metadata().ok()?.len());
    let last =
        found.files.iter().rev().find_map(|(name, _)| {
            Some(Checkpoint { file: name.to_string(), offset: length(name)? })
        });
    last.unwrap_or_default()
}

/// Why nothing is written.
fn lacking(missing: &[Missing]) -> String {
    match missing {
        [] => "the file that was written is no longer in its place".to_owned(),
        [one] => format!("{}: {}", one.file, one.what),
        [first, ..] => format!(
            "{} files are missing or cannot be read, the first {}: {}",
            missing.len(),
            first.file,
            first.what
        ),
    }
}
