//! The maps of the reference store, and what writing and ranking do to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::feed::Scope;
use crate::domain::{Checkpoint, Link, LinkState, PageMemory, Place, Record, SiteId, SiteState};
use crate::store::{
    Change, ChangeKind, Counts, Entries, Error, FeedState, FrontierUpdate, Lease, Moved, Sequence,
    Sheet, Standing, Tally,
};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) leases: BTreeMap<SiteId, (u64, Option<Timestamp>)>,
    pub(super) site_states: BTreeMap<SiteId, SiteState>,
    pub(super) page_memories: BTreeMap<SiteId, PageMemory>,
    pub(super) links: BTreeMap<(SiteId, String), Link>,
    pub(super) addresses: BTreeMap<(SiteId, String), Uuid>,
    pub(super) heads: BTreeMap<(SiteId, Uuid), u32>,
    pub(super) revisions: BTreeMap<(SiteId, Uuid), u64>,
    pub(super) versions: BTreeMap<(SiteId, Uuid, u32), Arc<Record>>,
    pub(super) sequences: BTreeMap<SiteId, Sequence>,
    pub(super) checkpoint: Option<Checkpoint>,
    pub(super) changes: Vec<Change>,
    pub(super) cursor: u64,
    pub(super) states: BTreeMap<SiteId, FeedState>,
    pub(super) archived_in: BTreeMap<(SiteId, Uuid), u32>,
    pub(super) finals: BTreeMap<(SiteId, u32), Place>,
    pub(super) entries: BTreeMap<(SiteId, u32), Entries>,
    pub(super) files: BTreeMap<String, (u64, u64)>,
    pub(super) moved: BTreeMap<Scope, Moved>,
    pub(super) sheets: BTreeMap<String, Arc<Sheet>>,
    pub(super) values: BTreeMap<String, String>,
}

impl State {
    pub(super) fn fence(&self, lease: &Lease) -> Result<(), Error> {
        match self.leases.get(&lease.site) {
            Some((fence, Some(_))) if *fence == lease.fence => Ok(()),
            _ => Err(Error::Fenced { site: lease.site.to_string() }),
        }
    }

    pub(super) fn note(&mut self, lease: Option<&Lease>, frontier: FrontierUpdate) {
        let new = |link: &Link| {
            !self
                .links
                .get(&(link.site.clone(), link.key.clone()))
                .is_some_and(|old| old.says(link))
        };
        let links: Vec<Link> = frontier.links.into_iter().filter(new).collect();
        for link in links {
            self.links.insert((link.site.clone(), link.key.clone()), link);
        }
        if let Some(lease) = lease {
            frontier
                .dropped
                .into_iter()
                .for_each(|key| _ = self.links.remove(&(lease.site.clone(), key)));
        }
        if let (Some(lease), Some(pages)) = (lease, frontier.pages) {
            self.page_memories.insert(lease.site.clone(), pages);
        }
        if let (Some(lease), Some(state)) = (lease, frontier.state) {
            self.site_states.insert(lease.site.clone(), state);
        }
    }

    /// The highest-ranked live articles of a scope, of the sites that count.
    pub(super) fn standing(&self, scope: &Scope, counts: &Counts, limit: usize) -> Vec<Standing> {
        let mut found: Vec<_> =
            self.latest().filter(|r| r.is_live() && counts(&r.site) && belongs(r, scope)).collect();
        found.sort_by(|a, b| {
            b.rank().cmp(&a.rank()).then(b.seq.cmp(&a.seq)).then(a.site.cmp(&b.site))
        });
        found.truncate(limit);
        let standing = |record: &Arc<Record>| {
            let (site, id, version) = (record.site.clone(), record.article.id, record.version);
            Standing { revision: self.revision(&site, id), site, id, version }
        };
        found.into_iter().map(standing).collect()
    }

    pub(super) fn revision(&self, site: &SiteId, id: Uuid) -> u64 {
        self.revisions.get(&(site.clone(), id)).copied().unwrap_or_default()
    }

    pub(super) fn latest(&self) -> impl Iterator<Item = &Arc<Record>> {
        self.heads
            .iter()
            .filter_map(|((site, id), version)| self.versions.get(&(site.clone(), *id, *version)))
    }

    pub(super) fn save(&mut self, record: Record) {
        let (site, id, version) = (record.site.clone(), record.article.id, record.version);
        let sequence = self.sequences.entry(site.clone()).or_default();
        sequence.seq = sequence.seq.max(record.seq);
        sequence.updated = sequence.updated.max(Some(record.updated));
        let stored = self.versions.get(&(site.clone(), id, version));
        let kind = match self.heads.get(&(site.clone(), id)) {
            None => ChangeKind::New,
            Some(head) if version > *head => ChangeKind::Edited,
            Some(head) if version == *head && stored.is_some_and(|s| **s != record) => {
                ChangeKind::Touched
            }
            Some(_) if stored.is_some() => return,
            Some(_) => {
                self.hold(&record.capture, 1);
                self.versions.insert((site, id, version), Arc::new(record));
                return;
            }
        };
        self.hold(&record.capture, u64::from(kind != ChangeKind::Touched));
        self.heads.insert((site.clone(), id), version);
        self.versions.insert((site.clone(), id, version), Arc::new(record));
        let n = self.changes.len() as u64 + 1;
        self.revisions.insert((site.clone(), id), n);
        self.changes.push(Change { n, site, id, version, kind });
    }

    /// Notes that a file of the archive holds what lies at a place, and so many articles more.
    pub(super) fn hold(&mut self, place: &Place, articles: u64) {
        let (held, end) = self.files.entry(place.file.clone()).or_default();
        (*held, *end) = (*held + articles, (*end).max(place.offset + place.length));
    }

    /// A site's figures.
    pub(super) fn tally(&self, site: &SiteId) -> Tally {
        let mut tally = Tally {
            articles: self.latest().filter(|r| r.site == *site && r.is_live()).count() as u64,
            ..Tally::default()
        };
        for link in self.links.values().filter(|t| t.site == *site) {
            tally.links += 1;
            tally.open += u64::from(link.is_open());
            tally.no_articles += u64::from(link.state == LinkState::NoArticle);
        }
        tally
    }
}

fn belongs(record: &Record, scope: &Scope) -> bool {
    match scope {
        Scope::All => true,
        Scope::Site(_) => false,
        Scope::Section(site, section) => record.site == *site && record.sections.contains(section),
    }
}
