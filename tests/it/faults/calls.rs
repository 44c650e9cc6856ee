//! System calls on the archive and the store that fail, once or eight times, at any moment of the
//! program's life.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use bantin::demo::Portal;
use tempfile::TempDir;

use super::server::{Server, troubles};
use super::stage::{SOON, Stage, difference, live, outlives_its_store};
use super::{Dice, library, rounds};
use crate::support::{Home, Ran, pass, within};

const ARCHIVE: &str = "/data/archive";
const STORE: &str = "/data/store";
/// Which calls on which folder, and which of them at the latest.
const CALLS: [(&str, &str, u64); 17] = [
    ("write", ARCHIVE, 30),
    ("write", ARCHIVE, 8),
    ("fdatasync", ARCHIVE, 6),
    ("fdatasync", ARCHIVE, 3),
    ("fsync", ARCHIVE, 2),
    ("open", ARCHIVE, 3),
    ("read", ARCHIVE, 6),
    ("pread", ARCHIVE, 3),
    ("ftruncate", ARCHIVE, 2),
    ("rename", ARCHIVE, 2),
    ("open", STORE, 8),
    ("read", STORE, 4),
    ("pread", STORE, 30),
    ("pwrite", STORE, 20),
    ("fdatasync", STORE, 4),
    ("fsync", STORE, 4),
    ("sync_file_range", STORE, 8),
];
/// Those of the end of names, which only some starts come to.
const NAMES: [(&str, &str, u64); 3] =
    [("rename", STORE, 3), ("unlink", STORE, 3), ("unlink", ARCHIVE, 2)];
/// Number and text of the errors.
const ERRORS: [(i32, &str); 3] =
    [(28, "No space left on device"), (5, "Input/output error"), (13, "Permission denied")];

/// When calls fail.
#[derive(Clone, Copy, Debug)]
enum Moment {
    FirstFetch,
    Running,
    Recovery,
    Rebuild,
}

/// Calls that fail.
struct Trouble {
    folder: TempDir,
    library: PathBuf,
    call: &'static str,
    path: &'static str,
    error: (i32, &'static str),
    at: u64,
    count: usize,
}

impl Trouble {
    fn draw(dice: &mut Dice, library: PathBuf) -> Self {
        let (call, path, latest) =
            *if dice.one_in(12) { dice.pick(&NAMES) } else { dice.pick(&CALLS) };
        let (error, at, count) =
            (*dice.pick(&ERRORS), 1 + dice.below(latest), if dice.one_in(2) { 1 } else { 8 });
        Self { folder: TempDir::new().unwrap(), library, call, path, error, at, count }
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let file = |name: &str| self.folder.path().join(name).to_string_lossy().into_owned();
        vec![
            ("LD_PRELOAD", self.library.to_string_lossy().into_owned()),
            ("FAIL_CALL", self.call.to_owned()),
            ("FAIL_PATH", self.path.to_owned()),
            ("FAIL_ERRNO", self.error.0.to_string()),
            ("FAIL_AT", self.at.to_string()),
            ("FAIL_COUNT", self.count.to_string()),
            ("FAIL_ARM", file("arm")),
            ("FAIL_LOG", file("failed")),
        ]
    }

    fn arm(&self) {
        fs::write(self.folder.path().join("arm"), "").unwrap();
    }

    fn end(&self) {
        fs::remove_file(self.folder.path().join("arm")).unwrap();
    }

    /// How many calls have failed.
    fn failed(&self) -> usize {
        fs::read_to_string(self.folder.path().join("failed")).map_or(0, |text| text.lines().count())
    }

    fn spent(&self) -> bool {
        self.failed() >= self.count
    }

    /// Whoever tells of trouble says what the system said, and of which path. `told`: log, and what
    /// `/healthz` said.
    fn was_said(&self, told: &str, well: bool) {
        let lines = troubles(told);
        assert!(!told.contains("panicked"), "it panicked:\n{}", lines.join("\n"));
        // sled tells no cause of what it could not read at opening: for it these bytes are damaged.
        let damaged =
            |line: &str| self.call.ends_with("read") && line.contains("the store cannot be read");
        let says = |line: &&&str| {
            (line.contains(self.error.1) || damaged(line)) && line.contains(self.path)
        };
        if self.failed() == 0 || (well && lines.is_empty()) {
            return;
        }
        assert!(
            lines.iter().any(|line| says(&line)),
            "nothing says `{}` and a path of {}:\n{}",
            self.error.1,
            self.path,
            lines.join("\n")
        );
    }
}

fn first_fetch(home: &Home, portal: &Portal, trouble: &Trouble) {
    trouble.arm();
    let first: Ran = home.command(&["fetch"]).envs(trouble.variables()).output().unwrap().into();
    trouble.end();
    trouble.was_said(&first.err, first.code == 0);
    let second = home.run(&["fetch"]);
    assert_eq!(
        second.code, 0,
        "the second fetch: {}{}\nafter the first: {}",
        second.out, second.err, first.err
    );
    let differs = difference(&home.tree(), &portal.truth());
    assert!(
        differs.is_none(),
        "{}\nthe first fetch said: {}",
        differs.unwrap_or_default(),
        first.err
    );
    outlives_its_store(home);
}

/// What happens meanwhile, and how the daemon stands it.
fn stands(mut server: Server, portal: &Portal, dice: &mut Dice, trouble: &Trouble) -> Duration {
    let mut health = String::new();
    let mut look = |server: &Server| {
        let now = server.health();
        if now["states"].as_array().is_some_and(|states| !states.is_empty())
            || now["status"] == "degraded"
        {
            // A line of its own, read as lines of the log are.
            health.push_str(&format!("healthz {now}\n"));
        }
        trouble.spent()
    };
    for _ in 0..2 {
        live(portal, dice);
        if within(Duration::from_millis(800), || look(&server)) {
            break;
        }
    }
    // Calls that fail a visit at a time take longer.
    if trouble.failed() > 0 {
        within(Duration::from_secs(3), || look(&server));
    }
    trouble.end();
    live(portal, dice);
    let took = server.shows(portal, SOON);
    if trouble.failed() > 0 {
        // What is over is told as over.
        let over = within(SOON, || server.states().is_none_or(|states| states.is_empty()));
        assert!(over, "its states stay: {}", server.health());
    }
    let log = server.stop();
    trouble.was_said(&format!("{log}{health}"), health.is_empty());
    took
}

#[test]
fn failing_system_calls_are_told_and_recovered_from() {
    let compiled = TempDir::new().unwrap();
    let library = library(compiled.path(), "shim");
    let (small, stage) = (Stage::unread("127.77.1.1", 14, ""), Stage::new("127.77.1.1", 62, ""));
    rounds("calls", 500, 1, |dice, _| {
        let moment =
            *dice.pick(&[Moment::FirstFetch, Moment::Running, Moment::Recovery, Moment::Rebuild]);
        let trouble = Trouble::draw(dice, library.clone());
        let told = format!(
            "{moment:?}: {} of {} {}, {} times from the {}.",
            trouble.call, trouble.path, trouble.error.1, trouble.count, trouble.at
        );
        println!("  {told}");
        let took = match moment {
            Moment::FirstFetch => {
                let (portal, home) = (small.portal(), small.home());
                first_fetch(&home, &portal, &trouble);
                Duration::ZERO
            }
            Moment::Running => {
                let (portal, home) = (stage.portal(), stage.home());
                let server = Server::serving(&home, &stage, &trouble.variables());
                trouble.arm();
                stands(server, &portal, dice, &trouble)
            }
            Moment::Recovery | Moment::Rebuild => {
                let (portal, home) = (stage.portal(), stage.home());
                for _ in 0..3 {
                    live(&portal, dice);
                }
                // Killed in the middle of what it reads: records wait for the store.
                let mut child = home
                    .command(&["fetch"])
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap();
                let asked = 4 + dice.index(8);
                within(Duration::from_secs(5), || portal.log().len() >= asked);
                pass(Duration::from_millis(dice.below(60)));
                child.kill().unwrap();
                child.wait().unwrap();
                if matches!(moment, Moment::Rebuild) {
                    fs::remove_dir_all(home.path("data/store")).unwrap();
                }
                trouble.arm();
                let server = Server::start(&home, &stage, &trouble.variables());
                stands(server, &portal, dice, &trouble)
            }
        };
        format!("{} failed, shown after {:.1} s", trouble.failed(), took.as_secs_f32())
    });
}
