//! A body in chunks (RFC 9112 §7.1) as it comes, by bare line feeds too; what is no data is
//! bounded.

use bytes::BytesMut;

/// The longest line between chunks.
const LINE: usize = 4096;
/// Bytes of extensions and trailers that one body may have.
const BESIDE: usize = 16 << 10;

/// How far a body in chunks is read.
#[derive(Debug)]
pub(super) struct Chunks {
    at: At,
    beside: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Size,
    /// So many bytes are left; 0: the line end behind them.
    Data(u64),
    /// Behind the last chunk.
    Trailers,
    End,
}

/// What the bytes so far give.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Data(BytesMut),
    /// More bytes are needed.
    More,
    End,
}

impl Chunks {
    pub(super) fn new() -> Self {
        Self { at: At::Size, beside: 0 }
    }

    /// Whether the last chunk was read, so that nothing of the body can be missing.
    pub(super) fn had_last(&self) -> bool {
        matches!(self.at, At::Trailers | At::End)
    }

    /// Takes the next piece from the buffer, or says what cannot be read.
    pub(super) fn next(&mut self, buffer: &mut BytesMut) -> Result<Step, String> {
        loop {
            if let At::Data(left @ 1..) = self.at {
                if buffer.is_empty() {
                    return Ok(Step::More);
                }
                let piece =
                    buffer.split_to(usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len()));
                self.at = At::Data(left - piece.len() as u64);
                return Ok(Step::Data(piece));
            }
            if self.at == At::End {
                return Ok(Step::End);
            }
            let Some(line) = line(buffer)? else { return Ok(Step::More) };
            self.at = self.behind(&line)?;
        }
    }

    /// Where a line between chunks leads.
    fn behind(&mut self, line: &[u8]) -> Result<At, String> {
        match self.at {
            At::Size => {
                let line = line.trim_ascii();
                let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
                self.count(line.len() - digits)?;
                let size = std::str::from_utf8(&line[..digits])
                    .ok()
                    .and_then(|digits| u64::from_str_radix(digits, 16).ok());
                match (size, &line[digits..]) {
                    (Some(0), [] | [b' ' | b'\t' | b';', ..]) => Ok(At::Trailers),
                    (Some(size), [] | [b' ' | b'\t' | b';', ..]) => Ok(At::Data(size)),
                    _ => Err(format!(
                        "a chunk's size is `{:.20}`",
                        String::from_utf8_lossy(line).escape_debug().to_string()
                    )),
                }
            }
            At::Data(_) if line.is_empty() => Ok(At::Size),
            At::Data(_) => Err("a chunk is longer than its size".to_owned()),
            At::Trailers if line.is_empty() => Ok(At::End),
            At::Trailers | At::End => self.count(line.len()).map(|()| At::Trailers),
        }
    }

    fn count(&mut self, bytes: usize) -> Result<(), String> {
        self.beside += bytes;
        if self.beside > BESIDE {
            Err(format!("over {BESIDE} bytes beside its chunks"))
        } else {
            Ok(())
        }
    }
}

/// The next line, if it is there as a whole, without its end.
fn line(buffer: &mut BytesMut) -> Result<Option<BytesMut>, String> {
    let end = memchr::memchr(b'\n', buffer).map(|at| at + 1);
    if end.unwrap_or(buffer.len()) > LINE {
        return Err(format!("a line over {LINE} bytes between its chunks"));
    }
    Ok(end.map(|end| {
        let mut line = buffer.split_to(end);
        line.truncate(end - 1);
        while line.ends_with(b"\r") {
            line.truncate(line.len() - 1);
        }
        line
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The body, fed in pieces of that size, and whether its end was read.
    fn read(wire: &[u8], piece: usize) -> Result<(Vec<u8>, bool), String> {
        let (mut chunks, mut buffer, mut body) = (Chunks::new(), BytesMut::new(), Vec::new());
        for piece in wire.chunks(piece) {
            buffer.extend_from_slice(piece);
            loop {
                match chunks.next(&mut buffer)? {
                    Step::Data(data) => body.extend_from_slice(&data),
                    Step::More => break,
                    Step::End => return Ok((body, true)),
                }
            }
        }
        Ok((body, chunks.had_last()))
    }

    #[test]
    fn chunks_as_they_are_written() {
        for (wire, want) in [
            ("5\r\nhello\r\n0\r\n\r\n", Some(true)),
            ("5\nhello\n0\n\n", Some(true)),
            ("0005 \r\nhello\r\n000\r\n\r\n", Some(true)),
            (" 5;a=\"b\"\r\nhello\r\n0;x\r\nX-T: 1\r\n\r\n", Some(true)),
            ("2\r\nhe\r\n3\r\nllo\r\n0\r\n", Some(true)),
            ("5\r\nhello\r\n", Some(false)),
            ("5\r\nhello", Some(false)),
            ("5\r\nhello0\r\n\r\n", None),
            ("zz\r\nhello\r\n0\r\n\r\n", None),
            ("\r\nhello\r\n", None),
            ("0x5\r\nhello\r\n0\r\n\r\n", None),
            ("fffffffffffffffff\r\nhello", None),
        ] {
            for piece in [1, 2, 3, 100] {
                assert_eq!(
                    read(wire.as_bytes(), piece).ok(),
                    want.map(|last| (b"hello".to_vec(), last)),
                    "{wire:?} by {piece}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_data_is_bounded() {
        let trailers = "X-T: 1\r\n".repeat(3000);
        let extended = format!("1;{}\r\nx\r\n", "e".repeat(1000)).repeat(20);
        for wire in [
            format!("0\r\n{trailers}\r\n"),
            extended,
            format!("1;{}", "x".repeat(5000)),
            "\r".repeat(5000),
        ] {
            assert!(read(wire.as_bytes(), 1000).is_err(), "{wire:.20}");
        }
        assert!(read("1\r\nx\r\n".repeat(20_000).as_bytes(), 999).is_ok());
    }

    proptest! {
        #[test]
        fn any_body_comes_back(body: Vec<u8>, cut in 1..50usize, piece in 1..99usize) {
            let mut wire: Vec<u8> = body
                .chunks(cut)
                .flat_map(|c| [format!("{:X}\r\n", c.len()).as_bytes(), c, b"\r\n"].concat())
                .collect();
            wire.extend_from_slice(b"0\r\n\r\n");
            prop_assert_eq!(read(&wire, piece), Ok((body, true)));
        }

        #[test]
        fn any_bytes_end_quietly(wire: Vec<u8>) {
            let _ = read(&wire, 7);
        }
    }
}
