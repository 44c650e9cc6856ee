//! What is known of Latin letters without a look into the tables of Unicode: whether a text is
//! settled as it stands, kinds, case.

/// States of the glance: behind a sign, behind a blank, inside of a sign, and lost.
const SIGN: u64 = 0;
const BLANK: u64 = 1;
const LATIN_1: u64 = 2;
const LATIN: u64 = 3;
const E1: u64 = 4;
const E1_BA: u64 = 5;
const E1_BB: u64 = 6;
const E2: u64 = 7;
const E2_80: u64 = 8;
const LOST: u64 = 9;
/// Bits of a state; all of them go into one number.
const BITS: u64 = 6;
/// Bytes between two looks at whether the glance is lost.
const STRIDE: usize = 64;

/// For each byte the states that follow upon each state: to go on is one shift, whatever the byte.
static NEXT: [u64; 256] = next();

const fn next() -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut state = SIGN;
        while state <= LOST {
            table[byte] |= (after(state, byte as u8) * BITS) << (state * BITS);
            state += 1;
        }
        byte += 1;
    }
    table
}

const fn after(state: u64, byte: u8) -> u64 {
    match (state, byte) {
        (SIGN, b' ') => BLANK,
        (SIGN | BLANK, b'!'..=b'~') => SIGN,
        (SIGN | BLANK, 0xC2) => LATIN_1,
        (SIGN | BLANK, 0xC3..=0xCB) => LATIN,
        (SIGN | BLANK, 0xE1) => E1,
        (SIGN | BLANK, 0xE2) => E2,
        // The blank and the soft hyphen of Latin-1 do not stay.
        (LATIN_1, 0xA1..=0xAC | 0xAE..=0xBF) | (LATIN, 0x80..=0xBF) => SIGN,
        (E1, 0xBA) => E1_BA,
        (E1, 0xBB) => E1_BB,
        (E2, 0x80) => E2_80,
        (E1_BA, 0xA0..=0xBF) | (E1_BB, 0x80..=0xB9) | (E2_80, 0x90..=0xA7) => SIGN,
        _ => LOST,
    }
}

/// Whether a text, after a blank or not, has single blanks and otherwise only visible Latin
/// letters, digits and punctuation that are in NFC beside one another; then, whether it ends in a
/// blank. `None` says nothing.
pub fn settled(text: &str, after_blank: bool) -> Option<bool> {
    let mut state = if after_blank { BLANK } else { SIGN } * BITS;
    for stretch in text.as_bytes().chunks(STRIDE) {
        for byte in stretch {
            state = NEXT[*byte as usize] >> state & ((1 << BITS) - 1);
        }
        if state == LOST * BITS {
            return None;
        }
    }
    Some(state == BLANK * BITS)
}

/// Whether a sign is a letter or a digit.
pub fn is_sign(c: char) -> bool {
    let latin = matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '\u{C0}'..='\u{D6}')
        || matches!(c, '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}' | '\u{1EA0}'..='\u{1EF9}');
    latin || !c.is_ascii() && c.is_alphanumeric()
}

/// The small letter of a letter's capital, and its own; `None` says nothing.
pub fn folded(c: char) -> Option<char> {
    let code = u32::from(c);
    let small = match c {
        '\0'..='\x7F' => return Some(c.to_ascii_lowercase()),
        '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{DE}' => code + 0x20,
        '\u{E0}'..='\u{F6}' | '\u{F8}'..='\u{FE}' | '\u{1B0}' | '\u{2010}'..='\u{2027}' => code,
        '\u{1AF}' => code + 1,
        // Capitals at even places, small letters behind them.
        '\u{100}'..='\u{12F}'
        | '\u{168}'..='\u{169}'
        | '\u{1A0}'..='\u{1A1}'
        | '\u{1EA0}'..='\u{1EFF}' => code | 1,
        _ => return None,
    };
    char::from_u32(small)
}

/// A text in lower case, as `str::to_lowercase` gives it.
pub fn lower(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    for c in text.chars() {
        match folded(c) {
            Some(small) => lower.push(small),
            None => return text.to_lowercase(),
        }
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, sign by sign.
    fn slowly(text: &str, mut blank: bool) -> Option<bool> {
        let latin = |c: char| matches!(c, '!'..='~' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{2FF}');
        let beyond = |c: char| matches!(c, '\u{1EA0}'..='\u{1EF9}' | '\u{2010}'..='\u{2027}');
        let plain = |c: char| latin(c) || beyond(c);
        let settled = text.chars().all(|c| match c {
            ' ' => !std::mem::replace(&mut blank, true),
            _ => {
                blank = false;
                plain(c)
            }
        });
        settled.then_some(blank)
    }

    #[test]
    fn every_sign_alone() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            assert_eq!(settled(&text, false), slowly(&text, false), "{c:?}");
            assert_eq!(is_sign(c), c.is_alphanumeric(), "{c:?}");
            if let Some(small) = folded(c) {
                assert_eq!(
                    c.to_uppercase().flat_map(char::to_lowercase).collect::<String>(),
                    small.to_string(),
                    "{c:?}"
                );
                assert_eq!(c.to_lowercase().collect::<String>(), small.to_string(), "{c:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_case(text in "([a-zA-ZÀ-ỹ –]|\\PC){0,30}") {
            prop_assert_eq!(lower(&text), text.to_lowercase());
        }

        #[test]
        fn any_text(text in "([a-zÀ-ỹ –]|[a-zà-ỹ]{3,70}|\\PC| ){0,30}", blank: bool) {
            prop_assert_eq!(settled(&text, blank), slowly(&text, blank));
        }
    }
}
