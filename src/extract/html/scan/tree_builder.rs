//! The tree of a page whose markup leaves a parser nothing to mend: every end tag ends what was
//! opened last, and nothing stands where the standard would move it, close it or open something for
//! it, but for the body of a table. Of any other page it gives no tree, and a parser is asked.

use super::bytes::Span;
use super::tag_names::{Class, Name, name, name_of};
use super::tokenizer::{Piece as Cut, Tokenizer};
use crate::extract::budget::Limits;
use crate::extract::html::dom::{Arena, Kind, Piece, Tree, decoded};

/// How every page begins that is grown.
pub(crate) const HEAD: &str = "<!DOCTYPE html><html><head></head><body>";

const A: Name = name("a");
const NOBR: Name = name("nobr");
const TBODY: Name = name("tbody");
const SCRIPT: Name = name("script");
const STYLE: Name = name("style");
/// Elements of raw text that a body may hold.
const RAW: [Name; 4] = [SCRIPT, STYLE, name("iframe"), name("noscript")];
/// Void elements that are read as another one, or by rules of their own.
const ODD: [Name; 2] = [name("image"), name("keygen")];
/// Blocks that a line break at their beginning is no part of.
const PRE: [Name; 2] = [name("pre"), name("listing")];
/// Special elements past which an open item of a list is looked for.
const PASSED: [Name; 2] = [name("address"), name("div")];

/// An element that is open.
#[derive(Clone, Copy)]
struct Open {
    node: u32,
    name: Name,
    class: Class,
}

struct Grower<'s> {
    source: &'s str,
    arena: Arena,
    open: Vec<Open>,
    limits: &'s Limits,
}

/// Grows the tree of a page that begins with [`HEAD`], or gives the page back.
pub(crate) fn grow(page: String, limits: &Limits) -> Result<Tree, String> {
    let page =
        if page.contains('\r') { page.replace("\r\n", "\n").replace('\r', "\n") } else { page };
    if page.contains('\0') || !page.starts_with(HEAD) || i32::try_from(page.len()).is_err() {
        return Err(page);
    }
    let mut grower = Grower {
        source: &page,
        arena: Arena::new(page.len()),
        open: Vec::with_capacity(64),
        limits,
    };
    match grower.all() {
        Some(()) => Ok(Tree::built(grower.arena.finish(page))),
        None => Err(page),
    }
}

impl<'s> Grower<'s> {
    fn all(&mut self) -> Option<()> {
        self.begin();
        let bytes = self.source.as_bytes();
        let mut cutter = Tokenizer { bytes, at: HEAD.len() };
        let mut attributes: Vec<(&'s [u8], Span)> = Vec::new();
        loop {
            let from = cutter.at;
            attributes.clear();
            match cutter.next(&mut |key, value| attributes.push((key, value))).ok()? {
                None => return Some(()),
                Some(Cut::Mute) => return None,
                Some(Cut::Comment) => self.comment(from, cutter.at),
                Some(Cut::Text(blank)) => self.text(from, cutter.at, blank)?,
                Some(Cut::End(name)) => self.end(name)?,
                Some(Cut::Start(name, _)) => {
                    let class = Class::of(name);
                    self.start(from, name, class, &attributes)?;
                    if class == Class::Raw {
                        self.raw(&mut cutter, name)?;
                    }
                }
            }
            if self.arena.len() > self.limits.nodes || self.open.len() > self.limits.depth / 2 {
                return None;
            }
        }
    }

    /// The document's type and the elements of every page.
    fn begin(&mut self) {
        let named = |tag: &str| {
            HEAD.find(tag).map_or(Piece::of(0, 0), |from| Piece::of(from + 1, from + tag.len() - 1))
        };
        self.arena.put(Kind::Other, Piece::of(0, 0), 0);
        let html = self.arena.put(Kind::Element, named("<html>"), 0);
        self.arena.put(Kind::Element, named("<head>"), html);
        let body = self.arena.put(Kind::Element, named("<body>"), html);
        self.open.push(Open { node: body, name: name("body"), class: Class::Root });
    }

    fn top(&self) -> Option<Open> {
        self.open.last().copied()
    }

    fn put(&mut self, kind: Kind, piece: Piece) -> u32 {
        self.arena.put(kind, piece, self.top().map_or(0, |top| top.node))
    }

    fn text(&mut self, from: usize, to: usize, blank: bool) -> Option<()> {
        if !blank && self.top()?.class.is_grid() || self.top()?.class == Class::Columns {
            return None;
        }
        let piece = self.value(from, to, false)?;
        self.put(Kind::Text, piece);
        Some(())
    }

    /// Text or a value as a parser reads it.
    fn value(&mut self, from: usize, to: usize, attribute: bool) -> Option<Piece> {
        Some(match decoded(self.source.get(from..to)?, attribute)? {
            std::borrow::Cow::Borrowed(_) => Piece::of(from, to),
            std::borrow::Cow::Owned(text) => self.arena.beside(&text),
        })
    }

    fn comment(&mut self, from: usize, to: usize) {
        let written = self.source.get(from..to).unwrap_or_default();
        let (head, tail) = match written.as_bytes() {
            // `<!-->` and `<!--->` end as soon as they begin.
            [b'<', b'!', b'-', b'-', ..] if written.len() < "<!---->".len() => {
                (4, written.len() - 4)
            }
            [b'<', b'!', b'-', b'-', .., b'!', b'>'] => (4, 4),
            [b'<', b'!', b'-', b'-', ..] => (4, 3),
            [b'<', b'?', ..] => (1, 1),
            _ => (2, 1),
        };
        self.put(Kind::Comment, Piece::of(from + head, to - tail));
    }

    /// The content of an element of raw text, and its end.
    fn raw(&mut self, cutter: &mut Tokenizer<'s>, name: Name) -> Option<()> {
        let from = cutter.at;
        cutter.raw(name_of(&name.to_be_bytes()).as_bytes()).ok()?;
        let written = self.source.get(from..cutter.at)?;
        let to = from + written.rfind("</")?;
        // An end tag with attributes may hold anything.
        (cutter.at - to == name_of(&name.to_be_bytes()).len() + "</>".len()).then_some(())?;
        if to > from {
            self.put(Kind::Text, Piece::of(from, to));
        }
        self.open.pop();
        Some(())
    }

    fn start(
        &mut self,
        from: usize,
        name: Name,
        class: Class,
        attributes: &[(&'s [u8], Span)],
    ) -> Option<()> {
        let name_at = from + 1;
        let holds = match class {
            Class::Void => self.takes_content().filter(|()| !ODD.contains(&name)).map(|()| false),
            Class::Rule => self.takes_block().map(|()| false),
            Class::Raw if name == SCRIPT || name == STYLE => {
                (self.top()?.class != Class::Columns).then_some(true)
            }
            Class::Raw => self.takes_content().filter(|()| RAW.contains(&name)).map(|()| true),
            Class::Block if PRE.contains(&name) => {
                self.takes_block().filter(|()| !self.breaks_at(from)).map(|()| true)
            }
            Class::Block | Class::P => self.takes_block().map(|()| true),
            Class::Heading => self
                .takes_block()
                .filter(|()| self.top().is_some_and(|top| top.class != Class::Heading))
                .map(|()| true),
            Class::Li | Class::Term => self.takes_item(class).map(|()| true),
            Class::Form => self
                .takes_block()
                .filter(|()| !self.open.iter().any(|o| o.class == Class::Form))
                .map(|()| true),
            Class::Button => self
                .takes_content()
                .filter(|()| !self.open.iter().any(|o| o.class == Class::Button))
                .map(|()| true),
            Class::Formatting => {
                self.takes_content().filter(|()| self.is_first(name)).map(|()| true)
            }
            Class::Ordinary => self.takes_content().map(|()| true),
            Class::Table => self.takes_block().map(|()| true),
            Class::Cell => (self.top()?.class == Class::Row).then_some(true),
            Class::Caption | Class::Body | Class::Columns => {
                (self.top()?.class == Class::Table).then_some(true)
            }
            Class::Row => self.takes_row().map(|()| true),
            Class::Column => (self.top()?.class == Class::Columns).then_some(false),
            Class::Root
            | Class::Select
            | Class::Choice
            | Class::Walled
            | Class::Foreign
            | Class::Strange => None,
        }?;
        let written = self.source.get(name_at..name_at + name_of(&name.to_be_bytes()).len())?;
        let piece = self.lower(written, name_at);
        let node = self.put(Kind::Element, piece);
        for (n, (key, value)) in attributes.iter().enumerate() {
            // Of two attributes of one name the first counts.
            if attributes.iter().take(n).any(|(k, _)| k.eq_ignore_ascii_case(key)) {
                continue;
            }
            let from = key.as_ptr() as usize - self.source.as_ptr() as usize;
            let key = self.lower(self.source.get(from..from + key.len())?, from);
            let value = self.value(value.0, value.1, true)?;
            self.arena.attribute(key, value);
        }
        if holds {
            self.open.push(Open { node, name, class });
        }
        Some(())
    }

    /// A name in lower case.
    fn lower(&mut self, written: &str, from: usize) -> Piece {
        match written.bytes().any(|b| b.is_ascii_uppercase()) {
            true => self.arena.beside(&written.to_ascii_lowercase()),
            false => Piece::of(from, from + written.len()),
        }
    }

    /// Whether anything may stand here as it is written.
    fn takes_content(&self) -> Option<()> {
        let top = self.top()?;
        (!top.class.is_grid()).then_some(())
    }

    /// Whether a block may: no paragraph is open that it would end.
    fn takes_block(&self) -> Option<()> {
        let within =
            self.open.iter().rev().take_while(|o| !o.class.is_wall() && o.class != Class::Button);
        (!within.into_iter().any(|o| o.class == Class::P)).then_some(())?;
        self.takes_content()
    }

    /// Whether an item may: none is open that it would end.
    fn takes_item(&self, class: Class) -> Option<()> {
        let passed =
            |o: &&Open| !o.class.is_special() || o.class == Class::P || PASSED.contains(&o.name);
        let stop = self.open.iter().rev().find(|o| o.class == class || !passed(o))?;
        (stop.class != class).then_some(())?;
        self.takes_block()
    }

    /// Whether a row may; the body of its table is put in where it is left out.
    fn takes_row(&mut self) -> Option<()> {
        match self.top()?.class {
            Class::Body => Some(()),
            Class::Table => {
                let piece = self.arena.beside("tbody");
                let node = self.put(Kind::Element, piece);
                self.open.push(Open { node, name: TBODY, class: Class::Body });
                Some(())
            }
            _ => None,
        }
    }

    /// Whether an element of formatting is not inside another one that it would end.
    fn is_first(&self, name: Name) -> bool {
        !matches!(name, A | NOBR)
            || !self.open.iter().rev().take_while(|o| !o.class.is_marker()).any(|o| o.name == name)
    }

    /// Whether a line break follows the tag that begins here.
    fn breaks_at(&self, from: usize) -> bool {
        let mut cutter = Tokenizer { bytes: self.source.as_bytes(), at: from };
        cutter.next(&mut |_, _| ()).is_err()
            || self.source.as_bytes().get(cutter.at) == Some(&b'\n')
    }

    fn end(&mut self, name: Name) -> Option<()> {
        // A table ends its body too.
        if Class::of(name) == Class::Table && self.top()?.class == Class::Body {
            self.open.pop();
        }
        // The page's own elements are never ended.
        (self.top()?.name == name && self.open.len() > 1).then_some(())?;
        self.open.pop();
        Some(())
    }
}

#[cfg(test)]
mod tests;
