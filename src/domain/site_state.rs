//! What is remembered of a site between visits: its sections, its health, when it is due.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{KnownPage, PageRequest, Place, SectionId, Validators};

/// The memory of one site.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteState {
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
    /// The last captures that were learned beside those of first versions: what is held back, and
    /// known articles in another form.
    pub lessons: Vec<Place>,
}

impl SiteState {
    /// How the site is; one that was never visited is new, whatever is remembered of it.
    pub fn status(&self) -> Health {
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
    pub known_page: Option<KnownPage>,
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
    pub next: PageRequest,
    /// The number of the page before it.
    pub pages: u32,
    /// Keys of links that were found since the hole opened: they are known and yet no sign that
    /// what follows is.
    pub seen: Vec<String>,
    /// Visits that found nothing there.
    pub failures: u32,
}

/// An unfinished walk along a pager.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Walk {
    /// The request for the next page.
    pub next: PageRequest,
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
