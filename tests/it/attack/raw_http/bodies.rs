//! Bodies that never end, lie about their length or come too slowly.

use super::{DRIP, OK, both, send};
use crate::attack::cases::{At, Case, Want, case};
use crate::attack::pages::{TEXT, article};
use crate::attack::server::{Step, raw};

pub fn all() -> Vec<Case> {
    [endless(), lengths(), chunks(), slow()].into_iter().flatten().collect()
}

/// The first half of a page.
fn half(page: &str) -> &str {
    &page[..page.floor_char_boundary(page.len() / 2)]
}

fn endless() -> Vec<Case> {
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
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn lengths() -> Vec<Case> {
    let page = article(TEXT);
    [
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
    ]
    .into_iter()
    .flatten()
    .chain([case("length-short", At::Article, Want::Unread(""), move |_, _| {
        raw(format!("{OK}Content-Length: 40\r\n\r\n{page}"))
    })])
    .collect()
}

fn chunks() -> Vec<Case> {
    let page = article(TEXT);
    let first = half(&page);
    let chunk = format!("{:x}\r\n{first}\r\n", first.len());
    let chunked = |rest: &str| raw(format!("{OK}Transfer-Encoding: chunked\r\n\r\n{rest}"));
    [
        both(["half", "half-page"], "the body", chunked(&chunk)),
        both(
            ["chunk-overflow", "chunk-overflow-page"],
            "the body",
            chunked(&format!("fffffffffffffffff\r\n{page}")),
        ),
        both(
            ["chunk-garbage", "chunk-garbage-page"],
            "the body",
            chunked(&format!("{chunk}\u{1}zz;;=\r\n{page}\r\n")),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn slow() -> Vec<Case> {
    let page = article(TEXT);
    let length = page.len();
    let stalled = format!("{OK}Content-Length: {length}\r\n\r\n{}", half(&page));
    [
        both(
            ["slow-body", "slow-body-page"],
            "no whole answer",
            vec![
                send(&format!("{OK}Content-Length: 100000\r\n\r\n")),
                Step::Drip(page.into_bytes(), DRIP),
            ],
        ),
        both(["hang", "hang-page"], "no whole answer", vec![Step::Hang]),
        both(["stall", "stall-page"], "no whole answer", vec![send(&stalled), Step::Hang]),
    ]
    .into_iter()
    .flatten()
    .collect()
}
