//! SIGHUP and SIGTERM at any moment of a start that has much to do: a reload is done or remembered,
//! an end is clean, nothing is lost.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use bantin::archive::{Archive, NewResource, Settings};
use bantin::domain::Record;
use bantin::form::record;
use jiff::{SignedDuration, Timestamp};
use rustix::process::{Pid, Signal, kill_process};
use uuid::Uuid;

use super::server::Server;
use super::stage::{MINUTE, Stage};
use super::{rounds, said};
use crate::support::{Home, SITE, Tree, pass, within};

/// Articles in a whole run, and in a tenth.
const ARTICLES: (u64, u64) = (20_000, 3_000);
/// A start that is told to end ends within this; the contract's five seconds, for a busy machine.
const END: Duration = Duration::from_secs(if cfg!(debug_assertions) { 8 } else { 5 });

#[test]
fn a_starting_daemon_obeys_reload_and_stop_at_any_moment() {
    let stage = Stage::new("127.77.1.8", 12, "");
    let articles = if said("BANTIN_ROUNDS").is_some() { ARTICLES.0 } else { ARTICLES.1 };
    let grown = grown(&stage, articles);
    let before = documents(&Server::serving(&grown, &stage, &[]));
    let mut spans = [Duration::ZERO; 2];
    for (lost, span) in spans.iter_mut().enumerate() {
        let home = with_store(&grown, lost == 1);
        let begun = Instant::now();
        Server::serving(&home, &stage, &[]).kill();
        *span = begun.elapsed();
    }
    rounds("starts", 40, 1, |dice, round| {
        let (lost, stops) = (dice.one_in(2), round % 2 == 0);
        let home = with_store(&grown, lost);
        let mut server = Server::start(&home, &stage, &[]);
        assert!(
            within(MINUTE, || server.ended().is_some() || hears(server.pid())),
            "it hears of signals"
        );
        let span = spans[usize::from(lost)];
        let after = Duration::from_millis(dice.below(u64::try_from(span.as_millis()).unwrap()));
        pass(after);
        let told = if stops { stop(&mut server) } else { reload(&home, &server) };
        if stops {
            server = Server::start(&home, &stage, &[]);
        }
        server.serves(MINUTE);
        if !stops {
            knows_second(&server);
        }
        assert!(documents(&server) == before, "the feeds are what they were");
        let ran = home.run(&["status", "--json"]).json();
        let counted =
            ran.as_array().unwrap().iter().find(|site| site["site"] == SITE).unwrap()["articles"]
                .as_u64();
        assert_eq!(counted, Some(articles), "no article is lost");
        let log = server.stop();
        assert!(!log.contains("panicked"), "{log}");
        format!("store {}, {told} after {after:?} of {span:?}", if lost { "lost" } else { "kept" })
    });
}

/// Tells a start of a second site. What happened.
fn reload(home: &Home, server: &Server) -> String {
    fs::copy(home.path(&format!("feeds/{SITE}.toml")), home.path("feeds/second.toml")).unwrap();
    kill_process(server.pid(), Signal::HUP).unwrap();
    "reload".to_owned()
}

fn knows_second(server: &Server) {
    let known = || server.get("/feeds/second.atom").is_some_and(|answer| answer.status == 200);
    assert!(
        within(MINUTE, known),
        "the site whose file came during the start is known: {}",
        server.tail()
    );
}

/// Stops a start: it ends well and in time. What happened.
fn stop(server: &mut Server) -> String {
    let begun = Instant::now();
    let served = server.log().contains("\"serving\"");
    kill_process(server.pid(), Signal::TERM).unwrap();
    let limit = if served { Duration::from_secs(10) } else { END };
    assert!(
        within(limit, || server.ended().is_some()),
        "a stop during the start ends it within {limit:?}: {}",
        server.tail()
    );
    assert_eq!(server.ended(), Some(0), "{}", server.tail());
    let late = !served && server.log().contains("\"serving\"");
    assert!(!late, "it does not begin to serve after it was told to stop: {}", server.tail());
    format!("stop in {:.1} s", begun.elapsed().as_secs_f32())
}

/// Whether the process has handlers for SIGHUP and SIGTERM by now.
fn hears(pid: Pid) -> bool {
    let status =
        fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap_or_default();
    let caught = status
        .lines()
        .find_map(|line| u64::from_str_radix(line.strip_prefix("SigCgt:")?.trim(), 16).ok())
        .unwrap_or_default();
    [Signal::HUP, Signal::TERM].iter().all(|signal| caught & 1 << (signal.as_raw() - 1) != 0)
}

/// The site's first document and one of its history, as served.
fn documents(server: &Server) -> Tree {
    let paths = [format!("/feeds/{SITE}.atom"), format!("/feeds/{SITE}/archive/3.atom")];
    paths
        .into_iter()
        .map(|path| {
            (
                path.clone(),
                server.get(&path).filter(|answer| answer.status == 200).expect("a document").body,
            )
        })
        .collect()
}

/// A home of its own with or without its store.
fn with_store(grown: &Home, lost: bool) -> Home {
    let home = grown.copy_in_memory();
    if lost {
        fs::remove_dir_all(home.path("data/store")).unwrap();
    }
    home
}

/// The stage's home with so many articles, each an own one; its site is asked no more.
fn grown(stage: &Stage, articles: u64) -> Home {
    let home = stage.home();
    let (records, last) = {
        let archive = archive(&home.path("data/archive"));
        let resources = archive.resources(None).unwrap().map(Result::unwrap);
        let records: Vec<Record> =
            resources.filter_map(|resource| record::from_json(&resource.body).ok()).collect();
        let last = records.iter().map(|record| record.seq).max().unwrap();
        let first = &records[0];
        for seq in last + 1..=articles {
            let copy = copy(first, seq);
            let (uri, body) = (record::uri(&copy), record::to_json(&copy));
            let resource = NewResource::new(uri, "application/json", body, copy.updated);
            archive.append_resource(archive.epoch(), &resource).unwrap();
        }
        (records, last)
    };
    assert_eq!(u64::try_from(records.len()).unwrap(), last, "each article has one version");
    let path = home.path(&format!("feeds/{SITE}.toml"));
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("enabled = false\n{text}")).unwrap();
    // Folds what came, and leaves an archive and a store that agree.
    let mut server = Server::start(&home, stage, &[]);
    server.serves(MINUTE * 3);
    server.stop();
    home
}

/// Another article like this one.
fn copy(first: &Record, seq: u64) -> Record {
    let mut copy = first.clone();
    copy.seq = seq;
    copy.article.id = Uuid::from_u128(u128::from(seq) | 8 << 76 | 2 << 62);
    copy.article.url = format!("{}?n={seq}", first.article.url);
    copy.article.item = None;
    copy.aliases = Vec::new();
    copy.listed = None;
    let later = SignedDuration::from_millis(i64::try_from(seq).unwrap());
    copy.updated = first.updated + later;
    copy.first_seen = first.first_seen + later;
    copy
}

fn archive(folder: &Path) -> Archive {
    let settings = Settings {
        folder: folder.to_owned(),
        file_bytes: 1 << 30,
        file_age: Duration::from_secs(86_400),
        software: "test".to_owned(),
        operator: None,
        robots: "obey".to_owned(),
    };
    let (archive, fault) = Archive::open(settings, &[], None, Timestamp::now()).unwrap();
    assert!(fault.is_none(), "the archive is whole");
    archive
}
