//! JSON Feed 1.1; its items are those of `form`.

use std::borrow::Cow;

use memchr::memmem;
use serde::Serialize;

use super::error::Fault;
use super::piece::Frame;
use super::{shown, xml};
use crate::domain::feed::{Entry, Feed};
use crate::domain::{Record, RecordState};
use crate::form::item;
use crate::form::uri::uri;

/// Where the items begin.
const ITEMS: &[u8] = b"\"items\":[";

/// The head of the document, in the order of the specification.
#[derive(Serialize)]
struct Head<'a> {
    version: &'static str,
    title: Cow<'a, str>,
    home_page_url: Cow<'a, str>,
    feed_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<Cow<'a, str>>,
    items: [(); 0],
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

/// What stands round the items; tombstones stand behind them.
pub(super) fn frame(feed: &Feed) -> Result<Frame, Fault> {
    let deleted: Vec<_> = shown::ended(feed).filter_map(tombstone).collect();
    let head = Head {
        version: "https://jsonfeed.org/version/1.1",
        title: xml::legal(&feed.title),
        home_page_url: uri(&feed.home),
        feed_url: shown::address(feed, "json"),
        language: shown::language(feed),
        items: [],
        extension: (!deleted.is_empty()).then_some(Extension { deleted }),
    };
    let mut document = serde_json::to_vec(&head)?;
    // No text of JSON holds these quotes unescaped.
    let at = memmem::find(&document, ITEMS).map_or(document.len(), |at| at + ITEMS.len());
    let foot = document.split_off(at);
    Ok(Frame { head: document, foot })
}

/// One entry as an item, with the comma that parts it from the one before.
pub(super) fn piece(entry: &Entry, is_first: bool) -> Result<Vec<u8>, Fault> {
    let mut bytes = if is_first { Vec::new() } else { vec![b','] };
    serde_json::to_writer(&mut bytes, &item::of_entry(entry))?;
    Ok(bytes)
}

fn tombstone(record: &Record) -> Option<Deleted> {
    let (why, joined) = match record.state {
        RecordState::Live => return None,
        RecordState::Withdrawn => ("withdrawn", None),
        RecordState::Joined(other) => ("joined", Some(other.urn().to_string())),
    };
    Some(Deleted { id: record.urn(), time: item::changed(record), why, joined })
}
