//! Letters of fonts older than Unicode: a page that shows text by them is recognised by its words
//! and converted by a table.
//!
//! The tables and what a word may be are data (`config/letters.toml`). A stretch of a page is
//! converted only if its words become syllables by the table and are none as they stand, so one
//! page may mix both writings. Never guesses by a font's name.

mod stretches;
mod syllable;
mod table;
mod units;
mod words;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::extract::budget::Budget;
use stretches::{LOOK, Run, Stretch, stretches};
use syllable::Syllables;
use table::Table;
use words::{Sort, Tally, converted};

/// Words that must speak for a table before anything of a page is converted.
const WORDS: usize = 8;
/// Of them different ones.
const DIFFERENT: usize = 5;
/// How many letters are enough to know a page.
const KNOWN: usize = 400;

/// The tables and syllables of `config/letters.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    syllables: syllable::Written,
    tables: Vec<table::Written>,
}

/// The same, compiled.
struct Letters {
    syllables: Syllables,
    tables: Vec<Table>,
    /// How references to hints begin.
    referring: Vec<u8>,
    /// The last bytes of two tables' hints, which are looked for in one go.
    ends: [u8; 2],
}

/// A test sees to it that they can be read.
static LETTERS: LazyLock<Letters> =
    LazyLock::new(|| Letters::of(toml::from_str(TEXT).unwrap_or_default()));
const TEXT: &str = include_str!("../../../../config/letters.toml");

impl Letters {
    fn of(written: Written) -> Self {
        let tables: Vec<Table> = written.tables.into_iter().map(Table::of).collect();
        let mut referring: Vec<u8> =
            tables.iter().flat_map(Table::references).filter_map(|r| r.bytes().next()).collect();
        referring.sort_unstable();
        referring.dedup();
        let end =
            |n: usize| tables.get(n).and_then(|table| table.hint.bytes().last()).unwrap_or(b'&');
        Self {
            ends: [end(0), end(1)],
            syllables: Syllables::of(&written.syllables),
            tables,
            referring,
        }
    }

    /// The table that a page's words speak for, if one does.
    fn known(&self, text: &str, plain: bool, budget: &Budget) -> Option<&Table> {
        let hinted = self.hinted(text).into_iter().filter_map(|n| self.tables.get(n));
        let told =
            hinted.filter_map(|table| Some((self.evidence(table, text, plain, budget)?, table)));
        told.max_by_key(|(words, _)| *words).map(|(_, table)| table)
    }

    /// The tables, by number, whose hints stand in a text, as they are or by reference. Cheap test
    /// before the words are looked at: most pages hold none.
    fn hinted(&self, text: &str) -> BTreeSet<usize> {
        let (bytes, [one, other]) = (text.as_bytes(), self.ends);
        let mut hinted = BTreeSet::new();
        let mut from = 0;
        while let Some(found) =
            memchr::memchr3(b'&', one, other, bytes.get(from..).unwrap_or_default())
        {
            // Scripts are full of pairs: the last ampersand alone may begin a reference.
            let pairs = bytes.iter().skip(from + found + 1).take_while(|b| **b == b'&').count();
            let at = from + found + if bytes[from + found] == b'&' { pairs } else { 0 };
            from = at + 1;
            let (before, rest) = bytes.split_at(at);
            let shows = |table: &Table| match rest {
                [b'&', behind @ ..] => {
                    table.references().iter().any(|r| behind.starts_with(r.as_bytes()))
                }
                [end, ..] => table
                    .hint
                    .as_bytes()
                    .split_last()
                    .is_some_and(|(last, first)| last == end && before.ends_with(first)),
                [] => false,
            };
            // Most references begin as none to a hint does.
            if bytes[at] != b'&' || rest.get(1).is_some_and(|first| self.referring.contains(first))
            {
                let new: Vec<usize> = (0..self.tables.len())
                    .filter(|n| !hinted.contains(n) && shows(&self.tables[*n]))
                    .collect();
                hinted.extend(new);
            }
            // A page may be full of them.
            if hinted.len() == self.tables.len() {
                break;
            }
        }
        hinted
    }

    /// How many words speak for a table; `None`: too few.
    fn evidence(&self, table: &Table, text: &str, plain: bool, budget: &Budget) -> Option<usize> {
        let (mut words, mut different) = (0, HashSet::new());
        stretches(text, plain, None, budget, |stretch| {
            let tally = Tally::of(stretch, text, table, &self.syllables);
            if tally.speaks() {
                words += tally.good.len();
                different.extend(tally.good);
            }
            words < KNOWN
        });
        (words >= WORDS && different.len() >= DIFFERENT).then_some(words)
    }

    /// The text with its old letters converted, as far as the page may cost.
    fn convert(&self, table: &Table, text: &str, plain: bool, budget: &Budget) -> String {
        let mut old = Old::default();
        stretches(text, plain, Some(table), budget, |stretch: &Stretch| {
            old.take(stretch, Tally::of(stretch, text, table, &self.syllables).sort());
            true
        });
        let (mut out, mut done, mut looked) =
            (String::with_capacity(text.len() + text.len() / 8), 0, 0);
        for run in old.runs() {
            if run.from - looked >= LOOK {
                looked = run.from;
                if budget.check().is_err() {
                    break;
                }
            }
            out.push_str(text.get(done..run.from).unwrap_or_default());
            out.push_str(&converted(
                text.get(run.from..run.to).unwrap_or_default(),
                table,
                run.capitals,
            ));
            done = run.to;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }
}

/// The runs of a page that are written in old letters.
#[derive(Default)]
struct Old {
    runs: Vec<Run>,
    /// Runs that read both ways, since the last one that does not.
    open: Vec<Run>,
    /// Whether that one was in old letters.
    last: Option<bool>,
}

impl Old {
    /// A stretch that reads both ways is what the stretches round it are.
    fn take(&mut self, stretch: &Stretch, sort: Sort) {
        match sort {
            Sort::Old => {
                self.runs.append(&mut self.open);
                self.runs.extend(&stretch.runs);
                self.last = Some(true);
            }
            Sort::New => {
                self.open.clear();
                self.last = Some(false);
            }
            Sort::Both if self.last == Some(false) => {}
            Sort::Both => self.open.extend(&stretch.runs),
            Sort::Bare => self.runs.extend(stretch.runs.iter().filter(|run| run.capitals)),
        }
    }

    /// In the page's order.
    fn runs(mut self) -> Vec<Run> {
        if self.last == Some(true) {
            self.runs.append(&mut self.open);
        }
        self.runs.sort_unstable_by_key(|run| run.from);
        self.runs
    }
}

/// A text (`plain`, or a page's source) with its old letters converted, and the name of their
/// table. What it gives of a page that has cost what it may is of no use.
pub(crate) fn settle<'t>(
    text: Cow<'t, str>,
    plain: bool,
    budget: &Budget,
) -> (Cow<'t, str>, Option<&'static str>) {
    match LETTERS.known(&text, plain, budget) {
        None => (text, None),
        Some(table) => {
            (Cow::Owned(LETTERS.convert(table, &text, plain, budget)), Some(&table.name))
        }
    }
}

/// Whether a text is written in old letters.
pub(crate) fn are_old(text: &str, budget: &Budget) -> bool {
    LETTERS.known(text, false, budget).is_some()
}

#[cfg(test)]
mod tests;
