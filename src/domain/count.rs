//! Counters as plain atomics: rooms count, `web/metrics` shows.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Bound;

/// One counter.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub fn inc(&self) {
        self.add(1);
    }
    /// Adds `n`.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }
    /// The count.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How often each bound was hit.
#[derive(Debug, Default)]
pub struct Hits([Counter; Bound::ALL.len()]);

impl Hits {
    /// Counts a hit.
    pub fn hit(&self, bound: Bound) {
        self.of(bound).inc();
    }
    /// The counter of a bound.
    pub fn of(&self, bound: Bound) -> &Counter {
        &self.0[bound as usize]
    }
}

/// All counters of the process.
#[derive(Debug, Default)]
pub struct Counters {
    /// Requests sent.
    pub requests: Counter,
    /// Answers 304.
    pub not_modified: Counter,
    /// Pages that came whole and said nothing new.
    pub unchanged: Counter,
    /// Requests that failed (connection, deadline, bounds, 5xx).
    pub failed_requests: Counter,
    /// Addresses that robots.txt barred.
    pub barred: Counter,
    /// Addresses that the guard refused.
    pub refused_addresses: Counter,
    /// Bytes received, on the wire.
    pub body_bytes: Counter,
    /// Pages read as articles.
    pub articles_read: Counter,
    /// New articles.
    pub articles_new: Counter,
    /// New versions of known articles.
    pub versions_new: Counter,
    /// Pages that lacked an article's blocks.
    pub no_articles: Counter,
    /// Visits that ended well.
    pub visits: Counter,
    /// Visits that failed.
    pub visits_failed: Counter,
    /// Records appended to the archive.
    pub records: Counter,
    /// Syncs of the archive.
    pub syncs: Counter,
    /// Feed documents rendered.
    pub renders: Counter,
    /// HTTP requests answered.
    pub served: Counter,
    /// HTTP requests answered 304.
    pub served_not_modified: Counter,
    /// Bounds that were hit.
    pub bounds: Hits,
}
