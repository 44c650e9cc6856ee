//! What the pages of a site have in common, as a visit knows and learns it.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::Error;
use super::visit::Visit;
use super::waiting::Pages;
use crate::domain::{Lesson, Link, LinkState, PageMemory, Place};
use crate::store::Pick;

/// Captures that are learned again at most.
const CAPTURES: usize = 200;
/// Links that are looked through for them.
const MOST_LINKS: usize = 5_000;
/// Records that are looked at together.
const TOGETHER: usize = 50;

/// The first version of an article, with a link of its.
struct First {
    seq: u64,
    id: Uuid,
    capture: Place,
    link: Link,
}

impl Visit<'_> {
    /// What the pages of the site have in common; it is asked for once a visit.
    pub(super) async fn pages(&mut self) -> Result<&mut Pages, Error> {
        let known = match self.pages.take() {
            Some(known) => known,
            None => {
                let memory = match self.crawl.store.page_memory(&self.site.id).await? {
                    Some(memory) => memory,
                    None => self.learned_again().await?,
                };
                let habits = Arc::new(memory.habits(self.bounds.memory));
                Pages { memory, habits }
            }
        };
        Ok(self.pages.insert(known))
    }

    /// What the captures of the site's last articles have in common: what a store knew that was
    /// lost, and what one of an earlier release never learned.
    async fn learned_again(&mut self) -> Result<PageMemory, Error> {
        let mut memory = PageMemory::default();
        let (settings, nothing) = (self.bounds.memory, Arc::default());
        for First { id, capture, link, .. } in self.firsts().await? {
            if let Some(read) = self.read_again(&capture, &link, &nothing, capture.time).await {
                memory.learn(of_article(id), &read.lesson, settings);
            }
        }
        if memory.pages() > 0 {
            self.ledger.note_pages(memory.clone());
        }
        Ok(memory)
    }

    /// The first versions of the site's last articles, oldest first.
    async fn firsts(&self) -> Result<Vec<First>, Error> {
        let (store, site) = (&self.crawl.store, &self.site.id);
        let links = store.links(site, Pick::All, MOST_LINKS).await?.into_iter();
        let of_article = |link: Link| match link.state {
            LinkState::Article(id) => Some((id, link)),
            _ => None,
        };
        let links: BTreeMap<Uuid, Link> = links.filter_map(of_article).collect();
        let mut firsts: Vec<First> = Vec::new();
        let mut links = links.into_iter().peekable();
        while links.peek().is_some() {
            let some: Vec<(Uuid, Link)> = links.by_ref().take(TOGETHER).collect();
            let ids = some.iter().map(|(id, _)| (site.clone(), *id, 1)).collect();
            let records = store.versions(ids).await?.into_iter().zip(some);
            firsts.extend(records.filter_map(|(record, (id, link))| {
                let record = record?;
                Some(First { seq: record.seq, id, capture: record.capture.clone(), link })
            }));
            firsts.sort_by_key(|first| first.seq);
            firsts.drain(..firsts.len().saturating_sub(CAPTURES));
        }
        Ok(firsts)
    }

    /// Learns the page that brought an article's first version; it is saved with that.
    pub(super) async fn learn(&mut self, article: Uuid, lesson: &Lesson) -> Result<(), Error> {
        let settings = self.bounds.memory;
        let pages = self.pages().await?;
        if pages.memory.learn(of_article(article), lesson, settings) {
            pages.habits = Arc::new(pages.memory.habits(settings));
            let memory = pages.memory.clone();
            self.ledger.note_pages(memory);
        }
        Ok(())
    }
}

/// An article as the memory of pages knows it, whatever becomes of its address.
fn of_article(id: Uuid) -> u64 {
    let (high, low) = id.as_u64_pair();
    high ^ low
}
