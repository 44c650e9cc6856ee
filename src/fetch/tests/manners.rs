//! Manners on the wire: robots.txt first, one request at a time, the pace, pauses, conditions.

use std::time::Instant;

use super::portal::{Portal, Step, answer, ok};
use super::*;

fn robots_saying(robots: Vec<u8>) -> impl Fn(&str, usize) -> Vec<Step> + Send + Sync + 'static {
    move |target, _| {
        if target == "/robots.txt" { vec![Step::Send(robots.clone())] } else { ok("page") }
    }
}

#[tokio::test]
async fn robots_is_asked_first_once_and_archived_with_the_first_answer() {
    let portal = Portal::start(robots_saying(answer(
        "200 OK",
        "",
        b"User-agent: bantin/1\nDisallow: /no\n",
    )))
    .await;
    let (client, site) = (client(), obeying(&portal.home));
    let first = client.fetch(&site, ask(&portal.home)).await.unwrap();
    assert_eq!(
        first
            .exchanges
            .iter()
            .map(|e| e.url.rsplit('/').next().unwrap().to_owned())
            .collect::<Vec<_>>(),
        ["robots.txt", ""]
    );
    assert_eq!(client.fetch(&site, ask(&portal.home)).await.unwrap().exchanges.len(), 1);
    let failure = client.fetch(&site, ask(&format!("{}no/x?y", portal.home))).await.unwrap_err();
    assert!(matches!(failure.error, Error::Barred));
    assert_eq!(portal.targets(), ["/robots.txt", "/", "/"]);
    assert_eq!((client.counters().barred.get(), client.counters().requests.get()), (1, 3));
    client.fetch(&super::site(&portal.home), ask(&format!("{}no", portal.home))).await.unwrap();
}

#[tokio::test]
async fn a_redirect_to_what_robots_forbids_is_not_followed() {
    let portal = Portal::start(|target, _| match target {
        "/robots.txt" => vec![Step::Send(answer("200 OK", "", b"User-agent: *\nDisallow: /no"))],
        "/" => super::portal::redirect("/no"),
        _ => ok("page"),
    })
    .await;
    let failure = client().fetch(&obeying(&portal.home), ask(&portal.home)).await.unwrap_err();
    assert!(matches!(failure.error, Error::Barred));
    assert_eq!(
        (portal.targets(), failure.exchanges.len()),
        (vec!["/robots.txt".to_owned(), "/".to_owned()], 2)
    );
}

#[tokio::test]
async fn what_robots_answers_decides() {
    for (status, want) in [
        ("404 Not Found", "ok"),
        ("403 Forbidden", "ok"),
        ("500 Oops", "unreachable"),
        ("503 Busy", "unreachable"),
        ("429 Slow", "unreachable"),
    ] {
        let portal =
            Portal::start(robots_saying(answer(status, "", b"User-agent: *\nDisallow: /"))).await;
        let result = client().fetch(&obeying(&portal.home), ask(&portal.home)).await;
        let got = match &result {
            Ok(_) => "ok",
            Err(Failure { error: Error::RobotsUnreachable(_), .. }) => "unreachable",
            Err(_) => "other",
        };
        assert_eq!(got, want, "{status}: {result:?}");
        assert_eq!(portal.targets().contains(&"/".to_owned()), want == "ok", "{status}");
    }
}

#[tokio::test]
async fn a_robots_that_fails_once_is_asked_again() {
    let portal = Portal::start(|target, nth| match (target, nth) {
        ("/robots.txt", 0) => vec![Step::Send(b"HTTP/1.1 200 OK\r\nContent-Leng".to_vec())],
        ("/robots.txt", _) => {
            vec![Step::Send(answer("200 OK", "", b"User-agent: *\nDisallow: /no"))]
        }
        _ => ok("page"),
    })
    .await;
    assert!(client().fetch(&obeying(&portal.home), ask(&portal.home)).await.is_ok());
}

#[tokio::test]
async fn an_endless_robots_is_cut_and_its_start_counts() {
    let portal = Portal::start(|target, _| match target {
        "/robots.txt" => vec![
            Step::Send(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\nDisallow: /no\n"
                    .to_vec(),
            ),
            Step::Endless("# dài\n".repeat(1000).into_bytes()),
        ],
        _ => ok("page"),
    })
    .await;
    let (client, site) =
        (client_with(Fetching { body_limit: 8 << 20, ..settings() }), obeying(&portal.home));
    let answer = client.fetch(&site, ask(&portal.home)).await.unwrap();
    assert_eq!(answer.exchanges.len(), 1, "a cut file is not archived as whole");
    assert!(matches!(
        client.fetch(&site, ask(&format!("{}no", portal.home))).await.unwrap_err().error,
        Error::Barred
    ));
}

#[tokio::test]
async fn a_robots_elsewhere_counts_and_a_circle_allows_all() {
    let circle = Portal::start(|target, _| {
        if target.starts_with("/robots.txt") {
            super::portal::redirect("/robots.txt?x")
        } else {
            ok("page")
        }
    })
    .await;
    assert!(client().fetch(&obeying(&circle.home), ask(&circle.home)).await.is_ok());
    let moved = Portal::start(|target, _| match target {
        "/robots.txt" => super::portal::redirect("/r"),
        "/r" => vec![Step::Send(answer("200 OK", "", b"User-agent: *\nDisallow: /"))],
        _ => ok("page"),
    })
    .await;
    assert!(matches!(
        client().fetch(&obeying(&moved.home), ask(&moved.home)).await.unwrap_err().error,
        Error::Barred
    ));
}

#[tokio::test]
async fn one_at_a_time_and_paced_by_interval_or_crawl_delay() {
    for (interval_ms, robots) in [(60, ""), (0, "User-agent: *\nCrawl-delay: 0.06\n")] {
        let portal = Portal::start(robots_saying(answer("200 OK", "", robots.as_bytes()))).await;
        let client = client_with(Fetching {
            per_host_interval: Duration::from_millis(interval_ms),
            ..settings()
        });
        let site = obeying(&portal.home);
        let begin = tokio::time::Instant::now();
        let (a, b, c) = tokio::join!(
            client.fetch(&site, ask(&portal.home)),
            client.fetch(&site, ask(&portal.home)),
            client.fetch(&site, ask(&portal.home))
        );
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
        assert_eq!(portal.targets(), ["/robots.txt", "/", "/", "/"]);
        for (n, asked) in (0..).zip(portal.asked()) {
            assert!(
                asked.at - begin >= n * Duration::from_millis(60),
                "{interval_ms}: {n} after {:?}",
                asked.at - begin
            );
        }
    }
}

#[tokio::test]
async fn the_next_request_waits_for_the_whole_answer() {
    let portal = Portal::start(|_, _| {
        vec![
            Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".to_vec()),
            Step::Drip(vec![b'x'; 5], Duration::from_millis(8)),
        ]
    })
    .await;
    let (client, site) = (client(), site(&portal.home));
    let (a, b) = tokio::join!(
        client.fetch(&site, ask(&portal.home)),
        client.fetch(&site, ask(&portal.home))
    );
    assert!(a.is_ok() && b.is_ok());
    let asked = portal.asked();
    assert!(
        asked[1].at - asked[0].at >= Duration::from_millis(32),
        "{:?}",
        asked[1].at - asked[0].at
    );
}

#[tokio::test]
async fn retry_after_pauses_the_host() {
    let portal = Portal::start(|target, _| match target {
        "/busy" => vec![Step::Send(answer(
            "503 Busy",
            "Retry-After: Tue, 24 Nov 2026 10:20:00 GMT\r\n",
            b"busy",
        ))],
        _ => ok("page"),
    })
    .await;
    let (client, site) = (client(), site(&portal.home));
    assert_eq!(
        client.fetch(&site, ask(&format!("{}busy", portal.home))).await.unwrap().status,
        503
    );
    let hasty = Request { max_wait: Duration::from_secs(30), ..ask(&portal.home) };
    match client.fetch(&site, hasty).await.unwrap_err().error {
        Error::Paused { until, .. } => {
            assert!(
                until > "2026-11-24T10:19:59Z".parse().unwrap()
                    && until <= "2026-11-24T10:20:00Z".parse().unwrap(),
                "{until}"
            )
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(portal.asked().len(), 1);

    let short = Portal::start(|_, nth| {
        if nth == 0 {
            vec![Step::Send(answer(
                "429 Slow",
                "Retry-After: Tue, 24 Nov 2026 10:00:00 GMT\r\n",
                b"",
            ))]
        } else {
            ok("page")
        }
    })
    .await;
    let start = Instant::now();
    client.fetch(&super::site(&short.home), ask(&short.home)).await.unwrap();
    assert_eq!(
        client.fetch(&super::site(&short.home), ask(&short.home)).await.unwrap().status,
        200
    );
    assert!(start.elapsed() >= Duration::from_millis(99), "waited for");
}

#[tokio::test]
async fn failures_in_a_row_back_off_and_one_alone_does_not() {
    let portal = Portal::start(|_, _| vec![Step::Send(answer("500 Oops", "", b""))]).await;
    let (client, site) = (client(), site(&portal.home));
    let hasty = || Request { max_wait: Duration::ZERO, ..ask(&portal.home) };
    assert_eq!(client.fetch(&site, hasty()).await.unwrap().status, 500);
    assert_eq!(client.fetch(&site, hasty()).await.unwrap().status, 500);
    assert!(matches!(client.fetch(&site, hasty()).await.unwrap_err().error, Error::Paused { .. }));
    assert_eq!((portal.asked().len(), client.counters().failed_requests.get()), (2, 2));
}

#[tokio::test]
async fn conditions_are_sent_and_304_is_an_answer() {
    let portal = Portal::start(|target, _| match target {
        "/old" => super::portal::redirect("/"),
        _ => vec![Step::Send(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_vec())],
    })
    .await;
    let validators = Validators {
        etag: Some("W/\"1\"".to_owned()),
        last_modified: Some("Tue, 24 Nov 2020 10:00:00 GMT".to_owned()),
    };
    let client = client();
    let answer = client
        .fetch(
            &site(&portal.home),
            Request { validators: validators.clone(), ..ask(&format!("{}old", portal.home)) },
        )
        .await
        .unwrap();
    assert_eq!((answer.status, answer.body.len(), &answer.validators), (304, 0, &validators));
    let asked = &portal.asked()[1];
    assert_eq!(
        (asked.field("If-None-Match"), asked.field("If-Modified-Since")),
        (Some("W/\"1\""), Some("Tue, 24 Nov 2020 10:00:00 GMT"))
    );
    assert_eq!(client.counters().not_modified.get(), 1);
}

#[tokio::test]
async fn a_connection_closed_meanwhile_is_no_failure() {
    let open = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage".to_vec();
    let portal = Portal::start(move |_, _| vec![Step::Send(open.clone()), Step::Listen]).await;
    let (client, site) = (client(), site(&portal.home));
    for _ in 0..3 {
        assert_eq!(client.fetch(&site, ask(&portal.home)).await.unwrap().body, "page");
    }
    let late = b"HTTP/1.0 408 Request Timeout\r\n\r\n".to_vec();
    let open = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage".to_vec();
    let hasty = Portal::start(move |_, _| {
        vec![Step::Send(open.clone()), Step::Send(late.clone()), Step::Listen]
    })
    .await;
    for _ in 0..3 {
        let answer = client.fetch(&super::site(&hasty.home), ask(&hasty.home)).await.unwrap();
        assert_eq!(
            (answer.status, &answer.body[..]),
            (200, &b"page"[..]),
            "an answer to nothing is none"
        );
    }
    let mute = Portal::saying(Vec::new()).await;
    assert!(client.fetch(&super::site(&mute.home), ask(&mute.home)).await.is_err());
    assert_eq!(mute.asked().len(), 1, "a fresh connection that says nothing is not tried twice");
}
