//! Pages of a listing that were to be read and were not: later visits read them, whatever happened
//! meanwhile.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufReader, Read};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use bantin::app::{self, Components, Open};
use bantin::config;
use bantin::crawl::{Crawl, Mode};
use bantin::demo::{Fault, Options, Portal};
use bantin::domain::Link;
use bantin::store::{FrontierUpdate, Pick};
use flate2::bufread::MultiGzDecoder;
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Runtime;

use crate::feeds::{entries, string, walk};
use crate::support::{FAST, Home, PUBLIC, SITE, portal_at, site_of, until};

/// Sections with each kind of pager: id, links a page, and the request for page 2.
const SECTIONS: [(&str, usize, &str); 4] = [
    ("tin-tuc", 10, "/Pages/tin-tuc.aspx?page=2"),
    ("kinh-te", 8, "/kinh-te/trang-2"),
    ("van-hoa", 6, "POST /Pages/van-hoa.aspx"),
    ("doi-song", 9, "/Pages/doi-song.aspx?tu=*"),
];

fn portal() -> Portal {
    portal_at("127.0.0.1", Options { articles: 100, shared: 0, weight: 1, ..Options::default() })
}

/// A home that reads one section.
fn home(portal: &Portal, section: &str, history: &str) -> Home {
    let home = Home::new(FAST);
    home.site(SITE, &site_of(portal, &[section], history));
    home
}

fn publish(portal: &Portal, section: &str, count: usize) {
    (0..count).for_each(|_| _ = portal.publish(section).unwrap());
}

/// Which articles of a section the feeds lack, of the first so many.
fn missing(home: &Home, portal: &Portal, section: &str, count: usize) -> Vec<String> {
    let truth = portal.truth();
    let read: BTreeSet<String> =
        entries(&walk(&home.tree())).iter().map(|entry| entry.link.clone()).collect();
    let numbers = truth.section(section).unwrap().numbers.iter().take(count);
    numbers
        .map(|number| truth.article(*number).unwrap().urls[0].to_string())
        .filter(|url| !read.contains(url))
        .collect()
}

/// Whether page 2 was asked for.
fn asked(portal: &Portal, second: &str) -> bool {
    let start = second.trim_start_matches("POST ").trim_end_matches('*');
    let method = if second.starts_with("POST ") { "POST" } else { "GET" };
    portal.log().iter().any(|request| request.method == method && request.target.starts_with(start))
}

/// A visit in which page 2 fails: the site fails with it.
fn fails(home: &Home) {
    let ran = home.run(&["fetch", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(
        string(&ran.json()[0]["sections"][0]["failure"]).starts_with("page 2: "),
        "{}",
        ran.out
    );
}

#[test]
fn a_second_page_that_fails_once_is_read_by_a_later_visit() {
    for (section, per_page, second) in SECTIONS {
        // Nothing comes meanwhile, less than a page, more than two.
        for more in [0, 3, 2 * per_page + 1] {
            let portal = portal();
            let home = home(&portal, section, "new");
            home.fetch();
            publish(&portal, section, 3 * per_page);
            portal.fault(second, Fault::Status(500), None);
            fails(&home);
            portal.mend();
            publish(&portal, section, more);
            home.fetch();
            let all = 4 * per_page + more;
            assert_eq!(
                missing(&home, &portal, section, all),
                [""; 0],
                "{section}, {more} came meanwhile"
            );
            // Then it is owed no more.
            portal.clear_log();
            home.fetch();
            assert!(
                !asked(&portal, second),
                "{section}, {more} came meanwhile: page 2 is asked for once more"
            );
        }
    }
}

#[test]
fn an_unmodified_first_page_still_leads_to_unread_pages() {
    let portal = portal();
    let home = home(&portal, "tin-tuc", "new");
    home.fetch();
    publish(&portal, "tin-tuc", 25);
    portal.fault("/Pages/tin-tuc.aspx?page=3", Fault::Status(500), None);
    let ran = home.run(&["fetch", "--json"]);
    assert!(
        ran.code == 1 && string(&ran.json()[0]["sections"][0]["failure"]).starts_with("page 3: "),
        "{}",
        ran.out
    );
    portal.mend();
    portal.clear_log();
    home.fetch();
    let listings: Vec<_> = portal
        .log()
        .into_iter()
        .filter(|r| r.path() == "/Pages/tin-tuc.aspx")
        .map(|r| (r.target, r.status))
        .collect();
    assert_eq!(
        listings,
        [("/Pages/tin-tuc.aspx".to_owned(), 304), ("/Pages/tin-tuc.aspx?page=3".to_owned(), 200)]
    );
    assert_eq!(missing(&home, &portal, "tin-tuc", 35), [""; 0]);
}

#[test]
fn a_page_that_a_killed_visit_was_asking_for_is_read_later() {
    for (section, per_page, second) in SECTIONS {
        for more in [0, per_page] {
            let portal = portal();
            let home = home(&portal, section, "new");
            home.fetch();
            publish(&portal, section, 3 * per_page);
            portal.fault(second, Fault::Delay(Duration::from_secs(600)), None);
            portal.clear_log();
            let mut child = home
                .command(&["fetch"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            until("page 2 is asked for", || asked(&portal, second));
            child.kill().unwrap();
            child.wait().unwrap();
            portal.mend();
            publish(&portal, section, more);
            home.fetch();
            assert_eq!(
                missing(&home, &portal, section, 4 * per_page + more),
                [""; 0],
                "{section}, {more} came meanwhile"
            );
        }
    }
}

#[test]
fn a_link_that_two_sections_name_in_one_visit_is_new_to_both() {
    let portal = portal();
    let home = Home::new(FAST);
    home.site(SITE, &site_of(&portal, &["tin-tuc", "kinh-te"], "new"));
    home.fetch();
    publish(&portal, "kinh-te", 12);
    let last_of_page_1 = portal.truth().section("kinh-te").unwrap().numbers[7];
    assert!(portal.duplicate(last_of_page_1, "tin-tuc", true));
    home.fetch();
    assert_eq!(missing(&home, &portal, "kinh-te", 20), [""; 0]);
}

#[test]
fn a_walk_whose_second_page_fails_goes_on() {
    for (section, _, second) in SECTIONS {
        let portal = portal();
        let home = home(&portal, section, "all");
        portal.fault(second, Fault::Status(500), None);
        fails(&home);
        portal.mend();
        // More than a page comes meanwhile: what lies between page 1 and the walk is read too.
        publish(&portal, section, 12);
        // A walk by posts begins again.
        home.fetch();
        home.fetch();
        assert_eq!(missing(&home, &portal, section, usize::MAX), [""; 0], "{section}");
    }
}

#[test]
fn a_page_that_stays_missing_is_given_up_after_ten_visits() {
    let portal = portal();
    let home = home(&portal, "tin-tuc", "new");
    home.fetch();
    publish(&portal, "tin-tuc", 15);
    portal.fault("/Pages/tin-tuc.aspx?page=2", Fault::Status(404), None);
    (0..9).for_each(|_| fails(&home));
    let ran = home.run(&["fetch"]);
    assert!(ran.err.contains("given up"), "{}", ran.err);
    home.fetch();
}

/// How often a site's memory was archived.
fn memories(home: &Home) -> usize {
    let files = fs::read_dir(home.path("data/archive")).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.to_string_lossy().contains(".warc.gz"));
    let mut text = Vec::new();
    files.for_each(|path| {
        _ = MultiGzDecoder::new(BufReader::new(fs::File::open(path).unwrap()))
            .read_to_end(&mut text)
            .unwrap()
    });
    String::from_utf8_lossy(&text)
        .matches(&format!("WARC-Target-URI: urn:bantin:site:{SITE}:memory\r\n"))
        .count()
}

#[test]
fn a_sites_memory_is_archived_only_when_it_changes() {
    let portal = portal();
    let home = home(&portal, "tin-tuc", "new");
    home.fetch();
    assert_eq!(memories(&home), 1);
    home.fetch();
    publish(&portal, "tin-tuc", 1);
    home.fetch();
    assert_eq!(memories(&home), 1, "nothing is open or owed");
    publish(&portal, "tin-tuc", 15);
    portal.fault("/Pages/tin-tuc.aspx?page=2", Fault::Status(500), None);
    fails(&home);
    assert_eq!(memories(&home), 2, "a page is owed");
    portal.mend();
    home.fetch();
    assert_eq!(memories(&home), 3, "none is");
}

/// The crawl of open components under a clock of its own, as a process of its own.
pub fn crawl(components: &Components, clock: Arc<Mutex<Timestamp>>) -> Crawl {
    let crawl = &components.crawl;
    Crawl {
        readers: crawl.readers.clone(),
        reader: ArcSwap::new(crawl.reader.load_full()),
        sanitizer: ArcSwap::new(crawl.sanitizer.load_full()),
        fetch: crawl.fetch.clone(),
        store: crawl.store.clone(),
        archive: crawl.archive.clone(),
        marks: crawl.marks.clone(),
        bounds: ArcSwap::new(crawl.bounds.load_full()),
        counters: crawl.counters.clone(),
        clock: Arc::new(move || *clock.lock().unwrap()),
        changed: crawl.changed.clone(),
        listener: Arc::new(|_, _| {}),
        stop: crawl.stop.clone(),
        site_locks: Mutex::default(),
        owed: Mutex::default(),
        ledgers: Default::default(),
        stir: Default::default(),
        states: crawl.states.clone(),
        trouble: crawl.trouble.clone(),
        mending: tokio::sync::Mutex::default(),
        unapplied: Default::default(),
        skews: Mutex::default(),
        waiting: Default::default(),
        seen_responses: Mutex::default(),
    }
}

#[test]
fn due_times_set_by_a_wrong_clock_are_corrected() {
    let portal = portal();
    let home = home(&portal, "tin-tuc", "new");
    let truth = portal.truth();
    let dead = truth.article(truth.section("tin-tuc").unwrap().numbers[3]).unwrap().urls[0].clone();
    portal.fault(&dead[url::Position::BeforePath..], Fault::Status(404), None);
    let now = Options::default().epoch;
    let year = |n: i64| now.checked_add(SignedDuration::from_hours(n * 365 * 24)).unwrap();
    Runtime::new().unwrap().block_on(async {
        let loaded = config::load(&home.path("bantin.toml"), &[]).unwrap();
        let reader = app::compile(&loaded).unwrap();
        let open = Open::new(PUBLIC.to_owned());
        let components = Components::open(loaded, reader, open).await.unwrap();
        let (site, clock) = (components.sites()[0].clone(), Arc::new(Mutex::new(year(2))));
        let mode = Mode::Due { slice: Duration::from_secs(60) };
        let one = crawl(&components, clock.clone());
        let wrong = || async {
            let targets = one.store.links(&site.id, Pick::All, 100).await.unwrap();
            assert_eq!(targets.len(), 10);
            targets.iter().filter(|target| target.due.is_some_and(|due| due > year(1))).count()
        };
        one.visit(&site, mode).await.unwrap();
        assert_eq!(wrong().await, 10);
        // The clock is set right while the process runs, or before it is started again.
        *clock.lock().unwrap() = now;
        portal.clear_log();
        one.visit(&site, mode).await.unwrap();
        assert_eq!(wrong().await, 0);
        assert_eq!(
            portal.log().iter().filter(|request| request.query("ItemID").is_some()).count(),
            0,
            "nothing is read for it"
        );
        // A due that no clock of this site explains is no reason to wait, once the process is
        // another.
        let gone = one.store.links(&site.id, Pick::Open, 9).await.unwrap().remove(0);
        let lease = one.store.claim(&site.id, now, year(1)).await.unwrap().unwrap().lease;
        let notes = FrontierUpdate {
            links: vec![Link { due: Some(year(9)), ..gone }],
            ..FrontierUpdate::default()
        };
        one.store.note(&lease, notes).await.unwrap();
        one.store.abandon(&lease);
        portal.mend();
        crawl(&components, clock.clone()).visit(&site, mode).await.unwrap();
        assert_eq!(
            (wrong().await, one.store.links(&site.id, Pick::Open, 9).await.unwrap().len()),
            (0, 0),
            "it was read"
        );
    });
}
