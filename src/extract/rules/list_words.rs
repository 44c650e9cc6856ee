//! The words of a portal's lists, compiled.

use std::collections::HashSet;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::lazy::Lazy;
use super::patterns::Patterns;
use crate::text::blank::{is_settled, settle};

/// Most bytes of a mark that a letter leaves in lower case.
const MARK: usize = 4;

/// Words and patterns by which lists are read; empty where no profile fits.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    pub(super) next: ListWords,
    pub(super) previous: ListWords,
    pub(super) more: ListWords,
    pub(super) empty: ListWords,
    pub(super) related: ListWords,
    pub(super) most_read: ListWords,
    pub(super) lazy: Vec<String>,
    pub(super) spacers: Patterns,
}

impl Vocabulary {
    /// Whether a link of this text turns to the next page.
    pub fn is_next(&self, text: &str) -> bool {
        self.next.has(text)
    }
    /// Whether a link of this text turns back, or to either end.
    pub fn is_previous(&self, text: &str) -> bool {
        self.previous.has(text)
    }
    /// Whether a link of this text only doubles a title.
    pub fn is_more(&self, text: &str) -> bool {
        self.more.has(text)
    }
    /// Whether a line says that a list is empty.
    pub fn is_empty(&self, line: &str) -> bool {
        self.empty.has(line)
    }
    /// Whether a heading stands over related articles.
    pub fn is_related(&self, heading: &str) -> bool {
        self.related.has(heading)
    }
    /// Whether a heading stands over most-read articles.
    pub fn is_most_read(&self, heading: &str) -> bool {
        self.most_read.has(heading)
    }
    /// Attributes with the address of a picture that loads late.
    pub fn lazy(&self) -> &[String] {
        &self.lazy
    }
    /// Whether a picture's address is a spacer's or an icon's.
    pub fn is_spacer(&self, src: &str) -> bool {
        self.spacers.any(src)
    }
}

/// Words of one meaning, as they are compared.
#[derive(Clone, Debug, Default)]
pub(super) struct ListWords(Option<Lazy<Found>>);

#[derive(Debug, Default)]
struct Found {
    words: HashSet<String>,
    /// Bytes of the longest one.
    longest: usize,
}

impl ListWords {
    pub fn compile(words: &Arc<[String]>) -> Self {
        let words = words.clone();
        Self((!words.is_empty()).then(|| Lazy::of(move || Some(Found::of(&words)))))
    }

    fn has(&self, text: &str) -> bool {
        self.0.as_ref().and_then(Lazy::get).is_some_and(|found| found.has(text))
    }
}

impl Found {
    fn of(words: &[String]) -> Self {
        let words: HashSet<String> =
            words.iter().map(|word| bare(word)).filter(|word| !word.is_empty()).collect();
        Self { longest: words.iter().map(String::len).max().unwrap_or_default(), words }
    }

    /// Whether a text is one of them.
    fn has(&self, text: &str) -> bool {
        // Most are titles, too long for any word: a settled text is not shorter in lower case, but
        // for a mark at its end.
        let core = text.trim_matches(|c: char| !c.is_alphanumeric());
        let may = core.len() <= self.longest + MARK || !is_settled(text);
        may && self.words.contains(&bare(text))
    }
}

/// Text as words are compared: composed, in lower case, without outer punctuation.
pub fn bare(text: &str) -> String {
    let text: String = settle(text).nfc().collect::<String>().to_lowercase();
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_a_word_however_it_is_written(
            words in proptest::collection::vec("[ a-zİẾỆÀ\\u{301}\\u{323}ⱥ]{0,9}", 1..4),
            before in "[ .»\\u{a0}]{0,3}",
            after in "[ .»\\u{ad}]{0,3}",
            other in "\\PC{0,24}",
        ) {
            let known = Found::of(&words);
            let within =
                |word: &String| [word.to_uppercase(), format!("{before}{word}{after}")];
            for text in words.iter().flat_map(within).chain([other]) {
                prop_assert_eq!(known.has(&text), known.words.contains(&bare(&text)), "{:?}", text);
            }
        }
    }
}
