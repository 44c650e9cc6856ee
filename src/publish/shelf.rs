//! Documents ready to be served: rendered once, compressed once, swapped in whole.
//!
//! Knows neither feeds nor HTTP requests: paths to bytes with their validators, and a bounded memory for old documents.

mod ready;
mod recent;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

pub use ready::{Coded, Coding, Effort, Ready, cache, media};
pub use recent::Recent;

/// Where the server finds documents by their path (`feeds/SITE.atom`, no leading slash).
#[async_trait]
pub trait Library: Send + Sync + 'static {
    /// The document at `path`, if it is at hand; asked first, since most are.
    fn at_hand(&self, path: &str) -> Option<Arc<Ready>>;
    /// The document at `path`.
    async fn ready(&self, path: &str) -> Found;
    /// Documents that are to be made and are not.
    fn waiting(&self) -> usize {
        0
    }
}

/// What became of the search for a document.
#[derive(Clone, Debug)]
pub enum Found {
    /// Here it is.
    Ready(Arc<Ready>),
    /// There is none.
    Absent,
    /// It is not whole yet: it is to be asked for again later, 503.
    Waiting,
    /// It does not read, 500: what is wrong was logged.
    Failed,
}

/// The documents held in memory. Readers wait at most for the swap of a pointer, never for rendering.
#[derive(Debug, Default)]
pub struct Shelf {
    documents: RwLock<HashMap<Box<str>, Arc<Ready>>>,
}

impl Shelf {
    /// An empty shelf.
    pub fn new() -> Self {
        Self::default()
    }

    /// The document at `path`.
    pub fn get(&self, path: &str) -> Option<Arc<Ready>> {
        self.documents.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    /// Puts documents in the place of what stood there, all at one instant, so that a feed's forms agree.
    pub fn put(&self, documents: impl IntoIterator<Item = (String, Arc<Ready>)>) {
        let documents: Vec<_> = documents.into_iter().map(|(path, ready)| (path.into_boxed_str(), ready)).collect();
        // What is replaced is freed after the lock.
        let _old: Vec<_> = {
            let mut shelf = self.documents.write().unwrap_or_else(PoisonError::into_inner);
            documents.into_iter().filter_map(|(path, ready)| shelf.insert(path, ready)).collect()
        };
    }

    /// Takes all documents away whose path is not to stay.
    pub fn retain(&self, stays: impl Fn(&str) -> bool) {
        // What goes is freed after the lock.
        let _gone: Vec<_> = self.documents.write().unwrap_or_else(PoisonError::into_inner).extract_if(|path, _| !stays(path)).collect();
    }

    /// Takes a document away.
    pub fn remove(&self, path: &str) -> Option<Arc<Ready>> {
        self.documents.write().unwrap_or_else(PoisonError::into_inner).remove(path)
    }
}

#[async_trait]
impl Library for Shelf {
    fn at_hand(&self, path: &str) -> Option<Arc<Ready>> {
        self.get(path)
    }
    async fn ready(&self, path: &str) -> Found {
        self.get(path).map_or(Found::Absent, Found::Ready)
    }
}
