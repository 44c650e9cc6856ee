//! What crawling asks of a store: leases, links, records and how they are found.

use uuid::Uuid;

use super::{at, batch, figures, link, observe, proof, record, section, site, top};
use crate::domain::feed::Scope;
use crate::domain::{Checkpoint, Link, LinkState, PageMemory, Record, RecordState, SiteState};
use crate::store::{Batch, ChangeKind, Error, FrontierUpdate, Lease, Pick, Release, Store};

fn fenced<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(matches!(outcome, Err(Error::Fenced { .. })), "{outcome:?}");
}

fn an_update() -> FrontierUpdate {
    FrontierUpdate {
        links: vec![link("a", "0", LinkState::Unread, None)],
        state: Some(SiteState::default()),
        pages: Some(PageMemory::of(vec![(1, 2)], vec![(3, 4), (u64::MAX, 5)])),
        ..FrontierUpdate::default()
    }
}

fn end(state: SiteState) -> Release {
    Release { state, links: an_update().links, checkpoint: Some(point(5)) }
}

fn point(offset: u64) -> Checkpoint {
    Checkpoint { file: "b".to_owned(), offset }
}

pub(super) async fn leases(store: &dyn Store) {
    let a = site("a");
    let first = store.claim(&a, at(0), at(10)).await.unwrap().unwrap().lease;
    assert!(store.claim(&a, at(9), at(20)).await.unwrap().is_none(), "held");
    assert!(store.claim(&site("b"), at(9), at(20)).await.unwrap().is_some(), "another site");
    assert!(
        store.holds(&first, at(9)).await.unwrap() && !store.holds(&first, at(10)).await.unwrap()
    );
    let second = store.claim(&a, at(10), at(20)).await.unwrap().unwrap().lease;
    assert!(second.fence > first.fence);
    assert!(!store.holds(&first, at(0)).await.unwrap());

    fenced(store.note(&first, an_update()).await);
    fenced(store.save(Some(&first), batch(vec![record("a", 1, 1, 1, 5)]), &proof()).await);
    fenced(store.release(first.clone(), end(SiteState::default())).await);
    assert_eq!(store.site_state(&a).await.unwrap(), None, "a fenced write leaves nothing");
    assert_eq!(store.page_memory(&a).await.unwrap(), None, "nor of its pages");
    assert_eq!((figures(store, &a).await.links, store.checkpoint().await.unwrap()), (0, None));
    assert!(store.changes(0, 9).await.unwrap().is_empty());

    fenced(
        store.close(first.clone(), batch(vec![record("a", 1, 1, 1, 5)]), point(4), &proof()).await,
    );
    assert_eq!(
        (store.checkpoint().await.unwrap(), store.changes(0, 9).await.unwrap().len()),
        (None, 0)
    );
    releases(store, second).await;
}

/// A site is given back with all that its visit leaves, or without.
async fn releases(store: &dyn Store, second: Lease) {
    let a = site("a");
    store.note(&second, FrontierUpdate { links: Vec::new(), ..an_update() }).await.unwrap();
    assert_eq!(store.page_memory(&a).await.unwrap(), an_update().pages);
    let memory =
        SiteState { visits: 4, cookies: Some("c".repeat(100_000)), ..SiteState::default() };
    store.release(second.clone(), end(memory.clone())).await.unwrap();
    assert_eq!(store.site_state(&a).await.unwrap(), Some(memory));
    let left = (figures(store, &a).await.links, store.checkpoint().await.unwrap());
    assert_eq!(left, (1, Some(point(5))), "all that a visit leaves");
    fenced(store.note(&second, FrontierUpdate::default()).await);
    assert!(!store.holds(&second, at(11)).await.unwrap());
    store.abandon(&second);
    let third = store.claim(&a, at(11), at(20)).await.unwrap().unwrap();
    assert!(third.lease.fence > second.fence, "free again, and higher");
    store.abandon(&second);
    assert!(store.holds(&third.lease, at(11)).await.unwrap(), "an older lease gives nothing back");
    store.abandon(&third.lease);
    fenced(store.note(&third.lease, FrontierUpdate::default()).await);
    let again = store.claim(&a, at(11), at(20)).await.unwrap().unwrap();
    assert_eq!(again.state, third.state, "what was written stays");
    closes(store, again.lease).await;
}

/// A site is given back by the write that saves its last records.
async fn closes(store: &dyn Store, third: Lease) {
    let a = site("a");
    fenced(
        store
            .save(
                Some(&Lease { fence: third.fence + 1, ..third.clone() }),
                Batch::default(),
                &proof(),
            )
            .await,
    );

    let left = FrontierUpdate {
        state: Some(SiteState { visits: 7, ..SiteState::default() }),
        ..an_update()
    };
    store
        .close(
            third.clone(),
            Batch { frontier: left, ..batch(vec![record("a", 1, 1, 1, 5)]) },
            point(9),
            &proof(),
        )
        .await
        .unwrap();
    fenced(store.note(&third, FrontierUpdate::default()).await);
    assert_eq!(
        (store.checkpoint().await.unwrap(), store.changes(0, 9).await.unwrap().len()),
        (Some(point(9)), 1),
        "saved, moved"
    );
    assert_eq!(
        store.claim(&a, at(11), at(20)).await.unwrap().unwrap().state.visits,
        7,
        "and given back, by one write"
    );
}

fn keys(found: Vec<Link>) -> Vec<String> {
    found.into_iter().map(|link| link.key).collect()
}

pub(super) async fn frontier(store: &dyn Store) {
    let a = site("a");
    let lease = store.claim(&a, at(0), at(10)).await.unwrap().unwrap().lease;
    let long = "l".repeat(5000);
    let links = vec![
        link("a", "read", LinkState::Article(Uuid::from_u128(1)), Some(30)),
        link("a", "dead", LinkState::Dead(404), Some(20)),
        link("a", "fail", LinkState::Failed, Some(20)),
        link("a", "none", LinkState::NoArticle, Some(51)),
        link("a", "bars", LinkState::Barred, None),
        link("a", &long, LinkState::Unread, Some(10)),
    ];
    store
        .note(
            &lease,
            FrontierUpdate { links: links.clone(), state: None, ..FrontierUpdate::default() },
        )
        .await
        .unwrap();
    let due = keys(store.links(&a, Pick::Due(at(50)), 9).await.unwrap());
    assert_eq!(due, [long.as_str(), "dead", "fail", "read"], "soonest first, then by key");
    assert_eq!(keys(store.links(&a, Pick::Due(at(30)), 2).await.unwrap()), [long.as_str(), "dead"]);
    assert_eq!(keys(store.links(&a, Pick::Due(at(19)), 9).await.unwrap()), [long.as_str()]);
    assert_eq!(
        store.links(&a, Pick::Due(at(20)), 9).await.unwrap().len(),
        3,
        "an instant is due at itself"
    );
    let (due, all) = (
        store.links(&a, Pick::Due(at(20)), 9).await.unwrap(),
        store.links(&a, Pick::Due(at(1000)), 9).await.unwrap(),
    );
    assert_eq!(
        store.links(&a, Pick::Beyond(at(20)), 9).await.unwrap(),
        all[due.len()..],
        "what is not due is beyond"
    );
    let mut open = keys(store.links(&a, Pick::Open, 9).await.unwrap());
    open.sort();
    assert_eq!(open, ["dead", "fail", long.as_str()]);
    assert_eq!(store.links(&a, Pick::All, 9).await.unwrap().len(), 6);
    assert_eq!(store.links(&a, Pick::All, 4).await.unwrap().len(), 4);
    assert!(store.links(&site("b"), Pick::All, 9).await.unwrap().is_empty());
    assert_eq!(store.link(&a, &long).await.unwrap().as_ref(), links.last());
    let many = store.link_all(&a, ["x", "none", "read"].map(str::to_owned).to_vec()).await.unwrap();
    assert_eq!(many, [None, Some(links[3].clone()), Some(links[0].clone())], "in their order");
    let tally = figures(store, &a).await;
    assert_eq!((tally.links, tally.open, tally.no_articles), (6, 3, 1));

    frontier_changes(store, &lease, &long).await;
}

/// A link that changes is found by what it is now, one that is forgotten by nothing.
async fn frontier_changes(store: &dyn Store, lease: &Lease, long: &str) {
    let a = site("a");
    let moved = link("a", "dead", LinkState::NoArticle, Some(60));
    let again = Link { last_read: Some(at(9)), ..moved.clone() };
    for link in [moved.clone(), again] {
        store
            .note(
                lease,
                FrontierUpdate { links: vec![link], state: None, ..FrontierUpdate::default() },
            )
            .await
            .unwrap();
        assert_eq!(
            store.link(&a, "dead").await.unwrap().as_ref(),
            Some(&moved),
            "read again, and nothing else"
        );
    }
    assert_eq!(keys(store.links(&a, Pick::Due(at(50)), 9).await.unwrap()), [long, "fail", "read"]);
    let tally = figures(store, &a).await;
    assert_eq!((tally.links, tally.open, tally.no_articles), (6, 2, 2));

    let dropped = vec![long.to_owned(), "read".to_owned(), "never".to_owned()];
    store.note(lease, FrontierUpdate { dropped, ..FrontierUpdate::default() }).await.unwrap();
    assert_eq!(
        (store.link(&a, long).await.unwrap(), store.link(&a, "read").await.unwrap()),
        (None, None)
    );
    assert_eq!(
        keys(store.links(&a, Pick::Due(at(50)), 9).await.unwrap()),
        ["fail"],
        "what is forgotten is not due"
    );
    assert_eq!(keys(store.links(&a, Pick::Open, 9).await.unwrap()), ["fail"]);
    let tally = figures(store, &a).await;
    assert_eq!((tally.links, tally.open, tally.no_articles), (4, 1, 2));
}

pub(super) async fn changes(store: &dyn Store) {
    let a = site("a");
    let first = record("a", 1, 1, 1, 5);
    let second = record("a", 1, 2, 1, 5);
    let mut touched = second.clone();
    touched.sections.push(section("s2"));
    for records in
        [vec![first.clone(), record("b", 2, 1, 1, 6)], vec![second], vec![touched.clone()]]
    {
        store.save(None, batch(records), &proof()).await.unwrap();
    }
    let log = store.changes(0, 10).await.unwrap();
    let made: Vec<_> =
        log.iter().map(|c| (c.n, c.site.as_str(), c.id.as_u128(), c.version, c.kind)).collect();
    use ChangeKind::{Edited, New, Touched};
    assert_eq!(
        made,
        [(1, "a", 1, 1, New), (2, "b", 2, 1, New), (3, "a", 1, 2, Edited), (4, "a", 1, 2, Touched)]
    );
    assert_eq!(store.changes(1, 2).await.unwrap(), log[1..3]);
    assert!(
        store.changes(4, 10).await.unwrap().is_empty()
            && store.changes(u64::MAX, 10).await.unwrap().is_empty()
    );
    let id = Uuid::from_u128(1);
    assert_eq!(store.record(&a, id).await.unwrap().as_deref(), Some(&touched));
    assert_eq!(store.version(&a, id, 1).await.unwrap().as_deref(), Some(&first));
    assert_eq!(store.version(&a, id, 3).await.unwrap(), None);
    let sequence = store.sequence(&a).await.unwrap();
    assert_eq!((sequence.seq, sequence.updated), (1, Some(at(102))));
    assert_eq!(figures(store, &a).await.articles, 1);
    assert_eq!(store.sites().await.unwrap(), [a, site("b")]);
}

pub(super) async fn saving_again(store: &dyn Store) {
    let (old, new) = (record("a", 1, 1, 1, 5), record("a", 1, 3, 1, 5));
    let all = Batch {
        addresses: vec![(site("a"), "0".to_owned(), old.article.id)],
        ..batch(vec![old.clone(), new.clone()])
    };
    store.save(None, all.clone(), &proof()).await.unwrap();
    let seen = observe(store).await.unwrap();
    store.save(None, all, &proof()).await.unwrap();
    store.save(None, batch(vec![new.clone()]), &proof()).await.unwrap();
    assert_eq!(observe(store).await.unwrap(), seen, "the same again changes nothing");
    let mut other = old.clone();
    other.article.title.push('!');
    store.save(None, batch(vec![other, record("a", 1, 2, 1, 5)]), &proof()).await.unwrap();
    assert_eq!(store.changes(0, 9).await.unwrap().len(), 2, "older versions make no change");
    assert_eq!(
        store.version(&site("a"), old.article.id, 1).await.unwrap().as_deref(),
        Some(&old),
        "nor do they replace"
    );
    assert!(
        store.version(&site("a"), old.article.id, 2).await.unwrap().is_some(),
        "but they fill gaps"
    );
    assert_eq!(store.record(&site("a"), old.article.id).await.unwrap().as_deref(), Some(&new));
}

/// An article that turned out to be another ends by a further version, and may come back by one.
pub(super) async fn endings(store: &dyn Store) {
    let (a, id) = (site("a"), Uuid::from_u128(1));
    let joined = |version| Record {
        state: RecordState::Joined(Uuid::from_u128(2)),
        ..record("a", 1, version, 1, 5)
    };
    let addresses = vec![(a.clone(), "k".to_owned(), id)];
    let both = vec![record("a", 1, 1, 1, 5), record("a", 2, 1, 2, 4), record("b", 3, 1, 1, 3)];
    store.save(None, Batch { addresses, ..batch(both) }, &proof()).await.unwrap();
    store.save(None, batch(vec![joined(2)]), &proof()).await.unwrap();
    for scope in [Scope::All, Scope::Section(a.clone(), section("s1"))] {
        let top = top(store, &scope, 9).await.unwrap();
        assert!(
            top.iter().all(|record| record.article.id != id) && !top.is_empty(),
            "it has left {scope:?}"
        );
    }
    let last = store.changes(3, 9).await.unwrap();
    assert_eq!(
        last.iter().map(|c| (c.id, c.version, c.kind)).collect::<Vec<_>>(),
        [(id, 2, ChangeKind::Edited)]
    );
    assert_eq!(
        store.record(&a, id).await.unwrap().as_deref(),
        Some(&joined(2)),
        "it stays to be found"
    );
    assert_eq!(
        store.version(&a, id, 1).await.unwrap().as_deref(),
        Some(&record("a", 1, 1, 1, 5)),
        "and so does what it was"
    );
    assert_eq!(store.find(&a, "k").await.unwrap(), Some(id));
    assert_eq!(store.by_item(&a, "1").await.unwrap(), [id]);
    assert_eq!(
        (figures(store, &a).await.articles, store.sequence(&a).await.unwrap().updated),
        (1, Some(at(102)))
    );

    store.save(None, batch(vec![joined(3)]), &proof()).await.unwrap();
    comes_back(store).await;
}

/// What ended twice is counted once, and may stand again.
async fn comes_back(store: &dyn Store) {
    let (a, id) = (site("a"), Uuid::from_u128(1));
    store
        .save(
            None,
            batch(vec![Record { state: RecordState::Withdrawn, ..record("b", 3, 2, 1, 3) }]),
            &proof(),
        )
        .await
        .unwrap();
    let articles = (figures(store, &a).await.articles, figures(store, &site("b")).await.articles);
    assert_eq!(articles, (1, 0), "an end is counted once");
    assert_eq!(
        store.sites().await.unwrap(),
        [a.clone(), site("b")],
        "a site is one of which nothing stands too"
    );
    store.save(None, batch(vec![record("a", 1, 4, 1, 5)]), &proof()).await.unwrap();
    let top = top(store, &Scope::All, 9).await.unwrap();
    assert_eq!(
        (top[0].article.id, top.len(), figures(store, &a).await.articles),
        (id, 2, 2),
        "and comes back"
    );
}

pub(super) async fn indexes(store: &dyn Store) {
    let (a, one, two) = (site("a"), Uuid::from_u128(1), Uuid::from_u128(4));
    let long = format!("https://a.example/{}", "x".repeat(4000));
    let addresses = vec![
        (a.clone(), "k".to_owned(), one),
        (a.clone(), long.clone(), one),
        (a.clone(), "k2".to_owned(), Uuid::from_u128(9)),
    ];
    let records = vec![record("a", 1, 1, 1, 5), record("a", 4, 1, 2, 5), record("b", 7, 1, 1, 5)];
    store.save(None, Batch { addresses, ..batch(records) }, &proof()).await.unwrap();
    assert_eq!(store.find(&a, "k").await.unwrap(), Some(one));
    assert_eq!(store.find(&a, &long).await.unwrap(), Some(one));
    assert_eq!(store.find(&a, &format!("{long}x")).await.unwrap(), None);
    assert_eq!(
        store.find(&a, "k2").await.unwrap(),
        Some(Uuid::from_u128(9)),
        "an address may come without its record"
    );
    assert_eq!(store.find(&site("b"), "k").await.unwrap(), None);
    let all = store.find_all(&a, ["x", "k", "k2"].map(str::to_owned).to_vec()).await.unwrap();
    assert_eq!(all, [None, Some(one), Some(Uuid::from_u128(9))]);
    let again = Batch { addresses: vec![(a.clone(), "k".to_owned(), two)], ..Batch::default() };
    store.save(None, again, &proof()).await.unwrap();
    assert_eq!(store.find(&a, "k").await.unwrap(), Some(two), "the last writer wins");

    assert_eq!(store.by_item(&a, "1").await.unwrap(), [one, two]);
    let mut other = record("a", 1, 2, 1, 5);
    other.article.item = Some("12".to_owned());
    let mut none = record("a", 4, 2, 2, 5);
    none.article.item = None;
    store.save(None, batch(vec![other, none]), &proof()).await.unwrap();
    assert!(store.by_item(&a, "1").await.unwrap().is_empty());
    assert_eq!(store.by_item(&a, "12").await.unwrap(), [one]);
}
