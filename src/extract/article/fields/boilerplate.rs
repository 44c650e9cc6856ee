//! What of a body is no content: tools, counters, ratings, lists of other articles, title and lead
//! said again.

use super::attachments::is_document;
use super::toolbar;
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
        let why = no_content(line, reading.profile);
        why.into_iter().for_each(|why| reading.left(why, &line.text));
        why.is_some()
    });
}

/// Why a line is a tool, a counter or another thing that the profile leaves out.
fn no_content(line: &Line, profile: &Profile) -> Option<&'static str> {
    let document = || line.inline.links().iter().any(|(to, _)| is_document(to, profile));
    if !line.is_text() {
        None
    } else if !line.text.contains(char::is_alphanumeric) {
        Some("no letter in it")
    } else if line.action {
        (!document()).then_some("acts on the page")
    } else if toolbar::only_tools(line, profile) {
        Some("reading tool or counter")
    } else if profile.body_labels.is(&line.text)
        || profile.leave_glance.may_open(&line.text) && profile.leave.whole(&line.text)
    {
        Some("line that the profile leaves out")
    } else {
        labels_links(line, profile).then_some("labelled as no field")
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
    reading.left("reading tool or counter", &tail.text());
}

/// Leaves out lists of other articles: behind their heading, or nothing but links at the end.
pub(crate) fn related(body: &mut Body<'_>, _: &mut Partial, reading: &mut Reading<'_>) {
    let profile = reading.profile;
    let mut inside = false;
    body.take_each(Taken::LeftOut, |line| {
        if heads(line, profile) {
            inside = true;
        } else if inside {
            inside = reading.plain
                || other_article(line, profile)
                || matches!(line.kind, Kind::Picture(..)) && line.inline.runs.is_empty();
        }
        if inside {
            reading.left("list of other articles", &line.text);
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

/// Whether a line, or the first row of a table, is a heading over other articles.
fn heads(line: &Line, profile: &Profile) -> bool {
    match &line.kind {
        Kind::Picture(..) => false,
        Kind::Table(rows) => {
            rows.first().is_some_and(|row| row.iter().any(|c| profile.related.is(&c.text())))
        }
        _ => profile.related.is(&line.text),
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
    !matches!(line.kind, Kind::Picture(..))
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
