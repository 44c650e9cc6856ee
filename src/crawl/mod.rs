//! One claim of a site from taking to release: listings are read, articles fetched, archived,
//! saved.
//!
//! Never renders or serves; publish learns of it by the store's change log alone.

mod again;
mod article;
mod batch;
mod capture;
mod clock;
mod drift;
mod fetched;
mod finish;
mod frontier;
mod held;
mod identity;
mod join;
mod ledger;
mod links;
mod listing;
mod listing_page;
mod mend;
mod outcome;
mod owed;
mod pages;
mod reader_pool;
mod reading;
mod recover;
mod reread;
mod schedule;
mod seen_responses;
mod skew;
mod stir;
mod unsaved;
mod version;
mod visit;
mod waiting;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub use mend::named;
pub use outcome::{Error, Event, Kind, LeftOut, Pages, Report, SectionReport};
pub use reader_pool::ReaderPool;
pub use recover::{Recovered, Watch, recover};
pub use schedule::Schedule;
pub use seen_responses::SeenResponses;
pub use stir::{Stir, Stirred};
pub use visit::Mode;

use crate::archive::{Archive, Marks};
use crate::domain::count::Counters;
use crate::domain::settings::Lengths;
use crate::domain::state::Trouble;
use crate::domain::{Bound, MemorySettings, SiteId, States};
use crate::extract::Reader;
use crate::fetch::Fetch;
use crate::normalize::Sanitizer;
use crate::store::Store;

/// The wall clock, as a parameter.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Called with each event of a visit, when it happens.
pub type Listener = Arc<dyn Fn(&SiteId, Event) + Send + Sync>;

/// Visits under way at once, of the schedule or of one command: what they hold in memory is
/// bounded.
pub const VISITS: usize = 256;

/// How much of a site a visit takes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Requests of one visit.
    pub visit_pages: u32,
    /// Pages of one listing.
    pub listing_pages: u32,
    /// Links of one page.
    pub links: usize,
    /// Lengths of an article's fields.
    pub lengths: Lengths,
    /// How much of a site's pages must have a line that is furniture.
    pub memory: MemorySettings,
}

/// The crawl of all sites: what every visit needs.
pub struct Crawl {
    /// Where pages are read.
    pub readers: ReaderPool,
    /// Reads pages.
    pub reader: ArcSwap<Reader>,
    /// What may be published.
    pub sanitizer: ArcSwap<Sanitizer>,
    /// Fetches pages.
    pub fetch: Arc<dyn Fetch>,
    /// Remembers.
    pub store: Arc<dyn Store>,
    /// Keeps captures and versions.
    pub archive: Archive,
    /// Where records that are appended and not yet saved begin.
    pub marks: Marks,
    /// How much of a site is taken.
    pub bounds: ArcSwap<Bounds>,
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
    pub site_locks: Mutex<HashMap<SiteId, Arc<tokio::sync::Mutex<()>>>>,
    /// Appended records that were not saved: they go first when the site is visited again (CONTRACT
    /// section 6).
    pub owed: Mutex<HashMap<SiteId, unsaved::Unsaved>>,
    /// Ledgers that are open.
    pub ledgers: AtomicU32,
    /// Which sites are not as they were.
    pub stir: Stir,
    /// What keeps the daemon from keeping what it reads.
    pub states: Arc<States>,
    /// Told of states that visits meet.
    pub trouble: Trouble,
    /// Whether the archive was reopened and what it holds is not applied yet.
    pub unapplied: AtomicBool,
    /// How far the clocks of those who answer are from ours.
    pub skews: Mutex<skew::Skews>,
    /// One mending at a time.
    pub mending: tokio::sync::Mutex<()>,
    /// Bytes of pages that wait to be read with others of their site.
    pub waiting: AtomicUsize,
    /// Answers that were archived and are neither article nor list; a new process archives such a
    /// one once more.
    pub seen_responses: Mutex<SeenResponses>,
}

impl Crawl {
    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Counts and logs that something of a site hit a bound.
    fn hit(&self, site: &SiteId, url: &str, bound: Bound) {
        self.counters.bounds.hit(bound);
        tracing::warn!(
            site.id = %site,
            page.url = url,
            bound = bound.as_str(),
            "a page hit a bound"
        );
    }

    fn tell(&self, site: &SiteId, event: Event) {
        (self.listener)(site, event);
    }
}
