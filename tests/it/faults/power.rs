//! A power cut at any moment: of what was not synced a random part is on the disk, in pieces, some
//! of it torn.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bantin::demo::Portal;
use tempfile::TempDir;

use super::seen::Seen;
use super::server::Server;
use super::stage::{MINUTE, SOON, Stage, live, outlives_its_store};
use super::{Dice, library, rounds};
use crate::support::{Home, pass, within};

/// So many cuts of one home.
const CHAIN: usize = 3;

/// A record of the journal; `power.c` says what its fields are.
#[derive(Debug)]
struct Record {
    kind: char,
    seq: u64,
    inode: u64,
    offset: u64,
    old: u64,
    new: u64,
    a: Vec<u8>,
    b: Vec<u8>,
}

/// Reads the journal; a record that was not written to its end was not followed by what it
/// announces.
fn records(journal: &Path) -> Vec<Record> {
    let bytes = fs::read(journal.join("log")).unwrap_or_default();
    let (mut rest, mut records) = (bytes.as_slice(), Vec::new());
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let head = std::str::from_utf8(&rest[..end]).unwrap();
        let (kind, numbers) = head.split_at(1);
        let n: Vec<u64> =
            numbers.split_whitespace().map(|number| number.parse().unwrap()).collect();
        let (long, more) = (usize::try_from(n[5]).unwrap(), usize::try_from(n[6]).unwrap());
        let Some(body) = rest[end + 1..].get(..long + more) else { break };
        let (a, b) = (body[..long].to_vec(), body[long..].to_vec());
        records.push(Record {
            kind: kind.chars().next().unwrap(),
            seq: n[0],
            inode: n[1],
            offset: n[2],
            old: n[3],
            new: n[4],
            a,
            b,
        });
        rest = &rest[end + 1 + long + more..];
    }
    records
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(std::str::from_utf8(bytes).unwrap())
}

/// What was done and not synced afterwards, oldest first.
fn unsynced(records: Vec<Record>) -> Vec<Record> {
    let mut open: Vec<Record> = Vec::new();
    for record in records {
        match record.kind {
            'S' => {
                open.retain(|done| !(matches!(done.kind, 'W' | 'T') && done.inode == record.inode))
            }
            'F' => {
                let folder = path(&record.a);
                let name = |done: &Record| path(if done.kind == 'R' { &done.b } else { &done.a });
                open.retain(|done| {
                    matches!(done.kind, 'W' | 'T') || name(done).parent() != Some(&folder)
                });
            }
            _ => open.push(record),
        }
    }
    open
}

/// The files below a folder, by inode, open for both ways.
fn files(folder: &Path, found: &mut BTreeMap<u64, File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = fs::symlink_metadata(&path).unwrap();
        if meta.is_dir() {
            files(&path, found);
        } else if meta.is_file() {
            found
                .insert(meta.ino(), OpenOptions::new().read(true).write(true).open(&path).unwrap());
        }
    }
}

/// A disk that keeps only what was synced, and by chance some of the rest.
struct Disk {
    root: PathBuf,
    journal: PathBuf,
}

impl Disk {
    fn of(home: &Home) -> Self {
        let disk = Self { root: home.path("data"), journal: home.path("power") };
        fs::create_dir_all(&disk.root).unwrap();
        fs::create_dir_all(&disk.journal).unwrap();
        Self {
            root: disk.root.canonicalize().unwrap(),
            journal: disk.journal.canonicalize().unwrap(),
        }
    }

    /// `stop`: the step of the armed program at which it ends.
    fn variables(&self, library: &Path, stop: u64) -> Vec<(&'static str, String)> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        vec![
            ("LD_PRELOAD", text(library)),
            ("POWER_ROOT", text(&self.root)),
            ("POWER_JOURNAL", text(&self.journal)),
            ("POWER_ARM", text(&self.journal.join("arm"))),
            ("POWER_STOP", stop.to_string()),
        ]
    }

    /// From now on the program's steps are counted.
    fn arm(&self) {
        fs::write(self.journal.join("arm"), "").unwrap();
    }

    /// The cut: all that is not synced is undone, newest first; then by chance some of it is done,
    /// in order. How much of how much.
    fn cut(&self, dice: &mut Dice) -> (usize, usize) {
        let open = unsynced(records(&self.journal));
        let mut handles = BTreeMap::new();
        files(&self.root, &mut handles);
        files(&self.journal, &mut handles);
        open.iter().rev().for_each(|record| self.undo(record, &handles));
        let quarters = dice.below(5);
        let done: Vec<&Record> = open.iter().filter(|_| dice.below(4) < quarters).collect();
        done.iter().for_each(|record| self.redo(record, &handles, dice));
        self.settle();
        (done.len(), open.len())
    }

    /// Forgets the journal: what is on the disk now stays.
    fn settle(&self) {
        fs::remove_dir_all(&self.journal).unwrap();
        fs::create_dir(&self.journal).unwrap();
    }

    /// Where a file or folder is kept that a record made or removed.
    fn aside(&self, record: &Record) -> PathBuf {
        self.journal.join(if matches!(record.kind, 'C' | 'D') {
            format!("made-{}", record.seq)
        } else {
            record.seq.to_string()
        })
    }

    fn undo(&self, record: &Record, handles: &BTreeMap<u64, File>) {
        match record.kind {
            'W' | 'T' => {
                // A file without a name, made and removed again, is nobody's.
                let Some(file) = handles.get(&record.inode) else { return };
                file.set_len(record.old.min(file.metadata().unwrap().len())).unwrap();
                let at = if record.kind == 'W' { record.offset } else { record.new };
                file.write_all_at(&record.a, at).unwrap();
                file.set_len(record.old).unwrap();
            }
            // What was announced may not have been done: the program was killed.
            'C' | 'D' => _ = fs::rename(path(&record.a), self.aside(record)),
            'R' => {
                let (from, to) = (path(&record.a), path(&record.b));
                if !from.exists() {
                    fs::rename(&to, &from).unwrap();
                    if record.offset == 1 {
                        fs::rename(self.aside(record), &to).unwrap();
                    }
                }
            }
            'U' => {
                if !path(&record.a).exists() {
                    fs::rename(self.aside(record), path(&record.a)).unwrap();
                }
            }
            'X' => fs::create_dir(path(&record.a)).unwrap(),
            other => panic!("{other} is no record"),
        }
    }

    /// What cannot be done any more, since what it rests on is not there, is not done.
    fn redo(&self, record: &Record, handles: &BTreeMap<u64, File>, dice: &mut Dice) {
        match record.kind {
            'W' => {
                let Some(file) = handles.get(&record.inode) else { return };
                let length =
                    if dice.one_in(4) { dice.index(record.b.len()) } else { record.b.len() };
                file.write_all_at(&record.b[..length], record.offset).unwrap();
            }
            'T' => _ = handles.get(&record.inode).map(|file| file.set_len(record.new).unwrap()),
            'C' | 'D' => _ = fs::rename(self.aside(record), path(&record.a)),
            'R' => _ = fs::rename(path(&record.a), path(&record.b)),
            'U' => _ = fs::remove_file(path(&record.a)),
            'X' => _ = fs::remove_dir(path(&record.a)),
            other => panic!("{other} is no record"),
        }
    }
}

/// Lets a daemon live for a while and then until its disk stops, which is to be soon.
fn until_its_end(
    server: &mut Server,
    disk: &Disk,
    seen: &mut Seen,
    dice: &mut Dice,
    portal: &Portal,
) {
    let (begun, lives) = (Instant::now(), Duration::from_millis(dice.below(1500)));
    while server.ended().is_none() && begun.elapsed() < lives + Duration::from_secs(3) {
        live(portal, dice);
        seen.look(server);
        if begun.elapsed() >= lives {
            disk.arm();
        }
        pass(Duration::from_millis(dice.below(300)));
    }
}

/// Stops a daemon, after which its store is not needed; what it logged.
fn end_well(server: Server, disk: &Disk, home: &Home) -> String {
    let log = server.stop();
    disk.settle();
    outlives_its_store(home);
    log
}

#[test]
fn nothing_that_was_served_is_gone_after_a_power_cut() {
    let compiled = TempDir::new().unwrap();
    let library = library(compiled.path(), "power");
    let (stage, new) = (Stage::new("127.77.1.5", 62, ""), Stage::unread("127.77.1.5", 62, ""));
    // A failed round ends its chain: the next one begins anew.
    let mut kept: Option<(Portal, Home, Seen)> = None;
    rounds("power", 60, CHAIN, |dice, round| {
        // Every other chain begins with a home that has read nothing.
        let stage = if ((round - 1) / CHAIN).is_multiple_of(2) { &stage } else { &new };
        let begins = (round - 1) % CHAIN == 0;
        let (portal, home, mut seen) = kept
            .take()
            .filter(|_| !begins)
            .unwrap_or_else(|| (stage.portal(), stage.home(), Seen::default()));
        let disk = Disk::of(&home);
        // A few steps are the middle of one save, many those of several visits.
        let stop = 1 + if dice.one_in(2) { dice.below(12) } else { dice.below(120) };
        let at_start = dice.one_in(4);
        if at_start {
            disk.arm();
        }
        let mut server = Server::start(&home, stage, &disk.variables(&library, stop));
        within(MINUTE, || server.ended().is_some() || server.get("/healthz").is_some());
        until_its_end(&mut server, &disk, &mut seen, dice, &portal);
        let ended = server.ended();
        assert!(matches!(ended, None | Some(-1)), "{ended:?}: {}", server.tail());
        server.kill();
        let (done, open) = disk.cut(dice);
        let mut server = Server::serving(&home, stage, &disk.variables(&library, 0));
        seen.check(&server.walk().expect("the walk is served"));
        let last = round % CHAIN == 0;
        if last || dice.one_in(3) {
            server.shows(&portal, SOON);
        }
        seen.look(&server);
        let log = if last {
            end_well(server, &disk, &home)
        } else {
            let log = server.kill();
            disk.cut(dice);
            log
        };
        assert!(!log.contains("panicked"), "{log}");
        let told = format!(
            "{} step {stop}, {done} of {open} unsynced steps are on the disk; {} seen",
            if at_start { "start," } else { "daemon," },
            seen.count()
        );
        if !last {
            kept = Some((portal, home, seen));
        }
        told
    });
}

#[test]
fn the_simulated_disk_forgets_what_was_not_synced() {
    let folder = TempDir::new().unwrap();
    let (root, journal) = (folder.path().join("data"), folder.path().join("power"));
    let disk = Disk { root: root.clone(), journal: journal.clone() };
    fs::create_dir(&root).unwrap();
    fs::create_dir(&journal).unwrap();
    let library = library(folder.path(), "power");
    let shell = |script: &str| {
        let mut sh = std::process::Command::new("sh");
        sh.current_dir(&root).args(["-c", script]).envs(disk.variables(&library, 0));
        assert!(sh.status().unwrap().success(), "{script}");
    };
    // The kept tools of every system: `sync FILE` is fsync, `dd` writes and `mv` renames.
    shell(
        "printf one > a; sync a .; printf two >> a; printf new > b; mv b c; rm -f a; mkdir d; \
         printf x > d/e",
    );
    let kinds: BTreeSet<char> =
        unsynced(records(&journal)).iter().map(|record| record.kind).collect();
    assert_eq!(kinds, "WCRUD".chars().collect(), "all of that is known");
    let open = unsynced(records(&journal));
    let mut handles = BTreeMap::new();
    files(&root, &mut handles);
    files(&journal, &mut handles);
    open.iter().rev().for_each(|record| disk.undo(record, &handles));
    assert_eq!(super::stage::content(&root), BTreeMap::from([("a".to_owned(), b"one".to_vec())]));
    // And done again it is as it was.
    let mut whole = Dice::of(1, 1);
    for record in &open {
        match record.kind {
            'W' => handles[&record.inode].write_all_at(&record.b, record.offset).unwrap(),
            _ => disk.redo(record, &handles, &mut whole),
        }
    }
    let names: Vec<String> = super::stage::content(&root).into_keys().collect();
    assert_eq!(names, ["c", "d/", "d/e"]);
    assert_eq!(fs::read(root.join("c")).unwrap(), b"new");
}
