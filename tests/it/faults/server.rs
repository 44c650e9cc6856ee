//! The daemon of a suite: it need not be well, and what it logs and serves is looked at.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bantin::demo::Portal;
use rustix::process::{Pid, Signal};
use serde_json::Value;

use super::stage::{MINUTE, Stage, difference};
use crate::feeds::atom;
use crate::support::{Answer, Home, SITE, Tree, end, try_ask, within};

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
