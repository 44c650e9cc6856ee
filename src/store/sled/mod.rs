//! The store in sled: one tree, rows by key (`keys`), one writer at a time, synced before it
//! answers (`table`).
//!
//! Never the truth, and never trusted to be whole: what cannot be read is said to be damaged, set
//! aside and rebuilt.

mod aside;
mod bundle;
mod chunks;
mod codec;
mod compaction;
mod convert;
mod edit;
mod fault;
mod files;
mod gate;
mod keys;
mod leases;
mod live;
mod names;
mod note;
mod nudge;
mod open;
mod read;
mod rows;
mod save;
mod seam;
mod stand_in;
mod table;
#[cfg(test)]
mod tests;
mod threads;
mod unsynced;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

pub use aside::set_aside;
use edit::Rows;
pub use names::{PACKED, foreign};
use seam::Seam;
use table::Table;
use threads::Threads;

use super::{
    Batch, Change, Claim, Entries, Error, Extent, Faring, FeedBatch, FeedState, FrontierUpdate,
    Holding, Lease, Lineup, Look, Pick, Release, Sequence, Sheet, Store, Unfolded, Wanted,
};
use crate::domain::feed::Scope;
use crate::domain::{Checkpoint, Link, PageMemory, Place, Record, SiteId, SiteState, Synced};

/// An open store. Its files are free again when the last clone is dropped and the work that it
/// began has ended.
#[derive(Clone)]
pub struct Sled {
    table: Arc<Table>,
    threads: Arc<Threads>,
}

impl Sled {
    /// Opens the store in `folder`, which is made if it is missing. Blocks: about 6 s for a million
    /// articles.
    ///
    /// Leases end: the files are one process's, so whoever held one is gone. Fences under which
    /// something was written stay. Open elsewhere, in this process too: [`Error::Busy`]; files that
    /// cannot be read: [`Error::Damaged`], to be [`set_aside`]; a folder that holds what is not the
    /// store's: [`Error::Foreign`]. On a disk that takes no writes what is stored is read from a
    /// copy, and each write tries to open the files again.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`], [`Error::Damaged`], [`Error::Foreign`] as said, and what the disk says.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        Self::open_with(folder, Seam::default())
    }

    fn open_with(folder: &Path, seam: Seam) -> Result<Self, Error> {
        let threads = Threads::new().map_err(|cause| Error::disk(cause).at(folder, "opened"))?;
        Ok(Self { table: Arc::new(open::open(folder, seam)?), threads: Arc::new(threads) })
    }

    /// Runs a job that may block on the disk.
    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Table) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let table = self.table.clone();
        match self.threads.run(move || job(&table)).await {
            Ok(outcome) => outcome,
            Err(cause) => Err(self.table.stopped(cause)),
        }
    }
}

impl std::fmt::Debug for Sled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sled").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for Sled {
    async fn claim(
        &self,
        site: &SiteId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Claim>, Error> {
        let site = site.clone();
        self.run(move |t| {
            // No claim comes between a write's look at the leases and its end.
            let fence = t.read(|view| note::written_fence(view, &site))?;
            let Some(lease) = t.alone(|| t.leases.claim(&site, fence, now, until)) else {
                return Ok(None);
            };
            let claim = t.read(|view| {
                let resting = t.leases.resting(&site);
                let rests = resting.is_some();
                let claim = read::claim(view, lease.clone(), resting, now)?;
                if !rests {
                    t.leases.read(&lease, &claim.state);
                }
                Ok(claim)
            });
            claim.inspect_err(|_| t.leases.abandon(&lease)).map(Some)
        })
        .await
    }
    async fn release_lazy(&self, lease: Lease, state: SiteState) -> Result<(), Error> {
        self.table.leases.release_lazy(&lease, state)
    }
    async fn flush(&self) -> Result<(), Error> {
        self.run(move |t| {
            let resting = t.leases.all_resting();
            t.write(|edit| {
                resting.into_iter().try_for_each(|(site, resting)| {
                    let state = read::flushed(edit, &site, resting)?;
                    note::memory(edit, &site, &state).and_then(|()| edit.border())
                })
            })
        })
        .await
    }
    async fn holds(&self, lease: &Lease, now: Timestamp) -> Result<bool, Error> {
        Ok(self.table.leases.holds(lease, now))
    }
    async fn release(&self, lease: Lease, end: Release) -> Result<(), Error> {
        self.run(move |t| {
            t.write(|edit| {
                t.leases.fence(&lease)?;
                note::end(edit, &lease, end)
            })?;
            t.leases.release(&lease);
            Ok(())
        })
        .await
    }
    fn abandon(&self, lease: &Lease) {
        self.table.leases.abandon(lease);
    }
    async fn site_state(&self, site: &SiteId) -> Result<Option<SiteState>, Error> {
        let site = site.clone();
        self.run(move |t| t.read(|view| read::memory(view, &site, t.leases.resting(&site)))).await
    }
    async fn link(&self, site: &SiteId, key: &str) -> Result<Option<Link>, Error> {
        let key = keys::link(site, key);
        self.run(move |t| t.read(|view| read::link(view, &key))).await
    }
    async fn link_all(&self, site: &SiteId, keys: Vec<String>) -> Result<Vec<Option<Link>>, Error> {
        let site = site.clone();
        self.run(move |t| {
            t.read(|view| {
                keys.iter().map(|key| read::link(view, &keys::link(&site, key))).collect()
            })
        })
        .await
    }
    async fn page_memory(&self, site: &SiteId) -> Result<Option<PageMemory>, Error> {
        let key = keys::page_memory(site);
        self.run(move |t| t.read(|view| view.row(&key))).await
    }
    async fn links(&self, site: &SiteId, pick: Pick, limit: usize) -> Result<Vec<Link>, Error> {
        let site = site.clone();
        self.run(move |t| t.read(|view| read::links(view, &site, pick, limit))).await
    }
    async fn note(&self, lease: &Lease, frontier: FrontierUpdate) -> Result<(), Error> {
        let lease = lease.clone();
        self.run(move |t| {
            let memory = frontier.state.is_some();
            t.write(|edit| {
                t.leases.fence(&lease)?;
                note::update(edit, Some(&lease), frontier)
            })?;
            if memory {
                t.leases.written(&lease.site);
            }
            Ok(())
        })
        .await
    }

    async fn find(&self, site: &SiteId, key: &str) -> Result<Option<Uuid>, Error> {
        let key = keys::address(site, key);
        self.run(move |t| t.read(|view| view.row(&key))).await
    }
    async fn find_all(&self, site: &SiteId, keys: Vec<String>) -> Result<Vec<Option<Uuid>>, Error> {
        let site = site.clone();
        self.run(move |t| {
            t.read(|view| keys.iter().map(|key| view.row(&keys::address(&site, key))).collect())
        })
        .await
    }
    async fn by_item(&self, site: &SiteId, item: &str) -> Result<Vec<Uuid>, Error> {
        let (site, item) = (site.clone(), item.to_owned());
        self.run(move |t| t.read(|view| read::by_item(view, &site, &item))).await
    }
    async fn record(&self, site: &SiteId, id: Uuid) -> Result<Option<Arc<Record>>, Error> {
        let site = site.clone();
        self.run(move |t| t.read(|view| read::record(view, &site, id))).await
    }
    async fn version(
        &self,
        site: &SiteId,
        id: Uuid,
        version: u32,
    ) -> Result<Option<Arc<Record>>, Error> {
        let site = site.clone();
        self.run(move |t| t.read(|view| Ok(read::version(view, &site, id, version)?.map(Arc::new))))
            .await
    }
    async fn sequence(&self, site: &SiteId) -> Result<Sequence, Error> {
        let key = keys::sequence(site);
        self.run(move |t| t.read(|view| Ok(view.row(&key)?.unwrap_or_default()))).await
    }
    async fn save(
        &self,
        lease: Option<&Lease>,
        batch: Batch,
        _proof: &Synced,
    ) -> Result<(), Error> {
        let (lease, memory) = (lease.cloned(), batch.frontier.state.is_some());
        self.run(move |t| {
            t.write(|edit| {
                lease.iter().try_for_each(|lease| t.leases.fence(lease))?;
                save::batch(edit, lease.as_ref(), batch)
            })?;
            if let Some(lease) = lease.filter(|_| memory) {
                t.leases.written(&lease.site);
            }
            Ok(())
        })
        .await
    }
    async fn close(
        &self,
        lease: Lease,
        batch: Batch,
        checkpoint: Checkpoint,
        _proof: &Synced,
    ) -> Result<(), Error> {
        self.run(move |t| {
            t.write(|edit| {
                t.leases.fence(&lease)?;
                save::batch(edit, Some(&lease), batch)?;
                note::advance(edit, &checkpoint)
            })?;
            t.leases.release(&lease);
            Ok(())
        })
        .await
    }

    async fn checkpoint(&self) -> Result<Option<Checkpoint>, Error> {
        self.run(move |t| t.read(|view| view.row(keys::CHECKPOINT))).await
    }
    async fn advance(&self, checkpoint: Checkpoint) -> Result<(), Error> {
        self.run(move |t| t.write(|edit| note::advance(edit, &checkpoint))).await
    }

    async fn changes(&self, after: u64, limit: usize) -> Result<Vec<Change>, Error> {
        self.run(move |t| t.read(|view| read::changes(view, after, limit))).await
    }
    async fn unfolded(&self, limit: usize) -> Result<Vec<Unfolded>, Error> {
        self.run(move |t| t.read(|view| read::unfolded(view, limit))).await
    }
    async fn cursor(&self) -> Result<u64, Error> {
        self.run(move |t| t.read(|view| Ok(view.row(keys::CURSOR)?.unwrap_or_default()))).await
    }
    async fn versions(
        &self,
        versions: Vec<(SiteId, Uuid, u32)>,
    ) -> Result<Vec<Option<Arc<Record>>>, Error> {
        self.run(move |t| t.read(|view| read::versions(view, &versions))).await
    }
    async fn lineup(&self, site: &SiteId) -> Result<Lineup, Error> {
        let site = site.clone();
        self.run(move |t| t.read(|view| read::lineup(view, &site))).await
    }
    async fn feed_states(
        &self,
        sites: BTreeSet<SiteId>,
    ) -> Result<BTreeMap<SiteId, FeedState>, Error> {
        let read = |view: &edit::View<'_>, site: SiteId| {
            Ok((site.clone(), view.row(&keys::feed_state(&site))?.unwrap_or_default()))
        };
        self.run(move |t| t.read(|view| sites.into_iter().map(|site| read(view, site)).collect()))
            .await
    }
    async fn feed_state(&self, site: &SiteId) -> Result<FeedState, Error> {
        let key = keys::feed_state(site);
        self.run(move |t| t.read(|view| Ok(view.row(&key)?.unwrap_or_default()))).await
    }
    async fn archived_in(&self, site: &SiteId, id: Uuid) -> Result<Option<u32>, Error> {
        let key = keys::archived_in(site, id);
        self.run(move |t| t.read(|view| view.row(&key))).await
    }
    async fn fold(&self, batch: FeedBatch) -> Result<(), Error> {
        self.run(move |t| t.write(|edit| save::fold(edit, &batch))).await
    }
    async fn final_document(&self, site: &SiteId, n: u32) -> Result<Option<Place>, Error> {
        let key = keys::final_document(site, n);
        self.run(move |t| t.read(|view| view.row(&key))).await
    }
    async fn final_entries(&self, site: &SiteId, n: u32) -> Result<Option<Entries>, Error> {
        let key = keys::final_entries(site, n);
        self.run(move |t| t.read(|view| view.row(&key))).await
    }
    async fn last_final(&self, site: &SiteId) -> Result<u32, Error> {
        let site = site.clone();
        self.run(move |t| t.read(|view| read::last_final(view, &site))).await
    }
    async fn look(&self, path: &str, scope: &Scope, wanted: Option<Wanted>) -> Result<Look, Error> {
        let (path, scope) = (path.to_owned(), scope.clone());
        self.run(move |t| t.read(|view| read::look(view, &path, &scope, wanted))).await
    }
    async fn set_sheets(&self, sheets: Vec<(String, Arc<Sheet>)>) -> Result<(), Error> {
        let put = |edit: &mut edit::Edit<'_>, (path, sheet): &(String, Arc<Sheet>)| {
            edit.put_row(keys::sheet(path), &**sheet)?;
            edit.remove(keys::stamp(path))?;
            edit.border()
        };
        self.run(move |t| t.write(|edit| sheets.iter().try_for_each(|sheet| put(edit, sheet))))
            .await
    }

    async fn value(&self, key: &str) -> Result<Option<String>, Error> {
        let key = keys::value(key);
        self.run(move |t| t.read(|view| view.row(&key))).await
    }
    async fn set_value(&self, key: &str, value: &str) -> Result<(), Error> {
        let (key, value) = (keys::value(key), value.to_owned());
        self.run(move |t| t.write(|edit| edit.put_row(key, &value))).await
    }
    async fn farings(&self, sites: Vec<SiteId>, extent: Extent) -> Result<Vec<Faring>, Error> {
        self.run(move |t| {
            t.read(|view| {
                sites
                    .iter()
                    .map(|site| read::faring(view, site, t.leases.resting(site), extent))
                    .collect()
            })
        })
        .await
    }
    async fn sites(&self) -> Result<Vec<SiteId>, Error> {
        self.run(|t| t.read(read::sites)).await
    }

    async fn files(&self) -> Result<Vec<Holding>, Error> {
        self.run(|t| t.read(read::files)).await
    }
    async fn mend(&self) -> Result<(), Error> {
        self.run(Table::mend).await
    }
    fn damage(&self) -> Option<String> {
        self.table.damage()
    }
}
