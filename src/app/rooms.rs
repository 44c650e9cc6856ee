//! The rooms that a command needs, opened in order: store, archive, recovery, then crawl and press.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use anyhow::Context;
use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::archive::{self, Archive, Marks};
use crate::config::{Loaded, Located};
use crate::crawl::{self, Crawl, Desk, Listener, recover};
use crate::domain::count::Counters;
use crate::domain::settings::{Paging, Settings};
use crate::domain::{Site, States};
use crate::extract::{Limits, Reader};
use crate::fetch::Client;
use crate::publish::{Press, shelf::Effort};
use crate::store::{self, Store};

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
}

/// How rooms are opened.
pub struct Open {
    /// Told what visits do.
    pub listener: Listener,
    /// Told how many records recovery has applied.
    pub recovering: Box<dyn Fn(u64) + Send + Sync>,
    /// What feeds call themselves; ends in a slash.
    pub public_url: String,
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
    /// Opens store and archive, applies what the store lacks, and wires crawl and press.
    pub async fn open(loaded: Loaded, reader: Reader, open: Open) -> anyhow::Result<Self> {
        let store: Arc<dyn Store> = Arc::new(open_store(&loaded.settings.store).await?);
        let archive = open_archive(&loaded, store.checkpoint().await?)?;
        let recovered =
            recover(&*store, &archive, &*open.recovering).await.context("the archive's records could not be applied to the store")?;
        if recovered.articles + recovered.finals + recovered.damaged > 0 {
            tracing::info!(
                records = recovered.articles,
                documents = recovered.finals,
                damaged = recovered.damaged,
                "records of the archive were applied to the store"
            );
        }
        let counters = Arc::new(Counters::default());
        let sites: Vec<Arc<Site>> = loaded.sites.iter().cloned().map(Arc::new).collect();
        let client =
            Client::new(loaded.settings.fetch.clone(), counters.clone(), &loaded.sites).context("the HTTP client could not be made")?;
        let states = Arc::new(States::default());
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
            listener: open.listener,
            stop: CancellationToken::new(),
            turns: Mutex::new(HashMap::new()),
            owed: Mutex::new(HashMap::new()),
            states: states.clone(),
            misfits: Mutex::default(),
        });
        let press = Press {
            store: store.clone(),
            archive: archive.clone(),
            marks,
            states: states.clone(),
            sites: Arc::new(RwLock::new(sites)),
            public_url: open.public_url,
            counters: counters.clone(),
            clock,
            changed,
            effort: Effort::Quick,
        };
        Ok(Self { loaded, store, archive, crawl, press, counters, states })
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

/// Opens sled; a store that does not read is set aside, to be rebuilt from the archive.
async fn open_store(folder: &Path) -> anyhow::Result<store::sled::Sled> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || match store::sled::Sled::open(&folder) {
        Err(error @ store::Error::Damaged { .. }) => {
            let aside = store::sled::set_aside(&folder, Timestamp::now()).context("the damaged store could not be set aside")?;
            tracing::error!(error = %error, aside = %aside.display(), "the store does not read; it is rebuilt from the archive");
            Ok(store::sled::Sled::open(&folder)?)
        }
        outcome => Ok(outcome?),
    })
    .await?
}

fn open_archive(loaded: &Loaded, since: Option<crate::domain::Checkpoint>) -> anyhow::Result<Archive> {
    let not_obeyed: Vec<String> =
        loaded.sites.iter().filter_map(|s| s.ignore_robots.as_ref().map(|reason| format!("ignored for {}: {reason}", s.id))).collect();
    let settings = archive::Settings {
        folder: loaded.settings.archive.path.clone(),
        file_bytes: loaded.settings.archive.segment,
        software: concat!("bantin/", env!("CARGO_PKG_VERSION")).to_owned(),
        operator: loaded.settings.fetch.contact.clone(),
        robots: if not_obeyed.is_empty() { "obey".to_owned() } else { not_obeyed.join("; ") },
    };
    Archive::open(settings, since, Timestamp::now()).context("the archive could not be opened")
}
