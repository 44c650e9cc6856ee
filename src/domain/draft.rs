//! A draft: what an article page says, field by field, unclean, each field with where it came from.

use std::borrow::Cow;
use std::sync::Arc;

use super::role::Role;

/// What the page says of its article; addresses are as written, `base` resolves them.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The profile that read it.
    pub portal: String,
    /// The engine of the page; empty for a text capture.
    pub engine: String,
    /// The title; `None` if the page has none.
    pub title: Option<String>,
    /// The lead.
    pub lead: Option<String>,
    /// The date of publication as written.
    pub published: Option<Written>,
    /// Authors, one name each.
    pub authors: Vec<String>,
    /// The body in reading order.
    pub body: Vec<Part>,
    /// Attached documents: address and title as written.
    pub attachments: Vec<(String, String)>,
    /// The page's picture outside the body (`og:image` or a toolbar's), as written.
    pub image: Option<String>,
    /// `rel=canonical` (or the profile's word for it), absolute.
    pub canonical: Option<String>,
    /// The item id that the engine's or profile's pattern finds in the address.
    pub item: Option<String>,
    /// The table by which old letters of the page were converted.
    pub letters: Option<String>,
    /// The page's language (BCP 47), else the profile's.
    pub language: Option<String>,
    /// The profile's zone (IANA name), for a site without its own.
    pub timezone: Option<String>,
    /// What relative addresses are resolved against: `base`, else the page's address, else og:url
    /// or canonical.
    pub base: Option<String>,
    /// Every block of the page that has a role, by name.
    pub blocks: Vec<(String, Role)>,
    /// Where each field came from, and what was left out and why.
    pub trace: Vec<Trace>,
}

/// One step of the body. `html` is inline markup as the page wrote it; `text` the same without
/// markup.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A paragraph.
    Paragraph {
        /// Inline markup.
        html: String,
        /// Plain text.
        text: String,
    },
    /// A heading of level 2 to 6.
    Heading {
        /// 2 to 6.
        level: u8,
        /// Inline markup.
        html: String,
        /// Plain text.
        text: String,
    },
    /// A list item; consecutive ones make a list.
    Item {
        /// Numbered.
        ordered: bool,
        /// 0 for an outer list.
        depth: u8,
        /// Inline markup.
        html: String,
        /// Plain text.
        text: String,
    },
    /// A quotation.
    Quote {
        /// Inline markup.
        html: String,
        /// Plain text.
        text: String,
    },
    /// Preformatted text.
    Preformatted {
        /// Plain text, line breaks kept.
        text: String,
    },
    /// A data table.
    Table {
        /// Rows of cells: inline markup and plain text; whether the cell is a heading; columns and
        /// rows spanned.
        rows: Vec<Vec<Cell>>,
    },
    /// A picture with its caption.
    Figure {
        /// The picture's address as written, lazy forms resolved; empty for a caption without a
        /// picture (text captures).
        src: String,
        /// Its alternative text.
        alt: String,
        /// The caption's plain text.
        caption: Option<String>,
    },
}

/// One cell of a data table.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Inline markup; paragraphs inside are divided by `<br>`.
    pub html: String,
    /// Plain text on one line.
    pub text: String,
    /// A heading cell.
    pub heading: bool,
    /// Columns spanned, at least 1.
    pub columns: u16,
    /// Rows spanned, at least 1.
    pub rows: u16,
}

/// A date as a page writes it: civil, with what it says of time and zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Year, month, day: a real day of the calendar.
    pub date: (i16, i8, i8),
    /// Hour and minute, if given.
    pub time: Option<(i8, i8)>,
    /// Seconds east of UTC, if given.
    pub offset_s: Option<i32>,
}

/// Where a field came from, or what was left out: the lines of `bantin explain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The field (`title`, `published` …), or `left out`.
    pub field: &'static str,
    /// The block's name.
    pub block: Arc<str>,
    /// The rule that took it, such as `date.pattern 2` or `signature line`; for what was left out,
    /// why.
    pub rule: Cow<'static, str>,
    /// The text that was taken, cut to 200 characters.
    pub text: String,
}
