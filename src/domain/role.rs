//! What a block is for.

use serde::{Deserialize, Serialize};

/// What a block is for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Date, reading tools, title and lead.
    Toolbar,
    /// Body, captions, author.
    ViewData,
    /// Repeated links to articles.
    Listing,
    /// Links to related articles: no listing of the section.
    Related,
    /// Most-read articles: no listing of the section.
    MostRead,
    /// Menus and other navigation.
    Navigation,
    /// Anything else.
    Other,
}

impl Role {
    /// The role's name in JSON and profiles.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Toolbar => "toolbar",
            Role::ViewData => "view-data",
            Role::Listing => "listing",
            Role::Related => "related",
            Role::MostRead => "most-read",
            Role::Navigation => "navigation",
            Role::Other => "other",
        }
    }
}
