//! The words of a portal's lists, compiled.

use std::collections::HashSet;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::pattern;
use super::visible::settle;
use crate::domain::Portal;

/// Words and patterns by which lists are read; empty where no profile fits.
#[derive(Debug, Default)]
pub struct Vocabulary {
    next: HashSet<String>,
    previous: HashSet<String>,
    more: HashSet<String>,
    empty: HashSet<String>,
    related: HashSet<String>,
    most_read: HashSet<String>,
    lazy: Vec<String>,
    spacers: Vec<Regex>,
}

impl Vocabulary {
    /// The words of a profile; what of it does not compile is the profile's own fault to tell.
    pub fn of(portal: &Portal) -> Self {
        let set = |words: &[String]| words.iter().map(|w| bare(w)).filter(|w| !w.is_empty()).collect();
        let lists = &portal.lists;
        Self {
            next: set(&lists.next),
            previous: set(&lists.previous),
            more: set(&lists.more),
            empty: set(&lists.empty),
            related: set(&lists.related),
            most_read: set(&lists.most_read),
            lazy: portal.images.lazy.iter().map(|a| a.to_ascii_lowercase()).collect(),
            spacers: portal.images.leave.iter().filter_map(|p| pattern::regex("", p, 0).ok()).collect(),
        }
    }

    /// Whether a link of this text turns to the next page.
    pub fn is_next(&self, text: &str) -> bool {
        self.next.contains(&bare(text))
    }
    /// Whether a link of this text turns back, or to either end.
    pub fn is_previous(&self, text: &str) -> bool {
        self.previous.contains(&bare(text))
    }
    /// Whether a link of this text only doubles a title.
    pub fn is_more(&self, text: &str) -> bool {
        self.more.contains(&bare(text))
    }
    /// Whether a line says that a list is empty.
    pub fn is_empty(&self, line: &str) -> bool {
        self.empty.contains(&bare(line))
    }
    /// Whether a heading stands over related articles.
    pub fn is_related(&self, heading: &str) -> bool {
        self.related.contains(&bare(heading))
    }
    /// Whether a heading stands over most-read articles.
    pub fn is_most_read(&self, heading: &str) -> bool {
        self.most_read.contains(&bare(heading))
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

/// Text as words are compared: composed, in lower case, without outer punctuation.
pub fn bare(text: &str) -> String {
    let text: String = settle(text).nfc().collect::<String>().to_lowercase();
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}
