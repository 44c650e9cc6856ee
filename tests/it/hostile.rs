//! Pages made to hurt, bare and inside a portal's own blocks: each ends
//! within its CPU time, with a reading or with the bound that it hit, and harms nothing else.

use std::cell::Cell;
use std::sync::LazyLock;
use std::time::Duration;

use bantin::app::cpu;
use bantin::domain::{Bound, Draft, Part};
use bantin::extract::{Error, Limits, Reader, Reading, View};
use bantin::normalize;
use url::Url;

use crate::fast_path::PAGES;

/// What a page may cost.
const CPU: Duration = Duration::from_secs(2);
/// What may come on top: code that is not optimised takes its time.
const SLACK: Duration = Duration::from_millis(if cfg!(debug_assertions) { 4_000 } else { 0 });
/// A page's largest body; less of it where code is not optimised, so that the test takes a minute.
const PAGE: usize = if cfg!(debug_assertions) { 256 << 10 } else { 8 << 20 };

thread_local! {
    /// When the account of a page began, when it was last looked at, and the longest time from one
    /// look to the next.
    static LOOKED: Cell<[Duration; 3]> = const { Cell::new([Duration::ZERO; 3]) };
}

/// The thread's CPU time; it notes how long nobody looked. What comes first, while nothing is
/// spent, may take its time.
fn clock() -> Duration {
    let now = cpu::of_thread();
    let [began, last, longest] = LOOKED.get();
    let unseen = if last - began > CPU / 100 { now - last } else { Duration::ZERO };
    LOOKED.set([began, now, longest.max(unseen)]);
    now
}

static READER: LazyLock<Reader> = LazyLock::new(|| {
    Reader::compile(bantin::config::shipped()).unwrap().within(Limits {
        cpu: CPU,
        clock,
        ..Limits::default()
    })
});

static SANITIZER: LazyLock<normalize::Sanitizer> =
    LazyLock::new(|| normalize::Sanitizer::new(bantin::config::shipped().html));

/// `piece` for each number, up to `bytes` in all.
fn many(bytes: usize, piece: impl Fn(usize) -> String) -> String {
    let mut out = String::new();
    for n in 0.. {
        let next = piece(n);
        if out.len() + next.len() > bytes {
            break;
        }
        out.push_str(&next);
    }
    out
}

fn attacks() -> Vec<(&'static str, String)> {
    let attributes = |count: usize| (0..count).map(|n| format!(" a{n}={n}")).collect::<String>();
    let link = |n: usize| {
        format!(
            "<li><a href='/Pages/t.aspx?ItemID={n}'>Bài viết số {n} của chuyên mục</a> \
             <span>07/04/2020</span></li>"
        )
    };
    let page = PAGE - (64 << 10);
    vec![
        ("deep", "<div>".repeat(200_000)),
        ("deep-closed", format!("{}x{}", "<div>".repeat(200_000), "</div>".repeat(200_000))),
        ("deep-inline", format!("{}x", "<span>".repeat(200_000))),
        ("deep-b", "<b>".repeat(200_000)),
        ("deep-svg", format!("<svg>{}", "<g>".repeat(200_000))),
        ("deep-lists", "<ul><li>x".repeat(100_000)),
        ("deep-tables", "<table><tr><td>".repeat(60_000)),
        ("deep-quotes", "<blockquote>x".repeat(100_000)),
        (
            "just-deep-enough",
            many(page, |_| format!("{}x{}", "<div>".repeat(400), "</div>".repeat(400))),
        ),
        (
            "just-deep-inline",
            many(page, |_| format!("<p>{}x{}</p>", "<i>".repeat(400), "</i>".repeat(400))),
        ),
        ("adoption", many(page, |_| "<a><p><b><i></a></p></b><div></i>x".to_owned())),
        ("foster", format!("<table>{}", many(page, |n| format!("<b>{n}<tr>x<td>")))),
        ("foster-text", format!("<table>{}", "x<b>".repeat(500_000))),
        ("fonts", many(page, |n| format!("<p><font color={n}>"))),
        ("fonts-text", many(page, |n| format!("<p>x<font color={n}>"))),
        ("attributes", format!("<p{}>x</p>", attributes(100_000))),
        ("attributes-under", many(page, |_| format!("<p{}>x</p>", attributes(1_900)))),
        ("attributes-quoted", format!("<p{}>x</p>", attributes(100_000).replace(" a", " b='<' a"))),
        ("long-attribute", format!("<p title='{}'>x</p>", "x".repeat(page))),
        ("long-attribute-open", format!("<p title='{}", "x ".repeat(page / 2))),
        ("long-href", format!("<a href='/{}'>x</a>", "a/../".repeat(page / 5))),
        ("long-title", format!("<title>{}</title>", "tiêu đề ".repeat(100_000))),
        ("long-heading", format!("<h1>{}</h1>", "tiêu đề ".repeat(100_000))),
        ("long-word", "x".repeat(page)),
        ("long-text", "từ và chữ ".repeat(page / 16)),
        ("blanks", " ".repeat(page)),
        ("links", many(page, link)),
        ("links-bare", many(page, |n| format!("<a href=/Pages/t{n}.aspx>Bài số {n}</a>"))),
        (
            "links-nested",
            many(page, |n| format!("<div><a href=/Pages/t{n}.aspx>Bài số {n}</a></div>")),
        ),
        ("paragraphs", many(page, |n| format!("<p>câu {n}</p>"))),
        ("paragraphs-empty", "<p></p>".repeat(1_000_000)),
        ("paragraphs-few", many(PAGE / 8, |n| format!("<p>câu số {n} của bài</p>"))),
        ("headings", many(PAGE / 8, |n| format!("<h3>Đề mục {n}</h3>"))),
        ("breaks", "x<br>".repeat(150_000)),
        ("inline", format!("<p>{}</p>", "<b>x</b> <i>y</i> ".repeat(40_000))),
        ("inline-all", format!("<p>{}</p>", "<b>x</b>".repeat(1_000_000))),
        ("images", many(page, |n| format!("<img src=/i{n}.jpg alt='ảnh {n}'>"))),
        (
            "images-captions",
            many(PAGE / 4, |n| format!("<p><img src=/i{n}.jpg></p><p><em>Ảnh: Tên {n}</em></p>")),
        ),
        ("attachments", many(PAGE / 4, |n| format!("<p><a href=/tep/{n}.pdf>Tệp {n}</a></p>"))),
        (
            "cells",
            format!(
                "<table>{}</table>",
                format!("<tr>{}</tr>", "<td>1</td>".repeat(100)).repeat(2_000)
            ),
        ),
        ("cells-wide", format!("<table><tr>{}</tr></table>", "<td>1".repeat(150_000))),
        (
            "cells-span",
            format!("<table>{}</table>", "<tr><td colspan=1000 rowspan=65534>1".repeat(60_000)),
        ),
        ("rows", format!("<table>{}</table>", "<tr><td>1".repeat(60_000))),
        ("tables", "<table><tr><td>1</table>".repeat(30_000)),
        ("definitions", format!("<dl>{}</dl>", many(page, |n| format!("<dt>mục {n}<dd>nghĩa")))),
        (
            "definitions-few",
            format!("<dl>{}</dl>", many(PAGE / 8, |n| format!("<dt>mục {n}</dt><dd>nghĩa</dd>"))),
        ),
        (
            "options",
            format!("<select>{}</select>", many(page, |n| format!("<option value={n}>{n}"))),
        ),
        (
            "inputs",
            format!("<form>{}</form>", many(PAGE / 2, |n| format!("<input name=n{n} value={n}>"))),
        ),
        ("ids", many(page, |n| format!("<i id=i{n}></i>"))),
        ("classes", format!("<p class='{}'>x</p>", many(page, |n| format!("c{n} ")))),
        ("comments", "<!--x-->".repeat(1_000_000)),
        ("comment-open", format!("<!--{}", "-".repeat(page))),
        ("comments-odd", "<!-- --!".repeat(1_000_000)),
        ("scripts", "<script>x</script>".repeat(400_000)),
        ("script-open", format!("<script>{}", "</scrip".repeat(page / 7))),
        ("script-escaped", format!("<script><!--{}", "<script".repeat(page / 7))),
        ("templates", "<template>".repeat(100_000)),
        ("references", "&amp;".repeat(page / 5)),
        ("references-long", "&CounterClockwiseContourIntegral".repeat(page / 32)),
        (
            "references-titles",
            many(page, |n| format!("<a title='&yen;&#{n};&copy' id='&lt;{n}&ccedil;'>x</a>")),
        ),
        ("dates", many(page, |n| format!("<p>07/04/2020 {n}:00 12-31-9999</p>"))),
        ("dates-line", format!("<p>{}</p>", "07/04/2020 ".repeat(page / 11))),
        ("labels", many(PAGE / 4, |_| "<p>Tác giả: Nguồn: Theo: Ảnh:</p>".to_owned())),
        ("end-marks", "<p>x./.</p>".repeat(100_000)),
        ("old-letters", format!("<p>{}</p>", "®\u{ad}îc ".repeat(page / 7))),
        ("old-letters-tags", "<p>®·<i>".repeat(page / 10)),
        ("old-letters-both", "<b title='®·'>ñaùng ®\u{ad}îc".repeat(page / 36)),
        ("marks", "a\u{301}\u{323}".repeat(page / 5)),
        ("stacked-marks", "\u{301}\u{323}".repeat(page / 4)),
        ("unclosed-tags", "<a".repeat(page / 2)),
        ("unclosed-quotes", "<a href='".repeat(page / 9)),
        ("less-than", "<".repeat(page)),
        ("ends", "</p>".repeat(page / 4)),
        ("ends-odd", "</b></i></div>".repeat(page / 14)),
        ("nested-forms", "<form><input>".repeat(300_000)),
        ("nested-anchors", many(page, |n| format!("<a href={n}>"))),
        ("buttons", "<button>".repeat(300_000)),
        ("headings-nested", "<h1><h2>".repeat(300_000)),
        ("nul", "\0".repeat(page)),
        ("frames", format!("<frameset>{}", "<frame>".repeat(500_000))),
        ("rubies", "<ruby><rt><rp>".repeat(200_000)),
        ("plaintext", format!("<plaintext>{}", "<p>".repeat(page / 3))),
        ("pre", format!("<pre>{}</pre>", "dòng\n".repeat(page / 6))),
        (
            "blocks",
            many(page, |n| {
                format!(
                    "<div id='MSOZoneCell_WebPartWPQ{n}' class='ms-webpartzone-cell'><div \
                     WebPartID='{n}' id='WebPartWPQ{n}'>x</div></div>"
                )
            }),
        ),
        (
            "blocks-few",
            many(128 << 10, |n| {
                format!(
                    "<div id='MSOZoneCell_WebPartWPQ{n}'><div WebPartID='{n}' \
                     id='WebPartWPQ{n}'>x</div></div>"
                )
            }),
        ),
        (
            "blocks-nested",
            "<div id='MSOZoneCell_WebPartWPQ7'><div WebPartID='7' id='WebPartWPQ7'>x".repeat(200),
        ),
        (
            "portlets",
            many(page, |n| {
                format!(
                    "<div class='portlet-boundary' id='p_p_id_56_INSTANCE_k{n}_'><section \
                     class=portlet><p>x</p></section></div>"
                )
            }),
        ),
    ]
}

fn text(part: &Part) -> Option<&str> {
    match part {
        Part::Paragraph { runs } => {
            runs.first()?.text.split(['<', '&']).next().filter(|text| text.len() > 20)
        }
        _ => None,
    }
}

/// The attack inside the body of a portal's article, and inside a list of its.
fn planted(attack: &str) -> Vec<(Url, String)> {
    let read = |url: &Url, html: &str| match READER.article(&View {
        body: html.as_bytes(),
        content_type: None,
        url: Some(url),
        portal: None,
        site: None,
    }) {
        Ok(Reading::Article(draft)) => {
            draft.body.iter().find_map(text).and_then(|text| html.rfind(text))
        }
        _ => html.find("ItemID=").and_then(|at| html.get(..at)?.rfind("<a")),
    };
    let pages = PAGES.first().into_iter().chain(PAGES.last());
    let planted = pages.filter_map(|(url, html)| {
        let at = read(url, html)?;
        Some((url.clone(), [html.get(..at)?, attack, html.get(at..)?].concat()))
    });
    planted.collect()
}

/// What a page costs on its way to an article, or to its blocks, and what comes of it.
fn cost(blocks: bool, url: &Url, html: &str) -> (Duration, Duration, String) {
    let view = View {
        body: html.as_bytes(),
        content_type: Some("text/html; charset=utf-8"),
        url: Some(url),
        portal: None,
        site: None,
    };
    let began = cpu::of_thread();
    LOOKED.set([began, began, Duration::ZERO]);
    let outcome = match blocks {
        false => read(&view),
        true => {
            READER.segment(&view).map_or_else(told, |page| format!("{} blocks", page.blocks.len()))
        }
    };
    let ended = clock();
    (ended - began, LOOKED.get()[2], outcome)
}

/// As a visit reads it: the article made within the same account.
fn read(view: &View<'_>) -> String {
    let budget = READER.begin();
    let draft = match READER.article_within(view, &budget) {
        Ok(Reading::Article(draft)) => draft,
        Ok(Reading::NoArticle(why)) => return why,
        Err(error) => return told(error),
    };
    let article = normal(&draft, view.url);
    budget
        .check()
        .map_or_else(told, |()| format!("an article of {} bytes", article.content_html.len()))
}

fn normal(draft: &Draft, url: Option<&Url>) -> bantin::domain::Article {
    let now = "2026-11-24T00:00:00Z".parse().unwrap();
    normalize::article(
        draft,
        &normalize::Context {
            site: "s",
            url,
            canonical: None,
            timezone: None,
            language: None,
            sanitizer: &SANITIZER,
            now,
        },
    )
}

fn told(error: Error) -> String {
    match error {
        Error::Bound { what, .. } if Bound::ALL.contains(&what) => what.as_str().to_owned(),
        error => panic!("{error}"),
    }
}

#[test]
fn every_hostile_page_ends_in_time() {
    let mut late = Vec::new();
    let only = std::env::var("ATTACK").ok();
    for (name, attack) in attacks()
        .into_iter()
        .filter(|(name, _)| only.as_deref().is_none_or(|only| name.contains(only)))
    {
        let bare = (
            Url::parse("https://portal.example/Pages/a.aspx").unwrap(),
            format!("<!DOCTYPE html><html><body>{attack}"),
        );
        let mut pages = planted(&attack);
        assert_eq!(pages.len(), 2, "an article and a list of the sample portal");
        pages.push(bare);
        for (n, (url, html)) in pages.iter().enumerate() {
            let (cost, unseen, outcome) = cost(n > 0, url, html);
            println!(
                "{:>6} ms, {:>6} ms between two looks  {name} {n}: {outcome}",
                cost.as_millis(),
                unseen.as_millis()
            );
            // A quarter is kept for what lies between two looks.
            if cost > CPU + SLACK || unseen > CPU / 4 + SLACK {
                late.push(format!("{name} {n}: {cost:?}, {unseen:?} between two looks"));
            }
        }
    }
    assert!(late.is_empty(), "{late:#?}");
}
