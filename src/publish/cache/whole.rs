//! Packing a document as a whole, in each coding, and expanding it again.

use std::io::{Read as _, Write as _};

use flate2::Compression;

use super::about::Coding;

/// Below this many bytes packing brings nothing.
pub(super) const SMALL: usize = 256;
/// gzip's usual effort.
pub(super) const GZIP: u32 = 6;
/// Its effort on much: a quarter larger at most, in less than a third of the time.
pub(super) const QUICK: u32 = 3;
/// Much, in bytes.
pub(super) const MUCH: u64 = 128 << 10;
/// What is packed once and read often, in a file, is packed so hard.
const HARD: Effort = Effort { gzip: 9, brotli: 9, zstd: 15 };
/// What expands to more than this is none of our documents.
pub(super) const LARGEST: u64 = 1 << 30;

/// How hard a document is packed in each coding.
pub(super) struct Effort {
    pub(super) gzip: u32,
    brotli: i32,
    zstd: i32,
}

impl Effort {
    /// What somebody waits for, of so many bytes.
    pub(super) fn quick(length: usize) -> Self {
        Self { gzip: if length as u64 > MUCH { QUICK } else { GZIP }, brotli: 5, zstd: 3 }
    }
}

/// The bytes in a coding; `None` where that brings nothing.
pub fn whole(plain: &[u8], coding: Coding) -> Option<Vec<u8>> {
    pack(plain, coding, &Effort::quick(plain.len()))
}

/// The same, packed harder than anybody would wait for.
pub fn hard(plain: &[u8], coding: Coding) -> Option<Vec<u8>> {
    pack(plain, coding, &HARD)
}

fn pack(plain: &[u8], coding: Coding, effort: &Effort) -> Option<Vec<u8>> {
    if plain.len() < SMALL {
        return None;
    }
    let packed = match coding {
        Coding::Identity => None,
        Coding::Gzip => gzip(plain, effort.gzip),
        Coding::Brotli => {
            let params = brotli::enc::BrotliEncoderParams {
                quality: effort.brotli,
                lgwin: 22,
                size_hint: plain.len(),
                ..Default::default()
            };
            let mut bytes = Vec::with_capacity(plain.len() / 3);
            brotli::BrotliCompress(&mut &*plain, &mut bytes, &params).ok().map(|_| bytes)
        }
        Coding::Zstd => zstd::bulk::compress(plain, effort.zstd).ok(),
    };
    packed.filter(|packed| packed.len() < plain.len()).map(|mut packed| {
        packed.shrink_to_fit();
        packed
    })
}

pub(super) fn gzip(plain: &[u8], level: u32) -> Option<Vec<u8>> {
    let mut writer =
        flate2::write::GzEncoder::new(Vec::with_capacity(plain.len() / 3), Compression::new(level));
    writer.write_all(plain).and_then(|()| writer.finish()).ok()
}

/// A member's bytes.
pub fn expand(member: &[u8]) -> Option<Vec<u8>> {
    let length = member.last_chunk().map_or(0, |length| u32::from_le_bytes(*length));
    let mut plain = Vec::with_capacity((length as usize).min(member.len().saturating_mul(32)));
    flate2::read::GzDecoder::new(member).take(LARGEST).read_to_end(&mut plain).ok()?;
    Some(plain)
}
