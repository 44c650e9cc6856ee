//! Commands, their results and exit codes.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use bantin::demo::Fault;
use serde_json::{Value, json};

use crate::feeds::{all_items, item_at, string};
use crate::support::{FAST, Home, Ran, SAMPLE, SITE, ask, portal, program, site_of};

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

/// The page of the portal, and its address.
fn page(path: &str) -> Vec<u8> {
    let base = SAMPLE.portal.base();
    ask(&format!("127.0.0.1:{}", base.port().unwrap()), "GET", path, &[]).body
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
    broken("one section answers 500");
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
fn extract_reads_a_text_capture_exactly() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/capture.txt");
    let item =
        run(&["extract", file, "--url", "http://portal.example.org/Pages/chi-tiet.aspx?ItemID=77"])
            .json();
    assert_eq!(item["title"], "Hội Phụ nữ xã Nà Lĩnh trồng 3 km đường hoa");
    assert_eq!(
        item["summary"],
        "Hơn 120 hội viên của 9 chi hội cùng ra quân làm đẹp đường liên thôn trong sáng đầu tháng \
         ba."
    );
    assert_eq!(item["date_published"], "2026-03-03T09:15:00+07:00");
    assert_eq!(item["authors"], json!([{ "name": "Nông Thị Hạnh" }]));
    assert_eq!(
        item["_bantin"]["captions"],
        json!(["Hội viên chi hội Khuổi Mạ trồng hoa bên đường liên thôn"])
    );
    assert_eq!(item["_bantin"]["portal"], "publishing-portal");
    assert_eq!(item["url"], "http://portal.example.org/Pages/chi-tiet.aspx?ItemID=77");
    let paragraphs = [
        "Từ sáng sớm, các chị đã mang theo cuốc, xẻng và cây giống ra tuyến đường từ trung tâm xã \
         đến thôn Khuổi Mạ. Mỗi chi hội nhận chăm sóc một đoạn dài hơn 300 mét.",
        "Chị Hà Thị Lụa, Chủ tịch Hội, nói: “Việc nhỏ nhưng ngày nào cũng thấy, nên ai cũng vui”.",
        "Theo kế hoạch, đến hết tháng tư toàn xã sẽ có thêm 5 km đường hoa nữa./.",
        "Cũng trong sáng nay, Hội đã tặng 15 suất quà cho hội viên có hoàn cảnh khó khăn.",
    ];
    assert_eq!(item["content_text"], paragraphs.join("\n\n"));
    let bare = run(&["extract", file]).json();
    assert_eq!(
        (bare.get("url"), &bare["title"], &bare["content_text"]),
        (None, &item["title"], &item["content_text"])
    );
}

#[test]
fn extract_of_a_file_or_an_address_equals_the_feed() {
    let truth = SAMPLE.portal.truth();
    let told = truth
        .articles
        .iter()
        .find(|told| !told.images.is_empty() && !told.attachments.is_empty())
        .unwrap();
    let url = told.urls[0].as_str();
    let home = SAMPLE.home.copy();
    let file = home.path("page.html");
    fs::write(&file, page(&url.replacen(SAMPLE.portal.base().as_str(), "/", 1))).unwrap();
    let items = all_items(&SAMPLE.tree);
    let mut expected = item_at(&items, url).clone();
    expected["_bantin"]
        .as_object_mut()
        .unwrap()
        .retain(|key, _| !["version", "capture"].contains(&key.as_str()));
    expected.as_object_mut().unwrap().remove("tags");
    for args in [&["extract", file.to_str().unwrap(), "--url", url][..], &["extract", url]] {
        let mut item = home.run(args).json();
        item.as_object_mut().unwrap().remove("tags");
        assert_eq!(item, expected, "{args:?}");
    }
    // Without a configuration the shipped profiles read it.
    let item = run(&["extract", file.to_str().unwrap(), "--url", url]).json();
    assert_row!(item, title: expected["title"], content_html: expected["content_html"]);
    fs::write(&file, "<html><body><p>Nothing here.</p></body></html>").unwrap();
    let none = run(&["extract", file.to_str().unwrap()]);
    assert_ran!(none, code: 1, out: "");
    assert_eq!(run(&["extract", "no-such-file.html"]).code, 1);
}

#[test]
fn inspect_and_explain_show_blocks_and_rules() {
    let home = SAMPLE.home.copy();
    let base = SAMPLE.portal.base();
    let list =
        home.run(&["inspect", base.join("/Pages/tin-tuc.aspx").unwrap().as_str(), "--json"]).json();
    assert_row!(list, engine: "sharepoint-2010", portal: "publishing-portal");
    let blocks = list["blocks"].as_array().unwrap();
    let listing = blocks.iter().find(|block| block["role"] == "listing").expect("a listing");
    let first = SAMPLE.portal.truth().section("tin-tuc").unwrap().numbers[0];
    let told = SAMPLE.portal.truth().article(first).unwrap().clone();
    let teasers = listing["teasers"].as_array().unwrap();
    assert_eq!(
        (teasers.len(), &teasers[0]["title"], &teasers[0]["url"]),
        (10, &told.title.into(), &told.urls[0].as_str().into())
    );
    assert!(listing["pager"].is_object());
    for block in blocks {
        assert!(
            block["name"].is_string() && block["role"].is_string() && block["links"].is_array()
        );
        assert!(string(&block["text"]).chars().count() <= 200);
    }
    let page = home.run(&["inspect", told.urls[0].as_str(), "--json"]).json();
    let roles: Vec<&str> =
        page["blocks"].as_array().unwrap().iter().map(|block| string(&block["role"])).collect();
    assert!(
        roles.contains(&"toolbar")
            && roles.contains(&"view-data")
            && roles.contains(&"related")
            && roles.contains(&"other"),
        "{roles:?}"
    );

    let ran = home.run(&["explain", SITE, told.urls[0].as_str(), "--json"]);
    let fields: Vec<Value> =
        ran.json().as_array().unwrap().iter().map(|row| row["field"].clone()).collect();
    assert!(fields.contains(&"title".into()) && fields.contains(&"body".into()), "{fields:?}");
    let after: Vec<_> = home.tree().into_iter().collect();
    assert!(after == SAMPLE.tree.clone().into_iter().collect::<Vec<_>>(), "looking writes nothing");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let home = SAMPLE.home.copy();
    let url = SAMPLE.portal.base().join("/Pages/tin-tuc.aspx").unwrap();
    let mut child = home
        .command(&["inspect", url.as_str(), "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
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
