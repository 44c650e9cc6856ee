//! The patterns of dates: a profile's forms with what every form is made of filled in.

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use crate::domain::{DateForms, Fault};
use crate::extract::rules::lazy::Lazy;
use crate::extract::rules::regexes::{Regexes, Scope};

/// Bytes of memory that a pattern becomes at most.
const MOST_COMPILED: usize = 1 << 20;

/// What may stand between the parts of a date, beside the profile's words.
const GAP: &str = r"[\s,|:;–—-]*";

/// The pieces that every pattern of a profile is made of.
pub(super) struct Grammar {
    /// The words of `{month}`; `None` where the profile has none.
    pub(super) months: Option<String>,
    /// Between date and time.
    pub(super) join: String,
    /// After a time: half of the day, zone.
    pub(super) tail: String,
}

impl Grammar {
    pub(super) fn new(forms: &DateForms) -> Self {
        let between: Vec<&String> = forms.between.iter().collect();
        let join =
            alternation(&between).map_or(GAP.to_owned(), |words| format!("{GAP}(?:{words})?{GAP}"));
        let halves: Vec<&String> = forms.am.iter().chain(&forms.pm).collect();
        let half = alternation(&halves)
            .map_or(String::new(), |words| format!(r"(?:\s*(?-i:(?P<half>{words})))?"));
        let zones: Vec<&String> = forms.zones.keys().collect();
        let zone = alternation(&zones).map_or(String::new(), |words| {
            let offset = r"(?P<offset>[+−-][0-9]{1,2}(?::?[0-9]{2}|\.[0-9]{1,2})?)?";
            format!(r"(?P<zone>{words})\s*{offset}|")
        });
        let tail = format!(r"{half}(?:\s*\(?(?:{zone}(?P<plus>\+[0-9]{{2}}:?[0-9]{{2}}))\)?)?");
        let months = alternation(&forms.months.iter().flatten().collect::<Vec<_>>());
        Self { months, join, tail }
    }

    /// A time behind a date, at the start.
    pub(super) fn after(&self, time: &str) -> String {
        format!("^{}{time}{}", self.join, self.tail)
    }

    /// A time before a date, at the end.
    pub(super) fn ahead(&self, time: &str) -> String {
        format!(r"(?P<all>{time}{}){}$", self.tail, self.join)
    }

    /// A word that belongs to a date before it, at the end.
    pub(super) fn word(&self, forms: &DateForms) -> Option<String> {
        let words: Vec<&String> = forms.weekdays.iter().chain(&forms.before).collect();
        alternation(&words).map(|words| format!(r"(?P<all>{words}){GAP}$"))
    }

    /// A pattern with its marks filled in.
    pub(super) fn source(&self, pattern: &str) -> String {
        let months = format!(r"\b(?P<month>{})\b", self.months.as_deref().unwrap_or_default());
        let (day, month, minute) = ("(?P<d>[0-9]{1,2})", "(?P<m>[0-9]{1,2})", "(?P<min>[0-9]{2})");
        let parts = [
            ("{d}", day),
            ("{m}", month),
            ("{y}", "(?P<y>[0-9]{4})"),
            ("{h}", "(?P<h>[0-9]{1,2})"),
            ("{min}", minute),
        ];
        let rest = [
            ("{s}", "[0-9]{2}"),
            ("{west}", "(?P<west>-[0-9]{2}:?[0-9]{2})"),
            ("{month}", months.as_str()),
            (" ", r"\s+"),
        ];
        parts
            .into_iter()
            .chain(rest)
            .fold(pattern.nfc().collect(), |source: String, (mark, part)| {
                source.replace(mark, part)
            })
    }

    /// The patterns of a list, in its order, or all their faults.
    pub(super) fn all(
        &self,
        key: &str,
        list: &[String],
        wrap: &dyn Fn(&str) -> String,
        regexes: &mut Regexes,
    ) -> Result<Vec<Lazy<Regex>>, Vec<Fault>> {
        let (mut all, mut faults) = (Vec::new(), Vec::new());
        for (n, pattern) in list.iter().enumerate() {
            match self.compile(key, pattern, wrap, regexes) {
                Ok(regex) => all.push(regex),
                Err((what, advice)) => faults.push(Fault::new(&format!("{key}.{n}"), what, advice)),
            }
        }
        if faults.is_empty() { Ok(all) } else { Err(faults) }
    }

    /// A pattern that names all that its key asks for; else what is wrong and what to do.
    fn compile(
        &self,
        key: &str,
        pattern: &str,
        wrap: &dyn Fn(&str) -> String,
        regexes: &mut Regexes,
    ) -> Result<Lazy<Regex>, (String, &'static str)> {
        if pattern.contains("{month}") && self.months.is_none() {
            return Err(("{month} without words for months".to_owned(), "fill in months"));
        }
        let source = wrap(&format!("(?:{})", self.source(pattern)));
        let known = regexes
            .known(&source, Scope::Lines(MOST_COMPILED))
            .map_err(|reason| (format!("no pattern: {reason}"), "write a regular expression"))?;
        let has = |name| regexes.has(|| known.groups.iter().any(|group| group == name));
        match key {
            "days" if has("d") && has("y") && (has("m") || has("month")) => Ok(known.regex),
            "days" => Err(("a part is missing".to_owned(), "name {d}, {m} or {month}, and {y}")),
            _ if has("h") => Ok(known.regex),
            _ => Err(("no hour".to_owned(), "name {h}")),
        }
    }
}

/// The words as one pattern, longest first; a word that ends in a letter or digit must end there.
fn alternation(words: &[&String]) -> Option<String> {
    let mut words: Vec<String> = words
        .iter()
        .map(|w| w.trim().nfc().collect::<String>())
        .filter(|w| !w.is_empty())
        .collect();
    words.sort_by_key(|w| std::cmp::Reverse(w.len()));
    let pattern = |word: &String| {
        let end = if word.len() > 1 && word.ends_with(char::is_alphanumeric) {
            r"(?:\b|(?-u:$))"
        } else {
            ""
        };
        format!(
            "{}{}",
            word.split_whitespace().map(regex::escape).collect::<Vec<_>>().join(r"\s+"),
            end
        )
    };
    (!words.is_empty())
        .then(|| format!("(?:{})", words.iter().map(pattern).collect::<Vec<_>>().join("|")))
}
