//! The operator's day: files are changed under a running daemon, and commands reach it wherever it
//! is.

use std::fs;

use bantin::demo::Portal;
use serde_json::{Value, json};

use crate::support::{Daemon, Home, SAMPLE, SITE, portal, until};

/// Changes a file.
fn change(home: &Home, file: &str, from: &str, to: &str) {
    let path = home.path(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
}

/// The daemon of a home, once it has read all of its portal.
fn visited(portal: &Portal, home: &Home) -> Daemon {
    let daemon = home.daemon();
    let articles = portal.truth().articles.len();
    until("the first visit", || status(home)[0]["articles"] == articles);
    daemon
}

fn status(home: &Home) -> Vec<Value> {
    home.run(&["status", "--json"]).json().as_array().unwrap().clone()
}

#[test]
fn a_reload_says_what_changed_and_asks_a_changed_site_at_once() {
    let portal = portal(4);
    let home = Home::of(&portal);
    let daemon = visited(&portal, &home);
    let ran = home.run(&["reload"]);
    assert_ran!(ran, code: 0, out: "read again; nothing changed\n");

    portal.clear_log();
    let site = format!("feeds/{SITE}.toml");
    change(&home, &site, "every = \"1h\"", "every = \"2h\"");
    fs::copy(home.path(&site), home.path("feeds/other.toml")).unwrap();
    change(
        &home,
        "bantin.toml",
        "[fetch]\n",
        "[archive]\nage = \"1h\"\n\n[fetch]\ntimeout = \"9s\"\nuser_agent = \"other/2\"\n",
    );
    let ran = home.run(&["reload", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told = json!({
        "new": ["other"], "changed": [SITE], "gone": [], "profiles": [],
        "settings": ["fetch.user_agent", "fetch.timeout"], "restart": ["archive.age"],
    });
    assert_eq!(ran.json(), told);
    until("both are asked, by the new name", || {
        let log = portal.log();
        let lists = log.iter().filter(|request| {
            request.header("user-agent").is_some_and(|name| name.starts_with("other/2"))
        });
        lists.count() >= 2 && status(&home).iter().all(|site| !site["last_visit"].is_null())
    });
    assert_eq!(status(&home).len(), 2);
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn a_reload_with_faults_tells_them_and_changes_nothing() {
    let portal = portal(4);
    let home = Home::of(&portal);
    let daemon = visited(&portal, &home);
    let site = format!("feeds/{SITE}.toml");
    let before = daemon.get(&format!("/feeds/{SITE}.atom")).body;
    change(&home, &site, "title = ", "titel = ");
    let ran = home.run(&["reload"]);
    assert_ran!(ran, code: 78, out: "");
    assert!(
        ran.err.contains(&format!("{SITE}.toml:1:")) && ran.err.contains("titel"),
        "{}",
        ran.err
    );
    assert_eq!(status(&home).len(), 1, "the daemon goes on, and commands reach it");
    assert!(daemon.get(&format!("/feeds/{SITE}.atom")).body == before);
    assert_eq!(daemon.stop(), Some(0));
    let ran = home.run(&["reload"]);
    assert_eq!(ran.code, 78, "without a daemon the faults are told all the same: {}", ran.err);
    change(&home, &site, "titel = ", "title = ");
    let ran = home.run(&["reload"]);
    assert!(ran.code == 1 && ran.err.contains("no daemon answers"), "{}", ran.err);
}

#[test]
fn commands_reach_a_daemon_whose_path_is_too_long_for_a_socket() {
    let portal = portal(2);
    let home = Home::of(&portal);
    let deep = "a-folder-with-a-long-name/".repeat(6);
    let text = fs::read_to_string(home.path("bantin.toml")).unwrap();
    fs::write(home.path("bantin.toml"), format!("[store]\npath = \"{deep}store\"\n\n{text}"))
        .unwrap();
    let daemon = visited(&portal, &home);
    assert_eq!(daemon.stop(), Some(0));
    let left = fs::read_dir(home.path(&format!("{deep}store")))
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert!(
        left.into_iter().all(|name| !name.to_string_lossy().starts_with("control")),
        "socket and link are gone"
    );
}

#[test]
fn publish_by_a_daemon_writes_where_the_caller_stands() {
    let home = SAMPLE.home.copy();
    let daemon = home.daemon();
    let ran = home.run(&["publish", "www"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let written = fs::read(home.path(&format!("www/feeds/{SITE}.atom"))).unwrap();
    until("what was written is served", || {
        daemon.get(&format!("/feeds/{SITE}.atom")).body == written
    });
}
