//! What comes and goes: answers that are neither article nor list, and lists that stood in a
//! section before the one that is known. Each is archived once, however often it comes back.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

use crate::domain::{Calm, SectionId, SiteId};

/// Answers that are remembered, so that memory is bounded; one that was forgotten is archived once
/// more.
const MOST: usize = 1 << 16;
/// Lists that are remembered of a section.
const LISTS: usize = 2;

/// What places said of late; a new process knows nothing of it.
#[derive(Default)]
pub struct Misfits {
    /// By chance of its own, so that no page can be made to pass for another.
    state: RandomState,
    known: HashSet<u64>,
    order: VecDeque<u64>,
    lists: HashMap<(SiteId, SectionId), VecDeque<Calm>>,
}

/// An answer at its place: what stood there when it came matters too, so that a way back is told
/// from the way there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Misfit<'a> {
    /// The site.
    pub site: &'a SiteId,
    /// The section, link or address that was asked.
    pub place: &'a str,
    /// What it said when it was last archived, where that is known.
    pub before: Option<u128>,
    /// What it says now.
    pub said: u128,
}

impl Misfits {
    /// Whether it was archived.
    pub fn knows(&self, misfit: Misfit<'_>) -> bool {
        self.known.contains(&self.state.hash_one(misfit))
    }

    /// It is archived now.
    pub fn note(&mut self, misfit: Misfit<'_>) {
        let mark = self.state.hash_one(misfit);
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
    pub fn lists(&self, site: &SiteId, section: &SectionId) -> Vec<Calm> {
        self.lists
            .get(&(site.clone(), section.clone()))
            .map(|lists| lists.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// A section's first page is like something else now.
    pub fn list_left(&mut self, site: &SiteId, section: &SectionId, was: Calm) {
        let form = |calm: &Calm| calm.fingerprint.as_ref().map(|fingerprint| fingerprint.form);
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
        let misfit = |place, before, said| Misfit { site: &site, place, before, said };
        let mut misfits = Misfits::default();
        misfits.note(misfit("a", Some(1), 2));
        assert!(misfits.knows(misfit("a", Some(1), 2)));
        for other in [misfit("b", Some(1), 2), misfit("a", Some(2), 1), misfit("a", None, 2)] {
            assert!(!misfits.knows(other), "{other:?}");
        }
        for said in 0..MOST as u128 {
            misfits.note(misfit("b", None, said));
            misfits.note(misfit("b", None, said));
        }
        assert!(!misfits.knows(misfit("a", Some(1), 2)) && misfits.knows(misfit("b", None, 0)));
        assert_eq!((misfits.known.len(), misfits.order.len()), (MOST, MOST));
        misfits.forget();
        assert!(!misfits.knows(misfit("b", None, 0)));
    }
}
