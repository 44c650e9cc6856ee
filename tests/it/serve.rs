//! The daemon: what it serves, what goes through its socket, what it does by itself.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::feeds::{items, string};
use crate::support::{Home, SAMPLE, SITE, ask, end, lines, portal, program, until};

#[test]
fn publish_writes_what_the_daemon_serves_with_and_without_it() {
    let home = SAMPLE.home.copy();
    let daemon = home.daemon();
    let tree = home.tree();
    assert!(tree == SAMPLE.tree, "through the daemon as without one");
    for (path, bytes) in &tree {
        let answer = daemon.get(&format!("/{path}"));
        assert!(answer.status == 200 && answer.body == *bytes, "{path}");
        let tag = answer.header("etag").expect("an ETag").to_owned();
        let again = ask(&daemon.address, "GET", &format!("/{path}"), &[("If-None-Match", &tag)]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let head = ask(&daemon.address, "HEAD", &format!("/{path}"), &[]);
        assert_eq!(
            (head.status, head.body.len(), head.header("etag")),
            (200, 0, Some(tag.as_str())),
            "{path}"
        );
    }
    for (path, bytes) in
        tree.iter().filter(|(path, _)| path.ends_with(".atom") || path.ends_with(".rss"))
    {
        let text = std::str::from_utf8(bytes).unwrap();
        let sheet = text
            .split_once("<?xml-stylesheet type=\"text/css\" href=\"")
            .and_then(|(_, after)| after.split_once('"'))
            .unwrap()
            .0;
        let address = url::Url::parse(&format!("http://tree/{path}")).unwrap().join(sheet).unwrap();
        assert!(tree.contains_key(address.path().trim_start_matches('/')), "{path} names {sheet}");
    }
    assert_eq!(daemon.get(&format!("/feeds/{SITE}/none.atom")).status, 404);
    let (health, ready) = (daemon.get("/healthz"), daemon.get("/readyz"));
    assert_eq!(
        (health.status, String::from_utf8(health.body).unwrap().as_str()),
        (200, r#"{"status":"ok","states":[],"sites":[]}"#)
    );
    assert_eq!(ready.status, 200);
    assert_eq!(serde_json::from_slice::<Value>(&ready.body).unwrap()["ready"], true);
    let index = String::from_utf8(daemon.get("/").body).unwrap();
    assert!(index.contains("rel=\"alternate\"") && index.contains(&format!("feeds/{SITE}.atom")));
    assert!(String::from_utf8(daemon.get("/metrics").body).unwrap().contains("# TYPE"));
}

#[test]
fn commands_go_through_the_socket_of_the_daemon() {
    let portal = portal(12);
    let home = Home::of(&portal);
    home.fetch();
    let daemon = home.daemon();
    let socket = home.path("data/store/control.sock");
    assert_eq!(socket.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let status = home.run(&["status", "--json"]);
    assert_eq!(status.code, 0, "{}", status.err);
    let row = &status.json()[0];
    assert_row!(row, site: SITE, state: "healthy", articles: 12);

    portal.publish("tin-tuc").unwrap();
    assert_eq!(home.fetch()[0]["new"], 1);
    let fetched = || {
        let feed = daemon.get(&format!("/feeds/{SITE}.json")).body;
        let feed: Value = serde_json::from_slice(&feed).unwrap();
        feed["items"].as_array().unwrap().len()
    };
    until("the daemon shows what was fetched", || fetched() == 13);
    let unknown = home.run(&["fetch", "van-lan"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains(SITE), "the near name is said: {}", unknown.err);
    assert_eq!(daemon.stop(), Some(0));
    assert!(!socket.exists());
    assert_eq!(home.run(&["status", "--json"]).json()[0]["articles"], 13);
}

#[test]
fn a_port_that_was_picked_is_picked_again() {
    let home = SAMPLE.home.copy();
    let first = home.daemon();
    let address = first.address.clone();
    assert_eq!(first.stop(), Some(0));
    assert_eq!(home.daemon().address, address);
}

#[test]
fn feeds_keep_their_address_without_a_public_url() {
    let portal = portal(104);
    let home = Home::of(&portal);
    let settings = std::fs::read_to_string(home.path("bantin.toml")).unwrap();
    std::fs::write(
        home.path("bantin.toml"),
        settings
            .lines()
            .filter(|line| !line.starts_with("public_url"))
            .collect::<Vec<_>>()
            .join("\n"),
    )
    .unwrap();
    home.fetch();
    let daemon = home.daemon();
    let path = format!("feeds/{SITE}/archive/1.atom");
    let served = daemon.get(&format!("/{path}")).body;
    assert!(
        String::from_utf8(served.clone())
            .unwrap()
            .contains(&format!("http://{}/{path}", daemon.address))
    );
    assert_eq!(daemon.stop(), Some(0));
    assert!(home.tree()[&path] == served, "without the daemon they are called as with it");
}

#[test]
fn a_new_article_appears_in_the_feeds_by_itself() {
    let portal = portal(8);
    let home = Home::of(&portal);
    home.site(SITE, &portal.site_toml("1s", "all"));
    let daemon = home.daemon();
    let shown = || {
        let feed: Value =
            serde_json::from_slice(&daemon.get(&format!("/feeds/{SITE}.json")).body).unwrap();
        feed["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| string(&item["url"]).to_owned())
            .collect::<Vec<_>>()
    };
    until("all articles are shown", || shown().len() == 8);
    let number = portal.publish("kinh-te").unwrap();
    let url = portal.truth().article(number).unwrap().urls[0].to_string();
    until("the new one is shown", || shown().contains(&url));
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(items(&home.tree(), &format!("feeds/{SITE}.json")).len(), 9);
}

#[test]
fn the_demo_fills_feeds_and_ends_in_good_order() {
    let mut child =
        program().arg("demo").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let said = lines(child.stdout.take().unwrap());
    let mut lines: Vec<String> = Vec::new();
    while lines.last().is_none_or(|line| line != "ready") {
        lines.push(said.recv_timeout(Duration::from_secs(60)).expect("the demo gets ready"));
    }
    let feed = lines
        .iter()
        .find_map(|line| {
            line.trim().strip_prefix("http://").filter(|url| url.ends_with("feeds/demo.json"))
        })
        .expect("an address to open");
    let (address, path) = feed.split_once('/').unwrap();
    let folder = lines.iter().find_map(|line| line.strip_prefix("folder")).unwrap().trim();
    assert!(std::path::Path::new(folder).is_dir());
    until("feeds fill", || {
        let feed: Value =
            serde_json::from_slice(&ask(address, "GET", &format!("/{path}"), &[]).body).unwrap();
        feed["items"].as_array().unwrap().len() == 50
    });
    assert_eq!(end(&mut child, Signal::INT), Some(0));
    assert!(!std::path::Path::new(folder).exists(), "its folder is gone");
}
