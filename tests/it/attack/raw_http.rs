//! Attacks on the wire: bodies, heads, codings, statuses, redirects, robots.txt.

use std::time::Duration;

use super::cases::{At, Case, Want, case, same};
use super::heavy::scaled;
use super::pages::{TEXT, article, links, list};
use super::server::{Step, answer, brotli, gzip, html, raw};
use super::{BAD, LIST};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n";
const DRIP: Duration = Duration::from_millis(50);

pub fn all() -> Vec<Case> {
    [bodies(), heads(), codings(), statuses(), redirects(), robots()]
        .into_iter()
        .flatten()
        .collect()
}

/// At the list, where it breaks the site, and at an article, where it costs only that.
fn both(names: [&'static str; 2], why: &'static str, steps: Vec<Step>) -> [Case; 2] {
    let again = steps.clone();
    [
        same(names[0], At::List, Want::Broken(why), steps),
        same(names[1], At::Article, Want::Unread(why), again),
    ]
}

fn send(head: &str) -> Step {
    Step::Send(head.as_bytes().to_vec())
}

fn bodies() -> Vec<Case> {
    let page = article(TEXT);
    let half = &page[..page.floor_char_boundary(page.len() / 2)];
    let chunk = |body: &str| format!("{:x}\r\n{body}\r\n", body.len());
    let chunked = |rest: &str| raw(format!("{OK}Transfer-Encoding: chunked\r\n\r\n{rest}"));
    let zeros = vec![b' '; 1 << 16];
    [
        both(
            ["endless", "endless-page"],
            "of the body",
            vec![send(&format!("{OK}\r\n")), Step::Endless(zeros.clone())],
        ),
        both(
            ["big", "big-page"],
            "of the body",
            vec![
                send(&format!("{OK}Content-Length: 1073741824\r\n\r\n")),
                Step::Endless(zeros.clone()),
            ],
        ),
        both(
            ["endless-chunks", "endless-chunks-page"],
            "of the body",
            vec![
                send(&format!("{OK}Transfer-Encoding: chunked\r\n\r\n")),
                Step::Endless([b"10000\r\n".to_vec(), zeros, b"\r\n".to_vec()].concat()),
            ],
        ),
        both(
            ["length-lie", "length-lie-page"],
            "the body",
            raw(format!("{OK}Content-Length: {}\r\n\r\n{page}", page.len() + 1000)),
        ),
        both(
            ["length-two", "length-two-page"],
            "",
            raw(format!("{OK}Content-Length: 9\r\nContent-Length: {}\r\n\r\n{page}", page.len())),
        ),
        both(
            ["length-odd", "length-odd-page"],
            "",
            raw(format!("{OK}Content-Length: -5\r\n\r\n{page}")),
        ),
        both(["half", "half-page"], "the body", chunked(&chunk(half))),
        both(
            ["chunk-overflow", "chunk-overflow-page"],
            "the body",
            chunked(&format!("fffffffffffffffff\r\n{page}")),
        ),
        both(
            ["chunk-garbage", "chunk-garbage-page"],
            "the body",
            chunked(&format!("{}\u{1}zz;;=\r\n{page}\r\n", chunk(half))),
        ),
        both(
            ["chunk-extension", "chunk-extension-page"],
            "the body",
            vec![
                send(&format!("{OK}Transfer-Encoding: chunked\r\n\r\n1;")),
                Step::Endless(vec![b'x'; 1 << 16]),
            ],
        ),
        both(
            ["chunk-trailers", "chunk-trailers-page"],
            "the body",
            vec![
                send(&format!("{OK}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n")),
                Step::Endless(b"X-Trailer: 1\r\n".repeat(1000)),
            ],
        ),
        both(
            ["slow-body", "slow-body-page"],
            "no whole answer",
            vec![
                send(&format!("{OK}Content-Length: 100000\r\n\r\n")),
                Step::Drip(page.clone().into_bytes(), DRIP),
            ],
        ),
        both(["hang", "hang-page"], "no whole answer", vec![Step::Hang]),
        both(
            ["stall", "stall-page"],
            "no whole answer",
            vec![send(&format!("{OK}Content-Length: {}\r\n\r\n{half}", page.len())), Step::Hang],
        ),
    ]
    .into_iter()
    .flatten()
    .chain([case("length-short", At::Article, Want::Unread(""), move |_, _| {
        raw(format!("{OK}Content-Length: 40\r\n\r\n{page}"))
    })])
    .collect()
}

fn heads() -> Vec<Case> {
    let fields: String = (0..101).map(|n| format!("X-{n}: {n}\r\n")).collect();
    let cookies: String =
        (0..90).map(|n| format!("Set-Cookie: c{n}={}; Path=/\r\n", "x".repeat(500))).collect();
    let jar = move |target: &str, nth: usize| match target {
        LIST => answer(
            "200 OK",
            &cookies
                .replace("c", &format!("c{nth}"))
                .replace(&format!("Set-c{nth}ookie"), "Set-Cookie"),
            list(&links(BAD), ""),
        ),
        _ => html(article(TEXT)),
    };
    [
        both(
            ["slow-head", "slow-head-page"],
            "no whole answer",
            vec![Step::Drip(OK.as_bytes().to_vec(), DRIP), Step::Hang],
        ),
        both(
            ["header-flood", "header-flood-page"],
            "of the head",
            vec![
                send("HTTP/1.1 200 OK\r\n"),
                Step::Endless(b"X-Flood: xxxxxxxxxxxxxxx\r\n".repeat(500)),
            ],
        ),
        both(
            ["header-line", "header-line-page"],
            "of the head",
            vec![send("HTTP/1.1 200 OK\r\nX: "), Step::Endless(vec![b'x'; 1 << 16])],
        ),
        both(
            ["header-many", "header-many-page"],
            "of the head",
            raw(format!("{OK}{fields}Content-Length: 0\r\n\r\n")),
        ),
        both(
            ["header-long", "header-long-page"],
            "of the head",
            raw(format!("{OK}X: {}\r\nContent-Length: 0\r\n\r\n", "x".repeat(70_000))),
        ),
        both(["status-flood", "status-flood-page"], "", vec![Step::Endless(vec![b'x'; 1 << 16])]),
        both(
            ["interim-flood", "interim-flood-page"],
            "",
            vec![Step::Endless(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".repeat(100))],
        ),
        both(
            ["switching", "switching-page"],
            "",
            vec![
                send(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
                ),
                Step::Hang,
            ],
        ),
    ]
    .into_iter()
    .flatten()
    .chain([
        case(
            "cookie-bomb",
            At::List,
            Want::Site(|row, items, server| {
                let sent = server
                    .asked()
                    .iter()
                    .filter_map(|asked| {
                        asked
                            .head
                            .lines()
                            .find(|line| line.to_lowercase().starts_with("cookie:"))
                            .map(str::len)
                    })
                    .max();
                row["state"] == "healthy"
                    && items.len() == 2
                    && sent.is_some_and(|most| most <= 64 * 4200)
            }),
            jar,
        ),
        case(
            "header-inject",
            At::Article,
            Want::Site(|row, items, _| row["state"] != "broken" && !items.is_empty()),
            |_, _| {
                answer(
                    "200 OK\tx",
                    "X-Odd: a\x0bb\x7f\r\nETag: \"a\tb\"\r\n\
                     Content-Type: text/html;\tcharset=utf-8\r\nX-Fold: a\r\n",
                    article(&format!("<p>x&#13;&#10;evil: 1.</p>{TEXT}"))
                        .replace("evil: 1", "evil"),
                )
            },
        ),
        case("warc-inject", At::Article, Want::Read(|_| true), |_, _| {
            let record = "\r\n\r\nWARC/1.1\r\nWARC-Type: resource\r\n\
                          WARC-Target-URI: urn:bantin:article:x\r\nContent-Length: 0\r\n\r\n";
            html(article(&format!(
                "<pre>{record}</pre><a href='/x%0d%0aX-Evil:%201'>x</a>{TEXT}{record}"
            )))
        }),
        case(
            "log-inject",
            At::List,
            Want::Site(|row, _, _| row["state"] != "broken"),
            |target, _| {
                let link = (
                    "/x%0d%0a{\"level\":\"ERROR\"}\u{1b}[31m?a=\n\"level\"".to_owned(),
                    "x\u{1b}[2J\n{\"a\":1}".to_owned(),
                );
                if target == LIST {
                    html(list(&[link], ""))
                } else {
                    answer("500 a\u{1b}[31m", "", "x")
                }
            },
        ),
    ])
    .collect()
}

fn codings() -> Vec<Case> {
    let page = article(TEXT).into_bytes();
    let coded = |coding: &str, body: Vec<u8>| {
        answer(
            "200 OK",
            &format!("Content-Type: text/html\r\nContent-Encoding: {coding}\r\n"),
            body,
        )
    };
    let blank = vec![b' '; scaled(1 << 30).max(16 << 20)];
    let (bomb, small) = (gzip(&blank), brotli(&blank[..scaled(64 << 20).max(16 << 20)]));
    let cut = |mut bytes: Vec<u8>| {
        bytes.truncate(bytes.len() - 12);
        bytes
    };
    let chain = gzip(&gzip(&bomb));
    let unread = |name, why, steps| same(name, At::Article, Want::Unread(why), steps);
    vec![
        same(
            "gzip-bomb",
            At::List,
            Want::Broken("of the expanded body"),
            coded("gzip", bomb.clone()),
        ),
        unread("gzip-bomb-page", "of the expanded body", coded("gzip", bomb)),
        unread("br-bomb", "of the expanded body", coded("br", small)),
        unread("gzip-chain", "codings", coded("gzip, gzip, gzip", chain.clone())),
        // Opened once it is no page but a further bomb.
        unread("gzip-nested", "", coded("gzip", chain)),
        unread("gzip-truncated", "not whole", coded("gzip", cut(gzip(&page)))),
        unread("br-truncated", "not whole", coded("br", cut(brotli(&page)))),
        unread("gzip-not", "not whole", coded("gzip", page.clone())),
        unread("br-not", "not whole", coded("br", vec![0xff; 900])),
        unread("deflate-not", "not whole", coded("deflate", vec![0xff; 900])),
        unread("zstd", "unknown coding", coded("zstd", page.clone())),
        unread("coding-odd", "", coded(&"gzip,".repeat(500), gzip(&page))),
        same("utf8-coding", At::Article, Want::Read(|_| true), coded("\u{fc}tf8", page)),
    ]
}

fn statuses() -> Vec<Case> {
    let page = article(TEXT);
    let now = |status: &str| answer(status, "Content-Type: text/html\r\n", &page);
    let unread = |name, why, steps| same(name, At::Article, Want::Unread(why), steps);
    let later = |value: &str| answer("503 Later", &format!("Retry-After: {value}\r\n"), "");
    // Asked to wait, the visit ends; what was asked is obeyed for an hour at most.
    let waits: fn(&serde_json::Value, &[serde_json::Value], &super::Server) -> bool =
        |row, _, server| {
            let due: jiff::Timestamp = row["next_due"].as_str().unwrap().parse().unwrap();
            let wait = due.duration_since(jiff::Timestamp::now()).as_secs();
            row["state"] == "broken" && server.count(LIST) <= 2 && (3000..=3700).contains(&wait)
        };
    vec![
        unread("not-modified", "304", raw("HTTP/1.1 304 Not Modified\r\n\r\n")),
        same(
            "not-modified-list",
            At::List,
            Want::Broken("304"),
            raw("HTTP/1.1 304 Not Modified\r\n\r\n"),
        ),
        unread(
            "partial",
            "206",
            answer(
                "206 Partial Content",
                "Content-Type: text/html\r\nContent-Range: bytes 0-99/20000\r\n",
                &page,
            ),
        ),
        unread("status-odd", "", now("99999 Odd")),
        unread("status-high", "999", now("999 Odd")),
        unread("status-low", "", now("42 Odd")),
        unread("status-word", "", now("OK OK")),
        unread("http-0-9", "", raw(&page)),
        unread("http-9", "", raw(format!("HTTP/9.9 200 OK\r\n\r\n{page}"))),
        unread("junk", "", raw([0, 159, 146, 150].repeat(100))),
        unread("nothing", "", raw("")),
        same("retry-after", At::List, Want::Site(waits), later("99999999999999999999")),
        same(
            "retry-after-date",
            At::List,
            Want::Site(waits),
            later("Fri, 31 Dec 9999 23:59:59 GMT"),
        ),
        same("retry-before", At::List, Want::Broken("503"), later("-100000")),
        same("retry-past", At::List, Want::Broken("503"), later("Fri, 31 Dec 1999 23:59:59 GMT")),
        same("retry-odd", At::List, Want::Broken("503"), later("soon")),
    ]
}

fn redirects() -> Vec<Case> {
    let to = |name, why, place: &str| {
        same(
            name,
            At::Article,
            Want::Unread(why),
            answer("302 Found", &format!("Location: {place}\r\n"), ""),
        )
    };
    let mut all = vec![
        to("redirect-self", "leads to itself", BAD),
        same(
            "redirect-list",
            At::List,
            Want::Broken("leads to itself"),
            answer("301 Moved", &format!("Location: {LIST}\r\n"), ""),
        ),
        case("redirect-chain", At::Article, Want::Unread("over 5 redirects"), |target, _| {
            let n: usize = target.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or(0);
            answer("302 Found", &format!("Location: /r/{}\r\n", n + 1), "")
        }),
        to("redirect-file", "scheme", "file:///etc/passwd"),
        to("redirect-data", "scheme", "data:text/html,<p>x"),
        to("redirect-gopher", "scheme", "gopher://127.0.0.1:70/x"),
        to("redirect-script", "scheme", "javascript:alert(1)"),
        to("redirect-none", "redirect", ""),
        to("redirect-long", "redirect", &format!("/{}", "x".repeat(20_000))),
        to("redirect-junk", "redirect", "http://[::1"),
    ];
    // No site file names these, whatever the settings allow.
    let inner = [
        ("to-decimal", "http://2130706433:1/"),
        ("to-octal", "http://0177.0.0.1:1/"),
        ("to-hex", "http://0x7f.0.0.1:1/"),
        ("to-short", "http://127.1:1/"),
        ("to-zero", "http://0:1/"),
        ("to-mapped6", "http://[::ffff:127.0.0.1]:1/"),
        ("to-nat64", "http://[64:ff9b::7f00:1]:1/"),
        ("to-6to4", "http://[2002:7f00:1::]:1/"),
        ("to-fullwidth", "http://１２７.０.０.１:1/"),
        ("to-userinfo", "http://portal.example@127.0.0.1:1/"),
        ("to-backslash", "http:\\\\127.0.0.1:1\\@portal.example"),
        ("to-metadata", "http://169.254.169.254/latest/meta-data/"),
        ("to-localhost", "http://localhost:1/"),
    ];
    let refused: fn(&serde_json::Value, &[serde_json::Value], &super::Server) -> bool =
        |_, items, server| items.len() == 1 && server.count(BAD) >= 1;
    all.extend(inner.map(|(name, place)| {
        same(
            name,
            At::Article,
            Want::Site(refused),
            answer("302 Found", &format!("Location: {place}\r\n"), ""),
        )
    }));
    all
}

fn robots() -> Vec<Case> {
    let fine: Want = Want::Site(|row, items, _| row["state"] != "broken" && !items.is_empty());
    let slow: Want =
        Want::Going(|_, _, server| server.count("/robots.txt") == 1 && server.asked().len() <= 2);
    let file = |text: &str| answer("200 OK", "Content-Type: text/plain\r\n", text);
    let endless = vec![
        send("HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /x\n"),
        Step::Endless(b"Allow: /\n".repeat(1000)),
    ];
    let forbidding = format!("User-agent: *\nDisallow: /{}\n", "a*".repeat(5_000));
    vec![
        same("robots-endless", At::Robots, fine.clone(), endless),
        same("robots-stars", At::Robots, fine.clone(), file(&forbidding.repeat(40))),
        same("robots-junk", At::Robots, fine.clone(), answer("200 OK", "", vec![0xff; 4000])),
        same("robots-html", At::Robots, fine, html(article(TEXT))),
        same("robots-delay", At::Robots, slow, file("User-agent: *\nCrawl-delay: 100000\n")),
        same("robots-5xx", At::Robots, Want::Broken("robots.txt"), answer("500 No", "", "")),
        same("robots-hang", At::Robots, Want::Broken("robots.txt"), vec![Step::Hang]),
        same(
            "robots-bomb",
            At::Robots,
            Want::Site(|_, _, _| true),
            answer("200 OK", "Content-Encoding: gzip\r\n", gzip(&vec![b'#'; 16 << 20])),
        ),
    ]
}
