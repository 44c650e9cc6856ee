//! A draft: what an article page says, field by field, unclean, each field with where it came from.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::page_memory::Lesson;
use super::role::Role;
use super::run::{self, Run};

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
    /// Whether the page runs from right to left.
    pub leftward: bool,
    /// Every block of the page that has a role, by name.
    pub blocks: Vec<(String, Role)>,
    /// What the page brings to what is known of its site's pages.
    pub lesson: Lesson,
    /// Where each field came from, and what was left out and why; empty unless it is asked for.
    pub trace: Vec<Trace>,
}

/// One step of the body, its text in runs as the page looks.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A paragraph.
    Paragraph {
        /// Its text.
        runs: Vec<Run>,
    },
    /// A heading of level 2 to 6.
    Heading {
        /// 2 to 6.
        level: u8,
        /// Its text.
        runs: Vec<Run>,
    },
    /// A list item; consecutive ones make a list.
    Item {
        /// Numbered.
        ordered: bool,
        /// 0 for an outer list.
        depth: u8,
        /// How it is counted.
        numbers: Numbers,
        /// Its text.
        runs: Vec<Run>,
    },
    /// A quotation.
    Quote {
        /// Its text.
        runs: Vec<Run>,
    },
    /// Preformatted text.
    Preformatted {
        /// Plain text, line breaks kept.
        text: String,
    },
    /// A data table.
    Table {
        /// Rows of cells.
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
    /// What the page shows in a frame or plays: a film, a map, a document.
    Embedded(Embedded),
}

/// What a page shows in a frame or plays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Embedded {
    /// Its address as written.
    pub to: String,
    /// What to call it; empty where the page says nothing.
    pub title: String,
    /// What it is.
    pub kind: Shown,
    /// Of a document or a file that plays, which are attached too: its media type where the page
    /// says one, else nothing.
    pub file: Option<String>,
}

/// What something is that is played or shown in a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// A film.
    Film,
    /// Sound.
    Sound,
    /// A map.
    Map,
    /// A document.
    Document,
    /// Any other page.
    #[default]
    Page,
}

/// How the items of a numbered list are counted, where the page says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// The number of the first item of the list.
    pub start: Option<i32>,
    /// Whether the list counts down.
    pub reversed: bool,
    /// What it counts by: `a`, `A`, `i` or `I`; numbers else.
    pub kind: Option<char>,
    /// The item's own number.
    pub value: Option<i32>,
}

impl Numbers {
    /// What it says of the list alone.
    pub fn of_list(self) -> Self {
        Self { value: None, ..self }
    }
}

impl Part {
    /// Its running text on one line; of preformatted text its lines, of tables and pictures none.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Part::Paragraph { runs }
            | Part::Heading { runs, .. }
            | Part::Item { runs, .. }
            | Part::Quote { runs } => Some(run::text(runs)),
            Part::Preformatted { text } => Some(Cow::Borrowed(text)),
            Part::Embedded(embedded) => Some(Cow::Borrowed(&embedded.title)),
            Part::Table { .. } | Part::Figure { .. } => None,
        }
    }
}

/// One cell of a data table.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Its text; lines inside are divided by line breaks.
    pub runs: Vec<Run>,
    /// A heading cell.
    pub heading: bool,
    /// Columns spanned, at least 1.
    pub columns: u16,
    /// Rows spanned, at least 1.
    pub rows: u16,
}

impl Cell {
    /// Its text on one line.
    pub fn text(&self) -> Cow<'_, str> {
        run::text(&self.runs)
    }
}

/// A date as a page writes it: civil, with what it says of time and zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
