//! The files of rules, read: each a tree that knows where in its text everything stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::Document;
use super::located::Located;
use super::node::is_true;
use super::schema;
use super::text::Text;
use super::texts::Texts;
use super::tree::Node;

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
    /// By the site's id.
    pub sites: BTreeMap<String, SiteRules>,
}

impl Files {
    /// Reads all files of rules; each fault of their shapes once.
    pub fn of(texts: &Texts, faults: &mut Vec<Located>) -> Self {
        let mut file = |text: &Arc<Text>, schema| {
            let mut document = Document::new(((**text).clone(), None), None);
            let root = document.sound(schema);
            faults.extend(document.into_faults());
            root.map(|root| File { text: text.clone(), root })
        };
        let web = texts.web.as_ref().and_then(|text| file(text, &schema::WEB));
        let mut all = |named: &BTreeMap<String, Arc<Text>>, schema| {
            named
                .iter()
                .filter_map(|(name, text)| Some((name.clone(), file(text, schema)?)))
                .collect::<BTreeMap<_, _>>()
        };
        let languages = all(&texts.languages, &*schema::LANGUAGE);
        let engines = all(&texts.engines, &*schema::ENGINE);
        let letters = all(&texts.letters, &*schema::LETTERS);
        let portals = all(&texts.portals, &*schema::PORTAL);
        Self { web, languages, engines, letters, portals, sites: BTreeMap::new() }
    }
}
