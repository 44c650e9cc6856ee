//! Documents as they are served: what responses say of them, their forms, a bounded memory of both,
//! and packed forms on the disk.
//!
//! Knows neither feeds nor HTTP requests: paths to bytes with their validators.

mod about;
mod disk;
mod gzip;
mod memory;
mod prepared;
#[cfg(test)]
mod tests;
mod whole;

use std::sync::Arc;

use async_trait::async_trait;

pub(super) use about::hex;
pub use about::{About, Coded, Coding, Digest, Document, cached, media};
pub use disk::Disk;
pub use gzip::{Packed, Parcel, Parts, Piece, Run};
pub use memory::{Cache, Figures};
pub use prepared::Prepared;
pub use whole::{expand, hard, whole};

/// Where the server finds documents by their path (`feeds/SITE.atom`, no leading slash).
#[async_trait]
pub trait DocumentSource: Send + Sync + 'static {
    /// What is to be told of the document at `path`, if that is in memory.
    fn known(&self, path: &str) -> Option<Arc<About>>;
    /// The document at `path` in a coding, if it is in memory; asked first, since most are.
    fn at_hand(&self, path: &str, coding: Coding) -> Option<Document>;
    /// What is to be told of the document at `path`.
    async fn about(&self, path: &str) -> Found<Arc<About>>;
    /// The document at `path` in a coding, or as it is where that coding brings nothing.
    async fn document(&self, path: &str, coding: Coding) -> Found<Document>;
    /// How it stands.
    fn figures(&self) -> Figures {
        Figures::default()
    }
}

/// What became of a search.
#[derive(Clone, Debug)]
pub enum Found<T> {
    /// Here it is.
    Ready(T),
    /// There is none.
    Absent,
    /// It is not whole yet: it is to be asked for again later, 503.
    Waiting,
    /// It cannot be read, 500: what is wrong was logged.
    Failed,
}

impl<T> Found<T> {
    /// What was found, made another.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Found<U> {
        match self {
            Self::Ready(found) => Found::Ready(make(found)),
            Self::Absent => Found::Absent,
            Self::Waiting => Found::Waiting,
            Self::Failed => Found::Failed,
        }
    }
}
