//! Whether a client already has the answer (RFC 9110 §13).

use std::time::SystemTime;

use http::HeaderValue;

use super::request::{Field, Fields};

/// Whether 304 answers a GET or HEAD: by tag if the client sent one, else by date.
pub(super) fn is_fresh(
    fields: &Fields<'_>,
    etag: &HeaderValue,
    modified: Option<&(SystemTime, HeaderValue)>,
) -> bool {
    if has_tags(fields) {
        return fields.all(Field::IfNoneMatch).any(|list| names(list, etag.as_bytes()));
    }
    let (Some(since), Some((time, written))) =
        (fields.all(Field::IfModifiedSince).next(), modified)
    else {
        return false;
    };
    let parsed =
        || std::str::from_utf8(since).ok().and_then(|text| httpdate::parse_http_date(text).ok());
    since == written || parsed().is_some_and(|since| *time <= since)
}

/// Whether a client says which documents it has by their tags.
pub(super) fn has_tags(fields: &Fields<'_>) -> bool {
    fields.has(Field::IfNoneMatch)
}

/// The tag among those that the client has which is one of a document's own, whatever its packing.
pub(super) fn named(fields: &Fields<'_>, is_own: impl Fn(&[u8]) -> bool) -> Option<HeaderValue> {
    let tag = fields.all(Field::IfNoneMatch).find_map(|list| tags(list).find(|tag| is_own(tag)))?;
    HeaderValue::from_bytes(tag).ok()
}

/// Whether a list of tags names `etag`, by weak comparison; `*` names all.
fn names(list: &[u8], etag: &[u8]) -> bool {
    list.trim_ascii() == b"*" || tags(list).any(|tag| tag == etag)
}

/// The tags of a list with their quotes, without their weakness. Reading stops at what is no tag.
fn tags(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = list;
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        while let Some(after) = rest.strip_prefix(b",") {
            rest = after.trim_ascii_start();
        }
        let tag = rest.strip_prefix(b"W/").unwrap_or(rest);
        let end = tag
            .strip_prefix(b"\"")
            .and_then(|inside| inside.iter().position(|byte| *byte == b'"'))?;
        let (tag, after) = tag.split_at(end + 2);
        rest = after;
        Some(tag)
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn tags_then_dates() {
        let etag = HeaderValue::from_static("\"a,b\"");
        let time = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let modified = (time, HeaderValue::from_static("Sun, 09 Sep 2001 01:46:40 GMT"));
        let table: [(&[&str], &str, bool); 19] = [
            (&[], "", false),
            (&["\"a,b\""], "", true),
            (&["W/\"a,b\""], "", true),
            (&["\"x\", W/\"y\" ,,\"a,b\""], "", true),
            (&["\"x\"", "\"a,b\""], "", true),
            (&["*"], "", true),
            (&["\"x\""], "", false),
            (&["a,b"], "", false),
            (&["\"a,b"], "", false),
            (&["\"x\", junk, \"a,b\""], "", false),
            (&["\"a\", \"b\""], "", false),
            (&["\""], "", false),
            (&[], "Sun, 09 Sep 2001 01:46:40 GMT", true),
            (&[], "Sunday, 09-Sep-01 01:46:40 GMT", true),
            (&[], "Sun, 09 Sep 2001 01:46:39 GMT", false),
            (&[], "Mon, 10 Sep 2001 00:00:00 GMT", true),
            (&[], "yesterday", false),
            (&["\"x\""], "Sun, 09 Sep 2001 01:46:40 GMT", false),
            (&["\"a,b\""], "Sun, 09 Sep 1991 01:46:40 GMT", true),
        ];
        for (tags, since, want) in table {
            let since =
                Some((Field::IfModifiedSince, since)).filter(|(_, since)| !since.is_empty());
            let fields: Fields =
                tags.iter().map(|tag| (Field::IfNoneMatch, *tag)).chain(since).collect();
            assert_eq!(is_fresh(&fields, &etag, Some(&modified)), want, "{tags:?} {since:?}");
            assert!(
                !(tags.is_empty() && is_fresh(&fields, &etag, None)),
                "no date, no 304 by date"
            );
        }
    }
}
