//! Elements that stand for something that is not their text: players, frames, pictures that only a
//! page without scripts shows, protected mail addresses.

use crate::domain::draft::Embedded;
use crate::extract::html::dom::Node;

/// What an element stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Special {
    /// Something that is played or shown in a frame.
    Embedded(Embedded),
    /// A picture: address and alternative text.
    Picture(String, String),
    /// A text that the page protects, with a link.
    Mail(String),
    /// A link to this address around what the element holds.
    Link(String),
}

/// Elements that play or show something else in a frame.
const PLAYERS: [&str; 5] = ["iframe", "video", "audio", "object", "embed"];

/// Whether an element of this name may stand for something else.
pub(crate) fn may_stand(name: &str) -> bool {
    matches!(name, "a" | "span" | "noscript") || PLAYERS.contains(&name) || name.contains('-')
}

/// Whether it plays or shows something else in a frame.
pub(crate) fn is_player(node: Node<'_>) -> bool {
    node.is(&PLAYERS)
}
