//! HTTP/1.1 on one connection: requests are read and answered one after another, each answer by one
//! write where the client takes it.

mod request_head;
mod response_head;

use std::io::{self, IoSlice, Write as _};
use std::sync::Arc;
use std::task::Poll;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http::{Method, Version};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

pub(in crate::web) use request_head::Fault;
use request_head::{RequestHead, Rest};
use response_head::{Frame, ResponseHead};

use super::body::Body;
use super::connection::Connection;
use super::io_timeout::IoTimeout;
use super::limits::Limits;
use super::request::Request;
use super::response::{self, Response};
use super::router::Router;

/// Room for what is read at one time.
const ROOM: usize = 4 << 10;
/// What is read and thrown away after an answer that ends the connection, so that the answer is not
/// lost over it.
const LEFT: u64 = 1 << 20;

/// One connection.
struct Wire<S> {
    stream: IoTimeout<S>,
    connection: Arc<Connection>,
    /// What is to be sent before the body.
    output: Vec<u8>,
}

/// Answers what is asked on a connection until its end; its faults are the client's and end it
/// alone.
pub(super) async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    router: &Router,
    connection: &Arc<Connection>,
    limits: Limits,
) -> io::Result<()> {
    let mut wire = Wire {
        stream: IoTimeout::new(stream, connection.clone(), limits),
        connection: connection.clone(),
        output: Vec::new(),
    };
    // What was read and not used.
    let mut input = BytesMut::new();
    loop {
        let mut seen = 0_usize;
        let read = loop {
            // A head that comes in many pieces is read at the first and once its end has come.
            if !input.is_empty()
                && (seen == 0
                    || input.len() >= request_head::LONGEST
                    || has_end(&input[seen.saturating_sub(3)..]))
            {
                match request_head::read(&input) {
                    Ok(None) => {}
                    Ok(Some(read)) => break Ok(read),
                    Err(fault) => break Err(fault),
                }
            }
            seen = input.len();
            if !wire.more(&mut input).await? {
                return Ok(());
            }
        };
        let aged = connection.asked() >= limits.life;
        if connection.was_ahead() {
            // Who asks for much at once takes turns with the others.
            tokio::task::yield_now().await;
        }
        let (lasts, head) = wire.answer(router, read, aged).await?;
        input.advance(head.length);
        match head.rest {
            Rest::Bytes(count) if lasts => {
                if !wire.skip(&mut input, count).await? {
                    return Ok(());
                }
            }
            rest if rest != Rest::Bytes(0) || !input.is_empty() => return wire.leave(input).await,
            _ => return Ok(()),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// Reads what has come, or waits for it; `false` at its end, or when the connection is to end.
    async fn more(&mut self, input: &mut BytesMut) -> io::Result<bool> {
        if input.is_empty() && input.capacity() > 2 * ROOM {
            *input = BytesMut::new();
        }
        if input.capacity() - input.len() < ROOM / 4 {
            input.reserve(ROOM);
        }
        let most = request_head::LONGEST - input.len().min(request_head::LONGEST);
        let mut space = input.limit(most);
        let mut reading = std::pin::pin!(self.stream.read_buf(&mut space));
        let shutdown = &self.connection.shutdown;
        std::future::poll_fn(|cx| match reading.as_mut().poll(cx) {
            Poll::Ready(read) => Poll::Ready(read.map(|count| count > 0)),
            // Who has just asked is answered: what arrived is read first.
            Poll::Pending if shutdown.was_told() => Poll::Ready(Ok(false)),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// Throws so many bytes away that were read or are to come; `false`: they do not come.
    async fn skip(&mut self, input: &mut BytesMut, mut count: u64) -> io::Result<bool> {
        loop {
            let here = usize::try_from(count).unwrap_or(usize::MAX).min(input.len());
            input.advance(here);
            count -= here as u64;
            if count == 0 {
                return Ok(true);
            }
            if !self.more(input).await? {
                return Ok(false);
            }
        }
    }

    /// Answers what was read, the last time if the connection is `aged`: whether it lasts, and the
    /// head that was read.
    async fn answer(
        &mut self,
        router: &Router,
        read: Result<(RequestHead, Request<'_>), Fault>,
        aged: bool,
    ) -> io::Result<(bool, RequestHead)> {
        match read {
            Ok((head, request)) => {
                let (response, ends) = router.respond(&request).await;
                let lasts = head.lasts && !aged && !ends && !self.connection.shutdown.was_told();
                Ok((self.send(&request.method, request.version, response, lasts).await?, head))
            }
            Err(fault) => {
                let response = response::refused(fault);
                let lasts = self.send(&Method::GET, Version::HTTP_11, response, false).await?;
                Ok((lasts, RequestHead { length: 0, lasts: false, rest: Rest::Open }))
            }
        }
    }

    /// Ends it while the client may still be sending: closed at once, it might lose the answer.
    async fn leave(mut self, mut input: BytesMut) -> io::Result<()> {
        self.stream.shutdown().await?;
        self.skip(&mut input, LEFT).await.map(|_| ())
    }

    /// Sends an answer whole; whether the connection lasts, as it was to.
    async fn send(
        &mut self,
        method: &Method,
        version: Version,
        response: Response,
        lasts: bool,
    ) -> io::Result<bool> {
        self.connection.made();
        let Response { status, fields, body } = response;
        let frame = Frame::of(method, version, status, body.length());
        let lasts = lasts && frame != Frame::End;
        self.output.clear();
        let head = ResponseHead { version, status, fields: &fields, frame, lasts };
        head.write(&mut self.output);
        match body {
            _ if method == Method::HEAD || frame == Frame::Absent => self.write(&[]).await?,
            Body::Ready(bytes) => self.write(&bytes).await?,
            Body::Pieces(pieces, _) => self.stream_out(pieces, frame == Frame::Chunks).await?,
        }
        self.stream.flush().await?;
        Ok(lasts)
    }

    /// Sends pieces as they are made, the first together with the head.
    async fn stream_out(
        &mut self,
        pieces: impl Iterator<Item = Bytes>,
        in_chunks: bool,
    ) -> io::Result<()> {
        for (at, piece) in pieces.filter(|piece| !piece.is_empty()).enumerate() {
            if at > 0 {
                tokio::task::yield_now().await;
            }
            if in_chunks {
                write!(self.output, "{:x}\r\n", piece.len())?;
            }
            self.write(&piece).await?;
            if in_chunks {
                self.output.extend_from_slice(b"\r\n");
            }
        }
        if in_chunks {
            self.output.extend_from_slice(b"0\r\n\r\n");
        }
        self.write(&[]).await
    }

    /// Writes what is to be sent before, and these bytes.
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut parts = [IoSlice::new(&self.output), IoSlice::new(bytes)];
        let mut rest = &mut parts[..if bytes.is_empty() { 1 } else { 2 }];
        // An empty one falls out.
        IoSlice::advance_slices(&mut rest, 0);
        while !rest.is_empty() {
            let written = match &*rest {
                [one] => self.stream.write(one).await?,
                more => self.stream.write_vectored(more).await?,
            };
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            IoSlice::advance_slices(&mut rest, written);
        }
        self.output.clear();
        Ok(())
    }
}

/// Whether an empty line ends there, and a head with it.
fn has_end(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', bytes)
        .any(|at| matches!(bytes[at + 1..], [b'\n', ..] | [b'\r', b'\n', ..]))
}
