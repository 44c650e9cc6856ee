//! Long values in parts, so that no page of sled's grows past what it keeps in its log: larger ones
//! go to files that it never syncs.

use crate::store::Error;

/// Longest part. A leaf holds up to 17 rows and must stay under a quarter of a segment (128 KiB),
/// keys included.
pub const CHUNK: usize = 6 * 1024;

const WHOLE: u8 = 0;
const CHUNKS: u8 = 1;

/// What the row under the value's own key says.
#[derive(Debug, PartialEq, Eq)]
pub enum First<'a> {
    /// The value.
    Whole(&'a [u8]),
    /// How many parts it has.
    Chunks(u32),
}

/// Reads the row under the value's own key.
pub fn first(row: &[u8]) -> Result<First<'_>, Error> {
    let damaged = || Error::damaged("a row without a known mark");
    match row.split_first() {
        Some((&WHOLE, value)) => Ok(First::Whole(value)),
        Some((&CHUNKS, count)) => {
            Ok(First::Chunks(u32::from_be_bytes(count.try_into().map_err(|_| damaged())?)))
        }
        _ => Err(damaged()),
    }
}

/// The row under the value's own key, and the parts that follow it.
pub fn split(value: &[u8]) -> (Vec<u8>, impl Iterator<Item = &[u8]>) {
    let whole = value.len() < CHUNK;
    let tail = if whole { &[] } else { value };
    let first = if whole {
        [&[WHOLE], value].concat()
    } else {
        let count = u32::try_from(value.len().div_ceil(CHUNK)).unwrap_or(u32::MAX);
        [[CHUNKS].as_slice(), &count.to_be_bytes()].concat()
    };
    (first, tail.chunks(CHUNK))
}

/// The key of a part: outside every range that is scanned.
pub fn key(key: &[u8], n: u32) -> Vec<u8> {
    [b"P", key, &n.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_splits_at_the_border_only() {
        for (length, count) in [(0, 0), (CHUNK - 1, 0), (CHUNK, 1), (CHUNK + 1, 2), (3 * CHUNK, 3)]
        {
            let value = vec![7; length];
            let (row, tail) = split(&value);
            let tail: Vec<&[u8]> = tail.collect();
            assert_eq!(tail.len(), count, "{length}");
            match first(&row).unwrap() {
                First::Whole(whole) => assert_eq!(whole, value),
                First::Chunks(n) => assert_eq!((n as usize, tail.concat()), (count, value)),
            }
        }
        assert!(first(&[]).is_err() && first(&[1, 0]).is_err() && first(&[9]).is_err());
    }
}
