//! A flush of sled's that waits for a write which failed meanwhile may never be told: some of its
//! threads keep the failure and wake nobody. A second flush, from another thread, meets the failure
//! and wakes all who wait; without a failure it waits like the first.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sled::Db;

use super::fault::guarded;

/// A flush that takes longer is nudged.
const LONG: Duration = Duration::from_millis(300);

/// Watches over flushes; its thread ends with it.
pub struct Nudge(Arc<Shared>);

#[derive(Default)]
struct Shared {
    watch: Mutex<Watch>,
    claim: Condvar,
}

#[derive(Default)]
struct Watch {
    /// The flush under way, numbered.
    pending: Option<(u64, Db)>,
    flushes: u64,
    closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nudges flushes that take long, until all is over.
    fn run(&self) {
        let mut watch = self.lock();
        while !watch.closed {
            let Some((flush, _)) = watch.pending else {
                watch = self.claim.wait(watch).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            watch = self
                .claim
                .wait_timeout_while(watch, LONG, |watch| !watch.closed)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            if let Some((_, db)) = watch.pending.clone().filter(|(now, _)| *now == flush) {
                drop(watch);
                // Whoever waits hears what came of it.
                let _ = guarded(|| db.flush());
                drop(db);
                watch = self.lock();
            }
        }
    }
}

impl Nudge {
    /// Nothing is watched over yet.
    pub fn new() -> std::io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let own = shared.clone();
        std::thread::Builder::new().name("store-nudge".to_owned()).spawn(move || own.run())?;
        Ok(Self(shared))
    }

    /// Flushes; a failure ends it, whoever met it.
    pub fn flush(&self, db: &Db) -> sled::Result<usize> {
        {
            let mut watch = self.0.lock();
            watch.flushes += 1;
            watch.pending = Some((watch.flushes, db.clone()));
        }
        self.0.claim.notify_one();
        let outcome = db.flush();
        self.0.lock().pending = None;
        outcome
    }
}

impl Drop for Nudge {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.claim.notify_all();
    }
}
