//! The allow-lists of `config/html.toml`, compiled in: what may be published is data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// What a body may hold, what addresses shed, what endings mean. Empty lists allow nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    /// Elements that stay.
    pub tags: Vec<String>,
    /// Elements that go with their content.
    pub drop: Vec<String>,
    /// Schemes of links.
    pub schemes: Vec<String>,
    /// Query parameters that say nothing of the page; `*` ends a beginning.
    pub tracking: Vec<String>,
    /// Attributes that stay, by element.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Media types by ending.
    pub media_types: BTreeMap<String, String>,
}

/// The rules; a test sees to it that they can be read.
pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());
const TEXT: &str = include_str!("../../config/html.toml");

impl Rules {
    /// Whether a query parameter of that name is only there to follow the reader.
    pub fn tracks(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.tracking.iter().any(|t| t.strip_suffix('*').map_or(*t == name, |start| name.starts_with(start)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_rules_are_sound() {
        let rules: Rules = toml::from_str(TEXT).unwrap();
        assert!(rules.tags.iter().all(|t| !rules.drop.contains(t)) && rules.attributes.keys().all(|t| rules.tags.contains(t)));
        assert!(rules.tracks("UTM_Source") && rules.tracks("fbclid") && !rules.tracks("utm") && !rules.tracks("ItemID"));
    }
}
