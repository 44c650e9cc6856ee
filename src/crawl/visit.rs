//! One visit of one site: sections, then what is due again, then what failed; a report at the end.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::frontier::{self, Occasion};
use super::ledger::Ledger;
use super::{Bounds, Crawl, Error, Event, Report};
use crate::domain::state::chain;
use crate::domain::{Bound, Health, Site, Source, Target, TargetState};
use crate::fetch::{Answer, Ask, Failure};
use crate::form::memory::{self, Memory};
use crate::form::record::Urn;
use crate::store::Pick;

/// A lease outlives any visit; a process that died is not waited for, since the store forgets its leases when it opens.
const LEASE: SignedDuration = SignedDuration::from_hours(24);
/// Most links asked for again in one visit.
const MOST_DUE: usize = 2_000;
/// A last visit further ahead than this is one of a wrong clock.
const AHEAD: SignedDuration = SignedDuration::from_mins(1);
/// Links whose dues are reckoned anew together.
const ANEW: usize = 500;
/// The longest wait for a host in a visit that was asked for (CONTRACT section 7).
const PATIENCE: Duration = Duration::from_secs(30);

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
enum Clocks {
    /// It was this process's, and right.
    Own,
    /// It was another process's.
    Other,
    /// It was ahead of now.
    Ahead,
}

/// A visit under way.
pub(super) struct Visit<'a> {
    pub crawl: &'a Crawl,
    pub site: &'a Site,
    pub mode: Mode,
    /// As they stood when it began.
    pub bounds: Bounds,
    pub ledger: Ledger<'a>,
    pub source: Source,
    pub report: Report,
    /// Links asked for in this visit, and whether for the second time.
    pub asked_for: HashSet<(String, bool)>,
    /// Keys of links that stood in no listing before this visit.
    pub unknown: HashSet<String>,
    /// Links that failed for now.
    pub retries: Vec<Target>,
    /// Pages read as articles.
    pub articles: u32,
    /// Known articles whose pages no longer read as one.
    pub drifted: u32,
    /// Requests so far.
    requests: u32,
    /// Whether links were open or due when it began.
    work: bool,
    /// What the clock was about before it.
    clock: Clocks,
    /// Whether it learned or did anything but find known pages unchanged.
    pub stirred: bool,
    began: Instant,
}

impl Crawl {
    /// Visits a site once. A visit that could not keep what it read makes the site degraded, with the state of the daemon as the reason.
    pub async fn visit(&self, site: &Site, mode: Mode) -> Result<Report, Error> {
        let outcome = self.visit_once(site, mode).await;
        if let Err(error) = &outcome {
            self.fell(site, error).await;
        }
        outcome
    }

    async fn visit_once(&self, site: &Site, mode: Mode) -> Result<Report, Error> {
        let (turn, first) = self.turn_of(site);
        let _turn = turn.lock().await;
        let now = self.now();
        let until = now.checked_add(LEASE).unwrap_or(Timestamp::MAX);
        self.can_keep().await?;
        let begun = self.store.claim(&site.id, now, until).await?.ok_or(Error::Claimed)?;
        let mut source = begun.source;
        if let Some(jar) = &source.cookies {
            self.fetch.restore_cookies(site, jar);
        }
        let ahead = now.checked_add(AHEAD).is_ok_and(|soon| source.last_visit.is_some_and(|last| last > soon));
        let clock = match (ahead, first) {
            (true, _) => Clocks::Ahead,
            (false, true) => Clocks::Other,
            (false, false) => Clocks::Own,
        };
        source.visits += 1;
        source.last_visit = Some(now);
        let ledger = Ledger::open(self, site, begun.lease, begun.sequence).await?;
        self.tell(&site.id, Event::Began);
        let visit = Visit {
            crawl: self,
            site,
            mode,
            bounds: **self.bounds.load(),
            ledger,
            source,
            report: Report::default(),
            asked_for: HashSet::new(),
            unknown: HashSet::new(),
            retries: Vec::new(),
            articles: 0,
            drifted: 0,
            requests: 0,
            work: begun.work,
            clock,
            stirred: false,
            began: Instant::now(),
        };
        let report = visit.run(now).await;
        self.tell(&site.id, Event::Ended);
        report
    }

    /// The site's turn, and whether it is its first one in this process.
    fn turn_of(&self, site: &Site) -> (Arc<tokio::sync::Mutex<()>>, bool) {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let first = !turns.contains_key(&site.id);
        (turns.entry(site.id.clone()).or_default().clone(), first)
    }

    /// Whether what is read can be kept: a site is not asked for what would be lost.
    async fn can_keep(&self) -> Result<(), Error> {
        if let Some(state) = self.states.blocking() {
            return Err(Error::State(state.line()));
        }
        if self.archive.is_stopped() || !self.states.is_empty() {
            self.mend().await?;
            let archive = self.archive.clone();
            tokio::task::spawn_blocking(move || archive.probe()).await.map_err(|_| Error::Reading)??;
        }
        Ok(())
    }

    /// A visit came to no end: it is counted, and where it is the daemon's fault the site says so, in memory alone.
    async fn fell(&self, site: &Site, error: &Error) {
        self.counters.visits_failed.inc();
        let reason = match (self.suffer(error), error) {
            (Some(state), _) => state.line(),
            (None, Error::State(line)) => line.clone(),
            _ => return,
        };
        let now = self.now();
        let Ok(Some(begun)) = self.store.claim(&site.id, now, now.checked_add(LEASE).unwrap_or(Timestamp::MAX)).await else { return };
        let every = SignedDuration::try_from(site.every).unwrap_or(SignedDuration::MAX);
        let health = if begun.source.health == Health::Broken { Health::Broken } else { Health::Degraded };
        let source = Source { health, reasons: vec![reason], next_due: now.checked_add(every).ok(), ..begun.source };
        if let Err(error) = self.store.rest(begun.lease, source).await {
            tracing::debug!(source.id = %site.id, error = %chain(&error), "how the site fares is not remembered");
        }
    }
}

impl Visit<'_> {
    async fn run(mut self, now: Timestamp) -> Result<Report, Error> {
        let site = self.site;
        self.set_dues_right(now).await?;
        if self.work {
            self.leftovers().await?;
        }
        for section in &site.sections {
            self.section(section).await?;
        }
        if self.work || self.stirred || self.asked() {
            self.known_again(now).await?;
            self.retry().await?;
        }
        self.finish(now).await
    }

    /// Whether `fetch` asked for this visit.
    pub(super) fn asked(&self) -> bool {
        self.mode == Mode::Asked
    }

    /// The longest wait for a host.
    pub(super) fn patience(&self) -> Duration {
        if self.asked() { PATIENCE } else { PATIENCE / 6 }
    }

    /// Whether the visit may ask for nothing more.
    pub(super) fn ended(&self) -> bool {
        self.report.paused_until.is_some() || self.crawl.stop.is_cancelled() || self.is_spent()
    }

    /// Whether the visit has asked for all that one may.
    fn is_spent(&self) -> bool {
        self.requests >= self.bounds.visit_pages
    }

    /// Whether a walk's slice is used up.
    pub(super) fn slice_is_over(&self) -> bool {
        matches!(self.mode, Mode::Due { slice } if self.began.elapsed() >= slice)
    }

    /// One request of the visit; `None` once the visit is to stop.
    pub(super) async fn ask(&mut self, ask: Ask) -> Option<Result<Answer, Failure>> {
        self.requests += 1;
        if self.is_spent() {
            self.crawl.hit(&self.site.id, ask.url.as_str(), Bound::VisitPages);
        }
        let outcome = tokio::select! {
            outcome = self.crawl.fetch.fetch(self.site, ask) => outcome,
            () = self.crawl.stop.cancelled() => return None,
        };
        if let Ok(Answer { exchanges, .. }) = &outcome
            && let Some(last) = exchanges.last()
        {
            self.crawl.skews.lock().unwrap_or_else(PoisonError::into_inner).note(last.time, last.field("date"));
        }
        Some(outcome)
    }

    /// The host is left alone: the visit ends.
    pub(super) fn pause(&mut self, until: Timestamp) {
        self.report.paused_until = Some(until);
    }

    /// Dues that a wrong clock gave, if there may be any: after one that was ahead all are reckoned anew, and no page is read for it;
    /// what waits longer than it can have to is due.
    async fn set_dues_right(&mut self, now: Timestamp) -> Result<(), Error> {
        if self.clock == Clocks::Own || (self.clock == Clocks::Other && self.asked()) {
            return Ok(());
        }
        let all = self.clock == Clocks::Ahead;
        let wrong = |target: &Target| {
            target.due.is_some_and(|due| due > now && (all || !frontier::believable(due, now, frontier::longest(&target.state))))
        };
        let mut targets = self.crawl.store.targets(&self.site.id, Pick::All, usize::MAX).await?;
        targets.retain(wrong);
        for (n, mut target) in targets.into_iter().enumerate() {
            let due = if all { self.due_anew(&target, now).await? } else { Some(now) };
            self.work |= due.is_some_and(|due| due <= now);
            target.due = due;
            self.ledger.note(target);
            if n % ANEW == ANEW - 1 {
                self.ledger.settle().await?;
            }
        }
        self.ledger.settle().await
    }

    async fn due_anew(&self, target: &Target, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let record = match target.state {
            TargetState::Article(id) => self.ledger.record(id).await?,
            _ => None,
        };
        Ok(frontier::due_anew(target, record.as_deref().map(frontier::born), now, rand::random()))
    }

    /// Links that an interrupted visit found and did not read.
    async fn leftovers(&mut self) -> Result<(), Error> {
        let open = self.crawl.store.targets(&self.site.id, Pick::Open, MOST_DUE).await?;
        for target in open.into_iter().filter(|t| t.state == TargetState::Unread) {
            self.read(target, false).await?;
        }
        Ok(())
    }

    /// Known links that have a reason to be read again.
    async fn known_again(&mut self, now: Timestamp) -> Result<(), Error> {
        if self.asked() {
            let first_pages: Vec<String> = self.source.sections.values().flat_map(|s| s.first_page.iter().cloned()).collect();
            for key in first_pages {
                let occasion = Occasion { asked: true, on_first_page: true, teaser_changed: false, now };
                if let Some(target) = self.ledger.target(&key).await?
                    && frontier::is_due(&target, occasion)
                {
                    self.read(target, false).await?;
                }
            }
            for target in self.crawl.store.targets(&self.site.id, Pick::Open, MOST_DUE).await? {
                self.read(target, false).await?;
            }
        }
        for target in self.crawl.store.targets(&self.site.id, Pick::Due(now), MOST_DUE).await? {
            self.read(target, false).await?;
        }
        Ok(())
    }

    /// What failed for now is tried once more, last.
    async fn retry(&mut self) -> Result<(), Error> {
        for target in std::mem::take(&mut self.retries) {
            self.read(target, true).await?;
        }
        for mut target in std::mem::take(&mut self.retries) {
            target.failures += 1;
            self.ledger.note(target);
        }
        Ok(())
    }

    async fn finish(mut self, began: Timestamp) -> Result<Report, Error> {
        self.judge();
        let now = self.crawl.now();
        let source = &mut self.source;
        let told = source.health != self.report.health || source.reasons != self.report.reasons || self.report.health == Health::Broken;
        source.health = self.report.health;
        source.reasons = self.report.reasons.clone();
        if self.report.health == Health::Broken {
            source.failures += 1;
            self.crawl.counters.visits_failed.inc();
        } else {
            source.failures = 0;
            source.last_success = Some(now);
            self.crawl.counters.visits.inc();
        }
        source.next_due = Some(next_due(self.site.every, began, now, source.failures, &self.report));
        self.report.next_due = source.next_due;
        source.cookies = self.crawl.fetch.cookies(self.site);
        source.paused_until = self.report.paused_until;
        if told || self.stirred {
            tracing::info!(
                source.id = %self.site.id, state = source.health.as_str(), new = self.report.new, edited = self.report.edited,
                unchanged = self.report.unchanged, failed = self.report.failed, dead = self.report.dead, "visit ended"
            );
        }
        // How a site fares is found again after a crash, so that one that comes and goes writes nothing, and one whose known pages are
        // read again only when that is due next; what its host asked for is not.
        let lasts = self.ledger.lasts || self.report.paused_until.is_some() || self.source.visits == 1;
        if lasts {
            self.keep_memory(now).await?;
            self.ledger.close(self.source).await?
        } else {
            self.ledger.rest(self.source).await?
        }
        Ok(self.report)
    }

    /// Archives what a rebuilt store could not know otherwise, if it is something else than last time.
    async fn keep_memory(&mut self, now: Timestamp) -> Result<(), Error> {
        let links = self.ledger.open_links(memory::LINKS).await?;
        let memory = Memory::of(&self.site.id, &self.source, links);
        let digest = memory::digest(&memory);
        if digest == self.source.archived_memory {
            return Ok(());
        }
        let uri = Urn::Memory { site: self.site.id.clone() }.to_string();
        self.ledger.session.append_resource(uri, "application/json", memory::to_json(&memory), now).await?;
        self.crawl.counters.records.inc();
        self.source.archived_memory = digest;
        Ok(())
    }

    /// The site's state after the visit (CONTRACT section 1).
    fn judge(&mut self) {
        let mut broken: Vec<String> =
            self.report.sections.iter().filter_map(|s| s.failure.as_ref().map(|f| format!("section {}: {f}", s.id))).collect();
        if self.report.pages >= 2 && self.articles == 0 {
            broken.push(format!("none of {} article pages has the article's blocks: check the portal profile", self.report.pages));
        }
        if let Some(until) = self.report.paused_until {
            broken.push(format!("the host asked to be left alone until {until}"));
        }
        let mut short = Vec::new();
        if self.report.failed > 0 {
            short.push(format!("{} links could not be read", self.report.failed));
        }
        if self.is_spent() {
            short.push(format!("the visit ended at {} requests: the next one goes on", self.requests));
        }
        if self.drifted > 0 {
            short.push(format!("{} known articles no longer have an article's blocks", self.drifted));
        }
        self.report.health = match (broken.is_empty(), short.is_empty()) {
            (false, _) => Health::Broken,
            (true, false) => Health::Degraded,
            (true, true) => Health::Healthy,
        };
        self.report.reasons = broken.into_iter().chain(short).collect();
    }
}

/// When the daemon visits next: after `every` from the visit's start; later while it fails; at once while a walk is unfinished.
fn next_due(every: Duration, began: Timestamp, now: Timestamp, failures: u32, report: &Report) -> Timestamp {
    let every = SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX);
    let factor = 1 << failures.min(4);
    let jitter = if failures == 0 { 1.0 } else { 0.9 + 0.2 * rand::random::<f64>() };
    let wait = every.checked_mul(factor).unwrap_or(every).mul_f64(jitter);
    let due = if report.unfinished { now } else { began.checked_add(wait).unwrap_or(Timestamp::MAX) };
    report.paused_until.map_or(due, |until| due.max(until))
}
