//! What pages are read by, as data: all layers laid upon one another.

pub mod dates;
pub mod engine;
pub mod html;
pub mod letters;
pub mod lists;
pub mod origins;
pub mod profile;

use std::collections::BTreeMap;

use engine::Engine;
use html::HtmlRules;
use letters::OldWriting;
use profile::ProfileRules;

/// Of which whole something is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// `engine`, `portal` or `letters`.
    pub kind: &'static str,
    /// The file's name.
    pub name: String,
    /// The site whose own rules go before a portal's.
    pub site: Option<String>,
    /// The language that pages say of themselves.
    pub language: Option<String>,
    /// The engine that pages show, of a profile that reads those of any.
    pub engine: Option<String>,
}

/// All rules of reading: engines, profiles, letters, HTML.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// The engines by name.
    pub engines: Vec<Engine>,
    /// The portals' profiles by name.
    pub portals: Vec<ProfileRules>,
    /// The profiles of sites that have rules of their own, by the site's id.
    pub sites: BTreeMap<String, Vec<ProfileRules>>,
    /// Letters of fonts that are older than Unicode.
    pub letters: Vec<OldWriting>,
    /// What a published body may hold.
    pub html: HtmlRules,
}
