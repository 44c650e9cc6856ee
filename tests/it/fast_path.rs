//! Both ways to an article say the same, whatever is done to a page: the scan is sure and right, or
//! the whole page is read.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::LazyLock;

use bantin::demo::{Chrome, Options, Portal, Skin};
use bantin::domain::Way;
use bantin::extract::{Reader, View};
use proptest::prelude::*;
use url::Url;

pub static READER: LazyLock<Reader> =
    LazyLock::new(|| Reader::compile(bantin::config::shipped()).unwrap());

/// Article pages of every chrome and skin, and a list of each.
pub static PAGES: LazyLock<Vec<(Url, String)>> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut pages = Vec::new();
    for chrome in [Chrome::SharePoint2007, Chrome::SharePoint2010, Chrome::SharePoint2013] {
        for skin in [Skin::Tables, Skin::Divs, Skin::Spans, Skin::Dl] {
            pages.extend(runtime.block_on(saved(chrome, skin)));
        }
    }
    pages
});

async fn saved(chrome: Chrome, skin: Skin) -> Vec<(Url, String)> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let portal = Portal::start(
        listener,
        Options { chrome, skin, articles: 12, gzip: false, ..Options::default() },
    )
    .await;
    let articles = portal.truth().articles.into_iter().filter_map(|a| a.urls.into_iter().next());
    let urls: Vec<Url> = articles
        .step_by(3)
        .chain(portal.sections().into_iter().take(1).map(|(_, _, url)| url))
        .collect();
    let pages = tokio::task::spawn_blocking(move || {
        urls.into_iter().map(|url| (url.clone(), get(&url))).collect()
    })
    .await
    .unwrap();
    portal.stop().await;
    pages
}

pub fn get(url: &Url) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).unwrap();
    write!(
        stream,
        "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        &url[url::Position::BeforePath..]
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// Both readings; `article` goes the short way where it can.
fn readings(url: &Url, html: &str) -> (String, String) {
    let view = View {
        body: html.as_bytes(),
        content_type: Some("text/html; charset=utf-8"),
        url: Some(url),
        explain: true,
        ..View::default()
    };
    (format!("{:#?}", READER.article(&view)), format!("{:#?}", READER.article_by_tree(&view)))
}

/// The first line in which they differ.
fn difference(url: &Url, html: &str) -> Option<String> {
    let (short, long) = readings(url, html);
    let differ = short
        .lines()
        .zip(long.lines())
        .find(|(a, b)| a != b)
        .map(|(a, b)| format!("scanned:{a}\nwhole:  {b}"));
    differ.or_else(|| (short != long).then(|| "one ends early".to_owned()))
}

#[test]
fn sample_pages_take_the_fast_path() {
    for (url, html) in PAGES.iter() {
        assert_eq!(difference(url, html), None, "{url}");
        let view = View { body: html.as_bytes(), url: Some(url), ..View::default() };
        let page = READER.inspect(&view).unwrap();
        assert_eq!(page.way, Way::Scanned, "{url} {:?}", page.why.last());
    }
}

/// Chrome where none is.
const FAKE: &str =
    r#"<div WebPartID="9" id="WebPartWPQ9"><h3>Block_BanTin_ViewData</h3><p>Giả</p></div>"#;

/// Tokens that change what stands round them.
const TOKENS: [&str; 58] = [
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<td>",
    "</td>",
    "<tr>",
    "</tr>",
    "<table>",
    "</table>",
    "<tbody>",
    "<b>",
    "</b>",
    "<a href=x>",
    "</a>",
    "<span>",
    "</span>",
    "<li>",
    "</ul>",
    "<ul>",
    "<h2>",
    "</h3>",
    "<form>",
    "</form>",
    "<select>",
    "</select>",
    "<option>",
    "<button>",
    "</button>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<!--",
    "-->",
    "<textarea>",
    "</textarea>",
    "<title>",
    "</title>",
    "<noscript>",
    "</noscript>",
    "<svg><path d=''/></svg>",
    "<svg>",
    "<object>",
    "</object>",
    "<template>",
    "</body>",
    "</html>",
    "<br>",
    "</br>",
    "<input type=hidden>",
    "<hr>",
    "<dd>",
    "&amp;lt;&#x110;&nbsp",
    "x",
    "\"",
    "'",
    "<",
];

/// One change at a place of a page.
fn change(html: &mut String, op: u8, at: usize, token: usize) {
    let tags: Vec<(usize, usize)> = html
        .match_indices('<')
        .filter_map(|(from, _)| html[from..].find('>').map(|length| (from, from + length + 1)))
        .collect();
    let Some(&(from, to)) = tags.get(at % tags.len().max(1)) else { return };
    let tag = html[from..to].to_owned();
    let token = TOKENS[token % TOKENS.len()];
    match op {
        0 => html.replace_range(from..to, ""),
        1 => html.insert_str(to, &tag),
        2 | 3 => html.insert_str(from, token),
        4 => html.replace_range(from..to, &tag.to_ascii_uppercase()),
        5 => html.replace_range(from..to, &tag.replace('"', "'")),
        6 => html.replace_range(from..to, &tag.replace('"', "")),
        7 => html.insert_str(from, &format!("<!-- {FAKE} -->")),
        8 => html.insert_str(from, &format!("<script>var s = '{FAKE}';</script>")),
        9 => html.insert_str(from, &format!("<textarea>{FAKE}</textarea>")),
        10 => html.insert_str(from, &format!("<img alt='{FAKE}'>")),
        11 => html.insert_str(to, "Đ&agrave;o &quot;x&quot; &ndash; A&B &lt;i&gt;"),
        12 => html.insert_str(from, FAKE),
        13 => {
            let words: Vec<&str> = tag.trim_matches(['<', '>']).split(' ').collect();
            if let Some((name, rest)) = words.split_first().filter(|_| !tag.contains(['\'', '\n']))
            {
                let turned: Vec<&str> = rest.iter().rev().copied().collect();
                html.replace_range(from..to, &format!("<{name} {}>", turned.join(" ")));
            }
        }
        _ => html.truncate(from),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_pages_read_the_same_on_both_paths(
        page in 0_usize..1_000,
        changes in proptest::collection::vec((0_u8..15, any::<usize>(), any::<usize>()), 1..6),
    ) {
        let (url, html) = &PAGES[page % PAGES.len()];
        let mut html = html.clone();
        for (op, at, token) in &changes {
            change(&mut html, *op, *at, *token);
        }
        prop_assert_eq!(difference(url, &html), None);
    }

    #[test]
    fn generated_pages_read_the_same_on_both_paths(
        parts in proptest::collection::vec(0_usize..TOKENS.len() + 6, 0..40),
    ) {
        let block = |name: &str, inner: &str| {
            format!(
                "<div webpartid=1 id={name}><!-- ~/Block_BanTin_{name}.ascx \
                 --><h3>07/04/2020</h3>{inner}"
            )
        };
        let mut html = "<html><head><meta name=generator content='Microsoft SharePoint'></head>\
                        <body><i class=s4-wpTopTable></i><form>"
            .to_owned();
        for part in parts {
            match part.checked_sub(TOKENS.len()) {
                None => html.push_str(TOKENS[part]),
                Some(0) => html += &block("Toolbar", "<p>Một bài viết của tỉnh"),
                Some(1) => {
                    html += &block(
                        "ViewData",
                        "<p>Thân bài dài, có dấu chấm. Và một câu nữa, cũng có dấu chấm.",
                    )
                }
                Some(2) => html += "</div>",
                Some(3) => html += "<p>Chữ đứng giữa.",
                Some(4) => html += &(block("Toolbar", "<p>Một") + "</div>"),
                _ => html += &(block("ViewData", "<p>Thân bài dài, có dấu chấm.</p>") + "</div>"),
            }
        }
        let url = Url::parse("https://portal.example/Pages/x.aspx").unwrap();
        prop_assert_eq!(difference(&url, &html), None, "{}", html);
    }
}
