//! The body of an answer: ready bytes sent as they are, or pieces that are made while they are
//! sent.

use bytes::Bytes;

/// A body.
pub(super) enum Body {
    /// Bytes that are to be sent.
    Ready(Bytes),
    /// Pieces, made one after another, and how long they are together if that is known; between two
    /// of them others have their turn.
    Pieces(Box<dyn Iterator<Item = Bytes> + Send>, Option<u64>),
}

impl Body {
    /// None.
    pub(super) const NONE: Self = Body::Ready(Bytes::new());

    /// Its bytes, if it is known how many they are.
    pub(super) fn length(&self) -> Option<u64> {
        match self {
            Body::Ready(bytes) => Some(bytes.len() as u64),
            Body::Pieces(_, length) => *length,
        }
    }
}
