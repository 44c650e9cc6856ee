//! Content codings (RFC 9110 §8.4), expanded with a counter on the output: never more codings or
//! bytes than the bounds.

use std::io::{self, ErrorKind, Read};

use brotli::enc::StandardAlloc;
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};
use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::{Cause, Error};
use crate::domain::Bound;

/// What we accept, as Accept-Encoding says it.
pub(super) const ACCEPTED: &str = "gzip, br, deflate";

/// Names of codings (the IANA registry); servers write anything else too, and mean nothing by it.
const CODINGS: [&str; 12] = [
    "aes128gcm",
    "br",
    "compress",
    "dcb",
    "dcz",
    "deflate",
    "exi",
    "gzip",
    "pack200-gzip",
    "x-compress",
    "x-gzip",
    "zstd",
];

const PIECE: usize = 16 << 10;

/// Whether this names a coding, in lower case.
pub(super) fn is_coding(name: &str) -> bool {
    CODINGS.contains(&name)
}

/// What happens to a body over its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excess {
    /// It is an error.
    Refuse,
    /// The rest is left out, and what was cut off in the middle is taken.
    Cut,
}

/// The expanded body so far, and its bound.
struct Output {
    bytes: Vec<u8>,
    limit: usize,
    excess: Excess,
}

impl Output {
    /// Takes a piece; `false`: enough.
    fn take(&mut self, piece: &[u8]) -> Result<bool, Error> {
        let room = self.limit - self.bytes.len();
        if piece.len() <= room {
            append(&mut self.bytes, piece, self.limit);
            return Ok(true);
        }
        if self.excess == Excess::Refuse {
            return Err(Error::Bound { what: Bound::Expanded, limit: self.limit });
        }
        self.bytes.extend_from_slice(&piece[..room]);
        Ok(false)
    }

    /// Drains a decoder; `false`: enough.
    fn drain(&mut self, mut decoder: impl Read, coding: &str) -> Result<bool, Error> {
        let mut piece = [0; PIECE];
        loop {
            match decoder.read(&mut piece) {
                Ok(0) => return Ok(true),
                Ok(n) if self.take(&piece[..n])? => {}
                Ok(_) => return Ok(false),
                Err(_) if self.excess == Excess::Cut => return Ok(false),
                Err(e) => return Err(not_whole(coding, e)),
            }
        }
    }
}

/// A body that its coding does not fit.
#[derive(Debug, thiserror::Error)]
#[error("not whole as {coding}")]
struct NotWhole {
    coding: String,
    #[source]
    cause: io::Error,
}

fn not_whole(coding: &str, cause: io::Error) -> Error {
    Error::BadBody(Cause::whole(NotWhole { coding: coding.to_owned(), cause }))
}

/// What a body may become.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Bytes without any coding.
    pub(super) limit: usize,
    /// Codings upon one another.
    pub(super) codings: usize,
    /// What happens to a body over its bytes.
    pub(super) excess: Excess,
}

/// Appends a piece; what is reserved doubles, but not past the bound, since many large bodies may
/// come at once.
pub(super) fn append(bytes: &mut Vec<u8>, piece: &[u8], limit: usize) {
    if bytes.capacity() - bytes.len() < piece.len() {
        bytes.reserve_exact(bytes.len().min(limit.saturating_sub(bytes.len())).max(piece.len()));
    }
    bytes.extend_from_slice(piece);
}

/// Removes the codings that the Content-Encoding values name, the last one first; what names none
/// is passed over.
pub(super) fn expand<'a>(
    fields: impl Iterator<Item = &'a str>,
    body: &Bytes,
    size: Size,
) -> Result<Bytes, Error> {
    let named =
        fields.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase());
    let codings: Vec<String> = named.filter(|name| is_coding(name)).collect();
    if body.is_empty() {
        return Ok(body.clone());
    }
    if codings.len() > size.codings {
        return Err(Error::Bound { what: Bound::Codings, limit: size.codings });
    }
    codings.iter().rev().try_fold(body.clone(), |body, coding| layer(coding, &body, size))
}

/// Removes one coding.
fn layer(coding: &str, body: &Bytes, Size { limit, excess, .. }: Size) -> Result<Bytes, Error> {
    let mut output = Output { bytes: Vec::new(), limit, excess };
    match coding {
        "gzip" | "x-gzip" => gzip(body, &mut output)?,
        "deflate" => deflate(body, &mut output)?,
        "br" => brotli(body, &mut output)?,
        other => {
            return Err(Error::BadBody(Cause::of(format!(
                "unknown coding {other}, where {ACCEPTED} were asked for"
            ))));
        }
    }
    Ok(output.bytes.into())
}

/// Member after member (RFC 1952 §2.2); bytes after the last one that begin no member are padding.
fn gzip(mut rest: &[u8], output: &mut Output) -> Result<(), Error> {
    loop {
        if !output.drain(GzDecoder::new(&mut rest), "gzip")? || !rest.starts_with(&[0x1f, 0x8b]) {
            return Ok(());
        }
    }
}

/// zlib, as the standard says, or the bare stream that some servers send.
fn deflate(body: &[u8], output: &mut Output) -> Result<(), Error> {
    let is_head =
        |cmf: u8, flags: u8| cmf & 0x0f == 8 && (u16::from(cmf) << 8 | u16::from(flags)) % 31 == 0;
    let zlib = matches!(body, [cmf, flags, ..] if is_head(*cmf, *flags));
    if zlib {
        output.drain(ZlibDecoder::new(body), "deflate")?
    } else {
        output.drain(DeflateDecoder::new(body), "deflate")?
    };
    Ok(())
}

/// Brotli without large windows: a stream could state one of a gigabyte.
fn brotli(body: &[u8], output: &mut Output) -> Result<(), Error> {
    let mut state = BrotliState::new_strict(
        StandardAlloc::default(),
        StandardAlloc::default(),
        StandardAlloc::default(),
    );
    let (mut left, mut read, mut total) = (body.len(), 0, 0);
    let mut piece = [0; PIECE];
    loop {
        let (mut room, mut written) = (PIECE, 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut read,
            body,
            &mut room,
            &mut written,
            &mut piece,
            &mut total,
            &mut state,
        );
        if !output.take(&piece[..written])? {
            return Ok(());
        }
        match result {
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::ResultSuccess => return Ok(()),
            _ if output.excess == Excess::Cut => return Ok(()),
            BrotliResult::NeedsMoreInput => {
                return Err(not_whole("br", ErrorKind::UnexpectedEof.into()));
            }
            BrotliResult::ResultFailure => {
                return Err(not_whole("br", ErrorKind::InvalidData.into()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    fn gz(text: &[u8]) -> Vec<u8> {
        let mut w = GzEncoder::new(Vec::new(), Compression::default());
        w.write_all(text).unwrap();
        w.finish().unwrap()
    }

    fn br(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        brotli::BrotliCompress(&mut &text[..], &mut out, &Default::default()).unwrap();
        out
    }

    fn zl(text: &[u8]) -> Vec<u8> {
        let mut w = ZlibEncoder::new(Vec::new(), Compression::default());
        w.write_all(text).unwrap();
        w.finish().unwrap()
    }

    fn raw(text: &[u8]) -> Vec<u8> {
        let mut w = DeflateEncoder::new(Vec::new(), Compression::default());
        w.write_all(text).unwrap();
        w.finish().unwrap()
    }

    fn open(coding: &str, body: Vec<u8>, limit: usize) -> Result<Bytes, Error> {
        expand(
            std::iter::once(coding),
            &body.into(),
            Size { limit, codings: 1, excess: Excess::Refuse },
        )
    }

    #[test]
    fn opens_what_we_accept() {
        let text = "Cổng thông tin điện tử ".repeat(500).into_bytes();
        let two = [gz(&text[..1000]), gz(&text[1000..])].concat();
        let padded = [gz(&text), b"\0\0\0".to_vec()].concat();
        for (coding, body) in [
            ("gzip", gz(&text)),
            ("X-GZIP", gz(&text)),
            ("identity, gzip", gz(&text)),
            ("gzip", two),
            ("gzip", padded),
            ("br", br(&text)),
            ("deflate", zl(&text)),
            ("deflate", raw(&text)),
            ("identity", text.clone()),
            ("", text.clone()),
            ("none", text.clone()),
            ("UTF-8", text.clone()),
            ("binary, gzip", gz(&text)),
        ] {
            assert_eq!(open(coding, body, 1 << 20).unwrap(), text, "{coding}");
        }
        assert!(open("gzip", Vec::new(), 10).unwrap().is_empty());
    }

    #[test]
    fn refuses_what_is_broken_or_stacked() {
        let text = "tin tức ".repeat(2000).into_bytes();
        let cut = |mut body: Vec<u8>| {
            body.truncate(body.len() * 6 / 10);
            body
        };
        let mut last = gz(&text);
        last.truncate(last.len() - 4);
        for (coding, body) in [
            ("gzip", cut(gz(&text))),
            ("gzip", last),
            ("br", cut(br(&text))),
            ("deflate", cut(zl(&text))),
            ("gzip", text.clone()),
            ("br", vec![0xff; 400]),
            ("deflate", vec![0xff; 400]),
            ("zstd", text.clone()),
        ] {
            assert!(matches!(open(coding, body, 1 << 20), Err(Error::BadBody(_))), "{coding}");
        }
    }

    #[test]
    fn codings_upon_one_another_are_counted() {
        let text = "tin tức ".repeat(2000).into_bytes();
        let twice = Bytes::from(br(&gz(&text)));
        let open = |codings| {
            expand(
                ["gzip", "br"].into_iter(),
                &twice,
                Size { limit: 1 << 20, codings, excess: Excess::Refuse },
            )
        };
        assert!(matches!(open(1), Err(Error::Bound { what: Bound::Codings, limit: 1 })));
        assert_eq!(open(2).unwrap(), text);
    }

    #[test]
    fn a_bomb_stops_at_the_bound() {
        let blank = vec![b' '; 4 << 20];
        for (coding, body) in [("gzip", gz(&blank)), ("br", br(&blank)), ("deflate", raw(&blank))] {
            assert!(body.len() < 16 << 10);
            assert!(
                matches!(
                    open(coding, body.clone(), 1 << 20),
                    Err(Error::Bound { limit: 0x10_0000, .. })
                ),
                "{coding}"
            );
            assert_eq!(
                expand(
                    std::iter::once(coding),
                    &body.into(),
                    Size { limit: 1000, codings: 1, excess: Excess::Cut }
                )
                .unwrap()
                .len(),
                1000,
                "{coding}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_under_any_name_end_quietly(body: Vec<u8>, coding in "gzip|br|deflate") {
            if let Ok(out) = open(&coding, body, 4096) {
                prop_assert!(out.len() <= 4096);
            }
        }
    }
}
