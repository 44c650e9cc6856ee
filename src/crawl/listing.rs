//! A section's listing: its pages, its links, its pager.

use std::collections::HashSet;

use url::Url;

use super::article::listed;
use super::owed;
use super::turn::{Seen, Turned, address};
use super::visit::Visit;
use super::{Error, Event, SectionReport};
use crate::domain::source::{Owed, Walk};
use crate::domain::{Bound, History, Listing, Section, SectionState, Target, TargetState, Teaser, Turn, Validators};
use crate::normalize;

/// What a page of a listing brought.
pub(super) struct Found {
    /// Links never seen before, in the page's order: they are read.
    pub new: Vec<Target>,
    /// Known links whose teaser changed.
    pub changed: Vec<Target>,
    /// Keys of all links.
    pub keys: Vec<String>,
    /// Keys of those that stood in no listing of an earlier visit.
    pub unknown: Vec<String>,
}

impl Visit<'_> {
    /// Reads a section: its first page, and what its history asks for.
    pub(super) async fn section(&mut self, section: &Section) -> Result<(), Error> {
        if self.ended() {
            return Ok(());
        }
        let mut state = self.source.sections.remove(&section.id).unwrap_or_default();
        let before = state.clone();
        let mut report = SectionReport { id: section.id.clone(), pages: 0, links: 0, new: 0, failure: None };
        let outcome = self.pages(section, &mut state, &mut report).await;
        if state.walk.is_some() {
            self.report.unfinished = !self.ended() && report.failure.is_none();
        }
        let moved = state != before;
        self.source.sections.insert(section.id.clone(), state);
        self.report.sections.push(report);
        outcome?;
        self.ledger.settle_with(Some(&self.source).filter(|_| moved)).await
    }

    async fn pages(&mut self, section: &Section, state: &mut SectionState, report: &mut SectionReport) -> Result<(), Error> {
        let walks = section.history == History::All && !state.walked;
        let begins = walks && state.walk.is_none();
        let stale = matches!(state.owed, Some(Owed { next: Turn::Post { .. }, .. }));
        let known = if begins || stale { Seen::default() } else { Seen::of(state) };
        let mut through = 0;
        match self.turn(section, &Turn::Get(section.url.to_string()), known).await? {
            Turned::Failed(fault) => {
                report.failure = Some(fault.why);
                return Ok(());
            }
            // The visit is to stop.
            Turned::NotModified(_) if stale => return Ok(()),
            Turned::NotModified(seen) => {
                self.stirred |= seen.is_some();
                seen.unwrap_or(Seen::of(state)).note(state);
            }
            Turned::Listing(listing, seen) => {
                self.stirred = true;
                let found = self.links(section, &listing, section.url.as_str(), 1, report).await?;
                self.first_page(state, &found).await?;
                seen.note(state);
                if begins {
                    state.owed = None;
                    state.walked = listing.next.is_none();
                    state.walk = listing.next.map(|next| Walk { next, pages: 1 });
                } else {
                    through = owed::first_page(state, &found, listing.next);
                }
                state.visits += 1;
                self.page_is_known(section, state).await?;
                self.read_page(found).await?;
            }
        }
        self.catch_up(section, state, report, through).await?;
        match state.walk.clone().filter(|_| walks) {
            Some(walk) => self.walk(section, state, report, walk).await,
            None => Ok(()),
        }
    }

    /// Saves what a page listed together with where the walk goes on, so that a stop loses neither.
    pub(super) async fn page_is_known(&mut self, section: &Section, state: &SectionState) -> Result<(), Error> {
        self.source.sections.insert(section.id.clone(), state.clone());
        self.ledger.settle_with(Some(&self.source)).await
    }

    /// Notes which links left the first page and which came back.
    async fn first_page(&mut self, state: &mut SectionState, found: &Found) -> Result<(), Error> {
        let now = self.crawl.now();
        let here: HashSet<&String> = found.keys.iter().collect();
        for key in state.first_page.iter().filter(|key| !here.contains(key)) {
            if let Some(mut target) = self.ledger.target(key).await?
                && matches!(target.state, TargetState::Article(_))
                && target.left.is_none()
            {
                target.left = Some(0);
                target.due = Some(now);
                self.ledger.note(target);
            }
        }
        for key in &found.keys {
            if let Some(mut target) = self.ledger.target(key).await?
                && target.left.is_some()
            {
                target.left = None;
                self.ledger.note(target);
            }
        }
        state.first_page = found.keys.clone();
        Ok(())
    }

    /// Walks the pager to its end, once (`history = "all"`).
    async fn walk(&mut self, section: &Section, state: &mut SectionState, report: &mut SectionReport, mut walk: Walk) -> Result<(), Error> {
        let mut seen: HashSet<String> = state.first_page.iter().cloned().collect();
        loop {
            if self.ended() || self.slice_is_over() {
                return Ok(());
            }
            self.stirred = true;
            let listing = match self.turn(section, &walk.next, Seen::default()).await? {
                Turned::Listing(listing, _) => listing,
                Turned::NotModified(_) => return Ok(()),
                Turned::Failed(fault) => {
                    report.failure = Some(format!("page {}: {}", walk.pages + 1, fault.why));
                    if matches!(walk.next, Turn::Post { .. }) {
                        state.walk = None; // a stale post-back is refused for good: the walk begins again
                    }
                    return Ok(());
                }
            };
            walk.pages += 1;
            let via = address(&walk.next).to_owned();
            let found = self.links(section, &listing, &via, walk.pages, report).await?;
            let repeats = found.keys.iter().all(|key| seen.contains(key));
            seen.extend(found.keys.iter().cloned());
            let next = listing.next.filter(|next| !repeats && *next != walk.next);
            let next = next.filter(|next| !self.is_last(walk.pages, next));
            state.walked = next.is_none();
            state.walk = next.map(|next| Walk { next, pages: walk.pages });
            self.page_is_known(section, state).await?;
            self.read_page(found).await?;
            match &state.walk {
                Some(on) => walk = on.clone(),
                None => return Ok(()),
            }
        }
    }

    /// Whether a listing is read no further than this page (CONTRACT section 2).
    pub(super) fn is_last(&self, page: u32, next: &Turn) -> bool {
        let last = page >= self.bounds.listing_pages;
        if last {
            self.crawl.hit(&self.site.id, address(next), Bound::ListingPages);
        }
        last
    }

    /// Reads a page's new links from the bottom up, so that the newest comes last, and those whose teaser changed.
    pub(super) async fn read_page(&mut self, found: Found) -> Result<(), Error> {
        for target in found.new.into_iter().rev().chain(found.changed) {
            self.read(target, false).await?;
        }
        self.ledger.settle_if_due().await
    }

    /// Sorts a page's links into new, changed and known ones; known articles learn of the section.
    pub(super) async fn links(
        &mut self,
        section: &Section,
        listing: &Listing,
        via: &str,
        page: u32,
        report: &mut SectionReport,
    ) -> Result<Found, Error> {
        let mut found = Found { new: Vec::new(), changed: Vec::new(), keys: Vec::new(), unknown: Vec::new() };
        let mut once = HashSet::new();
        let most = self.bounds.links;
        if listing.teasers.len() > most {
            self.crawl.hit(&self.site.id, via, Bound::Links);
        }
        for teaser in listing.teasers.iter().take(most) {
            let Some(url) = Url::parse(&teaser.url).ok().filter(|url| self.site.owns(url)) else { continue };
            let url = normalize::url::clean(&url);
            let key = normalize::url::key(&url);
            if once.insert(key.clone()) {
                self.link(section, teaser, &url, &key, via, &mut found).await?;
                if self.unknown.contains(&key) {
                    found.unknown.push(key.clone());
                }
                found.keys.push(key);
            }
        }
        report.pages += 1;
        report.links += found.keys.len();
        report.new += found.new.len();
        let event = Event::Listed { section: section.id.clone(), page, links: found.keys.len(), new: found.new.len() };
        self.crawl.tell(&self.site.id, event);
        Ok(found)
    }

    /// One link of a listing.
    async fn link(&mut self, section: &Section, teaser: &Teaser, url: &Url, key: &str, via: &str, found: &mut Found) -> Result<(), Error> {
        let digest = normalize::teaser_digest(teaser);
        let known = match self.ledger.target(key).await? {
            Some(target) => Some(target),
            // What its teaser was is not known: so it is read now, and known from then on.
            None => self.ledger.find(key).await?.map(|id| self.target(section, url, key, via, 0, TargetState::Article(id))),
        };
        let Some(mut target) = known else {
            let target = self.target(section, url, key, via, digest, TargetState::Unread);
            self.ledger.note(target.clone());
            self.unknown.insert(target.key.clone());
            found.new.push(target);
            return Ok(());
        };
        let changed = target.teaser != digest;
        let spread = !target.sections.contains(&section.id);
        target.teaser = digest;
        if spread {
            target.sections.push(section.id.clone());
            self.spread(&target).await?;
        }
        let again = changed && matches!(target.state, TargetState::Article(_) | TargetState::NoArticle);
        if again {
            // Should the visit end before it is read, the next one reads it.
            target.due = Some(self.crawl.now());
        }
        if changed || spread {
            self.ledger.note(target.clone());
        }
        if again {
            found.changed.push(target);
        }
        Ok(())
    }

    /// A known article is listed by a further section.
    async fn spread(&mut self, target: &Target) -> Result<(), Error> {
        let TargetState::Article(id) = target.state else { return Ok(()) };
        let Some(record) = self.ledger.record(id).await? else { return Ok(()) };
        let mut record = (*record).clone();
        let before = record.sections.len();
        for section in &target.sections {
            if !record.sections.contains(section) {
                record.sections.push(section.clone());
            }
        }
        if record.sections.len() == before {
            return Ok(());
        }
        record.listed = Some(listed(target));
        self.ledger.write(record, Vec::new()).await
    }

    fn target(&self, section: &Section, url: &Url, key: &str, via: &str, teaser: u64, state: TargetState) -> Target {
        Target {
            site: self.site.id.clone(),
            key: key.to_owned(),
            url: url.to_string(),
            state,
            sections: vec![section.id.clone()],
            via: via.to_owned(),
            teaser,
            validators: Validators::default(),
            said: None,
            last_read: None,
            due: None,
            failures: 0,
            left: None,
        }
    }
}
