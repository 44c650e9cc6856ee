//! What all forms show alike: titles, addresses, and which entries stand.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;

use super::xml;
use crate::domain::feed::{Document, Entry, Feed, Scope};
use crate::domain::{Article, Record, language};
use crate::form::uri::uri;

/// Characters of a title made of the text's first words.
const TITLE: usize = 80;
/// Characters of a description made of the text's first words.
const DESCRIPTION: usize = 300;

/// The entries that still stand.
pub(super) fn live(feed: &Feed) -> impl Iterator<Item = &Entry> {
    feed.entries.iter().filter(|entry| entry.record.is_live())
}

/// The tombstones: shown where a form has a word for them.
pub(super) fn ended(feed: &Feed) -> impl Iterator<Item = &Record> {
    feed.entries.iter().map(|entry| &*entry.record).filter(|record| !record.is_live())
}

/// The article's title; failing that the first words of what it says, its address, its id.
pub(super) fn title(article: &Article) -> Cow<'_, str> {
    let said = [&article.content_text, article.lead.as_ref().unwrap_or(&article.title)];
    match said.into_iter().find_map(|text| seen(text)) {
        _ if let Some(title) = seen(&article.title) => Cow::Borrowed(title),
        Some(text) => Cow::Owned(first_words(text, TITLE)),
        None if !article.url.is_empty() => Cow::Borrowed(&article.url),
        None => Cow::Owned(article.urn()),
    }
}

/// What to say of an article in short, never nothing: its lead, else what its text begins with,
/// else its title.
pub(super) fn description(article: &Article) -> Cow<'_, str> {
    let lead = article.lead.as_deref().and_then(seen).map(Cow::Borrowed);
    let text =
        || seen(&article.content_text).map(|text| Cow::Owned(first_words(text, DESCRIPTION)));
    lead.or_else(text).unwrap_or_else(|| title(article))
}

/// `text` without what nobody sees at its ends, if anything is left.
pub(super) fn seen(text: &str) -> Option<&str> {
    let blank =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    Some(text.trim_matches(blank)).filter(|text| !text.is_empty())
}

/// The first words of `text` on one line, `most` characters, with an ellipsis where something was
/// cut.
fn first_words(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let size = word.chars().count();
        if length > 0 && length + size > most {
            out.push('…');
            return out;
        }
        if length > 0 {
            out.push(' ');
        }
        out.extend(word.chars().take(most));
        if size > most {
            out.push('…');
            return out;
        }
        length += 1 + size;
    }
    out
}

/// `address` as a URI if a reader elsewhere can follow it.
pub(super) fn web(address: &str) -> Option<Cow<'_, str>> {
    let scheme = |name: &str| {
        address.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    (scheme("http://") || scheme("https://")).then(|| uri(address))
}

/// `address` as a URI that strict readers take for a file's: they know no hosts in brackets or with
/// a low line, which RFC 3986 allows. What lies there is linked from the content.
pub(super) fn file(address: &str) -> Option<Cow<'_, str>> {
    let host = |uri: &str| uri.split('/').nth(2).is_some_and(|host| !host.contains(['[', '_']));
    web(address).filter(|uri| host(uri))
}

/// The address of a feed's document with that ending, below the public URL.
pub(super) fn address(feed: &Feed, ending: &str) -> String {
    match feed.document {
        Document::Current => current(feed, &feed.scope, ending),
        Document::Open(n) | Document::Final(n) => archive(feed, n, ending),
    }
}

/// The address of the subscription document of `scope`, served where `feed` is.
pub(super) fn current(feed: &Feed, scope: &Scope, ending: &str) -> String {
    uri(&format!("{}{}.{ending}", feed.public_url, scope.path())).into_owned()
}

/// The address of the feed's archive document `n`.
pub(super) fn archive(feed: &Feed, n: u32, ending: &str) -> String {
    uri(&format!("{}{}/archive/{n}.{ending}", feed.public_url, feed.scope.path())).into_owned()
}

/// The language of the feed, if it is one.
pub(super) fn language(feed: &Feed) -> Option<Cow<'_, str>> {
    feed.language.as_deref().and_then(language::named)
}

/// Whether plain text reads like markup (`<b>`, `</b>`, `<!--`, `&lt;`): readers that guess take it
/// for HTML, so the forms must say which it is.
pub(super) fn like_markup(text: &str) -> bool {
    let tag = |after: &str| {
        after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
    };
    text.split('<').skip(1).any(tag) || text.split('&').skip(1).any(like_reference)
}

/// Text where readers take it for HTML. Browsers and plain readers show it as it is written, so it
/// is escaped only where HTML reads something else.
pub(super) fn html(text: &str) -> String {
    let stands = |after: &str| after.is_empty() || after.starts_with(' ');
    let same = !text.contains('<') && text.split('&').skip(1).all(stands);
    if same { xml::legal(text).into_owned() } else { xml::escape(text) }
}

/// Whether what stands behind an ampersand reads like the name of a sign. HTML needs no semicolon
/// behind the oldest (`&copy2026`), and strict readers take a name with a digit for one too.
fn like_reference(after: &str) -> bool {
    let (name, rest) = after
        .split_at(after.find(|c: char| !c.is_alphanumeric() && c != '#').unwrap_or(after.len()));
    let is_known = |name: &str| NAMED_ENTITIES.get(name).is_some_and(|(first, _)| *first != 0);
    let begins = || name.char_indices().any(|(at, c)| is_known(&name[..at + c.len_utf8()]));
    !name.chars().all(char::is_alphabetic)
        || !name.is_empty() && rest.starts_with(';')
        || is_known(&format!("{name};"))
        || begins()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_told_from_signs() {
        let table = [
            ("a < b & c", false),
            ("AT&T, R&D", false),
            ("<3", false),
            ("x <b>", true),
            ("</p", true),
        ];
        let references = [
            ("&lt;", true),
            ("&#8;", true),
            ("&copy 2026", true),
            ("a &lt b", true),
            ("&notices", true),
            ("&Omega b", true),
        ];
        let signs = [
            ("Q&A2026", true),
            ("R&D;", true),
            ("Hỏi&Đáp", false),
            ("a && b &", false),
            ("&", false),
            ("<!--", true),
            ("", false),
        ];
        for (text, want) in table.into_iter().chain(references).chain(signs) {
            assert_eq!(like_markup(text), want, "{text}");
        }
    }

    #[test]
    fn files_have_hosts_that_strict_readers_know() {
        for (address, taken) in [
            ("http://a.example/a_b[1].pdf", true),
            ("HTTPS://a.example:8080/", true),
            ("http://[::1]/a.pdf", false),
            ("http://a_b.example/a.pdf", false),
            ("ftp://a.example/a.pdf", false),
        ] {
            assert_eq!(file(address).is_some(), taken, "{address}");
        }
    }

    #[test]
    fn first_words_end_at_a_word() {
        assert_eq!(first_words(" a\n\n b\tc ", 80), "a b c");
        assert_eq!(first_words(&"tu ".repeat(60), 80).chars().count(), 81);
        assert_eq!(first_words(&"x".repeat(500), 80), format!("{}…", "x".repeat(80)));
    }
}
