//! What pages are read by, as data: all layers laid upon one another.

use std::collections::BTreeMap;

use super::engine::Engine;
use super::html::HtmlRules;
use super::letters::OldWriting;
use super::portal::Portal;

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
}

/// Engines and profiles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// The engines by name.
    pub engines: Vec<Engine>,
    /// The portals' profiles by name.
    pub portals: Vec<Portal>,
    /// The profiles of sites that have rules of their own, by the site's id.
    pub sites: BTreeMap<String, Vec<Portal>>,
    /// Letters of fonts that are older than Unicode.
    pub letters: Vec<OldWriting>,
    /// What a published body may hold.
    pub html: HtmlRules,
}
