//! Whether a client already has the answer (RFC 9110 §13).

use std::time::SystemTime;

use http::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue};

/// Whether 304 answers a GET or HEAD: by tag if the client sent one, else by date.
pub(super) fn is_fresh(headers: &HeaderMap, etag: &HeaderValue, modified: Option<&(SystemTime, HeaderValue)>) -> bool {
    let mut tags = headers.get_all(IF_NONE_MATCH).iter().peekable();
    if tags.peek().is_some() {
        return tags.any(|list| names(list.as_bytes(), etag.as_bytes()));
    }
    let (Some(since), Some((time, written))) = (headers.get(IF_MODIFIED_SINCE), modified) else { return false };
    since == written || since.to_str().ok().and_then(|text| httpdate::parse_http_date(text).ok()).is_some_and(|since| *time <= since)
}

/// Whether a client says which documents it has by their tags.
pub(super) fn has_tags(headers: &HeaderMap) -> bool {
    headers.contains_key(IF_NONE_MATCH)
}

/// The tag among those that the client has which is one of a document's own, whatever its packing.
pub(super) fn named(headers: &HeaderMap, is_own: impl Fn(&[u8]) -> bool) -> Option<HeaderValue> {
    let mut lists = headers.get_all(IF_NONE_MATCH).iter();
    let tag = lists.find_map(|list| tags(list.as_bytes()).find(|tag| is_own(tag)))?;
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
        let end = tag.strip_prefix(b"\"").and_then(|inside| inside.iter().position(|byte| *byte == b'"'))?;
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
            let mut headers = HeaderMap::new();
            for tag in tags {
                headers.append(IF_NONE_MATCH, tag.parse().unwrap());
            }
            if !since.is_empty() {
                headers.insert(IF_MODIFIED_SINCE, since.parse().unwrap());
            }
            assert_eq!(is_fresh(&headers, &etag, Some(&modified)), want, "{tags:?} {since}");
            assert!(!(tags.is_empty() && is_fresh(&headers, &etag, None)), "no date, no 304 by date");
        }
    }
}
