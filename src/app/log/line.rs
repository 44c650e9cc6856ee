//! One line: an event with its facts, bounded and free of what a terminal would obey; its text for
//! people, and its JSON.

use std::fmt::{Debug, Write as _};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Level};

use crate::domain::state::chain;

/// Most characters of a fact; sites and clients write some of them.
const FACT: usize = 500;
/// Most characters of a chain of causes and of a list of files.
const WHOLE: usize = 2000;
/// Facts that speak for themselves: their names are not said in a text.
const BARE: [&str; 4] = ["page.url", "file.path", "file.name", "record.uri"];

/// An event as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// How grave it is.
    pub level: Level,
    /// The module that tells it.
    pub target: &'static str,
    /// Its kind, as the code names it.
    pub message: String,
    /// Its facts by their stable names.
    pub facts: Vec<(&'static str, Value)>,
}

impl Line {
    /// The line of an event.
    pub fn of(event: &Event<'_>) -> Self {
        let about = event.metadata();
        let mut line = Self {
            level: *about.level(),
            target: about.target(),
            message: String::new(),
            facts: Vec::new(),
        };
        event.record(&mut line);
        line
    }

    fn fact(&self, name: &str) -> Option<String> {
        self.facts
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| plain(value))
            .filter(|text| !text.is_empty())
    }

    /// What happened, to which site and page, why, and what to do: `page not read: site one,
    /// https://…: the portal answers 404`.
    pub fn text(&self) -> String {
        let mut facts: Vec<(usize, String)> =
            self.facts.iter().filter_map(|(name, value)| said(name, &plain(value))).collect();
        facts.sort_by_key(|(place, _)| *place);
        let facts: Vec<String> = facts.into_iter().map(|(_, said)| said).collect();
        let mut text = self.message.clone();
        if !facts.is_empty() {
            let _ = write!(text, ": {}", facts.join(", "));
        }
        for (name, before, after) in
            [("error", ": ", ""), ("advice", "; ", ""), ("suppressed", " (left out: ", ")")]
        {
            if let Some(fact) = self.fact(name) {
                let _ = write!(text, "{before}{fact}{after}");
            }
        }
        text
    }

    /// The line as JSON: time, level, kind, facts, module.
    pub fn json(&self, time: &str) -> String {
        serde_json::to_string(&Timed { time, line: self }).unwrap_or_default()
    }
}

/// A fact among the first ones of a text, with its place there; none if it is said after them, or
/// says nothing.
fn said(name: &str, value: &str) -> Option<(usize, String)> {
    let place =
        ["site.id", "section.id", "page.url"].iter().position(|first| *first == name).unwrap_or(3);
    match name {
        "error" | "advice" | "suppressed" => None,
        _ if value.is_empty() => None,
        "site.id" => Some((place, format!("site {value}"))),
        _ if BARE.contains(&name) => Some((place, value.to_owned())),
        _ => {
            let short = name.strip_suffix(".id").unwrap_or(name);
            let short = short.rsplit('.').next().unwrap_or(short).replace('_', " ");
            Some((place, format!("{short} {value}")))
        }
    }
}

/// A fact's value as people read it.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A text within `most` characters, on one line, without what a terminal would obey or a reader be
/// misled by.
pub fn clean(text: &str, most: usize) -> String {
    let mut clean = String::with_capacity(text.len().min(most));
    let mut left = most;
    for letter in text.chars() {
        let piece = match letter {
            '\n' | '\r' | '\t' => " ".to_owned(),
            _ if is_hidden(letter) => letter.escape_unicode().to_string(),
            _ => letter.to_string(),
        };
        let length = piece.chars().count();
        if length > left {
            clean.push('…');
            break;
        }
        left -= length;
        clean.push_str(&piece);
    }
    clean
}

/// Controls, divisions of lines, and marks that turn the direction of what follows.
fn is_hidden(letter: char) -> bool {
    let turns = matches!(
        letter,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    letter.is_control() || turns
}

impl Line {
    fn keep(&mut self, field: &Field, text: &str) {
        match field.name() {
            "message" => self.message = clean(text, FACT),
            name @ ("error" | "files") => self.facts.push((name, clean(text, WHOLE).into())),
            name => self.facts.push((name, clean(text, FACT).into())),
        }
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, text: &str) {
        self.keep(field, text);
    }
    fn record_error(&mut self, field: &Field, error: &(dyn std::error::Error + 'static)) {
        self.keep(field, &chain(error));
    }
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.keep(field, &format!("{value:?}"));
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.facts.push((field.name(), value.into()));
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.facts.push((field.name(), value.into()));
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.facts.push((field.name(), value.into()));
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.facts.push((field.name(), value.into()));
    }
}

struct Timed<'a> {
    time: &'a str,
    line: &'a Line,
}

impl Serialize for Timed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("timestamp", self.time)?;
        map.serialize_entry("level", self.line.level.as_str())?;
        map.serialize_entry("message", &self.line.message)?;
        for (name, value) in &self.line.facts {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("target", self.line.target)?;
        map.end()
    }
}
