//! A page's outline as the rules of blocks see it, and what of the page a tree is grown from.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
use std::ops::RangeInclusive;

use xxhash_rust::xxh3::Xxh3DefaultBuilder;

use super::elements::Elements;
use super::name::NameText;
use crate::extract::html::dom::decoded;
use crate::extract::html::scan::tag_names::{Class, Name, name, name_of};
use crate::extract::html::scan::{Element, Kind, NONE, Outline, Part, Unsure};
use crate::extract::page::head::Head;
use crate::extract::rules::engine::{Engine, Shape};

/// Tokens of an element that names a block; longer ones are cut by the engine.
const MOST_TOKENS: u32 = 400;
/// Tokens beside a block that are looked at.
const MOST_BESIDE: usize = 100;

const SCRIPT: Name = name("script");
const STYLE: Name = name("style");
/// Elements by which a page says something of itself.
const TELLING: [Name; 4] = [name("html"), name("meta"), name("link"), name("base")];
/// Names of four letters, as these are; most elements have another one.
const FOUR_LETTERS: RangeInclusive<Name> = name("aaaa")..=name("zzzz");

/// Where elements stand by their ids.
type Ids<'a> = HashMap<&'a str, u32, Xxh3DefaultBuilder>;

/// A page's outline; its elements are known by their numbers.
pub(crate) struct OutlineView<'a> {
    outline: Outline<'a>,
    probes: &'a [String],
    ids: OnceCell<Result<Ids<'a>, Unsure>>,
}

/// Attributes that a scan marks elements by: those that any engine's shapes ask for.
pub(crate) fn probes(engines: &[Engine]) -> Vec<String> {
    let mut probes: Vec<String> = engines
        .iter()
        .flat_map(Engine::shapes)
        .filter_map(Shape::attribute)
        .map(str::to_owned)
        .collect();
    probes.sort_unstable();
    probes.dedup();
    probes
}

/// The bit by which elements are marked that have a probed attribute.
fn bit_of(probes: &[String], key: &str) -> Option<u32> {
    probes.iter().position(|p| p == key).map(|n| 1 << n.min(31))
}

impl<'a> OutlineView<'a> {
    /// The view of an outline that was made with these probes.
    pub fn of(outline: Outline<'a>, probes: &'a [String]) -> Self {
        Self { outline, probes, ids: OnceCell::new() }
    }

    /// What the page says of itself outside of its blocks, but for its title.
    ///
    /// # Errors
    /// Only the parser can tell.
    pub fn head(&self) -> Result<Head, Unsure> {
        let mut head = Head::default();
        let fault = Cell::new(None);
        let tells = |e: &&Element| FOUR_LETTERS.contains(&e.name) && TELLING.contains(&e.name);
        for element in self.outline.elements.iter().filter(tells) {
            let attrs = self.outline.attrs(element)?;
            head.take(name_of(&element.name.to_be_bytes()), |key| {
                let named = |(name, _): &&(&[u8], _)| name.eq_ignore_ascii_case(key.as_bytes());
                let value = self.outline.value(attrs.iter().find(named)?.1);
                value.map_err(|unsure| fault.set(Some(unsure))).ok()
            });
        }
        fault.get().map_or(Ok(head), Err)
    }

    /// The page without long values of inputs, in pieces.
    pub fn told(&self) -> impl Iterator<Item = &'a str> + Clone {
        self.outline.told()
    }

    /// The page.
    pub fn html(&self) -> &'a str {
        self.outline.html
    }

    /// An element as a tree is grown from it.
    ///
    /// # Errors
    /// What the parser makes of it depends on more than what it stands in.
    pub fn part(&self, n: u32) -> Result<Part, Unsure> {
        let element = self.element(n)?;
        let outer = std::iter::successors(self.parent(n), |at| self.parent(*at));
        let mut around: Vec<Name> =
            outer.map(|at| Ok(self.element(at)?.name)).collect::<Result<_, Unsure>>()?;
        around.reverse();
        if element.in_form != around.iter().any(|name| Class::of(*name) == Class::Form) {
            return Err(Unsure("a form that is open outside of its place"));
        }
        let bytes = self.outline.place(element.from)..self.outline.place(element.to);
        Ok(Part { bytes, name: element.name, around })
    }

    fn element(&self, n: u32) -> Result<&Element, Unsure> {
        self.outline.elements.get(n as usize).ok_or(Unsure("an element that is none"))
    }

    /// Where the elements are that have an id.
    fn ids(&self) -> Result<&Ids<'a>, Unsure> {
        let ids = || {
            let elements = &self.outline.elements;
            // Room for the ids of most pages: to count them first takes as long as to find them.
            let room = elements.len() / 4;
            let mut ids = Ids::with_capacity_and_hasher(room, Xxh3DefaultBuilder::new());
            for (n, element) in elements.iter().enumerate() {
                if let Some(id) = self.outline.id(element)? {
                    ids.entry(id).or_insert(n as u32);
                }
            }
            Ok(ids)
        };
        self.ids.get_or_init(ids).as_ref().map_err(|unsure| *unsure)
    }

    /// Whether an element has one of these shapes.
    fn has_shape<'s>(
        &self,
        shapes: impl IntoIterator<Item = &'s Shape>,
        element: &Element,
    ) -> Result<bool, Unsure> {
        let fault = Cell::new(None);
        let attr = |key: &str| {
            if let Some(bit) = bit_of(self.probes, key) {
                return (element.probes & bit != 0).then_some(Cow::Borrowed(""));
            }
            let value = if key == "id" {
                self.outline.id(element).map(|id| id.map(Cow::Borrowed))
            } else {
                self.outline.attr(element, key)
            };
            value.unwrap_or_else(|unsure| {
                fault.set(Some(unsure));
                None
            })
        };
        let name = element.name.to_be_bytes();
        let fits = shapes.into_iter().any(|s| s.fits_written(name_of(&name), attr));
        fault.get().map_or(Ok(fits), Err)
    }

    /// Takes a token beside a block; whether to go on behind it.
    fn beside(&self, at: u32, comments: &mut Vec<Cow<'a, str>>) -> Result<bool, Unsure> {
        let source = self.outline.source(at, at + 1);
        Ok(match self.outline.tokens.get(at as usize).map(|t| t.kind) {
            Some(Kind::Comment) => {
                comments.push(comment(source)?);
                true
            }
            Some(Kind::Text) => decoded(source, false)
                .ok_or(Unsure("text that only the parser reads"))?
                .trim()
                .is_empty(),
            Some(Kind::Mute) => true,
            _ => false,
        })
    }
}

impl Elements for OutlineView<'_> {
    type Element = u32;
    type Unsure = Unsure;

    fn shaped(&self, shapes: &[Shape]) -> Result<Vec<u32>, Unsure> {
        let mut found = Vec::new();
        // Most elements have nothing of what blocks are told by.
        let marked = shapes.iter().all(|s| s.attribute().is_some() || s.asks_id());
        let asked = shapes
            .iter()
            .filter_map(Shape::attribute)
            .map(|a| bit_of(self.probes, a).unwrap_or(u32::MAX))
            .fold(0, |all, b| all | b);
        let bare: Vec<&Shape> = shapes.iter().filter(|s| s.attribute().is_none()).collect();
        for (n, element) in self.outline.elements.iter().enumerate() {
            if marked && element.probes == 0 && element.id.is_none() {
                continue;
            }
            let fits = match element.probes & asked {
                0 => self.has_shape(bare.iter().copied(), element)?,
                _ => self.has_shape(shapes, element)?,
            };
            if !fits {
                continue;
            }
            if !element.clean || Class::of(element.name) == Class::Ordinary && !element.loose {
                return Err(Unsure("a block in badly nested formatting"));
            }
            found.push(n as u32);
        }
        Ok(found)
    }

    fn fits(&self, shapes: &[Shape], n: u32) -> Result<bool, Unsure> {
        self.has_shape(shapes, self.element(n)?)
    }

    fn parent(&self, n: u32) -> Option<u32> {
        Some(self.element(n).ok()?.parent).filter(|parent| *parent != NONE)
    }

    fn stands_in(&self, n: u32, outer: u32) -> bool {
        let inner = self.element(n).ok().filter(|_| n > outer);
        inner.zip(self.element(outer).ok()).is_some_and(|(inner, outer)| inner.from < outer.to)
    }

    fn is_all_of(&self, _: u32, _: u32) -> Result<bool, Unsure> {
        Err(Unsure("a block inside a block"))
    }

    fn inside(&self, n: u32) -> impl Iterator<Item = u32> {
        let all = n + 1..self.outline.elements.len() as u32;
        all.take_while(move |inner| self.stands_in(*inner, n))
    }

    fn can_leave_out(&self) -> Result<(), Unsure> {
        Err(Unsure("names that stand inside blocks"))
    }

    fn is_heading(&self, n: u32) -> bool {
        self.element(n).is_ok_and(|element| Class::of(element.name) == Class::Heading)
    }

    fn attr(&self, n: u32, key: &str) -> Result<Option<Cow<'_, str>>, Unsure> {
        let element = self.element(n)?;
        match (key, self.outline.id(element)) {
            ("id", Ok(id)) => Ok(id.map(Cow::Borrowed)),
            _ => self.outline.attr(element, key),
        }
    }

    fn by_id(&self, id: &str) -> Result<Option<u32>, Unsure> {
        Ok(self.ids()?.get(id).copied())
    }

    fn written(&self, n: u32) -> Result<String, Unsure> {
        let element = self.element(n)?;
        if !element.loose || element.to - element.from > MOST_TOKENS {
            return Err(Unsure("a name whose end is not known"));
        }
        if Class::of(element.name) == Class::Raw || Class::of(element.name) == Class::Foreign {
            return Err(Unsure("a name in raw text"));
        }
        let mut name = NameText::new();
        for at in element.from + 1..element.to {
            match self.outline.tokens.get(at as usize).map(|t| t.kind) {
                Some(Kind::Text) => name.push(
                    &decoded(self.outline.source(at, at + 1), false)
                        .ok_or(Unsure("a name that only the parser reads"))?,
                ),
                Some(Kind::Start(inner)) => {
                    let inner = self.element(inner)?;
                    let class = Class::of(inner.name);
                    if class == Class::Raw && !matches!(inner.name, SCRIPT | STYLE)
                        || class == Class::Foreign
                    {
                        return Err(Unsure("a name in raw text"));
                    }
                }
                _ => {}
            }
        }
        Ok(name.settled())
    }

    fn comments_beside(&self, n: u32) -> Result<Vec<Cow<'_, str>>, Unsure> {
        let block = self.element(n)?;
        let mut comments = Vec::new();
        for at in (0..block.from).rev() {
            if !self.beside(at, &mut comments)? {
                break;
            }
        }
        for at in block.from + 1..block.to {
            if !self.beside(at, &mut comments)? {
                break;
            }
        }
        if !comments.is_empty() && !block.placed {
            return Err(Unsure("a comment beside a block whose place is not known"));
        }
        if comments.len() > MOST_BESIDE {
            return Err(Unsure("many comments beside a block"));
        }
        Ok(comments)
    }

    fn comments_before_root(&self) -> Result<Vec<Cow<'_, str>>, Unsure> {
        let mut comments = Vec::new();
        for (at, token) in self.outline.tokens.iter().enumerate() {
            match token.kind {
                Kind::Comment => {
                    comments.push(comment(self.outline.source(at as u32, at as u32 + 1))?);
                }
                Kind::Mute | Kind::Text => {}
                _ => break,
            }
        }
        Ok(comments)
    }
}

/// The text of a comment by its source.
fn comment(source: &str) -> Result<Cow<'_, str>, Unsure> {
    if source.contains(['\r', '\0']) {
        return Err(Unsure("a comment that only the parser reads"));
    }
    let text = match source.strip_prefix("<!--") {
        Some(">" | "->") => "",
        Some(text) => {
            text.strip_suffix("-->").or_else(|| text.strip_suffix("--!>")).unwrap_or_default()
        }
        None => source
            .strip_prefix("<!")
            .or_else(|| source.strip_prefix("</"))
            .or_else(|| source.strip_prefix('<'))
            .unwrap_or_default(),
    };
    Ok(Cow::Borrowed(if source.starts_with("<!--") {
        text
    } else {
        text.strip_suffix('>').unwrap_or(text)
    }))
}
