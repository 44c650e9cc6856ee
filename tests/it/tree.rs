//! The static tree: what is configured and nothing else of ours, also after sites and sections are
//! gone; of it only what changed is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::archive::member;
use crate::support::{Home, SAMPLE, SITE, Tree, expanded, portal, site_of};

/// A site that goes and one that loses a section, with what others put into the tree.
fn published() -> Home {
    let home = SAMPLE.home.copy();
    home.site(
        "other",
        &site_of(&SAMPLE.portal, &["tin-tuc", "van-hoa"], "all")
            .replace("every = \"1h\"", "every = \"1h\"\nenabled = false"),
    );
    let ran = home.run(&["publish", "www"]);
    assert!(ran.code == 0 && ran.err.is_empty(), "{}", ran.err);
    fs::write(home.path("www/index.html"), "mine").unwrap();
    fs::write(home.path(&format!("www/feeds/{SITE}.rss")), "changed by somebody").unwrap();
    home
}

fn change(home: &Home) {
    fs::remove_file(home.path(&format!("feeds/{SITE}.toml"))).unwrap();
    home.site(
        "other",
        &site_of(&SAMPLE.portal, &["tin-tuc"], "all")
            .replace("every = \"1h\"", "every = \"1h\"\nenabled = false"),
    );
}

/// Publishes again: what the first run left and nobody changed is gone.
fn publish_again(home: &Home) -> Tree {
    let ran = home.run(&["publish", "www", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut tree = home.read("www");
    assert_eq!(tree.remove("index.html").as_deref(), Some(&b"mine"[..]));
    assert_eq!(
        tree.remove(&format!("feeds/{SITE}.rss")).as_deref(),
        Some(&b"changed by somebody"[..])
    );
    assert!(tree == home.tree(), "what is left is what a new tree holds");
    assert_eq!(ran.json()["documents"], tree.len());
    assert!(ran.json()["removed"].as_u64().unwrap() > 9, "{}", ran.out);
    assert!(!home.path(&format!("www/feeds/{SITE}")).exists(), "folders of ours too");
    assert!(
        home.run(&["publish", "www"]).out.ends_with(" as they were\n"),
        "nothing more is to be removed"
    );
    tree
}

#[test]
fn removed_sites_leave_the_daemon_and_the_static_tree() {
    let home = published();
    let daemon = home.daemon();
    let sites = [
        format!("/feeds/{SITE}.atom"),
        format!("/feeds/{SITE}/tin-tuc.json"),
        format!("/feeds/{SITE}/archive/1.atom"),
    ];
    for path in sites.iter().map(String::as_str).chain(["/feeds/other/van-hoa.rss"]) {
        assert_eq!(daemon.get(path).status, 200, "{path}");
    }
    change(&home);
    let ran = home.run(&["reload"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for path in sites.iter().map(String::as_str).chain(["/feeds/other/van-hoa.rss"]) {
        assert_eq!(daemon.get(path).status, 404, "{path}");
    }
    let tree = publish_again(&home);
    for (path, bytes) in &tree {
        assert!(daemon.get(&format!("/{path}")).body == *bytes, "{path}");
        assert!(!String::from_utf8_lossy(bytes).contains(SITE), "{path}");
    }
    assert_eq!(daemon.stop(), Some(0));
    let daemon = home.daemon();
    assert!(
        tree.iter().all(|(path, bytes)| daemon.get(&format!("/{path}")).body == *bytes),
        "as after a new start"
    );
    assert_eq!(daemon.get(&sites[2]).status, 404);

    fs::copy(
        SAMPLE.home.path(&format!("feeds/{SITE}.toml")),
        home.path(&format!("feeds/{SITE}.toml")),
    )
    .unwrap();
    assert_eq!(home.run(&["reload"]).code, 0);
    for path in sites.iter().map(|path| &path[1..]) {
        assert!(
            daemon.get(&format!("/{path}")).body == SAMPLE.tree[path],
            "{path} comes back as it was"
        );
    }
}

#[test]
fn publish_without_a_daemon_removes_dead_files_too() {
    let home = published();
    change(&home);
    // A run that fails removes nothing.
    let aside = home.path("www/all.atom");
    fs::rename(home.path("www/feeds/all.atom"), &aside).unwrap();
    fs::create_dir(home.path("www/feeds/all.atom")).unwrap();
    let before = home.read("www").len();
    assert_eq!(home.run(&["publish", "www"]).code, 1);
    assert!(
        home.read("www").len() >= before && home.path(&format!("www/feeds/{SITE}.atom")).exists()
    );
    fs::remove_dir(home.path("www/feeds/all.atom")).unwrap();
    fs::rename(aside, home.path("www/feeds/all.atom")).unwrap();
    publish_again(&home);
}

#[test]
fn a_run_that_cannot_read_a_final_document_removes_nothing() {
    let home = SAMPLE.home.copy();
    assert_eq!(home.run(&["publish", "www"]).code, 0);
    let (file, offset, length) = member(&home, &format!("urn:bantin:feed:{SITE}:1"));
    let whole = fs::read(&file).unwrap();
    let mut wrong = whole.clone();
    wrong[offset + length / 2] ^= 4;
    fs::write(&file, wrong).unwrap();
    assert_eq!(home.run(&["publish", "elsewhere"]).code, 1);
    let daemon = home.daemon();
    assert_eq!(home.run(&["publish", "elsewhere"]).code, 1);
    assert_eq!(home.run(&["publish", "www"]).code, 0, "what is there is not read, by a daemon");
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(home.run(&["publish", "www"]).code, 0, "nor without");
    fs::write(home.path(&format!("www/feeds/{SITE}/archive/1.atom")), "changed by somebody")
        .unwrap();
    let site = site_of(&SAMPLE.portal, &["tin-tuc", "kinh-te", "doi-song", "thong-bao"], "all");
    home.site(SITE, &site.replace("every = \"1h\"", "every = \"1h\"\nenabled = false"));
    let before = home.read("www");
    let stays = || {
        assert_eq!(home.run(&["publish", "www"]).code, 1);
        let after = home.read("www");
        assert!(before.keys().all(|path| after.contains_key(path)), "{:?}", after.keys());
    };
    stays();
    let daemon = home.daemon();
    stays();
    assert_eq!(daemon.stop(), Some(0));
    fs::write(&file, whole).unwrap();
    let ran = home.run(&["publish", "www", "--json"]);
    assert_eq!(
        (ran.code, ran.json()["removed"].as_u64()),
        (0, Some(3)),
        "the section's three forms: {}",
        ran.out
    );
    assert!(home.read("www") == home.tree());
}

#[test]
fn feeds_are_checked_as_strict_readers_read_them() {
    let home = SAMPLE.home.copy();
    let ran = home.run(&["check", "--feed", SITE]);
    assert!(ran.code == 0 && ran.out.starts_with(SITE), "{} {}", ran.out, ran.err);
    assert_eq!(home.run(&["check", "--feed", SITE, "--live"]).code, 2);
    assert_eq!(home.run(&["check", "--feed", "van-lan"]).code, 2);
    // The site's file names another host: entries lead away from it.
    let file = home.path(&format!("feeds/{SITE}.toml"));
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replace("http://127.0.0.1", "http://127.0.0.9")
            .replace("every = \"1h\"", "every = \"1h\"\nenabled = false"),
    )
    .unwrap();
    let ran = home.run(&["check", "--feed", SITE, "--json"]);
    let rows = ran.json();
    assert!(
        ran.code == 1 && rows[0]["what"].as_str().unwrap().contains("127.0.0.1"),
        "{}",
        ran.out
    );
    assert!(
        rows[0]["documents"].as_array().unwrap().len() >= 2
            && rows[0]["entry"].as_str().unwrap().starts_with("urn:uuid:")
    );
    assert!(
        rows[0]["page"].as_str().unwrap().starts_with("http://127.0.0.1:")
            && rows[0]["advice"].as_str().unwrap().contains("`hosts`")
    );
    let daemon = home.daemon();
    assert_eq!(
        home.run(&["check", "--feed", SITE, "--json"]).json(),
        rows,
        "through the daemon as without it"
    );
    assert_eq!(daemon.stop(), Some(0));
}

/// The files of a tree, which file each is and when it was written, but for its manifest.
fn stamps(home: &Home, folder: &str) -> BTreeMap<String, (u64, i64, i64)> {
    let stamp = |path: &String| {
        fs::metadata(home.path(folder).join(path))
            .map(|file| (file.ino(), file.mtime(), file.mtime_nsec()))
            .unwrap()
    };
    home.read(folder).into_keys().map(|path| (path.clone(), stamp(&path))).collect()
}

/// The documents of a tree, with every packed form held against its document.
fn unpacked(mut tree: Tree) -> Tree {
    let packed: Vec<_> = tree
        .keys()
        .filter(|path| [".gz", ".br", ".zst"].iter().any(|ending| path.ends_with(ending)))
        .cloned()
        .collect();
    assert!(packed.len() > 20, "{packed:?}");
    for path in packed {
        let bytes = tree.remove(&path).unwrap();
        let (of, ending) = path.rsplit_once('.').unwrap();
        let plain = expanded(ending, &bytes).unwrap();
        assert!(plain == tree[of] && bytes.len() < plain.len(), "{path}");
    }
    tree
}

/// Publishes into `www`: how many documents there are, were written and were removed.
fn publish(home: &Home, more: &[&str]) -> [usize; 3] {
    let ran = home.run(&[&["publish", "www", "--json"], more].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    ["documents", "written", "removed"]
        .map(|name| usize::try_from(ran.json()[name].as_u64().unwrap()).unwrap())
}

#[test]
fn publish_writes_only_what_changed() {
    let portal = portal(120);
    let home = Home::of(&portal);
    home.fetch();
    let all = home.tree().len();
    assert_eq!(publish(&home, &["--packed"]), [all, all, 0]);
    for with_daemon in [false, true] {
        let daemon = with_daemon.then(|| home.daemon());
        let renders = || daemon.as_ref().map(|daemon| daemon.figure("bantin_feed_renders_total"));
        let (before, stamped, rendered) =
            (unpacked(home.read("www")), stamps(&home, "www"), renders());
        assert_eq!(publish(&home, &["--packed"]), [all, 0, 0]);
        assert!(stamps(&home, "www") == stamped, "nothing is written");
        assert_eq!(renders(), rendered, "nor made");

        portal.publish("tin-tuc").unwrap();
        home.fetch();
        let [documents, written, removed] = publish(&home, &["--packed"]);
        let (after, now) = (unpacked(home.read("www")), stamps(&home, "www"));
        assert!(after == home.tree(), "the same as a new tree");
        let changed: BTreeSet<_> = after
            .iter()
            .filter(|(path, bytes)| before.get(*path) != Some(*bytes))
            .map(|(path, _)| path)
            .collect();
        let section = format!("feeds/{SITE}/tin-tuc.atom");
        assert!(
            changed.contains(&section) && !changed.contains(&format!("feeds/{SITE}/kinh-te.atom")),
            "{changed:?}"
        );
        assert_eq!((documents, written, removed), (after.len(), changed.len(), 0));
        for path in now.keys().filter(|path| now.get(*path) != stamped.get(*path)) {
            assert!(
                changed.iter().any(|of| path.starts_with(*of)),
                "{path} is written and did not change"
            );
        }
    }
    let packed = stamps(&home, "www").len() - unpacked(home.read("www")).len();
    assert_eq!(
        publish(&home, &[])[1..],
        [0, packed],
        "the packed forms go, and nothing else is touched"
    );
    assert!(home.read("www") == home.tree());
}
