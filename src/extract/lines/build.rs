//! A block's tree written down as lines: breaks, emphasis, alignment, lists, pictures and tables.

mod special;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

use super::inline::{Inline, Run, leads};
use super::line::{Container, Kind, Line, LineOptions, Lines, MOST};
use super::looks::{Align, alignment, block_style, displayed, number, numbers, style, voice};
use super::table;
use crate::domain::draft::Numbers;
use crate::domain::run::{GONE, Voice};
use crate::extract::html::dom::{Node, Step};
use crate::extract::html::visible;

/// The lines of a block.
pub(crate) fn read<'a>(node: Node<'a>, options: LineOptions<'_>) -> Lines<'a> {
    let mut writer = Writer::new(node, options);
    node.walk(|n, step| match step {
        Step::Enter => writer.enter(n),
        Step::Leave => {
            writer.leave(n);
            true
        }
    });
    writer.flush();
    Lines { lines: writer.lines, containers: writer.containers }
}

/// Whether an element has nothing to read in it.
fn is_control(name: &str) -> bool {
    matches!(
        name,
        "input"
            | "select"
            | "button"
            | "textarea"
            | "object"
            | "embed"
            | "applet"
            | "svg"
            | "math"
            | "canvas"
            | "audio"
    ) || matches!(name, "video" | "map" | "datalist" | "progress")
}

/// An element that is open around the text being read.
struct Frame {
    key: usize,
    container: usize,
    kind: Kind,
    item: usize,
    depth: u8,
    ordered: bool,
    right: bool,
    centered: bool,
    action: bool,
    style: u16,
    voice: Option<Arc<Voice>>,
    numbers: Numbers,
}

/// An inline element that is open.
struct Open {
    key: usize,
    style: u16,
    link: Option<Arc<str>>,
    action: bool,
}

/// Lines being written.
struct Writer<'s, 'a> {
    options: LineOptions<'s>,
    root: Node<'a>,
    /// The names of places in it, once one is asked for.
    places: OnceCell<HashSet<&'a str>>,
    pub containers: Vec<Container<'a>>,
    frames: Vec<Frame>,
    open: Vec<Open>,
    inline: Inline,
    /// What stands in the line and comes behind it.
    waiting: Vec<Kind>,
    soft: bool,
    last_item: usize,
    pub lines: Vec<Line>,
}

impl<'s, 'a> Writer<'s, 'a> {
    pub fn new(root: Node<'a>, options: LineOptions<'s>) -> Self {
        let frame = Frame {
            key: 0,
            container: 0,
            kind: Kind::Paragraph,
            item: 0,
            depth: 0,
            ordered: false,
            right: false,
            centered: false,
            action: false,
            style: block_style(root),
            voice: voice(root, None),
            numbers: Numbers::default(),
        };
        Self {
            options,
            root,
            places: OnceCell::new(),
            containers: begun(container(root, 0)),
            frames: begun(frame),
            open: Vec::with_capacity(4),
            inline: Inline::default(),
            waiting: Vec::new(),
            soft: false,
            last_item: 0,
            lines: Vec::new(),
        }
    }

    /// Takes a node on; gives whether to go into it.
    pub fn enter(&mut self, node: Node<'a>) -> bool {
        if let Some(text) = node.text() {
            self.text(text);
            return false;
        }
        let Some(name) = node.name() else { return node.key() == self.root.key() };
        if let Some(goes_in) = self.stands_for(node, name) {
            return goes_in;
        }
        if node.key() != self.root.key()
            && (self.options.hidden.hides(node)
                && self.options.shown.binary_search(&node.key()).is_err()
                || self.options.leave.binary_search(&node.key()).is_ok())
        {
            return false;
        }
        match name {
            _ if is_control(name) || self.lines.len() >= MOST => return false,
            "br" => self.line_break(),
            "hr" => self.end_line(),
            "img" => self.picture(node),
            "rp" => return false,
            "table" if !self.options.layout => {
                self.end_line();
                if let Some((rows, text)) =
                    table::data(node, self.options, &|cell, options| read(cell, options).lines)
                {
                    if let Some(caption) = table::caption(node, self.options) {
                        self.put(Kind::Caption, caption);
                    }
                    self.put(Kind::Table(rows), text);
                    let media = table::media(node, self.options);
                    media.into_iter().for_each(|kind| self.put(kind, Inline::default()));
                    return false;
                }
                self.open_block(node, name);
            }
            "pre" => {
                self.end_line();
                self.preformatted(node);
                return false;
            }
            _ if visible::breaks(name) || matches!(name, "td" | "th") || displayed(node) => {
                self.open_block(node, name)
            }
            _ => self.open_inline(node, name),
        }
        true
    }

    /// Ends a node.
    pub fn leave(&mut self, node: Node<'_>) {
        if self.frames.len() > 1 && self.frames.last().is_some_and(|f| f.key == node.key()) {
            self.end_line();
            self.frames.pop();
        } else if self.open.last().is_some_and(|o| o.key == node.key()) {
            self.open.pop();
            match node.name() {
                Some("rt") => self.bracket(")"),
                Some("q") => self.quote(1),
                _ => {}
            }
        }
    }

    fn open_block(&mut self, node: Node<'a>, name: &str) {
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
            container: self.containers.len(),
            kind,
            item,
            depth: outer.depth.saturating_add(u8::from(list)),
            ordered: if list { name == "ol" } else { outer.ordered },
            right: align.map_or(outer.right, |a| a == Align::Right),
            centered: align.map_or(outer.centered, |a| a == Align::Center),
            action: outer.action || node.attr("onclick").is_some(),
            style: outer.style | block_style(node),
            voice: voice(node, outer.voice.as_ref()),
            numbers: match name {
                "ol" => numbers(node),
                "li" => Numbers { value: number(node, "value"), ..outer.numbers },
                _ if list => Numbers::default(),
                _ => outer.numbers,
            },
        };
        let parent = outer.container;
        self.containers.push(container(node, parent));
        self.frames.push(frame);
    }

    fn open_inline(&mut self, node: Node<'_>, name: &str) {
        match name {
            "rt" => self.bracket("("),
            "q" => self.quote(0),
            _ => {}
        }
        let outer = self.open.last();
        let href = if name == "a" { node.attr("href") } else { None };
        // The words of a link to a place of the block stay, without the link.
        let href = href.filter(|to| !self.is_place(node, to));
        let acts = node.attr("onclick").is_some() || href.is_some_and(|h| !leads(h));
        // A link whose script brings a document is known by the call.
        let link = match (href, node.attr("onclick")) {
            (Some(href), Some(call))
                if !leads(href)
                    && !href.trim_start().to_ascii_lowercase().starts_with("javascript:") =>
            {
                Some(Arc::from(call))
            }
            (Some(href), _) => Some(Arc::from(href.trim())),
            (None, _) => outer.and_then(|o| o.link.clone()),
        };
        let style = outer.map_or(0, |o| o.style) | style(node, name);
        let action = acts || outer.is_some_and(|o| o.action);
        self.open.push(Open { key: node.key(), style, link, action });
    }

    fn text(&mut self, text: &str) {
        let Some(frame) = self.frames.last() else { return };
        // Blanks at the beginning of a line show nothing.
        if self.inline.runs.is_empty() && text.trim_start().is_empty() {
            return;
        }
        let open = self.open.last();
        let style = frame.style | open.map_or(0, |o| o.style);
        if self.options.fields && style & GONE != 0 {
            return;
        }
        self.inline.runs.push(Run {
            text: text.to_owned(),
            style,
            voice: frame.voice.clone(),
            link: open.and_then(|o| o.link.clone()),
            element: open.map_or(0, |o| o.key),
            action: frame.action || open.is_some_and(|o| o.action),
            rest: false,
        });
    }

    fn picture(&mut self, node: Node<'_>) {
        let Some(src) = (self.options.picture)(node) else { return };
        let alt = node.attr("alt").map(|a| Inline::plain(a).text()).unwrap_or_default();
        self.beside(Kind::Picture(src, alt));
    }

    /// Puts what is no text before the line that it stands in if nothing is in that, else behind.
    fn beside(&mut self, kind: Kind) {
        if self.inline.runs.iter().any(|r| r.text.contains(|c: char| !c.is_whitespace())) {
            self.waiting.push(kind);
        } else {
            self.put(kind, Inline::default());
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

    /// Ends the line.
    pub fn flush(&mut self) {
        if self.inline.runs.is_empty() && self.waiting.is_empty() {
            return;
        }
        let mut inline = std::mem::take(&mut self.inline);
        inline.settle();
        if !inline.runs.is_empty() {
            let kind = self.frames.last().map_or(Kind::Paragraph, |f| f.kind.clone());
            let item = self.frames.last().map_or(0, |f| f.item);
            match self.lines.last_mut() {
                // One item may hold several lines.
                Some(line)
                    if item != 0
                        && item == self.last_item
                        && matches!(kind, Kind::Item(..))
                        && line.kind == kind =>
                {
                    line.inline.join(inline);
                    line.text = line.inline.text();
                }
                _ => {
                    self.put(kind, inline);
                    self.last_item = item;
                }
            }
        }
        for kind in std::mem::take(&mut self.waiting) {
            self.put(kind, Inline::default());
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
        let (container, right, centered) = (frame.container, frame.right, frame.centered);
        let numbers =
            if matches!(kind, Kind::Item(true, _)) { frame.numbers } else { <_>::default() };
        self.lines.push(Line {
            text: inline.text(),
            kind,
            inline,
            container,
            right,
            centered,
            soft,
            action,
            numbers,
        });
    }
}

/// A list with room for what most blocks hold.
fn begun<T>(first: T) -> Vec<T> {
    let mut list = Vec::with_capacity(16);
    list.push(first);
    list
}

fn container(node: Node<'_>, parent: usize) -> Container<'_> {
    let look = (node.name().unwrap_or_default(), node.attr("class").unwrap_or_default().trim());
    Container { parent, look, key: node.key() }
}
