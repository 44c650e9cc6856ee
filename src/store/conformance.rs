//! What every store must do, run against each: samples, a suite of promises, and all that can be
//! observed of a store as text.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Batch, ChangeKind, Counts, End, Error, Extent, FeedBatch, FeedState, Lease, Line, Look, Notes,
    Order, Pending, Pick, PieceLine, Sheet, Standing, Store, Tally, Wanted,
};
use crate::domain::feed::Scope;
use crate::domain::{
    Article, Checkpoint, Place, Precision, Published, Record, RecordState, SectionId, SiteId,
    Source, Synced, Target, TargetState, Validators,
};

/// A site's id.
pub fn site(name: &str) -> SiteId {
    SiteId::new(name).unwrap()
}

/// A section's id.
pub fn section(name: &str) -> SectionId {
    SectionId::new(name).unwrap()
}

/// An instant, in seconds since 1970.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// A proof for tests.
pub fn proof() -> Synced {
    Synced::proven(Checkpoint::default())
}

/// A place in the archive.
pub fn place(offset: u64) -> Place {
    Place {
        file: "a-00001.warc.gz".to_owned(),
        offset,
        length: 9,
        digest: "sha256:AB".to_owned(),
        time: at(7),
    }
}

/// A record: article `id` of a site, in a version, published at `rank` seconds.
pub fn record(name: &str, id: u128, version: u32, seq: u64, rank: i64) -> Record {
    let article = Article {
        id: Uuid::from_u128(id),
        url: format!("https://{name}.example/{id}"),
        title: format!("Tiêu đề {id}.{version}"),
        summary: None,
        content_html: "<p>thân bài</p>".to_owned(),
        content_text: "thân bài".to_owned(),
        published: Some(Published { at: at(rank), offset_s: 25200, precision: Precision::Minute }),
        authors: vec!["Nguyễn".to_owned()],
        image: None,
        attachments: Vec::new(),
        language: Some("vi".to_owned()),
        captions: Vec::new(),
        portal: "p".to_owned(),
        engine: "e".to_owned(),
        blocks: Vec::new(),
        item: Some(format!("{}", id % 3)),
        letters: None,
        digest: [1; 32],
        body_digest: [2; 32],
    };
    Record {
        site: site(name),
        article,
        version,
        seq,
        first_seen: at(1),
        updated: at(100 + i64::from(version)),
        sections: vec![section("s1")],
        via: None,
        aliases: Vec::new(),
        canonical: None,
        capture: place(1),
        profile: "p 1".to_owned(),
        listed: None,
        state: RecordState::Live,
    }
}

/// A link of the frontier.
pub fn target(name: &str, key: &str, state: TargetState, due: Option<i64>) -> Target {
    Target {
        site: site(name),
        key: key.to_owned(),
        url: format!("https://{name}.example/{key}"),
        state,
        sections: vec![section("s1")],
        via: String::new(),
        teaser: 5,
        validators: Validators::default(),
        said: Some(7),
        last_read: None,
        due: due.map(at),
        failures: 0,
        left: None,
        why: None,
    }
}

/// A batch of records alone.
pub fn batch(records: Vec<Record>) -> Batch {
    Batch { records, ..Batch::default() }
}

async fn figures(store: &dyn Store, site: &SiteId) -> Tally {
    store.farings(vec![site.clone()], Extent::Brief).await.unwrap().remove(0).tally
}

/// Everything that the samples' names can observe of a store.
pub async fn observe(store: &dyn Store) -> Result<String, Error> {
    let mut seen = Vec::new();
    let mut see = |what: &dyn std::fmt::Debug| seen.push(format!("{what:?}"));
    for name in ["a", "b"] {
        let site = site(name);
        see(&store.source(&site).await?);
        for pick in [Pick::All, Pick::Open, Pick::Due(at(50)), Pick::Beyond(at(50))] {
            see(&store.targets(&site, pick, 100).await?);
        }
        see(&(store.sequence(&site).await?, store.feed_state(&site).await?));
        for extent in [Extent::Brief, Extent::Whole] {
            see(&store.farings(vec![site.clone()], extent).await?);
        }
        for id in (0..6).map(Uuid::from_u128) {
            see(&(store.record(&site, id).await?, store.stands(&site, id).await?));
            for version in 1..4 {
                see(&store.version(&site, id, version).await?);
            }
        }
        for n in 0..3 {
            see(&(
                store.by_item(&site, &n.to_string()).await?,
                store.find(&site, &n.to_string()).await?,
            ));
            see(&(
                store.final_document(&site, n).await?,
                store.target(&site, &n.to_string()).await?,
            ));
            see(&store.final_entries(&site, n).await?);
        }
        see(&store.last_final(&site).await?);
        for section_name in ["s1", "s2"] {
            see(&top(store, &Scope::Section(site.clone(), section(section_name)), 100).await?);
        }
    }
    see(&(
        top(store, &Scope::All, 100).await?,
        store.changes(0, 1000).await?,
        store.changes(2, 2).await?,
    ));
    see(&(store.cursor().await?, store.checkpoint().await?, store.sites().await?));
    see(&(
        store.look("p", &Scope::All, None).await?,
        store.value("k").await?,
        store.files().await?,
    ));
    Ok(seen.join("\n"))
}

/// Runs every promise, each on a store of its own.
pub async fn suite<S: Store>(make: impl Fn() -> S) {
    leases(&make()).await;
    frontier(&make()).await;
    changes(&make()).await;
    saving_again(&make()).await;
    ranks(&make()).await;
    looks(&make()).await;
    endings(&make()).await;
    indexes(&make()).await;
    large(&make()).await;
    feeds(&make()).await;
    holdings(&make()).await;
    small(&make()).await;
    mending(&make()).await;
}

fn fenced<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(matches!(outcome, Err(Error::Fenced { .. })), "{outcome:?}");
}

async fn leases(store: &dyn Store) {
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

    let notes = Notes {
        targets: vec![target("a", "0", TargetState::Unread, None)],
        source: Some(Source::default()),
        ..Notes::default()
    };
    fenced(store.note(&first, notes.clone()).await);
    fenced(store.save(Some(&first), batch(vec![record("a", 1, 1, 1, 5)]), &proof()).await);
    let end = |source| End {
        source,
        targets: notes.targets.clone(),
        checkpoint: Some(Checkpoint { file: "b".to_owned(), offset: 5 }),
    };
    fenced(store.release(first.clone(), end(Source::default())).await);
    assert_eq!(store.source(&a).await.unwrap(), None, "a fenced write leaves nothing");
    assert_eq!((figures(store, &a).await.targets, store.checkpoint().await.unwrap()), (0, None));
    assert!(store.changes(0, 9).await.unwrap().is_empty());

    let point = |offset| Checkpoint { file: "b".to_owned(), offset };
    fenced(
        store.close(first.clone(), batch(vec![record("a", 1, 1, 1, 5)]), point(4), &proof()).await,
    );
    assert_eq!(
        (store.checkpoint().await.unwrap(), store.changes(0, 9).await.unwrap().len()),
        (None, 0)
    );
    store.note(&second, Notes { targets: Vec::new(), ..notes.clone() }).await.unwrap();
    let memory = Source { visits: 4, cookies: Some("c".repeat(100_000)), ..Source::default() };
    store.release(second.clone(), end(memory.clone())).await.unwrap();
    assert_eq!(store.source(&a).await.unwrap(), Some(memory));
    let left = (figures(store, &a).await.targets, store.checkpoint().await.unwrap());
    assert_eq!(left, (1, Some(point(5))), "all that a visit leaves");
    fenced(store.note(&second, Notes::default()).await);
    assert!(!store.holds(&second, at(11)).await.unwrap());
    store.abandon(&second);
    let third = store.claim(&a, at(11), at(20)).await.unwrap().unwrap();
    assert!(third.lease.fence > second.fence, "free again, and higher");
    store.abandon(&second);
    assert!(store.holds(&third.lease, at(11)).await.unwrap(), "an older lease gives nothing back");
    store.abandon(&third.lease);
    fenced(store.note(&third.lease, Notes::default()).await);
    let again = store.claim(&a, at(11), at(20)).await.unwrap().unwrap();
    assert_eq!(again.source, third.source, "what was written stays");
    let third = again.lease;
    fenced(
        store
            .save(
                Some(&Lease { fence: third.fence + 1, ..third.clone() }),
                Batch::default(),
                &proof(),
            )
            .await,
    );

    let left = Notes { source: Some(Source { visits: 7, ..Source::default() }), ..notes };
    store
        .close(
            third.clone(),
            Batch { notes: left, ..batch(vec![record("a", 1, 1, 1, 5)]) },
            point(9),
            &proof(),
        )
        .await
        .unwrap();
    fenced(store.note(&third, Notes::default()).await);
    assert_eq!(
        (store.checkpoint().await.unwrap(), store.changes(0, 9).await.unwrap().len()),
        (Some(point(9)), 1),
        "saved, moved"
    );
    assert_eq!(
        store.claim(&a, at(11), at(20)).await.unwrap().unwrap().source.visits,
        7,
        "and given back, by one write"
    );
}

async fn frontier(store: &dyn Store) {
    let a = site("a");
    let lease = store.claim(&a, at(0), at(10)).await.unwrap().unwrap().lease;
    let long = "l".repeat(5000);
    let targets = vec![
        target("a", "read", TargetState::Article(Uuid::from_u128(1)), Some(30)),
        target("a", "dead", TargetState::Dead(404), Some(20)),
        target("a", "fail", TargetState::Failed, Some(20)),
        target("a", "none", TargetState::NoArticle, Some(51)),
        target("a", "bars", TargetState::Barred, None),
        target("a", &long, TargetState::Unread, Some(10)),
    ];
    store
        .note(&lease, Notes { targets: targets.clone(), source: None, ..Notes::default() })
        .await
        .unwrap();
    let keys = |found: Vec<Target>| found.into_iter().map(|t| t.key).collect::<Vec<_>>();
    let due = keys(store.targets(&a, Pick::Due(at(50)), 9).await.unwrap());
    assert_eq!(due, [long.as_str(), "dead", "fail", "read"], "soonest first, then by key");
    assert_eq!(
        keys(store.targets(&a, Pick::Due(at(30)), 2).await.unwrap()),
        [long.as_str(), "dead"]
    );
    assert_eq!(keys(store.targets(&a, Pick::Due(at(19)), 9).await.unwrap()), [long.as_str()]);
    assert_eq!(
        store.targets(&a, Pick::Due(at(20)), 9).await.unwrap().len(),
        3,
        "an instant is due at itself"
    );
    let (due, all) = (
        store.targets(&a, Pick::Due(at(20)), 9).await.unwrap(),
        store.targets(&a, Pick::Due(at(1000)), 9).await.unwrap(),
    );
    assert_eq!(
        store.targets(&a, Pick::Beyond(at(20)), 9).await.unwrap(),
        all[due.len()..],
        "what is not due is beyond"
    );
    let mut open = keys(store.targets(&a, Pick::Open, 9).await.unwrap());
    open.sort();
    assert_eq!(open, ["dead", "fail", long.as_str()]);
    assert_eq!(store.targets(&a, Pick::All, 9).await.unwrap().len(), 6);
    assert_eq!(store.targets(&a, Pick::All, 4).await.unwrap().len(), 4);
    assert!(store.targets(&site("b"), Pick::All, 9).await.unwrap().is_empty());
    assert_eq!(store.target(&a, &long).await.unwrap().as_ref(), targets.last());
    let many =
        store.target_all(&a, ["x", "none", "read"].map(str::to_owned).to_vec()).await.unwrap();
    assert_eq!(many, [None, Some(targets[3].clone()), Some(targets[0].clone())], "in their order");
    let tally = figures(store, &a).await;
    assert_eq!((tally.targets, tally.open, tally.no_articles), (6, 3, 1));

    let moved = target("a", "dead", TargetState::NoArticle, Some(60));
    let again = Target { last_read: Some(at(9)), ..moved.clone() };
    for target in [moved.clone(), again] {
        store
            .note(&lease, Notes { targets: vec![target], source: None, ..Notes::default() })
            .await
            .unwrap();
        assert_eq!(
            store.target(&a, "dead").await.unwrap().as_ref(),
            Some(&moved),
            "read again, and nothing else"
        );
    }
    assert_eq!(
        keys(store.targets(&a, Pick::Due(at(50)), 9).await.unwrap()),
        [long.as_str(), "fail", "read"]
    );
    let tally = figures(store, &a).await;
    assert_eq!((tally.targets, tally.open, tally.no_articles), (6, 2, 2));

    let dropped = vec![long.clone(), "read".to_owned(), "never".to_owned()];
    store.note(&lease, Notes { dropped, ..Notes::default() }).await.unwrap();
    assert_eq!(
        (store.target(&a, &long).await.unwrap(), store.target(&a, "read").await.unwrap()),
        (None, None)
    );
    assert_eq!(
        keys(store.targets(&a, Pick::Due(at(50)), 9).await.unwrap()),
        ["fail"],
        "what is forgotten is not due"
    );
    assert_eq!(keys(store.targets(&a, Pick::Open, 9).await.unwrap()), ["fail"]);
    let tally = figures(store, &a).await;
    assert_eq!((tally.targets, tally.open, tally.no_articles), (4, 1, 2));
}

async fn changes(store: &dyn Store) {
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

async fn saving_again(store: &dyn Store) {
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

/// The highest-ranked live articles of a scope, of the sites that count, as for a document that was
/// never made.
async fn standing(
    store: &dyn Store,
    scope: &Scope,
    counts: Counts,
    entries: usize,
) -> Result<Vec<Standing>, Error> {
    let wanted =
        Wanted { unsaved: None, context: 0, counts, entries, records: Box::new(|_| Vec::new()) };
    let Some(Order::Ranked(standing)) = store.look("never made", scope, Some(wanted)).await?.order
    else {
        panic!("{scope:?} is not ranked")
    };
    Ok(standing)
}

/// The highest-ranked live records of a scope.
pub async fn top(
    store: &dyn Store,
    scope: &Scope,
    limit: usize,
) -> Result<Vec<Arc<Record>>, Error> {
    let standing = standing(store, scope, Arc::new(|_| true), limit).await?;
    let records = store
        .versions(standing.into_iter().map(|one| (one.site, one.id, one.version)).collect())
        .await?;
    Ok(records.into_iter().map(|record| record.expect("a standing article has a record")).collect())
}

async fn ranks(store: &dyn Store) {
    let top = async |scope: Scope, limit| {
        let found = self::top(store, &scope, limit).await.unwrap();
        found.iter().map(|r| r.article.id.as_u128()).collect::<Vec<_>>()
    };
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
    assert_eq!(top(Scope::All, 9).await, [4, 3, 2, 1, 5, 6], "newest, then higher seq, then site");
    assert_eq!(top(Scope::All, 3).await, [4, 3, 2]);
    assert_eq!(top(Scope::Section(site("a"), section("s1")), 9).await, [4, 3, 2, 5]);
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

    let mut moved = record("a", 4, 2, 1, 1);
    moved.sections = vec![section("s2")];
    let mut gone = record("a", 3, 1, 3, 10);
    gone.state = RecordState::Withdrawn;
    store.save(None, batch(vec![moved, gone]), &proof()).await.unwrap();
    assert_eq!(top(Scope::All, 9).await, [2, 1, 4, 5, 6], "a rank moves, the withdrawn leave");
    assert_eq!(top(Scope::Section(site("a"), section("s1")), 9).await, [2, 5]);
    assert_eq!(top(Scope::Section(site("a"), section("s2")), 9).await, [4]);
    store.save(None, batch(vec![record("a", 3, 1, 3, 10)]), &proof()).await.unwrap();
    assert_eq!(top(Scope::All, 3).await, [3, 2, 1], "and come back");
}

/// What a document is made of is found in one look, unless it is current.
async fn looks(store: &dyn Store) {
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
    let sheet = |context, moved| {
        let (digest, last_modified) = ([7; 16], at(0));
        Arc::new(Sheet {
            context,
            moved,
            digest,
            last_modified,
            head: Vec::new(),
            foot: Vec::new(),
            lines: Vec::new(),
        })
    };
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

/// An article that turned out to be another ends by a further version, and may come back by one.
async fn endings(store: &dyn Store) {
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

async fn indexes(store: &dyn Store) {
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

async fn large(store: &dyn Store) {
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

async fn feeds(store: &dyn Store) {
    let (a, id) = (site("a"), Uuid::from_u128(1));
    assert_eq!(
        (store.cursor().await.unwrap(), store.feed_state(&a).await.unwrap()),
        (0, FeedState::default())
    );
    store
        .save(None, batch((1..=5).map(|id| record("a", id, 1, id as u64, 5)).collect()), &proof())
        .await
        .unwrap();
    let state = |finals| FeedState {
        finals,
        pending: vec![Pending { id, seq: 3, version: 2, rank: at(-7) }],
    };
    let folded = |cursor, finals| FeedBatch {
        cursor,
        states: vec![(a.clone(), state(finals))],
        stands: vec![(a.clone(), id, finals)],
        moved: vec![(Scope::All, at(finals.into()))],
    };
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
            .map(|u| (u.change.n, u.brief.map(|b| b.seq), u.stands))
            .collect()
    };
    let before: Vec<_> = unfolded().await;
    assert_eq!(before, [(1, Some(1), None), (2, Some(2), None), (3, Some(3), None)]);
    store.fold(folded(5, 1)).await.unwrap();
    store.fold(folded(4, 9)).await.unwrap();
    assert_eq!(
        (store.cursor().await.unwrap(), store.feed_state(&a).await.unwrap()),
        (5, state(1)),
        "never back"
    );
    assert_eq!((store.stands(&a, id).await.unwrap(), moved().await), (Some(1), Some((5, at(1)))));
    let after: Vec<_> = unfolded().await;
    assert_eq!(after, []);
    let lineup = store.lineup(&a).await.unwrap();
    assert_eq!((lineup.state, lineup.last_final, lineup.revisions), (state(1), 0, vec![1]));
    store.save(None, batch(vec![record("a", 1, 2, 1, 6)]), &proof()).await.unwrap();
    assert_eq!(store.lineup(&a).await.unwrap().revisions, [6], "the change that wrote the record");
    let again = store.unfolded(3).await.unwrap().pop().unwrap();
    assert_eq!((again.change.version, again.stands), (2, Some(1)));
    let states = store.feed_states([a.clone(), site("b")].into()).await.unwrap();
    assert_eq!(states, [(a.clone(), state(1)), (site("b"), FeedState::default())].into());
    let ahead = store.fold(folded(7, 9)).await;
    assert!(matches!(ahead, Err(Error::Ahead { cursor: 7, last: 6 })), "{ahead:?}");
    assert_eq!(
        (store.cursor().await.unwrap(), store.feed_state(&a).await.unwrap()),
        (5, state(1)),
        "never beyond the log"
    );
    store.fold(folded(5, 2)).await.unwrap();
    assert_eq!(
        (store.feed_state(&a).await.unwrap(), store.stands(&a, id).await.unwrap()),
        (state(2), Some(2))
    );

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

async fn holdings(store: &dyn Store) {
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

async fn mending(store: &dyn Store) {
    store.save(None, batch(vec![record("a", 1, 1, 1, 5)]), &proof()).await.unwrap();
    let seen = observe(store).await.unwrap();
    store.mend().await.unwrap();
    assert_eq!((store.damage(), observe(store).await.unwrap()), (None, seen));
}

async fn small(store: &dyn Store) {
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
