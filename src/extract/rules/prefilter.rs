//! Cheap looks at a text before a search of it.

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::lazy::Lazy;
use super::words::any_of;

/// Places at an end of a text that a prefilter looks at: the letter and the signs outside of it.
const LOOKS: usize = 16;

/// Whether words and patterns can take a text's first or its last letter: glances, where a search
/// of each reads all of it.
#[derive(Clone, Debug)]
pub(crate) struct Prefilter {
    first: Lazy<Regex>,
    last: Lazy<Regex>,
}

impl Prefilter {
    /// At the words and patterns of these lists.
    pub fn compile(words: &[String], patterns: &[String]) -> Self {
        let all: Vec<String> = patterns
            .iter()
            .map(|p| p.nfc().collect())
            .chain((!words.is_empty()).then(|| any_of(words)))
            .collect();
        let all = format!("(?:(?:{}))", all.join(")|(?:"));
        Self { first: Lazy::new(format!("^{all}")), last: Lazy::new(format!("{all}$")) }
    }

    /// Whether one of them may take the first letter of a text.
    pub fn may_open(&self, text: &str) -> bool {
        let signs = text.find(char::is_alphanumeric).unwrap_or(text.len());
        let mut starts = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= signs);
        starts.by_ref().take(LOOKS).any(|at| self.first.may_match(&text[at..]))
            || starts.next().is_some()
    }

    /// Whether one of them may take the last letter of a text.
    pub fn may_close(&self, text: &str) -> bool {
        let signs = text.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
        let mut ends = text
            .char_indices()
            .rev()
            .map(|(at, c)| at + c.len_utf8())
            .take_while(|at| *at >= signs);
        ends.by_ref().take(LOOKS).any(|at| self.last.may_match(&text[..at]))
            || ends.next().is_some()
    }
}
