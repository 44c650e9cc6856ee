//! How feeds are answered: to readers, to pages of other origins (Fetch, CORS), and to people who
//! open one in a browser.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, LINK,
};
use http::{HeaderValue, Method, StatusCode};

use super::body::Body;
use super::request::Fields;
use super::response::{self, Manner, Response};
use super::{coding, index};
use crate::publish::cache::{About, media};

/// What may be done with a feed.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
/// What pages of other origins may send: what readers send to be polite by name, since old browsers
/// do not know `*`.
const SENT: HeaderValue =
    HeaderValue::from_static("If-None-Match, If-Modified-Since, Cache-Control, *");
/// What pages of other origins may read.
const READ: HeaderValue = HeaderValue::from_static("ETag, Last-Modified, Link");
/// How long a browser need not ask whether it may ask: a day.
const ALLOWED_FOR: HeaderValue = HeaderValue::from_static("86400");
/// What the choice of a form and of a media type depends on.
const CHOICE: HeaderValue = HeaderValue::from_static("Accept-Encoding, Accept");
/// The one media type of these that browsers style.
const XML: HeaderValue = HeaderValue::from_static("application/xml; charset=utf-8");

/// What is answered to a method without looking for the document; nothing to GET and HEAD.
pub(super) fn without_document(method: &Method) -> Option<Response> {
    let response = match *method {
        Method::GET | Method::HEAD => return None,
        Method::OPTIONS => Response::new(StatusCode::NO_CONTENT, Body::NONE).with([
            (&ACCESS_CONTROL_ALLOW_METHODS, &METHODS),
            (&ACCESS_CONTROL_ALLOW_HEADERS, &SENT),
            (&ACCESS_CONTROL_MAX_AGE, &ALLOWED_FOR),
        ]),
        _ => response::text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n"),
    };
    Some(response.with([(&ALLOW, &METHODS)]))
}

/// Lets pages of every origin read the answer: feeds are public, and no credentials count.
pub(super) fn shared(response: Response) -> Response {
    response.with([
        (&ACCESS_CONTROL_ALLOW_ORIGIN, &HeaderValue::from_static("*")),
        (&ACCESS_CONTROL_EXPOSE_HEADERS, &READ),
    ])
}

/// The header fields of a document for a request with these fields: a browser gets RSS and Atom as
/// XML with a style sheet, everyone else gets them as they are.
pub(super) fn manner(about: &About, fields: &Fields<'_>) -> Manner {
    let styled = about.media_type() == media::ATOM || about.media_type() == media::RSS;
    let told = Manner {
        vary: if styled { CHOICE } else { response::CHOICE },
        ..Manner::plain(response::CLOSED)
    };
    if styled && coding::wants_page(fields) {
        Manner { policy: index::POLICY, instead: Some((XML, "xml")), ..told }
    } else {
        told
    }
}

/// Has a feed that is sent name itself; `path` leads to it and so is one of ours.
pub(super) fn name(response: &mut Response, public_url: &str, path: &str) {
    if response.status == StatusCode::OK
        && let Ok(link) = HeaderValue::try_from(format!("<{public_url}{path}>; rel=\"self\""))
    {
        response.add(&LINK, &link);
    }
}
