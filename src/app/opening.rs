//! Components opened in order: store, archive, recovery; then crawl and renderer are wired to them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::components::Components;
use super::storage::{PARTIAL, open_archive, open_store};
use super::trouble::Alarm;
use super::wiring::Shared;
use crate::config::{Loaded, Located};
use crate::crawl::{self, Listener};
use crate::domain::Rules;
use crate::domain::settings::Paging;
use crate::extract::{BadData, Limits, Reader};
use crate::store;

/// How components are opened.
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

/// Compiles the page reader of a configuration.
///
/// # Errors
///
/// The faults of its rules, as the check command shows them.
pub fn compile(loaded: &Loaded) -> Result<Reader, Vec<Located>> {
    compiled(loaded, Reader::compile)
}

/// The same for few pages: what they use is compiled when they use it.
///
/// # Errors
///
/// The faults of rules, but for patterns that are too large.
pub fn compile_lazily(loaded: &Loaded) -> Result<Reader, Vec<Located>> {
    compiled(loaded, Reader::lazy)
}

fn compiled(
    loaded: &Loaded,
    compile: fn(Rules) -> Result<Reader, Vec<BadData>>,
) -> Result<Reader, Vec<Located>> {
    compile(loaded.rules.clone())
        .map(|reader| reader.within(limits(&loaded.settings.page)))
        .map_err(|bad| {
            // Several profiles may share a layer: its faults are named once.
            let located = bad.into_iter().map(|bad| loaded.locate(&bad.subject, bad.fault));
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

impl Components {
    /// Opens store and archive, applies what the store lacks, and wires crawl and renderer. What
    /// keeps the archive from being written or read is a state, not an error: the components are
    /// open all the same.
    ///
    /// # Errors
    ///
    /// When the store or the archive cannot be opened, the HTTP client not be made, or recovery was
    /// stopped.
    pub async fn open(loaded: Loaded, reader: Reader, open: Open) -> anyhow::Result<Self> {
        let mut store = open_store(&loaded.settings.store, open.set_aside).await?;
        let (mut archive, mut fault) = open_archive(&loaded, &*store).await?;
        if fault.is_none() && store.value(PARTIAL).await?.is_some_and(|said| !said.is_empty()) {
            tracing::warn!(
                "the archive is whole again: the store, which was rebuilt from a part of it, is \
                 rebuilt"
            );
            drop((
                archive,
                std::mem::replace(&mut store, Arc::new(store::memory::Memory::default())),
            ));
            store = open_store(&loaded.settings.store, true).await?;
            (archive, fault) = open_archive(&loaded, &*store).await?;
        }
        let shared = Shared::new(store, archive, Alarm::default());
        let components = Self::wired(loaded, reader, open.listener, open.public_url, shared)?;
        if let Some(fault) = fault {
            components.withheld(fault).await?;
        }
        components
            .recover(crawl::Watch { told: &*open.recovering, stop: &open.stop }, open.patience)
            .await?;
        Ok(components)
    }
}
