//! When each site is visited: the daemon's clockwork over all sites.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

use super::{Crawl, Mode};
use crate::domain::{Site, SiteId};

/// A walk gives way to other work after this long.
const SLICE: Duration = Duration::from_secs(60);
/// The longest sleep, so that a clock that was set is noticed.
const NAP: Duration = Duration::from_secs(30);

/// Visits sites when they are due, until the crawl is told to stop.
pub struct Schedule {
    /// The crawl.
    pub crawl: Arc<Crawl>,
    /// The sites as they are configured now; those that are not enabled are left alone.
    pub sites: Arc<RwLock<Vec<Arc<Site>>>>,
    /// Told when the sites are others.
    pub reloaded: Arc<Notify>,
    /// Visits under way at once.
    pub visits: usize,
}

/// When the sites that wait are due, and which are being visited.
#[derive(Default)]
struct Book {
    due: BTreeMap<SiteId, Timestamp>,
    under_way: HashSet<SiteId>,
}

impl Schedule {
    /// Runs until the crawl stops; visits under way are ended in good order.
    pub async fn run(self) {
        let permits = Arc::new(Semaphore::new(self.visits.max(1)));
        let mut book = Book::default();
        let mut visits: JoinSet<(SiteId, Option<Timestamp>)> = JoinSet::new();
        self.enter_sites(&mut book).await;
        while !self.crawl.stop.is_cancelled() {
            let now = self.crawl.now();
            for site in book.take_due(now).iter().filter_map(|id| self.site(id)) {
                book.under_way.insert(site.id.clone());
                visits.spawn(visit(self.crawl.clone(), site, permits.clone()));
            }
            tokio::select! {
                () = self.crawl.stop.cancelled() => {}
                () = self.reloaded.notified() => self.enter_sites(&mut book).await,
                Some(ended) = visits.join_next() => {
                    if let Ok((id, due)) = ended {
                        book.under_way.remove(&id);
                        let next = self.next_time(&id, due).await;
                        book.due.insert(id, next);
                    }
                }
                () = tokio::time::sleep(book.nap(now)) => {}
            }
        }
        while visits.join_next().await.is_some() {}
    }

    fn enabled(&self) -> Vec<Arc<Site>> {
        let sites = self.sites.read().unwrap_or_else(PoisonError::into_inner);
        sites.iter().filter(|site| site.enabled).cloned().collect()
    }

    fn site(&self, id: &SiteId) -> Option<Arc<Site>> {
        self.enabled().into_iter().find(|site| &site.id == id)
    }

    /// Enters the sites that are configured now and strikes out the others.
    async fn enter_sites(&self, book: &mut Book) {
        let sites = self.enabled();
        book.due.retain(|id, _| sites.iter().any(|site| &site.id == id));
        for site in sites {
            if !book.due.contains_key(&site.id) && !book.under_way.contains(&site.id) {
                let due = self.next_due(&site.id).await.unwrap_or_else(|| self.crawl.now());
                book.due.insert(site.id.clone(), due);
            }
        }
    }

    /// The next visit after one that ended; never at once again, so that a site that fails outright is no busy loop.
    async fn next_time(&self, id: &SiteId, due: Option<Timestamp>) -> Timestamp {
        let soon = self.crawl.now().checked_add(SignedDuration::from_millis(200)).unwrap_or(Timestamp::MAX);
        let due = if due.is_some() { due } else { self.next_due(id).await };
        due.map_or(soon, |due| due.max(soon))
    }

    async fn next_due(&self, id: &SiteId) -> Option<Timestamp> {
        match self.crawl.store.source(id).await {
            Ok(source) => source.and_then(|s| s.next_due),
            Err(error) => {
                tracing::error!(source.id = %id, error = %error, "the site's memory does not read");
                self.crawl.now().checked_add(SignedDuration::from_mins(1)).ok()
            }
        }
    }
}

impl Book {
    fn take_due(&mut self, now: Timestamp) -> Vec<SiteId> {
        let ids: Vec<SiteId> = self.due.iter().filter(|(_, at)| **at <= now).map(|(id, _)| id.clone()).collect();
        for id in &ids {
            self.due.remove(id);
        }
        ids
    }

    fn nap(&self, now: Timestamp) -> Duration {
        let next = self.due.values().min().map_or(NAP, |at| Duration::try_from(at.duration_since(now)).unwrap_or_default());
        next.clamp(Duration::from_millis(10), NAP)
    }
}

/// The site and when it is due again; a visit that came to no end is no reason to ask more often.
async fn visit(crawl: Arc<Crawl>, site: Arc<Site>, permits: Arc<Semaphore>) -> (SiteId, Option<Timestamp>) {
    let Ok(_permit) = permits.acquire().await else { return (site.id.clone(), None) };
    match crawl.visit(&site, Mode::Due { slice: SLICE }).await {
        Ok(report) => (site.id.clone(), report.next_due),
        Err(error) => {
            tracing::error!(source.id = %site.id, error = &error as &dyn std::error::Error, "visit failed");
            let every = SignedDuration::try_from(site.every).unwrap_or(SignedDuration::MAX);
            (site.id.clone(), Some(crawl.now().checked_add(every).unwrap_or(Timestamp::MAX)))
        }
    }
}
