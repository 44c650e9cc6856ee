//! How the text of a page lies: what share of it is paragraphs, links and rows of lists.

use super::laid::Whole;
use super::rows::{Counts, Rows};
use crate::extract::article::fields::date::find;
use crate::extract::lines::density::{Density, prose};
use crate::extract::lines::line::Line;

/// How the text of a page lies; shares in percent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Layout {
    /// The share of paragraphs, those of lists apart, of the page's letters outside of links.
    pub told: usize,
    /// Letters of paragraphs that stand in no dated rows and no lists.
    pub letters: usize,
    /// Paragraphs of the region.
    pub paragraphs: usize,
    /// The share of the region's letters that are links.
    pub linked: usize,
    /// The share of the page's letters that are lists of other pages.
    pub teasers: usize,
    /// The share of the page's letters that stand in dated rows.
    pub dated: usize,
    /// The share of tables whose rows link.
    pub tabled: usize,
    /// Rows of lists, by number.
    pub rows: Counts,
}

impl Layout {
    /// How the text lies of which the lines `from` to `to` in the container `body` are the region.
    pub fn of(
        whole: &Whole<'_, '_>,
        density: &Density,
        (from, to): (usize, usize),
        body: usize,
    ) -> Self {
        let (page, profile) = (&whole.page, whole.source.profile);
        let rows = Rows::of(page, &|text| find(text, profile).is_some());
        let (all, held) = (&density.held[0], &density.held[body]);
        let share = |part: usize, of: usize| (part * 100 / of.max(1)).min(100);
        let sum = |of: &dyn Fn(&&Line) -> bool, letters: &dyn Fn(&Line) -> usize| {
            page.lines.iter().filter(of).map(letters).sum::<usize>()
        };
        let every = |line: &Line| line.inline.linked().1;
        let teaser = |line: &Line| density.teaser[line.container];
        let dated = |line: &Line| rows.in_dated[line.container];
        let told = sum(&|l| !teaser(l) && !dated(l), &prose);
        let paragraphs = page.lines[from..to].iter().filter(|l| prose(l) > 0 && !teaser(l));
        Self {
            told: share(told, all.letters.saturating_sub(all.linked)),
            letters: told,
            paragraphs: paragraphs.count(),
            linked: share(held.linked, held.letters),
            teasers: share(sum(&|l| teaser(l), &every), all.letters),
            dated: share(sum(&|l| dated(l), &every), all.letters),
            tabled: share(rows.in_tables, all.letters),
            rows: rows.counts,
        }
    }
}
