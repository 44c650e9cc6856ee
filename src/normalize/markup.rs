//! A body written as safe HTML, correct by construction: elements of our own alone, each ended,
//! addresses absolute (as written without a base), texts escaped, nothing empty.

use url::Url;

use super::sanitizer::Sanitizer;
use super::speech::Speech;
use super::tags::{Allowed, Key, Tag};
use super::{field, text};
use crate::domain::draft::{Cell, Numbers};
use crate::domain::run::{
    self, BOLD, BRACKET, DELETED, INSERTED, ITALIC, READING, RUBY, Run, STRUCK, SUB, SUP, Step,
    UNDERLINE,
};

/// How styles are written.
const STYLES: [(Tag, u16); 8] = [
    (Tag::S, STRUCK),
    (Tag::Del, DELETED),
    (Tag::Ins, INSERTED),
    (Tag::Strong, BOLD),
    (Tag::Em, ITALIC),
    (Tag::U, UNDERLINE),
    (Tag::Sub, SUB),
    (Tag::Sup, SUP),
];
/// Columns or rows that one cell may span.
const SPANS: std::ops::RangeInclusive<u16> = 2..=1_000;

/// An element whose end has not come yet.
struct Open {
    tag: Tag,
    /// Where its start tag was written; `None` if it is left out.
    start: Option<usize>,
    /// Whether it holds anything to see.
    full: bool,
}

/// A body being written.
pub(super) struct Writer<'a> {
    base: Option<&'a Url>,
    sanitizer: &'a Sanitizer,
    allowed: Allowed,
    out: String,
    open: Vec<Open>,
    /// Whether texts may stand beside each other that had an element between them.
    left_out: bool,
    pictures: Vec<String>,
}

impl<'a> Writer<'a> {
    /// Nothing yet; `bytes` is how much may come.
    pub fn new(base: Option<&'a Url>, sanitizer: &'a Sanitizer, bytes: usize) -> Self {
        Self {
            base,
            sanitizer,
            allowed: sanitizer.allowed(),
            out: String::with_capacity(bytes),
            open: Vec::with_capacity(8),
            left_out: false,
            pictures: Vec::new(),
        }
    }

    /// The body, and the addresses of its pictures in order.
    pub fn end(self) -> (String, Vec<String>) {
        let trimmed = self.out.trim();
        let out = match self.left_out {
            // Marks may have met their letters where elements were left out.
            true => composed(trimmed),
            false if trimmed.len() == self.out.len() => self.out,
            false => trimmed.to_owned(),
        };
        (out, self.pictures)
    }

    /// Begins an element.
    pub fn open(&mut self, tag: Tag) {
        self.open_with(tag, self.allowed.tag(tag), |_| {});
    }

    /// Begins an element in a voice.
    pub fn open_as(&mut self, tag: Tag, speech: &Speech) {
        let allowed = self.allowed;
        self.open_with(tag, allowed.tag(tag), |out| voice(out, allowed, tag, speech));
    }

    /// Begins a list.
    pub fn open_list(&mut self, ordered: bool, numbers: Numbers, speech: &Speech) {
        let (tag, allowed) = (if ordered { Tag::Ol } else { Tag::Ul }, self.allowed);
        self.open_with(tag, allowed.tag(tag), |out| {
            voice(out, allowed, tag, speech);
            let may = |key| ordered && allowed.key(tag, key);
            if numbers.reversed && may(Key::Reversed) {
                out.push_str(" reversed=\"\"");
            }
            let start = numbers.start.filter(|start| numbers.reversed || *start != 1);
            if let Some(start) = start.filter(|_| may(Key::Start)) {
                attribute(out, "start", &start.to_string());
            }
            if let Some(kind) = numbers.kind.filter(|_| may(Key::Type)) {
                attribute(out, "type", kind.encode_utf8(&mut [0; 4]));
            }
        });
    }

    /// Begins an item of a list.
    pub fn open_item(&mut self, number: Option<i32>, speech: &Speech) {
        let allowed = self.allowed;
        self.open_with(Tag::Li, allowed.tag(Tag::Li), |out| {
            voice(out, allowed, Tag::Li, speech);
            if let Some(number) = number.filter(|_| allowed.key(Tag::Li, Key::Value)) {
                attribute(out, "value", &number.to_string());
            }
        });
    }

    /// Begins a cell of a table.
    pub fn open_cell(&mut self, cell: &Cell, speech: &Speech) {
        let tag = if cell.heading { Tag::Th } else { Tag::Td };
        let (columns, rows) = (cell.columns, cell.rows);
        let allowed = self.allowed;
        self.open_with(tag, allowed.tag(tag), |out| {
            voice(out, allowed, tag, speech);
            for (key, name, span) in
                [(Key::Colspan, " colspan=\"", columns), (Key::Rowspan, " rowspan=\"", rows)]
            {
                if SPANS.contains(&span) && allowed.key(tag, key) {
                    out.extend([name, &span.to_string(), "\""]);
                }
            }
        });
    }

    fn open_with(&mut self, tag: Tag, written: bool, attributes: impl FnOnce(&mut String)) {
        let start = self.start(tag, written, attributes);
        self.open.push(Open { tag, start, full: false });
    }

    /// Writes a start tag; gives where.
    fn start(
        &mut self,
        tag: Tag,
        written: bool,
        attributes: impl FnOnce(&mut String),
    ) -> Option<usize> {
        if self.is_dropping() {
            return None;
        }
        if !written {
            self.left_out = true;
            return None;
        }
        if tag.is_block() {
            self.trim_end();
        }
        let start = self.out.len();
        self.out.extend(["<", tag.name()]);
        attributes(&mut self.out);
        self.out.push('>');
        Some(start)
    }

    /// Ends what was begun last; an element that shows nothing is gone.
    pub fn close(&mut self) {
        let Some(Open { tag, start, full }) = self.open.pop() else { return };
        let Some(start) = start else { return };
        if full || matches!(tag, Tag::Td | Tag::Th) {
            if tag.is_block() {
                self.trim_end();
            }
            self.out.extend(["</", tag.name(), ">"]);
            return;
        }
        self.left_out = true;
        let blank =
            !tag.is_block() && self.out.get(start..).is_some_and(|gone| gone.ends_with(' '));
        self.out.truncate(start);
        if blank && !self.out.ends_with([' ', '>']) {
            self.out.push(' ');
        }
    }

    /// Runs of text; `clean` where their texts are clean as they stand.
    pub fn runs(&mut self, runs: &[Run], clean: bool) {
        let mut within = false;
        for step in run::steps(runs) {
            let style = match step {
                Step::Text(runs) => runs.first().map_or(0, |run| run.style),
                _ => 0,
            };
            // One element holds a text with its readings.
            match (within, style & RUBY != 0) {
                (false, true) => self.open(Tag::Ruby),
                (true, false) => self.close(),
                _ => {}
            }
            within = style & RUBY != 0;
            match step {
                Step::Link(to) => self.open_link(to),
                Step::LinkEnd => self.close(),
                Step::Break => {
                    self.start(Tag::Br, self.allowed.tag(Tag::Br), |_| {});
                }
                Step::Text(runs) => {
                    let part = match style {
                        _ if !within => None,
                        _ if style & BRACKET != 0 => Some(Tag::Rp),
                        _ => (style & READING != 0).then_some(Tag::Rt),
                    };
                    part.into_iter().for_each(|tag| self.open(tag));
                    let styles = || STYLES.iter().filter(|(_, bit)| style & bit != 0);
                    styles().for_each(|(tag, _)| self.open(*tag));
                    match clean {
                        true => runs.iter().for_each(|run| self.text(&run.text)),
                        false => self.text(&text::inline(&run::text(runs))),
                    }
                    styles().for_each(|_| self.close());
                    part.into_iter().for_each(|_| self.close());
                }
            }
        }
        if within {
            self.close();
        }
    }

    /// A link; without an address it is none.
    fn open_link(&mut self, to: &str) {
        let kept = self.allowed.tag(Tag::A) && self.allowed.key(Tag::A, Key::Href);
        let href = if kept { field::link(self.base, to, self.sanitizer) } else { None };
        self.open_with(Tag::A, href.is_some(), |out| {
            attribute(out, "href", href.as_deref().unwrap_or_default());
        });
    }

    /// A link to a whole address.
    pub fn link(&mut self, to: &str, clean: &str) {
        let kept = self.allowed.tag(Tag::A) && self.allowed.key(Tag::A, Key::Href);
        self.open_with(Tag::A, kept, |out| attribute(out, "href", to));
        self.text(clean);
        self.close();
    }

    /// A picture, if its address is one.
    pub fn picture(&mut self, src: &str, alt: &str) {
        let kept = self.allowed.tag(Tag::Img) && self.allowed.key(Tag::Img, Key::Src);
        let src = if kept { field::address(self.base, src) } else { None };
        let start = self.start(Tag::Img, src.is_some(), |out| {
            attribute(out, "src", src.as_deref().unwrap_or_default());
            attribute(out, "alt", &text::clean(alt));
        });
        if start.is_some() {
            self.pictures.extend(src);
            self.fill();
        }
    }

    /// Clean text.
    pub fn text(&mut self, clean: &str) {
        if clean.is_empty() || self.is_dropping() {
            return;
        }
        // After a tag this mark would compose with its end.
        let clean = match clean.chars().next() {
            Some(' ' | '\n' | '\u{338}') if self.at_block() => {
                clean.trim_start_matches([' ', '\n', '\u{338}'])
            }
            Some(' ') if self.out.ends_with(' ') => clean.trim_start_matches(' '),
            Some('\u{338}') if self.out.ends_with('>') => clean.trim_start_matches('\u{338}'),
            _ => clean,
        };
        if !clean.trim().is_empty() {
            self.fill();
        }
        escape(&mut self.out, clean);
    }

    /// Whether a blank here would be the first thing of a block, or follow one.
    fn at_block(&self) -> bool {
        let tag = self.out.strip_suffix('>').and_then(|out| out.get(out.rfind('<')? + 1..));
        let is_block = |tag: &str| {
            let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
            !Tag::is_inline(name)
        };
        self.out.is_empty() || tag.is_some_and(is_block)
    }

    fn is_dropping(&self) -> bool {
        self.allowed.drops_any() && self.open.iter().any(|open| self.allowed.drops(open.tag))
    }

    fn trim_end(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
    }

    /// Everything that is open holds something now.
    fn fill(&mut self) {
        for element in self.open.iter_mut().rev() {
            if std::mem::replace(&mut element.full, true) {
                break;
            }
        }
    }
}

/// Markup with each text in NFC; a mark that would compose with a tag's end is none.
fn composed(markup: &str) -> String {
    let mut out = String::with_capacity(markup.len());
    for piece in markup.split_inclusive('>') {
        let (text, tag) = piece.split_at(piece.find('<').unwrap_or(piece.len()));
        let text = text::composed(text);
        out.push_str(if out.is_empty() { &text } else { text.trim_start_matches('\u{338}') });
        out.push_str(tag);
    }
    out
}

fn voice(out: &mut String, allowed: Allowed, tag: Tag, speech: &Speech) {
    if let Some(direction) = speech.direction.filter(|_| allowed.direction(tag)) {
        attribute(out, "dir", direction);
    }
    if let Some(language) = speech.language.as_deref().filter(|_| allowed.language(tag)) {
        attribute(out, "lang", language);
    }
}

fn attribute(out: &mut String, key: &str, value: &str) {
    out.extend([" ", key, "=\""]);
    let mut parts = value.split('"');
    escape(out, parts.next().unwrap_or_default());
    for part in parts {
        out.push_str("&quot;");
        escape(out, part);
    }
    out.push('"');
}

/// Text content: quotes may stay.
fn escape(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = memchr::memchr3(b'&', b'<', b'>', rest.as_bytes()) {
        let (before, sign) = rest.split_at(at);
        out.push_str(before);
        out.push_str(match sign.as_bytes() {
            [b'&', ..] => "&amp;",
            [b'<', ..] => "&lt;",
            _ => "&gt;",
        });
        rest = sign.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
}
