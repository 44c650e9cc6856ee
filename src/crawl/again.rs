//! Known links in a visit: those that were left, those that are due again, those that failed; and
//! dues that no right clock gave.

use jiff::Timestamp;

use super::Error;
use super::frontier::{self, Occasion};
use super::identity;
use super::visit::{Clocks, Visit};
use crate::domain::{Link, LinkState};
use crate::store::Pick;

/// Most links asked for again in one visit.
const MOST_DUE: usize = 2_000;
/// Links whose dues are reckoned anew together.
const ANEW: usize = 500;

impl Visit<'_> {
    /// Dues that a wrong clock gave, if there may be any: after one that was ahead all are reckoned
    /// anew, and no page is read for it; what waits longer than it can have to is due.
    pub(super) async fn set_dues_right(&mut self, now: Timestamp) -> Result<(), Error> {
        if self.clock == Clocks::Own || (self.clock == Clocks::Other && self.asked()) {
            return Ok(());
        }
        let all = self.clock == Clocks::Ahead;
        let wrong = |link: &Link| {
            link.due.is_some_and(|due| {
                due > now
                    && (all || !frontier::believable(due, now, frontier::longest(&link.state)))
            })
        };
        let store = &self.crawl.store;
        let mut links = if all {
            store.links(&self.site.id, Pick::All, usize::MAX).await?
        } else {
            // Links that are open are few; no other waits longer than the longest step allows.
            let beyond = now.checked_add(frontier::BELIEVABLE).unwrap_or(Timestamp::MAX);
            let open = store.links(&self.site.id, Pick::Open, MOST_DUE).await?;
            open.into_iter()
                .chain(store.links(&self.site.id, Pick::Beyond(beyond), MOST_DUE).await?)
                .collect()
        };
        links.retain(wrong);
        for (n, mut link) in links.into_iter().enumerate() {
            let due = if all { self.due_anew(&link, now).await? } else { Some(now) };
            self.work |= due.is_some_and(|due| due <= now);
            link.due = due;
            self.ledger.note(link);
            if n % ANEW == ANEW - 1 {
                self.ledger.settle().await?;
            }
        }
        self.ledger.settle().await
    }

    async fn due_anew(&self, link: &Link, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let record = match link.state {
            LinkState::Article(id) => self.ledger.record(id).await?,
            _ => None,
        };
        Ok(frontier::due_anew(link, record.as_deref().map(frontier::born), now, rand::random()))
    }

    /// Links that an interrupted visit found and did not read.
    pub(super) async fn leftovers(&mut self) -> Result<(), Error> {
        let open = self.crawl.store.links(&self.site.id, Pick::Open, MOST_DUE).await?;
        self.drift.suspected |= open.iter().any(|link| link.state == LinkState::Held);
        self.read_together(open.into_iter().filter(|link| link.state == LinkState::Unread)).await
    }

    /// Known links that have a reason to be read again.
    pub(super) async fn known_again(&mut self, now: Timestamp) -> Result<(), Error> {
        if self.asked() {
            let first_pages: Vec<String> =
                self.state.sections.values().flat_map(|s| s.first_page.iter().cloned()).collect();
            for key in first_pages {
                let occasion =
                    Occasion { asked: true, on_first_page: true, teaser_changed: false, now };
                if let Some(link) = identity::link_at(&self.ledger, &key).await?
                    && frontier::is_due(&link, occasion)
                {
                    self.read(link, false).await?;
                }
            }
            for link in self.crawl.store.links(&self.site.id, Pick::Open, MOST_DUE).await? {
                self.read(link, false).await?;
            }
        }
        // Those too that this visit found to be due; it may have learned more of them.
        for link in
            self.crawl.store.links(&self.site.id, Pick::Due(self.crawl.now()), MOST_DUE).await?
        {
            let link = self.ledger.link(&link.key).await?.unwrap_or(link);
            self.read(link, false).await?;
        }
        Ok(())
    }

    /// What failed for now is tried once more, last.
    pub(super) async fn retry(&mut self) -> Result<(), Error> {
        for link in std::mem::take(&mut self.retries) {
            self.read(link, true).await?;
        }
        for mut link in std::mem::take(&mut self.retries) {
            link.failures += 1;
            self.ledger.note(link);
        }
        Ok(())
    }
}
