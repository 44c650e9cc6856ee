//! An article page's blocks to a draft, field by field, by the rules of a profile.

use super::compose::{Content, compose};
use super::fields::players;
use super::reading;
use super::source::{Source, item, lines};
use super::whole_page;
use super::witnesses::Witnesses;
use crate::domain::{FIELDS, Role};
use crate::extract::page::head::Head;
use crate::extract::rules::profile::Profile;
use crate::extract::view::Reading;

/// Reads the article of a page.
pub(crate) fn read(source: &Source<'_>) -> Reading {
    let names: Vec<(String, Role)> =
        source.areas.iter().map(|a| (a.name.clone(), a.role)).collect();
    read_with(source, &Head::of(source.tree), &names)
}

/// The role that a profile needs and no block plays, as a reason why there is no article.
pub(crate) fn missing(profile: &Profile, names: &[(String, Role)]) -> Option<Reading> {
    let role = profile.data.needs.iter().find(|role| !names.iter().any(|(_, r)| r == *role))?;
    Some(Reading::NoArticle(format!("no block plays the role {}", role.as_str())))
}

/// Reads the article of a page whose head and whose block names are known; its areas may be those
/// alone that are read.
pub(crate) fn read_with(source: &Source<'_>, head: &Head, names: &[(String, Role)]) -> Reading {
    if let Some(none) = missing(source.profile, names) {
        return none;
    }
    let mut reading = reading::Reading {
        explain: source.explain,
        witnesses: Witnesses {
            teaser: source.teaser,
            declared: head.meta("og:title").or_else(|| head.title()),
            habits: source.habits,
        },
        ..reading::Reading::new(source.profile)
    };
    let draft = match &source.profile.page_selectors {
        Some(rules) => whole_page::read(source, rules, head, &mut reading),
        None => compose(content(source), &mut reading),
    };
    let mut draft = match draft {
        Ok(draft) => draft,
        Err(why) => return Reading::NoArticle(why),
    };
    draft.engine = source.engine.map(|e| e.id().to_owned()).unwrap_or_default();
    draft.blocks = names.iter().filter(|(_, role)| *role != Role::Other).cloned().collect();
    draft.image = head.meta("og:image").map(str::to_owned);
    draft.leftward = head.leftward();
    draft.canonical = head.canonical(source.url);
    draft.base = head.base(source.url);
    draft.language = head.language().or(draft.language);
    players::name(&mut draft, source.profile);
    draft.item = source
        .url
        .and_then(|url| item(url, source.profile).or_else(|| source.engine?.item(url.as_str())));
    draft.trace = reading.notes;
    draft.lesson = reading.lesson;
    let has = [!draft.authors.is_empty(), draft.published.is_some(), draft.lead.is_some()];
    draft.lesson.lines.extend(FIELDS.into_iter().zip(has).filter(|(_, has)| *has).map(|(f, _)| f));
    Reading::Article(Box::new(draft))
}

/// The lines of the blocks that an article is made of.
fn content<'a>(source: &Source<'a>) -> Content<'a> {
    let mut content = Content::default();
    for area in source.areas {
        match area.role {
            Role::Toolbar => content.toolbar.push((area.name.clone(), lines(source, area, true))),
            Role::ViewData => content.body.push((area.name.clone(), lines(source, area, false))),
            _ => {}
        }
    }
    content
}

#[cfg(test)]
mod tests;
