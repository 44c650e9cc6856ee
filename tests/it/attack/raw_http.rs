//! Attacks on the wire: bodies, heads, codings, statuses, redirects, robots.txt.

mod bodies;
mod heads;

use std::time::Duration;

use super::cases::{At, Case, Want, case, same};
use super::heavy::scaled;
use super::pages::{TEXT, article};
use super::server::{Step, answer, brotli, gzip, html, raw};
use super::{BAD, LIST};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n";
const DRIP: Duration = Duration::from_millis(50);

pub fn all() -> Vec<Case> {
    [bodies::all(), heads::all(), codings(), statuses(), redirects(), inner_redirects(), robots()]
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
    vec![
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
    ]
}

/// To hosts of ours: no site file names these, whatever the settings allow.
fn inner_redirects() -> Vec<Case> {
    let places = [
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
    let cases = places.map(|(name, place)| {
        same(
            name,
            At::Article,
            Want::Site(refused),
            answer("302 Found", &format!("Location: {place}\r\n"), ""),
        )
    });
    cases.into()
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
