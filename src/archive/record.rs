//! A WARC 1.1 record as it is written: named fields, then the block.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use uuid::Uuid;

use super::digest;
use crate::domain::time::micros;

/// One record before it is compressed.
pub(super) struct Record<'a> {
    pub kind: &'static str,
    pub id: Uuid,
    pub time: Timestamp,
    pub uri: Option<&'a str>,
    pub media_type: &'a str,
    pub peer: Option<IpAddr>,
    pub concurrent_to: Option<Uuid>,
    pub file: Option<&'a str>,
    pub payload_digest: Option<&'a str>,
    pub block: [&'a [u8]; 2],
}

impl Record<'_> {
    /// The head, up to and with the empty line.
    pub(super) fn head(&self) -> String {
        let mut head = String::with_capacity(768);
        head.push_str("WARC/1.1\r\n");
        let mut field = |name: &str, value: &str| {
            for part in [name, ": ", value, "\r\n"] {
                head.push_str(part);
            }
        };
        field("WARC-Type", self.kind);
        field("WARC-Record-ID", &urn(self.id));
        field("WARC-Date", &date(self.time));
        if let Some(uri) = self.uri {
            field("WARC-Target-URI", &address(uri));
        }
        if let Some(file) = self.file {
            field("WARC-Filename", file);
        }
        if let Some(peer) = self.peer {
            field("WARC-IP-Address", &peer.to_string());
        }
        if let Some(other) = self.concurrent_to {
            field("WARC-Concurrent-To", &urn(other));
        }
        field("WARC-Block-Digest", &digest::sha256(&self.block));
        if let Some(payload) = self.payload_digest {
            field("WARC-Payload-Digest", payload);
        }
        field("Content-Type", &line(self.media_type));
        field("Content-Length", &(self.block[0].len() + self.block[1].len()).to_string());
        head.push_str("\r\n");
        head
    }
}

/// Gives ids: derived from what the record is, and from its turn since `origin`, so that equal
/// records differ.
pub(super) struct Ids {
    origin: String,
    turn: AtomicU64,
}

impl Ids {
    /// `origin` is where the stream ended when it was opened: no two openings that wrote anything
    /// share it.
    pub(super) fn new(origin: String) -> Self {
        Self { origin, turn: AtomicU64::new(0) }
    }

    /// The next id.
    pub(super) fn next(&self, kind: &str, uri: &str, time: Timestamp, digest: &str) -> Uuid {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let name = format!(
            "urn:bantin:record:{kind}\n{uri}\n{}\n{digest}\n{}\n{turn}",
            date(time),
            self.origin
        );
        Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
    }
}

/// WARC-Date, always with six digits of a second.
fn date(time: Timestamp) -> String {
    micros(time).strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

fn urn(id: Uuid) -> String {
    format!("<urn:uuid:{id}>")
}

/// A URI that stays on its line: what no URI may hold is percent-encoded.
fn address(uri: &str) -> String {
    let mut text = String::with_capacity(uri.len());
    for c in uri.chars() {
        match c {
            '\0'..=' ' | '<' | '>' | '\x7f' => text.push_str(&format!("%{:02X}", u32::from(c))),
            _ => text.push(c),
        }
    }
    text
}

/// A value that stays on its line.
fn line(value: &str) -> String {
    value.replace(|c: char| c.is_ascii_control(), " ").trim().to_owned()
}

/// Named values as `application/warc-fields`.
pub(super) fn fields<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let mut block = String::new();
    for (name, value) in pairs {
        let name: String = name.chars().filter(|c| c.is_ascii_graphic() && *c != ':').collect();
        if !name.is_empty() {
            block.push_str(&format!("{name}: {}\r\n", line(value)));
        }
    }
    block.into_bytes()
}
