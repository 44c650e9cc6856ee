//! What systemd is told: readiness, stopping, and that the process still works (sd_notify(3)).

use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;

use crate::domain::state::chain;
use crate::store::Store;

/// How much longer systemd waits each time that it is asked to, in microseconds.
const LONGER: u32 = 30_000_000;

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
        Err(error) => tracing::debug!(error = %chain(&error), "the monotonic clock does not read"),
    }
}

/// Asks systemd to wait longer for a start or an end that goes on, and says what it is at.
pub fn extend(status: &str) {
    notify(&[NotifyState::ExtendTimeoutUsec(LONGER), NotifyState::Status(status)]);
}

/// Pings the watchdog at half its interval for as long as the store answers.
pub async fn watch(store: Arc<dyn Store>) {
    let Some(interval) = sd_notify::watchdog_enabled() else { return };
    let mut ticks = tokio::time::interval((interval / 2).max(Duration::from_millis(100)));
    loop {
        ticks.tick().await;
        // Any answer is one: a disk that fails is a state and told as one, and no new start would mend it.
        if let Err(error) = store.cursor().await {
            tracing::debug!(error = %chain(&error), "the store answers with a fault");
        }
        notify(&[NotifyState::Watchdog]);
    }
}
