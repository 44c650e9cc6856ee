//! Blanks and what shows nothing: a text as it is read.

use super::latin;

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
    // Nearly every name is settled as it stands.
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

fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') || c.is_control()
}
