//! A document in pieces: its entries and what stands round them.

/// What stands round the entries of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Before the first.
    pub head: Vec<u8>,
    /// After the last.
    pub foot: Vec<u8>,
}

/// What entries need the frame to declare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// `content:encoded`.
    pub content: bool,
    /// `dc:creator`.
    pub creators: bool,
    /// Media RSS.
    pub media: bool,
}

impl Uses {
    /// As bits, to be kept.
    pub fn bits(self) -> u8 {
        u8::from(self.content) | u8::from(self.creators) << 1 | u8::from(self.media) << 2
    }

    /// Of such bits.
    pub fn of(bits: u8) -> Self {
        Self { content: bits & 1 > 0, creators: bits & 2 > 0, media: bits & 4 > 0 }
    }

    /// What either needs.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            content: self.content || other.content,
            creators: self.creators || other.creators,
            media: self.media || other.media,
        }
    }
}

/// One entry, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its bytes, the same wherever it stands among others.
    pub bytes: Vec<u8>,
    /// What it needs.
    pub uses: Uses,
}
