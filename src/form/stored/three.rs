//! Form 3 of the rows of records (form 2 and the link that led to the article), of sources (form 2
//! and what is owed, until when the host is left alone, and the digest of the archived memory) and
//! of targets (form 2 and why the page is no article). Never edited, as form 1.

use serde::{Deserialize, Serialize};

use super::two;

#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    pub two: two::Record,
    /// The link's address and its teaser's digest.
    pub listed: Option<(String, u64)>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Target {
    pub two: two::Target,
    pub why: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Source {
    pub visits: u64,
    pub last_visit: Option<i128>,
    pub last_success: Option<i128>,
    pub next_due: Option<i128>,
    pub failures: u32,
    /// 0 healthy, 1 degraded, 2 broken, 3 new.
    pub health: u8,
    pub reasons: Vec<String>,
    pub sections: Vec<(String, Section)>,
    pub cookies: Option<String>,
    pub paused_until: Option<i128>,
    pub archived_memory: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Section {
    pub two: two::Section,
    pub owed: Option<Owed>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Owed {
    pub url: String,
    /// The fields of a post; `None`: a plain link.
    pub post: Option<Vec<(String, String)>>,
    pub pages: u32,
    pub seen: Vec<String>,
    pub failures: u32,
}

impl From<two::Source> for Source {
    fn from(row: two::Source) -> Self {
        let two::Source {
            visits,
            last_visit,
            last_success,
            next_due,
            failures,
            health,
            reasons,
            sections,
            cookies,
        } = row;
        let sections =
            sections.into_iter().map(|(id, two)| (id, Section { two, owed: None })).collect();
        Self {
            visits,
            last_visit,
            last_success,
            next_due,
            failures,
            health,
            reasons,
            sections,
            cookies,
            paused_until: None,
            archived_memory: 0,
        }
    }
}
