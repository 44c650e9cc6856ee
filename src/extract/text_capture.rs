//! A text capture: a page's visible text, block names on lines of their own, a paragraph on each line that is not empty.

use url::Url;

use super::Reading;
use super::article::{Content, compose, item};
use super::fields::Notes;
use super::lines::Lines;
use super::profile::Profile;
use crate::domain::Role;

/// Blocks of one capture at most.
const MOST: usize = 1_000;
/// Tags from which a document is a page's source; a text may speak of one or two.
const TAGS: usize = 5;

/// One block of a capture.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Section<'t> {
    /// Its name.
    pub name: &'t str,
    /// Its role.
    pub role: Role,
    /// The lines under its name that are not empty.
    pub lines: Vec<&'t str>,
}

/// Whether a document is plain text rather than a page's source.
pub(crate) fn is_text(text: &str, content_type: Option<&str>) -> bool {
    let said = content_type.map(|t| t.trim().to_ascii_lowercase());
    if said.as_deref().is_some_and(|t| t.starts_with("text/plain")) {
        return true;
    }
    let tags =
        text.match_indices('<').filter(|(at, _)| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '/')));
    !text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('<') && tags.take(TAGS).count() < TAGS
}

/// The blocks of a capture; `None` if no line is the name of a block that has a role.
pub(crate) fn divide<'t>(text: &'t str, profile: &Profile) -> Option<Vec<Section<'t>>> {
    let mut sections: Vec<Section<'t>> = Vec::new();
    for line in text.lines().map(|l| l.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))) {
        let role = profile.roles.role(line).or_else(|| profile.block_names.whole(line).then_some(Role::Other));
        let full = sections.len() >= MOST;
        match (role, sections.last_mut()) {
            (Some(role), _) if !full && !line.is_empty() => sections.push(Section { name: line, role, lines: Vec::new() }),
            (_, Some(section)) if !line.is_empty() => section.lines.push(line),
            _ => {}
        }
    }
    sections.iter().any(|s| s.role != Role::Other).then_some(sections)
}

/// Reads the article of a capture's blocks.
pub(crate) fn read(sections: &[Section<'_>], profile: &Profile, url: Option<&Url>) -> Reading {
    if let Some(role) = profile.data.needs.iter().find(|role| !sections.iter().any(|s| s.role == **role)) {
        return Reading::NoArticle(format!("no block plays the role {}", role.as_str()));
    }
    let mut content = Content { plain: true, ..Content::default() };
    for section in sections {
        let lines = Lines::plain(section.lines.iter().copied());
        match section.role {
            Role::Toolbar => content.toolbar.push((section.name.to_owned(), lines.lines)),
            Role::ViewData => content.body.push((section.name.to_owned(), lines)),
            _ => {}
        }
    }
    let mut notes = Notes::default();
    match compose(content, profile, &mut notes) {
        Ok(mut draft) => {
            draft.blocks = sections.iter().filter(|s| s.role != Role::Other).map(|s| (s.name.to_owned(), s.role)).collect();
            draft.base = url.map(Url::to_string);
            draft.item = url.and_then(|u| item(u, profile));
            draft.trace = notes.list;
            Reading::Article(Box::new(draft))
        }
        Err(why) => Reading::NoArticle(why),
    }
}
