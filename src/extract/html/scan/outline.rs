//! The outline of a page: its tokens and elements in order, found in one pass over its bytes.

use std::borrow::Cow;
use std::cell::Cell;

use super::bytes::Span;
use super::open_elements::{Open, OpenElements, Start};
use super::tag_names::{Class, Name, name};
use super::tokenizer::{Piece, Tokenizer, holds};
use super::{Element, Kind, Token, Unsure};
use crate::extract::html::dom::decoded;

/// Tokens of a page that is scanned; larger pages go to the parser, which has bounds of its own.
const MOST_TOKENS: usize = 60_000;

/// Values of inputs that are longer say nothing.
const LONG: usize = 512;

const INPUT: Name = name("input");
const SCRIPT: Name = name("script");
const STYLE: Name = name("style");
/// Void elements that a head may hold.
const HEAD: [Name; 5] =
    [name("base"), name("basefont"), name("bgsound"), name("link"), name("meta")];
/// Elements of raw text that no head holds.
const BODY_RAW: [Name; 3] = [name("textarea"), name("iframe"), name("noembed")];
/// Ordinary and void elements that end foreign content.
const BREAKOUT: [&[u8]; 5] = [b"<span", b"<sub", b"<sup", b"<var", b"<ruby"];

/// Tokens for which memory is kept from one page to the next.
const KEPT: usize = 8_000;

thread_local! {
    /// The memory of the last page's tokens and elements: large pieces are dear to get.
    static SPARE: Cell<(Vec<Token>, Vec<Element>)> = Cell::default();
}

/// A page's tokens and elements.
#[derive(Debug)]
pub(crate) struct Outline<'a> {
    pub(crate) html: &'a str,
    pub(crate) bytes: &'a [u8],
    pub(crate) tokens: Vec<Token>,
    pub(crate) elements: Vec<Element>,
    /// Long values of inputs, which nobody reads.
    long: Vec<Span>,
}

/// What a start tag's attributes say that the scan wants to know.
#[derive(Clone, Copy, Default)]
struct Marks {
    id: Option<(u32, u32)>,
    probes: u32,
    hidden: Option<bool>,
    long: Option<Span>,
}

impl<'a> Outline<'a> {
    /// Scans a page. `probes` are names of attributes, in lower case, that elements are marked by.
    pub fn of(html: &'a str, probes: &[String]) -> Result<Self, Unsure> {
        let bytes = html.as_bytes();
        if u32::try_from(bytes.len()).is_err() {
            return Err(Unsure("a page of gigabytes"));
        }
        let (tokens, elements) = SPARE.take();
        let outline = Outline { html, bytes, tokens, elements, long: Vec::new() };
        let mut builder =
            Builder { outline, stack: OpenElements::default(), cutter: Tokenizer { bytes, at: 0 } };
        loop {
            let from = builder.cutter.at;
            let mut marks = Marks::default();
            let next =
                builder.cutter.next(&mut |key, value| marks.take(bytes, key, value, probes))?;
            let Some(piece) = next else { break };
            builder.take(from, piece, marks)?;
            if builder.outline.tokens.len() > MOST_TOKENS {
                return Err(Unsure("a page of many tags"));
            }
        }
        let end = builder.outline.tokens.len() as u32;
        builder.stack.finish(&mut builder.outline.elements, end);
        Ok(builder.outline)
    }

    /// The page without long values of inputs, in pieces.
    pub fn told(&self) -> impl Iterator<Item = &'a str> + Clone {
        let starts = std::iter::once(0).chain(self.long.iter().map(|(_, to)| *to));
        let ends = self.long.iter().map(|(from, _)| *from).chain(std::iter::once(self.html.len()));
        starts.zip(ends).filter_map(|(from, to)| self.html.get(from..to))
    }

    /// The source of the tokens from one to before another.
    pub(crate) fn source(&self, from: u32, to: u32) -> &'a str {
        self.html.get(self.place(from)..self.place(to)).unwrap_or_default()
    }

    /// Where a token begins in the page; behind the last one, its end.
    pub(crate) fn place(&self, token: u32) -> usize {
        self.tokens.get(token as usize).map_or(self.bytes.len(), |t| t.from as usize)
    }

    /// An element's attributes, as they are written: names and values.
    pub(crate) fn attrs(&self, element: &Element) -> Result<Vec<(&'a [u8], Span)>, Unsure> {
        let mut attrs = Vec::new();
        let at = self.place(element.from);
        Tokenizer { bytes: self.bytes, at }.next(&mut |name, span| attrs.push((name, span)))?;
        Ok(attrs)
    }

    /// A value as a parser reads it.
    pub(crate) fn value(&self, span: Span) -> Result<Cow<'a, str>, Unsure> {
        let written = self.html.get(span.0..span.1).unwrap_or_default();
        decoded(written, true).ok_or(Unsure("an attribute that only the parser reads"))
    }

    /// An attribute's value as a parser reads it.
    pub(crate) fn attr(
        &self,
        element: &Element,
        key: &str,
    ) -> Result<Option<Cow<'a, str>>, Unsure> {
        let mut found = None;
        let at = self.place(element.from);
        Tokenizer { bytes: self.bytes, at }.next(&mut |name: &[u8], span| {
            if found.is_none() && name.eq_ignore_ascii_case(key.as_bytes()) {
                found = Some(span);
            }
        })?;
        found.map(|span| self.value(span)).transpose()
    }

    /// The value of `id`, if it is written as it is read.
    pub(crate) fn id(&self, element: &Element) -> Result<Option<&'a str>, Unsure> {
        let Some((from, to)) = element.id else { return Ok(None) };
        match self.html.get(from as usize..to as usize) {
            Some(id) if memchr::memchr3(b'&', b'\r', 0, id.as_bytes()).is_none() => Ok(Some(id)),
            _ => Err(Unsure("an id with character references")),
        }
    }
}

impl Drop for Outline<'_> {
    fn drop(&mut self) {
        let (mut tokens, mut elements) =
            (std::mem::take(&mut self.tokens), std::mem::take(&mut self.elements));
        tokens.clear();
        elements.clear();
        if tokens.capacity() <= KEPT && elements.capacity() <= KEPT {
            // A thread that ends keeps nothing.
            let _ = SPARE.try_with(|spare| spare.set((tokens, elements)));
        }
    }
}

impl Marks {
    fn take(&mut self, bytes: &[u8], key: &[u8], value: Span, probes: &[String]) {
        if key.len() == 2 && key.eq_ignore_ascii_case(b"id") {
            if self.id.is_none() {
                self.id = Some((value.0 as u32, value.1 as u32));
            }
        } else if key.len() == 4 && key.eq_ignore_ascii_case(b"type") && self.hidden.is_none() {
            self.hidden = Some(super::bytes::slice(bytes, value).eq_ignore_ascii_case(b"hidden"));
        } else if value.1 - value.0 > LONG && key.eq_ignore_ascii_case(b"value") {
            self.long = Some(value);
        } else if let Some(n) = probes
            .iter()
            .position(|p| p.len() == key.len() && key.eq_ignore_ascii_case(p.as_bytes()))
        {
            self.probes |= 1 << n.min(31);
        }
    }
}

struct Builder<'a> {
    outline: Outline<'a>,
    stack: OpenElements,
    cutter: Tokenizer<'a>,
}

impl Builder<'_> {
    fn push(&mut self, from: usize, kind: Kind) {
        self.outline.tokens.push(Token { from: from as u32, kind });
    }

    fn take(&mut self, from: usize, piece: Piece, marks: Marks) -> Result<(), Unsure> {
        match piece {
            Piece::Comment => self.push(from, Kind::Comment),
            Piece::Mute => self.push(from, Kind::Mute),
            Piece::Text(blank) => {
                if !blank {
                    self.stack.text()?;
                }
                self.push(from, Kind::Text);
            }
            Piece::End(name) => {
                let token = self.outline.tokens.len() as u32;
                let effect = self.stack.end(&mut self.outline.elements, name, token)?;
                self.push(from, if effect { Kind::End } else { Kind::Mute });
            }
            Piece::Start(name, empty) => self.start(from, name, empty, marks)?,
        }
        Ok(())
    }

    fn start(&mut self, from: usize, name: Name, empty: bool, marks: Marks) -> Result<(), Unsure> {
        let class = Class::of(name);
        let in_head = class == Class::Raw && !BODY_RAW.contains(&name)
            || class == Class::Void && HEAD.contains(&name);
        match class {
            Class::Raw => self.cutter.raw(&tag_name(self.outline.bytes, from))?,
            Class::Foreign if !empty => self.foreign(from)?,
            _ => {}
        }
        self.outline.long.extend(marks.long.filter(|_| name == INPUT));
        let fits_grid = match class {
            Class::Table | Class::Form => true,
            Class::Raw => matches!(name, SCRIPT | STYLE),
            Class::Void => name == INPUT && marks.hidden == Some(true),
            _ => class.is_part(),
        };
        let at = self.outline.tokens.len() as u32;
        let open = Open { element: self.outline.elements.len() as u32, class, name };
        let in_form = self.stack.has_form();
        let Some((push, loose, clean)) =
            self.stack.start(&mut self.outline.elements, Start { open, in_head, fits_grid }, at)?
        else {
            self.push(from, Kind::Mute);
            return Ok(());
        };
        let parent = self.stack.parent();
        self.push(from, Kind::Start(open.element));
        self.outline.elements.push(Element {
            name,
            from: at,
            to: at + 1,
            parent,
            id: marks.id,
            probes: marks.probes,
            loose,
            placed: loose,
            clean,
            in_form,
        });
        if push { self.stack.push(open) } else { self.stack.check() }
    }

    /// Goes behind a drawing; its own elements are of no concern.
    fn foreign(&mut self, from: usize) -> Result<(), Unsure> {
        const LOST: Unsure = Unsure("a drawing with HTML in it");
        let own = tag_name(self.outline.bytes, from);
        loop {
            let begin = self.cutter.at;
            let mut named = false;
            let next = self.cutter.next(&mut |key, _| named |= key.eq_ignore_ascii_case(b"id"))?;
            match next {
                _ if named => return Err(Unsure("a drawing with names in it")),
                Some(Piece::Start(name, _)) if Class::of(name) != Class::Ordinary => {
                    return Err(LOST);
                }
                Some(Piece::Start(..))
                    if BREAKOUT.iter().any(|b| {
                        holds(self.outline.bytes.get(begin..begin + b.len()).unwrap_or_default(), b)
                    }) =>
                {
                    return Err(LOST);
                }
                Some(Piece::End(_)) => {
                    let name = tag_name(self.outline.bytes, begin + 1);
                    if name == own {
                        return Ok(());
                    }
                    if name.eq_ignore_ascii_case(b"p") || name.eq_ignore_ascii_case(b"br") {
                        return Err(LOST);
                    }
                }
                Some(Piece::Comment)
                    if self
                        .outline
                        .bytes
                        .get(begin..begin + 9)
                        .is_some_and(|b| b == b"<![CDATA[") =>
                {
                    return Err(LOST);
                }
                Some(_) => {}
                None => return Err(Unsure("a drawing without an end")),
            }
        }
    }
}

/// The name of the tag that begins at `from`, in lower case.
fn tag_name(bytes: &[u8], from: usize) -> Vec<u8> {
    let rest = bytes.get(from + 1..).unwrap_or_default();
    rest.iter().take_while(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}
