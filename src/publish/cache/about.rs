//! What responses say of a document: its validators and media type, made into header values
//! beforehand.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::HeaderValue;
use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

/// Media types of what is served.
pub mod media {
    /// Atom.
    pub const ATOM: &str = "application/atom+xml; charset=utf-8";
    /// RSS.
    pub const RSS: &str = "application/rss+xml; charset=utf-8";
    /// JSON Feed.
    pub const JSON: &str = "application/feed+json; charset=utf-8";
    /// OPML.
    pub const OPML: &str = "text/x-opml; charset=utf-8";
    /// Pages for people.
    pub const HTML: &str = "text/html; charset=utf-8";
    /// Style sheets.
    pub const CSS: &str = "text/css; charset=utf-8";
}

/// How long others may keep what is served.
pub mod cached {
    /// Documents that change with the portal: a minute.
    pub const CURRENT: &str = "max-age=60";
    /// Documents that may turn at any moment: asked again each time.
    pub const OPEN: &str = "no-cache";
    /// Documents that never change.
    pub const FINAL: &str = "max-age=31536000, immutable";
    /// Style sheets of feeds, which documents name for ever: a week.
    pub const STYLE: &str = "max-age=604800";
}

/// Digest of a document without coding.
pub type Digest = [u8; 16];

/// A content coding (RFC 9110 §8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// None.
    Identity,
    /// gzip.
    Gzip,
    /// Brotli.
    Brotli,
    /// Zstandard.
    Zstd,
}

impl Coding {
    /// Its name in HTTP.
    pub fn token(self) -> &'static str {
        match self {
            Coding::Identity => "identity",
            Coding::Gzip => "gzip",
            Coding::Brotli => "br",
            Coding::Zstd => "zstd",
        }
    }
}

/// What a document is, whatever its coding: enough for a 304.
#[derive(Clone, Debug)]
pub struct About {
    digest: Digest,
    tag: Box<str>,
    media_type: HeaderValue,
    cache_control: HeaderValue,
    modified: Option<(SystemTime, HeaderValue)>,
}

impl About {
    /// A document with that digest.
    pub fn new(
        digest: Digest,
        media_type: &'static str,
        cache_control: &'static str,
        last_modified: Option<Timestamp>,
    ) -> Self {
        Self {
            digest,
            tag: hex(&digest).into(),
            media_type: HeaderValue::from_static(media_type),
            cache_control: HeaderValue::from_static(cache_control),
            modified: last_modified.and_then(modified),
        }
    }
    /// Digest of the bytes without coding.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
    /// What the tags of all its forms begin with, without quotes; the tag of the form without
    /// coding.
    pub fn tag(&self) -> &str {
        &self.tag
    }
    /// Content-Type.
    pub fn media_type(&self) -> &HeaderValue {
        &self.media_type
    }
    /// Cache-Control.
    pub fn cache_control(&self) -> &HeaderValue {
        &self.cache_control
    }
    /// Last-Modified, as instant and as header value.
    pub fn modified(&self) -> Option<&(SystemTime, HeaderValue)> {
        self.modified.as_ref()
    }
    /// Its bytes in a coding. Packing may differ from time to time: the tag says which bytes these
    /// are.
    pub fn form(&self, coding: Coding, body: Bytes) -> Coded {
        let mut etag = format!("\"{}", self.tag);
        if coding != Coding::Identity {
            let _ = write!(etag, "-{}-{:012x}", coding.token(), xxh3_64(&body) >> 16);
        }
        etag.push('"');
        Coded {
            coding,
            etag: HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\"")),
            body,
        }
    }
}

/// A document in one coding.
#[derive(Clone, Debug)]
pub struct Coded {
    /// The coding.
    pub coding: Coding,
    /// The bytes as sent.
    pub body: Bytes,
    /// Its own strong ETag, quotes included.
    pub etag: HeaderValue,
}

/// A document that is ready to be sent.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it is.
    pub about: Arc<About>,
    /// Its bytes.
    pub form: Coded,
}

/// Whole seconds, as HTTP dates have no finer ones.
fn modified(time: Timestamp) -> Option<(SystemTime, HeaderValue)> {
    let second = u64::try_from(time.as_second()).ok()?;
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(second))?;
    // Years past 9999 have no HTTP date.
    (second < 253_402_300_800)
        .then(|| HeaderValue::try_from(httpdate::fmt_http_date(time)).ok())
        .flatten()
        .map(|value| (time, value))
}

/// Bytes as lower-case hex.
pub(in crate::publish) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
