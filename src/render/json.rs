//! JSON Feed 1.1; its items are those of `form`.

use std::borrow::Cow;

use serde::Serialize;

use super::{Error, shown, xml};
use crate::domain::feed::Feed;
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
}

/// Writes the feed as JSON Feed.
pub fn json(feed: &Feed) -> Result<Vec<u8>, Error> {
    let head = Head {
        version: "https://jsonfeed.org/version/1.1",
        title: xml::legal(&feed.title),
        home_page_url: uri(&feed.home),
        feed_url: shown::address(feed, "json"),
        language: shown::language(feed),
        items: shown::live(feed).map(item::of_entry).collect(),
    };
    Ok(serde_json::to_vec(&head)?)
}
