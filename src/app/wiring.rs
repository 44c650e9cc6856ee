//! What crawl and renderer have in common, and each made of it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize};
use std::sync::{Arc, Mutex, RwLock};

use anyhow::Context;
use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::descriptors;
use super::trouble::Alarm;
use crate::archive::{Archive, Marks};
use crate::config::Loaded;
use crate::crawl::{self, Crawl, Listener, ReaderPool};
use crate::domain::count::Counters;
use crate::domain::settings::{Fetching, Settings};
use crate::extract::{self, Reader};
use crate::fetch::Client;
use crate::normalize::Sanitizer;
use crate::publish::{Renderer, cache::Disk};
use crate::store::{self, Store};

/// What crawl and renderer have in common.
pub(super) struct Shared {
    pub(super) store: Arc<dyn Store>,
    pub(super) archive: Archive,
    pub(super) alarm: Alarm,
    pub(super) counters: Arc<Counters>,
    marks: Marks,
    changed: Arc<Notify>,
    clock: crawl::Clock,
}

impl Shared {
    pub(super) fn new(store: Arc<dyn Store>, archive: Archive, alarm: Alarm) -> Self {
        Self {
            store,
            archive,
            alarm,
            counters: Arc::default(),
            marks: Marks::default(),
            changed: Arc::default(),
            clock: Arc::new(Timestamp::now),
        }
    }

    pub(super) fn client(&self, loaded: &Loaded) -> anyhow::Result<Client> {
        let client = Client::new(fetching(loaded), self.counters.clone(), &loaded.sites)
            .context("the HTTP client could not be made")?;
        Ok(client.following(extract::page::refresh::target))
    }

    pub(super) fn crawl(
        &self,
        loaded: &Loaded,
        reader: Reader,
        client: Arc<Client>,
        listener: Listener,
    ) -> anyhow::Result<Crawl> {
        Ok(Crawl {
            readers: ReaderPool::new().context("threads that read pages could not be started")?,
            reader: ArcSwap::new(Arc::new(reader)),
            sanitizer: ArcSwap::from_pointee(Sanitizer::new(loaded.rules.html.clone())),
            fetch: client,
            store: self.store.clone(),
            archive: self.archive.clone(),
            marks: self.marks.clone(),
            bounds: ArcSwap::from_pointee(bounds(&loaded.settings)),
            counters: self.counters.clone(),
            clock: self.clock.clone(),
            changed: self.changed.clone(),
            listener,
            stop: CancellationToken::new(),
            site_locks: Mutex::new(HashMap::new()),
            owed: Mutex::new(HashMap::new()),
            ledgers: AtomicU32::new(0),
            stir: crawl::Stir::default(),
            states: self.alarm.states.clone(),
            trouble: self.alarm.tell.clone(),
            mending: tokio::sync::Mutex::default(),
            unapplied: AtomicBool::default(),
            skews: Mutex::default(),
            waiting: AtomicUsize::new(0),
            seen_responses: Mutex::default(),
        })
    }

    pub(super) fn renderer(&self, loaded: &Loaded, public_url: String) -> Renderer {
        let settings = &loaded.settings;
        let packed = settings.store.join(store::sled::PACKED);
        Renderer {
            store: self.store.clone(),
            archive: self.archive.clone(),
            marks: self.marks.clone(),
            states: self.alarm.states.clone(),
            trouble: self.alarm.tell.clone(),
            rebuilding: Arc::default(),
            recovered: Arc::new(AtomicBool::new(true)),
            touched: Arc::default(),
            titles: Arc::default(),
            sheets: Arc::default(),
            disk: Arc::new(Disk::new(packed, settings.server.disk_cache)),
            sites: Arc::new(RwLock::new(loaded.sites.clone())),
            public_url,
            counters: self.counters.clone(),
            clock: self.clock.clone(),
            changed: self.changed.clone(),
        }
    }
}

/// How sites are read with the descriptors that there are.
pub(super) fn fetching(loaded: &Loaded) -> Fetching {
    let settings = loaded.settings.fetch.clone();
    let share = descriptors::share(settings.concurrency);
    Fetching { concurrency: share.fetches, keep_open: loaded.sites.len() <= share.idle, ..settings }
}

/// What a visit may cost.
pub(super) fn bounds(settings: &Settings) -> crawl::Bounds {
    let (fetch, page) = (&settings.fetch, &settings.page);
    crawl::Bounds {
        visit_pages: fetch.visit_pages,
        listing_pages: fetch.listing_pages,
        links: page.links,
        lengths: page.lengths,
        memory: settings.memory,
    }
}
