//! The open file: how far it is written and safe, how it begins and how it is closed.

use std::io::Write;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tracing::{error, info};

use super::account::{self, Said};
use super::error::At;
use super::member::Packer;
use super::record::{self, Ids, Record};
use super::segment::{self, Disk, Name};
use super::{Error, Settings, digest};
use crate::domain::Checkpoint;
use crate::domain::state::chain;

/// The open file and how far it is written and safe.
pub(super) struct Stream {
    pub(super) disk: Arc<Disk>,
    pub(super) name: Name,
    pub(super) length: u64,
    pub(super) synced: Checkpoint,
    /// Nothing is written until the file is reopened.
    pub(super) stopped: bool,
    /// Records of articles in it.
    articles: u64,
    /// Of all of it, where this process wrote all of it.
    hash: Option<Sha256>,
    begun: Timestamp,
    /// Whether it has more than its first record.
    holds: bool,
}

impl Stream {
    /// Starts a file: its first record and its name are on the disk when this returns.
    pub(super) fn begin(
        settings: &Settings,
        name: Name,
        previous: Option<Said>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let path = name.open_path(&settings.folder);
        Self::headed(settings, Disk::open(&path, true).at(&path)?, name, previous, now)
    }

    /// The same in an empty file that is there.
    pub(super) fn headed(
        settings: &Settings,
        disk: Disk,
        name: Name,
        previous: Option<Said>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let first = warcinfo(settings, name, previous, now).at(&disk.path)?;
        (&disk.file).write_all(&first).at(&disk.path)?;
        disk.sync().at(&disk.path)?;
        segment::sync_folder(&settings.folder).at(&settings.folder)?;
        let stream = Self::resumed(disk, name, first.len() as u64, now);
        Ok(Self { hash: Some(Sha256::new_with_prefix(&first)), begun: now, ..stream })
    }

    /// A file that is on the disk up to `length`, and has its first record alone.
    pub(super) fn resumed(disk: Disk, name: Name, length: u64, now: Timestamp) -> Self {
        let synced = Checkpoint { file: name.to_string(), offset: length };
        let begun = name.begun().unwrap_or(now);
        Self {
            disk: Arc::new(disk),
            name,
            length,
            synced,
            stopped: false,
            articles: 0,
            hash: None,
            begun,
            holds: false,
        }
    }

    /// The same, if it holds more, and so many records of articles.
    pub(super) fn holding(self, holds: bool, articles: u64) -> Self {
        Self { holds, articles, ..self }
    }

    pub(super) fn end(&self) -> Checkpoint {
        Checkpoint { file: self.name.to_string(), offset: self.length }
    }

    /// Whether it has its size: it is closed before the next record.
    pub(super) fn is_full(&self, settings: &Settings) -> bool {
        self.length >= settings.file_bytes
    }

    /// Whether it has its age, and holds a record.
    pub(super) fn is_old(&self, settings: &Settings, now: Timestamp) -> bool {
        let age = SignedDuration::try_from(settings.file_age).unwrap_or(SignedDuration::MAX);
        self.holds && now.duration_since(self.begun) >= age
    }

    /// Writes all of `bytes` or none; gives where they start.
    pub(super) fn append(&mut self, bytes: &[u8], articles: u64) -> Result<u64, Error> {
        let start = self.length;
        self.disk.in_place(start).inspect_err(|_| self.stopped = true)?;
        if let Err(cause) = (&self.disk.file).write_all(bytes) {
            if let Err(second) = self.disk.file.set_len(start) {
                error!(
                    file.name = %self.name,
                    error = %chain(&second),
                    "a failed write of the archive could not be taken back; writing stops"
                );
                self.stopped = true;
            }
            return Err(cause).at(&self.disk.path);
        }
        self.length += bytes.len() as u64;
        self.articles += articles;
        self.holds = true;
        if let Some(hash) = &mut self.hash {
            hash.update(bytes);
        }
        Ok(start)
    }

    /// What is to be said of it, as far as it is written.
    pub(super) fn said(&self) -> Said {
        let digest = self.hash.clone().map(digest::label);
        Said {
            file: self.name.to_string(),
            length: self.length,
            digest,
            articles: Some(self.articles),
        }
    }

    /// Closes the file for good and starts the next.
    pub(super) fn roll(&mut self, settings: &Settings, now: Timestamp) -> Result<(), Error> {
        self.stopped = true;
        let path = self.disk.path.clone();
        self.disk
            .sync()
            .map_err(|cause| Error::Unsynced { path: path.clone(), source: Some(cause) })?;
        self.disk.in_place(self.length)?;
        self.synced = self.end();
        let mut said = self.said();
        if said.digest.is_none() {
            said.digest = Some(
                self.name
                    .read(&settings.folder)
                    .and_then(|file| digest::of_file(file, self.length))
                    .at(&path)?,
            );
        }
        segment::close(&settings.folder, self.name).at(&path)?;
        info!(
            file.name = %self.name,
            file.size_bytes = self.length,
            "a file of the archive is closed"
        );
        *self = Self::begin(settings, Name::after(Some(self.name), now), Some(said), now)?;
        Ok(())
    }
}

/// A file's first record: who wrote it and how, and which file is before it.
fn warcinfo(
    settings: &Settings,
    name: Name,
    previous: Option<Said>,
    now: Timestamp,
) -> std::io::Result<Vec<u8>> {
    let mut pairs = vec![
        ("software", settings.software.clone()),
        ("format", "WARC File Format 1.1".to_owned()),
        (
            "conformsTo",
            "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
                .to_owned(),
        ),
        ("robots", settings.robots.clone()),
    ];
    pairs.extend(settings.operator.clone().map(|operator| ("operator", operator)));
    pairs.extend(previous.iter().flat_map(account::fields));
    let block = record::fields(pairs.iter().map(|(name, value)| (*name, value.as_str())));
    let file = name.to_string();
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
    Ok(bytes)
}
