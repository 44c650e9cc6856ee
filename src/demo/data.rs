//! The portal's data files, compiled in and read once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::skin::{Chrome, Skin};

type Texts = BTreeMap<String, String>;

/// Everything that the portal is made of.
pub struct Data {
    /// Words and sentence forms.
    pub words: Words,
    /// Name, sections, furniture.
    pub site: Site,
    /// Markup by skin.
    skins: BTreeMap<String, Texts>,
    /// Frames by chrome, shared pieces, pagers.
    parts: Parts,
}

/// The files as text: tests read them again to see their faults.
pub const WORDS: &str = include_str!("data/words.toml");
/// The portal's own names.
pub const SITE: &str = include_str!("data/site.toml");
/// Markup inside blocks.
pub const SKINS: &str = include_str!("data/skins.toml");
/// Markup round blocks, and small pieces.
pub const PARTS: &str = include_str!("data/parts.toml");
/// What browsers show.
pub const STYLE: &str = include_str!("data/portal.css");

/// What articles are composed of.
#[derive(Default, Deserialize)]
pub struct Words {
    /// Lists that slots are filled from.
    pub lists: BTreeMap<String, Vec<String>>,
    /// Sentence forms.
    pub forms: Forms,
    /// Written forms of dates.
    pub dates: Dates,
    /// Written forms of signatures.
    pub signature: Signature,
}

/// Sentence forms by use.
#[derive(Default, Deserialize)]
#[allow(missing_docs)] // each is what its name says
pub struct Forms {
    pub title: Vec<String>,
    pub lead: Vec<String>,
    pub sentence: Vec<String>,
    pub closing: Vec<String>,
    pub after: Vec<String>,
    pub quote: Vec<String>,
    pub heading: Vec<String>,
    pub item: Vec<String>,
    pub caption: Vec<String>,
    pub file: Vec<String>,
    pub columns: Vec<Vec<String>>,
    pub row: Vec<Vec<String>>,
}

/// Written forms of dates and the portal's zone.
#[derive(Default, Deserialize)]
#[allow(missing_docs)]
pub struct Dates {
    pub weekday: Vec<String>,
    pub day: Vec<String>,
    pub minute: Vec<String>,
    pub teaser: String,
    pub clock: String,
    pub zone_s: i32,
    pub zone: String,
    pub language: String,
}

/// Written forms of signatures.
#[derive(Default, Deserialize)]
#[allow(missing_docs)]
pub struct Signature {
    pub plain: String,
    pub labelled: String,
    pub source: String,
}

/// The portal's names and words.
#[derive(Default, Deserialize)]
#[allow(missing_docs)]
pub struct Site {
    pub title: String,
    pub prefix: String,
    pub robots: String,
    pub menu: Vec<String>,
    pub documents: Vec<String>,
    pub links: Vec<String>,
    pub sections: Vec<Section>,
    pub blocks: Texts,
    pub words: Texts,
}

/// One section of the portal.
#[derive(Clone, Default, Deserialize)]
#[allow(missing_docs)]
pub struct Section {
    pub id: String,
    pub title: String,
    pub address: Address,
    pub pager: Pager,
    pub share: usize,
    pub per_page: usize,
}

/// How a section writes its articles' addresses.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Address {
    /// By item id in the query.
    #[default]
    Item,
    /// By a readable path.
    Slug,
}

/// How a section's listing is turned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pager {
    /// Page number in the query.
    Query,
    /// Page number in the path.
    Path,
    /// A form post with view state.
    Postback,
    /// One link with a word, behind it a cursor.
    Word,
    /// No pager.
    #[default]
    None,
}

impl Pager {
    /// The name that the data gives it.
    pub fn name(self) -> &'static str {
        match self {
            Pager::Query => "query",
            Pager::Path => "path",
            Pager::Postback => "postback",
            Pager::Word => "word",
            Pager::None => "none",
        }
    }
}

#[derive(Default, Deserialize)]
struct Parts {
    frames: BTreeMap<String, Texts>,
    pieces: Texts,
    pagers: Texts,
}

static DATA: LazyLock<Data> = LazyLock::new(|| Data {
    words: toml::from_str(WORDS).unwrap_or_default(),
    site: toml::from_str(SITE).unwrap_or_default(),
    skins: toml::from_str(SKINS).unwrap_or_default(),
    parts: toml::from_str(PARTS).unwrap_or_default(),
});

/// The data.
pub fn data() -> &'static Data {
    &DATA
}

/// A word of the portal's furniture; empty if there is none of that name.
pub fn word(name: &str) -> &'static str {
    text(&DATA.site.words, name)
}

/// A small piece of markup.
pub fn piece(name: &str) -> &'static str {
    text(&DATA.parts.pieces, name)
}

/// A piece of a pager.
pub fn pager(name: &str) -> &'static str {
    text(&DATA.parts.pagers, name)
}

/// What a block is called after the prefix.
pub fn block(name: &str) -> &'static str {
    text(&DATA.site.blocks, name)
}

/// A piece of a skin.
pub fn skin(skin: Skin, name: &str) -> &'static str {
    let key = match skin {
        Skin::Tables => "tables",
        Skin::Divs => "divs",
        Skin::Spans => "spans",
        Skin::Dl => "dl",
    };
    DATA.skins.get(key).map_or("", |texts| text(texts, name))
}

/// A piece of a chrome's frame.
pub fn frame(chrome: Chrome, name: &str) -> &'static str {
    let key = match chrome {
        Chrome::SharePoint2007 => "2007",
        Chrome::SharePoint2010 => "2010",
        Chrome::SharePoint2013 => "2013",
    };
    DATA.parts.frames.get(key).map_or("", |texts| text(texts, name))
}

/// A chrome's whole page.
pub fn master(chrome: Chrome) -> &'static str {
    match chrome {
        Chrome::SharePoint2007 => include_str!("data/master-2007.html"),
        Chrome::SharePoint2010 => include_str!("data/master-2010.html"),
        Chrome::SharePoint2013 => include_str!("data/master-2013.html"),
    }
}

fn text(texts: &'static Texts, name: &str) -> &'static str {
    texts.get(name).map_or("", String::as_str)
}
