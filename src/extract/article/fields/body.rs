//! The body: lines settled into paragraphs, the signature taken off its end.

use super::author::{self, Named};
use crate::extract::article::marked::{Body, Taken};
use crate::extract::article::partial::Partial;
use crate::extract::article::reading::Reading;
use crate::extract::lines::line::{Kind, Line};
use crate::extract::rules::profile::Profile;
use crate::text::compare::ends_sentence;

/// Letters from which a line between breaks is a paragraph of its own.
const PARAGRAPH: usize = 80;
/// Lines at a body's end that are looked at for authors.
const TAIL: usize = 4;

/// Divides what follows an end mark, joins what only a line break divides.
pub(crate) fn settle(body: &mut Body<'_>, _: &mut Partial, reading: &mut Reading<'_>) {
    let profile = reading.profile;
    body.resettle(
        |line| mark_end(line, profile),
        |last, line| line.soft && continues(last, line, profile),
    );
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
pub(crate) fn signature(body: &mut Body<'_>, partial: &mut Partial, reading: &mut Reading<'_>) {
    labelled(body, &mut partial.named, reading);
    let profile = reading.profile;
    if profile.data.authors.words == 0 || body.kept().nth(1).is_none() {
        return;
    }
    emphatic(body, profile);
    let Some((at, last)) = body.kept().next_back() else { return };
    if !is_signature(last, reading) {
        return;
    }
    if partial.named.authors.is_empty() {
        partial.named.author(&last.text, "signature line".into(), reading);
    } else {
        reading.left("signature beside a labelled author", &last.text);
    }
    body.take([at], Taken::Field("authors"));
}

/// Whether the last line of a body names its author.
fn is_signature(last: &Line, reading: &Reading<'_>) -> bool {
    let text = matches!(last.kind, Kind::Paragraph | Kind::Quote | Kind::Heading(_));
    let bare = !ends_sentence(&last.text) && last.inline.linked().0 == 0;
    // In a text capture the last line without end punctuation is the author.
    let short = reading.plain && last.letters() <= reading.profile.data.authors.letters * 2;
    text && bare && (short || author::is_name(&last.text, reading.profile))
}

fn labelled(body: &mut Body<'_>, named: &mut Named, reading: &mut Reading<'_>) {
    let profile = reading.profile;
    let from = body.kept().count().saturating_sub(TAIL);
    let mut at = 0;
    let mut waiting = None;
    body.take_each(Taken::Field("authors"), |line| {
        at += 1;
        if !line.is_text() || matches!(line.kind, Kind::Preformatted) {
            return false;
        }
        let is_author = at > from && profile.author_labels.is(&line.text);
        if is_author || at > from && profile.source_labels.is(&line.text) {
            waiting = Some((is_author, line.text.clone()));
            return true;
        }
        match waiting.take() {
            Some((true, said)) => {
                let rule = reading.rule(|p| p.label(&p.author_labels, "authors.labels", &said));
                named.author(&line.text, rule, reading);
            }
            Some((false, said)) => {
                let rule = reading.rule(|p| p.label(&p.source_labels, "authors.sources", &said));
                named.source(&line.text, rule, reading);
            }
            None => {
                let running = (at <= from || ends_sentence(&line.text)) && !line.right;
                return !running && author::line(&line.text, named, reading);
            }
        }
        true
    });
}

/// A signature that only emphasis sets off from the last sentence becomes a line of its own.
fn emphatic(body: &mut Body<'_>, profile: &Profile) {
    let Some((n, last)) = body.kept_mut().last().filter(|(_, l)| l.kind == Kind::Paragraph) else {
        return;
    };
    let Some(at) = last.inline.closing_emphasis() else { return };
    let (before, name) = last.text.split_at(at);
    if ends_sentence(before)
        && !before.trim_end().ends_with([',', ':', ';'])
        && author::is_name(name, profile)
    {
        let tail = last.inline.split_off(at);
        last.text = last.inline.text();
        let line = last.with(tail);
        body.put_behind(n, line);
    }
}
