//! Regular expressions out of data, each compiled once: profiles have most of theirs in common, and a search's memory belongs to its pattern.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// Patterns that are remembered at most; where a program reads its profiles again and again, older ones go.
const MOST: usize = 4096;

/// What was compiled before, by what it was compiled from and into how many bytes at most.
type Known<K, V> = LazyLock<Mutex<HashMap<(K, usize), V>>>;

/// Compiles a pattern, found case apart, into at most `limit` bytes; one that is known is given again.
pub(super) fn regex(pattern: &str, limit: usize) -> Result<Regex, regex::Error> {
    static KNOWN: Known<String, Regex> = LazyLock::new(Mutex::default);
    once(&KNOWN, pattern.to_owned(), limit, |pattern| RegexBuilder::new(pattern).case_insensitive(true).size_limit(limit).build())
}

/// The same for a pattern that is looked for in lines.
pub(super) fn in_lines(pattern: &str, limit: usize) -> Result<Regex, regex::Error> {
    regex(&settled(pattern), limit).or_else(|_| regex(pattern, limit))
}

/// The same for several patterns that are looked for in lines all at once.
pub(super) fn set(patterns: &[String], limit: usize) -> Result<RegexSet, regex::Error> {
    static KNOWN: Known<Vec<String>, RegexSet> = LazyLock::new(Mutex::default);
    let build = |patterns: &Vec<String>| RegexSetBuilder::new(patterns).case_insensitive(true).size_limit(limit).build();
    let settled = patterns.iter().map(|pattern| settled(pattern)).collect();
    once(&KNOWN, settled, limit, build).or_else(|_| once(&KNOWN, patterns.to_vec(), limit, build))
}

fn once<K, V>(known: &Known<K, V>, from: K, limit: usize, compile: impl FnOnce(&K) -> Result<V, regex::Error>) -> Result<V, regex::Error>
where
    K: Eq + std::hash::Hash,
    V: Clone,
{
    let lock = || known.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (from, limit);
    if let Some(known) = lock().get(&key) {
        return Ok(known.clone());
    }
    let compiled = compile(&key.0)?;
    let mut known = lock();
    if known.len() >= MOST {
        known.clear();
    }
    Ok(known.entry(key).or_insert(compiled).clone())
}

/// A pattern for lines, which have two kinds of blanks at most: each other kind of white space costs memory.
pub(super) fn settled(pattern: &str) -> String {
    let (mut out, mut signs) = (String::with_capacity(pattern.len()), pattern.chars());
    while let Some(sign) = signs.next() {
        match if sign == '\\' { signs.next() } else { None } {
            Some('s') => out.push_str(r"[\x20\u{A0}]"),
            escaped => out.extend(std::iter::once(sign).chain(escaped)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_two_kinds_of_blanks() {
        for (pattern, want) in [(r"a\s+b", r"a[\x20\u{A0}]+b"), (r"[\s,]\\s\S", r"[[\x20\u{A0}],]\\s\S"), (r"x\", r"x\")] {
            assert_eq!(settled(pattern), want);
        }
        let found = |pattern: &str, line: &str| in_lines(pattern, 1 << 16).unwrap().is_match(line);
        assert!(found(r"(?x) ^ a \s? [\s,] $ # b", "a\u{a0},") && found(r"^(?-u:\s)$", "\t") && in_lines("(", 1 << 16).is_err());
    }
}
