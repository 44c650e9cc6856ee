//! Where a page's blocks begin and end, and what they are called, by its engine's rules.

use std::collections::HashSet;

use super::dom::{Node, Step, Tree};
use super::engine::Engine;
use super::roles::Roles;
use super::visible::{self, Hidden};
use crate::domain::Role;
use crate::domain::engine::Nesting;
use crate::text::blank;

/// A page's blocks are no more than this; what follows is left out.
const MOST_BLOCKS: usize = 1_000;
/// Bytes of text that a main part without blocks has at least.
const LEAST_MAIN: usize = 200;
/// An element with more children than this holds more than one block's frame.
const MOST_BESIDE: usize = 50;

/// One block in its tree.
#[derive(Clone, Debug)]
pub struct Area<'a> {
    /// Its name; may be empty.
    pub name: String,
    /// What else it is called.
    pub aliases: Vec<String>,
    /// Whether the engine's chrome gives the name, not a heading of the content.
    pub chrome: bool,
    /// What it is for; `Other` until the profile or its content says more.
    pub role: Role,
    /// The element.
    pub node: Node<'a>,
    /// Blocks inside it, which its own content goes without.
    pub holes: HashSet<usize>,
}

impl<'a> Area<'a> {
    /// A block without a name.
    pub fn new(node: Node<'a>) -> Self {
        Self { name: String::new(), aliases: Vec::new(), chrome: false, role: Role::Other, node, holes: HashSet::new() }
    }

    /// All that it is called, its name first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name).chain(&self.aliases).map(String::as_str)
    }

    /// Takes the role of the first of its names that has one; a heading in an article's block is the article's, no name.
    pub fn play(&mut self, roles: &Roles) {
        let Some((role, name)) = self.names().find_map(|n| Some((roles.role(n)?, n.to_owned()))) else { return };
        self.role = role;
        if !self.chrome && matches!(role, Role::Toolbar | Role::ViewData) {
            self.name = name;
        }
    }

    /// Goes through what is seen of it, hidden parts and inner blocks left out.
    pub fn walk(&self, hidden: &Hidden, mut visit: impl FnMut(Node<'a>, Step)) {
        self.node.walk(|n, step| {
            let own = n == self.node || !(self.holes.contains(&n.key()) || hidden.hides(n));
            if own {
                visit(n, step);
            }
            own
        });
    }

    /// Its visible text, lines divided by `\n`.
    pub fn text(&self, hidden: &Hidden) -> String {
        visible::text_without(self.node, hidden, &self.holes)
    }

    /// All elements that are seen of it, in document order.
    pub fn elements(&self, hidden: &Hidden) -> Vec<Node<'a>> {
        let mut out = Vec::new();
        self.walk(hidden, |n, step| {
            if step == Step::Enter && n.name().is_some() {
                out.push(n);
            }
        });
        out
    }
}

/// The blocks of a page in reading order, named; empty if the engine's rules find none.
pub fn find<'a>(tree: &'a Tree, engine: &Engine) -> Vec<Area<'a>> {
    let mut areas = enclosed(tree, engine);
    engine.name(tree, &mut areas);
    for area in &mut areas {
        area.aliases = engine.aliases(tree, area);
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
        if parent.children().nth(MOST_BESIDE).is_some() || parent.children().any(|c| c != at && matters(c)) {
            return false;
        }
        at = parent;
    }
    true
}

fn matters(node: Node<'_>) -> bool {
    match (node.name(), node.text()) {
        (_, Some(text)) => !blank::settle(text).is_empty(),
        (Some(_), _) => std::iter::once(node).chain(node.descendants().take(MOST_BESIDE)).any(|n| {
            n.is(&["img", "input", "a"])
                || n.text().is_some_and(|t| !blank::settle(t).is_empty() && n.parent().is_none_or(|p| !p.is(&["script", "style"])))
        }),
        _ => false,
    }
}

/// The parts of a page's frame that say what a block stands in.
#[derive(Debug, Default)]
pub struct Frame {
    main: HashSet<usize>,
    menus: HashSet<usize>,
}

impl Frame {
    /// What the engine's data and the elements themselves say.
    pub fn of(tree: &Tree, engine: Option<&Engine>, areas: &[Area<'_>]) -> Self {
        let mut frame = Self::default();
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
            if node.is(&["main"]) || node.attr("role") == Some("main") || engine.is_some_and(|e| e.is_main(node)) {
                if filled(node) {
                    frame.main.insert(node.key());
                }
            } else if node.is(&["nav"]) || node.attr("role") == Some("navigation") || engine.is_some_and(|e| e.is_navigation(node)) {
                frame.menus.insert(node.key());
            }
        }
        frame
    }

    /// Whether the frame says where the main part is.
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
    !keys.is_empty() && std::iter::once(node).chain(node.ancestors()).any(|n| keys.contains(&n.key()))
}

/// Blocks of a page whose engine is not known: its landmarks, or else its whole body.
pub fn landmarks(tree: &Tree) -> Vec<Area<'_>> {
    const NAMES: [&str; 5] = ["header", "nav", "main", "aside", "footer"];
    let Some(body) = tree.root().descendants().find(|n| n.is(&["body"])) else { return Vec::new() };
    let mut areas = Vec::new();
    let mut whole = Area::new(body);
    body.walk(|node, step| {
        // The header of a section is no landmark of the page.
        let landmark = node.is(&NAMES) && !node.ancestors().any(|a| a.is(&["article", "section", "aside", "main", "nav"]));
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
