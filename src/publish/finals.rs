//! Folding changes into feed states, and final documents into the archive: written and synced before anything links them.

use std::collections::{BTreeMap, BTreeSet};

use super::fold::{Cut, fold};
use super::{Error, Press};
use crate::domain::feed::Scope;
use crate::domain::{Place, SectionId, SiteId};
use crate::form::record::{self, Urn};
use crate::render;
use crate::store::{Batch, Change, ChangeKind, FeedBatch, FeedState, Pending};

/// Changes folded in one transaction.
const GROUP: usize = 500;
/// Where the public URL is remembered that the final documents carry.
const PUBLIC_URL: &str = "public-url";

/// Feeds that changed since they were rendered.
#[derive(Debug, Default)]
pub struct Touched {
    /// Sites, each with the sections touched.
    pub sites: BTreeMap<SiteId, BTreeSet<SectionId>>,
}

impl Press {
    /// Folds every change of the log that is not folded yet; the feeds that it touched.
    pub async fn fold_changes(&self) -> Result<Touched, Error> {
        let mut touched = Touched::default();
        let mut cursor = self.store.cursor().await?;
        loop {
            let changes = self.store.changes(cursor, GROUP).await?;
            let Some(last) = changes.last() else { return Ok(touched) };
            cursor = last.n;
            self.fold_group(&changes, &mut touched).await?;
        }
    }

    async fn fold_group(&self, changes: &[Change], touched: &mut Touched) -> Result<(), Error> {
        let mut states: BTreeMap<SiteId, FeedState> = BTreeMap::new();
        let mut batch = FeedBatch::default();
        for change in changes {
            batch.cursor = change.n;
            let Some(entry) = self.entry(change, touched).await? else { continue };
            if !states.contains_key(&change.site) {
                states.insert(change.site.clone(), self.store.feed_state(&change.site).await?);
            }
            let Some(state) = states.get_mut(&change.site) else { continue };
            if let Some(cut) = fold(state, entry) {
                self.write_final(&change.site, &cut).await?;
                batch.stands.extend(cut.entries.iter().map(|e| (change.site.clone(), e.id, cut.n)));
                // The cursor moves past this change, so every state folded so far goes with it.
                batch.states = states.iter().map(|(site, state)| (site.clone(), state.clone())).collect();
                self.store.fold(std::mem::take(&mut batch)).await?;
            }
        }
        batch.cursor = changes.last().map_or(0, |last| last.n);
        batch.states.extend(states);
        Ok(self.store.fold(batch).await?)
    }

    /// The pending entry that a change makes; `None` if nothing becomes pending.
    async fn entry(&self, change: &Change, touched: &mut Touched) -> Result<Option<Pending>, Error> {
        let Some(record) = self.store.version(&change.site, change.id, change.version).await? else { return Ok(None) };
        touched.sites.entry(change.site.clone()).or_default().extend(record.sections.iter().cloned());
        if change.kind == ChangeKind::Touched {
            return Ok(None);
        }
        let stands = self.store.stands(&change.site, change.id).await?.is_some();
        let rank = if stands { record.updated } else { record.rank() };
        Ok(Some(Pending { id: change.id, seq: record.seq, version: change.version, rank }))
    }

    /// Writes a final document, unless an earlier run did and only its fold was lost.
    async fn write_final(&self, site: &SiteId, cut: &Cut) -> Result<(), Error> {
        if self.store.final_document(site, cut.n).await?.is_some() {
            return Ok(());
        }
        let feed = self.final_feed(site, cut.n, &cut.entries).await?;
        let time = feed.updated;
        let bytes = tokio::task::spawn_blocking(move || render::atom(&feed)).await.map_err(|_| Error::Unfinished)??;
        let uri = Urn::Final { site: site.clone(), n: cut.n }.to_string();
        let session = self.archive.session();
        let place = session.append_marked(&self.marks, uri, "application/atom+xml", bytes, time).await?;
        let entries: Vec<_> = cut.entries.iter().map(|e| (e.id, e.version)).collect();
        let list = Urn::Entries { site: site.clone(), n: cut.n }.to_string();
        session.append_resource(list, "application/json", record::entries_to_json(&entries), time).await?;
        let proof = session.sync().await?;
        let batch = Batch { finals: vec![(site.clone(), cut.n, place.clone())], ..Batch::default() };
        self.store.save(None, batch, &proof).await?;
        self.marks.saved([&place]);
        tracing::info!(source.id = %site, feed.document = cut.n, "a feed document turned final");
        Ok(())
    }

    /// Rewrites every final document if the public URL is another than the one they carry (CONTRACT section 5).
    pub async fn follow_public_url(&self) -> Result<(), Error> {
        if self.store.value(PUBLIC_URL).await?.as_deref() == Some(self.public_url.as_str()) {
            return Ok(());
        }
        for site in self.store.sites().await? {
            let mut n = 1;
            while let Some(place) = self.store.final_document(&site, n).await? {
                self.rewrite_final(&site, n, &place).await?;
                n += 1;
            }
        }
        Ok(self.store.set_value(PUBLIC_URL, &self.public_url).await?)
    }

    async fn rewrite_final(&self, site: &SiteId, n: u32, place: &Place) -> Result<(), Error> {
        let old = self.archive.read(place)?;
        let Some(bytes) = rebased(&old.body, &self.public_url, &format!("{}/archive/{n}.atom", Scope::Site(site.clone()).path())) else {
            return Ok(());
        };
        tracing::warn!(source.id = %site, feed.document = n, public_url = self.public_url, "the public URL changed: a final feed document is rewritten");
        let uri = Urn::Final { site: site.clone(), n }.to_string();
        let session = self.archive.session();
        let new = session.append_marked(&self.marks, uri, "application/atom+xml", bytes, place.time).await?;
        let proof = session.sync().await?;
        let batch = Batch { finals: vec![(site.clone(), n, new.clone())], ..Batch::default() };
        self.store.save(None, batch, &proof).await?;
        self.marks.saved([&new]);
        Ok(())
    }
}

/// A document with its own addresses (self, current, prev- and next-archive) under another public URL; `None` if they stand there already.
/// What it calls itself by is read from its own link of rel `self`, which ends in `path`.
fn rebased(document: &[u8], to: &str, path: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(document).ok()?;
    let (head, entries) = text.split_at(text.find("<entry").unwrap_or(text.len()));
    let end = head.find(&format!("{path}\""))?;
    let start = head[..end].rfind("href=\"")? + "href=\"".len();
    let from = &head[start..end];
    (from != to).then(|| (head.replace(&format!("href=\"{from}feeds/"), &format!("href=\"{to}feeds/")) + entries).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::rebased;

    #[test]
    fn only_the_documents_own_addresses_move() {
        let old =
            br#"<feed><link rel="self" href="http://a/feeds/x/archive/1.atom"/><entry><link href="http://a/feeds/x.html"/></entry></feed>"#;
        let path = "feeds/x/archive/1.atom";
        let new = String::from_utf8(rebased(old, "https://b/", path).unwrap()).unwrap();
        assert_eq!(
            new,
            r#"<feed><link rel="self" href="https://b/feeds/x/archive/1.atom"/><entry><link href="http://a/feeds/x.html"/></entry></feed>"#
        );
    }
}
