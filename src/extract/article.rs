//! An article page's blocks to a draft, field by field, by the rules of a profile.

use url::Url;

use super::Reading;
use super::blocks::Area;
use super::dom::{Node, Tree};
use super::engine::Engine;
use super::fields::author::Named;
use super::fields::date::Dates;
use super::fields::toolbar::Toolbar;
use super::fields::{Notes, attachments, body, captions, images, lead, leftovers, title, toolbar};
use super::frame;
use super::head::Head;
use super::lines::{Line, Lines, Sight};
use super::profile::Profile;
use super::visible::Hidden;
use crate::domain::{Draft, Part, Role};

/// Lines at either end of a body that are looked at for a date that no toolbar gives.
const EDGE: usize = 3;
/// Letters of a message that stands in place of an article at most.
const MESSAGE: usize = 300;

/// A page whose engine and profile are chosen.
pub(crate) struct Source<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// The engine, if its marks were found.
    pub engine: Option<&'a Engine>,
    /// What the engine's pages hide.
    pub hidden: &'a Hidden,
    /// The page's address.
    pub url: Option<&'a Url>,
    /// The whole page.
    pub tree: &'a Tree,
    /// Its blocks, with their roles.
    pub areas: &'a [Area<'a>],
}

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

/// Reads the article of a page.
pub(crate) fn read(source: &Source<'_>) -> Reading {
    let names: Vec<(String, Role)> = source.areas.iter().map(|a| (a.name.clone(), a.role)).collect();
    read_with(source, &Head::of(source.tree), &names)
}

/// The role that a profile needs and no block plays, as a reason why there is no article.
pub(crate) fn missing(profile: &Profile, names: &[(String, Role)]) -> Option<Reading> {
    let role = profile.data.needs.iter().find(|role| !names.iter().any(|(_, r)| r == *role))?;
    Some(Reading::NoArticle(format!("no block plays the role {}", role.as_str())))
}

/// Reads the article of a page whose head and whose block names are known; its areas may be those alone that are read.
pub(crate) fn read_with(source: &Source<'_>, head: &Head, names: &[(String, Role)]) -> Reading {
    let mut notes = Notes::default();
    if let Some(none) = missing(source.profile, names) {
        return none;
    }
    let mut draft = match &source.profile.frame {
        Some(rules) => match frame::read(source, rules, head, &mut notes) {
            Ok(draft) => draft,
            Err(why) => return Reading::NoArticle(why),
        },
        None => match compose(content(source), source.profile, &mut notes) {
            Ok(draft) => draft,
            Err(why) => return Reading::NoArticle(why),
        },
    };
    draft.engine = source.engine.map(|e| e.id().to_owned()).unwrap_or_default();
    draft.blocks = names.iter().filter(|(_, role)| *role != Role::Other).cloned().collect();
    draft.image = head.meta("og:image").map(str::to_owned);
    draft.canonical = head.canonical(source.url);
    draft.base = head.base(source.url);
    draft.language = head.language().or(draft.language);
    draft.item = source.url.and_then(|url| item(url, source.profile).or_else(|| source.engine?.item(url.as_str())));
    draft.trace = notes.list;
    Reading::Article(Box::new(draft))
}

/// The lines of the blocks that an article is made of.
fn content<'a>(source: &Source<'a>) -> Content<'a> {
    let mut content = Content::default();
    for area in source.areas {
        match area.role {
            Role::Toolbar => content.toolbar.push((area.name.clone(), lines(source, area, true).lines)),
            Role::ViewData => content.body.push((area.name.clone(), lines(source, area, false))),
            _ => {}
        }
    }
    content
}

/// The lines of one block.
pub(crate) fn lines<'a>(source: &Source<'_>, area: &Area<'a>, layout: bool) -> Lines<'a> {
    let mut leave: Vec<usize> = area.holes.iter().copied().collect();
    leave.sort_unstable();
    let picture = |node: Node<'_>| images::address(node, source.profile);
    Lines::read(area.node, Sight { hidden: source.hidden, leave: &leave, layout, picture: &picture })
}

/// A draft out of the lines of toolbar and body.
pub(crate) fn compose(content: Content<'_>, profile: &Profile, notes: &mut Notes) -> Result<Draft, String> {
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
pub(crate) fn fill(draft: &mut Draft, mut lines: Lines<'_>, rest: &mut Rest, profile: &Profile, notes: &mut Notes) {
    leftovers::tools(&mut lines, profile, notes);
    leftovers::related(&mut lines, rest.plain, profile, notes);
    if rest.edges && rest.dates.published_any().is_none() {
        date_lines(&mut lines, &mut rest.dates, profile, notes);
    }
    leftovers::repeats(&mut lines, draft.title.as_deref(), draft.lead.as_deref(), notes);
    draft.attachments.extend(attachments::take(&mut lines, profile, notes));
    body::settle(&mut lines, profile);
    body::signature(&mut lines, rest.plain, &mut rest.named, profile, notes);
    let mut captions = if rest.plain { captions::of_text(&mut lines, notes) } else { captions::join(&mut lines, profile, notes) };
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
                !line.text[..cut.start].contains(char::is_alphanumeric) && !line.text[cut.end..].contains(char::is_alphanumeric)
            }))
    });
}

/// Why the blocks hold no article.
fn empty(body: &[Part], told: bool, profile: &Profile) -> Option<&'static str> {
    let texts = || body.iter().filter_map(text_of);
    let (mut count, mut letters) = (0, 0);
    for text in texts() {
        count += 1;
        letters += text.chars().count();
    }
    let message = || texts().any(|text| profile.messages.any(text));
    let rich = body.iter().any(|p| matches!(p, Part::Figure { .. } | Part::Table { .. }));
    match (count, rich) {
        (0, false) if !told => Some("the article's blocks are empty"),
        (0, false) => Some("the body is empty"),
        _ if letters <= MESSAGE && !rich && message() => Some("a message stands in place of the article"),
        (1, false) if !told && letters <= MESSAGE => Some("the blocks hold only a message"),
        _ => None,
    }
}

fn text_of(part: &Part) -> Option<&String> {
    match part {
        Part::Paragraph { text, .. }
        | Part::Heading { text, .. }
        | Part::Item { text, .. }
        | Part::Quote { text, .. }
        | Part::Preformatted { text } => Some(text),
        _ => None,
    }
}

/// The item id that the first fitting pattern of a profile finds in an address.
pub(crate) fn item(url: &Url, profile: &Profile) -> Option<String> {
    let mut found = profile.items.iter().filter_map(|p| p.captures(url.as_str()));
    found.find_map(|c| c.get(1)).map(|m| m.as_str().to_owned()).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests;
