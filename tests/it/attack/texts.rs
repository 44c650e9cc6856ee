//! Characters, codings, markup and dates in an article.

use serde_json::Value;

use super::cases::{At, Case, Want, same};
use super::pages::{TEXT, article, article_of};
use super::server::{answer, html};
use super::vectors;
use crate::feeds::string;

pub fn all() -> Vec<Case> {
    [characters(), charsets(), markup(), dates()].into_iter().flatten().collect()
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

/// An article with that title, which its text begins with.
fn titled(title: &str) -> String {
    article_of("07/04/2020", title, &format!("<p>{title} có dấu chấm. Và nữa.</p>{TEXT}"))
}

/// Characters that are none, or that hide and pile up.
fn characters() -> Vec<Case> {
    let odd: String =
        ('\u{1}'..'\u{20}').chain(['\u{7f}', '\u{80}', '\u{9f}', '\u{fffe}', '\u{ffff}']).collect();
    let references: String = (0..32)
        .chain([0xd800, 0xdfff, 0xfffe, 0x11_0000])
        .map(|n| format!("&#{n};&#x{n:x};"))
        .collect();
    let bidi = "\u{202e}\u{2066}\u{200b}\u{200f}\u{feff}Tin \u{202a}nóng";
    let marks = format!("Z{}", "\u{301}\u{489}".repeat(2_000));
    vec![
        read("control", titled(&format!("Một{odd} bài")), is_legal),
        read("nul", titled("Một\0 bài").replace("dấu", "d\0ấu"), is_legal),
        read("char-refs", titled(&format!("Một{references} bài")), is_legal),
        read("bidi", titled(bidi), |item| string(&item["title"]).contains("Tin")),
        read("marks", titled(&marks), is_legal),
    ]
}

/// Bytes in another charset than is said, or in none.
fn charsets() -> Vec<Case> {
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
    vec![
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
    ]
}

/// What is to end a document of ours, and each piece of markup that could do harm.
fn markup() -> Vec<Case> {
    let feed_tags =
        "]]>--></description></item><item><title>Giả</title></entry><entry>&lt;/content&gt;";
    let mut all = vec![
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

/// Dates that are none, so that the article has the day that its list says, or none at all.
fn dates() -> Vec<Case> {
    let none: fn(&Value) -> bool = |item| {
        let date = item.get("date_published");
        date.is_none_or(|date| string(date).starts_with("2020-04-07T00:00:00"))
    };
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
