//! Element names as numbers, and what the tree construction of the HTML standard does with each.

/// An element's name in lower case, packed; names of more than sixteen letters have none.
pub(super) type Name = u128;

/// Packs a name; `None` for one that is too long.
pub(super) fn pack(name: &[u8]) -> Option<Name> {
    if name.len() <= 8 {
        return Some(Name::from(name.iter().fold(0_u64, |packed, b| packed << 8 | u64::from(b.to_ascii_lowercase()))));
    }
    let fits = name.len() <= 16;
    fits.then(|| name.iter().fold(0, |packed, b| packed << 8 | Name::from(b.to_ascii_lowercase())))
}

/// A name known when the program is compiled.
pub(super) const fn name(text: &str) -> Name {
    let (bytes, mut packed, mut at) = (text.as_bytes(), 0, 0);
    while at < bytes.len() {
        packed = packed << 8 | bytes[at] as Name;
        at += 1;
    }
    packed
}

/// What an element is to the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
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
        let bytes = packed.to_be_bytes();
        let from = packed.leading_zeros() as usize / 8;
        match bytes.get(from..).unwrap_or_default() {
            b"html" | b"head" | b"body" => Class::Root,
            b"area" | b"base" | b"basefont" | b"bgsound" | b"br" | b"embed" | b"img" | b"image" | b"input" | b"keygen" | b"link"
            | b"meta" | b"param" | b"source" | b"track" | b"wbr" => Class::Void,
            b"hr" => Class::Rule,
            b"script" | b"style" | b"title" | b"textarea" | b"noscript" | b"iframe" | b"noembed" | b"noframes" => Class::Raw,
            b"address" | b"article" | b"aside" | b"blockquote" | b"center" | b"details" | b"dir" | b"div" | b"dl" | b"fieldset"
            | b"figcaption" | b"figure" | b"footer" | b"header" | b"hgroup" | b"listing" | b"main" | b"menu" | b"nav" | b"ol" | b"pre"
            | b"section" | b"summary" | b"ul" => Class::Block,
            b"p" => Class::P,
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Class::Heading,
            b"li" => Class::Li,
            b"dd" | b"dt" => Class::Term,
            b"form" => Class::Form,
            b"button" => Class::Button,
            b"select" => Class::Select,
            b"option" | b"optgroup" => Class::Choice,
            b"a" | b"b" | b"big" | b"code" | b"em" | b"font" | b"i" | b"nobr" | b"s" | b"small" | b"strike" | b"strong" | b"tt" | b"u" => {
                Class::Formatting
            }
            b"applet" | b"marquee" | b"object" => Class::Walled,
            b"table" => Class::Table,
            b"td" | b"th" => Class::Cell,
            b"caption" => Class::Caption,
            b"tr" => Class::Row,
            b"tbody" | b"thead" | b"tfoot" => Class::Body,
            b"colgroup" => Class::Columns,
            b"col" => Class::Column,
            b"svg" | b"math" => Class::Foreign,
            b"dialog" | b"search" | b"xmp" | b"plaintext" | b"frameset" | b"frame" | b"template" | b"rb" | b"rp" | b"rt" | b"rtc"
            | b"isindex" | b"selectedcontent" => Class::Strange,
            _ => Class::Ordinary,
        }
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
        matches!(self, Class::Cell | Class::Caption | Class::Row | Class::Body | Class::Columns | Class::Column)
    }
}
