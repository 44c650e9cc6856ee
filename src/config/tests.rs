//! The room as a whole: broken files and their faults, overrides, defaults, what is shipped.

mod rules;

use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::settings::Fetching;

const SITE: &str = "title = \"T\"\nhome = \"https://a.example/\"\n";
const SECTION: &str = "[[sections]]\nid = \"s\"\ntitle = \"S\"\nurl = \"https://a.example/s\"\n";

/// A folder with a configuration.
struct Place(tempfile::TempDir);

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(place.0.path().join("feeds")).unwrap();
        std::fs::write(place.file(), "").unwrap();
        for (name, body) in files {
            let path = place.0.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, body).unwrap();
        }
        place
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("bantin.toml")
    }

    fn load(&self, env: &[(&str, &str)]) -> Result<Loaded, Vec<Located>> {
        let env: Vec<_> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        load(&self.file(), &env)
    }

    /// `FILE:LINE:COLUMN what` of every fault.
    fn faults(&self, env: &[(&str, &str)]) -> Vec<String> {
        let told = |f: &Located| {
            let file = f.file.strip_prefix(self.0.path()).unwrap_or(&f.file);
            format!("{}:{}:{} {}", file.display(), f.line, f.column, f.fault.what)
        };
        self.load(env).err().unwrap_or_default().iter().map(told).collect()
    }
}

fn site(body: &str) -> Place {
    Place::new(&[("feeds/x.toml", body)])
}

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

#[test]
fn single_faults_with_their_advice() {
    for (body, fault, advice) in [
        (
            format!("{SITE}pportal = 1\n{SECTION}"),
            "3:1 unknown key `pportal`",
            "did you mean `portal`?",
        ),
        (
            format!("{SITE}zzzzzzzz = 1\n{SECTION}"),
            "3:1 unknown key `zzzzzzzz`",
            "known keys here: `date_order`, `enabled`",
        ),
        (format!("{SITE}title = 'again'\n{SECTION}"), "3:1 not TOML: duplicate key", ""),
        (format!("{SITE}every = \"0s\"\n{SECTION}"), "3:9 too short", "at least 1s"),
        (
            format!("{SITE}language = 1979-05-27\n{SECTION}"),
            "3:12 expected a string, found a date",
            "put it in quotes",
        ),
        (format!("{SITE}sections = []\n"), "3:12 0 items are too few", "at least 1"),
        (
            format!("{SITE}sections = [1]\n"),
            "3:13 expected a table, found an integer",
            "write a [header]",
        ),
        (format!("{SITE}robots = \"no\"\n{SECTION}"), "3:10 unknown value of robots", "\"obey\""),
        (SITE.to_owned(), "1:1 missing key `sections`", "add it: Its listings"),
        (
            format!("{SITE}{SECTION}history = \"nww\"\n"),
            "7:11 unknown value `nww`",
            "did you mean `new`? one of `new`, `all`",
        ),
        (
            format!("{SITE}hosts = [\"b.example\", \"https://c.example/\"]\n{SECTION}"),
            "3:23 not a host",
            "write the host alone",
        ),
        (
            format!("{SITE}hosts = [\"b.example:99999\"]\n{SECTION}"),
            "3:10 not a host: invalid port number",
            "write the host alone",
        ),
        (
            format!("{SITE}hosts = \"b.example\"\n{SECTION}"),
            "3:9 expected an array, found a string",
            "",
        ),
        (
            format!("{SITE}headers.Host = \"a\"\n{SECTION}"),
            "3:16 a header that is not yours to set",
            "take it out",
        ),
    ] {
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

#[test]
fn variables_override_keys() {
    let site_file = format!("{SITE}{SECTION}");
    let place = Place::new(&[
        ("bantin.toml", "feeds = \"none\"\n[fetch]\nconcurrency = 3\n"),
        ("2026/x.toml", &site_file),
    ]);
    let loaded = place
        .load(&[
            ("BANTIN_FEEDS", "2026"),
            ("BANTIN_SERVER__LISTEN", "0.0.0.0:0"),
            ("BANTIN_SERVER__PUBLIC_URL", "\"https://feeds.example.org/b\""),
            ("BANTIN_FETCH__CONCURRENCY", "7"),
            ("BANTIN_FETCH__BODY_LIMIT", "1MiB"),
            ("BANTIN_PAGE__CPU", "500ms"),
            ("BANTIN_PAGE__TITLE", "80"),
            ("BANTIN_FETCH__ALLOW_PRIVATE", "true"),
            ("BANTIN_CONFIG", "x"),
            ("BANTIN_LOG__", "x"),
            ("BANTIN_NO__SUCH", "x"),
        ])
        .unwrap();
    let settings = &loaded.settings;
    assert_eq!(loaded.sites.len(), 1);
    assert_eq!(settings.server.listen.to_string(), "0.0.0.0:0");
    assert_eq!(
        settings.server.public_url.as_ref().unwrap().as_str(),
        "https://feeds.example.org/b/"
    );
    assert_eq!(
        (settings.fetch.concurrency, settings.fetch.body_limit, settings.fetch.allow_private),
        (7, 1 << 20, true)
    );
    assert_eq!(settings.fetch.expanded_limit, 1 << 20, "as on the wire");
    assert_eq!(
        (settings.page.cpu, settings.page.lengths.title, settings.page.depth),
        (Duration::from_millis(500), 80, 512)
    );
    let faults = place.faults(&[
        ("BANTIN_FEEDS", "2026"),
        ("BANTIN_FETCH__CONCURRENCY", "many"),
        ("BANTIN_FETCH__CONTACT", "me"),
        ("BANTIN_SERVER__LISTN", "[::]:1"),
    ]);
    let wanted = [
        "BANTIN_FETCH__CONCURRENCY:1:1 expected an integer, found a string",
        "BANTIN_FETCH__CONTACT:1:1 not a contact",
        "BANTIN_SERVER__LISTN:1:1 unknown key `listn`",
    ];
    assert_eq!(faults, wanted);
}

#[test]
fn archive_files_end_by_size_and_age() {
    let archive = |settings: &str, env: &[(&str, &str)]| {
        let place = Place::new(&[("bantin.toml", settings)]);
        place
            .load(env)
            .map(|loaded| (loaded.settings.archive.segment, loaded.settings.archive.age.as_secs()))
            .map_err(|_| place.faults(env))
    };
    assert_eq!(archive("", &[]), Ok((1 << 30, 86_400)));
    assert_eq!(archive("[archive]\nsegment = \"64KiB\"\nage = \"1s\"\n", &[]), Ok((64 << 10, 1)));
    assert_eq!(
        archive("[archive]\nsegment = 1048576\n", &[("BANTIN_ARCHIVE__AGE", "90m")]),
        Ok((1 << 20, 5400))
    );
    let faults = archive("[archive]\nsegment = \"1KiB\"\nage = \"10ms\"\n", &[]).unwrap_err();
    assert_eq!(faults, ["bantin.toml:2:11 size out of bounds", "bantin.toml:3:7 too short"]);
}

#[test]
fn paths_that_cannot_be_meant_are_told_at_their_place() {
    for (settings, env, wanted) in [
        ("[store]\npath = \"\"\n", None, "bantin.toml:2:8 an empty path"),
        ("[archive]\npath = \" \"\n", None, "bantin.toml:2:8 an empty path"),
        ("feeds = \"\"\n", None, "bantin.toml:1:9 an empty path"),
        ("", Some(("BANTIN_STORE__PATH", "")), "BANTIN_STORE__PATH:1:1 an empty path"),
        (
            "[archive]\npath = \"a\"\n",
            Some(("BANTIN_ARCHIVE__PATH", "")),
            "BANTIN_ARCHIVE__PATH:1:1 an empty path",
        ),
        ("", Some(("BANTIN_FEEDS", "")), "BANTIN_FEEDS:1:1 an empty path"),
        (
            "[store]\npath = \"data/archive\"\n",
            None,
            "bantin.toml:2:8 store and archive are one folder",
        ),
        (
            "[store]\npath = \"s\"\n[archive]\npath = \"s/a\"\n",
            None,
            "bantin.toml:4:8 the archive's folder lies in the store's",
        ),
        (
            "[store]\npath = \"s\"\n",
            Some(("BANTIN_ARCHIVE__PATH", "s/a")),
            "BANTIN_ARCHIVE__PATH:1:1 the archive's folder lies in",
        ),
        (
            "[store]\npath = \".\"\n[archive]\npath = \"/srv\"\n",
            None,
            "bantin.toml:2:8 the store's folder",
        ),
    ] {
        let place = Place::new(&[("bantin.toml", settings)]);
        let faults = place.faults(env.as_slice());
        assert_eq!(faults.len(), 1, "{settings} {env:?}: {faults:?}");
        assert!(faults[0].starts_with(wanted), "{} is not {wanted}", faults[0]);
        assert!(!place.load(env.as_slice()).unwrap_err()[0].fault.advice.is_empty());
    }
}

#[test]
fn systemds_folders_are_used() {
    let body = format!(
        "{SITE}headers = {{ A = \"file:token\", B = \"file:own\", C = \"plain\" }}\n{SECTION}"
    );
    let place = Place::new(&[
        ("feeds/x.toml", &body),
        ("own", "home\n"),
        ("token", "no"),
        ("cred/token", "credential\r\n"),
    ]);
    let cred = place.0.path().join("cred");
    let loaded = place
        .load(&[
            ("CREDENTIALS_DIRECTORY", cred.to_str().unwrap()),
            ("STATE_DIRECTORY", "/var/lib/bantin:/x"),
        ])
        .unwrap();
    let values: Vec<_> =
        loaded.site("x").unwrap().headers.iter().map(|(k, v)| (k.as_str(), v.expose())).collect();
    assert_eq!(values, [("A", "credential"), ("B", "home"), ("C", "plain")]);
    assert_eq!(loaded.settings.store, Path::new("/var/lib/bantin/store"));
    assert_eq!(loaded.settings.archive.path, Path::new("/var/lib/bantin/archive"));
    assert_eq!(place.load(&[]).unwrap().settings.store, place.0.path().join("data/store"));
}

#[test]
fn a_site_as_written() {
    let body = format!(
        "{SITE}every = \"2h30m\"\nrobots = \"ignore: ours\"\nportal = \"auto\"\n\
         hosts = [\"B.example\", \"bücher.example:8080\"]\n{SECTION}history = \"all\"\n"
    );
    let place = site(&body);
    let loaded = place.load(&[]).unwrap();
    let site = loaded.site("x").unwrap();
    assert_eq!((site.every, site.enabled, &site.portal), (Duration::from_secs(9000), true, &None));
    assert_eq!(
        site.hosts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["b.example", "xn--bcher-kva.example:8080"]
    );
    assert_eq!(site.ignore_robots.as_deref(), Some("ours"));
    assert_eq!(site.sections[0].history, crate::domain::History::All);
    assert_eq!(loaded.home, place.0.path());
}

/// The sample says the defaults: as it stands, and with its comments taken off.
#[test]
fn the_sample_says_the_defaults() {
    let sample = include_str!("../../config/bantin.toml");
    let is_key = |line: &str| {
        line.split_once(" = ")
            .is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
    };
    let bare = |line: &str| {
        line.strip_prefix("# ").filter(|l| is_key(l)).unwrap_or(line).to_owned() + "\n"
    };
    let uncommented: String = sample.lines().map(bare).collect();
    let schema = schema("bantin").unwrap();
    let count = |def: &str| schema["$defs"][def]["properties"].as_object().unwrap().len();
    // `url` of store and archive is not built in yet
    let keys = 1
        + count("Server")
        + (count("Place") - 1)
        + (count("Archive") - 1)
        + count("Fetch")
        + count("Page");
    assert_eq!(uncommented.lines().filter(|l| is_key(l)).count(), keys);
    let (default, said) = (
        Place::new(&[]).load(&[]).unwrap(),
        Place::new(&[("bantin.toml", &uncommented)]).load(&[]).unwrap(),
    );
    let without = |loaded: &Loaded| {
        let fetch = Fetching { contact: None, ..loaded.settings.fetch.clone() };
        let listen = loaded.settings.server.listen;
        let path = |path: &Path| path.strip_prefix(&loaded.home).unwrap().to_owned();
        format!(
            "{fetch:?} {:?} {:?} {listen} {:?}",
            loaded.settings.page,
            (loaded.settings.archive.segment, loaded.settings.archive.age),
            [&loaded.settings.feeds, &loaded.settings.store, &loaded.settings.archive.path]
                .map(|p| path(p))
        )
    };
    assert_eq!(without(&default), without(&said));
    assert_eq!(said.settings.fetch.contact.as_deref(), Some("mailto:ops@example.org"));
}

#[test]
fn schemas_say_what_they_are() {
    for kind in KINDS {
        let schema = schema(kind).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["$id"], format!("urn:bantin:schema:{kind}"));
        assert_eq!(schema["additionalProperties"], false);
        assert!(schema["title"].is_string());
    }
    assert_eq!(
        schema("site").unwrap()["required"],
        serde_json::json!(["title", "home", "sections"])
    );
    assert_eq!(schema("other"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// No text of a file or variable panics, and each fault has a place and a message.
    #[test]
    fn any_text_is_borne(body in proptest::collection::vec(prop_oneof![
        "[a-z\\[\\]{}.=\"'#\n, 0-9é-]{1,12}",
        Just("\n[[sections]]\n".to_owned()), Just("\n[sections]\n".to_owned()),
        Just("\n[a]\n".to_owned()), Just("title = \"\"\"\n".to_owned()),
        Just("headers = { a = \"é\n".to_owned()),
        Just("sections.id = 99999999999999999999\n".to_owned()), Just("[[[[[[[[".to_owned()),
    ], 0..12)) {
        let body = body.concat();
        let files = ["feeds/x.toml", "bantin.toml", "engines/x.toml"];
        let place = Place::new(&files.map(|file| (file, body.as_str())));
        for fault in place.load(&[("BANTIN_FETCH__TIMEOUT", &body)]).err().unwrap_or_default() {
            prop_assert!(fault.line > 0 && fault.column > 0 && !fault.rendered.is_empty());
        }
    }
}
