//! The order of a site's feed (CONTRACT section 5), folded one change at a time. Pure.
//!
//! The 50 highest-ranked pending entries are the site's document, the others by seq the open one; when the open one
//! would exceed 50, its first 50 become final. The outcome depends on the order of the changes alone.

use crate::domain::feed::ENTRIES;
use crate::store::{FeedState, Pending};

/// A final document to be written: its number and its entries by seq.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Its number, from 1.
    pub n: u32,
    /// Its 50 entries.
    pub entries: Vec<Pending>,
}

/// Takes one new or edited entry into the state; at most one document turns final.
pub fn fold(state: &mut FeedState, entry: Pending) -> Option<Cut> {
    state.pending.retain(|known| known.id != entry.id);
    state.pending.push(entry);
    let (_, mut open) = split(&state.pending);
    if open.len() <= ENTRIES {
        return None;
    }
    open.truncate(ENTRIES);
    state.pending.retain(|known| open.iter().all(|cut| cut.id != known.id));
    state.finals += 1;
    Some(Cut { n: state.finals, entries: open })
}

/// The site's document, highest rank first, and the open document, by seq.
pub fn split(pending: &[Pending]) -> (Vec<Pending>, Vec<Pending>) {
    let mut head = pending.to_vec();
    head.sort_by(|a, b| b.rank.cmp(&a.rank).then(b.seq.cmp(&a.seq)));
    let mut open = head.split_off(head.len().min(ENTRIES));
    open.sort_by_key(|entry| entry.seq);
    (head, open)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use jiff::Timestamp;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn entry(n: u64, version: u32, rank: i64) -> Pending {
        Pending { id: Uuid::from_u128(u128::from(n)), seq: n, version, rank: Timestamp::from_second(rank).unwrap() }
    }

    #[test]
    fn the_hundred_and_first_entry_turns_the_first_fifty_of_the_open_document_final() {
        let mut state = FeedState::default();
        // A back catalogue: each further article is older, so the head keeps the first fifty.
        for n in 1..=100 {
            assert_eq!(fold(&mut state, entry(n, 1, -(n as i64))), None);
        }
        let cut = fold(&mut state, entry(101, 1, -101)).unwrap();
        assert_eq!((cut.n, cut.entries.len()), (1, 50));
        assert_eq!(cut.entries.iter().map(|e| e.seq).collect::<Vec<_>>(), (51..=100).collect::<Vec<_>>());
        assert_eq!(state.pending.len(), 51);
    }

    #[test]
    fn an_edit_replaces_the_pending_version() {
        let mut state = FeedState::default();
        fold(&mut state, entry(1, 1, 5));
        fold(&mut state, entry(1, 2, 5));
        assert_eq!(state.pending, [entry(1, 2, 5)]);
    }

    proptest! {
        #[test]
        fn a_walk_gives_every_entry_in_its_latest_version(changes in prop::collection::vec((1u64..200, -500i64..500), 0..700)) {
            let mut state = FeedState::default();
            let mut latest: HashMap<u64, u32> = HashMap::new();
            let mut finals = Vec::new();
            for (n, rank) in changes {
                let version = latest.entry(n).and_modify(|v| *v += 1).or_insert(1);
                finals.extend(fold(&mut state, entry(n, *version, rank)));
            }
            let (head, open) = split(&state.pending);
            prop_assert!(head.len() <= ENTRIES && open.len() <= ENTRIES && (open.is_empty() || head.len() == ENTRIES));
            let mut walked: HashMap<u64, u32> = HashMap::new();
            for e in head.iter().chain(&open).chain(finals.iter().rev().flat_map(|cut| &cut.entries)) {
                walked.entry(e.seq).or_insert(e.version);
            }
            prop_assert_eq!(walked, latest);
            prop_assert!(finals.iter().enumerate().all(|(i, cut)| cut.n as usize == i + 1 && cut.entries.len() == ENTRIES));
        }
    }
}
