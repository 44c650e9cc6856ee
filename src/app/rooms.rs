//! The rooms that a command needs, opened in order: store, archive, recovery, then crawl and press.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use anyhow::Context;
use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::trouble;
use crate::archive::{self, Archive, Marks};
use crate::config::{Loaded, Located};
use crate::crawl::{self, Crawl, Desk, Listener, recover};
use crate::domain::count::Counters;
use crate::domain::settings::{Paging, Settings};
use crate::domain::state::{StateKind, Trouble, chain, kind_of};
use crate::domain::{Site, State, States};
use crate::extract::{Limits, Reader};
use crate::fetch::Client;
use crate::publish::{Press, shelf::Effort};
use crate::store::{self, Store};

/// How long a start waits for an archive that does not read before it listens without feeds.
pub const PATIENCE: Duration = Duration::from_secs(35);
/// Between two tries meanwhile.
const AGAIN: Duration = Duration::from_secs(1);
/// Said in a store that was rebuilt while files of the archive were missing: it is rebuilt once they are back.
const PARTIAL: &str = "partial";
/// Said in a store whose rebuilding has stopped at what does not read.
const REBUILDING: &str = "rebuilding";

/// Open rooms.
pub struct Rooms {
    /// The configuration.
    pub loaded: Loaded,
    /// Remembers.
    pub store: Arc<dyn Store>,
    /// Keeps.
    pub archive: Archive,
    /// Visits.
    pub crawl: Arc<Crawl>,
    /// Publishes.
    pub press: Press,
    /// Counts.
    pub counters: Arc<Counters>,
    /// What keeps the daemon from keeping what it reads.
    pub states: Arc<States>,
    /// Told of states.
    pub trouble: Trouble,
    /// Woken when one is entered.
    pub troubled: Arc<Notify>,
    /// Whether a store in memory stands in for one that cannot be opened: nothing is read, kept or served.
    pub stand_in: bool,
}

/// How rooms are opened.
pub struct Open {
    /// Told what visits do.
    pub listener: Listener,
    /// Told how many records recovery has applied.
    pub recovering: Box<dyn Fn(u64) + Send + Sync>,
    /// What feeds call themselves; ends in a slash.
    pub public_url: String,
    /// How long a rebuilding waits for what does not read.
    pub patience: Duration,
    /// Whether the store is set aside first: it is damaged.
    pub set_aside: bool,
    /// Whether rooms are opened without a store if it cannot be opened for now.
    pub stand_in: bool,
    /// Ends the patience.
    pub stop: CancellationToken,
}

impl Open {
    /// Nobody is told, nothing is waited for.
    pub fn new(public_url: String) -> Self {
        Self {
            listener: Arc::new(|_, _| {}),
            recovering: Box::new(|_| {}),
            public_url,
            patience: Duration::ZERO,
            set_aside: false,
            stand_in: false,
            stop: CancellationToken::new(),
        }
    }
}

/// Compiles the page reader of a configuration; faults as the check command shows them.
pub fn compile(loaded: &Loaded) -> Result<Reader, Vec<Located>> {
    Reader::compile(loaded.engines.clone(), loaded.portals.clone())
        .map(|reader| reader.within(limits(&loaded.settings.page)))
        .map_err(|bad| bad.into_iter().map(|bad| loaded.locate(bad.kind, &bad.name, bad.fault)).collect())
}

/// What a page may cost, by the CPU time of the thread that reads it.
pub fn limits(page: &Paging) -> Limits {
    let Paging { cpu, depth, nodes, attributes, links, .. } = *page;
    Limits { nodes, depth, attributes, links, cpu, clock: super::cpu::of_thread }
}

impl Rooms {
    /// Opens store and archive, applies what the store lacks, and wires crawl and press. What keeps the archive from being written or
    /// read is a state, not an error: the rooms are open all the same.
    pub async fn open(loaded: Loaded, reader: Reader, open: Open) -> anyhow::Result<Self> {
        let states = Arc::new(States::default());
        let troubled = Arc::new(Notify::new());
        let trouble = trouble::told(states.clone(), troubled.clone());
        let opened = open_store(&loaded.settings.store, open.set_aside).await;
        let mut store = match opened {
            Err(error) if open.stand_in && is_passing(&error) => {
                return Self::without_store(loaded, reader, open, &error, (states, trouble, troubled)).await;
            }
            opened => opened?,
        };
        let (mut archive, mut fault) = open_archive(&loaded, &*store).await?;
        if fault.is_none() && store.value(PARTIAL).await?.is_some_and(|said| !said.is_empty()) {
            tracing::warn!("the archive is whole again: the store, which was rebuilt from a part of it, is rebuilt");
            drop((archive, std::mem::replace(&mut store, Arc::new(store::memory::Memory::default()))));
            store = open_store(&loaded.settings.store, true).await?;
            (archive, fault) = open_archive(&loaded, &*store).await?;
        }
        let rooms = Self::wired(loaded, reader, open.listener, open.public_url, (store, archive), (states, trouble, troubled))?;
        if let Some(fault) = fault {
            rooms.withheld(fault).await?;
        }
        rooms.recover((&*open.recovering, open.patience, &open.stop)).await?;
        Ok(rooms)
    }

    fn wired(
        loaded: Loaded,
        reader: Reader,
        listener: Listener,
        public_url: String,
        (store, archive): (Arc<dyn Store>, Archive),
        (states, trouble, troubled): (Arc<States>, Trouble, Arc<Notify>),
    ) -> anyhow::Result<Self> {
        let counters = Arc::new(Counters::default());
        let sites: Vec<Arc<Site>> = loaded.sites.iter().cloned().map(Arc::new).collect();
        let client =
            Client::new(loaded.settings.fetch.clone(), counters.clone(), &loaded.sites).context("the HTTP client could not be made")?;
        let (marks, changed) = (Marks::default(), Arc::new(Notify::new()));
        let clock: crawl::Clock = Arc::new(Timestamp::now);
        let crawl = Arc::new(Crawl {
            desk: Desk::new().context("threads that read pages could not be started")?,
            reader: ArcSwap::new(Arc::new(reader)),
            fetch: Arc::new(client),
            store: store.clone(),
            archive: archive.clone(),
            marks: marks.clone(),
            bounds: ArcSwap::from_pointee(bounds(&loaded.settings)),
            counters: counters.clone(),
            clock: clock.clone(),
            changed: changed.clone(),
            listener,
            stop: CancellationToken::new(),
            turns: Mutex::new(HashMap::new()),
            owed: Mutex::new(HashMap::new()),
            states: states.clone(),
            trouble: trouble.clone(),
            mending: tokio::sync::Mutex::default(),
            skews: Mutex::default(),
            misfits: Mutex::default(),
        });
        let press = Press {
            store: store.clone(),
            archive: archive.clone(),
            marks,
            states: states.clone(),
            trouble: trouble.clone(),
            rebuilding: Arc::default(),
            recovered: Arc::new(AtomicBool::new(true)),
            stamps: Arc::default(),
            sites: Arc::new(RwLock::new(sites)),
            public_url,
            counters: counters.clone(),
            clock,
            changed,
            effort: Effort::Quick,
        };
        Ok(Self { loaded, store, archive, crawl, press, counters, states, trouble, troubled, stand_in: false })
    }

    /// Rooms that tell why there is no store, until there is one.
    async fn without_store(
        loaded: Loaded,
        reader: Reader,
        open: Open,
        error: &anyhow::Error,
        told: (Arc<States>, Trouble, Arc<Notify>),
    ) -> anyhow::Result<Self> {
        let store: Arc<dyn Store> = Arc::new(store::memory::Memory::default());
        let archive = Archive::shut(archive_settings(&loaded), "the store cannot be opened");
        let rooms = Self { stand_in: true, ..Self::wired(loaded, reader, open.listener, open.public_url, (store, archive), told)? };
        rooms.press.rebuilding.store(true, Ordering::Release);
        rooms.no_store(error);
        Ok(rooms)
    }

    /// The store cannot be opened for now.
    pub fn no_store(&self, error: &anyhow::Error) {
        let now = Timestamp::now();
        let path = Some(self.loaded.settings.store.display().to_string());
        let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
        (self.trouble)(State::new(io.map_or(StateKind::DiskFailed, kind_of), format!("{error:#}"), path.clone(), now));
        (self.trouble)(State::new(StateKind::Recovery, format!("{error:#}"), path, now));
    }

    /// Whether the store that one stands in for can be opened again.
    pub async fn store_opens(&self) -> bool {
        match open_store(&self.loaded.settings.store, false).await {
            Ok(_) => true,
            Err(error) => {
                self.no_store(&error);
                false
            }
        }
    }

    /// The archive was opened to be read alone.
    async fn withheld(&self, fault: archive::Error) -> anyhow::Result<()> {
        let (archive, named) = (self.archive.clone(), self.crawl.named().await?);
        let missing = tokio::task::spawn_blocking(move || archive.check(&named)).await?;
        match missing {
            Ok(missing) if !missing.is_empty() => {
                if self.store.checkpoint().await?.is_none() && self.store.set_value(PARTIAL, "1").await.is_err() {
                    tracing::warn!("that the store is rebuilt from a part of the archive could not be noted");
                }
                (self.trouble)(trouble::incomplete(missing, self.archive.folder(), Timestamp::now()));
            }
            _ => {
                self.crawl.suffer(&crawl::Error::from(fault));
            }
        }
        Ok(())
    }

    /// Applies what the store lacks. What does not read is waited for if the store is rebuilt from nothing, and is a state from then on.
    async fn recover(&self, (told, patience, stop): (&(dyn Fn(u64) + Sync), Duration, &CancellationToken)) -> anyhow::Result<()> {
        let rebuilding =
            self.store.checkpoint().await?.is_none() || self.store.value(REBUILDING).await?.is_some_and(|said| !said.is_empty());
        let end = Instant::now() + patience;
        loop {
            match recover(&*self.store, &self.archive, Timestamp::now(), told).await {
                Ok(done) => return self.recovered(done, rebuilding).await,
                Err(crawl::Error::Store(damage @ store::Error::Damaged { .. })) => return Err(damage.into()),
                Err(error) => self.stopped(&error, rebuilding).await,
            }
            if !rebuilding || Instant::now() >= end || stop.is_cancelled() {
                return Ok(());
            }
            super::systemd::extend("waiting for an archive that does not read");
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(AGAIN) => {}
            }
            self.crawl.reopen().await.ok();
        }
    }

    async fn recovered(&self, done: crawl::Recovered, rebuilding: bool) -> anyhow::Result<()> {
        if done.articles + done.finals + done.damaged > 0 {
            tracing::info!(
                records = done.articles,
                documents = done.finals,
                damaged = done.damaged,
                "records of the archive were applied to the store"
            );
        }
        trouble::leave(&self.states, StateKind::Recovery);
        if rebuilding {
            self.whole().await?;
        }
        Ok(())
    }

    /// Recovery cannot go on for now: nothing new is folded, no site is asked, and a store that is being rebuilt is served to nobody.
    async fn stopped(&self, error: &crawl::Error, rebuilding: bool) {
        self.crawl.suffer(error);
        let path = error.state(Timestamp::now()).and_then(|state| state.path);
        (self.trouble)(State::new(StateKind::Recovery, chain(error), path, Timestamp::now()));
        self.press.rebuilding.store(rebuilding, Ordering::Release);
        if rebuilding && self.store.set_value(REBUILDING, "1").await.is_err() {
            tracing::warn!("that the store is being rebuilt could not be noted");
        }
    }

    /// A store that was rebuilt from nothing has all that reads.
    async fn whole(&self) -> anyhow::Result<()> {
        if self.store.value(REBUILDING).await?.is_some_and(|said| !said.is_empty()) {
            self.store.set_value(REBUILDING, "").await?;
        }
        Ok(())
    }

    /// Whether the store was rebuilt from a part of the archive.
    pub async fn is_partial(&self) -> bool {
        self.store.value(PARTIAL).await.is_ok_and(|said| said.is_some_and(|said| !said.is_empty()))
    }

    /// What was missing is accepted: the store is what it is.
    pub async fn no_longer_partial(&self) -> anyhow::Result<()> {
        if self.is_partial().await {
            self.store.set_value(PARTIAL, "").await?;
        }
        Ok(())
    }

    /// Makes store and archive writable again, applies what is not applied, and sees that the disk takes writes.
    pub async fn mend(&self) -> Result<(), crawl::Error> {
        let rebuilt = self.states.has(StateKind::Recovery) && self.press.rebuilding.load(Ordering::Acquire);
        self.crawl.mend().await?;
        let archive = self.archive.clone();
        tokio::task::spawn_blocking(move || archive.probe()).await.map_err(|_| crawl::Error::Reading)??;
        if rebuilt {
            self.store.set_value(REBUILDING, "").await?;
        }
        Ok(())
    }

    /// Takes sites, profiles and what a page may cost from a configuration that was read again; the other settings need a new start.
    pub fn reload(&self, loaded: Loaded, reader: Reader) {
        let crawl::Bounds { visit_pages, listing_pages, .. } = **self.crawl.bounds.load();
        self.crawl.bounds.store(Arc::new(crawl::Bounds { visit_pages, listing_pages, ..bounds(&loaded.settings) }));
        let sites = loaded.sites.into_iter().map(Arc::new).collect();
        *self.press.sites.write().unwrap_or_else(std::sync::PoisonError::into_inner) = sites;
        self.crawl.reader.store(Arc::new(reader));
    }

    /// The configured sites.
    pub fn sites(&self) -> Vec<Arc<Site>> {
        self.press.sites.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

fn bounds(settings: &Settings) -> crawl::Bounds {
    let (fetch, page) = (&settings.fetch, &settings.page);
    crawl::Bounds { visit_pages: fetch.visit_pages, listing_pages: fetch.listing_pages, links: page.links, lengths: page.lengths }
}

/// Whether a store that cannot be opened may open later: its disk is at fault, not its files or another process.
fn is_passing(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| matches!(cause.downcast_ref(), Some(store::Error::Io { .. })))
}

/// Opens sled; a store that does not read is set aside, to be rebuilt from the archive.
async fn open_store(folder: &Path, set_aside: bool) -> anyhow::Result<Arc<dyn Store>> {
    let folder = folder.to_owned();
    let store = tokio::task::spawn_blocking(move || -> anyhow::Result<store::sled::Sled> {
        let aside = |folder: &Path| store::sled::set_aside(folder, Timestamp::now()).context("the damaged store could not be set aside");
        if set_aside {
            let aside = aside(&folder)?;
            tracing::warn!(aside = %aside.display(), "the store is set aside; it is rebuilt from the archive");
        }
        match store::sled::Sled::open(&folder) {
            Err(error @ store::Error::Damaged { .. }) => {
                let aside = aside(&folder)?;
                tracing::error!(error = %error, aside = %aside.display(), "the store does not read; it is rebuilt from the archive");
                Ok(store::sled::Sled::open(&folder)?)
            }
            outcome => Ok(outcome?),
        }
    });
    Ok(Arc::new(store.await??))
}

/// Opens the archive as far as it can be; why it is not written, if it is not.
async fn open_archive(loaded: &Loaded, store: &dyn Store) -> anyhow::Result<(Archive, Option<archive::Error>)> {
    let settings = archive_settings(loaded);
    let (named, since) = (crawl::named(store).await?, store.checkpoint().await?);
    let open = move || Archive::open(settings, &named, since.as_ref(), Timestamp::now());
    tokio::task::spawn_blocking(open).await?.context("the archive could not be opened")
}

fn archive_settings(loaded: &Loaded) -> archive::Settings {
    let not_obeyed: Vec<String> =
        loaded.sites.iter().filter_map(|s| s.ignore_robots.as_ref().map(|reason| format!("ignored for {}: {reason}", s.id))).collect();
    archive::Settings {
        folder: loaded.settings.archive.path.clone(),
        file_bytes: loaded.settings.archive.segment,
        file_age: loaded.settings.archive.age,
        software: concat!("bantin/", env!("CARGO_PKG_VERSION")).to_owned(),
        operator: loaded.settings.fetch.contact.clone(),
        robots: if not_obeyed.is_empty() { "obey".to_owned() } else { not_obeyed.join("; ") },
    }
}
