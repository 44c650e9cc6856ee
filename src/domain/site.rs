//! A source: one site that is read, as its file in `feeds/` describes it (CONTRACT section 2), resolved and checked.

use std::time::Duration;

use url::Url;

use super::{SectionId, SiteId};

/// One site with its sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The file's name without `.toml`.
    pub id: SiteId,
    /// What its feeds are called.
    pub title: String,
    /// The portal's front page; its host is the site's own.
    pub home: Url,
    /// A site that is not enabled is never asked.
    pub enabled: bool,
    /// The portal profile's name; `None` is `auto`.
    pub portal: Option<String>,
    /// BCP 47; `None`: the page's, then the profile's.
    pub language: Option<String>,
    /// IANA name; `None`: the profile's, then UTC.
    pub timezone: Option<String>,
    /// Time between the starts of two visits.
    pub every: Duration,
    /// `Some(reason)`: robots.txt is not obeyed, and why; logged and archived.
    pub ignore_robots: Option<String>,
    /// Fields sent to this site's own origin only; values are secrets.
    pub headers: Vec<(String, Secret)>,
    /// Whether certificates that do not verify are taken.
    pub accept_invalid_tls: bool,
    /// The listings that are read, in the file's order.
    pub sections: Vec<Section>,
}

/// One listing of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its id in feed addresses.
    pub id: SectionId,
    /// What its feed, and the tag of its articles, is called.
    pub title: String,
    /// The first page of the listing.
    pub url: Url,
    /// How far back its pager is followed.
    pub history: History,
}

/// How far back a section is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// The first page at first; later visits go on only while the last link of a page is unknown.
    New,
    /// The pager to its end, once.
    All,
}

/// A configured secret; prints as stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }
    /// The value itself, for the wire only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Site {
    /// The section of that id.
    pub fn section(&self, id: &SectionId) -> Option<&Section> {
        self.sections.iter().find(|s| &s.id == id)
    }
    /// Whether `url` is on one of the site's own hosts: the home's and the sections' (ports included).
    pub fn owns(&self, url: &Url) -> bool {
        let same = |own: &Url| own.host_str() == url.host_str() && own.port_or_known_default() == url.port_or_known_default();
        same(&self.home) || self.sections.iter().any(|s| same(&s.url))
    }
}
