//! A portal that can begin again, a home that has read it, the daemon between them, and whether its
//! feed says what the portal says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bantin::demo::{Edit, Options, Portal, Truth};
use jiff::{SignedDuration, Timestamp};
use rustix::process::{Pid, Signal};
use serde_json::Value;

use super::Dice;
use crate::feeds::{Atom, atom, entries, walk};
use crate::support::{
    Answer, FAST, Home, PUBLIC, SITE, Tree, close, end, portal_on, try_ask, within,
};

/// What two visits and a slow machine take.
pub const SOON: Duration = Duration::from_secs(30);
/// How long a state may take to be told or left.
pub const MINUTE: Duration = Duration::from_secs(60);
/// What an added paragraph begins with.
const ADDED: &str = "Đoạn thêm lần";

/// Where the rounds of a suite take place.
pub struct Stage {
    options: Options,
    /// The portal's address and the daemon's: each round's are the same, so that a home can be
    /// copied.
    portal: String,
    pub listen: String,
    home: Home,
}

impl Stage {
    /// A portal of so many articles and a home that has read them all; `ip`: a loopback address
    /// that no other suite has.
    pub fn new(ip: &str, articles: usize, more: &str) -> Self {
        let stage = Self::unread(ip, articles, more);
        let portal = portal_on(&stage.portal, stage.options.clone());
        stage.home.fetch();
        close(portal);
        stage
    }

    /// The same with a home that has read nothing.
    pub fn unread(ip: &str, articles: usize, more: &str) -> Self {
        let free = || TcpListener::bind((ip, 0)).unwrap().local_addr().unwrap().to_string();
        let options =
            Options { articles, weight: 3, epoch: Timestamp::now(), ..Options::default() };
        let stage = Self { options, portal: free(), listen: free(), home: Home::in_memory(FAST) };
        stage.home.settings_at(&stage.listen, &format!("{FAST}\n{more}"));
        let portal = stage.portal();
        stage.home.site(SITE, &portal.site_toml("1s", "all"));
        close(portal);
        stage
    }

    /// The portal as it was at first.
    pub fn portal(&self) -> Portal {
        portal_on(&self.portal, self.options.clone())
    }

    /// A home of its own with what this one has.
    pub fn home(&self) -> Home {
        self.home.copy_in_memory()
    }
}

/// A section, by chance.
pub fn section(portal: &Portal, dice: &mut Dice) -> String {
    dice.pick(&portal.sections()).0.clone()
}

/// Gives an article that stands near the top of a list another title, as its teaser shows.
pub fn retitle(portal: &Portal, dice: &mut Dice) {
    let id = section(portal, dice);
    let numbers = portal.truth().section(&id).unwrap().numbers.clone();
    let number = numbers[dice.index(numbers.len().min(5))];
    let title = Some(format!("Nhan đề đã sửa, lần thứ {}", dice.below(1_000_000)));
    assert!(portal.edit(number, Edit { title, ..Edit::default() }));
}

/// Adds a paragraph to an article that is read again at every visit, if there is one.
pub fn append(portal: &Portal, dice: &mut Dice) -> bool {
    let young = Timestamp::now() - SignedDuration::from_mins(90);
    let minute = |published: bantin::domain::Published| {
        published.precision == bantin::domain::Precision::Minute && published.at > young
    };
    let numbers: Vec<u32> = portal
        .truth()
        .articles
        .iter()
        .filter(|told| told.published.is_some_and(minute))
        .map(|told| told.number)
        .collect();
    if numbers.is_empty() {
        return false;
    }
    let paragraph = Some(format!("{ADDED} {} vào cuối bài.", dice.below(1_000_000)));
    portal.edit(*dice.pick(&numbers), Edit { append: paragraph, ..Edit::default() })
}

/// Something happens at the portal: one or several new articles, or an edit.
pub fn live(portal: &Portal, dice: &mut Dice) {
    match dice.below(5) {
        0 => retitle(portal, dice),
        1 if append(portal, dice) => {}
        2 => _ = portal.publish_together(&section(portal, dice), 3),
        _ => _ = portal.publish(&section(portal, dice)).unwrap(),
    }
}

/// How what a walk shows differs from what the portal says: each article once, in its latest
/// version, nothing else.
pub fn difference(tree: &Tree, truth: &Truth) -> Option<String> {
    let shown = entries(&walk(tree));
    let told: BTreeMap<&str, _> =
        truth.articles.iter().map(|told| (told.urls[0].as_str(), told)).collect();
    let mut links = BTreeSet::new();
    for entry in &shown {
        let Some(told) = told.get(entry.link.as_str()) else {
            return Some(format!("{} is shown and not there", entry.link));
        };
        if !links.insert(entry.link.as_str()) {
            return Some(format!("{} is shown twice", entry.link));
        }
        if entry.title != told.title {
            return Some(format!(
                "{} is called `{}`, not `{}`",
                entry.link, entry.title, told.title
            ));
        }
        if let Some(added) = told.paragraphs.iter().rev().find(|text| text.starts_with(ADDED))
            && !entry.content.contains(added.as_str())
        {
            return Some(format!("{} lacks `{added}`", entry.link));
        }
    }
    let missing: Vec<_> = told.keys().filter(|link| !links.contains(*link)).collect();
    (!missing.is_empty())
        .then(|| format!("{} of {} are not shown: {missing:?}", missing.len(), told.len()))
}

/// The program's log lines that tell of trouble.
pub fn troubles(log: &str) -> Vec<&str> {
    let levels = ["\"level\":\"WARN\"", "\"level\":\"ERROR\""];
    log.lines()
        .filter(|line| levels.iter().any(|level| line.contains(level)) || !line.starts_with('{'))
        .collect()
}

/// A daemon that need not be well; dropped, it is killed.
pub struct Server {
    child: Child,
    at: String,
    log: Arc<Mutex<String>>,
}

impl Server {
    /// Starts the daemon with these variables.
    pub fn start(home: &Home, stage: &Stage, variables: &[(&str, String)]) -> Self {
        let mut command = home.command(&["run"]);
        command.envs(variables.iter().map(|(name, value)| (name, value.as_str())));
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (pipe, lines) = (child.stderr.take().unwrap(), log.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let mut log = lines.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        Self { child, at: stage.listen.clone(), log }
    }

    /// Starts it and waits until it answers.
    pub fn serving(home: &Home, stage: &Stage, variables: &[(&str, String)]) -> Self {
        let mut server = Self::start(home, stage, variables);
        server.serves(MINUTE);
        server
    }

    /// Waits until it answers.
    pub fn serves(&mut self, time: Duration) {
        let came = within(time, || self.ended().is_some() || self.get("/healthz").is_some());
        let ended = self.ended();
        assert!(came && ended.is_none(), "it serves; exit {ended:?}; log:\n{}", self.tail());
    }

    /// Its process.
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Its exit code, once it has one.
    pub fn ended(&mut self) -> Option<i32> {
        self.child.try_wait().unwrap().map(|status| status.code().unwrap_or(-1))
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// What of its log a person reads first: trouble, and how it ends.
    pub fn tail(&self) -> String {
        let log = self.log();
        let (troubles, lines) = (troubles(&log), log.lines().collect::<Vec<_>>());
        let last = |of: &[&str], count: usize| of[of.len().saturating_sub(count)..].join("\n");
        format!("{}\n…\n{}", last(&troubles, 8), last(&lines, 3))
    }

    /// An answer, if there is one.
    pub fn get(&self, path: &str) -> Option<Answer> {
        try_ask(&self.at, "GET", path, &[]).ok()
    }

    /// What `/healthz` says.
    pub fn health(&self) -> Value {
        self.get("/healthz")
            .and_then(|answer| serde_json::from_slice(&answer.body).ok())
            .unwrap_or_default()
    }

    /// The daemon's states. One that has no word for them is never well.
    pub fn states(&self) -> Option<Vec<Value>> {
        self.health()["states"].as_array().cloned()
    }

    /// Whether it is in a state of one of these kinds.
    pub fn is(&self, kinds: &[&str]) -> bool {
        self.states()
            .unwrap_or_default()
            .iter()
            .any(|state| kinds.iter().any(|kind| state["state"] == *kind))
    }

    /// Waits until it has ended a visit: what it asks a portal first, its robots.txt, is archived
    /// then.
    pub fn has_visited(&self) {
        let visits = || {
            self.get("/metrics")
                .and_then(|metrics| metrics.figure("bantin_visits_total"))
                .unwrap_or_default()
        };
        assert!(
            within(MINUTE, || visits() > 0),
            "no visit ends: {}\nlog:\n{}",
            self.health(),
            self.tail()
        );
    }

    /// Waits until it has no states.
    pub fn is_well(&self) {
        assert!(
            within(MINUTE, || self.states().is_some_and(|states| states.is_empty())),
            "states are left: {}",
            self.health()
        );
    }

    /// The documents of a walk, by path; nothing if one of them is not served.
    pub fn walk(&self) -> Option<Tree> {
        let mut tree = Tree::new();
        let mut path = format!("feeds/{SITE}.atom");
        loop {
            let answer = self.get(&format!("/{path}")).filter(|answer| answer.status == 200)?;
            let next = atom(&answer.body).path("prev-archive");
            tree.insert(path, answer.body);
            match next {
                Some(next) if !tree.contains_key(&next) => path = next,
                Some(_) => return None,
                None => return Some(tree),
            }
        }
    }

    /// Waits until the walk shows what the portal says; how long that took.
    pub fn shows(&mut self, portal: &Portal, time: Duration) -> Duration {
        let begun = Instant::now();
        let mut differs = None;
        let came = within(time, || {
            let tree = self.walk();
            differs = tree.map_or_else(
                || Some("a document of the walk is not served".to_owned()),
                |tree| difference(&tree, &portal.truth()),
            );
            differs.is_none() || self.ended().is_some()
        });
        let ended = self.ended();
        assert!(
            came && ended.is_none(),
            "not shown within {time:?} (exit {ended:?}): {}\n{}\nlog:\n{}",
            differs.unwrap_or_default(),
            self.health(),
            self.tail()
        );
        begun.elapsed()
    }

    /// kill -9; what it logged.
    pub fn kill(mut self) -> String {
        self.child.kill().ok();
        self.child.wait().unwrap();
        self.log()
    }

    /// SIGTERM, which it must obey.
    pub fn stop(mut self) -> String {
        assert_eq!(end(&mut self.child, Signal::TERM), Some(0), "{}", self.tail());
        self.log()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// All that was ever seen in a served feed: it must be there for ever.
#[derive(Default)]
pub struct Seen {
    /// By id, with the latest `updated`.
    entries: BTreeMap<String, String>,
    /// Final documents.
    finals: Tree,
}

impl Seen {
    /// Takes note of what is served now.
    pub fn look(&mut self, server: &Server) {
        let mut path = format!("feeds/{SITE}.atom");
        while let Some(answer) =
            server.get(&format!("/{path}")).filter(|answer| answer.status == 200)
        {
            let document = self.note(&path, &answer.body);
            match document.path("prev-archive") {
                // What is final was noted before.
                Some(next) if !self.finals.contains_key(&next) => path = next,
                _ => break,
            }
        }
    }

    fn note(&mut self, path: &str, body: &[u8]) -> Atom {
        let document = atom(body);
        for entry in &document.entries {
            let known = self.entries.entry(entry.id.clone()).or_default();
            if *known < entry.updated {
                known.clone_from(&entry.updated);
            }
        }
        if document.link("next-archive").is_some() {
            self.finals.insert(path.to_owned(), body.to_vec());
        }
        document
    }

    /// How many articles were seen.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// Fails if anything is gone, older than it was, or twice, or a final document is another.
    pub fn check(&self, tree: &Tree) {
        let shown = entries(&walk(tree));
        let by_id: BTreeMap<&str, _> =
            shown.iter().map(|entry| (entry.id.as_str(), entry)).collect();
        let links: BTreeSet<&str> = shown.iter().map(|entry| entry.link.as_str()).collect();
        assert_eq!(links.len(), shown.len(), "each article once");
        for (id, updated) in &self.entries {
            let entry =
                by_id.get(id.as_str()).unwrap_or_else(|| panic!("{id} was served and is gone"));
            assert!(
                entry.updated >= *updated,
                "{id} was served as of {updated} and is of {} again",
                entry.updated
            );
        }
        for (path, bytes) in &self.finals {
            assert!(tree.get(path) == Some(bytes), "{path} was final and is another");
        }
    }
}

/// Every document that a home publishes, before and after its store is deleted: the same bytes.
pub fn outlives_its_store(home: &Home) {
    let before = home.tree();
    fs::remove_dir_all(home.path("data/store")).unwrap();
    let after = home.tree();
    let other: Vec<_> = before
        .iter()
        .filter(|(path, bytes)| after.get(*path) != Some(bytes))
        .map(|(path, _)| path)
        .collect();
    assert!(
        other.is_empty() && before.len() == after.len(),
        "a store rebuilt from the archive gives others: {other:?}"
    );
    assert!(before.values().any(|bytes| String::from_utf8_lossy(bytes).contains(PUBLIC)));
}

/// The content of every file below a folder, by path.
pub fn content(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                tree.insert(format!("{name}/"), Vec::new());
                folders.push(path);
            } else {
                tree.insert(name, fs::read(path).unwrap_or_default());
            }
        }
    }
    tree
}
