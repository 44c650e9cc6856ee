//! Form 2 of the rows of records (form 1 and the table of old letters), of sources (what the first
//! page of a section was like) and of targets (form 1 and what the page said when it was archived).
//! Never edited, as form 1.

use serde::{Deserialize, Serialize};

use super::one;

#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    pub one: one::Record,
    pub letters: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Target {
    pub one: one::Target,
    pub said: Option<u128>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Source {
    pub visits: u64,
    pub last_visit: Option<i128>,
    pub last_success: Option<i128>,
    pub next_due: Option<i128>,
    pub failures: u32,
    /// 0 healthy, 1 degraded, 2 broken.
    pub health: u8,
    pub reasons: Vec<String>,
    pub sections: Vec<(String, Section)>,
    pub cookies: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Section {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub visits: u64,
    pub first_page: Vec<String>,
    pub walk: Option<one::Walk>,
    pub walked: bool,
    pub calm: Option<Calm>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Calm {
    pub reader: u64,
    pub wire: u128,
    /// The gist's form and its digits, step by step.
    pub gist: Option<(u128, Vec<u64>)>,
    pub step: u8,
}

impl From<one::Source> for Source {
    fn from(row: one::Source) -> Self {
        let one::Source {
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
        let sections = sections.into_iter().map(|(id, section)| (id, section.into())).collect();
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
        }
    }
}

impl From<one::Section> for Section {
    fn from(row: one::Section) -> Self {
        let one::Section { etag, last_modified, visits, first_page, walk, walked } = row;
        Self { etag, last_modified, visits, first_page, walk, walked, calm: None }
    }
}
