//! Blanks and what shows nothing: a text as it is read.

use std::borrow::Cow;

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::latin;

/// Marks upon one letter, as in Unicode's stream-safe text (UAX #15): to put more of them in order
/// takes long.
const MOST_MARKS: usize = 30;

/// The first letters of a text.
pub fn first(text: &str, letters: usize) -> &str {
    // Of so few bytes there are not more letters.
    if text.len() <= letters {
        return text;
    }
    text.char_indices().nth(letters).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// Text with every kind of blank run as one blank, and with characters that show nothing left out.
pub fn settle(text: &str) -> String {
    // Fast path: most names need no change.
    if is_settled(text) {
        return text.trim_matches(' ').to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut apart = false;
    for c in text.chars() {
        if c.is_whitespace() {
            apart = !out.is_empty();
        } else if !invisible(c) {
            if std::mem::take(&mut apart) {
                out.push(' ');
            }
            out.push(c);
        }
    }
    out
}

/// The same of a text that is not needed any more.
pub fn settled(text: String) -> String {
    match is_settled(&text) && !text.starts_with(' ') && !text.ends_with(' ') {
        true => text,
        false => settle(&text),
    }
}

/// Whether a text has nothing to settle but blanks at its ends; `false` says nothing.
pub fn is_settled(text: &str) -> bool {
    // From the middle of a line on, as if a letter stood before it.
    latin::settled(text.trim_matches(' '), false).is_some()
}

/// A text as it stands in a line: NFC, single blanks, nothing that shows nothing and no towers of
/// marks; and whether it ends in a blank. `after_blank`: whether one stands before it, or nothing.
pub fn line(text: &str, after_blank: bool) -> (Cow<'_, str>, bool) {
    if let Some(ends_blank) = latin::settled(text, after_blank) {
        return (Cow::Borrowed(text), ends_blank);
    }
    let (mut out, mut marks, mut blank) = (String::with_capacity(text.len()), 0, after_blank);
    for c in text.chars().filter(|c| c.is_whitespace() || !invisible(*c)) {
        marks = if canonical_combining_class(c) == 0 { 0 } else { marks + 1 };
        if marks > MOST_MARKS {
            continue;
        }
        let white = c.is_whitespace();
        if !(white && blank) {
            out.push(if white { ' ' } else { c });
        }
        blank = white;
    }
    let out =
        if is_nfc_quick(out.chars()) == IsNormalized::Yes { out } else { out.nfc().collect() };
    (Cow::Owned(out), blank)
}

/// A text as a line of its own.
pub fn alone(text: &str) -> String {
    line(text, true).0.trim_end().to_owned()
}

/// Joiners stay, they make emoji and scripts.
fn invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2060}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}'
    ) || c.is_control()
}
