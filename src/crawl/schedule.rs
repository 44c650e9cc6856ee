//! When each site is visited: the daemon's clockwork over all sites.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
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
    /// The enabled sites.
    pub sites: Vec<Arc<Site>>,
    /// Visits under way at once.
    pub visits: usize,
}

impl Schedule {
    /// Runs until the crawl stops; visits under way are ended in good order.
    pub async fn run(self) {
        let permits = Arc::new(Semaphore::new(self.visits.max(1)));
        let mut due = self.first_times().await;
        let mut under_way: JoinSet<SiteId> = JoinSet::new();
        while !self.crawl.stop.is_cancelled() {
            let now = self.crawl.now();
            for site in take_due(&mut due, now).iter().filter_map(|id| self.site(id)) {
                under_way.spawn(visit(self.crawl.clone(), site, permits.clone()));
            }
            tokio::select! {
                () = self.crawl.stop.cancelled() => {}
                Some(ended) = under_way.join_next() => {
                    if let Ok(id) = ended {
                        let next = self.next_time(&id).await;
                        due.insert(id, next);
                    }
                }
                () = tokio::time::sleep(nap(&due, now)) => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    fn site(&self, id: &SiteId) -> Option<Arc<Site>> {
        self.sites.iter().find(|s| &s.id == id).cloned()
    }

    async fn first_times(&self) -> BTreeMap<SiteId, Timestamp> {
        let mut due = BTreeMap::new();
        for site in &self.sites {
            due.insert(site.id.clone(), self.next_due(&site.id).await.unwrap_or_else(|| self.crawl.now()));
        }
        due
    }

    /// The next visit after one that ended; never at once again, so that a site that fails outright is no busy loop.
    async fn next_time(&self, id: &SiteId) -> Timestamp {
        let soon = self.crawl.now().checked_add(SignedDuration::from_millis(200)).unwrap_or(Timestamp::MAX);
        self.next_due(id).await.map_or(soon, |due| due.max(soon))
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

async fn visit(crawl: Arc<Crawl>, site: Arc<Site>, permits: Arc<Semaphore>) -> SiteId {
    if let Ok(_permit) = permits.acquire().await
        && let Err(error) = crawl.visit(&site, Mode::Due { slice: SLICE }).await
    {
        tracing::error!(source.id = %site.id, error = &error as &dyn std::error::Error, "visit failed");
    }
    site.id.clone()
}

fn take_due(due: &mut BTreeMap<SiteId, Timestamp>, now: Timestamp) -> Vec<SiteId> {
    let ids: Vec<SiteId> = due.iter().filter(|(_, at)| **at <= now).map(|(id, _)| id.clone()).collect();
    for id in &ids {
        due.remove(id);
    }
    ids
}

fn nap(due: &BTreeMap<SiteId, Timestamp>, now: Timestamp) -> Duration {
    let next = due.values().min().map_or(NAP, |at| Duration::try_from(at.duration_since(now)).unwrap_or_default());
    next.clamp(Duration::from_millis(10), NAP)
}
