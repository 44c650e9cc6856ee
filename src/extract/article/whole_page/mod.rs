//! Pages whose blocks do not tell title and body apart: the whole page is read, and the running
//! text shows where its article is.

mod furniture;
mod laid;
mod region;
mod title;

use self::laid::Whole;
use self::title::{Title, TitleEvidence};
use super::compose::fill;
use super::fields::date::Dates;
use super::foreign;
use super::marked::{Body, Taken};
use super::partial::Partial;
use super::reading::Reading;
use super::source::Source;
use crate::domain::Draft;
use crate::extract::html::dom::Node;
use crate::extract::html::visible;
use crate::extract::lines::density::RUNNING;
use crate::extract::lines::line::Line;
use crate::extract::page::head::Head;
use crate::extract::rules::profile::{Frame, Profile};

/// Lines round the title in which a labelled date is looked for.
const NEAR: usize = 8;
/// A title that the page's head confirms lets an article be this many times shorter.
const SURE: usize = 8;
/// A heading that nothing confirms, without date and author, needs this many times as much text
/// under it.
const UNTOLD: usize = 5;
/// Letters of a line beside the title that may be a date.
const BESIDE: usize = 80;

/// Reads the article of a page at large.
///
/// # Errors
/// The page has none; why.
pub(crate) fn read(
    source: &Source<'_>,
    rules: &Frame,
    head: &Head,
    reading: &mut Reading<'_>,
) -> Result<Draft, String> {
    if let Some(why) = foreign::by_names(source, rules) {
        return Err(why);
    }
    let whole = Whole::lay(source, rules, head).ok_or("the page has no body")?;
    let region = whole.region(reading).ok_or("the page has no running text")?;
    let (from, to, letters) = (region.from, region.to, region.letters);
    let title = whole.title(from, to, reading);
    doubtful(&whole, title.as_ref(), letters)?;
    let heading = title.as_ref().and_then(|t| whole.heading_line(&t.text, to, letters));
    let by = title.as_ref().map(|t| t.by);
    let mut partial = Partial::begin(source.profile);
    partial.draft.title = title.map(|t| t.text);
    partial.draft.lead =
        whole.told(&rules.leads).into_iter().map(|(_, l)| l).find(|l| l.chars().count() > RUNNING);
    let dated = whole.seen(&rules.dates);
    partial.dates = dates(&whole, &dated, heading.unwrap_or(from), reading);
    let authors = whole.told(&rules.authors);
    for (node, text) in &authors {
        let rule = reading.rule(|p| p.selector(&rules.authors, "page.authors", *node));
        partial.named.author(text, rule, reading);
    }
    if std::env::var_os("BX").is_some() {
        eprintln!(
            "BX {{\"by\":{},\"date\":{},\"authors\":{},\"letters\":{letters}}}",
            by.map_or(0, |b| match b {
                TitleEvidence::Head => 1,
                TitleEvidence::Heading => 2,
                TitleEvidence::Part => 3,
            }),
            partial.dates.published_any().is_some(),
            authors.len()
        );
    }
    // Front pages are full of headings.
    if by == Some(TitleEvidence::Heading)
        && partial.dates.published_any().is_none()
        && authors.is_empty()
        && letters < least(source.profile) * UNTOLD
        && std::env::var_os("BX").is_none()
    {
        return Err(format!(
            "{letters} letters of running text under a heading that the page's head does not know, \
             without date or author"
        ));
    }
    for (n, why) in region.left() {
        reading.left(why, &whole.page.lines[n].text);
    }
    let kept = region.lines(&whole.page.lines, heading);
    reading.took("body", region.why, "");
    let authors = authors.into_iter().map(|(_, text)| text);
    let fields = authors.chain(dated.into_iter().map(|n| whole.text(n)));
    let fields: Vec<String> =
        fields.filter(|t| !t.is_empty() && t.chars().count() < BESIDE).collect();
    let mut body = Body::of(whole.page);
    body.keep(&kept);
    leave_fields(&mut body, &fields);
    fill(&mut partial, body, reading);
    let draft = partial.end(source.profile);
    if draft.body.is_empty() { Err("the body is empty".to_owned()) } else { Ok(draft) }
}

/// Letters of running text that a page needs.
fn least(profile: &Profile) -> usize {
    profile.data.page.as_ref().map_or(0, |page| page.least)
}

/// Fails where a page has too little text, or its portal needs a profile of its own.
fn doubtful(whole: &Whole<'_, '_>, title: Option<&Title>, letters: usize) -> Result<(), String> {
    let least = least(whole.source.profile);
    let sure = title.is_some_and(|title| title.by == TitleEvidence::Head);
    if letters < if sure { least / SURE } else { least } {
        return Err(format!("the page has {letters} letters of running text"));
    }
    let title = title.map(|title| title.text.as_str());
    foreign::by_parts(whole.source, whole.rules, title, letters).map_or(Ok(()), Err)
}

/// The date: by selector, by meta, by its label near the title, or on a line of its own beside the
/// title.
fn dates(
    whole: &Whole<'_, '_>,
    selected: &[Node<'_>],
    title: usize,
    reading: &mut Reading<'_>,
) -> Dates {
    let (profile, lines) = (reading.profile, &whole.page.lines);
    let mut dates = Dates::default();
    for node in selected {
        let text = node
            .attr("datetime")
            .map_or_else(|| visible::line(*node, reading.hidden), str::to_owned);
        let rule = reading.rule(|p| p.selector(&whole.rules.dates, "page.dates", *node));
        dates.labelled(&text, rule, reading);
    }
    let names = profile.data.page.as_ref().map_or(&[][..], |page| &page.date_meta);
    for name in names {
        if let Some(value) = whole.head.meta(name) {
            let rule = reading.rule(|p| p.meta(names, "page.date_meta", name));
            dates.labelled(value, rule, reading);
        }
    }
    if dates.published_any().is_some() {
        return dates;
    }
    let near = title.saturating_sub(NEAR)..(title + NEAR).min(lines.len());
    if let Some(text) = near.map(|n| &lines[n].text).find(|t| labelled(t, profile)) {
        let rule = reading.rule(|p| p.label(&p.date_labels, "labels.date", text));
        dates.labelled(text, rule, reading);
    }
    for n in [title.wrapping_sub(1), title + 1] {
        if let Some(line) = lines
            .get(n)
            .filter(|l| l.is_text() && dates.published_any().is_none() && l.letters() < BESIDE)
        {
            dates.take(&line.text, &[], reading);
        }
    }
    dates
}

/// Leaves out lines that are fields; what stands over one and is no running text is another one.
fn leave_fields(body: &mut Body<'_>, fields: &[String]) {
    let field = |line: &Line| line.is_text() && fields.contains(&line.text);
    let short =
        |(_, line): &(usize, &Line)| line.is_text() && (line.letters() < RUNNING || field(line));
    let mut over: Vec<(usize, &Line)> = body.kept().take(NEAR).take_while(short).collect();
    while over.pop_if(|(_, line)| !field(line)).is_some() {}
    let over: Vec<usize> = over.into_iter().map(|(n, _)| n).collect();
    body.take(over, Taken::LeftOut);
    body.take_each(Taken::LeftOut, |line| field(line));
}

/// Whether a line is a date behind a label.
fn labelled(text: &str, profile: &Profile) -> bool {
    let at = profile.date_labels.label(text);
    at.is_some_and(|at| {
        profile
            .dates
            .find(&text[at..])
            .is_some_and(|f| !text[at..at + f.span.start].contains(char::is_alphanumeric))
    })
}
