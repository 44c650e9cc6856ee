//! Articles that end, from the store's changes to the documents that readers walk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, RwLock};

use atom_syndication::Feed;
use uuid::Uuid;

use super::cache::{Coding, Disk, DocumentSource, Found};
use super::{Given, Held, Publisher, Renderer, documents};
use crate::archive::{Archive, Settings};
use crate::domain::count::Counters;
use crate::domain::{History, Record, RecordState, Section, Site};
use crate::store::conformance::{at, batch, proof, record, section, site};
use crate::store::memory::Memory;

/// A site with two sections.
fn portal() -> Site {
    let listing = |id: &str| Section {
        id: section(id),
        title: id.to_owned(),
        url: format!("https://a.example/{id}").parse().unwrap(),
        history: History::New,
    };
    Site {
        id: site("a"),
        title: "A".to_owned(),
        home: "https://a.example/".parse().unwrap(),
        enabled: true,
        portal: None,
        language: None,
        timezone: None,
        every: std::time::Duration::from_secs(60),
        ignore_robots: None,
        headers: Vec::new(),
        accept_invalid_tls: false,
        hosts: Vec::new(),
        sections: vec![listing("s1"), listing("s2")],
    }
}

fn renderer(folder: &std::path::Path) -> Renderer {
    let settings = Settings {
        folder: folder.to_owned(),
        file_bytes: 1 << 30,
        file_age: std::time::Duration::MAX,
        software: "bantin".to_owned(),
        operator: None,
        robots: "obey".to_owned(),
    };
    let (archive, fault) = Archive::open(settings, &[], None, at(0)).unwrap();
    assert!(fault.is_none());
    Renderer {
        store: Arc::new(Memory::default()),
        archive,
        marks: Default::default(),
        states: Arc::default(),
        trouble: Arc::new(|_| {}),
        rebuilding: Arc::default(),
        recovered: Arc::default(),
        touched: Arc::default(),
        titles: Arc::default(),
        sheets: Arc::new(Mutex::default()),
        disk: Arc::new(Disk::new(folder.join("packed"), 1 << 20)),
        sites: Arc::new(RwLock::new(vec![Arc::new(portal())])),
        public_url: "https://feeds.example/".to_owned(),
        counters: Arc::new(Counters::default()),
        clock: Arc::new(|| at(2_000_000_000)),
        changed: Arc::default(),
    }
}

async fn started(renderer: Renderer) -> Publisher {
    let publisher = Publisher::new(renderer, 1 << 20);
    publisher.catch_up().await.unwrap();
    publisher
}

/// An article's version with its own place in time.
fn version(id: u128, version: u32, state: RecordState) -> Record {
    let updated = at(if version == 1 { id as i64 } else { 1000 + id as i64 });
    Record { updated, state, ..record("a", id, version, id as u64, id as i64) }
}

/// The document at `path` as it is served.
async fn served(publisher: &Publisher, path: &str) -> String {
    match publisher.document(path, Coding::Identity).await {
        Found::Ready(document) => String::from_utf8(document.form.body.to_vec()).unwrap(),
        other => panic!("{path}: {other:?}"),
    }
}

/// The ids of a document's entries, and those of its tombstones with the comments.
fn read(document: &str) -> (Vec<String>, BTreeMap<String, Option<String>>) {
    let feed = Feed::read_from(document.as_bytes()).unwrap();
    let stones = feed
        .extensions
        .get("at")
        .and_then(|named| named.get("deleted-entry"))
        .into_iter()
        .flatten();
    let comment = |stone: &atom_syndication::extension::Extension| {
        stone.children.get("comment").and_then(|all| all[0].value.clone())
    };
    let stones = stones.map(|stone| (stone.attrs["ref"].clone(), comment(stone))).collect();
    (feed.entries.into_iter().map(|entry| entry.id).collect(), stones)
}

fn urn(id: u128) -> String {
    Uuid::from_u128(id).urn().to_string()
}

#[tokio::test]
async fn an_article_that_moves_is_ranked_as_after_a_rebuild() {
    let moved = |at_second| {
        let mut record = version(3, 2, RecordState::Live);
        record.article.url = format!("https://a.example/moved/{at_second}");
        Record { updated: at(at_second), ..record }
    };
    // 3 and 4 stand in a final document and are edited; 3 moves, which is no version.
    let steps = [
        batch((1..=120).map(|id| version(id, 1, RecordState::Live)).collect()),
        batch(vec![version(3, 2, RecordState::Live), version(4, 2, RecordState::Live)]),
        batch(vec![moved(2000)]),
        batch(vec![moved(2500)]),
    ];
    let mut documents = Vec::new();
    for at_once in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let renderer = renderer(folder.path());
        let store = renderer.store.clone();
        let mut publisher = started(renderer.clone()).await;
        for step in &steps {
            store.save(None, step.clone(), &proof()).await.unwrap();
            if !at_once {
                publisher.catch_up().await.unwrap();
            }
        }
        if at_once {
            publisher = started(renderer).await;
        }
        documents.push(served(&publisher, "feeds/a.atom").await);
    }
    assert_eq!(read(&documents[0]).0[..2], [urn(3), urn(4)]);
    assert!(documents[0] == documents[1], "the same, whenever it is folded");
}

#[tokio::test]
async fn what_ended_leaves_all_feeds_and_a_tombstone_in_its_site() {
    let folder = tempfile::tempdir().unwrap();
    let renderer = renderer(folder.path());
    let store = renderer.store.clone();
    // A back catalogue, newest first: 1 to 50 turn final, 71 to 120 are the site's document, the
    // others the open one.
    let all = |ids: std::ops::RangeInclusive<u128>| {
        batch(ids.map(|id| version(id, 1, RecordState::Live)).collect())
    };
    store.save(None, all(1..=120), &proof()).await.unwrap();
    let publisher = started(renderer).await;
    let written = served(&publisher, "feeds/a/archive/1.atom").await;
    assert_eq!(read(&written).0.len(), 50);

    // One of each: 3 stands in a final document, 60 in the open one, 119 in the site's; 118 is
    // withdrawn.
    let other = Uuid::from_u128(120);
    let joined = |id| Record {
        updated: version(id, 2, RecordState::Live).updated,
        ..version(id, 1, RecordState::Joined(other))
    };
    let mut ended: Vec<_> = [3, 60, 119].map(joined).into();
    ended.push(version(118, 2, RecordState::Withdrawn));
    store.save(None, batch(ended), &proof()).await.unwrap();
    publisher.catch_up().await.unwrap();

    let current = served(&publisher, "feeds/a.atom").await;
    let (entries, stones) = read(&current);
    let joined = Some(other.urn().to_string());
    let want = [(3, joined.clone()), (60, joined.clone()), (119, joined), (118, None)]
        .map(|(id, to)| (urn(id), to));
    assert_eq!(stones, want.into(), "all of them, named");
    assert_eq!(entries.len() + stones.len(), 50, "they count as entries");
    let updated = Feed::read_from(current.as_bytes()).unwrap().updated.timestamp();
    assert_eq!(updated, at(1119).as_second(), "they move the document");
    for path in ["feeds/a/s1.atom", "feeds/all.atom"] {
        let (entries, stones) = read(&served(&publisher, path).await);
        assert_eq!((entries.len(), stones.len()), (50, 0), "{path}");
        assert!([3, 60, 118, 119].iter().all(|id| !entries.contains(&urn(*id))), "{path}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&served(&publisher, "feeds/a.json").await).unwrap();
    assert_eq!(ids(&json["items"]), entries);
    assert_eq!(
        ids(&json["_bantin"]["deleted"]).into_iter().collect::<BTreeSet<_>>(),
        stones.keys().cloned().collect()
    );
    assert_eq!(
        served(&publisher, "feeds/a/archive/1.atom").await,
        written,
        "a final document keeps its bytes"
    );

    // Much comes after them: the tombstones go into documents that turn final, and a walk still
    // gives what stands and nothing else.
    store.save(None, all(2000..=2150), &proof()).await.unwrap();
    publisher.catch_up().await.unwrap();
    let (walked, finals) = walk(&publisher).await;
    let want = (1..=120).chain(2000..=2150).filter(|id| ![3, 60, 118, 119].contains(id));
    assert_eq!(walked, want.map(urn).collect::<BTreeSet<_>>());
    assert!(finals > 0, "final documents hold tombstones");
}

fn ids(of: &serde_json::Value) -> Vec<String> {
    of.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// The entries on the way back from the site's document, without those that a tombstone named
/// before; and how many final documents hold tombstones.
async fn walk(publisher: &Publisher) -> (BTreeSet<String>, usize) {
    let mut path = "feeds/a.atom".to_owned();
    let (mut walked, mut seen, mut finals) = (BTreeSet::new(), BTreeSet::new(), 0);
    loop {
        let document = served(publisher, &path).await;
        let (entries, stones) = read(&document);
        seen.extend(stones.keys().cloned());
        finals += usize::from(document.contains("next-archive") && !stones.is_empty());
        walked.extend(entries.into_iter().filter(|id| seen.insert(id.clone())));
        let links = Feed::read_from(document.as_bytes()).unwrap().links;
        let Some(link) = links.into_iter().find(|link| link.rel == "prev-archive") else { break };
        path = link.href.strip_prefix("https://feeds.example/").unwrap().to_owned();
    }
    (walked, finals)
}

/// The document at `path` in gzip: its tag, when it was changed, and its bytes without coding.
async fn packed(publisher: &Publisher, path: &str) -> (String, std::time::SystemTime, Vec<u8>) {
    match publisher.document(path, Coding::Gzip).await {
        Found::Ready(document) => {
            let plain = super::cache::expand(&document.form.body).unwrap();
            (
                document.form.etag.to_str().unwrap().to_owned(),
                document.about.modified().unwrap().0,
                plain,
            )
        }
        other => panic!("{path}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_who_ask_have_it_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let renderer = renderer(folder.path());
    renderer
        .store
        .save(None, batch((1..=60).map(|id| version(id, 1, RecordState::Live)).collect()), &proof())
        .await
        .unwrap();
    let counters = renderer.counters.clone();
    let publisher = Arc::new(started(renderer).await);
    assert_eq!(counters.renders.get(), 0, "nothing is made that nobody asked for");
    let asking: Vec<_> = (0..100)
        .map(|_| {
            let publisher = publisher.clone();
            tokio::spawn(async move { packed(&publisher, "feeds/a.atom").await })
        })
        .collect();
    let mut answers = Vec::new();
    for one in asking {
        answers.push(one.await.unwrap());
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]));
    assert_eq!((counters.renders.get(), publisher.figures().waiting), (1, 0));
}

#[tokio::test]
async fn documents_come_out_right_whatever_became_of_their_packed_forms() {
    let folder = tempfile::tempdir().unwrap();
    let mut renderer = renderer(folder.path());
    let now = Arc::new(Mutex::new(at(2_000_000_000)));
    let clock = now.clone();
    renderer.clock = Arc::new(move || *clock.lock().unwrap());
    let store = renderer.store.clone();
    let save = async |id: u128| {
        store.save(None, batch(vec![version(id, 1, RecordState::Live)]), &proof()).await.unwrap()
    };
    for id in 1..=60 {
        save(id).await;
    }
    let path = "feeds/a.atom";
    let mut before = packed(&started(renderer.clone()).await, path).await;
    let files = || {
        std::fs::read_dir(folder.path().join("packed"))
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect::<Vec<_>>()
    };
    for (step, id) in (61..70).enumerate() {
        match step % 4 {
            0 => std::fs::remove_dir_all(folder.path().join("packed")).unwrap(),
            1 => {
                files().iter().for_each(|file| std::fs::write(file, b"of another program").unwrap())
            }
            2 => files().iter().for_each(|file| {
                let mut bytes = std::fs::read(file).unwrap();
                bytes[200] ^= 4;
                std::fs::write(file, bytes).unwrap();
            }),
            _ => {}
        }
        // A publisher of its own, as after a restart, before and after a change.
        let again = packed(&started(renderer.clone()).await, path).await;
        assert_eq!((&again.1, &again.2), (&before.1, &before.2), "step {step}");
        assert!(step % 4 != 3 || again.0 == before.0, "one tag for one body");
        *now.lock().unwrap() = at(2_000_000_000 + 100 * (step as i64 + 1));
        save(id).await;
        let publisher = started(renderer.clone()).await;
        *now.lock().unwrap() = at(2_000_000_050 + 100 * (step as i64 + 1));
        let after = packed(&publisher, path).await;
        assert_eq!(String::from_utf8(after.2.clone()).unwrap(), served(&publisher, path).await);
        let changed = std::time::UNIX_EPOCH
            + std::time::Duration::from_secs(2_000_000_000 + 100 * (step as u64 + 1));
        assert!(
            after.0 != before.0 && after.2 != before.2 && after.1 == changed,
            "changed when it was folded, not when it was asked for"
        );
        before = after;
    }
}

/// The documents that are given to who holds those, by their paths with their tags; those that are
/// held without.
async fn given(renderer: &Renderer, held: &Held) -> BTreeMap<String, Option<String>> {
    let (out, mut taken) = tokio::sync::mpsc::channel(1);
    let hear = async {
        let mut all = BTreeMap::new();
        while let Some(given) = taken.recv().await {
            match given {
                Given::Document { path, tag, .. } => _ = all.insert(path, Some(tag)),
                Given::Same(path) => _ = all.insert(path, None),
                Given::Kept(path) => panic!("{path}"),
            }
        }
        all
    };
    let (outcome, all) = tokio::join!(documents(renderer, held, out), hear);
    outcome.unwrap();
    all
}

#[tokio::test]
async fn what_is_held_is_not_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let renderer = renderer(folder.path());
    renderer
        .store
        .save(
            None,
            batch((1..=120).map(|id| version(id, 1, RecordState::Live)).collect()),
            &proof(),
        )
        .await
        .unwrap();
    let all = given(&renderer, &Held::default()).await;
    let mut held = Held::default();
    all.iter().for_each(|(path, tag)| held.add(path, tag.as_deref().unwrap()));
    let again = given(&renderer, &held).await;
    assert!(again.keys().eq(all.keys()) && again.values().all(Option::is_none), "{again:?}");
    let publisher = started(renderer.clone()).await;
    for (path, tag) in all.iter().filter(|(path, _)| !path.ends_with(".css")) {
        let Found::Ready(about) = publisher.about(path).await else { panic!("{path}") };
        assert_eq!(Some(about.tag()), tag.as_deref(), "{path}: the tag as it is served");
    }

    renderer
        .store
        .save(None, batch(vec![version(121, 1, RecordState::Live)]), &proof())
        .await
        .unwrap();
    let after = given(&renderer, &held).await;
    let same: Vec<_> =
        after.iter().filter(|(_, tag)| tag.is_none()).map(|(path, _)| path.as_str()).collect();
    let unmoved = [
        "feeds.opml",
        "feeds/a/archive/1.atom",
        "feeds/a/s2.atom",
        "feeds/a/s2.json",
        "feeds/a/s2.rss",
        "feeds/feed.css",
    ];
    assert_eq!(same, unmoved, "{after:?}");
}
