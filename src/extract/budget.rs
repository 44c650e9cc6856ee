//! What a page may cost, and what it has cost so far.

use std::time::Duration;

use super::error::Error;
use crate::domain::Bound;

/// What a page may cost; genuine pages stay under a tenth of each.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nodes of the tree, detached ones included.
    pub nodes: usize,
    /// Elements inside one another: the parser is quadratic in them.
    pub depth: usize,
    /// Attributes of one element: the parser is quadratic in them too.
    pub attributes: usize,
    /// Items of a list.
    pub links: usize,
    /// CPU time of the page, from its bytes to its article.
    pub cpu: Duration,
    /// What measures it: the CPU time of the calling thread, whose zero does not matter.
    pub clock: fn() -> Duration,
}

impl Default for Limits {
    /// Without a clock, time has no bound.
    fn default() -> Self {
        Self {
            nodes: 200_000,
            depth: 512,
            attributes: 2_000,
            links: 2_000,
            cpu: Duration::from_secs(2),
            clock: || Duration::ZERO,
        }
    }
}

/// One page's account; it counts the thread that began it.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    pub(super) limits: Limits,
    began: Duration,
}

impl Budget {
    /// Begins an account.
    pub fn begin(limits: Limits) -> Self {
        Self { limits, began: (limits.clock)() }
    }

    /// Whether the page may cost more. A quarter of what it may is kept for what it costs until the
    /// next look.
    ///
    /// # Errors
    /// It may not.
    pub fn check(&self) -> Result<(), Error> {
        if (self.limits.clock)().saturating_sub(self.began) <= self.limits.cpu / 4 * 3 {
            return Ok(());
        }
        Err(Error::Bound {
            what: Bound::Cpu,
            limit: self.limits.cpu.as_millis().try_into().unwrap_or(usize::MAX),
        })
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::begin(Limits::default())
    }
}
