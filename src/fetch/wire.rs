//! One request on the wire and its answer, within its bounds and its deadline.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::HeaderMap;
use jiff::Timestamp;
use xxhash_rust::xxh3::Xxh3;

use super::coding::{Excess, Size};
use super::connect::{causes, explain, innermost};
use super::head::Head;
use super::redirect::Hop;
use super::{Error, coding};
use crate::domain::{Bound, Exchange};

/// A stated length makes room for no more than this.
const MOST_AT_ONCE: usize = 256 << 10;

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
    /// Whether the body is all that was sent; a cut one is never archived.
    pub(super) whole: bool,
    /// Whether the request asked only for changes.
    conditional: bool,
}

/// A request that is ready to be sent.
pub(super) struct Request<'a> {
    pub(super) client: &'a reqwest::Client,
    pub(super) hop: &'a Hop,
    pub(super) head: Head,
    /// Whether it may go out on a connection that an earlier answer left open.
    pub(super) reuse: bool,
    pub(super) time: Timestamp,
}

/// Sends one request; connection, head and body together keep to the deadline.
pub(super) async fn send(request: Request<'_>, bounds: Bounds) -> Result<Received, Error> {
    let late = |_| Error::Timeout(bounds.timeout.as_secs().max(1));
    tokio::time::timeout(bounds.timeout, exchange(request, bounds)).await.map_err(late)?
}

async fn exchange(request: Request<'_>, bounds: Bounds) -> Result<Received, Error> {
    let Request { client, hop, head, reuse, time } = request;
    let conditional = head.is_conditional();
    let method = if hop.method == "POST" { Method::POST } else { Method::GET };
    let mut ready = client.request(method, hop.url.clone()).headers(head.fields);
    if hop.method == "POST" {
        ready = ready.body(hop.body.clone());
    }
    let mut response = first_answer(ready, reuse).await.map_err(|e| explain(&e, bounds.head))?;
    let fields = fields(response.headers(), bounds)?;
    let status = response.status();
    let reason = response.extensions().get::<hyper::ext::ReasonPhrase>();
    let reason = reason
        .map_or_else(|| status.canonical_reason().unwrap_or_default().to_owned(), |r| String::from_utf8_lossy(r.as_bytes()).into_owned());
    let peer = response.remote_addr().map(|address| address.ip());
    let (body, whole) = body(&mut response, bounds).await?;
    let exchange = Exchange {
        url: hop.url.to_string(),
        time,
        peer,
        method: hop.method,
        request_fields: head.recorded,
        request_body: hop.body.clone(),
        status: status.as_u16(),
        reason,
        fields,
        body,
    };
    Ok(Received { exchange, whole, conditional })
}

/// Sends again, as browsers do, when a connection left open turns out to have been closed meanwhile: the server has not seen the request.
async fn first_answer(ready: reqwest::RequestBuilder, reuse: bool) -> reqwest::Result<reqwest::Response> {
    let again = if reuse { ready.try_clone() } else { None };
    match (ready.send().await, again) {
        (Err(e), Some(again)) if is_stale(&e) => again.send().await,
        (result, _) => result,
    }
}

/// The fields of a head that is not too long.
fn fields(headers: &HeaderMap, Bounds { head: limit, fields, .. }: Bounds) -> Result<Vec<(String, Vec<u8>)>, Error> {
    if headers.len() > fields {
        return Err(Error::Bound { what: Bound::HeadFields, limit: fields });
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len()).sum();
    if bytes > limit {
        return Err(Error::Bound { what: Bound::Head, limit });
    }
    Ok(headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect())
}

/// The body as it comes, piece by piece: a stated length is never believed, only refused early.
async fn body(response: &mut reqwest::Response, bounds: Bounds) -> Result<(Bytes, bool), Error> {
    let over = Error::Bound { what: Bound::Body, limit: bounds.body };
    if bounds.excess == Excess::Refuse && response.content_length().is_some_and(|stated| stated > bounds.body as u64) {
        return Err(over);
    }
    // One buffer for a length that is no lie by far; more is made as it comes.
    let stated = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let mut body = Vec::with_capacity(stated.min(bounds.body).min(MOST_AT_ONCE));
    while let Some(piece) = response.chunk().await.map_err(|e| broken(&e))? {
        let room = bounds.body - body.len();
        if piece.len() > room {
            if bounds.excess == Excess::Refuse {
                return Err(over);
            }
            coding::append(&mut body, &piece[..room], bounds.body);
            return Ok((body.into(), false));
        }
        coding::append(&mut body, &piece, bounds.body);
    }
    Ok((body.into(), true))
}

/// A connection that was reset is the host's fault, anything else the body's.
fn broken(error: &reqwest::Error) -> Error {
    let reset = causes(error).find(|e| is_reset(*e));
    reset.map_or_else(|| Error::BadBody(innermost(error)), |e| Error::Connect(e.to_string()))
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

/// Whether the connection ended before the first byte of an answer.
fn is_stale(error: &reqwest::Error) -> bool {
    !error.is_connect()
        && causes(error).any(|e| is_reset(e) || e.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message))
}

fn is_reset(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    error.downcast_ref::<std::io::Error>().is_some_and(|io| matches!(io.kind(), BrokenPipe | ConnectionAborted | ConnectionReset))
}

impl Received {
    /// Tells equal answers from others.
    pub(super) fn digest(&self) -> u128 {
        digest(&self.exchange)
    }

    /// The body without its coding, if the answer is one that may stand for the page.
    pub(super) fn expand(&self, bounds: Bounds) -> Result<Bytes, Error> {
        let exchange = &self.exchange;
        match exchange.status {
            100..=199 | 600.. => Err(Error::BadBody(format!("the status {} ends no request", exchange.status))),
            206 => Err(Error::BadBody("a part (206) that was not asked for".to_owned())),
            304 if !self.conditional => Err(Error::BadBody("304 to a request without conditions".to_owned())),
            304 => Ok(Bytes::new()),
            _ => {
                let codings = exchange.fields.iter().filter(|(name, _)| name == "content-encoding");
                coding::expand(
                    codings.map(|(_, value)| std::str::from_utf8(value).unwrap_or("?")),
                    &exchange.body,
                    Size { limit: bounds.expanded, codings: bounds.codings, excess: bounds.excess },
                )
            }
        }
    }
}
