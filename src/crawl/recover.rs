//! Records that the archive holds and the store lacks are applied, so that no synced record is lost
//! (CONTRACT section 6); what a store that was lost knew beyond articles (links, teasers, ages,
//! sections) is known again as far as records tell it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::identity::{self, Mark};
use super::{Error, frontier};
use crate::archive::{Archive, Error as Fault, Resource};
use crate::domain::state::chain;
use crate::domain::{Checkpoint, Health, Link, LinkState, Record, RecordState, SectionId, SiteId};
use crate::form::memory::{self, Memory};
use crate::form::record::{self, Urn};
use crate::normalize::url::key;
use crate::store::{Batch, Release, Store};

/// Records saved together.
const GROUP: usize = 100;
/// A claim that restores a site's memory is given back at once.
const LEASE: SignedDuration = SignedDuration::from_mins(1);

/// What was applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Article records.
    pub articles: u64,
    /// Final feed documents.
    pub finals: u64,
    /// Records that cannot be read: noted, left where they are.
    pub damaged: u64,
    /// All before this is applied.
    pub upto: Checkpoint,
}

/// Who watches a recovery.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Hears how many records, of articles and final documents, are applied, as it goes.
    pub told: &'a (dyn Fn(u64) + Sync),
    /// Ends it between two groups.
    pub stop: &'a CancellationToken,
}

/// Applies every record after the store's checkpoint.
///
/// What is damaged is passed over, one record at a time. What cannot be read for now ends it, and
/// so does a stop: all before that is applied, the checkpoint stands there, and the next call goes
/// on.
///
/// # Errors
///
/// When the store fails, the archive cannot be read for now, or the recovery was stopped: what was
/// applied stays.
pub async fn recover(
    store: &dyn Store,
    archive: &Archive,
    now: Timestamp,
    watch: Watch<'_>,
) -> Result<Recovered, Error> {
    let from = store.checkpoint().await?;
    let synced = archive.settled().await?;
    let mut work = Recovery { fresh: from.is_none(), now, ..Recovery::default() };
    let (mut records, reading) = read_after(archive.clone(), from);
    let mut stopped = None;
    while let Some(resource) = records.recv().await {
        match resource {
            Ok(resource) => work.take(store, resource).await?,
            Err(fault @ Fault::Io { .. }) => stopped = Some(fault.into()),
            Err(fault) => {
                tracing::error!(
                    error = %chain(&fault),
                    "a record of the archive cannot be read; it is left out"
                );
                work.done.damaged += 1;
            }
        }
        if work.batch.records.len() + work.batch.finals.len() >= GROUP {
            store.save(None, std::mem::take(&mut work.batch), &synced).await?;
            (watch.told)(work.done.articles + work.done.finals);
            if watch.stop.is_cancelled() {
                stopped = Some(Error::Stopped);
                break;
            }
        }
    }
    drop(records);
    if let Err(fault) = reading.await.map_err(|_| Error::BrokenOff("reading the archive"))? {
        stopped = Some(fault.into());
    }
    store.save(None, std::mem::take(&mut work.batch), &synced).await?;
    // Also of a part: its memories are not read again.
    work.restore(store).await?;
    match stopped {
        None => {
            store.advance(synced.upto().clone()).await?;
            Ok(Recovered { upto: synced.upto().clone(), ..work.done })
        }
        Some(reason) => {
            if let Some(upto) = work.upto {
                store.advance(upto).await?;
            }
            Err(reason)
        }
    }
}

/// Records as they are read; a fault stands in the place of a faulty one.
type Records = mpsc::Receiver<Result<Resource, Fault>>;

/// Reads the records after a checkpoint on a thread of their own, some ahead of who takes them.
fn read_after(
    archive: Archive,
    from: Option<Checkpoint>,
) -> (Records, JoinHandle<Result<(), Fault>>) {
    let (send, records) = mpsc::channel(GROUP);
    let reading = tokio::task::spawn_blocking(move || {
        for resource in archive.resources(from.as_ref())? {
            if send.blocking_send(resource).is_err() {
                break;
            }
        }
        Ok(())
    });
    (records, reading)
}

/// Records on their way into the store.
#[derive(Default)]
struct Recovery {
    /// Whether the store knows nothing yet.
    fresh: bool,
    now: Timestamp,
    batch: Batch,
    done: Recovered,
    /// The end of the last record that was taken.
    upto: Option<Checkpoint>,
    memories: BTreeMap<SiteId, Memory>,
    sections: BTreeMap<SiteId, BTreeSet<SectionId>>,
}

impl Recovery {
    async fn take(&mut self, store: &dyn Store, resource: Resource) -> Result<(), Error> {
        self.upto = Some(resource.end.clone());
        let outcome = match Urn::parse(&resource.uri) {
            Some(Urn::Article { .. }) => match record::from_json(&resource.body) {
                Ok(record) => {
                    self.article(store, record).await?;
                    Ok(())
                }
                Err(fault) => Err(fault),
            },
            Some(Urn::Final { site, n }) => {
                self.batch.finals.push((site, n, resource.place.clone()));
                self.done.finals += 1;
                Ok(())
            }
            Some(Urn::Entries { site, n }) => record::entries_from_json(&resource.body)
                .map(|entries| self.batch.entries.push((site, n, entries))),
            Some(Urn::Memory { site }) => memory::from_json(&resource.body).map(|memory| {
                self.memories.insert(site, memory);
            }),
            None => Ok(()),
        };
        if let Err(fault) = outcome {
            let place = format!("{}:{}", resource.place.file, resource.place.offset);
            tracing::error!(
                record.uri = resource.uri,
                record.place = place,
                error = %chain(&fault),
                "a record of the archive cannot be read; it is left out"
            );
            self.done.damaged += 1;
        }
        Ok(())
    }

    async fn article(&mut self, store: &dyn Store, record: Record) -> Result<(), Error> {
        if !matches!(record.state, RecordState::Joined(_)) {
            for mark in identity::marks(&record) {
                self.mark(store, &record, &mark).await?;
            }
            self.batch.addresses.extend(
                identity::keys(&record)
                    .into_iter()
                    .map(|key| (record.site.clone(), key, record.article.id)),
            );
        }
        if let Some(mut link) = link(&record, self.now) {
            let others = self.links(store, &record, &link.key).await?;
            // One link of an article is due by its age.
            link.due = link.due.filter(|_| !others);
            if self.fresh
                || (!others && is_news(store.link(&link.site, &link.key).await?.as_ref(), &link))
            {
                self.batch.frontier.links.push(link);
            }
        }
        self.sections
            .entry(record.site.clone())
            .or_default()
            .extend(record.sections.iter().cloned());
        self.batch.records.push(record);
        self.done.articles += 1;
        Ok(())
    }

    /// Notes whose a mark of the record is, as the visit did that wrote it.
    async fn mark(&mut self, store: &dyn Store, record: &Record, mark: &Mark) -> Result<(), Error> {
        let (site, key) = (&record.site, mark.key());
        let known = match self
            .batch
            .addresses
            .iter()
            .rev()
            .find(|(of, known, _)| of == site && known == key)
        {
            Some((_, _, id)) => Some(*id),
            None => store.find(site, key).await?,
        };
        let owner = match known {
            Some(id) if id.is_nil() => return Ok(()),
            Some(id) => match self
                .batch
                .records
                .iter()
                .rev()
                .find(|known| known.article.id == id && known.site == *site)
            {
                Some(record) => Some(Arc::new(record.clone())),
                None => store.record(site, id).await?,
            },
            None => None,
        };
        self.batch.addresses.push((
            site.clone(),
            key.to_owned(),
            mark.owner(owner.as_deref(), record),
        ));
        Ok(())
    }

    /// Whether links of an article are known but for one.
    async fn links(&self, store: &dyn Store, record: &Record, but: &str) -> Result<bool, Error> {
        let state = LinkState::Article(record.article.id);
        for key in identity::keys(record).iter().filter(|key| *key != but) {
            let pending =
                self.batch.frontier.links.iter().any(|link| {
                    link.site == record.site && link.key == *key && link.state == state
                });
            if pending
                || store.link(&record.site, key).await?.is_some_and(|link| link.state == state)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Gives sites whose memory is lost what is known of their sections and of links that were
    /// never read as articles.
    async fn restore(&mut self, store: &dyn Store) -> Result<(), Error> {
        let sites: BTreeSet<SiteId> =
            self.memories.keys().chain(self.sections.keys()).cloned().collect();
        for site in sites {
            let known = store.site_state(&site).await?;
            // What an earlier part of a recovery gave back was not visited yet: a later memory
            // takes its place.
            if known.as_ref().is_some_and(|state| state.last_visit.is_some()) {
                continue;
            }
            let memory = self.memories.remove(&site);
            let mut state = memory.as_ref().map(Memory::site_state).or(known).unwrap_or_default();
            for section in self.sections.remove(&site).unwrap_or_default() {
                let state = state.sections.entry(section).or_default();
                state.visits = state.visits.max(1);
            }
            state.visits = state.visits.max(1);
            state.health = Health::Healthy;
            let mut links = Vec::new();
            for link in memory.map(|memory| memory.links()).unwrap_or_default() {
                if store.link(&site, &link.key).await?.is_none() {
                    links.push(link);
                }
            }
            let until = self.now.checked_add(LEASE).unwrap_or(Timestamp::MAX);
            // Whoever is visiting the site writes its memory itself.
            if let Some(claim) = store.claim(&site, self.now, until).await? {
                let lease = claim.lease;
                let released =
                    store.release(lease.clone(), Release { state, links, checkpoint: None }).await;
                released.inspect_err(|_| store.abandon(&lease))?;
            }
        }
        Ok(())
    }
}

/// Whether a link tells the store something: it is not known, or not as this article's.
fn is_news(known: Option<&Link>, new: &Link) -> bool {
    known.is_none_or(|known| known.state != new.state)
}

/// The link of an article, due again by its age.
fn link(record: &Record, now: Timestamp) -> Option<Link> {
    let asked = record
        .listed
        .as_ref()
        .map(|listed| &listed.url)
        .or(record.aliases.last())
        .unwrap_or(&record.article.url);
    let key = key(&Url::parse(asked).ok()?);
    Some(Link {
        key,
        url: asked.clone(),
        state: LinkState::Article(match record.state {
            RecordState::Joined(other) => other,
            RecordState::Live | RecordState::Withdrawn => record.article.id,
        }),
        sections: record.sections.clone(),
        via: record.via.clone().unwrap_or_default(),
        // 0: unknown, so that the next listing that names it has it read again.
        teaser: record.listed.as_ref().map_or(0, |listed| listed.teaser),
        due: Some(frontier::by_age(frontier::born(record), now)),
        ..Link::of(record.site.clone())
    })
}
