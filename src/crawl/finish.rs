//! The end of a visit: how the site is, when it is due again, and what of it is remembered.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::visit::Visit;
use super::{Error, Report};
use crate::archive::NewResource;
use crate::domain::{Abroad, Health, SectionId};
use crate::form::memory::{self, Memory};
use crate::form::record::Urn;

impl Visit<'_> {
    pub(super) async fn finish(mut self, began: Timestamp) -> Result<Report, Error> {
        self.judge();
        let now = self.crawl.now();
        // A visit that was stopped says nothing of how the site is, and is to be made again.
        let stopped = self.crawl.stop.is_cancelled();
        let told = !stopped && self.take_health(began, now);
        let state = &mut self.state;
        self.report.next_due = state.next_due;
        state.cookies = self.crawl.fetch.cookies(self.site);
        state.paused_until = self.report.paused_until;
        if told || self.stirred {
            let why = (!state.reasons.is_empty()).then(|| state.reasons.join("; "));
            tracing::info!(
                site.id = %self.site.id,
                state = state.health.as_str(),
                new = self.report.new,
                edited = self.report.edited,
                unchanged = self.report.unchanged,
                failed = self.report.failed,
                dead = self.report.dead,
                no_article = self.report.no_article,
                barred = self.report.barred, error = why, "visit ended"
            );
        }
        // After a crash the next visit finds the site's health again, so it need not be written. A
        // pause that the host asked for would be lost, so it is.
        let lasts =
            self.ledger.lasts || self.report.paused_until.is_some() || self.state.visits == 1;
        if lasts {
            self.keep_memory(now).await?;
            self.ledger.close(self.state).await?
        } else {
            self.ledger.rest(self.state).await?
        }
        // It is over when what it did is kept.
        let counters = &self.crawl.counters;
        match self.report.health {
            _ if stopped => {}
            Health::Broken => counters.visits_failed.inc(),
            _ => counters.visits.inc(),
        }
        Ok(self.report)
    }

    /// Remembers how the site is and when it is due again; whether that is worth telling.
    fn take_health(&mut self, began: Timestamp, now: Timestamp) -> bool {
        let (state, report) = (&mut self.state, &self.report);
        let told = state.health != report.health
            || state.reasons != report.reasons
            || report.health == Health::Broken;
        state.health = report.health;
        state.reasons = report.reasons.clone();
        if report.health == Health::Broken {
            state.failures += 1;
        } else {
            state.failures = 0;
            state.last_success = Some(now);
        }
        state.next_due = Some(next_due(self.site.every, began, now, state.failures, report));
        told
    }

    /// Archives what a rebuilt store could not know otherwise, if it is something else than last
    /// time.
    async fn keep_memory(&mut self, now: Timestamp) -> Result<(), Error> {
        let links = self.ledger.open_links(memory::LINKS).await?;
        let memory = Memory::of(&self.site.id, &self.state, links);
        let digest = memory::digest(&memory);
        if digest == self.state.archived_memory {
            return Ok(());
        }
        let uri = Urn::Memory { site: self.site.id.clone() }.to_string();
        let memory = NewResource::new(uri, "application/json", memory::to_json(&memory), now);
        self.ledger.session.append_resource(memory).await?;
        self.crawl.counters.records.inc();
        self.state.archived_memory = digest;
        Ok(())
    }

    /// The site's state after the visit (CONTRACT section 1).
    fn judge(&mut self) {
        let (broken, short) = (self.broken(), self.fell_short());
        self.report.health = match (broken.is_empty(), short.is_empty()) {
            (false, _) => Health::Broken,
            (true, false) => Health::Degraded,
            (true, true) => Health::Healthy,
        };
        self.report.reasons = broken.into_iter().chain(short).collect();
    }

    /// Why the site is broken, if it is.
    fn broken(&self) -> Vec<String> {
        let mut broken: Vec<String> = self
            .report
            .sections
            .iter()
            .filter_map(|s| s.failure.as_ref().map(|f| format!("section {}: {f}", s.id)))
            .collect();
        if self.report.pages >= 2 && self.articles == 0 {
            broken.push(format!(
                "none of {} article pages has the article's blocks: check the portal profile",
                self.report.pages
            ));
        }
        if let Some(until) = self.report.paused_until {
            broken.push(format!("the host is left alone until {until}"));
        }
        broken
    }

    /// What fell short, if anything did.
    fn fell_short(&self) -> Vec<String> {
        let mut short: Vec<String> = self
            .site
            .sections
            .iter()
            .filter_map(|section| {
                let abroad = self
                    .state
                    .sections
                    .get(&section.id)?
                    .abroad
                    .as_ref()
                    .filter(|abroad| abroad.all)?;
                Some(nothing_followed(&section.id, abroad))
            })
            .collect();
        if self.report.failed > 0 {
            let last = self
                .failed
                .as_ref()
                .map(|why| format!(", the last one: {why}"))
                .unwrap_or_default();
            short.push(format!("{} links could not be read{last}", self.report.failed));
        }
        if self.report.held_back > 0 {
            short.push(format!(
                "{} pages are held back: was the site redesigned?",
                self.report.held_back
            ));
        }
        if self.is_spent() {
            short.push(format!(
                "the visit ended at {} requests: the next one goes on",
                self.requests
            ));
        }
        if self.drifted > 0 {
            short.push(format!(
                "{} known articles no longer have an article's blocks",
                self.drifted
            ));
        }
        short
    }
}

/// A list all of whose links lead to others.
fn nothing_followed(section: &SectionId, abroad: &Abroad) -> String {
    let hosts = |mark: &str| {
        abroad.hosts.iter().map(|host| format!("{mark}{host}{mark}")).collect::<Vec<_>>().join(", ")
    };
    format!(
        "section {section}: none of its {} links leads to the site's own hosts, they lead to {}: \
         if that is the site's own, write hosts = [{}] in its file",
        abroad.links,
        hosts(""),
        hosts("\"")
    )
}

/// When the daemon visits next: after `every` from the visit's start; later while it fails; at once
/// while a walk is unfinished.
fn next_due(
    every: Duration,
    began: Timestamp,
    now: Timestamp,
    failures: u32,
    report: &Report,
) -> Timestamp {
    let every = SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX);
    let factor = 1 << failures.min(4);
    let jitter = if failures == 0 { 1.0 } else { 0.9 + 0.2 * rand::random::<f64>() };
    let wait = every.checked_mul(factor).unwrap_or(every).mul_f64(jitter);
    let due =
        if report.unfinished { now } else { began.checked_add(wait).unwrap_or(Timestamp::MAX) };
    report.paused_until.map_or(due, |until| due.max(until))
}
