//! Dates in text, by the forms that a profile gives: the first one, with its span and what it says
//! of time and zone.
//!
//! Numbers decide: a match that is no day of the calendar, or that a digit continues, is none.
//! Nothing here knows a language.

mod grammar;
mod offset;
mod prefilter;

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::lazy::Lazy;
use super::regexes::Regexes;
use crate::domain::{DateForms, DateOrder, Fault, Written};
use crate::text::latin;
use grammar::Grammar;
use offset::offset_of;
use prefilter::Prefilter;

/// A date found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it says.
    pub written: Written,
    /// Day and month the other way round, where its numbers may be read so too.
    pub turned: Option<(i16, i8, i8)>,
    /// Its bytes, with the words, time, zone and brackets that belong to it.
    pub span: Range<usize>,
}

/// The forms of a profile, compiled.
#[derive(Debug)]
pub struct Forms {
    days: Vec<Lazy<Regex>>,
    /// What of all this cannot be there.
    prefilter: LazyLock<Prefilter, Box<dyn FnOnce() -> Prefilter + Send + Sync>>,
    /// Times that follow a date, each anchored at the start.
    after: Vec<Lazy<Regex>>,
    /// Times that come before it, each anchored at the end.
    ahead: Vec<Lazy<Regex>>,
    /// A word that belongs to the date and stands before it, anchored at the end.
    word: Option<Lazy<Regex>>,
    order: Option<DateOrder>,
    months: Vec<(String, i8)>,
    pm: Vec<String>,
    zones: Vec<(String, i32)>,
}

/// How far before a date its time and words are looked for, in bytes.
const REACH: usize = 96;
/// How much of a text is searched, in bytes; dates of pages stand in short lines.
const LONGEST: usize = 16 << 10;
/// The year of an empty date in many databases is 1; no portal is older than this.
const FIRST_YEAR: i16 = 1000;

impl Forms {
    /// Compiles the forms; all faults at once, their paths counted from the table.
    ///
    /// # Errors
    /// What of them is no form of a date.
    pub fn compile(forms: &DateForms) -> Result<Forms, Vec<Fault>> {
        let (compiled, faults) = Self::among(forms, &mut Regexes::default());
        if faults.is_empty() { Ok(compiled) } else { Err(faults) }
    }

    /// The same with patterns that others may have too: what is sound of them, and the faults.
    pub(crate) fn among(forms: &DateForms, regexes: &mut Regexes) -> (Forms, Vec<Fault>) {
        let mut faults = Vec::new();
        if !matches!(forms.months.len(), 0 | 12) {
            faults.push(Fault::new(
                "months",
                format!("{} lists of months", forms.months.len()),
                "give twelve lists, January first",
            ));
        }
        let zones = zones(forms, &mut faults);
        let grammar = Grammar::new(forms);
        let mut told = |compiled: Result<Vec<Lazy<Regex>>, Vec<Fault>>| {
            compiled.unwrap_or_else(|found| {
                faults.extend(found);
                Vec::new()
            })
        };
        let days = told(grammar.all("days", &forms.days, &str::to_owned, regexes));
        let after = told(grammar.all("times", &forms.times, &|p| grammar.after(p), regexes));
        // Each is the same time as one after a date, whose faults are told.
        let ahead = grammar.all("times", &forms.times, &|p| grammar.ahead(p), regexes);
        let written = forms.clone();
        let prefilter = LazyLock::new(Box::new(move || Prefilter::of(&written)) as Box<_>);
        let months = (1..).zip(&forms.months);
        let compiled = Forms {
            days,
            prefilter,
            after,
            ahead: ahead.unwrap_or_default(),
            word: grammar.word(forms).map(Lazy::new),
            order: forms.order,
            months: months.flat_map(|(n, words)| words.iter().map(move |w| (fold(w), n))).collect(),
            pm: forms.pm.iter().map(|w| w.nfc().collect()).collect(),
            zones,
        };
        (compiled, faults)
    }

    /// The first date in the text.
    pub fn find(&self, text: &str) -> Option<Found> {
        self.find_all(text).next()
    }

    /// Every date in the text (its first 16 KiB), in order.
    pub fn find_all<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Found> + 'a {
        let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
        // Cheap tests first: most texts hold no year, and most of the others are in NFC already.
        let composes = has_year(text.as_bytes())
            && latin::settled(text, false).is_none()
            && is_nfc_quick(text.chars()) != IsNormalized::Yes;
        let composed = composes.then(|| text.nfc().collect::<String>()).filter(|nfc| nfc != text);
        let mut from = 0;
        std::iter::from_fn(move || {
            let body = composed.as_deref().unwrap_or(text);
            let mut found = self.find_from(body, from)?;
            from = found.span.end;
            if composed.is_some() {
                found.span =
                    original(text, body, found.span.start)..original(text, body, found.span.end);
            }
            Some(found)
        })
    }

    fn find_from(&self, text: &str, from: usize) -> Option<Found> {
        if !has_year(text.as_bytes().get(from..)?) {
            return None;
        }
        let likely = self.prefilter.days(text, from);
        let best = self
            .days
            .iter()
            .enumerate()
            .filter(|(n, _)| likely.as_ref().is_none_or(|likely| likely.matched(*n)))
            .filter_map(|(_, pattern)| self.day(pattern.get()?, text, from))
            .min_by_key(|found| (found.span.start, std::cmp::Reverse(found.span.end)))?;
        Some(self.widen(text, from, best))
    }

    /// The first real day that the pattern finds.
    fn day(&self, pattern: &Regex, text: &str, mut from: usize) -> Option<Found> {
        while let Some(found) = pattern.captures_at(text, from) {
            let span = found.get(0)?.range();
            match self.written(&found) {
                Some(written) if stands_alone(text, &span) => {
                    let turned = self.turned(&found, text, written.date);
                    return Some(Found { written, turned, span });
                }
                _ => from = span.start + text.get(span.start..)?.chars().next()?.len_utf8(),
            }
        }
        None
    }

    fn written(&self, found: &Captures<'_>) -> Option<Written> {
        let month = match found.name("month") {
            Some(word) => {
                let word = fold(word.as_str());
                self.months.iter().find(|(w, _)| *w == word)?.1
            }
            None => number(found, "m")?,
        };
        let (year, day) = (number(found, "y")?, number(found, "d")?);
        let (month, day) = self.ordered(found, (year, month, day));
        is_day(year, month, day).then_some(())?;
        Some(Written { date: (year, month, day), time: self.time(found), offset_s: None })
    }

    /// Month and day by the order of numbers, where that says anything and is a day.
    fn ordered(&self, found: &Captures<'_>, (year, month, day): (i16, i8, i8)) -> (i8, i8) {
        let at = |name| found.name(name).map(|part| part.start());
        let (Some(d), Some(m), Some(y)) = (at("d"), at("m"), at("y")) else { return (month, day) };
        let turned = match self.order {
            Some(DateOrder::Dmy) => m < d,
            Some(DateOrder::Mdy) => d < m,
            _ => false,
        };
        // A year that stands first leaves one order.
        let turns = turned && y > d.max(m) && is_day(year, day, month);
        if turns { (day, month) } else { (month, day) }
    }

    /// A day with its month the other way round, if nothing but the form that found it says which
    /// is which.
    fn turned(
        &self,
        found: &Captures<'_>,
        text: &str,
        (year, month, day): (i16, i8, i8),
    ) -> Option<(i16, i8, i8)> {
        let (d, m, y) = (found.name("d")?, found.name("m")?, found.name("y")?);
        let open = self.order.is_none() && d.end() < m.start() && m.end() < y.start();
        let between = text.get(d.end()..m.start()).filter(|_| open)?.trim();
        (matches!(between, "/" | "-" | ".") && day != month && is_day(year, day, month))
            .then_some((year, day, month))
    }

    /// Hour and minute; none where the clock knows no such time.
    fn time(&self, found: &Captures<'_>) -> Option<(i8, i8)> {
        let hour: i8 = number(found, "h")?;
        let minute: i8 = if found.name("min").is_some() { number(found, "min")? } else { 0 };
        let hour = match found.name("half").map(|half| self.pm.iter().any(|w| w == half.as_str())) {
            Some(true) if hour < 12 => hour + 12,
            Some(false) if hour == 12 => 0,
            _ => hour,
        };
        ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some((hour, minute))
    }

    fn offset(&self, found: &Captures<'_>) -> Option<i32> {
        let zone = found.name("zone").and_then(|word| {
            let word = fold(word.as_str());
            self.zones.iter().find(|(w, _)| *w == word)
        });
        match found.name("offset").or_else(|| found.name("plus")).or_else(|| found.name("west")) {
            Some(written) => offset_of(written.as_str()),
            None => zone.map(|(_, seconds)| *seconds),
        }
    }

    /// Takes in what belongs to the date on both sides: time, zone, words, brackets.
    fn widen(
        &self,
        text: &str,
        from: usize,
        Found { mut written, turned, mut span }: Found,
    ) -> Found {
        let rest = text.get(span.end..).unwrap_or_default();
        let mut timed = written.time.is_some();
        let after = if self.prefilter.may_follow(rest) { self.after.as_slice() } else { &[] };
        if let Some(found) = after
            .iter()
            .find_map(|t| t.captures(rest).filter(|f| ends(rest, f.get(0).map_or(0, |m| m.end()))))
        {
            timed = true;
            written.time = written.time.or_else(|| self.time(&found));
            written.offset_s = self.offset(&found);
            span.end += found.get(0).map_or(0, |all| all.end());
        }
        loop {
            let floor = from.max(text.floor_char_boundary(span.start.saturating_sub(REACH)));
            let front = text.get(floor..span.start).unwrap_or_default();
            let ahead =
                if !timed && self.prefilter.may_lead(front) { self.ahead.as_slice() } else { &[] };
            let bare = |c: char| !c.is_alphanumeric();
            if let Some(found) =
                ahead.iter().find_map(|t| closing(t.get()?, front, |c| bare(c) && c != ':'))
            {
                timed = true;
                written.time = self.time(&found);
                written.offset_s = self.offset(&found);
                span.start = floor + found.name("all").map_or(front.len(), |all| all.start());
            } else if let Some(word) = self
                .word
                .as_ref()
                .filter(|_| self.prefilter.may_name(front))
                .and_then(|w| Some(closing(w.get()?, front, bare)?.name("all")?.start()))
            {
                span.start = floor + word;
            } else {
                break;
            }
        }
        let (front, rest) = (
            text.get(from..span.start).unwrap_or_default(),
            text.get(span.end..).unwrap_or_default(),
        );
        if front.ends_with('(') && rest.starts_with(')')
            || front.ends_with('[') && rest.starts_with(']')
        {
            span = span.start - 1..span.end + 1;
        }
        Found { written, turned, span }
    }
}

/// A word as it is compared: NFC, lower case, one blank.
fn fold(word: &str) -> String {
    word.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect::<String>().to_lowercase()
}

/// Whether the calendar has such a day, and a portal may show it.
fn is_day(year: i16, month: i8, day: i8) -> bool {
    year >= FIRST_YEAR && jiff::civil::Date::new(year, month, day).is_ok()
}

/// The zones with their offsets in seconds east of UTC.
fn zones(forms: &DateForms, faults: &mut Vec<Fault>) -> Vec<(String, i32)> {
    let mut zones = Vec::new();
    for (word, offset) in &forms.zones {
        match offset_of(offset) {
            Some(seconds) => zones.push((fold(word), seconds)),
            None => faults.push(Fault::new(
                &format!("zones.{word}"),
                format!("no offset: {offset}"),
                "write it as +07:00",
            )),
        }
    }
    zones
}

fn number<T: std::str::FromStr>(found: &Captures<'_>, name: &str) -> Option<T> {
    found.name(name)?.as_str().parse().ok()
}

/// Whether four ASCII digits stand together anywhere: no date without a year.
fn has_year(text: &[u8]) -> bool {
    let digits =
        |run: &mut dyn Iterator<Item = &u8>| run.take(3).take_while(|b| b.is_ascii_digit()).count();
    // One of any four is looked at first.
    (3..text.len()).step_by(4).any(|at| match text.split_at_checked(at) {
        Some((before, [own, behind @ ..])) => {
            own.is_ascii_digit()
                && digits(&mut before.iter().rev()) + digits(&mut behind.iter()) >= 3
        }
        _ => false,
    })
}

/// What a pattern that closes a text matches first, with nothing or such a sign before it.
fn closing<'t>(
    pattern: &Regex,
    text: &'t str,
    border: impl Fn(char) -> bool,
) -> Option<Captures<'t>> {
    let mut from = 0;
    loop {
        let found = pattern.captures_at(text, from)?;
        let start = found.get(0)?.start();
        if text.get(..start)?.chars().next_back().is_none_or(&border) {
            return Some(found);
        }
        from = start + text.get(start..)?.chars().next()?.len_utf8();
    }
}

/// Whether no number goes on to the left or right.
fn stands_alone(text: &str, span: &Range<usize>) -> bool {
    let mut before = text.get(..span.start).unwrap_or_default().chars().rev();
    let left = match before.next() {
        Some(c) if c.is_numeric() => false,
        Some('/' | '.' | '-') => !before.next().is_some_and(char::is_numeric),
        _ => true,
    };
    left && ends(text, span.end)
}

fn ends(text: &str, at: usize) -> bool {
    let mut after = text.get(at..).unwrap_or_default().chars();
    match after.next() {
        Some(c) if c.is_numeric() => false,
        Some('/' | '.') => !after.next().is_some_and(char::is_numeric),
        _ => true,
    }
}

/// The byte of `text` that corresponds to byte `at` of its composed form; both begin a character
/// there.
fn original(text: &str, composed: &str, at: usize) -> usize {
    let marks = composed.get(..at).unwrap_or(composed).nfd().count();
    let mut seen = 0;
    text.char_indices()
        .find(|(_, c)| {
            let here = seen >= marks;
            seen += std::iter::once(*c).nfd().count();
            here
        })
        .map_or(text.len(), |(i, _)| i)
}

#[cfg(test)]
mod tests;
