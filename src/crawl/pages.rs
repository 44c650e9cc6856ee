//! What the pages of a site have in common, as a visit knows and learns it.

use std::sync::Arc;

use uuid::Uuid;

use super::Error;
use super::visit::Visit;
use super::waiting::Pages;
use crate::domain::Lesson;

impl Visit<'_> {
    /// What the pages of the site have in common; it is asked for once a visit.
    pub(super) async fn pages(&mut self) -> Result<&mut Pages, Error> {
        let known = match self.pages.take() {
            Some(known) => known,
            None => {
                let memory = self.crawl.store.page_memory(&self.site.id).await?;
                let memory = memory.unwrap_or_default();
                let habits = Arc::new(memory.habits(self.bounds.memory));
                Pages { memory, habits }
            }
        };
        Ok(self.pages.insert(known))
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
