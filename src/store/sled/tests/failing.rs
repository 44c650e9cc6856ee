//! A disk that fails: nobody sees what it may lose, nothing acknowledged is lost, and all goes on
//! by itself.

mod losing;

use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::store::sled::seam::{Act, Seam};

const FULL: i32 = 28;

fn full() -> io::Error {
    io::Error::from_raw_os_error(FULL)
}

fn is_full<T>(outcome: &Result<T, Error>) -> bool {
    outcome.as_ref().is_err_and(|error| error.io().and_then(io::Error::raw_os_error) == Some(FULL))
}

/// Waits for a condition that comes by itself.
fn until(mut condition: impl FnMut() -> bool) {
    let claim = Instant::now();
    while !condition() {
        assert!(claim.elapsed() < Duration::from_secs(60), "it never came");
        thread::yield_now();
    }
}

/// A store that fails at each act of `acts` while the switch is on.
fn failing(folder: &Path, acts: &'static [Act]) -> (Result<Sled, Error>, Arc<AtomicBool>) {
    let on = Arc::new(AtomicBool::new(false));
    let switch = on.clone();
    let seam = Seam::new(move |act| {
        if switch.load(Ordering::SeqCst) && acts.contains(&act) { Err(full()) } else { Ok(()) }
    });
    (Sled::open_with(folder, seam), on)
}

/// Copies of stores that this process has open for reading.
fn copies() -> usize {
    let open = fs::read_dir("/proc/self/fd")
        .unwrap()
        .flatten()
        .filter_map(|fd| fs::read_link(fd.path()).ok());
    open.filter(|path| path.to_string_lossy().contains("bantin-store-")).count()
}

#[tokio::test]
async fn each_write_that_fails_once_is_said_and_the_next_one_goes_through() {
    for act in [Act::Apply, Act::Tear, Act::Flush, Act::Sync] {
        let home = TempDir::new().unwrap();
        let fails = Arc::new(AtomicUsize::new(0));
        let left = fails.clone();
        let seam = Seam::new(move |now| {
            let due = now == act
                && left
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                    .is_ok();
            if due { Err(full()) } else { Ok(()) }
        });
        let store = Sled::open_with(home.path(), seam).unwrap();
        store.save(None, batch(vec![big(1, 9000)]), &proof()).await.unwrap();
        for id in 2..5 {
            fails.store(1, Ordering::SeqCst);
            let failed = store.save(None, batch(vec![big(id, 9000)]), &proof()).await;
            assert!(is_full(&failed), "{act:?}: {failed:?}");
            assert_eq!(
                failed.unwrap_err().to_string(),
                format!("the store at {} could not be written", home.path().display())
            );
            assert!(
                store.record(&site("a"), Uuid::from_u128(1)).await.unwrap().is_some(),
                "{act:?}: reading goes on"
            );
            store.save(None, batch(vec![big(id, 9000)]), &proof()).await.unwrap();
        }
        assert_eq!((top(&store, &Scope::All, 9).await.unwrap().len(), store.damage()), (4, None));
        assert!(
            matches!(Sled::open(home.path()), Err(Error::Busy { .. })),
            "and the lock is held again"
        );
    }
}

#[tokio::test]
async fn a_write_that_failed_in_its_middle_is_whole_or_not_at_all() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("torn");
    let (store, on) = failing(&folder, &[Act::Tear]);
    let (store, whole) = (store.unwrap(), Sled::open(&home.path().join("whole")).unwrap());
    for n in 0..6u128 {
        // Larger than what is applied at once, so that a part before the torn one is lost with it.
        let records: Vec<Record> = (0..40).map(|id| big(100 * n + id, 50)).collect();
        whole.save(None, batch(records.clone()), &proof()).await.unwrap();
        on.store(n % 2 == 1, Ordering::SeqCst);
        let failed = store.save(None, batch(records.clone()), &proof()).await.is_err();
        assert_eq!(failed, n % 2 == 1);
        on.store(false, Ordering::SeqCst);
        store.mend().await.unwrap();
        store.save(None, batch(records), &proof()).await.unwrap();
        assert_eq!(
            observe(&store).await.unwrap(),
            observe(&whole).await.unwrap(),
            "after write {n}"
        );
    }
    assert_eq!(store.damage(), None);
    drop(store);
    assert_eq!(observe(&reopen(&folder)).await.unwrap(), observe(&whole).await.unwrap());
}

#[tokio::test]
async fn a_panic_in_a_write_is_damage_and_the_next_write_goes_through() {
    let home = TempDir::new().unwrap();
    let store = Sled::open(home.path()).unwrap();
    store.save(None, batch(vec![big(1, 9000)]), &proof()).await.unwrap();
    let panicked =
        store.run(|table| table.write(|_| -> Result<(), Error> { panic!("on purpose") })).await;
    assert!(
        matches!(panicked, Err(Error::Damaged { .. }))
            && store.damage().unwrap().ends_with("on purpose")
    );
    store.save(None, batch(vec![big(2, 9000)]), &proof()).await.unwrap();
    assert_eq!(top(&store, &Scope::All, 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_store_on_a_full_disk_is_read_and_is_written_when_there_is_room() {
    let home = TempDir::new().unwrap();
    let store = Sled::open(home.path()).unwrap();
    store.save(None, batch((1..30).map(|id| big(id, 9000)).collect()), &proof()).await.unwrap();
    let seen = observe(&store).await.unwrap();
    drop(store);
    drop(reopen(home.path()));
    until(|| live::locked(home.path()).is_ok());
    let on = Arc::new(AtomicBool::new(true));
    let switch = on.clone();
    let seam = Seam::new(move |act| match act {
        Act::Probe | Act::Open if switch.load(Ordering::SeqCst) => Err(full()),
        _ => Ok(()),
    });
    let before = fs::read(home.path().join("db")).unwrap();
    let store = Sled::open_with(home.path(), seam).unwrap();
    assert_eq!(observe(&store).await.unwrap(), seen, "a start serves what is there");
    assert!(copies() > 0);
    for _ in 0..3 {
        let written = store.save(None, batch(vec![big(99, 10)]), &proof()).await;
        assert!(is_full(&written) && is_full(&store.mend().await), "{written:?}");
        assert_eq!(written.unwrap_err().path(), Some(home.path()));
        assert_eq!(observe(&store).await.unwrap(), seen);
        assert!(
            matches!(Sled::open(home.path()), Err(Error::Busy { .. })),
            "the files stay this process's"
        );
        thread::sleep(Duration::from_millis(6));
    }
    assert!(fs::read(home.path().join("db")).unwrap() == before, "nothing was written");
    on.store(false, Ordering::SeqCst);
    thread::sleep(Duration::from_millis(6));
    store.mend().await.unwrap();
    store.save(None, batch(vec![big(99, 10)]), &proof()).await.unwrap();
    assert_eq!(top(&store, &Scope::All, 99).await.unwrap().len(), 30);
    assert!(matches!(Sled::open(home.path()), Err(Error::Busy { .. })));
    drop(store);
    assert_eq!(top(&reopen(home.path()), &Scope::All, 99).await.unwrap().len(), 30);
}

#[tokio::test]
async fn a_disk_that_fills_up_while_it_is_open_stops_the_writing_alone() {
    let home = TempDir::new().unwrap();
    let (store, on) = failing(home.path(), &[Act::Flush, Act::Probe, Act::Open]);
    let store = store.unwrap();
    store.save(None, batch(vec![big(1, 9000)]), &proof()).await.unwrap();
    on.store(true, Ordering::SeqCst);
    for id in 2..6 {
        assert!(is_full(&store.save(None, batch(vec![big(id, 9000)]), &proof()).await));
        assert!(
            store.record(&site("a"), Uuid::from_u128(1)).await.unwrap().is_some(),
            "reading goes on"
        );
        assert!(is_full(&store.mend().await));
    }
    on.store(false, Ordering::SeqCst);
    until(|| store.table.mend().is_ok());
    store.save(None, batch(vec![big(7, 9000)]), &proof()).await.unwrap();
    assert!(store.record(&site("a"), Uuid::from_u128(7)).await.unwrap().is_some());
    assert_eq!(store.damage(), None);
}

#[tokio::test]
async fn reading_alone_opens_again_what_could_not_be_opened() {
    let home = TempDir::new().unwrap();
    let folder = home.path().to_owned();
    let (fails, other) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(None)));
    let (on, held) = (fails.clone(), other.clone());
    let seam = Seam::new(move |act| {
        if act == Act::Probe && on.swap(false, Ordering::SeqCst) {
            // Another process comes first.
            until(|| {
                let free = live::locked(&folder).ok();
                let got = free.is_some();
                *held.lock().unwrap() = free;
                got
            });
        }
        if act == Act::Sync && on.load(Ordering::SeqCst) { Err(full()) } else { Ok(()) }
    });
    let store = Sled::open_with(home.path(), seam).unwrap();
    store.set_value("k", "v").await.unwrap();
    fails.store(true, Ordering::SeqCst);
    assert!(is_full(&store.set_value("k", "w").await));
    assert!(matches!(store.value("k").await, Err(Error::Busy { .. })));
    assert!(matches!(store.cursor().await, Err(Error::Busy { .. })));
    *other.lock().unwrap() = None;
    until(|| store.table.read(|view| view.row::<String>(&keys::value("k"))).is_ok());
    assert_eq!(store.damage(), None, "a store that is shut is not damaged");
    store.set_value("k", "x").await.unwrap();
    assert_eq!(store.value("k").await.unwrap().as_deref(), Some("x"));
}

#[test]
fn mending_writes_only_when_something_failed() {
    let home = TempDir::new().unwrap();
    let (writes, fails) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (count, on) = (writes.clone(), fails.clone());
    let seam = Seam::new(move |act| {
        count.fetch_add(usize::from(act == Act::Apply), Ordering::SeqCst);
        if act == Act::Sync && on.swap(false, Ordering::SeqCst) { Err(full()) } else { Ok(()) }
    });
    let store = Sled::open_with(home.path(), seam).unwrap();
    let wrote = |job: &dyn Fn()| {
        let before = writes.load(Ordering::SeqCst);
        job();
        writes.load(Ordering::SeqCst) - before
    };
    assert_eq!(wrote(&|| store.table.mend().unwrap()), 0);
    fails.store(true, Ordering::SeqCst);
    let failed = store.table.write(|edit| edit.put_row(keys::value("k"), &1_u32));
    assert!(is_full(&failed));
    assert_eq!(wrote(&|| store.table.mend().unwrap()), 1);
    assert_eq!(wrote(&|| store.table.mend().unwrap()), 0);
}

#[test]
fn writers_that_come_together_share_a_sync_and_a_reader_that_came_before_the_next_goes_first() {
    let home = TempDir::new().unwrap();
    let syncs = Arc::new(AtomicUsize::new(0));
    let (told, wait) = (mpsc::channel(), mpsc::channel::<()>());
    let (count, gate) = (syncs.clone(), Mutex::new((told.0, wait.1)));
    let armed = Arc::new(AtomicBool::new(false));
    let arm = armed.clone();
    let seam = Seam::new(move |act| {
        if act == Act::Sync && arm.load(Ordering::SeqCst) {
            count.fetch_add(1, Ordering::SeqCst);
            let gate = gate.lock().unwrap();
            gate.0.send(()).unwrap();
            gate.1.recv().unwrap();
        }
        Ok(())
    });
    let store = Sled::open_with(home.path(), seam).unwrap();
    let table = &*store.table;
    let order = Mutex::new(Vec::new());
    let write = |name: &'static str| {
        table
            .write(|edit| {
                order.lock().unwrap().push(name);
                edit.put_row(keys::value(name), &1_u32)
            })
            .unwrap();
    };
    let read = |name: &'static str| {
        let seen = table.read(|view| {
            order.lock().unwrap().push(name);
            Ok(view.scan(b"k")?.count())
        });
        seen.unwrap()
    };
    armed.store(true, Ordering::SeqCst);
    thread::scope(|scope| {
        // Nobody goes in while this one is alone: they all come meanwhile.
        let (hold, held) = mpsc::channel::<()>();
        let (came, come) = mpsc::channel();
        scope.spawn(move || table.alone(|| came.send(()).map(|()| held.recv())).unwrap().unwrap());
        come.recv().unwrap();
        for (n, name) in ["w1", "w2", "w3"].into_iter().enumerate() {
            scope.spawn(move || write(name));
            until(|| table.waiting() == n + 1);
        }
        let reader = scope.spawn(move || read("r1"));
        until(|| table.waiting() == 4);
        scope.spawn(move || write("w4"));
        until(|| table.waiting() == 5);
        hold.send(()).unwrap();
        told.1.recv().unwrap();
        assert_eq!(
            *order.lock().unwrap(),
            ["w1", "w2", "w3"],
            "applied, and not read before the sync"
        );
        assert_eq!(table.waiting(), 2);
        wait.0.send(()).unwrap();
        assert_eq!(reader.join().unwrap(), 3);
        told.1.recv().unwrap();
        wait.0.send(()).unwrap();
    });
    assert_eq!(*order.lock().unwrap(), ["w1", "w2", "w3", "r1", "w4"]);
    assert_eq!(syncs.load(Ordering::SeqCst), 2, "one for three, one for the last");
}

#[test]
fn all_that_share_a_sync_hear_that_it_failed() {
    let home = TempDir::new().unwrap();
    let (store, on) = failing(home.path(), &[Act::Sync]);
    let store = store.unwrap();
    let table = &*store.table;
    on.store(true, Ordering::SeqCst);
    thread::scope(|scope| {
        let (hold, held) = mpsc::channel::<()>();
        let (came, come) = mpsc::channel();
        scope.spawn(move || table.alone(|| came.send(()).map(|()| held.recv())).unwrap().unwrap());
        come.recv().unwrap();
        let writers: Vec<_> = (0..4)
            .map(|n| {
                scope.spawn(move || {
                    table.write(|edit| edit.put_row(keys::value(&n.to_string()), &1_u32))
                })
            })
            .collect();
        until(|| table.waiting() == 4);
        hold.send(()).unwrap();
        for writer in writers {
            let heard = writer.join().unwrap();
            assert!(is_full(&heard), "{heard:?}");
        }
    });
    on.store(false, Ordering::SeqCst);
    table.write(|edit| edit.put_row(keys::value("5"), &1_u32)).unwrap();
}
