//! Between a source and form 2 of its row.

use jiff::Timestamp;

use super::convert::{instant, section};
use super::{one, two};
use crate::domain::source::Walk;
use crate::domain::{Calm, Gist, Health, SectionState, Source, Turn, Validators};
use crate::form::Error;

impl From<&Source> for two::Source {
    fn from(source: &Source) -> Self {
        Self {
            visits: source.visits,
            last_visit: source.last_visit.map(Timestamp::as_nanosecond),
            last_success: source.last_success.map(Timestamp::as_nanosecond),
            next_due: source.next_due.map(Timestamp::as_nanosecond),
            failures: source.failures,
            health: match source.health {
                Health::New | Health::Healthy => 0,
                Health::Degraded => 1,
                Health::Broken => 2,
            },
            reasons: source.reasons.clone(),
            sections: source.sections.iter().map(|(id, state)| (id.to_string(), state.into())).collect(),
            cookies: source.cookies.clone(),
        }
    }
}

impl TryFrom<two::Source> for Source {
    type Error = Error;
    fn try_from(row: two::Source) -> Result<Self, Error> {
        let health = match row.health {
            0 => Health::Healthy,
            1 => Health::Degraded,
            2 => Health::Broken,
            _ => return Err(Error::Value("a health")),
        };
        let sections = row.sections.into_iter().map(|(id, state)| Ok::<_, Error>((section(&id)?, state.into())));
        Ok(Source {
            visits: row.visits,
            last_visit: row.last_visit.map(instant).transpose()?,
            last_success: row.last_success.map(instant).transpose()?,
            next_due: row.next_due.map(instant).transpose()?,
            failures: row.failures,
            health,
            reasons: row.reasons,
            sections: sections.collect::<Result<_, _>>()?,
            cookies: row.cookies,
            paused_until: None,
            archived_memory: 0,
        })
    }
}

impl From<&SectionState> for two::Section {
    fn from(state: &SectionState) -> Self {
        let Validators { etag, last_modified } = state.validators.clone();
        let walk = state.walk.as_ref().map(|walk| match walk.next.clone() {
            Turn::Get(url) => one::Walk { url, post: None, pages: walk.pages },
            Turn::Post { url, fields } => one::Walk { url, post: Some(fields), pages: walk.pages },
        });
        let calm = state.calm.as_ref().map(|calm| two::Calm {
            reader: calm.reader,
            wire: calm.wire,
            gist: calm.gist.as_ref().map(|gist| (gist.form, gist.digits.clone())),
            step: calm.step,
        });
        Self { etag, last_modified, visits: state.visits, first_page: state.first_page.clone(), walk, walked: state.walked, calm }
    }
}

impl From<two::Section> for SectionState {
    fn from(row: two::Section) -> Self {
        let turn = |url, post: Option<Vec<_>>| match post {
            Some(fields) => Turn::Post { url, fields },
            None => Turn::Get(url),
        };
        Self {
            validators: Validators { etag: row.etag, last_modified: row.last_modified },
            visits: row.visits,
            first_page: row.first_page,
            walk: row.walk.map(|walk| Walk { next: turn(walk.url, walk.post), pages: walk.pages }),
            walked: row.walked,
            owed: None,
            calm: row.calm.map(|calm| Calm {
                reader: calm.reader,
                wire: calm.wire,
                gist: calm.gist.map(|(form, digits)| Gist { form, digits }),
                step: calm.step,
            }),
        }
    }
}
