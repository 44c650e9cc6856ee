//! The page cut into tags, comments and text, as the tokenizer of the HTML standard does, without copying a byte.

use memchr::memchr;

use super::Unsure;
use super::names::{self, Name};

/// Attributes of one tag; more are left to the parser, which counts them.
const MOST_ATTRIBUTES: usize = 200;

/// A piece of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
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
pub(super) struct Cutter<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

/// A name or a value: from, to.
pub(super) type Span = (usize, usize);

impl<'a> Cutter<'a> {
    /// The next piece; its attributes go to `attribute`.
    pub fn next(&mut self, attribute: &mut impl FnMut(&'a [u8], Span)) -> Result<Option<Piece>, Unsure> {
        let from = self.at;
        let Some(rest) = self.bytes.get(from..).filter(|r| !r.is_empty()) else { return Ok(None) };
        match rest {
            [b'<', b'a'..=b'z' | b'A'..=b'Z', ..] => self.tag(from + 1, attribute).map(|(name, empty)| Some(Piece::Start(name, empty))),
            [b'<', b'/', b'a'..=b'z' | b'A'..=b'Z', ..] => self.tag(from + 2, &mut |_, _| ()).map(|(name, _)| Some(Piece::End(name))),
            [b'<', b'!', b'-', b'-', ..] => self.comment(from + 4).map(Some),
            [b'<', b'/', b'>', ..] => {
                self.at = from + 3;
                Ok(Some(Piece::Mute))
            }
            [b'<', b'!' | b'?', ..] | [b'<', b'/', _, ..] => self.bogus(rest).map(Some),
            _ => {
                // Nearly all text is the blanks between two tags.
                let blanks = from + rest.iter().take_while(|b| is_blank(**b)).count();
                self.at = text_end(self.bytes, blanks.max(from + 1));
                Ok(Some(Piece::Text(self.at == blanks)))
            }
        }
    }

    /// Goes on behind `end`, the end tag of raw text that begins here; the text must not write a script into itself.
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

    fn tag(&mut self, from: usize, attribute: &mut impl FnMut(&'a [u8], Span)) -> Result<(Name, bool), Unsure> {
        const CUT: Unsure = Unsure("the page ends inside a tag");
        let bytes = self.bytes;
        let (name, length) = names::packed(bytes.get(from..).unwrap_or_default()).ok_or(CUT)?;
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
                let to = from + 1 + memchr(*quote, bytes.get(from + 1..)?)?;
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
            let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'<', rest)) else { return bytes.len() };
            at += found;
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
pub(super) fn holds(text: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return true };
    memchr::memchr2_iter(*first, first.to_ascii_uppercase(), text)
        .any(|at| text.get(at..at + word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word)))
}

/// What a byte is inside of a tag.
const OTHER: u8 = 0;
const BLANK: u8 = 1;
const SLASH: u8 = 2;
const CLOSE: u8 = 4;
const EQUALS: u8 = 8;

static KINDS: [u8; 256] = {
    let mut kinds = [OTHER; 256];
    (kinds[b' ' as usize], kinds[b'\n' as usize], kinds[b'\t' as usize], kinds[b'\r' as usize], kinds[0x0C]) =
        (BLANK, BLANK, BLANK, BLANK, BLANK);
    (kinds[b'/' as usize], kinds[b'>' as usize], kinds[b'=' as usize]) = (SLASH, CLOSE, EQUALS);
    kinds
};

fn kind(byte: u8) -> u8 {
    KINDS[usize::from(byte)]
}

/// The first place from `at` on whose byte is of a wanted kind.
fn find(bytes: &[u8], mut at: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    loop {
        if wanted(kind(*bytes.get(at)?)) {
            return Some(at);
        }
        at += 1;
    }
}

/// Where an attribute's name ends: at a blank, a slash, the tag's end or a sign of equality.
fn name_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let plain = plain(u64::from_le_bytes(*eight));
        at += plain;
        if plain < 8 {
            match kind(*bytes.get(at)?) {
                OTHER => at += 1,
                _ => return Some(at),
            }
        }
    }
    find(bytes, at, |kind| kind != OTHER)
}

pub(super) const ONES: u64 = u64::from_ne_bytes([1; 8]);
pub(super) const HIGH: u64 = ONES << 7;

/// How many of eight bytes, the first one lowest, come before one below `0` or from `<` to `?`: those end no name. Eight steps in one,
/// without a branch that nobody can foresee.
pub(super) fn plain(bytes: u64) -> usize {
    let below = !((bytes | HIGH) - ONES * u64::from(b'0')) & !bytes & HIGH;
    let off = (bytes ^ (ONES * u64::from(b'<'))) & (ONES * 0xFC);
    let signs = !(((off & !HIGH) + !HIGH) | off) & HIGH;
    (below | signs).trailing_zeros() as usize / 8
}

fn is_blank(byte: u8) -> bool {
    kind(byte) == BLANK
}

pub(super) fn is_end(byte: u8) -> bool {
    kind(byte) & (BLANK | SLASH | CLOSE) != 0
}

#[cfg(test)]
mod tests {
    use super::super::names::packed;
    use super::*;

    /// Whether names end and are packed as they are byte by byte.
    fn as_slowly(bytes: &[u8]) -> bool {
        let length = bytes.iter().position(|b| is_end(*b));
        let slowly = |name: &[u8]| name.iter().fold(0, |all, b| all << 8 | Name::from(b.to_ascii_lowercase()));
        let want = length.map(|n| ((n <= 16).then(|| slowly(&bytes[..n])), n));
        packed(bytes) == want && name_end(bytes, 0) == find(bytes, 0, |kind| kind != OTHER)
    }

    #[test]
    fn every_byte_of_a_name() {
        for byte in 0..=u8::MAX {
            assert!(as_slowly(&[b'a', byte, b'Z', b'>', b'x', b'y', b'z', b' ', b'>']), "{byte}");
        }
    }

    proptest::proptest! {
        #[test]
        fn names_end_as_byte_by_byte(text in "([a-zA-Z0-9_:.!~é-]{0,12}[ \n\t/>=<?;@]?){1,3}") {
            proptest::prop_assert!(as_slowly(text.as_bytes()));
        }
    }
}
