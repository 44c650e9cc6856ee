//! Where the pages of each engine have their fields, for profiles that read the pages of any.

use std::collections::BTreeMap;

use super::located::Located;
use super::node::{filtered_below, get};
use super::own::Own;
use super::parsed::{File, Files};
use super::resolved::{Pile, Resolved};
use super::rules::{is_among, of_engine, typed};
use super::tree::Node;
use crate::domain::{EnginePage, ProfileRules};

impl Files {
    /// The places of each engine that says where articles stand, laid over those of a profile that
    /// names no engine and reads pages as wholes; and what seems to say nothing of pages, and says
    /// something of those of an engine.
    pub fn on_engines(
        &self,
        own: &Own<'_>,
        faults: &mut Vec<Located>,
    ) -> (BTreeMap<String, EnginePage>, Vec<Located>) {
        let (mut on_engine, mut useful) = (BTreeMap::new(), Vec::new());
        if !own.by_page || !own.engines.is_empty() {
            return (on_engine, useful);
        }
        let mut idle = Vec::new();
        self.on_engine(own, None, &mut idle);
        for (name, file) in self.engines.iter().filter(|(_, file)| !file.is_family()) {
            let says = |file: &File| get(&file.root, "article").is_some();
            if !says(file) && !self.family(file, faults).is_some_and(says) {
                continue;
            }
            let mut here = Vec::new();
            let page = self.on_engine(own, Some(file), &mut here).and_then(|whole| {
                let rules: ProfileRules = typed(&whole, file, faults)?;
                Some(EnginePage { page: rules.page?, origins: whole.origins() })
            });
            on_engine.extend(page.map(|page| (name.clone(), page)));
            useful.extend(idle.extract_if(.., |fault| !is_among(&here, fault)));
        }
        (on_engine, useful)
    }

    /// The places of a profile, its key `page`, with those of an engine laid over them: the lists
    /// that the engine names.
    pub fn on_engine(
        &self,
        own: &Own<'_>,
        engine: Option<&File>,
        faults: &mut Vec<Located>,
    ) -> Option<Resolved> {
        let family = engine.and_then(|engine| self.family(engine, faults));
        let said: Vec<(&File, Node)> = engine
            .into_iter()
            .chain(family)
            .map(|file| (file, of_engine(&file.root, &["article"])))
            .collect();
        let is_said = |key: &str| said.iter().any(|(_, node)| has(node, key));
        let page =
            |node: &Node| filtered_below(node, "page", |key| engine.is_none() || is_said(key));
        let mut pile = Pile::default();
        own.files.iter().for_each(|file| pile.lay(&file.text, page(&file.root)));
        said.iter().for_each(|(file, node)| pile.lay(&file.text, node.clone()));
        self.web.iter().for_each(|web| pile.lay(&web.text, page(&web.root)));
        pile.whole(faults)
    }
}

/// Whether a list of places is named.
fn has(node: &Node, key: &str) -> bool {
    get(node, "page").is_some_and(|page| get(page, key).is_some())
}
