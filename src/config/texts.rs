//! The texts of rules by what they are about.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::text::Text;

/// Folders with a file of rules for each name.
pub(super) const FOLDERS: [&str; 4] = ["engines", "languages", "letters", "portals"];
/// Rules that are a file.
pub(super) const FILES: [&str; 2] = ["html", "web"];

/// The texts of rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    /// What pages of any language and engine have in common.
    pub web: Option<Arc<Text>>,
    /// What a published body may hold.
    pub html: Option<Arc<Text>>,
    /// What people of a language write, by its tag.
    pub languages: BTreeMap<String, Arc<Text>>,
    /// Engines and their families.
    pub engines: BTreeMap<String, Arc<Text>>,
    /// Letters of old fonts.
    pub letters: BTreeMap<String, Arc<Text>>,
    /// Portal profiles.
    pub portals: BTreeMap<String, Arc<Text>>,
}

impl Texts {
    /// Adds one by its path below the folder of rules, without `.toml`; it replaces one of the same
    /// path.
    pub fn add(&mut self, path: &str, text: Text) {
        let text = Arc::new(text);
        let named = match path.split_once('/') {
            Some(("engines", name)) => (&mut self.engines, name),
            Some(("languages", name)) => (&mut self.languages, name),
            Some(("letters", name)) => (&mut self.letters, name),
            Some(("portals", name)) => (&mut self.portals, name),
            None if path == "html" => return self.html = Some(text),
            None if path == "web" => return self.web = Some(text),
            _ => return,
        };
        named.0.insert(named.1.to_owned(), text);
    }

    /// What each says, by its kind and name: `portal liferay`, `web`.
    pub fn bodies(&self) -> BTreeMap<String, &str> {
        let kinds = [
            ("engine", &self.engines),
            ("language", &self.languages),
            ("letters", &self.letters),
            ("portal", &self.portals),
        ];
        let named = kinds.into_iter().flat_map(|(kind, texts)| {
            texts.iter().map(move |(name, text)| (format!("{kind} {name}"), text.body.as_str()))
        });
        let alone = [("html", &self.html), ("web", &self.web)];
        let alone = alone
            .into_iter()
            .filter_map(|(name, text)| Some((name.to_owned(), text.as_ref()?.body.as_str())));
        named.chain(alone).collect()
    }
}
