//! The archived record: the whole article as stored, as JSON that explains itself, under
//! `urn:bantin:article:SITE:ID:vN`.
//!
//! The store is rebuilt from these alone, so reading one back gives the record exactly. Fields are
//! only ever added, as optional ones.

mod entries;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use entries::{entries_from_json, entries_to_json};

use super::Error;
pub use super::urn::Urn;
use crate::domain::time::micros;
use crate::domain::{
    Article, Attachment, BlockName, Listed, Place, Precision, Published, Record, RecordState, Role,
    SectionId, SiteId,
};

const RECORD: &str = "bantin-record/1";

/// A record as it is archived. Times are RFC 3339 in UTC with microseconds, digests SHA-256 in hex.
#[derive(Serialize, Deserialize)]
struct Archived {
    /// `bantin-record/1`.
    format: String,
    /// The site's id.
    site: SiteId,
    /// The article's id, `urn:uuid:…`.
    id: String,
    /// The version, from 1.
    version: u32,
    /// Counts first publications within the site.
    seq: u64,
    /// `live`, `withdrawn` or `joined`.
    state: State,
    /// The article that it was joined to, `urn:uuid:…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    joined: Option<String>,
    /// The time of the capture that brought version 1.
    first_seen: String,
    /// The version's own time, given once.
    updated: String,
    /// Ids of the sections that list it.
    sections: Vec<SectionId>,
    /// The section page that listed it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    /// The link of a listing that led to it; older records lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listed: Option<Link>,
    /// Other addresses of the article.
    aliases: Vec<String>,
    /// The address that its page names as the canonical one, where it answered by another; older
    /// records lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    canonical: Option<String>,
    /// The profile that read it, with its version.
    profile: String,
    /// The response record that brought this version.
    capture: Capture,
    /// The article.
    article: Content,
}

/// Whether the article stands.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Live,
    Withdrawn,
    Joined,
}

/// A link of a listing.
#[derive(Serialize, Deserialize)]
struct Link {
    /// The address as asked.
    url: String,
    /// Digest of its teaser, 16 hex digits.
    teaser: String,
}

/// Where a response record lies.
#[derive(Serialize, Deserialize)]
struct Capture {
    /// The WARC file's final name.
    file: String,
    /// Offset of its gzip member.
    offset: u64,
    /// Length of its gzip member.
    length: u64,
    /// Its payload digest.
    digest: String,
    /// Its WARC-Date.
    time: String,
}

/// The article itself.
#[derive(Serialize, Deserialize)]
struct Content {
    /// The canonical address.
    url: String,
    /// The title; may be empty.
    title: String,
    /// The lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    /// The body as safe HTML.
    content_html: String,
    /// The body as text.
    content_text: String,
    /// When the page says it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<Date>,
    /// Names.
    authors: Vec<String>,
    /// The first picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    /// Attached documents: `url`, `mime_type`, `title`.
    attachments: Vec<Attachment>,
    /// BCP 47.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// Captions of the pictures.
    captions: Vec<String>,
    /// The profile's name.
    portal: String,
    /// The engine's name.
    engine: String,
    /// The page's blocks: `name`, `role`.
    blocks: Vec<Block>,
    /// The item id found in the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    /// The table by which old letters of its page were converted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    letters: Option<String>,
    /// What makes a version.
    digest: String,
    /// What two addresses of one article share.
    body_digest: String,
}

/// A date of publication.
#[derive(Serialize, Deserialize)]
struct Date {
    /// The instant.
    at: String,
    /// The site's offset then, in seconds east of UTC.
    offset_s: i32,
    /// `day` or `minute`.
    precision: Precision,
}

/// A block of the page.
#[derive(Serialize, Deserialize)]
struct Block {
    /// Its name.
    name: String,
    /// Its role.
    role: Role,
}

/// The archived form of a record. Times are kept to the microsecond, which all of a record's times
/// are.
pub fn to_json(record: &Record) -> Vec<u8> {
    let article = &record.article;
    let (state, joined) = match record.state {
        RecordState::Live => (State::Live, None),
        RecordState::Withdrawn => (State::Withdrawn, None),
        RecordState::Joined(id) => (State::Joined, Some(id.urn().to_string())),
    };
    let archived = Archived {
        format: RECORD.to_owned(),
        site: record.site.clone(),
        id: article.urn(),
        version: record.version,
        seq: record.seq,
        state,
        joined,
        first_seen: time(record.first_seen),
        updated: time(record.updated),
        sections: record.sections.clone(),
        via: record.via.clone(),
        listed: record
            .listed
            .as_ref()
            .map(|listed| Link { url: listed.url.clone(), teaser: mark(listed.teaser) }),
        aliases: record.aliases.clone(),
        canonical: record.canonical.clone(),
        profile: record.profile.clone(),
        capture: capture(&record.capture),
        article: content(article),
    };
    // Only a map with odd keys or a failing writer could make this fail.
    serde_json::to_vec_pretty(&archived).unwrap_or_default()
}

fn capture(place: &Place) -> Capture {
    Capture {
        file: place.file.clone(),
        offset: place.offset,
        length: place.length,
        digest: place.digest.clone(),
        time: time(place.time),
    }
}

fn content(article: &Article) -> Content {
    Content {
        url: article.url.clone(),
        title: article.title.clone(),
        summary: article.summary.clone(),
        content_html: article.content_html.clone(),
        content_text: article.content_text.clone(),
        published: article.published.map(|p| Date {
            at: time(p.at),
            offset_s: p.offset_s,
            precision: p.precision,
        }),
        authors: article.authors.clone(),
        image: article.image.clone(),
        attachments: article.attachments.clone(),
        language: article.language.clone(),
        captions: article.captions.clone(),
        portal: article.portal.clone(),
        engine: article.engine.clone(),
        blocks: article
            .blocks
            .iter()
            .map(|b| Block { name: b.name.clone(), role: b.role })
            .collect(),
        item: article.item.clone(),
        letters: article.letters.clone(),
        digest: hex(&article.digest),
        body_digest: hex(&article.body_digest),
    }
}

/// The record of an archived form.
///
/// # Errors
///
/// When it is no JSON of a record, of another format, or a value in it is none.
pub fn from_json(bytes: &[u8]) -> Result<Record, Error> {
    let archived: Archived = serde_json::from_slice(bytes)?;
    known(&archived.format, RECORD)?;
    let listed = archived
        .listed
        .map(|link| Ok::<_, Error>(Listed { teaser: unmark(&link.teaser)?, url: link.url }));
    let state = match (archived.state, archived.joined) {
        (State::Live, None) => RecordState::Live,
        (State::Withdrawn, None) => RecordState::Withdrawn,
        (State::Joined, Some(id)) => RecordState::Joined(uuid(&id)?),
        _ => return Err(Error::Value("a state")),
    };
    Ok(Record {
        site: archived.site,
        version: archived.version,
        seq: archived.seq,
        first_seen: instant(&archived.first_seen)?,
        updated: instant(&archived.updated)?,
        sections: archived.sections,
        via: archived.via,
        aliases: archived.aliases,
        canonical: archived.canonical,
        capture: Place {
            time: instant(&archived.capture.time)?,
            file: archived.capture.file,
            offset: archived.capture.offset,
            length: archived.capture.length,
            digest: archived.capture.digest,
        },
        profile: archived.profile,
        state,
        listed: listed.transpose()?,
        article: article(&archived.id, archived.article)?,
    })
}

fn article(id: &str, content: Content) -> Result<Article, Error> {
    let published = |date: Date| {
        Ok::<_, Error>(Published {
            at: instant(&date.at)?,
            offset_s: date.offset_s,
            precision: date.precision,
        })
    };
    Ok(Article {
        id: uuid(id)?,
        url: content.url,
        title: content.title,
        summary: content.summary,
        content_html: content.content_html,
        content_text: content.content_text,
        published: content.published.map(published).transpose()?,
        authors: content.authors,
        image: content.image,
        attachments: content.attachments,
        language: content.language,
        captions: content.captions,
        portal: content.portal,
        engine: content.engine,
        blocks: content
            .blocks
            .into_iter()
            .map(|b| BlockName { name: b.name, role: b.role })
            .collect(),
        item: content.item,
        letters: content.letters,
        digest: digest(&content.digest)?,
        body_digest: digest(&content.body_digest)?,
    })
}

/// The name of the record in the archive: `urn:bantin:article:SITE:ID:vN`.
pub fn uri(record: &Record) -> String {
    Urn::Article { site: record.site.clone(), id: record.article.id, version: record.version }
        .to_string()
}

pub(super) fn known(format: &str, own: &str) -> Result<(), Error> {
    if format == own { Ok(()) } else { Err(Error::Unknown(format.chars().take(40).collect())) }
}

fn time(time: Timestamp) -> String {
    format!("{:.6}", micros(time))
}

fn instant(written: &str) -> Result<Timestamp, Error> {
    written.parse().map_err(|_| Error::Value("a time"))
}

fn uuid(written: &str) -> Result<Uuid, Error> {
    written.parse().map_err(|_| Error::Value("an id"))
}

fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest(written: &str) -> Result<[u8; 32], Error> {
    let byte = |at: usize| {
        written.get(2 * at..2 * at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())
    };
    let mut digest = [0; 32];
    for (at, place) in digest.iter_mut().enumerate() {
        *place = byte(at).ok_or(Error::Value("a digest"))?;
    }
    if written.len() == 64 { Ok(digest) } else { Err(Error::Value("a digest")) }
}

/// A short digest as 16 hex digits.
pub(super) fn mark(digest: u64) -> String {
    format!("{digest:016x}")
}

/// Reads back [`mark`].
pub(super) fn unmark(written: &str) -> Result<u64, Error> {
    u64::from_str_radix(written, 16)
        .ok()
        .filter(|digest| mark(*digest) == written)
        .ok_or(Error::Value("a short digest"))
}
