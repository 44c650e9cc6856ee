//! gzip in pieces, so that a document of which one entry is new is packed at the cost of that
//! entry: each piece is deflated to a byte border (RFC 1951 §3.2.4, a sync flush), a member is its
//! pieces joined, its CRC combined of theirs.
//!
//! A piece may point back into those before it. It is used again only where the same ones stand
//! before it.

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use serde::{Deserialize, Serialize};

use super::about::Digest;
use super::whole::{Effort, GZIP, LARGEST, MUCH, QUICK, SMALL, gzip};

/// Entries of so few bytes together are packed as one: what each costs beside its bytes counts, and
/// they are soon packed anew.
const LITTLE: u64 = 24 << 10;
/// How far a piece may point back, in bytes.
const WINDOW: usize = 32 << 10;
/// The head of a member: deflate, no name, no time, unknown system (RFC 1952 §2.3).
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// How much larger a document may become by being packed in pieces.
const LOSS: f64 = 1.07;

/// A piece of a document.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Digest of its bytes.
    pub digest: Digest,
    /// Bytes.
    pub length: u32,
    /// CRC-32 of its bytes.
    pub crc: u32,
}

/// A document packed as gzip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    /// The member.
    pub bytes: Vec<u8>,
    /// How to use parts of it again.
    pub parcel: Parcel,
}

/// The parts of a packed document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// Where the first entry begins.
    start: u32,
    entries: Vec<Part>,
    /// Bytes of the entries when they were packed as one, before and after.
    whole: (u32, u32),
}

/// An entry as it is packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    digest: Digest,
    packed: u32,
    /// How many entries before it it may point into.
    back: u16,
}

/// What a document is packed of; of its entries the bytes of those that cannot be used again.
pub struct Parts<'a> {
    /// Before the entries.
    pub head: &'a [u8],
    /// The entries.
    pub entries: &'a [Piece],
    /// After them.
    pub foot: &'a [u8],
}

impl Packed {
    /// Whether nothing was packed in pieces.
    pub fn is_empty(&self) -> bool {
        self.parcel.entries.is_empty()
    }

    /// Which entries of a document cannot be used again: their bytes are needed to pack it.
    pub fn lacks(&self, entries: &[Piece]) -> Vec<usize> {
        let plan = self.plan(entries);
        (0..entries.len()).filter(|at| plan[*at].is_none()).collect()
    }

    /// For each entry where it stands in this document, if it can be used again as it is.
    fn plan(&self, entries: &[Piece]) -> Vec<Option<usize>> {
        let known: HashMap<&Digest, usize> =
            self.parcel.entries.iter().enumerate().map(|(at, part)| (&part.digest, at)).collect();
        let same = |at: usize, old: usize| {
            let back = usize::from(self.parcel.entries[old].back);
            let before = |n: usize| {
                at >= n && old >= n && entries[at - n].digest == self.parcel.entries[old - n].digest
            };
            (1..=back).all(before)
        };
        entries
            .iter()
            .enumerate()
            .map(|(at, entry)| known.get(&entry.digest).copied().filter(|old| same(at, *old)))
            .collect()
    }

    /// The bytes of its entries by their digests, as far as they can be had.
    pub fn unpacked(&self) -> HashMap<Digest, Vec<u8>> {
        let (mut inflate, mut at) = (Decompress::new(false), self.parcel.start as usize);
        let mut entries = HashMap::new();
        if self.bytes.get(HEAD.len()..at).and_then(|head| inflated(&mut inflate, head)).is_none() {
            return entries;
        }
        for part in &self.parcel.entries {
            let end = at + part.packed as usize;
            let Some(plain) =
                self.bytes.get(at..end).and_then(|packed| inflated(&mut inflate, packed))
            else {
                break;
            };
            entries.insert(part.digest, plain);
            at = end;
        }
        entries
    }

    /// Packs a document with what of this one can be used again; `None` if too much is lost by
    /// that: it is to be packed as a whole. `plain` gives the bytes of entries that [`Self::lacks`]
    /// names.
    pub fn repack<'a>(
        &self,
        of: &Parts<'_>,
        plain: impl Fn(usize) -> Option<&'a [u8]>,
    ) -> Option<Self> {
        let plan = self.plan(of.entries);
        if plan.iter().all(Option::is_none) {
            return None;
        }
        let starts: Vec<usize> = self
            .parcel
            .entries
            .iter()
            .scan(self.parcel.start as usize, |at, part| {
                Some(std::mem::replace(at, *at + part.packed as usize))
            })
            .collect();
        let mut entries = Entries::new(of);
        for (at, old) in plan.iter().enumerate() {
            match old {
                Some(old) => {
                    let part = &self.parcel.entries[*old];
                    entries.take(
                        part.clone(),
                        self.bytes.get(starts[*old]..starts[*old] + part.packed as usize)?,
                    );
                }
                None => entries.pack(&of.entries[at], plain(at)?)?,
            }
        }
        let (before, after) = self.parcel.whole;
        let wanted = entries.length as f64 * f64::from(after) / f64::from(before.max(1));
        let loses = entries.bytes.len() as f64 > LOSS * wanted + 64.0;
        if loses { None } else { entries.finish(of, self.parcel.whole) }
    }

    /// Packs a document as a whole; `plain` gives the bytes of each entry.
    pub fn whole<'a>(of: &Parts<'_>, plain: impl Fn(usize) -> Option<&'a [u8]>) -> Option<Self> {
        if of.length() <= LITTLE {
            let entries = (0..of.entries.len()).map(plain).collect::<Option<Vec<_>>>()?;
            let plain = [of.head, &entries.concat(), of.foot].concat();
            let bytes = gzip(&plain, Effort::quick(plain.len()).gzip)?;
            return Some(Self { bytes, parcel: Parcel::default() });
        }
        Self::joined(of, [Run::pack(of, 0..of.entries.len(), plain)?])
    }

    /// Joins what was packed of a document by several hands, each from where the one before ended.
    pub fn joined(of: &Parts<'_>, runs: impl IntoIterator<Item = Run>) -> Option<Self> {
        let mut entries = Entries::new(of);
        for Run(run) in runs {
            entries.bytes.extend_from_slice(&run.bytes);
            entries.parts.extend(run.parts);
        }
        let whole = (u32::try_from(entries.length).ok()?, u32::try_from(entries.bytes.len()).ok()?);
        entries.finish(of, whole)
    }
}

/// Some of a document's entries, packed in one go.
pub struct Run(Entries);

impl Run {
    /// Packs the entries at these places; `plain` gives the bytes of each, and of those before
    /// them, which it may point into.
    pub fn pack<'a>(
        of: &Parts<'_>,
        places: Range<usize>,
        plain: impl Fn(usize) -> Option<&'a [u8]>,
    ) -> Option<Self> {
        let mut entries = Entries::new(of);
        if places.start > 0 {
            entries.begin_behind((0..places.start).rev().map(&plain))?;
        }
        for at in places {
            entries.pack(of.entries.get(at)?, plain(at)?)?;
        }
        Some(Self(entries))
    }
}

impl Parts<'_> {
    /// Where a second hand begins if the document is so much that two are quicker.
    pub fn middle(&self) -> Option<usize> {
        let (half, mut before) = (self.length() / 2, 0);
        let is_within = |piece: &&Piece| {
            before += u64::from(piece.length);
            before <= half
        };
        let middle = self.entries.iter().take_while(is_within).count();
        (self.length() > MUCH && middle > 0).then_some(middle)
    }

    /// Bytes of the entries.
    fn length(&self) -> u64 {
        self.entries.iter().map(|piece| u64::from(piece.length)).sum()
    }
}

/// Entries that are being packed.
struct Entries {
    bytes: Vec<u8>,
    parts: Vec<Part>,
    /// Bytes of all before packing.
    length: u64,
    /// Lengths of the entries that were packed in one go with the next, the last one last.
    run: Vec<usize>,
}

impl Entries {
    /// None so far of those of a document.
    fn new(of: &Parts<'_>) -> Self {
        Self {
            bytes: Vec::new(),
            parts: Vec::with_capacity(of.entries.len()),
            length: of.length(),
            run: Vec::new(),
        }
    }

    /// Begins behind entries that another hand packs, the nearest first.
    fn begin_behind<'a>(&mut self, before: impl Iterator<Item = Option<&'a [u8]>>) -> Option<()> {
        let (mut near, mut length) = (Vec::new(), 0);
        for plain in before {
            if length >= WINDOW {
                break;
            }
            near.push(plain?);
            length += plain?.len();
        }
        near.reverse();
        self.run = near.iter().map(|plain| plain.len()).collect();
        let window = near.concat();
        begin(self.length)?;
        let shown = &window[window.len().saturating_sub(WINDOW)..];
        DEFLATE.with_borrow_mut(|deflate| deflate.set_dictionary(shown).ok()).map(|_| ())
    }

    /// One that is packed already.
    fn take(&mut self, part: Part, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.parts.push(part);
        self.run.clear();
    }

    /// One that is to be packed, in one go with those packed just before.
    fn pack(&mut self, piece: &Piece, plain: &[u8]) -> Option<()> {
        let reach = self
            .run
            .iter()
            .rev()
            .scan(0, |sum, length| Some(std::mem::replace(sum, *sum + length)))
            .take_while(|sum| *sum < WINDOW);
        let back = u16::try_from(reach.count()).ok()?;
        let before = self.bytes.len();
        deflate(
            plain,
            self.run.is_empty().then_some(self.length),
            FlushCompress::Sync,
            &mut self.bytes,
        )?;
        let packed = u32::try_from(self.bytes.len() - before).ok()?;
        self.parts.push(Part { digest: piece.digest, packed, back });
        self.run.push(plain.len());
        Some(())
    }

    fn finish(self, of: &Parts<'_>, whole: (u32, u32)) -> Option<Packed> {
        let mut bytes = Vec::with_capacity(self.bytes.len() + of.head.len() + of.foot.len() + 64);
        bytes.extend_from_slice(&HEAD);
        deflate(of.head, Some(0), FlushCompress::Sync, &mut bytes)?;
        let start = u32::try_from(bytes.len()).ok()?;
        bytes.extend_from_slice(&self.bytes);
        match u16::try_from(of.foot.len()) {
            Ok(length) if of.foot.len() < SMALL => stored(of.foot, length, &mut bytes),
            _ => deflate(of.foot, Some(0), FlushCompress::Finish, &mut bytes)?,
        }
        let mut crc = crc32fast::Hasher::new();
        crc.update(of.head);
        for piece in of.entries {
            crc.combine(&crc32fast::Hasher::new_with_initial_len(piece.crc, piece.length.into()));
        }
        crc.update(of.foot);
        let length = of.head.len() as u64 + self.length + of.foot.len() as u64;
        bytes.extend_from_slice(&crc.finalize().to_le_bytes());
        bytes.extend_from_slice(&u32::try_from(length & 0xffff_ffff).ok()?.to_le_bytes());
        bytes.shrink_to_fit();
        Some(Packed { bytes, parcel: Parcel { start, entries: self.parts, whole } })
    }
}

/// The next piece of a stream.
fn inflated(inflate: &mut Decompress, packed: &[u8]) -> Option<Vec<u8>> {
    let (begun, mut plain) = (inflate.total_in(), Vec::new());
    loop {
        plain.reserve(4 * packed.len() + 64);
        let room = plain.capacity() - plain.len();
        let (taken, before) = (usize::try_from(inflate.total_in() - begun).ok()?, plain.len());
        inflate.decompress_vec(packed.get(taken..)?, &mut plain, FlushDecompress::Sync).ok()?;
        if plain.len() as u64 > LARGEST {
            return None;
        }
        // All is out when there was room to spare.
        if plain.len() - before < room {
            return (inflate.total_in() - begun == packed.len() as u64).then_some(plain);
        }
    }
}

/// Ends a stream with so few bytes as they are: a compressor costs more than it brings (RFC 1951
/// §3.2.4).
fn stored(plain: &[u8], length: u16, out: &mut Vec<u8>) {
    out.push(1);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&(!length).to_le_bytes());
    out.extend_from_slice(plain);
}

thread_local! {
    // Making one costs as much as packing an entry.
    static DEFLATE: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(GZIP), false));
}

/// Begins a stream that packs so many bytes.
fn begin(length: u64) -> Option<()> {
    DEFLATE.with_borrow_mut(|deflate| {
        deflate.reset();
        deflate.set_level(Compression::new(if length > MUCH { QUICK } else { GZIP })).ok()
    })
}

/// Deflates `plain` behind what is there; `anew`: it points into nothing before it, and is of so
/// many bytes.
fn deflate(plain: &[u8], anew: Option<u64>, flush: FlushCompress, out: &mut Vec<u8>) -> Option<()> {
    if let Some(length) = anew {
        begin(length)?;
    }
    DEFLATE.with_borrow_mut(|deflate| {
        let begun = deflate.total_in();
        loop {
            out.reserve(plain.len() / 2 + 64);
            let room = out.capacity() - out.len();
            let taken = usize::try_from(deflate.total_in() - begun).ok()?;
            let before = out.len();
            let status = deflate.compress_vec(plain.get(taken..)?, out, flush).ok()?;
            let done = match flush {
                FlushCompress::Finish => status == flate2::Status::StreamEnd,
                // All is out when there was room to spare.
                _ => out.len() - before < room && deflate.total_in() - begun == plain.len() as u64,
            };
            if done {
                return Some(());
            }
        }
    })
}
