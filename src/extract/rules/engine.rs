//! An engine's data compiled: the marks that show it, the shapes of its blocks, the places of their
//! names.

use std::borrow::Cow;

use regex::Regex;

use super::lazy::Lazy;
use super::regexes::{Regexes, Scope};
use super::signatures::{self, Mark};
use super::wildcard::Pattern;
use crate::domain::Fault;
use crate::domain::rules::engine::{self as data, NameRule, Nesting};
use crate::extract::html::dom::Node;
use crate::extract::html::visible::Hidden;

/// Bytes of memory that a pattern becomes at most.
const MOST_COMPILED: usize = 1 << 20;

/// A compiled engine.
#[derive(Debug)]
pub struct Engine {
    name: String,
    threshold: i32,
    marks: Vec<Mark>,
    blocks: Vec<Shape>,
    nesting: Nesting,
    names: Vec<Place>,
    aliases: Vec<Place>,
    blank_names: Vec<Pattern>,
    hidden: Hidden,
    navigation: Vec<Shape>,
    main: Vec<Shape>,
    next: Vec<Shape>,
    current: Vec<Shape>,
    off: Vec<Shape>,
    items: Vec<Lazy<Regex>>,
    turns: Vec<Lazy<Regex>>,
    post_back: Option<PostBack>,
}

/// How links post a form back.
#[derive(Debug)]
pub struct PostBack {
    /// Group 1 of a call is the target, group 2 the argument.
    pub calls: Vec<Lazy<Regex>>,
    /// The field that takes the target.
    pub target: String,
    /// The field that takes the argument.
    pub argument: String,
}

/// What an element must look like.
#[derive(Debug)]
pub struct Shape {
    tags: Vec<String>,
    attribute: Option<String>,
    id: Option<Pattern>,
    class: Option<Pattern>,
    role: Option<Pattern>,
}

/// A name rule compiled.
#[derive(Debug)]
pub(crate) enum Place {
    Id { replace: String, with: String, suffix: String },
    Reference(String),
    Attribute(String, Option<Regex>),
    Inside(Shape),
    Comment(Regex),
    Preamble(Regex),
    Heading,
}

impl Shape {
    fn compile(data: &data::Shape) -> Self {
        let pattern = |p: &Option<String>| p.as_deref().map(Pattern::new);
        Self {
            tags: data.tags.iter().map(|t| t.to_ascii_lowercase()).collect(),
            attribute: data.attribute.as_deref().map(str::to_ascii_lowercase),
            id: pattern(&data.id),
            class: pattern(&data.class),
            role: pattern(&data.role),
        }
    }

    /// Whether an element looks so.
    pub fn fits(&self, node: Node<'_>) -> bool {
        node.name()
            .is_some_and(|name| self.fits_written(name, |key| node.attr(key).map(Cow::Borrowed)))
    }

    /// Whether an element of that name and with those attributes looks so.
    pub fn fits_written<'v>(
        &self,
        name: &str,
        attr: impl Fn(&str) -> Option<Cow<'v, str>>,
    ) -> bool {
        let attribute = |key: &str, pattern: &Option<Pattern>| {
            pattern.as_ref().is_none_or(|p| attr(key).is_some_and(|v| p.fits(v.trim())))
        };
        (self.tags.is_empty() || self.tags.iter().any(|t| t == name))
            && self.attribute.as_deref().is_none_or(|a| attr(a).is_some())
            && attribute("id", &self.id)
            && attribute("role", &self.role)
            && self.class.as_ref().is_none_or(|p| {
                attr("class").is_some_and(|v| v.split_ascii_whitespace().any(|c| p.fits(c)))
            })
    }
}

/// What a scan must know of an engine.
impl Engine {
    /// Whether it names the blocks of its pages.
    pub(crate) fn has_blocks(&self) -> bool {
        !self.blocks.is_empty()
    }

    /// The shapes of blocks.
    pub(crate) fn shapes(&self) -> &[Shape] {
        &self.blocks
    }
    /// The shapes of main parts.
    pub(crate) fn main_shapes(&self) -> &[Shape] {
        &self.main
    }
    /// Where names stand, in order.
    pub(crate) fn places(&self) -> &[Place] {
        &self.names
    }
    /// Where further names stand.
    pub(crate) fn alias_places(&self) -> &[Place] {
        &self.aliases
    }
    /// Whether a block may have further names.
    pub(crate) fn has_aliases(&self) -> bool {
        !self.aliases.is_empty()
    }
    /// Whether a name says nothing.
    pub(crate) fn is_blank(&self, name: &str) -> bool {
        self.blank_names.iter().any(|p| p.fits(name))
    }
}

impl Shape {
    /// Whether it asks for an id.
    pub(crate) fn asks_id(&self) -> bool {
        self.id.is_some()
    }
    /// The attribute that it asks for.
    pub(crate) fn attribute(&self) -> Option<&str> {
        self.attribute.as_deref()
    }
}

impl Engine {
    /// Compiles an engine, or gives all its faults by key path.
    pub fn compile(data: data::Engine, regexes: &mut Regexes) -> Result<Self, Vec<Fault>> {
        let mut rules = Compiling { regexes, faults: Vec::new() };
        let names = rules.places("names", &data.names);
        let aliases = rules.places("aliases", &data.aliases);
        let post_back = data.post_back.as_ref().map(|p| PostBack {
            calls: rules.patterns("post_back.calls", &p.calls, 2),
            target: p.target.clone(),
            argument: p.argument.clone(),
        });
        let shapes = |list: &[data::Shape]| list.iter().map(Shape::compile).collect();
        let mut engine = Self {
            threshold: data.threshold.max(1),
            blocks: shapes(&data.blocks),
            nesting: data.nested,
            names,
            aliases,
            blank_names: data.blank_names.iter().map(|p| Pattern::new(p)).collect(),
            hidden: Hidden::new(&data.hidden),
            navigation: shapes(&data.navigation),
            main: shapes(&data.main),
            next: shapes(&data.next),
            current: shapes(&data.current),
            off: shapes(&data.off),
            items: rules.patterns("items", &data.items, 1),
            turns: rules.patterns("turns", &data.turns, 1),
            post_back,
            marks: data
                .marks
                .iter()
                .filter(|m| m.text.is_some() || m.generator.is_some())
                .map(Mark::of)
                .collect(),
            name: data.name,
        };
        // What tells most is looked for first.
        engine.marks.sort_by_key(|m| std::cmp::Reverse(m.weight.abs()));
        if rules.faults.is_empty() { Ok(engine) } else { Err(rules.faults) }
    }

    /// Its name: the file's.
    pub fn id(&self) -> &str {
        &self.name
    }
    /// What shows it.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }
    /// What its marks weigh at least.
    pub fn threshold(&self) -> i32 {
        self.threshold
    }
    /// Classes that hide.
    pub fn hidden(&self) -> &Hidden {
        &self.hidden
    }
    /// What becomes of a block inside a block.
    pub fn nesting(&self) -> Nesting {
        self.nesting
    }
    /// Patterns of other pages' addresses in links.
    pub fn turns(&self) -> &[Lazy<Regex>] {
        &self.turns
    }
    /// How links post a form back.
    pub fn post_back(&self) -> Option<&PostBack> {
        self.post_back.as_ref()
    }
    /// Whether an element of the frame holds a menu.
    pub fn is_navigation(&self, node: Node<'_>) -> bool {
        self.navigation.iter().any(|s| s.fits(node))
    }
    /// Whether an element of the frame holds the page's main content.
    pub fn is_main(&self, node: Node<'_>) -> bool {
        self.main.iter().any(|s| s.fits(node))
    }
    /// Whether a link or button turns to the next page by its looks.
    pub fn is_next(&self, node: Node<'_>) -> bool {
        self.next.iter().any(|s| s.fits(node))
    }
    /// Whether an element of a pager shows the current page.
    pub fn is_current(&self, node: Node<'_>) -> bool {
        self.current.iter().any(|s| s.fits(node))
    }
    /// Whether a link or button does nothing for now.
    pub fn is_off(&self, node: Node<'_>) -> bool {
        self.off.iter().any(|s| s.fits(node))
    }
    /// The item id in an address.
    pub fn item(&self, url: &str) -> Option<String> {
        self.items.iter().find_map(|r| r.captures(url)?.get(1)).map(|m| m.as_str().to_owned())
    }

    /// What the marks weigh that the page shows, and how the data writes them.
    pub fn shown(&self, page: &signatures::Page<'_>) -> (i32, String) {
        let shown: Vec<&Mark> = self.marks.iter().filter(|m| m.shows(page)).collect();
        (
            shown.iter().map(|m| m.weight).sum(),
            shown.iter().map(|m| m.written.as_str()).collect::<Vec<_>>().join(", "),
        )
    }
}

/// The patterns of an engine being compiled, and what is wrong with them.
struct Compiling<'r> {
    regexes: &'r mut Regexes,
    faults: Vec<Fault>,
}

impl Compiling<'_> {
    fn places(&mut self, path: &str, rules: &[NameRule]) -> Vec<Place> {
        let numbered = rules.iter().enumerate();
        numbered.filter_map(|(n, rule)| self.place(&format!("{path}.{n}"), rule)).collect()
    }

    fn patterns(&mut self, path: &str, list: &[String], groups: usize) -> Vec<Lazy<Regex>> {
        let numbered = list.iter().enumerate();
        numbered.filter_map(|(n, p)| self.pattern(&format!("{path}.{n}"), p, groups)).collect()
    }

    fn pattern(&mut self, path: &str, pattern: &str, groups: usize) -> Option<Lazy<Regex>> {
        let known = self.regexes.pattern(path, pattern, Scope::Anywhere(MOST_COMPILED), groups);
        known.map(|known| known.regex).map_err(|fault| self.faults.push(fault)).ok()
    }

    fn place(&mut self, path: &str, rule: &NameRule) -> Option<Place> {
        let mut pattern = |p: &str| self.pattern(&format!("{path}.pattern"), p, 1)?.get().cloned();
        Some(match rule {
            NameRule::Id { replace, with, suffix } => {
                Place::Id { replace: replace.clone(), with: with.clone(), suffix: suffix.clone() }
            }
            NameRule::Reference { attribute } => Place::Reference(attribute.to_ascii_lowercase()),
            NameRule::Attribute { attribute, pattern: p } => Place::Attribute(
                attribute.to_ascii_lowercase(),
                match p {
                    Some(p) => Some(pattern(p)?),
                    None => None,
                },
            ),
            NameRule::Inside { shape } => Place::Inside(Shape::compile(shape)),
            NameRule::Comment { pattern: p } => Place::Comment(pattern(p)?),
            NameRule::Preamble { pattern: p } => Place::Preamble(pattern(p)?),
            NameRule::Heading => Place::Heading,
        })
    }
}
