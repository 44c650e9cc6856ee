//! A page thinned to what an article is read from: everything that the outline calls loose and no rule asks for is left out.

use std::cell::Cell;
use std::collections::HashSet;

use super::names::{Class, Name, name};
use super::token::{Cutter, holds};
use super::{Element, Kind, NONE, Outline, Unsure, slice};
use crate::extract::engine::{Engine, Shape};

/// Blocks of a page that is thinned.
const MOST_BLOCKS: usize = 900;

const LINK: Name = name("link");
const META: Name = name("meta");
/// Elements that are always kept.
const KEPT: [Name; 6] = [name("html"), name("head"), name("body"), META, name("base"), name("title")];

/// What becomes of an element.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// It may go.
    Free,
    /// It stays, its content may go.
    Shell,
    /// It stays as it is written.
    Whole,
}

/// A page whose blocks are known.
pub(crate) struct Thin<'a> {
    outline: Outline<'a>,
    /// The blocks, by their elements, in the page's order.
    pub blocks: Vec<u32>,
    fates: Vec<Fate>,
    /// Comments and text that stand beside a block's border.
    beside: HashSet<u32>,
}

/// Attributes that a scan marks elements by: those that any engine's shapes ask for.
pub(crate) fn probes(engines: &[Engine]) -> Vec<String> {
    let mut probes: Vec<String> = engines.iter().flat_map(Engine::shapes).filter_map(Shape::attribute).map(str::to_owned).collect();
    probes.sort_unstable();
    probes.dedup();
    probes
}

/// What a page says that made it, one a line, in lower case.
pub(crate) fn generators(outline: &Outline<'_>) -> Result<String, Unsure> {
    let mut out: Vec<String> = Vec::new();
    for element in outline.elements.iter().filter(|e| e.name == META) {
        if value(outline, element, "name")?.is_some_and(|n| n.eq_ignore_ascii_case("generator")) {
            out.extend(value(outline, element, "content")?.map(str::to_lowercase));
        }
    }
    Ok(out.join("\n"))
}

/// An attribute's value; one that the parser would read otherwise than it is written is not known.
fn value<'a>(outline: &Outline<'a>, element: &Element, key: &str) -> Result<Option<&'a str>, Unsure> {
    let mut found = None;
    let from = outline.tokens.get(element.from as usize).map_or(0, |t| t.from as usize);
    Cutter { bytes: outline.bytes, at: from }.next(&mut |name: &[u8], span| {
        if found.is_none() && name.eq_ignore_ascii_case(key.as_bytes()) {
            found = Some(slice(outline.bytes, span));
        }
    })?;
    let Some(found) = found else { return Ok(None) };
    if found.iter().any(|b| matches!(b, b'&' | b'\r' | 0)) {
        return Err(Unsure("an attribute with character references"));
    }
    Ok(std::str::from_utf8(found).ok())
}

impl<'a> Thin<'a> {
    /// Finds the blocks of a page and the places of their names.
    pub fn of(outline: Outline<'a>, engine: &Engine, probes: &[String]) -> Result<Self, Unsure> {
        let count = outline.elements.len();
        let mut thin = Self { outline, blocks: Vec::new(), fates: vec![Fate::Free; count], beside: HashSet::new() };
        thin.find(engine, probes)?;
        thin.keep(engine)?;
        Ok(thin)
    }

    fn find(&mut self, engine: &Engine, probes: &[String]) -> Result<(), Unsure> {
        for (n, element) in self.outline.elements.iter().enumerate() {
            let strange = Cell::new(false);
            let attr = |key: &str| {
                if key == "id" {
                    let (from, to) = element.id?;
                    let id = slice(self.outline.bytes, (from as usize, to as usize));
                    strange.set(strange.get() || id.iter().any(|b| matches!(b, b'&' | b'\r' | 0)));
                    return std::str::from_utf8(id).ok();
                }
                if let Some(bit) = probes.iter().position(|p| p == key) {
                    return (element.probes & 1 << bit.min(31) != 0).then_some("");
                }
                value(&self.outline, element, key).unwrap_or_else(|_| {
                    strange.set(true);
                    None
                })
            };
            let name = element.name.to_be_bytes();
            let name = name.iter().position(|b| *b != 0).and_then(|at| std::str::from_utf8(name.get(at..)?).ok()).unwrap_or_default();
            let block = engine.shapes().iter().any(|s| s.fits_written(name, attr));
            if strange.get() {
                return Err(Unsure("an attribute with character references"));
            }
            if block {
                if Class::of(element.name) == Class::Ordinary && !element.loose {
                    return Err(Unsure("a block whose end is not known"));
                }
                self.blocks.push(n as u32);
            }
        }
        match self.blocks.len() {
            0 => Err(Unsure("no block of a known engine")),
            1..=MOST_BLOCKS => Ok(()),
            _ => Err(Unsure("many blocks")),
        }
    }

    /// Keeps what the head says and what names a block.
    fn keep(&mut self, engine: &Engine) -> Result<(), Unsure> {
        let (headings, inside) = engine.names_inside();
        let mut ids: HashSet<String> = HashSet::new();
        for n in self.blocks.clone() {
            let Some(block) = self.outline.elements.get(n as usize).copied() else { continue };
            let fault = Cell::new(None);
            let attr = |key: &str| value(&self.outline, &block, key).unwrap_or_else(|unsure| {
                fault.set(Some(unsure));
                None
            });
            ids.extend(engine.name_ids(attr));
            if let Some(unsure) = fault.get() {
                return Err(unsure);
            }
            self.mark(n, if inside { Fate::Whole } else { Fate::Shell });
            self.beside(block);
        }
        let blocks = self.blocks.clone();
        let mut blocks = blocks.into_iter().peekable();
        let mut within = vec![NONE; self.outline.elements.len()];
        for n in 0..self.outline.elements.len() {
            let Some(element) = self.outline.elements.get(n).copied() else { break };
            let outer = within.get(element.parent as usize).copied().unwrap_or(NONE);
            let is_block = blocks.next_if_eq(&(n as u32)).is_some();
            if let Some(own) = within.get_mut(n) {
                *own = if is_block && outer == NONE { n as u32 } else { outer };
            }
            if is_block && outer != NONE {
                // Whether a block inside a block is one of its own depends on all that stands beside it.
                self.mark(outer, Fate::Whole);
            }
            let id = element.id.map(|(from, to)| slice(self.outline.bytes, (from as usize, to as usize)));
            let named = id.is_some_and(|id| id.contains(&b'&') || std::str::from_utf8(id).is_ok_and(|id| ids.contains(id)));
            let heading = headings && outer != NONE && Class::of(element.name) == Class::Heading;
            if named && !element.loose && !Class::of(element.name).is_special() {
                return Err(Unsure("a name whose end is not known"));
            }
            if named || heading {
                self.mark(n as u32, Fate::Whole);
            } else if KEPT.contains(&element.name) || element.name == LINK && self.is_canonical(&element) {
                self.mark(n as u32, Fate::Shell);
            }
        }
        Ok(())
    }

    fn is_canonical(&self, element: &Element) -> bool {
        let tag = self.outline.source(element.from as usize, element.to as usize);
        holds(tag, b"canonical") || tag.contains(&b'&')
    }

    /// Settles an element's fate; what it stands in stays too.
    fn mark(&mut self, n: u32, fate: Fate) {
        let (mut at, mut fate) = (n, fate);
        while let (Some(own), Some(element)) = (self.fates.get_mut(at as usize), self.outline.elements.get(at as usize)) {
            if *own >= fate {
                break;
            }
            *own = fate;
            (at, fate) = (element.parent, Fate::Shell);
        }
    }

    /// Keeps comments and text between a block's borders and the tags next to them.
    fn beside(&mut self, block: Element) {
        let tokens = &self.outline.tokens;
        let between = |n: &usize| tokens.get(*n).is_some_and(|t| matches!(t.kind, Kind::Comment | Kind::Text | Kind::Mute));
        let before = (0..block.from as usize).rev().take_while(between);
        let behind = (block.from as usize + 1..tokens.len()).take_while(between);
        self.beside.extend(before.chain(behind).map(|n| n as u32));
    }

    /// The source of the page with these blocks whole.
    pub fn source(&self, wanted: &[u32]) -> String {
        let tokens = &self.outline.tokens;
        let mut out = String::with_capacity(8192);
        let mut put = |from: usize, to: usize| out.push_str(std::str::from_utf8(self.outline.source(from, to)).unwrap_or_default());
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let next = match token.kind {
                Kind::Start(n) => {
                    let (element, fate) = (self.outline.elements.get(n as usize), self.fates.get(n as usize));
                    let (Some(element), Some(fate)) = (element, fate) else { break };
                    let end = (element.to as usize).max(at + 1);
                    match fate {
                        Fate::Free if element.loose => {
                            at = end;
                            continue;
                        }
                        Fate::Whole => end,
                        _ if wanted.contains(&n) => end,
                        _ => at + 1,
                    }
                }
                Kind::Comment | Kind::Text if token.quiet && !self.beside.contains(&(at as u32)) => {
                    at += 1;
                    continue;
                }
                _ => at + 1,
            };
            put(at, next);
            at = next;
        }
        out
    }
}
