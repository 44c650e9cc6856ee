//! The edge where text becomes XML: what the writers' crates leave undone.

use std::borrow::Cow;

use memchr::{memchr2, memmem};

use super::piece::Frame;
use crate::domain::markup;

/// Bytes that are looked at together.
const RUN: usize = 128;

/// Whether XML 1.0 may hold the character (§2.2), and is not advised against it (the controls from
/// U+007F to U+009F).
fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{85}')
        || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// `text` without the characters that XML 1.0 forbids, which strict readers answer by refusing the
/// whole document.
pub(super) fn legal(text: &str) -> Cow<'_, str> {
    // The bytes with which such characters begin, so that most texts are looked at in one quick
    // pass.
    let may_begin = |byte: u8| {
        (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'))
            || matches!(byte, 0x7f | 0xc2 | 0xef)
    };
    // Whole runs of bytes, so that the processor looks at many at once.
    if !text
        .as_bytes()
        .chunks(RUN)
        .any(|run| run.iter().fold(false, |found, byte| found | may_begin(*byte)))
    {
        return Cow::Borrowed(text);
    }
    if text.chars().all(is_legal) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter(|c| is_legal(*c)).collect())
    }
}

/// A written document without forbidden characters; the writers escape none of them, so they stand
/// there as they came.
pub(super) fn strip(document: Vec<u8>) -> Vec<u8> {
    match simdutf8::basic::from_utf8(&document).map(legal) {
        Ok(Cow::Owned(text)) => text.into_bytes(),
        _ => document,
    }
}

/// Text for an attribute in double quotes or for element content.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars().filter(|c| is_legal(*c)) {
        match (markup::reference(c), c) {
            (Some(reference), _) => out.push_str(reference),
            (None, '\t' | '\n' | '\r') => out.push(' '),
            (None, c) => out.push(c),
        }
    }
    out
}

/// What stands round the one element of that name.
pub(super) fn round(mut document: Vec<u8>, name: &str) -> Frame {
    let (start, end) = place(&document, name);
    let foot = document.split_off(end);
    document.truncate(start);
    Frame { head: document, foot }
}

/// The one element of that name, in no more memory than it needs: fifty wait beside each other to
/// be packed.
pub(super) fn inner(document: &[u8], name: &str) -> Vec<u8> {
    let (start, end) = place(document, name);
    document[start..end].to_vec()
}

/// Where the element of that name begins and ends; in text and attributes no tag stands unescaped,
/// and before it no CDATA.
fn place(document: &[u8], name: &str) -> (usize, usize) {
    let (tag, close) = (format!("<{name}>"), format!("</{name}>"));
    let start = memmem::find(document, tag.as_bytes()).unwrap_or(document.len());
    let end =
        memmem::rfind(document, close.as_bytes()).map_or(document.len(), |at| at + close.len());
    (start.min(end), end)
}

/// The document with `&lt;` and `&amp;` outside CDATA as numeric references: named ones in
/// plain-text RSS elements are taken for doubly escaped HTML by some readers (RSS profile,
/// character data).
pub(super) fn numeric_references(document: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(document.len() + document.len() / 64);
    let mut rest = document;
    while let Some(at) = memchr2(b'&', b'<', rest) {
        let (before, here) = rest.split_at(at);
        out.extend_from_slice(before);
        let (written, taken): (&[u8], usize) = if here.starts_with(b"&lt;") {
            (b"&#x3C;", 4)
        } else if here.starts_with(b"&amp;") {
            (b"&#x26;", 5)
        } else if here.starts_with(b"<![CDATA[") {
            let end = memmem::find(here, b"]]>").map_or(here.len(), |end| end + 3);
            (&here[..end], end)
        } else {
            (&here[..1], 1)
        };
        out.extend_from_slice(written);
        rest = &here[taken..];
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_characters_go_and_others_stay() {
        assert_eq!(
            legal("a\u{0}\u{8}\u{7f}\u{9f}b\u{b}\u{1f}c\u{fffe}\u{ffff}d\t\n\re\u{fffd}ế\u{1f600}"),
            "abcd\t\n\re\u{fffd}ế\u{1f600}"
        );
        assert_eq!(strip("<a>\u{8}</a>".into()), b"<a></a>");
        assert_eq!(escape("<\"&\u{1}'\n>"), "&lt;&quot;&amp;' &gt;");
    }

    #[test]
    fn references_become_numeric_outside_cdata_alone() {
        let table = [
            ("<a>x &amp; y &lt; z &gt;</a>", "<a>x &#x26; y &#x3C; z &gt;</a>"),
            ("<![CDATA[&amp;&lt;]]>&amp;", "<![CDATA[&amp;&lt;]]>&#x26;"),
            ("<![CDATA[a]]]]><![CDATA[>&amp;]]>&lt;", "<![CDATA[a]]]]><![CDATA[>&amp;]]>&#x3C;"),
            ("&amp;lt;", "&#x26;lt;"),
            ("", ""),
        ];
        for (given, want) in table {
            assert_eq!(String::from_utf8(numeric_references(given.as_bytes())).unwrap(), want);
        }
    }
}
