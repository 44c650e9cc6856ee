//! Answers read by reqwest: most of them, and all that are as the standards have them.

use bytes::Bytes;
use http::Method;
use http::header::HeaderMap;

use super::coding::Excess;
use super::connect::{causes, explain};
use super::ending::End;
use super::prepared::{Bounds, PreparedRequest, Received};
use super::{Cause, Error, coding};
use crate::domain::{Bound, Exchange};

/// A stated length makes room for no more than this.
const MOST_AT_ONCE: usize = 256 << 10;

/// Sends a request and reads the answer.
pub(super) async fn exchange(
    request: &PreparedRequest<'_>,
    bounds: Bounds,
) -> Result<Received, Error> {
    let PreparedRequest { clients, reach, accept_invalid, hop, head, reuse, time, .. } = request;
    let client = clients.get(*reach, *accept_invalid)?;
    let method = if hop.method == "POST" { Method::POST } else { Method::GET };
    let mut ready = client.request(method, hop.url.clone()).headers(head.fields.clone());
    if hop.method == "POST" {
        ready = ready.body(hop.body.clone());
    }
    let mut response = first_answer(ready, *reuse).await.map_err(|e| explain(e, bounds.head))?;
    let fields = fields(response.headers(), bounds)?;
    let status = response.status();
    let reason = response.extensions().get::<hyper::ext::ReasonPhrase>();
    let reason = reason.map_or_else(
        || status.canonical_reason().unwrap_or_default().to_owned(),
        |r| String::from_utf8_lossy(r.as_bytes()).into_owned(),
    );
    let peer = response.remote_addr().map(|address| address.ip());
    if !is_plainly_framed(response.headers()) {
        return Err(Error::BadHead(Cause::of("its transfer coding is another than chunked")));
    }
    let (body, whole) = body(&mut response, bounds).await?;
    let exchange = Exchange {
        url: hop.url.to_string(),
        time: *time,
        peer,
        method: hop.method,
        request_fields: head.recorded.clone(),
        request_body: hop.body.clone(),
        status: status.as_u16(),
        reason,
        fields,
        body,
    };
    Ok(Received {
        exchange,
        end: if whole { End::Whole } else { End::Cut },
        conditional: head.is_conditional(),
    })
}

/// Sends again, as browsers do, when a connection left open turns out to have been closed
/// meanwhile: the server has not seen the request.
async fn first_answer(
    ready: reqwest::RequestBuilder,
    reuse: bool,
) -> reqwest::Result<reqwest::Response> {
    let again = if reuse { ready.try_clone() } else { None };
    match (ready.send().await, again) {
        (Err(e), Some(again)) if is_stale(&e) => again.send().await,
        (result, _) => result,
    }
}

/// The fields of a head that is not too long.
fn fields(
    headers: &HeaderMap,
    Bounds { head: limit, fields, .. }: Bounds,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    if headers.len() > fields {
        return Err(Error::Bound { what: Bound::HeadFields, limit: fields });
    }
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum();
    if bytes > limit {
        return Err(Error::Bound { what: Bound::Head, limit });
    }
    Ok(headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect())
}

/// Whether the body is framed as reqwest reads it.
fn is_plainly_framed(headers: &HeaderMap) -> bool {
    headers
        .get_all(http::header::TRANSFER_ENCODING)
        .iter()
        .all(|value| value.as_bytes().eq_ignore_ascii_case(b"chunked"))
}

/// The body as it comes, piece by piece: a stated length is never believed, only refused early.
async fn body(response: &mut reqwest::Response, bounds: Bounds) -> Result<(Bytes, bool), Error> {
    let over = Error::Bound { what: Bound::Body, limit: bounds.body };
    if bounds.excess == Excess::Refuse
        && response.content_length().is_some_and(|stated| stated > bounds.body as u64)
    {
        return Err(over);
    }
    // One buffer for a length that is no lie by far; more is made as it comes.
    let stated =
        response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let mut body = Vec::with_capacity(stated.min(bounds.body).min(MOST_AT_ONCE));
    while let Some(piece) = response.chunk().await.map_err(broken)? {
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
fn broken(error: reqwest::Error) -> Error {
    if causes(&error).any(is_reset) {
        Error::Connect(Cause::of(error))
    } else {
        Error::BadBody(Cause::of(error))
    }
}

/// Whether the connection ended before the first byte of an answer.
fn is_stale(error: &reqwest::Error) -> bool {
    !error.is_connect()
        && causes(error).any(|e| {
            is_reset(e)
                || e.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message)
        })
}

fn is_reset(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|io| matches!(io.kind(), BrokenPipe | ConnectionAborted | ConnectionReset))
}
