//! A portal profile as data: which block plays which role, and how a role's content becomes fields.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dates::DateForms;
use super::lists::{ListRules, RoleRule};
use super::origins::Origins;
use crate::domain::role::Role;

/// `config/portals/NAME.toml`, with what the layers below it say: its engines, its languages, the
/// web at large.
///
/// *Words* are compared case apart, in NFC, as whole words. *Patterns* are regular expressions
/// without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileRules {
    /// The file's name; filled in by the loader.
    #[serde(skip)]
    pub name: String,
    /// Counts the changes of the profile; every record names it.
    pub version: u32,
    /// Of a profile of a site that has rules of its own: their digest, by which records tell a
    /// change of them.
    #[serde(skip)]
    pub own: Option<u32>,
    /// For pages that say their language, by its tag: the profile with the words of that one
    /// alone. Empty: all pages are read with the same words.
    #[serde(skip)]
    pub in_language: BTreeMap<String, ProfileRules>,
    /// For pages of an engine, by its name, if the profile reads those of any: where its pages
    /// have their fields.
    #[serde(skip)]
    pub on_engine: BTreeMap<String, EnginePage>,
    /// Which layers said what its lists hold.
    #[serde(skip)]
    pub origins: Origins,
    /// What people call it.
    pub title: String,
    /// A profile for an engine at large: `auto` tries it only if no other fits.
    pub general: bool,
    /// Engines whose pages it reads; none: any, and text captures too.
    pub engines: Vec<String>,
    /// The portals' language (BCP 47), for pages that do not say theirs.
    pub language: Option<String>,
    /// The portals' zone (IANA name), for sites that do not say theirs.
    pub timezone: Option<String>,
    /// Whether blocks of its own show where an article is, or the page as a whole; without it
    /// the page does if `page` says where.
    pub reading: Option<ReadBy>,
    /// Which block names play which role; the first rule that fits wins.
    pub roles: Vec<RoleRule>,
    /// The roles without which a page is no article.
    pub needs: Vec<Role>,
    /// Patterns whose first group in an address is the item's id; the engine's are tried after
    /// them.
    pub items: Vec<String>,
    /// Where title, date and body stand on pages that have no blocks for them.
    pub page: Option<PageRules>,
    /// How dates are written.
    pub dates: DateForms,
    /// Which dates are no date of publication.
    pub edited: Edited,
    /// What readers' tools and counters say; it is no content.
    pub tools: Tools,
    /// What stands before a field to name it.
    pub labels: Labels,
    /// How authors are named.
    pub authors: Authors,
    /// Where a body ends, and what in it is none.
    pub body: Body,
    /// What a caption looks like.
    pub captions: Captions,
    /// How attached documents are given.
    pub attachments: Attachments,
    /// Which pictures count, and where their addresses stand.
    pub images: Images,
    /// What is played or shown in frames.
    pub players: Players,
    /// How pages protect mail addresses.
    pub mails: Mails,
    /// How a text capture of a page is divided.
    pub capture: TextCapture,
    /// How lists are read.
    pub lists: ListRules,
}

/// What shows where an article is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReadBy {
    /// Blocks of its own, by their names.
    Blocks,
    /// The page as a whole.
    Page,
}

/// Where the pages of one engine have their fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnginePage {
    /// The engine's places laid over those of the profile: of these only what the engine names.
    pub page: PageRules,
    /// Which layers said what its lists hold.
    pub origins: Origins,
}

/// A page without blocks for title and body: selectors into the whole page, each list in order of
/// preference.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PageRules {
    /// Elements that hold the title.
    pub titles: Vec<String>,
    /// Elements that hold the lead.
    pub leads: Vec<String>,
    /// Elements that hold the date.
    pub dates: Vec<String>,
    /// Elements that hold the date of an edit.
    pub edited: Vec<String>,
    /// Elements that hold authors.
    pub authors: Vec<String>,
    /// Elements that hold the body; failing these, the element with the most running text.
    pub bodies: Vec<String>,
    /// Elements that are never part of an article, such as menus and share bars; in blocks of its
    /// own too.
    pub leave: Vec<String>,
    /// Words and phrases of classes and ids, such as `related`, `read-more`, or `share*` for any
    /// word that begins so: an element that is called so is left out unless it holds much of the
    /// page's text.
    pub unlikely: Vec<String>,
    /// Words and phrases of the class of an element that speaks of a picture.
    pub captions: Vec<String>,
    /// Patterns of block names, `*` for any run of characters: a page with two such blocks belongs
    /// to a portal that needs a profile of its own, and is left alone.
    pub strangers: Vec<String>,
    /// Patterns of names of blocks that are not the engine's own, nor in `roles`: where the body is
    /// one and the block before it another, with title or date in it, the page belongs to such a
    /// portal too.
    pub vendors: Vec<String>,
    /// Names of `meta` elements with the title.
    pub title_meta: Vec<String>,
    /// Names of `meta` elements with the date of publication.
    pub date_meta: Vec<String>,
    /// Names of `meta` elements with an author.
    pub author_meta: Vec<String>,
    /// Names of `meta` elements with the lead.
    pub lead_meta: Vec<String>,
    /// Names of `meta` elements with the site's name.
    pub site_meta: Vec<String>,
    /// What divides a title from the names of site and section that stand with it.
    pub title_divides: Vec<String>,
    /// Types of JSON-LD (schema.org) that are articles, in order of preference.
    pub works: Vec<String>,
    /// Types of JSON-LD that tell of a page, whatever it is; after works, in order of preference.
    pub pages: Vec<String>,
    /// Types of JSON-LD that a page has which is a list of others.
    pub collections: Vec<String>,
    /// Types of JSON-LD whose name is the site's or its publisher's.
    pub publishers: Vec<String>,
    /// Letters of running text that an article has at least.
    pub least: usize,
}

impl PageRules {
    /// These places, and what they do not name as `below` has it.
    pub fn over(&self, below: &Self) -> Self {
        let list = |own: &Vec<String>, below: &Vec<String>| {
            if own.is_empty() { below.clone() } else { own.clone() }
        };
        Self {
            titles: list(&self.titles, &below.titles),
            leads: list(&self.leads, &below.leads),
            dates: list(&self.dates, &below.dates),
            edited: list(&self.edited, &below.edited),
            authors: list(&self.authors, &below.authors),
            bodies: list(&self.bodies, &below.bodies),
            leave: list(&self.leave, &below.leave),
            unlikely: list(&self.unlikely, &below.unlikely),
            captions: list(&self.captions, &below.captions),
            strangers: list(&self.strangers, &below.strangers),
            vendors: list(&self.vendors, &below.vendors),
            title_meta: list(&self.title_meta, &below.title_meta),
            date_meta: list(&self.date_meta, &below.date_meta),
            author_meta: list(&self.author_meta, &below.author_meta),
            lead_meta: list(&self.lead_meta, &below.lead_meta),
            site_meta: list(&self.site_meta, &below.site_meta),
            title_divides: list(&self.title_divides, &below.title_divides),
            works: list(&self.works, &below.works),
            pages: list(&self.pages, &below.pages),
            collections: list(&self.collections, &below.collections),
            publishers: list(&self.publishers, &below.publishers),
            least: if self.least == 0 { below.least } else { self.least },
        }
    }
}

/// Dates that are none of publication.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Edited {
    /// Words before a date that tell of an edit, such as `Cập nhật`.
    pub labels: Vec<String>,
    /// Whether such a date counts where the page has no other.
    pub counts: bool,
}

/// What stands on a page for its readers' use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tools {
    /// Words of tools, such as `Tăng cỡ chữ`: cut out of toolbars wherever they stand, left out of
    /// bodies as whole lines.
    pub words: Vec<String>,
    /// Patterns of counters, such as `Lượt xem:? *\d+`: cut out of toolbars wherever they stand,
    /// left out of bodies as whole lines.
    pub counters: Vec<String>,
}

/// Words before a field that name it. A colon may follow; the value stands behind it or on the next
/// line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Labels {
    /// Before the title.
    pub title: Vec<String>,
    /// Before the lead.
    pub lead: Vec<String>,
    /// Before the date.
    pub date: Vec<String>,
    /// Before the body.
    pub body: Vec<String>,
    /// Before something that is no field, such as a section's name; the line is left out.
    pub none: Vec<String>,
}

/// How authors are named.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Authors {
    /// Words before an author, such as `Tác giả`.
    pub labels: Vec<String>,
    /// Words that open a line of authors without a colon, such as `By`; beside the title of a page
    /// at large.
    pub bylines: Vec<String>,
    /// What is no name where one may stand, such as `Follow`.
    pub none: Vec<String>,
    /// Words before a source, such as `Nguồn`; it counts as author where there is no other.
    pub sources: Vec<String>,
    /// What divides two names, such as `,`.
    pub divide: Vec<String>,
    /// Words in lower case that may stand inside a name.
    pub particles: Vec<String>,
    /// Words that a signed name has at most; 0: no signature is looked for.
    pub words: usize,
    /// Letters that it has at most.
    pub letters: usize,
}

/// What ends a body, and what in it is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Body {
    /// Marks that end a text, such as `./.`: what follows on the line is a paragraph of its own.
    pub end_marks: Vec<String>,
    /// Headings of lists of other articles: the list is left out.
    pub related: Vec<String>,
    /// Whether a closing list of nothing but links is left out without such a heading.
    pub closing_links: bool,
    /// Whether a first paragraph in an element of its own kind is the lead, where no other is.
    pub leads: bool,
    /// Patterns of whole lines that are left out, such as rating and comment forms.
    pub leave: Vec<String>,
    /// Patterns of messages that stand in place of an article.
    pub messages: Vec<String>,
    /// The marks round a quotation in a line: the opening one, then the closing one.
    pub quotes: Vec<String>,
}

/// What a caption looks like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Captions {
    /// Letters that it has at most.
    pub letters: usize,
    /// Patterns that show a caption whatever its punctuation, such as `Ảnh: .+$`.
    pub patterns: Vec<String>,
}

/// How attached documents are given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Attachments {
    /// Headings of a box of attachments; the box is no part of the body.
    pub labels: Vec<String>,
    /// Endings of documents' names, without the dot.
    pub endings: Vec<String>,
    /// Patterns of script calls in `href` or `onclick` that bring a document: the group `url` is
    /// its address, `title` its name.
    pub scripts: Vec<String>,
    /// Patterns of notes beside a document's name, such as its size; no part of the title.
    pub notes: Vec<String>,
    /// Whether a closing list of nothing but documents is left out of the body without such a
    /// heading.
    pub closing_box: bool,
}

/// Which pictures count, and where their addresses stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Images {
    /// Attributes that hold the address of a picture that loads late; they go before `src`.
    pub lazy: Vec<String>,
    /// Patterns of addresses of pictures that are no content: spacers, icons.
    pub leave: Vec<String>,
    /// Width or height below which a picture is no content.
    pub least: u32,
}

/// What is played or shown in frames: it becomes a link.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Players {
    /// Patterns of addresses of frames that are no content: buttons, counters, advertisements.
    pub leave: Vec<String>,
    /// Patterns of addresses of films.
    pub films: Vec<String>,
    /// Patterns of addresses of sound.
    pub sounds: Vec<String>,
    /// Patterns of addresses of maps.
    pub maps: Vec<String>,
    /// Names of the parameters of an `object` that hold an address.
    pub params: Vec<String>,
    /// What such a thing is called that has no title, before the name of its host, by the page's
    /// language.
    pub words: BTreeMap<String, PlayerWords>,
}

/// What people of a language call what is played or shown in frames.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PlayerWords {
    /// A film.
    pub film: String,
    /// Sound.
    pub sound: String,
    /// A map.
    pub map: String,
    /// A document.
    pub document: String,
}

/// How pages protect mail addresses from those who gather them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mails {
    /// Attributes that hold an address in hexadecimal bytes, each but the first one combined with
    /// that by exclusive or.
    pub keyed: Vec<String>,
    /// Starts of links that hold one in the same way behind `#`.
    pub keyed_links: Vec<String>,
    /// Pairs of attributes that hold what stands before and behind `@`, in base 64, as
    /// `first last`.
    pub halves: Vec<String>,
    /// What stands in the text in place of an address.
    pub stand_ins: Vec<String>,
}

/// How a text capture is divided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TextCapture {
    /// Patterns of whole lines that are a block's name whatever its role; the names of `roles`
    /// count by themselves.
    pub names: Vec<String>,
}
