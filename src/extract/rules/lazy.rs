//! Regular expressions out of data: looked through when they are read, compiled when they are first
//! used, since of many most are never.

use std::sync::{Arc, LazyLock};

use regex::{Captures, Match, Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

/// Bytes of memory that a pattern or list becomes at most that is found out when it is first used.
const MOST_LAZY: usize = 8 << 20;

/// Compiles a pattern, found case apart, into at most `limit` bytes.
pub(crate) fn regex(pattern: &str, limit: usize) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(limit).build()
}

/// The same for a pattern that is looked for in lines.
pub(crate) fn in_lines(pattern: &str, limit: usize) -> Result<Regex, regex::Error> {
    regex(&settled(pattern), limit).or_else(|_| regex(pattern, limit))
}

/// The same for several patterns that are looked for in lines all at once.
fn set(patterns: &[String], limit: usize) -> Result<RegexSet, regex::Error> {
    let build = |patterns: &[String]| {
        RegexSetBuilder::new(patterns).case_insensitive(true).size_limit(limit).build()
    };
    let settled: Vec<String> = patterns.iter().map(|pattern| settled(pattern)).collect();
    build(&settled).or_else(|_| build(patterns))
}

/// A pattern as it is understood, case apart; why it is none, in a word.
pub(crate) fn parsed(pattern: &str) -> Result<Hir, String> {
    let parsed = ParserBuilder::new().case_insensitive(true).build().parse(pattern);
    parsed.map_err(|error| reason(&error.to_string()))
}

/// The last line of a pattern's error, which says what is wrong.
pub(crate) fn reason(error: &str) -> String {
    error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// A pattern for lines, which have two kinds of blanks at most: each other kind of white space
/// costs memory.
pub(crate) fn settled(pattern: &str) -> String {
    let (mut out, mut signs) = (String::with_capacity(pattern.len()), pattern.chars());
    while let Some(sign) = signs.next() {
        match if sign == '\\' { signs.next() } else { None } {
            Some('s') => out.push_str(r"[\x20\u{A0}]"),
            escaped => out.extend(std::iter::once(sign).chain(escaped)),
        }
    }
    out
}

type Make<T> = Box<dyn FnOnce() -> Option<T> + Send + Sync>;

/// What is compiled when it is first used; copies share it.
pub(crate) struct Lazy<T>(Arc<LazyLock<Option<T>, Make<T>>>);

impl<T> Lazy<T> {
    /// What `make` makes; none where it fails.
    pub fn of(make: impl FnOnce() -> Option<T> + Send + Sync + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }

    /// It, unless it could not be made.
    pub fn get(&self) -> Option<&T> {
        (*self.0).as_ref()
    }
}

impl Lazy<Regex> {
    /// A pattern for lines.
    pub fn new(pattern: String) -> Self {
        Self::of(move || in_lines(&pattern, MOST_LAZY).ok())
    }

    /// What does not compile may match anything.
    pub fn may_match(&self, text: &str) -> bool {
        self.get().is_none_or(|pattern| pattern.is_match(text))
    }

    /// Whether it matches somewhere.
    pub fn is_match(&self, text: &str) -> bool {
        self.get().is_some_and(|pattern| pattern.is_match(text))
    }

    /// Its first match.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.get()?.captures(text)
    }

    /// Its matches.
    pub fn find_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        self.get().into_iter().flat_map(move |pattern| pattern.find_iter(text))
    }
}

impl Lazy<RegexSet> {
    /// Patterns for lines.
    pub fn set(patterns: Vec<String>) -> Self {
        Self::of(move || set(&patterns, MOST_LAZY).ok())
    }
}

impl<T> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> std::fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a pattern")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_two_kinds_of_blanks() {
        for (pattern, want) in [
            (r"a\s+b", r"a[\x20\u{A0}]+b"),
            (r"[\s,]\\s\S", r"[[\x20\u{A0}],]\\s\S"),
            (r"x\", r"x\"),
        ] {
            assert_eq!(settled(pattern), want);
        }
        let found = |pattern: &str, line: &str| in_lines(pattern, 1 << 16).unwrap().is_match(line);
        assert!(
            found(r"(?x) ^ a \s? [\s,] $ # b", "a\u{a0},")
                && found(r"^(?-u:\s)$", "\t")
                && in_lines("(", 1 << 16).is_err()
        );
    }
}
