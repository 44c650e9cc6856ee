//! Accepting connections without spinning: what lacks now, a descriptor or memory, mostly lacks a
//! moment later too.

use std::io::{self, ErrorKind};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::state::chain;

/// How long nothing is accepted after an error.
const PAUSE: Duration = Duration::from_millis(100);
/// How often a lasting error is logged.
const TOLD: Duration = Duration::from_secs(60);

/// What an accept loop does after errors: it pauses, and tells the first and then one a minute.
#[derive(Debug, Default)]
pub struct Backoff {
    told: Option<Instant>,
    untold: u64,
}

impl Backoff {
    /// Waits after an error of accept at the listener of that name. One that is the client's alone,
    /// who left at once, costs nothing; whether it was another.
    pub async fn after(&mut self, listener: &str, error: &io::Error) -> bool {
        if matches!(
            error.kind(),
            ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted
        ) {
            return false;
        }
        if let Some(untold) = self.tells(Instant::now()) {
            tracing::warn!(
                listener,
                error = %chain(error),
                untold,
                "connections are not accepted for now"
            );
        }
        tokio::time::sleep(PAUSE).await;
        true
    }

    /// Whether an error is logged now, and how many were left out since the last one.
    fn tells(&mut self, now: Instant) -> Option<u64> {
        if self.told.is_some_and(|told| now.duration_since(told) < TOLD) {
            self.untold += 1;
            return None;
        }
        self.told = Some(now);
        Some(std::mem::take(&mut self.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_error_pauses_unless_it_is_the_clients() {
        for (error, pauses) in [
            (io::Error::from_raw_os_error(24), true), // EMFILE
            (ErrorKind::OutOfMemory.into(), true),
            (ErrorKind::ConnectionAborted.into(), false),
        ] {
            let before = Instant::now();
            assert_eq!(Backoff::default().after("http", &error).await, pauses, "{error}");
            assert_eq!(before.elapsed() >= PAUSE, pauses, "{error}");
        }
    }

    #[test]
    fn errors_that_go_on_are_told_once_a_minute() {
        let (mut backoff, begin) = (Backoff::default(), Instant::now());
        let told: Vec<_> =
            (0..1300).filter_map(|tenth| backoff.tells(begin + PAUSE * tenth)).collect();
        assert_eq!(told, [0, 599, 599]);
    }
}
