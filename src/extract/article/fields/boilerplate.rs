//! What of a body is no content: tools, counters, ratings, lists of other articles, title and lead
//! said again.

use std::borrow::Cow;

use super::attachments::is_document;
use super::toolbar;
use crate::domain::draft::Cell;
use crate::extract::article::marked::{Body, Taken};
use crate::extract::article::partial::Partial;
use crate::extract::article::reading::Reading;
use crate::extract::lines::inline::Spaced;
use crate::extract::lines::line::{Kind, Line};
use crate::extract::rules::profile::Profile;
use crate::text::compare::{ends_sentence, same};

/// Letters of a heading over related links at most.
const HEADING: usize = 60;
/// Letters of a line that may be a date and nothing else.
const DATED: usize = 300;
/// Links from which a closing list is one of other articles.
const LIST: usize = 2;
/// Links from which closing lines are.
const LINES: usize = 3;

/// Leaves out tools, counters and whole lines that the profile names.
pub(crate) fn tools(body: &mut Body<'_>, _: &mut Partial, reading: &mut Reading<'_>) {
    body.take_each(Taken::LeftOut, |line| {
        if line.is_text() {
            trailing_counter(line, reading);
        }
        let why = no_content(line, reading);
        let left = why.is_some();
        why.into_iter().for_each(|why| reading.left(why, &line.text));
        left
    });
}

/// Why a line is a tool, a counter or another thing that the profile leaves out.
fn no_content(line: &Line, reading: &Reading<'_>) -> Option<Cow<'static, str>> {
    let (profile, text) = (reading.profile, &line.text);
    let document = || line.inline.links().iter().any(|(to, _)| is_document(to, profile));
    if !line.is_text() {
        None
    } else if !line.text.contains(char::is_alphanumeric) {
        Some("no letter in it".into())
    } else if line.action {
        (!document()).then(|| "acts on the page".into())
    } else if toolbar::only_tools(line, profile) {
        Some(reading.rule(|p| p.tool(&line.inline.spaced().text)))
    } else if profile.body_labels.is(text) {
        Some(reading.rule(|p| p.word("label of the body", &p.body_labels, "labels.body", text)))
    } else if profile.leave_glance.may_open(text) && profile.leave.whole(text) {
        Some(reading.rule(|p| {
            let place = p.leave.which_whole(text);
            p.pattern("line that is left out", &p.data.body.leave, "body.leave", place)
        }))
    } else {
        labels_links(line, profile).then(|| toolbar::no_field(text, reading))
    }
}

/// Whether a line is a label of no field before links, such as keywords.
fn labels_links(line: &Line, profile: &Profile) -> bool {
    if !line.inline.has_links() {
        return false;
    }
    let signs = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).count();
    let (linked, all) = line.inline.linked();
    linked > 0
        && profile
            .other_labels
            .label(&line.text)
            .is_some_and(|at| linked + signs(&line.text[..at]) >= all)
}

/// A counter or tool that an element sets off at the end of a paragraph goes without it.
fn trailing_counter(line: &mut Line, reading: &mut Reading<'_>) {
    let profile = reading.profile;
    if line.inline.is_plain() {
        return;
    }
    let spaced = line.inline.spaced();
    let Spaced { text, borders, actions } = &spaced;
    // Cheap test first: most lines do not end like a tool.
    if actions.is_empty() && !profile.tool_glance.may_close(text) {
        return;
    }
    let Some(cut) = toolbar::tools(&spaced, profile).into_iter().last() else { return };
    let set_off =
        borders.iter().any(|b| *b <= cut.start && *b >= text[..cut.start].trim_end().len());
    if cut.start == 0 || !set_off || text[cut.end..].contains(char::is_alphanumeric) {
        return;
    }
    // `spaced` has added blanks; the same letters are counted in the line itself.
    let letters = text[..cut.start].chars().filter(|c| !c.is_whitespace()).count();
    let at = line
        .text
        .char_indices()
        .filter(|(_, c)| !c.is_whitespace())
        .nth(letters)
        .map_or(line.text.len(), |(at, _)| at);
    let tail = line.inline.split_off(at);
    line.text = line.inline.text();
    let tail = tail.text();
    let rule = reading.rule(|p| p.tool(&tail));
    reading.left(rule, &tail);
}

/// Leaves out lists of other articles: behind their heading, or nothing but links at the end.
pub(crate) fn related(body: &mut Body<'_>, _: &mut Partial, reading: &mut Reading<'_>) {
    let profile = reading.profile;
    let mut inside = false;
    let mut rule = Cow::default();
    body.take_each(Taken::LeftOut, |line| {
        if let Some(heading) = heading(line, profile) {
            inside = true;
            let kind = "list of other articles under";
            rule = reading.rule(|p| p.word(kind, &p.related, "body.related", &heading));
        } else if inside {
            inside = reading.plain
                || other_article(line, profile)
                || matches!(line.kind, Kind::Picture(..)) && line.inline.runs.is_empty();
        }
        if inside {
            reading.left(rule.clone(), &line.text);
        }
        inside
    });
    if profile.data.body.closing_links && !reading.plain {
        let closing: Vec<usize> = closing(body, profile, reading);
        body.take(closing, Taken::LeftOut);
    }
}

/// Nothing but links at the end: items, or lines and rows with nothing beside a link but dates and
/// signs.
fn closing(body: &Body<'_>, profile: &Profile, reading: &mut Reading<'_>) -> Vec<usize> {
    let links_on = |(_, l): &(usize, &Line)| {
        other_article(l, profile) && (matches!(l.kind, Kind::Item(..)) || bare(l, profile))
    };
    let mut run: Vec<(usize, &Line)> = body.kept().rev().take_while(links_on).collect();
    while run.pop_if(|(_, l)| l.inline.linked().0 == 0).is_some() {}
    run.reverse();
    let items = run.iter().all(|(_, l)| matches!(l.kind, Kind::Item(..)));
    let links: usize = run.iter().map(|(_, l)| l.inline.links().len()).sum();
    let first = run.first().map_or(usize::MAX, |(n, _)| *n);
    let before = body.kept().rev().find(|(n, _)| *n < first);
    let Some((over, heading)) = before.filter(|_| links >= if items { LIST } else { LINES }) else {
        return Vec::new();
    };
    let heads =
        heading.is_text() && heading.letters() <= HEADING && !ends_sentence(&heading.text) && items;
    let closing = heads.then_some((over, heading)).into_iter().chain(run);
    closing
        .map(|(n, line)| {
            reading.left("closing list of links", &line.text);
            n
        })
        .collect()
}

/// The heading over other articles that a line, or a cell of a table's first row, is.
fn heading<'l>(line: &'l Line, profile: &Profile) -> Option<Cow<'l, str>> {
    match &line.kind {
        Kind::Picture(..) => None,
        Kind::Table(rows) => {
            rows.first()?.iter().map(Cell::text).find(|text| profile.related.is(text))
        }
        _ => profile.related.is(&line.text).then_some(Cow::Borrowed(line.text.as_str())),
    }
}

/// Whether nothing but dates and signs stands beside the links of a line.
fn bare(line: &Line, profile: &Profile) -> bool {
    let signs = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).count();
    let (linked, all) = line.inline.linked();
    let dates: usize = profile.dates.find_all(&line.text).map(|f| signs(&line.text[f.span])).sum();
    linked + dates + 2 * line.inline.links().len().max(1) >= all
}

/// Whether a line is a link to another page, beside dates and signs.
fn other_article(line: &Line, profile: &Profile) -> bool {
    // Cheap test first: a line without a link would have to be a date, and most are longer.
    if !line.inline.has_links() && line.letters() > DATED {
        return false;
    }
    let (linked, all) = line.inline.linked();
    let document = line.inline.links().iter().any(|(to, _)| is_document(to, profile));
    let signs = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).count();
    let dated = profile.dates.find(&line.text).map_or(0, |f| signs(&line.text[f.span]));
    !matches!(line.kind, Kind::Picture(..) | Kind::Embedded(_))
        && !document
        && (linked > 0 && linked * 2 + dated >= all || dated + 2 >= all)
}

/// Leaves out the title and the lead where the body begins with them again.
pub(crate) fn repeats(body: &mut Body<'_>, partial: &mut Partial, reading: &mut Reading<'_>) {
    let Partial { draft, .. } = partial;
    for (field, text) in [("title again", &draft.title), ("lead again", &draft.lead)] {
        let Some(text) = text else { continue };
        let first = body.kept().find(|(_, line)| line.is_text());
        if let Some((at, line)) = first.filter(|(_, line)| same(&line.text, text)) {
            reading.left(field, &line.text);
            body.take([at], Taken::LeftOut);
        }
    }
}
