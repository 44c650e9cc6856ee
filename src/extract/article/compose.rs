//! Lines to a draft: what the toolbar says, then the body, with what is no content taken out of it.

use super::fields::author::Named;
use super::fields::date::Dates;
use super::fields::toolbar::{self, Toolbar};
use super::fields::{Notes, attachments, body, boilerplate, captions, lead, title};
use crate::domain::{Draft, Part};
use crate::extract::lines::line::{Line, Lines};
use crate::extract::rules::profile::Profile;

/// Lines at either end of a body that are looked at for a date that no toolbar gives.
const EDGE: usize = 3;
/// Letters of a message that stands in place of an article at most.
const MESSAGE: usize = 300;

/// The lines of a page by what they are for.
#[derive(Default)]
pub(crate) struct Content<'a> {
    /// Toolbars.
    pub toolbar: Vec<(String, Vec<Line>)>,
    /// Blocks of the body.
    pub body: Vec<(String, Lines<'a>)>,
    /// Whether it is a text capture: no element tells what a line is.
    pub plain: bool,
}

/// A draft out of the lines of toolbar and body.
pub(crate) fn compose(
    content: Content<'_>,
    profile: &Profile,
    notes: &mut Notes,
) -> Result<Draft, String> {
    let mut bar = Toolbar::default();
    for (name, lines) in content.toolbar {
        notes.block = name.into();
        let more = toolbar::read(lines, profile, notes);
        merge(&mut bar, more);
    }
    let Toolbar { dates, named, title, lead, mut rest } = bar;
    let mut draft = begin(profile);
    draft.title = title.or_else(|| title::take(&mut rest, notes));
    draft.lead = lead.or_else(|| lead::of_toolbar(rest, notes));
    let told = draft.title.is_some() || draft.lead.is_some() || dates.published(profile).is_some();
    let mut rest = Rest { dates, named, plain: content.plain, edges: true };
    for (name, lines) in content.body {
        notes.block = name.into();
        fill(&mut draft, lines, &mut rest, profile, notes);
    }
    draft.published = rest.dates.published(profile);
    draft.authors = rest.named.names();
    match empty(&draft.body, told, profile) {
        Some(why) => Err(why.to_owned()),
        None => Ok(draft),
    }
}

/// A draft with what the profile alone says.
pub(crate) fn begin(profile: &Profile) -> Draft {
    Draft {
        portal: profile.data.name.clone(),
        language: profile.data.language.clone(),
        timezone: profile.data.timezone.clone(),
        ..Draft::default()
    }
}

fn merge(bar: &mut Toolbar, more: Toolbar) {
    if bar.dates.published_any().is_none() {
        bar.dates = more.dates;
    }
    bar.named.authors.extend(more.named.authors);
    bar.named.sources.extend(more.named.sources);
    bar.title = bar.title.take().or(more.title);
    bar.lead = bar.lead.take().or(more.lead);
    bar.rest.extend(more.rest);
}

/// What is known of an article while its body is read.
pub(crate) struct Rest {
    /// Dates so far.
    pub dates: Dates,
    /// Authors so far.
    pub named: Named,
    /// Whether it is a text capture.
    pub plain: bool,
    /// Whether a line at an edge of the body may be its date.
    pub edges: bool,
}

/// Reads the lines of a body into a draft.
pub(crate) fn fill(
    draft: &mut Draft,
    mut lines: Lines<'_>,
    rest: &mut Rest,
    profile: &Profile,
    notes: &mut Notes,
) {
    boilerplate::tools(&mut lines, profile, notes);
    boilerplate::related(&mut lines, rest.plain, profile, notes);
    if rest.edges && rest.dates.published_any().is_none() {
        date_lines(&mut lines, &mut rest.dates, profile, notes);
    }
    boilerplate::repeats(&mut lines, draft.title.as_deref(), draft.lead.as_deref(), notes);
    draft.attachments.extend(attachments::take(&mut lines, profile, notes));
    body::settle(&mut lines, profile);
    body::signature(&mut lines, rest.plain, &mut rest.named, profile, notes);
    let mut captions = if rest.plain {
        captions::of_text(&mut lines, notes)
    } else {
        captions::join(&mut lines, profile, notes)
    };
    if draft.lead.is_none() && profile.data.body.leads && !rest.plain {
        draft.lead = lead::of_body(&mut lines, notes);
        captions.drain(..captions.len() - lines.lines.len());
    }
    if let Some(first) = lines.lines.iter().find(|line| line.is_text()) {
        notes.took("body", format!("what remains: {} lines", lines.lines.len()), &first.text);
    }
    draft.body.extend(body::parts(lines, captions));
}

/// A date on a line of its own at either end of a body.
fn date_lines(lines: &mut Lines<'_>, dates: &mut Dates, profile: &Profile, notes: &mut Notes) {
    let count = lines.lines.len();
    let edge = |n: usize| n < EDGE || n + EDGE >= count;
    let mut n = 0;
    lines.lines.retain(|line| {
        n += 1;
        let wanted = line.is_text() && edge(n - 1) && dates.published_any().is_none();
        !(wanted
            && dates.take(&line.text, &[], profile, notes).is_some_and(|cut| {
                !line.text[..cut.start].contains(char::is_alphanumeric)
                    && !line.text[cut.end..].contains(char::is_alphanumeric)
            }))
    });
}

/// Why the blocks hold no article.
fn empty(body: &[Part], told: bool, profile: &Profile) -> Option<&'static str> {
    let texts = || body.iter().filter_map(Part::text);
    let (mut count, mut letters) = (0, 0);
    for text in texts() {
        count += 1;
        letters += text.chars().count();
    }
    let message = || texts().any(|text| profile.messages.any(&text));
    let rich = body.iter().any(|p| matches!(p, Part::Figure { .. } | Part::Table { .. }));
    match (count, rich) {
        (0, false) if !told => Some("the article's blocks are empty"),
        (0, false) => Some("the body is empty"),
        _ if letters <= MESSAGE && !rich && message() => {
            Some("a message stands in place of the article")
        }
        (1, false) if !told && letters <= MESSAGE => Some("the blocks hold only a message"),
        _ => None,
    }
}
