//! What a block's name is, once it is found where a rule says that it stands: the same on a tree
//! and on an outline.

use regex::Regex;

use crate::text::blank;

/// Names are cut to this; longer ones are text that stands where a name should.
const LONGEST_NAME: usize = 200;

/// The id that a rule makes from a block's.
pub(crate) fn derived(id: &str, replace: &str, with: &str, suffix: &str) -> Option<String> {
    let id = id.trim();
    let (before, with, behind) = match id.split_once(replace).filter(|_| !replace.is_empty()) {
        Some((before, behind)) => (before, with, behind),
        None if replace.is_empty() => (id, "", ""),
        None => return None,
    };
    Some([before, with, behind, suffix].concat())
}

/// The text of a name, piece by piece.
pub(crate) struct NameText {
    text: String,
    /// Letters that it may still take.
    left: usize,
}

impl NameText {
    /// Without a letter yet.
    pub fn new() -> Self {
        Self { text: String::with_capacity(LONGEST_NAME), left: 8 * LONGEST_NAME }
    }

    /// Takes a piece, or what of it has room.
    pub fn push(&mut self, piece: &str) {
        let piece = blank::first(piece, self.left);
        self.text.push_str(piece);
        self.left -= piece.chars().count();
    }

    /// All of it on one line.
    pub fn settled(self) -> String {
        blank::settled(self.text)
    }
}

/// A `title` attribute reads `Title - Description`, and the description is often the title again or
/// nothing.
pub(crate) fn undescribed(title: &str) -> String {
    let title = blank::settle(title);
    let trimmed = title.trim_end_matches([' ', '-']);
    for (at, gap) in trimmed.match_indices(" - ") {
        if trimmed[..at] == trimmed[at + gap.len()..] {
            return trimmed[..at].to_owned();
        }
    }
    match trimmed.rsplit_once(" - ") {
        Some((name, _)) if trimmed.len() == title.len() => name.to_owned(),
        _ => trimmed.to_owned(),
    }
}

pub(crate) fn group(pattern: &Regex, text: &str) -> Option<String> {
    Some(pattern.captures(text)?.get(1)?.as_str().to_owned())
}

pub(crate) fn clean(name: String) -> String {
    let mut name = blank::settled(name);
    name.truncate(blank::first(&name, LONGEST_NAME).len());
    name
}
