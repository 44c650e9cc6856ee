//! Between a link and the forms of its row.

use jiff::Timestamp;
use uuid::Uuid;

use super::convert::{instant, sections, site};
use super::{four, one, three, two};
use crate::domain::{Link, LinkState, Reread, Teaser, Validators, Why, Written};
use crate::form::Error;

impl From<&Link> for one::Target {
    fn from(target: &Link) -> Self {
        let (state, article, status) = match &target.state {
            LinkState::Unread => (0, None, 0),
            LinkState::Article(id) => (1, Some(id.into_bytes()), 0),
            LinkState::NoArticle => (2, None, 0),
            LinkState::Dead(status) => (3, None, *status),
            LinkState::Barred => (4, None, 0),
            LinkState::Failed => (5, None, 0),
            LinkState::Held => (6, None, 0),
        };
        Self {
            site: target.site.to_string(),
            key: target.key.clone(),
            url: target.url.clone(),
            state,
            article,
            status,
            sections: target.sections.iter().map(ToString::to_string).collect(),
            via: target.via.clone(),
            teaser: target.teaser,
            etag: target.validators.etag.clone(),
            last_modified: target.validators.last_modified.clone(),
            last_read: target.last_read.map(Timestamp::as_nanosecond),
            due: target.due.map(Timestamp::as_nanosecond),
            failures: target.failures,
            left: target.left,
        }
    }
}

impl TryFrom<one::Target> for Link {
    type Error = Error;
    fn try_from(row: one::Target) -> Result<Self, Error> {
        let state = match (row.state, row.article) {
            (0, _) => LinkState::Unread,
            (1, Some(id)) => LinkState::Article(Uuid::from_bytes(id)),
            (2, _) => LinkState::NoArticle,
            (3, _) => LinkState::Dead(row.status),
            (4, _) => LinkState::Barred,
            (5, _) => LinkState::Failed,
            (6, _) => LinkState::Held,
            _ => return Err(Error::Value("a target's state")),
        };
        Ok(Link {
            site: site(&row.site)?,
            key: row.key,
            url: row.url,
            state,
            sections: sections(&row.sections)?,
            via: row.via,
            teaser: row.teaser,
            validators: Validators { etag: row.etag, last_modified: row.last_modified },
            said: None,
            last_read: row.last_read.map(instant).transpose()?,
            due: row.due.map(instant).transpose()?,
            failures: row.failures,
            left: row.left,
            why: None,
            told: None,
            fetched: None,
            reread: None,
            instead: None,
        })
    }
}

impl From<&Link> for two::Target {
    fn from(target: &Link) -> Self {
        Self { one: target.into(), said: target.said }
    }
}

impl TryFrom<two::Target> for Link {
    type Error = Error;
    fn try_from(row: two::Target) -> Result<Self, Error> {
        Ok(Link { said: row.said, ..row.one.try_into()? })
    }
}

impl From<&Link> for three::Target {
    fn from(target: &Link) -> Self {
        Self { two: target.into(), why: target.why.clone().map(String::from) }
    }
}

impl TryFrom<three::Target> for Link {
    type Error = Error;
    fn try_from(row: three::Target) -> Result<Self, Error> {
        Ok(Link { why: row.why.map(Why::from), ..row.two.try_into()? })
    }
}

impl From<&Link> for four::Target {
    fn from(target: &Link) -> Self {
        Self {
            three: target.into(),
            told: target.told.as_deref().map(Into::into),
            fetched: target.fetched.as_ref().map(Into::into),
            reread: target.reread.map(|reread| (reread.of, reread.same)),
            instead: target.instead.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<four::Target> for Link {
    type Error = Error;
    fn try_from(row: four::Target) -> Result<Self, Error> {
        let link = Link::try_from(row.three)?;
        let told = row.told.map(|told| teaser(told, &link.url)).transpose()?;
        Ok(Link {
            told: told.map(Box::new),
            fetched: row.fetched.map(TryInto::try_into).transpose()?,
            reread: row.reread.map(|(of, same)| Reread { of, same }),
            instead: row.instead.map(TryInto::try_into).transpose()?,
            ..link
        })
    }
}

impl From<&Teaser> for four::Told {
    fn from(teaser: &Teaser) -> Self {
        let date = teaser.date.map(|Written { date, time, offset_s }| four::Written {
            date,
            time,
            offset_s,
        });
        let Teaser { title, lead, image, .. } = teaser.clone();
        Self { title, date, lead, image }
    }
}

/// What is told of a link of that address.
fn teaser(row: four::Told, url: &str) -> Result<Teaser, Error> {
    let four::Told { title, date, lead, image } = row;
    let written = |four::Written { date, time, offset_s }| {
        let (year, month, day) = date;
        let date = jiff::civil::Date::new(year, month, day).map(|_| date);
        date.map(|date| Written { date, time, offset_s }).map_err(|_| Error::Value("a date"))
    };
    Ok(Teaser { url: url.to_owned(), title, date: date.map(written).transpose()?, lead, image })
}
