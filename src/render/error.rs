//! What may go wrong.

use super::shown;
use crate::domain::feed::{Entry, Feed};

/// A document, or an entry of it, that could not be written: always ours to mend, since every input
/// is to be writable.
#[derive(Debug, thiserror::Error)]
#[error("{what} could not be written: please report it, with the page's address")]
pub struct Error {
    /// The document, or the page whose entry it is.
    what: String,
    source: Fault,
}

impl Error {
    /// Names the document, of the form with that ending.
    pub(super) fn of(feed: &Feed, ending: &str, source: Fault) -> Self {
        Self { what: shown::address(feed, ending), source }
    }

    /// Names the entry by its page.
    pub(super) fn of_entry(entry: &Entry, ending: &str, source: Fault) -> Self {
        let url = &entry.record.article.url;
        Self { what: format!("the {ending} entry of {url}"), source }
    }
}

/// Why a writer refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The Atom writer refused.
    #[error(transparent)]
    Atom(#[from] atom_syndication::Error),
    /// The RSS writer refused.
    #[error(transparent)]
    Rss(#[from] ::rss::Error),
    /// The JSON writer refused.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// An instant that RFC 3339 cannot write.
    #[error("the instant {0} has no RFC 3339 form")]
    Time(jiff::Timestamp),
}
