//! Rules that change: a version is a difference between two captures, not between two readings.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};

use bantin::demo::{Edit, Options, Portal};
use serde_json::Value;

use crate::feeds::{all_items, item_at, string};
use crate::support::{FAST, Home, SITE, portal_at};

/// Rules by which every page of the portal reads otherwise.
const RULES: &str = "\n[rules.page]\nleave = [\".noi-dung > div:nth-of-type(2n)\"]\n";

/// A portal whose pages are always sent whole.
fn portal() -> Portal {
    portal_at(
        "127.0.0.1",
        Options { articles: 24, validators: false, weight: 5, ..Options::default() },
    )
}

/// Gives the site these rules too.
fn add_rules(home: &Home, portal: &Portal, rules: &str) {
    home.site(SITE, &format!("{}{rules}", portal.site_toml("1h", "all")));
}

fn texts_of(items: &[Value]) -> Vec<(String, String)> {
    let text = |item: &Value| (string(&item["url"]).to_owned(), item["content_text"].to_string());
    items.iter().map(text).collect()
}

/// A home that has read the portal, and then got rules by which all of it reads otherwise.
fn with_new_rules(portal: &Portal) -> (Home, Vec<Value>) {
    let home = Home::of(portal);
    home.fetch();
    let items = all_items(&home.tree());
    let other = Home::new(FAST);
    add_rules(&other, portal, RULES);
    other.fetch();
    let others = texts_of(&all_items(&other.tree()));
    let known = texts_of(&items);
    assert!(known.len() == others.len() && known.iter().all(|text| !others.contains(text)));
    add_rules(&home, portal, RULES);
    (home, items)
}

/// Zeros where an archive holds its captures: the file is as long as it was.
fn damage(home: &Home) {
    let folder = fs::read_dir(home.path("data/archive")).unwrap();
    let file = folder.map(|entry| entry.unwrap().path()).find(|path| {
        path.extension().is_some_and(|extension| extension == "open" || extension == "gz")
    });
    let mut file = OpenOptions::new().write(true).open(file.unwrap()).unwrap();
    let length = file.metadata().unwrap().len();
    file.seek(SeekFrom::Start(4_000)).unwrap();
    file.write_all(&vec![0; usize::try_from(length * 9 / 10).unwrap() - 4_000]).unwrap();
}

#[test]
fn new_rules_are_no_edit_and_an_edit_is_one() {
    let portal = portal();
    let (home, known) = with_new_rules(&portal);
    // Counters, view state and related links differ on every page from now on.
    let new = portal.publish("tin-tuc").unwrap();
    let edited = portal.truth().section("tin-tuc").unwrap().numbers[3];
    let told = portal.truth().article(edited).unwrap().urls[0].to_string();
    portal.edit(edited, Edit { title: Some("Nhan đề đã được sửa".to_owned()), ..Edit::default() });
    assert_row!(home.fetch()[0], new: 1, edited: 1, state: "healthy");
    let items = all_items(&home.tree());
    let published = portal.truth().article(new).unwrap().urls[0].to_string();
    for item in items.iter().filter(|item| item["url"] != published.as_str()) {
        let before = item_at(&known, string(&item["url"]));
        assert_eq!(item == before, item["url"] != told.as_str(), "{item}\n{before}");
    }
    let edited = item_at(&items, &told);
    assert_row!(edited["_bantin"], version: 2);
    assert_ne!(edited["content_text"], item_at(&known, &told)["content_text"], "read by new rules");

    // What was found is remembered: no capture is read again.
    damage(&home);
    assert_row!(home.fetch()[0], new: 0, edited: 0, state: "healthy");
    assert_eq!(all_items(&home.tree()), items);
}

#[test]
fn pages_that_read_otherwise_leave_no_record() {
    let portal = portal();
    let (home, known) = with_new_rules(&portal);
    // robots.txt is another capture, of each process.
    let read = |home: &Home| {
        let daemon = home.daemon();
        assert_row!(home.fetch()[0], new: 0, edited: 0, state: "healthy");
        let captured = daemon.figure("bantin_archive_records_total");
        assert!(all_items(&home.tree()) == known);
        captured
    };
    let lists = 2 * portal.sections().len() as u64;
    assert_eq!(read(&home), 2 + lists, "no page is captured again");
    assert_eq!(read(&home), 2);
    // The former rules read as the versions do.
    add_rules(&home, &portal, "");
    assert_eq!(read(&home), 2 + lists);
    // A store that is rebuilt knows nothing of it, and reads the captures again.
    add_rules(&home, &portal, RULES);
    fs::remove_dir_all(home.path("data/store")).unwrap();
    read(&home);
    assert_eq!(read(&home), 2);
}

#[test]
fn without_its_capture_another_reading_is_an_edit() {
    let portal = portal();
    let (home, known) = with_new_rules(&portal);
    damage(&home);
    let row = home.fetch()[0].clone();
    assert!(row["edited"].as_u64().unwrap() > 10, "{row}");
    assert_ne!(all_items(&home.tree()), known);
}

#[test]
fn a_listed_page_is_explained_with_what_its_list_tells() {
    let portal = portal();
    let home = Home::of(&portal);
    let url = portal.truth().articles[0].urls[0].to_string();
    let rule = |args: &[&str]| {
        let ran = home.run(args);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(ran.err, "");
        ran.out.contains("as its listing")
    };
    let explained = || rule(&["explain", SITE, &url, "--json"]);
    assert!(!explained(), "nothing is known of it yet");
    assert!(!home.path("data").exists(), "and nothing is written");
    home.fetch();
    assert!(explained());
    assert!(rule(&["extract", &url, "--explain"]));
    let daemon = home.daemon();
    assert!(explained(), "the daemon is asked");
    assert_eq!(daemon.stop(), Some(0));
}
