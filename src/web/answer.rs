//! From a ready document to the answer: 200 or 304, with the fields that caches need.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LAST_MODIFIED, RETRY_AFTER, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use super::{coding, condition};
use crate::publish::shelf::{Coding, Ready};

/// For answers that are not pages: nothing in them may load, run or be framed.
pub(super) const CLOSED: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
/// Against guessing of media types.
pub(super) const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
/// What the choice of a form depends on.
pub(super) const CHOICE: HeaderValue = HeaderValue::from_static("Accept-Encoding");

/// How a document is told, beside what it says itself.
pub(super) struct Manner {
    /// The content security policy.
    pub(super) policy: HeaderValue,
    /// What the answer depends on.
    pub(super) vary: HeaderValue,
    /// Another media type than the document's own, and what is added to the tags for it.
    pub(super) instead: Option<(HeaderValue, &'static str)>,
}

impl Manner {
    /// As it is, under that policy.
    pub(super) fn plain(policy: HeaderValue) -> Self {
        Self { policy, vary: CHOICE, instead: None }
    }

    /// The tag of a form told in this manner.
    fn etag(&self, own: &HeaderValue) -> HeaderValue {
        let Some((_, added)) = &self.instead else { return own.clone() };
        let tag = own.as_bytes().strip_suffix(b"\"").unwrap_or(own.as_bytes());
        HeaderValue::try_from([tag, b"-", added.as_bytes(), b"\""].concat()).unwrap_or_else(|_| own.clone())
    }
}

/// Answers GET or HEAD of a document.
pub(super) fn document(ready: &Ready, method: &Method, headers: &HeaderMap, manner: Manner, now: SystemTime) -> Response<Bytes> {
    let form = coding::choose(ready, headers);
    let etag = manner.etag(&form.etag);
    // A date ahead of the answer's own is left out (RFC 9110 §8.8.2.1).
    let modified = ready.modified().filter(|(time, _)| *time <= now);
    let fresh = condition::is_fresh(headers, &etag, modified);
    // Room for what is added for feeds too.
    let mut fields = HeaderMap::with_capacity(16);
    fields.insert(ETAG, etag);
    fields.insert(CACHE_CONTROL, ready.cache_control().clone());
    fields.insert(VARY, manner.vary);
    fields.insert(CONTENT_SECURITY_POLICY, manner.policy);
    fields.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    if let Some((_, written)) = modified {
        fields.insert(LAST_MODIFIED, written.clone());
    }
    if fresh {
        return response(StatusCode::NOT_MODIFIED, fields, Bytes::new());
    }
    fields.insert(CONTENT_TYPE, manner.instead.map_or_else(|| ready.media_type().clone(), |(media_type, _)| media_type));
    fields.insert(CONTENT_LENGTH, form.length.clone());
    if form.coding != Coding::Identity {
        fields.insert(CONTENT_ENCODING, HeaderValue::from_static(form.coding.token()));
    }
    let body = if method == Method::HEAD { Bytes::new() } else { form.body.clone() };
    response(StatusCode::OK, fields, body)
}

/// A short answer in plain words that may not be kept.
pub(super) fn text(status: StatusCode, words: &'static str) -> Response<Bytes> {
    let fields = [
        (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (CONTENT_SECURITY_POLICY, CLOSED),
        (X_CONTENT_TYPE_OPTIONS, NOSNIFF),
    ];
    response(status, fields.into_iter().collect(), Bytes::from_static(words.as_bytes()))
}

/// Not now, but later: what is asked for is not whole yet.
pub(super) fn later() -> Response<Bytes> {
    let mut answer = text(StatusCode::SERVICE_UNAVAILABLE, "this feed is being rebuilt from the archive: ask again later\n");
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
    answer
}

/// Not now, for there are too many others.
pub(super) fn crowded() -> Response<Bytes> {
    let mut answer = text(StatusCode::SERVICE_UNAVAILABLE, "too many are being answered: ask again later\n");
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    answer
}

fn response(status: StatusCode, fields: HeaderMap, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = fields;
    response
}
