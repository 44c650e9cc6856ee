use proptest::prelude::*;

use super::*;

fn apply(db: &Db, rows: BTreeMap<Vec<u8>, Option<IVec>>) {
    for (key, row) in Bundles::new(db).gather(rows).unwrap() {
        match row {
            Some(row) => db.insert(key, row).unwrap(),
            None => db.remove(key).unwrap(),
        };
    }
}

fn key(kind: u8, n: u16) -> Vec<u8> {
    [&[kind], b"site\0".as_slice(), n.to_string().as_bytes()].concat()
}

fn rows() -> impl Strategy<Value = Vec<(u8, u16, Option<usize>)>> {
    let kind = prop::sample::select(b"atv".to_vec());
    prop::collection::vec(
        (
            kind,
            0..400_u16,
            prop::option::weighted(0.6, prop::sample::select(vec![0, 5, 90, 700, 3000])),
        ),
        0..120,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn rows_in_bundles_read_as_they_were_written(
        batches in prop::collection::vec(rows(), 1..8),
    ) {
        let db = sled::Config::new().temporary(true).open().unwrap();
        let mut truth = BTreeMap::new();
        for batch in batches {
            let batch: BTreeMap<_, _> = batch
                .into_iter()
                .map(|(kind, n, row)| {
                    (key(kind, n), row.map(|size| IVec::from(vec![b'x'; size])))
                })
                .collect();
            truth.extend(batch.clone());
            apply(&db, batch);
            truth.retain(|_, row| row.is_some());
            let bundles = Bundles::new(&db);
            for n in 0..400 {
                for kind in *b"atv" {
                    let key = key(kind, n);
                    prop_assert_eq!(
                        bundles.get(&key).unwrap(),
                        truth.get(&key).cloned().flatten()
                    );
                }
            }
            for (start, end) in [
                (key(b'a', 0), vec![b'b']),
                (key(b't', 2), key(b't', 333)),
                (vec![b't'], key(b't', 5)),
                (vec![b'v'], vec![b'w']),
            ] {
                let found: Vec<_> = Range::new(&db, start.clone(), end.clone())
                    .unwrap()
                    .map(Result::unwrap)
                    .collect();
                let wanted: Vec<_> = truth
                    .range(start..end)
                    .map(|(k, v)| (k.as_slice().into(), v.clone().unwrap()))
                    .collect::<Vec<(IVec, IVec)>>();
                prop_assert_eq!(found, wanted);
            }
            let mut bundles = db.iter().map(Result::unwrap).filter(|(key, _)| key[0] == BUNDLE);
            prop_assert!(
                bundles.all(|(_, bundle)| (1..FULL + 3300).contains(&bundle.len())),
                "none is empty or overfull"
            );
        }
    }
}

#[test]
fn many_small_rows_take_few_of_the_tree_however_they_come_and_go() {
    let db = sled::Config::new().temporary(true).open().unwrap();
    let key = |n: u32| {
        [
            b"asite\0".as_slice(),
            &n.wrapping_mul(2_654_435_761).to_be_bytes(),
            b"and forty bytes of an address, about....",
        ]
        .concat()
    };
    for n in 0..2000 {
        apply(&db, BTreeMap::from([(key(n), Some(IVec::from(&[7; 17])))]));
    }
    assert!(db.len() < 250, "{}", db.len());
    for n in 0..1900 {
        apply(&db, BTreeMap::from([(key(n), None)]));
    }
    assert!(db.len() < 40, "{}", db.len());
    assert!((1900..2000).all(|n| Bundles::new(&db).get(&key(n)).unwrap().is_some()));
}

#[test]
fn a_bundle_that_does_not_read_is_damage() {
    let db = sled::Config::new().temporary(true).open().unwrap();
    db.insert(own_key(b"a"), b"\x00\xff\xff").unwrap();
    assert!(matches!(Bundles::new(&db).get(b"ax"), Err(Error::Damaged { .. })));
    assert!(Range::new(&db, b"a".to_vec(), b"b".to_vec()).unwrap().next().unwrap().is_err());
}
