//! RSS 2.0 after the RSS Advisory Board's profile; here alone are channel, item and guid spoken of.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use rss::extension::Extension;
use rss::extension::dublincore::DublinCoreExtension;
use rss::{Category, Channel, Enclosure, Guid, Item};

use super::style::styled;
use super::{Error, shown, xml};
use crate::domain::feed::{Entry, Feed};

/// Namespace of the self link.
const ATOM: &str = "http://www.w3.org/2005/Atom";

/// Writes the feed as RSS.
pub fn rss(feed: &Feed) -> Result<Vec<u8>, Error> {
    let channel = Channel {
        title: text(&feed.title),
        link: feed.home.clone(),
        description: text(&feed.title),
        language: feed.language.clone(),
        last_build_date: Some(date(feed.updated, 0)),
        generator: Some("bantin".to_owned()),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        items: shown::live(feed).map(item).collect(),
        extensions: [("atom".to_owned(), BTreeMap::from([("link".to_owned(), vec![self_link(feed)])]))].into(),
        namespaces: [("atom".to_owned(), ATOM.to_owned())].into(),
        ..Channel::default()
    };
    let size: usize = feed.entries.iter().map(|e| e.record.article.content_html.len() + 2048).sum();
    let document = channel.write_to(Vec::with_capacity(size + 2048))?;
    Ok(styled(feed, xml::numeric_references(&xml::strip(document))))
}

/// `atom:link rel=self`.
fn self_link(feed: &Feed) -> Extension {
    let attrs = [("rel", "self".to_owned()), ("type", "application/rss+xml".to_owned()), ("href", shown::address(feed, "rss"))];
    Extension {
        name: "atom:link".to_owned(),
        attrs: attrs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ..Extension::default()
    }
}

/// One entry as an item.
fn item(entry: &Entry) -> Item {
    let article = &entry.record.article;
    Item {
        title: Some(text(&shown::title(article))),
        link: shown::web(&article.url).map(str::to_owned),
        guid: Some(Guid { value: article.urn(), permalink: false }),
        pub_date: article.published.map(|published| date(published.at, published.offset_s)),
        dublin_core_ext: creators(&article.authors),
        // Readers take a description for HTML, so the lead's text is escaped once more. Empty where there is no lead: the profile
        // asks for a description before content, and none is invented.
        description: Some(article.summary.as_deref().map(xml::escape).unwrap_or_default()),
        // What is left out of a written document must not close the section that this goes into.
        content: Some(xml::legal(&article.content_html).into_owned()),
        categories: entry.categories.iter().map(|name| Category { name: name.clone(), domain: None }).collect(),
        enclosure: article.attachments.iter().find(|attachment| shown::web(&attachment.url).is_some()).map(|attachment| Enclosure {
            url: attachment.url.clone(),
            // Required; zero where the size is not known (RSS profile, enclosure).
            length: "0".to_owned(),
            mime_type: attachment.mime_type.clone(),
        }),
        ..Item::default()
    }
}

/// Plain text; where it reads like markup escaped once more, since most readers take it for HTML and RSS cannot say which.
fn text(value: &str) -> String {
    if shown::like_markup(value) { xml::escape(value) } else { value.to_owned() }
}

/// `dc:creator`, one an author.
fn creators(authors: &[String]) -> Option<DublinCoreExtension> {
    (!authors.is_empty()).then(|| DublinCoreExtension { creators: authors.to_vec(), ..DublinCoreExtension::default() })
}

/// RFC 822 with a year of four digits and the offset.
fn date(time: Timestamp, offset_s: i32) -> String {
    let offset = Offset::from_seconds(offset_s - offset_s % 60).unwrap_or(Offset::UTC);
    let zone = if offset == Offset::UTC { "GMT" } else { "%z" };
    time.to_zoned_datetime(TimeZone::fixed(offset)).strftime(&format!("%a, %d %b %Y %H:%M:%S {zone}")).to_string()
}
