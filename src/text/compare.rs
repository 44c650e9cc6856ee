//! Texts compared as a reader compares them.

use unicode_normalization::UnicodeNormalization;

use super::latin;

/// Whether a text ends as a sentence does; closing quotes and brackets do not count.
pub fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '*')
    });
    text.ends_with(['.', '!', '?', '…', ':', ';', ',', '。', '！', '？'])
}

/// The letters and digits of a text in small letters.
fn bare(text: &str) -> impl Iterator<Item = char> {
    text.nfc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// Whether a text begins as `opening` reads: case, blanks and punctuation apart.
pub fn opens(text: &str, opening: &str) -> bool {
    let mut text = bare(text);
    bare(opening).all(|letter| text.next() == Some(letter))
}

/// Whether two texts read the same: case, blanks and punctuation apart.
pub fn same(a: &str, b: &str) -> bool {
    // Fast path: most pairs differ in their first letters. A combining mark may follow a letter, so
    // only letters without one are compared.
    fn opens(text: &str) -> Option<char> {
        let mut signs = text.chars().skip_while(|c| !latin::is_sign(*c));
        let first = latin::folded(signs.next()?)?;
        signs.next().is_none_or(|c| latin::folded(c).is_some()).then_some(first)
    }
    if let (Some(a), Some(b)) = (opens(a), opens(b))
        && a != b
    {
        return false;
    }
    bare(a).next().is_some() && bare(a).eq(bare(b))
}

/// A text without blanks, bars, dashes and other divisions at its ends.
pub fn trim(text: &str) -> &str {
    // An angle bracket that belongs to a tag in the text stays.
    let divides = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '|' | '-' | '–' | '—' | '•' | '·' | ',' | ';' | ':' | '/' | '*' | '»' | '«'
            )
    };
    let (open, close) = (text.contains('<'), text.contains('>'));
    let start = text.trim_start_matches(|c| divides(c) || c == '>' || c == '<' && !close);
    start.trim_end_matches(|c| divides(c) || c == '<' || c == '>' && !open)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn texts_are_compared_as_letter_by_letter(
            a in "([ab éA\u{301}\u{30a}–]|\\PC){0,5}",
            b in "[ab éÅa\u{301}\u{30a}]{0,5}",
        ) {
            let bare = |text: &str| -> String {
                text.nfc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
            };
            for (a, b) in [(&a, &b), (&a, &a.nfd().collect()), (&b, &b.nfd().collect())] {
                let alike = !bare(a).is_empty() && bare(a) == bare(b);
                proptest::prop_assert_eq!(same(a, b), alike, "{:?} {:?}", a, b);
            }
        }
    }
}
