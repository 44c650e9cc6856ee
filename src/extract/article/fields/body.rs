//! The body: lines settled into paragraphs, the signature taken off its end, parts made of what
//! remains.

use super::Notes;
use super::author::{self, Named};
use crate::domain::draft::Part;
use crate::extract::lines::line::{Kind, Line, Lines};
use crate::extract::rules::profile::Profile;
use crate::text::compare::ends_sentence;

/// Letters from which a line between breaks is a paragraph of its own.
const PARAGRAPH: usize = 80;
/// Lines at a body's end that are looked at for authors.
const TAIL: usize = 4;

/// Divides what follows an end mark, joins what only a line break divides.
pub(crate) fn settle(body: &mut Lines<'_>, profile: &Profile) {
    let lines = std::mem::take(&mut body.lines);
    body.lines.reserve(lines.len());
    for mut line in lines {
        while let Some(at) = mark_end(&line, profile) {
            let tail = line.inline.split_off(at);
            line.text = line.inline.text();
            let next = Line { soft: false, ..line.with(tail) };
            append(&mut body.lines, line, profile);
            line = next;
        }
        append(&mut body.lines, line, profile);
    }
}

/// Puts a line behind the others, or what only a break divides from the last one behind that.
fn append(lines: &mut Vec<Line>, line: Line, profile: &Profile) {
    match lines.last_mut() {
        Some(last) if line.soft && continues(last, &line, profile) => {
            last.inline.join(line.inline);
            last.text = last.inline.text();
        }
        _ => lines.push(line),
    }
}

/// Where the first end mark ends that text follows.
fn mark_end(line: &Line, profile: &Profile) -> Option<usize> {
    if matches!(line.kind, Kind::Preformatted) || !line.is_text() {
        return None;
    }
    let ends = profile.data.body.end_marks.iter().filter_map(|mark| {
        // Cheap test first: most lines have no such mark.
        if !line.text.contains(mark.as_str()) {
            return None;
        }
        let mut ends = line.text.match_indices(mark.as_str()).map(|(at, m)| at + m.len());
        ends.find(|at| line.text[*at..].contains(char::is_alphanumeric))
    });
    ends.min()
}

/// Whether a line after a single break goes on with the paragraph before.
fn continues(last: &Line, line: &Line, profile: &Profile) -> bool {
    let alike = last.kind == line.kind
        && last.container == line.container
        && matches!(line.kind, Kind::Paragraph | Kind::Quote | Kind::Heading(_) | Kind::Caption);
    let end = ends_sentence(&last.text) && !last.text.ends_with([',', ';', ':']);
    let paragraphs = end
        && last.letters() >= PARAGRAPH
        && (line.letters() >= PARAGRAPH || author::is_name(&line.text, profile));
    let marked = profile.data.body.end_marks.iter().any(|m| last.text.ends_with(m.as_str()));
    let label = profile.author_labels.label(&line.text).is_some()
        || profile.source_labels.label(&line.text).is_some();
    alike && !paragraphs && !marked && !label
}

/// Takes authors and sources off the end: labelled lines, then a signature.
pub(crate) fn signature(
    body: &mut Lines<'_>,
    plain: bool,
    named: &mut Named,
    profile: &Profile,
    notes: &mut Notes,
) {
    labelled(body, named, profile, notes);
    if profile.data.authors.words == 0 || body.lines.len() < 2 {
        return;
    }
    emphatic(body, profile);
    let Some(last) = body.lines.last() else { return };
    let text = matches!(last.kind, Kind::Paragraph | Kind::Quote | Kind::Heading(_));
    let bare = !ends_sentence(&last.text) && last.inline.linked().0 == 0;
    // In a text capture the last line without end punctuation is the author.
    let short = plain && last.letters() <= profile.data.authors.letters * 2;
    if text
        && bare
        && (short || author::is_name(&last.text, profile))
        && let Some(line) = body.lines.pop()
    {
        if named.authors.is_empty() {
            named.author(&line.text, "signature line", profile, notes);
        } else {
            notes.left("signature beside a labelled author", &line.text);
        }
    }
}

fn labelled(body: &mut Lines<'_>, named: &mut Named, profile: &Profile, notes: &mut Notes) {
    let from = body.lines.len().saturating_sub(TAIL);
    let mut at = 0;
    let lines = std::mem::take(&mut body.lines).into_iter();
    let mut waiting = None;
    body.lines = lines
        .filter(|line| {
            at += 1;
            if !line.is_text() || matches!(line.kind, Kind::Preformatted) {
                return true;
            }
            if at > from
                && (profile.author_labels.is(&line.text) || profile.source_labels.is(&line.text))
            {
                waiting = Some(profile.author_labels.is(&line.text));
                return false;
            }
            match waiting.take() {
                Some(true) => named.author(&line.text, "author label", profile, notes),
                Some(false) => named.source(&line.text, profile, notes),
                None => {
                    let running = (at <= from || ends_sentence(&line.text)) && !line.right;
                    return running || !author::line(&line.text, named, profile, notes);
                }
            }
            false
        })
        .collect();
}

/// A signature that only emphasis sets off from the last sentence becomes a line of its own.
fn emphatic(body: &mut Lines<'_>, profile: &Profile) {
    let Some(last) = body.lines.last_mut().filter(|l| l.kind == Kind::Paragraph) else { return };
    let Some(at) = last.inline.closing_emphasis() else { return };
    let (before, name) = last.text.split_at(at);
    if ends_sentence(before)
        && !before.trim_end().ends_with([',', ':', ';'])
        && author::is_name(name, profile)
    {
        let tail = last.inline.split_off(at);
        last.text = last.inline.text();
        let line = last.with(tail);
        body.lines.push(line);
    }
}

/// The parts of a draft; `captions[n]` belongs to line `n`.
pub(crate) fn parts(body: Lines<'_>, captions: Vec<Option<String>>) -> Vec<Part> {
    let part = |(line, caption): (Line, Option<String>)| {
        let (html, text) = (line.inline.html(), line.text);
        match line.kind {
            Kind::Paragraph | Kind::Caption => Part::Paragraph { html, text },
            Kind::Heading(level) => Part::Heading { level: level.clamp(2, 6), html, text },
            Kind::Item(ordered, depth) => Part::Item { ordered, depth, html, text },
            Kind::Quote => Part::Quote { html, text },
            Kind::Preformatted => Part::Preformatted { text },
            Kind::Table(rows) => Part::Table { rows },
            Kind::Picture(src, alt) => Part::Figure { src, alt, caption },
        }
    };
    body.lines.into_iter().zip(captions).map(part).collect()
}
