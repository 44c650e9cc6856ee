//! The small fields of an article: addresses, dates, names, attachments, language.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::domain::{Attachment, Draft, Precision, Published, Written};

use super::context::Context;
use super::cut::Cuts;
use super::sanitizer::Sanitizer;
use super::text;
use super::url::{absolute, untracked};

/// How far ahead of now a date may lie.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// The address of a picture or document: absolute http or https; without a base a relative one
/// stays as written.
pub(super) fn address(base: Option<&Url>, written: &str) -> Option<String> {
    match absolute(base, written) {
        Some(url) => Some(untracked(&url).into()),
        None => kept(base, written),
    }
}

/// The address of a link: like [`address`], or of another scheme that is allowed.
pub(super) fn link(base: Option<&Url>, written: &str, sanitizer: &Sanitizer) -> Option<String> {
    address(base, written).or_else(|| {
        let url = Url::parse(written.trim()).ok()?;
        // `mailto:` alone leads to nobody.
        let leads = !matches!(url.scheme(), "http" | "https") && !url.path().is_empty();
        (leads && sanitizer.links_by(url.scheme()) && url.as_str().len() <= 4096)
            .then(|| url.into())
    })
}

/// A relative address whose base nobody knows.
fn kept(base: Option<&Url>, written: &str) -> Option<String> {
    let relative =
        base.is_none() && Url::parse(written) == Err(url::ParseError::RelativeUrlWithoutBase);
    Some(text::clean(written))
        .filter(|written| relative && !written.is_empty() && written.len() <= 4096)
}

/// When the page says it was published. A written offset wins over the zone of site or profile; a
/// day counts from 00:00 there.
pub(super) fn published(draft: &Draft, context: &Context<'_>) -> Option<Published> {
    let Written { date: (year, month, day), time, offset_s } = draft.published?;
    let date = Date::new(year, month, day).ok()?;
    let (hour, minute) = time.unwrap_or((0, 0));
    let civil = DateTime::from_parts(date, Time::new(hour, minute, 0, 0).ok()?);
    let offset = offset_s.and_then(|seconds| Offset::from_seconds(seconds).ok());
    let zone = match offset {
        Some(offset) => TimeZone::fixed(offset),
        None => zone(&[context.timezone, draft.timezone.as_deref()]),
    };
    let at = zone.to_timestamp(civil).ok()?;
    // Old zones have seconds, which no format can write.
    let (offset_s, odd_s) = (zone.to_offset(at).seconds(), zone.to_offset(at).seconds() % 60);
    let at = at.checked_add(SignedDuration::from_secs(odd_s.into())).ok()?;
    let precision = if time.is_some() { Precision::Minute } else { Precision::Day };
    let latest = context.now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    (at <= latest).then(|| Published { at, offset_s: offset_s - odd_s, precision })
}

/// The first zone that is known, else UTC.
fn zone(names: &[Option<&str>]) -> TimeZone {
    names.iter().flatten().find_map(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

/// Names, each once.
pub(super) fn authors(written: &[String], cuts: &mut Cuts) -> Vec<String> {
    let mut authors: Vec<String> = Vec::new();
    for name in written {
        let name = cuts.field(&unmarked(name));
        if !name.is_empty()
            && cuts.has_room(authors.len())
            && !authors.iter().any(|known| known.to_lowercase() == name.to_lowercase())
        {
            authors.push(name);
        }
    }
    authors
}

/// A name without the markup or the address of a mail (`<a@b>`) that stands in it.
fn unmarked(name: &str) -> String {
    let name = text::clean(name);
    let mut parts = name.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| match part.split_once('>') {
        Some((_, rest)) => [&name, " ", rest].concat(),
        None => [&name, "<", part].concat(),
    })
}

/// Attached documents, each address once; each with its media type where the page says one.
pub(super) fn attachments<'d>(
    written: impl Iterator<Item = (&'d str, &'d str, &'d str)>,
    base: Option<&Url>,
    sanitizer: &Sanitizer,
    cuts: &mut Cuts,
) -> Vec<Attachment> {
    let mut attachments: Vec<Attachment> = Vec::new();
    for (href, title, said) in written {
        if !cuts.has_room(attachments.len()) {
            break;
        }
        let Some(url) = address(base, href) else { continue };
        if !attachments.iter().any(|known| known.url == url) {
            attachments.push(Attachment {
                mime_type: media_type(&url, said, sanitizer),
                title: cuts.field(title),
                url,
            });
        }
    }
    attachments
}

/// The media type by the ending of the path, else of a parameter's value, else as it is said.
fn media_type(url: &str, said: &str, sanitizer: &Sanitizer) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let ends =
        std::iter::once(path).chain(query.split('&').filter_map(|p| Some(p.split_once('=')?.1)));
    let mut known = ends.filter_map(|end| {
        let (_, ending) = end.rsplit(['/', '\\']).next()?.rsplit_once('.')?;
        sanitizer.media_type(&ending.to_lowercase())
    });
    let said = Some(said).filter(|said| !said.is_empty());
    known.next().or(said).unwrap_or("application/octet-stream").to_owned()
}

/// A language tag, if it looks like one.
pub(super) fn language(written: &str) -> Option<String> {
    let tag = written.trim().replace('_', "-");
    let mut parts = tag.split('-');
    let first = parts
        .next()
        .is_some_and(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
    let rest =
        parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    (first && rest && tag.len() <= 35).then_some(tag)
}
