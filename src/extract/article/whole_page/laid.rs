//! A whole page on the table: its lines, and what of its elements is seen.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::domain::Role;
use crate::extract::article::fields::{images, special};
use crate::extract::article::reading::Reading;
use crate::extract::article::source::Source;
use crate::extract::blocks::area::Area;
use crate::extract::html::dom::Node;
use crate::extract::html::visible;
use crate::extract::lines::build;
use crate::extract::lines::density::{densest, sum, weight};
use crate::extract::lines::inline::Inline;
use crate::extract::lines::line::{Line, LineOptions, Lines};
use crate::extract::page::head::Head;
use crate::extract::rules::profile::Frame;
use crate::extract::rules::selectors::Selectors;
use crate::text::compare::same;

/// A place that the profile names must hold one part in this of the densest place's text.
const SHARE: isize = 3;
/// Elements of one selector that are looked at.
const MOST: usize = 50;
/// Lines that say the title again and are looked at.
const MOST_TITLES: usize = 4;

/// A whole page on the table.
pub(crate) struct Whole<'s, 'a> {
    pub source: &'s Source<'a>,
    pub rules: &'s Frame,
    pub head: &'s Head,
    pub root: Node<'a>,
    leave: Vec<usize>,
    /// Its lines.
    pub page: Lines<'a>,
}

impl<'s, 'a> Whole<'s, 'a> {
    /// Lays it out; a page without a body cannot be.
    pub fn lay(source: &'s Source<'a>, rules: &'s Frame, head: &'s Head) -> Option<Self> {
        let root = source.tree.root().descendants().find(|n| n.is(&["body"]))?;
        let leave = leave(source, rules, root);
        let picture = |node: Node<'_>| images::address(node, source.profile);
        let special = |node: Node<'_>| special::special(node, source.profile, source.hidden);
        let quotes = &source.profile.data.body.quotes;
        let mut page = build::read(
            root,
            LineOptions {
                hidden: source.hidden,
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
        Some(Self { source, rules, head, root, leave, page })
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

    /// The index of the container that holds the body, the letters of running text in it, and the
    /// rule that found it.
    pub fn place(&self, reading: &Reading<'_>) -> Option<(usize, usize, Cow<'static, str>)> {
        let page = &self.page;
        let weights: Vec<isize> = page.lines.iter().map(weight).collect();
        let densest = densest(page, &weights);
        let most = densest.map_or(0, |container| sum(page, &weights, container));
        let named =
            self.source.areas.iter().filter(|a| a.role == Role::ViewData).map(|a| (a.node, true));
        let bodies = &self.rules.bodies;
        let selected = bodies.all(self.root).into_iter().map(|n| (n, false));
        for (node, is_block) in named.chain(selected).take(MOST) {
            let Some(container) = page.containers.iter().position(|h| h.key == node.key()) else {
                continue;
            };
            let letters = sum(page, &weights, container);
            if letters > 0 && letters.saturating_mul(SHARE) >= most {
                let why = match is_block {
                    true => "block of the body".into(),
                    false => reading.rule(|p| p.selector(bodies, "page.bodies", node)),
                };
                return Some((container, letters.unsigned_abs(), why));
            }
        }
        densest.filter(|_| most > 0).map(|container| {
            (container, most.unsigned_abs(), "place with the most running text".into())
        })
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

/// What is never part of an article: by selector, and blocks whose role is another.
fn leave(source: &Source<'_>, rules: &Frame, root: Node<'_>) -> Vec<usize> {
    let selected =
        root.descendants().filter(|n| n.name().is_some() && rules.leave.fit(*n)).map(|n| n.key());
    let other = |a: &&Area<'_>| {
        matches!(a.role, Role::Navigation | Role::Related | Role::MostRead | Role::Listing)
    };
    let others = source.areas.iter().filter(other).map(|a| a.node.key());
    selected.chain(others).collect::<BTreeSet<_>>().into_iter().collect()
}
