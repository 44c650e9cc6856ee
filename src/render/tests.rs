mod texts;
mod xml_strict;

use std::sync::Arc;

use feed_rs::parser;
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::feed::{Document, Entry, Feed, Scope};
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
    insta::assert_snapshot!("json_empty", text(json(&empty).unwrap()));
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
    let list = String::from_utf8(opml("All feeds", &[site, folder])).unwrap();
    insta::assert_snapshot!("opml", list);
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
