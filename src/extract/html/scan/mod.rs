//! A page scanned once: its elements by where they begin and end, so that only what an article
//! needs becomes a tree.
//!
//! The scan follows the tree construction of the HTML standard with the elements that it calls
//! special, whose order on the stack broken formatting cannot change. What it promises
//! of an element:
//! - `loose`: removing the element leaves the parser's state unchanged.
//! - `clean`: the parser's state at its start is given by its ancestors alone.
//!
//! Where the scan cannot follow the markup the page is `Unsure`: better that than a wrong promise.

mod bytes;
mod open_elements;
mod outline;
pub(crate) mod tag_names;
mod tokenizer;
mod tree_builder;

use tag_names::Name;

pub(crate) use outline::Outline;
pub(crate) use tree_builder::{Part, grow};

/// Why a page is read whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsure(pub &'static str);

/// An index that stands for none.
pub(crate) const NONE: u32 = u32::MAX;

/// An element of the page's source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element {
    /// Its name.
    pub name: Name,
    /// The token that begins it.
    pub from: u32,
    /// The token behind it.
    pub to: u32,
    /// The element that it stands in.
    pub parent: u32,
    /// The value of its `id`, as written.
    pub id: Option<(u32, u32)>,
    /// Which of the probed attributes it has, one bit each.
    pub probes: u32,
    /// Whether a parser is in the same state before and behind it.
    pub loose: bool,
    /// Whether its place among its siblings is known.
    pub placed: bool,
    /// Whether what is open before it is known, formatting included.
    pub clean: bool,
    /// Whether the page's form is open before it, on the stack or not.
    pub in_form: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An element begins, or one without an end stands here whole.
    Start(u32),
    /// An element ends.
    End,
    /// A tag that has no effect on the tree.
    Mute,
    Comment,
    Text,
}

/// A token of the page's source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub from: u32,
    pub kind: Kind,
}
