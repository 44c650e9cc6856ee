//! Regular expressions out of data, each compiled once: profiles have most of theirs in common, and a search's memory belongs to its pattern.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};

/// Patterns that are remembered at most; where a program reads its profiles again and again, older ones go.
const MOST: usize = 4096;

/// Compiles a pattern, found case apart, into at most `limit` bytes; one that is known is given again.
pub(super) fn regex(pattern: &str, limit: usize) -> Result<Regex, regex::Error> {
    static KNOWN: LazyLock<Mutex<HashMap<(String, usize), Regex>>> = LazyLock::new(Mutex::default);
    let lock = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (pattern.to_owned(), limit);
    if let Some(known) = lock().get(&key) {
        return Ok(known.clone());
    }
    let regex = RegexBuilder::new(pattern).case_insensitive(true).size_limit(limit).build()?;
    let mut known = lock();
    if known.len() >= MOST {
        known.clear();
    }
    Ok(known.entry(key).or_insert(regex).clone())
}
