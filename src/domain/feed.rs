//! A feed in Atom's words: what every form is rendered from.

use jiff::Timestamp;

use super::{Record, SectionId, SiteId};

/// Which feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Every site.
    All,
    /// One site.
    Site(SiteId),
    /// One section.
    Section(SiteId, SectionId),
}

impl Scope {
    /// The feed's path below the public URL, without ending: `feeds/all`, `feeds/SITE`,
    /// `feeds/SITE/SECTION`.
    pub fn path(&self) -> String {
        match self {
            Scope::All => "feeds/all".to_owned(),
            Scope::Site(s) => format!("feeds/{s}"),
            Scope::Section(s, c) => format!("feeds/{s}/{c}"),
        }
    }
}

/// A document of a feed, ready to be rendered.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Which feed it belongs to.
    pub scope: Scope,
    /// Its title.
    pub title: String,
    /// Who wrote the entries whose page names nobody: the site's title.
    pub author: String,
    /// The portal's page: the site's home or the section's page; for `all` the public URL.
    pub home: String,
    /// BCP 47.
    pub language: Option<String>,
    /// What addresses of ours begin with; ends in a slash.
    pub public_url: String,
    /// Which document of the feed it is (RFC 5005).
    pub document: Document,
    /// The number of the archive document that comes before it.
    pub previous: Option<u32>,
    /// The latest `updated` of the entries, tombstones too; 2000-01-01 when empty.
    pub updated: Timestamp,
    /// The entries in order; one whose record is not live is a tombstone.
    pub entries: Vec<Entry>,
}

/// Which document of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// The subscription document.
    Current,
    /// The open archive document N: still growing, no `next-archive`.
    Open(u32),
    /// The final archive document N.
    Final(u32),
}

/// One entry: a record, with what its site's file says about it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The article's record.
    pub record: std::sync::Arc<Record>,
    /// Titles of the sections that list it: its tags.
    pub categories: Vec<String>,
    /// The site's title.
    pub source_title: String,
}

/// Number of entries of a document.
pub const ENTRIES: usize = 50;
