//! A page's tree as the rules of blocks see it, and its landmarks, which are blocks where no engine
//! is known.

use std::borrow::Cow;
use std::convert::Infallible;

use super::area::Area;
use super::elements::Elements;
use super::find::{self, MOST_BLOCKS};
use super::name::NameText;
use crate::domain::Role;
use crate::extract::html::dom::{Node, Step, Tree};
use crate::extract::rules::engine::{Engine, Shape};
use crate::text::blank;

/// An element with more children than this holds more than one block's frame.
const MOST_BESIDE: usize = 50;
/// Nodes below and beside an element that are looked at for a name.
const MOST_NODES: usize = 500;

/// A page's tree.
struct TreeView<'a>(&'a Tree<'a>);

/// The blocks of a page in reading order, named; empty if the engine's rules find none.
pub(crate) fn find<'a>(tree: &'a Tree<'a>, engine: &Engine) -> Vec<Area<'a>> {
    let Ok(blocks) = find::blocks(&TreeView(tree), engine);
    let area = |block: find::Block<Node<'a>>| Area {
        name: block.name,
        aliases: block.aliases,
        chrome: block.chrome,
        holes: block.left_out.iter().map(Node::key).collect(),
        ..Area::new(block.element)
    };
    blocks.into_iter().map(area).collect()
}

impl<'a> Elements for TreeView<'a> {
    type Element = Node<'a>;
    type Unsure = Infallible;

    fn shaped(&self, shapes: &[Shape]) -> Result<Vec<Node<'a>>, Infallible> {
        let fits = |n: &Node<'_>| shapes.iter().any(|s| s.fits(*n));
        Ok(self.0.root().descendants().filter(fits).collect())
    }

    fn fits(&self, shapes: &[Shape], node: Node<'a>) -> Result<bool, Infallible> {
        Ok(shapes.iter().any(|s| s.fits(node)))
    }

    fn parent(&self, node: Node<'a>) -> Option<Node<'a>> {
        node.parent()
    }

    fn stands_in(&self, node: Node<'a>, outer: Node<'a>) -> bool {
        node.ancestors().any(|n| n == outer)
    }

    fn is_all_of(&self, inner: Node<'a>, outer: Node<'a>) -> Result<bool, Infallible> {
        Ok(same_content(outer, inner))
    }

    fn inside(&self, node: Node<'a>) -> impl Iterator<Item = Node<'a>> {
        node.descendants().filter(|n| n.name().is_some())
    }

    fn can_leave_out(&self) -> Result<(), Infallible> {
        Ok(())
    }

    fn is_heading(&self, node: Node<'a>) -> bool {
        node.is(&["h1", "h2", "h3", "h4", "h5", "h6"])
    }

    fn attr(&self, node: Node<'a>, key: &str) -> Result<Option<Cow<'_, str>>, Infallible> {
        Ok(node.attr(key).map(Cow::Borrowed))
    }

    fn by_id(&self, id: &str) -> Result<Option<Node<'a>>, Infallible> {
        Ok(self.0.by_id(id))
    }

    fn written(&self, node: Node<'a>) -> Result<String, Infallible> {
        let texts = node
            .descendants()
            .take(MOST_NODES)
            .filter(|n| n.parent().is_none_or(|p| !p.is(&["script", "style"])));
        let mut name = NameText::new();
        texts.filter_map(|n| n.text()).for_each(|text| name.push(text));
        Ok(name.settled())
    }

    fn comments_beside(&self, node: Node<'a>) -> Result<Vec<Cow<'_, str>>, Infallible> {
        let blank =
            |n: &Node<'_>| n.comment().is_some() || n.text().is_some_and(|t| t.trim().is_empty());
        let before = std::iter::successors(node.prev_sibling(), |n| n.prev_sibling())
            .take_while(blank)
            .take(MOST_NODES);
        let beside = before.chain(node.children().take_while(blank));
        Ok(beside.filter_map(|n| n.comment()).map(Cow::Borrowed).collect())
    }

    fn comments_before_root(&self) -> Result<Vec<Cow<'_, str>>, Infallible> {
        Ok(self.0.comments_before_root().into_iter().map(Cow::Borrowed).collect())
    }
}

/// Whether the inner element is all that the outer one holds.
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
pub(crate) fn landmarks<'a>(tree: &'a Tree<'a>) -> Vec<Area<'a>> {
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
