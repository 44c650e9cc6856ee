//! The body's parts put together: once as markup, once as text, and the captions apart. Each text
//! is cleaned once.

use std::borrow::Cow;

use url::Url;

use super::field;
use super::markup::Writer;
use super::sanitizer::Sanitizer;
use super::speech::{Own, Speech};
use super::tags::Tag;
use super::text;
use crate::domain::Part;
use crate::domain::draft::{Cell, Numbers};
use crate::domain::run::{self, GONE, Run};

/// Deepest nesting of lists that is shown.
const DEPTH: usize = 8;
/// Bytes of markup beside a part's text, for most.
const MARKUP: usize = 80;

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
        (
            Part::Item { ordered: one, numbers: its, .. },
            Part::Item { ordered, depth, numbers, .. },
        ) => *depth > 0 || one == ordered && its.of_list() == numbers.of_list(),
        (Part::Quote { .. }, Part::Quote { .. }) => true,
        _ => false,
    }
}

/// What runs say, cleaned.
pub(super) struct CleanRuns<'p> {
    text: Cow<'p, str>,
    /// Whether the runs are clean as they stand.
    as_is: bool,
}

/// What a part says, cleaned.
pub(super) enum Clean<'p> {
    /// A line of running text.
    Runs(CleanRuns<'p>),
    /// The lines of preformatted text.
    Lines(String),
    /// Cells, row by row.
    Rows(Vec<Vec<CleanRuns<'p>>>),
    /// A caption; empty for none.
    Caption(String),
    /// A link: what it is called, and its address.
    Link(String, Option<String>),
}

/// What a part says.
pub(super) fn cleaned<'p>(part: &'p Part, base: Option<&Url>) -> Clean<'p> {
    match part {
        Part::Paragraph { runs }
        | Part::Heading { runs, .. }
        | Part::Item { runs, .. }
        | Part::Quote { runs } => Clean::Runs(clean_runs(runs)),
        Part::Preformatted { text } => Clean::Lines(text::lines(text)),
        Part::Table { rows } => Clean::Rows(
            rows.iter()
                .map(|row| row.iter().map(|cell| clean_runs(&cell.runs)).collect())
                .collect(),
        ),
        Part::Figure { caption, .. } => {
            Clean::Caption(caption.as_deref().map_or(String::new(), text::clean))
        }
        Part::Embedded(embedded) => {
            let address = field::address(base, &embedded.to);
            let title = text::clean(&embedded.title);
            let named = address.is_some() && title.is_empty();
            let title = if named { text::clean(&embedded.to) } else { title };
            Clean::Link(title, address)
        }
    }
}

fn clean_runs(runs: &[Run]) -> CleanRuns<'_> {
    let text = run::text(runs);
    if !text::is_clean(&text) {
        let said = run::valid(runs).unwrap_or(text.into_owned());
        return CleanRuns { text: Cow::Owned(text::clean(&said)), as_is: false };
    }
    if let Some(said) = run::valid(runs) {
        return CleanRuns { text: Cow::Owned(text::clean(&said)), as_is: true };
    }
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    CleanRuns { text, as_is: true }
}

/// The whole body as safe HTML, and the addresses of its pictures.
pub(super) fn html(
    (parts, cleaned): (&[Part], &[Clean<'_>]),
    own: Own<'_>,
    base: Option<&Url>,
    sanitizer: &Sanitizer,
) -> (String, Vec<String>) {
    let bytes = cleaned.iter().flat_map(lines).map(|line| line.len() + MARKUP).sum();
    let mut out = Writer::new(base, sanitizer, bytes);
    let mut left = cleaned;
    for group in groups(parts) {
        let Some((clean, tail)) = left.split_at_checked(group.len()) else { break };
        left = tail;
        let speech = own.outer(group.iter().flat_map(spoken));
        match (group, clean) {
            ([Part::Item { .. }, ..], clean) => list(&mut out, (group, clean), own, &speech),
            ([Part::Quote { .. }, ..], clean) => {
                out.open_as(Tag::Blockquote, &speech);
                for (part, clean) in group.iter().zip(clean) {
                    let inner = own.inner(spoken(part).into_iter(), &speech);
                    element(&mut out, part, clean, (own, &inner));
                }
                out.close();
            }
            ([part], [clean]) => element(&mut out, part, clean, (own, &speech)),
            _ => {}
        }
    }
    out.end()
}

/// The lines of a part.
fn spoken(part: &Part) -> Vec<&[Run]> {
    match part {
        Part::Paragraph { runs }
        | Part::Heading { runs, .. }
        | Part::Item { runs, .. }
        | Part::Quote { runs } => vec![runs],
        Part::Table { rows } => rows.iter().flatten().map(|cell| cell.runs.as_slice()).collect(),
        Part::Preformatted { .. } | Part::Figure { .. } | Part::Embedded(_) => Vec::new(),
    }
}

/// A part that is an element of its own.
fn element(out: &mut Writer<'_>, part: &Part, clean: &Clean<'_>, said: (Own<'_>, &Speech)) {
    let (own, speech) = said;
    match (part, clean) {
        (Part::Paragraph { runs } | Part::Quote { runs }, Clean::Runs(clean)) => {
            line(out, Tag::P, (runs, clean), speech);
        }
        (Part::Heading { level, runs }, Clean::Runs(clean)) => {
            line(out, Tag::heading(*level), (runs, clean), speech);
        }
        (Part::Preformatted { .. }, Clean::Lines(text)) => {
            out.open_as(Tag::Pre, speech);
            out.text(text);
            out.close();
        }
        (Part::Table { rows }, Clean::Rows(cleaned)) => table(out, (rows, cleaned), own, speech),
        (Part::Figure { src, alt, .. }, Clean::Caption(caption)) => {
            out.open_as(Tag::Figure, speech);
            if !src.trim().is_empty() {
                out.picture(src, alt);
            }
            if !caption.is_empty() {
                out.open(Tag::Figcaption);
                out.text(caption);
                out.close();
            }
            out.close();
        }
        (Part::Embedded(_), Clean::Link(title, Some(address))) => {
            out.open_as(Tag::P, speech);
            out.link(address, title);
            out.close();
        }
        _ => {}
    }
}

fn line(out: &mut Writer<'_>, tag: Tag, (runs, clean): (&[Run], &CleanRuns<'_>), speech: &Speech) {
    out.open_as(tag, speech);
    out.runs(runs, clean.as_is);
    out.close();
}

fn list(
    out: &mut Writer<'_>,
    (group, cleaned): (&[Part], &[Clean<'_>]),
    own: Own<'_>,
    speech: &Speech,
) {
    let mut open: Vec<(bool, Numbers)> = Vec::new();
    let end = |out: &mut Writer<'_>| {
        out.close();
        out.close();
    };
    for (part, clean) in group.iter().zip(cleaned) {
        let (Part::Item { ordered, depth, numbers, runs }, Clean::Runs(clean)) = (part, clean)
        else {
            continue;
        };
        let level = usize::from(*depth).min(open.len()).min(DEPTH);
        let kind = (*ordered, numbers.of_list());
        while open.len() > level + 1 || open.get(level).is_some_and(|known| *known != kind) {
            open.pop();
            end(out);
        }
        if open.len() > level {
            out.close();
        } else {
            let speech = if open.is_empty() { speech } else { &Speech::default() };
            out.open_list(*ordered, numbers.of_list(), speech);
            open.push(kind);
        }
        out.open_item(numbers.value, &own.inner(std::iter::once(runs.as_slice()), speech));
        out.runs(runs, clean.as_is);
    }
    open.iter().for_each(|_| end(out));
}

fn table(
    out: &mut Writer<'_>,
    (rows, cleaned): (&[Vec<Cell>], &[Vec<CleanRuns<'_>>]),
    own: Own<'_>,
    speech: &Speech,
) {
    let heads = rows
        .iter()
        .take_while(|row| !row.is_empty() && row.iter().all(|cell| cell.heading))
        .count();
    let heads = if heads == rows.len() { 0 } else { heads };
    out.open_as(Tag::Table, speech);
    for (at, (row, cleaned)) in rows.iter().zip(cleaned).enumerate() {
        if at == 0 {
            out.open(if heads > 0 { Tag::Thead } else { Tag::Tbody });
        } else if at == heads {
            out.close();
            out.open(Tag::Tbody);
        }
        out.open(Tag::Tr);
        for (cell, clean) in row.iter().zip(cleaned) {
            out.open_cell(cell, &own.inner(std::iter::once(cell.runs.as_slice()), speech));
            out.runs(&cell.runs, clean.as_is);
            out.close();
        }
        out.close();
    }
    if !rows.is_empty() {
        out.close();
    }
    out.close();
}

/// The body as text: groups divided by one empty line, items and rows one a line, cells by tabs; no
/// captions.
pub(super) fn text(parts: &[Part], cleaned: &[Clean<'_>]) -> String {
    let mut out = String::with_capacity(cleaned.iter().flat_map(lines).map(|l| l.len() + 2).sum());
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

fn lines<'c>(clean: &'c Clean<'_>) -> Vec<Cow<'c, str>> {
    match clean {
        Clean::Runs(runs) => vec![Cow::Borrowed(&runs.text)],
        Clean::Lines(text) => vec![Cow::Borrowed(text)],
        Clean::Rows(rows) => {
            let row = |row: &Vec<CleanRuns<'_>>| {
                Cow::Owned(row.iter().map(|cell| &*cell.text).collect::<Vec<_>>().join("\t"))
            };
            rows.iter().map(row).collect()
        }
        Clean::Link(title, Some(_)) => vec![Cow::Borrowed(title)],
        Clean::Caption(_) | Clean::Link(_, None) => Vec::new(),
    }
}

/// Every piece of text and caption that makes a version, in reading order; captions are marked.
pub(super) fn texts<'c>(cleaned: &'c [Clean<'_>]) -> Vec<(bool, &'c str)> {
    let mut out = Vec::with_capacity(cleaned.len());
    for clean in cleaned {
        match clean {
            Clean::Runs(runs) => out.push((false, &*runs.text)),
            Clean::Lines(text) if text.trim().is_empty() => {}
            Clean::Lines(text) => out.push((false, text.as_str())),
            Clean::Rows(rows) => out.extend(rows.iter().flatten().map(|cell| (false, &*cell.text))),
            Clean::Caption(caption) => out.push((true, caption.as_str())),
            Clean::Link(title, Some(_)) => out.push((false, title.as_str())),
            Clean::Link(_, None) => {}
        }
    }
    out.retain(|(_, piece)| !piece.is_empty());
    out
}

/// What the markup of parts says beside their texts and makes a version too: struck-out words, how
/// lists count, the addresses of what is shown in frames. Most bodies have none.
pub(super) fn marks(parts: &[Part], cleaned: &[Clean<'_>]) -> Vec<(u8, String)> {
    let mut out = Vec::new();
    let mut last = Numbers::default();
    for (part, clean) in parts.iter().zip(cleaned) {
        let gone = |runs: &&[Run]| runs.iter().any(|run| run.style & GONE != 0);
        for runs in spoken(part).into_iter().filter(gone) {
            let words = runs.iter().filter(|run| run.style & GONE != 0);
            out.push((b's', text::clean(&words.map(|run| run.text.as_str()).collect::<String>())));
        }
        match (part, clean) {
            (Part::Item { numbers, .. }, _) => {
                if *numbers != last && *numbers != Numbers::default() {
                    let Numbers { start, reversed, kind, value } = numbers;
                    out.push((b'n', format!("{start:?} {reversed} {kind:?} {value:?}")));
                }
                last = *numbers;
            }
            (_, Clean::Link(_, Some(address))) => out.push((b'e', address.clone())),
            _ => last = Numbers::default(),
        }
    }
    out
}
