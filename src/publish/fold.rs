//! The order of a site's feed (CONTRACT section 5), folded one change at a time. Pure.
//!
//! The 50 highest-ranked pending entries are the site's document, the others by seq the open one;
//! when the open one would exceed 50, its first 50 become final. The outcome depends on the order
//! of the changes alone.

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::feed::ENTRIES;
use crate::store::{Brief, FeedState, Pending};

/// A final document to be written: its number and its entries by seq.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivePage {
    /// Its number, from 1.
    pub n: u32,
    /// Its 50 entries.
    pub entries: Vec<Pending>,
}

/// The pending entry that a new or further version makes; `archived_in`: a final document holds an
/// older one. A tombstone is news wherever the article stood, so `updated` ranks it too.
pub fn pending(id: Uuid, version: u32, brief: &Brief, archived_in: bool) -> Pending {
    let rank = if archived_in || !brief.live { brief.updated } else { brief.rank };
    Pending { id, seq: brief.seq, version, rank }
}

/// Takes one new or edited entry into the state.
pub fn add(state: &mut FeedState, entry: Pending) {
    state.pending.retain(|known| known.id != entry.id);
    state.pending.push(entry);
}

/// Takes a record that was written again: pending stays what is pending, ranked by what the record
/// says now, as a rebuilt store has it from the beginning.
pub fn touch(state: &mut FeedState, entry: Pending) {
    if let Some(known) = state
        .pending
        .iter_mut()
        .find(|known| (known.id, known.version) == (entry.id, entry.version))
    {
        *known = entry;
    }
}

/// The document that turns final, if the open one holds too much; after one entry was added there
/// is at most one.
pub fn cut(state: &mut FeedState) -> Option<ArchivePage> {
    let (_, mut open) = split(&state.pending);
    if open.len() <= ENTRIES {
        return None;
    }
    open.truncate(ENTRIES);
    state.pending.retain(|known| open.iter().all(|cut| cut.id != known.id));
    state.finals += 1;
    Some(ArchivePage { n: state.finals, entries: open })
}

/// Takes a cut back.
pub fn uncut(state: &mut FeedState, cut: ArchivePage) {
    state.finals = cut.n - 1;
    state.pending.extend(cut.entries);
}

/// A document that was written before holds what it holds: where a record was lost the fold of the
/// others alone would cut elsewhere.
pub fn as_written(state: &mut FeedState, cut: ArchivePage, entries: &[(Uuid, u32)]) -> ArchivePage {
    let n = cut.n;
    uncut(state, cut);
    stand(state, n, entries)
}

/// Takes what a final document holds out of what is pending.
pub fn stand(state: &mut FeedState, n: u32, entries: &[(Uuid, u32)]) -> ArchivePage {
    let standing = |known: &Pending| {
        entries.iter().any(|(id, version)| *id == known.id && known.version <= *version)
    };
    state.pending.retain(|known| !standing(known));
    state.finals = n;
    let entry = |(id, version): &(Uuid, u32)| Pending {
        id: *id,
        seq: 0,
        version: *version,
        rank: Timestamp::UNIX_EPOCH,
    };
    ArchivePage { n, entries: entries.iter().map(entry).collect() }
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

    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Record, RecordState};
    use crate::store::conformance::record;

    fn fold(state: &mut FeedState, entry: Pending) -> Option<ArchivePage> {
        add(state, entry);
        cut(state)
    }

    fn entry(n: u64, version: u32, rank: i64) -> Pending {
        Pending {
            id: Uuid::from_u128(u128::from(n)),
            seq: n,
            version,
            rank: Timestamp::from_second(rank).unwrap(),
        }
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
        assert_eq!(
            cut.entries.iter().map(|e| e.seq).collect::<Vec<_>>(),
            (51..=100).collect::<Vec<_>>()
        );
        assert_eq!(state.pending.len(), 51);
    }

    #[test]
    fn what_was_written_is_cut_whatever_a_fold_would_cut() {
        let (mut whole, mut lacking) = (FeedState::default(), FeedState::default());
        let mut cuts = Vec::new();
        for n in 1..=120 {
            cuts.extend(fold(&mut whole, entry(n, 1, -(n as i64))));
        }
        let written: Vec<_> = cuts[0].entries.iter().map(|e| (e.id, e.version)).collect();
        // The record of one of them is lost: the others come to a cut one entry later.
        for n in (1..=120).filter(|n| *n != 70) {
            if let Some(cut) = fold(&mut lacking, entry(n, 1, -(n as i64))) {
                as_written(&mut lacking, cut, &written);
            }
        }
        assert_eq!(split(&lacking.pending), split(&whole.pending));
        assert_eq!(lacking.finals, 1);
    }

    #[test]
    fn an_edit_replaces_the_pending_version() {
        let mut state = FeedState::default();
        fold(&mut state, entry(1, 1, 5));
        fold(&mut state, entry(1, 2, 5));
        assert_eq!(state.pending, [entry(1, 2, 5)]);
    }

    proptest! {
        /// Articles are published, edited, joined, withdrawn and come back, in any order.
        #[test]
        fn a_walk_gives_what_stands_in_its_latest_version(
            changes in prop::collection::vec((1u64..200, -500i64..500, 0u8..8), 0..700),
        ) {
            let mut state = FeedState::default();
            let mut records: HashMap<(u64, u32), Record> = HashMap::new();
            let mut latest: HashMap<u64, u32> = HashMap::new();
            let mut finals: Vec<ArchivePage> = Vec::new();
            for (at, (n, rank, end)) in (1000..).zip(changes) {
                let version = *latest.entry(n).and_modify(|v| *v += 1).or_insert(1);
                let mut record = record("a", n.into(), version, n, rank);
                record.updated = Timestamp::from_second(at).unwrap();
                record.state = match end {
                    0 => RecordState::Joined(Uuid::from_u128(1000)),
                    1 => RecordState::Withdrawn,
                    _ => RecordState::Live,
                };
                let archived_in = finals.iter().flat_map(|cut| &cut.entries).any(|e| e.seq == n);
                finals.extend(fold(
                    &mut state,
                    pending(record.article.id, version, &Brief::from(&record), archived_in),
                ));
                let news = archived_in || !record.is_live();
                prop_assert!(
                    !news
                        || split(&state.pending)
                            .0
                            .iter()
                            .any(|e| (e.seq, e.version) == (n, version)),
                    "news are at the head"
                );
                records.insert((n, version), record);
            }
            let (head, open) = split(&state.pending);
            prop_assert!(
                head.len() <= ENTRIES
                    && open.len() <= ENTRIES
                    && (open.is_empty() || head.len() == ENTRIES)
            );
            let mut walked: HashMap<u64, u32> = HashMap::new();
            for e in
                head.iter().chain(&open).chain(finals.iter().rev().flat_map(|cut| &cut.entries))
            {
                walked.entry(e.seq).or_insert(e.version);
            }
            walked.retain(|n, version| records[&(*n, *version)].is_live());
            latest.retain(|n, version| records[&(*n, *version)].is_live());
            prop_assert_eq!(walked, latest);
            prop_assert!(
                finals
                    .iter()
                    .enumerate()
                    .all(|(i, cut)| cut.n as usize == i + 1 && cut.entries.len() == ENTRIES)
            );
        }
    }
}
