//! The tree of a page, parsed within bounds. No other file names the parser's crates.

use std::borrow::Cow;
use std::collections::HashMap;

use ego_tree::{NodeId, NodeRef};
use html5ever::data::NAMED_ENTITIES;
use html5ever::tendril::{StrTendril, TendrilSink};
use scraper::{ElementRef, Html, HtmlTreeSink};

use super::error::Error;
use super::meter::{Limits, Meter};
use crate::domain::Bound;

/// The longest reference to a character that is looked at.
const LONGEST_REFERENCE: usize = 12;
/// How much of the page the parser takes before its growth is looked at.
const PIECE: usize = 4096;
/// After how many pieces the time is looked at.
const LOOK: usize = 8;

/// A page's tree.
#[derive(Debug)]
pub struct Tree {
    html: Html,
    ids: HashMap<String, NodeId>,
}

impl Tree {
    /// Parses a page as a browser would, or says which bound it passed.
    pub fn parse(html: &str, meter: &Meter) -> Result<Tree, Error> {
        let limits = &meter.limits;
        let sink = HtmlTreeSink::new(Html::new_document());
        let mut parser = html5ever::parse_document(sink, html5ever::ParseOpts::default());
        let (mut seen, mut done, mut quiet) = (0, 0, 0_usize);
        for (n, piece) in pieces(html).enumerate() {
            done += piece.len();
            quiet = if piece.contains('<') { 0 } else { quiet + 1 };
            if quiet.is_power_of_two() && attributes_at(html.as_bytes().get(..done).unwrap_or_default()) > limits.attributes {
                return Err(Error::Bound { what: Bound::Attributes, limit: limits.attributes });
            }
            parser.process(StrTendril::from_slice(piece));
            seen = check(&parser.tokenizer.sink.sink.0.borrow(), seen, limits)?;
            if n % LOOK == LOOK - 1 {
                meter.check()?;
            }
        }
        let html = parser.finish();
        check(&html, seen, limits)?;
        let mut ids = HashMap::new();
        for node in html.tree.root().descendants() {
            if let Some(id) = node.value().as_element().and_then(|e| e.id()) {
                ids.entry(id.to_owned()).or_insert(node.id());
            }
        }
        Ok(Tree { html, ids })
    }

    /// The document itself: parent of the doctype, of comments before it and of the `html` element.
    pub fn root(&self) -> Node<'_> {
        Node(self.html.tree.root())
    }

    /// The first element of that id.
    pub fn by_id(&self, id: &str) -> Option<Node<'_>> {
        self.ids.get(id).and_then(|id| self.html.tree.get(*id)).map(Node)
    }

    /// The comments that stand before the `html` element.
    pub fn comments_before_root(&self) -> Vec<&str> {
        self.root().children().take_while(|n| n.name().is_none()).filter_map(|n| n.comment()).collect()
    }

    /// The elements that match, in document order.
    pub fn select(&self, selector: &Selector) -> Vec<Node<'_>> {
        self.root().select(selector)
    }
}

/// The references that stand for themselves wherever they are written.
const REFERENCES: [(&str, &str); 6] =
    [("&amp;", "&"), ("&nbsp;", "\u{a0}"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'")];

/// Text or an attribute's value as the parser reads it; `None` where that depends on more than the text.
pub fn decoded(written: &str, attribute: bool) -> Option<Cow<'_, str>> {
    if memchr::memchr3(b'&', b'\r', 0, written.as_bytes()).is_none() {
        return Some(Cow::Borrowed(written));
    }
    let mut out = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = memchr::memchr3(b'&', b'\r', 0, rest.as_bytes()) {
        out.push_str(rest.get(..at)?);
        rest = rest.get(at..)?;
        let Some((reference, text)) = REFERENCES.iter().find(|(r, _)| rest.starts_with(r)) else { return parsed(written, attribute) };
        out.push_str(text);
        rest = rest.get(reference.len()..)?;
    }
    out.push_str(rest);
    Some(Cow::Owned(out))
}

fn parsed(written: &str, attribute: bool) -> Option<Cow<'static, str>> {
    let quote = if written.contains('"') { '\'' } else { '"' };
    if written.contains('\0') || attribute && written.contains(quote) {
        return None;
    }
    let html = if attribute { format!("<p title={quote}{written}{quote}>") } else { format!("<title>{written}</title>") };
    let tree = Tree::parse(&html, &Meter::default()).ok()?;
    let node = tree.root().descendants().find(|n| n.is(&["p", "title"]))?;
    let text = if attribute { node.attr("title").map(str::to_owned) } else { Some(node.children().filter_map(|n| n.text()).collect()) };
    text.map(Cow::Owned)
}

/// The character that a reference at the beginning of `text` stands for, and the reference's length.
pub fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(LONGEST_REFERENCE).position(|b| b == b';')? + 1;
    let name = text.get(1..end)?;
    let code = match name.strip_prefix('#').map(|number| number.trim_end_matches(';')) {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        },
        None => NAMED_ENTITIES.get(name).filter(|(first, second)| *first != 0 && *second == 0)?.0,
    };
    Some((char::from_u32(code)?, end))
}

/// How references to a character begin, behind their ampersand.
pub fn references_to(c: char) -> Vec<String> {
    let code = u32::from(c);
    let named = NAMED_ENTITIES.entries().filter(|(name, meant)| **meant == (code, 0) && name.ends_with(';'));
    named.map(|(name, _)| (*name).to_owned()).chain([format!("#{code};"), format!("#x{code:x};"), format!("#x{code:X};")]).collect()
}

/// The page in pieces of about `PIECE` bytes, cut between characters.
fn pieces(mut html: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        if html.is_empty() {
            return None;
        }
        let (piece, rest) = html.split_at(html.floor_char_boundary(PIECE.min(html.len())));
        html = rest;
        Some(piece)
    })
}

/// How many attributes the tag has at least in whose middle a page ends: the parser shows a tag only when it is whole.
fn attributes_at(html: &[u8]) -> usize {
    let tag = memchr::memrchr(b'<', html).and_then(|at| html.get(at + 1..)).unwrap_or_default();
    if !tag.first().is_some_and(u8::is_ascii_alphabetic) {
        return 0;
    }
    let (mut count, mut quote, mut blank) = (0, None, false);
    for byte in tag {
        match (quote, byte) {
            (Some(open), _) => quote = Some(open).filter(|open| open != byte),
            (None, b'>') => return 0,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, _) => {
                count += usize::from(blank && !byte.is_ascii_whitespace());
                blank = byte.is_ascii_whitespace();
            }
        }
    }
    count
}

/// Looks at the nodes that came since `seen`; gives their number now.
fn check(html: &Html, seen: usize, limits: &Limits) -> Result<usize, Error> {
    let nodes = html.tree.nodes();
    let count = nodes.len();
    if count > limits.nodes {
        return Err(Error::Bound { what: Bound::Nodes, limit: limits.nodes });
    }
    for (n, node) in nodes.rev().take(count - seen).enumerate() {
        if node.value().as_element().is_some_and(|e| e.attrs.len() > limits.attributes) {
            return Err(Error::Bound { what: Bound::Attributes, limit: limits.attributes });
        }
        // Not every node is followed to the root: a deep one has deep neighbours.
        if n % 8 == 0 && node.ancestors().nth(limits.depth).is_some() {
            return Err(Error::Bound { what: Bound::Depth, limit: limits.depth });
        }
    }
    Ok(count)
}

/// A node of a tree; cheap to copy.
#[derive(Clone, Copy, PartialEq)]
pub struct Node<'a>(NodeRef<'a, scraper::Node>);

/// The two moments at which `Node::walk` calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Before a node's children; what the call gives says whether they are walked.
    Enter,
    /// After them.
    Leave,
}

impl<'a> Node<'a> {
    /// An element's local name; parsers lower-case it.
    pub fn name(&self) -> Option<&'a str> {
        self.0.value().as_element().map(|e| e.name())
    }
    /// Whether it is an element of one of these names.
    pub fn is(&self, names: &[&str]) -> bool {
        self.name().is_some_and(|n| names.contains(&n))
    }
    /// A text node's text.
    pub fn text(&self) -> Option<&'a str> {
        self.0.value().as_text().map(|t| &**t)
    }
    /// A comment's text.
    pub fn comment(&self) -> Option<&'a str> {
        self.0.value().as_comment().map(|c| &**c)
    }
    /// An attribute's value; names are lower-case.
    pub fn attr(&self, name: &str) -> Option<&'a str> {
        self.attrs().find(|(k, _)| *k == name).map(|(_, v)| v)
    }
    /// All attributes, in no order.
    pub fn attrs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.0.value().as_element().into_iter().flat_map(|e| e.attrs())
    }
    /// Whether `class` is one of its classes, case apart.
    pub fn has_class(&self, class: &str) -> bool {
        self.attr("class").is_some_and(|c| c.split_ascii_whitespace().any(|c| c.eq_ignore_ascii_case(class)))
    }
    /// The children, text and comments included.
    pub fn children(&self) -> impl DoubleEndedIterator<Item = Node<'a>> + use<'a> {
        self.0.children().map(Node)
    }
    /// All below it in document order, itself left out.
    pub fn descendants(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        self.0.descendants().skip(1).map(Node)
    }
    /// Its ancestors, the nearest first, itself left out; the last is the document.
    pub fn ancestors(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        self.0.ancestors().map(Node)
    }
    /// What it stands in.
    pub fn parent(&self) -> Option<Node<'a>> {
        self.0.parent().map(Node)
    }
    /// The node after it in its parent.
    pub fn next_sibling(&self) -> Option<Node<'a>> {
        self.0.next_sibling().map(Node)
    }
    /// The node before it in its parent.
    pub fn prev_sibling(&self) -> Option<Node<'a>> {
        self.0.prev_sibling().map(Node)
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
        ElementRef::wrap(self.0).is_some_and(|e| selector.0.matches(&e))
    }
    /// What tells it from every other node of its tree.
    pub fn key(&self) -> usize {
        std::ptr::from_ref(self.0.value()) as usize
    }
    /// Goes through it and all below without recursion; `visit` says at `Enter` whether to go into a node.
    pub fn walk(&self, mut visit: impl FnMut(Node<'a>, Step) -> bool) {
        let mut at = self.0;
        loop {
            if visit(Node(at), Step::Enter)
                && let Some(child) = at.first_child()
            {
                at = child;
                continue;
            }
            visit(Node(at), Step::Leave);
            loop {
                if at == self.0 {
                    return;
                }
                if let Some(next) = at.next_sibling() {
                    at = next;
                    break;
                }
                let Some(parent) = at.parent() else { return };
                at = parent;
                visit(Node(at), Step::Leave);
            }
        }
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.name(), self.text()) {
            (Some(name), _) => write!(f, "<{name} id={:?} class={:?}>", self.attr("id"), self.attr("class")),
            (_, Some(text)) => write!(f, "{text:?}"),
            _ => f.write_str("(node)"),
        }
    }
}

/// A CSS selector out of profile data.
#[derive(Clone, Debug)]
pub struct Selector(scraper::Selector);

impl Selector {
    /// Compiles it, or says what is wrong with it.
    pub fn compile(css: &str) -> Result<Self, String> {
        scraper::Selector::parse(css).map(Self).map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(html: &str) -> Option<Bound> {
        match Tree::parse(html, &Meter::default()) {
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
        let meter = Meter::begin(Limits { clock: slow, ..Limits::default() });
        let page = format!("<p>{}", "x".repeat(300 << 10));
        assert_eq!(Tree::parse(&page, &meter).unwrap_err(), Error::Bound { what: Bound::Cpu, limit: 2000 });
        assert!(Tree::parse(&page, &Meter::default()).is_ok());
    }

    #[test]
    fn a_tree_is_walked_and_searched() {
        let tree = Tree::parse("<!-- a --><!doctype html><div ID=x WebPartID=1>một <b>hai</b></div><p id=x>", &Meter::default()).unwrap();
        assert_eq!(tree.comments_before_root(), [" a "]);
        let div = tree.by_id("x").unwrap();
        assert_eq!((div.name(), div.attr("webpartid")), (Some("div"), Some("1")));
        assert_eq!(tree.select(&Selector::compile("div > b").unwrap()).len(), 1);
        let mut steps = String::new();
        div.walk(|n, s| {
            let word = n.name().or(n.text()).unwrap_or("?").trim();
            steps += &format!("{}{word} ", if s == Step::Enter { "+" } else { "-" });
            n.name() != Some("b")
        });
        assert_eq!(steps, "+div +một -một +b -b -div ");
    }
}
