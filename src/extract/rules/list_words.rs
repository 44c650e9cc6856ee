//! The words of a portal's lists, compiled.

use std::collections::HashSet;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::wildcard;
use crate::domain::Portal;
use crate::text::blank::{is_settled, settle};

/// Most bytes of a mark that a letter leaves in lower case.
const MARK: usize = 4;

/// Words and patterns by which lists are read; empty where no profile fits.
#[derive(Debug, Default)]
pub struct Vocabulary {
    next: Words,
    previous: Words,
    more: Words,
    empty: Words,
    related: Words,
    most_read: Words,
    lazy: Vec<String>,
    spacers: Vec<Regex>,
}

impl Vocabulary {
    /// The words of a profile; what of it does not compile is the profile's own fault to tell.
    pub fn of(portal: &Portal) -> Self {
        let lists = &portal.lists;
        Self {
            next: Words::of(&lists.next),
            previous: Words::of(&lists.previous),
            more: Words::of(&lists.more),
            empty: Words::of(&lists.empty),
            related: Words::of(&lists.related),
            most_read: Words::of(&lists.most_read),
            lazy: portal.images.lazy.iter().map(|a| a.to_ascii_lowercase()).collect(),
            spacers: portal
                .images
                .leave
                .iter()
                .filter_map(|p| wildcard::regex("", p, 0).ok())
                .collect(),
        }
    }

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
        self.spacers.iter().any(|p| p.is_match(src))
    }
}

/// Words of one meaning, as they are compared.
#[derive(Debug, Default)]
struct Words {
    words: HashSet<String>,
    /// Bytes of the longest one.
    longest: usize,
}

impl Words {
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
            let known = Words::of(&words);
            for text in words.iter().flat_map(|word| [word.to_uppercase(), format!("{before}{word}{after}")]).chain([other]) {
                prop_assert_eq!(known.has(&text), known.words.contains(&bare(&text)), "{:?}", text);
            }
        }
    }
}
