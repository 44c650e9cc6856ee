//! What a visit keeps in memory of its site's pages: what they have in common, and those that wait
//! to be read together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::fetched::Fetched;
use super::reading::ReadArticle;
use crate::domain::{Habits, Link, PageMemory};

/// What a visit knows of its site's pages.
#[derive(Default)]
pub(super) struct Pages {
    pub memory: PageMemory,
    pub habits: Arc<Habits>,
}

/// Pages of a site that wait for each other at most …
const PAGES: usize = 20;
/// … and how long the first of them does.
const WAIT: Duration = Duration::from_secs(60);
/// Bytes of all pages that wait, over all sites.
const BYTES: usize = 16 << 20;

/// A page that is archived and waits for others of its site.
pub(super) struct Waiting<'a> {
    pub link: Link,
    pub page: Fetched,
    pub read: ReadArticle,
    pub _held: Held<'a>,
}

/// Pages that wait for each other.
#[derive(Default)]
pub(super) struct Batch<'a> {
    waiting: Vec<Waiting<'a>>,
    since: Option<Instant>,
    /// Whether new pages are to wait.
    pub is_open: bool,
}

impl<'a> Batch<'a> {
    /// Lets a page wait.
    pub fn push(&mut self, page: Waiting<'a>) {
        self.since.get_or_insert_with(Instant::now);
        self.waiting.push(page);
    }

    /// Whether it is large or old enough to be read, or pages of all sites take too much memory.
    pub fn is_full(&self, held: &AtomicUsize) -> bool {
        self.waiting.len() >= PAGES
            || self.since.is_some_and(|since| since.elapsed() >= WAIT)
            || held.load(Ordering::Relaxed) > BYTES
    }

    /// The pages that wait, in the order in which they were archived.
    pub fn take(&mut self) -> Vec<Waiting<'a>> {
        self.since = None;
        std::mem::take(&mut self.waiting)
    }
}

/// Bytes that are held in memory for as long as it lives.
pub(super) struct Held<'a> {
    of: &'a AtomicUsize,
    bytes: usize,
}

impl<'a> Held<'a> {
    pub fn take(of: &'a AtomicUsize, bytes: usize) -> Self {
        of.fetch_add(bytes, Ordering::Relaxed);
        Self { of, bytes }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.of.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
