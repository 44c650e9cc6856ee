//! Files that cannot be read, and folders that are not the store's.

use std::os::unix::fs::symlink;

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn damage_is_said_and_set_aside() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("store");
    for (n, name) in ["conf", "db", "db", "db"].iter().enumerate() {
        let store = reopen(&folder);
        store.save(None, batch((0..50).map(|id| big(id, 9000)).collect()), &proof()).await.unwrap();
        drop(store);
        drop(reopen(&folder));
        let length = fs::metadata(folder.join(name)).unwrap().len();
        fs::write(folder.join(name), vec![0x55; length as usize]).unwrap();
        let outcome = std::iter::from_fn(|| Some(Sled::open(&folder)))
            .find(|t| !matches!(t, Err(Error::Busy { .. })))
            .unwrap();
        assert!(matches!(outcome, Err(Error::Damaged { .. })), "{name}: {outcome:?}");
        fs::write(folder.join("control.sock"), b"").unwrap();
        let aside = set_aside(&folder, at(n as i64 / 2)).unwrap();
        assert!(
            aside.join("conf").exists()
                && aside.join("blobs").exists()
                && aside.parent() == Some(&folder)
        );
        assert!(!names(&folder).iter().any(|name| name == "db"
            || name == "conf"
            || name == "blobs"
            || name.starts_with("snap.")));
    }
    let left = [
        "control.sock",
        "damaged-19700101T000000Z-001",
        "damaged-19700101T000001Z",
        "damaged-19700101T000001Z-001",
    ];
    assert_eq!(names(&folder), left, "the oldest went, and nothing that is not the store's");
    assert_eq!(names(home.path()), ["store"]);
    assert!(
        reopen(&folder).changes(0, 9).await.unwrap().is_empty(),
        "a new one beside what was set aside"
    );
}

/// The store's own files and others, set aside long ago.
const ASIDE: [&str; 9] = [
    "db",
    "conf",
    "probe",
    "snap.00AF",
    "snap.00AF.generating",
    "snap.shot",
    "blobs/7",
    "blobs/7a",
    "db.bak",
];
/// What is left beside the store's own files when three are set aside again.
const LEFT: [&str; 10] = [
    "conf",
    "damaged-2020",
    "damaged-20200101T000000Z",
    "damaged-20200102T000000Z",
    "damaged-20200103T000000Z",
    "damaged-20330518T033321Z",
    "damaged-20330518T033322Z",
    "damaged-20330518T033323Z",
    "damaged-photos",
    "notes",
];

#[test]
fn of_long_ago_only_the_stores_own_files_go() {
    let home = TempDir::new().unwrap();
    let (folder, other) = (home.path().join("store"), home.path().join("other"));
    let old = |name: &str| folder.join(format!("damaged-{name}"));
    for path in [
        old("20200101T000000Z/blobs"),
        old("20200102T000000Z"),
        old("2020"),
        old("photos"),
        other.clone(),
    ] {
        fs::create_dir_all(path).unwrap();
    }
    fs::create_dir(old("20200102T000000Z").join("blobs")).unwrap();
    for path in [
        other.join("db"),
        other.join("7"),
        other.join("kept"),
        old("photos").join("db"),
        old("2020").join("db"),
        folder.join("notes"),
    ] {
        fs::write(path, b"mine").unwrap();
    }
    let aside = old("20200101T000000Z");
    for name in ASIDE {
        fs::write(aside.join(name), b"x").unwrap();
    }
    symlink(&other, old("20200103T000000Z")).unwrap();
    symlink(&other, old("20200102T000000Z").join("blobs/8")).unwrap();
    symlink(other.join("kept"), old("20200102T000000Z").join("db")).unwrap();
    symlink(other.join("kept"), folder.join("conf")).unwrap();
    fs::write(folder.join("db"), b"damaged").unwrap();
    for n in 0..4 {
        set_aside(&folder, at(2_000_000_000 + n)).unwrap();
    }
    assert_eq!(names(&other), ["7", "db", "kept"], "no link is followed");
    assert_eq!(names(&aside), ["blobs", "db.bak", "snap.shot"]);
    assert_eq!(names(&aside.join("blobs")), ["7a"]);
    assert_eq!(names(&old("20200102T000000Z")), ["blobs", "db"], "links are not the store's");
    assert_eq!(names(&folder), LEFT);
    assert!(old("photos").join("db").exists() && old("2020").join("db").exists());
}

#[test]
fn a_folder_of_other_things_is_refused_and_left_as_it_is() {
    let home = TempDir::new().unwrap();
    assert_eq!(foreign(&home.path().join("none")).unwrap(), None);
    for name in ["notes.txt", "db.bak", "snap.shot", "damaged", ".git", "config"] {
        let folder = home.path().join(format!("of-{name}"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(name), b"mine").unwrap();
        let refused = Sled::open(&folder).unwrap_err();
        assert!(
            matches!(&refused, Error::Foreign { name: found, .. } if found == name),
            "{refused:?}"
        );
        assert!(refused.to_string().contains(name) && refused.path() == Some(&folder));
        assert_eq!(
            (names(&folder), foreign(&folder).unwrap().as_deref()),
            (vec![name.to_owned()], Some(name))
        );
    }
    let folder = home.path().join("links");
    fs::create_dir(&folder).unwrap();
    symlink(home.path().join("of-config"), folder.join("blobs")).unwrap();
    assert!(
        matches!(Sled::open(&folder), Err(Error::Foreign { .. })),
        "a link where a folder of the store's is to be"
    );
    let folder = home.path().join("file-as-folder");
    fs::create_dir_all(folder.join("db")).unwrap();
    assert_eq!(foreign(&folder).unwrap().as_deref(), Some("db"));

    let folder = home.path().join("mount");
    fs::create_dir_all(folder.join("lost+found")).unwrap();
    fs::create_dir_all(folder.join(".snapshot")).unwrap();
    fs::create_dir_all(folder.join("damaged-20200101T000000Z")).unwrap();
    for name in [
        ".nfs0007",
        "control.sock",
        "control.path",
        ".lock",
        "probe",
        "snap.0000000000000007.generating",
    ] {
        fs::write(folder.join(name), b"").unwrap();
    }
    drop(reopen(&folder));
    drop(reopen(&folder));
    symlink(&folder, home.path().join("link")).unwrap();
    drop(reopen(&home.path().join("link")));
}

#[tokio::test]
async fn damage_met_by_any_reading_or_writing_is_kept() {
    let bad =
        |store: &Sled, key: Vec<u8>| store.table.write(move |edit| edit.put(key, &[9, 9])).unwrap();
    let (a, one) = (site("a"), Uuid::from_u128(1));
    for spoil in [keys::head(&a, one), keys::version(&a, one, 1), keys::sequence(&a)] {
        let home = TempDir::new().unwrap();
        let store = Sled::open(home.path()).unwrap();
        store.save(None, batch(vec![record("a", 1, 1, 1, 5)]), &proof()).await.unwrap();
        bad(&store, spoil);
        assert_eq!(store.damage(), None, "not yet met");
        let met = [
            store.record(&a, one).await.map(drop),
            store.sequence(&a).await.map(drop),
            store.save(None, batch(vec![record("a", 1, 2, 1, 5)]), &proof()).await,
        ];
        assert!(met.iter().any(|met| matches!(met, Err(Error::Damaged { .. }))), "{met:?}");
        let first = store.damage().unwrap();
        assert!(
            met.iter()
                .flat_map(|met| met.as_ref().err())
                .any(|error| error.to_string().contains(&first))
        );
        store.set_value("k", "v").await.unwrap();
        assert_eq!(store.damage(), Some(first.clone()), "it stays");
        assert!(matches!(store.mend().await, Err(Error::Damaged { what, path })
            if what == first && path == home.path()));
    }
    let home = TempDir::new().unwrap();
    let store = Sled::open(home.path()).unwrap();
    let dangling = keys::rank(&Scope::All, at(1), 1, &a, one);
    store.table.write(|edit| edit.put(dangling, b"")).unwrap();
    assert!(
        matches!(top(&store, &Scope::All, 9).await, Err(Error::Damaged { .. }))
            && store.damage().is_some(),
        "an index alone"
    );
}

#[tokio::test]
async fn a_flipped_bit_that_opening_does_not_read_is_met_while_reading() {
    let home = TempDir::new().unwrap();
    let (folder, spoilt) = (home.path().join("store"), home.path().join("spoilt"));
    let store = Sled::open(&folder).unwrap();
    store.save(None, batch((0..800).map(|id| big(id, 5000)).collect()), &proof()).await.unwrap();
    drop(store);
    let whole = observe(&reopen(&folder)).await.unwrap();
    let free = std::iter::from_fn(|| Some(live::locked(&folder))).find(Result::is_ok);
    let (mut said, data) = (0, fs::read(folder.join("db")).unwrap());
    let mut places = (1..200).map(|n| n * 7919 % 200 * data.len() / 200);
    while said == 0
        && let Some(place) = places.next()
    {
        copy(&folder, &spoilt);
        let mut data = data.clone();
        data[place] ^= 1;
        fs::write(spoilt.join("db"), data).unwrap();
        match Sled::open(&spoilt) {
            Ok(store) => {
                let seen = observe(&store).await;
                let all = top(&store, &Scope::All, 999).await;
                let damaged =
                    [seen.as_ref().err(), all.as_ref().err()].into_iter().flatten().count();
                assert_eq!(damaged > 0, store.damage().is_some(), "{seen:?}");
                assert!(damaged > 0 || seen.unwrap() == whole, "never served");
                said += usize::from(damaged > 0);
            }
            Err(error) => assert!(matches!(error, Error::Damaged { .. }), "{error:?}"),
        }
        fs::remove_dir_all(&spoilt).unwrap();
    }
    drop(free);
    assert!(said > 0, "some was met by reading alone");
}
