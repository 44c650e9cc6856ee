//! The configuration read again while the daemon runs: by SIGHUP or `bantin reload`, one reading
//! after another.

use sd_notify::NotifyState;
use tokio::sync::{Notify, mpsc, oneshot};

use super::{Components, systemd};
use crate::config::{Changes, Loaded, Located};
use crate::domain::SiteId;
use crate::extract::Reader;
use crate::publish::Publisher;

/// Readings that may wait.
const WAITING: usize = 16;

/// What was changed, or every fault: then nothing was.
pub type Outcome = Result<Changes, Vec<Located>>;

/// Somebody wants the configuration read again, and may wait for what comes of it.
pub struct Request(pub Option<oneshot::Sender<Outcome>>);

/// Requests on their way; made before anything is opened, so that those that come early are kept.
pub struct Requests {
    /// For those who ask.
    pub ask: mpsc::Sender<Request>,
    /// For the daemon.
    pub asked: mpsc::Receiver<Request>,
}

impl Default for Requests {
    fn default() -> Self {
        let (ask, asked) = mpsc::channel(WAITING);
        Self { ask, asked }
    }
}

/// Reads all files again.
pub type Files = Box<dyn Fn() -> Result<(Loaded, Reader), Vec<Located>> + Send + Sync>;

/// What takes a changed configuration up.
pub struct Reload<'a> {
    /// What uses it.
    pub components: &'a Components,
    /// Forgets what documents say of sites.
    pub publisher: &'a Publisher,
    /// Told that there is another.
    pub reloaded: &'a Notify,
    /// Reads it.
    pub files: &'a Files,
}

impl Reload<'_> {
    /// Answers a request, and all that came with it, by one reading.
    pub async fn answer(&self, request: Request, others: &mut mpsc::Receiver<Request>) {
        let mut requests = vec![request];
        while let Ok(other) = others.try_recv() {
            requests.push(other);
        }
        let outcome = self.now();
        for who in requests.into_iter().filter_map(|Request(who)| who) {
            // Who asked may have gone.
            let _ = who.send(outcome.clone());
        }
    }

    /// Takes a changed configuration up; one with faults changes nothing.
    fn now(&self) -> Outcome {
        systemd::notify_reloading();
        let outcome = match (self.files)() {
            Ok((loaded, reader)) => {
                let changes = self.components.reload(loaded, reader);
                tell(&changes);
                self.publisher.forget();
                self.reloaded.notify_one();
                Ok(changes)
            }
            Err(faults) => {
                for fault in &faults {
                    let (file, why) = (fault.file.display(), &fault.fault.what);
                    tracing::error!(
                        file.path = %file,
                        file.line = fault.line,
                        file.column = fault.column,
                        error = why,
                        "the configuration has a fault; the old one stays"
                    );
                }
                Err(faults)
            }
        };
        systemd::notify(&[NotifyState::Ready]);
        outcome
    }
}

fn tell(changes: &Changes) {
    let list = |words: Vec<String>| Some(words.join(", ")).filter(|text| !text.is_empty());
    let sites = |ids: &[SiteId]| list(ids.iter().map(ToString::to_string).collect());
    let keys = |keys: &[&str]| list(keys.iter().map(ToString::to_string).collect());
    tracing::info!(
        sites.new = sites(&changes.new),
        sites.changed = sites(&changes.changed),
        sites.gone = sites(&changes.gone),
        profiles = list(changes.profiles.clone()),
        settings = keys(&changes.settings),
        "the configuration was read again"
    );
    if let Some(settings) = keys(&changes.restart) {
        tracing::warn!(settings, "changed settings need a new start");
    }
}

/// Asks the daemon of these requests, and waits for what comes of it; `None` if it ends first.
pub async fn ask(requests: &mpsc::Sender<Request>) -> Option<Outcome> {
    let (answer, wait) = oneshot::channel();
    requests.send(Request(Some(answer))).await.ok()?;
    wait.await.ok()
}
