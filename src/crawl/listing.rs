//! A section's listing: its pages, its links, its pager.

use std::collections::HashSet;

use url::Url;

use super::frontier;
use super::identity;
use super::links::{Found, Sheet};
use super::listing_page::{PageOutcome, Seen, address};
use super::owed;
use super::visit::Visit;
use super::{Error, SectionReport};
use crate::domain::site_state::{Owed, Walk};
use crate::domain::{Abroad, Bound, History, Link, LinkState, PageRequest, Section, SectionState};

/// A section whose first page was asked for.
struct Opened<'s> {
    section: &'s Section,
    /// As it was before.
    before: SectionState,
    report: SectionReport,
    /// What the page named, and links that left it.
    found: Found,
    left: Vec<Link>,
    /// Whether its pager is walked to its end.
    walks: bool,
    /// The page up to which further ones are gone through.
    through: u32,
    /// Whether nothing more is asked of it.
    over: bool,
}

impl<'s> Opened<'s> {
    fn of(section: &'s Section, before: SectionState) -> Self {
        let report = SectionReport {
            id: section.id.clone(),
            pages: 0,
            links: 0,
            new: 0,
            failure: None,
            abroad: 0,
        };
        let walks = section.history == History::All && !before.walked;
        Self {
            section,
            before,
            report,
            found: Found::default(),
            left: Vec::new(),
            walks,
            through: 0,
            over: false,
        }
    }
}

impl Visit<'_> {
    /// Reads the sections: the first pages of all, what left them, what came, and what their
    /// histories ask for. The address of an article that left one list is asked before new links
    /// of another list, so that a moved article is found again.
    pub(super) async fn sections(&mut self, sections: &[Section]) -> Result<(), Error> {
        let mut opened = Vec::new();
        for section in sections {
            if !self.ended() {
                opened.push(self.open(section).await?);
            }
        }
        for left in opened
            .iter_mut()
            .flat_map(|opened| std::mem::take(&mut opened.left))
            .collect::<Vec<_>>()
        {
            self.read(left, false).await?;
        }
        for section in opened {
            self.go_on(section).await?;
        }
        Ok(())
    }

    /// Asks for a section's first page.
    async fn open<'s>(&mut self, section: &'s Section) -> Result<Opened<'s>, Error> {
        let before = self.state.sections.remove(&section.id).unwrap_or_default();
        let mut opened = Opened::of(section, before);
        let mut state = opened.before.clone();
        let outcome = self.first(&mut opened, &mut state).await;
        self.state.sections.insert(section.id.clone(), state);
        outcome.map(|()| opened)
    }

    /// Reads what a section's first page named, and goes on along its pager.
    async fn go_on(&mut self, mut opened: Opened<'_>) -> Result<(), Error> {
        let mut state = self.state.sections.remove(&opened.section.id).unwrap_or_default();
        let outcome = self.rest_of(&mut opened, &mut state).await;
        let Opened { section, before, report, .. } = opened;
        if state.walk.is_some() {
            self.report.unfinished = !self.ended() && report.failure.is_none();
        }
        let moved = state != before;
        self.state.sections.insert(section.id.clone(), state);
        self.report.sections.push(report);
        if moved {
            self.ledger.note_state(&self.state);
        }
        outcome?;
        self.ledger.settle_if_due().await
    }

    async fn first(
        &mut self,
        opened: &mut Opened<'_>,
        state: &mut SectionState,
    ) -> Result<(), Error> {
        let section = opened.section;
        let begins = opened.walks && state.walk.is_none();
        let stale = matches!(state.owed, Some(Owed { next: PageRequest::Post { .. }, .. }));
        let known = if begins || stale { Seen::default() } else { Seen::of(state) };
        match self.listing_page(section, &PageRequest::Get(section.url.to_string()), known).await? {
            PageOutcome::Failed(fault) => {
                opened.report.failure = Some(fault.why);
                opened.over = true;
            }
            // The visit is to stop.
            PageOutcome::NotModified(_) if stale => opened.over = true,
            PageOutcome::NotModified(seen) => {
                self.stirred |= seen.is_some();
                seen.unwrap_or(Seen::of(state)).note(state);
            }
            PageOutcome::Listing(listing, seen) => {
                self.stirred = true;
                let before = state.first_page.clone();
                let sheet = Sheet {
                    section,
                    listing: &listing,
                    via: section.url.as_str(),
                    page: 1,
                    before: &before,
                };
                let found = self.links(sheet, &mut opened.report).await?;
                self.tell_abroad(section, state.abroad.as_ref(), found.abroad.as_ref());
                state.abroad = found.abroad.clone();
                opened.left = self.first_page(state, &found).await?;
                seen.note(state);
                if begins {
                    state.owed = None;
                    state.walked = listing.next.is_none();
                    state.walk = listing.next.map(|next| Walk { next, pages: 1 });
                } else {
                    opened.through = owed::first_page(state, &found, listing.next);
                }
                state.visits += 1;
                self.page_is_known(section, state).await?;
                opened.found = found;
            }
        }
        Ok(())
    }

    async fn rest_of(
        &mut self,
        opened: &mut Opened<'_>,
        state: &mut SectionState,
    ) -> Result<(), Error> {
        if opened.over {
            return Ok(());
        }
        self.read_page(std::mem::take(&mut opened.found)).await?;
        self.catch_up(opened.section, state, &mut opened.report, opened.through).await?;
        match state.walk.clone().filter(|_| opened.walks) {
            Some(walk) => self.walk(opened.section, state, &mut opened.report, walk).await,
            None => Ok(()),
        }
    }

    /// Tells of links to hosts of others, if they are others than last time.
    fn tell_abroad(&self, section: &Section, before: Option<&Abroad>, now: Option<&Abroad>) {
        if let Some(abroad) = now.filter(|now| before != Some(*now)) {
            let (links, hosts) = (abroad.links, abroad.hosts.join(", "));
            tracing::info!(
                site.id = %self.site.id,
                section.id = %section.id,
                links,
                hosts,
                "links to other hosts are not followed"
            );
        }
    }

    /// What a page listed is saved together with where the pager goes on, so that a stop loses
    /// neither. Where it does, that comes before any of it is read: by records that are found in
    /// the archive alone the page would be known, and nobody would go on.
    pub(super) async fn page_is_known(
        &mut self,
        section: &Section,
        state: &SectionState,
    ) -> Result<(), Error> {
        self.state.sections.insert(section.id.clone(), state.clone());
        self.ledger.note_state(&self.state);
        if state.owed.is_some() || state.walk.is_some() {
            self.ledger.settle().await
        } else {
            self.ledger.settle_if_due().await
        }
    }

    /// Notes which links left the first page and which came back. Those that left.
    async fn first_page(
        &mut self,
        state: &mut SectionState,
        found: &Found,
    ) -> Result<Vec<Link>, Error> {
        let (now, mut gone) = (self.crawl.now(), Vec::new());
        let here: HashSet<&String> = found.keys.iter().collect();
        for key in state.first_page.iter().filter(|key| !here.contains(key)) {
            if let Some(mut link) = identity::link_at(&self.ledger, key).await?
                && matches!(link.state, LinkState::Article(_))
                && !here.contains(&link.key)
                && link.left.is_none()
            {
                // Nobody asks a host that is not the site's any more.
                let asked = Url::parse(&link.url).is_ok_and(|url| self.site.owns(&url));
                (link.left, link.due) =
                    if asked { (Some(0), Some(now)) } else { (Some(frontier::LEAVING), None) };
                gone.extend(asked.then(|| link.clone()));
                self.ledger.note(link);
            }
        }
        for key in &found.back {
            if let Some(mut link) = self.ledger.link(key).await? {
                link.left = None;
                self.ledger.note(link);
            }
        }
        state.first_page = found.keys.clone();
        Ok(gone)
    }

    /// Walks the pager to its end, once (`history = "all"`).
    async fn walk(
        &mut self,
        section: &Section,
        state: &mut SectionState,
        report: &mut SectionReport,
        mut walk: Walk,
    ) -> Result<(), Error> {
        let mut seen: HashSet<String> = state.first_page.iter().cloned().collect();
        loop {
            if self.ended() || self.slice_is_over() {
                return Ok(());
            }
            self.stirred = true;
            let listing = match self.listing_page(section, &walk.next, Seen::default()).await? {
                PageOutcome::Listing(listing, _) => listing,
                PageOutcome::NotModified(_) => return Ok(()),
                PageOutcome::Failed(fault) => {
                    report.failure = Some(format!("page {}: {}", walk.pages + 1, fault.why));
                    if matches!(walk.next, PageRequest::Post { .. }) {
                        // A stale post-back is refused for good: the walk begins again.
                        state.walk = None;
                    }
                    return Ok(());
                }
            };
            walk.pages += 1;
            let via = address(&walk.next).to_owned();
            let sheet =
                Sheet { section, listing: &listing, via: &via, page: walk.pages, before: &[] };
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
    pub(super) fn is_last(&self, page: u32, next: &PageRequest) -> bool {
        let last = page >= self.bounds.listing_pages;
        if last {
            self.crawl.hit(&self.site.id, address(next), Bound::ListingPages);
        }
        last
    }

    /// Reads a page's new links from the bottom up, so that the newest comes last, and those whose
    /// teaser changed.
    pub(super) async fn read_page(&mut self, found: Found) -> Result<(), Error> {
        self.read_together(found.new.into_iter().rev().chain(found.changed)).await?;
        self.ledger.settle_if_due().await
    }
}
