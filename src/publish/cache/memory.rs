//! The one memory of documents, bounded in bytes: those used most recently stay.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::about::{About, Coded, Coding, Document};
use super::whole::SMALL;

/// What a document costs beside its bytes, about: its slot, its header values, its path.
const SLOT: usize = 512;

/// A memory of documents.
#[derive(Debug)]
pub struct Cache {
    limit: usize,
    kept: Mutex<Kept>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// How the memory stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Documents that are being made.
    pub waiting: usize,
    /// Documents in memory.
    pub documents: usize,
    /// Bytes of memory that they take.
    pub bytes: usize,
    /// Bytes that they may take.
    pub limit: usize,
    /// Documents that were found there.
    pub hits: u64,
    /// Documents that were not.
    pub misses: u64,
    /// Bytes of packed forms on the disk, as far as they are counted.
    pub disk: u64,
}

/// Two generations: what is used moves to the young one; when that has nearly half the bytes it
/// becomes the old one, and the old one goes.
#[derive(Debug, Default)]
struct Kept {
    young: Generation,
    old: Generation,
    /// Counts what made documents old news.
    epoch: u64,
}

#[derive(Debug, Default)]
struct Generation {
    slots: HashMap<Box<str>, Slot>,
    bytes: usize,
}

#[derive(Debug)]
struct Slot {
    about: Arc<About>,
    forms: Vec<Coded>,
}

impl Slot {
    fn size(&self) -> usize {
        SLOT + self.forms.iter().map(|form| form.body.len()).sum::<usize>()
    }
}

impl Generation {
    fn take(&mut self, path: &str) -> Option<(Box<str>, Slot)> {
        let (path, slot) = self.slots.remove_entry(path)?;
        self.bytes -= slot.size();
        Some((path, slot))
    }

    fn put(&mut self, path: Box<str>, slot: Slot) {
        self.bytes += slot.size();
        if let Some(old) = self.slots.insert(path, slot) {
            self.bytes -= old.size();
        }
    }
}

impl Kept {
    /// The slot of a path, as used just now.
    fn slot(&mut self, path: &str) -> Option<&mut Slot> {
        if let Some((path, slot)) = self.old.take(path) {
            self.young.put(path, slot);
        }
        self.young.slots.get_mut(path)
    }

    fn put(&mut self, path: &str, slot: Slot, limit: usize) {
        self.old.take(path);
        self.young.put(path.into(), slot);
        if self.young.bytes > limit / 8 * 3 {
            self.old = std::mem::take(&mut self.young);
        }
    }
}

impl Cache {
    /// A memory of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            kept: Mutex::default(),
            hits: AtomicU64::default(),
            misses: AtomicU64::default(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count<T>(&self, found: Option<T>) -> Option<T> {
        let counter = if found.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// What is to be told of the document at `path`.
    pub fn known(&self, path: &str) -> Option<Arc<About>> {
        self.count(self.kept().slot(path).map(|slot| slot.about.clone()))
    }

    /// The document at `path` in a coding, or as it is if it is small.
    pub fn document(&self, path: &str, coding: Coding) -> Option<Document> {
        let found = self.kept().slot(path).and_then(|slot| {
            let small = |form: &&Coded| form.coding == Coding::Identity && form.body.len() < SMALL;
            let form = slot
                .forms
                .iter()
                .find(|form| form.coding == coding)
                .or_else(|| slot.forms.iter().find(small))?
                .clone();
            Some(Document { about: slot.about.clone(), form })
        });
        self.count(found)
    }

    /// What is made from now on is true until this number changes.
    pub fn epoch(&self) -> u64 {
        self.kept().epoch
    }

    /// Keeps what responses say of a document that was made in `epoch`, and one of its forms.
    pub fn put(&self, epoch: u64, path: &str, about: &Arc<About>, form: Option<&Coded>) {
        let mut kept = self.kept();
        let fits = |form: &&Coded| form.body.len() < self.limit / 8;
        if kept.epoch != epoch || self.limit < 16 * SLOT {
            return;
        }
        let mut slot = match kept.young.take(path).or_else(|| kept.old.take(path)) {
            Some((_, slot)) if slot.about.tag() == about.tag() => slot,
            _ => Slot { about: about.clone(), forms: Vec::new() },
        };
        if let Some(form) = form.filter(fits) {
            slot.forms.retain(|known| known.coding != form.coding);
            slot.forms.push(form.clone());
        }
        kept.put(path, slot, self.limit);
    }

    /// Forgets documents: what was made of them before is old news.
    pub fn forget<'a>(&self, paths: impl IntoIterator<Item = &'a str>) {
        // What goes is freed after the lock.
        let mut gone = Vec::new();
        let mut kept = self.kept();
        kept.epoch += 1;
        for path in paths {
            gone.extend(kept.young.take(path));
            gone.extend(kept.old.take(path));
        }
        drop(kept);
    }

    /// Forgets all, as after a change of the configuration.
    pub fn clear(&self) {
        let mut kept = self.kept();
        *kept = Kept { epoch: kept.epoch + 1, ..Kept::default() };
    }

    /// How it stands.
    pub fn figures(&self) -> Figures {
        let kept = self.kept();
        Figures {
            documents: kept.young.slots.len() + kept.old.slots.len(),
            bytes: kept.young.bytes + kept.old.bytes,
            limit: self.limit,
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            ..Figures::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::publish::cache::{cached, media};

    fn about(n: u8) -> Arc<About> {
        Arc::new(About::new([n; 16], media::ATOM, cached::CURRENT, None))
    }

    #[test]
    fn what_was_made_before_a_change_is_not_kept() {
        let cache = Cache::new(1 << 20);
        let epoch = cache.epoch();
        cache.put(epoch, "a", &about(1), None);
        assert_eq!(cache.known("a").unwrap().digest(), &[1; 16]);
        cache.forget(["a"]);
        cache.put(epoch, "a", &about(1), None);
        assert!(cache.known("a").is_none());
        let form = about(2).form(Coding::Gzip, vec![0; 100].into());
        cache.put(cache.epoch(), "a", &about(2), Some(&form));
        assert!(
            cache.document("a", Coding::Identity).is_none()
                && cache.document("a", Coding::Gzip).is_some()
        );
        cache.put(cache.epoch(), "a", &about(3), None);
        assert!(cache.document("a", Coding::Gzip).is_none(), "another document's bytes");
        assert_eq!((cache.figures().hits, cache.figures().misses), (2, 3));
    }

    proptest! {
        #[test]
        fn it_keeps_within_its_bound_and_keeps_what_is_used(
            steps in prop::collection::vec((0u8..40, 0usize..6000), 1..400),
        ) {
            let limit = 64 << 10;
            let cache = Cache::new(limit);
            let used = about(99);
            cache.put(cache.epoch(), "used", &used, None);
            for (n, size) in steps {
                let about = about(n);
                cache.put(
                    cache.epoch(),
                    &n.to_string(),
                    &about,
                    Some(&about.form(Coding::Identity, vec![n; size].into())),
                );
                prop_assert!(cache.known("used").is_some());
                let figures = cache.figures();
                prop_assert!(figures.bytes <= limit, "{figures:?}");
            }
        }
    }
}
