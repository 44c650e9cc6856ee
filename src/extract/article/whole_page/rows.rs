//! Lists of other pages by their form: elements of one look side by side that each link somewhere
//! or say a date, whatever they are called.

use crate::extract::lines::density::sides;
use crate::extract::lines::line::{Kind, Line, Lines};

/// Elements of one look side by side from which they are rows.
const LEAST: usize = 3;
/// Letters of a line that may say the date of a row.
const SHORT: usize = 100;
/// Elements that are no rows: an article's paragraphs link and say dates too.
const PLAIN: [&str; 9] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"];

/// The rows of a page.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// What is only counted.
    pub counts: Counts,
    /// For each container whether it stands in a row of dated ones.
    pub in_dated: Vec<bool>,
    /// Letters of tables whose rows link.
    pub in_tables: usize,
}

/// Rows and what looks like them, by number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// The most rows side by side that link, with words beside their links.
    pub linked: usize,
    /// Short lines that say a date.
    pub dates: usize,
    /// Headings that link.
    pub headings: usize,
}

/// What a container holds, all that stands in it counted.
#[derive(Clone, Copy, Default)]
struct Held {
    links: usize,
    dates: usize,
    letters: usize,
    in_links: usize,
}

impl Rows {
    /// Finds them; `dated` tells whether a short line says a date.
    pub fn of(page: &Lines<'_>, dated: &dyn Fn(&str) -> bool) -> Self {
        let mut rows = Self::default();
        let mut held = vec![Held::default(); page.containers.len()];
        for line in &page.lines {
            rows.count(line, &mut held[line.container], dated);
        }
        for n in (1..held.len()).rev() {
            let Held { links, dates, letters, in_links } = held[n];
            let outer = &mut held[page.containers[n].parent];
            outer.links += links;
            outer.dates += dates;
            outer.letters += letters;
            outer.in_links += in_links;
        }
        rows.in_dated = vec![false; held.len()];
        for side in sides(page, LEAST) {
            if !PLAIN.contains(&page.containers[side[0]].look.0) {
                rows.side(&side, &held);
            }
        }
        for n in 1..held.len() {
            rows.in_dated[n] |= rows.in_dated[page.containers[n].parent];
        }
        rows
    }

    fn count(&mut self, line: &Line, held: &mut Held, dated: &dyn Fn(&str) -> bool) {
        let (in_links, letters) = line.inline.linked();
        let links = line.inline.links().len();
        let dates = usize::from(line.is_text() && line.letters() < SHORT && dated(&line.text));
        held.links += links;
        held.dates += dates;
        held.letters += letters;
        held.in_links += in_links;
        self.counts.dates += dates;
        self.counts.headings += usize::from(matches!(line.kind, Kind::Heading(_)) && in_links > 0);
        if let Kind::Table(rows) = &line.kind
            && links >= LEAST
            && links * 2 >= rows.len()
        {
            self.in_tables += letters;
        }
    }

    /// Looks at elements of one look side by side.
    fn side(&mut self, side: &[usize], held: &[Held]) {
        let sum = |of: &dyn Fn(&Held) -> usize| side.iter().map(|n| of(&held[*n])).sum::<usize>();
        let most = |has: &dyn Fn(&Held) -> bool| {
            side.iter().filter(|n| has(&held[**n])).count() * 4 >= side.len() * 3
        };
        let words = sum(&|h| h.letters) * 3 > sum(&|h| h.in_links) * 4;
        if words && most(&|h| h.links > 0) {
            self.counts.linked = self.counts.linked.max(side.len());
        }
        if most(&|h| h.dates > 0) {
            side.iter().for_each(|n| self.in_dated[*n] = true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::lines::line::Container;

    #[test]
    fn elements_that_each_link_or_say_a_date_are_rows() {
        let row = |n: usize, look| Container { parent: 0, look, key: n };
        let mut containers = vec![row(0, ("body", ""))];
        containers.extend((1..5).map(|n| row(n, ("div", "row"))));
        containers.extend((5..9).map(|n| row(n, ("p", ""))));
        let line = |n: usize| Line {
            container: n,
            ..Line::plain(if n < 4 { "12/3 A title of a page" } else { "Words" })
        };
        let page = Lines { lines: (1..9).map(line).collect(), containers };
        let rows = Rows::of(&page, &|text| text.starts_with("12/3"));
        let Counts { dates, linked, headings } = rows.counts;
        assert_eq!((dates, linked, headings), (3, 0, 0));
        assert_eq!(rows.in_dated, [false, true, true, true, true, false, false, false, false]);
        // Of four elements of a look two are dated.
        let page = Lines { lines: (1..3).map(line).collect(), ..page };
        assert!(!Rows::of(&page, &|_| true).in_dated.contains(&true));
    }
}
