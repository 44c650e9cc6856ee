//! What is remembered of a source between visits: its sections, its frontier, its health.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{SectionId, SiteId, Turn, Validators};

/// The memory of one site.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Visits that began.
    pub visits: u64,
    /// When the last visit began.
    pub last_visit: Option<Timestamp>,
    /// When a visit last read every section.
    pub last_success: Option<Timestamp>,
    /// When the next visit is due; `None`: now.
    pub next_due: Option<Timestamp>,
    /// Visits failed in a row.
    pub failures: u32,
    /// How it is.
    pub health: Health,
    /// Why it is not healthy, one reason each.
    pub reasons: Vec<String>,
    /// Its sections' memory.
    pub sections: BTreeMap<SectionId, SectionState>,
    /// The cookie jar, as the fetch room writes it.
    pub cookies: Option<String>,
    /// Until when its host asked to be left alone, when it did at the last visit.
    pub paused_until: Option<Timestamp>,
    /// Digest of the memory that was archived last (`form::memory`); 0: none was.
    pub archived_memory: u64,
}

impl Source {
    /// How the site is; one that was never visited is new, whatever is remembered of it.
    pub fn state(&self) -> Health {
        match self.health {
            Health::New | Health::Healthy if self.visits == 0 => Health::New,
            health => health,
        }
    }
}

/// The memory of one section.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SectionState {
    /// Validators of the first page.
    pub validators: Validators,
    /// Visits that read its first page (or found it not modified).
    pub visits: u64,
    /// What the first page was like as last read, to know it again without reading it.
    pub calm: Option<Calm>,
    /// Keys of the links on the first page as last read.
    pub first_page: Vec<String>,
    /// Where an unfinished walk goes on.
    pub walk: Option<Walk>,
    /// Whether `history = "all"` was walked to its end.
    pub walked: bool,
    /// A further page that was to be read and was not (CONTRACT section 2).
    pub owed: Option<Owed>,
    /// Links of the first page that lead to hosts of others.
    pub abroad: Option<Abroad>,
}

/// Links of a list that lead to other hosts than the site's own: they are counted, not followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abroad {
    /// How many.
    pub links: u32,
    /// Where to, the first few hosts.
    pub hosts: Vec<String>,
    /// Whether the list has no other links.
    pub all: bool,
}

/// A page of a listing that was to be read and was not: later visits read it, and on from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Owed {
    /// The request for it.
    pub next: Turn,
    /// The number of the page before it.
    pub pages: u32,
    /// Keys of links that were found since the hole opened: they are known and yet no sign that
    /// what follows is.
    pub seen: Vec<String>,
    /// Visits that found nothing there.
    pub failures: u32,
}

/// What a page of a listing was like: another answer that is like it lists the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calm {
    /// Digest of what read it: program, engines, profiles, the site's addresses.
    pub reader: u64,
    /// Digest of the answer as it came.
    pub wire: u128,
    /// What a reader looks at in it.
    pub fingerprint: Option<Fingerprint>,
    /// Which step of the fingerprint's ladder counts: digits outside of it are known to be of no
    /// list.
    pub step: u8,
}

/// Digests of a page without its tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Everything but the digits in its texts.
    pub form: u128,
    /// These digits, step by step with more of the page's first and last texts left out.
    pub digits: Vec<u64>,
}

/// An unfinished walk along a pager.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Walk {
    /// The request for the next page.
    pub next: Turn,
    /// Pages read so far.
    pub pages: u32,
}

/// The state of a site (CONTRACT section 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Never read.
    #[default]
    New,
    /// All was read.
    Healthy,
    /// Something fell short.
    Degraded,
    /// It failed.
    Broken,
}

impl Health {
    /// The state's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Health::New => "new",
            Health::Healthy => "healthy",
            Health::Degraded => "degraded",
            Health::Broken => "broken",
        }
    }
}

/// One link of the frontier: an address that a listing named, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The site.
    pub site: SiteId,
    /// The normalised address that identifies it (`normalize::url::key`).
    pub key: String,
    /// The address to ask.
    pub url: String,
    /// What became of it.
    pub state: TargetState,
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

impl Target {
    /// Whether it says what `other` says, whenever their pages were read.
    pub fn says(&self, other: &Target) -> bool {
        *self == Target { last_read: self.last_read, ..other.clone() }
    }

    /// Whether it was not read as an article and may be: not yet read, failed or dead.
    pub fn is_open(&self) -> bool {
        matches!(self.state, TargetState::Unread | TargetState::Failed | TargetState::Dead(_))
    }
}

/// What became of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetState {
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
