//! The bytes of tags: what ends names and values, one by one or eight at a time.

/// What a byte is inside of a tag.
const OTHER: u8 = 0;
pub(crate) const BLANK: u8 = 1;
pub(crate) const SLASH: u8 = 2;
pub(crate) const CLOSE: u8 = 4;
const EQUALS: u8 = 8;

static KINDS: [u8; 256] = {
    let mut kinds = [OTHER; 256];
    (
        kinds[b' ' as usize],
        kinds[b'\n' as usize],
        kinds[b'\t' as usize],
        kinds[b'\r' as usize],
        kinds[0x0C],
    ) = (BLANK, BLANK, BLANK, BLANK, BLANK);
    (kinds[b'/' as usize], kinds[b'>' as usize], kinds[b'=' as usize]) = (SLASH, CLOSE, EQUALS);
    kinds
};

fn kind(byte: u8) -> u8 {
    KINDS[usize::from(byte)]
}

/// The first place from `at` on whose byte is of a wanted kind.
pub(crate) fn find(bytes: &[u8], mut at: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    loop {
        if wanted(kind(*bytes.get(at)?)) {
            return Some(at);
        }
        at += 1;
    }
}

/// Where an attribute's name ends: at a blank, a slash, the tag's end or a sign of equality.
pub(crate) fn name_end(bytes: &[u8], mut at: usize) -> Option<usize> {
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

/// A one in each of eight bytes.
pub(crate) const ONES: u64 = u64::from_ne_bytes([1; 8]);
/// The high bit of each.
pub(crate) const HIGH: u64 = ONES << 7;

/// How many of eight bytes, the first one lowest, come before one below `0` or from `<` to `?`:
/// those end no name. Eight steps in one, without a branch that nobody can foresee.
pub(crate) fn plain(bytes: u64) -> usize {
    let below = !((bytes | HIGH) - ONES * u64::from(b'0')) & !bytes & HIGH;
    let off = (bytes ^ (ONES * u64::from(b'<'))) & (ONES * 0xFC);
    let signs = !(((off & !HIGH) + !HIGH) | off) & HIGH;
    (below | signs).trailing_zeros() as usize / 8
}

/// Steps of eight bytes in which a sign is looked for that is rarely far.
const NEAR: usize = 6;

/// Where a sign stands from `at` on. A few bytes are looked at where they are: to have a long text
/// searched well takes as long as they do.
pub(crate) fn find_sign(bytes: &[u8], at: usize, sign: u8) -> Option<usize> {
    let mut from = at;
    for _ in 0..NEAR {
        let Some(eight) = bytes.get(from..).and_then(<[u8]>::first_chunk) else { break };
        let off = u64::from_le_bytes(*eight) ^ (ONES * u64::from(sign));
        let same = off.wrapping_sub(ONES) & !off & HIGH;
        if same != 0 {
            return Some(from + same.trailing_zeros() as usize / 8);
        }
        from += 8;
    }
    memchr::memchr(sign, bytes.get(from..)?).map(|found| from + found)
}

pub(crate) fn is_blank(byte: u8) -> bool {
    kind(byte) == BLANK
}

/// Whether a byte ends the name of a tag.
pub(crate) fn is_end(byte: u8) -> bool {
    kind(byte) & (BLANK | SLASH | CLOSE) != 0
}

/// A name or a value: from, to.
pub(crate) type Span = (usize, usize);

/// The bytes of a span.
pub(crate) fn slice(bytes: &[u8], (from, to): Span) -> &[u8] {
    bytes.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::html::scan::tag_names::{Name, packed};

    /// Whether names end and are packed as they are byte by byte.
    fn as_slowly(bytes: &[u8]) -> bool {
        let length = bytes.iter().position(|b| is_end(*b));
        let slowly = |name: &[u8]| {
            name.iter().fold(0, |all, b| all << 8 | Name::from(b.to_ascii_lowercase()))
        };
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
        fn a_sign_is_found_where_it_stands_first(
            text in "[a-z\u{1}!#é]{0,80}",
            tail in "[\"a-z!#]{0,70}",
            at in 0_usize..90,
        ) {
            let bytes = [text.as_bytes(), tail.as_bytes()].concat();
            let want = bytes.iter().enumerate().skip(at).find(|(_, b)| **b == b'"').map(|(n, _)| n);
            proptest::prop_assert_eq!(find_sign(&bytes, at, b'"'), want);
        }

        #[test]
        fn names_end_as_byte_by_byte(text in "([a-zA-Z0-9_:.!~é-]{0,12}[ \n\t/>=<?;@]?){1,3}") {
            proptest::prop_assert!(as_slowly(text.as_bytes()));
        }
    }
}
