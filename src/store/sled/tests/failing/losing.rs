//! A disk that loses what was not synced: nothing that was seen or told is lost.

use super::*;

/// A disk that loses at each failure all that was not synced.
struct Disk {
    folder: std::path::PathBuf,
    /// What is on the disk for good.
    platter: std::path::PathBuf,
    /// Whether the next acts fail.
    fate: Mutex<VecDeque<bool>>,
}

impl Disk {
    fn seam(self: &Arc<Self>) -> Seam {
        let disk = self.clone();
        Seam::new(move |act| {
            match act {
                Act::Open | Act::Copy => disk.lose(),
                Act::Answer => copy(&disk.folder, &disk.platter),
                _ => {}
            }
            let fails =
                act != Act::Answer && disk.fate.lock().unwrap().pop_front().unwrap_or(false);
            if fails { Err(full()) } else { Ok(()) }
        })
    }

    /// The files are as the disk has them.
    fn lose(&self) {
        if self.platter.exists() {
            for name in names::own(&self.folder)
                .unwrap()
                .iter()
                .filter(|name| !self.platter.join(name).exists())
            {
                fs::remove_file(self.folder.join(name)).unwrap();
            }
            copy(&self.platter, &self.folder);
        }
    }
}

/// The writes that a reader sees, by number.
fn seen(table: &Table) -> Result<BTreeSet<usize>, Error> {
    table.read(|view| {
        let numbers = view.scan(b"kw")?.map(|row| {
            row.map(|(key, _)| std::str::from_utf8(&key[2..]).unwrap().parse().unwrap())
        });
        numbers.collect()
    })
}

/// Writes a number, every fifth among so much that it is applied in pieces.
fn put(table: &Table, n: usize) -> Result<(), Error> {
    table.write(|edit| {
        for row in 0..if n.is_multiple_of(5) { 250 } else { 1 } {
            edit.put_row(keys::value(&format!("x{n}-{row}")), &1_u32)?;
            edit.border()?;
        }
        edit.put_row(keys::value(&format!("w{n}")), &1_u32)
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16,
        max_shrink_iters: 20,
        ..ProptestConfig::default()
    })]
    #[test]
    fn what_a_reader_saw_or_a_writer_was_told_is_never_lost(
        fate in proptest::collection::vec(proptest::bool::weighted(0.25), 0..90),
        writes in 4..24_usize,
    ) {
        let home = TempDir::new().unwrap();
        let disk = Arc::new(Disk {
            folder: home.path().join("store"),
            platter: home.path().join("platter"),
            fate: Mutex::default(),
        });
        let store = Sled::open_with(&disk.folder, disk.seam()).unwrap();
        copy(&disk.folder, &disk.platter);
        *disk.fate.lock().unwrap() = fate.into();
        let (table, ended) = (&*store.table, &AtomicBool::new(false));
        let (told, known) = thread::scope(|scope| {
            let reader = scope.spawn(move || {
                let mut known = BTreeSet::new();
                while !ended.load(Ordering::SeqCst) {
                    if let Ok(now) = seen(table) {
                        assert!(
                            now.is_superset(&known),
                            "seen and gone: {:?}",
                            known.difference(&now)
                        );
                        known = now;
                    }
                }
                known
            });
            let writers = [0, 1, 2].map(|writer| {
                scope.spawn(move || {
                    (0..writes)
                        .filter(|n| n % 3 == writer && put(table, *n).is_ok())
                        .collect::<Vec<_>>()
                })
            });
            let told: Vec<usize> =
                writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
            ended.store(true, Ordering::SeqCst);
            (told, reader.join().unwrap())
        });
        disk.fate.lock().unwrap().clear();
        until(|| put(table, 1000).is_ok());
        let now = seen(table).unwrap();
        prop_assert!(
            now.is_superset(&known) && told.iter().chain(&[1000]).all(|n| now.contains(n)),
            "{told:?} {known:?} {now:?}"
        );
        prop_assert_eq!(store.damage(), None);
        drop(store);
        until(|| live::locked(&disk.folder).is_ok());
        disk.lose();
        prop_assert!(
            seen(&reopen(&disk.folder).table).unwrap().is_superset(&now),
            "a power cut afterwards"
        );
    }
}
