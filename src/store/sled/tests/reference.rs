//! Steps drawn at random, taken on the store and on the reference.

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Claim(i64),
    Release(usize),
    Note(usize, u8, u8, Option<i64>),
    Save(Option<usize>, Vec<Record>, u8),
    Fold(u64, u32),
    Replace(u32, u64),
    Advance(u64),
}

fn a_record() -> impl Strategy<Value = Record> {
    let parts = (any::<bool>(), 0..6u128, 1..4u32, 0..3i64, 0..4u8, 0..4u8, 0..9000usize);
    parts.prop_map(|(first, id, version, rank, sections, state, length)| {
        let mut record = record(if first { "a" } else { "b" }, id, version, id as u64 / 2, rank);
        record.sections = ["s1", "s2"]
            .iter()
            .zip([1, 2])
            .filter(|(_, bit)| sections & bit != 0)
            .map(|(s, _)| section(s))
            .collect();
        record.state = match state {
            0 => RecordState::Withdrawn,
            1 => RecordState::Joined(Uuid::from_u128(9)),
            _ => RecordState::Live,
        };
        record.article.content_text = "x".repeat(length);
        record.article.item = (length % 4 < 3).then(|| (length % 4).to_string());
        record
    })
}

fn a_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..40i64).prop_map(Step::Claim),
        (0..4usize).prop_map(Step::Release),
        (0..4usize, 0..3u8, 0..7u8, proptest::option::of(-9..60i64))
            .prop_map(|(l, k, s, d)| Step::Note(l, k, s, d)),
        (proptest::option::of(0..4usize), proptest::collection::vec(a_record(), 1..4), 0..3u8)
            .prop_map(|(l, r, k)| Step::Save(l, r, k)),
        (0..5u64, 0..3u32).prop_map(|(c, f)| Step::Fold(c, f)),
        (0..3u32, 0..9u64).prop_map(|(n, o)| Step::Replace(n, o)),
        (0..9u64).prop_map(Step::Advance),
    ]
}

fn a_release(n: usize) -> Release {
    let checkpoint = (n > 1).then(|| Checkpoint { file: "f".to_owned(), offset: 2 * n as u64 });
    let links = vec![link("a", &n.to_string(), LinkState::Failed, Some(n as i64))];
    Release { state: SiteState { visits: n as u64, ..SiteState::default() }, links, checkpoint }
}

fn an_update(key: u8, state: u8, due: Option<i64>) -> FrontierUpdate {
    use LinkState::{Article, Barred, Dead, Failed, Held, NoArticle, Unread};
    let states = [Unread, Article(Uuid::from_u128(1)), NoArticle, Dead(410), Barred, Failed, Held];
    let link = link("a", &key.to_string(), states[usize::from(state)].clone(), due);
    let pages =
        (state.is_multiple_of(3)).then(|| PageMemory::of(vec![(key.into(), 1)], Vec::new()));
    FrontierUpdate { links: vec![link], pages, ..FrontierUpdate::default() }
}

fn a_batch(records: Vec<Record>, key: u8, version: u32) -> Batch {
    let addresses =
        records.iter().map(|r| (r.site.clone(), key.to_string(), r.article.id)).take(1).collect();
    let finals = vec![(site("a"), u32::from(key), place(records.len() as u64))];
    let held = vec![(Uuid::from_u128(u128::from(key)), version)];
    let entries = vec![(site("b"), u32::from(key), held)];
    let frontier =
        FrontierUpdate { state: Some(SiteState::default()), ..FrontierUpdate::default() };
    Batch { records, finals, entries, addresses, frontier }
}

/// One step; what it answers, faults included, as text. Leases are remembered so that old ones are
/// tried too.
async fn take(store: &dyn Store, step: Step, leases: &mut Vec<Lease>) -> String {
    let known = |leases: &[Lease], n: usize| leases.get(n % leases.len().max(1)).cloned();
    let a = site("a");
    match step {
        Step::Claim(now) => {
            let claim = store.claim(&a, at(now), at(now + 5)).await;
            leases.extend(claim.iter().flatten().map(|claim| claim.lease.clone()));
            format!("{claim:?}")
        }
        Step::Release(n) => match known(leases, n) {
            Some(lease) => format!("{:?}", store.release(lease, a_release(n)).await),
            None => String::new(),
        },
        Step::Note(n, key, state, due) => match known(leases, n) {
            Some(lease) => format!("{:?}", store.note(&lease, an_update(key, state, due)).await),
            None => String::new(),
        },
        Step::Save(n, records, key) => {
            let lease = n.and_then(|n| known(leases, n));
            let batch = a_batch(records, key, n.map_or(0, |n| n as u32));
            format!("{:?}", store.save(lease.as_ref(), batch, &proof()).await)
        }
        Step::Fold(cursor, finals) => {
            let states = vec![(a.clone(), FeedState { finals, pending: Vec::new() })];
            let archived_in = vec![(a, Uuid::from_u128(1), finals)];
            let batch = FeedBatch { cursor, states, archived_in, moved: Vec::new() };
            format!("{:?}", store.fold(batch).await)
        }
        Step::Replace(n, offset) => {
            let finals = vec![(a.clone(), n, place(offset))];
            let batch = Batch { finals, ..Batch::default() };
            format!("{:?}", store.save(None, batch, &proof()).await)
        }
        Step::Advance(offset) => {
            format!("{:?}", store.advance(Checkpoint { file: "f".to_owned(), offset }).await)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn sled_and_the_reference_cannot_be_told_apart(
        steps in proptest::collection::vec(a_step(), 1..30),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let home = TempDir::new().unwrap();
            let (memory, sled) = (Memory::default(), Sled::open(home.path()).unwrap());
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for step in steps {
                prop_assert_eq!(
                    take(&memory, step.clone(), &mut ours).await,
                    take(&sled, step, &mut theirs).await
                );
            }
            let seen = observe(&memory).await.unwrap();
            prop_assert_eq!(&observe(&sled).await.unwrap(), &seen);
            drop(sled);
            prop_assert_eq!(&observe(&reopen(home.path())).await.unwrap(), &seen);
            Ok(())
        })?;
    }
}
