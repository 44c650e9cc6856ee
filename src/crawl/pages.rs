//! What the pages of a site have in common, as a visit knows and learns it.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::Error;
use super::visit::Visit;
use super::waiting::Pages;
use crate::domain::{Lesson, Link, LinkState, PageMemory, Record};
use crate::store::Pick;

/// Captures that are learned again at most.
const CAPTURES: usize = 200;
/// Links that are looked through for them.
const MOST_LINKS: usize = 5_000;

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
        let (share, nothing) = (self.bounds.memory, Arc::default());
        for (record, link) in self.firsts().await? {
            let had = record.capture.time;
            if let Some(read) = self.read_again(&record, &link, &nothing, had).await {
                let address = of_article(record.article.id);
                memory.learn(&Lesson { address, ..read.lesson }, share);
            }
        }
        if memory.pages() > 0 {
            self.ledger.note_pages(memory.clone());
        }
        Ok(memory)
    }

    /// The first versions of the site's last articles, oldest first, each with a link of its.
    async fn firsts(&self) -> Result<Vec<(Arc<Record>, Link)>, Error> {
        let (store, site) = (&self.crawl.store, &self.site.id);
        let links = store.links(site, Pick::All, MOST_LINKS).await?.into_iter();
        let of_article = |link: Link| match link.state {
            LinkState::Article(id) => Some((id, link)),
            _ => None,
        };
        let links: BTreeMap<Uuid, Link> = links.filter_map(of_article).collect();
        let mut firsts: Vec<(Arc<Record>, Link)> = Vec::new();
        let mut links = links.into_iter().peekable();
        while links.peek().is_some() {
            let some: Vec<(Uuid, Link)> = links.by_ref().take(CAPTURES).collect();
            let ids = some.iter().map(|(id, _)| (site.clone(), *id, 1)).collect();
            let records = store.versions(ids).await?.into_iter().zip(some);
            firsts.extend(records.filter_map(|(record, (_, link))| Some((record?, link))));
            firsts.sort_by_key(|(record, _)| record.seq);
            firsts.drain(..firsts.len().saturating_sub(CAPTURES));
        }
        Ok(firsts)
    }

    /// Learns the page that brought an article's first version; it is saved with that.
    pub(super) async fn learn(&mut self, article: Uuid, lesson: Lesson) -> Result<(), Error> {
        let share = self.bounds.memory;
        let pages = self.pages().await?;
        let lesson = Lesson { address: of_article(article), ..lesson };
        if pages.memory.learn(&lesson, share) {
            pages.habits = Arc::new(pages.memory.habits(share));
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
