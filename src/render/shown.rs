//! What all forms show alike: titles, addresses, and which entries stand.

use std::borrow::Cow;

use crate::domain::feed::{Document, Entry, Feed};
use crate::domain::{Article, RecordState};

/// Characters of a title made of the text's first words.
const FIRST_WORDS: usize = 80;

/// The entries that still stand; a withdrawn one is shown by Atom's tombstone alone.
pub(super) fn live(feed: &Feed) -> impl Iterator<Item = &Entry> {
    feed.entries.iter().filter(|entry| entry.record.state == RecordState::Live)
}

/// The article's title; failing that the first words of what it says, its address, its id.
pub(super) fn title(article: &Article) -> Cow<'_, str> {
    let blank = |c: char| c.is_whitespace() || c.is_control();
    let said = [&article.title, &article.content_text, article.summary.as_ref().unwrap_or(&article.title)];
    let said = said.into_iter().map(|text| text.trim_matches(blank)).find(|text| !text.is_empty());
    match said {
        Some(text) if text == article.title.trim_matches(blank) => Cow::Borrowed(text),
        Some(text) => Cow::Owned(first_words(text)),
        None if !article.url.is_empty() => Cow::Borrowed(&article.url),
        None => Cow::Owned(article.urn()),
    }
}

/// The first words of `text` on one line, with an ellipsis where something was cut.
fn first_words(text: &str) -> String {
    let mut out = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let size = word.chars().count();
        if length > 0 && length + size > FIRST_WORDS {
            out.push('…');
            return out;
        }
        if length > 0 {
            out.push(' ');
        }
        out.extend(word.chars().take(FIRST_WORDS));
        if size > FIRST_WORDS {
            out.push('…');
            return out;
        }
        length += 1 + size;
    }
    out
}

/// `address` if a reader elsewhere can follow it.
pub(super) fn web(address: &str) -> Option<&str> {
    let scheme = |name: &str| address.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    (scheme("http://") || scheme("https://")).then_some(address)
}

/// The address of a feed's document with that ending, below the public URL.
pub(super) fn address(feed: &Feed, ending: &str) -> String {
    let path = feed.scope.path();
    match feed.document {
        Document::Current => format!("{}{path}.{ending}", feed.public_url),
        Document::Open(n) | Document::Final(n) => archive(feed, n, ending),
    }
}

/// The address of the feed's archive document `n`.
pub(super) fn archive(feed: &Feed, n: u32, ending: &str) -> String {
    format!("{}{}/archive/{n}.{ending}", feed.public_url, feed.scope.path())
}

/// Whether plain text reads like markup (`<b>`, `</b>`, `<!--`, `&lt;`): readers that guess take it for HTML, so the forms
/// must say which it is.
pub(super) fn like_markup(text: &str) -> bool {
    let tag = |after: &str| after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
    let name = |c: char| c.is_ascii_alphanumeric() || c == '#';
    let reference = |after: &str| after.starts_with(name) && after.trim_start_matches(name).starts_with(';');
    text.split('<').skip(1).any(tag) || text.split('&').skip(1).any(reference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_told_from_signs() {
        let table = [("a < b & c", false), ("AT&T, R&D", false), ("a &lt b", false), ("<3", false), ("x <b>", true), ("</p", true)];
        for (text, want) in table.into_iter().chain([("<!--", true), ("&lt;", true), ("&#8;", true), ("", false)]) {
            assert_eq!(like_markup(text), want, "{text}");
        }
    }

    #[test]
    fn first_words_end_at_a_word() {
        assert_eq!(first_words(" a\n\n b\tc "), "a b c");
        assert_eq!(first_words(&"tu ".repeat(60)).chars().count(), 81);
        assert_eq!(first_words(&"x".repeat(500)), format!("{}…", "x".repeat(80)));
    }
}
