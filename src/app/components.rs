//! The components that a command needs, wired to one another.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use super::owner::Owner;
use super::wiring::{Shared, bounds, fetching};
use crate::archive::Archive;
use crate::config::{Changes, Loaded};
use crate::crawl::{Crawl, Listener};
use crate::domain::count::Counters;
use crate::domain::settings::Settings;
use crate::domain::state::{Trouble, chain};
use crate::domain::{Site, States};
use crate::extract::Reader;
use crate::fetch::Client;
use crate::publish::Renderer;
use crate::store::Store;

/// Open components.
pub struct Components {
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
    pub renderer: Renderer,
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

impl Components {
    /// Wires crawl and renderer to store and archive.
    pub(super) fn wired(
        loaded: Loaded,
        reader: Reader,
        listener: Listener,
        public_url: String,
        shared: Shared,
    ) -> anyhow::Result<Self> {
        let client = Arc::new(shared.client(&loaded)?);
        let crawl = Arc::new(shared.crawl(&loaded, reader, client.clone(), listener)?);
        let renderer = shared.renderer(&loaded, public_url);
        let Shared { store, archive, alarm, counters, .. } = shared;
        let settings = loaded.settings.clone();
        let owner = Owner::of(vec![settings.store.clone(), settings.archive.path.clone()]);
        Ok(Self {
            settings,
            current: ArcSwap::from_pointee(loaded),
            store,
            archive,
            crawl,
            client,
            renderer,
            counters,
            states: alarm.states,
            trouble: alarm.tell,
            troubled: alarm.woken,
            stand_in: false,
            _owner: owner,
        })
    }

    /// Takes up what can be of a configuration that was read again; what that changes.
    pub fn reload(&self, loaded: Loaded, reader: Reader) -> Changes {
        if let Err(error) = self.client.reload(fetching(&loaded), &loaded.sites) {
            tracing::error!(
                error = %chain(&error),
                "sites are asked by the old settings: the HTTP client could not be made anew"
            );
        }
        let changes = Changes::between(&self.settings, &self.current.load(), &loaded);
        self.crawl.bounds.store(Arc::new(bounds(&loaded.settings)));
        *self.renderer.sites.write().unwrap_or_else(std::sync::PoisonError::into_inner) =
            loaded.sites.clone();
        self.crawl.stir.note_all();
        self.crawl.reader.store(Arc::new(reader));
        self.current.store(Arc::new(loaded));
        changes
    }

    /// The configured sites.
    pub fn sites(&self) -> Vec<Arc<Site>> {
        self.renderer.sites.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}
