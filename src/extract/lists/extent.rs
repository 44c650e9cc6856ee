//! What belongs to an item beside its own element: in a list without containers, date and lead are
//! siblings of the title.

use std::collections::{HashMap, HashSet};

use super::dated::looks_dated;
use crate::extract::html::dom::Node;
use crate::extract::html::visible::{self, Hidden};
use crate::text::blank;

/// Siblings that one item may have.
const MOST: usize = 20;

/// For each item's element, by key, the siblings that belong to it.
pub fn of<'a>(boxes: &[Node<'a>], hidden: &Hidden) -> HashMap<usize, Vec<Node<'a>>> {
    let mut extents = HashMap::new();
    let mut groups: HashMap<usize, Vec<Node<'a>>> = HashMap::new();
    for node in boxes {
        if let Some(parent) = node.parent() {
            groups.entry(parent.key()).or_default().push(*node);
        }
    }
    for group in groups.into_values().filter(|g| g.len() > 1) {
        share(&group, hidden, &mut extents);
    }
    extents
}

/// Divides what stands between items of one parent: after a title is its own, unless a date stands
/// before the first title.
fn share<'a>(group: &[Node<'a>], hidden: &Hidden, extents: &mut HashMap<usize, Vec<Node<'a>>>) {
    let Some(parent) = group.first().and_then(|n| n.parent()) else { return };
    let mut gaps: Vec<Vec<Node<'a>>> = vec![Vec::new()];
    let mut order = Vec::new();
    let items: HashSet<usize> = group.iter().map(Node::key).collect();
    for child in parent.children() {
        if items.contains(&child.key()) {
            order.push(child);
            gaps.push(Vec::new());
        } else if let Some(gap) = gaps.last_mut() {
            gap.push(child);
        }
    }
    let (Some(first), Some(last)) = (gaps.first().cloned(), gaps.last().cloned()) else { return };
    let between = gaps.get(1..order.len()).unwrap_or_default();
    let longest = between.iter().map(Vec::len).max().unwrap_or(0);
    if longest > MOST || between.iter().all(|gap| text(gap, hidden).is_empty()) {
        return;
    }
    let lead_in: Vec<Node<'a>> = first.iter().rev().take(longest).rev().copied().collect();
    // What follows the last item may be the pager: it has no more of its own than most others have.
    let mut lengths: Vec<usize> = between.iter().map(Vec::len).collect();
    lengths.sort_unstable();
    let usual = lengths.get(lengths.len() / 2).copied().unwrap_or(longest);
    let tail: Vec<Node<'a>> = last.iter().take(usual).copied().collect();
    let before = looks_dated(&text(&lead_in, hidden)) && !looks_dated(&text(&tail, hidden));
    for (n, node) in order.iter().enumerate() {
        let gap = match before {
            true if n == 0 => &lead_in,
            true => &gaps[n],
            false if n + 1 == order.len() => &tail,
            false => &gaps[n + 1],
        };
        extents.insert(node.key(), gap.clone());
    }
}

/// The text of several nodes, a line each; bare text between elements counts.
pub fn text(nodes: &[Node<'_>], hidden: &Hidden) -> String {
    let texts =
        nodes.iter().filter(|n| n.text().is_some() || !hidden.hides(**n)).map(|n| match n.text() {
            Some(text) => blank::settle(text),
            None => visible::cells(*n, hidden),
        });
    texts.filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n")
}
