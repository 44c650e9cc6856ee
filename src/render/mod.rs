//! From a feed to the bytes that readers get: RSS, Atom, JSON Feed and OPML, one file a form.
//!
//! What comes out is well-formed for any input, the same bytes for the same feed, and holds absolute links only.
//! Never asks a clock, never orders, chooses or cleans entries: that was done before.

mod atom;
mod json;
mod media;
mod opml;
mod rss;
mod shown;
mod strict;
mod style;
#[cfg(test)]
mod tests;
mod xml;

pub use atom::atom;
pub use json::json;
pub use opml::{Outline, opml};
pub use rss::rss;
pub use strict::{Objection, objections};
pub use style::{STYLE, STYLE_PATH};

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
