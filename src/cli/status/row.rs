//! What is told of a site, as `status --json` says it.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::{Abroad, Health, PageRequest, SectionState, Site};
use crate::store::Faring;

/// A site.
#[derive(Serialize)]
pub struct Row {
    pub site: String,
    pub title: String,
    pub enabled: bool,
    pub state: Health,
    pub reasons: Vec<String>,
    pub articles: u64,
    pub links_open: u64,
    pub links_no_article: u64,
    pub last_visit: Option<Timestamp>,
    pub last_success: Option<Timestamp>,
    pub next_due: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<Timestamp>,
    pub sections: Vec<SectionRow>,
}

/// A section of it.
#[derive(Serialize)]
pub struct SectionRow {
    pub section: String,
    /// Pages of its history read so far, while the walk goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages_walked: Option<u32>,
    pub walked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owed: Option<OwedRow>,
    /// Links of its first page to hosts of others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abroad: Option<Abroad>,
}

/// A page of it that was to be read and was not.
#[derive(Serialize)]
pub struct OwedRow {
    pub page: u32,
    pub url: String,
}

impl Row {
    /// A site by its configuration, and how it fares.
    pub fn new(site: &Site, Faring { state, tally }: Faring) -> Self {
        let health = state.status();
        let sections = site.sections.iter().map(|section| {
            SectionRow::new(section.id.to_string(), state.sections.get(&section.id))
        });
        Self {
            site: site.id.to_string(),
            title: site.title.clone(),
            enabled: site.enabled,
            state: health,
            articles: tally.articles,
            links_open: tally.open,
            links_no_article: tally.no_articles,
            last_visit: state.last_visit,
            last_success: state.last_success,
            next_due: state.next_due,
            paused_until: state.paused_until,
            sections: sections.collect(),
            reasons: state.reasons,
        }
    }

    /// The state as people read it.
    pub fn standing(&self) -> &'static str {
        if self.enabled { self.state.as_str() } else { "off" }
    }

    /// Whether it is to be looked after.
    pub fn is_broken(&self) -> bool {
        self.enabled && self.state == Health::Broken
    }
}

impl SectionRow {
    fn new(section: String, state: Option<&SectionState>) -> Self {
        let owed = state.and_then(|state| state.owed.as_ref()).map(|owed| {
            let (PageRequest::Get(url) | PageRequest::Post { url, .. }) = &owed.next;
            OwedRow { page: owed.pages + 1, url: url.clone() }
        });
        Self {
            section,
            pages_walked: state.and_then(|state| state.walk.as_ref()).map(|walk| walk.pages),
            walked: state.is_some_and(|state| state.walked),
            owed,
            abroad: state.and_then(|state| state.abroad.clone()),
        }
    }

    /// What there is to say of its pages.
    pub fn pages(&self) -> Vec<String> {
        let walked = self.walked.then(|| "its history is read".to_owned());
        let abroad = self.abroad.as_ref().map(|a| {
            format!("{} links to hosts of others, not followed: {}", a.links, a.hosts.join(", "))
        });
        walked.into_iter().chain(self.unfinished()).chain(abroad).collect()
    }

    /// What of them is still to be read.
    pub fn unfinished(&self) -> Vec<String> {
        let walking = self.pages_walked.map(|pages| format!("{pages} pages of its history read"));
        let owed = self
            .owed
            .as_ref()
            .map(|owed| format!("page {} is still to be read: {}", owed.page, owed.url));
        [walking, owed].into_iter().flatten().collect()
    }
}
