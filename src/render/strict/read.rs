//! A document as readers read it, whatever form it has.

use std::collections::HashSet;

use atom_syndication::{Text, TextType};
use jiff::Timestamp;
use serde_json::Value;

use crate::domain::markup::unescaped;

/// A date as an instant, or as it is written if it cannot be read.
pub type Date = Result<Timestamp, String>;

/// A document.
#[derive(Default)]
pub struct Read {
    /// The address by which it calls itself.
    pub itself: Option<String>,
    pub title: String,
    pub language: Option<String>,
    pub updated: Option<Timestamp>,
    /// Its own addresses, each with what it is.
    pub addresses: Vec<(&'static str, String)>,
    pub entries: Vec<Seen>,
    /// Ids of tombstones.
    pub deleted: HashSet<String>,
}

/// An entry.
#[derive(Default)]
pub struct Seen {
    pub id: String,
    /// As text; a form may do without.
    pub title: Option<String>,
    /// As text.
    pub lead: String,
    /// As HTML.
    pub content: String,
    /// The portal's page.
    pub link: Option<String>,
    /// All addresses outside the content, each with what it is.
    pub addresses: Vec<(&'static str, String)>,
    pub published: Option<Date>,
    pub updated: Option<Date>,
    pub languages: Vec<String>,
    pub enclosures: Vec<Enclosure>,
}

/// What the form says, or must say, of an attached file.
pub struct Enclosure {
    pub kind: Option<String>,
    pub length: Option<String>,
}

impl Seen {
    /// What it says.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        self.title.iter().chain([&self.lead, &self.content])
    }

    /// What it says, in bytes.
    pub fn size(&self) -> usize {
        self.texts().map(String::len).sum()
    }
}

/// The document at `path`, by its ending.
pub fn document(path: &str, document: &[u8]) -> Result<Read, String> {
    match path.rsplit_once('.') {
        Some((_, "rss")) => rss(document),
        Some((_, "json")) => json(document),
        _ => atom(document),
    }
}

fn rss(document: &[u8]) -> Result<Read, String> {
    let channel = rss::Channel::read_from(document).map_err(|error| error.to_string())?;
    let links =
        channel.extensions.get("atom").and_then(|named| named.get("link")).into_iter().flatten();
    let seen = |item: rss::Item| {
        let id = item.guid.map(|guid| guid.value).unwrap_or_default();
        let mut addresses: Vec<_> = item.link.iter().map(|link| ("link", link.clone())).collect();
        addresses
            .extend(item.enclosure.iter().map(|enclosure| ("enclosure", enclosure.url.clone())));
        addresses.extend(Some(id.clone()).filter(|id| !id.is_empty()).map(|id| ("id", id)));
        let mut enclosures: Vec<_> = item
            .enclosure
            .into_iter()
            .map(|one| Enclosure { kind: Some(one.mime_type), length: Some(one.length) })
            .collect();
        for media in
            item.extensions.get("media").into_iter().flat_map(|named| named.values().flatten())
        {
            addresses.extend(media.attrs.get("url").map(|url| ("medium", url.clone())));
            // That of a title is no media type.
            let kind = media.attrs.get("type").filter(|_| media.name.ends_with("content")).cloned();
            enclosures.push(Enclosure { kind, length: None });
        }
        // Without a date readers take the time at which they read it.
        let date = item.pub_date.unwrap_or_default();
        Seen {
            id,
            title: Some(unescaped(&item.title.unwrap_or_default()).into_owned()),
            lead: unescaped(&item.description.unwrap_or_default()).into_owned(),
            content: item.content.unwrap_or_default(),
            link: item.link,
            addresses,
            published: Some(
                jiff::fmt::rfc2822::parse(&date).map(|at| at.timestamp()).map_err(|_| date),
            ),
            enclosures,
            ..Seen::default()
        }
    };
    Ok(Read {
        itself: links
            .filter(|link| link.attrs.get("rel").is_some_and(|rel| rel == "self"))
            .find_map(|link| link.attrs.get("href").cloned()),
        title: channel.title,
        language: channel.language,
        addresses: vec![("link", channel.link)],
        entries: channel.items.into_iter().map(seen).collect(),
        ..Read::default()
    })
}

fn atom(document: &[u8]) -> Result<Read, String> {
    let feed = atom_syndication::Feed::read_from(document).map_err(|error| error.to_string())?;
    let stones = feed
        .extensions
        .get("at")
        .and_then(|named| named.get("deleted-entry"))
        .into_iter()
        .flatten();
    Ok(Read {
        itself: feed.links.iter().find(|link| link.rel == "self").map(|link| link.href.clone()),
        title: text(&feed.title),
        language: feed.lang,
        updated: instant(&feed.updated).ok(),
        deleted: stones.filter_map(|stone| stone.attrs.get("ref").cloned()).collect(),
        addresses: feed
            .links
            .into_iter()
            .map(|link| ("link", link.href))
            .chain([("id", feed.id)])
            .collect(),
        entries: feed.entries.into_iter().map(atom_entry).collect(),
    })
}

/// A date of Atom; one that no timestamp can be, as it is written.
fn instant(date: &atom_syndication::FixedDateTime) -> Result<Timestamp, String> {
    Timestamp::from_second(date.timestamp()).map_err(|_| date.to_rfc3339())
}

fn atom_entry(entry: atom_syndication::Entry) -> Seen {
    let (title, lead, content) =
        (entry.title, entry.summary.unwrap_or_default(), entry.content.unwrap_or_default());
    let mut seen = Seen {
        title: Some(text(&title)),
        lead: text(&lead),
        content: content.value.unwrap_or_default(),
        addresses: vec![("id", entry.id.clone())],
        id: entry.id,
        published: entry.published.as_ref().map(instant),
        updated: Some(instant(&entry.updated)),
        languages: [title.lang, lead.lang, content.lang].into_iter().flatten().collect(),
        ..Seen::default()
    };
    for link in entry.links {
        if link.rel == "alternate" {
            seen.link = Some(link.href.clone());
        }
        seen.addresses.push(("link", link.href));
        if link.rel == "enclosure" {
            seen.enclosures.push(Enclosure { kind: link.mime_type, length: link.length });
        }
    }
    seen
}

/// A text construct as text.
fn text(text: &Text) -> String {
    if text.r#type == TextType::Text {
        text.value.clone()
    } else {
        unescaped(&text.value).into_owned()
    }
}

fn json(document: &[u8]) -> Result<Read, String> {
    let feed: Value = serde_json::from_slice(document).map_err(|error| error.to_string())?;
    let all = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let said = |value: &Value| value.as_str().map(str::to_owned);
    let date = |value: &Value| said(value).map(|date| date.parse().map_err(|_| date));
    let seen = |item: Value| {
        let mut addresses: Vec<_> = ["id", "url", "image"]
            .into_iter()
            .filter_map(|name| Some((name, said(&item[name])?)))
            .collect();
        addresses.extend(
            all(&item["attachments"])
                .iter()
                .filter_map(|file| Some(("attachment", said(&file["url"])?))),
        );
        let enclosure = |file: &Value| Enclosure {
            kind: Some(said(&file["mime_type"]).unwrap_or_default()),
            length: None,
        };
        Seen {
            id: said(&item["id"]).unwrap_or_default(),
            title: said(&item["title"]),
            lead: said(&item["summary"]).unwrap_or_default(),
            content: said(&item["content_html"]).unwrap_or_default(),
            link: said(&item["url"]),
            addresses,
            published: date(&item["date_published"]),
            updated: date(&item["date_modified"]),
            languages: said(&item["language"]).into_iter().collect(),
            enclosures: all(&item["attachments"]).iter().map(enclosure).collect(),
        }
    };
    Ok(Read {
        itself: said(&feed["feed_url"]),
        title: said(&feed["title"]).unwrap_or_default(),
        language: said(&feed["language"]),
        updated: None,
        addresses: ["home_page_url", "feed_url"]
            .into_iter()
            .filter_map(|name| Some((name, said(&feed[name])?)))
            .collect(),
        deleted: all(&feed["_bantin"]["deleted"])
            .iter()
            .filter_map(|stone| said(&stone["id"]))
            .collect(),
        entries: all(&feed["items"]).into_iter().map(seen).collect(),
    })
}
