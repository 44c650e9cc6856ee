//! An article of which a part is read.

use super::fields::author::Named;
use super::fields::date::Dates;
use crate::domain::Draft;
use crate::extract::rules::profile::Profile;

/// What is known of an article while its body is read.
pub(crate) struct Partial {
    /// The fields that are settled.
    pub draft: Draft,
    /// Dates so far.
    pub dates: Dates,
    /// Authors so far.
    pub named: Named,
    /// Whether a line at an edge of the body may be its date.
    pub edges: bool,
}

impl Partial {
    /// What the profile alone says.
    pub fn begin(profile: &Profile) -> Self {
        let draft = Draft {
            portal: profile.data.name.clone(),
            language: profile.data.language.clone(),
            timezone: profile.data.timezone.clone(),
            ..Draft::default()
        };
        Self { draft, dates: Dates::default(), named: Named::default(), edges: false }
    }

    /// The draft, when all of its body is read.
    pub fn end(self, profile: &Profile) -> Draft {
        let published = self.dates.published(profile);
        Draft { published, authors: self.named.names(), ..self.draft }
    }
}
