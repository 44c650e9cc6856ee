//! What may be published, ready to be asked.

use super::sound;
use crate::domain::HtmlRules;

/// What may be published.
#[derive(Clone, Debug, Default)]
pub struct Sanitizer {
    rules: HtmlRules,
    /// Whether the rules allow all that the strict grammar knows.
    whole: bool,
}

impl Sanitizer {
    /// By these rules, in which no element is allowed and dropped both.
    pub fn new(rules: HtmlRules) -> Self {
        Self { whole: sound::is_allowed(&rules), rules }
    }

    /// Whether markup is safe as it stands.
    pub(super) fn is_sound(&self, markup: &str) -> bool {
        self.whole && sound::keeps_to_grammar(markup)
    }

    /// The rules themselves.
    pub(super) fn rules(&self) -> &HtmlRules {
        &self.rules
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
