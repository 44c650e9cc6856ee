//! A tree in one piece: nodes by number, their texts in the page itself or, where they read
//! otherwise, beside it.

/// A number that stands for no node.
pub(crate) const NONE: u32 = u32::MAX;
/// The bit of a place that says that it is beside the source.
const BESIDE: u32 = 1 << 31;

/// A text of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    from: u32,
    len: u32,
}

impl Piece {
    /// A piece of the source.
    pub fn of(from: usize, to: usize) -> Self {
        Self { from: from as u32, len: to.saturating_sub(from) as u32 }
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An element; its piece is the name in lower case.
    Element,
    Text,
    Comment,
    /// The document, or its type.
    Other,
}

#[derive(Debug)]
struct Kept {
    kind: Kind,
    piece: Piece,
    parent: u32,
    first: u32,
    last: u32,
    next: u32,
    prev: u32,
    /// Its attributes: from, to.
    attrs: (u32, u32),
}

/// A tree whose nodes stand in document order, over the page that it was built from.
#[derive(Debug)]
pub(crate) struct Arena<'s> {
    source: &'s str,
    beside: String,
    nodes: Vec<Kept>,
    attrs: Vec<(Piece, Piece)>,
}

impl<'s> Arena<'s> {
    /// A document without anything in it over a page of less than 2 GiB, of which so many bytes
    /// will become nodes.
    pub fn new(source: &'s str, bytes: usize) -> Self {
        let (nodes, attrs) =
            (Vec::with_capacity(16 + bytes / 40), Vec::with_capacity(16 + bytes / 64));
        let mut arena = Self { source, beside: String::new(), nodes, attrs };
        arena.put(Kind::Other, Piece { from: 0, len: 0 }, NONE);
        arena
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A text that is not the source's.
    pub fn beside(&mut self, text: &str) -> Piece {
        let from = self.beside.len() as u32 | BESIDE;
        self.beside.push_str(text);
        Piece { from, len: text.len() as u32 }
    }

    /// The same, its line ends written as a parser reads them.
    pub fn beside_with_lines(&mut self, text: &str) -> Piece {
        let from = self.beside.len();
        let mut parts = text.split('\r');
        self.beside.push_str(parts.next().unwrap_or_default());
        for part in parts {
            self.beside.push('\n');
            self.beside.push_str(part.strip_prefix('\n').unwrap_or(part));
        }
        Piece { from: from as u32 | BESIDE, len: (self.beside.len() - from) as u32 }
    }

    /// Whether a node is the last of the document's children.
    pub fn is_last_root(&self, n: u32) -> bool {
        self.nodes.first().is_some_and(|document| document.last == n)
    }

    /// Takes back a child of the document, the last node that is whole, with all that it holds.
    pub fn take_back(&mut self, root: u32) {
        let Some(taken) = self.nodes.get(root as usize) else { return };
        let (prev, attrs) = (taken.prev, taken.attrs.0);
        self.nodes.truncate(root as usize);
        self.attrs.truncate(attrs as usize);
        if let Some(before) = self.nodes.get_mut(prev as usize) {
            before.next = NONE;
        }
        if let Some(document) = self.nodes.first_mut() {
            document.last = prev;
            document.first = if prev == NONE { NONE } else { document.first };
        }
    }

    /// Puts a node behind the last child of `parent`; gives its number.
    pub fn put(&mut self, kind: Kind, piece: Piece, parent: u32) -> u32 {
        let own = self.nodes.len() as u32;
        let prev = self.nodes.get_mut(parent as usize).map_or(NONE, |parent| {
            let before = std::mem::replace(&mut parent.last, own);
            parent.first = if before == NONE { own } else { parent.first };
            before
        });
        if let Some(before) = self.nodes.get_mut(prev as usize) {
            before.next = own;
        }
        let attrs = (self.attrs.len() as u32, self.attrs.len() as u32);
        self.nodes.push(Kept {
            kind,
            piece,
            parent,
            first: NONE,
            last: NONE,
            next: NONE,
            prev,
            attrs,
        });
        own
    }

    /// Gives the last node an attribute.
    pub fn attribute(&mut self, key: Piece, value: Piece) {
        self.attrs.push((key, value));
        if let Some(node) = self.nodes.last_mut() {
            node.attrs.1 += 1;
        }
    }

    pub fn text(&self, piece: Piece) -> &str {
        let from = (piece.from & !BESIDE) as usize;
        let held = if piece.from & BESIDE == 0 { self.source } else { &self.beside };
        held.get(from..from + piece.len as usize).unwrap_or_default()
    }

    /// A node's text if it is of that kind.
    pub fn own(&self, n: u32, kind: Kind) -> Option<&str> {
        let node = self.nodes.get(n as usize).filter(|node| node.kind == kind)?;
        Some(self.text(node.piece))
    }

    /// An element's attributes, as they are written.
    pub fn attrs(&self, n: u32) -> impl Iterator<Item = (&str, &str)> + use<'_> {
        self.pieces(n).iter().map(|(key, value)| (self.text(*key), self.text(*value)))
    }

    fn pieces(&self, n: u32) -> &[(Piece, Piece)] {
        let (from, to) = self.nodes.get(n as usize).map_or((0, 0), |node| node.attrs);
        self.attrs.get(from as usize..to as usize).unwrap_or_default()
    }

    /// The value of an element's attribute.
    pub fn attr(&self, n: u32, name: &str) -> Option<&str> {
        // Lengths first: most attribute names differ there.
        self.pieces(n)
            .iter()
            .find(|(key, _)| key.len as usize == name.len() && self.text(*key) == name)
            .map(|(_, value)| self.text(*value))
    }

    fn kept(&self, n: u32, take: impl Fn(&Kept) -> u32) -> Option<u32> {
        self.nodes.get(n as usize).map(take).filter(|n| *n != NONE)
    }

    pub fn parent(&self, n: u32) -> Option<u32> {
        self.kept(n, |node| node.parent)
    }
    pub fn first_child(&self, n: u32) -> Option<u32> {
        self.kept(n, |node| node.first)
    }
    pub fn next_sibling(&self, n: u32) -> Option<u32> {
        self.kept(n, |node| node.next)
    }
    pub fn prev_sibling(&self, n: u32) -> Option<u32> {
        self.kept(n, |node| node.prev)
    }

    /// What tells a node from every other of the tree.
    pub fn key(&self, n: u32) -> usize {
        self.nodes.get(n as usize).map_or(0, |node| std::ptr::from_ref(node) as usize)
    }
}
