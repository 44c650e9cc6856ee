//! One claim of a source from taking to release: listings are read, articles fetched, archived, saved.
//!
//! Never renders or serves; publish learns of it by the store's change log alone.

mod article;
mod frontier;
mod identity;
mod ledger;
mod listing;
mod outcome;
mod recover;
mod schedule;
mod visit;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

pub use outcome::{Error, Event, Report, SectionReport};
pub use recover::{Recovered, recover};
pub use schedule::Schedule;
pub use visit::Mode;

use crate::archive::{Archive, Marks};
use crate::domain::SiteId;
use crate::domain::count::Counters;
use crate::extract::Reader;
use crate::fetch::Fetch;
use crate::store::Store;

/// The wall clock, as a parameter.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Who is told what a visit does, as it does it.
pub type Listener = Arc<dyn Fn(&SiteId, Event) + Send + Sync>;

/// The crawl of all sites: what every visit needs.
pub struct Crawl {
    /// Reads pages.
    pub reader: ArcSwap<Reader>,
    /// Fetches pages.
    pub fetch: Arc<dyn Fetch>,
    /// Remembers.
    pub store: Arc<dyn Store>,
    /// Keeps captures and versions.
    pub archive: Archive,
    /// Where records that are appended and not yet saved begin.
    pub marks: Marks,
    /// Counts.
    pub counters: Arc<Counters>,
    /// The wall clock.
    pub clock: Clock,
    /// Told after every save that made a change.
    pub changed: Arc<Notify>,
    /// Told what visits do.
    pub listener: Listener,
    /// Cancelled when visits are to end in good order.
    pub stop: CancellationToken,
    /// One visit of a site at a time: a second one waits for its turn.
    pub turns: Mutex<HashMap<SiteId, Arc<tokio::sync::Mutex<()>>>>,
    /// Pages read at once: a tree takes memory and time, and many visits wait for one.
    pub readings: Semaphore,
    /// Synced records whose save failed: they go first when the site is visited again (CONTRACT section 6).
    pub owed: Mutex<HashMap<SiteId, ledger::Unsaved>>,
}

impl Crawl {
    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Does what reads a page, when it is its turn.
    async fn reading<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let _turn = self.readings.acquire().await.map_err(|_| Error::Reading)?;
        tokio::task::spawn_blocking(job).await.map_err(|_| Error::Reading)
    }

    fn tell(&self, site: &SiteId, event: Event) {
        (self.listener)(site, event);
    }
}
