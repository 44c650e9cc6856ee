//! A text about all sites, written in pieces while it is sent: what it holds in memory does not
//! grow with the sites.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::body::Body;

/// A piece is sent when it has so many bytes.
const PIECE: usize = 16 << 10;

/// The pieces of a text. The writer adds a little to a piece and says whether more follows.
pub(super) struct Pieces<W> {
    writer: Option<W>,
}

impl<W: FnMut(&mut String) -> bool> Pieces<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { writer: Some(writer) }
    }
}

impl<W: FnMut(&mut String) -> bool> Iterator for Pieces<W> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut piece = String::with_capacity(PIECE + PIECE / 4);
        while piece.len() < PIECE
            && let Some(writer) = &mut self.writer
        {
            if !writer(&mut piece) {
                self.writer = None;
            }
        }
        (!piece.is_empty()).then_some(piece)
    }
}

/// Pieces on their way, packed or as they are.
struct Sent<P> {
    pieces: P,
    packer: Option<GzEncoder<Vec<u8>>>,
}

/// A body of pieces, packed with gzip or as they are, of that length together if it is known; one
/// piece alone is sent whole.
pub(super) fn body(
    mut pieces: impl Iterator<Item = String> + Send + 'static,
    gzip: bool,
    length: Option<u64>,
) -> Body {
    let packer = gzip.then(|| GzEncoder::new(Vec::new(), Compression::fast()));
    let (first, second) = (pieces.next(), pieces.next());
    let whole = second.is_none();
    let mut sent = Sent { pieces: first.into_iter().chain(second).chain(pieces), packer };
    if whole {
        Body::Ready(sent.next().unwrap_or_default())
    } else {
        Body::Pieces(Box::new(sent), length)
    }
}

impl<P: Iterator<Item = String>> Iterator for Sent<P> {
    type Item = Bytes;

    /// The next bytes; a packer keeps what is less than a piece to itself, and gives the rest at
    /// the end.
    fn next(&mut self) -> Option<Bytes> {
        let Some(packer) = &mut self.packer else { return self.pieces.next().map(Bytes::from) };
        // Writing into memory does not fail.
        for piece in self.pieces.by_ref() {
            packer.write_all(piece.as_bytes()).ok()?;
            if packer.get_ref().len() >= PIECE {
                return Some(std::mem::take(packer.get_mut()).into());
            }
        }
        // Without a packer nothing follows, for the pieces are at their end.
        self.packer.take()?.finish().ok().map(Bytes::from)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// Lines with their numbers.
    fn lines(count: usize) -> Pieces<impl FnMut(&mut String) -> bool> {
        let mut n = 0;
        Pieces::new(move |piece: &mut String| {
            piece.push_str(&format!("line {n}\n"));
            n += 1;
            n < count
        })
    }

    fn sent(body: Body) -> Vec<u8> {
        match body {
            Body::Ready(bytes) => bytes.to_vec(),
            Body::Pieces(pieces, _) => pieces.flatten().collect(),
        }
    }

    #[test]
    fn pieces_are_small_and_make_the_text_packed_or_not() {
        let whole: String = (0..50_000).map(|n| format!("line {n}\n")).collect();
        assert!(
            lines(50_000).all(|piece| piece.len() < PIECE + 16)
                && lines(50_000).count() > whole.len() / (PIECE + 16)
        );
        assert_eq!(sent(body(lines(50_000), false, Some(7))), whole.as_bytes());
        let (packed, mut text) = (sent(body(lines(50_000), true, None)), String::new());
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
        assert!(text == whole && packed.len() < whole.len() / 2);
        assert_eq!(sent(body(lines(50_000), true, None)), packed, "one text has one packed form");
    }
}
