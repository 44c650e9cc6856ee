//! Where the article of a whole page stands among all lines of it, those of headers and asides
//! too: what is no part of a body may say its title, date and authors.

use super::laid::Whole;
use super::region::Region;
use crate::extract::article::fields::{images, special};
use crate::extract::html::dom::Node;
use crate::extract::lines::build;
use crate::extract::lines::density::{RUNNING, weight};
use crate::extract::lines::line::{Line, LineOptions, Lines};
use crate::extract::rules::selectors::Selectors;

/// Lines before the title in which a field of its may stand.
const BEFORE: usize = 5;
/// Lines behind the title in which one may.
const BEHIND: usize = 10;
/// Lines at the end of a body, and behind it, in which one may.
const CLOSING: usize = 3;

/// Lines of distance that count.
const MOST_COUNTED: usize = 12;

/// Where the article stands.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// All lines of the page.
    pub page: Lines<'a>,
    /// The line of its title.
    pub heading: Option<usize>,
    /// Whether the title is only a part of that line.
    pub in_part: bool,
    /// The first line of its body's element.
    pub from: usize,
    /// The first line of its body's heart.
    pub core: usize,
    /// The line behind its body.
    pub to: usize,
    /// The first line of running text behind the title.
    pub text: usize,
}

impl<'a> Place<'a> {
    /// Finds the lines of the body, `from` to `to` of those that were laid, among all.
    pub fn of(whole: &Whole<'_, 'a>, region: &Region) -> Self {
        let Region { from, to, core, .. } = *region;
        let source = whole.source;
        let picture = |node: Node<'_>| images::address(node, source.profile);
        let options = LineOptions {
            hidden: source.hidden,
            shown: &whole.shown,
            leave: &[],
            layout: false,
            fields: false,
            quotes: &source.profile.data.body.quotes,
            picture: &picture,
            special: &|node| special::special(node, source.profile, source.hidden),
        };
        let page = build::read(whole.root, options);
        let same = |n: usize| {
            let line = whole.page.lines.get(n)?;
            let key = whole.page.containers[line.container].key;
            let is = |l: &Line| page.containers[l.container].key == key && l.text == line.text;
            page.lines.iter().position(is)
        };
        let (first, last) = (same(from).unwrap_or(0), to.checked_sub(1).and_then(same));
        let core = same(core.0).unwrap_or(first).max(first);
        let to = last.map_or(page.lines.len(), |last| last + 1).max(first);
        let text = running(&page.lines, first, to);
        Self { page, heading: None, in_part: false, from: first, core, to, text }
    }

    /// Puts the title upon a line.
    pub fn head(&mut self, heading: Option<usize>, in_part: bool) {
        self.heading = heading;
        self.in_part = in_part;
        let begin = heading.map_or(self.from, |at| at + 1).min(self.to);
        self.text = running(&self.page.lines, begin, self.to);
    }

    /// A line of text that says more than the title.
    pub fn beside_title(&self, n: usize) -> Option<&Line> {
        let title = !self.in_part && Some(n) == self.heading;
        self.page.lines.get(n).filter(|line| line.is_text() && !title)
    }

    /// The same line among those that were laid.
    pub fn laid(&self, whole: &Whole<'_, '_>, line: usize) -> Option<usize> {
        let line = self.page.lines.get(line)?;
        let key = self.page.containers[line.container].key;
        let is = |l: &Line| whole.page.containers[l.container].key == key && l.text == line.text;
        whole.page.lines.iter().position(is)
    }

    /// The lines beside the title, those behind it first, then those before it, the nearest first;
    /// then the end of the body.
    pub fn beside(&self) -> Vec<usize> {
        let (at, lines) = (self.heading.unwrap_or(self.from), self.page.lines.len());
        let behind = at..lines.min((at + BEHIND).max(self.text.min(at + 2 * BEHIND)) + 1);
        let closing = self.to.saturating_sub(CLOSING).max(behind.end)..lines.min(self.to + CLOSING);
        let before = (at.saturating_sub(BEFORE)..at).rev();
        behind.chain(before).chain(closing).collect()
    }

    /// Whether a line stands over the title.
    pub fn over(&self, line: usize) -> bool {
        line < self.heading.unwrap_or(self.from)
    }

    /// Whether a line over the title stands in what is left out of a body, and the title does not:
    /// a date there is the page's clock.
    pub fn is_banner(&self, line: usize, whole: &Whole<'_, '_>) -> bool {
        let is_laid = |at: usize| self.laid(whole, at).is_some();
        self.over(line) && self.heading.is_some_and(is_laid) && !is_laid(line)
    }

    /// How many lines behind the title a line stands, as much as that counts.
    pub fn distance(&self, line: usize) -> u32 {
        let behind = line.saturating_sub(self.heading.unwrap_or(self.from));
        u32::try_from(behind.saturating_sub(1).min(MOST_COUNTED)).unwrap_or(0)
    }

    /// Whether a line stands at the end of the body.
    pub fn closing(&self, line: usize) -> bool {
        line >= self.text && line + CLOSING >= self.to
    }

    /// The first of some lines that holds a text.
    pub fn line_with(&self, text: &str, lines: &[usize]) -> Option<usize> {
        let holds = |n: &usize| self.page.lines.get(*n).is_some_and(|l| l.text.contains(text));
        lines.iter().copied().find(|n| !text.is_empty() && holds(n))
    }

    /// The last line before `to` that stands in an element, or says its text.
    pub fn line_of(&self, node: Node<'_>, text: &str) -> Option<usize> {
        let page = &self.page;
        let held = page.containers.iter().position(|c| c.key == node.key());
        let inside = |n: &usize| held.is_some_and(|c| page.stands_in(page.lines[*n].container, c));
        let last = (0..self.to).rev().find(inside);
        last.or_else(|| (0..self.to).rev().find(|n| page.lines[*n].text == text))
    }
}

/// The first line of running text.
fn running(lines: &[Line], from: usize, to: usize) -> usize {
    let runs = |line: &Line| line.letters() > 4 * RUNNING && weight(line) > 3 * RUNNING as isize;
    lines[from..to.max(from)].iter().position(runs).map_or(to, |at| from + at)
}

/// Elements of one list of selectors that are looked at.
const MOST: usize = 100;

impl<'a> Whole<'_, 'a> {
    /// The elements of these selectors that are seen, those of what is left out of a body too,
    /// each once, with their texts.
    pub fn named(&self, selectors: &Selectors) -> Vec<(Node<'a>, String)> {
        let mut nodes: Vec<Node<'a>> = Vec::new();
        for node in selectors.all(self.root) {
            if nodes.len() < MOST && !nodes.contains(&node) && !self.source.hidden.covers(node) {
                nodes.push(node);
            }
        }
        nodes.into_iter().map(|node| (node, self.text(node))).collect()
    }
}
