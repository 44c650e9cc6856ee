//! Answers read as browsers, curl and wget read them, where reqwest's parser refuses what is
//! plainly meant (CONTRACT section 7).

mod chunks;
mod connect;
mod response_head;
mod stream;

use url::Position;

use super::head::{Head, title_case};
use super::prepared::{Bounds, PreparedRequest, Received};
use super::redirect::Hop;
use super::{Cause, Error};
use crate::domain::{Bound, Exchange};
use response_head::ResponseHead;

/// Sends a request on a connection of its own and reads the answer.
pub(super) async fn exchange(
    request: &PreparedRequest<'_>,
    bounds: Bounds,
) -> Result<Received, Error> {
    let PreparedRequest { clients, reach, accept_invalid, hop, head, time, .. } = request;
    let mut connection = connect::open(&hop.url, *reach, clients.trust(*accept_invalid)?).await?;
    connection.send(&written(hop, head)).await?;
    let response = connection.head(bounds.head).await?;
    if response.fields.len() > bounds.fields {
        return Err(Error::Bound { what: Bound::HeadFields, limit: bounds.fields });
    }
    let framing = response.framing().map_err(|why| Error::BadHead(Cause::of(why)))?;
    let (body, end) = connection.body(&response, framing, bounds).await?;
    let ResponseHead { status, reason, fields, .. } = response;
    let exchange = Exchange {
        url: hop.url.to_string(),
        time: *time,
        peer: connection.peer,
        method: hop.method,
        request_fields: head.recorded.clone(),
        request_body: hop.body.clone(),
        status,
        reason,
        fields,
        body,
    };
    Ok(Received { exchange, end, conditional: head.is_conditional() })
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
