//! Profiles compiled: lists that several of them have in common are compiled once, and each when it
//! is first used.

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;

use super::dates::Forms;
use super::engine::Engine;
use super::lazy::Lazy;
use super::list_words::{ListWords, Vocabulary};
use super::patterns::Patterns;
use super::prefilter::Prefilter;
use super::profile::{OnEngine, PageSelectors, Players, Profile};
use super::regexes::{Care, Regexes, Scope};
use super::roles::Roles;
use super::selectors::Selectors;
use super::words::Words;
use crate::domain::rules::profile as data;
use crate::domain::{self, DateForms, Fault, ProfileRules, ReadBy, RoleRule, Subject};

/// Bytes of memory that a pattern of item ids becomes at most.
const MOST_COMPILED: usize = 1 << 20;

/// A list of words or patterns as it is compared.
type List = Arc<[String]>;

/// Compiles rules, what several of them have in common once.
#[derive(Debug, Default)]
pub struct Compiler {
    care: Care,
    regexes: Regexes,
    words: HashMap<List, Words>,
    patterns: HashMap<List, Patterns>,
    prefilters: HashMap<(List, List), Prefilter>,
    selectors: HashMap<List, Selectors>,
    list_words: HashMap<List, ListWords>,
    roles: Vec<(Vec<RoleRule>, Arc<Roles>)>,
    dates: Vec<(DateForms, Arc<Forms>)>,
    faults: Vec<Fault>,
}

impl Compiler {
    /// Looks so much at rules before they are used.
    pub(crate) fn new(care: Care) -> Self {
        Self { care, regexes: Regexes::new(care), ..Self::default() }
    }

    /// An engine.
    ///
    /// # Errors
    /// All its faults by key path.
    pub fn engine(&mut self, data: domain::Engine) -> Result<Engine, Vec<Fault>> {
        Engine::compile(data, &mut self.regexes)
    }

    /// A profile, and those for pages that say their language or show an engine.
    ///
    /// # Errors
    /// All its faults by key path, each with the whole that it stands in.
    pub fn profile(&mut self, mut data: ProfileRules) -> Result<Profile, Vec<(Subject, Fault)>> {
        let (mut in_language, mut faults) = (HashMap::new(), Vec::new());
        let subject = Subject { kind: "portal", name: data.name.clone(), ..Subject::default() };
        let mut told = |compiler: &mut Self, subject: Subject| {
            let found = std::mem::take(&mut compiler.faults);
            faults.extend(found.into_iter().map(|fault| (subject.clone(), fault)));
        };
        let languages = std::mem::take(&mut data.in_language);
        let mut on_engine = HashMap::new();
        for (engine, page) in std::mem::take(&mut data.on_engine) {
            if self.care != Care::Nothing {
                self.page_selectors(&page.page);
                told(self, Subject { engine: Some(engine.clone()), ..subject.clone() });
            }
            on_engine.insert(engine, OnEngine::new(Arc::new(page)));
        }
        for (language, spoken) in languages {
            let profile = Profile { on_engine: on_engine.clone(), ..self.whole(spoken) };
            told(self, Subject { language: Some(language.clone()), ..subject.clone() });
            in_language.insert(language, profile);
        }
        let profile = Profile { in_language, on_engine, ..self.whole(data) };
        told(self, subject);
        if faults.is_empty() { Ok(profile) } else { Err(faults) }
    }

    fn whole(&mut self, data: ProfileRules) -> Profile {
        let dates = self.dates(&data.dates);
        let by_page = match data.reading {
            Some(reading) => reading == ReadBy::Page,
            None => data.page.is_some(),
        };
        let page = data.page.clone();
        Profile {
            roles: self.roles(&data.roles),
            items: self.items(&data.items),
            page_selectors: page.as_ref().filter(|_| by_page).map(|page| self.page_selectors(page)),
            leave_in_blocks: match &page {
                Some(page) if !by_page => self.selectors("page.leave", &page.leave),
                _ => Selectors::default(),
            },
            edited: self.words("edited.labels", &data.edited.labels),
            tools: self.words("tools.words", &data.tools.words),
            tool_glance: self.prefilter(&data.tools.words, &data.tools.counters),
            counters: self.patterns("tools.counters", &data.tools.counters),
            title_labels: self.words("labels.title", &data.labels.title),
            lead_labels: self.words("labels.lead", &data.labels.lead),
            date_labels: self.words("labels.date", &data.labels.date),
            body_labels: self.words("labels.body", &data.labels.body),
            other_labels: self.words("labels.none", &data.labels.none),
            author_labels: self.words("authors.labels", &data.authors.labels),
            source_labels: self.words("authors.sources", &data.authors.sources),
            bylines: self.words("authors.bylines", &data.authors.bylines),
            no_names: self.words("authors.none", &data.authors.none),
            related: self.words("body.related", &data.body.related),
            leave: self.patterns("body.leave", &data.body.leave),
            leave_glance: self.prefilter(&[], &data.body.leave),
            messages: self.patterns("body.messages", &data.body.messages),
            captions: self.patterns("captions.patterns", &data.captions.patterns),
            attachments: self.words("attachments.labels", &data.attachments.labels),
            scripts: self.patterns("attachments.scripts", &data.attachments.scripts),
            notes: self.patterns("attachments.notes", &data.attachments.notes),
            pictures_left: self.patterns("images.leave", &data.images.leave),
            players: self.players(&data.players),
            block_names: self.patterns("capture.names", &data.capture.names),
            lists: self.vocabulary(&data),
            dates,
            in_language: HashMap::new(),
            on_engine: HashMap::new(),
            data,
        }
    }

    fn words(&mut self, path: &str, list: &[String]) -> Words {
        if let Some(known) = self.words.get(list) {
            return known.clone();
        }
        let (list, before): (List, usize) = (list.into(), self.faults.len());
        let words = Words::compile(path, &list, &mut self.faults);
        // A fault is reported for each profile that has it.
        if self.faults.len() == before {
            self.words.insert(list, words.clone());
        }
        words
    }

    fn patterns(&mut self, path: &str, list: &[String]) -> Patterns {
        if let Some(known) = self.patterns.get(list) {
            return known.clone();
        }
        let before = self.faults.len();
        let patterns = Patterns::compile(path, list, &mut self.regexes, &mut self.faults);
        if self.faults.len() == before {
            self.patterns.insert(list.into(), patterns.clone());
        }
        patterns
    }

    fn prefilter(&mut self, words: &[String], patterns: &[String]) -> Prefilter {
        let key = (words.into(), patterns.into());
        self.prefilters.entry(key).or_insert_with(|| Prefilter::compile(words, patterns)).clone()
    }

    fn selectors(&mut self, path: &str, list: &[String]) -> Selectors {
        if let Some(known) = self.selectors.get(list) {
            return known.clone();
        }
        let before = self.faults.len();
        let selectors = Selectors::compile(path, list, &mut self.faults);
        if self.faults.len() == before {
            self.selectors.insert(list.into(), selectors.clone());
        }
        selectors
    }

    fn items(&mut self, list: &[String]) -> Vec<Lazy<Regex>> {
        let mut items = Vec::new();
        for (n, item) in list.iter().enumerate() {
            let path = format!("items.{n}");
            match self.regexes.pattern(&path, item, Scope::Anywhere(MOST_COMPILED), 1) {
                Ok(known) => items.push(known.regex),
                Err(fault) => self.faults.push(fault),
            }
        }
        items
    }

    fn page_selectors(&mut self, page: &data::PageRules) -> PageSelectors {
        PageSelectors::of(page, |path, list| self.selectors(path, list))
    }

    fn players(&mut self, data: &data::Players) -> Players {
        Players {
            leave: self.patterns("players.leave", &data.leave),
            films: self.patterns("players.films", &data.films),
            sounds: self.patterns("players.sounds", &data.sounds),
            maps: self.patterns("players.maps", &data.maps),
        }
    }

    fn vocabulary(&mut self, data: &ProfileRules) -> Vocabulary {
        let lists = &data.lists;
        Vocabulary {
            next: self.list_words(&lists.next),
            previous: self.list_words(&lists.previous),
            more: self.list_words(&lists.more),
            empty: self.list_words(&lists.empty),
            related: self.list_words(&lists.related),
            most_read: self.list_words(&lists.most_read),
            lazy: data.images.lazy.iter().map(|a| a.to_ascii_lowercase()).collect(),
            spacers: self.patterns("images.leave", &data.images.leave),
        }
    }

    fn list_words(&mut self, list: &[String]) -> ListWords {
        if let Some(known) = self.list_words.get(list) {
            return known.clone();
        }
        let list: List = list.into();
        self.list_words.entry(list.clone()).or_insert_with(|| ListWords::compile(&list)).clone()
    }

    fn roles(&mut self, rules: &[RoleRule]) -> Arc<Roles> {
        if let Some((_, known)) = self.roles.iter().find(|(known, _)| known == rules) {
            return known.clone();
        }
        let roles = Arc::new(Roles::compile(rules));
        self.roles.push((rules.to_vec(), roles.clone()));
        roles
    }

    fn dates(&mut self, forms: &DateForms) -> Arc<Forms> {
        if let Some((_, known)) = self.dates.iter().find(|(known, _)| known == forms) {
            return known.clone();
        }
        let (compiled, faults) = Forms::among(forms, &mut self.regexes);
        let (compiled, is_sound) = (Arc::new(compiled), faults.is_empty());
        self.faults.extend(faults.into_iter().map(|fault| under("dates", fault)));
        if is_sound {
            self.dates.push((forms.clone(), compiled.clone()));
        }
        compiled
    }
}

/// A fault of a table, named from the file's root.
fn under(table: &str, mut fault: Fault) -> Fault {
    fault.path.insert(0, table.to_owned());
    fault
}
