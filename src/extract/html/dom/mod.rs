//! The tree of a page: parsed within bounds, or built where its markup leaves a parser nothing to
//! mend. No other room names the parser's crates.

mod arena;
mod fragment;
mod parse;
mod reference;
mod selector;

use std::collections::HashMap;
use std::sync::OnceLock;

use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Html};

pub(crate) use arena::{Arena, Kind, Piece};
pub use reference::{decoded, reference, references_to};
pub use selector::Selector;

/// A page's tree, or some of its elements, each a root.
#[derive(Debug)]
pub struct Tree<'s>(Grown<'s>);

#[derive(Debug)]
enum Grown<'s> {
    /// With its ids, once one is asked for.
    Parsed(Html, OnceLock<HashMap<String, NodeId>>),
    Built(Arena<'s>),
}

impl<'s> Tree<'s> {
    /// A tree that was built. Its nodes match no selectors.
    pub(crate) fn built(arena: Arena<'s>) -> Self {
        Self(Grown::Built(arena))
    }

    /// The document itself: parent of the doctype, of comments before it and of the `html` element,
    /// or of each root.
    pub fn root(&self) -> Node<'_> {
        Node(match &self.0 {
            Grown::Parsed(html, _) => At::Parsed(html.tree.root()),
            Grown::Built(arena) => At::Built(arena, 0),
        })
    }

    /// The first element of that id.
    pub fn by_id(&self, id: &str) -> Option<Node<'_>> {
        match &self.0 {
            Grown::Parsed(html, ids) => {
                let node = ids.get_or_init(|| ids_of(html)).get(id)?;
                html.tree.get(*node).map(|node| Node(At::Parsed(node)))
            }
            Grown::Built(_) => self.root().descendants().find(|n| n.attr("id") == Some(id)),
        }
    }

    /// The comments that stand before the `html` element.
    pub fn comments_before_root(&self) -> Vec<&str> {
        self.root()
            .children()
            .take_while(|n| n.name().is_none())
            .filter_map(|n| n.comment())
            .collect()
    }
}

fn ids_of(html: &Html) -> HashMap<String, NodeId> {
    let mut ids = HashMap::new();
    for node in html.tree.root().descendants() {
        if let Some(id) = node.value().as_element().and_then(|e| e.id()) {
            ids.entry(id.to_owned()).or_insert(node.id());
        }
    }
    ids
}

/// A node of a tree; cheap to copy.
#[derive(Clone, Copy)]
pub struct Node<'a>(At<'a>);

#[derive(Clone, Copy)]
enum At<'a> {
    Parsed(NodeRef<'a, scraper::Node>),
    Built(&'a Arena<'a>, u32),
}

/// The two moments at which `Node::walk` calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Before a node's children; what the call gives says whether they are walked.
    Enter,
    /// After them.
    Leave,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (At::Parsed(a), At::Parsed(b)) => a == b,
            (At::Built(a, n), At::Built(b, m)) => n == m && std::ptr::eq(a, b),
            _ => false,
        }
    }
}

impl<'a> Node<'a> {
    /// An element's local name; parsers lower-case it.
    pub fn name(&self) -> Option<&'a str> {
        match self.0 {
            At::Parsed(node) => node.value().as_element().map(|e| e.name()),
            At::Built(arena, n) => arena.own(n, Kind::Element),
        }
    }
    /// Whether it is an element of one of these names.
    pub fn is(&self, names: &[&str]) -> bool {
        self.name().is_some_and(|n| names.contains(&n))
    }
    /// A text node's text.
    pub fn text(&self) -> Option<&'a str> {
        match self.0 {
            At::Parsed(node) => node.value().as_text().map(|t| &**t),
            At::Built(arena, n) => arena.own(n, Kind::Text),
        }
    }
    /// A comment's text.
    pub fn comment(&self) -> Option<&'a str> {
        match self.0 {
            At::Parsed(node) => node.value().as_comment().map(|c| &**c),
            At::Built(arena, n) => arena.own(n, Kind::Comment),
        }
    }
    /// An attribute's value; names are lower-case.
    pub fn attr(&self, name: &str) -> Option<&'a str> {
        match self.0 {
            At::Parsed(node) => {
                node.value().as_element()?.attrs().find(|(k, _)| *k == name).map(|(_, v)| v)
            }
            At::Built(arena, n) => arena.attr(n, name),
        }
    }
    /// All attributes, in no order.
    pub fn attrs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let (parsed, built) = match self.0 {
            At::Parsed(node) => (node.value().as_element(), None),
            At::Built(arena, n) => (None, Some(arena.attrs(n))),
        };
        parsed.into_iter().flat_map(|e| e.attrs()).chain(built.into_iter().flatten())
    }
    /// Its first child.
    pub fn first_child(&self) -> Option<Node<'a>> {
        self.to(|node| node.first_child(), Arena::first_child)
    }
    /// What it stands in.
    pub fn parent(&self) -> Option<Node<'a>> {
        self.to(|node| node.parent(), Arena::parent)
    }
    /// The node after it in its parent.
    pub fn next_sibling(&self) -> Option<Node<'a>> {
        self.to(|node| node.next_sibling(), Arena::next_sibling)
    }
    /// The node before it in its parent.
    pub fn prev_sibling(&self) -> Option<Node<'a>> {
        self.to(|node| node.prev_sibling(), Arena::prev_sibling)
    }
    fn to(
        self,
        parsed: impl Fn(NodeRef<'a, scraper::Node>) -> Option<NodeRef<'a, scraper::Node>>,
        built: impl Fn(&Arena<'a>, u32) -> Option<u32>,
    ) -> Option<Node<'a>> {
        Some(Node(match self.0 {
            At::Parsed(node) => At::Parsed(parsed(node)?),
            At::Built(arena, n) => At::Built(arena, built(arena, n)?),
        }))
    }
    /// The children, text and comments included.
    pub fn children(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        std::iter::successors(self.first_child(), Node::next_sibling)
    }
    /// All below it in document order, itself left out.
    pub fn descendants(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let own = *self;
        std::iter::successors(own.first_child(), move |at| {
            at.first_child().or_else(|| at.behind(own))
        })
    }
    /// The first node behind all of it, below `root`.
    fn behind(&self, root: Node<'a>) -> Option<Node<'a>> {
        let mut at = *self;
        while at != root {
            if let Some(next) = at.next_sibling() {
                return Some(next);
            }
            at = at.parent()?;
        }
        None
    }
    /// Its ancestors, the nearest first, itself left out; the last is the document.
    pub fn ancestors(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        std::iter::successors(self.parent(), Node::parent)
    }
    /// Whether `other` is this node or stands inside it.
    pub fn contains(&self, other: Node<'a>) -> bool {
        *self == other || other.ancestors().any(|a| a == *self)
    }
    /// The elements below it that match, in document order.
    pub fn select(&self, selector: &Selector) -> Vec<Node<'a>> {
        self.descendants().filter(|n| n.matches(selector)).collect()
    }
    /// Whether it is an element that matches.
    pub fn matches(&self, selector: &Selector) -> bool {
        match self.0 {
            At::Parsed(node) => ElementRef::wrap(node).is_some_and(|e| selector.matches(e)),
            At::Built(..) => false,
        }
    }
    /// What tells it from every other node of its tree.
    pub fn key(&self) -> usize {
        match self.0 {
            At::Parsed(node) => std::ptr::from_ref(node.value()) as usize,
            At::Built(arena, n) => arena.key(n),
        }
    }
    /// Goes through it and all below without recursion; `visit` says at `Enter` whether to go into
    /// a node.
    pub fn walk(&self, mut visit: impl FnMut(Node<'a>, Step) -> bool) {
        let mut at = *self;
        loop {
            if visit(at, Step::Enter)
                && let Some(child) = at.first_child()
            {
                at = child;
                continue;
            }
            visit(at, Step::Leave);
            loop {
                if at == *self {
                    return;
                }
                if let Some(next) = at.next_sibling() {
                    at = next;
                    break;
                }
                let Some(parent) = at.parent() else { return };
                at = parent;
                visit(at, Step::Leave);
            }
        }
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.name(), self.text()) {
            (Some(name), _) => {
                write!(f, "<{name} id={:?} class={:?}>", self.attr("id"), self.attr("class"))
            }
            (_, Some(text)) => write!(f, "{text:?}"),
            _ => f.write_str("(node)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Bound;
    use crate::extract::budget::{Budget, Limits};
    use crate::extract::error::Error;

    fn bound(html: &str) -> Option<Bound> {
        match Tree::parse(html, &Budget::default()) {
            Err(Error::Bound { what, .. }) => Some(what),
            _ => None,
        }
    }

    #[test]
    fn hostile_pages_end_at_a_bound() {
        let fonts: String = (0..8_000).map(|n| format!("<p><font color={n}>")).collect();
        let attributes: String = (0..2_001).map(|n| format!(" a{n}=1")).collect();
        for (bounds, html) in [
            (&[Bound::Depth][..], "<div>".repeat(200_000)),
            (&[Bound::Depth], format!("<table>{}", "<div>".repeat(200_000))),
            (&[Bound::Depth, Bound::Nodes], "<b>".repeat(200_000)),
            (&[Bound::Depth, Bound::Nodes], fonts),
            (&[Bound::Nodes], "<p>x".repeat(150_000)),
            (&[Bound::Attributes], format!("<p{attributes}>")),
            (&[Bound::Attributes], format!("<p{}", attributes.repeat(9))),
        ] {
            let got = bound(&html);
            assert!(got.is_some_and(|got| bounds.contains(&got)), "{bounds:?}: {got:?}");
        }
        assert_eq!(bound(&"<p>đủ</p>".repeat(30_000)), None);
    }

    #[test]
    fn time_is_counted_by_the_clock_that_is_given() {
        fn slow() -> std::time::Duration {
            use std::sync::atomic::{AtomicU64, Ordering};
            static CALLS: AtomicU64 = AtomicU64::new(0);
            std::time::Duration::from_millis(300 * CALLS.fetch_add(1, Ordering::Relaxed))
        }
        let budget = Budget::begin(Limits { clock: slow, ..Limits::default() });
        let page = format!("<p>{}", "x".repeat(300 << 10));
        assert_eq!(
            Tree::parse(&page, &budget).unwrap_err(),
            Error::Bound { what: Bound::Cpu, limit: 2000 }
        );
        assert!(Tree::parse(&page, &Budget::default()).is_ok());
    }

    #[test]
    fn a_tree_is_walked_and_searched() {
        let tree = Tree::parse(
            "<!-- a --><!doctype html><div ID=x WebPartID=1>một <b>hai</b></div><p id=x>",
            &Budget::default(),
        )
        .unwrap();
        assert_eq!(tree.comments_before_root(), [" a "]);
        let div = tree.by_id("x").unwrap();
        assert_eq!((div.name(), div.attr("webpartid")), (Some("div"), Some("1")));
        assert_eq!(tree.root().select(&Selector::compile("div > b").unwrap()).len(), 1);
        let mut steps = String::new();
        div.walk(|n, s| {
            let word = n.name().or(n.text()).unwrap_or("?").trim();
            steps += &format!("{}{word} ", if s == Step::Enter { "+" } else { "-" });
            n.name() != Some("b")
        });
        assert_eq!(steps, "+div +một -một +b -b -div ");
    }
}
