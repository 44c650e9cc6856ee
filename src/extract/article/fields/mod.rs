//! One file a field: each takes its lines out of a block and notes which rule took them.

pub(crate) mod attachments;
pub(crate) mod author;
pub(crate) mod body;
pub(crate) mod boilerplate;
pub(crate) mod captions;
pub(crate) mod date;
pub(crate) mod images;
pub(crate) mod lead;
pub(crate) mod title;
pub(crate) mod toolbar;

use std::borrow::Cow;
use std::sync::Arc;

use crate::domain::Trace;
use crate::text::blank;

/// Letters of a text that a note keeps.
const KEPT: usize = 200;

/// Where each field came from, and what was left out.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// The block being read.
    pub block: Arc<str>,
    /// What was noted.
    pub list: Vec<Trace>,
}

impl Notes {
    /// Notes that a rule took a text for a field.
    pub fn took(&mut self, field: &'static str, rule: impl Into<Cow<'static, str>>, text: &str) {
        self.list.push(Trace {
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
