//! Furniture: lines that stand on most pages of a site are left out, whatever they say.
//!
//! A line counts by its text with digits masked and by the block that it stands in. What no word
//! list knows is noted for the site's memory, with or without one.

use std::collections::BTreeSet;
use std::ops::Range;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::fields::attachments::is_document;
use super::marked::{Body, Taken};
use super::partial::Partial;
use super::reading::Reading;
use crate::extract::lines::inline::Spaced;
use crate::extract::lines::line::{Kind, Line};
use crate::extract::rules::profile::Profile;
use crate::text::compare::trim;

/// Bytes of a line; longer ones are each page's own.
const LONGEST: usize = 600;
/// Bytes of a line that may open with a label.
const LABELLED: usize = 200;
/// Lines at a body's end that may say fields.
const TAIL: usize = 6;
/// Looks of a page that are noted.
const LOOKS: usize = 30;
/// Lines of a page that are noted.
const MOST: usize = 400;

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Toolbar = 1,
    Body = 2,
    /// At the beginning of a line, before a colon.
    Label = 3,
    /// A picture's address.
    Picture = 4,
    /// The look of an element that holds lines: what pages of one form share.
    Look = 5,
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

/// Leaves out of a body what most pages have.
pub(crate) fn of_body(body: &mut Body<'_>, _: &mut Partial, reading: &mut Reading<'_>) {
    let looks: BTreeSet<(&str, &str)> = body.containers.iter().map(|held| held.look).collect();
    for (element, class) in looks.into_iter().filter(|look| !look.1.is_empty()).take(LOOKS) {
        note(Place::Look, &format!("{element} {class}"), reading);
    }
    // Running text may open alike; fields stand at the end.
    let tail = body.kept().count().saturating_sub(TAIL);
    let mut n = 0;
    body.take_each(Taken::LeftOut, |line| {
        n += 1;
        reading.text = reading.text.rotate_left(1) ^ own(&line.text);
        let common = match &line.kind {
            Kind::Picture(src, _) => is_common(Place::Picture, src, reading),
            Kind::Table(_) => false,
            // What is noted must not depend on what is known: both are asked.
            _ => {
                let field = n > tail && !matches!(line.kind, Kind::Item(..));
                is_common(Place::Body, &line.text, reading)
                    | (field && has_label(&line.text, reading))
            }
        };
        let common = common && !is_known(line, reading.profile);
        if common {
            reading.left("on most pages of the site", &line.text);
        }
        common
    });
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

/// Whether a part of a toolbar is furniture: it is on most pages, or its label is.
fn is_furniture(part: &str, reading: &mut Reading<'_>) -> bool {
    let part = trim(part);
    is_common(Place::Toolbar, part, reading) | has_label(part, reading)
}

/// Whether several pages have a line that opens with this one's label: it says a field, and no word
/// list tells which.
fn has_label(text: &str, reading: &mut Reading<'_>) -> bool {
    // A label that a word list knows is read by its own rule.
    let known = || names(text, reading.profile);
    if text.len() > LABELLED || !text.contains([':', '：']) || known() {
        return false;
    }
    let label = text.split_once([':', '：']).filter(|(_, value)| !value.is_empty());
    let Some((label, _)) = label.filter(|(label, _)| !label.is_empty()) else { return false };
    let label = note(Place::Label, label.trim_end(), reading);
    reading.witnesses.know_label(label)
}

/// Whether most pages have this text at this place; notes it.
fn is_common(place: Place, text: &str, reading: &mut Reading<'_>) -> bool {
    if text.is_empty() || text.len() > LONGEST {
        return false;
    }
    let line = note(place, text, reading);
    reading.witnesses.know_line(line)
}

/// Notes a text at its place for the site's memory.
fn note(place: Place, text: &str, reading: &mut Reading<'_>) -> u64 {
    let line = fingerprint(place, text);
    if reading.lines.len() < MOST {
        reading.lines.push(line);
    }
    line
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

/// Tells a line of a body from others; where it is short, digits do not count: pages that differ in
/// numbers alone are one.
fn own(text: &str) -> u64 {
    match text.len() > LONGEST {
        true => xxh3_64(text.as_bytes()),
        false => fingerprint(Place::Body, text),
    }
}

/// Tells a text at its place from any other; digits count as one whatever they are, but for those
/// of a picture's address.
fn fingerprint(place: Place, text: &str) -> u64 {
    // Looks are odd, all else is even: no reading depends on a look.
    let seeded = |bytes: &[u8]| {
        let hash = xxh3_64_with_seed(bytes, place as u64);
        if place == Place::Look { hash | 1 } else { hash & !1 }
    };
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
