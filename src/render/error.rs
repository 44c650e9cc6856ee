//! What may go wrong.

/// Why a feed could not be written: always ours to mend, since every input is to be writable.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The Atom writer refused.
    #[error("the Atom document could not be written")]
    Atom(#[from] atom_syndication::Error),
    /// The RSS writer refused.
    #[error("the RSS document could not be written")]
    Rss(#[from] ::rss::Error),
    /// The JSON writer refused.
    #[error("the JSON Feed document could not be written")]
    Json(#[from] serde_json::Error),
    /// An instant that RFC 3339 cannot write.
    #[error("the instant {0} has no RFC 3339 form")]
    Time(jiff::Timestamp),
}
