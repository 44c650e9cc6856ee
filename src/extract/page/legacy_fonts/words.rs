//! The words of a stretch: what they say for a table, and what they are by it.

use super::stretches::Stretch;
use super::table::Table;
use super::units::units;

/// How many words tell what a stretch is.
const ENOUGH: usize = 1_000;

/// What a stretch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// In old letters.
    Old,
    /// In others.
    New,
    /// It reads both ways.
    Both,
    /// It has no letter that tells.
    Bare,
}

/// What the words of a stretch say for a table.
#[derive(Default)]
pub(super) struct Tally {
    /// Words that become syllables and are none as they stand, converted.
    pub good: Vec<String>,
    /// Words that do not, and words in letters that the table lacks.
    pub bad: usize,
    /// Words that are syllables both ways.
    pub both: usize,
}

impl Tally {
    pub(super) fn of(stretch: &Stretch, text: &str, table: &Table) -> Self {
        let mut tally = Self::default();
        for run in &stretch.runs {
            words(text.get(run.from..run.to).unwrap_or_default(), table, |word, _| {
                tally.take(word, table)
            });
        }
        tally
    }

    fn take(&mut self, word: &[char], table: &Table) {
        if word.iter().all(char::is_ascii) || self.words() >= ENOUGH {
            return;
        }
        if word.iter().any(|c| !c.is_ascii() && !table.uses(*c)) {
            self.bad += 1;
            return;
        }
        let converted = table.convert(word);
        match table.syllables.has(&converted) {
            false => self.bad += 1,
            true if table.syllables.has(&word.iter().collect::<String>()) => self.both += 1,
            true => self.good.push(converted),
        }
    }

    fn words(&self) -> usize {
        self.good.len() + self.bad + self.both
    }

    /// Whether the stretch speaks for the table by itself.
    pub(super) fn speaks(&self) -> bool {
        self.good.len() >= 3 && 4 * self.bad <= self.good.len()
    }

    /// What the stretch is, on a page that the table is known to be in.
    pub(super) fn sort(&self) -> Sort {
        match (self.good.len(), self.bad, self.both) {
            (0, 0, 0) => Sort::Bare,
            (0, 0, _) => Sort::Both,
            (good, bad, _) if good > 0 && 2 * bad <= good => Sort::Old,
            _ => Sort::New,
        }
    }
}

/// Calls with each word and its place in the text; letters that no word is made of divide words.
fn words(text: &str, table: &Table, mut each: impl FnMut(&[char], (usize, usize))) {
    let (mut word, mut from, mut at) = (Vec::new(), 0, 0);
    for (c, length) in units(text, table) {
        if c.is_alphabetic() || table.uses(c) {
            if word.is_empty() {
                from = at;
            }
            word.push(c);
        } else if !word.is_empty() {
            each(&word, (from, at));
            word.clear();
        }
        at += length;
    }
    if !word.is_empty() {
        each(&word, (from, at));
    }
}

/// A run by the table; `capitals`: its font draws small letters as capitals.
pub(super) fn converted(text: &str, table: &Table, capitals: bool) -> String {
    let (mut out, mut done) = (String::with_capacity(text.len() + text.len() / 4), 0);
    let capitals = capitals || is_in_capitals(text.chars());
    words(text, table, |word, (from, to)| {
        out.push_str(text.get(done..from).unwrap_or_default());
        let new = table.convert(word);
        if capitals || is_in_capitals(word.iter().copied()) {
            out.extend(new.chars().flat_map(char::to_uppercase));
        } else {
            out.push_str(&new);
        }
        done = to;
    });
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Whether plain letters are capitals only, and more than one: letters with marks have no capitals
/// in some tables.
fn is_in_capitals(letters: impl Iterator<Item = char>) -> bool {
    let mut capitals = 0;
    for c in letters {
        match c {
            'a'..='z' => return false,
            'A'..='Z' => capitals += 1,
            _ => {}
        }
    }
    capitals > 1
}
