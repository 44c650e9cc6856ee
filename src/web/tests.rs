mod clients;
mod feeds;
mod pages;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::domain::count::Counters;
use crate::domain::state::Missing;
use crate::domain::{self, Health, SectionId, SiteId, StateKind};
use crate::publish::cache::{About, Coding, Document, DocumentSource, Found, cached, media, whole};

struct Running {
    address: std::net::SocketAddr,
    shutdown: CancellationToken,
    state: State,
    task: tokio::task::JoinHandle<()>,
}

/// A site of that id, without sections.
pub(super) fn status(id: &str, enabled: bool, health: Health) -> SiteStatus {
    let site = domain::Site {
        id: SiteId::new(id).unwrap(),
        title: "Tin <b>&\"huyện\"".to_owned(),
        home: "javascript:alert(1)".parse().unwrap(),
        enabled,
        portal: None,
        language: None,
        timezone: None,
        every: Duration::from_secs(1),
        ignore_robots: None,
        headers: Vec::new(),
        accept_invalid_tls: false,
        hosts: Vec::new(),
        sections: Vec::new(),
    };
    SiteStatus {
        site: Arc::new(site),
        health,
        reasons: Arc::default(),
        articles: 0,
        last_success: None,
    }
}

fn site() -> SiteStatus {
    let mut status = status("bac-ha", true, Health::Degraded);
    let (id, url) = (SectionId::new("tin-tuc").unwrap(), "http://a.example/".parse().unwrap());
    let section =
        domain::Section { id, title: "Sự kiện".to_owned(), url, history: domain::History::New };
    Arc::make_mut(&mut status.site).sections.push(section);
    let last_success = Some("2026-11-24T01:02:03Z".parse().unwrap());
    SiteStatus {
        reasons: ["section <x> failed".to_owned()].into(),
        articles: 7,
        last_success,
        ..status
    }
}

/// A site that was never read.
fn fresh() -> SiteStatus {
    status("bac-ninh", true, Health::New)
}

/// Two files of the archive are gone.
fn incomplete() -> domain::State {
    let file = |n| Missing {
        file: format!("bantin-{n}.warc.gz"),
        what: "gone".to_owned(),
        articles: Some(n),
    };
    let state = domain::State::new(
        StateKind::ArchiveIncomplete,
        "2 <files> are gone",
        None,
        "2026-11-24T01:02:03Z".parse().unwrap(),
    );
    domain::State { files: vec![file(4), file(5)], articles: Some(9), ..state }
}

/// A source whose documents never change.
struct Fixed(HashMap<&'static str, (Arc<About>, String)>);

impl Fixed {
    fn of<const N: usize>(
        documents: [(&'static str, &'static str, Option<jiff::Timestamp>, String); N],
    ) -> Self {
        let one = |(path, media_type, modified, text): (_, _, _, String)| {
            let digest =
                *<sha2::Sha256 as sha2::Digest>::digest(text.as_bytes()).first_chunk().unwrap();
            (path, (Arc::new(About::new(digest, media_type, cached::CURRENT, modified)), text))
        };
        Self(documents.into_iter().map(one).collect())
    }
}

#[async_trait::async_trait]
impl DocumentSource for Fixed {
    fn known(&self, path: &str) -> Option<Arc<About>> {
        self.0.get(path).map(|(about, _)| about.clone())
    }
    fn at_hand(&self, path: &str, coding: Coding) -> Option<Document> {
        let (about, text) = self.0.get(path)?;
        let form = match whole(text.as_bytes(), coding) {
            Some(packed) => about.form(coding, packed.into()),
            None => about.form(Coding::Identity, text.clone().into()),
        };
        Some(Document { about: about.clone(), form })
    }
    async fn about(&self, path: &str) -> Found<Arc<About>> {
        self.known(path).map_or(Found::Absent, Found::Ready)
    }
    async fn document(&self, path: &str, coding: Coding) -> Found<Document> {
        self.at_hand(path, coding).map_or(Found::Absent, Found::Ready)
    }
}

async fn start(limits: Limits, body: usize) -> Running {
    let state = state_of(body);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (listener.local_addr().unwrap(), CancellationToken::new());
    let task = tokio::spawn(serve(listener, state.clone(), limits, shutdown.clone()));
    Running { address, shutdown, state, task }
}

/// A state whose feeds have about so many bytes.
fn state_of(body: usize) -> State {
    let text = "Tin tức ".repeat(body / 10 + 1);
    let modified = Some("2026-01-02T03:04:05Z".parse().unwrap());
    let ahead = Some("2999-01-01T00:00:00Z".parse().unwrap());
    let documents = Fixed::of([
        ("feeds/bac-ha.atom", media::ATOM, modified, text.clone()),
        ("feeds/bac-ha.rss", media::RSS, modified, text.clone()),
        ("feeds/bac-ha.json", media::JSON, modified, text.clone()),
        ("feeds/ahead.atom", media::ATOM, ahead, text),
        (crate::publish::SITES, media::OPML, modified, "sites".to_owned()),
        (crate::publish::SECTIONS, media::OPML, modified, "sections".to_owned()),
    ]);
    State {
        documents: Arc::new(documents),
        counters: Arc::new(Counters::default()),
        status: {
            let sites = Arc::new(vec![site(), fresh()]);
            Arc::new(move || sites.clone())
        },
        public_url: "https://feeds.example/".to_owned(),
        ready: Arc::new(AtomicBool::new(false)),
        states: Arc::default(),
    }
}

impl Running {
    /// Sends bytes and reads to the end.
    async fn raw(&self, bytes: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let mut out = Vec::new();
        let _ = stream.read_to_end(&mut out).await;
        String::from_utf8_lossy(&out).into_owned()
    }

    /// One request; the answer's head in lower case, and its body.
    async fn ask(&self, method: &str, path: &str, fields: &str) -> (String, String) {
        let answer = self
            .raw(&format!(
                "{method} {path} HTTP/1.1\r\nHost: evil.example\r\n\
                 {fields}Connection: close\r\n\r\n"
            ))
            .await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), body.to_owned())
    }
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn feeds_answer_as_caches_need() {
    let server = start(Limits::default(), 5000).await;
    let (whole, body) = server.ask("GET", "/feeds/bac-ha.atom?x=1", "").await;
    assert!(whole.starts_with("http/1.1 200"), "{whole}");
    assert_eq!(field(&whole, "content-type"), Some("application/atom+xml; charset=utf-8"));
    assert_eq!(field(&whole, "vary"), Some("accept-encoding, accept"));
    assert_eq!(field(&whole, "cache-control"), Some("max-age=60"));
    assert_eq!(field(&whole, "last-modified"), Some("fri, 02 jan 2026 03:04:05 gmt"));
    assert_eq!(field(&whole, "x-content-type-options"), Some("nosniff"));
    assert_eq!(field(&whole, "content-length"), Some(body.len().to_string().as_str()));
    let etag = field(&whole, "etag").unwrap();

    let (head, empty) = server.ask("HEAD", "/feeds/bac-ha.atom", "").await;
    let without_date = |head: &str| {
        head.lines()
            .filter(|line| !line.starts_with("date:"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!((without_date(&head), empty.as_str()), (without_date(&whole), ""));

    for fields in [
        format!("If-None-Match: {etag}\r\n"),
        "If-Modified-Since: Fri, 02 Jan 2026 03:04:05 GMT\r\n".to_owned(),
    ] {
        let (fresh, empty) = server.ask("GET", "/feeds/bac-ha.atom", &fields).await;
        assert!(fresh.starts_with("http/1.1 304"), "{fresh}");
        for name in ["etag", "vary", "cache-control", "last-modified"] {
            assert_eq!(field(&fresh, name), field(&whole, name));
        }
        assert_eq!(
            (field(&fresh, "content-length"), field(&fresh, "content-type"), empty.as_str()),
            (None, None, "")
        );
    }
    let (packed, _) = server
        .ask(
            "GET",
            "/feeds/bac-ha.atom",
            &format!("Accept-Encoding: gzip\r\nIf-None-Match: {etag}\r\n"),
        )
        .await;
    assert!(packed.starts_with("http/1.1 200"), "a tag of another coding is not this one's");
    assert_eq!(field(&packed, "content-encoding"), Some("gzip"));

    let (refused, _) = server.ask("POST", "/feeds/bac-ha.atom", "Content-Length: 0\r\n").await;
    assert!(refused.starts_with("http/1.1 405"));
    assert_eq!(field(&refused, "allow"), Some("get, head, options"));
    assert_eq!(server.state.counters.served_not_modified.get(), 2);
}

#[tokio::test]
async fn the_list_of_sections_is_asked_for_by_its_parameter() {
    let server = start(Limits::default(), 100).await;
    for (path, want) in [
        ("/feeds.opml", "sites"),
        ("/feeds.opml?sections=0", "sites"),
        ("/feeds.opml?x=sections=1", "sites"),
        ("/feeds.opml?sections=1", "sections"),
        ("/feeds.opml?x&sections=1", "sections"),
    ] {
        assert_eq!(server.ask("GET", path, "").await.1, want, "{path}");
    }
}

#[tokio::test]
async fn a_date_ahead_is_not_told_nor_believed() {
    let server = start(Limits::default(), 100).await;
    let (head, _) = server
        .ask("GET", "/feeds/ahead.atom", "If-Modified-Since: Tue, 01 Jan 2999 00:00:00 GMT\r\n")
        .await;
    assert!(head.starts_with("http/1.1 200"));
    assert_eq!(field(&head, "last-modified"), None);
}

#[tokio::test]
async fn paths_are_taken_strictly() {
    let server = start(Limits::default(), 100).await;
    let unknown = [
        "/feeds/bac-ha.atom/",
        "/feeds/bac%2dha.atom",
        "/feeds//bac-ha.atom",
        "/feeds/../feeds/bac-ha.atom",
        "/feeds",
        "//",
        "/a",
    ];
    for path in
        unknown.into_iter().chain(["/../../etc/passwd", "/feeds/%2e%2e/%00.atom", "/feeds/"])
    {
        let (head, body) = server.ask("GET", path, "").await;
        assert!(head.starts_with("http/1.1 404"), "{path}: {head}");
        assert_eq!(body, "not found\n");
        assert_eq!(field(&head, "x-content-type-options"), Some("nosniff"));
    }
}
