//! Folding changes into feed states, and final documents into the archive: written and synced
//! before anything links them.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::fold::{ArchivePage, add, as_written, cut, pending, stand, touch, uncut};
use super::{Error, Renderer};
use crate::archive::NewResource;
use crate::domain::feed::Scope;
use crate::domain::state::{StateKind, chain};
use crate::domain::{Place, SiteId};
use crate::form::record::{self, Urn};
use crate::render::{self, Form};
use crate::store::{Batch, Brief, ChangeKind, FeedBatch, FeedState, Unfolded};

/// Changes folded in one transaction.
const GROUP: usize = 500;
/// Where the public URL is remembered that the final documents carry.
const PUBLIC_URL: &str = "public-url";

/// Feeds that were moved by what was folded.
#[derive(Debug, Default)]
pub struct Touched {
    /// Which; for a site's the number of its last final document.
    pub(super) scopes: HashMap<Scope, u32>,
}

/// What became of a document that turns final.
enum Closed {
    /// It is in the archive.
    Written,
    /// It was there and is lost: its number is never given again, and what it held is pending
    /// again.
    Lost,
    /// It is not written while the archive is withheld.
    Withheld,
}

impl Renderer {
    /// Folds every change of the log that is not folded yet, whoever asks, one at a time; which
    /// feeds that moves is kept for who renders them.
    ///
    /// # Errors
    ///
    /// When the store or the archive fails; what was folded until then is.
    pub async fn fold_changes(&self) -> Result<(), Error> {
        self.fold_into(&mut *self.touched.lock().await).await
    }

    /// What was folded since the last call.
    pub(super) async fn take_touched(&self) -> Touched {
        std::mem::take(&mut *self.touched.lock().await)
    }

    /// `touched` gets the feeds that changed, also when it ends by an error.
    async fn fold_into(&self, touched: &mut Touched) -> Result<(), Error> {
        while !self.states.has(StateKind::Recovery) {
            let changes = self.store.unfolded(GROUP).await?;
            if changes.is_empty() {
                return Ok(());
            }
            self.fold_group(changes, touched).await?;
        }
        Ok(())
    }

    async fn fold_group(&self, changes: Vec<Unfolded>, touched: &mut Touched) -> Result<(), Error> {
        let mut states = self
            .store
            .feed_states(changes.iter().map(|unfolded| unfolded.change.site.clone()).collect())
            .await?;
        let (mut group, mut archived) =
            (Group { time: (self.clock)(), ..Group::default() }, HashSet::new());
        for Unfolded { change, brief, archived_in } in changes {
            group.cursor = change.n;
            let (Some(brief), Some(state)) = (brief, states.get_mut(&change.site)) else {
                continue;
            };
            let archived_in =
                archived_in.is_some() || archived.contains(&(change.site.clone(), change.id));
            let (mut after, entry) =
                (state.clone(), pending(change.id, change.version, &brief, archived_in));
            match change.kind {
                ChangeKind::Touched if brief.live => touch(&mut after, entry),
                // A tombstone always is pending.
                ChangeKind::New | ChangeKind::Edited | ChangeKind::Touched => {
                    add(&mut after, entry)
                }
            }
            let cut = self.cut(&change.site, &mut after).await?;
            group.moved.extend(moved(&change.site, &brief));
            touched.scopes.extend(moved(&change.site, &brief).map(|scope| (scope, after.finals)));
            group.states.insert(change.site.clone(), after.clone());
            *state = after;
            if !cut.is_empty() {
                archived.extend(cut.iter().map(|(site, id, _)| (site.clone(), *id)));
                // The cursor moves past this change, so every state folded so far goes with it.
                self.store.fold(group.take(cut)).await?;
            }
        }
        Ok(self.store.fold(group.take(Vec::new())).await?)
    }

    /// Writes what turns final; which articles stand in it.
    async fn cut(
        &self,
        site: &SiteId,
        state: &mut FeedState,
    ) -> Result<Vec<(SiteId, Uuid, u32)>, Error> {
        let mut archived_in = Vec::new();
        while let Some(found) = cut(state) {
            let n = found.n;
            let entries = self.store.final_entries(site, n).await?;
            match (self.close(site, &found, entries.is_some()).await?, entries) {
                (Closed::Written, None) => archived_in
                    .extend(found.entries.iter().map(|entry| (site.clone(), entry.id, n))),
                (Closed::Written, Some(entries)) => {
                    let written = as_written(state, found, &entries);
                    archived_in
                        .extend(written.entries.iter().map(|entry| (site.clone(), entry.id, n)));
                }
                (Closed::Lost, _) => {
                    uncut(state, found);
                    state.finals = n;
                }
                // Until then the open document holds more than it should.
                (Closed::Withheld, _) => {
                    uncut(state, found);
                    break;
                }
            }
        }
        Ok(archived_in)
    }

    /// Sees to it that a document that turns final is in the archive.
    async fn close(
        &self,
        site: &SiteId,
        cut: &ArchivePage,
        is_known: bool,
    ) -> Result<Closed, Error> {
        if is_known || self.store.final_document(site, cut.n).await?.is_some() {
            return Ok(Closed::Written);
        }
        if self.is_withheld() {
            return Ok(Closed::Withheld);
        }
        if cut.n <= self.store.last_final(site).await? {
            tracing::error!(
                site.id = %site,
                feed.document = cut.n,
                "a final feed document is lost: its records cannot be read; its number is not \
                 given again"
            );
            return Ok(Closed::Lost);
        }
        self.write_final(site, cut).await?;
        Ok(Closed::Written)
    }

    /// After all changes are folded: where records were lost, final documents that the fold did not
    /// come to hold what they hold.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn follow_finals(&self) -> Result<(), Error> {
        if self.is_withheld() {
            return Ok(());
        }
        for site in self.store.sites().await? {
            let (mut state, last) =
                (self.store.feed_state(&site).await?, self.store.last_final(&site).await?);
            let mut batch =
                FeedBatch { cursor: self.store.cursor().await?, ..FeedBatch::default() };
            for n in state.finals + 1..=last {
                let entries = self.store.final_entries(&site, n).await?.unwrap_or_default();
                let cut = stand(&mut state, n, &entries);
                batch
                    .archived_in
                    .extend(cut.entries.iter().map(|entry| (site.clone(), entry.id, n)));
            }
            if state.finals == last && !batch.archived_in.is_empty() {
                batch.moved = vec![(Scope::Site(site.clone()), (self.clock)())];
                batch.states = vec![(site, state)];
                self.store.fold(batch).await?;
            }
        }
        Ok(())
    }

    /// Writes a final document, unless an earlier run did and only its fold was lost.
    async fn write_final(&self, site: &SiteId, cut: &ArchivePage) -> Result<(), Error> {
        let feed = self.final_feed(site, cut.n, &cut.entries).await?;
        let time = feed.updated;
        let bytes = tokio::task::spawn_blocking(move || render::document(&feed, Form::Atom))
            .await
            .map_err(|_| Error::Unfinished)??;
        let uri = Urn::Final { site: site.clone(), n: cut.n }.to_string();
        let session = self.archive.session();
        let document = NewResource::new(uri, "application/atom+xml", bytes, time);
        let place = session.append_marked(&self.marks, document).await?;
        let entries: Vec<_> = cut.entries.iter().map(|e| (e.id, e.version)).collect();
        let list = Urn::Entries { site: site.clone(), n: cut.n }.to_string();
        let list =
            NewResource::new(list, "application/json", record::entries_to_json(&entries), time);
        session.append_resource(list).await?;
        let proof = session.sync().await?;
        let batch = Batch {
            finals: vec![(site.clone(), cut.n, place.clone())],
            entries: vec![(site.clone(), cut.n, entries)],
            ..Batch::default()
        };
        self.store.save(None, batch, &proof).await?;
        self.marks.saved([&place]);
        tracing::info!(site.id = %site, feed.document = cut.n, "a feed document turned final");
        Ok(())
    }

    /// Rewrites every final document if the public URL is another than the one they carry (CONTRACT
    /// section 5).
    ///
    /// # Errors
    ///
    /// When the store or the archive fails: the next call begins anew.
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
        let (archive, at) = (self.archive.clone(), place.clone());
        let old = match tokio::task::spawn_blocking(move || archive.read(&at))
            .await
            .map_err(|_| Error::Unfinished)?
        {
            // One that cannot be read stays as it is, and is answered as a fault.
            Err(fault @ crate::archive::Error::Damaged { .. }) => {
                tracing::error!(
                    site.id = %site,
                    feed.document = n,
                    error = %chain(&fault),
                    "a final feed document cannot be read: it keeps its addresses"
                );
                return Ok(());
            }
            outcome => outcome?,
        };
        let Some(bytes) = rebased(
            &old.body,
            &self.public_url,
            &format!("{}/archive/{n}.atom", Scope::Site(site.clone()).path()),
        ) else {
            return Ok(());
        };
        tracing::warn!(
            site.id = %site,
            feed.document = n,
            public_url = self.public_url,
            "the public URL changed: a final feed document is rewritten"
        );
        let uri = Urn::Final { site: site.clone(), n }.to_string();
        let session = self.archive.session();
        let document = NewResource::new(uri, "application/atom+xml", bytes, place.time);
        let new = session.append_marked(&self.marks, document).await?;
        let proof = session.sync().await?;
        let batch = Batch { finals: vec![(site.clone(), n, new.clone())], ..Batch::default() };
        self.store.save(None, batch, &proof).await?;
        self.marks.saved([&new]);
        Ok(())
    }
}

/// What is to be stored of changes that are folded.
#[derive(Default)]
struct Group {
    cursor: u64,
    time: Timestamp,
    states: BTreeMap<SiteId, FeedState>,
    moved: HashSet<Scope>,
}

impl Group {
    /// What was folded since the last time, with what stands in final documents now.
    fn take(&mut self, archived_in: Vec<(SiteId, Uuid, u32)>) -> FeedBatch {
        let (states, moved) = (std::mem::take(&mut self.states), std::mem::take(&mut self.moved));
        let moved = moved.into_iter().map(|scope| (scope, self.time)).collect();
        FeedBatch { cursor: self.cursor, states: states.into_iter().collect(), archived_in, moved }
    }
}

/// The feeds that an article's change moves.
fn moved<'a>(site: &'a SiteId, brief: &'a Brief) -> impl Iterator<Item = Scope> + 'a {
    let sections =
        brief.sections.iter().map(|section| Scope::Section(site.clone(), section.clone()));
    [Scope::All, Scope::Site(site.clone())].into_iter().chain(sections)
}

/// A document with its own addresses (self, current, prev- and next-archive) under another public
/// URL; `None` if they stand there already. What it calls itself by is read from its own link of
/// rel `self`, which ends in `path`.
fn rebased(document: &[u8], to: &str, path: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(document).ok()?;
    let (head, entries) = text.split_at(text.find("<entry").unwrap_or(text.len()));
    let end = head.find(&format!("{path}\""))?;
    let start = head[..end].rfind("href=\"")? + "href=\"".len();
    let (from, to) = (&head[start..end], to.replace('&', "&amp;"));
    (from != to).then(|| {
        (head.replace(&format!("href=\"{from}feeds/"), &format!("href=\"{to}feeds/")) + entries)
            .into_bytes()
    })
}

#[cfg(test)]
mod tests {
    use super::rebased;

    #[test]
    fn only_the_documents_own_addresses_move() {
        let path = "feeds/x/archive/1.atom";
        let by = |url: &str| {
            format!(
                "<feed><link rel=\"self\" href=\"{url}{path}\"/>\
                 <entry><link href=\"http://a/feeds/x.html\"/></entry></feed>"
            )
        };
        let old = by("http://a/");
        let new = String::from_utf8(rebased(old.as_bytes(), "https://b/", path).unwrap()).unwrap();
        assert_eq!(new, by("https://b/"));
        let odd = rebased(new.as_bytes(), "https://b/x&y/", path).unwrap();
        assert_eq!(
            String::from_utf8(odd.clone()).unwrap(),
            new.replacen("https://b/", "https://b/x&amp;y/", 1)
        );
        assert_eq!(rebased(&odd, "https://b/x&y/", path), None);
    }
}
