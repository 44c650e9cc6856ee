//! Captions: which line beside a picture speaks of it.

use std::borrow::Cow;

use crate::domain::run::{BOLD, ITALIC};
use crate::extract::article::marked::{Body, Taken};
use crate::extract::article::partial::Partial;
use crate::extract::article::reading::Reading;
use crate::extract::lines::line::{Kind, Line};
use crate::text::compare::{ends_sentence, same};

/// Joins captions to their pictures.
pub(crate) fn join(body: &mut Body<'_>, _: &mut Partial, reading: &mut Reading<'_>) {
    if reading.plain {
        return of_text(body, reading);
    }
    let kept: Vec<(usize, &Line)> = body.kept().collect();
    let lines: Vec<&Line> = kept.iter().map(|(_, line)| *line).collect();
    let mut captions: Vec<(usize, usize)> = Vec::new();
    // The picture right before, and whether something speaks of it.
    let mut picture: Option<(usize, bool)> = None;
    let mut early = None;
    for (n, (at, line)) in kept.iter().enumerate() {
        // A caption element may stand before its picture.
        let is_next = || lines.get(n + 1).is_some_and(|next| is_picture(next));
        if line.kind == Kind::Caption && picture.is_none() && is_next() {
            early = Some(*at);
            continue;
        }
        if let Some((of, false)) = picture
            && let Some(rule) = speaks_of(&lines, n, lines[of], body, reading)
        {
            reading.took("captions", rule, &line.text);
            captions.push((*at, kept[of].0));
            picture = Some((of, true));
            continue;
        }
        let before = if is_picture(line) { early.take() } else { None };
        captions.extend(before.map(|caption| (caption, *at)));
        picture = is_picture(line).then_some((n, before.is_some()));
    }
    for (caption, of) in captions {
        body.take([caption], Taken::CaptionOf(of));
    }
    if reading.profile.page_selectors.is_some() {
        alone(body);
    }
}

/// What speaks of a picture that is not there, such as one that a script brings, is no text.
fn alone(body: &mut Body<'_>) {
    let captions = body.kept().filter(|(_, line)| line.kind == Kind::Caption);
    let captions: Vec<usize> = captions.map(|(n, _)| n).collect();
    for n in captions {
        body.take([n], Taken::CaptionOf(n));
    }
}

fn is_picture(line: &Line) -> bool {
    matches!(line.kind, Kind::Picture(..))
}

/// The rule by which line `n` is the caption of the picture before it.
fn speaks_of(
    lines: &[&Line],
    n: usize,
    picture: &Line,
    body: &Body<'_>,
    reading: &Reading<'_>,
) -> Option<Cow<'static, str>> {
    let (line, profile) = (lines[n], reading.profile);
    let Kind::Picture(_, alt) = &picture.kind else { return None };
    if line.kind == Kind::Caption {
        return Some("caption element".into());
    }
    if line.kind != Kind::Paragraph || line.letters() > profile.data.captions.letters {
        return None;
    }
    if same(alt, &line.text) {
        return Some("caption: the picture's alternative text".into());
    }
    if profile.captions.any(&line.text) {
        return Some(reading.rule(|p| {
            let place = p.captions.which(&line.text);
            p.pattern("caption pattern", &p.data.captions.patterns, "captions.patterns", place)
        }));
    }
    if shared(lines, n, picture, body) {
        return Some("caption: in one element with its picture".into());
    }
    // A picture that floats in another line's element has no caption of its own after it.
    let floats = lines[..n].iter().rev().find(|l| !is_picture(l)).is_some_and(|l| {
        l.container == picture.container && !line.soft && line.container != picture.container
    });
    let short = !ends_sentence(&line.text) && !line.right && !floats;
    let bold = line.inline.all(BOLD);
    // On a page at large a line that is bold too is an appeal.
    let italic = line.inline.all(ITALIC) && !(bold && profile.page_selectors.is_some());
    let quiet = italic || line.centered && !bold;
    match quiet || short && !bold {
        true if quiet => Some("caption: italic or centered line after a picture".into()),
        true => Some("caption: short line after a picture".into()),
        false => None,
    }
}

/// Whether a picture and line `n` stand in one element that holds no other text, while other text
/// stands outside.
fn shared(lines: &[&Line], n: usize, picture: &Line, body: &Body<'_>) -> bool {
    let line = lines[n];
    let mut container = picture.container;
    while container != 0 && !body.stands_in(line.container, container) {
        container = body.containers[container].parent;
    }
    let inside = |l: &&&Line| body.stands_in(l.container, container);
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
fn of_text(body: &mut Body<'_>, reading: &mut Reading<'_>) {
    let kept: Vec<(usize, &Line)> = body.kept().collect();
    let between = kept.get(1..kept.len().saturating_sub(1)).unwrap_or_default();
    let speaks = |l: &Line| l.kind == Kind::Paragraph && !ends_sentence(&l.text);
    let mut captions = Vec::new();
    for (n, line) in between.iter().filter(|(_, line)| speaks(line)) {
        reading.took("captions", "caption: paragraph without end punctuation", &line.text);
        captions.push(*n);
    }
    for n in captions {
        body.take([n], Taken::CaptionOf(n));
    }
}
