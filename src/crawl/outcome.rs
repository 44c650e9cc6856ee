//! What a visit says: its events as it goes, its report at the end, its faults.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::{Health, SectionId};

/// What ended a visit early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another worker has the site.
    #[error("another visit of this site is under way")]
    Claimed,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] crate::store::Error),
    /// The archive failed.
    #[error("the archive failed")]
    Archive(#[from] crate::archive::Error),
    /// The daemon is in a state in which no site is asked.
    #[error("nothing can be kept: {0}")]
    State(String),
    /// The daemon is stopping.
    #[error("the daemon is stopping")]
    Stopped,
    /// The page's reader broke off.
    #[error("the reader broke off on this page: please report its address")]
    Reading,
    /// Work for the visit broke off, such as opening the archive again.
    #[error("{0} broke off: please report it, with the log")]
    BrokenOff(&'static str),
}

/// One step of a visit, for progress bars and logs.
#[derive(Clone, Debug)]
pub enum Event {
    /// A visit began.
    Began,
    /// A page of a section was read: its number and how many links of it are new.
    Listed {
        /// The section.
        section: SectionId,
        /// The page's number, from 1.
        page: u32,
        /// Links on it.
        links: usize,
        /// Of them never seen before.
        new: usize,
        /// Links to hosts of others, which are not followed.
        abroad: u32,
    },
    /// An article was read for the first time.
    Found {
        /// Its title.
        title: String,
        /// Its section.
        section: Option<SectionId>,
    },
    /// An article changed.
    Edited {
        /// Its title.
        title: String,
        /// Its new version.
        version: u32,
    },
    /// An article page was asked for; it brought nothing new, or failed.
    Read,
    /// The visit ended.
    Ended,
}

/// What a visit found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The site's state after it.
    pub health: Health,
    /// Why it is not healthy.
    pub reasons: Vec<String>,
    /// What each section gave.
    pub sections: Vec<SectionReport>,
    /// New articles.
    pub new: u32,
    /// New versions of known ones.
    pub edited: u32,
    /// Known articles read again without a change (304 included).
    pub unchanged: u32,
    /// Pages that are no article.
    pub no_article: u32,
    /// Gone links.
    pub dead: u32,
    /// Links that may not be read.
    pub barred: u32,
    /// Links that could not be read.
    pub failed: u32,
    /// Pages that are archived and not published, since their fields have no witnesses.
    pub held_back: u32,
    /// Article pages that were read.
    pub pages: u32,
    /// The host asked to be left alone until then.
    pub paused_until: Option<Timestamp>,
    /// When the daemon visits next.
    pub next_due: Option<Timestamp>,
    /// More is waiting: an unfinished walk.
    pub unfinished: bool,
    /// Which pages are no articles, and why.
    pub left_out: LeftOut,
}

/// What one section gave.
#[derive(Clone, Debug)]
pub struct SectionReport {
    /// The section.
    pub id: SectionId,
    /// Pages of its listing that were read.
    pub pages: u32,
    /// Links seen.
    pub links: usize,
    /// Of them never seen before.
    pub new: usize,
    /// Why it could not be read.
    pub failure: Option<String>,
    /// Links to hosts of others, which are not followed.
    pub abroad: u32,
}

/// What a page is that is no article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It could not be read.
    Failed,
    /// It was read and is no article.
    NoArticle,
    /// It is gone.
    Dead,
    /// It may not be read.
    Barred,
    /// It was read, and its fields have no witnesses.
    HeldBack,
}

impl Kind {
    /// As people read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Failed => "failed",
            Kind::NoArticle => "no article",
            Kind::Dead => "dead",
            Kind::Barred => "barred",
            Kind::HeldBack => "held back",
        }
    }
}

/// Pages that are no articles, by what they are and why.
#[derive(Clone, Debug, Default)]
pub struct LeftOut(BTreeMap<(Kind, String), Pages>);

/// Pages of one reason.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    /// How many.
    pub count: usize,
    /// The first of their addresses.
    pub urls: Vec<String>,
}

/// Most reasons that are kept of a visit, and pages that are named in all.
const REASONS: usize = 50;
const NAMED: usize = 200;

impl LeftOut {
    /// One page more.
    pub fn add(&mut self, kind: Kind, why: &str, url: &str) {
        let named: usize = self.0.values().map(|pages| pages.urls.len()).sum();
        let mut reason = (kind, why.to_owned());
        if self.0.len() >= REASONS && !self.0.contains_key(&reason) {
            reason.1 = "other reasons".to_owned();
        }
        let pages = self.0.entry(reason).or_default();
        pages.count += 1;
        if named < NAMED {
            pages.urls.push(url.to_owned());
        }
    }

    /// The pages by kind and reason.
    pub fn reasons(&self) -> impl Iterator<Item = (Kind, &str, &Pages)> {
        self.0.iter().map(|((kind, why), pages)| (*kind, why.as_str(), pages))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::state::chain;

    #[test]
    fn what_ends_a_visit_says_which_part_of_it_broke_off() {
        let path = "/a/store".into();
        let cause = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let told = [
            Error::Claimed,
            Error::Store(crate::store::Error::Io { path, act: "written", cause }),
            Error::State("no room on the disk".to_owned()),
            Error::Stopped,
            Error::Reading,
            Error::BrokenOff("opening the archive again"),
        ];
        insta::assert_snapshot!(told.each_ref().map(|error| chain(error)).join("\n"), @r"
        another visit of this site is under way
        the store failed: the store at /a/store could not be written: no storage space
        nothing can be kept: no room on the disk
        the daemon is stopping
        the reader broke off on this page: please report its address
        opening the archive again broke off: please report it, with the log
        ");
    }
}
