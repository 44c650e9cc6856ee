//! From an address to a capture: politely, bounded, guarded. Knows HTTP and hosts, never pages.

mod archived;
mod client;
mod coding;
mod connect;
mod ending;
mod error;
mod head;
mod host;
mod jar;
mod lenient;
mod manners;
mod prepared;
mod redirect;
mod retry_after;
mod robots;
mod strict;
#[cfg(test)]
mod tests;
mod tls;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use url::Url;

pub use client::Client;
pub use error::{Cause, Error};
pub use redirect::Refresh;

use crate::domain::{Exchange, Site, Validators};

/// One request to be made.
#[derive(Clone, Debug)]
pub struct Request {
    /// The address.
    pub url: Url,
    /// Fields of a form post; `None` is a GET.
    pub form: Option<Vec<(String, String)>>,
    /// Sent back as If-None-Match and If-Modified-Since.
    pub validators: Validators,
    /// The longest wait for a host's pause (Retry-After, back-off); longer: [`Error::Paused`].
    pub max_wait: Duration,
    /// The digest of an answer that is known: the same again is not expanded.
    pub known: Option<u128>,
}

/// What came back, redirects followed.
#[derive(Clone, Debug)]
pub struct Response {
    /// The address that answered.
    pub url: Url,
    /// Its status; 304 is an answer too, 4xx and 5xx as well.
    pub status: u16,
    /// Its Content-Type.
    pub content_type: Option<String>,
    /// The body, content coding removed.
    pub body: Bytes,
    /// Its validators.
    pub validators: Validators,
    /// Digest of address, status, media type, coding and body as they came.
    pub digest: u128,
    /// Whether it is the answer that the request calls known; its body is left out.
    pub unchanged: bool,
    /// Where the page, which says nothing itself, sends its reader: a host that is not followed.
    pub elsewhere: Option<Url>,
    /// Every exchange on the way, redirects first, robots.txt where it was asked.
    pub exchanges: Vec<Exchange>,
}

/// A request that brought no answer, with the exchanges that did happen.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Why.
    pub error: Error,
    /// Whole exchanges on the way (redirects, robots.txt).
    pub exchanges: Vec<Exchange>,
}

/// Fetches for sites.
///
/// # Errors
///
/// What kept a request from an answer, with what was exchanged until then.
#[async_trait]
pub trait Fetch: Send + Sync + 'static {
    /// Makes one request for a site, in its turn.
    async fn fetch(&self, site: &Site, request: Request) -> Result<Response, Failure>;
    /// The site's cookie jar as text, to be kept with the source.
    fn cookies(&self, site: &Site) -> Option<String>;
    /// Takes a kept jar up again.
    fn restore_cookies(&self, site: &Site, jar: &str);
}
