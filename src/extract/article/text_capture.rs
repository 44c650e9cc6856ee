//! The blocks of a text capture to a draft.

use url::Url;

use super::compose::{Content, compose};
use super::read::missing;
use super::reading;
use super::source::item;
use crate::domain::Role;
use crate::extract::blocks::text_capture::Section;
use crate::extract::lines::line::Lines;
use crate::extract::rules::profile::Profile;
use crate::extract::view::{Reading, View};

/// Reads the article of a capture's blocks.
pub(crate) fn read(sections: &[Section<'_>], profile: &Profile, view: &View<'_>) -> Reading {
    let names: Vec<(String, Role)> = sections.iter().map(|s| (s.name.to_owned(), s.role)).collect();
    if let Some(none) = missing(profile, &names) {
        return none;
    }
    let mut content = Content::default();
    for section in sections {
        let lines = Lines::plain(section.lines.iter().copied());
        match section.role {
            Role::Toolbar => content.toolbar.push((section.name.to_owned(), lines)),
            Role::ViewData => content.body.push((section.name.to_owned(), lines)),
            _ => {}
        }
    }
    let explain = view.explain;
    let mut reading = reading::Reading { plain: true, explain, ..reading::Reading::new(profile) };
    match compose(content, &mut reading) {
        Ok(mut draft) => {
            draft.blocks = names.into_iter().filter(|(_, role)| *role != Role::Other).collect();
            draft.base = view.url.map(Url::to_string);
            draft.item = view.url.and_then(|u| item(u, profile));
            draft.trace = reading.notes;
            Reading::Article(Box::new(draft))
        }
        Err(why) => Reading::NoArticle(why),
    }
}
