//! A block as lines in reading order: text, the element and emphasis behind it, pictures and tables between.

use std::rc::Rc;

use super::dom::{Node, Step};
use super::inline::{BOLD, ITALIC, Inline, Run, SUB, SUP, UNDERLINE, leads};
use super::table;
use super::visible::{self, Hidden};
use crate::domain::draft::Cell;

/// Lines of one block that are read; genuine articles stay under a tenth.
const MOST: usize = 20_000;
/// Elements with nothing to read in them.
const CONTROLS: [&str; 15] =
    ["input", "select", "button", "textarea", "object", "embed", "applet", "svg", "math", "canvas", "audio", "video", "map", "datalist", "progress"];

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
}

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// What it is.
    pub kind: Kind,
    /// Its text with markup; empty for pictures and tables.
    pub inline: Inline,
    /// Its text.
    pub text: String,
    /// The block element that it stands in, by its index in `Lines::homes`.
    pub home: usize,
    /// Set to the right.
    pub right: bool,
    /// Set in the middle.
    pub centered: bool,
    /// It follows the line before after a single line break.
    pub soft: bool,
    /// It acts on the page.
    pub action: bool,
}

/// A block element that holds lines.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    /// The one around it; the root is its own.
    pub parent: usize,
    /// Element name and class: what elements of one kind share.
    pub look: (String, String),
    /// Tells it from every other.
    pub key: usize,
}

/// The lines of a block.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// In reading order.
    pub lines: Vec<Line>,
    /// The elements that hold them; the first is the root.
    pub homes: Vec<Home>,
}

/// What a reader of lines must be told.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'s> {
    /// What nobody sees.
    pub hidden: &'s Hidden,
    /// Nodes that are left out, by key; sorted.
    pub leave: &'s [usize],
    /// Whether every table is layout.
    pub layout: bool,
    /// A picture's address, or `None` if it is no content.
    pub picture: &'s dyn Fn(Node<'_>) -> Option<String>,
}

impl Line {
    /// A line of plain text.
    pub fn plain(text: &str) -> Self {
        let inline = Inline::plain(text);
        Self { kind: Kind::Paragraph, text: inline.text(), inline, home: 0, right: false, centered: false, soft: false, action: false }
    }

    /// Its text as something else; the home stays.
    pub fn with(&self, inline: Inline) -> Self {
        Self { text: inline.text(), inline, ..self.clone() }
    }

    /// Whether it is text: neither picture nor table.
    pub fn is_text(&self) -> bool {
        !matches!(self.kind, Kind::Picture(..) | Kind::Table(_))
    }

    /// Letters, digits and signs of its text.
    pub fn letters(&self) -> usize {
        self.text.chars().count()
    }
}

impl Lines {
    /// Lines of plain text, each a paragraph.
    pub fn plain<'t>(lines: impl IntoIterator<Item = &'t str>) -> Self {
        let lines = lines.into_iter().take(MOST).map(Line::plain).filter(|l| !l.text.is_empty()).collect();
        Self { lines, homes: vec![Home { parent: 0, look: Default::default(), key: 0 }] }
    }

    /// The lines of a block.
    pub fn read(node: Node<'_>, sight: Sight<'_>) -> Self {
        let mut writer = Writer::new(node, sight);
        node.walk(|n, step| match step {
            Step::Enter => writer.enter(n),
            Step::Leave => {
                writer.leave(n);
                true
            }
        });
        writer.flush();
        Self { lines: writer.lines, homes: writer.homes }
    }

    /// Whether `home` is `inside` or stands in it.
    pub fn stands_in(&self, mut home: usize, inside: usize) -> bool {
        while home > inside {
            home = self.homes[home].parent;
        }
        home == inside
    }
}

/// An element that is open around the text being read.
struct Frame {
    key: usize,
    home: usize,
    kind: Kind,
    item: usize,
    depth: u8,
    ordered: bool,
    right: bool,
    centered: bool,
    action: bool,
}

/// An inline element that is open.
struct Open {
    key: usize,
    style: u8,
    link: Option<Rc<str>>,
    action: bool,
}

struct Writer<'s> {
    sight: Sight<'s>,
    root: usize,
    homes: Vec<Home>,
    frames: Vec<Frame>,
    open: Vec<Open>,
    inline: Inline,
    waiting: Vec<(String, String)>,
    soft: bool,
    last_item: usize,
    lines: Vec<Line>,
}

impl<'s> Writer<'s> {
    fn new(root: Node<'_>, sight: Sight<'s>) -> Self {
        let frame = Frame { key: 0, home: 0, kind: Kind::Paragraph, item: 0, depth: 0, ordered: false, right: false, centered: false, action: false };
        Self {
            sight,
            root: root.key(),
            homes: vec![home(root, 0)],
            frames: vec![frame],
            open: Vec::new(),
            inline: Inline::default(),
            waiting: Vec::new(),
            soft: false,
            last_item: 0,
            lines: Vec::new(),
        }
    }

    fn enter(&mut self, node: Node<'_>) -> bool {
        if let Some(text) = node.text() {
            self.text(text);
            return false;
        }
        let Some(name) = node.name() else { return node.key() == self.root };
        if node.key() != self.root && (self.sight.hidden.hides(node) || self.sight.leave.binary_search(&node.key()).is_ok()) {
            return false;
        }
        match name {
            _ if CONTROLS.contains(&name) || self.lines.len() >= MOST => return false,
            "br" => self.line_break(),
            "hr" => self.end_line(),
            "img" => self.picture(node),
            "table" if !self.sight.layout => {
                self.end_line();
                if let Some(rows) = table::data(node, self.sight) {
                    self.put(Kind::Table(rows), Inline::default());
                    table::pictures(node, self.sight).into_iter().for_each(|(src, alt)| self.put(Kind::Picture(src, alt), Inline::default()));
                    return false;
                }
                self.open_block(node, name);
            }
            "pre" => {
                self.end_line();
                self.preformatted(node);
                return false;
            }
            _ if visible::breaks(name) || matches!(name, "td" | "th") => self.open_block(node, name),
            _ => self.open_inline(node, name),
        }
        true
    }

    fn leave(&mut self, node: Node<'_>) {
        if self.frames.len() > 1 && self.frames.last().is_some_and(|f| f.key == node.key()) {
            self.end_line();
            self.frames.pop();
        } else if self.open.last().is_some_and(|o| o.key == node.key()) {
            self.open.pop();
        }
    }

    fn open_block(&mut self, node: Node<'_>, name: &str) {
        self.end_line();
        let Some(outer) = self.frames.last() else { return };
        let list = matches!(name, "ul" | "ol" | "menu" | "dir");
        let item = if name == "li" { node.key() } else { outer.item };
        let kind = match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Kind::Heading(name.as_bytes()[1] - b'0'),
            "li" => Kind::Item(outer.ordered, outer.depth.saturating_sub(1)),
            "blockquote" => Kind::Quote,
            "figcaption" | "caption" => Kind::Caption,
            "td" | "th" => Kind::Paragraph,
            _ => outer.kind.clone(),
        };
        let align = alignment(node, name);
        let frame = Frame {
            key: node.key(),
            home: self.homes.len(),
            kind,
            item,
            depth: outer.depth.saturating_add(u8::from(list)),
            ordered: if list { name == "ol" } else { outer.ordered },
            right: align.map_or(outer.right, |a| a == Align::Right),
            centered: align.map_or(outer.centered, |a| a == Align::Center),
            action: outer.action || node.attr("onclick").is_some(),
        };
        let parent = outer.home;
        self.homes.push(home(node, parent));
        self.frames.push(frame);
    }

    fn open_inline(&mut self, node: Node<'_>, name: &str) {
        let outer = self.open.last();
        let href = if name == "a" { node.attr("href") } else { None };
        let acts = node.attr("onclick").is_some() || href.is_some_and(|h| !leads(h));
        // A link whose script brings a document is known by the call.
        let link = match (href, node.attr("onclick")) {
            (Some(href), Some(call)) if !leads(href) && !href.trim_start().to_ascii_lowercase().starts_with("javascript:") => Some(Rc::from(call)),
            (Some(href), _) => Some(Rc::from(href.trim())),
            (None, _) => outer.and_then(|o| o.link.clone()),
        };
        let style = outer.map_or(0, |o| o.style) | style(node, name);
        let action = acts || outer.is_some_and(|o| o.action);
        self.open.push(Open { key: node.key(), style, link, action });
    }

    fn text(&mut self, text: &str) {
        let Some(frame) = self.frames.last() else { return };
        let open = self.open.last();
        self.inline.runs.push(Run {
            text: text.to_owned(),
            style: open.map_or(0, |o| o.style),
            link: open.and_then(|o| o.link.clone()),
            element: open.map_or(0, |o| o.key),
            action: frame.action || open.is_some_and(|o| o.action),
            rest: false,
        });
    }

    fn picture(&mut self, node: Node<'_>) {
        let Some(src) = (self.sight.picture)(node) else { return };
        let alt = node.attr("alt").map(|a| Inline::plain(a).text()).unwrap_or_default();
        if self.inline.runs.iter().any(|r| r.text.contains(|c: char| !c.is_whitespace())) {
            self.waiting.push((src, alt));
        } else {
            self.put(Kind::Picture(src, alt), Inline::default());
        }
    }

    fn preformatted(&mut self, node: Node<'_>) {
        let mut text = String::new();
        node.walk(|n, step| {
            if step == Step::Enter {
                match (n.text(), n.name()) {
                    (Some(t), _) => text.push_str(t),
                    (_, Some("br")) => text.push('\n'),
                    _ => return n == node || !self.sight.hidden.hides(n),
                }
            }
            true
        });
        let text = text.trim_end().trim_start_matches('\n');
        if text.contains(|c: char| !c.is_whitespace()) {
            self.put(Kind::Preformatted, Inline { runs: vec![Run { text: text.to_owned(), ..Run::default() }] });
        }
    }

    /// A single break divides a paragraph's lines, a second one ends the paragraph.
    fn line_break(&mut self) {
        let before = self.lines.len();
        self.flush();
        self.soft = self.lines.len() > before && self.lines.last().is_some_and(Line::is_text);
    }

    fn end_line(&mut self) {
        self.flush();
        self.soft = false;
    }

    fn flush(&mut self) {
        let mut inline = std::mem::take(&mut self.inline);
        inline.settle();
        if !inline.runs.is_empty() {
            let kind = self.frames.last().map_or(Kind::Paragraph, |f| f.kind.clone());
            let item = self.frames.last().map_or(0, |f| f.item);
            match self.lines.last_mut() {
                // One item may hold several lines.
                Some(line) if item != 0 && item == self.last_item && matches!(kind, Kind::Item(..)) && line.kind == kind => {
                    line.inline.join(inline);
                    line.text = line.inline.text();
                }
                _ => {
                    self.put(kind, inline);
                    self.last_item = item;
                }
            }
        }
        for (src, alt) in std::mem::take(&mut self.waiting) {
            self.put(Kind::Picture(src, alt), Inline::default());
        }
    }

    fn put(&mut self, kind: Kind, inline: Inline) {
        let Some(frame) = self.frames.last() else { return };
        if self.lines.len() >= MOST {
            return;
        }
        self.last_item = 0;
        let lettered = || inline.runs.iter().filter(|r| r.text.contains(char::is_alphanumeric));
        let action = lettered().next().is_some() && lettered().all(|r| r.action);
        let soft = std::mem::take(&mut self.soft);
        let (home, right, centered) = (frame.home, frame.right, frame.centered);
        self.lines.push(Line { text: inline.text(), kind, inline, home, right, centered, soft, action });
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Align {
    Left,
    Center,
    Right,
}

fn alignment(node: Node<'_>, name: &str) -> Option<Align> {
    let style = node.attr("style").unwrap_or_default().to_ascii_lowercase();
    let styled = style.split(';').filter_map(|r| r.split_once(':')).find(|(k, _)| k.trim() == "text-align").map(|(_, v)| v.trim().to_owned());
    let value = styled.or_else(|| node.attr("align").map(str::to_ascii_lowercase)).or_else(|| (name == "center").then(|| "center".to_owned()))?;
    Some(match value.split('!').next().unwrap_or_default().trim() {
        "right" | "end" => Align::Right,
        "center" => Align::Center,
        _ => Align::Left,
    })
}

fn style(node: Node<'_>, name: &str) -> u8 {
    let element = match name {
        "b" | "strong" => BOLD,
        "i" | "em" | "cite" => ITALIC,
        "u" | "ins" => UNDERLINE,
        "sub" => SUB,
        "sup" => SUP,
        _ => 0,
    };
    let css: String = node.attr("style").unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let bold = ["font-weight:bold", "font-weight:6", "font-weight:7", "font-weight:8", "font-weight:9"].iter().any(|w| css.contains(w));
    element | if bold { BOLD } else { 0 } | if css.contains("font-style:italic") { ITALIC } else { 0 }
}

fn home(node: Node<'_>, parent: usize) -> Home {
    let look = (node.name().unwrap_or_default().to_owned(), node.attr("class").unwrap_or_default().trim().to_owned());
    Home { parent, look, key: node.key() }
}
