//! The files of rules, read: each a tree that knows where in its text everything stands.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::document::Document;
use super::located::Located;
use super::node::is_true;
use super::schema;
use super::text::Text;
use super::texts::Texts;
use super::tree::{self, Node};

/// A file of rules, read; of a site's file the table of its rules.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// Its text.
    pub text: Arc<Text>,
    /// The tree of that text, or the table of it.
    pub root: Node,
}

impl File {
    /// Whether it is what several engines have in common.
    pub fn is_family(&self) -> bool {
        is_true(&self.root, "family")
    }
}

/// What a site's file says of how its pages are read.
#[derive(Clone, Debug)]
pub(super) struct SiteRules {
    /// The portal whose profile they change; `None`: each one's.
    pub portal: Option<String>,
    /// The rules.
    pub file: File,
}

/// All files of rules that are sound, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    /// What pages at large have in common.
    pub web: Option<File>,
    /// What people of a language write, by its tag.
    pub languages: BTreeMap<String, File>,
    /// Engines and their families.
    pub engines: BTreeMap<String, File>,
    /// Letters of old fonts.
    pub letters: BTreeMap<String, File>,
    /// Portals.
    pub portals: BTreeMap<String, File>,
    /// Kind and name of those that are not sound: who names them is not told of them again.
    unsound: BTreeSet<(&'static str, String)>,
    /// By the site's id.
    pub sites: BTreeMap<String, SiteRules>,
}

/// A schema, which is made when it is first looked at.
type Schema = fn() -> &'static Json;

impl Files {
    /// Whether all of them are the program's own.
    pub fn are_shipped(&self) -> bool {
        let named = [&self.languages, &self.engines, &self.letters, &self.portals];
        let files = named.into_iter().flat_map(BTreeMap::values).chain(&self.web);
        self.sites.is_empty() && files.into_iter().all(|file| file.text.shipped)
    }

    /// Reads all files of rules; each fault of their shapes once. Shipped ones have none: a test
    /// sees to it.
    pub fn of(texts: &Texts, faults: &mut Vec<Located>) -> Self {
        let mut file = |text: &Arc<Text>, schema: Schema| {
            let root = match text.shipped {
                true => Some(tree::parse(&text.body).0),
                false => {
                    let mut document = Document::new(((**text).clone(), None), None);
                    let root = document.sound(schema());
                    faults.extend(document.into_faults());
                    root
                }
            };
            root.map(|root| File { text: text.clone(), root })
        };
        let web = texts.web.as_ref().and_then(|text| file(text, || &schema::WEB));
        let mut unsound = BTreeSet::new();
        let mut all = |kind, named: &BTreeMap<String, Arc<Text>>, schema: Schema| {
            let mut sound = BTreeMap::new();
            for (name, text) in named {
                match file(text, schema) {
                    Some(file) => _ = sound.insert(name.clone(), file),
                    None => _ = unsound.insert((kind, name.clone())),
                }
            }
            sound
        };
        let languages = all("languages", &texts.languages, || &schema::LANGUAGE);
        let engines = all("engines", &texts.engines, || &schema::ENGINE);
        let letters = all("letters", &texts.letters, || &schema::LETTERS);
        let portals = all("portals", &texts.portals, || &schema::PORTAL);
        Self { web, languages, engines, letters, portals, unsound, sites: BTreeMap::new() }
    }

    /// Whether what is wrong with a sum may come from a file that is missing in it.
    pub fn lack(&self) -> bool {
        self.web.is_none() || !self.unsound.is_empty()
    }

    /// Whether there is a file of that name which is not sound: what is wrong with it was told.
    pub fn is_unsound(&self, kind: &'static str, name: &str) -> bool {
        self.unsound.contains(&(kind, name.to_owned()))
    }
}
