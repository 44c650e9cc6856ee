//! What publishing asks of a store: ranks, documents, folding, and the small things.

use std::sync::Arc;

use uuid::Uuid;

use super::{at, batch, figures, observe, place, proof, record, section, site, standing, top};
use crate::domain::feed::Scope;
use crate::domain::{Checkpoint, Place, Record, RecordState, SiteId, Synced};
use crate::store::{
    Batch, Error, FeedBatch, FeedState, Line, Look, Order, Pending, PieceLine, Sheet, Store, Wanted,
};

async fn ids(store: &dyn Store, scope: Scope, limit: usize) -> Vec<u128> {
    let found = top(store, &scope, limit).await.unwrap();
    found.iter().map(|record| record.article.id.as_u128()).collect()
}

pub(super) async fn ranks(store: &dyn Store) {
    let mut undated = record("b", 6, 1, 9, 0);
    undated.article.published = None;
    undated.first_seen = at(-50);
    let records = vec![
        record("b", 1, 1, 2, 10),
        record("a", 2, 1, 2, 10),
        record("a", 3, 1, 3, 10),
        record("a", 4, 1, 1, 20),
        record("a", 5, 1, 4, -5),
        undated,
    ];
    store.save(None, batch(records), &proof()).await.unwrap();
    assert_eq!(
        ids(store, Scope::All, 9).await,
        [4, 3, 2, 1, 5, 6],
        "newest, then higher seq, then site"
    );
    assert_eq!(ids(store, Scope::All, 3).await, [4, 3, 2]);
    assert_eq!(ids(store, Scope::Section(site("a"), section("s1")), 9).await, [4, 3, 2, 5]);
    for (sites, limit, want) in [
        (vec!["a", "b"], 9, vec![4, 3, 2, 1, 5, 6]),
        (vec!["b", "c"], 1, vec![1]),
        (vec![], 9, vec![]),
    ] {
        let sites: Vec<SiteId> = sites.into_iter().map(site).collect();
        let found = standing(store, &Scope::All, Arc::new(move |site| sites.contains(site)), limit)
            .await
            .unwrap();
        assert_eq!(
            found.iter().map(|r| r.id.as_u128()).collect::<Vec<_>>(),
            want,
            "the others take no place"
        );
    }
    let all = standing(store, &Scope::All, Arc::new(|id| *id == site("b")), 9).await.unwrap();
    let written: Vec<_> =
        all.iter().map(|one| (one.site.as_str(), one.version, one.revision)).collect();
    assert_eq!(written, [("b", 1, 1), ("b", 1, 6)], "by which changes they were written");
    let versions = all
        .iter()
        .map(|one| (one.site.clone(), one.id, one.version))
        .chain([(site("a"), Uuid::from_u128(1), 1)])
        .collect();
    let records = store.versions(versions).await.unwrap();
    let found: Vec<_> = records
        .iter()
        .map(|found| found.as_ref().map(|record| record.article.id.as_u128()))
        .collect();
    assert_eq!(found, [Some(1), Some(6), None]);

    ranks_move(store).await;
}

/// Ranks follow the latest records.
async fn ranks_move(store: &dyn Store) {
    let mut moved = record("a", 4, 2, 1, 1);
    moved.sections = vec![section("s2")];
    let mut gone = record("a", 3, 1, 3, 10);
    gone.state = RecordState::Withdrawn;
    store.save(None, batch(vec![moved, gone]), &proof()).await.unwrap();
    assert_eq!(
        ids(store, Scope::All, 9).await,
        [2, 1, 4, 5, 6],
        "a rank moves, the withdrawn leave"
    );
    assert_eq!(ids(store, Scope::Section(site("a"), section("s1")), 9).await, [2, 5]);
    assert_eq!(ids(store, Scope::Section(site("a"), section("s2")), 9).await, [4]);
    store.save(None, batch(vec![record("a", 3, 1, 3, 10)]), &proof()).await.unwrap();
    assert_eq!(ids(store, Scope::All, 3).await, [3, 2, 1], "and come back");
}

fn sheet(context: u64, moved: u64) -> Arc<Sheet> {
    let (digest, last_modified) = ([7; 16], at(0));
    let (head, foot, lines) = Default::default();
    Arc::new(Sheet { context, moved, digest, last_modified, head, foot, lines })
}

/// What a document is made of is found in one look, unless it is current.
pub(super) async fn looks(store: &dyn Store) {
    let (a, scope) = (site("a"), Scope::Site(site("a")));
    let one = (a.clone(), Uuid::from_u128(1), 1);
    store.save(None, batch(vec![record("a", 1, 1, 1, 5)]), &proof()).await.unwrap();
    let pending = vec![Pending { id: one.1, seq: 1, version: 1, rank: at(5) }];
    let states = vec![(a.clone(), FeedState { finals: 0, pending })];
    store
        .fold(FeedBatch {
            cursor: 1,
            states,
            moved: vec![(scope.clone(), at(1))],
            ..FeedBatch::default()
        })
        .await
        .unwrap();
    let look = async |unsaved: Option<Arc<Sheet>>, context| {
        let versions = vec![one.clone(), (a.clone(), Uuid::from_u128(9), 1)];
        let records = Box::new(move |look: &Look| {
            if matches!(look.order, Some(Order::Site(_))) { versions } else { Vec::new() }
        });
        let wanted = Wanted { unsaved, context, counts: Arc::new(|_| true), entries: 9, records };
        let look = store.look("p", &scope, Some(wanted)).await.unwrap();
        let records: Vec<_> = look
            .records
            .iter()
            .map(|found| found.as_ref().map(|record| record.article.id.as_u128()))
            .collect();
        let standing = look.order.map(|order| match order {
            Order::Site(lineup) => lineup.state.pending.len(),
            Order::Ranked(_) => panic!("a site's feed has an order of its own"),
        });
        (look.sheet.map(|sheet| sheet.context), standing, records)
    };
    let all = (Some(1), vec![Some(1), None]);
    let outdated = |context| (context, all.0, all.1.clone());
    assert_eq!(look(None, 4).await, outdated(None), "never made");
    store.set_sheets(vec![("p".to_owned(), sheet(4, 1))]).await.unwrap();
    assert_eq!(look(None, 4).await, (Some(4), None, vec![]), "current");
    assert_eq!(look(None, 5).await, outdated(Some(4)), "made otherwise");
    assert_eq!(
        look(Some(sheet(5, 1)), 5).await,
        (Some(5), None, vec![]),
        "current, if not stored yet"
    );
    assert_eq!(look(Some(sheet(5, 0)), 5).await, outdated(Some(5)), "moved since");
}

fn feed_state(finals: u32) -> FeedState {
    let pending = vec![Pending { id: Uuid::from_u128(1), seq: 3, version: 2, rank: at(-7) }];
    FeedState { finals, pending }
}

fn folded(cursor: u64, finals: u32) -> FeedBatch {
    FeedBatch {
        cursor,
        states: vec![(site("a"), feed_state(finals))],
        archived_in: vec![(site("a"), Uuid::from_u128(1), finals)],
        moved: vec![(Scope::All, at(finals.into()))],
    }
}

pub(super) async fn feeds(store: &dyn Store) {
    let (a, id) = (site("a"), Uuid::from_u128(1));
    assert_eq!(
        (store.cursor().await.unwrap(), store.feed_state(&a).await.unwrap()),
        (0, FeedState::default())
    );
    store
        .save(None, batch((1..=5).map(|id| record("a", id, 1, id as u64, 5)).collect()), &proof())
        .await
        .unwrap();
    let moved = async || {
        store.look("p", &Scope::All, None).await.unwrap().moved.map(|moved| (moved.n, moved.time))
    };
    assert_eq!(moved().await, None);
    let unfolded = async || {
        store
            .unfolded(3)
            .await
            .unwrap()
            .into_iter()
            .map(|u| (u.change.n, u.brief.map(|b| b.seq), u.archived_in))
            .collect()
    };
    let before: Vec<_> = unfolded().await;
    assert_eq!(before, [(1, Some(1), None), (2, Some(2), None), (3, Some(3), None)]);
    store.fold(folded(5, 1)).await.unwrap();
    store.fold(folded(4, 9)).await.unwrap();
    assert_eq!(
        (store.cursor().await.unwrap(), store.feed_state(&a).await.unwrap()),
        (5, feed_state(1)),
        "never back"
    );
    assert_eq!(
        (store.archived_in(&a, id).await.unwrap(), moved().await),
        (Some(1), Some((5, at(1))))
    );
    let after: Vec<_> = unfolded().await;
    assert_eq!(after, []);
    lineups(store).await;
    finals(store).await;
}

/// A site's feed as it stands, and what folding once more makes of it.
async fn lineups(store: &dyn Store) {
    let (a, id) = (site("a"), Uuid::from_u128(1));
    let lineup = store.lineup(&a).await.unwrap();
    assert_eq!((lineup.state, lineup.last_final, lineup.revisions), (feed_state(1), 0, vec![1]));
    store.save(None, batch(vec![record("a", 1, 2, 1, 6)]), &proof()).await.unwrap();
    assert_eq!(store.lineup(&a).await.unwrap().revisions, [6], "the change that wrote the record");
    let again = store.unfolded(3).await.unwrap().pop().unwrap();
    assert_eq!((again.change.version, again.archived_in), (2, Some(1)));
    let states = store.feed_states([a.clone(), site("b")].into()).await.unwrap();
    assert_eq!(states, [(a.clone(), feed_state(1)), (site("b"), FeedState::default())].into());
    let ahead = store.fold(folded(7, 9)).await;
    assert!(matches!(ahead, Err(Error::Ahead { cursor: 7, last: 6 })), "{ahead:?}");
    assert_eq!(
        (store.cursor().await.unwrap(), store.feed_state(&a).await.unwrap()),
        (5, feed_state(1)),
        "never beyond the log"
    );
    store.fold(folded(5, 2)).await.unwrap();
    assert_eq!(
        (store.feed_state(&a).await.unwrap(), store.archived_in(&a, id).await.unwrap()),
        (feed_state(2), Some(2))
    );
}

/// Final documents are found by their numbers, and so is what they hold.
async fn finals(store: &dyn Store) {
    let (a, id) = (site("a"), Uuid::from_u128(1));
    for offset in [1, 2] {
        let batch = Batch { finals: vec![(a.clone(), 1, place(offset))], ..Batch::default() };
        store.save(None, batch, &proof()).await.unwrap();
    }
    assert_eq!(store.final_document(&a, 1).await.unwrap(), Some(place(2)), "the last writer wins");
    assert_eq!(store.final_document(&a, 2).await.unwrap(), None);
    assert_eq!(
        (store.final_entries(&a, 1).await.unwrap(), store.last_final(&a).await.unwrap()),
        (None, 1)
    );
    let long: Vec<(Uuid, u32)> = (0..2000).map(|n| (Uuid::from_u128(n), n as u32)).collect();
    for entries in [long.clone(), vec![(id, 1)]] {
        let batch = Batch {
            entries: vec![(a.clone(), 300, entries), (a.clone(), 2, Vec::new())],
            ..Batch::default()
        };
        store.save(None, batch, &proof()).await.unwrap();
    }
    assert_eq!(store.final_entries(&a, 300).await.unwrap(), Some(long), "the first writer wins");
    assert_eq!(
        store.final_entries(&a, 2).await.unwrap(),
        Some(Vec::new()),
        "to hold nothing is known too"
    );
    assert_eq!(
        (store.last_final(&a).await.unwrap(), store.last_final(&site("b")).await.unwrap()),
        (300, 0)
    );
    let batch = Batch { finals: vec![(a.clone(), 70_000, place(1))], ..Batch::default() };
    store.save(None, batch, &proof()).await.unwrap();
    assert_eq!(store.last_final(&a).await.unwrap(), 70_000, "by place or by entries");
}

pub(super) async fn holdings(store: &dyn Store) {
    let lies = |file: &str, offset| Place { file: file.to_owned(), ..place(offset) };
    let captured = |id, version, place| Record { capture: place, ..record("a", id, version, 1, 5) };
    let held = async || {
        let files = store.files().await.unwrap();
        files.into_iter().map(|held| (held.file, held.articles, held.end)).collect::<Vec<_>>()
    };
    let of = |file: &str, articles, end| (file.to_owned(), articles, end);
    assert_eq!(held().await, []);
    let (first, edited) = (captured(1, 1, lies("b", 100)), captured(1, 3, lies("b", 50)));
    store
        .save(
            None,
            batch(vec![first.clone(), edited.clone(), captured(2, 1, lies("a", 7))]),
            &proof(),
        )
        .await
        .unwrap();
    assert_eq!(held().await, [of("a", 1, 16), of("b", 2, 109)], "new and edited");
    store.save(None, batch(vec![first, edited.clone()]), &proof()).await.unwrap();
    store
        .save(None, batch(vec![Record { sections: Vec::new(), ..edited.clone() }]), &proof())
        .await
        .unwrap();
    assert_eq!(held().await, [of("a", 1, 16), of("b", 2, 109)], "neither again nor touched");
    store.save(None, batch(vec![captured(1, 2, lies("a", 90))]), &proof()).await.unwrap();
    assert_eq!(held().await, [of("a", 2, 99), of("b", 2, 109)], "a gap is filled");
    for offset in [500, 200] {
        let finals = vec![(site("a"), 1, lies("b", offset)), (site("a"), 2, lies("c", 1))];
        store.save(None, Batch { finals, ..Batch::default() }, &proof()).await.unwrap();
    }
    assert_eq!(
        held().await,
        [of("a", 2, 99), of("b", 2, 509), of("c", 0, 10)],
        "the farthest end ever"
    );
    store
        .save(None, batch(vec![Record { capture: lies("c", 80), ..edited }]), &proof())
        .await
        .unwrap();
    assert_eq!(
        held().await,
        [of("a", 2, 99), of("b", 2, 509), of("c", 0, 89)],
        "counted where it was first saved"
    );
}

pub(super) async fn mending(store: &dyn Store) {
    store.save(None, batch(vec![record("a", 1, 1, 1, 5)]), &proof()).await.unwrap();
    let seen = observe(store).await.unwrap();
    store.mend().await.unwrap();
    assert_eq!((store.damage(), observe(store).await.unwrap()), (None, seen));
}

pub(super) async fn small(store: &dyn Store) {
    let point = |file: &str, offset| Checkpoint { file: file.to_owned(), offset };
    assert_eq!(store.checkpoint().await.unwrap(), None);
    for (to, stands) in [
        (point("b", 5), point("b", 5)),
        (point("a", 9), point("b", 5)),
        (point("b", 6), point("b", 6)),
        (point("c", 0), point("c", 0)),
    ] {
        store.advance(to).await.unwrap();
        assert_eq!(store.checkpoint().await.unwrap(), Some(stands));
    }
    let unproven = Batch { records: vec![record("a", 1, 1, 1, 5)], ..Batch::default() };
    store.save(None, unproven, &Synced::proven(point("z", 1))).await.unwrap();
    assert_eq!(
        store.checkpoint().await.unwrap(),
        Some(point("c", 0)),
        "saving alone never moves it"
    );

    let line = |piece| Line {
        site: site("a"),
        id: Uuid::from_u128(1),
        version: 2,
        revision: 3,
        updated: at(4),
        language: Some("vi".to_owned()),
        piece,
    };
    let piece = PieceLine { context: 5, digest: [6; 16], length: 7, crc: 8, uses: 9 };
    let sheet = |n: u8| Sheet {
        context: n.into(),
        moved: 1,
        digest: [n; 16],
        last_modified: at(n.into()),
        head: vec![n; 9000],
        foot: Vec::new(),
        lines: vec![line(Some(piece.clone())), line(None)],
    };
    let set = |path: &str, n| store.set_sheets(vec![(path.to_owned(), Arc::new(sheet(n)))]);
    set("p", 1).await.unwrap();
    set("q", 2).await.unwrap();
    set("p", 3).await.unwrap();
    let look = async |path: &str| store.look(path, &Scope::All, None).await.unwrap().sheet;
    assert_eq!(
        (look("p").await, look("q").await, look("r").await),
        (Some(Arc::new(sheet(3))), Some(Arc::new(sheet(2))), None)
    );
    assert_eq!(store.value("k").await.unwrap(), None);
    store.set_value("k", "1").await.unwrap();
    store.set_value("k", "2").await.unwrap();
    assert_eq!(store.value("k").await.unwrap().as_deref(), Some("2"));
}

pub(super) async fn large(store: &dyn Store) {
    let mut sized = Vec::new();
    for (id, size) in [(1, 300_000_usize), (2, 6 * 1024), (3, 20_000)] {
        let mut big = record("a", id, 1, 1, 5);
        big.article.content_text =
            (0..size).map(|n| char::from(b'a' + (n * n % 23) as u8)).collect();
        sized.push(big);
    }
    store.save(None, batch(sized.clone()), &proof()).await.unwrap();
    for big in &sized {
        assert_eq!(store.record(&site("a"), big.article.id).await.unwrap().as_deref(), Some(big));
    }
    let mut small = sized[0].clone();
    small.article.content_text.truncate(20_000);
    store.save(None, batch(vec![small.clone()]), &proof()).await.unwrap();
    assert_eq!(store.record(&site("a"), small.article.id).await.unwrap().as_deref(), Some(&small));
    assert_eq!(top(store, &Scope::All, 9).await.unwrap().len(), 3);
    let many = (10..500).map(|id| record("a", id, 1, id as u64, 5)).collect();
    store.save(None, batch(many), &proof()).await.unwrap();
    assert_eq!(figures(store, &site("a")).await.articles, 493);
    let log = store.changes(0, 1000).await.unwrap();
    assert!(log.iter().map(|c| c.n).eq(1..=494), "no gaps");
}
