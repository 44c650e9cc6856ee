//! Where a page's blocks begin and end, and what they are called, by its engine's rules.

use super::area::Area;
use super::name_in_tree;
use crate::domain::Role;
use crate::domain::engine::Nesting;
use crate::extract::html::dom::{Node, Step, Tree};
use crate::extract::rules::engine::Engine;
use crate::text::blank;

/// A page's blocks are no more than this; what follows is left out.
const MOST_BLOCKS: usize = 1_000;
/// An element with more children than this holds more than one block's frame.
const MOST_BESIDE: usize = 50;

/// The blocks of a page in reading order, named; empty if the engine's rules find none.
pub fn find<'a>(tree: &'a Tree, engine: &Engine) -> Vec<Area<'a>> {
    let mut areas = enclosed(tree, engine);
    name_in_tree::name(engine, tree, &mut areas);
    for area in &mut areas {
        area.aliases = name_in_tree::aliases(engine, tree, area);
    }
    areas
}

fn enclosed<'a>(tree: &'a Tree, engine: &Engine) -> Vec<Area<'a>> {
    let mut areas: Vec<Area<'a>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    tree.root().walk(|node, step| {
        if step == Step::Leave {
            open.pop_if(|at| areas[*at].node == node);
            return true;
        }
        if !engine.is_block(node) || areas.len() >= MOST_BLOCKS {
            return true;
        }
        if let Some(outer) = open.last() {
            if engine.nesting() == Nesting::Outermost || same_content(areas[*outer].node, node) {
                return true;
            }
            areas[*outer].holes.insert(node.key());
        }
        open.push(areas.len());
        areas.push(Area::new(node));
        true
    });
    if engine.nesting() == Nesting::Innermost {
        areas.retain(|a| a.holes.is_empty());
    }
    areas
}

/// Whether the inner element is all that the outer one holds: then both are the frame of one block.
fn same_content(outer: Node<'_>, inner: Node<'_>) -> bool {
    let mut at = inner;
    while at != outer {
        let Some(parent) = at.parent() else { return false };
        if parent.children().nth(MOST_BESIDE).is_some()
            || parent.children().any(|c| c != at && matters(c))
        {
            return false;
        }
        at = parent;
    }
    true
}

fn matters(node: Node<'_>) -> bool {
    match (node.name(), node.text()) {
        (_, Some(text)) => !blank::settle(text).is_empty(),
        (Some(_), _) => {
            std::iter::once(node).chain(node.descendants().take(MOST_BESIDE)).any(|n| {
                n.is(&["img", "input", "a"])
                    || n.text().is_some_and(|t| {
                        !blank::settle(t).is_empty()
                            && n.parent().is_none_or(|p| !p.is(&["script", "style"]))
                    })
            })
        }
        _ => false,
    }
}

/// Blocks of a page whose engine is not known: its landmarks, or else its whole body.
pub fn landmarks(tree: &Tree) -> Vec<Area<'_>> {
    const NAMES: [&str; 5] = ["header", "nav", "main", "aside", "footer"];
    let Some(body) = tree.root().descendants().find(|n| n.is(&["body"])) else { return Vec::new() };
    let mut areas = Vec::new();
    let mut whole = Area::new(body);
    body.walk(|node, step| {
        // The header of a section is no landmark of the page.
        let landmark = node.is(&NAMES)
            && !node.ancestors().any(|a| a.is(&["article", "section", "aside", "main", "nav"]));
        if step == Step::Enter && landmark && areas.len() < MOST_BLOCKS {
            let mut area = Area::new(node);
            if node.is(&["nav", "footer"]) || node.attr("role") == Some("navigation") {
                area.role = Role::Navigation;
            }
            areas.push(area);
            whole.holes.insert(node.key());
        }
        !landmark
    });
    areas.insert(0, whole);
    areas
}
