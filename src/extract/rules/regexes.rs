//! The regular expressions of many rules, each once: profiles have most of theirs in common, and a
//! search's memory belongs to its pattern.

use std::collections::HashMap;

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::lazy::{self, Lazy};
use crate::domain::Fault;

/// What may stand in a pattern.
const ADVICE: &str = "look at https://docs.rs/regex for what may stand in a pattern";

/// A pattern that was looked through.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// It, found case apart.
    pub regex: Lazy<Regex>,
    /// The names of its groups in order, empty for one without.
    pub groups: Vec<String>,
    /// Whether it matches nothing without an ASCII digit in it; `false` says nothing.
    pub needs_digit: Lazy<bool>,
}

/// How much of rules is looked at before they are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Care {
    /// Each pattern is compiled, so that all faults are found.
    #[default]
    All,
    /// Each pattern is understood: one that is too large is not found.
    Form,
    /// Nothing: the rules are the program's own, which its tests look through.
    Nothing,
}

/// What a pattern is looked for in, and the bytes of memory that it becomes at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// Anything.
    Anywhere(usize),
    /// Lines, which have two kinds of blanks at most.
    Lines(usize),
}

/// The regular expressions of many rules.
#[derive(Debug, Default)]
pub(crate) struct Regexes {
    care: Care,
    known: HashMap<(String, Scope), Known>,
}

impl Regexes {
    /// None yet.
    pub fn new(care: Care) -> Self {
        Self { care, known: HashMap::new() }
    }

    /// A pattern; why it is none.
    pub fn known(&mut self, pattern: &str, scope: Scope) -> Result<Known, String> {
        let key = (pattern.to_owned(), scope);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let mut groups = Vec::new();
        let needs_digit = if self.care == Care::Nothing {
            let source = key.0.clone();
            Lazy::of(move || Some(needs_digit(&understood(&source, scope).ok()?)))
        } else {
            let hir = understood(pattern, scope)?;
            name_groups(&hir, &mut groups);
            let needs = needs_digit(&hir);
            Lazy::of(move || Some(needs))
        };
        let source = key.0.clone();
        let build = move || match scope {
            Scope::Anywhere(limit) => lazy::regex(&source, limit),
            Scope::Lines(limit) => lazy::in_lines(&source, limit),
        };
        let regex = if self.care == Care::All {
            let built = build().map_err(|error| lazy::reason(&error.to_string()))?;
            Lazy::of(move || Some(built))
        } else {
            Lazy::of(move || build().ok())
        };
        let known = Known { regex, groups, needs_digit };
        Ok(self.known.entry(key).or_insert(known).clone())
    }

    /// Whether a pattern has the groups that are asked for, so far as it was looked at.
    pub fn has(&self, has: impl FnOnce() -> bool) -> bool {
        self.care == Care::Nothing || has()
    }

    /// The pattern of rules at `path`, with at least `groups` groups.
    pub fn pattern(
        &mut self,
        path: &str,
        pattern: &str,
        scope: Scope,
        groups: usize,
    ) -> Result<Known, Fault> {
        let known = self.known(pattern, scope).map_err(|reason| {
            Fault::new(path, format!("this pattern does not compile: {reason}"), ADVICE)
        })?;
        match self.has(|| known.groups.len() >= groups) {
            true => Ok(known),
            false => Err(Fault::new(
                path,
                format!("this pattern needs {groups} group(s) in parentheses"),
                "put parentheses round what is to be taken",
            )),
        }
    }
}

fn understood(pattern: &str, scope: Scope) -> Result<Hir, String> {
    match scope {
        Scope::Anywhere(_) => lazy::parsed(pattern),
        Scope::Lines(_) => lazy::parsed(&lazy::settled(pattern)).or_else(|_| lazy::parsed(pattern)),
    }
}

fn name_groups(part: &Hir, names: &mut Vec<String>) {
    match part.kind() {
        HirKind::Capture(group) => {
            names.push(group.name.as_deref().unwrap_or_default().to_owned());
            name_groups(&group.sub, names);
        }
        HirKind::Repetition(repeated) => name_groups(&repeated.sub, names),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| name_groups(part, names));
        }
        _ => {}
    }
}

fn needs_digit(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.iter().any(u8::is_ascii_digit),
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().all(|r| r.start() >= '0' && r.end() <= '9')
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().all(|r| r.start() >= b'0' && r.end() <= b'9')
        }
        HirKind::Repetition(repeated) => repeated.min > 0 && needs_digit(&repeated.sub),
        HirKind::Capture(group) => needs_digit(&group.sub),
        HirKind::Concat(parts) => parts.iter().any(needs_digit),
        HirKind::Alternation(ways) => ways.iter().all(needs_digit),
    }
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
        ] {
            let known =
                Regexes::new(Care::Nothing).known(pattern, Scope::Anywhere(1 << 20)).unwrap();
            assert_eq!(known.needs_digit.get(), Some(&needs), "{pattern}");
        }
    }

    #[test]
    fn equal_patterns_are_compiled_once_and_faults_are_found_at_once() {
        for care in [Care::Form, Care::All] {
            let mut regexes = Regexes::new(care);
            let mut known = |pattern: &str| regexes.known(pattern, Scope::Lines(1 << 14));
            let one =
                |known: Result<Known, String>| known.unwrap().regex.get().map(|r| r as *const _);
            assert_eq!(one(known(r"(?P<a>x)\s(y)")), one(known(r"(?P<a>x)\s(y)")));
            assert_eq!(known(r"(?P<a>x)\s(y)").unwrap().groups, ["a", ""]);
            assert_eq!(known("(x").unwrap_err(), "unclosed group");
            assert_eq!(known(r"\w{1000}").is_err(), care == Care::All, "too large");
        }
    }
}
