//! Patterns of names, in which `*` stands for anything.

use crate::text::blank::{is_settled, settle};
use crate::text::latin;

/// A name pattern: `*` stands for any run of characters, case does not matter.
#[derive(Clone, Debug)]
pub struct Pattern(Vec<String>);

impl Pattern {
    /// Any text is a pattern.
    pub fn new(pattern: &str) -> Self {
        Self(settle(pattern).to_lowercase().split('*').map(str::to_owned).collect())
    }

    /// The byte that a text must begin with, in lower case; `None` for any.
    pub fn start(&self) -> Option<u8> {
        self.0.first().and_then(|part| part.bytes().next())
    }

    /// The byte that a text must end in, in lower case; `None` for any.
    pub fn end(&self) -> Option<u8> {
        self.0.last().and_then(|part| part.bytes().next_back())
    }

    /// The bytes that a text must have, as [`bytes()`] gives them.
    pub fn bytes(&self) -> u64 {
        self.0.iter().fold(0, |all, part| all | bytes(part))
    }

    /// Whether the whole text fits.
    pub fn fits(&self, text: &str) -> bool {
        // Cheap test first: most texts end in another character, and folding keeps an ASCII one.
        if let (Some(end), Some(last @ b'!'..=b'~')) = (self.end(), text.bytes().next_back())
            && end != last.to_ascii_lowercase()
        {
            return false;
        }
        // Fast path: ASCII text differs from its folded form in case alone, so it is not copied.
        match text.bytes().all(|b| b.is_ascii_graphic()) {
            true => self.fits_bytes(text.as_bytes()),
            false => self.fits_folded(&fold(text)),
        }
    }

    /// Whether a text fits that [`fold`] gave.
    pub fn fits_folded(&self, text: &str) -> bool {
        self.fits_bytes(text.as_bytes())
    }

    fn fits_bytes(&self, text: &[u8]) -> bool {
        let Some((first, rest)) = self.0.split_first() else { return false };
        let Some((last, middle)) = rest.split_last() else {
            return text.eq_ignore_ascii_case(first.as_bytes());
        };
        let (first, last) = (first.as_bytes(), last.as_bytes());
        let differ = |a: Option<&u8>, b: Option<&u8>| {
            b.is_some_and(|b| a.is_none_or(|a| !a.eq_ignore_ascii_case(b)))
        };
        if differ(text.first(), first.first())
            || differ(text.last(), last.last())
            || text.len() < first.len() + last.len()
            || !text[..first.len()].eq_ignore_ascii_case(first)
            || !text[text.len() - last.len()..].eq_ignore_ascii_case(last)
        {
            return false;
        }
        let mut text = &text[first.len()..text.len() - last.len()];
        for part in middle.iter().map(String::as_bytes).filter(|part| !part.is_empty()) {
            let Some(at) = position(text, part) else { return false };
            text = &text[at + part.len()..];
        }
        true
    }
}

/// Which bytes a text has, case apart, one bit for several: what lacks a bit lacks its bytes.
pub fn bytes(text: &str) -> u64 {
    text.bytes().fold(0, |all, byte| all | 1 << (byte.to_ascii_lowercase() & 63))
}

/// Where a part that is not empty stands in a text first, case apart.
fn position(text: &[u8], part: &[u8]) -> Option<usize> {
    let first = part.first()?;
    let starts = memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text);
    starts.into_iter().find(|at| {
        text.get(*at..at + part.len()).is_some_and(|here| here.eq_ignore_ascii_case(part))
    })
}

/// A text as patterns compare it.
pub fn fold(text: &str) -> String {
    match is_settled(text) {
        true => latin::lower(text.trim_matches(' ')),
        false => settle(text).to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_run() {
        for (pattern, text, fits) in [
            ("Block_*_Toolbar", "block_BanTin_toolbar", true),
            ("Block_*_Toolbar", "Block_Toolbar", false),
            ("*__ControlWrapper_*", "ctl00__ControlWrapper_RichHtmlField", true),
            ("Tin\u{a0}tức", "Tin  tức", true),
            ("*", "", true),
            ("a*a", "a", false),
            ("Xem*", "Xemx", true),
        ] {
            assert_eq!(Pattern::new(pattern).fits(text), fits, "{pattern} {text}");
        }
    }
}
