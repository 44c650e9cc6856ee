//! The archive as its callers see it, and what a crash may leave.

mod faults;

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
            &NewResource::new(
                format!("urn:x:{n}"),
                "text/plain",
                format!("body {n}").repeat(20),
                now(),
            ),
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
        .append_resource(
            archive.epoch(),
            &NewResource::new("urn:x:1", "application/json", b"{}", now()),
        )
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
fn an_answer_is_read_back_and_nothing_else_is_one() {
    let folder = tempdir().unwrap();
    let archive = open(folder.path());
    let sent = [exchange("http://x.example/b", b"<p>page")];
    let place = archive.append_exchanges(archive.epoch(), &sent, &[]).unwrap().remove(0);
    let answer = archive.response(&place).unwrap();
    assert_eq!((answer.url.as_str(), &answer.body[..]), ("http://x.example/b", &b"<p>page"[..]));
    assert_eq!((answer.time, answer.status), (place.time, 200));
    let other = put(&archive, 1);
    assert!(matches!(archive.response(&other), Err(Error::Damaged { .. })));
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
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]
    #[test]
    fn any_bytes_make_whole_records(
        url in any::<String>(),
        names in prop::collection::vec((any::<String>(), any::<Vec<u8>>()), 0..4),
        (reason, status) in any::<(String, u16)>(),
        body in any::<Vec<u8>>(),
        (note, micros) in (any::<(String, String)>(), 0i64..200_000_000_000_000_000),
    ) {
        let folder: TempDir = tempdir().unwrap();
        let archive = open(folder.path());
        let time = Timestamp::from_microsecond(micros).unwrap();
        let texts = names
            .iter()
            .map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned()))
            .collect();
        let exchange = Exchange {
            fields: names,
            request_fields: texts,
            reason,
            status,
            time,
            body: Bytes::from(body.clone()),
            ..exchange(&url, b"")
        };
        let place = archive
            .append_exchanges(archive.epoch(), &[exchange], &[(&note.0, note.1.clone())])
            .unwrap()
            .remove(0);
        let read = archive.read(&place).unwrap();
        prop_assert_eq!(&read.place, &place);
        let head = memchr::memmem::find(&read.body, b"\r\n\r\n").unwrap() + 4;
        prop_assert_eq!(&read.body[head..], &body[..]);
        let resource = NewResource::new(&*url, &*note.0, &*body, time);
        let place = archive.append_resource(archive.epoch(), &resource).unwrap();
        let read = archive.read(&place).unwrap();
        prop_assert_eq!(&read.body[..], &body[..]);
        let found: Vec<Place> =
            archive.resources(None).unwrap().map(|found| found.unwrap().place).collect();
        prop_assert_eq!(found, vec![place]);
        prop_assert_eq!(kinds(folder.path()).len(), 5);
    }
}
