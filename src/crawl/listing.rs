//! A section's listing: its pages, its links, its pager.

use std::collections::HashSet;

use url::Url;

use super::frontier;
use super::identity;
use super::links::Sheet;
use super::owed;
use super::turn::{Seen, Turned, address};
use super::visit::Visit;
use super::{Error, SectionReport};
use crate::domain::source::{Owed, Walk};
use crate::domain::{Abroad, Bound, History, Section, SectionState, Target, TargetState, Turn};

/// What a page of a listing brought.
#[derive(Default)]
pub(super) struct Found {
    /// Links never seen before, in the page's order: they are read.
    pub new: Vec<Target>,
    /// Known links whose teaser changed.
    pub changed: Vec<Target>,
    /// Keys of all links.
    pub keys: Vec<String>,
    /// Keys of those that stood in no listing of an earlier visit.
    pub unknown: Vec<String>,
    /// Links to hosts of others.
    pub abroad: Option<Abroad>,
}

impl Visit<'_> {
    /// Reads a section: its first page, and what its history asks for.
    pub(super) async fn section(&mut self, section: &Section) -> Result<(), Error> {
        if self.ended() {
            return Ok(());
        }
        let mut state = self.source.sections.remove(&section.id).unwrap_or_default();
        let before = state.clone();
        let mut report = SectionReport { id: section.id.clone(), pages: 0, links: 0, new: 0, failure: None, abroad: 0 };
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
                let before = state.first_page.clone();
                let sheet = Sheet { section, listing: &listing, via: section.url.as_str(), page: 1, before: &before };
                let found = self.links(sheet, report).await?;
                self.tell_abroad(section, state.abroad.as_ref(), found.abroad.as_ref());
                state.abroad = found.abroad.clone();
                let left = self.first_page(state, &found).await?;
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
                if !found.new.is_empty() {
                    self.read_left(left).await?;
                }
                self.read_page(found).await?;
            }
        }
        self.catch_up(section, state, report, through).await?;
        match state.walk.clone().filter(|_| walks) {
            Some(walk) => self.walk(section, state, report, walk).await,
            None => Ok(()),
        }
    }

    /// Tells of links to hosts of others, if they are others than last time.
    fn tell_abroad(&self, section: &Section, before: Option<&Abroad>, now: Option<&Abroad>) {
        if let Some(abroad) = now.filter(|now| before != Some(*now)) {
            let (links, hosts) = (abroad.links, abroad.hosts.join(", "));
            tracing::info!(source.id = %self.site.id, section.id = %section.id, links, hosts, "links to other hosts are not followed");
        }
    }

    /// Saves what a page listed together with where the walk goes on, so that a stop loses neither.
    pub(super) async fn page_is_known(&mut self, section: &Section, state: &SectionState) -> Result<(), Error> {
        self.source.sections.insert(section.id.clone(), state.clone());
        self.ledger.settle_with(Some(&self.source)).await
    }

    /// Notes which links left the first page and which came back. Those that left.
    async fn first_page(&mut self, state: &mut SectionState, found: &Found) -> Result<Vec<Target>, Error> {
        let (now, mut gone) = (self.crawl.now(), Vec::new());
        let here: HashSet<&String> = found.keys.iter().collect();
        for key in state.first_page.iter().filter(|key| !here.contains(key)) {
            if let Some(mut target) = identity::link_at(&self.ledger, key).await?
                && matches!(target.state, TargetState::Article(_))
                && !here.contains(&target.key)
                && target.left.is_none()
            {
                // Nobody asks a host that is not the site's any more.
                let asked = Url::parse(&target.url).is_ok_and(|url| self.site.owns(&url));
                (target.left, target.due) = if asked { (Some(0), Some(now)) } else { (Some(frontier::LEAVING), None) };
                gone.extend(asked.then(|| target.clone()));
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
        Ok(gone)
    }

    /// Reads links that left a page before those that came: where one of them stands now is told by its own address first.
    async fn read_left(&mut self, left: Vec<Target>) -> Result<(), Error> {
        for target in left {
            self.read(target, false).await?;
        }
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
            let sheet = Sheet { section, listing: &listing, via: &via, page: walk.pages, before: &[] };
            let found = self.links(sheet, report).await?;
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
}
