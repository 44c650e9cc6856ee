//! Logs by tracing, always to standard error or the journal that it leads to. A line has a kind,
//! its short message, and facts, its fields; journal, terminal and file get the same facts: the
//! journal and a terminal as a text (`line.rs`), the journal as fields too, all else as JSON.
//!
//! The names of facts are stable, one for one thing: `site.id` (the site), `section.id`,
//! `page.url`, `page.next_try` (when it is asked for again), `error` (why, the whole chain of
//! causes), `advice` (what to do), `state`, `since`, `file.path`, `file.name`, `file.line`,
//! `file.column`, `file.size_bytes`, `record.uri`, `record.place`, `feed.document`, `url.path`,
//! `address`, `public_url`, `bound`; counts bear the name of what is counted; `suppressed` counts
//! lines of the kind that were left out before this one.

mod floods;
mod journal;
mod line;
mod out;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, registry};

use floods::Floods;
pub use journal::is_ours as is_journal;
use line::Line;
use out::Out;

/// How long lines that were left out wait for the next of their kind, which tells of them.
const PATIENCE: Duration = Duration::from_secs(2);
/// Who tells of start, stop, settings and states: few lines by nature, of which none is left out.
const KEPT: [&str; 3] = ["bantin::app", "bantin::cli::run", "bantin::cli::setup"];
/// Who among them meets what others send.
const OUTER: &str = "bantin::app::control";

static LOG: OnceLock<Log> = OnceLock::new();

/// Starts logging at `level` (`info`, `warn` …); RUST_LOG overrides it. A second call does nothing.
pub fn start(level: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let log = LOG.get_or_init(|| Log {
        out: Out::standard(),
        began: Instant::now(),
        floods: Mutex::default(),
    });
    registry().with(filter).with(Tap(log)).try_init().ok();
}

/// Tells what was left out and not yet told: the program ends.
pub fn end() {
    if let Some(log) = LOG.get() {
        let owed = log.floods().owed();
        owed.into_iter().for_each(|line| log.out.write(&line));
    }
}

/// Where lines go, and how many.
struct Log {
    out: Out,
    began: Instant,
    floods: Mutex<Floods>,
}

impl Log {
    fn floods(&self) -> MutexGuard<'_, Floods> {
        self.floods.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&'static self, mut line: Line) {
        if is_kept(line.target) {
            return self.out.write(&line);
        }
        let mut floods = self.floods();
        if floods.admit(&mut line, self.began.elapsed()) {
            drop(floods);
            self.out.write(&line);
        } else if !std::mem::replace(&mut floods.watched, true) {
            // Where no thread can be had the next line of the kind tells.
            std::thread::Builder::new().name("log".to_owned()).spawn(|| self.watch()).ok();
        }
    }

    /// Tells what was left out of kinds of which no more lines come, until nothing is owed.
    fn watch(&self) {
        loop {
            std::thread::sleep(PATIENCE);
            let (late, watched) = self.floods().late(self.began.elapsed());
            late.into_iter().for_each(|line| self.out.write(&line));
            if !watched {
                return;
            }
        }
    }
}

fn is_kept(target: &str) -> bool {
    target != OUTER && KEPT.iter().any(|room| target.starts_with(room))
}

/// Hears all events.
struct Tap(&'static Log);

impl<S: Subscriber> Layer<S> for Tap {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.0.take(Line::of(event));
    }
}
