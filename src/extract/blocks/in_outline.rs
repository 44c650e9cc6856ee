//! A page thinned to the blocks that are read, each in what it stands in.

use std::borrow::Cow;
use std::cell::Cell;

use crate::extract::html::scan::tag_names::{Class, Name, name, name_of};
use crate::extract::html::scan::tree_builder::HEAD;
use crate::extract::html::scan::{Element, NONE, Outline, Unsure};
use crate::extract::page::head::Head;
use crate::extract::rules::engine::{Engine, Shape};

/// Blocks of a page that is thinned.
const MOST_BLOCKS: usize = 900;
/// The comment before each block of a thin page.
pub(crate) const MARKER: &str = "block";

/// A page whose blocks are known.
pub(crate) struct Thin<'a> {
    pub(crate) outline: Outline<'a>,
    pub(crate) probes: &'a [String],
    /// The blocks, by their elements, in the page's order.
    pub blocks: Vec<u32>,
}

/// Bytes of a block's marker and of the tags that it stands in, for most.
const AROUND: usize = 256;

/// Elements by which a page says something of itself.
const TELLING: [Name; 4] = [name("html"), name("meta"), name("link"), name("base")];

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

impl<'a> Outline<'a> {
    /// What the page says of itself outside of its blocks, but for its title.
    pub fn head(&self) -> Result<Head, Unsure> {
        let mut head = Head::default();
        let fault = Cell::new(None);
        for element in self.elements.iter().filter(|e| TELLING.contains(&e.name)) {
            head.take(name_of(&element.name.to_be_bytes()), |key| {
                self.attr(element, key).unwrap_or_else(|unsure| {
                    fault.set(Some(unsure));
                    None
                })
            });
        }
        fault.get().map_or(Ok(head), Err)
    }
}

impl<'a> Thin<'a> {
    /// Finds the blocks of a page.
    pub fn of(outline: Outline<'a>, engine: &Engine, probes: &'a [String]) -> Result<Self, Unsure> {
        let mut thin = Self { outline, probes, blocks: Vec::new() };
        let mut end = 0;
        // Cheap test first: most elements lack the attributes that blocks are told by.
        let marked = engine.shapes().iter().all(|s| s.attribute().is_some() || s.asks_id());
        let asked = engine
            .shapes()
            .iter()
            .filter_map(Shape::attribute)
            .map(|a| bit_of(probes, a).unwrap_or(u32::MAX))
            .fold(0, |all, b| all | b);
        let bare: Vec<&Shape> =
            engine.shapes().iter().filter(|s| s.attribute().is_none()).collect();
        for (n, element) in thin.outline.elements.iter().enumerate() {
            if marked && element.probes == 0 && element.id.is_none() {
                continue;
            }
            let fits = match element.probes & asked {
                0 => thin.fits(bare.iter().copied(), element)?,
                _ => thin.fits(engine.shapes(), element)?,
            };
            if !fits {
                continue;
            }
            if element.from < end {
                return Err(Unsure("a block inside a block"));
            }
            if !element.clean || Class::of(element.name) == Class::Ordinary && !element.loose {
                return Err(Unsure("a block in badly nested formatting"));
            }
            end = element.to;
            thin.blocks.push(n as u32);
        }
        match thin.blocks.len() {
            0 => Err(Unsure("no block of a known engine")),
            1..=MOST_BLOCKS => Ok(thin),
            _ => Err(Unsure("many blocks")),
        }
    }

    /// Whether an element has one of these shapes.
    pub(crate) fn fits<'s>(
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

    /// A page of these blocks alone, each with its marker in the elements that it stands in.
    pub fn source(&self, wanted: &[u32]) -> Result<String, Unsure> {
        let blocks = wanted.iter().filter_map(|n| self.outline.elements.get(*n as usize));
        let bytes = blocks
            .map(|block| self.outline.source(block.from, block.to).len() + AROUND)
            .sum::<usize>();
        let mut out = String::with_capacity(HEAD.len() + bytes);
        out.push_str(HEAD);
        let mut open: Vec<u32> = Vec::new();
        for n in wanted {
            let Some(block) = self.outline.elements.get(*n as usize) else { continue };
            let around = self.around(block);
            let form = |n: &u32| {
                self.outline
                    .elements
                    .get(*n as usize)
                    .is_some_and(|e| Class::of(e.name) == Class::Form)
            };
            if block.in_form != around.iter().any(form) {
                return Err(Unsure("a form that is open outside of its place"));
            }
            let shared = open.iter().zip(&around).take_while(|(a, b)| a == b).count();
            for n in open.drain(shared..).rev() {
                self.tag(&mut out, "</", n);
            }
            for n in around.iter().skip(shared) {
                self.tag(&mut out, "<", *n);
            }
            open = around;
            out.extend(["<!--", MARKER, "-->", self.outline.source(block.from, block.to)]);
        }
        Ok(out)
    }

    /// What an element stands in inside the body, from without.
    fn around(&self, element: &Element) -> Vec<u32> {
        let mut around = Vec::new();
        let mut at = element.parent;
        while let Some(outer) = self.outline.elements.get(at as usize).filter(|_| at != NONE) {
            around.push(at);
            at = outer.parent;
        }
        around.reverse();
        around
    }

    fn tag(&self, out: &mut String, opening: &str, n: u32) {
        if let Some(element) = self.outline.elements.get(n as usize) {
            out.extend([opening, name_of(&element.name.to_be_bytes()), ">"]);
        }
    }
}
