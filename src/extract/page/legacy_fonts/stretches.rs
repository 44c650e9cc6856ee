//! The texts of a page's source, in stretches that one author wrote: between the borders of blocks,
//! whatever inline tags divide them.

use std::collections::VecDeque;

use memchr::memchr;

use super::table::Table;
use crate::extract::budget::Budget;
use crate::extract::html::strip;

/// Elements that divide no stretch.
const INLINE: [&str; 33] = [
    "a",
    "abbr",
    "acronym",
    "b",
    "big",
    "br",
    "cite",
    "code",
    "del",
    "dfn",
    "em",
    "font",
    "i",
    "img",
    "ins",
    "kbd",
    "mark",
    "nobr",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "tt",
    "u",
    "var",
    "wbr",
    "o:p",
    "st1:place",
];
/// Elements whose content nobody reads.
const SILENT: [&str; 6] = ["script", "style", "xmp", "iframe", "noembed", "noframes"];
/// Elements that hold nothing.
const VOID: [&str; 12] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "wbr"];
/// Attributes that people read.
const READ: [&str; 3] = ["alt", "title", "content"];
/// How many open elements a font is looked for in.
const DEPTH: usize = 64;
/// Runs of one stretch at most.
const RUNS: usize = 2_000;

/// Bytes between two looks at what the page costs.
pub(super) const LOOK: usize = 64 << 10;

/// A run of text between two tags.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub from: usize,
    pub to: usize,
    /// Whether its font draws small letters as capitals.
    pub capitals: bool,
}

/// Runs that belong together.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    pub runs: Vec<Run>,
}

/// Calls with each stretch of a page (or of plain text: each line), in order, until `each` says
/// that it is enough or the page has cost what it may. `fonts` is the table whose fonts are looked
/// for.
pub(super) fn stretches(
    text: &str,
    plain: bool,
    fonts: Option<&Table>,
    budget: &Budget,
    each: impl FnMut(&Stretch) -> bool,
) {
    let fonts = Fonts { table: fonts, open: VecDeque::new() };
    let mut walk =
        Walk { text, each, stretch: Stretch::default(), fonts, budget, looked: 0, goes_on: true };
    if plain { walk.lines() } else { walk.page() }
}

struct Walk<'t, E> {
    text: &'t str,
    each: E,
    stretch: Stretch,
    fonts: Fonts<'t>,
    budget: &'t Budget,
    /// Up to where the page's account was looked at.
    looked: usize,
    goes_on: bool,
}

impl<'t, E: FnMut(&Stretch) -> bool> Walk<'t, E> {
    fn lines(&mut self) {
        let mut from = 0;
        for line in self.text.split_inclusive('\n') {
            if !self.goes_on {
                return;
            }
            self.run(from, from + line.len());
            self.border();
            from += line.len();
        }
    }

    fn page(&mut self) {
        let bytes = self.text.as_bytes();
        let (mut at, mut done) = (0, 0);
        while let Some(found) = memchr(b'<', bytes.get(at..).unwrap_or_default())
            && self.goes_on
        {
            let tag = at + found;
            at = tag + 1;
            let Some(b'!' | b'?' | b'/' | b'a'..=b'z' | b'A'..=b'Z') = bytes.get(at) else {
                continue;
            };
            self.run(done, tag);
            let end = match bytes.get(at) {
                Some(b'!' | b'?') => strip::comment(bytes, tag)
                    .unwrap_or_else(|| memchr(b'>', &bytes[tag..]).map(|end| tag + end + 1)),
                _ => self.tag(tag),
            };
            at = end.unwrap_or(bytes.len());
            done = at;
        }
        self.run(done, bytes.len());
        self.border();
    }

    fn run(&mut self, from: usize, to: usize) {
        if from < to {
            self.stretch.runs.push(Run { from, to, capitals: self.fonts.capitals() });
        }
    }

    fn border(&mut self) {
        if !self.stretch.runs.is_empty() {
            self.goes_on &= (self.each)(&self.stretch);
            let end = self.stretch.runs.last().map_or(0, |run| run.to);
            self.stretch.runs.clear();
            if end - self.looked.min(end) >= LOOK {
                self.looked = end;
                self.goes_on &= self.budget.check().is_ok();
            }
        }
    }

    /// Goes through a tag; where it ends, with the content of a silent element.
    fn tag(&mut self, tag: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let closes = bytes.get(tag + 1) == Some(&b'/');
        let name = strip::name(bytes, tag + 1 + usize::from(closes));
        let is = |names: &[&str]| names.iter().any(|n| name.eq_ignore_ascii_case(n.as_bytes()));
        let mut values = Vec::new();
        let mut font = None;
        let behind = strip::attributes(
            bytes,
            tag + 1 + usize::from(closes) + name.len(),
            |key, from, to| {
                let key_is = |k: &str| key.eq_ignore_ascii_case(k.as_bytes());
                if READ.iter().any(|k| key_is(k)) {
                    values.push((from, to));
                }
                font = self
                    .fonts
                    .told(
                        key_is("face"),
                        key_is("style"),
                        self.text.get(from..to).unwrap_or_default(),
                    )
                    .or(font);
            },
        );
        if !values.is_empty() || !is(&INLINE) || self.stretch.runs.len() >= RUNS {
            self.border();
        }
        for (from, to) in values {
            self.run(from, to);
            self.border();
        }
        if closes {
            self.fonts.close(name);
        } else if !is(&VOID) {
            self.fonts.open(name, font);
        }
        match behind {
            Some(end) if !closes && is(&SILENT) => strip::raw_end(bytes, end, name),
            end => end,
        }
    }
}

/// The fonts of the open elements.
struct Fonts<'t> {
    table: Option<&'t Table>,
    /// Name, and whether the font draws small letters as capitals.
    open: VecDeque<(&'t [u8], bool)>,
}

impl<'t> Fonts<'t> {
    fn capitals(&self) -> bool {
        self.open.back().is_some_and(|(_, capitals)| *capitals)
    }

    /// Whether an attribute names such a font; `None`: it names no font.
    fn told(&self, face: bool, style: bool, value: &str) -> Option<bool> {
        let table = self.table?;
        let names = face || style && value.contains("font-family");
        if names { table.draws_capitals(value) } else { None }
    }

    fn open(&mut self, name: &'t [u8], font: Option<bool>) {
        if self.table.is_none_or(|table| !table.has_capitals()) {
            return;
        }
        if self.open.len() >= DEPTH {
            self.open.pop_front();
        }
        self.open.push_back((name, font.unwrap_or(self.capitals())));
    }

    fn close(&mut self, name: &[u8]) {
        if let Some(at) = self.open.iter().rposition(|(open, _)| open.eq_ignore_ascii_case(name)) {
            self.open.truncate(at);
        }
    }
}
