//! What may be published, ready to be asked.

use super::tags::Allowed;
use crate::domain::HtmlRules;

/// What may be published.
#[derive(Clone, Debug, Default)]
pub struct Sanitizer {
    rules: HtmlRules,
    /// What the rules allow of the elements that a body is written in.
    allowed: Allowed,
}

impl Sanitizer {
    /// By these rules, in which no element is allowed and dropped both.
    pub fn new(rules: HtmlRules) -> Self {
        Self { allowed: Allowed::of(&rules), rules }
    }

    /// What a body may be written in.
    pub(super) fn allowed(&self) -> Allowed {
        self.allowed
    }

    /// Whether links may have this scheme.
    pub(super) fn links_by(&self, scheme: &str) -> bool {
        self.rules.schemes.iter().any(|known| known == scheme)
    }

    /// The media type of documents whose names end so, in small letters.
    pub(super) fn media_type(&self, ending: &str) -> Option<&str> {
        self.rules.media_types.get(ending).map(String::as_str)
    }
}
