//! Feeds to pages of other origins, to browsers, and to those who do not say whom they ask.

use super::*;

/// What Firefox sends when a person follows a link.
const BROWSER: &str = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n";

#[tokio::test]
async fn pages_of_every_origin_may_read_feeds() {
    let server = start(Limits::default(), 5000).await;
    let (asked, _) = server
        .ask("OPTIONS", "/feeds/bac-ha.json", "Access-Control-Request-Headers: if-none-match\r\n")
        .await;
    assert!(asked.starts_with("http/1.1 204"), "{asked}");
    assert_eq!(field(&asked, "access-control-allow-methods"), Some("get, head, options"));
    assert!(field(&asked, "access-control-allow-headers").unwrap().contains("if-none-match"));
    let (whole, _) = server.ask("GET", "/feeds/bac-ha.json", "").await;
    let tag = format!("If-None-Match: {}\r\n", field(&whole, "etag").unwrap());
    for (method, path, fields, status) in [
        ("OPTIONS", "/feeds/bac-ha.json", "", 204),
        ("GET", "/feeds/bac-ha.json", "", 200),
        ("GET", "/feeds/bac-ha.json", &tag, 304),
        ("HEAD", "/feeds/bac-ha.atom", BROWSER, 200),
        ("POST", "/feeds/bac-ha.atom", "Content-Length: 0\r\n", 405),
        ("GET", "/feeds/none.atom", "", 404),
        ("GET", "/feeds.opml", "", 200),
    ] {
        let (head, _) = server.ask(method, path, fields).await;
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{method} {path}: {head}");
        assert_eq!(field(&head, "access-control-allow-origin"), Some("*"), "{method} {path}");
        assert_eq!(
            field(&head, "access-control-expose-headers"),
            Some("etag, last-modified, link"),
            "{method} {path}"
        );
    }
    let (page, _) = server.ask("GET", "/healthz", "").await;
    assert_eq!(
        field(&page, "access-control-allow-origin"),
        None,
        "how the house is stays with its operators"
    );
}

#[tokio::test]
async fn browsers_get_the_same_bytes_as_xml() {
    let server = start(Limits::default(), 5000).await;
    let xml = "application/xml; charset=utf-8";
    let json = "application/feed+json; charset=utf-8";
    for (path, own, shown) in [
        ("/feeds/bac-ha.atom", "application/atom+xml; charset=utf-8", xml),
        ("/feeds/bac-ha.rss", "application/rss+xml; charset=utf-8", xml),
        ("/feeds/bac-ha.json", json, json),
    ] {
        let mut tags = Vec::new();
        for coding in ["", "Accept-Encoding: gzip\r\n"] {
            let (plain, bytes) = server.ask("GET", path, coding).await;
            let (styled, same) = server.ask("GET", path, &format!("{BROWSER}{coding}")).await;
            let negotiated = own != shown;
            assert_eq!(
                (field(&plain, "content-type"), field(&styled, "content-type"), &bytes),
                (Some(own), Some(shown), &same)
            );
            let vary = if negotiated { "accept-encoding, accept" } else { "accept-encoding" };
            assert_eq!((field(&plain, "vary"), field(&styled, "vary")), (Some(vary), Some(vary)));
            assert_eq!(field(&plain, "content-encoding"), field(&styled, "content-encoding"));
            let styles =
                field(&styled, "content-security-policy").unwrap().contains("style-src 'self'");
            assert!(
                styles == negotiated
                    && !field(&plain, "content-security-policy").unwrap().contains("style-src")
            );
            assert_eq!(field(&plain, "etag") != field(&styled, "etag"), negotiated);
            let tag = field(&styled, "etag").unwrap().to_owned();
            let (fresh, _) = server
                .ask("GET", path, &format!("{BROWSER}{coding}If-None-Match: {tag}\r\n"))
                .await;
            assert!(fresh.starts_with("http/1.1 304"), "{fresh}");
            assert_eq!((field(&fresh, "etag"), field(&fresh, "vary")), (Some(&*tag), Some(vary)));
            let (other, _) =
                server.ask("GET", path, &format!("{coding}If-None-Match: {tag}\r\n")).await;
            assert_eq!(
                other.starts_with("http/1.1 200"),
                negotiated,
                "a tag of another media type is not this one's"
            );
            tags.extend([tag, field(&plain, "etag").unwrap().to_owned()]);
        }
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), if own == shown { 2 } else { 4 }, "{tags:?}");
    }
}

#[tokio::test]
async fn feeds_name_themselves_and_have_a_style_sheet() {
    let server = start(Limits::default(), 100).await;
    for path in ["/feeds/bac-ha.atom", "/feeds/bac-ha.json"] {
        let (head, _) = server.ask("GET", &format!("{path}?x=1"), BROWSER).await;
        assert_eq!(
            field(&head, "link"),
            Some(&*format!("<https://feeds.example{path}>; rel=\"self\"")),
            "nothing of the request is in it"
        );
    }
    assert_eq!(field(&server.ask("GET", "/feeds/none.atom", "").await.0, "link"), None);
    let (head, sheet) = server.ask("GET", "/feeds/feed.css", BROWSER).await;
    assert_eq!(
        (field(&head, "content-type"), sheet.as_str()),
        (Some("text/css; charset=utf-8"), crate::render::STYLE)
    );
    assert_eq!(
        (field(&head, "cache-control"), field(&head, "link")),
        (Some("max-age=604800"), None)
    );
}

#[tokio::test]
async fn who_is_asked_is_said_once() {
    let server = start(Limits::default(), 100).await;
    for (version, hosts, status) in [
        ("1.1", "Host: a:80\r\n", 200),
        ("1.0", "Host: a\r\n", 200),
        ("1.0", "", 200),
        ("1.1", "", 400),
        ("1.1", "Host:\r\n", 400),
        ("1.1", "Host: a/b\r\n", 400),
        ("1.1", "Host: a\r\nHost: a\r\n", 400),
        ("1.1", "Host: a\r\nX: 1\r\nhost: b\r\n", 400),
        ("1.0", "Host: a\r\nHost: b\r\n", 400),
    ] {
        for path in ["/feeds/bac-ha.atom", "/healthz", "/none", "http://a/healthz"] {
            let answer = server
                .raw(&format!("GET {path} HTTP/{version}\r\n{hosts}Connection: close\r\n\r\n"))
                .await;
            let status = if (status, path) == (200, "/none") { 404 } else { status };
            assert!(
                answer.starts_with(&format!("HTTP/{version} {status}")),
                "{version} {hosts:?} {path}: {answer}"
            );
        }
    }
    let ended =
        server.raw("GET /healthz HTTP/1.1\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(ended.matches("HTTP/1.1 ").count(), 1, "what follows is not believed: {ended}");
}
