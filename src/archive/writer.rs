//! The one append stream: batches go in whole, and one sync covers all that came before it.

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tracing::error;

use super::account::Account;
use super::batch::Batch;
use super::error::At;
use super::inspect::Firsts;
use super::member::Packer;
use super::record::Ids;
use super::stream::Stream;
use super::thread::Thread;
use super::{Error, NewResource, Settings, segment};
use crate::domain::state::chain;
use crate::domain::{Checkpoint, Exchange, Place, Synced};

/// Bytes that are written to see whether a disk takes any.
const PROBE: usize = 256 << 10;

/// The archive's handle; clones share one stream.
#[derive(Clone)]
pub struct Archive {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) writing: Mutex<Writing>,
    /// Moved under the lock of the stream.
    pub(super) epoch: AtomicU64,
    /// Set by the first opening: ids of records differ from those of every other.
    pub(super) ids: Mutex<Arc<Ids>>,
    /// Not in use at the moment; never more than were in use at once.
    pub(super) packers: Mutex<Vec<Packer>>,
    pub(super) firsts: Firsts,
    pub(super) account: Mutex<Account>,
    pub(super) thread: Thread,
    /// Who syncs; the others wait and mostly find it done.
    pub(super) turn: tokio::sync::Mutex<()>,
    /// Holds the folder for this process.
    pub(super) lock: Mutex<Option<File>>,
    #[cfg(test)]
    pub(super) syncs: AtomicU64,
}

/// Whether the archive is written.
pub(super) enum Writing {
    /// To this file.
    On(Box<Stream>),
    /// Not: why, and where the last file ends that is there.
    Off(String, Checkpoint),
}

impl Writing {
    pub(super) fn stream(&mut self) -> Result<&mut Stream, Error> {
        match self {
            Self::On(stream) if stream.stopped => {
                Err(Error::Unsynced { path: stream.disk.path.clone(), source: None })
            }
            Self::On(stream) => Ok(stream),
            Self::Off(why, _) => Err(Error::Withheld(why.clone())),
        }
    }

    pub(super) fn end(&self) -> Checkpoint {
        match self {
            Self::On(stream) => stream.end(),
            Self::Off(_, end) => end.clone(),
        }
    }
}

impl Archive {
    /// Appends requests and responses, with `notes` on the last response; gives each response's
    /// place. They lie together in one file, and nothing is promised of them before a sync. Blocks,
    /// as every append does.
    ///
    /// # Errors
    ///
    /// When the disk does not take them, writing has stopped, or the archive was reopened since
    /// `epoch`: none of them is there then.
    pub fn append_exchanges(
        &self,
        epoch: u64,
        exchanges: &[Exchange],
        notes: &[(&str, String)],
    ) -> Result<Vec<Place>, Error> {
        let ids = self.shared.ids().clone();
        let mut batch = Batch::new(&ids, self.shared.packer().at(&self.shared.settings.folder)?);
        let mut last = None;
        for exchange in exchanges {
            last = Some((exchange, batch.exchange(exchange).at(&self.shared.settings.folder)?));
        }
        let Some((exchange, response)) = last else { return Ok(Vec::new()) };
        if !notes.is_empty() {
            batch.metadata(exchange, response, notes).at(&self.shared.settings.folder)?;
        }
        self.append(epoch, batch, exchange.time)
    }

    /// Appends a record of our own under its own URN.
    ///
    /// # Errors
    ///
    /// As [`Archive::append_exchanges`].
    pub fn append_resource(&self, epoch: u64, resource: &NewResource) -> Result<Place, Error> {
        let ids = self.shared.ids().clone();
        let folder = &self.shared.settings.folder;
        let mut batch = Batch::new(&ids, self.shared.packer().at(folder)?);
        batch.resource(resource).at(folder)?;
        let places = self.append(epoch, batch, resource.time)?;
        places
            .into_iter()
            .next()
            .ok_or_else(|| io::Error::other("the record has no place"))
            .at(folder)
    }

    fn append(&self, epoch: u64, batch: Batch<'_>, time: Timestamp) -> Result<Vec<Place>, Error> {
        let mut writing = self.shared.writing();
        let stream = writing.stream()?;
        if self.epoch() != epoch {
            return Err(Error::Unsynced { path: stream.disk.path.clone(), source: None });
        }
        if stream.is_full(&self.shared.settings) {
            stream.roll(&self.shared.settings, time)?;
            self.shared.keep_account(stream)?;
        }
        let start = stream.append(batch.bytes(), batch.articles())?;
        let (places, packer) = batch.placed(stream.name, start);
        drop(writing);
        self.shared.packers().push(packer);
        Ok(places)
    }

    /// Brings everything appended before this call to the disk. Calls at one time share a sync.
    ///
    /// # Errors
    ///
    /// When the disk does not: writing stops until [`Archive::reopen`].
    pub async fn sync(&self) -> Result<Synced, Error> {
        self.sync_of(None).await
    }

    /// How often the archive was opened; 0: never for writing.
    pub fn epoch(&self) -> u64 {
        self.shared.epoch.load(Ordering::Acquire)
    }

    pub(super) async fn sync_of(&self, epoch: Option<u64>) -> Result<Synced, Error> {
        let wanted = self.end();
        let _turn = self.shared.turn.lock().await;
        {
            let mut writing = self.shared.writing();
            let stream = writing.stream()?;
            if epoch.is_some_and(|epoch| epoch != self.epoch()) {
                return Err(Error::Unsynced { path: stream.disk.path.clone(), source: None });
            }
            if stream.synced >= wanted {
                return Ok(Synced::proven(stream.synced.clone()));
            }
        }
        let shared = Arc::clone(&self.shared);
        self.blocking(move || shared.sync()).await
    }

    /// The proof that what the files hold is on the disk, of an archive that is not written too:
    /// for records that are read from it.
    ///
    /// # Errors
    ///
    /// As [`Archive::sync`], for an archive that is written.
    pub async fn settled(&self) -> Result<Synced, Error> {
        match self.sync().await {
            Err(Error::Withheld(_)) => {
                let end = self.end();
                let newest = segment::Name::parse(&end.file)
                    .and_then(|name| name.read(&self.shared.settings.folder).ok());
                if let Some(file) = newest {
                    // What cannot be synced was not written by us, or was synced when it was.
                    self.blocking(move || Ok(file.sync_all().ok())).await?;
                }
                Ok(Synced::proven(end))
            }
            outcome => outcome,
        }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        tokio::task::spawn_blocking(job)
            .await
            .map_err(io::Error::other)
            .at(&self.shared.settings.folder)?
    }

    /// The end of what is appended.
    pub fn end(&self) -> Checkpoint {
        self.shared.writing().end()
    }

    /// Whether nothing is written until [`Archive::reopen`].
    pub fn is_stopped(&self) -> bool {
        self.shared.writing().stream().is_err()
    }

    /// Whether the folder takes writes: a little is written, synced and taken away again. Blocks.
    ///
    /// # Errors
    ///
    /// When it takes none, or writing has stopped.
    pub fn probe(&self) -> Result<(), Error> {
        self.shared.writing().stream()?;
        let path = self.shared.settings.folder.join(".probe");
        let written = File::create(&path)
            .and_then(|mut file| file.write_all(&vec![0; PROBE]).and_then(|()| file.sync_all()));
        let removed = std::fs::remove_file(&path);
        written.and(removed).at(&path)
    }

    /// Its folder.
    pub fn folder(&self) -> &std::path::Path {
        &self.shared.settings.folder
    }

    /// Keeps the account of the newest file, and closes that if it is old. Blocks.
    ///
    /// # Errors
    ///
    /// When the account cannot be written, the file not be closed, or writing has stopped.
    pub fn keep(&self, now: Timestamp) -> Result<(), Error> {
        let mut writing = self.shared.writing();
        let stream = writing.stream()?;
        if stream.is_old(&self.shared.settings, now) {
            stream.roll(&self.shared.settings, now)?;
        }
        self.shared.keep_account(stream)
    }
}

impl Shared {
    fn packers(&self) -> MutexGuard<'_, Vec<Packer>> {
        self.packers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ids(&self) -> MutexGuard<'_, Arc<Ids>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn packer(&self) -> io::Result<Packer> {
        self.packers().pop().map_or_else(Packer::new, Ok)
    }

    pub(super) fn writing(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down what the newest file holds, as far as it is synced.
    pub(super) fn keep_account(&self, stream: &Stream) -> Result<(), Error> {
        let mut account = self.account();
        // A count is of what is written; one of what is synced alone would have to be taken again.
        if stream.synced != stream.end()
            || account
                .newest
                .as_ref()
                .is_some_and(|said| said.file == stream.synced.file && said.length == stream.length)
        {
            return Ok(());
        }
        let new = Account { newest: Some(stream.said()), ..account.clone() };
        new.write(&self.settings.folder).at(self.settings.folder.join(super::account::FILE))?;
        *account = new;
        Ok(())
    }

    /// Syncs without holding the stream, so that appends go on.
    pub(super) fn sync(&self) -> Result<Synced, Error> {
        let (disk, end) = {
            let mut writing = self.writing();
            let stream = writing.stream()?;
            (Arc::clone(&stream.disk), stream.end())
        };
        #[cfg(test)]
        self.syncs.fetch_add(1, Ordering::Relaxed);
        let outcome = disk.sync();
        let mut writing = self.writing();
        let Writing::On(stream) = &mut *writing else {
            return Err(Error::Unsynced { path: disk.path.clone(), source: None });
        };
        let same = Arc::ptr_eq(&stream.disk, &disk);
        match outcome {
            Ok(()) => {
                // What was closed meanwhile was found in its place then.
                if same {
                    disk.in_place(stream.length).inspect_err(|_| stream.stopped = true)?;
                }
                if stream.synced < end {
                    stream.synced = end.clone();
                }
                Ok(Synced::proven(end))
            }
            Err(cause) => {
                error!(
                    file.path = %disk.path.display(),
                    error = %chain(&cause),
                    "a sync of the archive failed; writing stops until the file is reopened and \
                     checked"
                );
                stream.stopped |= same;
                Err(Error::Unsynced { path: disk.path.clone(), source: Some(cause) })
            }
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let writing = std::mem::replace(
            self.writing.get_mut().unwrap_or_else(PoisonError::into_inner),
            Writing::Off(String::new(), Checkpoint::default()),
        );
        let Writing::On(mut stream) = writing else { return };
        if stream.stopped {
            return;
        }
        let kept = stream.disk.sync().at(&stream.disk.path).and_then(|()| {
            stream.synced = stream.end();
            stream.disk.in_place(stream.length).and_then(|()| self.keep_account(&stream))
        });
        if let Err(cause) = kept {
            error!(error = %chain(&cause), "the archive could not be closed in good order");
        }
    }
}
