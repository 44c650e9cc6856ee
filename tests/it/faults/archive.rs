//! Files of the archive that are gone, shorter or unreadable: told, nothing written meanwhile, and
//! all as before once they are back.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bantin::demo::Portal;

use super::full::Mount;
use super::server::Server;
use super::stage::{MINUTE, SOON, Stage, content, live, section};
use super::{Dice, order, rounds};
use crate::archive::{field, members};
use crate::feeds::{entries, walk};
use crate::support::{Home, Tree, pass, within};

/// Small files, so that there are several.
const SMALL: &str = "[archive]\nsegment = \"64KiB\"";

/// Which file of the archive.
#[derive(Clone, Copy, Debug)]
enum Which {
    First,
    Middle,
    Newest,
}

/// What happens to it.
#[derive(Clone, Copy, Debug)]
enum Damage {
    /// Deleted; a copy comes back.
    Removed,
    /// Moved away and back.
    Moved,
    /// Cut anywhere; the whole one is put in its place.
    Truncated,
    /// Replaced by what it was when fewer records stood in it.
    Older,
    /// A folder of its name in its place: what cannot be read, to root either.
    Folder,
}

/// When.
#[derive(Clone, Copy, Debug)]
enum When {
    Running,
    BeforeStart,
    /// The store is lost too.
    BeforeStartWithoutStore,
}

const WHICH: [Which; 3] = [Which::First, Which::Middle, Which::Newest];
const DAMAGE: [Damage; 5] =
    [Damage::Removed, Damage::Moved, Damage::Truncated, Damage::Older, Damage::Folder];
const WHEN: [When; 3] = [When::Running, When::BeforeStart, When::BeforeStartWithoutStore];

/// The archive's files with their final names, in order.
fn files(home: &Home) -> Vec<(String, PathBuf)> {
    let entries =
        fs::read_dir(home.path("data/archive")).unwrap().map(|entry| entry.unwrap().path());
    let named = entries.filter_map(|path| {
        let name = path.file_name()?.to_str()?.trim_end_matches(".open").to_owned();
        name.ends_with(".warc.gz").then_some((name, path))
    });
    let mut files: Vec<_> = named.collect();
    files.sort();
    assert!(files.len() > 3, "several files: {files:?}");
    files
}

/// How many records of articles a file holds.
fn articles(file: &Path) -> u64 {
    let is_article = |content: &[u8]| {
        let head = String::from_utf8_lossy(&content[..content.len().min(2000)]).into_owned();
        field(&head, "WARC-Target-URI").is_some_and(|uri| uri.starts_with("urn:bantin:article:"))
    };
    members(&fs::read(file).unwrap()).iter().filter(|(_, content)| is_article(content)).count()
        as u64
}

/// What is broken, and how it is mended.
struct Broken {
    /// The final names of the files.
    names: Vec<String>,
    /// How many article records the one file held, if anybody can know it.
    articles: Option<u64>,
    /// The damaged file: it may look as it likes.
    path: Option<PathBuf>,
    mend: Box<dyn FnOnce()>,
}

fn damage(home: &Home, which: Which, how: Damage, dice: &mut Dice) -> Broken {
    let files = files(home);
    let place = match which {
        Which::First => 0,
        Which::Middle => 1 + dice.index(files.len() - 2),
        Which::Newest => files.len() - 1,
    };
    let (name, path) = files[place].clone();
    let (aside, whole) = (home.path("aside"), fs::read(&path).unwrap());
    let held = (!matches!(which, Which::Newest)).then(|| articles(&path));
    let back = {
        let (path, whole) = (path.clone(), whole.clone());
        move || {
            let copy = path.with_file_name("copy.tmp");
            // As rsync and cp --backup do it: whole, under another name, then in its place.
            fs::write(&copy, &whole).unwrap();
            fs::rename(&copy, &path).unwrap();
        }
    };
    let mend: Box<dyn FnOnce()> = match how {
        Damage::Removed => {
            fs::remove_file(&path).unwrap();
            Box::new(back)
        }
        Damage::Moved => {
            fs::rename(&path, &aside).unwrap();
            let path = path.clone();
            Box::new(move || fs::rename(&aside, &path).unwrap())
        }
        Damage::Truncated => {
            let length = dice.below(whole.len() as u64);
            fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length).unwrap();
            Box::new(back)
        }
        Damage::Older => {
            let ends: Vec<usize> =
                members(&whole).iter().map(|(offset, _)| *offset).skip(1).collect();
            fs::write(&aside, &whole[..*dice.pick(&ends)]).unwrap();
            fs::rename(&aside, &path).unwrap();
            Box::new(back)
        }
        Damage::Folder => {
            fs::rename(&path, &aside).unwrap();
            fs::create_dir(&path).unwrap();
            let path = path.clone();
            Box::new(move || {
                fs::remove_dir(&path).unwrap();
                fs::rename(&aside, &path).unwrap();
            })
        }
    };
    Broken { names: vec![name], articles: held, path: Some(path), mend }
}

/// The archive's folder but for what is damaged.
fn rest(home: &Home, broken: &Broken) -> Tree {
    let folder = home.path("data/archive");
    let mut tree = content(&folder);
    if let Some(name) = broken.path.as_ref().and_then(|path| path.strip_prefix(&folder).ok()) {
        tree.remove(&*name.to_string_lossy());
        tree.remove(&format!("{}/", name.to_string_lossy()));
    }
    tree
}

/// Fails unless the daemon says which files are missing and what they held, and `status` too.
fn is_told(home: &Home, server: &mut Server, broken: &Broken, kinds: &[&str]) {
    server.serves(MINUTE);
    let named = |server: &Server| {
        let states = server.states().unwrap_or_default();
        let of_kind =
            states.into_iter().filter(|state| kinds.iter().any(|kind| state["state"] == *kind));
        of_kind
            .map(|state| state.to_string())
            .find(|text| broken.names.iter().all(|name| text.contains(name.as_str())))
    };
    let told = within(MINUTE, || named(server).is_some() || server.ended().is_some());
    assert!(
        told,
        "{:?} are told as {kinds:?}: {}\nlog:\n{}",
        broken.names,
        server.health(),
        server.tail()
    );
    let text = named(server).unwrap_or_default();
    if let Some(held) = broken.articles {
        let state: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(text.contains(&held.to_string()), "it held {held} articles: {text}");
        let of_file = state["files"].as_array().and_then(|files| {
            files.iter().find(|file| file["file"] == broken.names[0].as_str()).cloned()
        });
        assert!(
            of_file.is_none_or(|file| file["articles"] == held),
            "it held {held} articles: {text}"
        );
    }
    let status = home.run(&["status"]);
    assert_eq!(status.code, 1, "{}{}", status.out, status.err);
}

/// A daemon whose archive breaks, with what it served before and what the archive was then.
fn broken_down(
    stage: &Stage,
    (home, portal): (&Home, &Portal),
    when: When,
    dice: &mut Dice,
    hurt: impl FnOnce(&mut Dice) -> Broken,
) -> (Server, Tree, Broken) {
    let mut server = Server::serving(home, stage, &[]);
    server.shows(portal, SOON);
    server.has_visited();
    let before = server.walk().expect("the walk is served");
    let kinds: &[&str] = match when {
        When::BeforeStartWithoutStore => &["archive-incomplete", "recovery"],
        _ => &["archive-incomplete"],
    };
    let (mut server, broken, still) = if let When::Running = when {
        let broken = hurt(dice);
        let still = rest(home, &broken);
        is_told(home, &mut server, &broken, kinds);
        (0..3).for_each(|_| live(portal, dice));
        (server, broken, still)
    } else {
        server.stop();
        let broken = hurt(dice);
        if let When::BeforeStartWithoutStore = when {
            fs::remove_dir_all(home.path("data/store")).unwrap();
        }
        let still = rest(home, &broken);
        (0..3).for_each(|_| live(portal, dice));
        (Server::start(home, stage, &[]), broken, still)
    };
    is_told(home, &mut server, &broken, kinds);
    pass(Duration::from_secs(3));
    let now = rest(home, &broken);
    let other: Vec<_> = now
        .iter()
        .filter(|(name, bytes)| still.get(*name) != Some(bytes))
        .map(|(name, _)| name)
        .collect();
    assert!(other.is_empty() && now.len() == still.len(), "written meanwhile: {other:?}");
    (server, before, broken)
}

/// It breaks, is told, is mended, and all is as it was; then life goes on.
fn breaks_and_mends(
    stage: &Stage,
    when: When,
    dice: &mut Dice,
    hurt: impl FnOnce(&Home, &mut Dice) -> Broken,
) -> String {
    let (portal, home) = (stage.portal(), stage.home());
    let (mut server, before, broken) =
        broken_down(stage, (&home, &portal), when, dice, |dice| hurt(&home, dice));
    portal.hold(true);
    (broken.mend)();
    server.is_well();
    let same = within(SOON, || server.walk().is_some_and(|tree| tree == before));
    assert!(
        same,
        "what is served is what was served before, byte for byte; log:\n{}",
        server.tail()
    );
    portal.hold(false);
    let took = server.shows(&portal, SOON);
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
    format!("{}; current {:.1} s after it was back", broken.names.join(", "), took.as_secs_f32())
}

/// It breaks and its loss is accepted: life goes on without it, and the archive says so to a store
/// made anew.
fn is_accepted(stage: &Stage, which: Which, when: When, dice: &mut Dice) -> String {
    let (portal, home) = (stage.portal(), stage.home());
    let (mut server, _, broken) = broken_down(stage, (&home, &portal), when, dice, |dice| {
        damage(&home, which, Damage::Moved, dice)
    });
    let name = broken.names[0].as_str();
    let known = records_of(&home, name);
    let ran = home.run(&["accept-missing-archive", name]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    server.is_well();
    server.shows(&portal, SOON);
    assert!(records_of(&home, name) > known, "a record says that {name} was given up");
    server.stop();
    fs::remove_dir_all(home.path("data/store")).unwrap();
    let mut server = Server::serving(&home, stage, &[]);
    server.is_well();
    let number = portal.publish(&section(&portal, dice)).unwrap();
    let link = portal.truth().article(number).unwrap().urls[0].to_string();
    let came = within(SOON, || {
        server
            .walk()
            .is_some_and(|tree| entries(&walk(&tree)).iter().any(|entry| entry.link == link))
    });
    assert!(
        came && server.ended().is_none(),
        "new articles come without {name}: {}\n{}",
        server.health(),
        server.tail()
    );
    format!("{name} is given up")
}

/// How many records but warcinfos speak of a name.
fn records_of(home: &Home, name: &str) -> usize {
    let records = files(home).into_iter().flat_map(|(_, path)| members(&fs::read(path).unwrap()));
    let speaks = |content: &[u8]| {
        let text = String::from_utf8_lossy(content);
        text.contains(name)
            && field(&text, "WARC-Type") != Some("warcinfo")
            && !text.contains("urn:bantin:article:")
    };
    records.filter(|(_, content)| speaks(content)).count()
}

#[test]
fn a_missing_archive_file_is_told_and_stops_all_writing() {
    let mut cases: Vec<(When, Which, Option<Damage>)> = Vec::new();
    for which in WHICH {
        for when in WHEN {
            // Without the store nothing knows how long the newest file was: what is cut from its
            // end never was.
            let unknown = |damage: &Damage| {
                let shorter = matches!(damage, Damage::Truncated | Damage::Older);
                shorter && matches!((when, which), (When::BeforeStartWithoutStore, Which::Newest))
            };
            cases.extend(
                DAMAGE
                    .into_iter()
                    .filter(|damage| !unknown(damage))
                    .map(|damage| (when, which, Some(damage))),
            );
        }
        cases.extend([(When::Running, which, None), (When::BeforeStart, which, None)]);
    }
    let order = order(cases.len());
    let stage = Stage::new("127.77.1.2", 104, SMALL);
    rounds("archive", cases.len(), 1, |dice, round| {
        let (when, which, how) = cases[order[(round - 1) % order.len()]];
        println!(
            "  {when:?}: {which:?}, {}",
            how.map_or("Accepted".to_owned(), |how| format!("{how:?}"))
        );
        match how {
            Some(how) => {
                breaks_and_mends(&stage, when, dice, |home, dice| damage(home, which, how, dice))
            }
            None => is_accepted(&stage, which, when, dice),
        }
    });
}

#[test]
#[ignore = "mounts disks: tests/faults mounted"]
fn an_empty_disk_over_the_archive_is_told_and_stops_writing() {
    // With the store gone too nothing is left that knows of an archive.
    let cases = [When::Running, When::BeforeStart];
    let order = order(cases.len());
    let stage = Stage::new("127.77.1.7", 104, SMALL);
    rounds("mounted", cases.len(), 1, |dice, round| {
        let when = cases[order[(round - 1) % order.len()]];
        println!("  {when:?}");
        breaks_and_mends(&stage, when, dice, |home, _| {
            let folder = home.path("data/archive");
            let names = files(home).into_iter().map(|(name, _)| name).collect();
            let below = content(&folder);
            let mount = Mount::memory(16, &folder);
            let mend = Box::new(move || {
                assert!(content(&folder).is_empty(), "nothing is written over the archive");
                drop(mount);
                assert!(content(&folder) == below, "nothing is written under it");
            });
            Broken { names, articles: None, path: None, mend }
        })
    });
}
