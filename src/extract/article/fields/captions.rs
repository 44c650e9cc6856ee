//! Captions: which line beside a picture speaks of it.

use super::Notes;
use crate::domain::run::{BOLD, ITALIC};
use crate::extract::lines::line::{Kind, Line, Lines};
use crate::extract::rules::profile::Profile;
use crate::text::compare::{ends_sentence, same};

/// Joins captions to their pictures: the lines become `Part::Figure`s later, by `captions[n]` for
/// line `n`.
pub(crate) fn join(
    body: &mut Lines<'_>,
    profile: &Profile,
    notes: &mut Notes,
) -> Vec<Option<String>> {
    let lines = std::mem::take(&mut body.lines);
    let mut captions: Vec<Option<String>> = Vec::with_capacity(lines.len());
    let mut kept: Vec<usize> = Vec::with_capacity(lines.len());
    let mut early: Option<String> = None;
    for (n, line) in lines.iter().enumerate() {
        let picture = kept.last().map(|at| &lines[*at]).filter(|l| is_picture(l));
        // A caption element may stand before its picture.
        if line.kind == Kind::Caption
            && picture.is_none()
            && lines.get(n + 1).is_some_and(is_picture)
        {
            early = Some(line.text.clone());
            continue;
        }
        if let Some(picture) = picture
            && let Some(caption @ None) = captions.last_mut()
            && let Some(rule) = speaks_of(&lines, n, picture, body, profile)
        {
            notes.took("captions", rule, &line.text);
            *caption = Some(line.text.clone());
            continue;
        }
        captions.push(if is_picture(line) { early.take() } else { None });
        kept.push(n);
    }
    let mut kept = kept.into_iter().peekable();
    body.lines = lines
        .into_iter()
        .enumerate()
        .filter_map(|(n, line)| kept.next_if_eq(&n).map(|_| line))
        .collect();
    captions
}

fn is_picture(line: &Line) -> bool {
    matches!(line.kind, Kind::Picture(..))
}

/// The rule by which line `n` is the caption of the picture before it.
fn speaks_of(
    lines: &[Line],
    n: usize,
    picture: &Line,
    body: &Lines<'_>,
    profile: &Profile,
) -> Option<&'static str> {
    let line = &lines[n];
    let Kind::Picture(_, alt) = &picture.kind else { return None };
    if line.kind == Kind::Caption {
        return Some("caption element");
    }
    if line.kind != Kind::Paragraph || line.letters() > profile.data.captions.letters {
        return None;
    }
    if same(alt, &line.text) {
        return Some("caption: the picture's alternative text");
    }
    if profile.captions.any(&line.text) {
        return Some("caption pattern");
    }
    if shared(lines, n, picture, body) {
        return Some("caption: in one element with its picture");
    }
    // A picture that floats in another line's element has no caption of its own after it.
    let floats = lines[..n].iter().rev().find(|l| !is_picture(l)).is_some_and(|l| {
        l.container == picture.container && !line.soft && line.container != picture.container
    });
    let short = !ends_sentence(&line.text) && !line.right && !floats;
    let quiet = line.inline.all(ITALIC) || line.centered && !line.inline.all(BOLD);
    match quiet || short && !line.inline.all(BOLD) {
        true if quiet => Some("caption: italic or centered line after a picture"),
        true => Some("caption: short line after a picture"),
        false => None,
    }
}

/// Whether a picture and line `n` stand in one element that holds no other text, while other text
/// stands outside.
fn shared(lines: &[Line], n: usize, picture: &Line, body: &Lines<'_>) -> bool {
    let line = &lines[n];
    let mut container = picture.container;
    while container != 0 && !body.stands_in(line.container, container) {
        container = body.containers[container].parent;
    }
    let inside = |l: &&Line| body.stands_in(l.container, container);
    let before = lines[..n].iter().rev().find(|l| !is_picture(l));
    let after = lines[n + 1..].iter().find(|l| !is_picture(l));
    let alone = !before.iter().any(inside) && !after.iter().any(inside);
    container != 0 && alone && (before.is_some() || after.is_some()) && !line.soft_sentence()
}

impl Line {
    /// A whole sentence right behind a single line break is text rather than a caption.
    fn soft_sentence(&self) -> bool {
        self.soft && ends_sentence(&self.text) && self.letters() > 200
    }
}

/// In a text capture there are no pictures: a paragraph without end punctuation between two others
/// is a caption.
pub(crate) fn of_text(body: &mut Lines<'_>, notes: &mut Notes) -> Vec<Option<String>> {
    let last = body.lines.len().saturating_sub(1);
    let mut captions = Vec::new();
    for (n, line) in body.lines.iter_mut().enumerate() {
        let caption =
            n > 0 && n < last && line.kind == Kind::Paragraph && !ends_sentence(&line.text);
        captions.push(caption.then(|| line.text.clone()));
        if caption {
            notes.took("captions", "caption: paragraph without end punctuation", &line.text);
            line.kind = Kind::Picture(String::new(), String::new());
        }
    }
    captions
}
