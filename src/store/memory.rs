//! The reference store: plain maps under one lock, nothing kept. For tests, and the measure of
//! every other store.

mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use state::State;

use super::{
    Batch, Brief, Change, Claim, Entries, Error, Extent, Faring, FeedBatch, FeedState,
    FrontierUpdate, Holding, Lease, Lineup, Look, Moved, Order, Pick, Release, Sequence, Sheet,
    Store, Unfolded, Wanted,
};
use crate::domain::feed::Scope;
use crate::domain::{Checkpoint, Link, PageMemory, Place, Record, SiteId, SiteState, Synced};

/// A store in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<State>);

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for Memory {
    async fn claim(
        &self,
        site: &SiteId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Claim>, Error> {
        let lease = {
            let mut state = self.state();
            let (fence, held) = state.leases.entry(site.clone()).or_default();
            if held.is_some_and(|end| end > now) {
                return Ok(None);
            }
            *fence += 1;
            *held = Some(until);
            Lease { site: site.clone(), fence: *fence, until }
        };
        let (state, sequence) =
            (self.site_state(site).await?.unwrap_or_default(), self.sequence(site).await?);
        let work = !self.links(site, Pick::Open, 1).await?.is_empty()
            || !self.links(site, Pick::Due(now), 1).await?.is_empty();
        Ok(Some(Claim { lease, state, sequence, work }))
    }
    async fn release_lazy(&self, lease: Lease, state: SiteState) -> Result<(), Error> {
        self.release(lease, state.into()).await
    }
    async fn flush(&self) -> Result<(), Error> {
        Ok(())
    }
    async fn holds(&self, lease: &Lease, now: Timestamp) -> Result<bool, Error> {
        let state = self.state();
        Ok(matches!(
            state.leases.get(&lease.site),
            Some((fence, Some(end))) if *fence == lease.fence && *end > now
        ))
    }
    async fn release(&self, lease: Lease, end: Release) -> Result<(), Error> {
        let mut state = self.state();
        state.fence(&lease)?;
        state.note(
            Some(&lease),
            FrontierUpdate {
                links: end.links,
                state: Some(end.state),
                ..FrontierUpdate::default()
            },
        );
        state.checkpoint = state.checkpoint.take().max(end.checkpoint);
        state.leases.insert(lease.site, (lease.fence, None));
        Ok(())
    }
    fn abandon(&self, lease: &Lease) {
        let mut state = self.state();
        if state.fence(lease).is_ok() {
            state.leases.insert(lease.site.clone(), (lease.fence, None));
        }
    }
    async fn site_state(&self, site: &SiteId) -> Result<Option<SiteState>, Error> {
        Ok(self.state().site_states.get(site).cloned())
    }
    async fn page_memory(&self, site: &SiteId) -> Result<Option<PageMemory>, Error> {
        Ok(self.state().page_memories.get(site).cloned())
    }
    async fn link(&self, site: &SiteId, key: &str) -> Result<Option<Link>, Error> {
        Ok(self.state().links.get(&(site.clone(), key.to_owned())).cloned())
    }
    async fn link_all(&self, site: &SiteId, keys: Vec<String>) -> Result<Vec<Option<Link>>, Error> {
        let state = self.state();
        Ok(keys.into_iter().map(|key| state.links.get(&(site.clone(), key)).cloned()).collect())
    }
    async fn links(&self, site: &SiteId, pick: Pick, limit: usize) -> Result<Vec<Link>, Error> {
        let mut found: Vec<Link> =
            self.state().links.values().filter(|t| t.site == *site).cloned().collect();
        match pick {
            Pick::Due(now) => {
                found.retain(|t| t.due.is_some_and(|due| due <= now));
                found.sort_by(|a, b| (a.due, &a.key).cmp(&(b.due, &b.key)));
            }
            Pick::Beyond(then) => {
                found.retain(|t| t.due.is_some_and(|due| due > then));
                found.sort_by_key(|t| (t.due, t.key.clone()));
            }
            Pick::Open => found.retain(Link::is_open),
            Pick::All => {}
        }
        found.truncate(limit);
        Ok(found)
    }
    async fn note(&self, lease: &Lease, frontier: FrontierUpdate) -> Result<(), Error> {
        let mut state = self.state();
        state.fence(lease)?;
        state.note(Some(lease), frontier);
        Ok(())
    }

    async fn find(&self, site: &SiteId, key: &str) -> Result<Option<Uuid>, Error> {
        Ok(self.state().addresses.get(&(site.clone(), key.to_owned())).copied())
    }
    async fn find_all(&self, site: &SiteId, keys: Vec<String>) -> Result<Vec<Option<Uuid>>, Error> {
        let state = self.state();
        Ok(keys.into_iter().map(|key| state.addresses.get(&(site.clone(), key)).copied()).collect())
    }
    async fn by_item(&self, site: &SiteId, item: &str) -> Result<Vec<Uuid>, Error> {
        let state = self.state();
        Ok(state
            .latest()
            .filter(|r| r.site == *site && r.article.item.as_deref() == Some(item))
            .map(|r| r.article.id)
            .collect())
    }
    async fn record(&self, site: &SiteId, id: Uuid) -> Result<Option<Arc<Record>>, Error> {
        let state = self.state();
        let version = state.heads.get(&(site.clone(), id)).copied();
        Ok(version.and_then(|v| state.versions.get(&(site.clone(), id, v)).cloned()))
    }
    async fn version(
        &self,
        site: &SiteId,
        id: Uuid,
        version: u32,
    ) -> Result<Option<Arc<Record>>, Error> {
        Ok(self.state().versions.get(&(site.clone(), id, version)).cloned())
    }
    async fn sequence(&self, site: &SiteId) -> Result<Sequence, Error> {
        Ok(self.state().sequences.get(site).copied().unwrap_or_default())
    }
    async fn save(
        &self,
        lease: Option<&Lease>,
        batch: Batch,
        _proof: &Synced,
    ) -> Result<(), Error> {
        let mut state = self.state();
        if let Some(lease) = lease {
            state.fence(lease)?;
        }
        for record in batch.records {
            state.save(record);
        }
        for (site, key, id) in batch.addresses {
            state.addresses.insert((site, key), id);
        }
        for (site, n, place) in batch.finals {
            state.hold(&place, 0);
            state.finals.insert((site, n), place);
        }
        for (site, n, entries) in batch.entries {
            state.entries.entry((site, n)).or_insert(entries);
        }
        state.note(lease, batch.frontier);
        Ok(())
    }
    async fn close(
        &self,
        lease: Lease,
        batch: Batch,
        checkpoint: Checkpoint,
        proof: &Synced,
    ) -> Result<(), Error> {
        self.save(Some(&lease), batch, proof).await?;
        self.advance(checkpoint).await?;
        self.state().leases.insert(lease.site, (lease.fence, None));
        Ok(())
    }

    async fn checkpoint(&self) -> Result<Option<Checkpoint>, Error> {
        Ok(self.state().checkpoint.clone())
    }
    async fn advance(&self, checkpoint: Checkpoint) -> Result<(), Error> {
        let mut state = self.state();
        state.checkpoint = state.checkpoint.take().max(Some(checkpoint));
        Ok(())
    }

    async fn changes(&self, after: u64, limit: usize) -> Result<Vec<Change>, Error> {
        Ok(self.state().changes.iter().filter(|c| c.n > after).take(limit).cloned().collect())
    }
    async fn unfolded(&self, limit: usize) -> Result<Vec<Unfolded>, Error> {
        let state = self.state();
        let unfolded = |change: &Change| Unfolded {
            brief: state
                .versions
                .get(&(change.site.clone(), change.id, change.version))
                .map(|record| Brief::from(&**record)),
            archived_in: state.archived_in.get(&(change.site.clone(), change.id)).copied(),
            change: change.clone(),
        };
        Ok(state.changes.iter().filter(|c| c.n > state.cursor).take(limit).map(unfolded).collect())
    }
    async fn cursor(&self) -> Result<u64, Error> {
        Ok(self.state().cursor)
    }
    async fn versions(
        &self,
        versions: Vec<(SiteId, Uuid, u32)>,
    ) -> Result<Vec<Option<Arc<Record>>>, Error> {
        let state = self.state();
        Ok(versions.iter().map(|key| state.versions.get(key).cloned()).collect())
    }
    async fn lineup(&self, site: &SiteId) -> Result<Lineup, Error> {
        let (feed, last_final) = (self.feed_state(site).await?, self.last_final(site).await?);
        let state = self.state();
        let revisions =
            feed.pending.iter().map(|pending| state.revision(site, pending.id)).collect();
        Ok(Lineup { state: feed, last_final, revisions })
    }
    async fn feed_states(
        &self,
        sites: BTreeSet<SiteId>,
    ) -> Result<BTreeMap<SiteId, FeedState>, Error> {
        let state = self.state();
        Ok(sites
            .into_iter()
            .map(|site| (site.clone(), state.states.get(&site).cloned().unwrap_or_default()))
            .collect())
    }
    async fn feed_state(&self, site: &SiteId) -> Result<FeedState, Error> {
        Ok(self.state().states.get(site).cloned().unwrap_or_default())
    }
    async fn archived_in(&self, site: &SiteId, id: Uuid) -> Result<Option<u32>, Error> {
        Ok(self.state().archived_in.get(&(site.clone(), id)).copied())
    }
    async fn fold(&self, batch: FeedBatch) -> Result<(), Error> {
        let mut state = self.state();
        if batch.cursor < state.cursor {
            return Ok(());
        }
        let last = state.changes.len() as u64;
        if batch.cursor > last {
            return Err(Error::Ahead { cursor: batch.cursor, last });
        }
        state.cursor = batch.cursor;
        state.states.extend(batch.states);
        state
            .archived_in
            .extend(batch.archived_in.into_iter().map(|(site, id, n)| ((site, id), n)));
        for (scope, time) in batch.moved {
            let moved = Moved::after(state.moved.get(&scope).copied(), batch.cursor, time);
            state.moved.insert(scope, moved);
        }
        Ok(())
    }
    async fn final_document(&self, site: &SiteId, n: u32) -> Result<Option<Place>, Error> {
        Ok(self.state().finals.get(&(site.clone(), n)).cloned())
    }
    async fn final_entries(&self, site: &SiteId, n: u32) -> Result<Option<Entries>, Error> {
        Ok(self.state().entries.get(&(site.clone(), n)).cloned())
    }
    async fn last_final(&self, site: &SiteId) -> Result<u32, Error> {
        let state = self.state();
        let numbers = state.finals.keys().chain(state.entries.keys());
        Ok(numbers.filter(|(s, _)| s == site).map(|(_, n)| *n).max().unwrap_or(0))
    }
    async fn look(&self, path: &str, scope: &Scope, wanted: Option<Wanted>) -> Result<Look, Error> {
        let mut look = {
            let state = self.state();
            let sheet = wanted
                .as_ref()
                .and_then(|wanted| wanted.unsaved.clone())
                .or_else(|| state.sheets.get(path).cloned());
            Look { moved: state.moved.get(scope).copied(), sheet, ..Look::default() }
        };
        if let Some(wanted) = wanted.filter(|wanted| look.current(wanted.context).is_none()) {
            look.order = Some(match scope {
                Scope::Site(site) => Order::Site(self.lineup(site).await?),
                scope => {
                    Order::Ranked(self.state().standing(scope, &wanted.counts, wanted.entries))
                }
            });
            look.records = self.versions((wanted.records)(&look)).await?;
        }
        Ok(look)
    }
    async fn set_sheets(&self, sheets: Vec<(String, Arc<Sheet>)>) -> Result<(), Error> {
        self.state().sheets.extend(sheets);
        Ok(())
    }

    async fn value(&self, key: &str) -> Result<Option<String>, Error> {
        Ok(self.state().values.get(key).cloned())
    }
    async fn set_value(&self, key: &str, value: &str) -> Result<(), Error> {
        self.state().values.insert(key.to_owned(), value.to_owned());
        Ok(())
    }
    async fn farings(&self, sites: Vec<SiteId>, extent: Extent) -> Result<Vec<Faring>, Error> {
        let mut found = Vec::new();
        for site in &sites {
            let mut state = self.site_state(site).await?.unwrap_or_default();
            if extent == Extent::Brief {
                state.sections.clear();
            }
            found.push(Faring { state, tally: self.state().tally(site) });
        }
        Ok(found)
    }
    async fn sites(&self) -> Result<Vec<SiteId>, Error> {
        let state = self.state();
        let mut sites: Vec<SiteId> = state
            .site_states
            .keys()
            .chain(state.heads.keys().map(|(site, _)| site))
            .cloned()
            .collect();
        sites.sort();
        sites.dedup();
        Ok(sites)
    }

    async fn files(&self) -> Result<Vec<Holding>, Error> {
        let state = self.state();
        let holding = |(file, (articles, end)): (&String, &(u64, u64))| Holding {
            file: file.clone(),
            articles: *articles,
            end: *end,
        };
        Ok(state.files.iter().map(holding).collect())
    }
    async fn mend(&self) -> Result<(), Error> {
        Ok(())
    }
    fn damage(&self) -> Option<String> {
        None
    }
}

#[cfg(test)]
#[tokio::test]
async fn memory_conforms() {
    super::conformance::suite(Memory::default).await;
}
