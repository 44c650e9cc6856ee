//! Regular expressions out of data, each compiled once: profiles have most of theirs in common, and
//! a search's memory belongs to its pattern.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Patterns that are remembered at most; where a program reads its profiles again and again, older
/// ones go.
const MOST: usize = 4096;
/// Bytes of memory that a pattern or list becomes at most that is compiled when it is first used.
const MOST_LAZY: usize = 8 << 20;

/// What was compiled before, by what it was compiled from and into how many bytes at most.
type Known<K, V> = LazyLock<Mutex<HashMap<(K, usize), V>>>;

/// Compiles a pattern, found case apart, into at most `limit` bytes; one that is known is given
/// again.
pub(crate) fn regex(pattern: &str, limit: usize) -> Result<Regex, regex::Error> {
    static KNOWN: Known<String, Regex> = LazyLock::new(Mutex::default);
    once(&KNOWN, pattern.to_owned(), limit, |pattern| {
        RegexBuilder::new(pattern).case_insensitive(true).size_limit(limit).build()
    })
}

/// The same for a pattern that is looked for in lines.
pub(crate) fn in_lines(pattern: &str, limit: usize) -> Result<Regex, regex::Error> {
    regex(&settled(pattern), limit).or_else(|_| regex(pattern, limit))
}

/// The same for several patterns that are looked for in lines all at once.
pub(crate) fn set(patterns: &[String], limit: usize) -> Result<RegexSet, regex::Error> {
    static KNOWN: Known<Vec<String>, RegexSet> = LazyLock::new(Mutex::default);
    let build = |patterns: &Vec<String>| {
        RegexSetBuilder::new(patterns).case_insensitive(true).size_limit(limit).build()
    };
    let settled = patterns.iter().map(|pattern| settled(pattern)).collect();
    once(&KNOWN, settled, limit, build).or_else(|_| once(&KNOWN, patterns.to_vec(), limit, build))
}

fn once<K, V>(
    known: &Known<K, V>,
    from: K,
    limit: usize,
    compile: impl FnOnce(&K) -> Result<V, regex::Error>,
) -> Result<V, regex::Error>
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

/// What is compiled when it is first used: of many lists most are never.
pub(crate) struct Lazy<T>(LazyLock<Option<T>, Box<dyn FnOnce() -> Option<T> + Send + Sync>>);

impl Lazy<Regex> {
    pub fn new(pattern: String) -> Self {
        Self(LazyLock::new(Box::new(move || in_lines(&pattern, MOST_LAZY).ok())))
    }

    /// What does not compile may match anything.
    pub fn may_match(&self, text: &str) -> bool {
        self.get().is_none_or(|pattern| pattern.is_match(text))
    }
}

impl Lazy<RegexSet> {
    pub fn set(patterns: Vec<String>) -> Self {
        Self(LazyLock::new(Box::new(move || set(&patterns, MOST_LAZY).ok())))
    }
}

impl<T> Lazy<T> {
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T> std::fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a pattern")
    }
}

/// Whether a pattern matches nothing without an ASCII digit in it; `false` says nothing.
pub(crate) fn needs_digit(pattern: &str) -> bool {
    fn needs(part: &Hir) -> bool {
        match part.kind() {
            HirKind::Empty | HirKind::Look(_) => false,
            HirKind::Literal(literal) => literal.0.iter().any(u8::is_ascii_digit),
            HirKind::Class(Class::Unicode(class)) => {
                class.ranges().iter().all(|r| r.start() >= '0' && r.end() <= '9')
            }
            HirKind::Class(Class::Bytes(class)) => {
                class.ranges().iter().all(|r| r.start() >= b'0' && r.end() <= b'9')
            }
            HirKind::Repetition(repeated) => repeated.min > 0 && needs(&repeated.sub),
            HirKind::Capture(group) => needs(&group.sub),
            HirKind::Concat(parts) => parts.iter().any(needs),
            HirKind::Alternation(ways) => ways.iter().all(needs),
        }
    }
    regex_syntax::parse(pattern).is_ok_and(|pattern| needs(&pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_a_digit() {
        for (pattern, needs) in [
            ("[0-9][0-9.,]* views?", true),
            (r"(?i)views?\s*:?\s*(?P<n>[0-9]+)|seen 1x", true),
            (r"\d+ views", false),
            ("views: [0-9]*", false),
            ("[0-9]+|views", false),
            ("[0-9a]", false),
            ("(", false),
        ] {
            assert_eq!(needs_digit(pattern), needs, "{pattern}");
        }
    }

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
