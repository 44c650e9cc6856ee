//! Store and archive are opened: what is damaged is set aside, what cannot be opened for now is
//! stood in for.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use jiff::Timestamp;

use crate::archive::{self, Archive};
use crate::config::Loaded;
use crate::crawl;
use crate::domain::state::chain;
use crate::store::{self, Store};

/// Said in a store that was rebuilt while files of the archive were missing: it is rebuilt once
/// they are back.
pub(super) const PARTIAL: &str = "partial";

/// Whether a store that cannot be opened may open later: its disk is at fault, not its files or
/// another process.
pub fn is_passing(error: &anyhow::Error) -> bool {
    let is_disks = |cause: &(dyn std::error::Error + 'static)| {
        cause.is::<std::io::Error>()
            || matches!(cause.downcast_ref(), Some(store::Error::Io { .. }))
    };
    error.chain().any(is_disks)
}

/// Opens sled; a store that cannot be read is set aside, to be rebuilt from the archive.
pub(super) async fn open_store(folder: &Path, set_aside: bool) -> anyhow::Result<Arc<dyn Store>> {
    let folder = folder.to_owned();
    let store = tokio::task::spawn_blocking(move || -> anyhow::Result<store::sled::Sled> {
        let aside = |folder: &Path| {
            store::sled::set_aside(folder, Timestamp::now())
                .context("the damaged store could not be set aside")
        };
        if set_aside {
            let aside = aside(&folder)?;
            tracing::warn!(
                file.path = %aside.display(),
                "the store is set aside; it is rebuilt from the archive"
            );
        }
        let began = Instant::now();
        let opened = store::sled::Sled::open(&folder);
        if opened.is_ok() {
            tracing::info!(
                file.path = %folder.display(),
                milliseconds = began.elapsed().as_millis(),
                "the store is open"
            );
        }
        match opened {
            Err(error @ store::Error::Damaged { .. }) => {
                let aside = aside(&folder)?;
                tracing::error!(
                    error = %chain(&error),
                    file.path = %aside.display(),
                    "the store cannot be read; it is rebuilt from the archive"
                );
                Ok(store::sled::Sled::open(&folder)?)
            }
            outcome => Ok(outcome?),
        }
    });
    Ok(Arc::new(store.await??))
}

/// Opens the archive as far as it can be; why it is not written, if it is not.
pub(super) async fn open_archive(
    loaded: &Loaded,
    store: &dyn Store,
) -> anyhow::Result<(Archive, Option<archive::Error>)> {
    let settings = archive_settings(loaded);
    let (named, since) = (crawl::named(store).await?, store.checkpoint().await?);
    let open = move || Archive::open(settings, &named, since.as_ref(), Timestamp::now());
    tokio::task::spawn_blocking(open).await?.context("the archive could not be opened")
}

pub(super) fn archive_settings(loaded: &Loaded) -> archive::Settings {
    let not_obeyed: Vec<String> = loaded
        .sites
        .iter()
        .filter_map(|s| {
            s.ignore_robots.as_ref().map(|reason| format!("ignored for {}: {reason}", s.id))
        })
        .collect();
    archive::Settings {
        folder: loaded.settings.archive.path.clone(),
        file_bytes: loaded.settings.archive.segment,
        file_age: loaded.settings.archive.age,
        software: concat!("bantin/", env!("CARGO_PKG_VERSION")).to_owned(),
        operator: loaded.settings.fetch.contact.clone(),
        robots: if not_obeyed.is_empty() { "obey".to_owned() } else { not_obeyed.join("; ") },
    }
}
