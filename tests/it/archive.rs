//! What is kept: final documents, the store's loss, WARC files, sudden death.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

use bantin::app::{self, Components, Open};
use bantin::config;
use bantin::crawl::Mode;
use bantin::demo::{Edit, Fault, Options, Withdrawal};
use bantin::domain::Health;
use flate2::bufread::GzDecoder;
use serde_json::Value;

use crate::feeds::{all_items, atom, entries, string, walk};
use crate::support::{Home, PUBLIC, SAMPLE, SITE, Tree, portal, portal_at, until};

/// The final documents of a tree: all archive documents but the last.
fn finals(tree: &Tree) -> Tree {
    let documents = tree.iter().filter(|(path, bytes)| {
        path.contains("/archive/") && atom(bytes).link("next-archive").is_some()
    });
    documents.map(|(path, bytes)| (path.clone(), bytes.clone())).collect()
}

#[test]
fn final_documents_never_change_and_walking_finds_all_entries() {
    let portal = portal(105);
    let home = Home::of(&portal);
    let mut known = Tree::new();
    let mut edited = None;
    for _ in 0..3 {
        home.fetch();
        let tree = home.tree();
        let documents = walk(&tree);
        let found = entries(&documents);
        let links: BTreeSet<&str> = found.iter().map(|entry| entry.link.as_str()).collect();
        let truth = portal.truth();
        assert_eq!(links, truth.articles.iter().map(|told| told.urls[0].as_str()).collect());
        assert_eq!(found.len(), truth.articles.len());
        let now = finals(&tree);
        for (path, bytes) in &known {
            assert!(now.get(path) == Some(bytes), "{path} is as it was");
        }
        assert!(now.len() >= known.len());
        for bytes in now.values() {
            assert_eq!(atom(bytes).entries.len(), 50);
        }
        assert_eq!(
            documents[0].path("prev-archive"),
            Some(format!("feeds/{SITE}/archive/{}.atom", now.len() + 1))
        );
        if let Some(title) = &edited {
            assert_eq!(
                found.iter().filter(|entry| entry.title == *title).count(),
                1,
                "the newest copy stands nearest the head"
            );
        }
        // This list has one page: its oldest article stands in a final document by now, and is read
        // again.
        let oldest = *truth.section("thong-bao").unwrap().numbers.last().unwrap();
        edited = Some(format!("Nhan đề sửa lần {}", now.len()));
        portal.edit(oldest, Edit { title: edited.clone(), ..Edit::default() });
        known = now;
        (0..30).for_each(|n| _ = portal.publish(["tin-tuc", "kinh-te"][n % 2]).unwrap());
    }
    assert_eq!(known.len(), 2, "105 and 60 articles: 50 in the head, two final documents, 15 open");
    let tree = home.tree();
    fs::remove_dir_all(home.path("data/store")).unwrap();
    assert!(
        home.tree() == tree,
        "a store rebuilt from the archive gives the same bytes, final documents too"
    );
}

#[test]
fn feeds_are_the_same_after_a_restart_and_a_lost_store() {
    let home = SAMPLE.home.copy();
    let compare = |when: &str| {
        let daemon = home.daemon();
        for (path, bytes) in &SAMPLE.tree {
            let answer = daemon.get(&format!("/{path}"));
            assert!(answer.status == 200 && answer.body == *bytes, "{path} {when}");
        }
        assert_eq!(daemon.stop(), Some(0));
    };
    compare("at first");
    compare("after a restart");
    fs::remove_dir_all(home.path("data/store")).unwrap();
    compare("after the store is lost");
}

#[test]
fn only_final_documents_are_immutable_to_caches() {
    let home = SAMPLE.home.copy();
    let daemon = home.daemon();
    let control =
        |path: &str| daemon.get(path).header("cache-control").unwrap_or_default().to_owned();
    assert!(control(&format!("/feeds/{SITE}/archive/1.atom")).contains("immutable"));
    assert!(control(&format!("/feeds/{SITE}/archive/2.atom")).contains("no-cache"));
    assert_eq!(daemon.get(&format!("/feeds/{SITE}/archive/3.atom")).status, 404);
}

/// The gzip members of a file: offset and content.
pub fn members(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let offset = bytes.len() - rest.len();
        let mut decoder = GzDecoder::new(rest);
        let mut content = Vec::new();
        decoder.read_to_end(&mut content).expect("a whole member");
        rest = decoder.into_inner();
        found.push((offset, content));
    }
    found
}

pub fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// The heads of all records of a home's archive, by file and offset.
fn records(home: &Home) -> BTreeMap<(String, usize), String> {
    let folder = home.path("data/archive");
    let files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .collect();
    let files: Vec<_> = files
        .iter()
        .filter(|entry| entry.file_name().to_string_lossy().contains(".warc.gz"))
        .collect();
    assert!(!files.is_empty());
    let mut records = BTreeMap::new();
    for file in files {
        let name = file.file_name().into_string().unwrap();
        let name = name.strip_suffix(".open").expect("no file is full yet").to_owned();
        for (offset, content) in members(&fs::read(file.path()).unwrap()) {
            let end = content.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
            let head = String::from_utf8(content[..end].to_vec()).unwrap();
            assert!(head.starts_with("WARC/1.1\r\n"), "{head}");
            let length: usize = field(&head, "Content-Length").unwrap().parse().unwrap();
            assert_eq!(content.len(), end + 4 + length + 4, "one record a member");
            assert!(content.ends_with(b"\r\n\r\n"));
            records.insert((name.clone(), offset), head);
        }
    }
    records
}

/// The addresses of all responses of a home's archive, as often as they were kept.
fn captured(home: &Home) -> Vec<String> {
    let records = records(home);
    let responses = records.values().filter(|head| field(head, "WARC-Type") == Some("response"));
    responses.map(|head| field(head, "WARC-Target-URI").unwrap().to_owned()).collect()
}

#[test]
fn a_page_is_archived_again_only_when_its_content_changes() {
    // Whole pages at each reading, with other tokens, counters and related links.
    let portal =
        portal_at("127.0.0.1", Options { articles: 20, validators: false, ..Options::default() });
    let home = Home::of(&portal);
    home.fetch();
    let articles: Vec<String> = portal
        .truth()
        .articles
        .iter()
        .flat_map(|told| &told.urls)
        .map(ToString::to_string)
        .collect();
    let mut known = captured(&home).len();
    let mut news = |expected: &[&str]| {
        let row = home.fetch()[0].clone();
        let mut new: Vec<String> = captured(&home).split_off(known);
        known += new.len();
        new.retain(|url| articles.contains(url));
        assert_eq!(new, expected);
        row
    };
    let row = news(&[]);
    assert!(row["unchanged"].as_u64().unwrap() >= 15, "{row}");

    let number = portal.truth().section("tin-tuc").unwrap().numbers[0];
    let url = portal.truth().article(number).unwrap().urls[0].to_string();
    portal.edit(number, Edit { append: Some("Một đoạn mới.".to_owned()), ..Edit::default() });
    assert_eq!(news(&[&url])["edited"], 1);
    assert_eq!(news(&[])["edited"], 0);
    // That it went away is kept, in the visit that sees it leave the list, and that it came back as
    // it was.
    assert!(portal.withdraw(number, Withdrawal::Gone));
    news(&[&url]);
    news(&[]);
    assert!(portal.restore(number));
    assert_eq!(news(&[&url])["edited"], 0);
    news(&[]);

    let tree = home.tree();
    fs::remove_dir_all(home.path("data/store")).unwrap();
    assert!(home.tree() == tree, "what was not kept is not missed");
}

#[test]
fn every_gzip_member_is_one_record_and_captures_lead_to_theirs() {
    let records = records(&SAMPLE.home);
    assert_eq!(field(records.values().next().unwrap(), "WARC-Type"), Some("warcinfo"));
    for item in all_items(&SAMPLE.tree) {
        let capture = &item["_bantin"]["capture"];
        let place = (
            string(&capture["file"]).to_owned(),
            usize::try_from(capture["offset"].as_u64().unwrap()).unwrap(),
        );
        let head = records.get(&place).expect("a record begins there");
        assert_eq!(field(head, "WARC-Type"), Some("response"));
        assert_eq!(field(head, "WARC-Payload-Digest"), capture["digest"].as_str());
        assert_eq!(field(head, "WARC-Target-URI"), item["url"].as_str());
    }
    let articles = records
        .values()
        .filter_map(|head| field(head, "WARC-Target-URI"))
        .filter(|uri| uri.starts_with("urn:bantin:article:"));
    assert_eq!(articles.collect::<BTreeSet<_>>().len(), 120);
}

/// What a request for an address asks for.
fn path_of(url: &url::Url) -> String {
    url[url::Position::BeforePath..].to_owned()
}

#[test]
fn a_cancelled_visit_frees_its_site_and_loses_nothing() {
    let portal = portal(30);
    let home = Home::of(&portal);
    let stalled = portal.truth().section("tin-tuc").unwrap().numbers[1];
    let path = path_of(&portal.truth().article(stalled).unwrap().urls[0]);
    portal.fault(&path, Fault::Stall, None);
    let asked = |path: &str| portal.log().iter().filter(|request| request.target == path).count();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let loaded = config::load(&home.path("bantin.toml"), &[]).unwrap();
        let reader = app::compile(&loaded).unwrap();
        let open = Open::new(PUBLIC.to_owned());
        let components = Components::open(loaded, reader, open).await.unwrap();
        let site = components.sites()[0].clone();
        let visit = || {
            let (crawl, site) = (components.crawl.clone(), site.clone());
            tokio::spawn(async move {
                crawl.visit(&site, Mode::Due { slice: Duration::from_secs(60) }).await.unwrap()
            })
        };
        let broken_off = visit();
        tokio::task::block_in_place(|| until("an article is asked for", || asked(&path) > 0));
        broken_off.abort();
        assert!(broken_off.await.unwrap_err().is_cancelled());
        portal.mend();
        assert_eq!(visit().await.unwrap().health, Health::Healthy);
    });
    let twice: Vec<_> = portal
        .truth()
        .articles
        .iter()
        .map(|told| path_of(&told.urls[0]))
        .filter(|path| asked(path) > 1)
        .collect();
    assert_eq!(twice, [path], "what was read is not asked for again");
    let tree = home.tree();
    assert_eq!(all_items(&tree).len(), 30);
    fs::remove_dir_all(home.path("data/store")).unwrap();
    assert!(home.tree() == tree, "nothing is known twice");
}

/// All that does not come from the moment of capture.
fn lasting(tree: &Tree) -> BTreeSet<String> {
    let bare = |mut item: Value| {
        item["_bantin"].as_object_mut().unwrap().remove("capture");
        item.to_string()
    };
    all_items(tree).into_iter().map(bare).collect()
}

#[test]
fn a_killed_fetch_is_finished_by_the_next_one() {
    let portal = portal(30);
    let undisturbed = Home::of(&portal);
    undisturbed.fetch();
    let expected = lasting(&undisturbed.tree());
    assert_eq!(expected.len(), 30);
    let requests = portal.log().len();
    for moment in [3, requests / 3, requests * 2 / 3, requests - 1] {
        let home = Home::of(&portal);
        portal.clear_log();
        let mut child =
            home.command(&["fetch"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        until("it has asked often enough", || portal.log().len() >= moment);
        child.kill().unwrap();
        child.wait().unwrap();
        home.fetch();
        let tree = home.tree();
        assert_eq!(lasting(&tree), expected, "killed after {moment} of {requests} requests");
        let documents = walk(&tree);
        let shown: usize = documents.iter().map(|document| document.entries.len()).sum();
        assert_eq!((shown, entries(&documents).len()), (30, 30), "each once");
        // Nor does the archive know any twice.
        fs::remove_dir_all(home.path("data/store")).unwrap();
        assert!(home.tree() == tree);
    }
}

/// Where the record of a name lies: file, offset and length.
pub fn member(home: &Home, uri: &str) -> (std::path::PathBuf, usize, usize) {
    for entry in fs::read_dir(home.path("data/archive")).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().contains(".warc.gz") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let starts: Vec<usize> =
            members(&bytes).iter().map(|(offset, _)| *offset).chain([bytes.len()]).collect();
        for (n, (offset, content)) in members(&bytes).into_iter().enumerate() {
            let head = String::from_utf8_lossy(&content[..content.len().min(1000)]).into_owned();
            if field(&head, "WARC-Target-URI") == Some(uri) {
                return (path, offset, starts[n + 1] - offset);
            }
        }
    }
    panic!("no record of {uri}");
}

#[test]
fn a_flipped_bit_costs_only_the_record_that_it_hits() {
    let portal = portal(120);
    let home = Home::of(&portal);
    home.fetch();
    let whole = home.tree();
    let all = entries(&walk(&whole));
    let id = all[10].id.strip_prefix("urn:uuid:").unwrap();
    let lost = format!("urn:bantin:article:{SITE}:{id}:v1");
    for uri in [
        lost.as_str(),
        &format!("urn:bantin:feed:{SITE}:1"),
        &format!("urn:bantin:feed:{SITE}:1:entries"),
    ] {
        let home = home.copy();
        let (path, offset, length) = member(&home, uri);
        let mut bytes = fs::read(&path).unwrap();
        bytes[offset + length / 2] ^= 4;
        fs::write(&path, bytes).unwrap();
        fs::remove_dir_all(home.path("data/store")).unwrap();
        let tree = home.tree();
        if uri.ends_with(":1") {
            assert!(
                tree.keys().all(|path| !path.ends_with("/archive/1.atom")),
                "its number is not given again"
            );
            continue;
        }
        let left = entries(&walk(&tree));
        let missing: Vec<&str> = all
            .iter()
            .filter(|entry| left.iter().all(|other| other.id != entry.id))
            .map(|e| e.id.as_str())
            .collect();
        let expected: &[&str] = if uri == lost { &[all[10].id.as_str()] } else { &[] };
        assert_eq!(missing, expected, "{uri}");
        assert!(finals(&whole).iter().all(|(path, bytes)| tree.get(path) == Some(bytes)), "{uri}");
    }
}
