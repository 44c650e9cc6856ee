//! sled against the suite, against the reference, and across opening and copying; `damage` and
//! `failing` have what breaks.

mod damage;
mod failing;
mod reference;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::domain::{LinkState, PageMemory, RecordState};
use crate::store::conformance::{
    at, batch, link, observe, place, proof, record, section, site, suite, top,
};
use crate::store::memory::Memory;

/// Opens a store that was closed just now: sled lets go of its files from threads of its own.
fn reopen(folder: &Path) -> Sled {
    let tries = std::iter::from_fn(|| Some(Sled::open(folder)));
    tries
        .inspect(|t| {
            if t.is_err() {
                std::thread::yield_now()
            }
        })
        .find(|t| !matches!(t, Err(Error::Busy { .. })))
        .unwrap()
        .unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn big(id: u128, size: usize) -> Record {
    let mut big = record("a", id, 1, id as u64, 5);
    big.article.content_text =
        (0..size).map(|n| char::from(b'a' + (n * n * 7 % 25) as u8)).collect();
    big
}

#[tokio::test]
async fn sled_conforms() {
    let home = TempDir::new().unwrap();
    let count = std::cell::Cell::new(0);
    suite(|| {
        count.set(count.get() + 1);
        Sled::open(&home.path().join(format!("nested/{}", count.get()))).unwrap()
    })
    .await;
}

#[tokio::test]
async fn a_copy_taken_after_a_save_has_it_and_so_has_the_store_when_opened_again() {
    let home = TempDir::new().unwrap();
    let (folder, copied) = (home.path().join("store"), home.path().join("copy"));
    let store = Sled::open(&folder).unwrap();
    for id in 0..40 {
        let records =
            vec![big(id, 1000 * id as usize), record("b", 100 + id, 1, id as u64, id as i64)];
        store.save(None, batch(records), &proof()).await.unwrap();
    }
    let lease = store.claim(&site("a"), at(0), at(9)).await.unwrap().unwrap().lease;
    store
        .note(
            &lease,
            FrontierUpdate {
                links: vec![link("a", "0", LinkState::Failed, Some(3))],
                state: Some(SiteState::default()),
                ..FrontierUpdate::default()
            },
        )
        .await
        .unwrap();
    let seen = observe(&store).await.unwrap();
    copy(&folder, &copied);
    assert_eq!(observe(&reopen(&copied)).await.unwrap(), seen, "a crash after the answer");
    drop(store);
    let again = reopen(&folder);
    assert_eq!(observe(&again).await.unwrap(), seen);
    assert!(!again.holds(&lease, at(8)).await.unwrap(), "a lease ends with its process");
    let next = again.claim(&site("a"), at(1), at(9)).await.unwrap().unwrap().lease;
    assert!(next.fence > lease.fence, "fences outlive it");
    assert_eq!(
        fs::read_dir(folder.join("blobs")).unwrap().count(),
        0,
        "no value is left to files that are never synced"
    );
}

/// A store as the layout before had it: every small row alone, and rows that nobody reads any more.
fn as_before(folder: &Path) {
    let db =
        std::iter::from_fn(|| Some(live::open_db(folder))).find(Result::is_ok).unwrap().unwrap();
    for kind in bundle::KINDS {
        let rows: Vec<_> = bundle::Range::new(&db, vec![*kind], vec![kind + 1])
            .unwrap()
            .map(Result::unwrap)
            .collect();
        rows.into_iter().for_each(|(key, row)| drop(db.insert(key, row).unwrap()));
    }
    let bundles: Vec<_> = db.scan_prefix(b"B").keys().map(Result::unwrap).collect();
    bundles.into_iter().for_each(|key| drop(db.remove(key).unwrap()));
    for dead in [b"L0123456789abcdef".as_slice(), b"r\x01a\0long ago"] {
        db.insert(dead, b"").unwrap();
    }
    db.insert(keys::LAYOUT, &[0, 1, 3]).unwrap();
    db.flush().unwrap();
}

#[tokio::test]
async fn a_store_of_the_layout_before_is_converted_whenever_that_is_stopped() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("store");
    let store = Sled::open(&folder).unwrap();
    let addresses =
        (0..400).map(|n| (site("a"), format!("/tin/{n}"), Uuid::from_u128(n))).collect();
    store
        .save(
            None,
            Batch {
                addresses,
                ..batch((0..3000).map(|id| record("a", id, 1, id as u64, 5)).collect())
            },
            &proof(),
        )
        .await
        .unwrap();
    let links = (0..300).map(|n| link("a", &n.to_string(), LinkState::Failed, Some(n))).collect();
    let lease = store.claim(&site("a"), at(0), at(9)).await.unwrap().unwrap().lease;
    store.note(&lease, FrontierUpdate { links, ..FrontierUpdate::default() }).await.unwrap();
    let seen = observe(&store).await.unwrap();
    drop(store);
    as_before(&folder);
    for acts in (5..60).step_by(5) {
        let done = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let stops = move |_| match done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            done if done < acts => Ok(()),
            _ => Err(std::io::Error::other("stopped")),
        };
        let mut tries =
            std::iter::from_fn(|| Some(Sled::open_with(&folder, Seam::new(stops.clone()))));
        assert!(!matches!(
            tries.find(|open| !matches!(open, Err(Error::Busy { .. }))),
            Some(Err(Error::Damaged { .. }))
        ));
    }
    let store = reopen(&folder);
    assert_eq!(observe(&store).await.unwrap(), seen);
    assert_eq!(
        store.table.read(|view| Ok(view.scan(b"L")?.count())).unwrap(),
        0,
        "what nobody reads is gone"
    );
}

#[tokio::test]
async fn the_log_alone_holds_large_values_however_they_are_rewritten() {
    let home = TempDir::new().unwrap();
    let store = Sled::open(home.path()).unwrap();
    for round in 0..6 {
        let records =
            (0..30).map(|id| big(id, 5_000 + 13_000 * ((id as usize + round) % 9))).collect();
        store.save(None, batch(records), &proof()).await.unwrap();
    }
    assert_eq!(fs::read_dir(home.path().join("blobs")).unwrap().count(), 0);
    assert_eq!(top(&store, &Scope::All, 99).await.unwrap().len(), 30);
}

#[tokio::test]
async fn a_sites_memory_is_whole_whether_its_sections_stand_apart_or_not() {
    let home = TempDir::new().unwrap();
    let store = Sled::open(home.path()).unwrap();
    let (id, whole) = (site("bach-thong"), crate::form::stored::sample::site_state());
    store
        .table
        .write(|edit| edit.put(keys::site_state(&id), &codec::site_state_to_bytes(&whole)?))
        .unwrap();
    let claim = store.claim(&id, at(0), at(9)).await.unwrap().unwrap();
    assert!(!whole.sections.is_empty() && claim.state == whole, "a row of an earlier release");
    for visits in [7, 8] {
        let moved = SiteState { visits, ..whole.clone() };
        store
            .note(
                &claim.lease,
                FrontierUpdate { state: Some(moved.clone()), ..FrontierUpdate::default() },
            )
            .await
            .unwrap();
        assert_eq!(store.site_state(&id).await.unwrap(), Some(moved));
    }
    store.release(claim.lease, SiteState::default().into()).await.unwrap();
    assert_eq!(
        store.site_state(&id).await.unwrap(),
        Some(SiteState::default()),
        "sections that are gone are gone"
    );
}

#[tokio::test]
async fn a_fence_is_written_once_a_block_and_given_once() {
    let home = TempDir::new().unwrap();
    let store = Sled::open(home.path()).unwrap();
    let (mut fences, mut rows) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        let lease = store.claim(&site("a"), at(0), at(9)).await.unwrap().unwrap().lease;
        fences.push(lease.fence);
        store.release(lease, SiteState::default().into()).await.unwrap();
        rows.push(store.table.read(|view| view.raw(&keys::lease(&site("a")))).unwrap());
    }
    assert!(fences.iter().copied().eq(1..=100));
    rows.dedup();
    assert_eq!(rows.len(), 2);
    drop(store);
    let next = reopen(home.path()).claim(&site("a"), at(0), at(9)).await.unwrap().unwrap().lease;
    assert!(next.fence > 100);
}

#[tokio::test]
async fn a_store_that_is_filled_and_then_hardly_written_grows_no_more() {
    let home = TempDir::new().unwrap();
    let store = Sled::open(home.path()).unwrap();
    for n in 0..800 {
        store
            .save(None, batch(vec![big(n % 200, 5000 + n as usize * 7919 % 5000)]), &proof())
            .await
            .unwrap();
    }
    let size = || fs::metadata(home.path().join("db")).unwrap().len();
    let before = size();
    for visits in 0..600 {
        let lease = store.claim(&site("a"), at(0), at(9)).await.unwrap().unwrap().lease;
        let state = SiteState { visits, cookies: Some("c".repeat(5000)), ..SiteState::default() };
        store.release(lease, state.into()).await.unwrap();
    }
    assert!(size() <= before + (1 << 20), "{before} {}", size());
    let seen = observe(&store).await.unwrap();
    drop(store);
    assert_eq!(observe(&reopen(home.path())).await.unwrap(), seen);
}

#[tokio::test]
async fn many_writers_share_syncs_and_lose_nothing() {
    let home = TempDir::new().unwrap();
    let store = Sled::open(home.path()).unwrap();
    let writes = (0..40u128).map(|id| {
        let store = store.clone();
        tokio::spawn(async move {
            store.save(None, batch(vec![record("a", id, 1, id as u64, 5)]), &proof()).await
        })
    });
    for write in writes.collect::<Vec<_>>() {
        write.await.unwrap().unwrap();
    }
    let log = store.changes(0, 99).await.unwrap();
    assert!(log.iter().map(|c| c.n).eq(1..=40));
}

#[test]
fn a_second_opening_is_busy_and_an_unfinished_snapshot_no_hindrance() {
    let home = TempDir::new().unwrap();
    let store = Sled::open(home.path()).unwrap();
    let unfinished = home.path().join("snap.0000000000000007.generating");
    fs::write(&unfinished, b"half").unwrap();
    assert!(matches!(Sled::open(home.path()), Err(Error::Busy { .. })));
    assert!(unfinished.exists(), "nothing is tidied under another's hands");
    drop(store);
    drop(reopen(home.path()));
    assert!(!unfinished.exists());
}
