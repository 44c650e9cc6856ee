//! Text as it is published: NFC, legal in XML, without what nobody sees, entities that were escaped
//! twice mended.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::text::latin;

/// Passes over a text in which mending uncovers more to mend.
const PASSES: usize = 8;
/// The longest name of an entity, with its semicolon.
const NAME: usize = 33;

/// One line: all blanks are single spaces, none at the ends.
pub fn clean(text: &str) -> String {
    match inline(text) {
        Cow::Borrowed(line) => line.trim().to_owned(),
        Cow::Owned(line) if line.trim().len() == line.len() => line,
        Cow::Owned(line) => line.trim().to_owned(),
    }
}

/// Whether every part of a text is clean as it stands, but for blanks at its ends; `false` says
/// nothing.
pub(super) fn is_clean(text: &str) -> bool {
    latin::settled(text, false).is_some() && memchr::memchr(b'&', text.as_bytes()).is_none()
}

/// At most `limit` characters of a clean line, cut at a blank where one is near.
pub(super) fn cut(line: &str, limit: usize) -> String {
    let Some((end, _)) = line.char_indices().nth(limit) else { return line.to_owned() };
    let cut = line.get(..end).unwrap_or(line);
    let near = cut.rfind(' ').filter(|blank| *blank * 10 > cut.len() * 9);
    cut.get(..near.unwrap_or(cut.len())).unwrap_or(cut).trim_end().nfc().collect()
}

/// Several lines, inner blanks kept (preformatted text): each line is settled by itself, none is
/// empty.
pub fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| mended(line, true).trim_end().to_owned())
        .filter(|l| !l.is_empty())
        .collect();
    lines.join("\n")
}

/// A run of text inside markup: like [`clean`], with a single space left at either end.
pub(super) fn inline(text: &str) -> Cow<'_, str> {
    mended(text, false)
}

fn mended(text: &str, blanks: bool) -> Cow<'_, str> {
    let mut settled = settle(text, blanks);
    for _ in 0..PASSES {
        let Some(mended) = mend(&settled) else { break };
        settled = Cow::Owned(settle(&mended, blanks).into_owned());
    }
    settled
}

/// NFC with blanks settled and without characters that have no place in a text.
fn settle(text: &str, blanks: bool) -> Cow<'_, str> {
    if latin::settled(text, false).is_some() {
        return Cow::Borrowed(text);
    }
    let text = composed(text);
    let mut out = String::with_capacity(text.len());
    let mut joiner = None;
    for c in text.chars() {
        if is_blank(c) {
            joiner = None;
            if blanks || !out.ends_with(' ') {
                out.push(' ');
            }
        } else if matches!(c, '\u{200C}' | '\u{200D}') {
            joiner = out.chars().next_back().filter(|last| joins(*last)).map(|_| c);
        } else if !is_hidden(c) {
            out.extend(joiner.take().filter(|_| joins(c)));
            out.push(c);
        }
    }
    match composed(&out) {
        Cow::Borrowed(_) => Cow::Owned(out),
        Cow::Owned(nfc) => Cow::Owned(nfc),
    }
}

/// Characters that are in NFC beside one another.
fn is_stable(c: char) -> bool {
    matches!(c, '\0'..='\u{2FF}' | '\u{1EA0}'..='\u{1EF9}' | '\u{2010}'..='\u{2027}')
}

/// The text in NFC.
pub(super) fn composed(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_stable) {
        return Cow::Borrowed(text);
    }
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{B}' | '\u{C}')
}

/// Whether a joiner beside `c` shapes what is seen: emoji and the scripts beyond Latin, Greek and
/// Cyrillic.
fn joins(c: char) -> bool {
    c >= '\u{590}' && !('\u{1E00}'..='\u{206F}').contains(&c)
}

/// Controls, private use, noncharacters and what is invisible or turns the direction of text.
fn is_hidden(c: char) -> bool {
    let code = u32::from(c);
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{180E}' | '\u{200B}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{E000}'..='\u{F8FF}')
        || matches!(c, '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFC}')
        || c >= '\u{F0000}'
        || code & 0xFFFE == 0xFFFE
}

/// Decodes references that arrived as text, through any number of `&amp;` before them; `None` if
/// there is none.
fn mend(text: &str) -> Option<String> {
    let mut at = memchr::memchr(b'&', text.as_bytes())?;
    let (mut out, mut copied, mut changed) = (String::with_capacity(text.len()), 0, false);
    loop {
        out.push_str(text.get(copied..at)?);
        copied = at + 1;
        let mut meant = None;
        while let Some((reference, end)) = text.get(copied..).and_then(reference) {
            copied += end;
            meant = Some(reference);
            if meant != Some(Reference::Ampersand) {
                break;
            }
        }
        changed |= meant.is_some();
        match meant {
            Some(Reference::Chars(first, second)) => {
                out.extend([Some(first), second].into_iter().flatten())
            }
            _ => out.push('&'),
        }
        match text.get(copied..)?.find('&') {
            Some(next) => at = copied + next,
            None => break,
        }
    }
    out.push_str(text.get(copied..)?);
    changed.then_some(out)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reference {
    Ampersand,
    Chars(char, Option<char>),
}

/// The reference that `text` (after an ampersand) begins with, and its length.
fn reference(text: &str) -> Option<(Reference, usize)> {
    let end = text.bytes().take(NAME).position(|b| b == b';')? + 1;
    let name = text.get(..end)?;
    let (first, second) = match name.strip_prefix('#') {
        Some(number) => {
            let number = number.trim_end_matches(';');
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            (char::from_u32(code)?, None)
        }
        None => {
            let (first, second) =
                NAMED_ENTITIES.get(name).copied().filter(|(first, _)| *first != 0)?;
            (char::from_u32(first)?, char::from_u32(second).filter(|_| second != 0))
        }
    };
    match first {
        '&' => Some((Reference::Ampersand, end)),
        // Nobody needs these escaped; decoded, they could spell another reference.
        '#' | ';' | '0'..='9' | 'a'..='z' | 'A'..='Z' => None,
        _ => Some((Reference::Chars(first, second), end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_reader_sees() {
        for (text, expected) in [
            (" a\u{a0}\u{a0}b\r\n\t c\u{3000}", "a b c"),
            ("Tha\u{302}\u{301}t", "Thấ\u{74}"),
            ("Th\u{200b}ời\u{feff} gian\u{ad}\u{2060}", "Thời gian"),
            ("a\u{b}b\u{8}c\u{1f}d\u{fffe}e\u{85}f\u{7f}\u{9f}", "abcde f"),
            ("a\u{202e}b\u{2066}c\u{e001}\u{fffc}\u{10ffff}", "abc"),
            ("👨‍👩‍👧‍👦 và 👍🏽", "👨‍👩‍👧‍👦 và 👍🏽"),
            ("क्\u{200d}ष می\u{200c}خواهم", "क्\u{200d}ष می\u{200c}خواهم"),
            ("Vi\u{200d}ệt ế\u{200c}đ \u{200d}x", "Việt ếđ x"),
            ("&ldquo;Dân vận khéo&rdquo; &amp;amp; &#8220;x&#x201D;&nbsp;", "“Dân vận khéo” & “x”"),
            ("&amp;amp;ldquo;x&amp;#8221;", "“x”"),
            (
                "R&D; AT&T; a & b; &unknown; &#xD800; &#0; &lt;b&gt;",
                "R&D; AT&T; a & b; &unknown; &#xD800; <b>",
            ),
            ("", ""),
            (" \u{200b} ", ""),
        ] {
            let expected: String = expected.nfc().collect();
            assert_eq!(clean(text), expected, "{text:?}");
        }
        assert_eq!(lines("a\r\n  b  c\r\r\n\u{200b}\nd "), "a\n  b  c\nd");
        assert_eq!(
            (cut("một hai ba", 100), cut("abcdefghij klmnopqrst uv", 22)),
            ("một hai ba".nfc().collect(), "abcdefghij klmnopqrst".into())
        );
        assert_eq!(cut(&"ế".repeat(9), 3).chars().count(), 3);
    }

    /// Any characters, thick with those that mean something here.
    fn text() -> impl Strategy<Value = String> {
        let odd = prop::sample::select(vec![
            "&", "amp;", "&amp;", "#38;", "ldquo;", "&#x37e;", "&lt;", "\u{301}", "\u{338}", "a",
            "ư", " ", "\u{200b}", "\u{200d}", "\u{212a}", "👩", "\u{fb1d}", "&nbsp;",
        ]);
        prop::collection::vec(
            prop_oneof![any::<char>().prop_map(String::from), odd.prop_map(String::from)],
            0..40,
        )
        .prop_map(|v| v.concat())
    }

    proptest! {
        #[test]
        fn any_text_becomes_legal_and_stays(text in text()) {
            let once = clean(&text);
            prop_assert!(unicode_normalization::is_nfc(&once));
            prop_assert!(!once.contains("  ") && once.trim() == once);
            let illegal = |c: char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
            let legal = |c: char| c >= ' ' && !illegal(c);
            prop_assert!(once.chars().all(legal));
            prop_assert_eq!(clean(&once), once);
        }
    }
}
