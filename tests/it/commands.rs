//! Commands, their results and exit codes.

mod pages;

use std::fs;

use bantin::demo::Fault;

use crate::feeds::string;
use crate::support::{FAST, Home, Ran, SAMPLE, SITE, portal, program, site_of};

const COMMANDS: [&str; 11] = [
    "run",
    "demo",
    "fetch",
    "check",
    "inspect",
    "extract",
    "explain",
    "publish",
    "status",
    "reload",
    "accept-missing-archive",
];

fn run(args: &[&str]) -> Ran {
    // Away from this repository, so that no configuration is found.
    program().current_dir(env!("CARGO_TARGET_TMPDIR")).args(args).output().unwrap().into()
}

#[test]
fn every_command_has_help_with_an_example() {
    for command in COMMANDS {
        let ran = run(&[command, "--help"]);
        assert_eq!(ran.code, 0, "{command}");
        assert!(
            ran.out.contains(&format!("Example:\n  bantin {command}"))
                || ran.out.contains(&format!(" {command}")),
            "{command}: {}",
            ran.out
        );
        assert!(ran.out.contains("Example:") && ran.err.is_empty(), "{command}");
    }
    assert_eq!(run(&["--version"]).code, 0);
}

#[test]
fn wrong_usage_is_2_and_a_missing_configuration_78() {
    for args in [
        &[][..],
        &["fetsch"],
        &["fetch", "--sudden"],
        &["extract"],
        &["check", "--schema", "house"],
    ] {
        let ran = run(args);
        assert_ran!(ran, code: 2, out: "");
    }
    for args in [
        &["fetch"][..],
        &["status"],
        &["run"],
        &["check"],
        &["publish", "x"],
        &["reload"],
        &["accept-missing-archive"],
    ] {
        let ran = run(args);
        assert_eq!(ran.code, 78, "{args:?}: {}", ran.err);
        assert!(ran.err.contains("bantin.toml"), "{}", ran.err);
    }
    let ran = SAMPLE.home.copy().run(&["explain", "van-lan", "x.html"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains(&format!("`{SITE}`")), "{}", ran.err);
}

#[test]
fn check_tells_every_fault_of_every_file() {
    let home = Home::new("tiemout = \"3s\"\nconcurrency = \"many\"");
    home.site(
        "one",
        "title = \"One\"\nhome = \"ftp://example.org/\"\n\
         portal = \"publishing-portl\"\n[[sections]]\nid = \"A b\"\ntitle = \"x\"\n\
         url = \"http://example.org/\"\n",
    );
    home.site("two", "title = \"Two\nhome = \n");
    home.site("all", &SAMPLE.portal.site_toml("1h", "all"));
    for args in [&["check"][..], &["fetch"], &["run"], &["status"]] {
        let ran = home.run(args);
        assert_eq!(ran.code, 78, "{args:?}");
        let said = ran.out + &ran.err;
        for word in [
            "tiemout",
            "`timeout`",
            "many",
            "ftp",
            "publishing-portl",
            "`publishing-portal`",
            "A b",
            "two.toml",
            "all.toml",
            "one.toml:2:",
        ] {
            assert!(said.contains(word), "{args:?} does not speak of {word}:\n{said}");
        }
    }
    let faults = home.run(&["check", "--json"]).json();
    let faults = faults.as_array().unwrap();
    assert!(faults.len() >= 7, "{faults:?}");
    for fault in faults {
        assert!(
            fault["line"].is_u64()
                && fault["column"].is_u64()
                && fault["file"].is_string()
                && !string(&fault["what"]).is_empty()
        );
    }
}

#[test]
fn the_shipped_configuration_has_no_fault_and_schemas_are_json() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/config/bantin.toml");
    let ran = run(&["--config", file, "check"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for kind in ["bantin", "site", "portal", "engine", "language", "web"] {
        let schema = run(&["check", "--schema", kind]).json();
        assert!(schema["$schema"].is_string() && schema["properties"].is_object(), "{kind}");
    }
    let ran = SAMPLE.home.copy().run(&["check", "--live"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("10 teasers, a pager"), "{}", ran.out);
}

#[test]
fn a_site_breaks_when_a_list_or_all_articles_cannot_be_read() {
    let portal = portal(30);
    let home = Home::of(&portal);
    let broken = |fault: &str| {
        let ran = home.run(&["fetch", "--json"]);
        assert_eq!(ran.code, 1, "{fault}: {}", ran.err);
        assert_eq!(ran.json()[0]["state"], "broken", "{fault}");
        assert!(ran.err.contains(SITE), "{fault}: {}", ran.err);
        assert_eq!(home.run(&["status"]).code, 1, "{fault}");
        portal.mend();
        ran.json()[0]["reasons"].to_string()
    };
    let never = home.run(&["status", "--json"]);
    assert_eq!(never.code, 0, "{}", never.err);
    assert_row!(never.json()[0], state: "new");
    portal.fault("/Pages/*", Fault::Login, None);
    portal.fault("/kinh-te*", Fault::Login, None);
    portal.fault("/van-hoa/*", Fault::Login, None);
    portal.fault("/tin-tuc/*", Fault::Login, None);
    broken("no page has a listing");
    portal.fault("/Pages/tin-tuc.aspx", Fault::Status(500), None);
    let reasons = broken("one section answers 500");
    assert!(reasons.contains("/Pages/tin-tuc.aspx answers 500"), "{reasons}");
    home.fetch();
    let new: Vec<u32> = (0..3).map(|_| portal.publish("tin-tuc").unwrap()).collect();
    portal.fault("/tin-tuc/*", Fault::Login, None);
    portal.fault("/kinh-te/*", Fault::Login, None);
    portal.fault("/doi-song/*", Fault::Login, None);
    portal.fault("/van-hoa/*", Fault::Login, None);
    portal.fault("/thong-bao/*", Fault::Login, None);
    broken("no article page reads");
    let row = &home.fetch()[0];
    // Mended, it is healthy again.
    assert_row!(row, new: new.len(), state: "healthy");
    let status = home.run(&["status", SITE]);
    assert_ran!(status, code: 0, err: "");
    assert!(
        status.out.contains("state         healthy") && status.out.contains("last success  20"),
        "{}",
        status.out
    );
}

#[test]
fn accept_missing_archive_says_that_nothing_is_missing() {
    let home = SAMPLE.home.copy();
    let whole = home.run(&["accept-missing-archive"]);
    assert_ran!(whole, code: 0, out: "nothing is missing\n");
    assert_eq!(home.run(&["accept-missing-archive", "other.warc.gz"]).code, 2);
}

#[test]
fn a_failed_link_degrades_its_site_but_never_breaks_it() {
    let portal = portal(20);
    let home = Home::of(&portal);
    let truth = portal.truth();
    let path = |place: usize| {
        truth.articles[place].urls[0].to_string().replacen(portal.base().as_str(), "/", 1)
    };
    portal.fault(&path(3), Fault::Status(500), None);
    portal.fault(&path(4), Fault::Status(404), None);
    portal.fault(&path(5), Fault::Login, None);
    let ran = home.run(&["fetch", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let row = &ran.json()[0];
    assert_row!(row, new: 17, failed: 1, dead: 1, no_article: 1);
    assert_eq!(row["state"], "degraded");
    assert!(ran.err.contains(&format!("{SITE} is degraded")), "{}", ran.err);
    portal.mend();
    assert_eq!(home.fetch()[0]["new"], 3, "all three are tried again");
}

#[test]
fn sites_that_are_named_are_read_and_no_others() {
    let (one, two) = (portal(6), portal(6));
    let home = Home::new(FAST);
    home.site("one", &site_of(&one, &["tin-tuc"], "all"));
    home.site(
        "two",
        &site_of(&two, &["tin-tuc"], "all")
            .replace("portal = \"auto\"", "portal = \"auto\"\nenabled = false"),
    );
    let rows = home.fetch();
    assert_eq!(
        (rows.as_array().unwrap().len(), &rows[0]["site"], two.log().len()),
        (1, &"one".into(), 0)
    );
    let ran = home.run(&["fetch", "two", "--json"]);
    assert_eq!(ran.code, 0);
    assert_row!(ran.json()[0], site: "two");
}

#[test]
fn a_store_folder_with_foreign_files_is_refused_untouched() {
    let home = Home::new("");
    fs::create_dir_all(home.path("data/store")).unwrap();
    fs::write(home.path("data/store/notes.txt"), "of a user").unwrap();
    for command in ["check", "run", "status"] {
        let ran = home.run(&[command]);
        assert_eq!(ran.code, 78, "{command}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains("notes.txt"), "{command}: {}", ran.err);
    }
    let held: Vec<_> = fs::read_dir(home.path("data/store"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(held, ["notes.txt"]);
    assert!(!home.path("data/archive").exists());
}

#[test]
fn rules_are_shown_whole_with_the_file_that_says_each_value() {
    let home = Home::in_memory("");
    home.site(
        "a",
        "title = 'A'\nhome = 'https://a.example/'\nportal = 'liferay'\n\
         enabled = false\n[[sections]]\nid = 'x'\ntitle = 'X'\nurl = 'https://a.example/x'\n",
    );
    fs::create_dir(home.path("languages")).unwrap();
    fs::write(home.path("languages/nl.toml"), "[labels]\ndate = ['Geplaatst op']\n").unwrap();
    let ran = home.run(&["check", "--resolved", "site", "a"]);
    assert_ran!(ran, code: 0, err: "");
    let place = home.path("languages/nl.toml").display().to_string();
    assert!(ran.out.contains(&format!("\"Geplaatst op\", # {place}:2\n")), "{}", ran.out);
    assert_eq!(
        ran.out.parse::<toml::Table>().unwrap()["labels"]["date"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .as_str(),
        Some("Geplaatst op")
    );
    for (args, why) in [
        (["portal", "lifery"], "did you mean `liferay`?"),
        (["kind", "liferay"], "there is no kind `kind`"),
        (["site", "b"], "no site is called `b`"),
    ] {
        let ran = home.run(&[["check", "--resolved"], args].concat());
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.err.contains(why), "{args:?}: {}", ran.err);
    }
}
