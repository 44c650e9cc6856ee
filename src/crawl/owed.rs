//! Further pages of a listing that are to be read, and how far: kept before the pages that led to
//! them are read, so that whatever a visit leaves unread a later one reads (CONTRACT section 2).

use std::collections::HashSet;

use super::links::{Found, Sheet};
use super::turn::{Fault, Seen, Turned, address};
use super::visit::Visit;
use super::{Error, SectionReport};
use crate::domain::source::Owed;
use crate::domain::{Section, SectionState, Turn};

/// Most keys of found links that are kept of a hole.
const SEEN: usize = 2_000;
/// Visits in which a page may turn out to be no page.
const PATIENCE: u32 = 10;

/// What page 1 says of further pages; `state` owes them from now on. The page up to which the way
/// is gone whatever pages hold, for something beyond it was owed before.
pub(super) fn first_page(state: &mut SectionState, found: &Found, next: Option<Turn>) -> u32 {
    let old = state.owed.take();
    let leads_on = state.visits > 0 && leads_on(found, old.as_ref());
    // What a post was to be sent with is stale: the way goes from page 1 again.
    let stale = old.as_ref().is_some_and(|old| matches!(old.next, Turn::Post { .. }));
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
fn further_page(owed: Owed, found: &Found, next: Option<Turn>, through: u32) -> Option<Owed> {
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
            let listing = match self.turn(section, &owed.next, Seen::default()).await? {
                Turned::Listing(listing, _) => listing,
                Turned::NotModified(_) => return Ok(()),
                Turned::Failed(fault) => {
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
            tracing::warn!(source.id = %self.site.id, page.url = address(&owed.next), error = fault.why, "a page that was owed is given up");
            state.owed = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn get(page: u32) -> Turn {
        Turn::Get(format!("https://tinh.example/l?page={page}"))
    }

    /// A page of those links; the ones from `unknown` on were never seen before.
    fn found(keys: &[&str], unknown: usize) -> Found {
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        Found { unknown: keys.iter().skip(unknown).cloned().collect(), keys, ..Found::default() }
    }

    fn owes(next: Turn, pages: u32, seen: &[&str], failures: u32) -> Option<Owed> {
        Some(Owed { next, pages, seen: seen.iter().map(ToString::to_string).collect(), failures })
    }

    fn post() -> Turn {
        Turn::Post { url: "https://tinh.example/l".into(), fields: Vec::new() }
    }

    #[test]
    fn page_1_opens_keeps_and_moves_a_hole() {
        for (what, owed, page, next, after, through) in [
            ("nothing new", None, found(&["a", "b"], 2), Some(get(2)), None, 0),
            (
                "all new",
                None,
                found(&["a", "b"], 0),
                Some(get(2)),
                owes(get(2), 1, &["a", "b"], 0),
                0,
            ),
            ("all new, one page", None, found(&["a", "b"], 0), None, None, 0),
            (
                "known and not of the hole",
                owes(get(4), 3, &["a"], 2),
                found(&["a", "z"], 2),
                Some(get(2)),
                owes(get(4), 3, &["a"], 2),
                4,
            ),
            (
                "pushed by new ones",
                owes(get(4), 3, &["a"], 2),
                found(&["a"], 1),
                Some(get(2)),
                owes(get(2), 1, &["a"], 2),
                4,
            ),
            (
                "all new again",
                owes(get(2), 1, &["a"], 0),
                found(&["x"], 0),
                Some(get(2)),
                owes(get(2), 1, &["a", "x"], 0),
                2,
            ),
            (
                "a stale post",
                owes(post(), 2, &["a"], 0),
                found(&["z"], 1),
                Some(post()),
                owes(post(), 1, &["a"], 0),
                3,
            ),
        ] {
            let mut state = SectionState { visits: 3, owed, ..SectionState::default() };
            assert_eq!(first_page(&mut state, &page, next), through, "{what}");
            assert_eq!(state.owed, after, "{what}");
        }
        let mut state = SectionState::default();
        first_page(&mut state, &found(&["a"], 0), Some(get(2)));
        assert_eq!(state.owed, None, "the first visit reads the first page only");
    }

    #[test]
    fn further_pages_end_in_what_is_known_and_not_before_the_hole() {
        let owed = owes(get(2), 1, &["a"], 3).unwrap();
        for (what, page, next, through, after) in [
            ("unknown", found(&["b"], 0), Some(get(3)), 0, owes(get(3), 2, &["a", "b"], 0)),
            ("of the hole", found(&["z", "a"], 2), Some(get(3)), 0, owes(get(3), 2, &["a"], 0)),
            ("known", found(&["b", "z"], 2), Some(get(3)), 2, None),
            (
                "known, the hole lies further on",
                found(&["z"], 1),
                Some(get(3)),
                3,
                owes(get(3), 2, &["a"], 3),
            ),
            ("the last page", found(&["b"], 0), None, 5, None),
            ("itself", found(&["b"], 0), Some(get(2)), 5, None),
        ] {
            assert_eq!(further_page(owed.clone(), &page, next, through), after, "{what}");
        }
    }

    proptest! {
        /// A listing of numbers, newest first, ten a page; each visit more are published and some
        /// request fails.
        #[test]
        fn whatever_fails_and_comes_everything_is_found(visits in proptest::collection::vec((0usize..35, 0u32..6), 1..8)) {
            let (mut count, mut known, mut state) = (50usize, HashSet::new(), SectionState::default());
            let mut read = |count: usize, page: u32| {
                let top = count.saturating_sub(10 * (page as usize - 1));
                let keys: Vec<String> = (top.saturating_sub(10)..top).rev().map(|n| n.to_string()).collect();
                let unknown = keys.iter().filter(|key| known.insert((*key).clone())).cloned().collect();
                (Found { keys, unknown, ..Found::default() }, Some(get(page + 1)).filter(|_| top > 10))
            };
            // The first visit reads page 1 alone, the last one fails nowhere.
            for (more, fails) in [(0, 0)].into_iter().chain(visits).chain([(0, 0)]) {
                count += more;
                // A first page that is not modified says nothing of further ones.
                let mut through = 0;
                if more > 0 || state.visits == 0 {
                    let (page, next) = read(count, 1);
                    through = first_page(&mut state, &page, next);
                    state.visits += 1;
                }
                while let Some(owed) = state.owed.clone().filter(|owed| owed.pages + 1 != fails) {
                    let (page, next) = read(count, owed.pages + 1);
                    state.owed = further_page(owed, &page, next, through);
                }
            }
            let missing: Vec<usize> = (40..count).filter(|n| !known.contains(&n.to_string())).collect();
            prop_assert_eq!(missing, Vec::<usize>::new());
        }
    }
}
