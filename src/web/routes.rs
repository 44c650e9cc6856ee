//! Which path leads where. Feeds go the short way; pages go through axum.

use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use axum::Router;
use axum::extract::{Request, State as Asked};
use axum::response::{IntoResponse, Response as Page};
use axum::routing::get;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response, StatusCode};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use super::answer::Manner;
use super::body::Body;
use super::index::Index;
use super::pieces::Pieces;
use super::seats::Seats;
use super::{State, answer, coding, condition, feeds, health, host, index, metrics, pieces};
use crate::publish::{
    self,
    shelf::{About, Coding, Document, Found, Ready, cached, media},
};
use crate::render;

/// Documents read at one time.
const READING: usize = 8;

/// The style sheet of the pages.
static STYLE: LazyLock<Ready> = LazyLock::new(|| Ready::new(index::STYLE, media::CSS, "max-age=3600"));
/// The style sheet that feeds name.
static FEED_STYLE: LazyLock<Ready> = LazyLock::new(|| Ready::new(render::STYLE, media::CSS, cached::STYLE));

/// All that answers requests; shared by all connections.
pub(super) struct House {
    state: State,
    seats: Arc<Seats>,
    /// Documents that are read from the archive at one time: each is an open file.
    reading: Semaphore,
    pages: Router,
}

/// What handlers of pages share.
#[derive(Clone)]
struct Shared {
    state: State,
    seats: Arc<Seats>,
    index: Arc<Index>,
}

impl House {
    pub(super) fn new(state: State, seats: Arc<Seats>) -> Self {
        let shared = Shared { state: state.clone(), seats: seats.clone(), index: Arc::default() };
        let pages = Router::new()
            .route("/", get(list))
            .route("/style.css", get(style))
            .route("/healthz", get(alive))
            .route("/readyz", get(readiness))
            .route("/metrics", get(figures))
            .fallback(|| async { not_found().map(axum::body::Body::from) })
            .with_state(shared);
        Self { state, seats, reading: Semaphore::new(READING), pages }
    }

    /// Answers one request; `last` if its connection is to end by it.
    pub(super) async fn answer(&self, request: http::Request<hyper::body::Incoming>, last: bool) -> Response<Body> {
        let path = request.uri().path();
        let addressed = host::is_told(request.version(), request.headers());
        let crowded = self.seats.is_crowded(matches!(path, "/healthz" | "/readyz"));
        let mut response = if !addressed {
            answer::text(StatusCode::BAD_REQUEST, "exactly one valid Host is needed\n").map(Body::Ready)
        } else if crowded {
            answer::crowded().map(Body::Ready)
        } else if path.starts_with("/feeds/") || path == "/feeds.opml" {
            self.feed(&request).await.map(Body::Ready)
        } else {
            self.page(request).await
        };
        if last || crowded || !addressed {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        self.state.counters.served.inc();
        if response.status() == StatusCode::NOT_MODIFIED {
            self.state.counters.served_not_modified.inc();
        }
        response
    }

    /// What lies among the feeds, to be read by pages of every origin.
    async fn feed<B>(&self, request: &http::Request<B>) -> Response<Bytes> {
        let mut response = match feeds::without_document(request.method()) {
            Some(response) => response,
            None => self.document(request).await,
        };
        feeds::share(&mut response);
        response
    }

    /// A document of the library, or the style sheet. The path is taken as it stands: nothing in it is decoded or resolved.
    async fn document<B>(&self, request: &http::Request<B>) -> Response<Bytes> {
        let (method, headers, path) = (request.method(), request.headers(), request.uri().path());
        let path = path.strip_prefix('/').unwrap_or(path);
        let sections = path == publish::SITES && request.uri().query().is_some_and(|query| query.split('&').any(|one| one == "sections=1"));
        let path = if sections { publish::SECTIONS } else { path };
        let (coding, now) = (coding::choose(headers), SystemTime::now());
        if path == render::STYLE_PATH {
            return answer::document(FEED_STYLE.document(coding), method, headers, Manner::plain(answer::CLOSED), now);
        }
        // Who has the document is answered without its bytes.
        if condition::has_tags(headers)
            && let Found::Ready(about) = self.about(path).await
        {
            let manner = feeds::manner(&about, headers);
            if let Some(tag) = condition::named(headers, |tag| manner.names(&about, coding, tag)) {
                return answer::not_modified(&about, tag, manner, now);
            }
        }
        match self.found(path, coding).await {
            Found::Ready(document) => {
                let manner = feeds::manner(&document.about, headers);
                let mut response = answer::document(document, method, headers, manner, now);
                feeds::name(&mut response, &self.state.public_url, path);
                response
            }
            Found::Absent => not_found(),
            Found::Waiting => answer::later(),
            Found::Failed => answer::text(StatusCode::INTERNAL_SERVER_ERROR, "this document does not read\n"),
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

    async fn page(&self, request: http::Request<hyper::body::Incoming>) -> Response<Body> {
        let answered: Result<Page, Infallible> = self.pages.clone().oneshot(request.map(axum::body::Body::new)).await;
        let mut response = match answered {
            Ok(response) => response.map(Body::Page),
            Err(never) => match never {},
        };
        let fields = response.headers_mut();
        fields.entry(X_CONTENT_TYPE_OPTIONS).or_insert(answer::NOSNIFF);
        fields.entry(CONTENT_SECURITY_POLICY).or_insert(answer::CLOSED);
        fields.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        response
    }
}

fn not_found() -> Response<Bytes> {
    answer::text(StatusCode::NOT_FOUND, "not found\n")
}

/// A ready document as a page's answer.
fn ready(ready: &Ready, request: &Request, policy: HeaderValue) -> Page {
    let document = ready.document(coding::choose(request.headers()));
    answer::document(document, request.method(), request.headers(), Manner::plain(policy), SystemTime::now()).map(axum::body::Body::from)
}

async fn list(Asked(shared): Asked<Shared>, request: Request) -> Page {
    let State { public_url, states, status, .. } = &shared.state;
    shared.index.answer(public_url, states.all(), status(), &request.into_parts().0).await
}

async fn style(request: Request) -> Page {
    ready(&STYLE, &request, answer::CLOSED)
}

/// Alive is alive: a broken site is no reason to restart the daemon.
async fn alive(Asked(shared): Asked<Shared>) -> Page {
    written("application/json", health::writer(shared.state.states.all(), (shared.state.status)()))
}

async fn readiness(Asked(shared): Asked<Shared>) -> Page {
    let ready = shared.state.ready.load(Ordering::Acquire);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json(status, health::readiness(ready, shared.state.library.figures().waiting, shared.state.states.all()))
}

fn json(status: StatusCode, body: Vec<u8>) -> Page {
    (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

async fn figures(Asked(shared): Asked<Shared>) -> Page {
    let State { counters, library, states, status, .. } = &shared.state;
    written(metrics::MEDIA_TYPE, metrics::writer(counters, library.figures(), shared.seats.figures(), &states.all(), status()))
}

/// A text that is written while it is sent.
fn written(media_type: &'static str, writer: impl FnMut(&mut String) -> bool + Send + Unpin + 'static) -> Page {
    ([(CONTENT_TYPE, HeaderValue::from_static(media_type))], pieces::body(Pieces::new(writer), false)).into_response()
}
