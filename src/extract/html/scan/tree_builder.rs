//! The tree of parts of a page whose markup leaves a parser nothing to mend: every end tag ends
//! what was opened last, and nothing stands where the standard would move it, close it or open
//! something for it, but for the body of a table. Any other part is given to a parser.

use super::bytes::Span;
use super::tag_names::{Class, Name, name, name_of};
use super::tokenizer::{Piece as Cut, Tokenizer};
use crate::extract::budget::{Budget, Limits};
use crate::extract::error::Error;
use crate::extract::html::dom::{Arena, Kind, Piece, Tree, decoded};

const A: Name = name("a");
const BODY: Name = name("body");
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

/// An element of a page that becomes a root of its tree.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The bytes of the page from its start tag to behind its end.
    pub bytes: std::ops::Range<usize>,
    /// Its name.
    pub name: Name,
    /// The names of what it stands in inside the body, from without.
    pub around: Vec<Name>,
}

/// An element that is open.
#[derive(Clone, Copy)]
struct Open {
    node: u32,
    name: Name,
    class: Class,
}

/// The document is the parent of what stands in nothing that is built.
const DOCUMENT: u32 = 0;

struct Grower<'p> {
    page: &'p str,
    arena: Arena<'p>,
    open: Vec<Open>,
    /// How many of the open elements stand around the part.
    around: usize,
    limits: Limits,
}

/// Grows a tree with one root for each part of a page, in their order; `None` if a parser sees no
/// such element.
///
/// # Errors
/// A part passed a bound of the parser.
pub(crate) fn grow<'p>(
    page: &'p str,
    parts: &[Part],
    budget: &Budget,
) -> Result<Option<Tree<'p>>, Error> {
    if i32::try_from(page.len()).is_err() {
        return Ok(None);
    }
    let bytes = parts.iter().map(|part| part.bytes.len()).sum();
    let mut grower = Grower::new(page, bytes, budget.limits);
    for part in parts {
        if !grower.grows(part) && !grower.is_parsed(part, budget)? {
            return Ok(None);
        }
    }
    Ok(Some(Tree::built(grower.arena)))
}

impl<'p> Grower<'p> {
    fn new(page: &'p str, bytes: usize, limits: Limits) -> Self {
        let open = Vec::with_capacity(64);
        Self { page, arena: Arena::new(page, bytes), open, around: 0, limits }
    }

    /// Grows a part; what of it was grown is gone if it leaves something to mend.
    fn grows(&mut self, part: &Part) -> bool {
        let root = self.arena.len() as u32;
        let open = |name: Name| Open { node: DOCUMENT, name, class: Class::of(name) };
        self.open.clear();
        self.open.extend(std::iter::once(&BODY).chain(&part.around).map(|name| open(*name)));
        self.around = self.open.len();
        let grown = self.all(&part.bytes).is_some() && self.arena.is_last_root(root);
        if !grown {
            self.arena.take_back(root);
        }
        grown
    }

    /// Has a parser read a part; whether it sees the element.
    fn is_parsed(&mut self, part: &Part, budget: &Budget) -> Result<bool, Error> {
        let names = part.around.iter().chain([&part.name]);
        let names: Vec<String> =
            names.map(|name| name_of(&name.to_be_bytes()).to_owned()).collect();
        let text = self.page.get(part.bytes.clone()).unwrap_or_default();
        self.arena.put_parsed(&names, text, budget)
    }

    fn all(&mut self, part: &std::ops::Range<usize>) -> Option<()> {
        let bytes = self.page.as_bytes().get(..part.end)?;
        // The parser has its own mind about it.
        if memchr::memchr(0, bytes.get(part.start..)?).is_some() {
            return None;
        }
        let mut cutter = Tokenizer { bytes, at: part.start };
        let mut attributes: Vec<(&'p [u8], Span)> = Vec::new();
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

    fn top(&self) -> Option<Open> {
        self.open.last().copied()
    }

    fn put(&mut self, kind: Kind, piece: Piece) -> u32 {
        self.arena.put(kind, piece, self.top().map_or(DOCUMENT, |top| top.node))
    }

    /// A piece of the page as a parser reads what has no references in it.
    fn raw_piece(&mut self, from: usize, to: usize) -> Piece {
        match self.page.get(from..to).filter(|text| text.contains('\r')) {
            Some(text) => self.arena.beside_with_lines(text),
            None => Piece::of(from, to),
        }
    }

    fn text(&mut self, from: usize, to: usize, blank: bool) -> Option<()> {
        if !blank && self.top()?.class.is_grid() || self.top()?.class == Class::Columns {
            return None;
        }
        let piece = if blank { self.raw_piece(from, to) } else { self.value(from, to, false)? };
        self.put(Kind::Text, piece);
        Some(())
    }

    /// Text or a value as a parser reads it.
    fn value(&mut self, from: usize, to: usize, attribute: bool) -> Option<Piece> {
        Some(match decoded(self.page.get(from..to)?, attribute)? {
            std::borrow::Cow::Borrowed(_) => Piece::of(from, to),
            std::borrow::Cow::Owned(text) => self.arena.beside(&text),
        })
    }

    fn comment(&mut self, from: usize, to: usize) {
        let written = self.page.get(from..to).unwrap_or_default();
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
        let piece = self.raw_piece(from + head, to - tail);
        self.put(Kind::Comment, piece);
    }

    /// The content of an element of raw text, and its end.
    fn raw(&mut self, cutter: &mut Tokenizer<'p>, name: Name) -> Option<()> {
        let from = cutter.at;
        cutter.raw(name_of(&name.to_be_bytes()).as_bytes()).ok()?;
        let written = self.page.get(from..cutter.at)?;
        let to = from + written.rfind("</")?;
        // An end tag with attributes may hold anything.
        (cutter.at - to == name_of(&name.to_be_bytes()).len() + "</>".len()).then_some(())?;
        if to > from {
            let piece = self.raw_piece(from, to);
            self.put(Kind::Text, piece);
        }
        self.open.pop();
        Some(())
    }

    fn start(
        &mut self,
        from: usize,
        name: Name,
        class: Class,
        attributes: &[(&'p [u8], Span)],
    ) -> Option<()> {
        let holds = self.holds(from, name, class)?;
        let name_at = from + 1;
        let written = self.page.get(name_at..name_at + name_of(&name.to_be_bytes()).len())?;
        let piece = self.lower(written, name_at);
        let node = self.put(Kind::Element, piece);
        for (n, (key, value)) in attributes.iter().enumerate() {
            // Of two attributes of one name the first counts.
            if attributes.iter().take(n).any(|(k, _)| k.eq_ignore_ascii_case(key)) {
                continue;
            }
            let from = key.as_ptr() as usize - self.page.as_ptr() as usize;
            let key = self.lower(self.page.get(from..from + key.len())?, from);
            let value = self.value(value.0, value.1, true)?;
            self.arena.attribute(key, value);
        }
        if holds {
            self.open.push(Open { node, name, class });
        }
        Some(())
    }

    /// Whether an element that may stand here as it is written holds content; `None` if it may not.
    fn holds(&mut self, from: usize, name: Name, class: Class) -> Option<bool> {
        let takes = match class {
            Class::Void => self.takes_content() && !ODD.contains(&name),
            Class::Rule | Class::Block | Class::P | Class::Table => {
                self.takes_block() && !(PRE.contains(&name) && self.breaks_at(from))
            }
            Class::Raw if name == SCRIPT || name == STYLE => self.top()?.class != Class::Columns,
            Class::Raw => self.takes_content() && RAW.contains(&name),
            Class::Heading => self.takes_block() && self.top()?.class != Class::Heading,
            Class::Li | Class::Term => self.takes_item(class),
            Class::Form => self.takes_block() && !self.is_in(Class::Form),
            Class::Button => self.takes_content() && !self.is_in(Class::Button),
            Class::Formatting => self.takes_content() && self.is_first(name),
            Class::Ordinary => self.takes_content(),
            Class::Cell => self.top()?.class == Class::Row,
            Class::Caption | Class::Body | Class::Columns => self.top()?.class == Class::Table,
            Class::Row => self.takes_row(),
            Class::Column => self.top()?.class == Class::Columns,
            Class::Root
            | Class::Select
            | Class::Choice
            | Class::Walled
            | Class::Foreign
            | Class::Strange => false,
        };
        takes.then_some(!matches!(class, Class::Void | Class::Rule | Class::Column))
    }

    /// A name in lower case.
    fn lower(&mut self, written: &str, from: usize) -> Piece {
        match written.bytes().any(|b| b.is_ascii_uppercase()) {
            true => self.arena.beside(&written.to_ascii_lowercase()),
            false => Piece::of(from, from + written.len()),
        }
    }

    /// Whether anything may stand here as it is written.
    fn takes_content(&self) -> bool {
        self.top().is_some_and(|top| !top.class.is_grid())
    }

    /// Whether a block may: no paragraph is open that it would end.
    fn takes_block(&self) -> bool {
        let mut within =
            self.open.iter().rev().take_while(|o| !o.class.is_wall() && o.class != Class::Button);
        !within.any(|o| o.class == Class::P) && self.takes_content()
    }

    /// Whether an item may: none is open that it would end.
    fn takes_item(&self, class: Class) -> bool {
        let passed =
            |o: &&Open| !o.class.is_special() || o.class == Class::P || PASSED.contains(&o.name);
        let stop = self.open.iter().rev().find(|o| o.class == class || !passed(o));
        stop.is_some_and(|stop| stop.class != class) && self.takes_block()
    }

    /// Whether a row may; the body of its table is put in where it is left out.
    fn takes_row(&mut self) -> bool {
        if self.top().is_some_and(|top| top.class == Class::Table && top.node != DOCUMENT) {
            let piece = self.arena.beside("tbody");
            let node = self.put(Kind::Element, piece);
            self.open.push(Open { node, name: TBODY, class: Class::Body });
        }
        self.top().is_some_and(|top| top.class == Class::Body)
    }

    /// Whether an element of this class is open.
    fn is_in(&self, class: Class) -> bool {
        self.open.iter().any(|o| o.class == class)
    }

    /// Whether an element of formatting is not inside another one that it would end.
    fn is_first(&self, name: Name) -> bool {
        !matches!(name, A | NOBR)
            || !self.open.iter().rev().take_while(|o| !o.class.is_marker()).any(|o| o.name == name)
    }

    /// Whether a line break follows the tag that begins here.
    fn breaks_at(&self, from: usize) -> bool {
        let mut cutter = Tokenizer { bytes: self.page.as_bytes(), at: from };
        cutter.next(&mut |_, _| ()).is_err()
            || matches!(self.page.as_bytes().get(cutter.at), Some(b'\n' | b'\r'))
    }

    fn end(&mut self, name: Name) -> Option<()> {
        // A table ends its body too.
        if Class::of(name) == Class::Table && self.top()?.class == Class::Body {
            self.pop()?;
        }
        (self.top()?.name == name).then_some(())?;
        self.pop()
    }

    /// Ends what was opened last; what stands around the part does not end in it.
    fn pop(&mut self) -> Option<()> {
        (self.open.len() > self.around).then(|| self.open.truncate(self.open.len() - 1))
    }
}

#[cfg(test)]
mod tests;
