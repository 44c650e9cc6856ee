//! Broken files: every fault at its place, in words that help and show no secret.

use std::path::Path;

use super::{Place, SECTION, SITE, site};
use crate::config::load;

#[test]
fn every_fault_of_a_site_file_at_once() {
    let bad = r#"titel = "T"
home = "portal.example.org"
enabled = "yes"
portal = "publishing-portl"
every = "15 minutes"
robots = "ignore"
timezone = "Asia/Saigong"
headers = { "x y" = "1", Authorization = "file:gone" }
tls = { accept_invalid = 1, extra = true }

[[sections]]
id = "Tin tức"
title = "S"
url = "ftp://a.example/"
history = "al"

[[sections]]
id = "b"
title = ""
urll = "https://a.example/"

[[sections]]
id = "b"
title = "B"
url = "https://a.example/"
"#;
    let faults = site(bad).faults(&[]);
    let wanted = [
        "feeds/x.toml:1:1 unknown key `titel`",
        "feeds/x.toml:1:1 missing key `title`",
        "feeds/x.toml:2:8 not an address: relative URL without a base",
        "feeds/x.toml:3:11 expected true or false, found a string",
        "feeds/x.toml:4:10 unknown portal `publishing-portl`",
        "feeds/x.toml:5:9 not a duration",
        "feeds/x.toml:6:10 robots.txt ignored without a reason",
        "feeds/x.toml:7:12 unknown timezone",
        "feeds/x.toml:8:21 not a header name",
        "feeds/x.toml:8:42 secret cannot be read: No such file or directory (os error 2)",
        "feeds/x.toml:9:26 expected true or false, found an integer",
        "feeds/x.toml:9:29 unknown key `extra`",
        "feeds/x.toml:12:6 not an id",
        "feeds/x.toml:14:7 neither http nor https",
        "feeds/x.toml:15:11 unknown value `al`",
        "feeds/x.toml:17:1 missing key `url`",
        "feeds/x.toml:19:9 0 characters are too few",
        "feeds/x.toml:20:1 unknown key `urll`",
        "feeds/x.toml:23:6 id `b` stands twice",
    ];
    assert_eq!(faults, wanted);
}

/// Site files with one fault each: the file, the fault's place and message, how its advice begins.
fn single_faults() -> [(String, &'static str, &'static str); 14] {
    let with = |line: &str| format!("{SITE}{line}\n{SECTION}");
    [
        (with("pportal = 1"), "3:1 unknown key `pportal`", "did you mean `portal`?"),
        (
            with("zzzzzzzz = 1"),
            "3:1 unknown key `zzzzzzzz`",
            "known keys here: `date_order`, `enabled`",
        ),
        (with("title = 'again'"), "3:1 not TOML: duplicate key", ""),
        (with("every = \"0s\""), "3:9 too short", "at least 1s"),
        (with("language = 1979-05-27"), "3:12 expected a string, found a date", "put it in quotes"),
        (format!("{SITE}sections = []\n"), "3:12 0 items are too few", "at least 1"),
        (
            format!("{SITE}sections = [1]\n"),
            "3:13 expected a table, found an integer",
            "write a [header]",
        ),
        (with("robots = \"no\""), "3:10 unknown value of robots", "\"obey\""),
        (SITE.to_owned(), "1:1 missing key `sections`", "add it: Its listings"),
        (
            format!("{SITE}{SECTION}history = \"nww\"\n"),
            "7:11 unknown value `nww`",
            "did you mean `new`? one of `new`, `all`",
        ),
        (
            with("hosts = [\"b.example\", \"https://c.example/\"]"),
            "3:23 not a host",
            "write the host alone",
        ),
        (
            with("hosts = [\"b.example:99999\"]"),
            "3:10 not a host: invalid port number",
            "write the host alone",
        ),
        (with("hosts = \"b.example\""), "3:9 expected an array, found a string", ""),
        (with("headers.Host = \"a\""), "3:16 a header that is not yours to set", "take it out"),
    ]
}

#[test]
fn single_faults_with_their_advice() {
    for (body, fault, advice) in single_faults() {
        let faults = site(&body).load(&[]).unwrap_err();
        let told: Vec<_> =
            faults.iter().map(|f| format!("{}:{} {}", f.line, f.column, f.fault.what)).collect();
        assert_eq!(told, [fault], "{body}");
        assert!(faults[0].fault.advice.starts_with(advice), "{body}: {}", faults[0].fault.advice);
    }
}

#[test]
fn syntax_faults_hide_no_others() {
    let body = format!(
        "title = \"T\nhome = \"https://a.example/\"\nevry = 1\nenabled =\n\
         {SECTION}history \"new\"\n"
    );
    let faults = site(&body).faults(&[]);
    assert_eq!(faults.iter().filter(|f| f.contains("not TOML")).count(), 3, "{faults:?}");
    for place in ["x.toml:1:", "x.toml:3:1 unknown key `evry`", "x.toml:4:", "x.toml:9:"] {
        assert!(faults.iter().any(|f| f.contains(place)), "{place} in {faults:?}");
    }
    assert_eq!(faults.len(), 4, "{faults:?}");
}

#[test]
fn every_file_is_told_of() {
    let good = format!("{SITE}{SECTION}");
    let place = Place::new(&[
        (
            "bantin.toml",
            "[server]\nlisten = \"localhost\"\nport = 1\n[store]\nurl = \"postgres://x\"\n[fetch]\n\
             concurrency = 0\ncontact = \"me\"\n",
        ),
        ("feeds/all.toml", &good),
        ("feeds/Bad Name.toml", &good),
        ("feeds/.hidden.toml", "= ="),
        ("feeds/notes.txt", "= ="),
        ("feeds/off.toml", &format!("enabled = false\n{SITE}{SECTION}colour = 1\n")),
        ("engines/own.toml", "no_such_key_at_all = 1\n"),
        ("portals/publishing-portal.toml", "= 1\n"),
    ]);
    std::fs::write(place.0.path().join("feeds/latin.toml"), b"title = \"T\xe9\"").unwrap();
    let faults = place.faults(&[]);
    let wanted = [
        "bantin.toml:2:10 not an address to listen at",
        "bantin.toml:3:1 unknown key `port`",
        "bantin.toml:5:7 `store.url` is not built in yet",
        "bantin.toml:7:15 number too small",
        "bantin.toml:8:11 not a contact",
        "engines/own.toml:1:1 unknown key `no_such_key_at_all`",
        "portals/publishing-portal.toml:1:1 not TOML",
        "feeds/Bad Name.toml:1:1 the file's name is no id",
        "feeds/all.toml:1:1 the file's name is no id",
        "feeds/latin.toml:1:1 not UTF-8 from line 1 on",
        "feeds/off.toml:8:1 unknown key `colour`",
    ];
    assert_eq!(faults.len(), wanted.len(), "{faults:#?}");
    for (fault, wanted) in faults.iter().zip(wanted) {
        assert!(fault.starts_with(wanted), "{fault} is not {wanted}");
    }
}

#[test]
fn what_is_missing_is_told_of() {
    let place = Place::new(&[("bantin.toml", "\nfeeds = \"gone\"\n")]);
    assert!(
        place.faults(&[])[0].starts_with("bantin.toml:2:9 folder of site files cannot be read")
    );
    let faults = load(Path::new("/nonexistent/bantin.toml"), &[]).unwrap_err();
    assert!(faults.len() == 1 && faults[0].fault.what.starts_with("cannot be read"), "{faults:?}");
}

#[test]
fn a_fault_reads_like_a_compilers() {
    let place = site(&format!("{SITE}portl = \"auto\"\n{SECTION}"));
    let fault = place.load(&[]).unwrap_err().remove(0);
    let rendered = fault.rendered.replace(&place.0.path().display().to_string(), "");
    insta::assert_snapshot!(rendered, @r#"
    error: unknown key `portl`
     --> /feeds/x.toml:3:1
      |
    3 | portl = "auto"
      | ^^^^^
      |
      = help: did you mean `portal`?
    "#);
    assert!(fault.render(true).contains('\u{1b}'));
}

#[test]
fn messages_show_no_secret() {
    let body =
        format!("{SITE}headers = {{ Authorization = \"Bearer s3cret\", Host = \"b\" }}\n{SECTION}");
    let bantin = "[store]\nurl = \"postgres://é:s3cret@db.example/x\"\n";
    let place = Place::new(&[("feeds/x.toml", &body), ("bantin.toml", bantin)]);
    let faults = place.load(&[("BANTIN_ARCHIVE__URL", "s3://k:s3cret@bucket")]).unwrap_err();
    assert_eq!(faults.len(), 3);
    for fault in faults {
        assert!(!format!("{fault:?}").contains("s3cret"), "{}", fault.rendered);
    }
}
