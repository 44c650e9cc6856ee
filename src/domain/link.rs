//! A link of the frontier: an address that a listing named, and what became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Place, SectionId, SiteId, Teaser, Validators};

/// One link of the frontier: an address that a listing named, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The site.
    pub site: SiteId,
    /// The normalised address that identifies it (`normalize::url::key`).
    pub key: String,
    /// The address to ask.
    pub url: String,
    /// What became of it.
    pub state: LinkState,
    /// Sections whose listings named it.
    pub sections: Vec<SectionId>,
    /// The listing page that named it first.
    pub via: String,
    /// Digest of its teaser, to see that it changed.
    pub teaser: u64,
    /// That teaser, bounded ([`Teaser::brief`]); rows that were written before it was kept lack it.
    pub told: Option<Box<Teaser>>,
    /// Validators of its page.
    pub validators: Validators,
    /// Digest of what its page said when it was last archived; `None`: it was not.
    pub said: Option<u128>,
    /// When its page was last asked for, as of the last time that anything else of it was new.
    pub last_read: Option<Timestamp>,
    /// When it is to be asked again; `None`: only for a reason.
    pub due: Option<Timestamp>,
    /// Failures in a row.
    pub failures: u32,
    /// Visits since it left the first page, counted to 3; `None` while it stands there.
    pub left: Option<u8>,
    /// Why its page is no article, as of the last time that it was asked for.
    pub why: Option<Why>,
    /// The capture of its page, where that is archived and not yet read, or held back.
    pub fetched: Option<Place>,
    /// What the capture of the stored version was found to say, where its page reads otherwise.
    pub reread: Option<Reread>,
    /// The capture that shows what the stored version says in the form that the site's pages have
    /// now, where that is another one.
    pub instead: Option<Place>,
}

/// Whether the capture that brought the stored version of an article says what a page says that
/// reads otherwise than that version: rules change, and what they read is no edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reread {
    /// Which version and which reading of a page were compared.
    pub of: u64,
    /// Whether both are the same.
    pub same: bool,
}

impl Link {
    /// A link of a site of which nothing is known.
    pub fn of(site: SiteId) -> Self {
        let (key, url, via) = Default::default();
        let (validators, sections) = Default::default();
        Self {
            site,
            key,
            url,
            state: LinkState::Unread,
            sections,
            via,
            teaser: 0,
            told: None,
            validators,
            said: None,
            last_read: None,
            due: None,
            failures: 0,
            left: None,
            why: None,
            fetched: None,
            reread: None,
            instead: None,
        }
    }

    /// Whether it says what `other` says, whenever their pages were read.
    pub fn says(&self, other: &Link) -> bool {
        *self == Link { last_read: self.last_read, ..other.clone() }
    }

    /// Whether it was not read as an article and may be: not yet read, held back, failed or dead.
    pub fn is_open(&self) -> bool {
        use LinkState::{Dead, Failed, Held, Unread};
        matches!(self.state, Unread | Held | Failed | Dead(_))
    }
}

/// What became of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkState {
    /// Seen, not yet read.
    Unread,
    /// Read as this article.
    Article(Uuid),
    /// Its page lacks an article's blocks.
    NoArticle,
    /// The portal says that it is gone (404, 410).
    Dead(u16),
    /// robots.txt or the address guard forbids it.
    Barred,
    /// It could not be read.
    Failed,
    /// It was read, and its fields have no witnesses: nothing of it is published.
    Held,
}

/// Why a link's page is no article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Why {
    /// The portal answers with this status, which is none of 2xx.
    Status(u16),
    /// The portal redirects from its address to something else.
    SentOn,
    /// Another reason, for a person.
    Other(String),
}

/// What [`Why::Status`] says before the status.
const ANSWERS: &str = "the portal answers ";
/// What [`Why::SentOn`] says.
const SENDS_ON: &str = "the portal sends on from it to something else";

impl Why {
    /// Whether the address does not answer by itself any more.
    pub fn is_gone(&self) -> bool {
        matches!(self, Why::Status(404 | 410) | Why::SentOn)
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Why::Status(status) => write!(f, "{ANSWERS}{status}"),
            Why::SentOn => f.write_str(SENDS_ON),
            Why::Other(text) => f.write_str(text),
        }
    }
}

/// As it is stored: what [`Why`] says.
impl From<Why> for String {
    fn from(why: Why) -> Self {
        why.to_string()
    }
}

/// From what it says, as it is stored.
impl From<String> for Why {
    fn from(text: String) -> Self {
        let status = text.strip_prefix(ANSWERS).and_then(|status| status.parse().ok());
        match status {
            Some(status) => Why::Status(status),
            None if text == SENDS_ON => Why::SentOn,
            None => Why::Other(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_back_from_what_it_says() {
        for (why, text, gone) in [
            (Why::Status(404), "the portal answers 404", true),
            (Why::Status(410), "the portal answers 410", true),
            (Why::Status(503), "the portal answers 503", false),
            (Why::SentOn, "the portal sends on from it to something else", true),
            (Why::Other("a block lacks".into()), "a block lacks", false),
            (Why::Other("the portal answers 4o4".into()), "the portal answers 4o4", false),
        ] {
            assert_eq!((String::from(why.clone()).as_str(), why.is_gone()), (text, gone));
            assert_eq!(Why::from(text.to_owned()), why);
        }
    }
}
