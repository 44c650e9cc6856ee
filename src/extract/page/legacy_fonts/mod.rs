//! Letters of fonts older than Unicode: a page that shows text by them is recognised by its words
//! and converted by a table.
//!
//! The tables (`config/letters/`) and what a word may be (`config/languages/`) are data. A stretch
//! of a page is converted only if its words become syllables by the table and are none as they
//! stand, so one page may mix both writings. Never guesses by a font's name.

mod stretches;
mod syllable;
mod table;
mod units;
mod words;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use crate::domain::{Fault, OldWriting};
use crate::extract::budget::Budget;
use stretches::{LOOK, Run, Stretch, stretches};
use table::Table;
use words::{Sort, Tally, converted};

/// Words that must speak for a table before anything of a page is converted.
const WORDS: usize = 8;
/// Of them different ones.
const DIFFERENT: usize = 5;
/// How many letters are enough to know a page.
const KNOWN: usize = 400;

/// Letters of old fonts, compiled.
#[derive(Debug, Default)]
pub struct LegacyFonts {
    tables: Vec<Table>,
    /// How references to hints begin.
    referring: Vec<u8>,
    /// The last bytes of hints, and an ampersand, which are looked for in one go.
    ends: Vec<u8>,
}

impl LegacyFonts {
    /// Compiles tables.
    ///
    /// # Errors
    /// All their faults by name and key path.
    pub fn compile(data: &[OldWriting]) -> Result<Self, Vec<(String, Fault)>> {
        let (mut tables, mut faults) = (Vec::new(), Vec::new());
        for writing in data {
            let name = &writing.font.name;
            match Table::compile(writing) {
                Ok(table) => tables.push(table),
                Err(told) => faults.extend(told.into_iter().map(|fault| (name.clone(), fault))),
            }
        }
        let references = tables.iter().flat_map(Table::references);
        let mut referring: Vec<u8> = references.filter_map(|r| r.bytes().next()).collect();
        let last = |table: &Table| table.hint.bytes().last();
        let mut ends: Vec<u8> = tables.iter().filter_map(last).chain([b'&']).collect();
        for bytes in [&mut referring, &mut ends] {
            bytes.sort_unstable();
            bytes.dedup();
        }
        if faults.is_empty() { Ok(Self { tables, referring, ends }) } else { Err(faults) }
    }

    /// The next place where a hint may end or a reference begin.
    fn next(&self, bytes: &[u8]) -> Option<usize> {
        match *self.ends {
            [_] | [] => None,
            [one, two] => memchr::memchr2(one, two, bytes),
            [one, two, three] => memchr::memchr3(one, two, three, bytes),
            ref more => bytes.iter().position(|byte| more.contains(byte)),
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
        let bytes = text.as_bytes();
        let mut hinted = BTreeSet::new();
        let mut from = 0;
        while let Some(found) = self.next(bytes.get(from..).unwrap_or_default()) {
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
            let tally = Tally::of(stretch, text, table);
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
            old.take(stretch, Tally::of(stretch, text, table).sort());
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

    /// A text (`plain`, or a page's source) with its old letters converted, and the name of their
    /// table. What it gives of a page that has cost what it may is of no use.
    pub fn settle<'t>(
        &self,
        text: Cow<'t, str>,
        plain: bool,
        budget: &Budget,
    ) -> (Cow<'t, str>, Option<String>) {
        match self.known(&text, plain, budget) {
            None => (text, None),
            Some(table) => {
                let converted = self.convert(table, &text, plain, budget);
                (Cow::Owned(converted), Some(table.name.clone()))
            }
        }
    }

    /// Whether a text is written in old letters.
    pub fn are_old(&self, text: &str, budget: &Budget) -> bool {
        self.known(text, false, budget).is_some()
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

#[cfg(test)]
mod tests;
