//! Lines to a draft: what the toolbar says, then the body, by rules in their order.

use super::fields::toolbar::{self, Toolbar};
use super::fields::{attachments, body, boilerplate, captions, lead, title};
use super::furniture;
use super::marked::{Body, Taken};
use super::partial::Partial;
use super::reading::Reading;
use crate::domain::{Draft, Part};
use crate::extract::lines::line::Lines;
use crate::extract::rules::profile::Profile;

/// Lines at either end of a body that are looked at for a date that no toolbar gives.
const EDGE: usize = 3;
/// Letters of a message that stands in place of an article at most.
const MESSAGE: usize = 300;

/// A rule that marks what it takes of a body.
type Rule = fn(&mut Body<'_>, &mut Partial, &mut Reading<'_>);

/// What is done with a body, in order: each rule sees what those before it left.
const RULES: [(&str, Rule); 11] = [
    ("reading tools", boilerplate::tools),
    ("on most pages", furniture::of_body),
    ("lists of other articles", boilerplate::related),
    ("date at an edge", date_lines),
    ("title and lead again", boilerplate::repeats),
    ("attachments", attachments::take),
    ("labels of no known field", furniture::labelled),
    ("paragraphs", body::settle),
    ("signature", body::signature),
    ("captions", captions::join),
    ("lead of the body", lead::of_body),
];

/// The names of the rules by which a body is read, in their order.
pub fn body_rules() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|(name, _)| *name)
}

/// The lines of a page by what they are for.
#[derive(Default)]
pub(crate) struct Content<'a> {
    /// Toolbars.
    pub toolbar: Vec<(String, Lines<'a>)>,
    /// Blocks of the body.
    pub body: Vec<(String, Lines<'a>)>,
}

/// A draft out of the lines of toolbar and body.
///
/// # Errors
/// They hold no article; why.
pub(crate) fn compose(content: Content<'_>, reading: &mut Reading<'_>) -> Result<Draft, String> {
    let profile = reading.profile;
    let mut bar = Toolbar::default();
    for (name, lines) in content.toolbar {
        reading.block = name.into();
        furniture::note_looks(&lines.containers, reading);
        let more = toolbar::read(lines.lines, reading);
        merge(&mut bar, more);
    }
    let Toolbar { mut dates, named, title, lead, mut rest } = bar;
    let dated = dates.as_listed(&rest, reading);
    rest = furniture::of_toolbar(rest, dated, reading);
    let mut partial = Partial { dates, named, edges: true, ..Partial::begin(profile) };
    partial.draft.title = title.or_else(|| title::take(&mut rest, reading));
    partial.draft.lead = lead.or_else(|| lead::of_toolbar(rest, reading));
    let told = partial.draft.title.is_some()
        || partial.draft.lead.is_some()
        || partial.dates.published(profile).is_some();
    for (name, lines) in content.body {
        reading.block = name.into();
        fill(&mut partial, Body::of(lines), reading);
    }
    let dated = partial.draft.title.is_some() && partial.dates.published(profile).is_some();
    // A notice may be nothing but a title, a date and its documents.
    let attached = dated && !partial.draft.attachments.is_empty();
    match empty(&partial.draft.body, told, profile) {
        Some(why) if !attached || !partial.draft.body.is_empty() => Err(why.to_owned()),
        _ => Ok(partial.end(profile)),
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

/// Reads a body into a draft.
pub(crate) fn fill(partial: &mut Partial, mut body: Body<'_>, reading: &mut Reading<'_>) {
    for (_, rule) in RULES {
        rule(&mut body, partial, reading);
    }
    if let Some((_, first)) = body.kept().find(|(_, line)| line.is_text()) {
        reading.took("body", format!("what remains: {} lines", body.len()), &first.text);
    }
    partial.draft.body.extend(body.parts());
}

/// A date on a line of its own at either end of a body that no other place gives.
fn date_lines(body: &mut Body<'_>, partial: &mut Partial, reading: &mut Reading<'_>) {
    let dates = &mut partial.dates;
    if !partial.edges || dates.published_any().is_some() {
        return;
    }
    let count = body.kept().count();
    let mut n = 0;
    body.take_each(Taken::Field("published"), |line| {
        let edge = n < EDGE || n + EDGE >= count;
        n += 1;
        line.is_text()
            && edge
            && dates.published_any().is_none()
            && dates.take(&line.text, &[], reading).is_some_and(|cut| {
                !line.text[..cut.start].contains(char::is_alphanumeric)
                    && !line.text[cut.end..].contains(char::is_alphanumeric)
            })
    });
}

/// Why the blocks hold no article.
fn empty(body: &[Part], told: bool, profile: &Profile) -> Option<&'static str> {
    let texts = || body.iter().filter_map(Part::text);
    let (mut count, mut letters) = (0, 0);
    for text in texts() {
        count += 1;
        letters += text.chars().count();
        // Fast path: most articles are longer than any message.
        if letters > MESSAGE {
            return None;
        }
    }
    let message = || texts().any(|text| profile.messages.any(&text));
    let is_rich =
        |part: &Part| matches!(part, Part::Figure { .. } | Part::Table { .. } | Part::Embedded(_));
    let rich = body.iter().any(is_rich);
    match (count, rich) {
        (0, false) if !told => Some("the article's blocks are empty"),
        (0, false) => Some("the body is empty"),
        _ if !rich && message() => Some("a message stands in place of the article"),
        (1, false) if !told => Some("the blocks hold only a message"),
        _ => None,
    }
}
