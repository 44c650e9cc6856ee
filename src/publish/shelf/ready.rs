//! One document in every coding, with header values made beforehand.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::HeaderValue;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

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
pub mod cache {
    /// Documents that change with the portal: a minute.
    pub const CURRENT: &str = "max-age=60";
    /// Documents that may turn at any moment: asked again each time.
    pub const OPEN: &str = "no-cache";
    /// Documents that never change.
    pub const FINAL: &str = "max-age=31536000, immutable";
    /// Style sheets of feeds, which documents name for ever: a week.
    pub const STYLE: &str = "max-age=604800";
}

/// Below this many bytes compression brings nothing.
const SMALL: usize = 256;

/// How hard compression tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// For documents that live for minutes.
    Quick,
    /// For documents that never change.
    Lasting,
    /// For documents that are not sent but written.
    None,
}

/// A content coding (RFC 9110 §8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The document in one coding.
#[derive(Clone, Debug)]
pub struct Coded {
    /// The coding.
    pub coding: Coding,
    /// The bytes as sent.
    pub body: Bytes,
    /// Its own strong ETag, quotes included.
    pub etag: HeaderValue,
    /// Its Content-Length.
    pub length: HeaderValue,
}

/// A document ready to be sent.
#[derive(Clone, Debug)]
pub struct Ready {
    plain: Coded,
    /// Smallest first; only those smaller than the plain bytes.
    packed: Vec<Coded>,
    digest: [u8; 32],
    media_type: HeaderValue,
    cache_control: HeaderValue,
    modified: Option<(SystemTime, HeaderValue)>,
}

impl Ready {
    /// Makes a document ready: this is where compression happens, so not on a thread that must not wait.
    /// ETags come from the plain bytes alone.
    pub fn new(
        plain: impl AsRef<[u8]>,
        media_type: &'static str,
        cache_control: &'static str,
        last_modified: Option<Timestamp>,
        effort: Effort,
    ) -> Self {
        let plain = plain.as_ref();
        let digest: [u8; 32] = Sha256::digest(plain).into();
        let mut packed = if plain.len() < SMALL { Vec::new() } else { pack(plain, effort) };
        packed.retain(|(_, body)| body.len() < plain.len());
        packed.sort_by_key(|(_, body)| body.len());
        Self {
            packed: packed.into_iter().map(|(coding, body)| coded(coding, &body, &digest)).collect(),
            plain: coded(Coding::Identity, plain, &digest),
            digest,
            media_type: HeaderValue::from_static(media_type),
            cache_control: HeaderValue::from_static(cache_control),
            modified: last_modified.and_then(modified),
        }
    }

    /// The bytes without a coding.
    pub fn plain(&self) -> &Bytes {
        &self.plain.body
    }
    /// SHA-256 of the plain bytes.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
    /// The form without a coding.
    pub fn identity(&self) -> &Coded {
        &self.plain
    }
    /// The compressed forms, smallest first.
    pub fn packed(&self) -> &[Coded] {
        &self.packed
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
    /// Bytes held in memory.
    pub fn size(&self) -> usize {
        self.plain.body.len() + self.packed.iter().map(|coded| coded.body.len()).sum::<usize>()
    }
}

/// Copies the bytes: what wrote them has room to spare, which would stay for as long as the document.
fn coded(coding: Coding, body: &[u8], digest: &[u8; 32]) -> Coded {
    let mut etag = String::with_capacity(48);
    etag.push('"');
    for byte in &digest[..16] {
        let _ = write!(etag, "{byte:02x}");
    }
    if coding != Coding::Identity {
        etag.push('-');
        etag.push_str(coding.token());
    }
    etag.push('"');
    Coded {
        coding,
        length: HeaderValue::from(body.len()),
        etag: HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\"")),
        body: Bytes::copy_from_slice(body),
    }
}

/// Whole seconds, as HTTP dates have no finer ones.
fn modified(time: Timestamp) -> Option<(SystemTime, HeaderValue)> {
    let second = u64::try_from(time.as_second()).ok()?;
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(second))?;
    // Years past 9999 have no HTTP date.
    (second < 253_402_300_800).then(|| HeaderValue::try_from(httpdate::fmt_http_date(time)).ok()).flatten().map(|value| (time, value))
}

/// The bytes in every coding; one that fails is left out.
fn pack(plain: &[u8], effort: Effort) -> Vec<(Coding, Vec<u8>)> {
    let (gzip, brotli, zstd) = match effort {
        Effort::Quick => (6, 5, 9),
        Effort::Lasting => (9, 9, 15),
        Effort::None => return Vec::new(),
    };
    let mut out = Vec::with_capacity(3);
    let mut writer = flate2::write::GzEncoder::new(Vec::with_capacity(plain.len() / 3), flate2::Compression::new(gzip));
    if let Ok(bytes) = writer.write_all(plain).and_then(|()| writer.finish()) {
        out.push((Coding::Gzip, bytes));
    }
    let params = brotli::enc::BrotliEncoderParams { quality: brotli, lgwin: 22, size_hint: plain.len(), ..Default::default() };
    let mut bytes = Vec::with_capacity(plain.len() / 3);
    if brotli::BrotliCompress(&mut &*plain, &mut bytes, &params).is_ok() {
        out.push((Coding::Brotli, bytes));
    }
    if let Ok(bytes) = zstd::bulk::compress(plain, zstd) {
        out.push((Coding::Zstd, bytes));
    }
    out
}
