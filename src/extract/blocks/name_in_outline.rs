//! The names of a page's blocks by its engine's rules, read off the outline as the engine reads
//! them off a tree.

use std::borrow::Cow;
use std::collections::HashMap;

use regex::Regex;
use xxhash_rust::xxh3::Xxh3DefaultBuilder;

use super::in_outline::Thin;
use super::name::{NameText, clean, derived, group, undescribed};
use crate::extract::html::dom::decoded;
use crate::extract::html::scan::tag_names::{Class, Name, name};
use crate::extract::html::scan::{Element, Kind, NONE, Unsure};
use crate::extract::rules::engine::{Engine, Place};

/// Tokens of an element that names a block; longer ones are cut by the engine.
const MOST_TOKENS: u32 = 400;
/// Tokens beside a block that are looked at.
const MOST_BESIDE: usize = 100;

const SCRIPT: Name = name("script");
const STYLE: Name = name("style");

/// A page's blocks with their names.
pub(crate) struct Named<'t, 'a> {
    page: &'t Thin<'a>,
    ids: HashMap<&'a str, u32, Xxh3DefaultBuilder>,
    /// The names, in the order of the blocks.
    pub names: Vec<String>,
}

impl<'t, 'a> Named<'t, 'a> {
    /// Names the blocks of a page.
    pub fn of(page: &'t Thin<'a>, engine: &Engine) -> Result<Vec<String>, Unsure> {
        let named = || page.outline.elements.iter().enumerate().filter(|(_, e)| e.id.is_some());
        let mut ids = HashMap::with_capacity_and_hasher(named().count(), Xxh3DefaultBuilder::new());
        for (n, element) in named() {
            if let Some(id) = page.outline.id(element)? {
                ids.entry(id).or_insert(n as u32);
            }
        }
        let mut named = Named { page, ids, names: vec![String::new(); page.blocks.len()] };
        for place in engine.places() {
            match place {
                Place::Preamble(pattern) => named.preamble(pattern, engine)?,
                place => named.by(place, engine)?,
            }
        }
        Ok(named.names)
    }

    fn by(&mut self, place: &Place, engine: &Engine) -> Result<(), Unsure> {
        for at in 0..self.names.len() {
            if self.names.get(at).is_none_or(|name| !name.is_empty()) {
                continue;
            }
            let Some(block) = self.page.blocks.get(at).copied() else { break };
            let name = self.name(place, block)?.map(clean).unwrap_or_default();
            if let Some(own) = self.names.get_mut(at).filter(|_| !engine.is_blank(&name)) {
                *own = name;
            }
        }
        Ok(())
    }

    fn element(&self, n: u32) -> Result<&'t Element, Unsure> {
        self.page.outline.elements.get(n as usize).ok_or(Unsure("an element that is none"))
    }

    fn name(&self, place: &Place, n: u32) -> Result<Option<String>, Unsure> {
        let outline = &self.page.outline;
        let block = self.element(n)?;
        Ok(match place {
            Place::Id { replace, with, suffix } => {
                let id = outline.id(block)?.and_then(|id| derived(id, replace, with, suffix));
                let Some(title) = id
                    .and_then(|id| self.ids.get(id.as_str()).copied())
                    .filter(|title| *title != n)
                else {
                    return Ok(None);
                };
                let title = self.element(title)?;
                match self.written(title)? {
                    text if !text.is_empty() => Some(text),
                    _ => outline.attr(title, "title")?.map(|t| undescribed(&t)),
                }
            }
            Place::Reference(attribute) => {
                let ids = outline.attr(block, attribute)?.unwrap_or_default();
                for id in ids.split_ascii_whitespace().filter_map(|id| self.ids.get(id)) {
                    let text = self.written(self.element(*id)?)?;
                    if !text.is_empty() {
                        return Ok(Some(text));
                    }
                }
                None
            }
            Place::Attribute(attribute, pattern) => {
                let value = outline.attr(block, attribute)?;
                value.and_then(|value| match pattern {
                    Some(pattern) => group(pattern, &value),
                    None => Some(value.into_owned()),
                })
            }
            Place::Inside(_) => return Err(Unsure("names that stand inside blocks")),
            Place::Comment(pattern) => {
                self.neighbours(block)?.iter().find_map(|c| group(pattern, c))
            }
            Place::Heading => self.heading(n, block)?,
            Place::Preamble(_) => None,
        })
    }

    /// The text of an element.
    fn written(&self, element: &Element) -> Result<String, Unsure> {
        if !element.loose || element.to - element.from > MOST_TOKENS {
            return Err(Unsure("a name whose end is not known"));
        }
        if Class::of(element.name) == Class::Raw || Class::of(element.name) == Class::Foreign {
            return Err(Unsure("a name in raw text"));
        }
        let outline = &self.page.outline;
        let mut name = NameText::new();
        for at in element.from + 1..element.to {
            match outline.tokens.get(at as usize).map(|t| t.kind) {
                Some(Kind::Text) => name.push(
                    &decoded(outline.source(at, at + 1), false)
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

    /// The first heading inside a block.
    fn heading(&self, n: u32, block: &Element) -> Result<Option<String>, Unsure> {
        let inside = self
            .page
            .outline
            .elements
            .iter()
            .skip(n as usize + 1)
            .take_while(|e| e.from < block.to);
        for heading in inside.filter(|e| Class::of(e.name) == Class::Heading) {
            let text = self.written(heading)?;
            if !text.is_empty() {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// The comments right before a block, the nearest first, and first inside it.
    fn neighbours(&self, block: &Element) -> Result<Vec<Cow<'a, str>>, Unsure> {
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
            Err(Unsure("many comments beside a block"))
        } else {
            Ok(comments)
        }
    }

    /// Takes a token beside a block; whether to go on behind it.
    fn beside(&self, at: u32, comments: &mut Vec<Cow<'a, str>>) -> Result<bool, Unsure> {
        let outline = &self.page.outline;
        let source = outline.source(at, at + 1);
        Ok(match outline.tokens.get(at as usize).map(|t| t.kind) {
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

    /// Comments before the page's root name the blocks of its main part, if they are as many.
    fn preamble(&mut self, pattern: &Regex, engine: &Engine) -> Result<(), Unsure> {
        let outline = &self.page.outline;
        let mut names = Vec::new();
        for (at, token) in outline.tokens.iter().enumerate() {
            match token.kind {
                Kind::Comment => names.extend(
                    group(pattern, &comment(outline.source(at as u32, at as u32 + 1))?).map(clean),
                ),
                Kind::Mute | Kind::Text => {}
                _ => break,
            }
        }
        if names.is_empty() {
            return Ok(());
        }
        let mut main = Vec::new();
        for n in &self.page.blocks {
            let (mut at, mut found) = (self.element(*n)?.parent, false);
            while at != NONE && !found {
                let outer = self.element(at)?;
                found = self.page.fits(engine.main_shapes(), outer)?;
                at = outer.parent;
            }
            main.push(found);
        }
        let framed = main.contains(&true);
        let meant = |at: &usize| !framed || main.get(*at) == Some(&true);
        let meant: Vec<usize> = (0..main.len()).filter(meant).collect();
        if meant.len() != names.len() {
            return Ok(());
        }
        for (at, name) in meant.into_iter().zip(names) {
            if let Some(own) = self.names.get_mut(at).filter(|own| own.is_empty()) {
                *own = name;
            }
        }
        Ok(())
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
