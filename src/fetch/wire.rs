//! One request on the wire and its answer, within its bounds and its deadline.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use url::Position;
use xxhash_rust::xxh3::Xxh3;

use super::coding::{Excess, Size};
use super::connect::{Connections, Peer};
use super::head::{Head, title_case};
use super::redirect::Hop;
use super::response::{Framing, Response};
use super::stream::{Connection, End};
use super::{Error, coding, ending};
use crate::domain::{Bound, Exchange};

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
    end: End,
    /// Whether the request asked only for changes.
    conditional: bool,
}

/// A request that is ready to be sent.
pub(super) struct Request<'a> {
    pub(super) connections: &'a Connections,
    pub(super) peer: Peer,
    pub(super) hop: &'a Hop,
    pub(super) head: Head,
    pub(super) time: Timestamp,
}

/// Sends one request; connection, head and body together keep to the deadline.
pub(super) async fn send(request: Request<'_>, bounds: Bounds) -> Result<Received, Error> {
    let late = |_| Error::Timeout(bounds.timeout.as_secs().max(1));
    tokio::time::timeout(bounds.timeout, exchange(request, bounds)).await.map_err(late)?
}

async fn exchange(request: Request<'_>, bounds: Bounds) -> Result<Received, Error> {
    let Request { connections, peer, hop, head, time } = request;
    let (mut connection, response) = answer(connections, &peer, &written(hop, &head), bounds).await?;
    if response.fields.len() > bounds.fields {
        return Err(Error::Bound { what: Bound::HeadFields, limit: bounds.fields });
    }
    let framing = response.framing().map_err(Error::BadHead)?;
    let (body, end) = connection.body(&response, framing, bounds).await?;
    let address = connection.peer;
    if end == End::Whole && framing != Framing::Close && response.status != 101 && response.keeps_open() && connection.rests() {
        connections.leave_open(peer, connection);
    }
    let Response { status, reason, fields, .. } = response;
    let conditional = head.is_conditional();
    let exchange = Exchange {
        url: hop.url.to_string(),
        time,
        peer: address,
        method: hop.method,
        request_fields: head.recorded,
        request_body: hop.body.clone(),
        status,
        reason,
        fields,
        body,
    };
    Ok(Received { exchange, end, conditional })
}

/// Sends a request and reads the head of its answer. It is sent again, as browsers do, when a connection that was left open turns out
/// to have been closed meanwhile: the server has not seen it.
async fn answer(connections: &Connections, peer: &Peer, request: &[u8], bounds: Bounds) -> Result<(Connection, Response), Error> {
    if let Some(mut connection) = connections.left_open(peer) {
        match ask(&mut connection, request, bounds).await {
            Err(Error::Connect(_)) if !connection.answered => {}
            asked => return asked.map(|response| (connection, response)),
        }
    }
    let mut connection = connections.open(peer).await?;
    let response = ask(&mut connection, request, bounds).await?;
    Ok((connection, response))
}

async fn ask(connection: &mut Connection, request: &[u8], bounds: Bounds) -> Result<Response, Error> {
    connection.send(request).await?;
    connection.head(bounds.head).await
}

/// The request as it goes out.
fn written(hop: &Hop, head: &Head) -> Vec<u8> {
    let target = &hop.url[Position::BeforePath..Position::AfterQuery];
    let mut request = format!("{} {target} HTTP/1.1\r\n", hop.method).into_bytes();
    for (name, value) in &head.fields {
        for part in [title_case(name.as_str()).as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            request.extend_from_slice(part);
        }
    }
    request.extend_from_slice(b"\r\n");
    request.extend_from_slice(&hop.body);
    request
}

/// Digest of all that an answer's reading depends on; nobody but the portal itself could forge it, so speed goes first.
pub(super) fn digest(exchange: &Exchange) -> u128 {
    let mut hash = Xxh3::new();
    let named = ["content-type", "content-encoding"].map(|name| exchange.field(name).unwrap_or_default());
    for part in [&exchange.url, named[0], named[1]] {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    hash.update(&exchange.status.to_le_bytes());
    hash.update(&exchange.body);
    hash.digest128()
}

impl Received {
    /// Tells equal answers from others.
    pub(super) fn digest(&self) -> u128 {
        digest(&self.exchange)
    }

    /// Whether the answer is one that stands for a page.
    pub(super) fn is_success(&self) -> bool {
        (200..=299).contains(&self.exchange.status)
    }

    /// Whether the body is all that was sent, by its text where nothing else says so; a cut one is never archived.
    pub(super) fn is_whole(&self, text: &[u8]) -> bool {
        let says_nothing = !self.is_success() && self.exchange.body.is_empty() && self.end == End::Open;
        says_nothing || self.end.is_whole(self.exchange.field("content-type"), text)
    }

    /// The body without its coding, if the answer is one that may stand for the page.
    pub(super) fn expand(&self, bounds: Bounds) -> Result<Bytes, Error> {
        let exchange = &self.exchange;
        match exchange.status {
            0..=199 | 600.. => Err(Error::BadBody(format!("the status {} ends no request", exchange.status))),
            304 if !self.conditional => Err(Error::BadBody("304 to a request without conditions".to_owned())),
            304 => Ok(Bytes::new()),
            status => {
                let codings = exchange.fields.iter().filter(|(name, _)| name == "content-encoding");
                let expanded = coding::expand(
                    codings.map(|(_, value)| std::str::from_utf8(value).unwrap_or("?")),
                    &exchange.body,
                    Size { limit: bounds.expanded, codings: bounds.codings, excess: bounds.excess },
                );
                match expanded {
                    Err(_) if !self.is_success() => Ok(Bytes::new()),
                    Ok(body) if status == 206 && bounds.excess == Excess::Refuse => self.all(body),
                    expanded => expanded,
                }
            }
        }
    }

    /// The body of a part (206) that was not asked for, if it is the whole: its range says so, or, without one, its text.
    fn all(&self, body: Bytes) -> Result<Bytes, Error> {
        let exchange = &self.exchange;
        let whole = match exchange.field("content-range") {
            Some(range) => is_all(range, exchange.body.len()),
            None => ending::is_whole(exchange.field("content-type"), &body),
        };
        if whole { Ok(body) } else { Err(Error::BadBody("a part (206) that was not asked for".to_owned())) }
    }
}

/// Whether a Content-Range is all that there is: `bytes 0-99/100`.
fn is_all(range: &str, length: usize) -> bool {
    let range = range.trim().strip_prefix("bytes").map(str::trim_start).unwrap_or_default();
    let parts = range.split_once('/').and_then(|(span, all)| Some((span.split_once('-')?, all)));
    parts.is_some_and(|((first, _), all)| first.trim() == "0" && all.trim().parse() == Ok(length))
}
