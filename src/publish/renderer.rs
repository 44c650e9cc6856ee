//! What the renderer keeps of documents that it made, the lists of feeds, and what readers would
//! object to.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use super::asked::{Asked, archive_path, feed_paths};
use super::{Error, Renderer};
use crate::domain::feed::Scope;
use crate::domain::{SectionId, Site};
use crate::render::{self, Objection, Outline};
use crate::store::Sheet;

/// Sheets that wait to be stored; what is beyond is made again in the same way when it is lost.
const UNSAVED: usize = 2000;
/// Who makes many documents stores their sheets when so many wait.
const MANY: usize = UNSAVED / 2;

impl Renderer {
    /// The paths of a site's documents that still change.
    pub(super) async fn site_paths(&self, site: &Site) -> Result<Vec<String>, Error> {
        let mut paths: Vec<String> = feed_paths(&Scope::Site(site.id.clone())).into();
        let lineup = self.store.lineup(&site.id).await?;
        paths.push(archive_path(
            &site.id,
            lineup.state.finals.max(if self.is_withheld() { lineup.last_final } else { 0 }) + 1,
        ));
        paths.extend(
            site.sections.iter().flat_map(|section| {
                feed_paths(&Scope::Section(site.id.clone(), section.id.clone()))
            }),
        );
        Ok(paths)
    }

    /// What strict readers object to in a site's documents that still change, each with the path of
    /// the document.
    ///
    /// # Errors
    ///
    /// When the store or the archive fails, or a document cannot be rendered.
    pub async fn objections(&self, site: &Arc<Site>) -> Result<Vec<(String, Objection)>, Error> {
        let mut all = Vec::new();
        for path in self.site_paths(site).await? {
            let Some(asked) = Asked::read(&path) else { continue };
            let Some((_, Some(bytes))) = self.document(&path, &asked, |_| false).await? else {
                continue;
            };
            let (now, site) = ((self.clock)(), site.clone());
            let read = move || {
                let said = render::objections(&path, &bytes, now, |url| site.owns(url));
                said.into_iter().map(|objection| (path.clone(), objection)).collect::<Vec<_>>()
            };
            all.extend(tokio::task::spawn_blocking(read).await.map_err(|_| Error::Unfinished)?);
        }
        Ok(all)
    }

    /// The list of all sites' feeds, or that of their sections' feeds.
    pub(super) fn outlines(&self, sections: bool) -> Vec<u8> {
        render::opml("bantin", &outlines(&self.public_url, &self.sites(), sections))
    }

    /// Sheets that are not stored yet.
    pub(super) fn sheets(&self) -> MutexGuard<'_, HashMap<String, Arc<Sheet>>> {
        self.sheets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a sheet stored soon.
    pub(super) fn keep(&self, path: &str, sheet: Arc<Sheet>) {
        let mut sheets = self.sheets();
        if sheets.len() < UNSAVED || sheets.contains_key(path) {
            sheets.insert(path.to_owned(), sheet);
        }
        drop(sheets);
        self.changed.notify_waiters();
    }

    /// Stores sheets before so many wait that some would be lost.
    pub(super) async fn save_many_sheets(&self) -> Result<(), Error> {
        if self.sheets().len() < MANY { Ok(()) } else { self.save_sheets().await }
    }

    /// Stores sheets that are not stored yet.
    pub(super) async fn save_sheets(&self) -> Result<(), Error> {
        let unsaved: Vec<(String, Arc<Sheet>)> =
            self.sheets().iter().map(|(path, sheet)| (path.clone(), sheet.clone())).collect();
        if unsaved.is_empty() {
            return Ok(());
        }
        self.store.set_sheets(unsaved.clone()).await?;
        let mut sheets = self.sheets();
        for (path, saved) in unsaved {
            if sheets.get(&path).is_some_and(|sheet| Arc::ptr_eq(sheet, &saved)) {
                sheets.remove(&path);
            }
        }
        Ok(())
    }
}

fn outlines(public_url: &str, sites: &[Arc<Site>], sections: bool) -> Vec<Outline> {
    let address = |scope: Scope| format!("{public_url}{}.atom", scope.path());
    let leaf =
        |title: &str, xml_url: String, html_url: &url::Url, site: &Site, parts| Outline::Feed {
            title: title.to_owned(),
            xml_url,
            html_url: html_url.to_string(),
            language: site.language.clone(),
            parts,
        };
    let outline = |site: &Arc<Site>| {
        let of = |section: &SectionId| address(Scope::Section(site.id.clone(), section.clone()));
        if sections {
            let children = site.sections.iter().map(|section| {
                leaf(&section.title, of(&section.id), &section.url, site, Vec::new())
            });
            return Outline::Folder { title: site.title.clone(), children: children.collect() };
        }
        let parts = site
            .sections
            .iter()
            .map(|section| (format!("section-{}", section.id), of(&section.id)))
            .collect();
        leaf(&site.title, address(Scope::Site(site.id.clone())), &site.home, site, parts)
    };
    sites.iter().map(outline).collect()
}
