//! Which path leads where.

use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use http::header::ALLOW;
use http::{HeaderValue, Method, StatusCode};
use tokio::sync::Semaphore;

use super::index::Index;
use super::permits::Permits;
use super::pieces::Pieces;
use super::request::Request;
use super::response::{Manner, Response};
use super::{State, coding, condition, feeds, health, host, index, metrics, pieces, response};
use crate::publish::{
    self,
    cache::{About, Coding, Document, Found, Prepared, cached, media},
};
use crate::render;

/// Media type of reports.
const JSON: &str = "application/json";

/// Documents read at one time.
const READING: usize = 8;

/// The style sheet of the pages.
static STYLE: LazyLock<Prepared> =
    LazyLock::new(|| Prepared::new(index::STYLE, media::CSS, "max-age=3600"));
/// The style sheet that feeds name.
static FEED_STYLE: LazyLock<Prepared> =
    LazyLock::new(|| Prepared::new(render::STYLE, media::CSS, cached::STYLE));

/// What may be done with a page.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD");

/// All that answers requests; shared by all connections.
pub(super) struct Router {
    state: State,
    permits: Arc<Permits>,
    /// Documents that are read from the archive at one time: each is an open file.
    reading: Semaphore,
    index: Index,
}

impl Router {
    pub(super) fn new(state: State, permits: Arc<Permits>) -> Self {
        Self { state, permits, reading: Semaphore::new(READING), index: Index::default() }
    }

    /// Answers one request, whatever its body; whether its connection is to end by it.
    pub(super) async fn respond(&self, request: &Request<'_>) -> (Response, bool) {
        let path = request.path;
        let addressed = host::is_told(request.version, &request.fields);
        let crowded = self.permits.is_crowded(matches!(path, "/healthz" | "/readyz"));
        let response = if !addressed {
            response::text(StatusCode::BAD_REQUEST, "exactly one valid Host is needed\n")
        } else if crowded {
            response::crowded()
        } else if path.starts_with("/feeds/") || path == "/feeds.opml" {
            self.feed(request).await
        } else {
            self.page(request).await
        };
        self.state.counters.served.inc();
        if response.status == StatusCode::NOT_MODIFIED {
            self.state.counters.served_not_modified.inc();
        }
        (response, crowded || !addressed)
    }

    /// What lies among the feeds, to be read by pages of every origin.
    async fn feed(&self, request: &Request<'_>) -> Response {
        feeds::shared(match feeds::without_document(&request.method) {
            Some(response) => response,
            None => self.document(request).await,
        })
    }

    /// A document, or the style sheet. The path is taken as it stands: nothing in it
    /// is decoded or resolved.
    async fn document(&self, request: &Request<'_>) -> Response {
        let (fields, path) = (&request.fields, request.path);
        let path = path.strip_prefix('/').unwrap_or(path);
        let sections = path == publish::SITES
            && request.query.is_some_and(|query| query.split('&').any(|one| one == "sections=1"));
        let path = if sections { publish::SECTIONS } else { path };
        let (coding, now) = (coding::choose(fields), SystemTime::now());
        if path == render::STYLE_PATH {
            return response::document(
                FEED_STYLE.document(coding),
                fields,
                &Manner::plain(response::CLOSED),
                now,
            );
        }
        // Who has the document is answered without its bytes.
        if condition::has_tags(fields)
            && let Found::Ready(about) = self.about(path).await
        {
            let manner = feeds::manner(&about, fields);
            if let Some(tag) = condition::named(fields, |tag| manner.names(&about, coding, tag)) {
                return response::not_modified(&about, &tag, &manner, now);
            }
        }
        match self.found(path, coding).await {
            Found::Ready(document) => {
                let manner = feeds::manner(&document.about, fields);
                let mut response = response::document(document, fields, &manner, now);
                feeds::name(&mut response, &self.state.public_url, path);
                response
            }
            Found::Absent => response::absent(),
            Found::Waiting => response::later(),
            Found::Failed => {
                response::text(StatusCode::INTERNAL_SERVER_ERROR, "this document cannot be read\n")
            }
        }
    }

    async fn about(&self, path: &str) -> Found<Arc<About>> {
        match self.state.documents.known(path) {
            Some(about) => Found::Ready(about),
            None => {
                let _permit = self.reading.acquire().await;
                self.state.documents.about(path).await
            }
        }
    }

    async fn found(&self, path: &str, coding: Coding) -> Found<Document> {
        match self.state.documents.at_hand(path, coding) {
            Some(document) => Found::Ready(document),
            None => {
                let _permit = self.reading.acquire().await;
                self.state.documents.document(path, coding).await
            }
        }
    }

    /// A page for people, or a report.
    async fn page(&self, request: &Request<'_>) -> Response {
        if !matches!(request.path, "/" | "/style.css" | "/healthz" | "/readyz" | "/metrics") {
            return response::absent();
        }
        if !matches!(request.method, Method::GET | Method::HEAD) {
            return response::text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n")
                .with([(&ALLOW, &METHODS)]);
        }
        let State { public_url, counters, documents, states, status, ready, .. } = &self.state;
        match request.path {
            "/" => self.index.response(public_url, states.all(), status(), &request.fields).await,
            "/style.css" => {
                let style = STYLE.document(coding::choose(&request.fields));
                response::document(
                    style,
                    &request.fields,
                    &Manner::plain(response::CLOSED),
                    SystemTime::now(),
                )
            }
            // Alive is alive: a broken site is no reason to restart the daemon.
            "/healthz" => {
                report(StatusCode::OK, JSON, Pieces::new(health::writer(states.all(), status())))
            }
            "/readyz" => {
                let ready = ready.load(Ordering::Acquire);
                let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
                report(
                    status,
                    JSON,
                    [health::readiness(ready, documents.figures().waiting, states.all())]
                        .into_iter(),
                )
            }
            _ => {
                let figures = metrics::writer(
                    counters,
                    documents.figures(),
                    self.permits.figures(),
                    &states.all(),
                    status(),
                );
                report(StatusCode::OK, metrics::MEDIA_TYPE, Pieces::new(figures))
            }
        }
    }
}

/// A report on how the house is at this moment.
fn report(
    status: StatusCode,
    media_type: &'static str,
    pieces: impl Iterator<Item = String> + Send + 'static,
) -> Response {
    response::fleeting(status, media_type, pieces::body(pieces, false, None))
}
