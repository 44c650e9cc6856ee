//! The attacks: what a site can do, and what must come of it.

use std::sync::Arc;

use serde_json::Value;

use super::pages::{TEXT, article, article_of, good, list};
use super::server::{Script, Server, Step, answer, html};
use super::{BAD, LIST, heavy, raw_http, vectors};
use crate::feeds::string;

/// Where the attack stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum At {
    Robots,
    List,
    Article,
}

/// What must come of it.
#[derive(Clone)]
pub enum Want {
    /// The site is broken, for that reason; its feed stays empty.
    Broken(&'static str),
    /// The page is not read as an article, for that reason; the other one is.
    Unread(&'static str),
    /// The article is read and its item passes.
    Read(fn(&Value) -> bool),
    /// The site's row of `status`, its items and what it was asked pass.
    Site(fn(&Value, &[Value], &Server) -> bool),
    /// The same of a site whose visit takes long, by its size or its own wish.
    Going(fn(&Value, &[Value], &Server) -> bool),
}

/// One attack.
pub struct Case {
    pub name: &'static str,
    pub at: At,
    pub answer: Script,
    pub want: Want,
}

/// An attack that answers by a script.
pub fn case(
    name: &'static str,
    at: At,
    want: Want,
    answer: impl Fn(&str, usize) -> Vec<Step> + Send + Sync + 'static,
) -> Case {
    Case { name, at, answer: Arc::new(answer), want }
}

/// An attack that always answers the same.
pub fn same(name: &'static str, at: At, want: Want, steps: Vec<Step>) -> Case {
    case(name, at, want, move |_, _| steps.clone())
}

pub fn all() -> Vec<Case> {
    let all: Vec<Case> =
        [raw_http::all(), heavy::all(), texts(), dates(), lists()].into_iter().flatten().collect();
    let mut names: Vec<_> = all.iter().map(|case| case.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len(), "a name is a site's");
    all
}

/// An article whose item must pass.
fn read(name: &'static str, page: impl AsRef<[u8]>, check: fn(&Value) -> bool) -> Case {
    same(name, At::Article, Want::Read(check), html(page))
}

/// The same under any Content-Type.
fn typed(
    name: &'static str,
    kind: &str,
    page: impl AsRef<[u8]>,
    check: fn(&Value) -> bool,
) -> Case {
    same(
        name,
        At::Article,
        Want::Read(check),
        answer("200 OK", &format!("Content-Type: {kind}\r\n"), page),
    )
}

/// Every text of an item, one after another.
fn all_text(item: &Value) -> String {
    ["title", "summary", "content_html", "content_text"].map(|key| string(&item[key])).join(" ")
        + &item["authors"].to_string()
}

/// Whether no character stands there that XML 1.0 forbids.
fn is_legal(item: &Value) -> bool {
    !all_text(item).chars().any(|c| {
        c.is_control() && !matches!(c, '\n' | '\t' | '\r' | '\u{85}')
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    })
}

/// Characters, codings and markup in an article.
fn texts() -> Vec<Case> {
    let odd: String =
        ('\u{1}'..'\u{20}').chain(['\u{7f}', '\u{80}', '\u{9f}', '\u{fffe}', '\u{ffff}']).collect();
    let references: String = (0..32)
        .chain([0xd800, 0xdfff, 0xfffe, 0x11_0000])
        .map(|n| format!("&#{n};&#x{n:x};"))
        .collect();
    let bidi = "\u{202e}\u{2066}\u{200b}\u{200f}\u{feff}Tin \u{202a}nóng";
    let marks = format!("Z{}", "\u{301}\u{489}".repeat(2_000));
    let titled = |title: &str| {
        article_of("07/04/2020", title, &format!("<p>{title} có dấu chấm. Và nữa.</p>{TEXT}"))
    };
    let utf16 = |bytes: Vec<[u8; 2]>| [vec![0xff, 0xfe], bytes.concat()].concat();
    let wide: Vec<[u8; 2]> = titled("Rộng").encode_utf16().map(u16::to_le_bytes).collect();
    let broken: Vec<[u8; 2]> = titled("Vỡ#")
        .encode_utf16()
        .map(|u| if u == u16::from(b'#') { 0xd800 } else { u }.to_le_bytes())
        .collect();
    let bad = titled("Lỗi @ đây").into_bytes().into_iter();
    let bad: Vec<u8> = bad
        .flat_map(|b| if b == b'@' { b"\xc0\x80\xed\xa0\x80\xff".to_vec() } else { vec![b] })
        .collect();
    let feed_tags =
        "]]>--></description></item><item><title>Giả</title></entry><entry>&lt;/content&gt;";
    let mut all = vec![
        read("control", titled(&format!("Một{odd} bài")), is_legal),
        read("nul", titled("Một\0 bài").replace("dấu", "d\0ấu"), is_legal),
        read("char-refs", titled(&format!("Một{references} bài")), is_legal),
        read("bidi", titled(bidi), |item| string(&item["title"]).contains("Tin")),
        read("marks", titled(&marks), is_legal),
        read("bad-utf8", bad, |item| string(&item["title"]).contains('\u{fffd}') && is_legal(item)),
        typed("charset-lie", "text/html; charset=windows-1251", titled("Tiếng Việt"), |item| {
            item["title"] == "Tiếng Việt"
        }),
        typed(
            "charset-none",
            "text/html; charset=no-such-thing",
            titled("Tiếng Việt"),
            |item| item["title"] == "Tiếng Việt",
        ),
        typed("utf16", "text/html", utf16(wide), |item| item["title"] == "Rộng"),
        typed("utf16-surrogate", "text/html; charset=utf-16", utf16(broken), is_legal),
        typed(
            "utf7",
            "text/html; charset=utf-7",
            titled("+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
            |item| string(&item["title"]).contains("+ADw-script+AD4-"),
        ),
        read("cdata", titled(feed_tags), |item| string(&item["title"]).contains("]]>")),
        read(
            "long-author",
            article(&format!("{TEXT}<p><b>Tác giả: {}</b></p>", "Nguyễn ".repeat(20_000))),
            |item| item["authors"].to_string().len() < 4_000,
        ),
    ];
    all.extend(
        vectors::all()
            .into_iter()
            .map(|(name, page)| read(name, page, |item| !string(&item["content_html"]).is_empty())),
    );
    all
}

/// Dates that are none, so that the article has none and ranks by the time it was first seen.
fn dates() -> Vec<Case> {
    let none: fn(&Value) -> bool = |item| item.get("date_published").is_none();
    let dates: [(&str, String); 11] = [
        ("date-far", "07/04/99999 14:05".to_owned()),
        ("date-ahead", "07/04/9998 14:05".to_owned()),
        ("date-calendar", "31/02/2020 14:05".to_owned()),
        ("date-zero", "00/00/0000 00:00".to_owned()),
        ("date-one", "01/01/0001 00:00".to_owned()),
        ("date-digits", "٠٧/٠٤/٢٠٢٠ ١٤:٠٥".to_owned()),
        ("date-wide", "０７/０４/２０２０".to_owned()),
        ("date-comments", format!("{}07/04/2020{}", "(".repeat(50_000), ")".repeat(50_000))),
        ("date-long", "1".repeat(100_000) + "/04/2020"),
        ("date-minus", "-7/-4/-2020".to_owned()),
        ("date-words", "hôm qua, 25 giờ 61 phút".to_owned()),
    ];
    // A day that is written among brackets may be read; it must be a day, and in time.
    let want = |name| Want::Read(if name == "date-comments" { |_| true } else { none });
    let page = |date: &str| html(article_of(date, "Một bài viết của tỉnh", TEXT));
    dates.into_iter().map(|(name, date)| same(name, At::Article, want(name), page(&date))).collect()
}

/// Lists that never end, links that change, texts that change, articles that are none.
fn lists() -> Vec<Case> {
    let calendar = case(
        "calendar",
        At::List,
        Want::Site(|row, items, server| {
            row["state"] != "broken" && items.is_empty() && server.asked().len() < 300
        }),
        |target, _| {
            let n: usize = target.rsplit('=').next().and_then(|n| n.parse().ok()).unwrap_or(0);
            let next = format!(
                "<div class=pager><a href=\"{LIST}?thang={0}\">{0}</a> <a \
                 href=\"{LIST}?thang={0}\">Trang sau</a></div>",
                n + 1
            );
            html(list(&[], &next))
        },
    );
    // Every page brings an article that nobody saw, and a further page.
    let endless = case(
        "endless-pages",
        At::List,
        Want::Going(|_, items, server| items.len() <= 50 && server.asked().len() < 4_100),
        |target, nth| {
            if !target.starts_with(LIST) {
                return answer("404 Not Found", "", "");
            }
            let n: usize = target.rsplit('=').next().and_then(|n| n.parse().ok()).unwrap_or(0);
            let next = format!(
                "<div class=pager><a href=\"{LIST}?trang={0}\">{0}</a> <a \
                 href=\"{LIST}?trang={0}\">Trang sau</a></div>",
                n + 1
            );
            html(list(&[(format!("/a.aspx?ItemID={n}x{nth}"), format!("Bài viết số {n}"))], &next))
        },
    );
    let sessions = case(
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
    );
    let rows = |n: usize, tail: &str| {
        (0..n).map(|n| (format!("/k{n}.pdf{tail}"), format!("Bài viết số {n}"))).collect::<Vec<_>>()
    };
    let many = case(
        "many-links",
        At::List,
        Want::Going(|row, items, server| {
            row["state"] != "broken" && items.len() <= 50 && server.asked().len() < 2_100
        }),
        move |target, _| {
            if target == LIST {
                html(list(&rows(heavy::scaled(25_000), ""), ""))
            } else {
                answer("404 Not Found", "", "")
            }
        },
    );
    let changing = case(
        "changing",
        At::Article,
        Want::Read(|item| item["_bantin"]["version"].as_u64().is_some_and(|v| v < 40)),
        |_, nth| html(article(&format!("<p>Lần thứ {nth} có dấu chấm. Và nữa.</p>{TEXT}"))),
    );
    let counter = case(
        "counter",
        At::Article,
        Want::Read(|item| item["_bantin"]["version"] == 1),
        |_, nth| {
            html(article(TEXT).replacen("</h1>", &format!("</h1><span>Lượt xem: {nth}</span>"), 1))
        },
    );
    let soft = article_of("", "Thông báo", "<p>Không tìm thấy trang bạn yêu cầu.</p>");
    let empty = article_of("", "", "");
    vec![
        calendar,
        endless,
        sessions,
        many,
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
        changing,
        counter,
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
