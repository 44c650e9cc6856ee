//! When each site is visited: the daemon's clockwork over all sites.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Crawl, Mode, frontier};
use crate::domain::state::chain;
use crate::domain::{Site, SiteId, SiteState};
use crate::store::Extent;

/// A walk gives way to other work after this long.
const SLICE: Duration = Duration::from_secs(60);
/// The longest sleep, and between two looks for a clock that was set.
const NAP: Duration = Duration::from_secs(30);
/// Sites whose memories are read in one look.
const LOOK: usize = 256;
/// The longest pause that a host may ask for (CONTRACT section 7).
const PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Visits sites when they are due, until the crawl is told to stop.
pub struct Schedule {
    /// The crawl.
    pub crawl: Arc<Crawl>,
    /// The sites as they are configured now; those that are not enabled are left alone.
    pub sites: Arc<RwLock<Vec<Arc<Site>>>>,
    /// Told when the sites are others.
    pub reloaded: Arc<Notify>,
    /// Told when a state of the daemon is over: sites whose visits failed by it are visited at
    /// once.
    pub relieved: Arc<Notify>,
    /// Visits under way at once.
    pub visits: usize,
}

/// When the sites that wait are due, and which are being visited; what a visit costs here does not
/// grow with the sites.
#[derive(Default)]
struct Book {
    /// The sites that are visited.
    sites: HashMap<SiteId, Arc<Site>>,
    /// Those that wait, the first to be due first.
    due: BTreeSet<(Timestamp, SiteId)>,
    under_way: HashSet<SiteId>,
    /// Those of them that are configured differently by now.
    changed: HashSet<SiteId>,
    /// Those whose last visit came to no end.
    failed: HashSet<SiteId>,
}

/// How a visit ended: when the site is due again, whether it came to an end.
struct Ended {
    site: SiteId,
    due: Option<Timestamp>,
    failed: bool,
}

impl Schedule {
    /// Runs until the crawl stops; visits under way are ended in good order.
    pub async fn run(self) {
        let mut book = Book::default();
        let mut looked = Instant::now();
        let mut visits: JoinSet<Ended> = JoinSet::new();
        self.enter_sites(&mut book).await;
        while !self.crawl.stop.is_cancelled() {
            let now = self.crawl.now();
            // In some states no site is asked: they wait for its end.
            while visits.len() < self.visits.max(1)
                && self.crawl.states.blocking().is_none()
                && let Some(site) = book.take_due(now)
            {
                book.under_way.insert(site.id.clone());
                visits.spawn(visit(self.crawl.clone(), site));
            }
            if looked.elapsed() >= NAP {
                looked = Instant::now();
                self.look_again(&mut book).await;
            }
            let nap = self.nap(&book, now, visits.len());
            tokio::select! {
                () = self.crawl.stop.cancelled() => {}
                () = self.reloaded.notified() => self.enter_sites(&mut book).await,
                () = self.relieved.notified() => book.relieve(self.crawl.now()),
                Some(ended) = visits.join_next() => {
                    if let Ok(Ended { site, due, failed }) = ended {
                        book.under_way.remove(&site);
                        if failed {
                            book.failed.insert(site.clone());
                        } else {
                            book.failed.remove(&site);
                        }
                        // It was read by what its file said before.
                        let changed = book.changed.remove(&site);
                        let due = if changed { Some(self.crawl.now()) } else { due };
                        let next = self.next_time(&book, &site, due).await;
                        book.due.insert((next, site));
                    }
                }
                () = tokio::time::sleep(nap) => {}
            }
        }
        while visits.join_next().await.is_some() {}
    }

    /// How long nothing is to be done; while no site may be asked, or no more at once, until that
    /// is over.
    fn nap(&self, book: &Book, now: Timestamp, under_way: usize) -> Duration {
        if under_way >= self.visits || self.crawl.states.blocking().is_some() {
            NAP
        } else {
            book.nap(now)
        }
    }

    /// Enters the sites that are configured now and strikes out the others; one that is configured
    /// differently is due at once.
    async fn enter_sites(&self, book: &mut Book) {
        let sites = self.sites.read().unwrap_or_else(PoisonError::into_inner).clone();
        let now = self.crawl.now();
        book.enter(sites, now);
        let waiting: HashSet<SiteId> = book.due.iter().map(|(_, id)| id.clone()).collect();
        let new: Vec<Arc<Site>> = book
            .sites
            .values()
            .filter(|site| !waiting.contains(&site.id) && !book.under_way.contains(&site.id))
            .cloned()
            .collect();
        for some in new.chunks(LOOK) {
            let dues = self.next_dues(some).await;
            book.due.extend(
                some.iter().zip(dues).map(|(site, due)| (due.unwrap_or(now), site.id.clone())),
            );
        }
    }

    /// A site that waits for longer than any interval waits for a clock that was wrong, or was read
    /// by somebody else.
    async fn look_again(&self, book: &mut Book) {
        let now = self.crawl.now();
        let odd = book.beyond(now);
        for some in odd.chunks(LOOK) {
            let sites: Vec<Arc<Site>> = some.iter().map(|(_, site)| site.clone()).collect();
            for ((due, site), again) in some.iter().zip(self.next_dues(&sites).await) {
                let again = again.unwrap_or(now);
                if again < *due {
                    book.due.remove(&(*due, site.id.clone()));
                    book.due.insert((again, site.id.clone()));
                }
            }
        }
    }

    /// The next visit after one that ended; never at once again, so that a site that fails outright
    /// is no busy loop.
    async fn next_time(&self, book: &Book, id: &SiteId, due: Option<Timestamp>) -> Timestamp {
        let soon = self
            .crawl
            .now()
            .checked_add(SignedDuration::from_millis(200))
            .unwrap_or(Timestamp::MAX);
        let due = match (due, book.sites.get(id)) {
            (None, Some(site)) => self.next_dues(std::slice::from_ref(site)).await.pop().flatten(),
            (due, _) => due,
        };
        due.map_or(soon, |due| due.max(soon))
    }

    /// When these sites are due by what is remembered of them.
    async fn next_dues(&self, sites: &[Arc<Site>]) -> Vec<Option<Timestamp>> {
        let now = self.crawl.now();
        match self
            .crawl
            .store
            .farings(sites.iter().map(|site| site.id.clone()).collect(), Extent::Brief)
            .await
        {
            Ok(found) => sites
                .iter()
                .zip(found)
                .map(|(site, found)| believed(&found.state, site, now))
                .collect(),
            Err(error) => {
                tracing::error!(
                    sites = sites.len(),
                    error = %chain(&error),
                    "the sites' memory cannot be read"
                );
                vec![now.checked_add(SignedDuration::from_mins(1)).ok(); sites.len()]
            }
        }
    }
}

/// The longest that a site may wait for its next visit after so many failures.
fn longest(site: &Site, failures: u32) -> SignedDuration {
    let every = SignedDuration::try_from(site.every).unwrap_or(SignedDuration::MAX);
    every.checked_mul(1 << failures.min(4)).unwrap_or(SignedDuration::MAX)
}

/// When a site is due, as far as that is to be believed: what lies further ahead than twice its own
/// interval was written by a wrong clock.
fn believed(state: &SiteState, site: &Site, now: Timestamp) -> Option<Timestamp> {
    let interval = longest(site, state.failures);
    let interval = if state.paused_until.is_some() { interval.max(PAUSE) } else { interval };
    state.next_due.filter(|due| frontier::believable(*due, now, interval))
}

impl Book {
    /// Takes the sites that are configured now in place of those of before.
    fn enter(&mut self, sites: Vec<Arc<Site>>, now: Timestamp) {
        let sites: HashMap<SiteId, Arc<Site>> = sites
            .into_iter()
            .filter(|site| site.enabled)
            .map(|site| (site.id.clone(), site))
            .collect();
        let changed: HashSet<SiteId> = sites
            .values()
            .filter(|new| self.sites.get(&new.id).is_some_and(|old| old != *new))
            .map(|site| site.id.clone())
            .collect();
        self.sites = sites;
        let due =
            std::mem::take(&mut self.due).into_iter().filter(|(_, id)| self.sites.contains_key(id));
        self.due = due
            .map(|(due, id)| if changed.contains(&id) { (due.min(now), id) } else { (due, id) })
            .collect();
        self.changed.extend(changed.into_iter().filter(|id| self.under_way.contains(id)));
    }

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

    /// Those that wait for longer than their intervals, and than any pause.
    fn beyond(&self, now: Timestamp) -> Vec<(Timestamp, Arc<Site>)> {
        let after = |wait: SignedDuration| now.checked_add(wait).unwrap_or(Timestamp::MAX);
        let late = self.due.iter().rev().take_while(|(due, _)| *due > after(PAUSE));
        late.filter_map(|(due, id)| {
            Some((*due, self.sites.get(id).filter(|site| *due > after(longest(site, 0)))?.clone()))
        })
        .collect()
    }

    fn nap(&self, now: Timestamp) -> Duration {
        let next = self.due.first().map_or(NAP, |(due, _)| {
            Duration::try_from(due.duration_since(now)).unwrap_or_default()
        });
        next.clamp(Duration::from_millis(10), NAP)
    }

    /// What failed by a state that is over is due now.
    fn relieve(&mut self, now: Timestamp) {
        let failed = std::mem::take(&mut self.failed);
        let waiting: Vec<(Timestamp, SiteId)> =
            self.due.iter().filter(|(_, id)| failed.contains(id)).cloned().collect();
        for (due, id) in waiting {
            self.due.remove(&(due, id.clone()));
            self.due.insert((due.min(now), id));
        }
    }
}

/// The site and when it is due again; a visit that came to no end is no reason to ask more often.
async fn visit(crawl: Arc<Crawl>, site: Arc<Site>) -> Ended {
    let ended = |due, failed| Ended { site: site.id.clone(), due, failed };
    match crawl.visit(&site, Mode::Due { slice: SLICE }).await {
        Ok(report) => ended(report.next_due, false),
        Err(error) => {
            tracing::error!(site.id = %site.id, error = %chain(&error), "visit failed");
            let every = SignedDuration::try_from(site.every).unwrap_or(SignedDuration::MAX);
            ended(Some(crawl.now().checked_add(every).unwrap_or(Timestamp::MAX)), true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(every: u64) -> Site {
        Site {
            id: SiteId::new("one").unwrap(),
            title: String::new(),
            home: "http://one.example/".parse().unwrap(),
            enabled: true,
            portal: None,
            language: None,
            timezone: None,
            every: Duration::from_secs(every),
            ignore_robots: None,
            headers: Vec::new(),
            accept_invalid_tls: false,
            hosts: Vec::new(),
            sections: Vec::new(),
        }
    }

    #[test]
    fn a_wrong_clocks_word_is_not_believed() {
        let at = |second: i64| Timestamp::from_second(1_700_000_000 + second).unwrap();
        let state = |due, failures, paused: bool| SiteState {
            next_due: Some(at(due)),
            failures,
            paused_until: paused.then(|| at(due)),
            ..SiteState::default()
        };
        for (due, failures, paused, believed_) in [
            (-5, 0, false, true),
            (100, 0, false, true),
            (200, 0, false, true),
            (201, 0, false, false),
            (3000, 4, false, true),
            (3300, 4, false, false),
            (3600, 0, true, true),
            (86_400 * 400, 4, true, false),
        ] {
            let got = believed(&state(due, failures, paused), &site(100), at(0));
            assert_eq!(got, believed_.then(|| at(due)), "{due} {failures} {paused}");
        }
    }

    #[test]
    fn a_site_that_is_configured_differently_is_due_at_once() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let named =
            |id: &str, every| Arc::new(Site { id: SiteId::new(id).unwrap(), ..site(every) });
        let mut book = Book::default();
        book.enter(
            vec![named("same", 100), named("other", 100), named("gone", 100), named("busy", 100)],
            at(0),
        );
        book.due.extend(["same", "other", "gone"].map(|id| (at(900), SiteId::new(id).unwrap())));
        book.under_way.insert(SiteId::new("busy").unwrap());
        book.enter(vec![named("same", 100), named("other", 200), named("busy", 200)], at(50));
        let due: Vec<_> = book.due.iter().map(|(due, id)| (due.as_second(), id.as_str())).collect();
        assert_eq!(due, [(50, "other"), (900, "same")]);
        assert_eq!(book.changed.iter().map(SiteId::as_str).collect::<Vec<_>>(), ["busy"]);
    }

    #[test]
    fn what_failed_is_due_once_the_state_is_over() {
        let (id, now) = (SiteId::new("one").unwrap(), Timestamp::from_second(50).unwrap());
        let mut book =
            Book { sites: [(id.clone(), Arc::new(site(100)))].into(), ..Book::default() };
        book.due.insert((Timestamp::from_second(900).unwrap(), id.clone()));
        book.relieve(now);
        assert!(book.take_due(now).is_none());
        book.failed.insert(id.clone());
        book.relieve(now);
        assert_eq!(book.take_due(now).map(|site| site.id.clone()), Some(id));
        assert!(book.failed.is_empty());
    }
}
