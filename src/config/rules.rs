//! Which files say the rules of an engine and of a portal's profile, and the whole that they make.
//!
//! Of a profile, the most specific first: the site's own rules; the portal's file; the switches of
//! its way of reading; the engines that it names, each before the family that it extends; its
//! languages in their order; the web at large.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::located::Located;
use super::near;
use super::node::{entry, get, string, without};
use super::own::Own;
use super::parsed::{File, Files};
use super::resolved::{Pile, Resolved};
use super::sums;
use super::tree::{Node, Value};
use crate::domain::{Engine, Fault, ProfileRules, Subject};

/// Keys of an engine's file that are no part of the engine: what it has for those who read its
/// articles, and what it is.
const BESIDE: [&str; 5] = ["article", "roles", "images", "extends", "family"];

/// Keys of a language's file that are no part of a profile.
const BESIDE_WORDS: [&str; 4] = ["in_blocks", "title", "letters", "syllables"];

impl Files {
    /// The engines, families apart, by name.
    pub fn read_engines(&self, faults: &mut Vec<Located>) -> Vec<Engine> {
        let engine = |(name, file): (&String, &File)| {
            let whole = self.engine(name, faults)?;
            typed(&whole, file, faults)
                .filter(|_| !file.is_family())
                .map(|engine| Engine { name: name.clone(), ..engine })
        };
        self.engines.iter().filter_map(engine).collect()
    }

    /// The portals' profiles, by name.
    pub fn read_portals(&self, faults: &mut Vec<Located>) -> Vec<ProfileRules> {
        let mut portals = Vec::new();
        for (name, file) in &self.portals {
            let mut idle = Vec::new();
            let profile = self.profile(name, vec![file], &mut idle, faults);
            portals.extend(profile.map(|(portal, _)| portal));
            faults.extend(idle);
        }
        portals
    }

    /// The profiles by which a site is read that has rules of its own.
    pub fn read_site(&self, site: &str, faults: &mut Vec<Located>) -> Vec<ProfileRules> {
        let Some(rules) = self.sites.get(site) else { return Vec::new() };
        let named = |name: &String| rules.portal.as_ref().is_none_or(|portal| portal == name);
        let (mut portals, mut idle) = (Vec::new(), Vec::new());
        for (name, file) in self.portals.iter().filter(|(name, _)| named(name)) {
            let mut here = Vec::new();
            let files = vec![&rules.file, file];
            portals.extend(self.profile(name, files, &mut here, faults).map(marked));
            idle.push(here);
        }
        // What says nothing over one portal may say something over another.
        faults.extend(in_each(idle));
        portals
    }

    /// A profile by its own files, for pages in any language; of a site's also all that is said.
    fn profile(
        &self,
        name: &str,
        files: Vec<&File>,
        idle: &mut Vec<Located>,
        faults: &mut Vec<Located>,
    ) -> Option<(ProfileRules, String)> {
        let own = Own::of(self, files, faults);
        let (mut here, mut said) = (Vec::new(), String::new());
        // Of what is not whole the sum says nothing.
        let summed = !self.are_shipped() && !self.lack();
        let mut spoken = |language, here: &mut Vec<Located>, faults: &mut Vec<Located>| {
            let whole = self.whole(&own, language, here)?;
            if summed {
                faults.extend(sums::faults(&whole, &own));
            }
            let [most_specific, below @ ..] = &own.files[..] else { return None };
            if !below.is_empty() {
                said.push_str(&whole.merged.plain().to_string());
            }
            let portal: ProfileRules = typed(&whole, most_specific, faults)?;
            Some(ProfileRules { name: name.to_owned(), origins: whole.origins(), ..portal })
        };
        let mut portal = spoken(None, &mut here, faults)?;
        let mut all = vec![here];
        for language in own.page_languages(self) {
            let mut here = Vec::new();
            let in_language = spoken(Some(language), &mut here, faults)?;
            portal.in_language.insert(language.to_owned(), in_language);
            all.push(here);
        }
        let useful;
        (portal.on_engine, useful) = self.on_engines(&own, faults);
        // What says nothing of one language or engine may say something of another.
        let is_idle = |fault: &Located| !is_among(&useful, fault);
        idle.extend(in_each(all).into_iter().filter(is_idle));
        Some((portal, said))
    }

    /// An engine whole.
    pub fn engine(&self, name: &str, faults: &mut Vec<Located>) -> Option<Resolved> {
        let own = self.engines.get(name)?;
        let mut pile = Pile::default();
        pile.lay(&own.text, without(&own.root, &BESIDE));
        if let Some(family) = self.family(own, faults) {
            pile.lay(&family.text, without(&family.root, &BESIDE));
        }
        pile.whole(faults)
    }

    /// A portal's profile whole, as a site's own rules change it, for pages in a language.
    pub fn portal(&self, subject: &Subject, faults: &mut Vec<Located>) -> Option<Resolved> {
        let own = subject.site.as_ref().and_then(|site| self.sites.get(site));
        let portal = self.portals.get(&subject.name)?;
        let files = own.map(|own| &own.file).into_iter().chain([portal]).collect();
        let own = Own::of(self, files, faults);
        match subject.engine.as_ref().map(|engine| self.engines.get(engine)) {
            Some(engine) => self.on_engine(&own, engine, faults),
            None => self.whole(&own, subject.language.as_deref(), faults),
        }
    }

    /// A profile whole, with the words of the languages that it names, or of one alone.
    fn whole(
        &self,
        own: &Own<'_>,
        language: Option<&str>,
        faults: &mut Vec<Located>,
    ) -> Option<Resolved> {
        let mut pile = Pile::default();
        own.files.iter().for_each(|file| pile.lay(&file.text, without(&file.root, &["languages"])));
        if let Some(web) = &self.web {
            let switches = get(&web.root, "reading")
                .and_then(|reading| get(reading, if own.by_page { "page" } else { "blocks" }));
            switches.into_iter().for_each(|switches| pile.lay(&web.text, switches.clone()));
        }
        self.lay_engines(&mut pile, own, faults);
        let languages = match language {
            Some(language) => self.languages.get(language).into_iter().collect(),
            None => own.languages.clone(),
        };
        for file in languages {
            let in_blocks = get(&file.root, "in_blocks").filter(|_| !own.by_page);
            in_blocks.into_iter().for_each(|words| pile.lay(&file.text, words.clone()));
            pile.lay(&file.text, without(&file.root, &BESIDE_WORDS));
        }
        if let Some(web) = &self.web {
            let beside: &[&str] = if own.by_page { &["reading"] } else { &["reading", "page"] };
            pile.lay(&web.text, without(&web.root, beside));
        }
        pile.whole(faults)
    }

    /// What engines have for those who read their articles: of a profile that names none, which
    /// pictures are no content.
    fn lay_engines(&self, pile: &mut Pile, own: &Own<'_>, faults: &mut Vec<Located>) {
        let any = own.engines.is_empty();
        let engines: Vec<&File> =
            if any { self.engines.values().collect() } else { own.engines.clone() };
        let keys: &[&str] =
            if own.by_page && !any { &["images", "article", "roles"] } else { &["images"] };
        let mut laid = BTreeSet::new();
        for engine in engines {
            for file in std::iter::once(engine).chain(self.family(engine, faults)) {
                if laid.insert(&file.text.path) {
                    pile.lay(&file.text, of_engine(&file.root, keys));
                }
            }
        }
    }

    /// The family that an engine extends.
    pub fn family(&self, engine: &File, faults: &mut Vec<Located>) -> Option<&File> {
        let name = string(&engine.root, "extends")?;
        let (what, advice) = match self.engines.get(name) {
            _ if engine.is_family() => (
                "a family extends nothing".to_owned(),
                "leave it out, or leave out `family = true`".to_owned(),
            ),
            Some(family) if family.is_family() => return Some(family),
            Some(_) => (
                format!("`{name}` is no family"),
                "extend a file that says `family = true`".to_owned(),
            ),
            None if self.is_unsound("engines", name) => return None,
            None => {
                let families = self.engines.iter().filter(|(_, file)| file.is_family());
                let families: Vec<&str> = families.map(|(name, _)| name.as_str()).collect();
                (format!("there is no engine `{name}`"), near::advise(name, &families, "families"))
            }
        };
        let span = get(&engine.root, "extends").map_or(0..0, |node| node.span.clone());
        faults.push(Located::new(&engine.text, &span, Fault::new("extends", what, advice)));
        None
    }
}

/// What an engine's file has of a profile: these keys.
pub(super) fn of_engine(engine: &Node, keys: &[&str]) -> Node {
    let named = |key: &&str| {
        let name = if *key == "article" { "page" } else { key };
        Some((name.to_owned(), entry(engine, key)?.clone()))
    };
    Node { span: 0..0, value: Value::Table(keys.iter().filter_map(named).collect()) }
}

/// The typed shape of a whole.
pub(super) fn typed<T: serde::de::DeserializeOwned>(
    whole: &Resolved,
    file: &File,
    faults: &mut Vec<Located>,
) -> Option<T> {
    let told = |error: toml::de::Error| {
        let fault = Fault::new("", error.message().trim().replace('\n', ", "), "");
        Located::new(&file.text, &file.root.span, fault)
    };
    whole.merged.plain().try_into().map_err(|error| faults.push(told(error))).ok()
}

/// A site's own profile: records tell a change of it by the digest of what it says.
fn marked((portal, said): (ProfileRules, String)) -> ProfileRules {
    ProfileRules { own: u32::try_from(xxh3_64(said.as_bytes()) >> 32).ok(), ..portal }
}

/// The faults that stand in each of several lists.
fn in_each(lists: Vec<Vec<Located>>) -> Vec<Located> {
    let mut lists = lists.into_iter();
    let first = lists.next().unwrap_or_default();
    let rest: Vec<Vec<Located>> = lists.collect();
    first.into_iter().filter(|fault| rest.iter().all(|list| is_among(list, fault))).collect()
}

/// Whether a fault stands among others.
pub(super) fn is_among(others: &[Located], fault: &Located) -> bool {
    let same = |other: &Located| {
        (&fault.file, fault.line, fault.column) == (&other.file, other.line, other.column)
            && fault.fault.what == other.fault.what
    };
    others.iter().any(same)
}
