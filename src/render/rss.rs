//! RSS 2.0 after the RSS Advisory Board's profile; here alone are channel, item and guid spoken of.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use rss::extension::Extension;
use rss::extension::dublincore::DublinCoreExtension;
use rss::{Category, Channel, Enclosure, Guid, Item, Source};

use super::error::Fault;
use super::piece::{Frame, Uses};
use super::style::styled;
use super::{media, shown, xml};
use crate::domain::Attachment;
use crate::domain::feed::{Entry, Feed, Scope};
use crate::form::uri;

/// Namespace of the self link.
const ATOM: &str = "http://www.w3.org/2005/Atom";
/// The media type of what has none, since an enclosure must name one (RFC 2046 4.5.1).
const UNKNOWN: &str = "application/octet-stream";

/// What stands round the items, the namespaces declared that they use.
pub(super) fn frame(feed: &Feed, uses: Uses) -> Result<Frame, Fault> {
    let media = uses.media.then_some((media::PREFIX, media::NAMESPACE));
    let channel = Channel {
        title: text(&feed.title),
        link: uri::uri(&feed.home).into_owned(),
        description: text(&feed.title),
        language: shown::language(feed).map(Into::into),
        last_build_date: Some(date(feed.updated, 0)),
        generator: Some("bantin".to_owned()),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        items: vec![using(uses)],
        extensions: [(
            "atom".to_owned(),
            BTreeMap::from([("link".to_owned(), vec![self_link(feed)])]),
        )]
        .into(),
        namespaces: [("atom", ATOM)]
            .into_iter()
            .chain(media)
            .map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned()))
            .collect(),
        ..Channel::default()
    };
    Ok(xml::round(styled(feed, bytes(&channel)?), "item"))
}

/// One entry as an item between its neighbours, and what it uses.
pub(super) fn piece(feed: &Feed, entry: &Entry) -> Result<(Vec<u8>, Uses), Fault> {
    let item = item(feed, entry);
    let uses = Uses {
        content: item.content.is_some(),
        creators: item.dublin_core_ext.is_some(),
        media: item.extensions.contains_key(media::PREFIX),
    };
    let channel = Channel { items: vec![item], ..Channel::default() };
    Ok((xml::inner(&bytes(&channel)?, "item"), uses))
}

/// An item that uses what those use whose place it holds.
fn using(uses: Uses) -> Item {
    Item {
        content: uses.content.then(String::new),
        dublin_core_ext: uses.creators.then(|| DublinCoreExtension {
            creators: vec![String::new()],
            ..DublinCoreExtension::default()
        }),
        ..Item::default()
    }
}

fn bytes(channel: &Channel) -> Result<Vec<u8>, Fault> {
    Ok(xml::numeric_references(&xml::strip(channel.write_to(Vec::with_capacity(8192))?)))
}

/// `atom:link rel=self`.
fn self_link(feed: &Feed) -> Extension {
    let attrs = [
        ("rel", "self".to_owned()),
        ("type", "application/rss+xml".to_owned()),
        ("href", shown::address(feed, "rss")),
    ];
    Extension {
        name: "atom:link".to_owned(),
        attrs: attrs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ..Extension::default()
    }
}

/// One entry as an item.
fn item(feed: &Feed, entry: &Entry) -> Item {
    let record = &entry.record;
    let article = &record.article;
    Item {
        title: Some(text(&shown::title(article))),
        link: shown::web(&article.url).map(Into::into),
        guid: Some(Guid { value: article.urn(), permalink: false }),
        pub_date: Some(article.published.map_or_else(
            || date(record.first_seen, 0),
            |published| date(published.at, published.offset_s),
        )),
        source: (feed.scope == Scope::All).then(|| source(feed, entry)),
        dublin_core_ext: creators(&article.authors),
        // Some show nothing else of an item.
        description: Some(shown::html(&shown::description(article))),
        // What is left out of a written document must not close the section that this goes into.
        content: Some(xml::legal(&uri::html(&article.content_html)).into_owned()),
        categories: entry
            .categories
            .iter()
            .map(|name| Category { name: text(name), domain: None })
            .collect(),
        enclosure: article.attachments.iter().find_map(enclosure),
        extensions: media::elements(article),
        ..Item::default()
    }
}

/// The feed that the entry comes from.
fn source(feed: &Feed, entry: &Entry) -> Source {
    let scope = Scope::Site(entry.record.site.clone());
    Source { url: shown::current(feed, &scope, "rss"), title: Some(text(&entry.source_title)) }
}

/// An attachment that can be followed.
fn enclosure(attachment: &Attachment) -> Option<Enclosure> {
    let kind = if attachment.mime_type.is_empty() { UNKNOWN } else { &attachment.mime_type };
    // A length is required; zero where it is not known (RSS profile, enclosure).
    Some(Enclosure {
        url: shown::file(&attachment.url)?.into_owned(),
        length: "0".to_owned(),
        mime_type: kind.to_owned(),
    })
}

/// Plain text; where it reads like markup escaped once more, since most readers take it for HTML
/// and RSS cannot say which.
fn text(value: &str) -> String {
    if shown::like_markup(value) { xml::escape(value) } else { value.to_owned() }
}

/// `dc:creator`, one an author.
fn creators(authors: &[String]) -> Option<DublinCoreExtension> {
    (!authors.is_empty()).then(|| DublinCoreExtension {
        creators: authors.to_vec(),
        ..DublinCoreExtension::default()
    })
}

/// RFC 822 with a year of four digits and the offset.
fn date(time: Timestamp, offset_s: i32) -> String {
    let offset = Offset::from_seconds(offset_s - offset_s % 60).unwrap_or(Offset::UTC);
    let zone = if offset == Offset::UTC { "GMT" } else { "%z" };
    time.to_zoned_datetime(TimeZone::fixed(offset))
        .strftime(&format!("%a, %d %b %Y %H:%M:%S {zone}"))
        .to_string()
}
