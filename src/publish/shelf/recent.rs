//! Documents read on demand, the most recently used ones kept within a bound of bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Ready;

/// A memory of documents, bounded by their bytes.
#[derive(Debug)]
pub struct Recent {
    limit: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    documents: HashMap<Box<str>, (Arc<Ready>, u64)>,
    bytes: usize,
    /// Counts uses; a document's own number says when it was used last.
    uses: u64,
}

impl Recent {
    /// A memory of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, kept: Mutex::default() }
    }

    /// The document at `path`, if it is still known.
    pub fn get(&self, path: &str) -> Option<Arc<Ready>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let uses = kept.uses;
        let (ready, used) = kept.documents.get_mut(path)?;
        *used = uses;
        Some(Arc::clone(ready))
    }

    /// Keeps a document and lets go of the longest unused ones over the bound; one larger than the bound is not kept.
    pub fn put(&self, path: &str, ready: Arc<Ready>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.forget(path);
        if ready.size() > self.limit {
            return;
        }
        kept.uses += 1;
        kept.bytes += ready.size();
        let uses = kept.uses;
        kept.documents.insert(path.into(), (ready, uses));
        while kept.bytes > self.limit {
            let Some(oldest) = kept.documents.iter().min_by_key(|(_, (_, used))| *used).map(|(path, _)| path.clone()) else { break };
            kept.forget(&oldest);
        }
    }

    /// Forgets all, as after a change of the configuration.
    pub fn clear(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Kept::default();
    }
}

impl Kept {
    fn forget(&mut self, path: &str) {
        if let Some((ready, _)) = self.documents.remove(path) {
            self.bytes -= ready.size();
        }
    }
}
