//! Between a source and forms 3 and 4 of its row.

use jiff::Timestamp;

use super::convert::{instant, section};
use super::{four, one, three, two};
use crate::domain::site_state::{Owed, Walk};
use crate::domain::{
    Abroad, Fingerprint, Health, KnownPage, PageRequest, SectionState, SiteState, Validators,
};
use crate::form::Error;

/// Each state at the place that is its number.
const HEALTH: [Health; 4] = [Health::Healthy, Health::Degraded, Health::Broken, Health::New];

impl From<&SiteState> for three::Source {
    fn from(source: &SiteState) -> Self {
        Self {
            visits: source.visits,
            last_visit: source.last_visit.map(Timestamp::as_nanosecond),
            last_success: source.last_success.map(Timestamp::as_nanosecond),
            next_due: source.next_due.map(Timestamp::as_nanosecond),
            failures: source.failures,
            health: HEALTH
                .iter()
                .zip(0..)
                .find(|(health, _)| **health == source.health)
                .map_or(u8::MAX, |(_, number)| number),
            reasons: source.reasons.clone(),
            sections: source
                .sections
                .iter()
                .map(|(id, state)| (id.to_string(), state.into()))
                .collect(),
            cookies: source.cookies.clone(),
            paused_until: source.paused_until.map(Timestamp::as_nanosecond),
            archived_memory: source.archived_memory,
        }
    }
}

impl TryFrom<three::Source> for SiteState {
    type Error = Error;
    fn try_from(row: three::Source) -> Result<Self, Error> {
        let sections = row
            .sections
            .into_iter()
            .map(|(id, state)| Ok::<_, Error>((section(&id)?, state.into())));
        Ok(SiteState {
            visits: row.visits,
            last_visit: row.last_visit.map(instant).transpose()?,
            last_success: row.last_success.map(instant).transpose()?,
            next_due: row.next_due.map(instant).transpose()?,
            failures: row.failures,
            health: HEALTH.get(usize::from(row.health)).copied().ok_or(Error::Value("a health"))?,
            reasons: row.reasons,
            sections: sections.collect::<Result<_, _>>()?,
            cookies: row.cookies,
            paused_until: row.paused_until.map(instant).transpose()?,
            archived_memory: row.archived_memory,
            lessons: Vec::new(),
        })
    }
}

impl From<&SiteState> for four::Source {
    fn from(source: &SiteState) -> Self {
        let abroad = source.sections.iter().filter_map(|(id, state)| {
            let Abroad { links, hosts, all } = state.abroad.clone()?;
            Some((id.to_string(), four::Abroad { links, hosts, all }))
        });
        let lessons = source.lessons.iter().map(Into::into).collect();
        Self { abroad: abroad.collect(), lessons, three: source.into() }
    }
}

impl TryFrom<four::Source> for SiteState {
    type Error = Error;
    fn try_from(row: four::Source) -> Result<Self, Error> {
        let mut source = SiteState::try_from(row.three)?;
        for (id, four::Abroad { links, hosts, all }) in row.abroad {
            source.sections.entry(section(&id)?).or_default().abroad =
                Some(Abroad { links, hosts, all });
        }
        source.lessons =
            row.lessons.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        Ok(source)
    }
}

impl From<&SectionState> for three::Section {
    fn from(state: &SectionState) -> Self {
        let owed = state.owed.clone().map(|Owed { next, pages, seen, failures }| {
            let (url, post) = parts(next);
            three::Owed { url, post, pages, seen, failures }
        });
        Self { two: state.into(), owed }
    }
}

impl From<three::Section> for SectionState {
    fn from(row: three::Section) -> Self {
        let owed = row.owed.map(|three::Owed { url, post, pages, seen, failures }| Owed {
            next: page_request(url, post),
            pages,
            seen,
            failures,
        });
        Self { owed, ..row.two.into() }
    }
}

impl From<&SectionState> for two::Section {
    fn from(state: &SectionState) -> Self {
        let Validators { etag, last_modified } = state.validators.clone();
        let walk = state.walk.clone().map(|Walk { next, pages }| {
            let (url, post) = parts(next);
            one::Walk { url, post, pages }
        });
        let calm = state.known_page.as_ref().map(|calm| two::Calm {
            reader: calm.reader,
            wire: calm.wire,
            gist: calm.fingerprint.as_ref().map(|found| (found.form, found.digits.clone())),
            step: calm.step,
        });
        Self {
            etag,
            last_modified,
            visits: state.visits,
            first_page: state.first_page.clone(),
            walk,
            walked: state.walked,
            calm,
        }
    }
}

impl From<two::Section> for SectionState {
    fn from(row: two::Section) -> Self {
        Self {
            validators: Validators { etag: row.etag, last_modified: row.last_modified },
            visits: row.visits,
            first_page: row.first_page,
            walk: row
                .walk
                .map(|walk| Walk { next: page_request(walk.url, walk.post), pages: walk.pages }),
            walked: row.walked,
            owed: None,
            abroad: None,
            known_page: row.calm.map(|calm| KnownPage {
                reader: calm.reader,
                wire: calm.wire,
                fingerprint: calm.gist.map(|(form, digits)| Fingerprint { form, digits }),
                step: calm.step,
            }),
        }
    }
}

/// A request's address, and its fields if it is a post.
fn parts(request: PageRequest) -> (String, Option<Vec<(String, String)>>) {
    match request {
        PageRequest::Get(url) => (url, None),
        PageRequest::Post { url, fields } => (url, Some(fields)),
    }
}

fn page_request(url: String, post: Option<Vec<(String, String)>>) -> PageRequest {
    match post {
        Some(fields) => PageRequest::Post { url, fields },
        None => PageRequest::Get(url),
    }
}
