//! What comes and goes: answers that are neither article nor list, and lists that stood in a
//! section before the one that is known. Each is archived once, however often it comes back.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

use crate::domain::{KnownPage, SectionId, SiteId};

/// Answers that are remembered, so that memory is bounded; one that was forgotten is archived once
/// more.
const MOST: usize = 1 << 16;
/// Lists that are remembered of a section.
const LISTS: usize = 2;

/// What places said of late; a new process knows nothing of it.
#[derive(Default)]
pub struct SeenResponses {
    /// By chance of its own, so that no page can be made to pass for another.
    state: RandomState,
    known: HashSet<u64>,
    order: VecDeque<u64>,
    lists: HashMap<(SiteId, SectionId), VecDeque<KnownPage>>,
}

/// An answer at its place: what stood there when it came matters too, so that the way there and
/// the way back are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SeenResponse<'a> {
    /// The site.
    pub site: &'a SiteId,
    /// The section, link or address that was asked.
    pub place: &'a str,
    /// What it said when it was last archived, where that is known.
    pub before: Option<u128>,
    /// What it says now.
    pub said: u128,
}

impl SeenResponses {
    /// Whether it was archived.
    pub fn knows(&self, seen_response: SeenResponse<'_>) -> bool {
        self.known.contains(&self.state.hash_one(seen_response))
    }

    /// It is archived now.
    pub fn note(&mut self, seen_response: SeenResponse<'_>) {
        let mark = self.state.hash_one(seen_response);
        if self.known.insert(mark) {
            self.order.push_back(mark);
        }
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    /// What a section's first page was like before it was what it is.
    pub fn lists(&self, site: &SiteId, section: &SectionId) -> Vec<KnownPage> {
        self.lists
            .get(&(site.clone(), section.clone()))
            .map(|lists| lists.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// A section's first page is like something else now.
    pub fn list_left(&mut self, site: &SiteId, section: &SectionId, was: KnownPage) {
        let form = |known_page: &KnownPage| {
            known_page.fingerprint.as_ref().map(|fingerprint| fingerprint.form)
        };
        let lists = self.lists.entry((site.clone(), section.clone())).or_default();
        lists.retain(|list| form(list) != form(&was));
        lists.push_front(was);
        lists.truncate(LISTS);
    }

    /// What was archived may be lost.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_known_and_no_more_than_so_many() {
        let site = SiteId::new("one").unwrap();
        let seen_response = |place, before, said| SeenResponse { site: &site, place, before, said };
        let mut seen_responses = SeenResponses::default();
        seen_responses.note(seen_response("a", Some(1), 2));
        assert!(seen_responses.knows(seen_response("a", Some(1), 2)));
        for other in [
            seen_response("b", Some(1), 2),
            seen_response("a", Some(2), 1),
            seen_response("a", None, 2),
        ] {
            assert!(!seen_responses.knows(other), "{other:?}");
        }
        for said in 0..MOST as u128 {
            seen_responses.note(seen_response("b", None, said));
            seen_responses.note(seen_response("b", None, said));
        }
        assert!(
            !seen_responses.knows(seen_response("a", Some(1), 2))
                && seen_responses.knows(seen_response("b", None, 0))
        );
        assert_eq!((seen_responses.known.len(), seen_responses.order.len()), (MOST, MOST));
        seen_responses.forget();
        assert!(!seen_responses.knows(seen_response("b", None, 0)));
    }
}
