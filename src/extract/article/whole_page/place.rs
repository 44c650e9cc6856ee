//! Where the article of a whole page stands among its lines.

use super::laid::Whole;
use crate::extract::lines::density::{RUNNING, weight};
use crate::extract::lines::line::Line;

/// Lines before the title in which a field of its may stand.
const BEFORE: usize = 5;
/// Lines behind the title in which one may.
const BEHIND: usize = 10;
/// Lines at the end of a body, and behind it, in which one may.
const CLOSING: usize = 3;

/// Where the article stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The line of its title.
    pub heading: Option<usize>,
    /// The first line of its body's element.
    pub from: usize,
    /// The line behind its body.
    pub to: usize,
    /// The first line of running text behind the title.
    pub text: usize,
}

impl Place {
    /// Finds the running text.
    pub fn of(lines: &[Line], heading: Option<usize>, from: usize, to: usize) -> Self {
        let begin = heading.map_or(from, |at| at + 1).min(to);
        let runs =
            |line: &Line| line.letters() > 4 * RUNNING && weight(line) > 3 * RUNNING as isize;
        let text = lines[begin..to].iter().position(runs).map_or(to, |at| begin + at);
        Self { heading, from, to, text }
    }

    /// The lines beside the title, those behind it first, then those before it, the nearest first;
    /// then the end of the body.
    pub fn beside(&self, lines: usize) -> Vec<usize> {
        let at = self.heading.unwrap_or(self.from);
        let behind = at..lines.min((at + BEHIND).max(self.text.min(at + 2 * BEHIND)) + 1);
        let closing = self.to.saturating_sub(CLOSING).max(behind.end)..lines.min(self.to + CLOSING);
        let before = (at.saturating_sub(BEFORE)..at).rev();
        behind.chain(before).chain(closing).collect()
    }

    /// Whether a line stands over the title.
    pub fn over(&self, line: usize) -> bool {
        line < self.heading.unwrap_or(self.from)
    }

    /// Whether a line stands at the end of the body.
    pub fn closing(&self, line: usize) -> bool {
        line >= self.text && line + CLOSING >= self.to
    }
}

impl Whole<'_, '_> {
    /// The first of some lines that holds a text.
    pub fn line_with(&self, text: &str, lines: &[usize]) -> Option<usize> {
        let holds = |n: &usize| self.page.lines.get(*n).is_some_and(|l| l.text.contains(text));
        lines.iter().copied().find(|n| !text.is_empty() && holds(n))
    }
}
