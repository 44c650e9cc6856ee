//! What is remembered: a fast view of the archive, plus the crawl's own memory. Rebuilt from the
//! records when lost.
//!
//! Never the truth: an article enters only with the proof that its record is synced. No room but
//! this one names sled.

#[cfg(test)]
pub mod conformance;
mod error;
mod feeds;
pub mod memory;
pub mod sled;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

pub use error::Error;
pub use feeds::{
    Brief, Change, ChangeKind, Counts, FeedBatch, FeedState, Line, Lineup, Look, Moved, Order,
    Pending, PieceLine, Sheet, Stamp, Standing, Unfolded, Wanted,
};

use crate::domain::feed::Scope;
use crate::domain::{Checkpoint, Link, PageMemory, Place, Record, SiteId, SiteState, Synced};

/// The right to write for a site, until `until`. A later claim has a higher fence, and the store
/// refuses the lower one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The site.
    pub site: SiteId,
    /// The fencing number.
    pub fence: u64,
    /// When it ends.
    pub until: Timestamp,
}

/// What the crawl remembers without an archive record: frontier and site.
#[derive(Clone, Debug, Default)]
pub struct FrontierUpdate {
    /// Links of the frontier, whole.
    pub links: Vec<Link>,
    /// Keys of links of the leased site that are forgotten, after `links` are written; without a
    /// lease none is.
    pub dropped: Vec<String>,
    /// The site's memory, whole.
    pub state: Option<SiteState>,
    /// What its pages have in common, whole, where something was learned.
    pub pages: Option<PageMemory>,
}

/// What a visit leaves at its end.
#[derive(Clone, Debug, Default)]
pub struct Release {
    /// The site's memory, whole.
    pub state: SiteState,
    /// Links of the frontier, whole.
    pub links: Vec<Link>,
    /// Up to where every synced record is saved, as for [`Store::advance`].
    pub checkpoint: Option<Checkpoint>,
}

impl From<SiteState> for Release {
    fn from(state: SiteState) -> Self {
        Self { state, ..Self::default() }
    }
}

/// What a final document holds: article and version of each entry.
pub type Entries = Vec<(Uuid, u32)>;

/// What is saved together, with the proof of the archive's sync.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Article records in the order of the changes they make. A record equal to the stored one
    /// changes nothing.
    pub records: Vec<Record>,
    /// Final feed documents: site, number, place of their record. The last writer wins: a document
    /// is written anew only when the public URL changed.
    pub finals: Vec<(SiteId, u32, Place)>,
    /// What final documents hold: site, number, article and version of each entry. The first writer
    /// wins.
    pub entries: Vec<(SiteId, u32, Entries)>,
    /// Addresses by which the articles are found: site, `normalize::url::key` of the address,
    /// article. The last writer wins.
    pub addresses: Vec<(SiteId, String, Uuid)>,
    /// Frontier and site that go with them. The state is the leased site's: without a lease it
    /// is not written.
    pub frontier: FrontierUpdate,
}

/// Which links are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Those whose `due` is not after this instant, soonest first, then by key.
    Due(Timestamp),
    /// Those whose `due` is after this instant, soonest first, then by key.
    Beyond(Timestamp),
    /// Those not yet read as an article and not barred: unread, held back, failed, dead.
    Open,
    /// All.
    All,
}

/// Figures of a site for `status` and metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Articles that stand.
    pub articles: u64,
    /// Links of the frontier.
    pub links: u64,
    /// Of them: not yet read, or failed, or dead.
    pub open: u64,
    /// Of them: no article.
    pub no_articles: u64,
}

/// How much of a site's memory is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Not what its sections are like, the most of it.
    Brief,
    /// All.
    Whole,
}

/// How a site fares: what is asked of all sites.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faring {
    /// Its memory, as much as was asked for.
    pub state: SiteState,
    /// Its figures.
    pub tally: Tally,
}

/// What the next first publication and version of a site must exceed (CONTRACT section 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    /// The highest seq given.
    pub seq: u64,
    /// The highest `updated` given.
    pub updated: Option<Timestamp>,
}

/// A claimed site, with all that a visit begins with.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The right to write for it.
    pub lease: Lease,
    /// Its memory.
    pub state: SiteState,
    /// Its counters.
    pub sequence: Sequence,
    /// Whether links are open or due.
    pub work: bool,
}

/// A file of the archive as the saved records name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Its final name.
    pub file: String,
    /// Versions of articles whose capture lay in it when they were first saved.
    pub articles: u64,
    /// The farthest end of a capture or final document that was ever saved as lying in it, in
    /// bytes.
    pub end: u64,
}

/// The store. Every method but [`Store::release_lazy`] is durable when it returns, and none shows
/// what is not durable yet; none blocks the async thread.
///
/// # Errors
///
/// Every method: what the disk says, and [`Error::Damaged`]; those that take a lease
/// [`Error::Fenced`] once another worker has the site, or it was given back.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Claims a site until `until`; `None` while another lease that has not ended at `now` holds
    /// it. A lease need not outlive the process.
    async fn claim(
        &self,
        site: &SiteId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Claim>, Error>;
    /// Releases without a flush: the times and the health of this visit are written at the next
    /// flush ([`Store::flush`]), and a crash before that loses them.
    async fn release_lazy(&self, lease: Lease, state: SiteState) -> Result<(), Error>;
    /// Makes what rests durable.
    async fn flush(&self) -> Result<(), Error>;
    /// Whether the lease still holds at `now`.
    async fn holds(&self, lease: &Lease, now: Timestamp) -> Result<bool, Error>;
    /// Gives the site back with all that its visit leaves, in one step. A lease that no longer
    /// holds: [`Error::Fenced`].
    async fn release(&self, lease: Lease, end: Release) -> Result<(), Error>;
    /// Gives the site back whose visit came to no end: what was written stays. A lease that no
    /// longer holds is nobody's to give.
    fn abandon(&self, lease: &Lease);
    /// The memory of a site.
    async fn site_state(&self, site: &SiteId) -> Result<Option<SiteState>, Error>;
    /// What the pages of a site have in common; `None`: nothing was learned, or it was lost.
    async fn page_memory(&self, site: &SiteId) -> Result<Option<PageMemory>, Error>;
    /// One link of the frontier by its key.
    async fn link(&self, site: &SiteId, key: &str) -> Result<Option<Link>, Error>;
    /// The same of many, in their order, in one look.
    async fn link_all(&self, site: &SiteId, keys: Vec<String>) -> Result<Vec<Option<Link>>, Error>;
    /// Links of the frontier, at most `limit`.
    async fn links(&self, site: &SiteId, pick: Pick, limit: usize) -> Result<Vec<Link>, Error>;
    /// Writes frontier and site under a lease; a link of which nothing is new but when it was
    /// read is not written.
    async fn note(&self, lease: &Lease, frontier: FrontierUpdate) -> Result<(), Error>;

    /// The article that has this address (a key of [`Batch::addresses`]).
    async fn find(&self, site: &SiteId, key: &str) -> Result<Option<Uuid>, Error>;
    /// The same of many, in their order, in one look.
    async fn find_all(&self, site: &SiteId, keys: Vec<String>) -> Result<Vec<Option<Uuid>>, Error>;
    /// Articles whose latest record carries this item id, by id.
    async fn by_item(&self, site: &SiteId, item: &str) -> Result<Vec<Uuid>, Error>;
    /// The latest record of an article.
    async fn record(&self, site: &SiteId, id: Uuid) -> Result<Option<Arc<Record>>, Error>;
    /// The record of one version.
    async fn version(
        &self,
        site: &SiteId,
        id: Uuid,
        version: u32,
    ) -> Result<Option<Arc<Record>>, Error>;
    /// The site's counters.
    async fn sequence(&self, site: &SiteId) -> Result<Sequence, Error>;
    /// Saves what the proof covers; under a lease, or without one while the records are recovered
    /// or finals written. An unknown article makes the change `New`, a higher version `Edited`, a
    /// record unlike the stored one of its version `Touched`; an equal one makes none, and a
    /// version below the latest only fills a gap among the versions. The checkpoint moves to the
    /// proof's end only by [`Store::advance`].
    async fn save(&self, lease: Option<&Lease>, batch: Batch, proof: &Synced) -> Result<(), Error>;
    /// [`Store::save`], [`Store::advance`] and [`Store::release`] by one write: the site is given
    /// back when all is saved.
    async fn close(
        &self,
        lease: Lease,
        batch: Batch,
        checkpoint: Checkpoint,
        proof: &Synced,
    ) -> Result<(), Error>;

    /// Up to where every synced record is saved.
    async fn checkpoint(&self) -> Result<Option<Checkpoint>, Error>;
    /// Moves the checkpoint, never back: the caller knows that all records before it are saved.
    async fn advance(&self, checkpoint: Checkpoint) -> Result<(), Error>;

    /// Changes after number `after`, at most `limit`, in order.
    async fn changes(&self, after: u64, limit: usize) -> Result<Vec<Change>, Error>;
    /// Changes that are not folded, at most `limit`, in order, with what folding them needs.
    async fn unfolded(&self, limit: usize) -> Result<Vec<Unfolded>, Error>;
    /// The last change that publish folded.
    async fn cursor(&self) -> Result<u64, Error>;
    /// The records of these versions, in their order.
    async fn versions(
        &self,
        versions: Vec<(SiteId, Uuid, u32)>,
    ) -> Result<Vec<Option<Arc<Record>>>, Error>;
    /// A site's feed as it stands.
    async fn lineup(&self, site: &SiteId) -> Result<Lineup, Error>;
    /// Where sites' feeds stand.
    async fn feed_states(
        &self,
        sites: BTreeSet<SiteId>,
    ) -> Result<BTreeMap<SiteId, FeedState>, Error>;
    /// Where a site's feed stands.
    async fn feed_state(&self, site: &SiteId) -> Result<FeedState, Error>;
    /// The latest final document that holds the article.
    async fn archived_in(&self, site: &SiteId, id: Uuid) -> Result<Option<u32>, Error>;
    /// Saves the outcome of folding; a batch whose cursor lies before the stored one changes
    /// nothing, one beyond the change log is refused.
    async fn fold(&self, batch: FeedBatch) -> Result<(), Error>;
    /// The place of a final document.
    async fn final_document(&self, site: &SiteId, n: u32) -> Result<Option<Place>, Error>;
    /// What a final document holds: article and version of each entry.
    async fn final_entries(&self, site: &SiteId, n: u32) -> Result<Option<Entries>, Error>;
    /// The highest number of a site's final documents whose place or entries are known; 0: none.
    async fn last_final(&self, site: &SiteId) -> Result<u32, Error>;
    /// What is known of the document at a path, of the feed `scope`; if it is not current, also
    /// what is `wanted` to make it anew.
    async fn look(&self, path: &str, scope: &Scope, wanted: Option<Wanted>) -> Result<Look, Error>;
    /// Keeps how documents were made.
    async fn set_sheets(&self, sheets: Vec<(String, Arc<Sheet>)>) -> Result<(), Error>;

    /// A small remembered value, such as the port or the public URL.
    async fn value(&self, key: &str) -> Result<Option<String>, Error>;
    /// Remembers a small value.
    async fn set_value(&self, key: &str, value: &str) -> Result<(), Error>;
    /// How these sites fare, in their order, in one look: some hundreds at a time.
    async fn farings(&self, sites: Vec<SiteId>, extent: Extent) -> Result<Vec<Faring>, Error>;
    /// The sites that have a site or an article.
    async fn sites(&self) -> Result<Vec<SiteId>, Error>;

    /// Which files of the archive the saved versions and final documents name, by name.
    async fn files(&self) -> Result<Vec<Holding>, Error>;
    /// Whether the store takes writes. After a failure it opens again what failed and writes a
    /// little; when all is well it writes nothing.
    async fn mend(&self) -> Result<(), Error>;
    /// What was found damaged since it was opened: it is to be set aside and rebuilt.
    fn damage(&self) -> Option<String>;
}
