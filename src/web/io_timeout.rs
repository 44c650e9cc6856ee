//! A connection that a client may not hold up, neither by reading slowly nor by asking slowly, nor
//! keep for ever.
//!
//! One timer a connection looks now and then whether time is up: to set one for each request would
//! cost more than the answer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::connection::Connection;
use super::limits::Limits;

/// Bytes that a waiting client must take within the limit.
const FLOOR: usize = 16 << 10;

/// Wraps a stream: while writing waits for the client, each `limit` must see at least [`FLOOR`]
/// bytes go, or the end of what was to be written, and an answer that goes on after the
/// connection's `life` must be read within one `limit`; else the connection breaks. While reading
/// waits, `head` may pass since the start or the last bytes written, however many bytes of a
/// request come meanwhile; else the connection ends.
pub(super) struct IoTimeout<S> {
    stream: S,
    /// Told when the client is waited for, and when an answer is sent.
    connection: Arc<Connection>,
    limit: Duration,
    head: Duration,
    /// When nothing is written any more.
    end: Instant,
    /// The start, or when bytes were last written.
    answered: Instant,
    /// Runs while reading waits; fires at the earliest instant at which time can be up.
    asking: Option<Pin<Box<Sleep>>>,
    /// Runs while writing waits.
    timer: Option<Pin<Box<Sleep>>>,
    /// Bytes that went since the timer started.
    moved: usize,
}

impl<S> IoTimeout<S> {
    pub(super) fn new(stream: S, connection: Arc<Connection>, limits: Limits) -> Self {
        let (limit, head, now) = (limits.stall, limits.head, Instant::now());
        Self {
            stream,
            connection,
            limit,
            head,
            end: now + limits.life + limit,
            answered: now,
            asking: None,
            timer: None,
            moved: 0,
        }
    }

    /// Whether a client that is waited for has had its time.
    fn time_is_up(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let end = self.answered + self.head;
            let asking = self.asking.get_or_insert_with(|| Box::pin(sleep_until(end)));
            ready!(asking.as_mut().poll(cx));
            if end <= Instant::now() {
                return Poll::Ready(());
            }
            asking.as_mut().reset(end);
        }
    }

    /// Watches the outcome of a write.
    fn watch(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = outcome {
            self.moved += bytes;
            self.answered = Instant::now();
            if self.moved >= FLOOR {
                self.timer = None;
            }
            return outcome;
        }
        if outcome.is_pending() {
            let timer = match &mut self.timer {
                Some(timer) => timer,
                None => {
                    self.moved = 0;
                    self.timer
                        .insert(Box::pin(sleep_until(self.end.min(Instant::now() + self.limit))))
                }
            };
            ready!(timer.as_mut().poll(cx));
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the client reads too slowly",
            )));
        }
        outcome
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for IoTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if outcome.is_pending() {
            self.connection.awaits();
        }
        // While writing waits, its own limit counts.
        if outcome.is_pending() && self.timer.is_none() {
            ready!(self.time_is_up(cx));
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the client asks too slowly",
            )));
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for IoTimeout<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.watch(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Is asked once all that was to be written is written: nothing is waited for any more.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.timer = None;
        self.connection.flushed(self.answered);
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
