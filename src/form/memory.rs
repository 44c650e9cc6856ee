//! The archived memory of a site, as JSON under `urn:bantin:site:SITE:memory`: what a store that is
//! rebuilt could not know from the article records, the states of the site's sections and the links
//! that were seen and not read as articles.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Error;
use super::record::{known, mark, unmark};
use crate::domain::site_state::{Owed, Walk};
use crate::domain::{self, PageRequest, Place, SectionId, SectionState, SiteId, SiteState};

const FORMAT: &str = "bantin-site/1";
/// Most links that are kept of a site.
pub const LINKS: usize = 2_000;

/// What is to be known of a site after its store was lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The site.
    pub site: SiteId,
    /// Its sections, by id.
    pub sections: Vec<Section>,
    /// Links that are not read as articles, those that were never asked for first.
    pub links: Vec<Link>,
    /// Captures that taught what its pages share beside those of first versions, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lessons: Vec<Place>,
}

/// The state of a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its id.
    pub id: SectionId,
    /// Whether its first page was ever read.
    pub visited: bool,
    /// Whether its history was walked to its end.
    pub walked: bool,
    /// Where an unfinished walk goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk: Option<Next>,
    /// Where a page lies that was to be read and was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed: Option<Next>,
}

/// A further page of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// Its address.
    pub url: String,
    /// The fields of a post; none: a plain link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Vec<(String, String)>>,
    /// The number of the page before it.
    pub pages: u32,
    /// Keys of links that were found since the hole opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
}

/// A link of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The address to ask.
    pub url: String,
    /// The normalised address that identifies it.
    pub key: String,
    /// Sections whose listings named it.
    pub sections: Vec<SectionId>,
    /// The listing page that named it first.
    pub via: String,
    /// Digest of its teaser, 16 hex digits.
    #[serde(with = "digits")]
    pub teaser: u64,
    /// What became of it.
    pub state: LinkState,
    /// What its address answers, if it is dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// What became of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkState {
    /// Seen, not yet read.
    Unread,
    /// It could not be read.
    Failed,
    /// The portal says that it is gone.
    Dead,
}

/// A memory as it is archived.
#[derive(Serialize, Deserialize)]
struct Archived<M> {
    /// `bantin-site/1`.
    format: String,
    #[serde(flatten)]
    memory: M,
}

/// The archived form.
pub fn to_json(memory: &Memory) -> Vec<u8> {
    serde_json::to_vec_pretty(&Archived { format: FORMAT.to_owned(), memory }).unwrap_or_default()
}

/// The memory of an archived form.
///
/// # Errors
///
/// When it is no JSON of a memory, or of another format.
pub fn from_json(bytes: &[u8]) -> Result<Memory, Error> {
    #[derive(Deserialize)]
    struct Format {
        format: String,
    }
    known(&serde_json::from_slice::<Format>(bytes)?.format, FORMAT)?;
    Ok(serde_json::from_slice::<Archived<Memory>>(bytes)?.memory)
}

/// Tells one memory from another; the same in every run, never 0.
pub fn digest(memory: &Memory) -> u64 {
    let bytes: [u8; 32] = Sha256::digest(to_json(memory)).into();
    bytes.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)).max(1)
}

impl Memory {
    /// What a site's memory and its open links say; other links are left out.
    pub fn of(site: &SiteId, state: &SiteState, open: Vec<domain::Link>) -> Self {
        let sections = state.sections.iter().map(|(id, state)| Section::of(id, state)).collect();
        let mut links: Vec<Link> = open.into_iter().filter_map(Link::of).collect();
        links.sort_by(|a, b| (a.state, &a.key).cmp(&(b.state, &b.key)));
        links.truncate(LINKS);
        Self { site: site.clone(), sections, links, lessons: state.lessons.clone() }
    }

    /// The site's memory as far as it is kept.
    pub fn site_state(&self) -> SiteState {
        let sections =
            self.sections.iter().map(|section| (section.id.clone(), section.state())).collect();
        let lessons = self.lessons.clone();
        SiteState { sections, archived_memory: digest(self), lessons, ..SiteState::default() }
    }

    /// Its open links.
    pub fn links(&self) -> Vec<domain::Link> {
        self.links.iter().map(|link| link.restored(&self.site)).collect()
    }
}

impl Section {
    fn of(id: &SectionId, state: &SectionState) -> Self {
        let walk = state.walk.clone().map(|walk| Next::of(walk.next, walk.pages, Vec::new()));
        // How often an owed page failed is no part of it: a count is nothing to remember anew at
        // each visit.
        let owed = state.owed.clone().map(|owed| Next::of(owed.next, owed.pages, owed.seen));
        Self { id: id.clone(), visited: state.visits > 0, walked: state.walked, walk, owed }
    }

    fn state(&self) -> SectionState {
        SectionState {
            visits: u64::from(self.visited),
            walk: self
                .walk
                .as_ref()
                .map(|next| Walk { next: next.page_request(), pages: next.pages }),
            walked: self.walked,
            owed: self.owed.as_ref().map(|next| Owed {
                next: next.page_request(),
                pages: next.pages,
                seen: next.seen.clone(),
                failures: 0,
            }),
            ..SectionState::default()
        }
    }
}

impl Next {
    fn of(request: PageRequest, pages: u32, seen: Vec<String>) -> Self {
        let (url, post) = match request {
            PageRequest::Get(url) => (url, None),
            PageRequest::Post { url, fields } => (url, Some(fields)),
        };
        Self { url, post, pages, seen }
    }

    fn page_request(&self) -> PageRequest {
        match self.post.clone() {
            Some(fields) => PageRequest::Post { url: self.url.clone(), fields },
            None => PageRequest::Get(self.url.clone()),
        }
    }
}

impl Link {
    /// An open link; `None` if it is none.
    fn of(link: domain::Link) -> Option<Self> {
        let (state, status) = match link.state {
            // What is held back is asked for anew.
            domain::LinkState::Unread | domain::LinkState::Held => (LinkState::Unread, None),
            domain::LinkState::Failed => (LinkState::Failed, None),
            domain::LinkState::Dead(status) => (LinkState::Dead, Some(status)),
            domain::LinkState::Article(_)
            | domain::LinkState::NoArticle
            | domain::LinkState::Barred => return None,
        };
        let domain::Link { url, key, sections, via, teaser, .. } = link;
        Some(Self { url, key, sections, via, teaser, state, status })
    }

    fn restored(&self, site: &SiteId) -> domain::Link {
        domain::Link {
            key: self.key.clone(),
            url: self.url.clone(),
            state: match self.state {
                LinkState::Unread => domain::LinkState::Unread,
                LinkState::Failed => domain::LinkState::Failed,
                LinkState::Dead => domain::LinkState::Dead(self.status.unwrap_or(404)),
            },
            sections: self.sections.clone(),
            via: self.via.clone(),
            teaser: self.teaser,
            // When it was due is not kept: what was asked for once is due by time, so from now on.
            due: (self.state != LinkState::Unread).then_some(Timestamp::UNIX_EPOCH),
            ..domain::Link::of(site.clone())
        }
    }
}

/// A short digest in JSON.
mod digits {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(digest: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::mark(*digest))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        super::unmark(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::stored::sample;
    use proptest::prelude::*;

    fn memory(state: &SiteState, states: &[domain::LinkState]) -> Memory {
        let site = SiteId::new("bach-thong").unwrap();
        let link = |(n, state): (usize, &domain::LinkState)| domain::Link {
            key: n.to_string(),
            state: state.clone(),
            ..sample::link()
        };
        Memory::of(&site, state, states.iter().enumerate().map(link).collect())
    }

    #[test]
    fn it_explains_itself() {
        let memory = memory(
            &sample::site_state(),
            &[
                domain::LinkState::Dead(410),
                domain::LinkState::NoArticle,
                domain::LinkState::Unread,
            ],
        );
        insta::assert_snapshot!(String::from_utf8(to_json(&memory)).unwrap());
    }

    #[test]
    fn only_open_links_are_kept_and_no_more_than_so_many() {
        let states = [
            vec![domain::LinkState::Dead(404); LINKS],
            vec![domain::LinkState::Failed, domain::LinkState::Barred, domain::LinkState::Unread],
        ]
        .concat();
        let memory = memory(&SiteState::default(), &states);
        assert_eq!(memory.links.len(), LINKS);
        assert_eq!(
            memory.links.iter().take(3).map(|link| link.state).collect::<Vec<_>>(),
            [LinkState::Unread, LinkState::Failed, LinkState::Dead]
        );
    }

    #[test]
    fn what_is_broken_or_newer_is_said() {
        let text = String::from_utf8(to_json(&memory(
            &sample::site_state(),
            &[domain::LinkState::Unread],
        )))
        .unwrap();
        let with = |from: &str, to: &str| {
            from_json(text.replace(from, to).as_bytes()).unwrap_err().to_string()
        };
        assert!(with("bantin-site/1", "bantin-site/2").contains("bantin-site/2"));
        assert!(!with("0000000000000063", "63").is_empty() && from_json(b"{}").is_err());
    }

    proptest! {
        #[test]
        fn every_memory_comes_back(
            state in sample::site_states(),
            states in proptest::collection::vec(0u8..3, 0..5),
            teaser: u64,
        ) {
            use domain::LinkState::{Dead, Failed, Unread};
            let kinds = [Unread, Failed, Dead(410)];
            let states: Vec<_> = states.iter().map(|n| kinds[usize::from(*n)].clone()).collect();
            let mut memory = memory(&state, &states);
            memory.links.iter_mut().for_each(|link| link.teaser = teaser);
            let read = from_json(&to_json(&memory)).unwrap();
            prop_assert_eq!(&read, &memory);
            // What a rebuilt store has of it says the same.
            let again = Memory::of(&memory.site, &memory.site_state(), memory.links());
            prop_assert_eq!(
                (digest(&again), memory.site_state().archived_memory),
                (digest(&memory), digest(&memory))
            );
        }
    }
}
