//! What a document is made of: the facts of its feed, and its entries in their order.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use uuid::Uuid;
use xxhash_rust::xxh3::Xxh3Default;

use super::asked::Asked;
use super::fold::split;
use super::{Error, Renderer};
use crate::domain::feed::{Document, Entry, Feed, Scope};
use crate::domain::{Record, Site, SiteId};
use crate::render::{Form, RENDERER};
use crate::store::{Counts, Lineup, Order, Pending, Standing};

/// What an empty document says of its last change (CONTRACT section 5): 2000-01-01T00:00:00Z.
const EMPTY: i64 = 946_684_800;

/// What a document of a feed is to be.
#[derive(Clone)]
pub(super) struct Plan {
    /// The feed without its entries.
    pub(super) feed: Feed,
    /// Which form.
    pub(super) form: Form,
    /// Whether its language is that of its pages.
    pub(super) speaks_as_pages: bool,
    /// A digest of all this.
    pub(super) context: u64,
    /// Whether the archive cannot be written or read whole: numbers of final documents may be
    /// missing.
    withheld: bool,
}

impl Renderer {
    /// The plan of a document, if there is such a feed.
    pub(super) fn plan(&self, asked: &Asked) -> Option<Plan> {
        match asked {
            Asked::Feed(scope, form) => self.plan_of(scope, Document::Current, *form),
            Asked::Archive(site, n) => {
                self.plan_of(&Scope::Site(site.clone()), Document::Open(*n), Form::Atom)
            }
            Asked::Outlines { .. } => None,
        }
    }

    fn plan_of(&self, scope: &Scope, document: Document, form: Form) -> Option<Plan> {
        let (feed, site) = match scope {
            Scope::All => (self.feed(Scope::All, "bantin", self.public_url.clone()), None),
            Scope::Site(id) => {
                let site = self.site(id)?;
                (self.feed(scope.clone(), &site.title, site.home.to_string()), Some(site))
            }
            Scope::Section(id, section) => {
                let site = self.site(id)?;
                let section = site.section(section)?;
                let feed = self.feed(scope.clone(), &site.title, section.url.to_string());
                (
                    Feed { title: format!("{} - {}", section.title, site.title), ..feed },
                    Some(site.clone()),
                )
            }
        };
        let language = site.as_ref().and_then(|site| site.language.clone());
        let speaks_as_pages = language.is_none() && site.is_some();
        let feed = Feed { language, document, ..feed };
        let withheld = self.is_withheld();
        let context = digest(|to| {
            (
                RENDERER,
                form,
                &feed.title,
                &feed.author,
                &feed.home,
                &feed.language,
                &feed.public_url,
                withheld,
            )
                .hash(to);
            match &site {
                Some(site) => titles(site, to),
                None => self.all_titles().hash(to),
            }
        });
        Some(Plan { feed, form, speaks_as_pages, context, withheld })
    }

    /// A digest of what all sites' files call them.
    fn all_titles(&self) -> u64 {
        let known = self.titles.load(Ordering::Acquire);
        if known != 0 {
            return known;
        }
        let sites = self.sites.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let made = digest(|to| sites.iter().for_each(|site| titles(site, to))).max(1);
        self.titles.store(made, Ordering::Release);
        made
    }

    /// Which sites count.
    pub(super) fn counts(&self) -> Counts {
        let sites = self.sites.clone();
        Arc::new(move |id| {
            let sites = sites.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            sites.binary_search_by(|site| site.id.cmp(id)).is_ok()
        })
    }

    /// The final document N of a site.
    pub(super) async fn final_feed(
        &self,
        site: &SiteId,
        n: u32,
        entries: &[Pending],
    ) -> Result<Feed, Error> {
        let versions =
            entries.iter().map(|entry| (site.clone(), entry.id, entry.version)).collect();
        let records: Vec<_> = self.store.versions(versions).await?.into_iter().flatten().collect();
        let scope = Scope::Site(site.clone());
        let mut feed = match self.site(site) {
            Some(known) => Feed {
                language: known.language.clone().or_else(|| {
                    spoken(records.iter().map(|record| record.article.language.as_deref()))
                }),
                ..self.feed(scope, &known.title, known.home.to_string())
            },
            None => self.feed(scope, site.as_str(), self.public_url.clone()),
        };
        feed.updated = latest(records.iter().map(|record| record.updated));
        feed.entries = records.into_iter().map(|record| self.entry(record)).collect();
        feed.document = Document::Final(n);
        feed.previous = Some(n - 1).filter(|n| *n > 0);
        Ok(feed)
    }

    /// An empty feed that is called as its author is, in no language.
    fn feed(&self, scope: Scope, author: &str, home: String) -> Feed {
        Feed {
            scope,
            title: author.to_owned(),
            author: author.to_owned(),
            home,
            language: None,
            public_url: self.public_url.clone(),
            document: Document::Current,
            previous: None,
            updated: latest([]),
            entries: Vec::new(),
        }
    }

    /// A record with what its site's file says of it.
    pub(super) fn entry(&self, record: Arc<Record>) -> Entry {
        let site = self.site(&record.site);
        let title = |id| {
            site.as_ref()
                .and_then(|site| site.section(id))
                .map_or_else(|| id.to_string(), |section| section.title.clone())
        };
        Entry {
            categories: record.sections.iter().map(title).collect(),
            source_title: site
                .as_ref()
                .map_or_else(|| record.site.to_string(), |site| site.title.clone()),
            record,
        }
    }

    /// A digest of all that an entry is written from beside its record.
    pub(super) fn entry_context(
        &self,
        feed: &Feed,
        form: Form,
        site: &SiteId,
        is_first: bool,
    ) -> u64 {
        digest(|to| {
            (RENDERER, form, &feed.language, form == Form::Json && is_first).hash(to);
            if feed.scope == Scope::All {
                feed.public_url.hash(to);
            }
            self.site(site).iter().for_each(|site| titles(site, to));
        })
    }
}

impl Plan {
    /// The entries of the document in their order and the number of the archive document before it,
    /// if there is such a document.
    pub(super) fn lineup(&self, order: &Order) -> Option<(Vec<Standing>, Option<u32>)> {
        let (site, Lineup { state, last_final, revisions }) = match (&self.feed.scope, order) {
            (Scope::Site(site), Order::Site(lineup)) => (site, lineup),
            (_, Order::Ranked(entries)) => return Some((entries.clone(), None)),
            (_, Order::Site(_)) => return None,
        };
        let (head, open) = split(&state.pending);
        let has_open = state.finals > 0 || !open.is_empty();
        // While documents that were final are missing none of their numbers is another's.
        let last = if self.withheld { (*last_final).max(state.finals) } else { state.finals };
        let revision = |id: Uuid| {
            state
                .pending
                .iter()
                .position(|pending| pending.id == id)
                .and_then(|at| revisions.get(at).copied())
        };
        let standing = |entries: Vec<Pending>| -> Vec<Standing> {
            let one = |entry: Pending| Standing {
                site: site.clone(),
                id: entry.id,
                version: entry.version,
                revision: revision(entry.id).unwrap_or_default(),
            };
            entries.into_iter().map(one).collect()
        };
        match self.feed.document {
            Document::Current => Some((standing(head), has_open.then_some(last + 1))),
            Document::Open(n) if has_open && n == last + 1 => {
                Some((standing(open), Some(state.finals).filter(|n| *n > 0)))
            }
            _ => None,
        }
    }
}

/// The latest of these instants; that of what is empty if there is none.
pub(super) fn latest(instants: impl IntoIterator<Item = Timestamp>) -> Timestamp {
    instants.into_iter().max().unwrap_or_else(|| Timestamp::from_second(EMPTY).unwrap_or_default())
}

/// The language that most of the pages are in, the first of equals.
pub(super) fn spoken<'a>(pages: impl Iterator<Item = Option<&'a str>>) -> Option<String> {
    let languages: Vec<&str> = pages.flatten().collect();
    let pages = |language: &str| languages.iter().filter(|other| **other == language).count();
    languages
        .iter()
        .rev()
        .max_by_key(|language| pages(language))
        .map(|language| (*language).to_owned())
}

/// What a site's file calls it and its sections.
fn titles(site: &Site, to: &mut Xxh3Default) {
    (site.id.as_str(), &site.title).hash(to);
    site.sections.iter().for_each(|section| (section.id.as_str(), &section.title).hash(to));
}

fn digest(feed: impl FnOnce(&mut Xxh3Default)) -> u64 {
    let mut to = Xxh3Default::new();
    feed(&mut to);
    to.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_speaks_as_most_of_its_pages() {
        for (pages, want) in [
            (vec![], None),
            (vec![None], None),
            (vec![Some("en"), None, Some("vi")], Some("en")),
            (vec![Some("en"), Some("vi"), Some("vi"), None, None, None], Some("vi")),
        ] {
            assert_eq!(spoken(pages.into_iter()).as_deref(), want);
        }
    }
}
