//! Lists that never end, links that change, texts that change, articles that are none.

use super::cases::{At, Case, Want, case, same};
use super::pages::{TEXT, article, article_of, good, list};
use super::server::{answer, html};
use super::{BAD, LIST, heavy};
use crate::feeds::string;

pub fn all() -> Vec<Case> {
    [endless(), crowded(), changing(), missing(), outward()].into_iter().flatten().collect()
}

/// The number that an address ends with.
fn number(target: &str) -> usize {
    target.rsplit('=').next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// A pager that leads on from page `n`, the number under that name.
fn further(name: &str, n: usize) -> String {
    format!(
        "<div class=pager><a href=\"{LIST}?{name}={0}\">{0}</a> <a \
         href=\"{LIST}?{name}={0}\">Trang sau</a></div>",
        n + 1
    )
}

fn endless() -> Vec<Case> {
    vec![
        case(
            "calendar",
            At::List,
            Want::Site(|row, items, server| {
                row["state"] != "broken" && items.is_empty() && server.asked().len() < 300
            }),
            |target, _| html(list(&[], &further("thang", number(target)))),
        ),
        // Every page brings an article that nobody saw, and a further page.
        case(
            "endless-pages",
            At::List,
            Want::Going(|_, items, server| items.len() <= 50 && server.asked().len() < 4_100),
            |target, nth| {
                if !target.starts_with(LIST) {
                    return answer("404 Not Found", "", "");
                }
                let n = number(target);
                html(list(
                    &[(format!("/a.aspx?ItemID={n}x{nth}"), format!("Bài viết số {n}"))],
                    &further("trang", n),
                ))
            },
        ),
    ]
}

/// Links to so many documents.
fn rows(n: usize, tail: &str) -> Vec<(String, String)> {
    (0..n).map(|n| (format!("/k{n}.pdf{tail}"), format!("Bài viết số {n}"))).collect()
}

fn crowded() -> Vec<Case> {
    vec![
        case(
            "many-links",
            At::List,
            Want::Going(|row, items, server| {
                row["state"] != "broken" && items.len() <= 50 && server.asked().len() < 2_100
            }),
            |target, _| {
                if target == LIST {
                    html(list(&rows(heavy::scaled(25_000), ""), ""))
                } else {
                    answer("404 Not Found", "", "")
                }
            },
        ),
        same(
            "links-over-nodes",
            At::List,
            Want::Broken("nodes"),
            html(list(&rows(60_000, ""), "")),
        ),
        same(
            "links-over-bytes",
            At::List,
            Want::Broken("of the body"),
            html(list(&rows(100_000, "?loai=tin-tuc"), "")),
        ),
    ]
}

/// What is another at every request.
fn changing() -> Vec<Case> {
    vec![
        case(
            "session-links",
            At::List,
            Want::Site(|row, items, _| row["state"] != "broken" && items.len() == 1),
            |target, nth| {
                let link = |n: usize| {
                    (
                        format!("/good.aspx?ItemID=1&PHPSESSID=s{nth}{n}&utm_source=x{n}#{n}"),
                        "Bài viết lành số 1".to_owned(),
                    )
                };
                html(if target == LIST { list(&[link(1)], "") } else { good(1) })
            },
        ),
        case(
            "changing",
            At::Article,
            Want::Read(|item| item["_bantin"]["version"].as_u64().is_some_and(|v| v < 40)),
            |_, nth| html(article(&format!("<p>Lần thứ {nth} có dấu chấm. Và nữa.</p>{TEXT}"))),
        ),
        case(
            "counter",
            At::Article,
            Want::Read(|item| item["_bantin"]["version"] == 1),
            |_, nth| {
                html(article(TEXT).replacen(
                    "</h1>",
                    &format!("</h1><span>Lượt xem: {nth}</span>"),
                    1,
                ))
            },
        ),
    ]
}

/// What comes in place of an article or a list.
fn missing() -> Vec<Case> {
    let soft = article_of("", "Thông báo", "<p>Không tìm thấy trang bạn yêu cầu.</p>");
    let empty = article_of("", "", "");
    vec![
        same("soft-404", At::Article, Want::Unread(""), html(soft)),
        same("empty-blocks", At::Article, Want::Unread(""), html(empty)),
        same("gone", At::Article, Want::Unread(""), answer("410 Gone", "", "")),
        same("gone-list", At::List, Want::Broken("410"), answer("410 Gone", "", good(1))),
        same(
            "login",
            At::List,
            Want::Broken("no listing"),
            html("<form><input type=password name=p></form>"),
        ),
    ]
}

/// What leads out of the site, or round about.
fn outward() -> Vec<Case> {
    vec![
        case("traversal", At::List, Want::Site(|_, items, _| items.len() <= 4), |target, _| {
            let paths = [
                "/../../../../etc/passwd?ItemID=5",
                "/%2e%2e/%2e%2e/x.aspx?ItemID=../../6",
                "/..%5c..%5cx.aspx?ItemID=7",
                "//%00/x?ItemID=8",
            ];
            let links: Vec<_> = paths
                .iter()
                .map(|path| ((*path).to_owned(), "Bài ../../../x".to_owned()))
                .collect();
            html(if target == LIST {
                list(&links, "")
            } else {
                article_of("07/04/2020", "../../../../tmp/x", TEXT)
            })
        }),
        same(
            "image-secret",
            At::Article,
            Want::Read(|item| !string(&item["content_html"]).contains("file:")),
            html(article(&format!(
                "<img src=file:///etc/passwd><img src='gopher://127.0.0.1/x'><a \
                 href='file:///etc/shadow'>tệp</a>{TEXT}"
            ))),
        ),
        case("moved-round", At::Article, Want::Unread("redirect"), |target, _| {
            answer(
                "302 Found",
                &format!(
                    "Location: {}\r\n",
                    if target == BAD { "/other.aspx?ItemID=2" } else { BAD }
                ),
                "",
            )
        }),
    ]
}
