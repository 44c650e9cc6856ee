//! Where the running text of a page stands: what each of its containers holds.

use std::collections::HashMap;

use super::line::{Container, Kind, Line, Lines};

/// Letters of a line from which it counts as running text.
pub(crate) const RUNNING: usize = 25;
/// Letters from which a line is a paragraph of an article, and from which a whole sentence is.
const PROSE: (usize, usize) = (80, 50);
/// Letters of a link from which it may be the title of another page.
const TITLE: usize = 15;
/// Containers of one look side by side from which they are a list.
const LIST: usize = 3;
/// Letters that an item of a list has on average at most.
const ITEM: usize = 700;
/// Titles that it has on average at most.
const TITLES: usize = 3;

/// Elements that hold one paragraph, which their parent holds together.
const SINGLE: [&str; 12] =
    ["p", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "pre"];

/// What a container holds, all that stands in it counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Held {
    /// Letters of running text; links count against it.
    pub running: isize,
    /// Letters of paragraphs.
    pub prose: usize,
    /// Letters, and those inside links.
    pub letters: usize,
    pub linked: usize,
    /// Lines of links, and those that may be titles of other pages.
    pub links: usize,
    pub titles: usize,
    /// Letters of paragraphs outside of lists of other pages.
    pub told: usize,
}

/// The weights of a page's lines and containers.
#[derive(Debug)]
pub(crate) struct Density {
    /// Of each line, as `weight` says.
    pub weights: Vec<isize>,
    /// Of each container.
    pub held: Vec<Held>,
    /// Whether a container is an item of a list of other pages, or stands in one.
    pub teaser: Vec<bool>,
}

impl Density {
    /// Weighs a page. Links of lines that `count` as text are none.
    pub fn of(page: &Lines<'_>, count: &dyn Fn(&Line) -> bool) -> Self {
        let mut weights: Vec<isize> = page.lines.iter().map(weight).collect();
        let mut held = vec![Held::default(); page.containers.len()];
        for (line, weight) in page.lines.iter().zip(&weights) {
            let (linked, letters) = line.inline.linked();
            let linked = if linked > 0 && count(line) { 0 } else { linked };
            let own = &mut held[line.container];
            own.running += weight;
            own.prose += prose(line);
            own.letters += letters;
            own.linked += linked;
            let linked = linked * 5 >= letters * 4 && linked > 0;
            own.links += usize::from(linked);
            own.titles += usize::from(linked && letters >= TITLE);
        }
        for container in (1..held.len()).rev() {
            let Held { running, prose, letters, linked, links, titles, .. } = held[container];
            let outer = &mut held[page.containers[container].parent];
            outer.running += running;
            outer.prose += prose;
            outer.letters += letters;
            outer.linked += linked;
            outer.links += links;
            outer.titles += titles;
        }
        let teaser = teasers(page, &held);
        for (line, weight) in page.lines.iter().zip(&mut weights) {
            if teaser[line.container] {
                *weight /= 4;
            } else {
                held[line.container].told += prose(line);
            }
        }
        for container in (1..held.len()).rev() {
            let told = held[container].told;
            held[page.containers[container].parent].told += told;
        }
        Self { weights, held, teaser }
    }

    /// The element round the paragraphs with the most running text: each counts for what holds it,
    /// three quarters for the next one out.
    pub fn densest(&self, page: &Lines<'_>) -> Option<usize> {
        let mut scores = vec![0_isize; page.containers.len()];
        for (line, weight) in page.lines.iter().zip(&self.weights) {
            let mut container = holder(page, line.container);
            let mut part = *weight;
            for _ in 0..4 {
                scores[container] += part;
                if container == 0 {
                    break;
                }
                container = page.containers[container].parent;
                part = part * 3 / 4;
            }
        }
        (0..scores.len())
            .max_by_key(|container| scores[*container])
            .filter(|container| scores[*container] > 0)
    }
}

/// What holds a container that may be a paragraph alone: the element around it.
pub(crate) fn holder(page: &Lines<'_>, container: usize) -> usize {
    let Container { parent, look, .. } = &page.containers[container];
    if SINGLE.contains(&look.0) { *parent } else { container }
}

/// Letters of running text of a line; links count against it.
pub(crate) fn weight(line: &Line) -> isize {
    let (linked, all) = line.inline.linked();
    let plain = isize::try_from(all.saturating_sub(2 * linked)).unwrap_or(0)
        - isize::try_from(linked.saturating_sub(all / 2)).unwrap_or(0);
    match &line.kind {
        Kind::Table(rows) => {
            isize::try_from(rows.iter().flatten().map(|c| c.text().chars().count()).sum::<usize>())
                .unwrap_or(0)
        }
        Kind::Item(..) => plain / 2,
        Kind::Picture(..) => 0,
        _ if said(&line.text) < RUNNING => plain / 4,
        _ => plain,
    }
}

/// Letters of a line that is a paragraph of an article; 0 for any other.
pub(crate) fn prose(line: &Line) -> usize {
    if !line.is_text() || matches!(line.kind, Kind::Heading(_)) || line.text.len() < PROSE.1 / 2 {
        return 0;
    }
    let letters = said(&line.text);
    let (linked, all) = line.inline.linked();
    let ends =
        || line.text.trim_end_matches(|c: char| !c.is_alphanumeric()).len() < line.text.len();
    let whole = letters >= PROSE.0 || letters >= PROSE.1 && ends();
    if whole && linked * 2 < all { letters } else { 0 }
}

/// Letters of a text, as many as it has or would have in an alphabet: a sign of Chinese, Japanese
/// or Korean says what two letters do.
pub(crate) fn said(text: &str) -> usize {
    let wide = |c: char| {
        matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}')
            || matches!(c, '\u{20000}'..='\u{3ffff}')
    };
    text.chars().map(|c| 1 + usize::from(wide(c))).sum()
}

/// Which containers are items of lists of other pages: three or more of one look side by side, of
/// which most have a title that links, and little else.
fn teasers(page: &Lines<'_>, held: &[Held]) -> Vec<bool> {
    let mut teaser = vec![false; held.len()];
    for side in sides(page, LIST) {
        let titled = side.iter().filter(|n| held[**n].titles > 0).count();
        let sum = |of: &dyn Fn(&Held) -> usize| side.iter().map(|n| of(&held[*n])).sum::<usize>();
        if titled * 3 >= side.len() * 2
            && sum(&|held| held.letters) <= ITEM * side.len()
            && sum(&|held| held.titles) <= TITLES * side.len()
        {
            side.iter().for_each(|n| teaser[*n] = true);
        }
    }
    for n in 1..teaser.len() {
        teaser[n] |= teaser[page.containers[n].parent];
    }
    teaser
}

/// The containers of one look that stand side by side, where they are at least so many.
pub(crate) fn sides(page: &Lines<'_>, least: usize) -> impl Iterator<Item = Vec<usize>> {
    let mut sides: HashMap<(usize, (&str, &str)), Vec<usize>> = HashMap::new();
    for (n, container) in page.containers.iter().enumerate().skip(1) {
        sides.entry((container.parent, container.look)).or_default().push(n);
    }
    sides.into_values().filter(move |side| side.len() >= least)
}

/// The lines that stand in a container: from, to.
pub(crate) fn span(page: &Lines<'_>, container: usize) -> (usize, usize) {
    let inside = |l: &Line| page.stands_in(l.container, container);
    let from = page.lines.iter().position(inside).unwrap_or(0);
    let to = page.lines.iter().rposition(inside).map_or(from, |at| at + 1);
    (from, to)
}
