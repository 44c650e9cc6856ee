//! The body's parts put together: once as markup (still unsafe), once as text, and the captions
//! apart.

use std::borrow::Cow;
use std::fmt::Write;

use crate::domain::Part;
use crate::domain::draft::Cell;

use super::text;

/// Deepest nesting of lists that is shown.
const DEPTH: usize = 8;

/// The parts from the beginning that fit into `limit` bytes.
pub(super) fn bounded(parts: &[Part], limit: usize) -> &[Part] {
    let mut left = limit;
    let fits = parts.iter().take_while(|part| {
        let rest = left.checked_sub(size(part));
        left = rest.unwrap_or(0);
        rest.is_some()
    });
    let count = fits.count();
    parts.get(..count).unwrap_or(parts)
}

fn size(part: &Part) -> usize {
    match part {
        Part::Paragraph { html, text }
        | Part::Heading { html, text, .. }
        | Part::Item { html, text, .. }
        | Part::Quote { html, text } => html.len().max(text.len()),
        Part::Preformatted { text } => text.len(),
        Part::Table { rows } => {
            rows.iter().flatten().map(|cell| cell.html.len().max(cell.text.len()) + 9).sum()
        }
        Part::Figure { src, alt, caption } => {
            src.len() + alt.len() + caption.as_ref().map_or(0, String::len)
        }
    }
}

/// The parts in groups: the items of one list, the paragraphs of one quotation, any other part
/// alone.
fn groups(parts: &[Part]) -> impl Iterator<Item = &[Part]> {
    let mut rest = parts;
    std::iter::from_fn(move || {
        let first = rest.first()?;
        let length = 1 + rest.iter().skip(1).take_while(|part| together(first, part)).count();
        let (group, tail) = rest.split_at_checked(length)?;
        rest = tail;
        Some(group)
    })
}

fn together(first: &Part, part: &Part) -> bool {
    match (first, part) {
        (Part::Item { ordered: one, .. }, Part::Item { ordered, depth, .. }) => {
            *depth > 0 || one == ordered
        }
        (Part::Quote { .. }, Part::Quote { .. }) => true,
        _ => false,
    }
}

/// Markup of the whole body, as unsafe as the parts.
pub(super) fn html(parts: &[Part]) -> String {
    let mut out = String::new();
    for group in groups(parts) {
        match group {
            [Part::Item { .. }, ..] => list(&mut out, group),
            [Part::Quote { .. }, ..] => quotation(&mut out, group),
            [part, ..] => single(&mut out, part),
            [] => {}
        }
    }
    out
}

fn single(out: &mut String, part: &Part) {
    // Writing to a string cannot fail.
    let _ = match part {
        Part::Paragraph { html, .. } => write!(out, "<p>{html}</p>"),
        Part::Heading { level, html, .. } => {
            write!(out, "<h{0}>{html}</h{0}>", (*level).clamp(2, 6))
        }
        Part::Preformatted { text } => write!(out, "<pre>\n{}</pre>", escaped(&text::lines(text))),
        Part::Table { rows } => {
            table(out, rows);
            Ok(())
        }
        Part::Figure { src, alt, caption } => {
            out.push_str("<figure>");
            if !src.trim().is_empty() {
                let _ = write!(out, r#"<img src="{}" alt="{}">"#, escaped(src), escaped(alt));
            }
            let caption = caption.as_deref().map_or(String::new(), text::clean);
            write!(out, "<figcaption>{}</figcaption></figure>", escaped(&caption))
        }
        Part::Item { .. } | Part::Quote { .. } => Ok(()),
    };
}

fn quotation(out: &mut String, group: &[Part]) {
    out.push_str("<blockquote>");
    for part in group {
        if let Part::Quote { html, .. } = part {
            let _ = write!(out, "<p>{html}</p>");
        }
    }
    out.push_str("</blockquote>");
}

fn list(out: &mut String, group: &[Part]) {
    let mut open: Vec<bool> = Vec::new();
    let tag = |ordered: bool| if ordered { "ol" } else { "ul" };
    for part in group {
        let Part::Item { ordered, depth, html, .. } = part else { continue };
        let level = usize::from(*depth).min(open.len()).min(DEPTH);
        while open.len() > level + 1 || open.get(level).is_some_and(|kind| kind != ordered) {
            let _ = write!(out, "</li></{}>", tag(open.pop().unwrap_or_default()));
        }
        if open.len() > level {
            out.push_str("</li>");
        } else {
            let _ = write!(out, "<{}>", tag(*ordered));
            open.push(*ordered);
        }
        let _ = write!(out, "<li>{html}");
    }
    while let Some(ordered) = open.pop() {
        let _ = write!(out, "</li></{}>", tag(ordered));
    }
}

fn table(out: &mut String, rows: &[Vec<Cell>]) {
    let heads = rows
        .iter()
        .take_while(|row| !row.is_empty() && row.iter().all(|cell| cell.heading))
        .count();
    let heads = if heads == rows.len() { 0 } else { heads };
    out.push_str("<table>");
    for (at, row) in rows.iter().enumerate() {
        if at == 0 {
            out.push_str(if heads > 0 { "<thead>" } else { "<tbody>" });
        } else if at == heads {
            out.push_str("</thead><tbody>");
        }
        out.push_str("<tr>");
        row.iter().for_each(|cell| self::cell(out, cell));
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
}

fn cell(out: &mut String, cell: &Cell) {
    let tag = if cell.heading { "th" } else { "td" };
    let _ = write!(out, "<{tag}");
    for (name, span) in [("colspan", cell.columns), ("rowspan", cell.rows)] {
        if (2..=1000).contains(&span) {
            let _ = write!(out, r#" {name}="{span}""#);
        }
    }
    let _ = write!(out, ">{}</{tag}>", cell.html);
}

/// What a part says, cleaned once.
pub(super) enum Clean {
    /// A line, or the lines of preformatted text.
    Line(String),
    /// Cells, row by row.
    Rows(Vec<Vec<String>>),
    /// A caption; empty for none.
    Caption(String),
}

/// What the parts say, one by one.
pub(super) fn cleaned(parts: &[Part]) -> Vec<Clean> {
    let clean = |part: &Part| match part {
        Part::Paragraph { text, .. }
        | Part::Heading { text, .. }
        | Part::Item { text, .. }
        | Part::Quote { text, .. } => Clean::Line(text::clean(text)),
        Part::Preformatted { text } => Clean::Line(text::lines(text)),
        Part::Table { rows } => Clean::Rows(
            rows.iter()
                .map(|row| row.iter().map(|cell| text::clean(&cell.text)).collect())
                .collect(),
        ),
        Part::Figure { caption, .. } => {
            Clean::Caption(caption.as_deref().map_or(String::new(), text::clean))
        }
    };
    parts.iter().map(clean).collect()
}

/// The body as text: groups divided by one empty line, items and rows one a line, cells by tabs; no
/// captions.
pub(super) fn text(parts: &[Part], cleaned: &[Clean]) -> String {
    let mut out = String::new();
    let mut cleaned = cleaned.iter();
    for group in groups(parts) {
        let quotes = matches!(group, [Part::Quote { .. }, ..]);
        let mut gap = "\n\n";
        for line in cleaned
            .by_ref()
            .take(group.len())
            .flat_map(lines)
            .filter(|line| !line.trim().is_empty())
        {
            let gap = std::mem::replace(&mut gap, if quotes { "\n\n" } else { "\n" });
            out.push_str(if out.is_empty() { "" } else { gap });
            out.push_str(&line);
        }
    }
    out
}

fn lines(clean: &Clean) -> Vec<Cow<'_, str>> {
    match clean {
        Clean::Line(line) => vec![Cow::Borrowed(line)],
        Clean::Rows(rows) => rows.iter().map(|row| Cow::Owned(row.join("\t"))).collect(),
        Clean::Caption(_) => Vec::new(),
    }
}

/// Every piece of text and caption that makes a version, in reading order; captions are marked.
pub(super) fn texts(cleaned: &[Clean]) -> Vec<(bool, &str)> {
    let mut out = Vec::with_capacity(cleaned.len());
    for clean in cleaned {
        match clean {
            Clean::Line(line) if line.trim().is_empty() => {}
            Clean::Line(line) => out.push((false, line.as_str())),
            Clean::Rows(rows) => {
                out.extend(rows.iter().flatten().map(|cell| (false, cell.as_str())))
            }
            Clean::Caption(caption) => out.push((true, caption.as_str())),
        }
    }
    out.retain(|(_, piece)| !piece.is_empty());
    out
}

/// Text as markup.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}
