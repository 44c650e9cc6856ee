//! Captures and versions to and from WARC 1.1 files: the truth that everything else is rebuilt
//! from.
//!
//! One append stream, one gzip member a record, a group sync. Never knows what an article is:
//! records carry bytes.

mod accept;
mod account;
mod batch;
mod digest;
mod error;
mod head;
mod http;
mod inspect;
mod marks;
mod member;
mod opening;
mod owner;
mod reader;
mod record;
mod recover;
mod segment;
mod session;
mod stream;
#[cfg(test)]
mod tests;
mod thread;
mod writer;

use std::path::PathBuf;

use bytes::Bytes;
use jiff::Timestamp;

pub use error::Error;
pub use inspect::Named;
pub use marks::Marks;
pub use reader::Resources;
pub use session::Session;
pub use writer::Archive;

use crate::domain::{Checkpoint, Place};

/// What the archive gets when it is opened.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the files.
    pub folder: PathBuf,
    /// A file is closed and renamed when it passes this size, in bytes …
    pub file_bytes: u64,
    /// … or this age, if it holds a record.
    pub file_age: std::time::Duration,
    /// `software` of warcinfo, such as `bantin/0.1.0`.
    pub software: String,
    /// `operator` of warcinfo: the contact, if any.
    pub operator: Option<String>,
    /// `robots` of warcinfo: `obey`, or the sites that are not obeyed and why.
    pub robots: String,
}

/// A `resource` record to be written: one of our own, under its own URN.
#[derive(Clone, Debug)]
pub struct NewResource {
    uri: String,
    media_type: String,
    body: Vec<u8>,
    time: Timestamp,
}

impl NewResource {
    /// A record of these bytes.
    pub fn new(
        uri: impl Into<String>,
        media_type: impl Into<String>,
        body: impl Into<Vec<u8>>,
        time: Timestamp,
    ) -> Self {
        Self { uri: uri.into(), media_type: media_type.into(), body: body.into(), time }
    }
}

/// A `resource` record read back.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its WARC-Target-URI.
    pub uri: String,
    /// Its Content-Type.
    pub media_type: String,
    /// Its block.
    pub body: Bytes,
    /// Where it lies.
    pub place: Place,
    /// The end of its member.
    pub end: Checkpoint,
}
