//! Documents from the store: which records, under which titles, in which order.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::fold::split;
use super::{Error, Press};
use crate::domain::feed::{Document, ENTRIES, Entry, Feed, Scope};
use crate::domain::{Record, Site, SiteId};
use crate::store::Pending;

/// What an empty document says of its last change (CONTRACT section 5): 2000-01-01T00:00:00Z.
const EMPTY: i64 = 946_684_800;

impl Press {
    /// The site of that id, as its file says now.
    pub(super) fn site(&self, id: &SiteId) -> Option<Arc<Site>> {
        self.sites.read().unwrap_or_else(std::sync::PoisonError::into_inner).iter().find(|site| &site.id == id).cloned()
    }

    /// All sites.
    pub(super) fn sites(&self) -> Vec<Arc<Site>> {
        self.sites.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// The paths of all feeds, without endings; that of their list too.
    pub(super) fn paths(&self) -> HashSet<String> {
        let mut paths = HashSet::from(["feeds".to_owned(), Scope::All.path()]);
        for site in self.sites() {
            paths.extend(site.sections.iter().map(|section| Scope::Section(site.id.clone(), section.id.clone()).path()));
            paths.insert(Scope::Site(site.id.clone()).path());
        }
        paths
    }

    /// The subscription document of every site together; the store keeps what was read of sites that have no file any more.
    pub(super) async fn all(&self) -> Result<Feed, Error> {
        let sites = self.sites().iter().map(|site| site.id.clone()).collect();
        let records = self.store.top_among(sites, ENTRIES).await?;
        Ok(self.feed(Scope::All, "bantin", self.public_url.clone(), records))
    }

    /// The subscription document of a section.
    pub(super) async fn section(&self, site: &Site, index: usize) -> Result<Feed, Error> {
        let section = &site.sections[index];
        let scope = Scope::Section(site.id.clone(), section.id.clone());
        let records = self.store.top(&scope, ENTRIES).await?;
        let mut feed = self.feed_of(site, scope, section.url.to_string(), records);
        feed.title = format!("{} - {}", section.title, site.title);
        Ok(feed)
    }

    /// The subscription document of a site and, if there is one, its open archive document.
    pub(super) async fn site_documents(&self, site: &Site) -> Result<(Feed, Option<(u32, Feed)>), Error> {
        let state = self.store.feed_state(&site.id).await?;
        let (head, open) = split(&state.pending);
        let has_open = state.finals > 0 || !open.is_empty();
        // While documents that were final are missing none of their numbers is another's.
        let last = if self.is_withheld() { self.store.last_final(&site.id).await?.max(state.finals) } else { state.finals };
        let mut current = self.site_feed(site, self.records(&site.id, &head).await?);
        current.previous = has_open.then_some(last + 1);
        if !has_open {
            return Ok((current, None));
        }
        let mut opened = self.site_feed(site, self.records(&site.id, &open).await?);
        opened.document = Document::Open(last + 1);
        opened.previous = Some(state.finals).filter(|n| *n > 0);
        Ok((current, Some((last + 1, opened))))
    }

    /// The final document N of a site.
    pub(super) async fn final_feed(&self, site: &SiteId, n: u32, entries: &[Pending]) -> Result<Feed, Error> {
        let records = self.records(site, entries).await?;
        let mut feed = match self.site(site) {
            Some(known) => self.site_feed(&known, records),
            None => self.feed(Scope::Site(site.clone()), site.as_str(), self.public_url.clone(), records),
        };
        feed.document = Document::Final(n);
        feed.previous = Some(n - 1).filter(|n| *n > 0);
        Ok(feed)
    }

    fn site_feed(&self, site: &Site, records: Vec<Arc<Record>>) -> Feed {
        self.feed_of(site, Scope::Site(site.id.clone()), site.home.to_string(), records)
    }

    /// A feed of the site, in the language that its file says, else in that of its pages.
    fn feed_of(&self, site: &Site, scope: Scope, home: String, records: Vec<Arc<Record>>) -> Feed {
        let language = site.language.clone().or_else(|| spoken(&records));
        Feed { language, ..self.feed(scope, &site.title, home, records) }
    }

    async fn records(&self, site: &SiteId, entries: &[Pending]) -> Result<Vec<Arc<Record>>, Error> {
        let mut records = Vec::with_capacity(entries.len());
        for entry in entries {
            records.extend(self.store.version(site, entry.id, entry.version).await?);
        }
        Ok(records)
    }

    /// A feed of those records, called as its author is, in no language.
    fn feed(&self, scope: Scope, author: &str, home: String, records: Vec<Arc<Record>>) -> Feed {
        let empty = Timestamp::from_second(EMPTY).unwrap_or_default();
        let updated = records.iter().map(|record| record.updated).max().unwrap_or(empty);
        let sites = self.sites();
        let entries = records.into_iter().map(|record| entry(&sites, record)).collect();
        Feed {
            scope,
            title: author.to_owned(),
            author: author.to_owned(),
            home,
            language: None,
            public_url: self.public_url.clone(),
            document: Document::Current,
            previous: None,
            updated,
            entries,
        }
    }
}

/// The language that most of the pages are in, the first of equals.
fn spoken(records: &[Arc<Record>]) -> Option<String> {
    let languages: Vec<&str> = records.iter().filter_map(|record| record.article.language.as_deref()).collect();
    let pages = |language: &str| languages.iter().filter(|other| **other == language).count();
    languages.iter().rev().max_by_key(|language| pages(language)).map(|language| (*language).to_owned())
}

fn entry(sites: &[Arc<Site>], record: Arc<Record>) -> Entry {
    let site = sites.iter().find(|site| site.id == record.site);
    let title = |id| site.and_then(|site| site.section(id)).map_or_else(|| id.to_string(), |section| section.title.clone());
    Entry {
        categories: record.sections.iter().map(title).collect(),
        source_title: site.map_or_else(|| record.site.to_string(), |site| site.title.clone()),
        record,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::stored::sample;

    #[test]
    fn a_feed_speaks_as_its_file_says_else_as_most_of_its_pages() {
        let record = |language: Option<&str>| {
            let mut record = sample::record();
            record.article.language = language.map(str::to_owned);
            Arc::new(record)
        };
        let languages = |given: &[Option<&str>]| given.iter().map(|language| record(*language)).collect::<Vec<_>>();
        for (pages, want) in [
            (languages(&[]), None),
            (languages(&[None]), None),
            (languages(&[Some("en"), None, Some("vi")]), Some("en")),
            (languages(&[Some("en"), Some("vi"), Some("vi"), None, None, None]), Some("vi")),
        ] {
            assert_eq!(spoken(&pages).as_deref(), want);
        }
    }
}
