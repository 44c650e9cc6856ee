//! The blocks of a text capture to a draft.

use url::Url;

use super::compose::{Content, compose};
use super::fields::Notes;
use super::source::item;
use crate::domain::Role;
use crate::extract::blocks::text_capture::Section;
use crate::extract::lines::line::Lines;
use crate::extract::rules::profile::Profile;
use crate::extract::view::Reading;

/// Reads the article of a capture's blocks.
pub(crate) fn read(sections: &[Section<'_>], profile: &Profile, url: Option<&Url>) -> Reading {
    if let Some(role) =
        profile.data.needs.iter().find(|role| !sections.iter().any(|s| s.role == **role))
    {
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
            draft.blocks = sections
                .iter()
                .filter(|s| s.role != Role::Other)
                .map(|s| (s.name.to_owned(), s.role))
                .collect();
            draft.base = url.map(Url::to_string);
            draft.item = url.and_then(|u| item(u, profile));
            draft.trace = notes.list;
            Reading::Article(Box::new(draft))
        }
        Err(why) => Reading::NoArticle(why),
    }
}
