//! Pages whose blocks do not tell title and body apart: the whole page is read, and the running
//! text shows where its article is.

mod authors;
mod dates;
mod day_order;
mod declared;
mod is_article;
mod laid;
mod layout;
mod lead;
mod of_address;
mod place;
mod region;
mod rows;
mod title;
mod unlikely;

use url::Url;

use self::declared::Declared;
use self::is_article::Signs;
use self::laid::Whole;
use self::place::Place;
use self::title::{Title, TitleEvidence};
use super::compose::fill;
use super::foreign;
use super::marked::{Body, Taken};
use super::partial::Partial;
use super::reading::Reading;
use super::source::Source;
use crate::domain::Draft;
use crate::extract::lines::density::RUNNING;
use crate::extract::lines::line::Line;
use crate::extract::page::head::Head;
use crate::extract::rules::profile::{PageSelectors, Profile};

/// Lines round the title in which a labelled date is looked for.
const NEAR: usize = 8;
/// A title that the page's head confirms lets an article be this many times shorter.
const SURE: usize = 8;
/// Letters of a line beside the title that may be a date.
const BESIDE: usize = 80;

/// Reads the article of a page at large.
///
/// # Errors
/// The page has none; why.
pub(crate) fn read(
    source: &Source<'_>,
    rules: &PageSelectors,
    head: &Head,
    reading: &mut Reading<'_>,
) -> Result<Draft, String> {
    if let Some(why) = foreign::by_names(source, rules) {
        return Err(why);
    }
    let whole = Whole::lay(source, rules, head).ok_or("the page has no body")?;
    let region = whole.region(reading).ok_or("the page has no running text")?;
    let (to, letters) = (region.to, region.letters);
    let declared = Declared::of(&whole, reading);
    let mut place = Place::of(&whole, &region);
    let title = whole.title(&mut place, &declared, reading);
    doubtful(&whole, title.as_ref(), letters)?;
    let line = |t: &Title| {
        place
            .heading
            .and_then(|at| place.laid(&whole, at))
            .filter(|at| *at < to)
            .or_else(|| whole.heading_line(&t.text, to, letters))
    };
    let heading = title.as_ref().and_then(line);
    let by = title.as_ref().map(|t| t.by);
    let mut partial = Partial::begin(source.profile);
    partial.draft.title = title.map(|t| t.text);
    let fields = fields(&whole, &declared, &place, &mut partial, reading);
    let titled = partial.draft.title.as_deref();
    let listed = titled.is_some_and(|title| reading.witnesses.lists(title));
    let canonical = || Url::parse(&head.canonical(None)?).ok();
    let url = source.url.cloned().or_else(canonical);
    let signs = Signs {
        layout: region.layout,
        kind: declared.kind,
        path: url.as_ref().map(Url::path),
        listed,
        titled: by == Some(TitleEvidence::Head),
        dated: partial.dates.published_any().is_some(),
        signed: !partial.named.authors.is_empty(),
        led: partial.draft.lead.is_some(),
    };
    signs.hold(reading)?;
    for (n, why) in region.left() {
        reading.left(why, &whole.page.lines[n].text);
    }
    let kept = region.lines(&whole.page.lines, heading);
    reading.took("body", region.why, "");
    let mut body = Body::of(whole.page);
    body.keep(&kept);
    leave_fields(&mut body, &fields);
    fill(&mut partial, body, reading);
    let draft = partial.end(source.profile);
    if draft.body.is_empty() { Err("the body is empty".to_owned()) } else { Ok(draft) }
}

/// Reads date, authors and lead; the lines that say one of them alone.
fn fields(
    whole: &Whole<'_, '_>,
    declared: &Declared,
    place: &Place<'_>,
    partial: &mut Partial,
    reading: &mut Reading<'_>,
) -> Vec<String> {
    let (dates, mut lines) = dates::published(whole, declared, place, reading);
    let (authors, named) = authors::authors(whole, declared, place, reading);
    partial.dates = dates;
    partial.named.authors = authors;
    partial.draft.lead = lead::lead(whole, declared, place, reading);
    lines.extend(named);
    lines.retain(|text| text.chars().count() < BESIDE);
    lines
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
