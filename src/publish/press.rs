//! Rendering: every form once, compressed once, with validators that move as the contract says, onto the shelf.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::shelf::{Effort, Ready, cache, media};
use super::{Error, Press};
use crate::domain::feed::{Document, Feed, Scope};
use crate::domain::{SectionId, Site, SiteId};
use crate::render::{self, Form, Objection, Outline};
use crate::store::Stamp;

/// A document with its path.
pub(super) type Shelved = (String, Arc<Ready>);

impl Press {
    /// A subscription document in its three forms.
    pub(super) async fn forms(&self, feed: Feed) -> Result<Vec<Shelved>, Error> {
        let base = feed.scope.path();
        let updated = feed.updated;
        let bytes = tokio::task::spawn_blocking(move || -> Result<_, render::Error> {
            Ok([
                ("rss", media::RSS, render::document(&feed, Form::Rss)?),
                ("atom", media::ATOM, render::document(&feed, Form::Atom)?),
                ("json", media::JSON, render::document(&feed, Form::Json)?),
            ])
        })
        .await
        .map_err(|_| Error::Unfinished)??;
        let mut shelved = Vec::with_capacity(bytes.len());
        for (ending, media_type, bytes) in bytes {
            shelved.push(self.shelved(format!("{base}.{ending}"), bytes, media_type, cache::CURRENT, updated).await?);
        }
        Ok(shelved)
    }

    /// An open archive document.
    pub(super) async fn open(&self, n: u32, feed: Feed) -> Result<Shelved, Error> {
        debug_assert_eq!(feed.document, Document::Open(n));
        let path = format!("{}/archive/{n}.atom", feed.scope.path());
        let updated = feed.updated;
        let bytes = tokio::task::spawn_blocking(move || render::document(&feed, Form::Atom)).await.map_err(|_| Error::Unfinished)??;
        self.shelved(path, bytes, media::ATOM, cache::OPEN, updated).await
    }

    /// A site's document and its open one, whose number comes first, and those of the named sections.
    pub(super) async fn site_shelved(&self, site: &Site, sections: &[usize]) -> Result<(Option<u32>, Vec<Shelved>), Error> {
        let (current, open) = self.site_documents(site).await?;
        let number = open.as_ref().map(|(n, _)| *n);
        let mut shelved = self.forms(current).await?;
        if let Some((n, feed)) = open {
            shelved.push(self.open(n, feed).await?);
        }
        for index in sections {
            shelved.extend(self.forms(self.section(site, *index).await?).await?);
        }
        Ok((number, shelved))
    }

    /// What strict readers object to in a site's documents that still change, each with the path of the document.
    pub async fn objections(&self, site: &Arc<Site>) -> Result<Vec<(String, Objection)>, Error> {
        let press = Self { effort: Effort::None, ..self.clone() };
        let sections: Vec<usize> = (0..site.sections.len()).collect();
        let shelved = press.site_shelved(site, &sections).await?.1;
        let (now, site) = ((self.clock)(), site.clone());
        let read = move || {
            let said = |(path, ready): &Shelved| {
                let path = path.clone();
                let said = render::objections(&path, ready.plain(), now, |url| site.owns(url));
                said.into_iter().map(move |objection| (path.clone(), objection))
            };
            shelved.iter().flat_map(said).collect()
        };
        tokio::task::spawn_blocking(read).await.map_err(|_| Error::Unfinished)
    }

    /// The final document N of a site as it was written, compressed for good if it is to be sent.
    pub(super) async fn final_document(&self, site: &SiteId, n: u32) -> Result<Option<Arc<Ready>>, Error> {
        let Some(place) = self.store.final_document(site, n).await? else { return Ok(None) };
        let archive = self.archive.clone();
        let effort = if self.effort == Effort::None { Effort::None } else { Effort::Lasting };
        let ready = tokio::task::spawn_blocking(move || -> Result<Ready, Error> {
            let record = archive.read(&place)?;
            Ok(Ready::new(record.body, media::ATOM, cache::FINAL, Some(whole_second(place.time)), effort))
        });
        Ok(Some(Arc::new(ready.await.map_err(|_| Error::Unfinished)??)))
    }

    /// The list of all sites' feeds, or that of their sections' feeds.
    pub(super) async fn outlines(&self, sections: bool) -> Result<Shelved, Error> {
        let bytes = render::opml("bantin", &outlines(&self.public_url, &self.sites(), sections));
        let path = if sections { super::SECTIONS } else { super::SITES };
        self.shelved(path.to_owned(), bytes, media::OPML, cache::CURRENT, Timestamp::from_second(946_684_800).unwrap_or_default()).await
    }

    /// The style sheet that feeds name.
    pub(super) fn style(&self) -> Shelved {
        (render::STYLE_PATH.to_owned(), Arc::new(Ready::new(render::STYLE, media::CSS, cache::STYLE, None, self.effort)))
    }

    async fn shelved(
        &self,
        path: String,
        bytes: Vec<u8>,
        media_type: &'static str,
        cached: &'static str,
        updated: Timestamp,
    ) -> Result<Shelved, Error> {
        self.counters.renders.inc();
        let last_modified = self.last_modified(&path, &bytes, updated).await?;
        let effort = self.effort;
        let ready = tokio::task::spawn_blocking(move || Ready::new(bytes, media_type, cached, Some(last_modified), effort));
        Ok((path, Arc::new(ready.await.map_err(|_| Error::Unfinished)?)))
    }

    /// Last-Modified by CONTRACT section 5: moves only when the bytes change, at least a second a change; without a stamp from the records.
    async fn last_modified(&self, path: &str, bytes: &[u8], updated: Timestamp) -> Result<Timestamp, Error> {
        use sha2::Digest;
        let digest: [u8; 32] = sha2::Sha256::digest(bytes).into();
        let unsaved = self.stamps().get(path).cloned();
        let known = match unsaved {
            Some(stamp) => Some(stamp),
            None => self.store.stamp(path).await?,
        };
        let last_modified = match known {
            Some(stamp) if stamp.digest == digest => return Ok(stamp.last_modified),
            Some(stamp) => {
                let after = stamp.last_modified.checked_add(SignedDuration::from_secs(1)).unwrap_or(stamp.last_modified);
                whole_second((self.clock)()).max(after)
            }
            None => whole_second(updated),
        };
        self.stamps().insert(path.to_owned(), Stamp { digest, last_modified });
        // A document is served without its validators' being stored: they are stored later.
        match self.save_stamps().await {
            Err(damage) if damage.is_damage() => Err(damage),
            _ => Ok(last_modified),
        }
    }

    fn stamps(&self) -> MutexGuard<'_, HashMap<String, Stamp>> {
        self.stamps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores validators that are not stored yet.
    pub(super) async fn save_stamps(&self) -> Result<(), Error> {
        let unsaved: Vec<(String, Stamp)> = self.stamps().iter().map(|(path, stamp)| (path.clone(), stamp.clone())).collect();
        if unsaved.is_empty() {
            return Ok(());
        }
        self.store.set_stamps(unsaved.clone()).await?;
        let mut stamps = self.stamps();
        for (path, saved) in unsaved {
            if stamps.get(&path) == Some(&saved) {
                stamps.remove(&path);
            }
        }
        Ok(())
    }
}

/// `time` rounded up to a second.
pub(super) fn whole_second(time: Timestamp) -> Timestamp {
    let up = i64::from(time.subsec_nanosecond() > 0);
    Timestamp::from_second(time.as_second().saturating_add(up)).unwrap_or(time)
}

fn outlines(public_url: &str, sites: &[Arc<Site>], sections: bool) -> Vec<Outline> {
    let address = |scope: Scope| format!("{public_url}{}.atom", scope.path());
    let leaf = |title: &str, xml_url: String, html_url: &url::Url, site: &Site, parts| Outline::Feed {
        title: title.to_owned(),
        xml_url,
        html_url: html_url.to_string(),
        language: site.language.clone(),
        parts,
    };
    let outline = |site: &Arc<Site>| {
        let of = |section: &SectionId| address(Scope::Section(site.id.clone(), section.clone()));
        if sections {
            let children = site.sections.iter().map(|section| leaf(&section.title, of(&section.id), &section.url, site, Vec::new()));
            return Outline::Folder { title: site.title.clone(), children: children.collect() };
        }
        let parts = site.sections.iter().map(|section| (format!("section-{}", section.id), of(&section.id))).collect();
        leaf(&site.title, address(Scope::Site(site.id.clone())), &site.home, site, parts)
    };
    sites.iter().map(outline).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_up() {
        let at = |micros| Timestamp::from_microsecond(micros).unwrap();
        assert_eq!(whole_second(at(1_000_000)), at(1_000_000));
        assert_eq!(whole_second(at(1_000_001)), at(2_000_000));
    }
}
