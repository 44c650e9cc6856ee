//! What every rule needs that reads an article: the profile, what nobody sees, and where each field
//! came from.

use std::borrow::Cow;
use std::sync::Arc;

use super::witnesses::Witnesses;
use crate::domain::{Lesson, Trace};
use crate::extract::rules::profile::Profile;
use crate::text::blank;

/// Letters of a text that a note keeps.
const KEPT: usize = 200;

/// An article page being read.
pub(crate) struct Reading<'p> {
    /// The rules.
    pub profile: &'p Profile,
    /// Whether it is a text capture: no element tells what a line is.
    pub plain: bool,
    /// Who else speaks of the article.
    pub witnesses: Witnesses<'p>,
    /// The block being read.
    pub block: Arc<str>,
    /// Whether notes are taken.
    pub explain: bool,
    /// Where each field came from, and what was left out.
    pub notes: Vec<Trace>,
    /// What the page brings to what is known of its site's: its lines that no word list knows.
    pub lesson: Lesson,
}

impl<'p> Reading<'p> {
    /// Nothing is read yet.
    pub fn new(profile: &'p Profile) -> Self {
        let (block, notes, lesson) = ("".into(), Vec::new(), Lesson::default());
        let witnesses = Witnesses::default();
        Self { profile, plain: false, witnesses, block, explain: false, notes, lesson }
    }

    /// What a note calls a rule; nothing where none are taken.
    pub fn rule(&self, name: impl FnOnce(&Profile) -> String) -> Cow<'static, str> {
        if self.explain { name(self.profile).into() } else { "".into() }
    }

    /// Notes that a rule took a text for a field.
    pub fn took(&mut self, field: &'static str, rule: impl Into<Cow<'static, str>>, text: &str) {
        if !self.explain {
            return;
        }
        self.notes.push(Trace {
            field,
            block: self.block.clone(),
            rule: rule.into(),
            text: blank::first(text, KEPT).to_owned(),
        });
    }

    /// Notes that a text was left out, and why.
    pub fn left(&mut self, why: impl Into<Cow<'static, str>>, text: &str) {
        self.took("left out", why, text);
    }
}
