//! Hostile and broken answers: each ends at its bound, and half a page is never taken for a whole
//! one.

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::portal::{Portal, Step, answer};
use super::*;
use crate::domain::Bound;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut w = GzEncoder::new(Vec::new(), Compression::default());
    w.write_all(text).unwrap();
    w.finish().unwrap()
}

async fn error(portal: &Portal) -> Error {
    let failure = client()
        .fetch(&site(&portal.home), ask(&portal.home))
        .await
        .expect_err("an answer to be refused");
    assert!(failure.exchanges.is_empty(), "nothing broken is archived");
    failure.error
}

#[tokio::test]
async fn bodies_end_at_their_bound() {
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let chunk = [b"1000\r\n".to_vec(), vec![b'x'; 0x1000], b"\r\n".to_vec()].concat();
    let endless =
        Portal::start(move |_, _| vec![Step::Send(chunked.clone()), Step::Endless(chunk.clone())])
            .await;
    assert!(matches!(error(&endless).await, Error::Bound { what: Bound::Body, limit: 65536 }));
    let stated =
        Portal::saying(b"HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\nx".to_vec()).await;
    assert!(matches!(error(&stated).await, Error::Bound { what: Bound::Body, .. }));
    let bomb =
        Portal::saying(answer("200 OK", "Content-Encoding: gzip\r\n", &gzip(&vec![0; 16 << 20])))
            .await;
    assert!(matches!(error(&bomb).await, Error::Bound { what: Bound::Expanded, .. }));
}

#[tokio::test]
async fn heads_end_at_their_bound() {
    let fields: String = (0..101).map(|i| format!("X-{i}: {i}\r\n")).collect();
    let many = Portal::saying(answer("200 OK", &fields, b"x")).await;
    assert!(matches!(error(&many).await, Error::Bound { what: Bound::HeadFields, limit: 100 }));
    let long =
        Portal::saying(answer("200 OK", &format!("X-Long: {}\r\n", "x".repeat(9000)), b"x")).await;
    assert!(matches!(error(&long).await, Error::Bound { what: Bound::Head, limit: 8192 }));
    let flood = Portal::start(|_, _| {
        vec![
            Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()),
            Step::Endless(b"X-Flood: xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n".to_vec()),
        ]
    })
    .await;
    assert!(matches!(error(&flood).await, Error::Bound { what: Bound::Head, .. }));
}

#[tokio::test]
async fn broken_bodies_are_no_pages() {
    let text = "tin tức ".repeat(500).into_bytes();
    let mut cut = gzip(&text);
    cut.truncate(cut.len() / 2);
    for (what, bytes) in [
        (
            "a body shorter than stated",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort".to_vec(),
        ),
        (
            "chunks without an end",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n".to_vec(),
        ),
        (
            "a chunk of no size",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n".to_vec(),
        ),
        (
            "a chunk too large to count",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nshort\r\n"
                .to_vec(),
        ),
        ("cut gzip", answer("200 OK", "Content-Encoding: gzip\r\n", &cut)),
        ("no gzip", answer("200 OK", "Content-Encoding: gzip\r\n", b"<html>plain</html>")),
        ("an unknown coding", answer("200 OK", "Content-Encoding: zstd\r\n", b"x")),
        ("a part", answer("206 Partial Content", "Content-Range: bytes 0-0/9\r\n", b"x")),
        ("304 unasked", b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec()),
        ("an odd status", answer("999 Odd", "", b"x")),
    ] {
        let portal = Portal::saying(bytes).await;
        let error = error(&portal).await;
        assert!(matches!(error, Error::BadBody(_)), "{what}: {error:?}");
    }
}

#[tokio::test]
async fn every_bound_is_a_setting_and_is_counted() {
    let text = vec![b'x'; 1000];
    let small = || Fetching {
        timeout: Duration::from_millis(300),
        body_limit: 500,
        expanded_limit: 700,
        head_limit: 300,
        header_count: 5,
        redirects: 1,
        ..settings()
    };
    let fields: String = (0..9).map(|i| format!("X-{i}: {i}\r\n")).collect();
    for (bound, bytes) in [
        (Bound::Body, answer("200 OK", "", &text)),
        (Bound::Expanded, answer("200 OK", "Content-Encoding: gzip\r\n", &gzip(&text))),
        (Bound::Codings, answer("200 OK", "Content-Encoding: gzip, gzip\r\n", &gzip(&gzip(b"x")))),
        (
            Bound::Codings,
            answer("200 OK", "Content-Encoding: gzip\r\nContent-Encoding: br\r\n", &gzip(b"x")),
        ),
        (Bound::Head, answer("200 OK", &format!("X-Long: {}\r\n", "x".repeat(400)), b"x")),
        (Bound::HeadFields, answer("200 OK", &fields, b"x")),
        (Bound::Deadline, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".to_vec()),
        (Bound::Redirects, answer("302 Found", "Location: /a?\r\n", b"")),
    ] {
        let hangs = bound == Bound::Deadline;
        let portal = Portal::start(move |target, _| {
            let next = format!("Location: {target}a\r\n").into_bytes();
            let bytes = if bound == Bound::Redirects {
                answer("302 Found", std::str::from_utf8(&next).unwrap(), b"")
            } else {
                bytes.clone()
            };
            if hangs { vec![Step::Send(bytes), Step::Hang] } else { vec![Step::Send(bytes)] }
        })
        .await;
        let client = client_with(small());
        let failure = client.fetch(&site(&portal.home), ask(&portal.home)).await.unwrap_err();
        assert_eq!(failure.error.bound(), Some(bound), "{}", failure.error);
        for other in Bound::ALL {
            assert_eq!(
                client.counters().bounds.of(other).get(),
                u64::from(other == bound),
                "{bound:?} counts {other:?}"
            );
        }
        if hangs {
            continue;
        }
        // With the usual settings only these are refused still.
        let usual = client_with(Fetching { redirects: 5, ..settings() })
            .fetch(&site(&portal.home), ask(&portal.home))
            .await;
        assert_eq!(usual.is_err(), matches!(bound, Bound::Codings | Bound::Redirects), "{bound:?}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_no_fault_of_the_connection() {
    let lengths = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx".to_vec();
    for bytes in [b"<html>0.9</html>".to_vec(), b"HTTP/1.1 99999 X\r\n\r\n".to_vec(), lengths] {
        let portal = Portal::saying(bytes.clone()).await;
        let client = client();
        for _ in 0..4 {
            let failure = client
                .fetch(
                    &site(&portal.home),
                    Request { max_wait: Duration::ZERO, ..ask(&portal.home) },
                )
                .await
                .unwrap_err();
            assert!(
                matches!(failure.error, Error::BadHead(_)),
                "{}: {:?}",
                String::from_utf8_lossy(&bytes),
                failure.error
            );
        }
    }
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Le"] {
        let portal = Portal::saying(bytes.to_vec()).await;
        assert!(matches!(error(&portal).await, Error::Connect(_)));
    }
    let closed = Portal::saying(Vec::new()).await;
    let home = closed.home.clone();
    drop(closed);
    assert!(matches!(
        client().fetch(&site(&home), ask(&home)).await.unwrap_err().error,
        Error::Connect(_) | Error::Timeout(_)
    ));
}

#[tokio::test]
async fn longer_than_stated_is_cut_at_the_statement() {
    let portal = Portal::saying(
        b"HTTP/1.1 200 Fine\r\nContent-Length: 4\r\nX-B: 1\r\nX-A: \xff\r\n\r\n\
          pageHTTP/1.1 200 OK\r\n\r\n"
            .to_vec(),
    )
    .await;
    let answer = client().fetch(&site(&portal.home), ask(&portal.home)).await.unwrap();
    assert_eq!((&answer.body[..], answer.exchanges[0].reason.as_str()), (&b"page"[..], "Fine"));
    assert!(answer.exchanges[0].fields.contains(&("x-a".to_owned(), vec![0xff])));
}

#[tokio::test]
async fn the_deadline_covers_head_and_body_and_drips() {
    let drip = |head: &'static str| {
        move |_: &str, _: usize| {
            vec![
                Step::Send(head.as_bytes().to_vec()),
                Step::Drip(vec![b'x'; 1000], Duration::from_millis(20)),
            ]
        }
    };
    let scripts = [
        Portal::start(|_, _| vec![Step::Hang]).await,
        Portal::start(drip("HTTP/1.1 200 OK\r\nX-Slow: ")).await,
        Portal::start(drip("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")).await,
        Portal::start(|_, _| {
            vec![
                Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".to_vec()),
                Step::Hang,
            ]
        })
        .await,
    ];
    let client = client_with(Fetching { timeout: Duration::from_millis(200), ..settings() });
    for (n, portal) in scripts.iter().enumerate() {
        let start = Instant::now();
        let failure = client.fetch(&site(&portal.home), ask(&portal.home)).await.unwrap_err();
        assert!(matches!(failure.error, Error::Timeout(_)), "{n}: {:?}", failure.error);
        assert!(start.elapsed() < Duration::from_secs(5), "{n}");
    }
}

#[tokio::test]
async fn codings_are_removed_from_the_answer_and_kept_in_the_exchange() {
    let text = "Cổng thông tin ".repeat(100);
    let wire = gzip(text.as_bytes());
    let portal = Portal::saying(answer(
        "200 OK",
        "Content-Type: text/html\r\nContent-Encoding: gzip\r\nETag: \"a\"\r\n",
        &wire,
    ))
    .await;
    let client = client();
    let answer = client.fetch(&site(&portal.home), ask(&portal.home)).await.unwrap();
    assert_eq!(answer.body, text.as_bytes());
    assert_eq!(answer.content_type.as_deref(), Some("text/html"));
    assert_eq!(answer.validators.etag.as_deref(), Some("\"a\""));
    let exchange = &answer.exchanges[0];
    assert_eq!(exchange.body, wire);
    assert_eq!(exchange.peer, Some("127.0.0.1".parse().unwrap()));
    let sent = &portal.asked()[0];
    let recorded: String =
        exchange.request_fields.iter().map(|(n, v)| format!("{n}: {v}\r\n")).collect();
    assert_eq!(sent.text, format!("GET / HTTP/1.1\r\n{recorded}\r\n"), "recorded as sent");
    assert_eq!(sent.field("User-Agent"), Some("bantin/1.0 (+mailto:ops@example.org)"));
    assert_eq!(
        (sent.field("From"), sent.field("Accept-Encoding")),
        (Some("ops@example.org"), Some("gzip, br, deflate"))
    );
}
