//! A home for the program, the program itself, the portal it reads, and readers of feeds that are
//! not ours.

mod daemon;
mod http;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use bantin::demo::{Options, Portal};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub use daemon::{Daemon, end, lines};
pub use http::{Answer, ask, expanded, try_ask};

/// The id of the site that tests read.
pub const SITE: &str = "van-lam";
/// What feeds call themselves.
pub const PUBLIC: &str = "http://feeds.example.test/";
/// No condition takes longer, not on a slow machine either.
const DEADLINE: Duration = Duration::from_secs(60);

/// Where portals run: tests themselves block.
pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Waits for a condition.
pub fn until(what: &str, condition: impl FnMut() -> bool) {
    assert!(within(DEADLINE, condition), "not within {DEADLINE:?}: {what}");
}

/// Whether a condition comes to hold in that time; the one place that sleeps.
pub fn within(time: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + time;
    while !condition() {
        if Instant::now() >= end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

/// Lets so much time pass.
pub fn pass(time: Duration) {
    within(time, || false);
}

/// A portal of so many articles on 127.0.0.1.
pub fn portal(articles: usize) -> Portal {
    portal_at("127.0.0.1", Options { articles, ..Options::default() })
}

/// A portal on a loopback address of its own: to the program another host.
pub fn portal_at(ip: &str, options: Options) -> Portal {
    portal_on(&format!("{ip}:0"), options)
}

/// A portal on that address and port, such as one that another portal had before.
pub fn portal_on(address: &str, options: Options) -> Portal {
    RUNTIME.block_on(async {
        // The one before may be on its way out.
        let mut bound = None;
        until(&format!("{address} is free"), || {
            bound = std::net::TcpListener::bind(address).ok();
            bound.is_some()
        });
        let listener = bound.unwrap();
        listener.set_nonblocking(true).unwrap();
        Portal::start(tokio::net::TcpListener::from_std(listener).unwrap(), options).await
    })
}

/// Ends a portal, so that its port is free at once.
pub fn close(portal: Portal) {
    RUNTIME.block_on(portal.stop());
}

/// A site file with some of the portal's sections.
pub fn site_of(portal: &Portal, sections: &[&str], history: &str) -> String {
    let text = portal.site_toml("1h", history);
    let mut parts = text.split("\n[[sections]]\n");
    let head = parts.next().unwrap().to_owned();
    let wanted = |part: &&str| sections.iter().any(|id| part.contains(&format!("id = \"{id}\"\n")));
    parts.filter(wanted).fold(head, |text, part| format!("{text}\n[[sections]]\n{part}"))
}

/// A folder with a configuration and what the program makes of it.
pub struct Home {
    folder: PathBuf,
    _temporary: Option<TempDir>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

impl Ran {
    /// The result as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }
}

impl Home {
    /// A home whose `[fetch]` has these lines too.
    pub fn new(fetch: &str) -> Self {
        Self::within(TempDir::new().unwrap(), fetch)
    }

    /// The same in memory where there is such a folder: what others do to the disk costs no time
    /// there.
    pub fn in_memory(fetch: &str) -> Self {
        Self::within(memory(), fetch)
    }

    fn within(temporary: TempDir, fetch: &str) -> Self {
        let home = Self { folder: temporary.path().to_owned(), _temporary: Some(temporary) };
        home.settings(fetch);
        fs::create_dir(home.path("feeds")).unwrap();
        home
    }

    /// A home that reads a portal as `SITE`, all of its history, as fast as it can.
    pub fn of(portal: &Portal) -> Self {
        let home = Self::new(FAST);
        home.site(SITE, &portal.site_toml("1h", "all"));
        home
    }

    /// Writes bantin.toml.
    pub fn settings(&self, fetch: &str) {
        self.settings_at("127.0.0.1:0", fetch);
    }

    /// The same for a daemon that listens there.
    pub fn settings_at(&self, listen: &str, fetch: &str) {
        let text = format!(
            "[server]\nlisten = \"{listen}\"\npublic_url = \"{PUBLIC}\"\n\n[fetch]\n\
             contact = \"mailto:ops@example.org\"\n{fetch}\n"
        );
        fs::write(self.path("bantin.toml"), text).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a site file.
    pub fn site(&self, name: &str, text: &str) {
        fs::write(self.path(&format!("feeds/{name}.toml")), text).unwrap();
    }

    /// A home of its own with the same content.
    pub fn copy(&self) -> Self {
        self.copy_to(TempDir::new().unwrap())
    }

    /// The same in memory where there is such a folder.
    pub fn copy_in_memory(&self) -> Self {
        self.copy_to(memory())
    }

    fn copy_to(&self, temporary: TempDir) -> Self {
        copy(&self.folder, temporary.path());
        Self { folder: temporary.path().to_owned(), _temporary: Some(temporary) }
    }

    /// The program with this home's configuration and nothing of our surroundings.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.current_dir(&self.folder).arg("--config").arg(self.path("bantin.toml")).args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    /// `fetch --json` that must end well; its rows.
    pub fn fetch(&self) -> Value {
        let ran = self.run(&["fetch", "--json"]);
        assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
        ran.json()
    }

    /// What `publish` writes, by path.
    pub fn tree(&self) -> Tree {
        let folder = TempDir::new().unwrap();
        let ran = self.run(&["publish", folder.path().to_str().unwrap()]);
        assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
        self.read(folder.path().to_str().unwrap())
    }

    /// What stands in a static tree, without its manifest.
    pub fn read(&self, folder: &str) -> Tree {
        let mut tree = Tree::new();
        read_tree(&self.path(folder), "", &mut tree);
        assert!(tree.remove(".bantin-manifest.json").is_some());
        tree
    }

    /// Starts the daemon and waits until it serves.
    pub fn daemon(&self) -> Daemon {
        Daemon::by(self.command(&["run"]))
    }

    /// The same where a process may have so many descriptors.
    pub fn daemon_with(&self, descriptors: u64) -> Daemon {
        let daemon = self.command(&["run"]);
        let mut command = Command::new("/bin/sh");
        command
            .env_clear()
            .stdin(Stdio::null())
            .args(["-c", &format!("ulimit -n {descriptors}; exec \"$0\" \"$@\"")]);
        Daemon::by(
            command.arg(daemon.get_program()).args(daemon.get_args()).current_dir(&self.folder),
        )
    }
}

/// `[fetch]` without pauses.
pub const FAST: &str = "per_host_interval = \"0s\"\nallow_private = true";

fn memory() -> TempDir {
    TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap()
}

/// The program, with nothing of our surroundings: the one that was built with the tests, or the one
/// that BANTIN_BIN names.
pub fn program() -> Command {
    let named = std::env::var_os("BANTIN_BIN").filter(|path| !path.is_empty());
    let mut command = Command::new(named.unwrap_or_else(|| env!("CARGO_BIN_EXE_bantin").into()));
    command.env_clear().stdin(Stdio::null());
    command
}

/// Documents by path, such as `feeds/all.atom`.
pub type Tree = BTreeMap<String, Vec<u8>>;

fn read_tree(folder: &Path, below: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{below}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            read_tree(folder, &format!("{path}/"), tree);
        } else {
            tree.insert(path, fs::read(entry.path()).unwrap());
        }
    }
}

/// Copies folders and files, nothing else.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else if kind.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// A portal of 120 articles and a home that has read it; tests may look at both and copy the home,
/// never change them.
pub struct Sample {
    pub portal: Portal,
    pub home: Home,
    /// What `fetch --json` said.
    pub report: Value,
    /// What the portal was asked.
    pub log: Vec<bantin::demo::Request>,
    pub tree: Tree,
}

/// Read once a test process. Statics are not dropped: the folders of processes that are gone are
/// removed here.
pub static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for entry in fs::read_dir(root).unwrap().filter_map(Result::ok) {
        let name = entry.file_name().into_string().unwrap_or_default();
        if name.strip_prefix("sample-").is_some_and(|id| !Path::new("/proc").join(id).exists()) {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
    let home =
        Home { folder: root.join(format!("sample-{}", std::process::id())), _temporary: None };
    fs::create_dir_all(home.path("feeds")).unwrap();
    let portal = portal(120);
    home.settings(FAST);
    home.site(SITE, &portal.site_toml("1h", "all"));
    let report = home.fetch();
    let log = portal.log();
    let tree = home.tree();
    Sample { portal, home, report, log, tree }
});
