//! One table of old letters.

use std::collections::{BTreeMap, HashMap, HashSet};

use regex::Regex;
use serde::Deserialize;

use crate::extract::html::dom;

/// A table as `config/letters.toml` has it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    name: String,
    hint: String,
    capitals: Option<String>,
    letters: BTreeMap<String, char>,
}

/// A table.
pub(super) struct Table {
    /// What it is called.
    pub name: String,
    /// A letter that it uses often and Unicode text hardly ever.
    pub hint: String,
    /// What may stand for the hint, without the ampersand.
    references: Vec<String>,
    /// Fonts that draw small letters as capitals.
    pub capitals: Option<Regex>,
    singles: HashMap<char, char>,
    pairs: HashMap<(char, char), char>,
    alphabet: HashSet<char>,
}

impl Table {
    pub(super) fn of(written: Written) -> Self {
        let (mut singles, mut pairs, mut alphabet) =
            (HashMap::new(), HashMap::new(), HashSet::new());
        for (old, new) in &written.letters {
            alphabet.extend(old.chars().filter(|c| !c.is_ascii()));
            match old.chars().collect::<Vec<_>>().as_slice() {
                [one] => singles.insert(*one, *new),
                [one, two] => pairs.insert((*one, *two), *new),
                _ => None,
            };
        }
        let references = written.hint.chars().flat_map(dom::references_to).collect();
        let capitals = written.capitals.and_then(|pattern| Regex::new(&pattern).ok());
        Self {
            name: written.name,
            hint: written.hint,
            references,
            capitals,
            singles,
            pairs,
            alphabet,
        }
    }

    /// How its hint may stand in a text by reference, behind the ampersand.
    pub(super) fn references(&self) -> &[String] {
        &self.references
    }

    /// Whether it uses a letter that is not ASCII.
    pub(super) fn uses(&self, c: char) -> bool {
        self.alphabet.contains(&c)
    }

    /// A word by the table; what it does not know stays.
    pub(super) fn convert(&self, word: &[char]) -> String {
        let mut out = String::with_capacity(word.len() * 3);
        let mut rest = word;
        while let [first, tail @ ..] = rest {
            let pair = tail.first().and_then(|second| self.pairs.get(&(*first, *second)));
            match pair {
                Some(new) => {
                    out.push(*new);
                    rest = tail.get(1..).unwrap_or_default();
                }
                None => {
                    out.push(self.singles.get(first).copied().unwrap_or(*first));
                    rest = tail;
                }
            }
        }
        out
    }

    /// Old letters of the table with what they stand for, for tests that write them.
    #[cfg(test)]
    pub(super) fn written(&self) -> impl Iterator<Item = (String, char)> {
        let pairs = self.pairs.iter().map(|((a, b), new)| (format!("{a}{b}"), *new));
        pairs.chain(self.singles.iter().map(|(old, new)| (old.to_string(), *new)))
    }
}
