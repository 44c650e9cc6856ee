mod xml_strict;

use std::sync::Arc;

use feed_rs::parser;
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::feed::{Document, Entry, Feed, Scope};
use crate::domain::state::chain;
use crate::domain::{
    Article, Attachment, Place, Precision, Published, Record, RecordState, SectionId, SiteId,
};

fn atom(feed: &Feed) -> Result<Vec<u8>, Error> {
    document(feed, Form::Atom)
}

fn rss(feed: &Feed) -> Result<Vec<u8>, Error> {
    document(feed, Form::Rss)
}

fn json(feed: &Feed) -> Result<Vec<u8>, Error> {
    document(feed, Form::Json)
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn site() -> SiteId {
    SiteId::new("bac-ha").unwrap()
}

/// An entry with the barest record.
fn bare(n: u64) -> Entry {
    let article = Article {
        id: Uuid::from_u128(u128::from(n)),
        url: format!("https://portal.example/tin/{n}"),
        title: format!("Bài {n}"),
        summary: None,
        content_html: format!("<p>Nội dung {n}</p>"),
        content_text: format!("Nội dung {n}"),
        published: None,
        authors: vec![],
        image: None,
        attachments: vec![],
        language: None,
        captions: vec![],
        portal: "publishing-portal".to_owned(),
        engine: String::new(),
        blocks: vec![],
        item: None,
        letters: None,
        digest: [0; 32],
        body_digest: [0; 32],
    };
    let record = Record {
        site: site(),
        article,
        version: 1,
        seq: n,
        first_seen: time("2026-03-04T05:06:07Z"),
        updated: time("2026-03-04T05:06:07.000009Z"),
        sections: vec![],
        via: None,
        aliases: vec![],
        canonical: None,
        capture: Place::default(),
        profile: "publishing-portal 1".to_owned(),
        listed: None,
        state: RecordState::Live,
    };
    Entry { record: Arc::new(record), categories: vec![], source_title: "Tin huyện".to_owned() }
}

/// `entry` with its record changed.
fn with(mut entry: Entry, change: impl FnOnce(&mut Record)) -> Entry {
    change(Arc::make_mut(&mut entry.record));
    entry
}

/// An entry with every field.
fn rich() -> Entry {
    let mut entry = with(bare(1), |record| {
        record.via = Some("https://portal.example/Pages/tin-tuc.aspx?a=1&b=2".to_owned());
        let article = &mut record.article;
        article.url = "https://portal.example/tin/1?a=1&b=2".to_owned();
        article.title = "Họp \"bàn\" & <quyết> định".to_owned();
        article.summary = Some("Lead với A & B < C.".to_owned());
        article.content_html =
            "<p>A &amp; B ]]&gt; <a href=\"https://portal.example/?x=1&amp;y=2\">ế</a></p>"
                .to_owned();
        article.published = Some(Published {
            at: time("2026-03-02T17:00:00Z"),
            offset_s: 7 * 3600,
            precision: Precision::Day,
        });
        article.authors = vec!["Nguyễn Văn A".to_owned(), "B & C".to_owned()];
        article.attachments = ["cong-van.pdf", "phu-luc.docx"]
            .map(|name| Attachment {
                url: format!("https://portal.example/Documents/{name}"),
                mime_type: "application/pdf".to_owned(),
                title: name.to_owned(),
            })
            .into();
        article.language = Some("vi".to_owned());
    });
    entry.categories = vec!["Tin tức - Sự kiện".to_owned(), "A & B".to_owned()];
    entry
}

fn feed(document: Document, previous: Option<u32>, entries: Vec<Entry>) -> Feed {
    let updated = entries
        .iter()
        .map(|entry| entry.record.updated)
        .max()
        .unwrap_or(time("2000-01-01T00:00:00Z"));
    Feed {
        scope: Scope::Site(site()),
        title: "Tin tức huyện Bắc Hà".to_owned(),
        author: "Tin tức huyện Bắc Hà".to_owned(),
        home: "https://portal.example/".to_owned(),
        language: Some("vi".to_owned()),
        public_url: "https://feeds.example/".to_owned(),
        document,
        previous,
        updated,
        entries,
    }
}

/// A small feed: everything, nothing, no title, withdrawn.
fn small(document: Document, previous: Option<u32>) -> Feed {
    let untitled = with(bare(2), |record| {
        record.article.title.clear();
        record.article.content_text = "Không có tên ".repeat(9);
        record.article.url.clear();
        record.article.attachments = vec![Attachment {
            url: "/a.pdf".into(),
            mime_type: String::new(),
            title: String::new(),
        }];
    });
    let gone = with(bare(3), |record| record.state = RecordState::Withdrawn);
    feed(document, previous, vec![rich(), untitled, gone])
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap().replace("><", ">\n<")
}

#[test]
fn forms_of_a_small_feed() {
    let current = small(Document::Current, Some(3));
    insta::assert_snapshot!("atom_current", text(atom(&current).unwrap()));
    insta::assert_snapshot!("rss_current", text(rss(&current).unwrap()));
}

/// The second version of an article, by which it ended.
fn ended(n: u64, state: RecordState) -> Entry {
    with(bare(n), |record| {
        record.article.published = Some(Published {
            at: time("2026-03-02T17:00:00Z"),
            offset_s: 7 * 3600,
            precision: Precision::Day,
        });
        (record.version, record.updated, record.state) =
            (2, time("2026-03-05T01:02:03.000004Z"), state);
    })
}

#[test]
fn a_joined_entry_leaves_a_tombstone_that_names_the_other() {
    let joined = feed(
        Document::Current,
        None,
        vec![ended(3, RecordState::Joined(Uuid::from_u128(1))), bare(1)],
    );
    insta::assert_snapshot!("atom_joined", text(atom(&joined).unwrap()));
    insta::assert_snapshot!("rss_joined", text(rss(&joined).unwrap()));
    insta::assert_snapshot!("json_joined", text(json(&joined).unwrap()));
    for (form, document) in
        [("atom", atom(&joined)), ("rss", rss(&joined)), ("json", json(&joined))]
    {
        let document = document.unwrap();
        let said = objections(
            &format!("feeds/bac-ha.{form}"),
            &document,
            time("2026-06-01T00:00:00Z"),
            |_| true,
        );
        assert_eq!(said, [], "{form}");
        assert_eq!(parser::parse(&*document).unwrap().entries.len(), 1, "{form}");
    }
}

#[test]
fn json_tells_why_what_is_gone_went() {
    let one = Uuid::from_u128(1);
    for (states, want) in [
        (vec![RecordState::Live], serde_json::Value::Null),
        (vec![RecordState::Withdrawn, RecordState::Live], serde_json::json!([["withdrawn", null]])),
        (
            vec![RecordState::Withdrawn, RecordState::Joined(one)],
            serde_json::json!([["withdrawn", null], ["joined", one.urn().to_string()]]),
        ),
    ] {
        let entries = (7..).zip(states.clone()).map(|(n, state)| ended(n, state)).collect();
        let value: serde_json::Value =
            serde_json::from_slice(&json(&feed(Document::Current, None, entries)).unwrap())
                .unwrap();
        let told = |stones: &Vec<serde_json::Value>| {
            stones.iter().map(|stone| serde_json::json!([stone["why"], stone["joined"]])).collect()
        };
        let found = value["_bantin"]["deleted"].as_array().map_or(serde_json::Value::Null, told);
        assert_eq!(found, want, "{states:?}");
    }
}

#[test]
fn archive_documents_say_where_they_stand() {
    insta::assert_snapshot!(
        "atom_open",
        text(atom(&feed(Document::Open(3), Some(2), vec![bare(1)])).unwrap())
    );
    insta::assert_snapshot!(
        "atom_final",
        text(atom(&feed(Document::Final(1), None, vec![bare(1)])).unwrap())
    );
}

#[test]
fn an_empty_feed_is_a_feed() {
    let mut empty = feed(Document::Current, None, vec![]);
    empty.scope = Scope::Section(site(), SectionId::new("tin-tuc").unwrap());
    empty.language = None;
    insta::assert_snapshot!("atom_empty", text(atom(&empty).unwrap()));
    insta::assert_snapshot!("rss_empty", text(rss(&empty).unwrap()));
    insta::assert_snapshot!(
        text(json(&empty).unwrap()),
        @r#"{"version":"https://jsonfeed.org/version/1.1","title":"Tin tức huyện Bắc Hà","home_page_url":"https://portal.example/","feed_url":"https://feeds.example/feeds/bac-ha/tin-tuc.json","items":[]}"#
    );
}

#[test]
fn an_outline_is_a_feed_or_a_folder() {
    let section = Outline::Feed {
        title: "Sự kiện \"A\" & <B>".to_owned(),
        xml_url: "https://feeds.example/feeds/bac-ha/su-kien.atom".to_owned(),
        html_url: "https://portal.example/Pages/|.aspx".to_owned(),
        language: None,
        parts: Vec::new(),
    };
    let site = Outline::Feed {
        title: String::new(),
        xml_url: "https://feeds.example/feeds/bac-ha.atom".to_owned(),
        html_url: "https://portal.example/?a&b".to_owned(),
        language: Some("vi".to_owned()),
        parts: vec![(
            "section-su-kien".to_owned(),
            "https://feeds.example/feeds/bac-ha/su-kien.atom".to_owned(),
        )],
    };
    let folder = Outline::Folder { title: "Bắc Hà & <B>".to_owned(), children: vec![section] };
    insta::assert_snapshot!(String::from_utf8(opml("All feeds", &[site, folder])).unwrap(), @r#"
    <?xml version="1.0" encoding="utf-8"?>
    <opml version="2.0" xmlns:part="urn:bantin:opml:part">
    <head><title>All feeds</title></head>
    <body>
    <outline type="rss" text="https://feeds.example/feeds/bac-ha.atom" title="https://feeds.example/feeds/bac-ha.atom" xmlUrl="https://feeds.example/feeds/bac-ha.atom" htmlUrl="https://portal.example/?a&amp;b" language="vi" part:section-su-kien="https://feeds.example/feeds/bac-ha/su-kien.atom"/>
    <outline text="Bắc Hà &amp;amp; &amp;lt;B&amp;gt;">
    <outline type="rss" text="Sự kiện &amp;quot;A&amp;quot; &amp;amp; &amp;lt;B&amp;gt;" title="Sự kiện &amp;quot;A&amp;quot; &amp;amp; &amp;lt;B&amp;gt;" xmlUrl="https://feeds.example/feeds/bac-ha/su-kien.atom" htmlUrl="https://portal.example/Pages/%7C.aspx"/>
    </outline>
    </body>
    </opml>
    "#);
}

#[test]
fn the_text_of_an_outline_is_html() {
    let text = |title: &str| {
        String::from_utf8(opml(
            "All",
            &[Outline::Folder { title: title.to_owned(), children: vec![] }],
        ))
        .unwrap()
    };
    for (title, want) in [
        ("A & \"B\"", "A &amp; &quot;B&quot;"),
        ("AT&T", "AT&amp;amp;T"),
        ("1 < 2", "1 &amp;lt; 2"),
        ("a && b", "a &amp;&amp; b"),
    ] {
        assert!(text(title).contains(&format!("<outline text=\"{want}\">")), "{}", text(title));
    }
}

/// An article with everything that has an address, and none of the addresses a URI.
fn odd() -> Entry {
    with(bare(4), |record| {
        record.via = Some("https://portal.example/Pages/|.aspx?q=[1]".to_owned());
        let article = &mut record.article;
        article.url = "https://portal.example/giam-50%-[2].aspx".to_owned();
        article.image = Some("https://portal.example/Images/100%|a[1].jpg".to_owned());
        let more = "<img src=\"https://portal.example/Images/^.jpg\" alt=\"50%|\">";
        article.content_html = format!(
            "<p><img src=\"https://portal.example/Images/100%|a[1].jpg\" alt=\"\">{more}<a href=\"https://portal.example/?x=[1]&amp;y=2\">[1]</a></p>"
        );
        article.content_text = "[1]".to_owned();
        let file = |url: &str, mime_type: &str, title: &str| Attachment {
            url: format!("https://portal.example/Documents/{url}"),
            mime_type: mime_type.to_owned(),
            title: title.to_owned(),
        };
        article.attachments = vec![
            file("30%%20[2]|{ban}^`.pdf", "application/pdf", "Kế hoạch <1>"),
            file("phim.mp4", "video/mp4", ""),
            file("x", "", ""),
            file("xem", "text/html", ""),
        ];
    })
}

#[test]
fn every_address_is_a_uri_and_every_medium_is_told_once() {
    let mut of = feed(Document::Current, None, vec![odd()]);
    of.home = "https://portal.example/|".to_owned();
    insta::assert_snapshot!("atom_odd", text(atom(&of).unwrap()));
    insta::assert_snapshot!("rss_odd", text(rss(&of).unwrap()));
    insta::assert_snapshot!("json_odd", text(json(&of).unwrap()));
    let read = parser::parse(&*rss(&of).unwrap()).unwrap();
    let media = read.entries[0]
        .media
        .iter()
        .flat_map(|media| &media.content)
        .filter(|content| content.url.is_some())
        .count();
    assert!(media >= 6, "{media}");
}

#[test]
fn what_reads_like_markup_says_which_it_is_wherever_it_stands() {
    let mut entry = with(bare(8), |record| {
        record.article.title = "Q&A2026 &copy 1".to_owned();
        let file = |title: &str| Attachment {
            url: format!("https://portal.example/{}.pdf", title.len()),
            mime_type: String::new(),
            title: title.to_owned(),
        };
        record.article.attachments = ["<b>Mẫu</b>", "Phụ lục A & B"].map(file).into();
    });
    entry.categories = vec!["<b>A</b>".to_owned(), "A & B".to_owned()];
    let of = feed(Document::Current, None, vec![entry]);
    let atom = text(atom(&of).unwrap());
    assert!(
        atom.contains("<title type=\"html\">Q&amp;amp;A2026 &amp;amp;copy 1</title>"),
        "{atom}"
    );
    // A link's title is text, and nothing can say so.
    assert!(atom.contains("title=\"Phụ lục A &amp; B\"") && !atom.contains("Mẫu"), "{atom}");
    let rss = text(rss(&of).unwrap());
    assert!(rss.contains("<category>&#x26;lt;b&#x26;gt;A&#x26;lt;/b&#x26;gt;</category>\n<category>A &#x26; B</category>"), "{rss}");
    let titles =
        "<media:title type=\"html\">&#x26;lt;b&#x26;gt;Mẫu&#x26;lt;/b&#x26;gt;</media:title>";
    assert!(
        rss.contains(titles)
            && rss.contains("<media:title type=\"plain\">Phụ lục A &#x26; B</media:title>"),
        "{rss}"
    );
}

#[test]
fn a_language_is_told_if_it_is_one() {
    let said = |site: &str, page: &str| {
        let page = with(bare(9), |record| record.article.language = Some(page.to_owned()));
        let mut of = feed(Document::Current, None, vec![page]);
        of.language = Some(site.to_owned());
        let xml = text([atom(&of).unwrap(), rss(&of).unwrap()].concat());
        (
            xml.matches(" xml:lang=").count(),
            xml.matches("<language>").count(),
            text(json(&of).unwrap()).matches("\"language\":").count(),
        )
    };
    assert_eq!(said("vi", "vi"), (1, 1, 2));
    assert_eq!(said("vi", "en"), (3, 1, 2));
    assert_eq!(said("he", "iw"), (1, 1, 2));
    assert_eq!(said("vi", "vn"), (1, 1, 1));
    assert_eq!(said("vn", "english"), (0, 0, 0));
    let leaf = Outline::Feed {
        title: "A".into(),
        xml_url: "https://a.example/".into(),
        html_url: "https://a.example/".into(),
        language: Some("vn".into()),
        parts: Vec::new(),
    };
    assert!(!text(opml("All", &[leaf])).contains("language"));
}

#[test]
fn among_all_sites_an_entry_names_its_own() {
    let unsigned = bare(5);
    let mut all = feed(Document::Current, None, vec![unsigned.clone(), rich()]);
    (all.scope, all.title, all.author, all.language) =
        (Scope::All, "bantin".to_owned(), "bantin".to_owned(), None);
    insta::assert_snapshot!("atom_all", text(atom(&all).unwrap()));
    let items = text(rss(&all).unwrap());
    let source = "<source url=\"https://feeds.example/feeds/bac-ha.rss\">Tin huyện</source>";
    assert_eq!(items.matches(source).count(), 2, "{items}");
    // The source is the site's feed, by its id and address.
    let site =
        parser::parse(&*atom(&feed(Document::Current, None, vec![unsigned])).unwrap()).unwrap();
    let written = text(atom(&all).unwrap());
    assert_eq!(written.matches(&format!("<id>{}</id>", site.id)).count(), 2);
}

#[test]
fn an_item_always_says_something() {
    let told = |change: fn(&mut Article)| {
        let entry = with(bare(6), |record| change(&mut record.article));
        let read =
            parser::parse(&*rss(&feed(Document::Current, None, vec![entry])).unwrap()).unwrap();
        read.entries[0].summary.clone().map(|said| said.content).unwrap_or_default()
    };
    assert_eq!(told(|article| article.summary = Some("Lead.".to_owned())), "Lead.");
    assert_eq!(told(|article| article.summary = Some(" \u{8}\u{fffe}".to_owned())), "Nội dung 6");
    let long = told(|article| article.content_text = "một hai ba ".repeat(99));
    assert!(long.ends_with(" một…") && (295..=301).contains(&long.chars().count()), "{long}");
    assert_eq!(told(|article| article.content_text.clear()), "Bài 6");
    // Readers take it for HTML, browsers show it as it is: nothing is escaped that HTML reads as
    // text.
    let written = |lead: &str| {
        let entry = with(bare(6), |record| record.article.summary = Some(lead.to_owned()));
        let document =
            String::from_utf8(rss(&feed(Document::Current, None, vec![entry])).unwrap()).unwrap();
        document
            .rsplit_once("<description>")
            .unwrap()
            .1
            .split_once("</description>")
            .unwrap()
            .0
            .to_owned()
    };
    assert_eq!(written("“A” & \"B\" > 'C' &"), "<![CDATA[“A” & \"B\" > 'C' &]]>");
    assert_eq!(written("AT&T"), "<![CDATA[AT&amp;T]]>");
    assert_eq!(written("1 < 2"), "<![CDATA[1 &lt; 2]]>");
    assert_eq!(written("]]\u{b}>"), "<![CDATA[]]]]><![CDATA[>]]>");
}

#[test]
fn the_same_feed_gives_the_same_bytes_and_ids_in_all_documents() {
    let feed = |document| small(document, None);
    assert_eq!(atom(&feed(Document::Current)).unwrap(), atom(&feed(Document::Current)).unwrap());
    let id = |document| parser::parse(&*atom(&feed(document)).unwrap()).unwrap().id;
    assert_eq!(id(Document::Current), id(Document::Final(9)));
}

#[test]
fn json_leaves_the_withdrawn_out_and_names_itself() {
    let value: serde_json::Value =
        serde_json::from_slice(&json(&small(Document::Current, None)).unwrap()).unwrap();
    assert_eq!(value["feed_url"], "https://feeds.example/feeds/bac-ha.json");
    assert_eq!(value["items"].as_array().unwrap().len(), 2);
}

#[test]
fn readers_see_what_was_written() {
    let feed = small(Document::Current, None);
    let entry = &feed.entries[0].record.article;
    for document in [atom(&feed).unwrap(), rss(&feed).unwrap()] {
        let read = parser::parse(&*document).unwrap();
        assert_eq!(read.entries.len(), 2);
        let first = &read.entries[0];
        assert_eq!(first.id, entry.urn());
        // The title reads like markup: both forms carry it as HTML that shows it.
        let shown = first.title.as_ref().unwrap().content.replace("&lt;", "<").replace("&gt;", ">");
        assert_eq!(shown.replace("&quot;", "\"").replace("&amp;", "&"), entry.title);
        assert_eq!(first.content.as_ref().unwrap().body.as_deref(), Some(&*entry.content_html));
        assert_eq!(first.published.unwrap().timestamp(), entry.published.unwrap().at.as_second());
    }
}

#[test]
fn times_at_the_edge_are_written_or_refused_never_a_panic() {
    for offset_s in [0, -12_600, 25_590, 93_599, i32::MAX, i32::MIN] {
        for at in [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH] {
            let dated = with(bare(1), |record| {
                record.article.published =
                    Some(Published { at, offset_s, precision: Precision::Minute });
            });
            let feed = feed(Document::Current, None, vec![dated]);
            assert!(atom(&feed).is_ok() && rss(&feed).is_ok(), "{at} {offset_s}");
        }
    }
    let mut late = feed(Document::Current, None, vec![]);
    late.updated = Timestamp::MIN;
    let told = chain(&atom(&late).unwrap_err());
    let why = format!("the instant {} has no RFC 3339 form", Timestamp::MIN);
    assert!(told.contains("feeds/") && told.ends_with(&why), "{told}");
}

/// Reads XML as strictly as the specification asks: balance, names, attributes, references, and no
/// forbidden character.
fn assert_well_formed(document: &[u8]) {
    let text = std::str::from_utf8(document).unwrap();
    assert_eq!(xml::legal(text), text);
    xml_strict::check(text);
}

#[test]
fn what_is_left_out_closes_no_section() {
    let entry = with(bare(7), |record| record.article.content_html = "]]\u{b}><script>".to_owned());
    let document = rss(&feed(Document::Current, None, vec![entry])).unwrap();
    assert_well_formed(&document);
    assert!(String::from_utf8(document).unwrap().contains("]]]]><![CDATA[><script>"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_gives_well_formed_documents(
        title in ".{0,40}|\\PC{0,20}|(]]>|<!\\[CDATA\\[|&amp;|&|<|\u{0}|\u{8}|\u{fffe}|\n){0,8}",
        body in "(.|\\PC|]]>|]]|<!--|<p>|</p>|&lt;|&|\u{b}|\u{ffff}){0,40}",
        url in "(https?://)?.{0,30}",
    ) {
        let entry = with(bare(7), |record| {
            record.via = Some(url.clone());
            record.article.title = title.clone();
            record.article.summary = Some(body.clone());
            record.article.content_html = body.clone();
            record.article.content_text = body.clone();
            record.article.authors = vec![title.clone()];
            record.article.language = Some(title.clone());
            record.article.attachments = vec![Attachment { url: url.clone(), mime_type: title.clone(), title: body.clone() }];
            record.article.url = url.clone();
            record.article.image = Some(url.clone());
        });
        let gone = with(entry.clone(), |record| record.state = RecordState::Withdrawn);
        let mut hostile = feed(Document::Final(2), Some(1), vec![entry, gone]);
        hostile.entries[0].categories = vec![body.clone()];
        hostile.title = title.clone();
        hostile.home = url.clone();
        assert_well_formed(&atom(&hostile).unwrap());
        assert_well_formed(&rss(&hostile).unwrap());
        let leaf = Outline::Feed { title: title.clone(), xml_url: url.clone(), html_url: body.clone(), language: Some(body.clone()), parts: vec![("section-a".into(), url.clone())] };
        let folder = Outline::Folder { title: title.clone(), children: vec![leaf.clone()] };
        assert_well_formed(&opml(&title, &[leaf, folder]));
        let said = parser::parse(&*rss(&hostile).unwrap()).unwrap().entries[0].summary.clone();
        prop_assert!(said.is_some_and(|said| !said.content.trim().is_empty()));
        hostile.scope = Scope::All;
        hostile.entries[0].source_title = body.clone();
        assert_well_formed(&atom(&hostile).unwrap());
        assert_well_formed(&rss(&hostile).unwrap());
        let value: serde_json::Value = serde_json::from_slice(&json(&hostile).unwrap()).unwrap();
        prop_assert_eq!(value["title"].as_str().unwrap(), xml::legal(&title));
        // What is shown as title is never empty, and the content comes back as it went in, but for
        // what XML cannot say.
        let read = parser::parse(&*atom(&hostile).unwrap()).unwrap();
        prop_assert!(read.entries[0].title.is_some() || title.trim().chars().all(|c| c.is_control() || c.is_whitespace()));
    }
}
