//! References to characters, and texts as the parser reads them.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;

use super::Tree;
use crate::extract::budget::Budget;

/// The longest reference to a character that is looked at.
const LONGEST_REFERENCE: usize = 12;

/// Letters of the longest name that stands for a character without a semicolon.
const LONGEST_BARE: usize = 6;

/// Text or an attribute's value as the parser reads it; `None` where that depends on more than the
/// text.
pub fn decoded(written: &str, attribute: bool) -> Option<Cow<'_, str>> {
    if memchr::memchr3(b'&', b'\r', 0, written.as_bytes()).is_none() {
        return Some(Cow::Borrowed(written));
    }
    let mut out = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = memchr::memchr3(b'&', b'\r', 0, rest.as_bytes()) {
        out.push_str(rest.get(..at)?);
        rest = rest.get(at..)?;
        let taken = match rest.as_bytes() {
            [b'\r', next, ..] => {
                out.push('\n');
                Some(1 + usize::from(*next == b'\n'))
            }
            [b'&', ..] => settled(rest, &mut out),
            _ => None,
        };
        let Some(len) = taken else { return parsed(written, attribute) };
        rest = rest.get(len..)?;
    }
    out.push_str(rest);
    Some(Cow::Owned(out))
}

/// Writes down what the ampersand at the beginning of a text stands for and gives how much of the
/// text that takes; `None` where a parser must say it.
fn settled(text: &str, out: &mut String) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b'#') {
        let (c, len) = reference(text)?;
        // The parser has its own mind about controls.
        let plain = matches!(c, ' '..='~' | '\u{a0}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}');
        out.extend(plain.then_some(c));
        return plain.then_some(len);
    }
    let letters = bytes.iter().skip(1).take_while(|b| b.is_ascii_alphanumeric()).count();
    let name = text.get(1..1 + letters)?;
    let meant = |name: &str| NAMED_ENTITIES.get(name).filter(|(first, _)| *first != 0);
    if bytes.get(1 + letters) == Some(&b';')
        && let Some((first, second)) = text.get(1..letters + 2).and_then(meant)
    {
        out.push(char::from_u32(*first)?);
        out.extend(char::from_u32(*second).filter(|c| *c != '\0'));
        return Some(letters + 2);
    }
    // Some names need no semicolon, in some places.
    let bare = (1..=letters.min(LONGEST_BARE)).any(|len| name.get(..len).and_then(meant).is_some());
    out.extend((!bare).then_some('&'));
    (!bare).then_some(1)
}

fn parsed(written: &str, attribute: bool) -> Option<Cow<'static, str>> {
    let quote = if written.contains('"') { '\'' } else { '"' };
    if written.contains('\0') || attribute && written.contains(quote) {
        return None;
    }
    let html = if attribute {
        format!("<p title={quote}{written}{quote}>")
    } else {
        format!("<title>{written}</title>")
    };
    let tree = Tree::parse(&html, &Budget::default()).ok()?;
    let node = tree.root().descendants().find(|n| n.is(&["p", "title"]))?;
    let text = if attribute {
        node.attr("title").map(str::to_owned)
    } else {
        Some(node.children().filter_map(|n| n.text()).collect())
    };
    text.map(Cow::Owned)
}

/// The character that a reference at the beginning of `text` stands for, and the reference's
/// length.
pub fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(LONGEST_REFERENCE).position(|b| b == b';')? + 1;
    let name = text.get(1..end)?;
    let code = match name.strip_prefix('#').map(|number| number.trim_end_matches(';')) {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        },
        None => NAMED_ENTITIES.get(name).filter(|(first, second)| *first != 0 && *second == 0)?.0,
    };
    Some((char::from_u32(code)?, end))
}

/// How references to a character begin, behind their ampersand.
pub fn references_to(c: char) -> Vec<String> {
    let code = u32::from(c);
    let named = NAMED_ENTITIES
        .entries()
        .filter(|(name, meant)| **meant == (code, 0) && name.ends_with(';'));
    named
        .map(|(name, _)| (*name).to_owned())
        .chain([format!("#{code};"), format!("#x{code:x};"), format!("#x{code:X};")])
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PIECES: [&str; 22] = [
        "&", "#", "x", ";", "amp", "nbsp", "ecirc", "Agrave", "not", "notin", "lt", "frac12",
        "apos", "80", "a0", "1EA1", "7", " ", "=", "\r", "\n", "ậ",
    ];

    proptest! {
        #[test]
        fn a_text_is_read_as_the_parser_reads_it(
            pieces in proptest::collection::vec(0..PIECES.len(), 0..12),
            attribute: bool,
        ) {
            let written: String = pieces.iter().map(|n| PIECES[*n]).collect();
            prop_assert_eq!(decoded(&written, attribute), parsed(&written, attribute));
        }
    }
}
