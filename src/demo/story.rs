//! One article as the portal keeps it.

use jiff::Timestamp;

/// An article's content and standing.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Its item id.
    pub number: u32,
    /// The section it was written for.
    pub section: usize,
    /// The readable part of its address.
    pub slug: String,
    /// The title.
    pub title: String,
    /// The lead.
    pub lead: Option<String>,
    /// The body in order.
    pub body: Vec<Piece>,
    /// Who signs it.
    pub author: Option<Author>,
    /// When it was published, and which written form shows it.
    pub date: Option<Stamp>,
    /// Documents to load down.
    pub files: Vec<Paper>,
    /// When it was last changed, whole seconds.
    pub changed: Timestamp,
    /// Counts changes.
    pub revision: u32,
    /// How it was withdrawn, if it was.
    pub withdrawn: Option<Withdrawal>,
}

/// A step of the body.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// A paragraph.
    Paragraph(String),
    /// A paragraph that ends with the end mark, and another one glued to it.
    Glued(String, String),
    /// A heading.
    Heading(String),
    /// A quotation.
    Quote(String),
    /// A list, numbered or not.
    List(bool, Vec<String>),
    /// A table; the first row has headings.
    Table(Vec<Vec<String>>),
    /// A picture: path, caption.
    Picture(String, Option<String>),
}

/// A date of publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The instant; of a day, its start in the portal's zone.
    pub at: Timestamp,
    /// Whether hour and minute are shown.
    pub minute: bool,
    /// Which written form.
    pub form: usize,
}

/// An attached document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its path.
    pub path: String,
    /// Its title.
    pub title: String,
}

/// Who signs an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name alone.
    pub name: String,
    /// How it is written.
    pub form: AuthorForm,
}

/// How an author is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorForm {
    /// The name alone as the last line.
    Plain,
    /// With a word for author.
    Labelled,
    /// With a word for source.
    Source,
}

/// How a withdrawn article's address answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// 404.
    NotFound,
    /// 410.
    Gone,
    /// 200 with a page that says so.
    Soft,
}

impl Story {
    /// The texts of the body in order: paragraphs, items, rows with tabs between cells.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for piece in &self.body {
            match piece {
                Piece::Paragraph(text) | Piece::Heading(text) | Piece::Quote(text) => {
                    lines.push(text.clone())
                }
                Piece::Glued(first, second) => lines.extend([first.clone(), second.clone()]),
                Piece::List(_, items) => lines.extend(items.iter().cloned()),
                Piece::Table(rows) => lines.extend(rows.iter().map(|row| row.join("\t"))),
                Piece::Picture(..) => {}
            }
        }
        lines
    }
    /// The captions in order.
    pub fn captions(&self) -> Vec<String> {
        self.body
            .iter()
            .filter_map(
                |piece| if let Piece::Picture(_, caption) = piece { caption.clone() } else { None },
            )
            .collect()
    }
    /// The paths of the pictures in order.
    pub fn pictures(&self) -> Vec<&str> {
        self.body
            .iter()
            .filter_map(|piece| {
                if let Piece::Picture(path, _) = piece { Some(path.as_str()) } else { None }
            })
            .collect()
    }
}
