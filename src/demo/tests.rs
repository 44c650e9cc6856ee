mod switches;

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::data::{self, data};
use super::*;

const SKINS: [Skin; 4] = [Skin::Tables, Skin::Divs, Skin::Spans, Skin::Dl];
const CHROMES: [Chrome; 3] =
    [Chrome::SharePoint2007, Chrome::SharePoint2010, Chrome::SharePoint2013];

/// An answer as it came over the wire.
struct Got {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Got {
    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

async fn portal(options: Options) -> Portal {
    Portal::start(TcpListener::bind("127.0.0.1:0").await.unwrap(), options).await
}

async fn raw(url: &Url, method: &str, headers: &str, body: &str) -> std::io::Result<Vec<u8>> {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).await?;
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: portal\r\nConnection: close\r\n\
         {headers}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    Ok(bytes)
}

async fn ask(url: &Url, method: &str, headers: &str, body: &str) -> Got {
    let bytes = raw(url, method, headers, body).await.unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    Got { status: head[9..12].parse().unwrap(), body: bytes[end + 4..].to_vec(), head }
}

async fn get(url: &Url) -> Got {
    ask(url, "GET", "", "").await
}

/// The visible text of HTML, whitespace settled.
fn visible(html: &str) -> String {
    let mut text = String::new();
    let mut tag = false;
    for letter in html.chars() {
        match letter {
            '<' => tag = true,
            '>' => tag = false,
            _ if !tag => text.push(letter),
            _ => {}
        }
    }
    let text = text
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn inputs(html: &str) -> Vec<(String, String)> {
    let value = |tag: &str, name: &str| {
        Some(tag.split_once(&format!("{name}=\""))?.1.split_once('"')?.0.to_owned())
    };
    html.split("<input type=\"hidden\"")
        .skip(1)
        .filter_map(|tag| Some((value(tag, "name")?, value(tag, "value")?)))
        .collect()
}

#[test]
fn data_files_are_whole() {
    toml::from_str::<data::Words>(data::WORDS).unwrap();
    toml::from_str::<data::Site>(data::SITE).unwrap();
    toml::from_str::<toml::Table>(data::PARTS).unwrap();
    for skin in SKINS {
        for name in [
            "toolbar",
            "lead",
            "view",
            "paragraph",
            "heading",
            "picture",
            "caption",
            "author",
            "list",
            "teaser",
        ] {
            assert!(!data::skin(skin, name).is_empty(), "{skin:?} {name}");
        }
    }
    for kind in [
        "toolbar",
        "view",
        "list",
        "related",
        "most_read",
        "fresh",
        "clock",
        "menu",
        "documents",
        "poll",
        "weather",
        "counter",
        "search",
        "page",
    ] {
        assert!(!data::block(kind).is_empty(), "{kind}");
    }
    assert!(CHROMES.iter().all(|chrome| !data::frame(*chrome, "part").is_empty()));
}

#[tokio::test]
async fn the_same_seed_makes_the_same_truth_and_no_date_lies_ahead() {
    let (one, two) = (portal(Options::default()).await, portal(Options::default()).await);
    let plain = |portal: &Portal| {
        format!("{:?}", portal.truth())
            .replace(&format!("{:?}", portal.base().port()), "")
            .replace(portal.base().as_str(), "")
    };
    assert_eq!(plain(&one), plain(&two));
    let other = portal(Options { seed: 2, ..Options::default() }).await;
    assert_ne!(plain(&one), plain(&other));
    let truth = one.truth();
    assert_eq!(truth.articles.len(), 120);
    let epoch = Options::default().epoch;
    assert!(truth.articles.iter().filter_map(|told| told.published).all(|date| date.at <= epoch));
    assert!(truth.articles.iter().any(|told| told.published.is_none()));
    // Each kind of content is there to be tested.
    for kind in [AuthorForm::Plain, AuthorForm::Labelled, AuthorForm::Source] {
        assert!(
            truth
                .articles
                .iter()
                .any(|told| told.author.as_ref().is_some_and(|author| author.form == kind))
        );
    }
    assert!(
        truth.articles.iter().any(|told| !told.attachments.is_empty() && !told.captions.is_empty())
    );
    assert!(truth.sections.iter().filter(|listed| listed.pages > 1).count() >= 4);
}

#[tokio::test]
async fn pages_carry_what_the_truth_says_in_every_skin_and_chrome() {
    for (n, skin) in SKINS.into_iter().enumerate() {
        let options = Options {
            skin,
            chrome: CHROMES[n % 3],
            articles: 30,
            gzip: false,
            ..Options::default()
        };
        let portal = portal(options.clone()).await;
        for told in portal.truth().articles {
            let got = get(&told.urls[0]).await;
            assert_eq!(got.status, 200);
            assert!((55_000..115_000).contains(&got.body.len()), "{} bytes", got.body.len());
            let html = got.text();
            let shown = visible(&html);
            let texts = told
                .paragraphs
                .iter()
                .chain(&told.captions)
                .chain(told.lead.iter())
                .chain(told.author.iter().map(|author| &author.name));
            for text in texts.flat_map(|text| text.split('\t')).chain([told.title.as_str()]) {
                assert!(shown.contains(text), "{skin:?} lacks {text:?}");
            }
            let links = told.attachments.iter().map(|(url, _)| url).chain(&told.images);
            assert!(links.map(Url::path).all(|path| html.contains(&format!("\"{path}\""))));
            assert!(html.contains(&format!("{}{}", options.prefix, data::block("toolbar"))));
            assert!(!html.contains("{{"), "a slot is left open");
        }
    }
}

#[tokio::test]
async fn every_pager_leads_through_its_whole_list() {
    let portal = portal(Options { gzip: false, ..Options::default() }).await;
    let truth = portal.truth();
    for (section, (id, _, first)) in data().site.sections.iter().zip(portal.sections()) {
        let listed = truth.section(&id).unwrap();
        let urls: Vec<String> = listed
            .numbers
            .iter()
            .map(|number| truth.article(*number).unwrap().urls[0].path().to_owned())
            .collect();
        let mut found = 0;
        let (mut got, mut session) = (get(&first).await, String::new());
        for page in 1..=listed.pages {
            let html = got.text();
            let on_page = urls
                .iter()
                .skip(found)
                .take(section.per_page)
                .filter(|path| html.contains(path.as_str()))
                .count();
            assert_eq!(on_page, section.per_page.min(urls.len() - found), "{id} page {page}");
            found += on_page;
            if page == listed.pages {
                break;
            }
            let next = match section.pager {
                data::Pager::Query => Some(format!("?page={}", page + 1)),
                data::Pager::Path => Some(format!("/{id}/trang-{}", page + 1)),
                data::Pager::Word => html
                    .split("href=\"")
                    .filter_map(|rest| rest.split('"').next())
                    .find(|href| href.contains("?tu="))
                    .map(str::to_owned),
                _ => None,
            };
            got = match next {
                Some(next) => get(&first.join(&next).unwrap()).await,
                None => {
                    if let Some(cookie) = got.header("set-cookie") {
                        session = cookie.split(';').next().unwrap().to_owned();
                    }
                    post(&first, &html, &session, page + 1, |_| {}).await
                }
            };
        }
        assert_eq!(found, urls.len(), "{id}");
    }
}

async fn post(
    url: &Url,
    html: &str,
    cookie: &str,
    page: usize,
    damage: impl Fn(&mut (String, String)),
) -> Got {
    assert!(html.contains(&format!("'Page${page}'")), "no link to page {page}");
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    for mut pair in inputs(html) {
        match pair.0.as_str() {
            "__EVENTTARGET" => pair.1 = data::piece("grid").to_owned(),
            "__EVENTARGUMENT" => pair.1 = format!("Page${page}"),
            _ => {}
        }
        damage(&mut pair);
        body.append_pair(&pair.0, &pair.1);
    }
    let headers =
        format!("Cookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    ask(url, "POST", &headers, &body.finish()).await
}
