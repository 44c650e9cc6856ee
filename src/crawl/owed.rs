//! Further pages of a listing that are to be read, and how far: kept before the pages that led to
//! them are read, so that whatever a visit leaves unread a later one reads (CONTRACT section 2).

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use super::links::{Found, Sheet};
use super::listing_page::{Fault, PageOutcome, Seen, address};
use super::visit::Visit;
use super::{Error, SectionReport};
use crate::domain::site_state::Owed;
use crate::domain::{PageRequest, Section, SectionState};

/// Most keys of found links that are kept of a hole.
const SEEN: usize = 2_000;
/// Visits in which a page may turn out to be no page.
const PATIENCE: u32 = 10;

/// What page 1 says of further pages; `state` owes them from now on. The page up to which the way
/// is gone whatever pages hold, for something beyond it was owed before.
pub(super) fn first_page(
    state: &mut SectionState,
    found: &Found,
    next: Option<PageRequest>,
) -> u32 {
    let old = state.owed.take();
    let leads_on = state.visits > 0 && leads_on(found, old.as_ref());
    // What a post was to be sent with is stale: the way goes from page 1 again.
    let stale = old.as_ref().is_some_and(|old| matches!(old.next, PageRequest::Post { .. }));
    let through = old.as_ref().map_or(0, |old| old.pages + 1);
    let (known, failures) =
        old.as_ref().map_or_else(Default::default, |old| (old.seen.clone(), old.failures));
    let seen = with(known, found);
    state.owed = if leads_on || stale {
        next.map(|next| Owed { next, pages: 1, seen, failures })
    } else {
        old.map(|old| Owed { seen, ..old })
    };
    through
}

/// What a further page says; `None`: the way ends there.
fn further_page(
    owed: Owed,
    found: &Found,
    next: Option<PageRequest>,
    through: u32,
) -> Option<Owed> {
    let pages = owed.pages + 1;
    let next = next
        .filter(|next| (pages < through || leads_on(found, Some(&owed))) && *next != owed.next)?;
    let failures = if pages < through { owed.failures } else { 0 };
    Some(Owed { next, pages, seen: with(owed.seen, found), failures })
}

/// Whether the last link of a page is unknown: not seen before this visit, or only since the hole
/// opened.
fn leads_on(found: &Found, owed: Option<&Owed>) -> bool {
    let in_hole = |key: &String| owed.is_some_and(|owed| owed.seen.contains(key));
    found.keys.last().is_some_and(|key| found.unknown.contains(key) || in_hole(key))
}

/// The keys with those of a page's unknown links, the last so many.
fn with(mut seen: Vec<String>, found: &Found) -> Vec<String> {
    let known: HashSet<&String> = seen.iter().collect();
    let new: Vec<String> =
        found.unknown.iter().filter(|key| !known.contains(key)).cloned().collect();
    seen.extend(new);
    seen.drain(..seen.len().saturating_sub(SEEN));
    seen
}

impl Visit<'_> {
    /// Goes on along the pages that are owed, while the last link of a page is unknown (`history =
    /// "new"`).
    pub(super) async fn catch_up(
        &mut self,
        section: &Section,
        state: &mut SectionState,
        report: &mut SectionReport,
        through: u32,
    ) -> Result<(), Error> {
        let mut known: HashSet<String> = state.first_page.iter().cloned().collect();
        while let Some(owed) = state.owed.clone() {
            if self.ended() {
                return Ok(());
            }
            if self.is_last(owed.pages, &owed.next) {
                state.owed = None;
                return Ok(());
            }
            self.stirred = true;
            let page = owed.pages + 1;
            let listing = match self.listing_page(section, &owed.next, Seen::default()).await? {
                PageOutcome::Listing(listing, _) => listing,
                PageOutcome::NotModified(_) => return Ok(()),
                PageOutcome::Failed(fault) => {
                    report.failure = Some(format!("page {page}: {}", fault.why));
                    self.still_owed(state, &fault);
                    return Ok(());
                }
            };
            let sheet =
                Sheet { section, listing: &listing, via: address(&owed.next), page, before: &[] };
            let found = self.links(sheet, report).await?;
            let repeats = found.keys.iter().all(|key| known.contains(key));
            known.extend(found.keys.iter().cloned());
            state.owed = further_page(owed, &found, listing.next.filter(|_| !repeats), through);
            self.page_is_known(section, state).await?;
            self.read_page(found).await?;
        }
        Ok(())
    }

    /// A page that fails for now is owed for ever; one that is none is given up in the end.
    fn still_owed(&self, state: &mut SectionState, fault: &Fault) {
        let Some(owed) = state.owed.as_mut().filter(|_| fault.lasting) else { return };
        owed.failures += 1;
        if owed.failures >= PATIENCE {
            tracing::warn!(
                site.id = %self.site.id,
                page.url = address(&owed.next),
                error = fault.why,
                "a page that was owed is given up"
            );
            state.owed = None;
        }
    }
}
