//! The archive as its callers see it, and what a crash may leave.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

use super::member::Stretch;
use super::segment::{Disk, Name, list};
use super::*;
use crate::domain::Exchange;

const NOW: &str = "2026-01-02T03:04:05.678901234Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn settings(folder: &Path) -> Settings {
    Settings {
        folder: folder.to_owned(),
        file_bytes: 1 << 30,
        file_age: std::time::Duration::MAX,
        software: "bantin/0.1.0".into(),
        operator: Some("Ops\r\nrobots: ignore".into()),
        robots: "obey".into(),
    }
}

fn open(folder: &Path) -> Archive {
    open_by(settings(folder), None, now())
}

fn open_by(settings: Settings, since: Option<&Checkpoint>, now: Timestamp) -> Archive {
    match Archive::open(settings, &[], since, now).unwrap() {
        (archive, None) => archive,
        (_, Some(fault)) => panic!("{fault}"),
    }
}

/// The stream's file.
fn disk(archive: &Archive) -> Arc<Disk> {
    archive.shared.writing().stream().unwrap().disk.clone()
}

fn exchange(url: &str, body: &[u8]) -> Exchange {
    Exchange {
        url: url.into(),
        time: now(),
        peer: Some([127, 0, 0, 1].into()),
        method: "GET",
        request_fields: vec![("User-Agent".into(), "bantin".into())],
        request_body: Bytes::new(),
        status: 200,
        reason: "OK".into(),
        fields: vec![
            ("Transfer-Encoding".into(), b"chunked".to_vec()),
            ("Content-Type".into(), b"text/html".to_vec()),
        ],
        body: Bytes::copy_from_slice(body),
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(future)
}

/// The kind and URI of every record of every file, each checked to be one whole member.
fn kinds(folder: &Path) -> Vec<(String, String)> {
    let mut kinds = Vec::new();
    for (name, _) in list(folder).unwrap() {
        let mut stretch = Stretch::new(name.read(folder).unwrap(), 0, u64::MAX).unwrap();
        while !stretch.is_done() {
            let (head, _) = stretch.record(|_| false).unwrap();
            kinds.push((head.kind, head.uri));
        }
    }
    kinds
}

fn uris(archive: &Archive, after: Option<&Checkpoint>) -> Vec<String> {
    archive.resources(after).unwrap().map(|resource| resource.unwrap().uri).collect()
}

fn put(archive: &Archive, n: usize) -> Place {
    archive
        .append_resource(
            archive.epoch(),
            &format!("urn:x:{n}"),
            "text/plain",
            format!("body {n}").repeat(20).as_bytes(),
            now(),
        )
        .unwrap()
}

fn open_file(folder: &Path) -> std::path::PathBuf {
    list(folder).unwrap().last().unwrap().0.open_path(folder)
}

#[test]
fn what_goes_in_comes_out() {
    let folder = tempdir().unwrap();
    let archive = open(&folder.path().join("a/b"));
    let exchanges =
        [exchange("http://x.example/a", b"moved"), exchange("http://x.example/b", b"<p>page")];
    let places = archive
        .append_exchanges(
            archive.epoch(),
            &exchanges,
            &[("via", "http://x.example/\r\nevil: 1".into())],
        )
        .unwrap();
    let page = archive.read(&places[1]).unwrap();
    assert_eq!(
        page.body,
        &b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\ncontent-length: 7\r\n\r\n<p>page"[..]
    );
    assert_eq!(
        (page.uri.as_str(), page.media_type.as_str()),
        ("http://x.example/b", "application/http;msgtype=response")
    );
    assert_eq!(page.place, places[1]);
    assert_eq!(places[1].time.to_string(), "2026-01-02T03:04:05.678901Z");
    let place = archive
        .append_resource(archive.epoch(), "urn:x:1", "application/json", b"{}", now())
        .unwrap();
    let found: Vec<_> = archive.resources(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].uri.as_str(), &found[0].body[..], &found[0].place),
        ("urn:x:1", &b"{}"[..], &place)
    );
    assert_eq!(found[0].end, archive.end());
    let all: Vec<String> =
        kinds(&folder.path().join("a/b")).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(
        all,
        ["warcinfo", "request", "response", "request", "response", "metadata", "resource"]
    );
    assert!(archive.append_exchanges(archive.epoch(), &[], &[]).unwrap().is_empty());
    for wrong in [
        Place { offset: place.offset + 1, ..place.clone() },
        Place { digest: "sha256:x".into(), ..place.clone() },
        Place { file: "../x".into(), ..place },
    ] {
        assert!(matches!(archive.read(&wrong), Err(Error::Damaged { .. })), "{wrong:?}");
    }
}

#[test]
fn equal_records_have_ids_of_their_own() {
    let folder = tempdir().unwrap();
    for _ in 0..2 {
        let archive = open(folder.path());
        let twice =
            [exchange("http://x.example/", b"same"), exchange("http://x.example/", b"same")];
        archive.append_exchanges(archive.epoch(), &twice, &[]).unwrap();
    }
    let mut plain = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::MultiGzDecoder::new(fs::File::open(open_file(folder.path())).unwrap()),
        &mut plain,
    )
    .unwrap();
    let text = String::from_utf8(plain).unwrap();
    let ids: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("WARC-Record-ID: ")).collect();
    assert_eq!(ids.len(), 9);
    assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), 9);
    assert!(text.contains("\r\noperator: Ops  robots: ignore\r\n"));
}

#[test]
fn a_full_file_is_closed_and_the_next_goes_on() {
    let folder = tempdir().unwrap();
    let small = Settings { file_bytes: 900, ..settings(folder.path()) };
    let archive = open_by(small.clone(), None, now());
    let places: Vec<Place> = (0..9).map(|n| put(&archive, n)).collect();
    let files = list(folder.path()).unwrap();
    assert!(
        files.len() > 2
            && files[..files.len() - 1].iter().all(|(_, open)| !open)
            && files[files.len() - 1].1,
        "{files:?}"
    );
    assert_eq!(
        places.iter().map(|place| archive.read(place).unwrap().uri).collect::<Vec<_>>(),
        uris(&archive, None)
    );
    let middle = archive.read(&places[4]).unwrap().end;
    assert_eq!(uris(&archive, Some(&middle)), ["urn:x:5", "urn:x:6", "urn:x:7", "urn:x:8"]);
    assert_eq!(uris(&archive, Some(&archive.end())), [""; 0]);
    let end = archive.end();
    drop(archive);
    let archive = open_by(small, None, "2001-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(archive.end(), end, "an open file is continued");
    for n in 9..14 {
        assert!(put(&archive, n).file >= end.file, "the clock went back, the names do not");
    }
    assert_eq!(uris(&archive, None).len(), 14);
}

#[test]
fn one_process_has_it() {
    let folder = tempdir().unwrap();
    let archive = open(folder.path());
    assert!(matches!(
        Archive::open(settings(folder.path()), &[], None, now()),
        Err(Error::Busy(_))
    ));
    drop(archive);
    open(folder.path());
}

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
    assert!(
        matches!(archive.read(&places[1]), Err(Error::Damaged { offset, .. }) if offset == places[1].offset)
    );
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

#[test]
fn syncs_are_shared() {
    let folder = tempdir().unwrap();
    let archive = open(folder.path());
    block_on(async {
        // the first sync is held up until all others wait
        let held = disk(&archive);
        let (go, gate) = std::sync::mpsc::channel::<()>();
        let (holds, held_now) = std::sync::mpsc::channel::<()>();
        let holder = std::thread::spawn(move || {
            held.hold(|| {
                holds.send(()).unwrap();
                gate.recv().unwrap();
            });
        });
        held_now.recv().unwrap();
        put(&archive, 0);
        let first = tokio::spawn({
            let archive = archive.clone();
            async move { archive.sync().await.unwrap() }
        });
        while archive.shared.syncs.load(std::sync::atomic::Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        let mut waiting: Vec<_> = (1..50)
            .map(|n| {
                let archive = archive.clone();
                Box::pin(async move {
                    let place = put(&archive, n);
                    (place.offset + place.length, archive.sync().await.unwrap())
                })
            })
            .collect();
        for one in &mut waiting {
            assert!(futures_util::FutureExt::now_or_never(one.as_mut()).is_none());
        }
        go.send(()).unwrap();
        holder.join().unwrap();
        assert!(first.await.unwrap().upto() < &archive.end());
        for one in waiting {
            let (end, proof) = one.await;
            assert!(proof.upto().offset >= end);
        }
    });
    assert_eq!(archive.shared.syncs.load(std::sync::atomic::Ordering::Relaxed), 2);
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
            archive.append_resource(archive.epoch(), "urn:x:2", "a/b", b"", now()),
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
        archive.append_resource(archive.epoch(), "urn:x:1", "a/b", b"", now()),
        Err(Error::Io { .. })
    ));
    assert!(matches!(
        archive.append_resource(archive.epoch(), "urn:x:2", "a/b", b"", now()),
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
                &article(n),
                "text/plain",
                format!("{n}").repeat(90).as_bytes(),
                now(),
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
            archive.append_resource(archive.epoch(), "urn:x:1", "a/b", b"", now()),
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
                archive.append_resource(archive.epoch(), "urn:x:1", "a/b", b"", now()),
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

#[test]
fn an_old_file_is_closed_if_it_holds_a_record() {
    let folder = tempdir().unwrap();
    let archive = open_by(
        Settings { file_age: std::time::Duration::from_secs(60), ..settings(folder.path()) },
        None,
        now(),
    );
    let later = |seconds| now() + jiff::SignedDuration::from_secs(seconds);
    archive.keep(later(100)).unwrap();
    assert_eq!(list(folder.path()).unwrap().len(), 1, "it is empty");
    put(&archive, 0);
    archive.keep(later(59)).unwrap();
    assert_eq!(list(folder.path()).unwrap().len(), 1, "it is young");
    archive.keep(later(60)).unwrap();
    assert_eq!(list(folder.path()).unwrap().len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_bytes_make_whole_records(
        url in any::<String>(), names in prop::collection::vec((any::<String>(), any::<Vec<u8>>()), 0..4), reason in any::<String>(),
        status in any::<u16>(), body in any::<Vec<u8>>(), note in any::<(String, String)>(), micros in 0i64..200_000_000_000_000_000,
    ) {
        let folder: TempDir = tempdir().unwrap();
        let archive = open(folder.path());
        let time = Timestamp::from_microsecond(micros).unwrap();
        let texts = names.iter().map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned())).collect();
        let exchange = Exchange { fields: names, request_fields: texts, reason, status, time, body: Bytes::from(body.clone()), ..exchange(&url, b"") };
        let place = archive.append_exchanges(archive.epoch(), &[exchange], &[(&note.0, note.1.clone())]).unwrap().remove(0);
        let read = archive.read(&place).unwrap();
        prop_assert_eq!(&read.place, &place);
        let head = memchr::memmem::find(&read.body, b"\r\n\r\n").unwrap() + 4;
        prop_assert_eq!(&read.body[head..], &body[..]);
        let place = archive.append_resource(archive.epoch(), &url, &note.0, &body, time).unwrap();
        let read = archive.read(&place).unwrap();
        prop_assert_eq!(&read.body[..], &body[..]);
        let found: Vec<Place> = archive.resources(None).unwrap().map(|found| found.unwrap().place).collect();
        prop_assert_eq!(found, vec![place]);
        prop_assert_eq!(kinds(folder.path()).len(), 5);
    }
}
