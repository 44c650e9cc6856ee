//! When each site is visited: the daemon's clockwork over all sites.

use std::collections::{BTreeSet, HashMap, HashSet};
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

/// When the sites that wait are due, and which are being visited; what a visit costs here does not grow with the sites.
#[derive(Default)]
struct Book {
    /// The sites that are visited.
    sites: HashMap<SiteId, Arc<Site>>,
    /// Those that wait, the first to be due first.
    due: BTreeSet<(Timestamp, SiteId)>,
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
            while let Some(site) = book.take_due(now) {
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
                        book.due.insert((next, id));
                    }
                }
                () = tokio::time::sleep(book.nap(now)) => {}
            }
        }
        while visits.join_next().await.is_some() {}
    }

    /// Enters the sites that are configured now and strikes out the others.
    async fn enter_sites(&self, book: &mut Book) {
        let sites = self.sites.read().unwrap_or_else(PoisonError::into_inner).clone();
        book.sites = sites.into_iter().filter(|site| site.enabled).map(|site| (site.id.clone(), site)).collect();
        book.due.retain(|(_, id)| book.sites.contains_key(id));
        let waiting: HashSet<SiteId> = book.due.iter().map(|(_, id)| id.clone()).collect();
        for id in book.sites.keys().filter(|id| !waiting.contains(*id) && !book.under_way.contains(*id)) {
            let due = self.next_due(id).await.unwrap_or_else(|| self.crawl.now());
            book.due.insert((due, id.clone()));
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
    /// The next site that is due, no longer waiting; one that was struck out is forgotten.
    fn take_due(&mut self, now: Timestamp) -> Option<Arc<Site>> {
        while self.due.first().is_some_and(|(due, _)| *due <= now) {
            let (_, id) = self.due.pop_first()?;
            if let Some(site) = self.sites.get(&id) {
                return Some(site.clone());
            }
        }
        None
    }

    fn nap(&self, now: Timestamp) -> Duration {
        let next = self.due.first().map_or(NAP, |(due, _)| Duration::try_from(due.duration_since(now)).unwrap_or_default());
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
