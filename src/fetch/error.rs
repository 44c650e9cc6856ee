//! Why a request brought no answer, and what may be done about it.

use jiff::Timestamp;

use crate::domain::Bound;

/// What went wrong.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// robots.txt forbids it.
    #[error("robots.txt forbids it")]
    Barred,
    /// robots.txt could not be read (5xx, unreachable): not now.
    #[error("robots.txt is unreachable, so nothing is asked for now: {0}")]
    RobotsUnreachable(String),
    /// The address guard refused it.
    #[error("the address is refused: {0}")]
    Refused(String),
    /// The host asked for a pause, or failed and is left alone, longer than the caller waits.
    #[error("the host is left alone until {until}")]
    Paused {
        /// When it may be asked again.
        until: Timestamp,
    },
    /// The total deadline passed.
    #[error("no whole answer within {0} s")]
    Timeout(u64),
    /// The connection failed or broke.
    #[error("the connection failed: {0}")]
    Connect(String),
    /// The answer is none, or its head does not read; the host is not at fault for long.
    #[error("no answer that reads as HTTP: {0}; curl -v shows it")]
    BadHead(String),
    /// A bound was passed: what, and the bound.
    #[error("over {limit} {what}")]
    Bound {
        /// What was too large.
        what: Bound,
        /// The bound.
        limit: usize,
    },
    /// The body does not match its coding or stated length.
    #[error("the body is broken: {0}; curl -v shows how it ends")]
    BadBody(String),
    /// Too many redirects, or one that leads nowhere.
    #[error("the redirect is not followed: {0}")]
    Redirect(String),
    /// The client cannot be made from these settings.
    #[error("requests cannot be made with these settings: {0}")]
    Setup(String),
}

impl Error {
    /// The bound that was hit, if that was it.
    pub fn bound(&self) -> Option<Bound> {
        match self {
            Error::Bound { what, .. } => Some(*what),
            Error::Timeout(_) => Some(Bound::Deadline),
            _ => None,
        }
    }

    /// Whether it may go away by itself: retry with back-off.
    pub fn is_transient(&self) -> bool {
        !matches!(self, Error::Barred | Error::Refused(_) | Error::Setup(_))
    }
}
