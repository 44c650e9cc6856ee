//! Bytes to text: which encoding a page is really in, whatever its label says.
//!
//! Order: byte order mark, header, `meta` or XML declaration, detection. A label yields to bytes
//! that are plainly UTF-8 and a UTF-8 label to bytes that plainly are not. UTF-7 and the encodings
//! that browsers replace are never used.

use std::borrow::Cow;
use std::sync::LazyLock;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use regex::bytes::Regex;

use super::legacy_fonts::LegacyFonts;
use crate::extract::budget::Budget;

/// A decoded body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without byte order mark; faults are U+FFFD. Not yet NFC.
    pub text: String,
    /// The encoding's name as the Encoding Standard writes it.
    pub encoding: &'static str,
    /// Whether some bytes did not fit the encoding.
    pub replaced: bool,
}

/// How far into the body a label is looked for.
const PRESCAN: usize = 4096;
/// How much of the body detection looks at.
const DETECTED: usize = 256 << 10;

/// Decodes a body, by the header field `content_type` where there is one.
pub fn decode(body: &[u8], content_type: Option<&str>) -> Decoded {
    decode_within(body, content_type, &LegacyFonts::default(), &Budget::default())
}

/// The same as far as the page may cost.
fn decode_within(
    body: &[u8],
    content_type: Option<&str>,
    fonts: &LegacyFonts,
    budget: &Budget,
) -> Decoded {
    if let Some((encoding, mark)) = Encoding::for_bom(body) {
        return with(encoding, body.get(mark..).unwrap_or_default());
    }
    let label = content_type.and_then(header_label).or_else(|| declared(body));
    // Fast path for most pages: the label says UTF-8 and the bytes are.
    if let (true, Ok(text)) = (label == Some(UTF_8), std::str::from_utf8(body)) {
        return Decoded { text: text.to_owned(), encoding: UTF_8.name(), replaced: false };
    }
    let evidence = Evidence::of(body);
    // Old letters have no encoding of their own: whatever a page is called, they are these bytes.
    if evidence.zeros == 0
        && !evidence.is_utf8()
        && fonts.are_old(&WINDOWS_1252.decode_without_bom_handling(body).0, budget)
    {
        return with(WINDOWS_1252, body);
    }
    with(choose(body, label, &evidence), body)
}

/// A body's text alone, not copied where its bytes are the text.
pub fn text<'b>(
    body: &'b [u8],
    content_type: Option<&str>,
    fonts: &LegacyFonts,
    budget: &Budget,
) -> Cow<'b, str> {
    let bare = match Encoding::for_bom(body) {
        Some((encoding, mark)) if encoding == UTF_8 => body.get(mark..),
        Some(_) => None,
        None => Some(body),
    };
    let Some(Ok(text)) = bare.map(simdutf8::basic::from_utf8) else {
        return Cow::Owned(decode_within(body, content_type, fonts, budget).text);
    };
    let marked = text.len() < body.len();
    let plain = marked
        || match content_type.and_then(header_label).or_else(|| declared(body)) {
            Some(label) => label == UTF_8,
            None => !body.iter().take(PRESCAN).any(|b| *b == 0),
        };
    if plain {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(decode_within(body, content_type, fonts, budget).text)
    }
}

fn with(encoding: &'static Encoding, body: &[u8]) -> Decoded {
    let (text, replaced) = encoding.decode_without_bom_handling(body);
    Decoded { text: text.into_owned(), encoding: encoding.name(), replaced }
}

fn choose(body: &[u8], label: Option<&'static Encoding>, evidence: &Evidence) -> &'static Encoding {
    match label {
        Some(label) if label == UTF_8 => {
            if evidence.is_utf8() {
                return UTF_8;
            }
            detect(body)
        }
        Some(label) if label == UTF_16LE || label == UTF_16BE => {
            if evidence.zeros == 0 && evidence.plainly_utf8() {
                return UTF_8;
            }
            label
        }
        Some(label)
            if evidence.plainly_utf8()
                && (label.is_single_byte() || label.decode_without_bom_handling(body).1) =>
        {
            UTF_8
        }
        Some(label) => label,
        None if evidence.zeros == 0 && (evidence.faults == 0 || evidence.plainly_utf8()) => UTF_8,
        None => detect(body),
    }
}

/// What the bytes say of themselves when read as UTF-8.
struct Evidence {
    /// Whole sequences of more than one byte.
    sequences: usize,
    /// Places that are no UTF-8; a sequence cut off by the body's end is none.
    faults: usize,
    /// Zero bytes near the beginning.
    zeros: usize,
}

impl Evidence {
    fn of(body: &[u8]) -> Self {
        let sequences = |bytes: &[u8]| bytes.iter().filter(|b| **b >= 0xC0).count();
        let (sequences, faults) = match std::str::from_utf8(body) {
            Ok(_) => (sequences(body), 0),
            Err(_) => {
                let faults = body.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
                let whole =
                    body.utf8_chunks().map(|chunk| sequences(chunk.valid().as_bytes())).sum();
                (whole, faults.saturating_sub(usize::from(cut_off(body))))
            }
        };
        let zeros = body.iter().take(PRESCAN).filter(|b| **b == 0).count();
        Self { sequences, faults, zeros }
    }

    /// Whether it may be called UTF-8 with faults.
    fn is_utf8(&self) -> bool {
        self.faults == 0 || self.sequences > 2 * self.faults
    }

    /// Text in another encoding forms valid sequences by accident only.
    fn plainly_utf8(&self) -> bool {
        self.sequences > 0 && self.sequences >= 20 * self.faults
    }
}

/// Whether the last fault is only a sequence that the body's end cuts.
fn cut_off(body: &[u8]) -> bool {
    let tail = body.get(body.len().saturating_sub(3)..).unwrap_or_default();
    (0..tail.len())
        .filter_map(|i| std::str::from_utf8(tail.get(i..)?).err())
        .any(|e| e.valid_up_to() == 0 && e.error_len().is_none())
}

/// The first label in a Content-Type that names an encoding, however it is set apart.
fn header_label(content_type: &str) -> Option<&'static Encoding> {
    content_type.split([';', ',']).find_map(|part| {
        let at = part.to_ascii_lowercase().find("charset")?;
        let value = part[at + "charset".len()..].trim_start().strip_prefix('=')?;
        let label = value
            .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\''))
            .find(|label| !label.is_empty())?;
        Encoding::for_label_no_replacement(label.as_bytes())
    })
}

/// The label that the document's beginning declares. One that is read as ASCII cannot be UTF-16, so
/// that means UTF-8.
fn declared(body: &[u8]) -> Option<&'static Encoding> {
    static COMMENT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?s-u)<!--.*?-->").ok());
    static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let label = concat!(
            r"(?i-u)(?:<meta\s[^>]*?\bcharset|<\?xml\s[^>]*?\bencoding)",
            r#"\s*=\s*["']?\s*([a-z0-9_:.()-]+)"#,
        );
        Regex::new(label).ok()
    });
    let head = body.get(..PRESCAN).unwrap_or(body);
    let head: Cow<'_, [u8]> = COMMENT
        .as_ref()
        .map_or(Cow::Borrowed(head), |comment| comment.replace_all(head, &b" "[..]));
    let label = LABEL
        .as_ref()?
        .captures_iter(&head)
        .find_map(|found| Encoding::for_label_no_replacement(found.get(1)?.as_bytes()))?;
    Some(if label == UTF_16LE || label == UTF_16BE { UTF_8 } else { label })
}

/// The encoding that the bytes look like, known not to be UTF-8.
fn detect(body: &[u8]) -> &'static Encoding {
    let head = body.get(..DETECTED).unwrap_or(body);
    if let Some(wide) = wide(head) {
        return wide;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// UTF-16 without a byte order mark: every ASCII letter of markup has a zero byte beside it.
fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    let zeros = |at: usize| head.chunks_exact(2).filter(|pair| pair.get(at) == Some(&0)).count();
    let (high, low) = (zeros(0), zeros(1));
    match pairs {
        0..2 => None,
        _ if low * 2 > pairs && high * 10 < pairs => Some(UTF_16LE),
        _ if high * 2 > pairs && low * 10 < pairs => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Huyện Bạch Thông xây dựng được 41 mô hình “Dân vận khéo” tại địa phương, \
        góp phần thực hiện nhiệm vụ";

    fn encoding(body: &[u8], content_type: Option<&str>) -> &'static str {
        decode(body, content_type).encoding
    }

    #[test]
    fn labels_in_their_order() {
        let latin = b"<meta charset=windows-1251>caf\xE9".as_slice();
        assert_eq!(
            decode(b"\xEF\xBB\xBFx", Some("text/html; charset=koi8-r")),
            Decoded { text: "x".into(), encoding: "UTF-8", replaced: false }
        );
        assert_eq!(encoding(b"\xFF\xFEx\0", None), "UTF-16LE");
        assert_eq!(encoding(latin, Some("text/html; Charset=\"ISO-8859-1\"")), "windows-1252");
        for odd in [
            "text/html charset=koi8-r",
            "text/html; charset = 'koi8-r'",
            "text/html; charset=; charset=koi8-r, koi8-u",
            "a;charset=koi8-r x",
        ] {
            assert_eq!(encoding(latin, Some(odd)), "KOI8-R", "{odd}");
        }
        assert_eq!(encoding(latin, Some("text/html")), "windows-1251");
        assert_eq!(
            encoding(
                b"<!-- <meta charset=koi8-r> --><META http-equiv=Content-Type \
                 content='text/html; charset=windows-1258'>\xE9",
                None,
            ),
            "windows-1258"
        );
        assert_eq!(encoding(b"<?xml version='1.0' encoding='gb2312'?>\xD6\xD0", None), "GBK");
        assert_eq!(encoding(b"<meta charset=utf-16>abc", None), "UTF-8");
    }

    #[test]
    fn false_labels_yield_to_the_bytes() {
        for label in ["iso-8859-1", "windows-1252", "windows-1258", "utf-16", "utf-7", "nonsense"] {
            let found = decode(TEXT.as_bytes(), Some(&format!("text/html; charset={label}")));
            assert_eq!((found.text.as_str(), found.encoding), (TEXT, "UTF-8"), "{label}");
        }
        let cyrillic = encoding_rs::WINDOWS_1251
            .encode("Правительство сообщило о новых мерах поддержки населения")
            .0
            .into_owned();
        assert_eq!(encoding(&cyrillic, Some("text/html; charset=utf-8")), "windows-1251");
    }

    #[test]
    fn vietnamese_without_a_label_is_detected() {
        use unicode_normalization::UnicodeNormalization;
        let text = "Thời gian qua, phong trào thi đua tại huyện Bạch Thông luôn được Huyện ủy quan \
            tâm, chỉ đạo thực hiện";
        // The encoding has precomposed vowels and combining tones.
        let bytes: Vec<u8> = text
            .chars()
            .flat_map(|c| {
                let mut all: Vec<char> = c.to_string().nfd().collect();
                let tone = all
                    .iter()
                    .position(|c| {
                        matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
                    })
                    .map(|i| all.remove(i));
                let base: String = all.into_iter().nfc().collect();
                base.chars().chain(tone).collect::<Vec<_>>()
            })
            .flat_map(|c| encoding_rs::WINDOWS_1258.encode(&c.to_string()).0.into_owned())
            .collect();
        let found = decode(&bytes, None);
        assert_eq!(
            (found.encoding, found.text.nfc().collect::<String>().as_str()),
            ("windows-1258", text)
        );
    }

    #[test]
    fn faults_become_replacement_characters() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes.extend(b" \xFF end");
        let found = decode(&bytes, Some("text/html; charset=utf-8"));
        assert_eq!(
            (found.text, found.encoding, found.replaced),
            (format!("{TEXT} \u{FFFD} end"), "UTF-8", true)
        );
        bytes.truncate(TEXT.len() - 1);
        assert_eq!(encoding(&bytes, Some("text/html; charset=iso-8859-1")), "UTF-8");
        assert_eq!(encoding(b"", None), "UTF-8");
        assert_eq!(encoding(b"+ADw-script+AD4-", Some("text/html; charset=utf-7")), "UTF-8");
        assert_eq!(
            encoding(
                &TEXT
                    .encode_utf16()
                    .flat_map(u16::to_le_bytes)
                    .chain([b'a', 0].repeat(200))
                    .collect::<Vec<_>>(),
                None
            ),
            "UTF-16LE"
        );
    }

    proptest::proptest! {
        #[test]
        fn anything_decodes(body: Vec<u8>, header: Option<String>) {
            let decoded = decode(&body, header.as_deref());
            let (fonts, budget) = (LegacyFonts::default(), Budget::default());
            let text = text(&body, header.as_deref(), &fonts, &budget);
            proptest::prop_assert_eq!(text, decoded.text);
        }
    }
}
