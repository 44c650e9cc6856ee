//! A block as lines in reading order: text, the element and emphasis behind it, pictures and tables
//! between.

use super::embedded::Special;
use super::inline::Inline;
use crate::domain::draft::{Cell, Embedded, Numbers};
use crate::domain::run::GONE;
use crate::extract::html::dom::Node;
use crate::extract::html::visible::Hidden;

/// Lines of one block that are read; genuine articles stay under a tenth.
pub(crate) const MOST: usize = 20_000;

/// What a line is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Running text.
    Paragraph,
    /// A heading of this level.
    Heading(u8),
    /// A list item: whether numbered, and how deep.
    Item(bool, u8),
    /// A quotation.
    Quote,
    /// Text whose line breaks count.
    Preformatted,
    /// A caption by its element.
    Caption,
    /// A data table.
    Table(Vec<Vec<Cell>>),
    /// A picture: address and alternative text.
    Picture(String, String),
    /// What is played or shown in a frame.
    Embedded(Embedded),
}

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// What it is.
    pub kind: Kind,
    /// Its text with markup; of a table, that of all cells; empty for pictures and frames.
    pub inline: Inline,
    /// Its text.
    pub text: String,
    /// The block element that it stands in, by its index in `Lines::containers`.
    pub container: usize,
    /// Set to the right.
    pub right: bool,
    /// Set in the middle.
    pub centered: bool,
    /// It follows the line before after a single line break.
    pub soft: bool,
    /// It acts on the page.
    pub action: bool,
    /// How the list counts that it is an item of.
    pub numbers: Numbers,
}

/// A block element that holds lines.
#[derive(Clone, Debug)]
pub(crate) struct Container<'a> {
    /// The one around it; the root is its own.
    pub parent: usize,
    /// Element name and class: what elements of one kind share.
    pub look: (&'a str, &'a str),
    /// Tells it from every other.
    pub key: usize,
}

/// The lines of a block.
#[derive(Clone, Debug)]
pub(crate) struct Lines<'a> {
    /// In reading order.
    pub lines: Vec<Line>,
    /// The elements that hold them; the first is the root.
    pub containers: Vec<Container<'a>>,
}

/// What a reader of lines must be told.
#[derive(Clone, Copy)]
pub(crate) struct LineOptions<'s> {
    /// What nobody sees.
    pub hidden: &'s Hidden,
    /// Nodes that are read although their markup hides them, by key; sorted.
    pub shown: &'s [usize],
    /// Nodes that are left out, by key; sorted.
    pub leave: &'s [usize],
    /// Whether every table is layout.
    pub layout: bool,
    /// Whether lines become fields, which have no looks: what no longer holds is left out.
    pub fields: bool,
    /// A picture's address, or `None` if it is no content.
    pub picture: &'s dyn Fn(Node<'_>) -> Option<String>,
    /// The marks of a quotation: the opening one, the closing one.
    pub quotes: &'s [String],
    /// What an element stands for that may stand for something else.
    pub special: &'s dyn Fn(Node<'_>) -> Option<Special>,
}

impl Line {
    /// A line of plain text.
    pub fn plain(text: &str) -> Self {
        let inline = Inline::plain(text);
        Self {
            kind: Kind::Paragraph,
            text: inline.text(),
            inline,
            container: 0,
            right: false,
            centered: false,
            soft: false,
            action: false,
            numbers: Numbers::default(),
        }
    }

    /// Its text as something else; the container stays.
    pub fn with(&self, inline: Inline) -> Self {
        Self { text: inline.text(), inline, ..self.clone() }
    }

    /// Its text without what is struck out, for a field.
    pub fn valid(&self) -> String {
        if self.inline.runs.iter().all(|run| run.style & GONE == 0) {
            return self.text.clone();
        }
        let held = self.inline.runs.iter().filter(|run| run.style & GONE == 0);
        let mut inline = Inline { runs: held.cloned().collect() };
        inline.settle();
        inline.text()
    }

    /// Whether it is text: no picture, no table and nothing in a frame.
    pub fn is_text(&self) -> bool {
        !matches!(self.kind, Kind::Picture(..) | Kind::Table(_) | Kind::Embedded(_))
    }

    /// Letters, digits and signs of its text.
    pub fn letters(&self) -> usize {
        self.text.chars().count()
    }
}

impl<'a> Lines<'a> {
    /// Lines of plain text, each a paragraph.
    pub fn plain<'t>(lines: impl IntoIterator<Item = &'t str>) -> Self {
        let lines =
            lines.into_iter().take(MOST).map(Line::plain).filter(|l| !l.text.is_empty()).collect();
        Self { lines, containers: vec![Container { parent: 0, look: Default::default(), key: 0 }] }
    }

    /// Whether `container` is `inside` or stands in it.
    pub fn stands_in(&self, mut container: usize, inside: usize) -> bool {
        while container > inside {
            container = self.containers[container].parent;
        }
        container == inside
    }
}
