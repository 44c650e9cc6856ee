//! Furniture: lines that stand on most pages of a site are left out, whatever they say.
//!
//! A line counts by its text with digits masked and by the block that it stands in. What no word
//! list knows is noted for the site's memory, with or without one.

use std::ops::Range;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::fields::attachments::is_document;
use super::marked::{Body, Taken};
use super::partial::Partial;
use super::reading::Reading;
use crate::extract::lines::inline::Spaced;
use crate::extract::lines::line::{Container, Kind, Line};
use crate::extract::rules::profile::Profile;
use crate::text::compare::trim;

/// Bytes of a line; longer ones are each page's own.
const LONGEST: usize = 600;
/// Bytes of a line that may open with a label.
const LABELLED: usize = 200;
/// Letters of a value behind a label: a name, a date, an office.
const VALUE: usize = 40;
/// Lines at a body's end that may say fields.
const TAIL: usize = 4;
/// Looks of a block that are noted.
const LOOKS: usize = 30;
/// Lines of a page that are noted.
const MOST: usize = 400;

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Toolbar = 1,
    Body = 2,
    /// At the beginning of a line of a body, before a colon.
    Label = 3,
    /// A picture's address.
    Picture = 4,
    /// At the beginning of a line of a toolbar, before a colon.
    ToolbarLabel = 5,
}

/// The lines of a toolbar without what most pages have of them, and without the one of this number
/// that is a field. What is noted depends on neither the listing nor what is known.
pub(crate) fn of_toolbar(
    lines: Vec<Line>,
    field: Option<usize>,
    reading: &mut Reading<'_>,
) -> Vec<Line> {
    let mut kept = Vec::with_capacity(lines.len());
    for (n, line) in lines.into_iter().enumerate() {
        let spaced = line.inline.spaced();
        let parts = parts(&spaced);
        let common = |part: &&Range<usize>| is_furniture(&spaced.text[(*part).clone()], reading);
        let (furniture, own): (Vec<_>, Vec<_>) = parts.iter().partition(common);
        if field == Some(n) {
            continue;
        }
        if furniture.is_empty() || reading.witnesses.of_title(&line.text).is_some() {
            kept.push(line);
            continue;
        }
        reading.left("on most pages of the site", &line.text);
        kept.extend(own.into_iter().map(|part| Line {
            kind: line.kind.clone(),
            container: line.container,
            ..Line::plain(trim(&spaced.text[part.clone()]))
        }));
    }
    kept
}

/// Leaves out of a body what most pages have. What is noted does not depend on what is known.
pub(crate) fn of_body(body: &mut Body<'_>, _: &mut Partial, reading: &mut Reading<'_>) {
    note_looks(&body.containers, reading);
    body.take_each(Taken::LeftOut, |line| {
        let fingerprint = of_line(line);
        let own = fingerprint.unwrap_or_else(|| xxh3_64(line.text.as_bytes()));
        reading.lesson.body = reading.lesson.body.rotate_left(1) ^ own;
        note_label(line, reading);
        let Some(fingerprint) = fingerprint else { return false };
        note(fingerprint, reading);
        let common = reading.witnesses.know_line(fingerprint) && !is_known(line, reading.profile);
        if common {
            reading.left("on most pages of the site", &line.text);
        }
        common
    });
}

/// Leaves out the lines at a body's end that open with a label which several pages have: they say a
/// field, and no word list tells which. Running text and lists may open alike.
pub(crate) fn labelled(body: &mut Body<'_>, _: &mut Partial, reading: &mut Reading<'_>) {
    let tail = body.kept().count().saturating_sub(TAIL);
    let mut n = 0;
    body.take_each(Taken::LeftOut, |line| {
        n += 1;
        let field = n > tail && line.is_text() && !matches!(line.kind, Kind::Item(..));
        let label = label(&line.text, reading.profile).filter(|_| field);
        let known = |label| reading.witnesses.know_label(fingerprint(Place::Label, label));
        let labelled = label.is_some_and(known);
        if labelled {
            reading.left("labelled as no known field", &line.text);
        }
        labelled
    });
}

/// Tells a line of a body, where it is short, or a picture from others.
fn of_line(line: &Line) -> Option<u64> {
    match &line.kind {
        Kind::Picture(src, _) => Some(fingerprint(Place::Picture, src)),
        Kind::Table(_) => None,
        _ => (line.text.len() <= LONGEST).then(|| fingerprint(Place::Body, &line.text)),
    }
}

/// Notes the label that a line opens with.
fn note_label(line: &Line, reading: &mut Reading<'_>) {
    let label = label(&line.text, reading.profile).filter(|_| line.is_text());
    label.into_iter().for_each(|label| note(fingerprint(Place::Label, label), reading));
}

/// Notes the looks of the elements that hold a block's lines: what pages of one form share.
pub(crate) fn note_looks(containers: &[Container<'_>], reading: &mut Reading<'_>) {
    let mut looks = Vec::with_capacity(LOOKS);
    for (element, class) in containers.iter().map(|container| container.look) {
        let look = xxh3_64_with_seed(class.as_bytes(), xxh3_64(element.as_bytes())) | 1;
        if looks.len() < LOOKS && !class.is_empty() && !looks.contains(&look) {
            looks.push(look);
        }
    }
    // The same text in another form teaches that form.
    reading.lesson.body ^= looks.iter().fold(0, |all: u64, look| all.rotate_left(1) ^ look);
    reading.lesson.lines.extend(looks);
}

/// Whether a line is for a rule of its own, however many pages have it: it names documents, heads
/// them or a list of other articles, or says author or source by a label.
fn is_known(line: &Line, profile: &Profile) -> bool {
    let documents = || line.inline.links().iter().any(|(to, _)| is_document(to, profile));
    line.inline.has_links() && documents()
        || [&profile.attachments, &profile.related].iter().any(|words| words.is(&line.text))
        || names(&line.text, profile)
}

/// Whether a text says author or source by a label that a word list knows.
fn names(text: &str, profile: &Profile) -> bool {
    [&profile.author_labels, &profile.source_labels]
        .iter()
        .any(|labels| labels.label(text).is_some())
}

/// Whether a part of a toolbar is furniture: it is on most pages, or its label is on several.
fn is_furniture(part: &str, reading: &mut Reading<'_>) -> bool {
    let part = trim(part);
    if part.is_empty() || part.len() > LONGEST {
        return false;
    }
    let line = fingerprint(Place::Toolbar, part);
    let label = label(part, reading.profile);
    let label = label.map(|label| fingerprint(Place::ToolbarLabel, label));
    [Some(line), label].into_iter().flatten().for_each(|known| note(known, reading));
    reading.witnesses.know_line(line)
        || label.is_some_and(|label| reading.witnesses.know_label(label))
}

/// What a line opens with before a colon and a short value; a title goes on longer, and a label
/// that a word list knows is read by its own rule.
fn label<'t>(text: &'t str, profile: &Profile) -> Option<&'t str> {
    // Cheap test first: most lines are longer.
    if text.len() > LABELLED {
        return None;
    }
    let (label, value) = text.split_once([':', '：'])?;
    let label = label.trim_end();
    let short = !value.is_empty() && value.trim().chars().count() <= VALUE;
    (short && !label.is_empty() && !names(text, profile)).then_some(label)
}

/// Notes a line for the site's memory.
fn note(line: u64, reading: &mut Reading<'_>) {
    let lines = &mut reading.lesson.lines;
    if lines.len() < MOST {
        lines.push(line);
    }
}

/// The parts of a line between elements and bars, each with a letter in it.
fn parts(spaced: &Spaced) -> Vec<Range<usize>> {
    let text = &spaced.text;
    let bars = text.match_indices(['|', '•', '·']).map(|(at, _)| at);
    let mut cuts: Vec<usize> = spaced.borders.iter().copied().chain(bars).collect();
    cuts.push(text.len());
    cuts.sort_unstable();
    let mut from = 0;
    let ranges = cuts.into_iter().map(|cut| std::mem::replace(&mut from, cut)..cut);
    ranges.filter(|part| text[part.clone()].contains(char::is_alphanumeric)).collect()
}

/// Tells a text at its place from any other; digits count as one whatever they are, but for those
/// of a picture's address.
fn fingerprint(place: Place, text: &str) -> u64 {
    // Even: looks are odd.
    let seeded = |bytes: &[u8]| xxh3_64_with_seed(bytes, place as u64) & !1;
    let bytes = text.as_bytes();
    if place == Place::Picture || !bytes.iter().any(u8::is_ascii_digit) {
        return seeded(bytes);
    }
    let mut masked = Vec::with_capacity(bytes.len());
    for byte in bytes {
        match byte.is_ascii_digit() {
            false => masked.push(*byte),
            true if masked.last() == Some(&b'0') => {}
            true => masked.push(b'0'),
        }
    }
    seeded(&masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_the_same_line_on_each_page() {
        let line = |text| fingerprint(Place::Body, text);
        assert_eq!(line("Đã có người xem: 318"), line("Đã có người xem: 7"));
        assert_ne!(line("Đã có người xem: 318"), line("Đã có người mua: 318"));
        assert_ne!(line("In bài"), fingerprint(Place::Toolbar, "In bài"));
    }
}
