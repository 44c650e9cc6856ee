//! A portal profile compiled: its words, patterns, selectors and date forms ready to be asked.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use regex::Regex;

use super::dates::Forms;
use super::engine::Engine;
use super::lazy::Lazy;
use super::list_words::Vocabulary;
use super::names::Names;
use super::patterns::Patterns;
use super::prefilter::Prefilter;
use super::roles::Roles;
use super::selectors::Selectors;
use super::wildcard::Pattern;
use super::words::Words;
use crate::domain::rules::profile as data;
use crate::domain::{EnginePage, ProfileRules};
use crate::extract::html::dom::Node;

/// A compiled profile; the rules that are plain numbers and switches stay in `data`.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The profile as written.
    pub data: ProfileRules,
    /// Block names to roles.
    pub roles: Arc<Roles>,
    pub(crate) items: Vec<Lazy<Regex>>,
    pub(crate) dates: Arc<Forms>,
    pub(crate) edited: Words,
    pub(crate) tools: Words,
    /// Whether tools or counters can stand in a line or at an end of it.
    pub(crate) tool_glance: Prefilter,
    pub(crate) counters: Patterns,
    pub(crate) title_labels: Words,
    pub(crate) lead_labels: Words,
    pub(crate) date_labels: Words,
    pub(crate) body_labels: Words,
    pub(crate) other_labels: Words,
    pub(crate) author_labels: Words,
    pub(crate) source_labels: Words,
    pub(crate) bylines: Words,
    pub(crate) no_names: Words,
    pub(crate) related: Words,
    pub(crate) leave: Patterns,
    /// Whether a line that is left out can begin so.
    pub(crate) leave_glance: Prefilter,
    pub(crate) messages: Patterns,
    pub(crate) captions: Patterns,
    pub(crate) attachments: Words,
    pub(crate) scripts: Patterns,
    pub(crate) notes: Patterns,
    pub(crate) pictures_left: Patterns,
    pub(crate) players: Players,
    pub(crate) block_names: Patterns,
    /// How lists are read.
    pub(crate) lists: Vocabulary,
    /// For pages that are read as a whole.
    pub(crate) page_selectors: Option<PageSelectors>,
    /// Elements of blocks that are never part of an article.
    pub(crate) leave_in_blocks: Selectors,
    /// For pages that say their language, by its tag in small letters.
    pub(super) in_language: HashMap<String, Profile>,
    /// For pages of engines, by their names.
    pub(super) on_engine: HashMap<String, OnEngine>,
}

/// Which frames are content, and of what kind.
#[derive(Clone, Debug)]
pub(crate) struct Players {
    pub leave: Patterns,
    pub films: Patterns,
    pub sounds: Patterns,
    pub maps: Patterns,
}

/// The selectors of a page without blocks of its own.
#[derive(Clone, Debug)]
pub(crate) struct PageSelectors {
    pub titles: Selectors,
    pub leads: Selectors,
    pub dates: Selectors,
    pub edited: Selectors,
    pub authors: Selectors,
    pub bodies: Selectors,
    pub leave: Selectors,
    pub unlikely: Names,
    pub captions: Names,
    pub strangers: Vec<Pattern>,
    pub vendors: Vec<Pattern>,
}

impl PageSelectors {
    /// Compiles one; `selectors` compiles a list that stands at a path.
    pub fn of(
        page: &data::PageRules,
        mut selectors: impl FnMut(&str, &[String]) -> Selectors,
    ) -> Self {
        let wild = |list: &[String]| list.iter().map(|p| Pattern::new(p)).collect();
        Self {
            titles: selectors("page.titles", &page.titles),
            leads: selectors("page.leads", &page.leads),
            dates: selectors("page.dates", &page.dates),
            edited: selectors("page.edited", &page.edited),
            authors: selectors("page.authors", &page.authors),
            bodies: selectors("page.bodies", &page.bodies),
            leave: selectors("page.leave", &page.leave),
            unlikely: Names::compile(&page.unlikely),
            captions: Names::compile(&page.captions),
            strangers: wild(&page.strangers),
            vendors: wild(&page.vendors),
        }
    }
}

/// A profile for the pages of one engine, made when the first of them is met.
#[derive(Clone, Debug)]
pub(super) struct OnEngine {
    page: Arc<EnginePage>,
    made: OnceLock<Box<Profile>>,
}

impl OnEngine {
    /// One that is not made yet.
    pub fn new(page: Arc<EnginePage>) -> Self {
        Self { page, made: OnceLock::new() }
    }

    /// The profile, out of the one that reads the pages of any engine.
    fn profile(&self, any: &Profile) -> &Profile {
        self.made.get_or_init(|| {
            let EnginePage { page, origins } = &*self.page;
            let below = any.data.page.as_ref();
            let page = below.map_or_else(|| page.clone(), |below| page.over(below));
            let mut profile = Profile {
                // What is wrong with a selector was told before.
                page_selectors: Some(PageSelectors::of(&page, |path, list| {
                    Selectors::compile(path, list, &mut Vec::new())
                })),
                on_engine: HashMap::new(),
                in_language: HashMap::new(),
                ..any.clone()
            };
            profile.data.page = Some(page);
            profile.data.origins.lay(origins);
            Box::new(profile)
        })
    }
}

impl Profile {
    /// It with the words of the language that a page says of itself, where that has its own.
    pub fn spoken(&self, language: impl FnOnce() -> Option<String>) -> &Profile {
        if self.in_language.is_empty() {
            return self;
        }
        let Some(tag) = language() else { return self };
        let tag = tag.to_ascii_lowercase();
        let primary = tag.split('-').next().unwrap_or_default();
        let known = self.in_language.get(&tag).or_else(|| self.in_language.get(primary));
        known.unwrap_or(self)
    }

    /// It with the places of the engine that a page shows, where that has its own.
    pub fn on(&self, engine: Option<&Engine>) -> &Profile {
        let known = engine.and_then(|engine| self.on_engine.get(engine.id()));
        known.map_or(self, |known| known.profile(self))
    }

    /// The rule by which a word of a list that stands in a text gave a field:
    /// `label "Published" (en labels.date)`.
    pub(crate) fn label(&self, words: &Words, path: &str, text: &str) -> String {
        self.word("label", words, path, text)
    }

    /// The same of a rule of that kind: `list of other articles under "Related" (en body.related)`.
    pub(crate) fn word(&self, kind: &str, words: &Words, path: &str, text: &str) -> String {
        let word = words.find(text).next().map(|at| &text[at]);
        self.said(kind, path, word.and_then(|word| Some((words.place(word)?, word))))
    }

    /// The rule of a list by its pattern that stands there:
    /// `caption pattern "Photo: .+$" (en captions.patterns)`.
    pub(crate) fn pattern(
        &self,
        kind: &str,
        list: &[String],
        path: &str,
        place: Option<usize>,
    ) -> String {
        self.said(kind, path, place.and_then(|place| Some((place, list.get(place)?.as_str()))))
    }

    /// The rule by which a text is a reading tool, or a counter, or acts on the page.
    pub(crate) fn tool(&self, text: &str) -> String {
        if self.tools.find(text).next().is_some() {
            return self.word("reading tool", &self.tools, "tools.words", text);
        }
        match self.counters.which(text) {
            None => "acts on the page".to_owned(),
            counter => {
                self.pattern("counter", &self.data.tools.counters, "tools.counters", counter)
            }
        }
    }

    fn said(&self, kind: &str, path: &str, item: Option<(usize, &str)>) -> String {
        match item {
            Some((place, item)) => {
                format!("{kind} \"{item}\" ({})", self.data.origins.of(path, place))
            }
            None => format!("{kind} ({path})"),
        }
    }

    /// The rule by which an element gave a field: `selector .byline (web page.authors)`.
    pub(crate) fn selector(&self, list: &Selectors, path: &str, node: Node<'_>) -> String {
        list.which(node).map_or_else(
            || path.to_owned(),
            |(place, css)| format!("selector {css} ({})", self.data.origins.of(path, place)),
        )
    }

    /// The rule by which an element of the page's head gave a field, of names that stand at `path`.
    pub(crate) fn meta(&self, names: &[String], path: &str, name: &str) -> String {
        let place = names.iter().position(|known| known == name).unwrap_or(names.len());
        format!("meta {name} ({})", self.data.origins.of(path, place))
    }

    /// What records call it: name and version; of a site's own rules their digest too.
    pub fn mark(&self) -> String {
        let ProfileRules { name, version, own, .. } = &self.data;
        let own = own.map_or(String::new(), |digest| format!(" {digest:08x}"));
        format!("{name} {version}{own}")
    }
}
