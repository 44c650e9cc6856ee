//! Tables: which hold data, and their cells. Older portals lay whole pages out in tables.

use super::embedded::{Special, may_stand};
use super::inline::Inline;
use super::line::{Kind, Line, LineOptions};
use crate::domain::draft::Cell;
use crate::extract::html::dom::{Node, Step};
use crate::extract::html::visible;

/// Letters of a cell's text from which it is an article's column rather than a datum.
const COLUMN: usize = 600;
/// Letters that the cells of a data table have on average at most.
const AVERAGE: usize = 200;
/// Rows and columns that one cell may span.
const SPAN: u16 = 1_000;

/// How a cell is read.
type Read<'r> = &'r dyn Fn(Node<'_>, LineOptions<'_>) -> Vec<Line>;

/// The rows of a table that holds data, and the text of all its cells; `None` for layout.
pub(crate) fn data(
    table: Node<'_>,
    options: LineOptions<'_>,
    read: Read<'_>,
) -> Option<(Vec<Vec<Cell>>, Inline)> {
    let holds = |names: &[&str]| table.descendants().any(|n| n.is(names));
    if holds(&["table", "h1", "h2", "article", "section"]) {
        return None;
    }
    let rows: Vec<Vec<Node<'_>>> = table
        .descendants()
        .filter(|n| n.name() == Some("tr") && !options.hidden.hides(*n))
        .map(|tr| {
            tr.children().filter(|c| c.is(&["td", "th"]) && !options.hidden.hides(*c)).collect()
        })
        .collect();
    let wide = rows.iter().filter(|r| r.len() > 1).count();
    let headed = rows.iter().flatten().any(|c| c.name() == Some("th"));
    // Layout tables are told by their rows first: reading cells is dear.
    if wide < if headed { 1 } else { 2 } || wide * 2 < rows.len() {
        return None;
    }
    let texts: Vec<usize> =
        rows.iter().flatten().map(|c| visible::line(*c, options.hidden).chars().count()).collect();
    let filled = texts.iter().filter(|n| **n > 0).count();
    let pictures = rows
        .iter()
        .flatten()
        .filter(|c| {
            c.descendants().any(|n| n.name() == Some("img") && (options.picture)(n).is_some())
        })
        .count();
    let is_data = texts.iter().all(|n| *n < COLUMN)
        && texts.iter().sum::<usize>() <= AVERAGE * filled.max(1)
        && pictures * 3 < texts.len().max(1)
        && filled * 3 >= texts.len()
        && filled > 2;
    let mut all = Inline::default();
    let mut cells =
        |row: &Vec<Node<'_>>| row.iter().map(|c| cell(*c, options, read, &mut all)).collect();
    if !is_data {
        return None;
    }
    let rows = rows.iter().filter(|r| !r.is_empty()).map(&mut cells).collect();
    Some((rows, all))
}

/// What a data table is called.
pub(crate) fn caption(table: Node<'_>, options: LineOptions<'_>) -> Option<Inline> {
    let caption = table.children().find(|n| n.is(&["caption"]))?;
    let text = (!options.hidden.hides(caption)).then(|| visible::line(caption, options.hidden))?;
    Some(Inline::plain(&text)).filter(|inline| !inline.runs.is_empty())
}

/// The pictures inside a data table, and what is played or shown in a frame there.
pub(crate) fn media(table: Node<'_>, options: LineOptions<'_>) -> Vec<Kind> {
    let mut found = Vec::new();
    table.walk(|node, step| {
        let Some(name) = node.name().filter(|_| step == Step::Enter) else { return true };
        if name == "img" {
            let alt = || node.attr("alt").unwrap_or_default().trim().to_owned();
            found.extend((options.picture)(node).map(|src| Kind::Picture(src, alt())));
        } else if may_stand(name) && !options.hidden.conceals(node) {
            match (options.special)(node) {
                Some(Special::Picture(src, alt)) => found.push(Kind::Picture(src, alt)),
                Some(Special::Embedded(embedded)) => {
                    found.push(Kind::Embedded(embedded));
                    return false;
                }
                _ => {}
            }
        }
        true
    });
    found
}

fn cell(node: Node<'_>, options: LineOptions<'_>, read: Read<'_>, all: &mut Inline) -> Cell {
    let mut inline = Inline::default();
    for line in read(node, LineOptions { layout: true, ..options }) {
        if !matches!(line.kind, Kind::Picture(..)) {
            inline.join(line.inline);
        }
    }
    all.join(inline.clone());
    let span = |name: &str| {
        node.attr(name).and_then(|v| v.trim().parse::<u16>().ok()).unwrap_or(1).clamp(1, SPAN)
    };
    Cell {
        runs: inline.into_runs(),
        heading: node.name() == Some("th") || in_head(node),
        columns: span("colspan"),
        rows: span("rowspan"),
    }
}

/// Whether a cell stands in the head of its table.
fn in_head(cell: Node<'_>) -> bool {
    cell.ancestors().nth(1).is_some_and(|rows| rows.is(&["thead"]))
}
