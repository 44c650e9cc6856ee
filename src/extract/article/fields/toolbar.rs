//! A toolbar: date, reading tools, counters and authors are told apart piece by piece; what is left
//! holds title and lead.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::ops::Range;

use super::author::{self, Named};
use super::date::{self, Dates};
use crate::extract::article::reading::Reading;
use crate::extract::lines::inline::Spaced;
use crate::extract::lines::line::{Kind, Line};
use crate::extract::rules::profile::Profile;
use crate::extract::rules::words::Said;
use crate::text::compare::trim;

/// Bytes of a line; a longer one is running text.
const LONGEST: usize = 4_000;
/// Bytes of a line that may be a label and nothing else.
const LABEL: usize = 120;
/// Pieces that one line is divided into at most.
const PIECES: usize = 200;

/// What a toolbar says.
#[derive(Debug, Default)]
pub(crate) struct Toolbar {
    /// Its dates.
    pub dates: Dates,
    /// Authors and sources by their labels.
    pub named: Named,
    /// The title by its label.
    pub title: Option<String>,
    /// The lead by its label.
    pub lead: Option<String>,
    /// Lines that no rule of this file took.
    pub rest: Vec<Line>,
}

/// A label that waits for its value on the next line.
#[derive(Clone, Copy, PartialEq)]
enum Waiting {
    Nothing,
    Date,
    Edited,
    Author,
    Source,
    Title,
    Lead,
    Leave,
}

/// Reads the lines of a toolbar.
pub(crate) fn read(lines: Vec<Line>, reading: &mut Reading<'_>) -> Toolbar {
    let profile = reading.profile;
    let mut toolbar = Toolbar::default();
    let mut waiting = Waiting::Nothing;
    let mut said = String::new();
    for line in lines.into_iter().filter(Line::is_text) {
        let now = label(&line.text, profile);
        if now != Waiting::Nothing {
            (waiting, said) = (now, line.text);
            continue;
        }
        if line.action {
            reading.left("acts on the page", &line.text);
            continue;
        }
        if line.text.len() > LONGEST {
            toolbar.rest.push(line);
            continue;
        }
        match std::mem::replace(&mut waiting, Waiting::Nothing) {
            Waiting::Title => toolbar.title = Some(line.text),
            Waiting::Lead => toolbar.lead = Some(line.text),
            Waiting::Leave => reading.left(no_field(&said, reading), &line.text),
            Waiting::Author => {
                let rule = reading.rule(|p| p.label(&p.author_labels, "authors.labels", &said));
                toolbar.named.author(&line.text, rule, reading)
            }
            Waiting::Source => {
                let rule = reading.rule(|p| p.label(&p.source_labels, "authors.sources", &said));
                toolbar.named.source(&line.text, rule, reading)
            }
            Waiting::Edited if date::find(&line.text, profile).is_some() => {
                toolbar.dates.edited(&line.text, reading)
            }
            Waiting::Date if date::find(&line.text, profile).is_some() => {
                let rule = reading.rule(|p| p.label(&p.date_labels, "labels.date", &said));
                toolbar.dates.labelled(&line.text, rule, reading)
            }
            _ => divide(line, &mut toolbar, reading),
        }
    }
    toolbar
}

/// The label that a line consists of.
fn label(text: &str, profile: &Profile) -> Waiting {
    // Cheap test first: most lines are longer than any label.
    if text.len() > LABEL {
        return Waiting::Nothing;
    }
    let said = Said::of(text);
    let labels = [
        (&profile.edited, Waiting::Edited),
        (&profile.date_labels, Waiting::Date),
        (&profile.author_labels, Waiting::Author),
        (&profile.source_labels, Waiting::Source),
        (&profile.title_labels, Waiting::Title),
        (&profile.lead_labels, Waiting::Lead),
        (&profile.other_labels, Waiting::Leave),
    ];
    labels.into_iter().find(|(words, _)| words.hold(&said)).map_or(Waiting::Nothing, |(_, w)| w)
}

/// Takes a line apart; a line without anything to take stays whole.
fn divide(line: Line, toolbar: &mut Toolbar, reading: &mut Reading<'_>) {
    let spaced = line.inline.spaced();
    let mut pieces: Vec<Range<usize>> = std::iter::once(0..spaced.text.len()).collect();
    for cut in tools(&spaced, reading.profile) {
        let rule = reading.rule(|p| p.tool(&spaced.text[cut.clone()]));
        reading.left(rule, &spaced.text[cut.clone()]);
        remove(&mut pieces, cut);
    }
    let mut taken = pieces.len() != 1 || pieces[0] != (0..spaced.text.len());
    let mut rest = Vec::new();
    while let Some(piece) = pieces.pop().filter(|_| rest.len() < PIECES) {
        let text = &spaced.text[piece.clone()];
        let borders: Vec<usize> =
            spaced.borders.iter().filter(|b| piece.contains(b)).map(|b| b - piece.start).collect();
        let cut = toolbar
            .dates
            .take(text, &borders, reading)
            .or_else(|| author::take(text, &borders, &mut toolbar.named, reading));
        match cut {
            Some(cut) if !cut.is_empty() => {
                taken = true;
                pieces.push(piece.start..piece.start + cut.start);
                pieces.push(piece.start + cut.end..piece.end);
            }
            _ => rest.push(piece),
        }
    }
    if !taken {
        return whole(line, toolbar, reading);
    }
    rest.sort_by_key(|r| r.start);
    for piece in rest {
        let text = trim(&spaced.text[piece]);
        if text.contains(char::is_alphabetic) {
            toolbar.rest.push(Line {
                kind: line.kind.clone(),
                container: line.container,
                ..Line::plain(text)
            });
        }
    }
}

/// Takes a line whole by the label that it opens with; without one it is left over.
fn whole(line: Line, toolbar: &mut Toolbar, reading: &mut Reading<'_>) {
    let profile = reading.profile;
    let edited = |text: &str| {
        let at = profile.edited.opening(text);
        at.is_some_and(|at| !text[at..].contains(char::is_alphabetic))
    };
    if let Some(at) = profile.title_labels.label(&line.text) {
        toolbar.title = Some(line.text[at..].trim().to_owned());
    } else if let Some(at) = profile.lead_labels.label(&line.text) {
        toolbar.lead = Some(line.text[at..].trim().to_owned());
    } else if profile.other_labels.label(&line.text).is_some() {
        reading.left(no_field(&line.text, reading), &line.text);
    } else if edited(&line.text) {
        let rule = reading
            .rule(|p| p.word("time of an edit, by label", &p.edited, "edited.labels", &line.text));
        reading.left(rule, &line.text);
    } else {
        toolbar.rest.push(line);
    }
}

/// The rule by which a label that a text holds names no field.
pub(crate) fn no_field(text: &str, reading: &Reading<'_>) -> Cow<'static, str> {
    reading.rule(|p| p.word("no field, by label", &p.other_labels, "labels.none", text))
}

/// What of a line is tools, counters and what acts on the page; in order, apart.
pub(crate) fn tools(spaced: &Spaced, profile: &Profile) -> Vec<Range<usize>> {
    let text = &spaced.text;
    if text.len() > LONGEST {
        return Vec::new();
    }
    let date = LazyCell::new(|| profile.dates.find(text).map(|f| f.span));
    let all = named(spaced, profile, || date.clone());
    if all.is_empty() {
        return all;
    }
    // A title may speak of a tool: only what stands apart on its line, or among other tools, is
    // one. A single word with its colon or dash opens many a title.
    let loose = all.len() > 1 || date.is_some();
    let gap = |from: usize, to: usize| !text[from..to].contains(char::is_alphanumeric);
    let apart = |n: usize| {
        let cut = &all[n];
        let left = trim_end(&text[..cut.start], spaced, cut.start, loose)
            || n > 0 && gap(all[n - 1].end, cut.start)
            || date.as_ref().is_some_and(|d| d.end <= cut.start && gap(d.end, cut.start));
        let right = trim_start(&text[cut.end..], spaced, cut.end, loose)
            || n + 1 < all.len() && gap(cut.end, all[n + 1].start)
            || date.as_ref().is_some_and(|d| cut.end <= d.start && gap(cut.end, d.start));
        left && right
    };
    (0..all.len()).filter(|n| apart(*n)).map(|n| all[n].clone()).collect()
}

/// What of a line is named as a tool or a counter, or acts on the page; in order, apart.
fn named(
    spaced: &Spaced,
    profile: &Profile,
    date: impl Fn() -> Option<Range<usize>>,
) -> Vec<Range<usize>> {
    let mut counters: Vec<Range<usize>> = Vec::new();
    for mut cut in profile.counters.find(&spaced.text) {
        // The number before a counter may be the year of a date.
        if let Some(date) = date().filter(|d| d.contains(&cut.start)) {
            cut.start = date.end.min(cut.end);
        }
        if !counters.iter().any(|c| c.start < cut.end && cut.start < c.end) {
            counters.push(cut);
        }
    }
    let tools = profile.tools.find(&spaced.text);
    let mut cuts: Vec<Range<usize>> = tools
        .chain(counters)
        .chain(spaced.actions.iter().cloned())
        .filter(|c| !c.is_empty())
        .collect();
    cuts.sort_by_key(|c| (c.start, std::cmp::Reverse(c.end)));
    let mut out: Vec<Range<usize>> = Vec::new();
    for cut in cuts {
        match out.last_mut() {
            Some(last) if cut.start <= last.end => last.end = last.end.max(cut.end),
            _ => out.push(cut),
        }
    }
    out
}

/// Whether a border, a division or nothing stands right before a place.
fn trim_end(before: &str, spaced: &Spaced, at: usize, loose: bool) -> bool {
    let before = before.trim_end();
    let bare = !before.contains(char::is_alphanumeric);
    bare || spaced.borders.iter().any(|b| *b <= at && *b >= before.len())
        || before.chars().next_back().is_none_or(|c| divides(c, loose))
}

/// Whether a border, a division or nothing stands right behind a place.
fn trim_start(after: &str, spaced: &Spaced, at: usize, loose: bool) -> bool {
    let blanks = after.len() - after.trim_start().len();
    let next = after.trim_start().chars().next();
    spaced.borders.iter().any(|b| *b >= at && *b <= at + blanks)
        || next.is_none_or(|c| divides(c, loose))
        || !after.contains(char::is_alphanumeric)
}

fn divides(c: char, loose: bool) -> bool {
    matches!(c, '|' | '•' | '·') || loose && (!c.is_alphanumeric() || c.is_ascii_digit())
}

fn remove(pieces: &mut Vec<Range<usize>>, cut: Range<usize>) {
    let old = std::mem::take(pieces);
    for piece in old {
        if cut.end <= piece.start || cut.start >= piece.end {
            pieces.push(piece);
            continue;
        }
        pieces.extend(
            [piece.start..cut.start, cut.end..piece.end].into_iter().filter(|p| p.start < p.end),
        );
    }
}

/// Whether nothing but tools and counters is on the line.
pub(crate) fn only_tools(line: &Line, profile: &Profile) -> bool {
    if matches!(line.kind, Kind::Preformatted) {
        return false;
    }
    // Cheap test first: most lines do not begin like a tool.
    if line.inline.is_plain() && !profile.tool_glance.may_open(&line.text) {
        return false;
    }
    let spaced = line.inline.spaced();
    if spaced.actions.is_empty() && !profile.tool_glance.may_open(&spaced.text) {
        return false;
    }
    let mut pieces: Vec<Range<usize>> = std::iter::once(0..spaced.text.len()).collect();
    let cuts = tools(&spaced, profile);
    if cuts.is_empty() {
        return false;
    }
    cuts.into_iter().for_each(|cut| remove(&mut pieces, cut));
    pieces.into_iter().all(|p| !spaced.text[p].contains(char::is_alphanumeric))
}
