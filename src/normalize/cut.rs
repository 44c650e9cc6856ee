//! Fields cut to their lengths, and which lengths cut something off.

use super::text;
use crate::domain::Bound;
use crate::domain::settings::Lengths;

/// The lengths, and those that were hit, each once.
pub(super) struct Cuts {
    pub lengths: Lengths,
    pub hit: Vec<Bound>,
}

impl Cuts {
    pub(super) fn new(lengths: Lengths) -> Self {
        Self { lengths, hit: Vec::new() }
    }

    /// Notes that something was cut.
    pub(super) fn hit(&mut self, bound: Bound) {
        if !self.hit.contains(&bound) {
            self.hit.push(bound);
        }
    }

    /// A text as one line of at most `limit` characters.
    pub(super) fn line(&mut self, written: &str, limit: usize, bound: Bound) -> String {
        let line = text::clean(written);
        if line.len() <= limit || line.chars().nth(limit).is_none() {
            return line;
        }
        self.hit(bound);
        text::cut(&line, limit)
    }

    /// A field as one line.
    pub(super) fn field(&mut self, written: &str) -> String {
        self.line(written, self.lengths.field, Bound::Field)
    }

    /// Whether one more field of a kind has room beside so many.
    pub(super) fn has_room(&mut self, count: usize) -> bool {
        let room = count < self.lengths.field;
        if !room {
            self.hit(Bound::Field);
        }
        room
    }
}
