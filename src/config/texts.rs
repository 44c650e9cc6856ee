//! The texts of rules by what they are about.

use std::collections::BTreeMap;

use super::text::Text;

/// The texts of rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    /// What pages of any language and engine have in common.
    pub web: Option<Text>,
    /// What people of a language write, by its tag.
    pub languages: BTreeMap<String, Text>,
    /// Engines and their families.
    pub engines: BTreeMap<String, Text>,
    /// Portal profiles.
    pub portals: BTreeMap<String, Text>,
}

impl Texts {
    /// Those of a folder.
    pub fn folder(&mut self, name: &str) -> Option<&mut BTreeMap<String, Text>> {
        match name {
            "engines" => Some(&mut self.engines),
            "languages" => Some(&mut self.languages),
            "portals" => Some(&mut self.portals),
            _ => None,
        }
    }
}
