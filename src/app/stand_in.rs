//! What stands in for a store that cannot be opened for now.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::components::Components;
use super::storage::{archive_settings, open_store};
use super::trouble::Alarm;
use super::wiring::Shared;
use crate::archive::Archive;
use crate::config::Loaded;
use crate::crawl::Listener;
use crate::domain::State;
use crate::domain::state::{StateKind, kind_of};
use crate::extract::Reader;
use crate::store::{self, Store};

impl Components {
    /// Components without a store, that tell why there is none until there is one.
    ///
    /// # Errors
    ///
    /// When the HTTP client or the threads that read pages cannot be made.
    pub fn without_store(
        loaded: Loaded,
        reader: Reader,
        listener: Listener,
        public_url: String,
        error: &anyhow::Error,
    ) -> anyhow::Result<Self> {
        let store: Arc<dyn Store> = Arc::new(store::memory::Memory::default());
        let archive = Archive::shut(archive_settings(&loaded), "the store cannot be opened");
        let shared = Shared::new(store, archive, Alarm::default());
        let wired = Self::wired(loaded, reader, listener, public_url, shared)?;
        let components = Self { stand_in: true, ..wired };
        components.renderer.rebuilding.store(true, Ordering::Release);
        components.no_store(error);
        Ok(components)
    }

    /// The store cannot be opened for now.
    pub fn no_store(&self, error: &anyhow::Error) {
        let now = Timestamp::now();
        let path = Some(self.settings.store.display().to_string());
        let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
        (self.trouble)(State::new(
            io.map_or(StateKind::DiskFailed, kind_of),
            format!("{error:#}"),
            path.clone(),
            now,
        ));
        (self.trouble)(State::new(StateKind::Recovery, format!("{error:#}"), path, now));
    }

    /// Whether the store that one stands in for can be opened again.
    pub async fn store_opens(&self) -> bool {
        match open_store(&self.settings.store, false).await {
            Ok(_) => true,
            Err(error) => {
                self.no_store(&error);
                false
            }
        }
    }
}
