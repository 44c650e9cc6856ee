//! From a feed to the bytes that readers get: RSS, Atom, JSON Feed and OPML, one file a form.
//!
//! What comes out is well-formed for any input, the same bytes for the same feed, and holds
//! absolute links only. Never asks a clock, never orders, chooses or cleans entries: that was done
//! before.

mod atom;
mod error;
mod json;
mod media;
mod opml;
mod piece;
mod rss;
mod shown;
mod strict;
mod style;
#[cfg(test)]
mod tests;
mod xml;

pub use error::Error;
pub use opml::{Outline, opml};
pub use piece::{Frame, Piece, Uses};
pub use strict::{Objection, objections};
pub use style::{STYLE, STYLE_PATH};

use crate::domain::feed::{Entry, Feed};

/// Counts what documents look like: a change of a byte for the same feed is a new number.
pub const RENDERER: u32 = 1;

/// The form of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// RSS 2.0.
    Rss,
    /// Atom.
    Atom,
    /// JSON Feed 1.1.
    Json,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// What addresses of such documents end in, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
        }
    }
}

/// What stands round the entries of `feed`. Of its entries only the tombstones are read.
///
/// # Errors
/// When a writer refuses, which no input makes it do but an instant beyond RFC 3339.
pub fn frame(feed: &Feed, form: Form, uses: Uses) -> Result<Frame, Error> {
    let frame = match form {
        Form::Rss => rss::frame(feed, uses),
        Form::Atom => atom::frame(feed),
        Form::Json => json::frame(feed),
    };
    frame.map_err(|fault| Error::of(feed, form.ending(), fault))
}

/// An entry of `feed` that stands; `is_first` of them or not. Of the feed its scope, language and
/// public URL are read.
///
/// # Errors
/// As for [`frame`].
pub fn piece(feed: &Feed, entry: &Entry, form: Form, is_first: bool) -> Result<Piece, Error> {
    let plain = |bytes| (bytes, Uses::default());
    let written = match form {
        Form::Rss => rss::piece(feed, entry),
        Form::Atom => atom::piece(feed, entry).map(plain),
        Form::Json => json::piece(entry, is_first).map(plain),
    };
    let (bytes, uses) = written.map_err(|fault| Error::of_entry(entry, form.ending(), fault))?;
    Ok(Piece { bytes, uses })
}

/// The whole document.
///
/// # Errors
/// As for [`frame`].
pub fn document(feed: &Feed, form: Form) -> Result<Vec<u8>, Error> {
    let pieces: Vec<Piece> = shown::live(feed)
        .enumerate()
        .map(|(at, entry)| piece(feed, entry, form, at == 0))
        .collect::<Result<_, _>>()?;
    let frame =
        frame(feed, form, pieces.iter().fold(Uses::default(), |uses, piece| uses.and(piece.uses)))?;
    let size = pieces.iter().map(|piece| piece.bytes.len()).sum::<usize>()
        + frame.head.len()
        + frame.foot.len();
    let mut out = Vec::with_capacity(size);
    out.extend(frame.head);
    pieces.iter().for_each(|piece| out.extend_from_slice(&piece.bytes));
    out.extend(frame.foot);
    Ok(out)
}
