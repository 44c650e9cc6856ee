//! One gzip member a record: written whole, read one by one, and found again after damage.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::GzDecoder;
use libdeflater::{CompressionLvl, Compressor};
use memchr::memmem;

use super::head::Head;
use super::record::Record;

/// No head is longer.
const HEAD_MAX: u64 = 256 * 1024;
/// No block that is kept in memory is longer.
pub(super) const BLOCK_MAX: u64 = 64 * 1024 * 1024;
/// How a gzip member starts (RFC 1952).
const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
/// How a record ends.
const END: &[u8] = b"\r\n\r\n";

/// The quickest level: it leaves 2 % more bytes than the next one and 5 % more than the fourth, in
/// two thirds of their time.
const LEVEL: i32 = 1;
/// A packer's memory for longer records goes back after each.
const KEPT: usize = 256 << 10;

/// Writes members; its memory is used again for each.
pub(super) struct Packer {
    compressor: Compressor,
    plain: Vec<u8>,
    /// Room for a member; its length is what was ever needed.
    packed: Vec<u8>,
}

impl Packer {
    pub(super) fn new() -> io::Result<Self> {
        let level = CompressionLvl::new(LEVEL)
            .map_err(|_| io::Error::other("no such level of compression"))?;
        Ok(Self { compressor: Compressor::new(level), plain: Vec::new(), packed: Vec::new() })
    }

    /// Appends a record's member to `bytes`.
    pub(super) fn write(&mut self, bytes: &mut Vec<u8>, record: &Record<'_>) -> io::Result<()> {
        let head = record.head();
        self.plain.clear();
        self.plain
            .reserve_exact(head.len() + record.block[0].len() + record.block[1].len() + END.len());
        for part in [head.as_bytes(), record.block[0], record.block[1], END] {
            self.plain.extend_from_slice(part);
        }
        let most = self.compressor.gzip_compress_bound(self.plain.len());
        if self.packed.len() < most {
            self.packed.resize(most, 0);
        }
        let length = self
            .compressor
            .gzip_compress(&self.plain, &mut self.packed)
            .map_err(io::Error::other)?;
        bytes.extend_from_slice(self.packed.get(..length).unwrap_or_default());
        if self.packed.len() > KEPT {
            (self.plain, self.packed) = (Vec::new(), Vec::new());
        }
        Ok(())
    }
}

/// Why a member cannot be read.
#[derive(Debug)]
pub(super) enum Fault {
    /// The disk.
    Io(io::Error),
    /// The bytes.
    Damaged(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof => Self::Damaged(error.to_string()),
            _ => Self::Io(error),
        }
    }
}

/// A stretch of a file, read member after member; it knows where it stands.
#[derive(Debug)]
pub(super) struct Stretch {
    input: BufReader<File>,
    at: u64,
    end: u64,
}

impl Stretch {
    /// From `at` to `end` or the end of the file.
    pub(super) fn new(file: File, at: u64, end: u64) -> io::Result<Self> {
        let end = end.min(file.metadata()?.len());
        let mut stretch = Self { input: BufReader::with_capacity(64 * 1024, file), at, end };
        stretch.go_to(at)?;
        Ok(stretch)
    }

    /// Where the next member starts.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.end
    }

    fn go_to(&mut self, at: u64) -> io::Result<()> {
        self.input.seek(SeekFrom::Start(at))?;
        self.at = at;
        Ok(())
    }

    /// Reads the next member to its end and checks that it is one whole record. The block is kept
    /// if `wanted`.
    pub(super) fn record(
        &mut self,
        wanted: impl FnOnce(&Head) -> bool,
    ) -> Result<(Head, Option<Vec<u8>>), Fault> {
        let mut plain = BufReader::new(GzDecoder::new(self));
        let head = read_head(&mut plain)?;
        let mut block = Vec::new();
        let kept = wanted(&head) && head.length <= BLOCK_MAX;
        let mut rest = plain.by_ref().take(head.length);
        let got = if kept {
            rest.read_to_end(&mut block)? as u64
        } else {
            io::copy(&mut rest, &mut io::sink())?
        };
        if got != head.length {
            return Err(Fault::Damaged("shorter than its Content-Length".into()));
        }
        let mut close = Vec::new();
        plain.take(5).read_to_end(&mut close)?;
        if close != b"\r\n\r\n" {
            return Err(Fault::Damaged("longer than its Content-Length".into()));
        }
        Ok((head, kept.then_some(block)))
    }

    /// Moves to the first place from `from` on where a record starts, or to the end.
    pub(super) fn seek_record(&mut self, from: u64) -> io::Result<()> {
        let mut from = from;
        while let Some(found) = self.seek_magic(from)? {
            let mut start = [0; 8];
            self.go_to(found)?;
            let read = GzDecoder::new(&mut *self).read_exact(&mut start);
            self.go_to(found)?;
            if read.is_ok() && &start == b"WARC/1.1" {
                return Ok(());
            }
            from = found + 1;
        }
        self.go_to(self.end)
    }

    fn seek_magic(&mut self, from: u64) -> io::Result<Option<u64>> {
        self.go_to(from)?;
        let mut window = Vec::new();
        while !self.is_done() {
            let chunk = self.fill_buf()?;
            let taken = chunk.len();
            window.extend_from_slice(chunk);
            self.consume(taken);
            if let Some(found) = memmem::find(&window, &MAGIC) {
                return Ok(Some(self.at - (window.len() - found) as u64));
            }
            window.drain(..window.len().saturating_sub(MAGIC.len() - 1));
            if taken == 0 {
                break;
            }
        }
        Ok(None)
    }
}

impl Read for Stretch {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let taken = self.fill_buf()?.read(into)?;
        self.consume(taken);
        Ok(taken)
    }
}

impl BufRead for Stretch {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        if left == 0 {
            return Ok(&[]);
        }
        let chunk = self.input.fill_buf()?;
        Ok(&chunk[..chunk.len().min(left)])
    }

    fn consume(&mut self, taken: usize) {
        self.input.consume(taken);
        self.at += taken as u64;
    }
}

fn read_head(plain: &mut impl BufRead) -> Result<Head, Fault> {
    let mut head = Vec::new();
    let mut limited = plain.take(HEAD_MAX);
    loop {
        let start = head.len();
        if limited.read_until(b'\n', &mut head)? == 0 {
            return Err(Fault::Damaged("no end of the record's head".into()));
        }
        if &head[start..] == b"\r\n" {
            return Head::parse(&head).map_err(|what| Fault::Damaged(what.into()));
        }
    }
}
