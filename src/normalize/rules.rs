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
    /// Parameters of paths and queries that hold a reader's session; `*` ends a beginning.
    pub sessions: Vec<String>,
    /// The same, where their values look drawn by lot.
    pub session_tokens: Vec<String>,
    /// Attributes that stay, by element.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Media types by ending.
    pub media_types: BTreeMap<String, String>,
}

/// The rules; a test sees to it that they can be read.
pub(super) static RULES: LazyLock<Rules> =
    LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());
/// A copy that a test may change.
#[cfg(test)]
pub(super) fn rules() -> Rules {
    toml::from_str(TEXT).unwrap()
}
/// Shortest value that looks drawn by lot.
const TOKEN: usize = 16;
const TEXT: &str = include_str!("../../config/html.toml");

impl Rules {
    /// Whether a query parameter of that name is only there to follow the reader.
    pub fn tracks(&self, name: &str) -> bool {
        named(&self.tracking, &name.to_lowercase())
    }

    /// Whether a parameter of that name and value is a reader's session.
    pub fn is_session(&self, name: &str, value: &str) -> bool {
        let name = name.to_lowercase();
        named(&self.sessions, &name) || (named(&self.session_tokens, &name) && is_token(value))
    }
}

fn named(list: &[String], name: &str) -> bool {
    list.iter()
        .any(|known| known.strip_suffix('*').map_or(known == name, |start| name.starts_with(start)))
}

/// Whether a value looks drawn by lot: long, letters and digits mixed.
fn is_token(value: &str) -> bool {
    let drawn = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '!');
    let has = |kind: fn(&char) -> bool| value.chars().any(|c| kind(&c));
    value.len() >= TOKEN
        && value.chars().all(drawn)
        && has(char::is_ascii_digit)
        && has(char::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_rules_are_sound() {
        let rules: Rules = toml::from_str(TEXT).unwrap();
        assert!(
            rules.tags.iter().all(|t| !rules.drop.contains(t))
                && rules.attributes.keys().all(|t| rules.tags.contains(t))
        );
        for (name, value, session) in [
            ("jsessionid", "AB.n1", true),
            ("PHPSESSID", "q", true),
            ("ASPSESSIONIDQATR", "X", true),
            ("sid", "4f0a9a630c8d41e7a25f", true),
            ("sid", "120417", false),
            ("sid", "the-long-name-of-a-section", false),
            ("s", "20240102030405067", false),
            ("id", "4f0a9a630c8d41e7a25f", false),
        ] {
            assert_eq!(rules.is_session(name, value), session, "{name}={value}");
        }
        assert!(
            rules.tracks("UTM_Source")
                && rules.tracks("fbclid")
                && !rules.tracks("utm")
                && !rules.tracks("ItemID")
        );
    }
}
