//! A capture: recorded HTTP exchanges, where the archive keeps them, and the proof that they are
//! safe.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One HTTP request and its response, as the client gives them.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The address that was asked.
    pub url: String,
    /// When the request was sent.
    pub time: Timestamp,
    /// The peer's address, where known.
    pub peer: Option<std::net::IpAddr>,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Request fields as sent; configured secrets are starred.
    pub request_fields: Vec<(String, String)>,
    /// The request's body.
    pub request_body: Bytes,
    /// The status code.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// Response fields in order, values as bytes.
    pub fields: Vec<(String, Vec<u8>)>,
    /// The body in the content coding it came in, transfer framing removed.
    pub body: Bytes,
}

impl Exchange {
    /// The first response field of that name (lower case), as text.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .and_then(|(_, v)| std::str::from_utf8(v).ok())
    }
}

/// What a later request may send back to ask only for changes (RFC 9110 §13).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The ETag, as it came.
    pub etag: Option<String>,
    /// The Last-Modified date, as it came.
    pub last_modified: Option<String>,
}

impl Validators {
    /// Whether there is nothing to send back.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// Where a record lies in the archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file's final name (without folder and `.open`).
    pub file: String,
    /// Offset of the gzip member in bytes.
    pub offset: u64,
    /// Length of the gzip member in bytes.
    pub length: u64,
    /// The record's payload digest, `sha256:` and base32 or hex as in the record.
    pub digest: String,
    /// The record's WARC-Date, whole microseconds.
    pub time: Timestamp,
}

/// A position in the archive's stream: everything before it is whole and synced, and saved in the
/// store that holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The file's final name; names sort in the order of writing.
    pub file: String,
    /// Bytes into the file.
    pub offset: u64,
}

/// The proof that everything appended before `upto` has reached the disk; the store takes nothing
/// without it.
#[derive(Clone, Debug)]
pub struct Synced {
    upto: Checkpoint,
}

impl Synced {
    /// Only the archive calls this, after its sync (the walls test sees to it).
    pub fn proven(upto: Checkpoint) -> Self {
        Self { upto }
    }
    /// The end of what is safe.
    pub fn upto(&self) -> &Checkpoint {
        &self.upto
    }
}
