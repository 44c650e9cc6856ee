//! What of a page is its main part, and what its menus.

use std::collections::HashSet;

use super::area::Area;
use crate::extract::html::dom::{Node, Tree};
use crate::extract::rules::engine::Engine;

/// Bytes of text that a main part without blocks has at least.
const LEAST_MAIN: usize = 200;

/// The parts of a page's regions that say what a block stands in.
#[derive(Debug, Default)]
pub struct Regions {
    main: HashSet<usize>,
    menus: HashSet<usize>,
}

impl Regions {
    /// What the engine's data and the elements themselves say.
    pub fn of(tree: &Tree<'_>, engine: Option<&Engine>, areas: &[Area<'_>]) -> Self {
        let mut regions = Self::default();
        let blocks: HashSet<usize> = areas.iter().map(|a| a.node.key()).collect();
        // Broken markup closes a main part before its content: then it says nothing.
        let filled = |main: Node<'_>| {
            let mut letters = 0;
            main.descendants().any(|n| {
                letters += n.text().map_or(0, |t| t.trim().len());
                letters >= LEAST_MAIN || blocks.contains(&n.key())
            })
        };
        for node in tree.root().descendants().filter(|n| n.name().is_some()) {
            if node.is(&["main"])
                || node.attr("role") == Some("main")
                || engine.is_some_and(|e| e.is_main(node))
            {
                if filled(node) {
                    regions.main.insert(node.key());
                }
            } else if node.is(&["nav"])
                || node.attr("role") == Some("navigation")
                || engine.is_some_and(|e| e.is_navigation(node))
            {
                regions.menus.insert(node.key());
            }
        }
        regions
    }

    /// Whether the regions says where the main part is.
    pub fn has_main(&self) -> bool {
        !self.main.is_empty()
    }
    /// Whether a node is the main part or stands in it.
    pub fn in_main(&self, node: Node<'_>) -> bool {
        within(&self.main, node)
    }
    /// Whether a node itself is a menu.
    pub fn is_menu(&self, node: Node<'_>) -> bool {
        self.menus.contains(&node.key())
    }
    /// Whether a node is a menu or stands in one.
    pub fn in_menu(&self, node: Node<'_>) -> bool {
        within(&self.menus, node)
    }
    /// Whether a node itself is a main part.
    pub fn is_main(&self, node: Node<'_>) -> bool {
        self.main.contains(&node.key())
    }
}

fn within(keys: &HashSet<usize>, node: Node<'_>) -> bool {
    !keys.is_empty()
        && std::iter::once(node).chain(node.ancestors()).any(|n| keys.contains(&n.key()))
}
