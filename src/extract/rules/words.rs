//! Words of profile data, compiled. Nothing here knows a language: all of it is given.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::lazy::Lazy;
use crate::domain::Fault;
use crate::text::latin;

/// Bytes of all words of a list: what compiles within the bounds of patterns.
const MOST_WORDS: usize = 16 << 10;
/// Bytes of signs around a word that is its whole line, at most.
const AROUND: usize = 100;

/// A list of words, found case apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words(Option<Lazy<Found>>);

#[derive(Debug)]
struct Found {
    inside: Lazy<Regex>,
    /// The words folded, each with its place in the list.
    written: HashMap<String, usize>,
    /// Without the signs around them.
    bare: HashSet<String>,
    /// Bits of the letters that the words begin with.
    opens: u64,
    /// Bits of the letters that the bare ones begin and end with.
    ends: (u64, u64),
    /// Bytes of the longest word, folded.
    longest: usize,
}

/// Words as one pattern, the longest first.
pub(super) fn any_of(list: &[String]) -> String {
    let mut list: Vec<String> = list
        .iter()
        .map(|w| w.nfc().collect::<String>().trim().to_owned())
        .filter(|w| !w.is_empty())
        .collect();
    list.sort_by_key(|w| std::cmp::Reverse(w.len()));
    let words: Vec<String> = list
        .iter()
        .map(|w| w.split_whitespace().map(regex::escape).collect::<Vec<_>>().join(r"\s+"))
        .collect();
    words.join("|")
}

impl Found {
    /// None for a list without a word.
    fn of(list: &[String]) -> Option<Self> {
        let words = any_of(list);
        if words.is_empty() {
            return None;
        }
        let folded = |word: &String| fold(&word.nfc().collect::<String>());
        let mut written = HashMap::new();
        for (place, word) in list.iter().enumerate() {
            let word = folded(word).trim_start_matches(leads).to_owned();
            if !word.is_empty() {
                written.entry(word).or_insert(place);
            }
        }
        let bare: HashSet<String> = written
            .keys()
            .map(|w| w.trim_matches(surrounds).to_owned())
            .filter(|w| !w.is_empty())
            .collect();
        Some(Found {
            longest: written.keys().map(String::len).max().unwrap_or_default(),
            opens: written.keys().fold(0, |all, w| all | ends(w).0),
            ends: bare
                .iter()
                .map(|w| ends(w))
                .fold((0, 0), |all, own| (all.0 | own.0, all.1 | own.1)),
            bare,
            written,
            inside: Lazy::new(words),
        })
    }
}

impl Words {
    /// Compiles a list; `path` names it in faults.
    pub fn compile(path: &str, list: &Arc<[String]>, faults: &mut Vec<Fault>) -> Self {
        let bytes: usize = list.iter().map(|word| word.len() + 1).sum();
        if bytes > MOST_WORDS {
            faults.push(Fault::new(
                path,
                format!("words of {bytes} bytes together"),
                format!("keep them under {MOST_WORDS} bytes"),
            ));
            return Self(None);
        }
        let list = list.clone();
        Self((!list.is_empty()).then(|| Lazy::of(move || Found::of(&list))))
    }

    fn found(&self) -> Option<&Found> {
        self.0.as_ref()?.get()
    }

    /// The place in the list of a word that was found.
    pub fn place(&self, word: &str) -> Option<usize> {
        let word: String = word.nfc().collect();
        self.found()?.written.get(fold(&word).trim()).copied()
    }

    /// Where the words stand as whole words.
    pub fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        self.found()
            .into_iter()
            .filter_map(|f| f.inside.get())
            .flat_map(|p| p.find_iter(text))
            .map(|m| m.range())
            .filter(|m| apart(text, m))
    }

    /// Whether the text is one of the words, punctuation apart.
    pub fn is(&self, text: &str) -> bool {
        self.found().is_some_and(|found| text.len() <= found.longest + AROUND)
            && self.hold(&Said::of(text))
    }

    /// The same of a text that is compared with several lists.
    pub fn hold(&self, said: &Said<'_>) -> bool {
        let may_be = |f: &&Found| said.bytes <= f.longest + AROUND && said.least <= f.longest;
        let Some(found) = self.found().filter(may_be) else { return false };
        // Cheap test first: most texts begin or end with other letters.
        said.ends.0 & found.ends.0 != 0
            && said.ends.1 & found.ends.1 != 0
            && found.bare.contains(said.folded.get_or_init(|| fold(said.bare)))
    }

    /// Where the value begins behind a word and its colon that open the text.
    pub fn label(&self, text: &str) -> Option<usize> {
        // Cheap test first: most texts hold no colon; 0xEF is the first byte of the full-width one.
        memchr::memchr2(b':', 0xEF, text.as_bytes())?;
        self.opens(text, |c| matches!(c, ':' | '：'))
    }

    /// Where the value begins behind a word that opens the text, with or without a colon.
    pub fn opening(&self, text: &str) -> Option<usize> {
        self.label(text).or_else(|| self.opens(text, char::is_whitespace))
    }

    /// Where what follows begins, blanks apart, behind the longest word that opens the text and the
    /// sign behind it.
    fn opens(&self, text: &str, sign: impl Fn(char) -> bool) -> Option<usize> {
        let found = self.found()?;
        let start = text.len() - text.trim_start_matches(leads).len();
        if ends(&text[start..]).0 & found.opens == 0 {
            return None;
        }
        let (mut word, mut behind) = (String::new(), None);
        for (at, c) in text[start..].char_indices() {
            if word.trim_end().len() > found.longest {
                break;
            }
            if sign(c) && found.written.contains_key(word.trim_end()) {
                behind = Some(start + at + c.len_utf8());
            }
            fold_into(&mut word, c);
        }
        behind.map(|at| text.len() - text[at..].trim_start().len())
    }

    /// Where the last of the words begins, if nothing but a colon and blanks stands behind it.
    pub fn closing(&self, text: &str) -> Option<usize> {
        let last = self.find(text).last()?;
        text[last.end..].chars().all(|c| !c.is_alphanumeric()).then_some(last.start)
    }
}

/// What may stand before a word that opens a text.
fn leads(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | '[' | '*' | '•' | '+' | '-')
}

/// What may stand around a word on its line.
fn surrounds(c: char) -> bool {
    !latin::is_sign(c) && (c.is_ascii() || canonical_combining_class(c) == 0)
}

/// A text in NFC as words are compared: case and kinds of blanks apart.
fn fold(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut folded, c| {
        fold_into(&mut folded, c);
        folded
    })
}

/// A bit each for a text's first and last letter, case apart; none if it is empty.
fn ends(text: &str) -> (u64, u64) {
    fn bit(letter: Option<char>) -> u64 {
        letter.map_or(0, |c| 1 << (u32::from(c) & 63))
    }
    let first = |c: char| latin::folded(c).or_else(|| folded(c).next());
    let last = |c: char| latin::folded(c).or_else(|| folded(c).last());
    (bit(text.chars().next().and_then(first)), bit(text.chars().next_back().and_then(last)))
}

/// Case is folded by way of capitals: some small letters have one of them together.
fn folded(c: char) -> impl Iterator<Item = char> {
    c.to_uppercase().flat_map(char::to_lowercase)
}

/// Adds a letter to a text that is folded.
fn fold_into(text: &mut String, c: char) {
    if c.is_whitespace() {
        if !text.ends_with(' ') {
            text.push(' ');
        }
    } else if let Some(small) = latin::folded(c) {
        text.push(small);
    } else {
        text.extend(folded(c));
    }
}

/// A text that may be a word, without the signs around it; folded at most once.
#[derive(Debug)]
pub(crate) struct Said<'t> {
    bytes: usize,
    bare: &'t str,
    /// Bytes of it, folded, at least.
    least: usize,
    /// Bits of its first and last letter.
    ends: (u64, u64),
    folded: OnceCell<String>,
}

impl<'t> Said<'t> {
    /// Looks at a text.
    pub fn of(text: &'t str) -> Self {
        let bare = text.trim_matches(surrounds);
        let least = bare.bytes().filter(u8::is_ascii_graphic).count();
        Self { bytes: text.len(), bare, least, ends: ends(bare), folded: OnceCell::new() }
    }
}

/// Whether no letter or digit goes on at either end. Text captures glue fields: words of several
/// parts may touch a digit, or a letter where the case shows the seam.
fn apart(text: &str, m: &Range<usize>) -> bool {
    let (word, several) = (&text[m.clone()], text[m.clone()].contains(' '));
    let mut back = text[..m.start].chars().rev();
    let (before, earlier) = (back.next(), back.next());
    let after = text[m.end..].chars().next();
    let caps = |c: Option<char>| c.is_some_and(char::is_uppercase);
    let seam = |c: char| {
        c.is_numeric() || caps(word.chars().next()) && (c.is_lowercase() || caps(earlier))
    };
    let left = before.is_none_or(|c| !c.is_alphanumeric() || several && seam(c));
    let right = after.is_none_or(|c| {
        !c.is_alphanumeric()
            || several && (c.is_numeric() || c.is_uppercase() && !caps(word.chars().next_back()))
    });
    left && right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_and_labels_have_values() {
        let words = Words::compile("x", &["in".into(), "bản in".into()].into(), &mut Vec::new());
        assert_eq!(
            words.find("Bản in, in tin IN").map(|m| m.len()).collect::<Vec<_>>(),
            ["bản in".len(), 2, 2]
        );
        assert!(words.is(" [ Bản  in ] ") && !words.is("bản in này"));
        assert_eq!(words.label("Bản in : hai").map(|at| &"Bản in : hai"[at..]), Some("hai"));
        assert_eq!(words.closing("một bản in: "), Some("một ".len()));
        for (text, found) in [
            ("2020Bản inTin", 1),
            ("3:40 CHBản in", 1),
            ("văn bản in", 1),
            ("vbản in", 0),
            ("bản inh", 0),
        ] {
            assert_eq!(words.find(text).filter(|m| m.len() > 2).count(), found, "{text}");
        }
    }

    #[test]
    fn long_lists_are_found_or_refused() {
        let list = |bytes: usize| {
            (0..bytes / 40).map(|n| format!("Chữ số {n:012}")).collect::<Vec<String>>()
        };
        let mut faults = Vec::new();
        let words = Words::compile("x", &list(MOST_WORDS - 1000).into(), &mut faults);
        assert!(
            faults.is_empty()
                && words.is("Chữ Số 000000000007!")
                && words.label("chữ số 000000000007: x").is_some()
        );
        Words::compile("x", &list(2 * MOST_WORDS).into(), &mut faults);
        assert_eq!(faults.len(), 1);
    }
}
