//! From a ready document to the answer: 200 or 304, with the fields that caches need.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LAST_MODIFIED, RETRY_AFTER, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use super::condition;
use super::wire::Fault;
use crate::publish::shelf::{About, Coding, Document};

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

    /// Whether a tag is one of the document's in a coding, told in this manner, however it was packed.
    pub(super) fn names(&self, about: &About, coding: Coding, tag: &[u8]) -> bool {
        let added = self.instead.as_ref().map_or("", |(_, added)| added);
        let rest = tag.strip_prefix(b"\"").and_then(|tag| tag.strip_suffix(b"\"")).and_then(|tag| tag.strip_prefix(about.tag().as_bytes()));
        let rest = if added.is_empty() { rest } else { rest.and_then(|rest| rest.strip_suffix(added.as_bytes())?.strip_suffix(b"-")) };
        let packing = |rest: &[u8]| rest.len() == 12 && rest.iter().all(u8::is_ascii_hexdigit);
        match coding {
            Coding::Identity => rest == Some(b""),
            coding => rest
                .and_then(|rest| rest.strip_prefix(b"-")?.strip_prefix(coding.token().as_bytes())?.strip_prefix(b"-"))
                .is_some_and(packing),
        }
    }

    /// The tag of a form told in this manner.
    fn etag(&self, own: &HeaderValue) -> HeaderValue {
        let Some((_, added)) = &self.instead else { return own.clone() };
        let tag = own.as_bytes().strip_suffix(b"\"").unwrap_or(own.as_bytes());
        HeaderValue::try_from([tag, b"-", added.as_bytes(), b"\""].concat()).unwrap_or_else(|_| own.clone())
    }
}

/// Answers GET or HEAD of a document.
pub(super) fn document(document: Document, method: &Method, headers: &HeaderMap, manner: Manner, now: SystemTime) -> Response<Bytes> {
    let Document { about, form } = document;
    let etag = manner.etag(&form.etag);
    if condition::is_fresh(headers, &etag, modified(&about, now)) {
        return not_modified(&about, etag, manner, now);
    }
    let mut fields = validators(&about, etag, &manner, now);
    fields.insert(CONTENT_TYPE, manner.instead.map_or_else(|| about.media_type().clone(), |(media_type, _)| media_type));
    fields.insert(CONTENT_LENGTH, form.length.clone());
    if form.coding != Coding::Identity {
        fields.insert(CONTENT_ENCODING, HeaderValue::from_static(form.coding.token()));
    }
    let body = if method == Method::HEAD { Bytes::new() } else { form.body };
    response(StatusCode::OK, fields, body)
}

/// Answers who has the document already, by this tag.
pub(super) fn not_modified(about: &About, etag: HeaderValue, manner: Manner, now: SystemTime) -> Response<Bytes> {
    response(StatusCode::NOT_MODIFIED, validators(about, etag, &manner, now), Bytes::new())
}

/// The fields that a document is told with whether or not it is sent.
fn validators(about: &About, etag: HeaderValue, manner: &Manner, now: SystemTime) -> HeaderMap {
    // Room for what is added for feeds too.
    let mut fields = HeaderMap::with_capacity(16);
    fields.insert(ETAG, etag);
    fields.insert(CACHE_CONTROL, about.cache_control().clone());
    fields.insert(VARY, manner.vary.clone());
    fields.insert(CONTENT_SECURITY_POLICY, manner.policy.clone());
    fields.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    if let Some((_, written)) = modified(about, now) {
        fields.insert(LAST_MODIFIED, written.clone());
    }
    fields
}

/// A date ahead of the answer's own is left out (RFC 9110 §8.8.2.1).
fn modified(about: &About, now: SystemTime) -> Option<&(SystemTime, HeaderValue)> {
    about.modified().filter(|(time, _)| *time <= now)
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

/// What is no request that can be answered.
pub(super) fn refused(fault: Fault) -> Response<Bytes> {
    match fault {
        Fault::Bad => text(StatusCode::BAD_REQUEST, "this is no request that has one meaning\n"),
        Fault::Large => text(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the head of this request is too large\n"),
    }
}

fn response(status: StatusCode, fields: HeaderMap, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = fields;
    response
}
