//! What the fuzz targets run: bytes in, and what must hold whatever they are. A breach panics.
//!
//! `tests/it/fuzz.rs` takes this file in too and puts the kept corpus through it without nightly.

mod captures;

use std::sync::{Arc, LazyLock};

use bantin::domain::draft::{Cell, Embedded, Numbers, Shown};
use bantin::domain::feed::{Document, Entry, Feed, Scope};
use bantin::domain::run::Voice;
use bantin::domain::{
    Article, Attachment, Draft, HtmlRules, Part, Place, Precision, Published, Record, RecordState,
    Run, SiteId,
};
use bantin::extract::page::decode;
use bantin::extract::page::legacy_fonts::LegacyFonts;
use bantin::extract::rules::dates::Forms;
use bantin::extract::{Budget, Reader, Reading, View};
use bantin::normalize::{self, Context, Sanitizer};
use bantin::render;
use jiff::Timestamp;
use url::Url;

pub use captures::{heads, warc};

/// What is done with an input.
pub type Link = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Link); 7] = [
    ("charset", charset),
    ("scanner", scanner),
    ("extraction", extraction),
    ("dates", dates),
    ("cleaning", cleaning),
    ("feeds", feeds),
    ("warc", warc),
];

static READER: LazyLock<Reader> = LazyLock::new(|| {
    Reader::compile(bantin::config::shipped()).expect("the shipped files compile")
});
static FORMS: LazyLock<Vec<Forms>> = LazyLock::new(|| {
    bantin::config::shipped()
        .portals
        .iter()
        .filter_map(|portal| Forms::compile(&portal.dates).ok())
        .collect()
});
static SANITIZER: LazyLock<Sanitizer> =
    LazyLock::new(|| Sanitizer::new(bantin::config::shipped().html));
/// As wide a list as is accepted: what neither runs, loads nor asks stays, nothing is dropped.
static WIDEST: LazyLock<Sanitizer> = LazyLock::new(|| {
    const MORE: [&str; 8] =
        ["article", "center", "details", "div", "font", "marquee", "section", "span"];
    const KEYS: [&str; 7] = ["class", "colspan", "href", "id", "lang", "rowspan", "src"];
    let shipped = bantin::config::shipped().html;
    let tags: Vec<String> = shipped.tags.iter().cloned().chain(MORE.map(Into::into)).collect();
    let keys = |tag: &String| (tag.clone(), KEYS.map(str::to_owned).to_vec());
    let attributes = tags.iter().map(keys).collect();
    Sanitizer::new(HtmlRules { attributes, drop: Vec::new(), tags, ..shipped })
});
static PAGE: LazyLock<Url> = LazyLock::new(|| {
    Url::parse("https://portal.example/Pages/x.aspx?ItemID=7").expect("an address")
});

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).expect("a time")
}

/// Bytes become text within bounds, the same by both doors.
pub fn charset(data: &[u8]) {
    const LABELS: [&str; 8] =
        ["", "utf-8", "windows-1258", "windows-1251", "utf-16le", "utf-7", "iso-2022-jp", "\"x"];
    let (pick, body) =
        data.split_first().map_or((0, data), |(first, rest)| (usize::from(*first), rest));
    let label = LABELS.get(pick % 9).map(|label| format!("text/html; charset={label}"));
    let decoded = decode::decode(body, label.as_deref());
    assert_eq!(
        decode::text(body, label.as_deref(), &LegacyFonts::default(), &Budget::default()),
        decoded.text
    );
    assert!(
        decoded.text.len() <= 4 * body.len() + 16,
        "{} bytes of {}",
        decoded.text.len(),
        body.len()
    );
}

/// Both ways to an article say the same.
pub fn scanner(data: &[u8]) {
    let html = String::from_utf8_lossy(data);
    let view = View {
        body: html.as_bytes(),
        content_type: Some("text/html; charset=utf-8"),
        url: Some(&PAGE),
        ..View::default()
    };
    assert_eq!(
        format!("{:#?}", READER.article(&view)),
        format!("{:#?}", READER.article_by_tree(&view))
    );
}

/// A page is read or refused, and what is read from it makes sound feeds.
pub fn extraction(data: &[u8]) {
    let view = View { body: data, url: Some(&PAGE), ..View::default() };
    let _ = (READER.inspect(&view), READER.article_by_tree(&view));
    if let Ok(Reading::Article(draft)) = READER.article(&view) {
        sound(&draft);
    }
    let text = View { content_type: Some("text/plain"), portal: Some("publishing-portal"), ..view };
    if let Ok(Reading::Article(draft)) = READER.article(&text) {
        sound(&draft);
    }
}

/// What a draft says is safe HTML and stands in well-formed feeds, whatever list allows it.
pub fn sound(draft: &Draft) {
    for sanitizer in [&*SANITIZER, &*WIDEST] {
        let context = Context {
            site: "site",
            url: Some(&PAGE),
            canonical: None,
            timezone: None,
            language: None,
            sanitizer,
            now: now(),
        };
        let article = normalize::article(draft, &context);
        assert_eq!(unsafe_parts(&article.content_html), [""; 0]);
        // A sanitizer of others, with a list of its own, finds nothing to take out or to move.
        let mut judge = ammonia::Builder::default();
        judge.link_rel(None).add_generic_attributes(["dir"]);
        judge.add_tag_attributes("ol", ["reversed", "type"]).add_tag_attributes("li", ["value"]);
        let judged = judge.clean(&article.content_html);
        assert_eq!(judged.to_string(), article.content_html);
        well_formed(&feed(vec![article]));
    }
}

/// A date found lies inside the text, after the one before it, and is a day of the calendar.
pub fn dates(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for forms in FORMS.iter() {
        let mut end = 0;
        for found in forms.find_all(&text) {
            assert!(
                found.span.start >= end
                    && text.get(found.span.clone()).is_some_and(|date| !date.is_empty()),
                "{:?}",
                found.span
            );
            end = found.span.end;
            let (year, month, day) = found.written.date;
            assert!(jiff::civil::Date::new(year, month, day).is_ok(), "{:?}", found.written);
            assert!(
                found
                    .written
                    .time
                    .is_none_or(|(h, m)| (0..24).contains(&h) && (0..60).contains(&m)),
                "{:?}",
                found.written
            );
        }
    }
}

/// Texts, links and pictures become safe markup, whatever they were.
pub fn cleaning(data: &[u8]) {
    let html = String::from_utf8_lossy(data).into_owned();
    let runs: Vec<Run> = html
        .split_inclusive('<')
        .enumerate()
        .map(|(n, text)| Run {
            text: text.to_owned(),
            style: (n % 2048) as u16,
            link: text.contains(':').then(|| text.into()),
            breaks: n % 7 == 6,
            voice: (n % 5 == 4).then(|| {
                let language = Some(text.to_owned());
                Voice { direction: Some("rtl"), language }.into()
            }),
        })
        .collect();
    let numbers = Numbers { start: Some(3), reversed: true, kind: Some('a'), value: Some(-1) };
    let cell = Cell { runs: runs.clone(), heading: false, columns: 1, rows: 1 };
    let body = vec![
        Part::Paragraph { runs: runs.clone() },
        Part::Item { ordered: false, depth: 1, numbers: Numbers::default(), runs: runs.clone() },
        Part::Item { ordered: true, depth: 0, numbers, runs: runs.clone() },
        Part::Embedded(Embedded {
            to: html.clone(),
            title: html.clone(),
            kind: Shown::Page,
            file: Some(html.clone()),
        }),
        Part::Table { rows: vec![vec![cell.clone(), cell]] },
        Part::Figure { src: html.clone(), alt: html.clone(), caption: Some(html.clone()) },
        Part::Preformatted { text: html.clone() },
        Part::Paragraph { runs },
    ];
    sound(&Draft {
        title: Some(html.clone()),
        lead: Some(html.clone()),
        authors: vec![html.clone()],
        body,
        image: Some(html),
        ..Draft::default()
    });
}

/// Any text in any field stands in well-formed feeds.
pub fn feeds(data: &[u8]) {
    let fields: Vec<String> = data
        .split(|byte| *byte == 0xff)
        .map(|field| String::from_utf8_lossy(field).into_owned())
        .collect();
    let field = |n: usize| fields.get(n % fields.len().max(1)).cloned().unwrap_or_default();
    let seconds =
        data.iter().take(5).fold(0_i64, |sum, byte| sum * 256 + i64::from(*byte)) - (1 << 38);
    let article = Article {
        title: field(0),
        lead: Some(field(1)),
        content_html: field(2),
        content_text: field(3),
        authors: vec![field(4), field(5)],
        url: field(6),
        image: Some(field(7)),
        attachments: vec![Attachment { url: field(8), mime_type: field(9), title: field(10) }],
        language: Some(field(11)),
        captions: vec![field(12)],
        item: Some(field(13)),
        published: Timestamp::from_second(seconds).ok().map(|at| Published {
            at,
            offset_s: 25_200,
            precision: Precision::Minute,
        }),
        ..normalize::article(
            &Draft::default(),
            &Context {
                site: "s",
                url: None,
                canonical: None,
                timezone: None,
                language: None,
                sanitizer: &SANITIZER,
                now: now(),
            },
        )
    };
    well_formed(&feed(vec![article.clone(), article]));
}

fn feed(articles: Vec<Article>) -> Feed {
    let site = SiteId::new("site").expect("an id");
    let entry = |(n, article): (usize, Article)| {
        let source_title = article.title.clone();
        let categories = vec![article.title.clone()];
        let record = Record {
            site: site.clone(),
            article: Article { id: uuid::Uuid::from_u128(n as u128), ..article },
            version: 1,
            seq: n as u64,
            first_seen: now(),
            updated: now(),
            sections: Vec::new(),
            via: Some(source_title.clone()),
            aliases: Vec::new(),
            canonical: None,
            capture: Place::default(),
            profile: String::new(),
            listed: None,
            state: RecordState::Live,
        };
        Entry { record: Arc::new(record), categories, source_title }
    };
    let entries: Vec<Entry> = articles.into_iter().enumerate().map(entry).collect();
    Feed {
        scope: Scope::Site(site.clone()),
        title: entries.first().map_or_else(String::new, |entry| entry.source_title.clone()),
        author: "site".to_owned(),
        home: "https://portal.example/".to_owned(),
        language: entries.first().and_then(|entry| entry.record.article.language.clone()),
        public_url: "https://feeds.example/".to_owned(),
        document: Document::Current,
        previous: None,
        updated: now(),
        entries,
    }
}

/// All three forms are written, read by a strict parser and by a reader of feeds, and hold every
/// entry.
pub fn well_formed(feed: &Feed) {
    for (what, document) in
        render::Form::ALL.map(|form| (form.ending(), render::document(feed, form)))
    {
        readable(what, &document.expect(what), Some(feed.entries.len()));
    }
}

/// A document that a strict parser and a reader of feeds take; with so many entries where that is
/// known.
pub fn readable(what: &str, document: &[u8], entries: Option<usize>) {
    let text = std::str::from_utf8(document).expect("UTF-8");
    if text.starts_with('{') {
        let _: serde_json::Value = serde_json::from_str(text).expect("JSON");
    } else if let Err(error) = roxmltree::Document::parse(text) {
        panic!("{what}: {error}: {text}");
    }
    let read =
        feed_rs::parser::parse(document).unwrap_or_else(|error| panic!("{what}: {error}: {text}"));
    assert!(
        entries.is_none_or(|count| count == read.entries.len()),
        "{what}: {} entries: {text}",
        read.entries.len()
    );
}

/// What of a body is not safe: elements and attributes off the list, addresses of other schemes.
pub fn unsafe_parts(html: &str) -> Vec<String> {
    const ELEMENTS: &str = " html a abbr b blockquote br cite code del em figcaption figure h2 h3 \
                            h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp \
                            small strong sub sup table tbody td tfoot th thead tr u ul var ";
    let mut found = Vec::new();
    let tree = scraper::Html::parse_fragment(html);
    for element in tree
        .tree
        .nodes()
        .filter_map(|node| node.value().as_element().filter(|_| node.parent().is_some()))
    {
        if !ELEMENTS.contains(&format!(" {} ", element.name())) {
            found.push(format!("<{}>", element.name()));
        }
        for (name, value) in element.attrs() {
            let scheme = Url::parse(value).map(|url| url.scheme().to_owned()).unwrap_or_default();
            let sound = match name {
                "href" => matches!(scheme.as_str(), "http" | "https" | "mailto" | "tel"),
                "src" => matches!(scheme.as_str(), "http" | "https"),
                "dir" => ["ltr", "rtl", "auto"].contains(&value),
                "type" => ["a", "A", "i", "I"].contains(&value),
                _ => ["alt", "title", "colspan", "rowspan", "lang", "reversed", "start", "value"]
                    .contains(&name),
            };
            if !sound {
                found.push(format!("<{} {name}={value:?}>", element.name()));
            }
        }
    }
    found
}
