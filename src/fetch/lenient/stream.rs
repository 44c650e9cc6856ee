//! A connection as it is read: an answer's head, then its body piece by piece, each within its
//! bounds.

use std::io::{self, ErrorKind};
use std::net::IpAddr;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::chunks::{Chunks, Step};
use super::response_head::{self, Framing, ResponseHead};
use crate::domain::Bound;
use crate::fetch::coding::{self, Excess};
use crate::fetch::ending::End;
use crate::fetch::prepared::Bounds;
use crate::fetch::{Cause, Error};

/// Read at once.
const PIECE: usize = 16 << 10;
/// A stated length makes room for no more than this.
const MOST_AT_ONCE: usize = 256 << 10;

/// Bytes to and fro, by TLS or without.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection, for one request.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    buffer: BytesMut,
    /// Whether the answer has begun.
    answered: bool,
    /// The address at its other end.
    pub(super) peer: Option<IpAddr>,
}

/// What came next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum More {
    Bytes,
    End,
    /// TLS ended without close_notify: the end of the connection, or somebody cut it.
    Torn,
}

impl Connection {
    pub(super) fn new(stream: Box<dyn Stream>, peer: Option<IpAddr>) -> Self {
        Self { stream, buffer: BytesMut::new(), answered: false, peer }
    }

    /// Sends a request.
    pub(super) async fn send(&mut self, request: &[u8]) -> Result<(), Error> {
        let sent = async {
            self.stream.write_all(request).await?;
            self.stream.flush().await
        };
        sent.await.map_err(|e| Error::Connect(Cause::of(e)))
    }

    /// Reads the head of the answer; interim ones are stepped over, and count with it.
    pub(super) async fn head(&mut self, limit: usize) -> Result<ResponseHead, Error> {
        let mut left = limit;
        loop {
            let head = self.head_bytes(left, limit).await?;
            left -= head.len();
            let response = response_head::parse(head.trim_ascii_start())
                .map_err(|why| Error::BadHead(Cause::of(why)))?;
            if !matches!(response.status, 100 | 102..=199) {
                return Ok(response);
            }
        }
    }

    /// The bytes of one head and the line breaks before it.
    async fn head_bytes(&mut self, left: usize, limit: usize) -> Result<BytesMut, Error> {
        let mut searched = 0;
        loop {
            let start = self.buffer.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let head = &self.buffer[start..];
            let end = response_head::end(head, searched);
            if end.unwrap_or(head.len()) + start > left {
                return Err(Error::Bound { what: Bound::Head, limit });
            }
            if !response_head::may_begin(head) {
                let begin =
                    String::from_utf8_lossy(&head[..head.len().min(40)]).escape_debug().to_string();
                return Err(Error::BadHead(Cause::of(format!("it begins with `{begin}`"))));
            }
            if let Some(end) = end {
                return Ok(self.buffer.split_to(start + end));
            }
            searched = head.len();
            match self.more().await.map_err(|e| Error::Connect(Cause::of(e)))? {
                More::Bytes => {}
                _ if self.answered => {
                    return Err(Error::Connect(Cause::of("it ended within the head of an answer")));
                }
                _ => return Err(Error::Connect(Cause::of("it ended without an answer"))),
            }
        }
    }

    async fn more(&mut self) -> io::Result<More> {
        self.buffer.reserve(PIECE);
        let more = match self.stream.read_buf(&mut self.buffer).await {
            Ok(0) => More::End,
            Ok(_) => More::Bytes,
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => More::Torn,
            Err(e) => return Err(e),
        };
        self.answered |= more == More::Bytes;
        Ok(more)
    }

    /// Reads the body of an answer. One of another status than 2xx says nothing: whatever ails it,
    /// the status stands.
    pub(super) async fn body(
        &mut self,
        response: &ResponseHead,
        framing: Framing,
        bounds: Bounds,
    ) -> Result<(Bytes, End), Error> {
        let mut body = Vec::new();
        let end = match self.read(framing, &mut body, bounds).await {
            Err(_) if !(200..=299).contains(&response.status) => End::Cut,
            end => end?,
        };
        Ok((body.into(), end))
    }

    /// The body as it comes: a stated length is never believed, only refused early.
    async fn read(
        &mut self,
        framing: Framing,
        body: &mut Vec<u8>,
        bounds: Bounds,
    ) -> Result<End, Error> {
        match framing {
            Framing::Nothing => Ok(End::Whole),
            Framing::Length(length) => self.length(length, body, bounds).await,
            Framing::Chunks => self.chunks(body, bounds).await,
            Framing::Close => loop {
                if !append(body, &self.buffer.split(), bounds)? {
                    return Ok(End::Cut);
                }
                match self.more().await.map_err(broken)? {
                    More::Bytes => {}
                    More::End => return Ok(End::Whole),
                    More::Torn => return Ok(End::Open),
                }
            },
        }
    }

    async fn length(
        &mut self,
        length: u64,
        body: &mut Vec<u8>,
        bounds: Bounds,
    ) -> Result<End, Error> {
        if bounds.excess == Excess::Refuse && length > bounds.body as u64 {
            return Err(over(bounds));
        }
        let mut left = usize::try_from(length).unwrap_or(usize::MAX);
        body.reserve_exact(left.min(bounds.body).min(MOST_AT_ONCE));
        while left > 0 {
            if self.buffer.is_empty() && self.more().await.map_err(broken)? != More::Bytes {
                return Err(Error::BadBody(Cause::of(format!(
                    "it ends after {} of {length} bytes",
                    body.len()
                ))));
            }
            let piece = self.buffer.split_to(left.min(self.buffer.len()));
            left -= piece.len();
            if !append(body, &piece, bounds)? {
                return Ok(End::Cut);
            }
        }
        Ok(End::Whole)
    }

    async fn chunks(&mut self, body: &mut Vec<u8>, bounds: Bounds) -> Result<End, Error> {
        let mut chunks = Chunks::new();
        loop {
            match chunks.next(&mut self.buffer).map_err(|why| Error::BadBody(Cause::of(why)))? {
                Step::Data(piece) if append(body, &piece, bounds)? => {}
                Step::Data(_) => return Ok(End::Cut),
                Step::End => return Ok(End::Whole),
                Step::More if self.more().await.map_err(broken)? == More::Bytes => {}
                Step::More if chunks.had_last() => return Ok(End::Whole),
                Step::More => {
                    return Err(Error::BadBody(Cause::of("it ends before its last chunk")));
                }
            }
        }
    }
}

/// Appends a piece; `false`: enough.
fn append(body: &mut Vec<u8>, piece: &[u8], bounds: Bounds) -> Result<bool, Error> {
    let room = bounds.body - body.len();
    if piece.len() > room && bounds.excess == Excess::Refuse {
        return Err(over(bounds));
    }
    coding::append(body, &piece[..piece.len().min(room)], bounds.body);
    Ok(piece.len() <= room)
}

fn over(bounds: Bounds) -> Error {
    Error::Bound { what: Bound::Body, limit: bounds.body }
}

/// A connection that was reset is the host's fault, anything else the body's.
fn broken(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset => {
            Error::Connect(Cause::of(error))
        }
        _ => Error::BadBody(Cause::of(error)),
    }
}
