//! One request on the wire and its answer, within its bounds and its deadline.

use bytes::Bytes;
use xxhash_rust::xxh3::Xxh3;

use super::coding::{Excess, Size};
use super::ending::End;
use super::prepared::{Bounds, PreparedRequest, Received};
use super::{Cause, Error, coding, ending, lenient, strict};
use crate::domain::Exchange;

/// An answer, and whether only the lenient reader read it.
pub(super) struct Sent {
    pub(super) result: Result<Received, Error>,
    pub(super) odd: bool,
}

/// Sends one request; connection, head and body together keep to the deadline. An answer that
/// reqwest finds faulty is asked for once more and read as browsers, curl and wget read it; a host
/// that answers so is read so from then on.
pub(super) async fn send(request: PreparedRequest<'_>, bounds: Bounds) -> Sent {
    let reading = async {
        if !request.odd {
            match strict::exchange(&request, bounds).await {
                Err(Error::BadHead(_) | Error::BadBody(_)) => {}
                result => return Sent { result, odd: false },
            }
        }
        let result = lenient::exchange(&request, bounds).await;
        Sent { odd: result.is_ok(), result }
    };
    let late =
        || Sent { result: Err(Error::Timeout(bounds.timeout.as_secs().max(1))), odd: request.odd };
    tokio::time::timeout(bounds.timeout, reading).await.unwrap_or_else(|_| late())
}

/// Digest of all that an answer's reading depends on; nobody but the portal itself could forge it,
/// so speed goes first.
pub(super) fn digest(exchange: &Exchange) -> u128 {
    let mut hash = Xxh3::new();
    let named =
        ["content-type", "content-encoding"].map(|name| exchange.field(name).unwrap_or_default());
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

    /// Whether the body is all that was sent, by its text where nothing else says so; a cut one is
    /// never archived.
    pub(super) fn is_whole(&self, text: &[u8]) -> bool {
        let says_nothing =
            !self.is_success() && self.exchange.body.is_empty() && self.end == End::Open;
        says_nothing || self.end.is_whole(self.exchange.field("content-type"), text)
    }

    /// The body without its coding, if the answer is one that may stand for the page.
    pub(super) fn expand(&self, bounds: Bounds) -> Result<Bytes, Error> {
        let exchange = &self.exchange;
        match exchange.status {
            0..=199 | 600.. => {
                Err(broken(format!("the status {} ends no request", exchange.status)))
            }
            304 if !self.conditional => Err(broken("304 to a request without conditions")),
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

    /// The body of a part (206) that was not asked for, if it is the whole: its range says so, or,
    /// without one, its text.
    fn all(&self, body: Bytes) -> Result<Bytes, Error> {
        let exchange = &self.exchange;
        let whole = match exchange.field("content-range") {
            Some(range) => is_all(range, exchange.body.len()),
            None => ending::is_whole(exchange.field("content-type"), &body),
        };
        if whole { Ok(body) } else { Err(broken("a part (206) that was not asked for")) }
    }
}

fn broken(why: impl Into<String>) -> Error {
    Error::BadBody(Cause::of(why.into()))
}

/// Whether a Content-Range is all that there is: `bytes 0-99/100`.
fn is_all(range: &str, length: usize) -> bool {
    let range = range.trim().strip_prefix("bytes").map(str::trim_start).unwrap_or_default();
    let parts = range.split_once('/').and_then(|(span, all)| Some((span.split_once('-')?, all)));
    parts.is_some_and(|((first, _), all)| first.trim() == "0" && all.trim().parse() == Ok(length))
}
