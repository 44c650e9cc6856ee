//! A link of the frontier: an address that a listing named, and what became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{SectionId, SiteId, Validators};

/// One link of the frontier: an address that a listing named, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    pub why: Option<String>,
}

impl Link {
    /// Whether it says what `other` says, whenever their pages were read.
    pub fn says(&self, other: &Link) -> bool {
        *self == Link { last_read: self.last_read, ..other.clone() }
    }

    /// Whether it was not read as an article and may be: not yet read, failed or dead.
    pub fn is_open(&self) -> bool {
        matches!(self.state, LinkState::Unread | LinkState::Failed | LinkState::Dead(_))
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
}
