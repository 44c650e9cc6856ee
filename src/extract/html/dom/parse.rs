//! A page parsed as a browser would, within bounds.

use std::sync::OnceLock;

use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{ParseOpts, Parser, QualName, local_name, ns};
use scraper::{Html, HtmlTreeSink};

use super::{Grown, Tree};
use crate::domain::Bound;
use crate::extract::budget::{Budget, Limits};
use crate::extract::error::Error;

/// How much of the page the parser takes before its growth is looked at.
const PIECE: usize = 4096;
/// After how many pieces the time is looked at.
const LOOK: usize = 8;

impl Tree<'static> {
    /// Parses a page as a browser would.
    ///
    /// # Errors
    /// The page passed a bound.
    pub fn parse(html: &str, budget: &Budget) -> Result<Self, Error> {
        let sink = HtmlTreeSink::new(Html::new_document());
        let parser = html5ever::parse_document(sink, ParseOpts::default());
        let html = bounded(parser, html, budget)?;
        Ok(Tree(Grown::Parsed(html, OnceLock::new())))
    }

    /// Parses a short text of a page as if it were one, such as what it shows without scripts;
    /// `None` if it passes a bound.
    pub fn parse_short(html: &str) -> Option<Self> {
        Self::parse(html, &Budget::default()).ok()
    }
}

/// Parses a part of a page inside of elements of these names.
///
/// # Errors
/// The part passed a bound.
pub(super) fn fragment(around: &[String], part: &str, budget: &Budget) -> Result<Html, Error> {
    let sink = HtmlTreeSink::new(Html::new_fragment());
    let body = QualName::new(None, ns!(html), local_name!("body"));
    let mut parser = html5ever::parse_fragment(sink, ParseOpts::default(), body, Vec::new(), true);
    // Forms and formatting count however far out they stand: one element of context says less.
    for name in around {
        ["<", name, ">"].into_iter().for_each(|p| parser.process(StrTendril::from_slice(p)));
    }
    bounded(parser, part, budget)
}

/// Has the parser read a text to its end within bounds.
fn bounded(mut parser: Parser<HtmlTreeSink>, html: &str, budget: &Budget) -> Result<Html, Error> {
    let limits = &budget.limits;
    let (mut seen, mut done, mut quiet) = (0, 0, 0_usize);
    for (n, piece) in pieces(html).enumerate() {
        done += piece.len();
        quiet = if piece.contains('<') { 0 } else { quiet + 1 };
        if quiet.is_power_of_two()
            && attributes_at(html.as_bytes().get(..done).unwrap_or_default()) > limits.attributes
        {
            return Err(Error::Bound { what: Bound::Attributes, limit: limits.attributes });
        }
        parser.process(StrTendril::from_slice(piece));
        seen = check(&parser.tokenizer.sink.sink.0.borrow(), seen, limits)?;
        if n % LOOK == LOOK - 1 {
            budget.check()?;
        }
    }
    let html = parser.finish();
    check(&html, seen, limits)?;
    Ok(html)
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

/// How many attributes the tag has at least in whose middle a page ends: the parser shows a tag
/// only when it is whole.
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
