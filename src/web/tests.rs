mod feeds;
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
use crate::publish::shelf::{About, Coding, Document, Found, Library, cached, media, whole};

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

/// A library whose documents never change.
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
impl Library for Fixed {
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
    let state = house(body);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (listener.local_addr().unwrap(), CancellationToken::new());
    let task = tokio::spawn(serve(listener, state.clone(), limits, shutdown.clone()));
    Running { address, shutdown, state, task }
}

/// A house whose feeds have about so many bytes.
fn house(body: usize) -> State {
    let text = "Tin tức ".repeat(body / 10 + 1);
    let modified = Some("2026-01-02T03:04:05Z".parse().unwrap());
    let ahead = Some("2999-01-01T00:00:00Z".parse().unwrap());
    let library = Fixed::of([
        ("feeds/bac-ha.atom", media::ATOM, modified, text.clone()),
        ("feeds/bac-ha.rss", media::RSS, modified, text.clone()),
        ("feeds/bac-ha.json", media::JSON, modified, text.clone()),
        ("feeds/ahead.atom", media::ATOM, ahead, text),
        (crate::publish::SITES, media::OPML, modified, "sites".to_owned()),
        (crate::publish::SECTIONS, media::OPML, modified, "sections".to_owned()),
    ]);
    State {
        library: Arc::new(library),
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
        let answer = self.raw(&format!("{method} {path} HTTP/1.1\r\nHost: evil.example\r\n{fields}Connection: close\r\n\r\n")).await;
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

#[tokio::test]
async fn pages_say_how_the_house_is() {
    let server = start(Limits::default(), 100).await;
    let (head, body) = server.ask("GET", "/healthz", "").await;
    assert!(head.starts_with("http/1.1 200"));
    let sites = r#"[{"id":"bac-ha","status":"degraded","reasons":["section <x> failed"]}]"#;
    assert_eq!(body, format!(r#"{{"status":"degraded","states":[],"sites":{sites}}}"#));
    let (head, body) = server.ask("GET", "/readyz", "").await;
    assert!(head.starts_with("http/1.1 503"), "{head}");
    assert_eq!(body, r#"{"ready":false,"documents_waiting":0,"states":[]}"#);
    server.state.ready.store(true, Ordering::Release);
    let (head, body) = server.ask("GET", "/readyz", "").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert_eq!(field(&head, "content-type"), Some("application/json"));
    assert_eq!(body, r#"{"ready":true,"documents_waiting":0,"states":[]}"#);
    server.state.counters.articles_new.add(3);
    server.state.counters.bounds.hit(crate::domain::Bound::Cpu);
    let (head, body) = server.ask("GET", "/metrics", "").await;
    assert_eq!(field(&head, "content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in [
        "bantin_articles_new_total 3",
        "bantin_bounds_hit_total{bound=\"cpu\"} 1",
        "bantin_bounds_hit_total{bound=\"head_fields\"} 0",
        "bantin_site_health{site=\"bac-ha\",state=\"degraded\"} 1",
        "bantin_site_health{site=\"bac-ha\",state=\"healthy\"} 0",
        "bantin_site_health{site=\"bac-ha\",state=\"new\"} 0",
        "bantin_site_health{site=\"bac-ninh\",state=\"new\"} 1",
        "bantin_state{state=\"archive-incomplete\"} 0",
        "bantin_archive_missing_files 0",
        "bantin_archive_missing_articles 0",
        "bantin_documents_waiting 0",
        "bantin_http_places 1024",
        "bantin_http_places_taken 1",
        "bantin_http_displaced_total 0",
        "bantin_site_articles{site=\"bac-ha\"} 7",
        "bantin_site_last_success_timestamp_seconds{site=\"bac-ha\"} 1795482123",
        "# TYPE bantin_fetch_body_bytes_total counter",
    ] {
        assert!(body.lines().any(|given| given == line), "{line}\n{body}");
    }
    assert!(
        server.ask("POST", "/metrics", "Content-Length: 0\r\n").await.0.starts_with("http/1.1 405")
    );
}

#[tokio::test]
async fn states_of_the_daemon_are_told_everywhere_until_they_are_over() {
    let server = start(Limits::default(), 100).await;
    server.state.ready.store(true, Ordering::Release);
    server.state.states.enter(incomplete());
    for (path, told) in [
        (
            "/healthz",
            r#""states":[{"state":"archive-incomplete","cause":"2 <files> are gone","advice":"bring the files back"#,
        ),
        ("/healthz", r#""files":[{"file":"bantin-4.warc.gz","what":"gone","articles":4},"#),
        ("/healthz", r#""articles":9,"blocks_reading":true"#),
        (
            "/readyz",
            r#"{"ready":true,"documents_waiting":0,"states":[{"state":"archive-incomplete""#,
        ),
        ("/metrics", "bantin_state{state=\"archive-incomplete\"} 1\n"),
        ("/metrics", "bantin_state{state=\"disk-full\"} 0\n"),
        ("/metrics", "bantin_archive_missing_files 2\n"),
        ("/metrics", "bantin_archive_missing_articles 9\n"),
        ("/", "<strong>archive-incomplete</strong>: 2 &lt;files&gt; are gone</p>"),
    ] {
        let (head, body) = server.ask("GET", path, "").await;
        assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
        assert!(body.contains(told), "{path}: {told}\n{body}");
    }
    server.state.states.leave(StateKind::ArchiveIncomplete);
    for path in ["/healthz", "/readyz", "/"] {
        assert!(!server.ask("GET", path, "").await.1.contains("archive-incomplete"), "{path}");
    }
}

#[tokio::test]
async fn the_list_names_every_feed_and_escapes_everything() {
    let server = start(Limits::default(), 100).await;
    let (head, body) = server.ask("GET", "/", "").await;
    assert!(
        body.contains("<span class=\"state degraded\">degraded</span>")
            && body.contains("<span class=\"state new\">new</span>")
    );
    assert!(
        field(&head, "content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'; style-src 'self'")
    );
    for path in ["all.atom", "bac-ha.rss", "bac-ha/tin-tuc.json"] {
        assert!(
            body.contains(&format!("<a href=\"https://feeds.example/feeds/{path}\">")),
            "{path}"
        );
    }
    assert!(body.contains("<link rel=\"alternate\" type=\"application/atom+xml\" href=\"https://feeds.example/feeds/bac-ha.atom\""));
    assert!(body.contains("Tin &lt;b&gt;&amp;&quot;huyện&quot;"));
    assert!(
        !body.contains("<b>")
            && !body.contains("<x>")
            && !body.contains("javascript:")
            && !body.contains("evil.example")
    );
    let etag = field(&head, "etag").unwrap();
    assert!(
        server
            .ask("GET", "/", &format!("If-None-Match: {etag}\r\n"))
            .await
            .0
            .starts_with("http/1.1 304")
    );
    assert!(server.ask("GET", "/style.css", "").await.0.starts_with("http/1.1 200"));
}

#[tokio::test]
async fn heads_are_bounded_in_fields_and_bytes() {
    let server = start(Limits::default(), 100).await;
    let many: String = (0..200).map(|n| format!("X-{n}: 1\r\n")).collect();
    let long = format!("X-A: {}\r\n", "a".repeat(70_000));
    for fields in [many, long] {
        let answer = server.raw(&format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n")).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
            "{}",
            &answer[..answer.len().min(80)]
        );
    }
}

#[tokio::test]
async fn silent_slow_and_idle_clients_are_closed_in_time() {
    let limits = Limits { head: Duration::from_millis(300), ..Limits::default() };
    let server = start(limits, 100).await;
    for sent in ["", "GET / HTTP/1.1\r\nX-", "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let began = Instant::now();
        server.raw(sent).await;
        let took = began.elapsed();
        assert!(
            took >= Duration::from_millis(250) && took < Duration::from_secs(5),
            "{sent:?} {took:?}"
        );
    }
    // A body that is announced and does not come holds nothing up.
    let answer = server
        .raw("POST /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nab")
        .await;
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
}

/// A client that asks for the feed and reads no more than the first byte.
async fn lazy(server: &Running) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    stream.read_u8().await.unwrap();
    stream
}

/// Waits until so many connections are open, the one that asks among them.
async fn taken(server: &Running, count: usize) {
    let figure = format!("bantin_http_places_taken {count}\n");
    let told = async { while !server.ask("GET", "/metrics", "").await.1.contains(&figure) {} };
    tokio::time::timeout(Duration::from_secs(20), told).await.unwrap();
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_connection() {
    // More than the kernel's buffers on both ends take.
    let server =
        start(Limits { stall: Duration::from_millis(300), ..Limits::default() }, 32 << 20).await;
    let _lazy = [lazy(&server).await, lazy(&server).await];
    taken(&server, 1).await;
}

#[tokio::test]
async fn a_connection_lives_so_long_and_no_longer() {
    let limits = Limits { life: Duration::from_millis(300), ..Limits::default() };
    let server = start(limits, 32 << 20).await;
    let (began, mut answers) = (Instant::now(), 0);
    let mut lasting = TcpStream::connect(server.address).await.unwrap();
    let last = loop {
        lasting.write_all(b"GET /feeds/none HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        let mut answer = vec![0; 4096];
        let length = lasting.read(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]).to_ascii_lowercase();
        assert!(answer.starts_with("http/1.1 404"), "{answer}");
        answers += 1;
        assert!(began.elapsed() < Duration::from_secs(20), "its last answer comes");
        if answer.contains("connection: close") {
            break lasting.read(&mut [0; 1]).await.unwrap();
        }
    };
    assert!(last == 0 && answers > 1 && began.elapsed() >= limits.life, "its last answer says so");
    // An answer that is read, but too slowly: more than what it must be within each time.
    let server = start(Limits { stall: Duration::from_millis(700), ..limits }, 32 << 20).await;
    let mut slow = lazy(&server).await;
    let reading = async {
        let mut bytes = vec![0; 64 << 10];
        while slow.read(&mut bytes).await.is_ok_and(|length| length > 0) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let ended = async { tokio::join!(reading, taken(&server, 1)) };
    let began = Instant::now();
    ended.await;
    assert!(began.elapsed() < Duration::from_secs(4), "32 MiB take longer at that pace");
}

#[tokio::test]
async fn whoever_comes_gets_in_and_the_idlest_goes() {
    let server = start(Limits { connections: 16, ..Limits::default() }, 32 << 20).await;
    let _reading = lazy(&server).await;
    let mut idle = Vec::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        idle.push(stream);
    }
    let is_open = |stream: &TcpStream| matches!(stream.try_read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
    taken(&server, 16).await;
    let open: Vec<_> = idle.iter().map(is_open).collect();
    assert_eq!(
        (open.iter().position(|open| *open), open.iter().filter(|open| **open).count()),
        (Some(26), 14),
        "{open:?}"
    );

    // Whoever is silent goes first once it has been so for a while; whoever is being answered
    // never.
    drop(idle.drain(..36));
    let silent = TcpStream::connect(server.address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    taken(&server, 7).await;
    let mut lazies = Vec::new();
    while is_open(&silent) {
        lazies.push(lazy(&server).await);
    }
    assert!(idle.iter().all(is_open), "they had asked");
    while lazies.len() < 13 {
        lazies.push(lazy(&server).await);
    }
    let (busy, _) = server.ask("GET", "/feeds/bac-ha.atom", "").await;
    assert!(
        busy.starts_with("http/1.1 503")
            && busy.contains("retry-after: 10")
            && busy.contains("connection: close"),
        "{busy}"
    );
    assert!(server.ask("GET", "/healthz", "").await.0.starts_with("http/1.1 200"));
}

#[tokio::test]
async fn shutdown_ends_within_its_grace() {
    let limits = Limits { grace: Duration::from_millis(300), ..Limits::default() };
    let server = start(limits, 32 << 20).await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    idle.read_u8().await.unwrap();
    let mut lazy = TcpStream::connect(server.address).await.unwrap();
    lazy.write_all(b"GET /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    lazy.read_u8().await.unwrap();
    server.shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(5), server.task).await.unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}
