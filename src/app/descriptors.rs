//! Descriptors: a process may have so many; files, fetches and readers share them so that none
//! takes what another needs.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Kept for files of store and archive, listeners, the control socket, the log and the runtimes.
const OWN: usize = 36;
/// HTTP connections at most: each may cost some kilobytes.
const PLACES: usize = 1024;
/// No system lets a process have more.
const MOST: u64 = 1 << 20;

/// How many each may have open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Requests to sites in flight.
    pub fetches: usize,
    /// Connections to sites that are left open, and what look-ups need.
    pub idle: usize,
    /// HTTP connections.
    pub places: usize,
}

/// Raises the soft limit to the hard one: the soft one is low for the sake of programs that use
/// select(2).
pub fn raise() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = Some(maximum.unwrap_or(MOST));
    if current.is_some() && current < wanted {
        // What it was will do.
        setrlimit(Resource::Nofile, Rlimit { current: wanted, maximum }).ok();
    }
}

/// Shares what this process may have between so many fetches, or fewer, and readers.
pub fn share(fetches: usize) -> Share {
    divide(
        usize::try_from(getrlimit(Resource::Nofile).current.unwrap_or(MOST)).unwrap_or(usize::MAX),
        fetches,
    )
}

fn divide(limit: usize, fetches: usize) -> Share {
    let rest = limit.saturating_sub(OWN);
    let fetches = fetches.min(rest / 4).max(1);
    let places = PLACES.min(rest.saturating_sub(2 * fetches));
    Share { fetches, idle: rest.saturating_sub(fetches + places), places }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_share_of_any_limit() {
        for (limit, fetches, idle, places) in [
            (20_000, 64, 18_876, 1024),
            (1024, 64, 64, 860),
            (256, 55, 55, 110),
            (100, 16, 16, 32),
            (64, 7, 7, 14),
            (10, 1, 0, 0),
        ] {
            assert_eq!(divide(limit, 64), Share { fetches, idle, places }, "{limit}");
        }
        assert_eq!(divide(2000, 500).fetches, 491);
    }

    #[test]
    fn the_soft_limit_becomes_the_hard_one() {
        raise();
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        assert!(current == maximum || current == Some(MOST), "{current:?} {maximum:?}");
    }
}
