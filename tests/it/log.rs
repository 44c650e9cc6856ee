//! What the program's log says: as JSON by its fields, in the journal's stream by its text.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Stdio;

use bantin::demo::{Fault, Portal};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::feeds::string;
use crate::support::{FAST, Home, PUBLIC, end, lines, portal, site_of, until};

/// A portal one of whose articles answers 503; a home that reads it; that article's address.
fn failing() -> (Portal, Home, String) {
    let portal = portal(6);
    let home = Home::new(FAST);
    home.site("one", &site_of(&portal, &["tin-tuc"], "all"));
    let truth = portal.truth();
    let url =
        truth.article(truth.section("tin-tuc").unwrap().numbers[0]).unwrap().urls[0].to_string();
    portal.fault(&url.replacen(portal.base().as_str(), "/", 1), Fault::Status(503), None);
    (portal, home, url)
}

#[test]
fn a_line_names_site_page_and_reason() {
    let (_portal, home, url) = failing();
    // Inherited: it names another stream than standard error.
    let ran = home.command(&["fetch"]).env("JOURNAL_STREAM", "8:1").output().unwrap();
    let log = String::from_utf8(ran.stderr).unwrap();
    let lines: Vec<Value> =
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of = |kind: &str| {
        lines.iter().find(|line| line["message"] == kind).unwrap_or_else(|| panic!("{kind}: {log}"))
    };
    let page = of("page not read");
    assert_eq!((&page["site.id"], &page["page.url"]), (&"one".into(), &Value::from(url)));
    assert_eq!(page["error"], "the portal answers 503");
    assert!(lines.iter().any(|line| line["page.next_try"].is_string()), "{log}");
    let visit = of("visit ended");
    assert_eq!(
        (&visit["site.id"], &visit["state"], &visit["failed"]),
        (&"one".into(), &"degraded".into(), &1.into())
    );
    let last = format!("the last one: {}: the portal answers 503", string(&page["page.url"]));
    assert!(string(&visit["error"]).ends_with(&last), "{visit}");
}

/// What a command writes to standard error if that is the stream that the journal is said to read.
fn streamed(home: &Home, command: &str) -> String {
    let path = home.path("log");
    let file = File::create(&path).unwrap();
    let about = file.metadata().unwrap();
    let stream = format!("{}:{}", about.dev(), about.ino());
    home.command(&[command])
        .env("JOURNAL_STREAM", stream)
        .stderr(file)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_journal_gets_each_line_as_text() {
    // Where a journal listens it takes the lines itself.
    if Path::new("/run/systemd/journal/socket").exists() {
        return;
    }
    let (_portal, home, url) = failing();
    let log = streamed(&home, "fetch");
    let page = format!("<6>page not read: site one, {url}: the portal answers 503");
    assert!(log.lines().any(|line| line == page), "{page}\n{log}");
    let left = format!("<6>page not read: site one, {url}, next try 20");
    assert!(log.lines().any(|line| line.starts_with(&left)), "{left}\n{log}");
}

#[test]
fn a_failed_start_reaches_the_journal_with_its_priority() {
    let home = Home::new("per_hos_interval = \"1s\"");
    let log = streamed(&home, "run");
    assert!(
        log.contains("per_host_interval") && log.lines().all(|line| line.starts_with("<4>")),
        "{log}"
    );
    home.settings_at("192.0.2.1:80", FAST);
    let log = streamed(&home, "run");
    assert!(
        log.lines().any(|line| line.starts_with("<3>error: 192.0.2.1:80 could not be bound")),
        "{log}"
    );
}

#[test]
fn a_missing_public_url_or_contact_is_warned_of_once() {
    let home = Home::new(FAST);
    std::fs::write(home.path("bantin.toml"), "[server]\nlisten = \"0.0.0.0:0\"\n").unwrap();
    assert_eq!(warned(&home), ["public_url is not set", "contact is not set"]);
    std::fs::write(home.path("bantin.toml"), "[server]\nlisten = \"127.0.0.1:0\"\n").unwrap();
    assert_eq!(warned(&home), ["contact is not set"]);
    home.settings_at("0.0.0.0:0", FAST);
    assert_eq!(warned(&home), [""; 0], "{PUBLIC} and a contact are set");
}

/// What a daemon warns of while it starts and reads its configuration again.
fn warned(home: &Home) -> Vec<String> {
    std::fs::remove_file(home.path("feeds/new.toml")).ok();
    let mut child = home.command(&["run"]).stderr(Stdio::piped()).spawn().unwrap();
    let log = lines(child.stderr.take().unwrap());
    let mut told = Vec::new();
    let mut hear = |kind: &str| {
        until(kind, || {
            told.extend(log.try_iter().map(|line| serde_json::from_str::<Value>(&line).unwrap()));
            told.iter().any(|line| string(&line["message"]).starts_with(kind))
        });
    };
    hear("serving");
    let site = "title = \"T\"\nhome = \"http://one.example/\"\nportal = \"auto\"\nenabled = false\n\
                [[sections]]\nid = \"tin\"\ntitle = \"T\"\nurl = \"http://one.example/\"\n";
    home.site("new", site);
    kill_process(Pid::from_child(&child), Signal::HUP).unwrap();
    hear("the configuration was read again");
    assert_eq!(end(&mut child, Signal::TERM), Some(0));
    told.extend(log.iter().map(|line| serde_json::from_str::<Value>(&line).unwrap()));
    let warnings = told
        .iter()
        .filter(|line| line["level"] == "WARN" && string(&line["advice"]).contains("set `["));
    warnings.map(|line| string(&line["message"]).to_owned()).collect()
}

/// Within any second a kind has at most five lines; `log` holds lines of one daemon. How many were
/// left out.
pub fn bounded(log: &[Value]) -> u64 {
    let kinds: std::collections::BTreeSet<_> =
        log.iter().map(|line| (string(&line["target"]), string(&line["message"]))).collect();
    for (target, message) in kinds {
        let of_it =
            log.iter().filter(|line| line["target"] == target && line["message"] == message);
        let times: Vec<jiff::Timestamp> =
            of_it.map(|line| string(&line["timestamp"]).parse().unwrap()).collect();
        // A line may wait for its turn at the pipe after it was let pass.
        let close = times.windows(6).find(|six| six[5].duration_since(six[0]).as_millis() < 700);
        assert_eq!(close, None, "{target}: {message}");
    }
    log.iter().filter_map(|line| line["suppressed"].as_u64()).sum()
}
