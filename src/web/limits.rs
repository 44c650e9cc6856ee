//! What a client may cost.

use std::time::Duration;

/// What a client may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at one time; for a further one the idlest is closed.
    pub connections: usize,
    /// From the connection's start, or the last answer, to the whole head of the next request.
    pub head: Duration,
    /// How long writing may wait for a client that does not read.
    pub stall: Duration,
    /// A request later than this after the connection's start is its last; its answer must be taken
    /// within `stall`.
    pub life: Duration,
    /// How long answers under way may take after the shutdown began.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let minute = Duration::from_secs(60);
        Self {
            connections: 1024,
            head: Duration::from_secs(10),
            stall: minute,
            life: minute,
            grace: Duration::from_secs(5),
        }
    }
}
