//! Element names as numbers, and what the tree construction of the HTML standard does with each.

use super::bytes::{HIGH, ONES, is_end, plain};

/// An element's name in lower case, packed; names of more than sixteen letters have none.
pub(crate) type Name = u128;

/// The name that a text begins with, packed, `None` for one that is too long; and its length.
/// Nothing where it does not end.
#[inline]
pub(crate) fn packed(text: &[u8]) -> Option<(Option<Name>, usize)> {
    if let Some(short) = text.first_chunk().and_then(|eight| packed_short(*eight)) {
        return Some(short);
    }
    packed_long(text)
}

fn packed_long(text: &[u8]) -> Option<(Option<Name>, usize)> {
    let length = text.iter().position(|b| is_end(*b))?;
    let long = text.get(..length).filter(|name| name.len() <= 16);
    Some((
        long.map(|name| {
            name.iter().fold(0, |packed, b| packed << 8 | Name::from(b.to_ascii_lowercase()))
        }),
        length,
    ))
}

/// The same for short names, which most are: under eight ASCII characters.
#[inline]
fn packed_short(text: [u8; 8]) -> Option<(Option<Name>, usize)> {
    let word = u64::from_le_bytes(text);
    let length = plain(word);
    let ends = text.get(length).is_some_and(|b| is_end(*b));
    let name = word & !(u64::MAX << (8 * length as u32).min(63));
    (ends && length > 0 && name & HIGH == 0).then_some(())?;
    // From `A` on the one sum has its high bit, behind `Z` the other.
    let capitals =
        (name + ONES * u64::from(0x80 - b'A')) & !(name + ONES * u64::from(0x80 - b'Z' - 1)) & HIGH;
    Some((Some(Name::from((name | capitals >> 2).swap_bytes() >> (64 - 8 * length))), length))
}

/// A packed name's bytes as text.
pub(crate) fn name_of(bytes: &[u8; 16]) -> &str {
    let from = u128::from_be_bytes(*bytes).leading_zeros() as usize / 8;
    std::str::from_utf8(bytes.get(from..).unwrap_or_default()).unwrap_or_default()
}

/// A name known when the program is compiled.
pub(crate) const fn name(text: &str) -> Name {
    let (bytes, mut packed, mut at) = (text.as_bytes(), 0, 0);
    while at < bytes.len() {
        packed = packed << 8 | bytes[at] as Name;
        at += 1;
    }
    packed
}

/// The names of each class, apart by blanks; any other name is ordinary.
const CLASSES: [(Class, &str); 25] = [
    (Class::Root, "html head body"),
    (
        Class::Void,
        "area base basefont bgsound br embed img image input keygen link meta param source track \
         wbr",
    ),
    (Class::Rule, "hr"),
    (Class::Raw, "script style title textarea noscript iframe noembed noframes"),
    (
        Class::Block,
        "address article aside blockquote center details dir div dl fieldset figcaption figure \
         footer header hgroup",
    ),
    (Class::Block, "listing main menu nav ol pre section summary ul"),
    (Class::P, "p"),
    (Class::Heading, "h1 h2 h3 h4 h5 h6"),
    (Class::Li, "li"),
    (Class::Term, "dd dt"),
    (Class::Form, "form"),
    (Class::Button, "button"),
    (Class::Select, "select"),
    (Class::Choice, "option optgroup"),
    (Class::Formatting, "a b big code em font i nobr s small strike strong tt u"),
    (Class::Walled, "applet marquee object"),
    (Class::Table, "table"),
    (Class::Cell, "td th"),
    (Class::Caption, "caption"),
    (Class::Row, "tr"),
    (Class::Body, "tbody thead tfoot"),
    (Class::Columns, "colgroup"),
    (Class::Column, "col"),
    (Class::Foreign, "svg math"),
    (
        Class::Strange,
        "dialog search xmp plaintext frameset frame template rb rp rt rtc isindex selectedcontent",
    ),
];

/// Places of the table of names, of which most stay free.
const SLOTS: usize = 512;

/// Names with their classes, each at its slot or in the next free one behind it; 0 is no name.
static TABLE: [(Name, Class); SLOTS] = table();

const fn slot(packed: Name) -> usize {
    let folded = packed as u64 ^ (packed >> 64) as u64;
    (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 55) as usize
}

const fn table() -> [(Name, Class); SLOTS] {
    let mut table = [(0, Class::Ordinary); SLOTS];
    let mut n = 0;
    while n < CLASSES.len() {
        let (class, names) = CLASSES[n];
        let (names, mut at, mut packed): (_, _, Name) = (names.as_bytes(), 0, 0);
        while at <= names.len() {
            if at < names.len() && names[at] != b' ' {
                packed = packed << 8 | names[at] as Name;
            } else {
                let mut free = slot(packed);
                while table[free].0 != 0 {
                    free = (free + 1) % SLOTS;
                }
                table[free] = (packed, class);
                packed = 0;
            }
            at += 1;
        }
        n += 1;
    }
    table
}

/// What an element is to the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// `html`, `head`, `body`.
    Root,
    /// Without content.
    Void,
    /// A void element that ends a paragraph.
    Rule,
    /// Its content is text up to its end tag.
    Raw,
    /// Ends a paragraph, ends by its own name.
    Block,
    P,
    Heading,
    Li,
    /// `dd`, `dt`.
    Term,
    Form,
    Button,
    Select,
    /// `option`, `optgroup`.
    Choice,
    Formatting,
    /// `applet`, `marquee`, `object`: a wall for formatting.
    Walled,
    Table,
    /// `td`, `th`.
    Cell,
    Caption,
    Row,
    /// `tbody`, `thead`, `tfoot`.
    Body,
    Columns,
    Column,
    /// `svg`, `math`.
    Foreign,
    /// Anything that the parser has no rule for.
    Ordinary,
    /// What the scanner does not follow.
    Strange,
}

impl Class {
    /// What a name is.
    pub fn of(packed: Name) -> Class {
        let mut at = slot(packed);
        while let Some((name, class)) = TABLE.get(at).filter(|(name, _)| *name != 0) {
            if *name == packed {
                return *class;
            }
            at = (at + 1) % SLOTS;
        }
        Class::Ordinary
    }

    /// Whether the standard calls it special: no end tag of an ordinary element reaches past it.
    pub fn is_special(self) -> bool {
        !matches!(self, Class::Formatting | Class::Ordinary | Class::Choice | Class::Foreign)
    }
    /// Whether no search for an open element goes past it.
    pub fn is_wall(self) -> bool {
        matches!(self, Class::Walled | Class::Caption | Class::Table | Class::Cell | Class::Select)
    }
    /// Whether formatting outside of it has no effect inside, and the other way round.
    pub fn is_marker(self) -> bool {
        matches!(self, Class::Walled | Class::Caption | Class::Cell)
    }
    /// Whether it may hold nothing but parts of a table.
    pub fn is_grid(self) -> bool {
        matches!(self, Class::Table | Class::Body | Class::Row | Class::Columns)
    }
    /// Whether it is a part of a table.
    pub fn is_part(self) -> bool {
        matches!(
            self,
            Class::Cell
                | Class::Caption
                | Class::Row
                | Class::Body
                | Class::Columns
                | Class::Column
        )
    }
}
