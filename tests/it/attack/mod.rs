//! Sites that attack, and good ones beside them, read by one daemon: each attack ends as it must,
//! and nobody else notices.

mod cases;
mod heavy;
mod lists;
pub mod pages;
mod raw_http;
pub mod server;
mod texts;
mod vectors;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::feeds::string;
use crate::fuzz::targets;
use crate::log::bounded;
use crate::support::{Daemon, Home, pass, until};
use cases::{At, Case, Want};
use pages::{good, links, list};
use server::{Script, Server, answer, html};

/// Good sites.
const GOOD: usize = 50;
/// Between two visits of a good site, and of a hostile one; unoptimised, all sites' first visits at
/// once take a while.
const EVERY: Duration = Duration::from_secs(if cfg!(debug_assertions) { 18 } else { 4 });
const RARELY: u64 = 20;
/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(6);
/// When the test gives up: a busy machine takes a while.
const DEADLINE: Duration = Duration::from_secs(180);
/// Peak resident memory; without optimisation pages take longer, so that more of them are in memory
/// at once.
const MEMORY_KIB: u64 = if cfg!(debug_assertions) { 384 << 10 } else { 256 << 10 };
/// Rounds of every good site before the end.
const ROUNDS: usize = if cfg!(debug_assertions) { 3 } else { 6 };

const LIST: &str = "/tin-tuc.aspx";
const BAD: &str = "/bad.aspx?ItemID=2";

/// What a site answers: its case where that stands, a small portal elsewhere.
fn portal(case: Case) -> Script {
    Arc::new(move |target, nth| match (target, case.at) {
        ("/robots.txt", At::Robots) | (LIST, At::List) => (case.answer)(target, nth),
        ("/robots.txt", _) => answer("404 Not Found", "", ""),
        (LIST, _) => html(list(&links(BAD), "")),
        ("/good.aspx?ItemID=1", _) => html(good(1)),
        _ => (case.answer)(target, nth),
    })
}

fn good_portal(n: usize) -> Script {
    Arc::new(move |target, nth| match target {
        "/robots.txt" => answer("404 Not Found", "", ""),
        LIST => html(list(&links("/b.aspx?ItemID=3"), &format!("<!-- {nth} -->"))),
        _ => html(good(n)),
    })
}

fn site(server: &Server, every: &str) -> String {
    format!(
        "title = \"T\"\nhome = \"{0}\"\nportal = \"publishing-portal\"\nevery = \"{every}\"\n\
         [[sections]]\nid = \"tin-tuc\"\ntitle = \"Tin\"\nurl = \"{0}tin-tuc.aspx\"\n",
        server.home
    )
}

/// What the daemon says of its sites, and its log.
struct Told {
    rows: Vec<Value>,
    log: Log,
    /// Why sites were not well, as it was seen meanwhile.
    reasons: BTreeSet<(String, String)>,
    began: Instant,
    daemon: Daemon,
}

/// The lines of the log, in order.
type Log = Vec<Value>;

impl Told {
    /// Takes in what is said now.
    fn listen(&mut self, home: &Home) {
        let heard = self.daemon.log.try_iter();
        self.log.extend(heard.map(|line| {
            serde_json::from_str::<Value>(&line).expect("a line of the log is one record")
        }));
        self.rows = home.run(&["status", "--json"]).json().as_array().unwrap().clone();
        let why = |row: &Value| (string(&row["site"]).to_owned(), row["reasons"].to_string());
        self.reasons.extend(self.rows.iter().map(why));
    }

    fn row(&self, name: &str) -> &Value {
        self.rows.iter().find(|row| row["site"] == name).unwrap()
    }

    /// The items of a site's JSON feed, once it shows what is stored; every form of it is
    /// well-formed.
    fn items(&self, name: &str) -> Vec<Value> {
        let stored = self.row(name)["articles"].as_u64().unwrap().min(50) as usize;
        let mut items = Vec::new();
        until(name, || {
            items = self.json(name);
            items.len() >= stored
        });
        for ending in ["rss", "atom", "json"] {
            let document = self.daemon.get(&format!("/feeds/{name}.{ending}"));
            assert_eq!(document.status, 200, "{name}.{ending}");
            targets::readable(&format!("{name}.{ending}"), &document.body, None);
        }
        items
    }

    fn json(&self, name: &str) -> Vec<Value> {
        let feed: Value =
            serde_json::from_slice(&self.daemon.get(&format!("/feeds/{name}.json")).body).unwrap();
        feed["items"].as_array().unwrap().clone()
    }

    /// Why pages of a site were not read.
    fn reasons(&self, name: &str) -> String {
        let row = self.row(name)["reasons"].to_string();
        let seen =
            self.reasons.iter().filter(|(site, _)| site == name).map(|(_, reason)| reason.clone());
        let lines = self.log.iter().filter(|line| line["site.id"] == name).map(ToString::to_string);
        seen.chain(lines).fold(row, |all, line| all + "\n" + &line)
    }
}

/// An attack under way: the site's name, what must come of it, who attacks.
type Attack = (&'static str, Want, Server);
/// A good site: its name and who answers.
type Good = (String, Server);

fn attacks(home: &Home) -> Vec<Attack> {
    let begin = |(n, case): (usize, Case)| {
        let (name, want) = (case.name, case.want.clone());
        let server = Server::start(&format!("127.0.{}.{}", 1 + n / 200, 1 + n % 200), portal(case));
        home.site(name, &site(&server, &format!("{RARELY}s")));
        (name, want, server)
    };
    cases::all().into_iter().enumerate().map(begin).collect()
}

fn good_sites(home: &Home) -> Vec<Good> {
    let begin = |n| {
        let name = format!("lanh-{n}");
        let server = Server::start(&format!("127.0.9.{}", n + 1), good_portal(n));
        home.site(&name, &site(&server, &format!("{}s", EVERY.as_secs())));
        (name, server)
    };
    (0..GOOD).map(begin).collect()
}

/// Watches a daemon until each attack had its visit and each good site its rounds.
fn watched(home: &Home, hostile: &[Attack], good: &[Good]) -> Told {
    let (began, daemon) = (Instant::now(), home.daemon());
    let mut told = Told { rows: vec![], log: Log::new(), reasons: BTreeSet::new(), began, daemon };
    let mut visited = false;
    while !visited {
        pass(Duration::from_millis(500));
        told.listen(home);
        let waiting: Vec<&str> = hostile
            .iter()
            .filter(|(name, want, _)| !settled(&told.rows, name, want))
            .map(|(name, ..)| *name)
            .collect();
        assert!(began.elapsed() < DEADLINE, "waiting for {waiting:?}");
        visited = waiting.is_empty() && good.iter().all(|(_, server)| server.count(LIST) >= ROUNDS);
    }
    println!(
        "{} attacks and {GOOD} good sites: every one visited after {:?}",
        hostile.len(),
        began.elapsed()
    );
    told
}

#[test]
fn attacks_hurt_only_their_own_site_and_never_a_good_one() {
    let home = Home::in_memory(&format!(
        "per_host_interval = \"0s\"\nallow_private = true\ntimeout = \"{}s\"",
        TIMEOUT.as_secs()
    ));
    let (hostile, good) = (attacks(&home), good_sites(&home));
    let told = watched(&home, &hostile, &good);
    let peak = high_water(told.daemon.child.id());
    println!("peak resident memory: {} MiB", peak >> 10);
    assert!(peak <= MEMORY_KIB, "{peak} KiB");
    assert!(bounded(&told.log) > 0, "so many sites are more than the log tells of at once");
    for (name, server) in &good {
        missed_no_round(name, server);
        assert_row!(told.row(name), state: "healthy", articles: 2);
        assert_eq!(told.items(name).len(), 2);
    }
    let bad = hostile.iter().filter(|(name, want, server)| {
        let handled = AssertUnwindSafe(|| handled(&told, name, want, server));
        catch_unwind(handled).is_err()
    });
    let bad: Vec<&str> = bad.map(|(name, ..)| *name).collect();
    assert_eq!(bad, [""; 0], "attacks that did not end as they must");
    targets::readable("all", &told.daemon.get("/feeds/all.atom").body, Some(50));
    assert_eq!(told.daemon.stop(), Some(0), "it ends in good order");
    records_stand_for_themselves(&home);
}

fn records_stand_for_themselves(home: &Home) {
    let files = std::fs::read_dir(home.path("data/archive")).unwrap();
    for file in files.map(|entry| entry.unwrap().path()) {
        if file.to_string_lossy().contains(".warc") {
            let heads = targets::heads(&std::fs::read(file).unwrap());
            assert!(
                heads.len() > 500
                    && !heads.iter().any(|head| head.to_lowercase().contains("\nx-evil")),
                "records stand for themselves"
            );
        }
    }
}

/// Whether a visit of the site has ended, where one is to end soon.
fn settled(rows: &[Value], name: &str, want: &Want) -> bool {
    matches!(want, Want::Going(_))
        || rows.iter().any(|row| row["site"] == name && row["state"] != "new")
}

/// Each round came before the next one was due.
fn missed_no_round(name: &str, server: &Server) {
    let polls: Vec<Instant> = server
        .asked()
        .into_iter()
        .filter(|asked| asked.target == LIST)
        .map(|asked| asked.at)
        .collect();
    for pair in polls.windows(2) {
        let pause = pair[1] - pair[0];
        assert!(pause < 2 * EVERY, "{name} waited {pause:?}");
    }
}

fn handled(told: &Told, name: &str, want: &Want, server: &Server) {
    let (row, items, reasons) = (told.row(name), told.items(name), told.reasons(name));
    let visits = (told.began.elapsed().as_secs() / RARELY) as usize;
    for target in [LIST, BAD] {
        assert!(
            server.count(target) <= 6 * (visits + 1),
            "{name}: {target} was asked {} times in {visits} visits",
            server.count(target)
        );
    }
    for item in &items {
        let html = string(&item["content_html"]);
        assert_eq!(targets::unsafe_parts(html), [""; 0], "{name}: {html}");
        let ids = items.iter().filter(|other| other["id"] == item["id"]).count();
        assert_eq!(ids, 1, "{name}: an article stands once in a feed");
    }
    let bad = items.iter().find(|item| string(&item["url"]).contains("bad.aspx"));
    // On a busy machine the deadline may come before the bound.
    let says = |why: &str| reasons.contains(why) || reasons.contains("no whole answer");
    match want {
        Want::Broken(why) => {
            assert_eq!(row["state"], "broken", "{name}: {row}");
            assert!(says(why), "{name}: {reasons}");
            assert_eq!(items.len(), 0, "{name}");
        }
        Want::Unread(why) => {
            assert!(says(why), "{name}: {reasons}");
            assert_eq!(
                (items.len(), bad),
                (1, None),
                "{name}: the other article is read alone: {reasons}"
            );
        }
        Want::Read(check) => {
            let bad = bad.unwrap_or_else(|| panic!("{name}: the article is read: {row} {reasons}"));
            assert!(check(bad), "{name}: {bad:#}");
        }
        Want::Site(check) | Want::Going(check) => {
            assert!(check(row, &items, server), "{name}: {row:#} {items:#?}")
        }
    }
}

/// VmHWM of a process in KiB.
fn high_water(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
