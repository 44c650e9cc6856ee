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
    pub needs_digit: bool,
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
    /// Whether each is compiled at once, so that one that is too large is found.
    eager: bool,
    known: HashMap<(String, Scope), Known>,
}

impl Regexes {
    /// None yet; `eager`: each is compiled at once, else when it is first used.
    pub fn new(eager: bool) -> Self {
        Self { eager, known: HashMap::new() }
    }

    /// A pattern; why it is none.
    pub fn known(&mut self, pattern: &str, scope: Scope) -> Result<Known, String> {
        let key = (pattern.to_owned(), scope);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let hir = match scope {
            Scope::Anywhere(_) => lazy::parsed(pattern),
            Scope::Lines(_) => {
                lazy::parsed(&lazy::settled(pattern)).or_else(|_| lazy::parsed(pattern))
            }
        };
        let hir = hir.map_err(|error| reason(&error.to_string()))?;
        let source = key.0.clone();
        let build = move || match scope {
            Scope::Anywhere(limit) => lazy::regex(&source, limit),
            Scope::Lines(limit) => lazy::in_lines(&source, limit),
        };
        let regex = if self.eager {
            let built = build().map_err(|error| reason(&error.to_string()))?;
            Lazy::of(move || Some(built))
        } else {
            Lazy::of(move || build().ok())
        };
        let mut groups = Vec::new();
        name_groups(&hir, &mut groups);
        let known = Known { regex, groups, needs_digit: needs_digit(&hir) };
        Ok(self.known.entry(key).or_insert(known).clone())
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
        match known.groups.len() >= groups {
            true => Ok(known),
            false => Err(Fault::new(
                path,
                format!("this pattern needs {groups} group(s) in parentheses"),
                "put parentheses round what is to be taken",
            )),
        }
    }
}

/// The last line of a pattern's error, which says what is wrong.
fn reason(error: &str) -> String {
    error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
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
            let known = Regexes::new(false).known(pattern, Scope::Anywhere(1 << 20)).unwrap();
            assert_eq!(known.needs_digit, needs, "{pattern}");
        }
    }

    #[test]
    fn equal_patterns_are_compiled_once_and_faults_are_found_at_once() {
        for eager in [false, true] {
            let mut regexes = Regexes::new(eager);
            let mut known = |pattern: &str| regexes.known(pattern, Scope::Lines(1 << 14));
            let one =
                |known: Result<Known, String>| known.unwrap().regex.get().map(|r| r as *const _);
            assert_eq!(one(known(r"(?P<a>x)\s(y)")), one(known(r"(?P<a>x)\s(y)")));
            assert_eq!(known(r"(?P<a>x)\s(y)").unwrap().groups, ["a", ""]);
            assert_eq!(known("(x").unwrap_err(), "unclosed group");
            assert_eq!(known(r"\w{1000}").is_err(), eager, "too large");
        }
    }
}
