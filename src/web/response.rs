//! From a ready document to the answer: 200 or 304, with the fields that caches need.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LAST_MODIFIED,
    RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, StatusCode};

use super::body::Body;
use super::condition;
use super::request::Fields;
use super::wire::Fault;
use crate::publish::cache::{About, Coding, Document};

/// An answer, as it is sent.
pub(super) struct Response {
    pub(super) status: StatusCode,
    /// Its fields, but those that say how it is sent.
    pub(super) fields: Vec<u8>,
    pub(super) body: Body,
}

impl Response {
    /// One without fields, told by this body.
    pub(super) fn new(status: StatusCode, body: Body) -> Self {
        Self { status, fields: Vec::with_capacity(640), body }
    }

    /// Adds a field.
    pub(super) fn add(&mut self, name: &HeaderName, value: &HeaderValue) {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            self.fields.extend_from_slice(part);
        }
    }

    /// With further fields.
    pub(super) fn with<const N: usize>(mut self, fields: [(&HeaderName, &HeaderValue); N]) -> Self {
        fields.iter().for_each(|(name, value)| self.add(name, value));
        self
    }
}

/// For answers that are not pages: nothing in them may load, run or be framed.
pub(super) const CLOSED: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
/// Against guessing of media types.
pub(super) const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
/// What the choice of a form depends on.
pub(super) const CHOICE: HeaderValue = HeaderValue::from_static("Accept-Encoding");

/// The header fields of a document that the request decides.
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

    /// Whether a tag is one of the document's in a coding, told in this manner, however it was
    /// packed.
    pub(super) fn names(&self, about: &About, coding: Coding, tag: &[u8]) -> bool {
        let added = self.instead.as_ref().map_or("", |(_, added)| added);
        let rest = tag
            .strip_prefix(b"\"")
            .and_then(|tag| tag.strip_suffix(b"\""))
            .and_then(|tag| tag.strip_prefix(about.tag().as_bytes()));
        let rest = if added.is_empty() {
            rest
        } else {
            rest.and_then(|rest| rest.strip_suffix(added.as_bytes())?.strip_suffix(b"-"))
        };
        let packing = |rest: &[u8]| rest.len() == 12 && rest.iter().all(u8::is_ascii_hexdigit);
        match coding {
            Coding::Identity => rest == Some(b""),
            coding => rest
                .and_then(|rest| {
                    rest.strip_prefix(b"-")?
                        .strip_prefix(coding.token().as_bytes())?
                        .strip_prefix(b"-")
                })
                .is_some_and(packing),
        }
    }

    /// The tag of a form told in this manner.
    fn etag(&self, own: &HeaderValue) -> HeaderValue {
        let Some((_, added)) = &self.instead else { return own.clone() };
        let tag = own.as_bytes().strip_suffix(b"\"").unwrap_or(own.as_bytes());
        HeaderValue::try_from([tag, b"-", added.as_bytes(), b"\""].concat())
            .unwrap_or_else(|_| own.clone())
    }
}

/// Answers GET or HEAD of a document.
pub(super) fn document(
    document: Document,
    fields: &Fields<'_>,
    manner: &Manner,
    now: SystemTime,
) -> Response {
    let Document { about, form } = document;
    let etag = manner.etag(&form.etag);
    if condition::is_fresh(fields, &etag, modified(&about, now)) {
        return not_modified(&about, &etag, manner, now);
    }
    let media_type =
        manner.instead.as_ref().map_or(about.media_type(), |(media_type, _)| media_type);
    let mut response = Response::new(StatusCode::OK, Body::Ready(form.body)).with([
        (&CONTENT_TYPE, media_type),
        (&CONTENT_SECURITY_POLICY, &manner.policy),
        (&X_CONTENT_TYPE_OPTIONS, &NOSNIFF),
    ]);
    if form.coding != Coding::Identity {
        response.add(&CONTENT_ENCODING, &HeaderValue::from_static(form.coding.token()));
    }
    validated(response, &about, &etag, manner, now)
}

/// Answers who has the document already, by this tag; what else was told of it still holds (RFC
/// 9110 §15.4.5).
pub(super) fn not_modified(
    about: &About,
    etag: &HeaderValue,
    manner: &Manner,
    now: SystemTime,
) -> Response {
    validated(Response::new(StatusCode::NOT_MODIFIED, Body::NONE), about, etag, manner, now)
}

/// With the header fields that stand in 200 and in 304 alike.
fn validated(
    response: Response,
    about: &About,
    etag: &HeaderValue,
    manner: &Manner,
    now: SystemTime,
) -> Response {
    let mut response = response.with([
        (&ETAG, etag),
        (&CACHE_CONTROL, about.cache_control()),
        (&VARY, &manner.vary),
    ]);
    if let Some((_, written)) = modified(about, now) {
        response.add(&LAST_MODIFIED, written);
    }
    response
}

/// A date ahead of the answer's own is left out (RFC 9110 §8.8.2.1).
fn modified(about: &About, now: SystemTime) -> Option<&(SystemTime, HeaderValue)> {
    about.modified().filter(|(time, _)| *time <= now)
}

/// An answer that may not be kept and is no document.
pub(super) fn fleeting(status: StatusCode, media_type: &'static str, body: Body) -> Response {
    Response::new(status, body).with([
        (&CONTENT_TYPE, &HeaderValue::from_static(media_type)),
        (&CACHE_CONTROL, &HeaderValue::from_static("no-store")),
        (&CONTENT_SECURITY_POLICY, &CLOSED),
        (&X_CONTENT_TYPE_OPTIONS, &NOSNIFF),
    ])
}

/// A short answer in plain words that may not be kept.
pub(super) fn text(status: StatusCode, words: &'static str) -> Response {
    fleeting(status, "text/plain; charset=utf-8", Body::Ready(Bytes::from_static(words.as_bytes())))
}

/// There is nothing at that path.
pub(super) fn absent() -> Response {
    text(StatusCode::NOT_FOUND, "not found\n")
}

/// Not now, but later: what is asked for is not whole yet.
pub(super) fn later() -> Response {
    text(
        StatusCode::SERVICE_UNAVAILABLE,
        "this feed is being rebuilt from the archive: ask again later\n",
    )
    .with([(&RETRY_AFTER, &HeaderValue::from_static("60"))])
}

/// Not now, for there are too many others.
pub(super) fn crowded() -> Response {
    text(StatusCode::SERVICE_UNAVAILABLE, "too many are being answered: ask again later\n")
        .with([(&RETRY_AFTER, &HeaderValue::from_static("10"))])
}

/// What is no request that can be answered.
pub(super) fn refused(fault: Fault) -> Response {
    match fault {
        Fault::Bad => text(StatusCode::BAD_REQUEST, "this is no request that has one meaning\n"),
        Fault::Large => text(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "the head of this request is too large\n",
        ),
    }
}
