//! At start: records that the archive holds and the store lacks are applied, so that no synced record is lost (CONTRACT section 6).

use url::Url;

use super::Error;
use crate::archive::{Archive, Resource};
use crate::domain::Record;
use crate::form::record::{self, Urn};
use crate::normalize::url::key;
use crate::store::{Batch, Store};

/// Records saved together.
const GROUP: usize = 100;

/// What was applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Article records.
    pub articles: u64,
    /// Final feed documents.
    pub finals: u64,
    /// Records that do not read: noted, left where they are.
    pub damaged: u64,
}

/// Applies every record after the store's checkpoint; `told` hears how many as it goes.
pub async fn recover(store: &dyn Store, archive: &Archive, told: &(dyn Fn(u64) + Sync)) -> Result<Recovered, Error> {
    let from = store.checkpoint().await?;
    let synced = archive.sync().await?;
    let mut done = Recovered::default();
    let mut batch = Batch::default();
    let (send, mut records) = tokio::sync::mpsc::channel(GROUP);
    let reader = archive.clone();
    let reading = tokio::task::spawn_blocking(move || -> Result<(), crate::archive::Error> {
        for resource in reader.resources(from.as_ref())? {
            if send.blocking_send(resource).is_err() {
                break;
            }
        }
        Ok(())
    });
    while let Some(resource) = records.recv().await {
        match resource {
            Ok(resource) => take(resource, &mut batch, &mut done),
            Err(error) => {
                tracing::warn!(%error, "a record of the archive does not read; it is left out");
                done.damaged += 1;
            }
        }
        if batch.records.len() + batch.finals.len() >= GROUP {
            store.save(None, std::mem::take(&mut batch), &synced).await?;
            told(done.articles);
        }
    }
    reading.await.map_err(|_| Error::Reading)??;
    store.save(None, batch, &synced).await?;
    store.advance(synced.upto().clone()).await?;
    Ok(done)
}

fn take(resource: Resource, batch: &mut Batch, done: &mut Recovered) {
    match Urn::parse(&resource.uri) {
        Some(Urn::Article { .. }) => match record::from_json(&resource.body) {
            Ok(record) => {
                batch.addresses.extend(keys(&record).into_iter().map(|key| (record.site.clone(), key, record.article.id)));
                batch.records.push(record);
                done.articles += 1;
            }
            Err(error) => {
                tracing::warn!(%error, record.uri = resource.uri, "a record of the archive does not read; it is left out");
                done.damaged += 1;
            }
        },
        Some(Urn::Final { site, n }) => {
            batch.finals.push((site, n, resource.place));
            done.finals += 1;
        }
        Some(Urn::Entries { .. } | Urn::Memory { .. }) | None => {}
    }
}

/// Keys of every address of a record.
fn keys(record: &Record) -> Vec<String> {
    let addresses = std::iter::once(&record.article.url).chain(&record.aliases);
    addresses.filter_map(|address| Url::parse(address).ok()).map(|url| key(&url)).collect()
}
