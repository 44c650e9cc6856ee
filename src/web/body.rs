//! The body of an answer: ready bytes sent as they are, or what a page's handler made.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

/// A body; ready bytes go out in one frame without a box round them.
pub(super) enum Body {
    /// Bytes that are still to be sent.
    Ready(Bytes),
    /// A handler's body.
    Page(axum::body::Body),
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match self.get_mut() {
            Body::Ready(bytes) if bytes.is_empty() => Poll::Ready(None),
            Body::Ready(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Body::Page(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Body::Ready(bytes) => bytes.is_empty(),
            Body::Page(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Body::Ready(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Body::Page(body) => body.size_hint(),
        }
    }
}
