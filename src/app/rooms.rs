//! The rooms that a command needs, opened in order: store, archive, recovery, then crawl and press.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use anyhow::Context;
use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::descriptors;
use super::owner::Owner;
use super::storage::{PARTIAL, open_archive, open_store};
use super::trouble;
use crate::archive::{Archive, Marks};
use crate::config::{Changes, Loaded, Located};
use crate::crawl::{self, Crawl, Desk, Listener};
use crate::domain::count::Counters;
use crate::domain::settings::{Fetching, Paging, Settings};
use crate::domain::state::{Trouble, chain};
use crate::domain::{Site, States};
use crate::extract::{self, Limits, Reader};
use crate::fetch::Client;
use crate::publish::{Press, shelf::Disk};
use crate::store::{self, Store};

/// Open rooms.
pub struct Rooms {
    /// The settings that it was started with.
    pub settings: Settings,
    /// The configuration as it was last read.
    pub current: ArcSwap<Loaded>,
    /// Remembers.
    pub store: Arc<dyn Store>,
    /// Keeps.
    pub archive: Archive,
    /// Visits.
    pub crawl: Arc<Crawl>,
    /// Asks.
    pub(super) client: Arc<Client>,
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
    /// Whether a store in memory stands in for one that cannot be opened: nothing is read, kept or
    /// served.
    pub stand_in: bool,
    /// Hands over what root makes, when all else is closed.
    pub(super) _owner: Owner,
}

/// How rooms are opened.
pub struct Open {
    /// Told what visits do.
    pub listener: Listener,
    /// Told how many records recovery has applied.
    pub recovering: Box<dyn Fn(u64) + Send + Sync>,
    /// What feeds call themselves; ends in a slash.
    pub public_url: String,
    /// How long a rebuilding waits for what cannot be read.
    pub patience: Duration,
    /// Whether the store is set aside first: it is damaged.
    pub set_aside: bool,
    /// Ends the opening.
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
            stop: CancellationToken::new(),
        }
    }
}

/// Compiles the page reader of a configuration; faults as the check command shows them.
pub fn compile(loaded: &Loaded) -> Result<Reader, Vec<Located>> {
    Reader::compile(loaded.engines.clone(), loaded.portals.clone())
        .map(|reader| reader.within(limits(&loaded.settings.page)))
        .map_err(|bad| {
            // A layer that several profiles have in common is told once.
            let located = bad.into_iter().map(|bad| loaded.locate(bad.kind, &bad.name, bad.fault));
            let mut told = BTreeSet::new();
            located
                .filter(|fault| told.insert((fault.file.clone(), fault.line, fault.column)))
                .collect()
        })
}

/// What a page may cost, by the CPU time of the thread that reads it.
pub fn limits(page: &Paging) -> Limits {
    let Paging { cpu, depth, nodes, attributes, links, .. } = *page;
    Limits { nodes, depth, attributes, links, cpu, clock: super::cpu::of_thread }
}

impl Rooms {
    /// Opens store and archive, applies what the store lacks, and wires crawl and press. What keeps
    /// the archive from being written or read is a state, not an error: the rooms are open all the
    /// same.
    pub async fn open(loaded: Loaded, reader: Reader, open: Open) -> anyhow::Result<Self> {
        let states = Arc::new(States::default());
        let troubled = Arc::new(Notify::new());
        let trouble = trouble::told(states.clone(), troubled.clone());
        let mut store = open_store(&loaded.settings.store, open.set_aside).await?;
        let (mut archive, mut fault) = open_archive(&loaded, &*store).await?;
        if fault.is_none() && store.value(PARTIAL).await?.is_some_and(|said| !said.is_empty()) {
            tracing::warn!(
                "the archive is whole again: the store, which was rebuilt from a part of it, is rebuilt"
            );
            drop((
                archive,
                std::mem::replace(&mut store, Arc::new(store::memory::Memory::default())),
            ));
            store = open_store(&loaded.settings.store, true).await?;
            (archive, fault) = open_archive(&loaded, &*store).await?;
        }
        let rooms = Self::wired(
            loaded,
            reader,
            open.listener,
            open.public_url,
            (store, archive),
            (states, trouble, troubled),
        )?;
        if let Some(fault) = fault {
            rooms.withheld(fault).await?;
        }
        rooms
            .recover(crawl::Watch { told: &*open.recovering, stop: &open.stop }, open.patience)
            .await?;
        Ok(rooms)
    }

    pub(super) fn wired(
        loaded: Loaded,
        reader: Reader,
        listener: Listener,
        public_url: String,
        (store, archive): (Arc<dyn Store>, Archive),
        (states, trouble, troubled): (Arc<States>, Trouble, Arc<Notify>),
    ) -> anyhow::Result<Self> {
        let counters = Arc::new(Counters::default());
        let client = Client::new(fetching(&loaded), counters.clone(), &loaded.sites)
            .context("the HTTP client could not be made")?;
        let client = Arc::new(client.following(extract::page::refresh::target));
        let (marks, changed) = (Marks::default(), Arc::new(Notify::new()));
        let clock: crawl::Clock = Arc::new(Timestamp::now);
        let crawl = Arc::new(Crawl {
            desk: Desk::new().context("threads that read pages could not be started")?,
            reader: ArcSwap::new(Arc::new(reader)),
            fetch: client.clone(),
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
            ledgers: AtomicU32::new(0),
            stir: crawl::Stir::default(),
            states: states.clone(),
            trouble: trouble.clone(),
            mending: tokio::sync::Mutex::default(),
            unapplied: AtomicBool::default(),
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
            touched: Arc::default(),
            titles: Arc::default(),
            sheets: Arc::default(),
            disk: Arc::new(Disk::new(
                loaded.settings.store.join(store::sled::PACKED),
                loaded.settings.server.disk_cache,
            )),
            sites: Arc::new(RwLock::new(loaded.sites.clone())),
            public_url,
            counters: counters.clone(),
            clock,
            changed,
        };
        let (settings, current) = (loaded.settings.clone(), ArcSwap::from_pointee(loaded));
        let (stand_in, _owner) =
            (false, Owner::of(vec![settings.store.clone(), settings.archive.path.clone()]));
        Ok(Self {
            settings,
            current,
            store,
            archive,
            crawl,
            client,
            press,
            counters,
            states,
            trouble,
            troubled,
            stand_in,
            _owner,
        })
    }

    /// Takes up what can be of a configuration that was read again; what that changes.
    pub fn reload(&self, loaded: Loaded, reader: Reader) -> Changes {
        if let Err(error) = self.client.reload(fetching(&loaded), &loaded.sites) {
            tracing::error!(error = %chain(&error), "sites are asked by the old settings: the HTTP client could not be made anew");
        }
        let changes = Changes::between(&self.settings, &self.current.load(), &loaded);
        self.crawl.bounds.store(Arc::new(bounds(&loaded.settings)));
        *self.press.sites.write().unwrap_or_else(std::sync::PoisonError::into_inner) =
            loaded.sites.clone();
        self.crawl.stir.note_all();
        self.crawl.reader.store(Arc::new(reader));
        self.current.store(Arc::new(loaded));
        changes
    }

    /// The configured sites.
    pub fn sites(&self) -> Vec<Arc<Site>> {
        self.press.sites.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

/// How sites are read with the descriptors that there are.
fn fetching(loaded: &Loaded) -> Fetching {
    let settings = loaded.settings.fetch.clone();
    let share = descriptors::share(settings.concurrency);
    Fetching { concurrency: share.fetches, keep_open: loaded.sites.len() <= share.idle, ..settings }
}

fn bounds(settings: &Settings) -> crawl::Bounds {
    let (fetch, page) = (&settings.fetch, &settings.page);
    crawl::Bounds {
        visit_pages: fetch.visit_pages,
        listing_pages: fetch.listing_pages,
        links: page.links,
        lengths: page.lengths,
    }
}
