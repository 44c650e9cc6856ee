//! Torn tails, disks that fail, files that are gone.

use super::*;

#[test]
fn a_torn_tail_is_cut_wherever_it_is_torn() {
    let origin = tempdir().unwrap();
    let archive = open(origin.path());
    let kept = put(&archive, 0);
    let since = archive.end();
    put(&archive, 1);
    let whole = fs::read(open_file(origin.path())).unwrap();
    let (name, _) = list(origin.path()).unwrap()[0];
    let tails: [&[u8]; 3] = [b"", &[0; 4096], &whole[..30]];
    for (cut, tail) in (0..whole.len())
        .flat_map(|cut| tails.map(|tail| (cut, tail)))
        .filter(|(cut, tail)| tail.is_empty() || cut % 41 == 0)
    {
        // What was synced stands.
        for since in [None, Some(since.clone()).filter(|since| since.offset <= cut as u64)] {
            let folder = tempdir().unwrap();
            let there = [&whole[..cut], tail].concat();
            fs::write(name.open_path(folder.path()), &there).unwrap();
            let archive = open_by(settings(folder.path()), since.as_ref(), now());
            // A member may end in zeros, which a tail of zeros puts back.
            let start = if (cut as u64) < kept.offset + kept.length {
                0
            } else {
                1 + usize::from(there.starts_with(&whole))
            };
            assert_eq!(uris(&archive, None).len(), start, "cut at {cut}");
            let again = put(&archive, 2);
            assert_eq!(archive.read(&again).unwrap().uri, "urn:x:2");
            assert_eq!(uris(&archive, None).len(), start + 1);
            assert_eq!(
                kinds(folder.path()).iter().filter(|(kind, _)| kind == "warcinfo").count(),
                1
            );
        }
    }
}

#[test]
fn what_a_killed_process_left_is_taken_up() {
    let origin = tempdir().unwrap();
    let archive = open(origin.path());
    put(&archive, 0);
    let copy = tempdir().unwrap();
    let first = list(origin.path()).unwrap()[0].0;
    fs::copy(first.open_path(origin.path()), first.open_path(copy.path())).unwrap();
    let second = Name::after(Some(first), now());
    fs::write(second.open_path(copy.path()), b"").unwrap();
    let third = Name::after(Some(second), now());
    fs::write(third.open_path(copy.path()), b"\x1f\x8b").unwrap();
    fs::write(copy.path().join("notes.txt"), b"of a user").unwrap();
    let taken = open(copy.path());
    assert_eq!(list(copy.path()).unwrap(), [(first, false), (second, false), (third, true)]);
    assert_eq!(uris(&taken, None), ["urn:x:0"]);
    put(&taken, 1);
    assert_eq!(uris(&taken, None), ["urn:x:0", "urn:x:1"]);
    drop(taken);
    fs::copy(first.path(copy.path()), first.open_path(copy.path())).unwrap();
    let fault = Archive::open(settings(copy.path()), &[], None, now()).unwrap().1;
    assert!(matches!(fault, Some(Error::Damaged { .. })), "{fault:?}");
}

#[test]
fn damage_is_told_and_passed_over() {
    let folder = tempdir().unwrap();
    let archive = open(folder.path());
    let places: Vec<Place> = (0..4).map(|n| put(&archive, n)).collect();
    let path = open_file(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    let middle = usize::try_from(places[1].offset + places[1].length / 2).unwrap();
    bytes[middle..middle + 8].fill(0x1f);
    fs::write(&path, &bytes).unwrap();
    let told: Vec<String> = archive
        .resources(None)
        .unwrap()
        .map(|found| found.map_or_else(|_| "damaged".into(), |found| found.uri))
        .collect();
    assert_eq!(told, ["urn:x:0", "damaged", "urn:x:2", "urn:x:3"]);
    assert!(matches!(
        archive.read(&places[1]),
        Err(Error::Damaged { offset, .. }) if offset == places[1].offset
    ));
    drop(archive);
    // a store that has saved all of it: nothing is read again, nothing is cut
    let since = Checkpoint { file: places[3].file.clone(), offset: bytes.len() as u64 };
    drop(open_by(settings(folder.path()), Some(&since), now()));
    assert_eq!(fs::read(&path).unwrap(), bytes);
    // nor without a checkpoint: a wrong bit costs the record that it hits and no other, and what
    // comes later is written behind
    fs::remove_file(folder.path().join("archive.json")).unwrap();
    let archive = open(folder.path());
    assert_eq!(fs::read(&path).unwrap(), bytes);
    put(&archive, 4);
    let whole: Vec<String> =
        archive.resources(None).unwrap().filter_map(|found| Some(found.ok()?.uri)).collect();
    assert_eq!(whole, ["urn:x:0", "urn:x:2", "urn:x:3", "urn:x:4"]);
    drop(archive);
    // of the last record too, if it is known to have been whole
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    fs::write(&path, &bytes).unwrap();
    drop(open(folder.path()));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

/// Puts another file under the stream: a pipe takes writes and no sync, a full device neither
/// writes nor cuts.
fn replace(archive: &Archive, file: fs::File) {
    archive.shared.writing().stream().unwrap().disk = Arc::new(Disk::pretended(file));
}

#[test]
fn a_failed_sync_stops_all_writing_until_it_is_reopened() {
    let folder = tempdir().unwrap();
    let archive = open(folder.path());
    put(&archive, 0);
    block_on(async {
        archive.sync().await.unwrap();
        let before = archive.end();
        let (_reader, writer) = std::io::pipe().unwrap();
        replace(&archive, std::os::fd::OwnedFd::from(writer).into());
        put(&archive, 1);
        for _ in 0..2 {
            assert!(matches!(archive.sync().await, Err(Error::Unsynced { .. })));
        }
        assert!(matches!(
            archive
                .append_resource(archive.epoch(), &NewResource::new("urn:x:2", "a/b", b"", now())),
            Err(Error::Unsynced { .. })
        ));
        // of what no sync had covered, half a record had come to the file
        OpenOptions::new()
            .append(true)
            .open(open_file(folder.path()))
            .unwrap()
            .write_all(b"\x1f\x8b\x08")
            .unwrap();
        archive.reopen(&[], None, now()).unwrap();
        assert_eq!(archive.end(), before);
        put(&archive, 3);
        assert_eq!(archive.sync().await.unwrap().upto(), &archive.end());
        assert_eq!(uris(&archive, None), ["urn:x:0", "urn:x:3"]);
    });
}

#[test]
fn a_failed_write_that_cannot_be_taken_back_stops_writing() {
    let folder = tempdir().unwrap();
    let archive = open(folder.path());
    put(&archive, 0);
    let before = archive.end();
    replace(&archive, OpenOptions::new().write(true).open("/dev/full").unwrap());
    assert!(matches!(
        archive.append_resource(archive.epoch(), &NewResource::new("urn:x:1", "a/b", b"", now())),
        Err(Error::Io { .. })
    ));
    assert!(matches!(
        archive.append_resource(archive.epoch(), &NewResource::new("urn:x:2", "a/b", b"", now())),
        Err(Error::Unsynced { .. })
    ));
    archive.reopen(&[], None, now()).unwrap();
    assert_eq!(archive.end(), before);
    put(&archive, 3);
    assert_eq!(uris(&archive, None), ["urn:x:0", "urn:x:3"]);
}

/// Files of so many records each, closed but for the last.
fn chained(folder: &Path, files: usize) -> Archive {
    let archive = open_by(Settings { file_bytes: 900, ..settings(folder) }, None, now());
    let article = |n: usize| format!("urn:bantin:article:x:{n}:v1");
    let mut n = 0;
    while list(folder).unwrap().len() < files {
        archive
            .append_resource(
                archive.epoch(),
                &NewResource::new(article(n), "text/plain", format!("{n}").repeat(90), now()),
            )
            .unwrap();
        n += 1;
    }
    block_on(archive.sync()).unwrap();
    archive.keep(now()).unwrap();
    archive
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    list(folder)
        .unwrap()
        .into_iter()
        .map(|(name, open)| if open { name.open_path(folder) } else { name.path(folder) })
        .collect()
}

/// Every file of a folder with its bytes.
fn tree(folder: &Path) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn each_file_names_the_one_before_it() {
    let folder = tempdir().unwrap();
    drop(chained(folder.path(), 3));
    let names: Vec<Name> = list(folder.path()).unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(account::previous(folder.path(), names[0]), None);
    for pair in names.windows(2) {
        let said = account::previous(folder.path(), pair[1]).unwrap();
        let length = fs::metadata(pair[0].path(folder.path())).unwrap().len();
        assert_eq!(said, account::survey(folder.path(), pair[0], length, None).unwrap());
        assert!(said.articles > Some(0));
    }
    let said = account::Account::read(folder.path()).unwrap().newest.unwrap();
    let whole = account::survey(folder.path(), names[2], said.length, None).unwrap();
    assert_eq!(
        (said.length, said.articles),
        (fs::metadata(files(folder.path()).pop().unwrap()).unwrap().len(), whole.articles)
    );
    assert_eq!(said.digest, whole.digest);
}

#[test]
fn an_archive_that_lacks_a_file_is_left_alone_until_it_is_back() {
    for (which, how) in
        (0..3).flat_map(|which| ["gone", "shorter", "older", "folder"].map(|how| (which, how)))
    {
        let (folder, away) = (tempdir().unwrap(), tempdir().unwrap());
        drop(chained(folder.path(), 3));
        let path = files(folder.path())[which].clone();
        let whole = fs::read(&path).unwrap();
        let before = tree(folder.path());
        fs::rename(&path, away.path().join("kept")).unwrap();
        match how {
            "gone" => {}
            "folder" => fs::create_dir(&path).unwrap(),
            "older" => fs::write(&path, &whole[..whole.len() - 7]).unwrap(),
            _ => fs::write(&path, b"").unwrap(),
        }
        let harmed = tree(folder.path());
        let (archive, fault) = Archive::open(settings(folder.path()), &[], None, now()).unwrap();
        assert!(matches!(fault, Some(Error::Withheld(_))), "{which} {how}: {fault:?}");
        let missing = archive.check(&[]).unwrap();
        assert_eq!(missing.len(), 1, "{which} {how}: {missing:?}");
        assert!(
            missing[0].articles > Some(0) && path.to_string_lossy().contains(&missing[0].file),
            "{missing:?}"
        );
        assert!(matches!(
            archive
                .append_resource(archive.epoch(), &NewResource::new("urn:x:1", "a/b", b"", now())),
            Err(Error::Withheld(_))
        ));
        assert!(archive.reopen(&[], None, now()).is_err());
        assert!(block_on(archive.settled()).is_ok());
        drop(archive.clone());
        assert_eq!(tree(folder.path()), harmed, "{which} {how}");
        if path.is_dir() {
            fs::remove_dir(&path).unwrap();
        }
        fs::rename(away.path().join("kept"), &path).unwrap();
        assert_eq!(tree(folder.path()), before);
        archive.reopen(&[], None, now()).unwrap();
        put(&archive, 1);
    }
}

#[test]
fn a_file_that_no_longer_stands_in_its_place_is_not_written() {
    for how in ["moved", "replaced", "cut"] {
        let folder = tempdir().unwrap();
        let archive = chained(folder.path(), 2);
        let path = files(folder.path())[1].clone();
        let kept = folder.path().join("kept");
        match how {
            "cut" => fs::File::options().write(true).open(&path).unwrap().set_len(100).unwrap(),
            _ => fs::rename(&path, &kept).unwrap(),
        }
        if how == "replaced" {
            fs::copy(&kept, &path).unwrap();
        }
        let before = tree(folder.path());
        assert!(
            matches!(
                archive.append_resource(
                    archive.epoch(),
                    &NewResource::new("urn:x:1", "a/b", b"", now())
                ),
                Err(Error::Displaced(_))
            ),
            "{how}"
        );
        assert!(archive.is_stopped());
        assert_eq!(archive.check(&[]).unwrap().is_empty(), how == "replaced", "{how}");
        drop(archive);
        assert_eq!(tree(folder.path()), before, "{how}");
    }
}

#[test]
fn what_is_accepted_as_lost_stands_in_a_record_and_is_no_reason_any_more() {
    let folder = tempdir().unwrap();
    drop(chained(folder.path(), 3));
    let paths = files(folder.path());
    fs::remove_file(&paths[1]).unwrap();
    let newest = fs::metadata(&paths[2]).unwrap().len();
    fs::File::options().write(true).open(&paths[2]).unwrap().set_len(newest - 1).unwrap();
    let (archive, _) = Archive::open(settings(folder.path()), &[], None, now()).unwrap();
    let missing = archive.check(&[]).unwrap();
    assert_eq!(missing.len(), 2);
    assert!(matches!(archive.accept(&missing[..1], &[], None, now()), Err(Error::Withheld(_))));
    archive.accept(&missing[1..], &[], None, now()).unwrap();
    assert!(archive.check(&[]).unwrap().is_empty());
    let records: Vec<Resource> = archive
        .resources(None)
        .unwrap()
        .filter_map(Result::ok)
        .filter(|r| r.uri.contains(":accepted"))
        .collect();
    let said = String::from_utf8(records[0].body.to_vec()).unwrap();
    assert!(missing.iter().all(|missing| said.contains(&missing.file)), "{said}");
    // what was shortened is closed as it is: nothing is written where something else is said to
    // stand
    assert_eq!(fs::metadata(paths[2].with_extension("")).unwrap().len(), newest - 1);
    drop(archive);
    put(&open(folder.path()), 5);
}
