//! The page cut into tags, comments and text, as the tokenizer of the HTML standard does, without
//! copying a byte.

use memchr::memchr;

use super::Unsure;
use super::bytes::{BLANK, CLOSE, SLASH, Span, find, find_sign, is_blank, is_end, name_end};
use super::tag_names::{self, Name};

/// Attributes of one tag; more are left to the parser, which counts them.
const MOST_ATTRIBUTES: usize = 200;

/// A piece of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A start tag; whether it ends with `/>`.
    Start(Name, bool),
    /// An end tag.
    End(Name),
    /// A comment, well written or not.
    Comment,
    /// A doctype, or nothing at all, such as `</>`.
    Mute,
    /// Text; whether it is all blanks.
    Text(bool),
}

/// Cuts a page into pieces.
pub(crate) struct Tokenizer<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Tokenizer<'a> {
    /// The next piece; its attributes go to `attribute`.
    pub fn next(
        &mut self,
        attribute: &mut impl FnMut(&'a [u8], Span),
    ) -> Result<Option<Piece>, Unsure> {
        let from = self.at;
        let Some(rest) = self.bytes.get(from..).filter(|r| !r.is_empty()) else { return Ok(None) };
        match rest {
            [b'<', b'a'..=b'z' | b'A'..=b'Z', ..] => {
                self.tag(from + 1, attribute).map(|(name, empty)| Some(Piece::Start(name, empty)))
            }
            [b'<', b'/', b'a'..=b'z' | b'A'..=b'Z', ..] => {
                self.tag(from + 2, &mut |_, _| ()).map(|(name, _)| Some(Piece::End(name)))
            }
            [b'<', b'!', b'-', b'-', ..] => self.comment(from + 4).map(Some),
            [b'<', b'/', b'>', ..] => {
                self.at = from + 3;
                Ok(Some(Piece::Mute))
            }
            [b'<', b'!' | b'?', ..] | [b'<', b'/', _, ..] => self.bogus(rest).map(Some),
            _ => {
                // Fast path: most texts are only the blanks between two tags.
                let blanks = from + rest.iter().take_while(|b| is_blank(**b)).count();
                self.at = text_end(self.bytes, blanks.max(from + 1));
                Ok(Some(Piece::Text(self.at == blanks)))
            }
        }
    }

    /// Goes on behind `end`, the end tag of raw text that begins here; the text must not write a
    /// script into itself.
    pub fn raw(&mut self, end: &[u8]) -> Result<(), Unsure> {
        let (begin, mut comment) = (self.at, false);
        let mut at = begin;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            at += memchr(b'<', rest).ok_or(Unsure("raw text without an end"))? + 1;
            let rest = self.bytes.get(at..).unwrap_or_default();
            if !rest.starts_with(b"/") {
                comment |= rest.starts_with(b"!--");
                continue;
            }
            let name = at + 1;
            let behind = name + end.len();
            let ends = self.bytes.get(name..behind).is_some_and(|n| n.eq_ignore_ascii_case(end))
                && self.bytes.get(behind).is_some_and(|b| is_end(*b));
            if ends {
                let text = self.bytes.get(begin..name).unwrap_or_default();
                if end == b"script" && comment && holds(text, b"<script") {
                    return Err(Unsure("a script with comment marks and a script in it"));
                }
                self.tag(name, &mut |_, _| ())?;
                return Ok(());
            }
            at = name;
        }
    }

    fn tag(
        &mut self,
        from: usize,
        attribute: &mut impl FnMut(&'a [u8], Span),
    ) -> Result<(Name, bool), Unsure> {
        const CUT: Unsure = Unsure("the page ends inside a tag");
        let bytes = self.bytes;
        let (name, length) = tag_names::packed(bytes.get(from..).unwrap_or_default()).ok_or(CUT)?;
        let (name, mut at) = (name.ok_or(Unsure("an element with a long name"))?, from + length);
        for _ in 0..MOST_ATTRIBUTES {
            at = find(bytes, at, |kind| kind & (BLANK | SLASH) == 0).ok_or(CUT)?;
            if bytes.get(at) == Some(&b'>') {
                self.at = at + 1;
                return Ok((name, bytes.get(at - 1) == Some(&b'/')));
            }
            let key = at;
            // A name may begin with the sign that ends it.
            at = name_end(bytes, at + 1).ok_or(CUT)?;
            let key = bytes.get(key..at).unwrap_or_default();
            let value = self.value(&mut at).ok_or(CUT)?;
            attribute(key, value);
        }
        Err(Unsure("an element with many attributes"))
    }

    /// The value behind an attribute's name; an empty one if there is none.
    fn value(&self, at: &mut usize) -> Option<Span> {
        let bytes = self.bytes;
        let sign = find(bytes, *at, |kind| kind != BLANK)?;
        if bytes.get(sign) != Some(&b'=') {
            return Some((*at, *at));
        }
        let from = find(bytes, sign + 1, |kind| kind != BLANK)?;
        match bytes.get(from)? {
            quote @ (b'"' | b'\'') => {
                let to = find_sign(bytes, from + 1, *quote)?;
                *at = to + 1;
                Some((from + 1, to))
            }
            _ => {
                let to = find(bytes, from, |kind| kind & (BLANK | CLOSE) != 0)?;
                *at = to;
                Some((from, to))
            }
        }
    }

    /// From behind `<!--`.
    fn comment(&mut self, from: usize) -> Result<Piece, Unsure> {
        let rest = self.bytes.get(from..).unwrap_or_default();
        // A comment of no length may be ended by its own dashes.
        for short in [&b">"[..], b"->"] {
            if rest.starts_with(short) {
                self.at = from + short.len();
                return Ok(Piece::Comment);
            }
        }
        let end = memchr::memchr_iter(b'>', rest).find(|end| {
            let text = rest.get(..*end).unwrap_or_default();
            text.ends_with(b"--") || text.ends_with(b"--!")
        });
        if let Some(end) = end {
            self.at = from + end + 1;
            return Ok(Piece::Comment);
        }
        Err(Unsure("a comment without an end"))
    }

    /// A doctype, a declaration or another thing that ends with `>`.
    fn bogus(&mut self, rest: &[u8]) -> Result<Piece, Unsure> {
        let end = memchr(b'>', rest).ok_or(Unsure("the page ends inside a declaration"))?;
        self.at += end + 1;
        let doctype = rest.get(2..9).is_some_and(|w| w.eq_ignore_ascii_case(b"doctype"));
        Ok(if doctype { Piece::Mute } else { Piece::Comment })
    }
}

/// Where text ends whose next byte stands at `at`: at the next thing that is no text.
fn text_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        if bytes.get(at) != Some(&b'<') {
            let Some(found) = find_sign(bytes, at, b'<') else { return bytes.len() };
            at = found;
        }
        if matches!(bytes.get(at + 1), Some(b'a'..=b'z' | b'A'..=b'Z' | b'!' | b'?' | b'/')) {
            // `</` at the very end is text.
            if bytes.get(at + 1) != Some(&b'/') || bytes.get(at + 2).is_some() {
                return at;
            }
        }
        at += 1;
    }
}

/// Whether a text holds a word, case apart.
pub(crate) fn holds(text: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return true };
    memchr::memchr2_iter(*first, first.to_ascii_uppercase(), text)
        .any(|at| text.get(at..at + word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word)))
}
