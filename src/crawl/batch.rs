//! Pages that are read together: they are fetched and archived one by one, their lines are learned,
//! and then they are read in the same order, so that the first is read with the same knowledge as
//! the last.

use std::sync::Arc;

use super::Error;
use super::fetched::Fetched;
use super::reading::{Read, ReadArticle};
use super::visit::Visit;
use super::waiting::{Held, Waiting};
use crate::domain::{Link, LinkState};
use crate::fetch::Response;

impl Visit<'_> {
    /// Reads links one after the other; pages never read before wait for each other.
    pub(super) async fn read_together(
        &mut self,
        links: impl IntoIterator<Item = Link>,
    ) -> Result<(), Error> {
        self.batch.is_open = true;
        for mut link in links {
            // Another section may have listed it meanwhile.
            if self.spread.contains(&link.key) {
                link = self.ledger.link(&link.key).await?.unwrap_or(link);
            }
            self.read(link, false).await?;
        }
        self.batch.is_open = false;
        self.read_batch().await
    }

    /// Whether the page of a link waits for others.
    pub(super) fn waits(&self, link: &Link) -> bool {
        self.batch.is_open && link.state == LinkState::Unread
    }

    /// Archives a page and lets it wait; reads the batch once it is large or old enough.
    pub(super) async fn wait(
        &mut self,
        mut link: Link,
        mut page: Fetched,
        read: ReadArticle,
    ) -> Result<(), Error> {
        if page.archived.is_none() {
            page.archived = Some(self.keep(&page.exchanges).await?);
            // After a stop it is read from the archive and not asked for again.
            link.fetched = page.archived.clone();
            self.ledger.note(link.clone());
        }
        let held = Held::take(&self.crawl.waiting, page.body.len());
        self.batch.push(Waiting { link, page, read, _held: held });
        if self.batch.is_full(&self.crawl.waiting) {
            Box::pin(self.read_batch()).await
        } else {
            Ok(())
        }
    }

    /// The page of a link that was archived and not read before a stop.
    pub(super) async fn archived(&self, link: &Link) -> Option<Fetched> {
        let (archive, place) = (self.crawl.archive.clone(), link.fetched.clone()?);
        let read =
            tokio::task::spawn_blocking(move || Some((archive.response(&place).ok()?, place)));
        let (exchange, place) = read.await.ok()??;
        Some(Fetched::archived(Response::archived(exchange).ok()?, place))
    }

    /// Learns the lines of the pages that wait and reads them in their order.
    pub(super) async fn read_batch(&mut self) -> Result<(), Error> {
        let waiting = self.batch.take();
        let settings = self.bounds.memory;
        let mut memory = match waiting.is_empty() {
            true => return Ok(()),
            false => self.pages().await?.memory.clone(),
        };
        // Until it is known whose article each is, its link tells a page from the others.
        for (n, page) in waiting.iter().enumerate() {
            memory.learn(n as u64, &page.read.lesson, settings);
        }
        let habits = Arc::new(memory.habits(settings));
        for Waiting { link, page, read, .. } in waiting {
            let read = match habits.differ(&read.habits, &read.lesson.lines) {
                true => self.reading(&page, &link, habits.clone()).await,
                false => Read::Article(Box::new(read)),
            };
            self.conclude(link, page, read).await?;
            self.ledger.settle_if_due().await?;
        }
        Ok(())
    }
}
