//! Words and patterns of profile data, compiled. Nothing here knows a language: all of it is given.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::compiled;
use crate::domain::Fault;

/// What may stand around a word on its line.
const OUTER: &str = r"[\s\p{P}\p{S}]*";
/// Text without letters and digits.
const BARE: &str = r"[^\p{Alphabetic}\p{N}]*";
/// Bytes of all words of a list: what compiles within the bounds of patterns.
const MOST_WORDS: usize = 16 << 10;
/// Bytes of memory that they become at most.
const MOST_COMPILED: usize = 8 << 20;
/// Bytes of signs around a word that is its whole line, at most.
const AROUND: usize = 100;
/// The colon behind a label, in its widths.
const COLON: &str = r"\s*[:：]\s*";

/// A list of words, found case apart.
#[derive(Debug, Default)]
pub(crate) struct Words(Option<Found>);

#[derive(Debug)]
struct Found {
    inside: Lazy,
    whole: Lazy,
    label: Lazy,
    opening: Lazy,
    /// Bytes of the longest word.
    longest: usize,
}

/// A pattern that is compiled when it is first used: of many lists most are never.
struct Lazy(LazyLock<Option<Regex>, Box<dyn FnOnce() -> Option<Regex> + Send + Sync>>);

impl Lazy {
    fn new(pattern: String) -> Self {
        Self(LazyLock::new(Box::new(move || compiled::regex(&pattern, MOST_COMPILED).ok())))
    }

    fn get(&self) -> Option<&Regex> {
        self.0.as_ref()
    }

    fn is_match(&self, text: &str) -> bool {
        self.get().is_some_and(|pattern| pattern.is_match(text))
    }

    /// Where a match ends.
    fn end(&self, text: &str) -> Option<usize> {
        self.get()?.find(text).map(|m| m.end())
    }
}

impl std::fmt::Debug for Lazy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a pattern")
    }
}

/// Whether words and patterns can take the first or the last letter of a text: a glance, where a search reads all of it.
#[derive(Debug, Default)]
pub(crate) struct Edges(Option<(Lazy, Lazy)>);

impl Edges {
    /// Those of the words and patterns of these lists.
    pub fn compile(words: &[String], patterns: &[String]) -> Self {
        let all: Vec<String> = patterns.iter().map(|p| p.nfc().collect()).chain((!words.is_empty()).then(|| any_of(words))).collect();
        let all = all.join(")|(?:");
        Self(Some((Lazy::new(format!("^{BARE}(?:(?:{all}))")), Lazy::new(format!("(?:(?:{all})){BARE}$")))))
    }

    /// Whether one of them may take the first letter of a text.
    pub fn may_open(&self, text: &str) -> bool {
        may(self.0.as_ref().map(|(first, _)| first), text)
    }

    /// Whether one of them may take the last letter of a text.
    pub fn may_close(&self, text: &str) -> bool {
        may(self.0.as_ref().map(|(_, last)| last), text)
    }
}

/// What does not compile together may match anything: it is looked for every time.
fn may(pattern: Option<&Lazy>, text: &str) -> bool {
    pattern.and_then(Lazy::get).is_none_or(|pattern| pattern.is_match(text))
}

/// Words as one pattern, the longest first.
fn any_of(list: &[String]) -> String {
    let mut list: Vec<String> = list.iter().map(|w| w.nfc().collect::<String>().trim().to_owned()).filter(|w| !w.is_empty()).collect();
    list.sort_by_key(|w| std::cmp::Reverse(w.len()));
    let words: Vec<String> = list.iter().map(|w| w.split_whitespace().map(regex::escape).collect::<Vec<_>>().join(r"\s+")).collect();
    words.join("|")
}

impl Words {
    /// Compiles a list; `path` names it in faults.
    pub fn compile(path: &str, list: &[String], faults: &mut Vec<Fault>) -> Self {
        let words = any_of(list);
        if words.is_empty() {
            return Self(None);
        }
        if words.len() > MOST_WORDS {
            faults.push(Fault::new(
                path,
                format!("words of {} bytes together", words.len()),
                format!("keep them under {MOST_WORDS} bytes"),
            ));
            return Self(None);
        }
        Self(Some(Found {
            longest: list.iter().map(String::len).max().unwrap_or_default(),
            whole: Lazy::new(format!("^{OUTER}(?:{words}){OUTER}$")),
            label: Lazy::new(format!("^[\\s(\\[*•+-]*(?:{words}){COLON}")),
            opening: Lazy::new(format!("^[\\s(\\[*•+-]*(?:{words})\\s+")),
            inside: Lazy::new(words),
        }))
    }

    /// Where the words stand as whole words.
    pub fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        self.0.iter().filter_map(|f| f.inside.get()).flat_map(|p| p.find_iter(text)).map(|m| m.range()).filter(|m| apart(text, m))
    }

    /// Whether the text is one of the words, punctuation apart.
    pub fn is(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|f| text.len() <= f.longest + AROUND && f.whole.is_match(text))
    }

    /// Where the value begins behind a word and its colon that open the text.
    pub fn label(&self, text: &str) -> Option<usize> {
        self.0.as_ref().and_then(|f| f.label.end(text))
    }

    /// Where the value begins behind a word that opens the text, with or without a colon.
    pub fn opening(&self, text: &str) -> Option<usize> {
        self.label(text).or_else(|| self.0.as_ref().and_then(|f| f.opening.end(text)))
    }

    /// Where the last of the words begins, if nothing but a colon and blanks stands behind it.
    pub fn closing(&self, text: &str) -> Option<usize> {
        let last = self.find(text).last()?;
        text[last.end..].chars().all(|c| !c.is_alphanumeric()).then_some(last.start)
    }
}

/// Patterns in the order of the profile.
#[derive(Debug, Default)]
pub(crate) struct Patterns(pub Vec<Regex>, Option<Lazy>);

impl Patterns {
    /// Compiles a list; every fault is named by its place in it.
    pub fn compile(path: &str, list: &[String], faults: &mut Vec<Fault>) -> Self {
        let list: Vec<String> = list.iter().map(|p| p.nfc().collect()).collect();
        let each = list.iter().enumerate().filter_map(|(n, p)| regex(&format!("{path}.{n}"), p, faults)).collect();
        // Most texts match none, which one pattern of all of them tells at once; groups of one name do not go together.
        let all = format!("(?:{})", list.join(")|(?:"));
        Self(each, (list.len() > 1).then(|| Lazy::new(all)))
    }

    /// Whether one of them matches somewhere.
    pub fn any(&self, text: &str) -> bool {
        match self.1.as_ref().and_then(Lazy::get) {
            Some(all) => all.is_match(text),
            None => self.0.iter().any(|p| p.is_match(text)),
        }
    }

    /// Those that may match in a text.
    fn likely(&self, text: &str) -> &[Regex] {
        match self.1.as_ref().and_then(Lazy::get) {
            Some(all) if !all.is_match(text) => &[],
            _ => &self.0,
        }
    }

    /// Whether one of them takes the whole text, outer punctuation apart.
    pub fn whole(&self, text: &str) -> bool {
        let bare = |t: &str| !t.contains(char::is_alphanumeric);
        self.likely(text).iter().any(|p| p.find_iter(text).any(|m| !m.is_empty() && bare(&text[..m.start()]) && bare(&text[m.end()..])))
    }

    /// Where they match.
    pub fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        self.likely(text).iter().flat_map(|p| p.find_iter(text)).map(|m| m.range())
    }
}

fn regex(path: &str, pattern: &str, faults: &mut Vec<Fault>) -> Option<Regex> {
    match compiled::regex(pattern, 1 << 21) {
        Ok(regex) => Some(regex),
        Err(e) => {
            let what = format!(
                "this pattern does not compile: {}",
                e.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ")
            );
            faults.push(Fault::new(path, what, "look at https://docs.rs/regex for what may stand in a pattern"));
            None
        }
    }
}

/// Whether no letter or digit goes on at either end. Text captures glue fields: words of several parts may touch a digit, or a
/// letter where the case shows the seam.
fn apart(text: &str, m: &Range<usize>) -> bool {
    let (word, several) = (&text[m.clone()], text[m.clone()].contains(' '));
    let mut back = text[..m.start].chars().rev();
    let (before, earlier) = (back.next(), back.next());
    let after = text[m.end..].chars().next();
    let caps = |c: Option<char>| c.is_some_and(char::is_uppercase);
    let seam = |c: char| c.is_numeric() || caps(word.chars().next()) && (c.is_lowercase() || caps(earlier));
    let left = before.is_none_or(|c| !c.is_alphanumeric() || several && seam(c));
    let right =
        after.is_none_or(|c| !c.is_alphanumeric() || several && (c.is_numeric() || c.is_uppercase() && !caps(word.chars().next_back())));
    left && right
}

/// Whether a text ends as a sentence does; closing quotes and brackets do not count.
pub(crate) fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '*'));
    text.ends_with(['.', '!', '?', '…', ':', ';', ',', '。', '！', '？'])
}

/// Whether two texts read the same: case, blanks and punctuation apart.
pub(crate) fn same(a: &str, b: &str) -> bool {
    fn bare(text: &str) -> impl Iterator<Item = char> {
        text.nfc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
    }
    bare(a).next().is_some() && bare(a).eq(bare(b))
}

/// A text without blanks, bars, dashes and other divisions at its ends.
pub(crate) fn trim(text: &str) -> &str {
    // An angle bracket that belongs to a tag in the text stays.
    let divides = |c: char| c.is_whitespace() || matches!(c, '|' | '-' | '–' | '—' | '•' | '·' | ',' | ';' | ':' | '/' | '*' | '»' | '«');
    let (open, close) = (text.contains('<'), text.contains('>'));
    let start = text.trim_start_matches(|c| divides(c) || c == '>' || c == '<' && !close);
    start.trim_end_matches(|c| divides(c) || c == '<' || c == '>' && !open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_and_labels_have_values() {
        let words = Words::compile("x", &["in".into(), "bản in".into()], &mut Vec::new());
        assert_eq!(words.find("Bản in, in tin IN").map(|m| m.len()).collect::<Vec<_>>(), ["bản in".len(), 2, 2]);
        assert!(words.is(" [ Bản  in ] ") && !words.is("bản in này"));
        assert_eq!(words.label("Bản in : hai").map(|at| &"Bản in : hai"[at..]), Some("hai"));
        assert_eq!(words.closing("một bản in: "), Some("một ".len()));
        for (text, found) in [("2020Bản inTin", 1), ("3:40 CHBản in", 1), ("văn bản in", 1), ("vbản in", 0), ("bản inh", 0)] {
            assert_eq!(words.find(text).filter(|m| m.len() > 2).count(), found, "{text}");
        }
    }

    #[test]
    fn long_lists_are_found_or_refused() {
        let list = |bytes: usize| (0..bytes / 40).map(|n| format!("Chữ số {n:012}")).collect::<Vec<String>>();
        let mut faults = Vec::new();
        let words = Words::compile("x", &list(MOST_WORDS - 1000), &mut faults);
        assert!(faults.is_empty() && words.is("Chữ Số 000000000007!") && words.label("chữ số 000000000007: x").is_some());
        Words::compile("x", &list(2 * MOST_WORDS), &mut faults);
        assert_eq!(faults.len(), 1);
    }

    #[test]
    fn a_bad_pattern_is_a_fault_with_its_path() {
        let mut faults = Vec::new();
        Patterns::compile("a.b", &["x".into(), "(".into()], &mut faults);
        assert_eq!(faults[0].path, ["a", "b", "1"]);
    }
}
