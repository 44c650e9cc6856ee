//! Between a record and the forms of its row.

use std::cell::RefCell;

use jiff::Timestamp;
use uuid::Uuid;
use zstd::bulk::{Compressor, Decompressor};

use super::{four, one, three, two};
use crate::domain::{
    Article, Attachment, BlockName, Listed, Place, Precision, Published, Record, RecordState, Role,
    SectionId, SiteId,
};
use crate::form::Error;

/// Texts that expand to more are broken: an article has at most some megabytes.
const TEXTS: u64 = 64 << 20;
const LEVEL: i32 = 3;

impl From<&Record> for one::Record {
    fn from(record: &Record) -> Self {
        let article = &record.article;
        let (texts, texts_length) = packed(article);
        Self {
            site: record.site.to_string(),
            version: record.version,
            seq: record.seq,
            first_seen: record.first_seen.as_nanosecond(),
            updated: record.updated.as_nanosecond(),
            sections: record.sections.iter().map(ToString::to_string).collect(),
            via: record.via.clone(),
            aliases: record.aliases.clone(),
            capture: (&record.capture).into(),
            profile: record.profile.clone(),
            withdrawn: record.state == RecordState::Withdrawn,
            id: article.id.into_bytes(),
            url: article.url.clone(),
            title: article.title.clone(),
            published: article.published.map(Into::into),
            authors: article.authors.clone(),
            image: article.image.clone(),
            attachments: article
                .attachments
                .iter()
                .map(|a| (a.url.clone(), a.mime_type.clone(), a.title.clone()))
                .collect(),
            language: article.language.clone(),
            portal: article.portal.clone(),
            engine: article.engine.clone(),
            blocks: article.blocks.iter().map(|b| (b.name.clone(), role_number(b.role))).collect(),
            item: article.item.clone(),
            digest: article.digest,
            body_digest: article.body_digest,
            texts_length,
            texts,
        }
    }
}

thread_local! {
    // Making them costs as much as packing one article's texts; `None` where there is no memory for
    // one.
    static PACKER: RefCell<Option<Compressor<'static>>> =
        RefCell::new(Compressor::new(LEVEL).ok());
    static UNPACKER: RefCell<Option<Decompressor<'static>>> =
        RefCell::new(Decompressor::new().ok());
}

fn packed(article: &Article) -> (Vec<u8>, u64) {
    let texts = one::Texts {
        summary: article.lead.clone(),
        content_html: article.content_html.clone(),
        content_text: article.content_text.clone(),
        captions: article.captions.clone(),
    };
    let plain = postcard::to_stdvec(&texts).unwrap_or_default();
    let length = u64::try_from(plain.len()).unwrap_or(u64::MAX);
    let packed = PACKER.with_borrow_mut(|packer| match packer {
        Some(packer) => packer.compress(&plain),
        None => zstd::bulk::compress(&plain, LEVEL),
    });
    (packed.unwrap_or_default(), length)
}

fn unpacked(texts: &[u8], length: u64) -> Result<one::Texts, Error> {
    let length =
        usize::try_from(length.min(TEXTS)).map_err(|_| Error::Value("the length of the texts"))?;
    let plain = UNPACKER.with_borrow_mut(|unpacker| match unpacker {
        Some(unpacker) => unpacker.decompress(texts, length),
        None => zstd::bulk::decompress(texts, length),
    });
    let plain = plain.map_err(Error::Texts)?;
    Ok(postcard::from_bytes(&plain)?)
}

impl TryFrom<one::Record> for Record {
    type Error = Error;
    fn try_from(row: one::Record) -> Result<Self, Error> {
        let texts = unpacked(&row.texts, row.texts_length)?;
        let block =
            |(name, role): (String, u8)| Ok::<_, Error>(BlockName { name, role: role_of(role)? });
        let article = Article {
            id: Uuid::from_bytes(row.id),
            url: row.url,
            title: row.title,
            lead: texts.summary,
            content_html: texts.content_html,
            content_text: texts.content_text,
            published: row.published.map(TryInto::try_into).transpose()?,
            authors: row.authors,
            image: row.image,
            attachments: row
                .attachments
                .into_iter()
                .map(|(url, mime_type, title)| Attachment { url, mime_type, title })
                .collect(),
            language: row.language,
            captions: texts.captions,
            portal: row.portal,
            engine: row.engine,
            blocks: row.blocks.into_iter().map(block).collect::<Result<_, _>>()?,
            item: row.item,
            letters: None,
            digest: row.digest,
            body_digest: row.body_digest,
        };
        Ok(Record {
            site: site(&row.site)?,
            article,
            version: row.version,
            seq: row.seq,
            first_seen: instant(row.first_seen)?,
            updated: instant(row.updated)?,
            sections: sections(&row.sections)?,
            via: row.via,
            aliases: row.aliases,
            canonical: None,
            capture: row.capture.try_into()?,
            profile: row.profile,
            listed: None,
            state: if row.withdrawn { RecordState::Withdrawn } else { RecordState::Live },
        })
    }
}

impl From<&Record> for two::Record {
    fn from(record: &Record) -> Self {
        Self { one: record.into(), letters: record.article.letters.clone() }
    }
}

impl TryFrom<two::Record> for Record {
    type Error = Error;
    fn try_from(row: two::Record) -> Result<Self, Error> {
        let mut record = Record::try_from(row.one)?;
        record.article.letters = row.letters;
        Ok(record)
    }
}

impl From<&Record> for three::Record {
    fn from(record: &Record) -> Self {
        Self {
            two: record.into(),
            listed: record.listed.clone().map(|Listed { url, teaser }| (url, teaser)),
        }
    }
}

impl TryFrom<three::Record> for Record {
    type Error = Error;
    fn try_from(row: three::Record) -> Result<Self, Error> {
        Ok(Record {
            listed: row.listed.map(|(url, teaser)| Listed { url, teaser }),
            ..row.two.try_into()?
        })
    }
}

impl From<&Record> for four::Record {
    fn from(record: &Record) -> Self {
        let joined = match record.state {
            RecordState::Joined(id) => Some(id.into_bytes()),
            RecordState::Live | RecordState::Withdrawn => None,
        };
        Self { three: record.into(), canonical: record.canonical.clone(), joined }
    }
}

impl TryFrom<four::Record> for Record {
    type Error = Error;
    fn try_from(row: four::Record) -> Result<Self, Error> {
        let record = Record { canonical: row.canonical, ..row.three.try_into()? };
        Ok(match row.joined {
            Some(id) => Record { state: RecordState::Joined(Uuid::from_bytes(id)), ..record },
            None => record,
        })
    }
}

impl From<&Place> for one::Place {
    fn from(place: &Place) -> Self {
        let time = place.time.as_nanosecond();
        Self {
            file: place.file.clone(),
            offset: place.offset,
            length: place.length,
            digest: place.digest.clone(),
            time,
        }
    }
}

impl TryFrom<one::Place> for Place {
    type Error = Error;
    fn try_from(row: one::Place) -> Result<Self, Error> {
        Ok(Place {
            file: row.file,
            offset: row.offset,
            length: row.length,
            digest: row.digest,
            time: instant(row.time)?,
        })
    }
}

impl From<Published> for one::Published {
    fn from(published: Published) -> Self {
        let precision = u8::from(published.precision == Precision::Minute);
        Self { at: published.at.as_nanosecond(), offset_s: published.offset_s, precision }
    }
}

impl TryFrom<one::Published> for Published {
    type Error = Error;
    fn try_from(row: one::Published) -> Result<Self, Error> {
        let precision = if row.precision == 0 { Precision::Day } else { Precision::Minute };
        Ok(Published { at: instant(row.at)?, offset_s: row.offset_s, precision })
    }
}

pub(super) fn instant(nanoseconds: i128) -> Result<Timestamp, Error> {
    Timestamp::from_nanosecond(nanoseconds).map_err(|_| Error::Value("a time"))
}

pub(super) fn site(id: &str) -> Result<SiteId, Error> {
    SiteId::new(id).ok_or(Error::Value("a site's id"))
}

pub(super) fn section(id: &str) -> Result<SectionId, Error> {
    SectionId::new(id).ok_or(Error::Value("a section's id"))
}

pub(super) fn sections(ids: &[String]) -> Result<Vec<SectionId>, Error> {
    ids.iter().map(|id| section(id)).collect()
}

const ROLES: [Role; 7] = [
    Role::Toolbar,
    Role::ViewData,
    Role::Listing,
    Role::Related,
    Role::MostRead,
    Role::Navigation,
    Role::Other,
];

fn role_number(role: Role) -> u8 {
    ROLES.iter().zip(0..).find(|(known, _)| **known == role).map_or(u8::MAX, |(_, number)| number)
}

fn role_of(number: u8) -> Result<Role, Error> {
    ROLES.get(usize::from(number)).copied().ok_or(Error::Value("a role"))
}
