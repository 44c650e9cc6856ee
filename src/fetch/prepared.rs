//! A request that is ready for the wire, and what comes back.

use std::time::Duration;

use jiff::Timestamp;

use super::coding::Excess;
use super::connect::Clients;
use super::ending::End;
use super::head::Head;
use super::redirect::Hop;
use crate::domain::Exchange;
use crate::net::Reach;

/// What an answer may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) timeout: Duration,
    pub(super) head: usize,
    /// Fields of the head.
    pub(super) fields: usize,
    pub(super) body: usize,
    /// The body without its coding.
    pub(super) expanded: usize,
    pub(super) codings: usize,
    pub(super) excess: Excess,
}

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) exchange: Exchange,
    pub(super) end: End,
    /// Whether the request asked only for changes.
    pub(super) conditional: bool,
}

/// A request that is ready to be sent.
pub(super) struct PreparedRequest<'a> {
    pub(super) clients: &'a Clients,
    pub(super) reach: Reach,
    pub(super) accept_invalid: bool,
    pub(super) hop: &'a Hop,
    pub(super) head: Head,
    /// Whether it may go out on a connection that an earlier answer left open.
    pub(super) reuse: bool,
    /// Whether the host's answers were such that only a lenient reader reads them.
    pub(super) odd: bool,
    pub(super) time: Timestamp,
}
