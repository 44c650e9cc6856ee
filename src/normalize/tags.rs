//! The elements that a body is written in, and which of them the rules allow.

use crate::domain::HtmlRules;

/// An element of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    P,
    H2,
    H3,
    H4,
    H5,
    H6,
    Pre,
    Blockquote,
    Figure,
    Figcaption,
    Ul,
    Ol,
    Li,
    Table,
    Thead,
    Tbody,
    Tr,
    Th,
    Td,
    Br,
    Strong,
    Em,
    U,
    Ins,
    S,
    Del,
    Sub,
    Sup,
    Ruby,
    Rt,
    Rp,
    A,
    Img,
}

/// Their names, in that order; from `strong` on they stand in lines.
const NAMES: [&str; 33] = [
    "p",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "blockquote",
    "figure",
    "figcaption",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "br",
    "strong",
    "em",
    "u",
    "ins",
    "s",
    "del",
    "sub",
    "sup",
    "ruby",
    "rt",
    "rp",
    "a",
    "img",
];

impl Tag {
    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES.get(self as usize).copied().unwrap_or_default()
    }

    /// Whether blanks beside it show nothing.
    pub fn is_block(self) -> bool {
        (self as usize) < Tag::Strong as usize
    }

    /// Whether an element of this name stands in lines.
    pub fn is_inline(name: &str) -> bool {
        NAMES.iter().skip(Tag::Strong as usize).any(|known| *known == name)
    }

    /// The heading of a level.
    pub fn heading(level: u8) -> Self {
        match level {
            0..=2 => Tag::H2,
            3 => Tag::H3,
            4 => Tag::H4,
            5 => Tag::H5,
            _ => Tag::H6,
        }
    }
}

/// An attribute that is written beside an element's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Href,
    Src,
    Colspan,
    Rowspan,
    /// Behind those of cells, which are twice there.
    Value = 8,
    Start,
    Reversed,
    Type,
}

/// What may be written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Allowed {
    /// Bits of elements that stay.
    tags: u64,
    /// Bits of elements that go with their content.
    dropped: u64,
    /// Bits of elements that keep their direction.
    directed: u64,
    /// Bits of elements that keep their language.
    spoken: u64,
    /// Bits of attributes, for headings of tables those behind the others.
    keys: u32,
}

impl Allowed {
    /// What rules say of it.
    pub fn of(rules: &HtmlRules) -> Self {
        let bits = |list: &[String]| {
            let named = |at: &usize| list.iter().any(|name| name == NAMES[*at]);
            (0..NAMES.len()).filter(named).fold(0, |bits, at| bits | 1 << at)
        };
        let key = |tag: &str, key: &str, bit: u32| {
            let has = rules.attributes.get(tag).is_some_and(|keys| keys.iter().any(|k| k == key));
            u32::from(has) << bit
        };
        let keys = key("a", "href", 0)
            | key("img", "src", 1)
            | key("td", "colspan", 2)
            | key("td", "rowspan", 3)
            | key("th", "colspan", 6)
            | key("th", "rowspan", 7)
            | key("li", "value", 8)
            | key("ol", "start", 9)
            | key("ol", "reversed", 10)
            | key("ol", "type", 11);
        let all = |wanted: &str| {
            let has = |at: &usize| {
                let keys = rules.attributes.get(NAMES[*at]);
                keys.is_some_and(|keys| keys.iter().any(|key| key == wanted))
            };
            (0..NAMES.len()).filter(has).fold(0, |bits, at| bits | 1 << at)
        };
        let tags = bits(&rules.tags);
        let (directed, spoken) = (all("dir"), all("lang"));
        Self { tags, dropped: bits(&rules.drop) & !tags, directed, spoken, keys }
    }

    /// Whether an element keeps its direction.
    pub fn direction(self, tag: Tag) -> bool {
        self.directed & 1 << tag as u64 != 0
    }

    /// Whether an element keeps its language.
    pub fn language(self, tag: Tag) -> bool {
        self.spoken & 1 << tag as u64 != 0
    }

    /// Whether an element stays.
    pub fn tag(self, tag: Tag) -> bool {
        self.tags & 1 << tag as u64 != 0
    }

    /// Whether an element goes with all that it holds.
    pub fn drops(self, tag: Tag) -> bool {
        self.dropped & 1 << tag as u64 != 0
    }

    /// Whether any does.
    pub fn drops_any(self) -> bool {
        self.dropped != 0
    }

    /// Whether an element keeps an attribute.
    pub fn key(self, tag: Tag, key: Key) -> bool {
        let heading = if tag == Tag::Th { 4 } else { 0 };
        self.keys & 1 << (key as u32 + heading) != 0
    }
}
