//! The list of feeds, and what says how the daemon is.

use super::*;

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
            "\"states\":[{\"state\":\"archive-incomplete\",\"cause\":\"2 <files> are gone\",\
             \"advice\":\"bring the files back",
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
    assert!(body.contains(
        "<link rel=\"alternate\" type=\"application/atom+xml\" \
         href=\"https://feeds.example/feeds/bac-ha.atom\""
    ));
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
