//! What a visit knows of links, addresses and records: what it holds itself, else what the store
//! has.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::Ledger;
use crate::crawl::Error;
use crate::domain::{Link, Record};
use crate::normalize::twin;
use crate::store::Pick;

/// Addresses that are kept looked up.
const AHEAD: usize = 64;

impl Ledger<'_> {
    /// The link of that key.
    pub async fn link(&self, key: &str) -> Result<Option<Link>, Error> {
        match self.links.get(key) {
            Some(link) => Ok(Some(link.clone())),
            None if self.dropped.contains(key) => Ok(None),
            None => match self.looked.get(key) {
                Some(known) => Ok(known.clone()),
                None => Ok(self.crawl.store.link(&self.site.id, key).await?),
            },
        }
    }

    /// Looks a page's links up in one go that are to be asked for, and then the other hosts of
    /// those that are not known.
    pub async fn look_at(&mut self, keys: Vec<String>) -> Result<(), Error> {
        self.looked = self.look_up(keys).await?;
        let others: Vec<String> = self
            .looked
            .iter()
            .filter(|(_, known)| known.is_none())
            .map(|(key, _)| twin::other_host(key))
            .collect();
        if !others.is_empty() {
            let others = self.look_up(others).await?;
            self.looked.extend(others);
        }
        Ok(())
    }

    /// Forgets what was looked up of a page's links: a visit is long.
    pub fn look_away(&mut self) {
        self.looked = HashMap::new();
    }

    async fn look_up(&self, keys: Vec<String>) -> Result<HashMap<String, Option<Link>>, Error> {
        let found = self.crawl.store.link_all(&self.site.id, keys.clone()).await?;
        Ok(keys.into_iter().zip(found).collect())
    }

    /// The link of that key, or of the key with or without `www.`.
    pub async fn link_at(&self, key: &str) -> Result<Option<Link>, Error> {
        match self.link(key).await? {
            Some(link) => Ok(Some(link)),
            None => self.link(&twin::other_host(key)).await,
        }
    }

    /// The article that has an address of that key, or of the key with or without `www.`.
    pub async fn find_at(&self, key: &str) -> Result<Option<Uuid>, Error> {
        match self.find(key).await? {
            Some(id) => Ok(Some(id)),
            None => self.find(&twin::other_host(key)).await,
        }
    }

    /// The article that has an address of that key.
    pub async fn find(&self, key: &str) -> Result<Option<Uuid>, Error> {
        match (self.addresses.get(key), self.ahead.get(key)) {
            (Some(id), _) => Ok(Some(*id)),
            (None, Some(known)) => Ok(*known),
            (None, None) => Ok(self.crawl.store.find(&self.site.id, key).await?),
        }
    }

    /// Looks addresses up in one go that are to be asked for.
    pub async fn look_ahead(&mut self, mut keys: Vec<String>) -> Result<(), Error> {
        if self.ahead.len() > AHEAD {
            self.ahead.clear();
        }
        keys.retain(|key| !self.addresses.contains_key(key) && !self.ahead.contains_key(key));
        if !keys.is_empty() {
            let found = self.crawl.store.find_all(&self.site.id, keys.clone()).await?;
            self.ahead.extend(keys.into_iter().zip(found));
        }
        Ok(())
    }

    /// The latest record of an article.
    pub async fn record(&self, id: Uuid) -> Result<Option<Arc<Record>>, Error> {
        match self.records.get(&id) {
            Some(record) => Ok(Some(record.clone())),
            None => Ok(self.crawl.store.record(&self.site.id, id).await?),
        }
    }

    /// Articles whose address carries this item id.
    pub async fn by_item(&self, item: &str) -> Result<Vec<Uuid>, Error> {
        let mut ids = self.crawl.store.by_item(&self.site.id, item).await?;
        ids.extend(
            self.records
                .values()
                .filter(|r| r.article.item.as_deref() == Some(item))
                .map(|r| r.article.id),
        );
        Ok(ids)
    }

    /// Links that are not read as articles, as they stand now, at most about `limit`.
    pub async fn open_links(&self, limit: usize) -> Result<Vec<Link>, Error> {
        let mut links = self.crawl.store.links(&self.site.id, Pick::Open, limit).await?;
        links.retain(|link| !self.links.contains_key(&link.key));
        links.extend(self.links.values().cloned());
        Ok(links)
    }
}
