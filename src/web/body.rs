//! The body of an answer: ready bytes sent as they are, or what a page's handler made.

use axum::body::HttpBody as _;
use bytes::Bytes;

/// A body.
pub(super) enum Body {
    /// Bytes that are to be sent.
    Ready(Bytes),
    /// A handler's body.
    Page(axum::body::Body),
}

impl Body {
    /// Its bytes, if it is known how many they are.
    pub(super) fn length(&self) -> Option<u64> {
        match self {
            Body::Ready(bytes) => Some(bytes.len() as u64),
            Body::Page(body) => body.size_hint().exact(),
        }
    }
}
