//! One visit of one site: sections, then what is due again, then what failed; a report at the end.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::drift::Drift;
use super::ledger::Ledger;
use super::waiting::{Batch, Pages};
use super::{Bounds, Crawl, Error, Event, Report};
use crate::domain::{Bound, Link, Site, SiteState};
use crate::fetch::{Failure, Request, Response};

/// A lease outlives any visit; a process that died is not waited for, since the store forgets its
/// leases when it opens.
pub(super) const LEASE: SignedDuration = SignedDuration::from_hours(24);
/// A last visit further ahead than this is one of a wrong clock.
const AHEAD: SignedDuration = SignedDuration::from_mins(1);
/// The longest wait for a host in a visit that was asked for (CONTRACT section 7).
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Why a site is visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Somebody asked: `fetch`.
    Asked,
    /// It is due; a walk stops after this long and goes on at the next visit.
    Due {
        /// The slice of a walk.
        slice: Duration,
    },
}

/// What is known of the clock by which a site's dues were reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clocks {
    /// It was this process's, and right.
    Own,
    /// It was another process's.
    Other,
    /// It was ahead of now.
    Ahead,
}

impl Clocks {
    fn of(state: &SiteState, now: Timestamp, first: bool) -> Self {
        let soon = now.checked_add(AHEAD).ok();
        match (state.last_visit, soon) {
            (Some(last), Some(soon)) if last > soon => Self::Ahead,
            _ if first => Self::Other,
            _ => Self::Own,
        }
    }
}

/// A visit under way.
pub(super) struct Visit<'a> {
    pub crawl: &'a Crawl,
    pub site: &'a Site,
    pub mode: Mode,
    /// As they stood when it began.
    pub bounds: Bounds,
    pub ledger: Ledger<'a>,
    pub state: SiteState,
    pub report: Report,
    /// Links asked for in this visit, and whether for the second time.
    pub asked_for: HashSet<(String, bool)>,
    /// Keys of links that stood in no listing before this visit.
    pub unknown: HashSet<String>,
    /// Links that further sections listed in this visit.
    pub spread: HashSet<String>,
    /// Parameters that do not count in addresses, each with the articles that show it.
    pub idle: BTreeMap<String, HashSet<Uuid>>,
    /// Links that failed for now.
    pub retries: Vec<Link>,
    /// Articles of which an address died, moved or came.
    pub formers: BTreeSet<Uuid>,
    /// Links whose pages can be told apart only after those of the article were read.
    pub doubts: Vec<(Link, Uuid)>,
    /// Whether they were.
    pub sure: bool,
    /// Why the last of the pages that failed for now did.
    pub failed: Option<String>,
    /// Pages read as articles.
    pub articles: u32,
    /// Known articles whose pages no longer read as one.
    pub drifted: u32,
    /// Requests so far.
    pub requests: u32,
    /// Whether links were open or due when it began.
    pub work: bool,
    /// What the clock was about before it.
    pub clock: Clocks,
    /// Whether it learned or did anything but find known pages unchanged.
    pub stirred: bool,
    /// What its pages have in common, once it is asked for.
    pub pages: Option<Pages>,
    /// What it sees of a change of them.
    pub drift: Drift,
    /// Pages that wait to be read with others.
    pub batch: Batch<'a>,
    began: Instant,
}

impl Crawl {
    /// Visits a site once. A visit that could not keep what it read makes the site degraded, with
    /// the state of the daemon as the reason.
    ///
    /// # Errors
    ///
    /// When the site is being visited by another, or the store or the archive does not keep what
    /// was read; that a page or a section failed is in the report.
    pub async fn visit(&self, site: &Site, mode: Mode) -> Result<Report, Error> {
        let outcome = self.visit_once(site, mode).await;
        if let Err(error) = &outcome {
            self.fell(site, error).await;
        }
        outcome
    }

    async fn visit_once(&self, site: &Site, mode: Mode) -> Result<Report, Error> {
        let (lock, first) = self.site_lock(site);
        let _lock = lock.lock().await;
        let now = self.now();
        self.can_keep().await?;
        let visit = self.begin(site, mode, now, first).await?;
        let report = visit.run(now).await;
        self.tell(&site.id, Event::Ended);
        report
    }

    /// Claims a site, and takes up what is known of it; `first`: by this process.
    async fn begin<'a>(
        &'a self,
        site: &'a Site,
        mode: Mode,
        now: Timestamp,
        first: bool,
    ) -> Result<Visit<'a>, Error> {
        let until = now.checked_add(LEASE).unwrap_or(Timestamp::MAX);
        let claim = self.store.claim(&site.id, now, until).await?.ok_or(Error::Claimed)?;
        let (ledger, owed) = Ledger::open(self, site, claim.lease, claim.sequence).await?;
        let mut state = if owed {
            self.store.site_state(&site.id).await?.unwrap_or_default()
        } else {
            claim.state
        };
        if let Some(jar) = &state.cookies {
            self.fetch.restore_cookies(site, jar);
        }
        let clock = Clocks::of(&state, now, first);
        state.visits += 1;
        state.last_visit = Some(now);
        self.tell(&site.id, Event::Began);
        Ok(Visit {
            crawl: self,
            site,
            mode,
            bounds: **self.bounds.load(),
            ledger,
            state,
            report: Report::default(),
            asked_for: HashSet::new(),
            unknown: HashSet::new(),
            spread: HashSet::new(),
            idle: BTreeMap::new(),
            retries: Vec::new(),
            formers: BTreeSet::new(),
            doubts: Vec::new(),
            sure: false,
            failed: None,
            articles: 0,
            drifted: 0,
            requests: 0,
            work: claim.work || owed,
            clock,
            stirred: false,
            pages: None,
            drift: Drift::default(),
            batch: Batch::default(),
            began: Instant::now(),
        })
    }

    /// The site's turn, and whether it is its first one in this process.
    fn site_lock(&self, site: &Site) -> (Arc<tokio::sync::Mutex<()>>, bool) {
        let mut locks = self.site_locks.lock().unwrap_or_else(PoisonError::into_inner);
        let first = !locks.contains_key(&site.id);
        (locks.entry(site.id.clone()).or_default().clone(), first)
    }
}

impl Visit<'_> {
    async fn run(mut self, now: Timestamp) -> Result<Report, Error> {
        let site = self.site;
        self.set_dues_right(now).await?;
        if self.work {
            self.leftovers().await?;
        }
        self.sections(&site.sections).await?;
        if self.work || self.stirred || self.asked() {
            self.known_again(now).await?;
            self.retry().await?;
            self.doubtful().await?;
            self.held_again().await?;
            self.formers().await?;
        }
        self.finish(now).await
    }

    /// Whether `fetch` asked for this visit.
    pub(super) fn asked(&self) -> bool {
        self.mode == Mode::Asked
    }

    /// The longest wait for a host.
    pub(super) fn max_wait(&self) -> Duration {
        if self.asked() { MAX_WAIT } else { MAX_WAIT / 6 }
    }

    /// Whether the visit may ask for nothing more.
    pub(super) fn ended(&self) -> bool {
        self.report.paused_until.is_some() || self.crawl.stop.is_cancelled() || self.is_spent()
    }

    /// Whether the visit has asked for all that one may.
    pub(super) fn is_spent(&self) -> bool {
        self.requests >= self.bounds.visit_pages
    }

    /// Whether a walk's slice is used up.
    pub(super) fn slice_is_over(&self) -> bool {
        matches!(self.mode, Mode::Due { slice } if self.began.elapsed() >= slice)
    }

    /// One request of the visit; `None` once the visit is to stop. What is gathered is saved while
    /// a portal is waited for.
    ///
    /// # Errors
    /// As of saving.
    pub(super) async fn request(
        &mut self,
        request: Request,
    ) -> Result<Option<Result<Response, Failure>>, Error> {
        self.requests += 1;
        if self.is_spent() {
            self.crawl.hit(&self.site.id, request.url.as_str(), Bound::VisitPages);
        }
        let crawl = self.crawl;
        let mut fetch = std::pin::pin!(crawl.fetch.fetch(self.site, request));
        let mut outcome = tokio::select! {
            outcome = &mut fetch => Some(outcome),
            () = crawl.stop.cancelled() => return Ok(None),
            () = tokio::time::sleep(self.ledger.patience()) => None,
        };
        if outcome.is_none() {
            self.ledger.settle().await?;
            outcome = tokio::select! {
                outcome = &mut fetch => Some(outcome),
                () = crawl.stop.cancelled() => None,
            };
        }
        let Some(outcome) = outcome else { return Ok(None) };
        if let Ok(Response { exchanges, .. }) = &outcome
            && let Some(last) = exchanges.last()
        {
            self.crawl
                .skews
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .note(last.time, last.field("date"));
        }
        Ok(Some(outcome))
    }

    /// The host is left alone: the visit ends.
    pub(super) fn pause(&mut self, until: Timestamp) {
        self.report.paused_until = Some(until);
    }
}
