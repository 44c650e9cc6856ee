//! The article as a JSON Feed 1.1 item (CONTRACT section 3). Fields stand in the contract's order;
//! absent ones are left out.

use std::borrow::Cow;

use serde::Serialize;

use super::uri::{html, uri};
use crate::domain::feed::Entry;
use crate::domain::time::{rfc3339, rfc3339_at};
use crate::domain::{Article, Place, Precision, Record, language};

/// An item of a JSON feed.
#[derive(Debug, Serialize)]
pub struct Item<'a> {
    /// `urn:uuid:…`.
    pub id: String,
    /// The canonical address.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub url: Cow<'a, str>,
    /// The title.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub title: &'a str,
    /// The lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<&'a str>,
    /// The body as safe HTML; always there, since an item must have content.
    pub content_html: Cow<'a, str>,
    /// The body as text.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub content_text: &'a str,
    /// RFC 3339 with the site's offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_published: Option<String>,
    /// RFC 3339 with the site's offset, from version 2 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_modified: Option<String>,
    /// Names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<Author<'a>>,
    /// The first picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Cow<'a, str>>,
    /// Attached documents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Document<'a>>,
    /// BCP 47.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Cow<'a, str>>,
    /// The sections' titles.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub tags: &'a [String],
    /// What only bantin says.
    #[serde(rename = "_bantin")]
    pub extension: Extension<'a>,
}

/// An author.
#[derive(Debug, Serialize)]
pub struct Author<'a> {
    /// The name.
    pub name: &'a str,
}

/// An attached document.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    /// Its address.
    pub url: Cow<'a, str>,
    /// Its media type.
    pub mime_type: &'a str,
    /// Its title.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub title: &'a str,
}

/// The `_bantin` object.
#[derive(Debug, Serialize)]
pub struct Extension<'a> {
    /// The profile that read it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub portal: &'a str,
    /// The engine of the page.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub engine: &'a str,
    /// The page's blocks that have a role.
    pub blocks: Vec<Block<'a>>,
    /// Captions of the pictures.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub captions: &'a [String],
    /// The table by which old letters of the page were converted, such as `tcvn3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letters: Option<&'a str>,
    /// `day` or `minute`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_precision: Option<Precision>,
    /// The version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The WARC record that brought this version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<Capture<'a>>,
}

/// A block of the page.
#[derive(Debug, Serialize)]
pub struct Block<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its role.
    pub role: &'static str,
}

/// Where the archive keeps the capture.
#[derive(Debug, Serialize)]
pub struct Capture<'a> {
    /// The file's final name.
    pub file: &'a str,
    /// Offset of the record's gzip member.
    pub offset: u64,
    /// The payload digest.
    pub digest: &'a str,
    /// RFC 3339, UTC.
    pub time: String,
}

/// The item of an article that was only read (`bantin extract`): no version, no capture.
pub fn of_article<'a>(article: &'a Article, tags: &'a [String]) -> Item<'a> {
    Item {
        id: article.urn(),
        url: uri(&article.url),
        title: &article.title,
        summary: article.lead.as_deref(),
        content_html: html(&article.content_html),
        content_text: &article.content_text,
        date_published: article
            .published
            .map(|published| rfc3339_at(published.at, published.offset_s)),
        date_modified: None,
        authors: article.authors.iter().map(|name| Author { name }).collect(),
        image: article.image.as_deref().map(uri),
        attachments: article
            .attachments
            .iter()
            .map(|a| Document { url: uri(&a.url), mime_type: &a.mime_type, title: &a.title })
            .collect(),
        language: article.language.as_deref().and_then(language::named),
        tags,
        extension: Extension {
            portal: &article.portal,
            engine: &article.engine,
            blocks: article
                .blocks
                .iter()
                .map(|block| Block { name: &block.name, role: block.role.as_str() })
                .collect(),
            captions: &article.captions,
            letters: article.letters.as_deref(),
            date_precision: article.published.map(|published| published.precision),
            version: None,
            capture: None,
        },
    }
}

/// The item of a record: feeds, API, export. A tombstone is none.
pub fn of_record<'a>(record: &'a Record, tags: &'a [String]) -> Option<Item<'a>> {
    if !record.is_live() {
        return None;
    }
    let mut item = of_article(&record.article, tags);
    item.date_modified = (record.version > 1).then(|| changed(record));
    item.extension.version = Some(record.version);
    item.extension.capture = Some(capture(&record.capture));
    Some(item)
}

/// When the record changed: RFC 3339 with the site's offset.
pub fn changed(record: &Record) -> String {
    rfc3339_at(record.updated, record.article.published.map_or(0, |published| published.offset_s))
}

/// The item of a feed's entry, if it stands.
pub fn of_entry(entry: &Entry) -> Option<Item<'_>> {
    of_record(&entry.record, &entry.categories)
}

fn capture(place: &Place) -> Capture<'_> {
    Capture {
        file: &place.file,
        offset: place.offset,
        digest: &place.digest,
        time: rfc3339(place.time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RecordState;
    use crate::form::stored::sample;

    #[test]
    fn fields_in_the_order_of_the_contract() {
        let entry = Entry {
            record: sample::record().into(),
            categories: vec!["Tin tức".into()],
            source_title: "S".into(),
        };
        insta::assert_snapshot!(serde_json::to_string_pretty(&of_entry(&entry)).unwrap());
    }

    #[test]
    fn what_ended_is_no_item() {
        for (state, is_item) in [
            (RecordState::Live, true),
            (RecordState::Withdrawn, false),
            (RecordState::Joined(uuid::Uuid::from_u128(7)), false),
        ] {
            assert_eq!(
                of_record(&Record { state, ..sample::record() }, &[]).is_some(),
                is_item,
                "{state:?}"
            );
        }
    }

    #[test]
    fn what_is_not_given_is_absent() {
        let mut record = sample::record();
        record.version = 1;
        let article = &mut record.article;
        (article.url, article.title, article.content_text, article.engine) = Default::default();
        (article.lead, article.published, article.image, article.language) = Default::default();
        article.authors.clear();
        article.attachments.clear();
        article.captions.clear();
        article.letters = None;
        let text = serde_json::to_string(&of_record(&record, &[]).unwrap()).unwrap();
        let keys = [
            "url",
            "title",
            "summary",
            "content_text",
            "date_published",
            "date_modified",
            "authors",
            "image",
            "attachments",
            "language",
            "tags",
            "captions",
            "letters",
            "date_precision",
            "engine",
        ];
        assert!(keys.iter().all(|key| !text.contains(&format!("\"{key}\":"))), "{text}");
        assert!(
            serde_json::to_string(&of_article(&record.article, &[]))
                .unwrap()
                .contains("\"content_html\":")
        );
    }
}
