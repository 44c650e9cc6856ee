//! Pictures that a page shows to those alone who run no scripts, beside one that loads late.

use super::images;
use crate::extract::html::dom::{Node, Tree};
use crate::extract::html::visible::Hidden;
use crate::extract::rules::profile::Profile;

/// Bytes of what is shown without scripts that are parsed.
const LONGEST: usize = 8_000;
/// Nodes beside it in which a picture is looked for.
const NEAR: usize = 20;

/// The picture, with its alternative text, that is shown without scripts beside one that only a
/// script can load.
pub(crate) fn unscripted(
    node: Node<'_>,
    profile: &Profile,
    hidden: &Hidden,
) -> Option<(String, String)> {
    let text = node.first_child()?.text().filter(|text| text.len() <= LONGEST)?;
    let has_picture = text.as_bytes().windows(4).any(|w| w.eq_ignore_ascii_case(b"<img"));
    if !has_picture || !waits(node, profile) {
        return None;
    }
    let tree = Tree::parse_short(text)?;
    let mut pictures = tree.root().descendants().filter(|n| n.is(&["img"]) && !hidden.covers(*n));
    pictures.find_map(|n| {
        let alt = n.attr("alt").unwrap_or_default().trim().to_owned();
        Some((images::address(n, profile)?, alt))
    })
}

/// Whether a picture beside a node has no address yet.
fn waits(node: Node<'_>, profile: &Profile) -> bool {
    let before =
        std::iter::successors(node.prev_sibling(), Node::prev_sibling).find(|n| n.name().is_some());
    let after =
        std::iter::successors(node.next_sibling(), Node::next_sibling).find(|n| n.name().is_some());
    let pictures: Vec<Node<'_>> = [before, after]
        .into_iter()
        .flatten()
        .flat_map(|n| std::iter::once(n).chain(n.descendants().take(NEAR)))
        .filter(|n| n.is(&["img"]))
        .collect();
    !pictures.is_empty() && pictures.iter().all(|n| images::address(*n, profile).is_none())
}
