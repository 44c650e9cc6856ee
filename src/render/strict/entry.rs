//! What is wrong with an entry: by itself, and beside those before it.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::fault::{FOLLOW, Fault, ORIGIN, ZONE};
use super::read::{Enclosure, Seen};
use super::syntax::{is_media_type, language_fault, uri_fault};
use crate::domain::markup;
use crate::render::shown;

/// The largest entry, in bytes.
pub(super) const LARGEST_ENTRY: usize = 200_000;
/// Before it nothing was on the web: 1990-01-01T00:00:00Z.
const EARLIEST: i64 = 631_152_000;
/// What an article may be dated ahead of the version that says so: a day counts in the site's zone.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Elements that readers take out, with what stands in them, or refuse the entry for.
const UNSAFE: [&str; 11] = [
    "script", "style", "iframe", "object", "embed", "applet", "link", "meta", "base", "frame",
    "frameset",
];

/// What entries before have said.
#[derive(Default)]
pub(super) struct Told<'a> {
    ids: HashMap<&'a str, &'a Seen>,
    links: HashSet<&'a str>,
    texts: HashMap<(Option<&'a str>, &'a str), &'a str>,
}

impl<'a> Told<'a> {
    /// What an entry says that another one said.
    pub(super) fn again(&mut self, seen: &'a Seen) -> Vec<Fault> {
        let mut wrong = Vec::new();
        if let Some(first) = self.ids.insert(&seen.id, seen).filter(|_| !seen.id.is_empty()) {
            let same = seen.updated.is_some() && first.updated == seen.updated;
            let what = if same {
                "its id stands there twice, with the same time of change"
            } else {
                "its id stands there twice"
            };
            wrong.push(Fault(
                what.to_owned(),
                "readers show one of the two, and strict ones refuse the document",
                None,
            ));
        }
        if seen.link.as_ref().is_some_and(|link| !self.links.insert(link)) {
            wrong.push(Fault(
                "another entry leads to the same page".to_owned(),
                "readers show the page twice",
                None,
            ));
        }
        let first = *self.texts.entry((seen.title.as_deref(), &seen.content)).or_insert(&seen.id);
        if first != seen.id && !seen.content.trim().is_empty() {
            let advice =
                "they become one when one's address leads to the other's or names it as canonical";
            wrong.push(Fault(
                format!("title and text are those of {first}"),
                "readers show it twice",
                Some(advice),
            ));
        }
        wrong
    }
}

/// What is wrong with an entry alone.
pub(super) fn alone(seen: &Seen, now: Timestamp, owns: impl Fn(&Url) -> bool) -> Vec<Fault> {
    let mut wrong = identity(seen);
    wrong.extend(texts(seen));
    wrong.extend(content(&seen.content));
    wrong.extend(dates(seen, now));
    wrong.extend(page(seen, owns));
    wrong.extend(seen.enclosures.iter().flat_map(enclosure));
    wrong.extend(seen.languages.iter().filter_map(|tag| language_fault(tag)));
    wrong
}

/// What is wrong with its id, its size and its addresses.
fn identity(seen: &Seen) -> Vec<Fault> {
    let mut wrong = Vec::new();
    if seen.id.trim().is_empty() {
        wrong.push(Fault(
            "it has no id".to_owned(),
            "readers cannot tell it from others: they double or lose it",
            None,
        ));
    }
    if seen.size() > LARGEST_ENTRY {
        let advice = "`bantin inspect URL` shows what of the page it took: a portal profile says \
                      what is no article";
        wrong.push(Fault(
            format!("it has {} bytes, over {LARGEST_ENTRY}", seen.size()),
            "some readers cut it or leave it out",
            Some(advice),
        ));
    }
    let bad = seen.addresses.iter().filter_map(|(kind, address)| uri_fault(kind, address));
    wrong.extend(bad.map(|what| Fault(what, FOLLOW, None)));
    wrong
}

/// What is wrong with its title, its lead and its letters.
fn texts(seen: &Seen) -> Vec<Fault> {
    let mut wrong = Vec::new();
    if seen.title.as_ref().is_some_and(|title| title.trim().is_empty()) {
        wrong.push(Fault(
            "its title is empty".to_owned(),
            "readers show nothing to choose it by, and some leave it out",
            ORIGIN,
        ));
    }
    for (name, text) in [("title", seen.title.as_deref()), ("description", Some(&*seen.lead))] {
        if let Some(text) = text.filter(|text| shown::like_markup(text)) {
            wrong.push(Fault(
                format!("its {name} holds markup: {text}"),
                "readers show the marks, or lose what looks like a tag",
                ORIGIN,
            ));
        }
    }
    if seen.texts().any(|text| text.contains('\u{fffd}')) {
        wrong.push(Fault(
            "it holds U+FFFD, which stands for a character that could not be read".to_owned(),
            "readers show it as a mark",
            ORIGIN,
        ));
    }
    wrong
}

/// What is wrong with the page that it leads to.
fn page(seen: &Seen, owns: impl Fn(&Url) -> bool) -> Option<Fault> {
    let link = seen.link.as_ref().and_then(|link| Url::parse(link).ok())?;
    if owns(&link) {
        return None;
    }
    let host = link.host_str().unwrap_or_default();
    Some(Fault(
        format!("its page is at {host}, which is not the site's own"),
        "people come to a page of others under this site's name",
        Some("`hosts` in the site's file names further hosts of its own"),
    ))
}

/// What is wrong with a file that goes with it.
fn enclosure(Enclosure { kind, length }: &Enclosure) -> Vec<Fault> {
    let is_number =
        |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let length = length.as_ref().filter(|length| !is_number(length)).map(|length| {
        Fault(
            format!("the length of its enclosure is no number: {length:?}"),
            "strict readers refuse the document, others do not offer the file",
            None,
        )
    });
    let kind = kind.as_ref().filter(|kind| !is_media_type(kind)).map(|kind| {
        Fault(
            format!("the type of its enclosure is no media type: {kind:?}"),
            "readers do not know what to do with the file",
            None,
        )
    });
    length.into_iter().chain(kind).collect()
}

/// What is wrong with HTML that is to be shown.
fn content(html: &str) -> Vec<Fault> {
    if html.trim().is_empty() {
        let advice =
            Some("`bantin inspect URL` shows the page's blocks and which of them were taken");
        return vec![Fault(
            "its content is empty".to_owned(),
            "readers show a title and nothing else",
            advice,
        )];
    }
    let bad = markup::addresses(html).find_map(|address| uri_fault("content", &address));
    let tags = html
        .split('<')
        .skip(1)
        .map(|tag| tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default());
    let harm = tags.map(str::to_ascii_lowercase).find(|tag| UNSAFE.contains(&tag.as_str()));
    let harm = harm.map(|tag| {
        Fault(
            format!("its content holds <{tag}>"),
            "readers take it out with what stands in it, or refuse the entry",
            None,
        )
    });
    bad.map(|what| {
        Fault(what, "readers cannot follow it: they know no page that it is relative to", None)
    })
    .into_iter()
    .chain(harm)
    .collect()
}

/// What is wrong with an entry's dates.
fn dates(seen: &Seen, now: Timestamp) -> Vec<Fault> {
    let mut wrong = Vec::new();
    for date in [&seen.published, &seen.updated].into_iter().flatten() {
        match date {
            Err(written) => {
                let what = format!("its date cannot be read: {written}");
                wrong.push(Fault(
                    what,
                    "strict readers refuse the document, others take the time \
                     at which they read it",
                    ZONE,
                ));
            }
            Ok(date) if *date > now => {
                wrong.push(Fault(
                    format!("its date is ahead: {date}"),
                    "readers hold it back until then, or show it first for so long",
                    ZONE,
                ));
            }
            Ok(date) if date.as_second() < EARLIEST => {
                wrong.push(Fault(
                    format!("its date is before 1990: {date}"),
                    "readers take it for a mistake, or show it last",
                    ZONE,
                ));
            }
            Ok(_) => {}
        }
    }
    if let (Some(Ok(published)), Some(Ok(updated))) = (&seen.published, &seen.updated)
        && published.duration_since(*updated) > DAY
    {
        let what =
            format!("it was published, {published}, over a day after it last changed, {updated}");
        wrong.push(Fault(
            what,
            "readers that sort by the one date put it elsewhere than those that sort by the other",
            ZONE,
        ));
    }
    wrong
}
