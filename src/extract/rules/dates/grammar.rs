//! The patterns of dates: a profile's forms with what every form is made of filled in.

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use crate::domain::{DateForms, Fault};
use crate::extract::rules::regex_cache;

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
        let zone = alternation(&zones)
            .map_or(String::new(), |words| format!(r"(?P<zone>{words})\s*(?P<offset>[+−-][0-9]{{1,2}}(?::?[0-9]{{2}}|\.[0-9]{{1,2}})?)?|"));
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

    pub(super) fn compile(
        &self,
        path: &str,
        pattern: &str,
        wrap: &dyn Fn(&str) -> String,
        faults: &mut Vec<Fault>,
    ) -> Option<Regex> {
        if pattern.contains("{month}") && self.months.is_none() {
            faults.push(Fault::new(path, "{month} without words for months", "fill in months"));
            return None;
        }
        let source = self.source(pattern);
        let complete = |found: &Regex| {
            let has = |name| found.capture_names().flatten().any(|n| n == name);
            if path.starts_with("days") {
                has("d") && has("y") && (has("m") || has("month"))
            } else {
                has("h")
            }
        };
        match build(&wrap(&format!("(?:{source})"))) {
            Ok(regex) if complete(&regex) => return Some(regex),
            Ok(_) if path.starts_with("days") => faults.push(Fault::new(
                path,
                "a part is missing",
                "name {d}, {m} or {month}, and {y}",
            )),
            Ok(_) => faults.push(Fault::new(path, "no hour", "name {h}")),
            Err(error) => faults.push(Fault::new(
                path,
                format!("no pattern: {}", reason(&error)),
                "write a regular expression",
            )),
        }
        None
    }
}

pub(super) fn build(source: &str) -> Result<Regex, regex::Error> {
    regex_cache::in_lines(source, 1 << 20)
}

/// The last line of a pattern's error, which says what is wrong.
fn reason(error: &regex::Error) -> String {
    error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
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
