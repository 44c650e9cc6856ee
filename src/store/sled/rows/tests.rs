use super::*;

/// Bytes written by the first release: a form that no longer reads them was edited.
#[test]
fn the_forms_stay_as_they_are() {
    let change = Change {
        n: 300,
        site: SiteId::new("a").unwrap(),
        id: Uuid::from_u128(1),
        version: 2,
        kind: ChangeKind::Touched,
    };
    let bytes = [1, 0xac, 2, 1, b'a', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2];
    assert_eq!(to_bytes(&change).unwrap(), bytes);
    assert_eq!(from_bytes::<Change>(&bytes).unwrap(), change);
    let held = Held { fence: 5, until: Some(Timestamp::from_nanosecond(-3).unwrap()) };
    assert_eq!(to_bytes(&held).unwrap(), [1, 5, 1, 5]);
    assert_eq!(
        to_bytes(&Checkpoint { file: "f".to_owned(), offset: 130 }).unwrap(),
        [1, 1, b'f', 0x82, 1]
    );
    assert!(from_bytes::<Held>(&[2, 5, 0]).is_err());
    // A head of the first form: version 2, rank 3, seq 4, one section, live, no item.
    let head = from_bytes::<Head>(&[1, 2, 6, 4, 1, 1, b's', 1, 0]).unwrap();
    assert_eq!((head.version, head.rank, head.seq, head.live, head.revision), (2, 3, 4, true, 0));
    assert_eq!(
        to_bytes(&Head { revision: 300, ..head }).unwrap(),
        [2, 2, 6, 4, 1, 1, b's', 1, 0, 0xac, 2]
    );
}
