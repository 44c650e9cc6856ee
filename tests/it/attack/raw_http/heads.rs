//! Heads that never end, are over a bound, or carry what is to break out elsewhere.

use super::{DRIP, OK, both, send};
use crate::attack::cases::{At, Case, Want, case};
use crate::attack::pages::{TEXT, article, links, list};
use crate::attack::server::{Step, answer, html, raw};
use crate::attack::{BAD, LIST};

pub fn all() -> Vec<Case> {
    [endless(), over(), injections(), vec![cookies()]].into_iter().flatten().collect()
}

fn endless() -> Vec<Case> {
    [
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
        both(["status-flood", "status-flood-page"], "", vec![Step::Endless(vec![b'x'; 1 << 16])]),
        both(
            ["interim-flood", "interim-flood-page"],
            "",
            vec![Step::Endless(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".repeat(100))],
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn over() -> Vec<Case> {
    let fields: String = (0..101).map(|n| format!("X-{n}: {n}\r\n")).collect();
    [
        both(
            ["slow-head", "slow-head-page"],
            "no whole answer",
            vec![Step::Drip(OK.as_bytes().to_vec(), DRIP), Step::Hang],
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
    .collect()
}

/// What is to break out into our requests, records and log.
fn injections() -> Vec<Case> {
    vec![
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
    ]
}

/// More cookies than a jar may hold.
fn cookies() -> Case {
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
    )
}
