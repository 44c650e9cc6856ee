//! JSON Feed 1.1; its items are those of `form`.

use std::borrow::Cow;

use serde::Serialize;

use super::{Error, shown, xml};
use crate::domain::feed::Feed;
use crate::domain::{Record, RecordState};
use crate::form::item;
use crate::form::uri::uri;

/// The head of the document, in the order of the specification.
#[derive(Serialize)]
struct Head<'a> {
    version: &'static str,
    title: Cow<'a, str>,
    home_page_url: Cow<'a, str>,
    feed_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<Cow<'a, str>>,
    items: Vec<item::Item<'a>>,
    #[serde(rename = "_bantin", skip_serializing_if = "Option::is_none")]
    extension: Option<Extension>,
}

/// What only bantin says of a feed.
#[derive(Serialize)]
struct Extension {
    deleted: Vec<Deleted>,
}

/// A tombstone.
#[derive(Serialize)]
struct Deleted {
    id: String,
    time: String,
    why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    joined: Option<String>,
}

/// Writes the feed as JSON Feed.
pub fn json(feed: &Feed) -> Result<Vec<u8>, Error> {
    let deleted: Vec<_> = shown::ended(feed).filter_map(tombstone).collect();
    let head = Head {
        version: "https://jsonfeed.org/version/1.1",
        title: xml::legal(&feed.title),
        home_page_url: uri(&feed.home),
        feed_url: shown::address(feed, "json"),
        language: shown::language(feed),
        items: feed.entries.iter().filter_map(item::of_entry).collect(),
        extension: (!deleted.is_empty()).then_some(Extension { deleted }),
    };
    Ok(serde_json::to_vec(&head)?)
}

fn tombstone(record: &Record) -> Option<Deleted> {
    let (why, joined) = match record.state {
        RecordState::Live => return None,
        RecordState::Withdrawn => ("withdrawn", None),
        RecordState::Joined(other) => ("joined", Some(other.urn().to_string())),
    };
    Some(Deleted { id: record.urn(), time: item::changed(record), why, joined })
}
