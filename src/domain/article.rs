//! An article, normalised, and its record: the article as it is stored, with version, order and
//! provenance.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::role::Role;
use super::{Place, SectionId, SiteId};

/// A normalised article: NFC text, safe HTML, absolute URLs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Its identity; `urn:uuid:` in every form.
    pub id: Uuid,
    /// The canonical address; empty for a file whose address is unknown.
    pub url: String,
    /// The title; may be empty.
    pub title: String,
    /// The lead.
    pub lead: Option<String>,
    /// The body as safe HTML.
    pub content_html: String,
    /// The body as text: paragraphs divided by one empty line, list items and table rows one a
    /// line, cells by tabs.
    pub content_text: String,
    /// When the page says it was published.
    pub published: Option<Published>,
    /// Names.
    pub authors: Vec<String>,
    /// The first picture, absolute.
    pub image: Option<String>,
    /// Attached documents.
    pub attachments: Vec<Attachment>,
    /// BCP 47.
    pub language: Option<String>,
    /// Captions of the pictures, in order.
    pub captions: Vec<String>,
    /// The profile that read it.
    pub portal: String,
    /// The engine of the page; empty for a text capture.
    pub engine: String,
    /// The page's blocks that have a role.
    pub blocks: Vec<BlockName>,
    /// The item id found in the address, for identity.
    pub item: Option<String>,
    /// The table by which old letters of its page were converted.
    pub letters: Option<String>,
    /// SHA-256 of what makes a version (CONTRACT section 3).
    pub digest: [u8; 32],
    /// SHA-256 of title and body texts alone: what two addresses of one article share.
    pub body_digest: [u8; 32],
}

/// A date of publication with the site's offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The instant; a day counts from 00:00 in the site's zone.
    pub at: Timestamp,
    /// Seconds east of UTC.
    pub offset_s: i32,
    /// What the page gave.
    pub precision: Precision,
}

/// How exact a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// A day.
    Day,
    /// Hour and minute too.
    Minute,
}

/// An attached document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Absolute address.
    pub url: String,
    /// Media type, by its ending.
    pub mime_type: String,
    /// Its title; may be empty.
    pub title: String,
}

/// A block of the article's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockName {
    /// The block's name.
    pub name: String,
    /// Its role.
    pub role: Role,
}

/// One version of an article as stored and archived (CONTRACT section 6): the truth that feeds are
/// made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The site.
    pub site: SiteId,
    /// The article in this version.
    pub article: Article,
    /// 1 for the first.
    pub version: u32,
    /// Counts first publications within the site, from 1 (CONTRACT section 5).
    pub seq: u64,
    /// The time of the capture that brought version 1.
    pub first_seen: Timestamp,
    /// Given once with the version (CONTRACT section 5), whole microseconds.
    pub updated: Timestamp,
    /// The sections that list it, in the order in which they were found.
    pub sections: Vec<SectionId>,
    /// The section page that listed it first.
    pub via: Option<String>,
    /// Other addresses of the article; the store finds it by these and by `article.url`.
    pub aliases: Vec<String>,
    /// The address that its page names as the canonical one, where it answered by another; older
    /// records lack it.
    pub canonical: Option<String>,
    /// The response record that brought this version.
    pub capture: Place,
    /// The profile's name and version, such as `publishing-portal 1`.
    pub profile: String,
    /// Whether it still stands.
    pub state: RecordState,
    /// The link by which a listing named it, as of when this record was written; older records lack
    /// it.
    pub listed: Option<Listed>,
}

/// A link of a listing that led to an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The address as asked.
    pub url: String,
    /// Digest of its teaser.
    pub teaser: u64,
}

/// Whether an article still stands on its portal. One that ends does so by a further version, which
/// is its tombstone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordState {
    /// It stands.
    Live,
    /// It was withdrawn.
    Withdrawn,
    /// It turned out to be another article, which goes on.
    Joined(Uuid),
}

impl Record {
    /// Whether the article stands; else the record is its tombstone.
    pub fn is_live(&self) -> bool {
        self.state == RecordState::Live
    }
    /// The instant that ranks it in feeds: `published`, else the time first seen.
    pub fn rank(&self) -> Timestamp {
        self.article.published.map_or(self.first_seen, |p| p.at)
    }
    /// `urn:uuid:…`, the id in every form.
    pub fn urn(&self) -> String {
        self.article.urn()
    }
}

impl Article {
    /// `urn:uuid:…`, the id in every form.
    pub fn urn(&self) -> String {
        self.id.urn().to_string()
    }
}
