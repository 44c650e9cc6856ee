//! What a strict reader would refuse, double or misdate in a document: told of the bytes as they
//! are sent, never of what they were made from.

mod read;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use self::read::{Enclosure, Seen};
use super::shown;
use crate::domain::{language, markup};

/// The largest document that readers of all kinds take whole, in bytes.
const LARGEST: usize = 500_000;
/// The largest entry.
const LARGEST_ENTRY: usize = 200_000;
/// Before it nothing was on the web: 1990-01-01T00:00:00Z.
const EARLIEST: i64 = 631_152_000;
/// What an article may be dated ahead of the version that says so: a day counts in the site's zone.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Elements that readers take out, with what stands in them, or refuse the entry for.
const UNSAFE: [&str; 11] = [
    "script", "style", "iframe", "object", "embed", "applet", "link", "meta", "base", "frame",
    "frameset",
];

/// What a reader stumbles over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Objection {
    /// The entry's id; `None`: the document as such.
    pub entry: Option<String>,
    /// The page that the entry leads to.
    pub page: Option<String>,
    /// What is wrong with it.
    pub what: String,
    /// What readers do.
    pub readers: &'static str,
    /// What can be done about it, if anything.
    pub advice: Option<&'static str>,
}

/// What is wrong, what readers do, and what can be done about it.
struct Fault(String, &'static str, Option<&'static str>);

const FOLLOW: &str = "strict readers refuse it, others cannot follow it";
const ORIGIN: Option<&str> =
    Some("`bantin explain SITE URL` says where it was found, and what else was");
const ZONE: Option<&str> = Some(
    "`bantin explain SITE URL` says where the date was found; look at `timezone` in the site's file",
);
const LANGUAGE: Option<&str> =
    Some("`language` in the site's file is a tag such as `vi` or `en-GB`");

/// Every objection to the document at `path`; what its site `owns` are the hosts that entries may
/// lead to.
pub fn objections(
    path: &str,
    document: &[u8],
    now: Timestamp,
    owns: impl Fn(&Url) -> bool,
) -> Vec<Objection> {
    let mut said = Vec::new();
    let mut object = |entry: Option<&Seen>, Fault(what, readers, advice): Fault| {
        let (entry, page) =
            entry.map_or((None, None), |seen| (Some(seen.id.clone()), seen.link.clone()));
        said.push(Objection { entry, page, what, readers, advice });
    };
    if document.len() > LARGEST {
        let what = format!("it has {} bytes, over {LARGEST}", document.len());
        object(
            None,
            Fault(
                what,
                "some readers refuse it, or read its beginning alone",
                Some("a section's feed may be smaller"),
            ),
        );
    }
    let read = match read::document(path, document) {
        Ok(read) => read,
        Err(error) => {
            object(None, Fault(format!("it cannot be read: {error}"), "readers refuse it", None));
            return said;
        }
    };
    for (kind, address) in &read.addresses {
        let advice =
            Some("look at `home` and `url` in the site's file and `public_url` in `bantin.toml`");
        uri_fault(kind, address)
            .into_iter()
            .for_each(|what| object(None, Fault(what, FOLLOW, advice)));
    }
    if !read.itself.as_ref().is_some_and(|itself| itself.ends_with(&format!("/{path}"))) {
        let what = format!("it calls itself {}", read.itself.as_deref().unwrap_or("nothing"));
        object(None, Fault(what, "readers that follow that subscribe to something else", None));
    }
    if read.title.trim().is_empty() {
        let what = "its title is empty".to_owned();
        object(
            None,
            Fault(
                what,
                "strict readers refuse it, others show nothing to choose it by",
                Some("`title` in the site's file"),
            ),
        );
    }
    read.language
        .iter()
        .filter_map(|tag| language_fault(tag))
        .for_each(|fault| object(None, fault));
    let latest = read.entries.iter().filter_map(|seen| seen.updated.clone()?.ok()).max();
    if let (Some(updated), Some(latest)) = (read.updated, latest)
        && updated < latest
    {
        let what = format!("its time of change, {updated}, is before that of an entry, {latest}");
        object(None, Fault(what, "readers that look at it alone miss the change", None));
    }
    let mut told = Told::default();
    for seen in &read.entries {
        if read.deleted.contains(&seen.id) {
            object(
                Some(seen),
                Fault(
                    "it stands there, and so does its tombstone".to_owned(),
                    "readers keep it or drop it, as it comes",
                    None,
                ),
            );
        }
        told.again(seen).into_iter().for_each(|fault| object(Some(seen), fault));
        alone(seen, now, &owns).into_iter().for_each(|fault| object(Some(seen), fault));
    }
    said
}

/// What entries before have said.
#[derive(Default)]
struct Told<'a> {
    ids: HashMap<&'a str, &'a Seen>,
    links: HashSet<&'a str>,
    texts: HashMap<(Option<&'a str>, &'a str), &'a str>,
}

impl<'a> Told<'a> {
    /// What an entry says that another one said.
    fn again(&mut self, seen: &'a Seen) -> Vec<Fault> {
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
fn alone(seen: &Seen, now: Timestamp, owns: impl Fn(&Url) -> bool) -> Vec<Fault> {
    let mut wrong = Vec::new();
    let mut find = |what: String, readers, advice| wrong.push(Fault(what, readers, advice));
    if seen.id.trim().is_empty() {
        find(
            "it has no id".to_owned(),
            "readers cannot tell it from others: they double or lose it",
            None,
        );
    }
    if seen.size() > LARGEST_ENTRY {
        let advice = Some(
            "`bantin inspect URL` shows what of the page it took: a portal profile says what is no article",
        );
        find(
            format!("it has {} bytes, over {LARGEST_ENTRY}", seen.size()),
            "some readers cut it or leave it out",
            advice,
        );
    }
    for (kind, address) in &seen.addresses {
        uri_fault(kind, address).into_iter().for_each(|what| find(what, FOLLOW, None));
    }
    if seen.title.as_ref().is_some_and(|title| title.trim().is_empty()) {
        find(
            "its title is empty".to_owned(),
            "readers show nothing to choose it by, and some leave it out",
            ORIGIN,
        );
    }
    for (name, text) in [("title", seen.title.as_deref()), ("description", Some(&*seen.lead))] {
        if let Some(text) = text.filter(|text| shown::like_markup(text)) {
            find(
                format!("its {name} holds markup: {text}"),
                "readers show the marks, or lose what looks like a tag",
                ORIGIN,
            );
        }
    }
    if seen.texts().any(|text| text.contains('\u{fffd}')) {
        find(
            "it holds U+FFFD, which stands for a character that could not be read".to_owned(),
            "readers show it as a mark",
            ORIGIN,
        );
    }
    content(&seen.content)
        .into_iter()
        .for_each(|Fault(what, readers, advice)| find(what, readers, advice));
    dates(seen, now)
        .into_iter()
        .for_each(|Fault(what, readers, advice)| find(what, readers, advice));
    if let Some(link) =
        seen.link.as_ref().and_then(|link| Url::parse(link).ok()).filter(|link| !owns(link))
    {
        let what = format!(
            "its page is at {}, which is not the site's own",
            link.host_str().unwrap_or_default()
        );
        find(
            what,
            "people come to a page of others under this site's name",
            Some("`hosts` in the site's file names further hosts of its own"),
        );
    }
    for Enclosure { kind, length } in &seen.enclosures {
        if length.as_ref().is_some_and(|length| {
            length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit())
        }) {
            let what = format!(
                "the length of its enclosure is no number: {:?}",
                length.as_deref().unwrap_or_default()
            );
            find(what, "strict readers refuse the document, others do not offer the file", None);
        }
        if kind.as_ref().is_some_and(|kind| !is_media_type(kind)) {
            let what = format!(
                "the type of its enclosure is no media type: {:?}",
                kind.as_deref().unwrap_or_default()
            );
            find(what, "readers do not know what to do with the file", None);
        }
    }
    seen.languages
        .iter()
        .filter_map(|tag| language_fault(tag))
        .for_each(|Fault(what, readers, advice)| find(what, readers, advice));
    wrong
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
                wrong.push(Fault(what, "strict readers refuse the document, others take the time at which they read it", ZONE));
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

/// What is wrong with an address by RFC 3986: it must have a scheme and hold no character that is
/// to be escaped.
fn uri_fault(kind: &str, address: &str) -> Option<String> {
    let bytes = address.as_bytes();
    let scheme = address.split_once(':').is_some_and(|(scheme, rest)| {
        let named = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(named)
            && !rest.is_empty()
    });
    if !scheme || (address.starts_with("http") && Url::parse(address).is_err()) {
        return Some(format!("its {kind} has no whole address: {address:?}"));
    }
    let is_hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    // Brackets stand round an IPv6 host alone.
    let host =
        address.find("://[").map_or(0, |at| address[at..].find(']').map_or(0, |end| at + end + 1));
    let wrong = address.char_indices().find(|(at, c)| match c {
        '%' => !is_hex(at + 1) || !is_hex(at + 2),
        '[' | ']' => *at >= host,
        c => !c.is_ascii_alphanumeric() && !"-._~:/?#@!$&'()*+,;=".contains(*c),
    });
    let second = address.match_indices('#').nth(1).map(|(at, _)| (at, '#'));
    wrong.or(second).map(|(_, c)| format!("its {kind} has a bare {c:?}: {address}"))
}

fn language_fault(tag: &str) -> Option<Fault> {
    let what = || format!("its language is none: {tag:?}");
    (!is_language(tag)).then(|| {
        Fault(
            what(),
            "readers that choose fonts, voices or translations by it choose wrongly",
            LANGUAGE,
        )
    })
}

/// Whether a tag has the shape of RFC 5646 and, if it begins with two letters, those of a language:
/// `vn` is a country.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default().to_ascii_lowercase();
    let primary = match first.len() {
        1 => matches!(first.as_str(), "i" | "x") && tag.len() > 2,
        2 => language::is_code(&first),
        3..=8 => first.bytes().all(|byte| byte.is_ascii_alphabetic()),
        _ => false,
    };
    primary
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// Whether a text is a media type (RFC 6838 4.2), with or without parameters.
fn is_media_type(text: &str) -> bool {
    let token = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence.split_once('/').is_some_and(|(kind, name)| token(kind) && token(name))
}
