//! Servers that misbehave: every request ends, in time and within its bounds, and harms nothing
//! else.

use std::time::{Duration, Instant};

use bantin::demo::{Fault, Options, Portal};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::feeds::string;
use crate::support::{Daemon, FAST, Home, Ran, portal, portal_at, site_of, until};

/// Tight bounds.
const TIGHT: &str =
    "per_host_interval = \"0s\"\nallow_private = true\ntimeout = \"2s\"\nbody_limit = \"256KiB\"";

fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("stall", Fault::Stall),
        ("delay", Fault::Delay(Duration::from_secs(600))),
        ("slow-head", Fault::SlowHead(Duration::from_millis(100))),
        ("truncated", Fault::TruncatedGzip),
        ("bomb", Fault::Bomb(8)),
        ("endless", Fault::Endless),
        ("bad-coding", Fault::BadCoding),
        ("short", Fault::Short),
        ("reset", Fault::Reset),
        ("loop", Fault::Redirect("/Pages/thong-bao.aspx".to_owned())),
        ("status", Fault::Status(503)),
        ("teapot", Fault::Status(418)),
        ("later", Fault::RetryAfter(503, "3000".to_owned())),
        ("empty", Fault::Empty),
        ("login", Fault::Login),
    ]
}

/// One site a fault, each on a host of its own, all read in one run.
fn read_all(arm: impl Fn(&Portal, Fault)) -> (Vec<(&'static str, Portal)>, Ran, Duration) {
    let home = Home::new(TIGHT);
    let mut portals = Vec::new();
    for (place, (name, fault)) in faults().into_iter().enumerate() {
        let portal = portal_at(
            &format!("127.0.0.{}", place + 10),
            Options { articles: 8, ..Options::default() },
        );
        home.site(name, &site_of(&portal, &["thong-bao", "tin-tuc"], "all"));
        arm(&portal, fault);
        portals.push((name, portal));
    }
    let began = Instant::now();
    let ran = home.run(&["fetch", "--json"]);
    (portals, ran, began.elapsed())
}

#[test]
fn a_listing_that_misbehaves_fails_its_site_in_time() {
    let (portals, ran, took) =
        read_all(|portal, fault| portal.fault("/Pages/thong-bao.aspx", fault, None));
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(took < Duration::from_secs(30), "{took:?}");
    let rows = ran.json();
    for (name, portal) in &portals {
        let row = rows.as_array().unwrap().iter().find(|row| row["site"] == *name).unwrap();
        assert_eq!(row["state"], "broken", "{name}: {row}");
        let failed = row["sections"]
            .as_array()
            .unwrap()
            .iter()
            .find(|section| section["section"] == "thong-bao")
            .unwrap();
        assert!(!string(&failed["failure"]).is_empty(), "{name} says why: {row}");
        let other = portal.truth().section("tin-tuc").unwrap().numbers.len();
        // A host that wants quiet gets no further request.
        let new = row["new"].as_u64().unwrap() as usize;
        assert!(
            if *name == "later" { new <= other } else { new == other },
            "{name}: the other section is read: {row}"
        );
        let asked =
            portal.log().iter().filter(|request| request.path() == "/Pages/thong-bao.aspx").count();
        assert!(asked <= 7, "{name} was asked {asked} times");
    }
}

#[test]
fn an_article_that_misbehaves_stops_no_other() {
    let (portals, ran, took) = read_all(|portal, fault| {
        let truth = portal.truth();
        let number = truth.section("tin-tuc").unwrap().numbers[0];
        let target = truth.article(number).unwrap().urls[0].to_string().replacen(
            portal.base().as_str(),
            "/",
            1,
        );
        let fault =
            if let Fault::Redirect(_) = fault { Fault::Redirect(target.clone()) } else { fault };
        portal.fault(&target, fault, None);
    });
    assert!(took < Duration::from_secs(30), "{took:?}");
    let rows: Value = ran.json();
    for (name, portal) in portals.iter().filter(|(name, _)| *name != "later") {
        let row = rows.as_array().unwrap().iter().find(|row| row["site"] == *name).unwrap();
        assert_ne!(row["state"], "broken", "{name}: {row}");
        let truth = portal.truth();
        let listed = truth
            .articles
            .iter()
            .filter(|told| {
                told.sections.iter().any(|id| ["tin-tuc", "thong-bao"].contains(&id.as_str()))
            })
            .count();
        assert_eq!(row["new"], listed - 1, "{name}: {row}");
        // What has no whole body was not read; what has one, but no article in it, is no article.
        let counted = if ["empty", "login"].contains(name) { "no_article" } else { "failed" };
        assert_eq!(row[counted], 1, "{name}: {row}");
    }
}

#[test]
fn retry_after_is_waited_for() {
    let portal = portal(6);
    let home = Home::new(FAST);
    home.site("one", &site_of(&portal, &["tin-tuc"], "all"));
    portal.fault("/Pages/tin-tuc.aspx", Fault::RetryAfter(503, "2".to_owned()), Some(1));
    let row = &home.fetch()[0];
    assert_eq!(row["state"], "healthy", "{row}");
    let log = portal.log();
    let refused = log.iter().position(|request| request.status == 503).unwrap();
    let pause = log[refused].time.until(log[refused + 1].time).unwrap();
    assert!(Duration::try_from(pause).unwrap() >= Duration::from_secs(2), "{pause}");
}

/// A portal that is visited each second, and the daemon that has read it.
fn visited_each_second() -> (Portal, Home, Daemon) {
    let portal = portal(6);
    let home = Home::new(FAST);
    home.site("one", &site_of(&portal, &["tin-tuc"], "all").replace("1h", "1s"));
    let daemon = home.daemon();
    until("it is read", || daemon.figure("bantin_visits_total") >= 3);
    (portal, home, daemon)
}

#[test]
fn a_failed_visit_writes_nothing_to_the_store() {
    let (portal, home, daemon) = visited_each_second();
    let written = || std::fs::metadata(home.path("data/store/db")).unwrap().len();
    let before = written();
    portal.fault("/Pages/tin-tuc.aspx", Fault::Status(500), None);
    until("two visits fail", || daemon.figure("bantin_visits_failed_total") >= 2);
    assert_eq!(written(), before);
}

#[test]
fn a_pause_that_a_host_asks_for_survives_a_kill() {
    let (portal, home, daemon) = visited_each_second();
    portal.fault("/Pages/tin-tuc.aspx", Fault::RetryAfter(503, "3000".to_owned()), None);
    let is_left_alone = || {
        let due: jiff::Timestamp = home.run(&["status", "--json"]).json()[0]["next_due"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        due.duration_since(jiff::Timestamp::now()).as_secs() > 2000
    };
    until("it is left alone", is_left_alone);
    // Killed.
    drop(daemon);
    assert!(is_left_alone());
}

#[test]
fn a_visit_that_only_rereads_known_pages_stores_their_due_times() {
    let old = jiff::Timestamp::from_second(1_700_000_000).unwrap();
    let portal = portal_at("127.0.0.1", Options { articles: 6, epoch: old, ..Options::default() });
    let home = Home::new(FAST);
    home.site("one", &site_of(&portal, &["tin-tuc"], "all").replace("1h", "1s"));
    let number = portal.truth().section("tin-tuc").unwrap().numbers[0];
    let url = portal.truth().article(number).unwrap().urls[0].to_string();
    let read = || portal.log().iter().filter(|request| url.ends_with(&request.target)).count();
    let daemon = home.daemon();
    until("it is read", || read() == 1 && daemon.figure("bantin_visits_total") >= 2);
    // It leaves the list: it is read again by the visit that archives the other list, and by three
    // more.
    assert!(portal.unlist(number, "tin-tuc"));
    until("it is read again", || read() == 2);
    let visits = || daemon.figure("bantin_visits_total");
    let more = |before| until("another visit ended", || visits() > before);
    more(visits());
    let archived = jiff::Timestamp::now();
    until("it is read in three further visits", || read() == 5);
    more(visits());
    // Killed.
    drop(daemon);
    let last: jiff::Timestamp =
        home.run(&["status", "--json"]).json()[0]["last_visit"].as_str().unwrap().parse().unwrap();
    assert!(last < archived, "{last} {archived}");
    let daemon = home.daemon();
    until("it goes on", || daemon.figure("bantin_visits_total") >= 2);
    assert_eq!(read(), 5, "what was read is not read again");
}

#[test]
fn private_addresses_are_refused_unless_allowed_and_named() {
    let (portal, elsewhere) = (portal(8), portal(8));
    let home = Home::new("per_host_interval = \"0s\"");
    home.site("one", &site_of(&portal, &["tin-tuc"], "all"));
    let ran = home.run(&["fetch"]);
    assert_eq!((ran.code, portal.log().len()), (1, 0), "{}", ran.err);
    let url = portal.base().join("/Pages/tin-tuc.aspx").unwrap();
    assert_eq!(home.run(&["inspect", url.as_str()]).code, 1);
    for host in ["127.1", "2130706433", "0x7f.0.0.1", "[::ffff:127.0.0.1]", "localhost"] {
        let spelled = format!("http://{host}:{}/Pages/tin-tuc.aspx", portal.base().port().unwrap());
        assert_eq!(home.run(&["inspect", &spelled]).code, 1, "{spelled}");
    }
    assert_eq!(portal.log().len(), 0);

    // Allowed, but another port is another host, and no site file names it.
    home.settings(FAST);
    let truth = portal.truth();
    let number = truth.section("tin-tuc").unwrap().numbers[0];
    let target =
        truth.article(number).unwrap().urls[0].to_string().replacen(portal.base().as_str(), "/", 1);
    portal.fault(
        "/Pages/tin-tuc.aspx",
        Fault::Redirect(elsewhere.base().join("/Pages/tin-tuc.aspx").unwrap().to_string()),
        None,
    );
    assert_eq!(home.run(&["fetch"]).code, 1);
    portal.mend();
    portal.fault(&target, Fault::Redirect(elsewhere.truth().articles[0].urls[0].to_string()), None);
    home.fetch();
    assert!(portal.log().iter().any(|request| request.target == target));
    assert_eq!(elsewhere.log().len(), 0, "no redirect leads there");
    assert_eq!(home.run(&["inspect", elsewhere.base().as_str()]).code, 1);
    assert_eq!(elsewhere.log().len(), 0);
}

/// How often a bound was hit, by its name.
type Hits = Box<dyn Fn(&str) -> u64>;

/// How often each bound was hit by a daemon that reads a portal of 30 articles, and how its site is
/// then.
fn hits(settings: &str) -> (Hits, Value) {
    let portal = portal(30);
    let home = Home::new(&format!("{FAST}\n{settings}"));
    home.site("one", &site_of(&portal, &["tin-tuc", "thong-bao"], "all"));
    let daemon = home.daemon();
    let row = || home.run(&["status", "--json"]).json()[0].clone();
    until("the site was visited", || !row()["last_visit"].is_null());
    home.run(&["fetch"]);
    let metrics = String::from_utf8(daemon.get("/metrics").body).unwrap();
    let hits = Box::new(move |bound: &str| {
        let name = format!("bantin_bounds_hit_total{{bound=\"{bound}\"}} ");
        metrics.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
    });
    (hits, row())
}

#[test]
fn an_article_over_a_length_is_cut_and_counted() {
    let (hits, row) = hits("[page]\ntitle = 10\nlead = 10\nfield = 1\nlinks = 2");
    for bound in ["title", "lead", "field", "links"] {
        assert!(hits(bound) > 0, "{bound}");
    }
    for bound in ["content", "depth", "cpu"] {
        assert_eq!(hits(bound), 0, "{bound}");
    }
    assert!(row["articles"].as_u64().unwrap() >= 2, "what is cut is an article still: {row}");
    assert_row!(row, state: "healthy");
}

#[test]
fn a_body_over_its_bound_is_no_article() {
    let (hits, row) = hits("[page]\ncontent = \"50B\"");
    assert!(hits("content") > 0);
    // Half an article is none.
    assert_row!(row, articles: 0, state: "degraded");
}

#[test]
fn pages_over_the_bounds_of_a_tree_break_their_site() {
    let (hits, row) = hits("[page]\nnodes = 1000\ndepth = 16");
    assert!(hits("depth") + hits("nodes") > 0);
    assert_row!(row, articles: 0, state: "broken");
}

#[test]
fn a_visit_over_its_requests_degrades_its_site() {
    let (hits, row) = hits("listing_pages = 1\nvisit_pages = 4");
    assert!(hits("visit_pages") > 0);
    assert_eq!(row["state"], "degraded", "{row}");
}

#[test]
fn sighup_takes_up_the_bounds_of_pages() {
    let portal = portal(6);
    let home = Home::of(&portal);
    let daemon = home.daemon();
    home.fetch();
    let cut = || {
        !String::from_utf8(daemon.get("/metrics").body)
            .unwrap()
            .contains("bantin_bounds_hit_total{bound=\"title\"} 0\n")
    };
    assert!(!cut());
    home.settings(&format!("{FAST}\n[page]\ntitle = 10"));
    kill_process(Pid::from_child(&daemon.child), Signal::HUP).unwrap();
    until("the configuration was read again", || {
        daemon.log.try_iter().any(|line| line.contains("read again"))
    });
    let number = portal.publish("tin-tuc").unwrap();
    assert!(portal.truth().article(number).unwrap().title.chars().count() > 10);
    home.fetch();
    assert!(cut());
}
