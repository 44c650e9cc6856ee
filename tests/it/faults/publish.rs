//! kill -9 at any moment of publishing, and whatever becomes of packed forms and sheets meanwhile:
//! documents come out right by themselves.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bantin::demo::{Portal, Withdrawal};
use bantin::domain::feed::Scope;
use bantin::publish::cache::{Coding, Disk, Packed, Parcel, whole};
use bantin::store::Store;
use bantin::store::sled::{PACKED, Sled};

use super::bodies::{Bodies, CODINGS};
use super::server::Server;
use super::stage::{Stage, live, section};
use super::{Dice, rounds};
use crate::support::{Home, RUNTIME, Tree, pass};

/// So many deaths of one home.
const CHAIN: usize = 10;
/// Readers while articles come in.
const READERS: usize = 3;
/// How long a daemon lives at most, in milliseconds.
const LIFE: u64 = 2500;

/// What becomes of the view of the documents while nobody looks.
#[derive(Clone, Copy, Debug)]
enum Damage {
    /// Nothing.
    None,
    /// The packed forms are deleted.
    Deleted,
    /// Each packed form has a flipped byte.
    Flipped,
    /// Each packed form is cut.
    Cut,
    /// Sheets and packed forms are those of an older renderer.
    Older,
    /// No packed form can be written, as on a full disk, until they are deleted.
    Barred,
}

/// In the order of the rounds, so that few rounds see most of them.
const DAMAGES: [Damage; 6] =
    [Damage::None, Damage::Deleted, Damage::Flipped, Damage::Cut, Damage::Older, Damage::Barred];

#[test]
fn lost_or_damaged_cached_documents_are_made_anew() {
    let stage = Stage::new("127.77.1.9", 104, "");
    let paths: Vec<String> = stage.home().tree().into_keys().collect();
    // A failed round ends its chain: the next one begins anew.
    let mut kept: Option<(Portal, Home, Bodies)> = None;
    rounds("publish", 50, CHAIN, |dice, round| {
        let begins = (round - 1) % CHAIN == 0;
        let (portal, home, bodies) = kept
            .take()
            .filter(|_| !begins)
            .unwrap_or_else(|| (stage.portal(), stage.home(), Bodies::default()));
        let lives = dies_at_work(&stage, (&portal, &home), &paths, &bodies, dice);
        let right = made_anew(&home);
        let damage = DAMAGES[round % DAMAGES.len()];
        harm(&home, damage, dice);
        // Nothing comes in: what is served at once is what is right.
        portal.hold(true);
        let mut server = Server::serving(&home, &stage, &[]);
        are_right(&stage, &bodies, &right, dice);
        assert_eq!(server.ended(), None, "{}", server.tail());
        let log = if dice.one_in(2) { server.kill() } else { server.stop() };
        assert!(!log.contains("panicked"), "{log}");
        portal.hold(false);
        let told = format!(
            "{lives:?}, then {damage:?}; {} documents, {} tags",
            right.len(),
            bodies.count()
        );
        if round % CHAIN != 0 {
            kept = Some((portal, home, bodies));
        }
        told
    });
}

/// A daemon that is killed while articles come in and readers ask in whatever coding; how long it
/// lived.
fn dies_at_work(
    stage: &Stage,
    (portal, home): (&Portal, &Home),
    paths: &[String],
    bodies: &Bodies,
    dice: &mut Dice,
) -> Duration {
    let lives = Duration::from_millis(dice.below(LIFE));
    let harmed =
        dice.one_in(2).then(|| *dice.pick(&[Damage::Deleted, Damage::Flipped, Damage::Cut]));
    thread::scope(|scope| {
        // Dropped here whatever happens: readers end with it.
        let mut server = Server::serving(home, stage, &[]);
        for _ in 0..READERS {
            let mut dice = Dice::of(dice.next(), 0);
            let mut read = move || {
                bodies.read(
                    &stage.listen,
                    &paths[dice.index(paths.len())],
                    CODINGS[dice.index(CODINGS.len())],
                )
            };
            scope.spawn(move || while read().is_ok() {});
        }
        let begun = Instant::now();
        while begun.elapsed() < lives {
            change(portal, dice);
            pass(Duration::from_millis(dice.below(200)));
        }
        if let Some(damage) = harmed {
            harm(home, damage, dice);
            pass(Duration::from_millis(dice.below(1000)));
        }
        assert_eq!(server.ended(), None, "{}", server.tail());
        let log = server.kill();
        assert!(!log.contains("panicked"), "{log}");
    });
    lives
}

/// Something happens at the portal: to what is new, to where an article stands, to whether it is
/// there.
fn change(portal: &Portal, dice: &mut Dice) {
    let oldest = |dice: &mut Dice| {
        portal
            .truth()
            .section(&section(portal, dice))
            .and_then(|listed| listed.numbers.last().copied())
    };
    match dice.below(8) {
        0 => _ = oldest(dice).map(|number| portal.withdraw(number, Withdrawal::Gone)),
        1 => _ = oldest(dice).map(|number| portal.duplicate(number, &section(portal, dice), true)),
        _ => live(portal, dice),
    }
}

/// Every document as a store gives it that is made anew from the archive.
fn made_anew(home: &Home) -> Tree {
    let copy = home.copy_in_memory();
    fs::remove_dir_all(copy.path("data/store")).unwrap();
    copy.tree()
}

/// Every document is served as it should be, in every coding.
fn are_right(stage: &Stage, bodies: &Bodies, right: &Tree, dice: &mut Dice) {
    let mut wrong = BTreeSet::new();
    for (path, bytes) in right {
        for coding in dice.shuffled(CODINGS.len()).into_iter().map(|at| CODINGS[at]) {
            if bodies.read(&stage.listen, path, coding).unwrap().as_ref() != Some(bytes) {
                wrong.insert((path, coding));
            }
        }
    }
    assert!(wrong.is_empty(), "not what the archive gives: {wrong:?}");
}

/// Does a damage to what is kept of documents.
fn harm(home: &Home, damage: Damage, dice: &mut Dice) {
    let folder = home.path("data/store").join(PACKED);
    match damage {
        Damage::None => {}
        Damage::Deleted => _ = fs::remove_dir_all(folder),
        Damage::Flipped => packed(&folder).for_each(|(file, mut bytes)| {
            let at = dice.index(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
            fs::write(file, bytes).ok();
        }),
        Damage::Cut => packed(&folder)
            .for_each(|(file, bytes)| _ = fs::write(file, &bytes[..dice.index(bytes.len())]).ok()),
        Damage::Barred => packed(&folder).for_each(|(file, _)| {
            fs::remove_file(&file).unwrap();
            fs::create_dir(file).unwrap();
        }),
        Damage::Older => RUNTIME.block_on(age(home)),
    }
}

/// The packed forms with their bytes; a daemon may put others in their places meanwhile.
fn packed(folder: &Path) -> impl Iterator<Item = (PathBuf, Vec<u8>)> {
    let files: BTreeSet<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    let bytes = |file: PathBuf| {
        fs::read(&file).ok().filter(|bytes| !bytes.is_empty()).map(|bytes| (file, bytes))
    };
    files.into_iter().filter_map(bytes)
}

/// Makes sheets and packed forms those of a renderer that wrote all documents otherwise, and else
/// as they are now.
async fn age(home: &Home) {
    let documents = home.tree();
    let folder = home.path("data/store");
    let (store, disk) = (Sled::open(&folder).unwrap(), Disk::new(folder.join(PACKED), 1 << 30));
    let older = "what an older renderer wrote ".repeat(100).into_bytes();
    let mut sheets = Vec::new();
    for path in documents.keys() {
        let Some(sheet) = store.look(path, &Scope::All, None).await.unwrap().sheet else {
            continue;
        };
        let mut sheet = Arc::unwrap_or_clone(sheet);
        sheet.digest[0] ^= 1;
        sheet.head.clone_from(&older);
        // What is made of no entries has no context: its bytes are compared.
        if sheet.context != 0 {
            sheet.context ^= 1;
        }
        for piece in sheet.lines.iter_mut().filter_map(|line| line.piece.as_mut()) {
            piece.context ^= 1;
            piece.digest[0] ^= 1;
            piece.crc ^= 1;
            piece.length += 1;
        }
        for coding in [Coding::Gzip, Coding::Brotli, Coding::Zstd] {
            disk.write(
                path,
                coding,
                sheet.digest,
                &Packed { bytes: whole(&older, coding).unwrap(), parcel: Parcel::default() },
            );
        }
        sheets.push((path.clone(), Arc::new(sheet)));
    }
    assert!(
        sheets.len() * 4 > documents.len() * 3,
        "all but final documents and pages have sheets: {} of {}",
        sheets.len(),
        documents.len()
    );
    store.set_sheets(sheets).await.unwrap();
}
