//! A whole page on the table: its lines, and what of its elements is seen.

use std::collections::HashMap;

use super::unlikely::{self, Unlikely};
use crate::extract::article::fields::{images, special};
use crate::extract::article::source::Source;
use crate::extract::html::dom::Node;
use crate::extract::html::visible;
use crate::extract::lines::build;
use crate::extract::lines::density::weight;
use crate::extract::lines::inline::Inline;
use crate::extract::lines::line::{Kind, Line, LineOptions, Lines};
use crate::extract::page::head::Head;
use crate::extract::rules::profile::PageSelectors;
use crate::extract::rules::selectors::Selectors;
use crate::text::compare::same;

/// Elements of one selector that are looked at.
const MOST: usize = 50;
/// Lines that say the title again and are looked at.
const MOST_TITLES: usize = 4;

/// A whole page on the table.
pub(crate) struct Whole<'s, 'a> {
    pub source: &'s Source<'a>,
    pub rules: &'s PageSelectors,
    pub head: &'s Head,
    pub root: Node<'a>,
    leave: Vec<usize>,
    /// What is read although its markup hides it, by key; sorted.
    pub shown: Vec<usize>,
    /// Its lines.
    pub page: Lines<'a>,
}

impl<'s, 'a> Whole<'s, 'a> {
    /// Lays it out; a page without a body cannot be.
    pub fn lay(source: &'s Source<'a>, rules: &'s PageSelectors, head: &'s Head) -> Option<Self> {
        let root = source.tree.root().descendants().find(|n| n.is(&["body"]))?;
        let Unlikely { leave, shown } = unlikely::of(source, rules, root);
        let picture = |node: Node<'_>| images::address(node, source.profile);
        let special = |node: Node<'_>| special::special(node, source.profile, source.hidden);
        let quotes = &source.profile.data.body.quotes;
        let mut page = build::read(
            root,
            LineOptions {
                hidden: source.hidden,
                shown: &shown,
                leave: &leave,
                layout: false,
                fields: false,
                quotes,
                picture: &picture,
                special: &special,
            },
        );
        let document =
            |l: &Line| l.inline.links().iter().any(|(to, _)| source.profile.scripts.any(to));
        page.lines.retain(|l| !l.action || !l.is_text() || document(l));
        speak_of_pictures(&mut page, rules);
        Some(Self { source, rules, head, root, leave, shown, page })
    }

    /// The elements of these selectors that are seen and not left out.
    pub fn seen(&self, selectors: &Selectors) -> Vec<Node<'a>> {
        let left = |n: &Node<'_>| self.leave.binary_search(&n.key()).is_ok();
        let nodes = selectors.all(self.root).into_iter().take(MOST);
        nodes
            .filter(|n| {
                !left(n) && !n.ancestors().any(|a| left(&a)) && !self.source.hidden.covers(*n)
            })
            .collect()
    }

    pub fn text(&self, node: Node<'_>) -> String {
        Inline::plain(&visible::line(node, self.source.hidden)).text()
    }

    /// These elements with their texts, where they have any.
    pub fn told(&self, selectors: &Selectors) -> Vec<(Node<'a>, String)> {
        let texts = self.seen(selectors).into_iter().map(|n| (n, self.text(n)));
        texts.filter(|(_, text)| !text.is_empty()).collect()
    }

    /// The last line before `to` that is the title and stands over most of the text, else the first
    /// one.
    pub fn heading_line(&self, title: &str, to: usize, letters: usize) -> Option<usize> {
        let lines = &self.page.lines[..to];
        let behind = |at: usize| lines[at + 1..].iter().map(weight).sum::<isize>();
        let titled =
            (0..to).rev().filter(|at| lines[*at].is_text() && same(&lines[*at].text, title));
        let titled: Vec<usize> = titled.take(MOST_TITLES).collect();
        let over = |at: &&usize| {
            behind(**at).saturating_mul(2) >= isize::try_from(letters).unwrap_or(isize::MAX)
        };
        titled.iter().find(over).or(titled.last()).copied()
    }
}

/// Makes captions of the lines whose element is called one.
fn speak_of_pictures(page: &mut Lines<'_>, rules: &PageSelectors) {
    let mut known: HashMap<&str, bool> = HashMap::new();
    for line in page.lines.iter_mut().filter(|l| l.kind == Kind::Paragraph) {
        let class = page.containers[line.container].look.1;
        if *known.entry(class).or_insert_with(|| rules.captions.held(class).is_some()) {
            line.kind = Kind::Caption;
        }
    }
}
