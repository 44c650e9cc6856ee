//! Where the running text of a page stands.

use super::line::{Kind, Line, Lines};

/// Letters of a line from which it counts as running text.
pub(crate) const RUNNING: usize = 25;
/// Letters of a place under which the text around it is looked at too.
const THIN: isize = 400;

/// Letters of running text; links count against it.
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
        _ if line.letters() < RUNNING => plain / 4,
        _ => plain,
    }
}

/// The element round the paragraphs with the most running text: each counts for what holds it, half
/// for the next one out.
pub(crate) fn densest(page: &Lines<'_>, weights: &[isize]) -> Option<usize> {
    let mut scores = vec![0_isize; page.containers.len()];
    for (line, weight) in page.lines.iter().zip(weights) {
        let mut container = line.container;
        let own = page.containers[container].look.0;
        if matches!(
            own,
            "p" | "li" | "blockquote" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dd" | "dt"
        ) {
            container = page.containers[container].parent;
        }
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
    let mut best = (0..scores.len())
        .max_by_key(|container| scores[*container])
        .filter(|container| scores[*container] > 0)?;
    // A thin text may be cut up by its frame: what stands around it belongs to it as long as it
    // adds much.
    let mut letters = sum(page, weights, best);
    while best != 0 && letters < THIN {
        let outer = page.containers[best].parent;
        let more = sum(page, weights, outer);
        if outer == 0 || more < letters {
            break;
        }
        (best, letters) = (outer, more);
    }
    Some(best)
}

/// Letters of running text in a container.
pub(crate) fn sum(page: &Lines<'_>, weights: &[isize], container: usize) -> isize {
    page.lines
        .iter()
        .zip(weights)
        .filter(|(l, _)| page.stands_in(l.container, container))
        .map(|(_, w)| *w)
        .sum()
}

/// The lines that stand in a container: from, to.
pub(crate) fn span(page: &Lines<'_>, container: usize) -> (usize, usize) {
    let inside = |l: &Line| page.stands_in(l.container, container);
    let from = page.lines.iter().position(inside).unwrap_or(0);
    let to = page.lines.iter().rposition(inside).map_or(from, |at| at + 1);
    (from, to)
}
