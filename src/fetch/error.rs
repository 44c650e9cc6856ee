//! Why a request brought no answer, and what may be done about it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::Bound;
use crate::net;

/// What went wrong.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// robots.txt forbids it.
    #[error("robots.txt forbids it")]
    Barred,
    /// robots.txt could not be read (5xx, unreachable): not now.
    #[error("robots.txt is unreachable, so nothing is asked for now")]
    RobotsUnreachable(#[source] Cause),
    /// The address guard refused it.
    #[error("the address is refused")]
    Refused(#[source] net::Error),
    /// The host asked for a pause, or failed and is left alone, longer than the caller waits.
    #[error("{host} is left alone until {until}: {}", why_paused(*failures))]
    Paused {
        /// The host and its port.
        host: String,
        /// When it may be asked again.
        until: Timestamp,
        /// How often in a row it failed; 0: it asked for the pause.
        failures: u32,
    },
    /// The total deadline passed.
    #[error("no whole answer within {0} s (`fetch.timeout`)")]
    Timeout(u64),
    /// The connection failed or broke.
    #[error("the connection failed")]
    Connect(#[source] Cause),
    /// The answer is none, or its head cannot be read; the host is not at fault for long.
    #[error("the answer cannot be read as HTTP (curl -v shows it)")]
    BadHead(#[source] Cause),
    /// A bound was passed: what, and the bound.
    #[error("over {limit} {what}: raise `{}` if the site is to be trusted", what.setting())]
    Bound {
        /// What was too large.
        what: Bound,
        /// The bound.
        limit: usize,
    },
    /// The body does not match its coding or stated length.
    #[error("the body is broken (curl -v shows how it ends)")]
    BadBody(#[source] Cause),
    /// Too many redirects, or one that leads nowhere.
    #[error("the redirect is not followed")]
    Redirect(#[source] Cause),
    /// The client cannot be made from these settings.
    #[error("requests cannot be made with these settings")]
    Setup(#[source] Cause),
}

/// Why a host is left alone.
fn why_paused(failures: u32) -> String {
    match failures {
        0 => "it asked for that (Retry-After)".to_owned(),
        n => format!("it failed {n} times in a row"),
    }
}

/// What lies under a failure.
#[derive(Clone, Debug)]
pub struct Cause {
    error: Arc<dyn std::error::Error + Send + Sync>,
    /// Whether it says itself and then its causes; otherwise it says the innermost cause alone.
    told_whole: bool,
}

impl Cause {
    /// An error of a library, of whose causes the innermost says most, or a text of ours.
    pub(super) fn of(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { error: Arc::from(error.into()), told_whole: false }
    }

    /// An error of ours: it says itself, and then its causes.
    pub(super) fn whole(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { error: Arc::new(error), told_whole: true }
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut told: &dyn std::error::Error = &*self.error;
        while let Some(cause) = told.source().filter(|_| !self.told_whole) {
            told = cause;
        }
        std::fmt::Display::fmt(told, f)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source().filter(|_| self.told_whole)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::state::chain;

    #[test]
    fn each_failure_says_why_and_what_to_do() {
        let until = "2026-01-02T03:04:05Z".parse().unwrap();
        let paused = |failures| Error::Paused { host: "a.example:443".into(), until, failures };
        let inner = net::Error::NotPublic { host: "a.example".into(), ip: [10, 0, 0, 1].into() };
        let refused = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let cause = Arc::new(std::io::Error::other("Name or service not known"));
        let lookup = net::Error::Lookup { host: "a.example".into(), cause };
        let told = [
            Error::Barred,
            Error::RobotsUnreachable(Cause::of("it answers 503")),
            Error::RobotsUnreachable(Cause::whole(Error::Connect(Cause::of("reset")))),
            Error::Connect(Cause::whole(lookup)),
            Error::Refused(inner),
            paused(0),
            paused(3),
            Error::Timeout(20),
            Error::Connect(Cause::of(refused())),
            Error::BadHead(Cause::of("it begins with `SSH`")),
            Error::Bound { what: Bound::Body, limit: 8 << 20 },
            Error::Bound { what: Bound::Redirects, limit: 5 },
            Error::BadBody(Cause::of("it ends before its last chunk")),
            Error::Redirect(Cause::of("it leads to itself")),
            Error::Setup(Cause::of("no TLS")),
        ];
        insta::assert_snapshot!(told.each_ref().map(|error| chain(error)).join("\n"), @r"
        robots.txt forbids it
        robots.txt is unreachable, so nothing is asked for now: it answers 503
        robots.txt is unreachable, so nothing is asked for now: the connection failed: reset
        the connection failed: a.example does not resolve: Name or service not known
        the address is refused: a.example is at 10.0.0.1, which is not a public address
        a.example:443 is left alone until 2026-01-02T03:04:05Z: it asked for that (Retry-After)
        a.example:443 is left alone until 2026-01-02T03:04:05Z: it failed 3 times in a row
        no whole answer within 20 s (`fetch.timeout`)
        the connection failed: connection refused
        the answer cannot be read as HTTP (curl -v shows it): it begins with `SSH`
        over 8388608 bytes of the body: raise `fetch.body_limit` if the site is to be trusted
        over 5 redirects: raise `fetch.redirects` if the site is to be trusted
        the body is broken (curl -v shows how it ends): it ends before its last chunk
        the redirect is not followed: it leads to itself
        requests cannot be made with these settings: no TLS
        ");
    }

    #[test]
    fn a_cause_says_what_its_innermost_cause_says() {
        let inner = std::io::Error::other(std::io::Error::from_raw_os_error(111));
        let cause = Cause::of(std::io::Error::other(inner));
        assert!(cause.to_string().starts_with("Connection refused"), "{cause}");
    }
}
