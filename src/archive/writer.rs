//! The one append stream: batches go in whole, and one sync covers all that came before it.

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tracing::{error, info};

use super::batch::Batch;
use super::member::Packer;
use super::record::{self, Ids, Record};
use super::segment::{self, Disk, Name};
use super::{Error, Settings, recover};
use crate::domain::{Checkpoint, Exchange, Place, Synced};

/// The archive's handle; clones share one stream.
#[derive(Clone)]
pub struct Archive {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) stream: Mutex<Stream>,
    /// Moved under the lock of the stream.
    epoch: AtomicU64,
    ids: Ids,
    /// Not in use at the moment; never more than were in use at once.
    packers: Mutex<Vec<Packer>>,
    /// Who syncs; the others wait and mostly find it done.
    turn: tokio::sync::Mutex<()>,
    /// Holds the folder for this process.
    _lock: File,
    #[cfg(test)]
    pub(super) syncs: std::sync::atomic::AtomicU64,
}

/// The open file and how far it is written and safe.
pub(super) struct Stream {
    pub(super) disk: Arc<Disk>,
    name: Name,
    length: u64,
    synced: Checkpoint,
    /// Nothing is written until the file is reopened.
    stopped: bool,
}

impl Stream {
    /// A file that is on the disk up to `length`.
    pub(super) fn new(disk: Disk, name: Name, length: u64) -> Self {
        let synced = Checkpoint { file: name.to_string(), offset: length };
        Self { disk: Arc::new(disk), name, length, synced, stopped: false }
    }

    fn end(&self) -> Checkpoint {
        Checkpoint { file: self.name.to_string(), offset: self.length }
    }

    /// Writes all of `bytes` or none; gives where they start.
    fn append(&mut self, bytes: &[u8]) -> Result<u64, Error> {
        let start = self.length;
        if let Err(cause) = (&self.disk.file).write_all(bytes) {
            if let Err(second) = self.disk.file.set_len(start) {
                error!(error = %second, "a failed write of the archive could not be taken back; writing stops");
                self.stopped = true;
            }
            return Err(cause.into());
        }
        self.length += bytes.len() as u64;
        Ok(start)
    }

    /// Closes the file for good and starts the next.
    fn roll(&mut self, settings: &Settings, now: Timestamp) -> Result<(), Error> {
        self.stopped = true;
        self.disk.sync()?;
        self.synced = self.end();
        segment::close(&settings.folder, self.name)?;
        info!(file.name = %self.name, file.size_bytes = self.length, "a file of the archive is closed");
        *self = recover::create(settings, Name::after(Some(self.name), now), now)?;
        Ok(())
    }
}

impl Archive {
    /// Opens the archive in its folder for this process alone, and mends what a crash left.
    /// Up to `since` the files are known to be whole, so that only what follows is read.
    pub fn open(settings: Settings, since: Option<Checkpoint>, now: Timestamp) -> Result<Self, Error> {
        segment::create_folder(&settings.folder)?;
        let lock = File::options().create(true).truncate(false).write(true).open(settings.folder.join(".lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(Error::Busy(settings.folder.display().to_string())),
            Err(std::fs::TryLockError::Error(cause)) => return Err(cause.into()),
        }
        let stream = recover::take_up(&settings, since.as_ref(), now)?;
        let ids = Ids::new(format!("{}@{}", stream.name, stream.length));
        let shared = Shared {
            settings,
            stream: Mutex::new(stream),
            epoch: AtomicU64::new(0),
            ids,
            packers: Mutex::default(),
            turn: tokio::sync::Mutex::new(()),
            _lock: lock,
            #[cfg(test)]
            syncs: AtomicU64::new(0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Appends requests and responses, with `notes` on the last response; gives each response's place.
    /// They lie together in one file, and nothing is promised of them before a sync.
    pub fn append_exchanges(&self, epoch: u64, exchanges: &[Exchange], notes: &[(&str, String)]) -> Result<Vec<Place>, Error> {
        let mut batch = Batch::new(&self.shared.ids, self.shared.packer()?);
        let mut last = None;
        for exchange in exchanges {
            last = Some((exchange, batch.exchange(exchange)?));
        }
        let Some((exchange, response)) = last else { return Ok(Vec::new()) };
        if !notes.is_empty() {
            batch.metadata(exchange, response, notes)?;
        }
        self.append(epoch, batch, exchange.time)
    }

    /// Appends a record of our own under its own URN.
    pub fn append_resource(&self, epoch: u64, uri: &str, media_type: &str, body: &[u8], time: Timestamp) -> Result<Place, Error> {
        let mut batch = Batch::new(&self.shared.ids, self.shared.packer()?);
        batch.resource(uri, media_type, body, time)?;
        let places = self.append(epoch, batch, time)?;
        places.into_iter().next().ok_or_else(|| io::Error::other("the record has no place").into())
    }

    fn append(&self, epoch: u64, batch: Batch<'_>, time: Timestamp) -> Result<Vec<Place>, Error> {
        let mut stream = self.shared.stream();
        if stream.stopped || self.epoch() != epoch {
            return Err(Error::Unsynced);
        }
        if stream.length >= self.shared.settings.file_bytes {
            stream.roll(&self.shared.settings, time)?;
        }
        let start = stream.append(batch.bytes())?;
        let (places, packer) = batch.placed(stream.name, start);
        drop(stream);
        self.shared.packers().push(packer);
        Ok(places)
    }

    /// Brings everything appended before this call to the disk. Calls at one time share a sync.
    pub async fn sync(&self) -> Result<Synced, Error> {
        self.sync_of(None).await
    }

    /// How often the archive was reopened.
    pub fn epoch(&self) -> u64 {
        self.shared.epoch.load(Ordering::Acquire)
    }

    pub(super) async fn sync_of(&self, epoch: Option<u64>) -> Result<Synced, Error> {
        let wanted = self.end();
        let _turn = self.shared.turn.lock().await;
        {
            let stream = self.shared.stream();
            if epoch.is_some_and(|epoch| epoch != self.epoch()) {
                return Err(Error::Unsynced);
            }
            if stream.synced >= wanted {
                return Ok(Synced::proven(stream.synced.clone()));
            }
            if stream.stopped {
                return Err(Error::Unsynced);
            }
        }
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || shared.sync()).await.map_err(io::Error::other)?
    }

    /// The end of what is appended.
    pub fn end(&self) -> Checkpoint {
        self.shared.stream().end()
    }

    /// Whether nothing is written until [`Archive::reopen`].
    pub fn is_stopped(&self) -> bool {
        self.shared.stream().stopped
    }

    /// After [`Error::Unsynced`]: opens the file anew, reads what no sync had covered back from the disk, cuts what is not
    /// whole there, and goes on. Whoever appended without a proof appends again.
    pub fn reopen(&self, now: Timestamp) -> Result<(), Error> {
        let mut stream = self.shared.stream();
        if stream.stopped {
            *stream = recover::take_up(&self.shared.settings, Some(&stream.synced), now)?;
            self.shared.epoch.fetch_add(1, Ordering::AcqRel);
        }
        Ok(())
    }
}

impl Shared {
    fn packers(&self) -> MutexGuard<'_, Vec<Packer>> {
        self.packers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn packer(&self) -> io::Result<Packer> {
        self.packers().pop().map_or_else(Packer::new, Ok)
    }

    pub(super) fn stream(&self) -> MutexGuard<'_, Stream> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Syncs without holding the stream, so that appends go on.
    fn sync(&self) -> Result<Synced, Error> {
        let (disk, end) = {
            let stream = self.stream();
            (Arc::clone(&stream.disk), stream.end())
        };
        #[cfg(test)]
        self.syncs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let outcome = disk.sync();
        let mut stream = self.stream();
        match outcome {
            Ok(()) => {
                if stream.synced < end {
                    stream.synced = end.clone();
                }
                Ok(Synced::proven(end))
            }
            Err(cause) => {
                error!(error = %cause, "a sync of the archive failed; writing stops until the file is reopened and checked");
                if Arc::ptr_eq(&stream.disk, &disk) {
                    stream.stopped = true;
                }
                Err(Error::Unsynced)
            }
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let stream = self.stream.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Err(cause) = stream.disk.sync() {
            error!(error = %cause, "the last sync of the archive failed");
        }
    }
}

/// Writes and syncs a file's first record; gives its length.
pub(super) fn warcinfo(settings: &Settings, name: Name, now: Timestamp, disk: &Disk) -> Result<u64, Error> {
    let mut pairs = vec![
        ("software", settings.software.as_str()),
        ("format", "WARC File Format 1.1"),
        ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
        ("robots", settings.robots.as_str()),
    ];
    pairs.extend(settings.operator.as_deref().map(|operator| ("operator", operator)));
    let (block, file) = (record::fields(pairs), name.to_string());
    let record = Record {
        kind: "warcinfo",
        id: Ids::new(file.clone()).next("warcinfo", "", now, ""),
        time: now,
        uri: None,
        media_type: "application/warc-fields",
        peer: None,
        concurrent_to: None,
        file: Some(&file),
        payload_digest: None,
        block: [&block, &[]],
    };
    let mut bytes = Vec::new();
    Packer::new()?.write(&mut bytes, &record)?;
    (&disk.file).write_all(&bytes)?;
    disk.sync()?;
    Ok(bytes.len() as u64)
}
