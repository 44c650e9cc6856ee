//! What of a body is no content: tools, counters, ratings, lists of other articles, title and lead
//! said again.

use super::Notes;
use super::attachments::is_document;
use super::toolbar;
use crate::extract::lines::inline::Spaced;
use crate::extract::lines::line::{Kind, Line, Lines};
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
pub(crate) fn tools(body: &mut Lines<'_>, profile: &Profile, notes: &mut Notes) {
    let lines = std::mem::take(&mut body.lines);
    body.lines.reserve(lines.len());
    for mut line in lines {
        if !line.is_text() {
            body.lines.push(line);
            continue;
        }
        trailing_counter(&mut line, profile, notes);
        let why = if !line.text.contains(char::is_alphanumeric) {
            "no letter in it"
        } else if line.action && line.inline.links().iter().any(|(to, _)| is_document(to, profile))
        {
            body.lines.push(line);
            continue;
        } else if line.action {
            "acts on the page"
        } else if toolbar::only_tools(&line, profile) {
            "reading tool or counter"
        } else if profile.body_labels.is(&line.text)
            || profile.leave_glance.may_open(&line.text) && profile.leave.whole(&line.text)
        {
            "line that the profile leaves out"
        } else if labels_links(&line, profile) {
            "labelled as no field"
        } else {
            body.lines.push(line);
            continue;
        };
        notes.left(why, &line.text);
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
fn trailing_counter(line: &mut Line, profile: &Profile, notes: &mut Notes) {
    if line.inline.is_plain() {
        return;
    }
    let Spaced { text, borders, actions } = line.inline.spaced();
    // Cheap test first: most lines do not end like a tool.
    if actions.is_empty() && !profile.tool_glance.may_close(&text) {
        return;
    }
    let Some(cut) =
        toolbar::tools(&Spaced { text: text.clone(), borders: borders.clone(), actions }, profile)
            .into_iter()
            .last()
    else {
        return;
    };
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
    notes.left("reading tool or counter", &tail.text());
}

/// Leaves out lists of other articles: behind their heading, or nothing but links at the end.
pub(crate) fn related(body: &mut Lines<'_>, plain: bool, profile: &Profile, notes: &mut Notes) {
    let mut out: Vec<Line> = Vec::with_capacity(body.lines.len());
    let mut inside = false;
    for line in std::mem::take(&mut body.lines) {
        if heads(&line, profile) {
            inside = true;
        } else if inside {
            inside = plain
                || other_article(&line, profile)
                || matches!(line.kind, Kind::Picture(..)) && line.inline.runs.is_empty();
        }
        match inside {
            true => notes.left("list of other articles", &line.text),
            false => out.push(line),
        }
    }
    if profile.data.body.closing_links && !plain {
        closing(&mut out, profile, notes);
    }
    body.lines = out;
}

/// Leaves out nothing but links at the end: items, or lines and rows with nothing beside a link but
/// dates and signs.
fn closing(out: &mut Vec<Line>, profile: &Profile, notes: &mut Notes) {
    let run = out
        .iter()
        .rev()
        .take_while(|l| {
            other_article(l, profile) && (matches!(l.kind, Kind::Item(..)) || bare(l, profile))
        })
        .count();
    let from = out.len() - run;
    let skipped = out[from..].iter().take_while(|l| l.inline.linked().0 == 0).count();
    let from = from + skipped;
    let items = out[from..].iter().all(|l| matches!(l.kind, Kind::Item(..)));
    let links: usize = out[from..].iter().map(|l| l.inline.links().len()).sum();
    if from == 0 || links < if items { LIST } else { LINES } {
        return;
    }
    let heads = out[from - 1].is_text()
        && out[from - 1].letters() <= HEADING
        && !ends_sentence(&out[from - 1].text)
        && items;
    for line in out.drain(if heads { from - 1 } else { from }..) {
        notes.left("closing list of links", &line.text);
    }
}

/// Whether a line, or the first row of a table, is a heading over other articles.
fn heads(line: &Line, profile: &Profile) -> bool {
    match &line.kind {
        Kind::Picture(..) => false,
        Kind::Table(rows) => {
            rows.first().is_some_and(|row| row.iter().any(|c| profile.related.is(&c.text)))
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
pub(crate) fn repeats(
    body: &mut Lines<'_>,
    title: Option<&str>,
    lead: Option<&str>,
    notes: &mut Notes,
) {
    for (field, text) in [("title again", title), ("lead again", lead)] {
        let Some(text) = text else { continue };
        let first = body.lines.iter().position(Line::is_text);
        if let Some(at) = first.filter(|at| same(&body.lines[*at].text, text)) {
            notes.left(field, &body.lines.remove(at).text);
        }
    }
}
