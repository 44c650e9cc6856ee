//! One table of old letters.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::syllable::Syllables;
use crate::domain::{Fault, OldWriting};
use crate::extract::html::dom;

/// A pattern that is compiled when it is first used: most pages are in no old letters.
type LazyRegex = LazyLock<Option<Regex>, Box<dyn FnOnce() -> Option<Regex> + Send + Sync>>;

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    /// What it is called.
    pub name: String,
    /// A letter that it uses often and Unicode text hardly ever.
    pub hint: String,
    /// What may stand for the hint, without the ampersand.
    references: Vec<String>,
    /// Fonts that draw small letters as capitals.
    capitals: Option<LazyRegex>,
    singles: HashMap<char, char>,
    pairs: HashMap<(char, char), char>,
    alphabet: HashSet<char>,
    /// What a word may be.
    pub syllables: Syllables,
}

impl Table {
    /// Compiles a table, or gives all its faults by key path.
    pub(super) fn compile(data: &OldWriting) -> Result<Self, Vec<Fault>> {
        let (mut singles, mut pairs, mut alphabet) =
            (HashMap::new(), HashMap::new(), HashSet::new());
        let (OldWriting { font, syllables }, mut faults) = (data, Vec::new());
        for (old, new) in &font.letters {
            alphabet.extend(old.chars().filter(|c| !c.is_ascii()));
            match old.chars().collect::<Vec<_>>().as_slice() {
                [one] => _ = singles.insert(*one, *new),
                [one, two] => _ = pairs.insert((*one, *two), *new),
                _ => faults.push(Fault {
                    path: vec!["letters".to_owned(), old.clone()],
                    what: format!("`{old}` is neither a letter nor a letter and its mark"),
                    advice: "write one or two signs".to_owned(),
                }),
            };
        }
        let capitals = font.capitals.as_ref().map(|pattern| {
            let (pattern, checked) = (pattern.clone(), regex_syntax::parse(pattern));
            faults.extend(checked.err().map(|error| no_pattern(&error)));
            LazyRegex::new(Box::new(move || Regex::new(&pattern).ok()))
        });
        let table = Self {
            name: font.name.clone(),
            references: font.hint.chars().flat_map(dom::references_to).collect(),
            hint: font.hint.clone(),
            capitals,
            singles,
            pairs,
            alphabet,
            syllables: Syllables::of(syllables),
        };
        if faults.is_empty() { Ok(table) } else { Err(faults) }
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

    /// Whether it knows fonts that draw small letters as capitals.
    pub(super) fn has_capitals(&self) -> bool {
        self.capitals.is_some()
    }

    /// Whether a font of that name draws small letters as capitals; `None`: no table says so.
    pub(super) fn draws_capitals(&self, font: &str) -> Option<bool> {
        let pattern = self.capitals.as_ref()?;
        Some((**pattern).as_ref().is_some_and(|pattern| pattern.is_match(font)))
    }

    /// Old letters of the table with what they stand for, for tests that write them.
    #[cfg(test)]
    pub(super) fn written(&self) -> impl Iterator<Item = (String, char)> {
        let pairs = self.pairs.iter().map(|((a, b), new)| (format!("{a}{b}"), *new));
        pairs.chain(self.singles.iter().map(|(old, new)| (old.to_string(), *new)))
    }
}

fn no_pattern(error: &regex_syntax::Error) -> Fault {
    let error = error.to_string();
    let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
    let advice = "look at https://docs.rs/regex for what may stand in a pattern";
    Fault::new("capitals", format!("this pattern does not compile: {reason}"), advice)
}
