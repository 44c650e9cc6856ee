//! Atom (RFC 4287), with archive documents (RFC 5005) and tombstones (RFC 6721).

use std::borrow::Cow;
use std::collections::BTreeMap;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{
    Category, Content, Entry as Written, Feed as Page, FixedDateTime, Generator, Link, Person,
    Source, Text, TextType,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::error::Fault;
use super::piece::Frame;
use super::style::styled;
use super::{shown, xml};
use crate::domain::feed::{Document, Entry, Feed, Scope};
use crate::domain::time::{rfc3339, rfc3339_at};
use crate::domain::{Attachment, Published, Record, RecordState, language};
use crate::form::uri;

/// Namespace of archive marks.
const HISTORY: &str = "http://purl.org/syndication/history/1.0";
/// Namespace of tombstones.
const TOMBSTONES: &str = "http://purl.org/atompub/tombstones/1.0";
/// The media type that links to Atom documents name.
const MEDIA_TYPE: &str = "application/atom+xml";

/// What stands round the entries; tombstones stand behind them.
pub(super) fn frame(feed: &Feed) -> Result<Frame, Fault> {
    let extensions = extensions(feed);
    let page = Page {
        title: text(&feed.title, None),
        id: id(&feed.scope),
        updated: instant(feed.updated)?,
        // Entries whose page names no author take this one (RFC 4287 §4.1.1).
        authors: vec![person(&feed.author)],
        generator: Some(Generator { value: "bantin".to_owned(), ..Generator::default() }),
        links: links(feed),
        entries: vec![Written::default()],
        namespaces: namespaces(&extensions),
        extensions,
        lang: shown::language(feed).map(Cow::into_owned),
        ..Page::default()
    };
    Ok(xml::round(styled(feed, bytes(&page)?), "entry"))
}

/// One entry as it stands between its neighbours.
pub(super) fn piece(feed: &Feed, entry: &Entry) -> Result<Vec<u8>, Fault> {
    let page = Page { entries: vec![written(feed, entry)?], ..Page::default() };
    Ok(xml::inner(&bytes(&page)?, "entry"))
}

fn bytes(page: &Page) -> Result<Vec<u8>, Fault> {
    Ok(xml::strip(page.write_to(Vec::with_capacity(8192))?))
}

/// The feed's id: the same in all its documents (RFC 5005 §4), and independent of where it is
/// served.
fn id(scope: &Scope) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:bantin:{}", scope.path()).as_bytes())
        .urn()
        .to_string()
}

/// The feed's own links.
fn links(feed: &Feed) -> Vec<Link> {
    let to = |rel: &str, href: String| Link {
        rel: rel.to_owned(),
        href,
        mime_type: Some(MEDIA_TYPE.to_owned()),
        ..Link::default()
    };
    let mut links = vec![to("self", shown::address(feed, "atom"))];
    if let Some(home) = shown::web(&feed.home) {
        links.push(Link {
            mime_type: Some("text/html".to_owned()),
            ..to("alternate", home.into_owned())
        });
    }
    if feed.document != Document::Current {
        links.push(to("current", shown::current(feed, &feed.scope, "atom")));
    }
    if let Some(n) = feed.previous {
        links.push(to("prev-archive", shown::archive(feed, n, "atom")));
    }
    if let Document::Final(n) = feed.document {
        links.push(to("next-archive", shown::archive(feed, n.saturating_add(1), "atom")));
    }
    links
}

/// The archive mark and the tombstones.
fn extensions(feed: &Feed) -> ExtensionMap {
    let mut map = ExtensionMap::new();
    let mut put = |prefix: &str, name: &str, element: Extension| {
        let element = Extension { name: format!("{prefix}:{name}"), ..element };
        map.entry(prefix.to_owned()).or_default().entry(name.to_owned()).or_default().push(element);
    };
    if feed.document != Document::Current {
        put("fh", "archive", Extension::default());
    }
    shown::ended(feed).for_each(|record| put("at", "deleted-entry", tombstone(record)));
    map
}

/// What ended and when; of a joined article, as its comment, the id of the one that goes on.
fn tombstone(record: &Record) -> Extension {
    let attrs = [("ref".to_owned(), record.urn()), ("when".to_owned(), rfc3339(record.updated))];
    let mut element = Extension { attrs: attrs.into(), ..Extension::default() };
    if let RecordState::Joined(other) = record.state {
        let comment = Extension {
            name: "at:comment".to_owned(),
            value: Some(other.urn().to_string()),
            ..Extension::default()
        };
        element.children.insert("comment".to_owned(), vec![comment]);
    }
    element
}

/// The namespaces that the extensions use.
fn namespaces(extensions: &ExtensionMap) -> BTreeMap<String, String> {
    let known = [("fh", HISTORY), ("at", TOMBSTONES)];
    known
        .into_iter()
        .filter(|(prefix, _)| extensions.contains_key(*prefix))
        .map(|(p, uri)| (p.to_owned(), uri.to_owned()))
        .collect()
}

/// One entry.
fn written(feed: &Feed, entry: &Entry) -> Result<Written, Fault> {
    let record = &*entry.record;
    let article = &record.article;
    let lang = article
        .language
        .as_deref()
        .and_then(language::named)
        .filter(|tag| shown::language(feed).as_ref() != Some(tag));
    let lang = lang.map(Cow::into_owned);
    Ok(Written {
        title: text(&shown::title(article), lang.clone()),
        id: record.urn(),
        updated: instant(record.updated)?,
        published: article.published.and_then(published),
        authors: authors(feed, entry),
        categories: entry
            .categories
            .iter()
            .map(|term| Category { term: term.clone(), ..Category::default() })
            .collect(),
        links: entry_links(record),
        source: (feed.scope == Scope::All).then(|| source(feed, entry)).transpose()?,
        summary: article.lead.as_deref().map(|lead| text(lead, lang.clone())),
        content: Some(Content {
            lang,
            content_type: Some("html".to_owned()),
            value: Some(uri::html(&article.content_html).into_owned()),
            ..Content::default()
        }),
        ..Written::default()
    })
}

/// Those whom the page names. Among entries of other sites its own site stands for nobody, as it
/// does in the site's feed, also for readers that know no sources.
fn authors(feed: &Feed, entry: &Entry) -> Vec<Person> {
    match &*entry.record.article.authors {
        [] if feed.scope == Scope::All => vec![person(&entry.source_title)],
        named => named.iter().map(|name| person(name)).collect(),
    }
}

/// The feed of the entry's site, as it was when the entry came into it.
fn source(feed: &Feed, entry: &Entry) -> Result<Source, Fault> {
    let record = &entry.record;
    let scope = Scope::Site(record.site.clone());
    let link =
        Link { rel: "self".to_owned(), mime_type: Some(MEDIA_TYPE.to_owned()), ..Link::default() };
    Ok(Source {
        title: text(&entry.source_title, None),
        id: id(&scope),
        updated: instant(record.updated)?,
        authors: vec![person(&entry.source_title)],
        links: vec![Link { href: shown::current(feed, &scope, "atom"), ..link }],
        ..Source::default()
    })
}

/// The portal's page, the attachments, and the section page that listed it.
fn entry_links(record: &Record) -> Vec<Link> {
    let html = |rel: &str, href: Cow<'_, str>| Link {
        rel: rel.to_owned(),
        href: href.into_owned(),
        mime_type: Some("text/html".to_owned()),
        ..Link::default()
    };
    let article = &record.article;
    let page = shown::web(&article.url).map(|url| html("alternate", url));
    let via = record.via.as_deref().and_then(shown::web).map(|url| html("via", url));
    page.into_iter().chain(article.attachments.iter().filter_map(enclosure)).chain(via).collect()
}

/// The link to an attachment that can be followed.
fn enclosure(attachment: &Attachment) -> Option<Link> {
    Some(Link {
        rel: "enclosure".to_owned(),
        href: shown::web(&attachment.url)?.into_owned(),
        mime_type: Some(attachment.mime_type.clone()).filter(|kind| !kind.is_empty()),
        // It is text, and what reads like markup there can say so nowhere.
        title: shown::seen(&attachment.title)
            .filter(|title| !shown::like_markup(title))
            .map(Into::into),
        ..Link::default()
    })
}

/// Plain text, or where it reads like markup the same text as HTML that shows it.
fn text(value: &str, lang: Option<String>) -> Text {
    if shown::like_markup(value) {
        Text { value: xml::escape(value), base: None, lang, r#type: TextType::Html }
    } else {
        Text { lang, ..Text::plain(value) }
    }
}

fn person(name: &str) -> Person {
    Person { name: name.to_owned(), ..Person::default() }
}

fn published(published: Published) -> Option<FixedDateTime> {
    FixedDateTime::parse_from_rfc3339(&rfc3339_at(published.at, published.offset_s))
        .ok()
        .or_else(|| instant(published.at).ok())
}

fn instant(time: Timestamp) -> Result<FixedDateTime, Fault> {
    FixedDateTime::parse_from_rfc3339(&rfc3339(time)).map_err(|_| Fault::Time(time))
}
