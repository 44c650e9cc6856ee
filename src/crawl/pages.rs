//! What the pages of a site have in common, as a visit knows and learns it.

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Error;
use super::visit::Visit;
use super::waiting::Pages;
use crate::domain::{Lesson, Link, LinkState, PageMemory, Place};
use crate::store::Pick;

/// Captures that are learned again at most.
const CAPTURES: usize = 200;
/// Captures that were learned beside those of first versions; no memory goes back further.
const FURTHER: usize = 64;
/// Links that are looked through for first versions.
const MOST_LINKS: usize = 5_000;
/// Records that are looked at together.
const TOGETHER: usize = 50;

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
                let settings = self.bounds.memory;
                self.drift.settled = memory.pages() >= settings.least as usize;
                let habits = Arc::new(memory.habits(settings));
                Pages { memory, habits }
            }
        };
        Ok(self.pages.insert(known))
    }

    /// What the captures of the site's last articles have in common, and those that were learned
    /// beside them: what a store knew that was lost, and what one of an earlier release never
    /// learned.
    async fn learned_again(&mut self) -> Result<PageMemory, Error> {
        let mut memory = PageMemory::default();
        let (settings, nothing) = (self.bounds.memory, Arc::default());
        let mut captures = self.firsts().await?;
        captures.extend(self.state.lessons.iter().cloned());
        in_order(&mut captures);
        // What a page teaches does not depend on what a list says of it.
        let link = Link::of(self.site.id.clone());
        for capture in captures {
            if let Some(read) = self.read_again(&capture, &link, &nothing, capture.time).await {
                memory.learn(of_capture(&capture), &read.lesson, settings);
            }
        }
        if memory.pages() > 0 {
            self.ledger.note_pages(memory.clone());
        }
        Ok(memory)
    }

    /// The captures of the first versions of the site's last articles, oldest first.
    async fn firsts(&self) -> Result<Vec<Place>, Error> {
        let (store, site) = (&self.crawl.store, &self.site.id);
        let links = store.links(site, Pick::All, MOST_LINKS).await?.into_iter();
        let of_article = |link: Link| match link.state {
            LinkState::Article(id) => Some(id),
            _ => None,
        };
        let ids: BTreeSet<Uuid> = links.filter_map(of_article).collect();
        let mut firsts: Vec<Place> = Vec::new();
        let mut ids = ids.into_iter().peekable();
        while ids.peek().is_some() {
            let some = ids.by_ref().take(TOGETHER).map(|id| (site.clone(), id, 1)).collect();
            let records = store.versions(some).await?.into_iter().flatten();
            firsts.extend(records.map(|record| record.capture.clone()));
            in_order(&mut firsts);
        }
        Ok(firsts)
    }

    /// Learns the page that brought an article's first version; it is saved with that.
    pub(super) async fn learn(&mut self, capture: &Place, lesson: &Lesson) -> Result<bool, Error> {
        let settings = self.bounds.memory;
        let pages = self.pages().await?;
        let learned = pages.memory.learn(of_capture(capture), lesson, settings);
        if learned {
            pages.habits = Arc::new(pages.memory.habits(settings));
            let memory = pages.memory.clone();
            self.ledger.note_pages(memory);
        }
        Ok(learned)
    }

    /// Learns a page that brought no first version.
    pub(super) async fn learn_further(
        &mut self,
        capture: &Place,
        lesson: &Lesson,
    ) -> Result<(), Error> {
        if self.learn(capture, lesson).await? {
            let lessons = &mut self.state.lessons;
            lessons.push(capture.clone());
            lessons.drain(..lessons.len().saturating_sub(FURTHER));
        }
        Ok(())
    }
}

/// Captures in the archive's order, each once, the last ones of them.
fn in_order(captures: &mut Vec<Place>) {
    captures.sort_by(|a, b| (a.time, &a.file, a.offset).cmp(&(b.time, &b.file, b.offset)));
    captures.dedup();
    captures.drain(..captures.len().saturating_sub(CAPTURES));
}

/// A page as the memory of pages knows it, by its capture; it is stored.
fn of_capture(capture: &Place) -> u64 {
    xxh3_64_with_seed(capture.file.as_bytes(), capture.offset)
}
