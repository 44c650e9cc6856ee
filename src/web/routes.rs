//! Which path leads where.

use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use http::header::ALLOW;
use http::{HeaderValue, Method, StatusCode};
use tokio::sync::Semaphore;

use super::answer::{Answer, Manner};
use super::index::Index;
use super::pieces::Pieces;
use super::request::Request;
use super::seats::Seats;
use super::{State, answer, coding, condition, feeds, health, host, index, metrics, pieces};
use crate::publish::{
    self,
    shelf::{About, Coding, Document, Found, Ready, cached, media},
};
use crate::render;

/// Media type of reports.
const JSON: &str = "application/json";

/// Documents read at one time.
const READING: usize = 8;

/// The style sheet of the pages.
static STYLE: LazyLock<Ready> =
    LazyLock::new(|| Ready::new(index::STYLE, media::CSS, "max-age=3600"));
/// The style sheet that feeds name.
static FEED_STYLE: LazyLock<Ready> =
    LazyLock::new(|| Ready::new(render::STYLE, media::CSS, cached::STYLE));

/// What may be done with a page.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD");

/// All that answers requests; shared by all connections.
pub(super) struct House {
    state: State,
    seats: Arc<Seats>,
    /// Documents that are read from the archive at one time: each is an open file.
    reading: Semaphore,
    index: Index,
}

impl House {
    pub(super) fn new(state: State, seats: Arc<Seats>) -> Self {
        Self { state, seats, reading: Semaphore::new(READING), index: Index::default() }
    }

    /// Answers one request, whatever its body; whether its connection is to end by it.
    pub(super) async fn answer(&self, request: &Request<'_>) -> (Answer, bool) {
        let path = request.path;
        let addressed = host::is_told(request.version, &request.fields);
        let crowded = self.seats.is_crowded(matches!(path, "/healthz" | "/readyz"));
        let answer = if !addressed {
            answer::text(StatusCode::BAD_REQUEST, "exactly one valid Host is needed\n")
        } else if crowded {
            answer::crowded()
        } else if path.starts_with("/feeds/") || path == "/feeds.opml" {
            self.feed(request).await
        } else {
            self.page(request).await
        };
        self.state.counters.served.inc();
        if answer.status == StatusCode::NOT_MODIFIED {
            self.state.counters.served_not_modified.inc();
        }
        (answer, crowded || !addressed)
    }

    /// What lies among the feeds, to be read by pages of every origin.
    async fn feed(&self, request: &Request<'_>) -> Answer {
        feeds::shared(match feeds::without_document(&request.method) {
            Some(answer) => answer,
            None => self.document(request).await,
        })
    }

    /// A document of the library, or the style sheet. The path is taken as it stands: nothing in it
    /// is decoded or resolved.
    async fn document(&self, request: &Request<'_>) -> Answer {
        let (fields, path) = (&request.fields, request.path);
        let path = path.strip_prefix('/').unwrap_or(path);
        let sections = path == publish::SITES
            && request.query.is_some_and(|query| query.split('&').any(|one| one == "sections=1"));
        let path = if sections { publish::SECTIONS } else { path };
        let (coding, now) = (coding::choose(fields), SystemTime::now());
        if path == render::STYLE_PATH {
            return answer::document(
                FEED_STYLE.document(coding),
                fields,
                &Manner::plain(answer::CLOSED),
                now,
            );
        }
        // Who has the document is answered without its bytes.
        if condition::has_tags(fields)
            && let Found::Ready(about) = self.about(path).await
        {
            let manner = feeds::manner(&about, fields);
            if let Some(tag) = condition::named(fields, |tag| manner.names(&about, coding, tag)) {
                return answer::not_modified(&about, &tag, &manner, now);
            }
        }
        match self.found(path, coding).await {
            Found::Ready(document) => {
                let manner = feeds::manner(&document.about, fields);
                let mut answer = answer::document(document, fields, &manner, now);
                feeds::name(&mut answer, &self.state.public_url, path);
                answer
            }
            Found::Absent => answer::absent(),
            Found::Waiting => answer::later(),
            Found::Failed => {
                answer::text(StatusCode::INTERNAL_SERVER_ERROR, "this document cannot be read\n")
            }
        }
    }

    async fn about(&self, path: &str) -> Found<Arc<About>> {
        match self.state.library.known(path) {
            Some(about) => Found::Ready(about),
            None => {
                let _permit = self.reading.acquire().await;
                self.state.library.about(path).await
            }
        }
    }

    async fn found(&self, path: &str, coding: Coding) -> Found<Document> {
        match self.state.library.at_hand(path, coding) {
            Some(document) => Found::Ready(document),
            None => {
                let _permit = self.reading.acquire().await;
                self.state.library.document(path, coding).await
            }
        }
    }

    /// A page for people, or a report.
    async fn page(&self, request: &Request<'_>) -> Answer {
        if !matches!(request.path, "/" | "/style.css" | "/healthz" | "/readyz" | "/metrics") {
            return answer::absent();
        }
        if !matches!(request.method, Method::GET | Method::HEAD) {
            return answer::text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n")
                .with([(&ALLOW, &METHODS)]);
        }
        let State { public_url, counters, library, states, status, ready, .. } = &self.state;
        match request.path {
            "/" => self.index.answer(public_url, states.all(), status(), &request.fields).await,
            "/style.css" => {
                let style = STYLE.document(coding::choose(&request.fields));
                answer::document(
                    style,
                    &request.fields,
                    &Manner::plain(answer::CLOSED),
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
                    [health::readiness(ready, library.figures().waiting, states.all())].into_iter(),
                )
            }
            _ => {
                let figures = metrics::writer(
                    counters,
                    library.figures(),
                    self.seats.figures(),
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
) -> Answer {
    answer::fleeting(status, media_type, pieces::body(pieces, false, None))
}
