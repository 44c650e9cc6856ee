//! Lists of patterns of profile data, compiled. Nothing here knows a language: all of it is given.

use std::ops::Range;

use regex::{Regex, RegexSet};
use unicode_normalization::UnicodeNormalization;

use super::lazy::Lazy;
use super::regexes::{Regexes, Scope};
use crate::domain::Fault;

/// Bytes of memory that a pattern becomes at most.
const MOST_COMPILED: usize = 1 << 21;

/// Patterns in the order of the profile; several are first looked for all at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns {
    /// Each, in that order.
    pub each: Vec<Lazy<Regex>>,
    /// All of them at once.
    all: Option<Lazy<RegexSet>>,
    /// For each whether it matches no text without a digit.
    digits: Vec<Lazy<bool>>,
}

impl Patterns {
    /// Compiles a list; every fault is named by its scope in it.
    pub fn compile(
        path: &str,
        list: &[String],
        regexes: &mut Regexes,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let Self { each, digits, .. } = Self::each(path, list, regexes, faults);
        let several = each.len() > 1 && each.len() == list.len();
        Self {
            each,
            digits,
            all: several.then(|| Lazy::set(list.iter().map(|p| p.nfc().collect()).collect())),
        }
    }

    /// The same for a list that a `Prefilter` stands before.
    pub fn each(
        path: &str,
        list: &[String],
        regexes: &mut Regexes,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let (mut each, mut digits) = (Vec::new(), Vec::new());
        for (n, pattern) in list.iter().enumerate() {
            let composed: String = pattern.nfc().collect();
            let scope = Scope::Lines(MOST_COMPILED);
            match regexes.pattern(&format!("{path}.{n}"), &composed, scope, 0) {
                Ok(known) => {
                    digits.push(known.needs_digit);
                    each.push(known.regex);
                }
                Err(fault) => faults.push(fault),
            }
        }
        Self { each, all: None, digits }
    }

    /// Whether one of them matches somewhere.
    pub fn any(&self, text: &str) -> bool {
        let any = || match self.all.as_ref().and_then(Lazy::get) {
            Some(all) => all.is_match(text),
            None => self.each.iter().any(|p| p.is_match(text)),
        };
        self.may_match(text) && any()
    }

    /// Whether a text has what all of them need.
    fn may_match(&self, text: &str) -> bool {
        let needs = |digit: &Lazy<bool>| digit.get().is_some_and(|needs| *needs);
        !self.digits.iter().all(needs) || has_digit(text)
    }

    /// Those that may match in a text, with their places. One search for all of them goes first:
    /// mostly none does.
    fn likely(&self, text: &str) -> impl Iterator<Item = (usize, &Lazy<Regex>)> {
        let all = self.all.as_ref().and_then(Lazy::get);
        let none = !self.may_match(text) || all.is_some_and(|all| !all.is_match(text));
        let each: &[Lazy<Regex>] = if none { &[] } else { &self.each };
        let found = all.filter(|_| !none).map(|all| all.matches(text));
        each.iter()
            .enumerate()
            .filter(move |(n, _)| found.as_ref().is_none_or(|found| found.matched(*n)))
    }

    /// Whether one of them takes the whole text, outer punctuation apart.
    pub fn whole(&self, text: &str) -> bool {
        self.which_whole(text).is_some()
    }

    /// The place of the first that does.
    pub fn which_whole(&self, text: &str) -> Option<usize> {
        let bare = |t: &str| !t.contains(char::is_alphanumeric);
        let whole = |p: &Lazy<Regex>| {
            p.find_iter(text)
                .any(|m| !m.is_empty() && bare(&text[..m.start()]) && bare(&text[m.end()..]))
        };
        self.likely(text).find(|(_, p)| whole(p)).map(|(place, _)| place)
    }

    /// The place of the first that matches somewhere.
    pub fn which(&self, text: &str) -> Option<usize> {
        self.likely(text).find(|(_, p)| p.is_match(text)).map(|(place, _)| place)
    }

    /// Where they match.
    pub fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        self.likely(text).flat_map(|(_, p)| p.find_iter(text)).map(|m| m.range())
    }
}

/// Whether a text has an ASCII digit, many bytes at once.
fn has_digit(text: &str) -> bool {
    text.as_bytes()
        .chunks(32)
        .any(|some| some.iter().fold(false, |has, byte| has | byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_pattern_is_a_fault_with_its_path() {
        let mut faults = Vec::new();
        Patterns::compile("a.b", &["x".into(), "(".into()], &mut Regexes::default(), &mut faults);
        assert_eq!(faults[0].path, ["a", "b", "1"]);
    }

    #[test]
    fn counters_are_found_by_their_digits() {
        let counters = Patterns::compile(
            "x",
            &["views: [0-9]+".into(), "[0-9]+ views".into()],
            &mut Regexes::default(),
            &mut Vec::new(),
        );
        let long = format!("{} 12 Views", "lead ".repeat(20));
        for (text, found) in [
            ("Views: 3", 1),
            ("3 views, views: 4", 2),
            (long.as_str(), 1),
            ("views: none", 0),
            ("the 3 of May", 0),
        ] {
            assert_eq!(counters.find(text).count(), found, "{text}");
            assert_eq!(counters.any(text), found > 0, "{text}");
        }
    }
}
