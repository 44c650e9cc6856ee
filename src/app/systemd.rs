//! What systemd is told: readiness, stopping, and that the process still works (sd_notify(3)).

use std::sync::Arc;
use std::time::{Duration, Instant};

use sd_notify::NotifyState;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::domain::state::chain;
use crate::store::Store;

/// How much longer systemd waits each time that it is asked to, in microseconds.
const LONGER: u32 = 30_000_000;
/// Between two such askings: shorter than any timeout that is meant for a start.
const BEAT: Duration = Duration::from_secs(1);
/// A start that shows no progress for so long is left to its timeout.
const STILL: Duration = Duration::from_secs(600);

/// Tells systemd a state; without systemd nothing happens.
pub fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(error = %chain(&error), "systemd was not told");
    }
}

/// Tells systemd that the configuration is being read again, and since when (sd_notify(3)).
pub fn notify_reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify(&[NotifyState::Reloading, now]),
        Err(error) => tracing::debug!(error = %chain(&error), "the monotonic clock cannot be read"),
    }
}

/// A start that is under way: as long as it goes on systemd waits, hears what it is at, and takes
/// it for alive.
pub struct Starting {
    at: watch::Sender<String>,
    beat: JoinHandle<()>,
}

impl Starting {
    /// Begins.
    pub fn begin() -> Self {
        let (at, mut heard) = watch::channel("opening store and archive".to_owned());
        let beat = tokio::spawn(async move {
            let mut moved = Instant::now();
            let mut ticks = tokio::time::interval(BEAT);
            loop {
                ticks.tick().await;
                match heard.has_changed() {
                    Ok(true) => moved = Instant::now(),
                    Ok(false) => {}
                    Err(_) => return,
                }
                if moved.elapsed() < STILL {
                    let status = heard.borrow_and_update().clone();
                    notify(&[
                        NotifyState::ExtendTimeoutUsec(LONGER),
                        NotifyState::Status(&status),
                        NotifyState::Watchdog,
                    ]);
                }
            }
        });
        Self { at, beat }
    }

    /// Hears what the start is at.
    pub fn progress(&self) -> watch::Sender<String> {
        self.at.clone()
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        self.beat.abort();
    }
}

/// Pings the watchdog at half its interval for as long as the store answers.
pub async fn watch(store: Arc<dyn Store>) {
    let Some(interval) = sd_notify::watchdog_enabled() else { return };
    let mut ticks = tokio::time::interval((interval / 2).max(Duration::from_millis(100)));
    loop {
        ticks.tick().await;
        // Any answer is one: a disk that fails is a state and told as one, and no new start would
        // mend it.
        if let Err(error) = store.cursor().await {
            tracing::debug!(error = %chain(&error), "the store answers with a fault");
        }
        notify(&[NotifyState::Watchdog]);
    }
}
