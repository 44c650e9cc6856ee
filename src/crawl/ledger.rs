//! A visit's unsaved work: records and notes are gathered, synced as one group and saved together.
//!
//! Look-ups see what is gathered as if it were saved already; the site is leased, so nobody else
//! writes for it.

mod look;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::unsaved::Unsaved;
use super::{Crawl, Error};
use crate::archive::{NewResource, Session};
use crate::domain::{Checkpoint, Link, PageMemory, Place, Record, Site, SiteState};
use crate::form::record;
use crate::store::{Lease, Sequence};

/// A group is synced at this many records …
const GROUP: usize = 48;
/// … or when its first record has waited this long …
const WAIT: Duration = Duration::from_millis(400);
/// … or so long while the portal is waited for …
const SOON: Duration = Duration::from_millis(15);
/// … and so long for each ledger that is open: the more visits write, the rarer each does, so that
/// what a record costs stays the same.
const TURN: Duration = Duration::from_millis(4);

impl Crawl {
    /// After what the archive holds before `upto` was applied: what is owed of that is either
    /// applied or cut.
    pub(super) fn forgive(&self, upto: &Checkpoint) {
        let later = |place: &Place| (&place.file, place.offset) >= (&upto.file, upto.offset);
        self.owed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, owed| owed.places.iter().any(later));
        self.marks.saved_before(upto);
    }
}

/// One visit's book of a site.
pub struct Ledger<'a> {
    crawl: &'a Crawl,
    site: &'a Site,
    lease: Lease,
    /// The archive, as long as it is not reopened.
    pub session: Session,
    sequence: Sequence,
    unsaved: Unsaved,
    since: Option<Instant>,
    /// Whether something was archived: the checkpoint is to follow, and the site's memory.
    pub lasts: bool,
    records: HashMap<Uuid, Arc<Record>>,
    addresses: HashMap<String, Uuid>,
    /// What the store said of addresses that were looked up together.
    ahead: HashMap<String, Option<Uuid>>,
    /// What it said of links that were.
    looked: HashMap<String, Option<Link>>,
    links: HashMap<String, Link>,
    dropped: HashSet<String>,
}

impl<'a> Ledger<'a> {
    /// Opens the book of a leased site; what an earlier visit owes is saved first. Whether
    /// something was: the site's memory is another then.
    pub async fn open(
        crawl: &'a Crawl,
        site: &'a Site,
        lease: Lease,
        sequence: Sequence,
    ) -> Result<(Self, bool), Error> {
        let owed = crawl.owed.lock().unwrap_or_else(PoisonError::into_inner).remove(&site.id);
        crawl.ledgers.fetch_add(1, Ordering::Relaxed);
        let mut ledger = Self {
            crawl,
            site,
            lease,
            session: crawl.archive.session(),
            sequence,
            unsaved: Unsaved::default(),
            since: None,
            lasts: false,
            records: HashMap::new(),
            addresses: HashMap::new(),
            ahead: HashMap::new(),
            looked: HashMap::new(),
            links: HashMap::new(),
            dropped: HashSet::new(),
        };
        let owes = owed.is_some();
        if let Some(owed) = owed {
            (ledger.unsaved, ledger.lasts) = (owed, true);
            ledger.settle().await?;
            ledger.sequence = crawl.store.sequence(&site.id).await?;
        }
        Ok((ledger, owes))
    }

    /// The next seq of the site.
    pub fn next_seq(&mut self) -> u64 {
        self.sequence.seq += 1;
        self.sequence.seq
    }

    /// The `updated` of a version that `captured` brought: unused in the site, after `previous`
    /// (CONTRACT section 5).
    pub fn next_updated(&mut self, captured: Timestamp, previous: Option<Timestamp>) -> Timestamp {
        let after = |t: Timestamp| t.checked_add(SignedDuration::from_micros(1)).unwrap_or(t);
        let floor = self.sequence.updated.max(previous).map(after);
        let updated = floor.map_or(captured, |floor| floor.max(captured));
        self.sequence.updated = Some(updated);
        updated
    }

    /// Refuses to go on once another worker has the site.
    pub async fn check_lease(&self) -> Result<(), Error> {
        if self.crawl.store.holds(&self.lease, self.crawl.now()).await? {
            Ok(())
        } else {
            Err(Error::Claimed)
        }
    }

    /// Forgets a link: it is another one by another address.
    pub fn forget(&mut self, key: &str) {
        self.links.remove(key);
        self.unsaved.batch.frontier.links.retain(|link| link.key != key);
        self.dropped.insert(key.to_owned());
        self.since.get_or_insert_with(Instant::now);
    }

    /// Remembers a link.
    pub fn note(&mut self, link: Link) {
        self.dropped.remove(&link.key);
        self.unsaved.batch.frontier.dropped.retain(|key| *key != link.key);
        self.links.insert(link.key.clone(), link);
        self.since.get_or_insert_with(Instant::now);
    }

    /// Appends a record to the archive, with whose some addresses are then; they are saved with its
    /// group.
    pub async fn write(
        &mut self,
        record: Record,
        found_by: Vec<(String, Uuid)>,
    ) -> Result<(), Error> {
        let uri = record::uri(&record);
        let body = record::to_json(&record);
        let resource = NewResource::new(uri, "application/json", body, record.updated);
        let place = self.session.append_marked(&self.crawl.marks, resource).await?;
        self.crawl.counters.records.inc();
        self.unsaved.places.push(place);
        self.lasts = true;
        found_by.into_iter().for_each(|(key, id)| self.mark(key, id));
        self.records.insert(record.article.id, Arc::new(record.clone()));
        self.unsaved.batch.records.push(record);
        self.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// Notes whose an address is; it is saved with the next record.
    fn mark(&mut self, key: String, id: Uuid) {
        self.ahead.remove(&key);
        self.unsaved.batch.addresses.push((self.site.id.clone(), key.clone(), id));
        self.addresses.insert(key, id);
    }

    /// How long a request may take before what is gathered is saved beside it: at the pace of a
    /// polite visit each page is known before the next one is asked for.
    pub fn patience(&self) -> Duration {
        SOON.max(TURN * self.crawl.ledgers.load(Ordering::Relaxed))
    }

    /// Saves the group if it is large or old enough.
    pub async fn settle_if_due(&mut self) -> Result<(), Error> {
        let wait = WAIT.max(TURN * self.crawl.ledgers.load(Ordering::Relaxed));
        let old = self.since.is_some_and(|since| since.elapsed() >= wait);
        if old || self.unsaved.batch.records.len() >= GROUP { self.settle().await } else { Ok(()) }
    }

    /// Remembers what the site's memory is by now; it is saved with the next group.
    pub fn note_state(&mut self, state: &SiteState) {
        self.unsaved.batch.frontier.state = Some(state.clone());
        self.since.get_or_insert_with(Instant::now);
    }

    /// Remembers what the site's pages have in common by now; it is saved with the next group.
    pub fn note_pages(&mut self, pages: PageMemory) {
        self.unsaved.batch.frontier.pages = Some(pages);
    }

    /// Moves what is known of links to what is to be saved.
    fn gather(&mut self) {
        let Self { links, dropped, looked, .. } = self;
        links.keys().chain(&*dropped).for_each(|key| _ = looked.remove(key));
        self.unsaved.batch.frontier.links.extend(links.drain().map(|(_, link)| link));
        self.unsaved.batch.frontier.dropped.extend(dropped.drain());
    }

    /// Syncs the archive and saves everything gathered.
    pub async fn settle(&mut self) -> Result<(), Error> {
        self.gather();
        let (records, notes) = (&self.unsaved.batch.records, &self.unsaved.batch.frontier);
        if records.is_empty()
            && notes.links.is_empty()
            && notes.dropped.is_empty()
            && notes.state.is_none()
        {
            return Ok(());
        }
        self.save().await
    }

    async fn save(&mut self) -> Result<(), Error> {
        let store = &self.crawl.store;
        // Links alone wait for it too: what is known of a page must not outlive its capture.
        let proof = match self.unsaved.proof.take() {
            Some(proof) => proof,
            // What no sync brought to the disk may be cut: it is nobody's debt.
            None => self.session.sync().await.inspect_err(|_| self.unsaved = Unsaved::default())?,
        };
        self.crawl.counters.syncs.inc();
        if self.unsaved.batch.records.is_empty() {
            store.note(&self.lease, std::mem::take(&mut self.unsaved.batch.frontier)).await?;
        } else {
            let saved = store.save(Some(&self.lease), self.unsaved.batch.clone(), &proof).await;
            self.unsaved.proof = Some(proof);
            saved?;
            self.saved();
        }
        self.since = None;
        Ok(())
    }

    /// What was gathered is saved.
    fn saved(&mut self) {
        self.crawl.marks.saved(&self.unsaved.places);
        self.unsaved = Unsaved::default();
        self.records.clear();
        self.addresses.clear();
        self.crawl.changed.notify_waiters();
        self.crawl.stir.note(&self.site.id);
    }

    /// Ends a visit that brought nothing: notes when known pages are read again, and gives the site
    /// back.
    pub async fn rest(mut self, state: SiteState) -> Result<(), Error> {
        self.settle().await?;
        Ok(self.crawl.store.release_lazy(self.lease.clone(), state).await?)
    }

    /// Ends the visit: saves the rest, moves the checkpoint and gives the site back, in one step.
    pub async fn close(mut self, state: SiteState) -> Result<(), Error> {
        self.gather();
        let synced = match self.session.sync().await {
            Ok(synced) => synced,
            Err(error) => {
                // As for a group: what no sync brought to the disk is nobody's debt.
                if self.unsaved.proof.is_none() {
                    self.unsaved = Unsaved::default();
                }
                return Err(error.into());
            }
        };
        if !self.unsaved.batch.records.is_empty() {
            self.crawl.counters.syncs.inc();
        }
        let checkpoint = self.crawl.marks.limit(synced.upto(), &self.unsaved.places);
        self.unsaved.batch.frontier.state = Some(state);
        let closed = self
            .crawl
            .store
            .close(self.lease.clone(), self.unsaved.batch.clone(), checkpoint, &synced)
            .await;
        self.unsaved.proof = Some(synced);
        closed?;
        self.saved();
        Ok(())
    }
}

/// A visit that comes to no end, by an error or since nobody waits for it any more, gives the site
/// back and owes what it appended.
impl Drop for Ledger<'_> {
    fn drop(&mut self) {
        // After a reopening all that stands in the archive is applied from there.
        let fetched = self.links.values().any(|link| link.fetched.is_some());
        if (fetched || !self.unsaved.batch.records.is_empty()) && self.session.holds() {
            let mut owed = std::mem::take(&mut self.unsaved);
            owed.batch.frontier.links.extend(self.links.drain().map(|(_, link)| link));
            owed.batch.frontier.dropped.extend(self.dropped.drain());
            self.crawl
                .owed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(self.site.id.clone(), owed);
        }
        self.crawl.store.abandon(&self.lease);
        self.crawl.ledgers.fetch_sub(1, Ordering::Relaxed);
        self.crawl.stir.note(&self.site.id);
    }
}
