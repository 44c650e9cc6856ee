//! Addresses: absolute, without what follows readers, and the key by which two spellings are one
//! page.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::parameters;

/// The longest address that is taken, in bytes.
const LONGEST: usize = 4096;

/// What `written` points to, seen from `base`; only http and https, `None` for anything else.
pub fn absolute(base: Option<&Url>, written: &str) -> Option<Url> {
    let written = written.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{AD}')
    });
    if written.is_empty() || written.len() > LONGEST || hostless(written) {
        return None;
    }
    let url = match base {
        Some(base) => base.join(written),
        None => Url::parse(written),
    };
    url.ok().filter(|url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.as_str().len() <= LONGEST
    })
}

/// `https:///na/`: parsers make a host of the path's beginning, which nobody meant.
fn hostless(written: &str) -> bool {
    let rest = written
        .split_once(':')
        .filter(|(scheme, _)| matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https"));
    rest.is_some_and(|(_, rest)| rest.starts_with("///"))
}

/// The address to publish and to ask: without fragment, credentials, sessions, tracking and empty
/// parameters.
pub fn clean(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    // Neither fails for an address that has a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    keep_parameters(&mut url, |name, value| counts(name, value) && value != Some(""));
    if let Some(path) = without_sessions(url.path()) {
        url.set_path(&path);
    }
    url
}

/// Whether a query parameter says something of the page.
fn counts(name: &str, value: Option<&str>) -> bool {
    !parameters::tracks(name) && !parameters::is_session(name, value.unwrap_or_default())
}

/// The path without sessions, if it holds any.
fn without_sessions(path: &str) -> Option<String> {
    let kept: Vec<_> = path.split('/').map(Cow::Borrowed).filter_map(without_session).collect();
    let kept = kept.join("/");
    (kept.len() != path.len()).then_some(kept)
}

/// A segment without its sessions; `None` if it is nothing else.
fn without_session(segment: Cow<'_, str>) -> Option<Cow<'_, str>> {
    if is_session(&decoded(&segment, false)) {
        return None;
    }
    if !segment.contains(';') {
        return Some(segment);
    }
    let mut parts = segment.split(';');
    let name = parts.next().unwrap_or_default().to_owned();
    let holds = |part: &&str| {
        let part = decoded(part, false);
        let (name, value) = split(&part);
        parameters::is_session(name, value.unwrap_or_default())
    };
    let kept = parts.filter(|part| !holds(part));
    Some(Cow::Owned(kept.fold(name, |kept, part| format!("{kept};{part}"))))
}

/// An address inside a body: only tracking parameters and credentials go.
pub(super) fn untracked(url: &Url) -> Url {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    keep_parameters(&mut url, |name, _| !parameters::tracks(name));
    url
}

fn keep_parameters(url: &mut Url, keep: impl Fn(&str, Option<&str>) -> bool) {
    let Some(query) = url.query() else { return };
    let kept: Vec<&str> = each_parameter(query)
        .filter(|parameter| {
            let (name, value) = split(parameter);
            keep(&decoded(name, true), value)
        })
        .collect();
    let kept = kept.join("&");
    if kept.len() != query.len() {
        url.set_query(Some(kept.as_str()).filter(|q| !q.is_empty()));
    }
}

fn each_parameter(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|parameter| !parameter.is_empty())
}

fn split(parameter: &str) -> (&str, Option<&str>) {
    parameter.split_once('=').map_or((parameter, None), |(name, value)| (name, Some(value)))
}

/// The identity of an address: same key, same page. It is an address itself, and its own key.
///
/// Scheme, default ports, credentials, fragment, escapes, order of parameters, empty and tracking
/// parameters and sessions in path and query do not count; the case of path and query does, and a
/// final slash.
pub fn key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url
        .port()
        .filter(|port| !matches!(port, 80 | 443))
        .map_or(String::new(), |port| format!(":{port}"));
    let segments = url.path().split('/').filter_map(|s| without_session(decoded(s, false)));
    let path = segments.map(encoded).collect::<Vec<_>>().join("/");
    let mut query: Vec<String> =
        each_parameter(url.query().unwrap_or_default()).filter_map(parameter_key).collect();
    query.sort();
    query.dedup();
    let mark = if query.is_empty() { "" } else { "?" };
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("http://{host}{port}{slash}{path}{mark}{}", query.join("&"))
}

fn parameter_key(parameter: &str) -> Option<String> {
    let (name, value) = split(parameter);
    let name = decoded(name, true);
    match value {
        _ if !counts(&name, value) => None,
        Some("") => None,
        Some(value) => Some(format!("{}={}", encoded(name), encoded(decoded(value, true)))),
        None => Some(encoded(name).into_owned()),
    }
}

/// `(S(…))`, `(F(…))`: cookieless session and login keys of ASP.NET, a segment of their own.
fn is_session(segment: &str) -> bool {
    static SESSION: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^\((?:[A-Z]\([^()]*\))+\)$").ok());
    segment.ends_with(')') && SESSION.as_ref().is_some_and(|session| session.is_match(segment))
}

/// Escapes undone; NFC if the bytes are text, else each byte as a private character, which
/// [`encoded`] turns back.
fn decoded(part: &str, form: bool) -> Cow<'_, str> {
    // Fast path: most parts are as they are written.
    if part.bytes().all(|b| b.is_ascii() && b != b'%' && (b != b'+' || !form)) {
        return Cow::Borrowed(part);
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape = match rest {
            [b'%', high, low, ..] => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        bytes.push(escape.unwrap_or(if form && *first == b'+' { b' ' } else { *first }));
        rest = if escape.is_some() { rest.get(3..).unwrap_or_default() } else { tail };
    }
    Cow::Owned(match String::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => text,
        Ok(text) => text.nfc().collect(),
        Err(fault) => fault
            .as_bytes()
            .iter()
            .map(|b| if b.is_ascii() { char::from(*b) } else { raw(*b) })
            .collect(),
    })
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// A byte that is no text, as a character of the last private plane.
fn raw(byte: u8) -> char {
    char::from_u32(0x10_FE00 + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// One spelling of every part: letters, digits and harmless marks stay, the rest is escaped.
fn encoded(part: Cow<'_, str>) -> Cow<'_, str> {
    let stays = |c: char| c.is_ascii_alphanumeric() || "-._~!$'()*,;:@".contains(c);
    if part.chars().all(stays) {
        return part;
    }
    let mut out = String::with_capacity(part.len());
    let escape = |out: &mut String, byte: u8| {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        out.push('%');
        for nibble in [byte >> 4, byte & 15] {
            out.push(DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from));
        }
    };
    for c in part.chars() {
        let private = u32::from(c).checked_sub(0x10_FE00).and_then(|byte| u8::try_from(byte).ok());
        match private {
            Some(byte) if !byte.is_ascii() => escape(&mut out, byte),
            _ if stays(c) => out.push(c),
            _ => c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| escape(&mut out, byte)),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn absolute_addresses() {
        let base = url("https://a.example/x/y.aspx?z=1");
        for (written, expected) in [
            ("../i.jpg", "https://a.example/i.jpg"),
            (" \u{feff}/Tin tức/b.aspx\n", "https://a.example/Tin%20t%E1%BB%A9c/b.aspx"),
            ("//b.example:443/x", "https://b.example/x"),
            ("\\docs\\a.pdf", "https://a.example/docs/a.pdf"),
            ("?p=2", "https://a.example/x/y.aspx?p=2"),
            ("HTTP://B.example", "http://b.example/"),
            ("#top", "https://a.example/x/y.aspx?z=1#top"),
        ] {
            assert_eq!(
                absolute(Some(&base), written).as_ref().map(Url::as_str),
                Some(expected),
                "{written}"
            );
        }
        let long = format!("/{}", "x".repeat(LONGEST));
        for written in [
            "",
            " ",
            "javascript:alert(1)",
            " java\tscript:alert(1)",
            "data:text/html,x",
            "mailto:a@b",
            "https:///na/",
            "http://",
            "http://[x",
            "file:///etc",
            long.as_str(),
        ] {
            assert_eq!(absolute(Some(&base), written), None, "{written}");
        }
        assert_eq!((absolute(None, "/x"), absolute(None, "//h/x")), (None, None));
    }

    #[test]
    fn clean_addresses() {
        for (written, expected) in [
            (
                "https://u:p@a.example:443/x?utm_source=f&ItemID=1&Keyword=#top",
                "https://a.example/x?ItemID=1",
            ),
            ("http://a.example/x?fbclid=1", "http://a.example/x"),
            ("http://a.example/x?b=2&a=1&print", "http://a.example/x?b=2&a=1&print"),
            ("http://a.example/x?q=a+b%20c", "http://a.example/x?q=a+b%20c"),
            (
                "http://a.example/(S(abc))/tin;jsessionid=AB.n1/x;v=2;JSESSIONID=1?p=1&PHPSESSID=q",
                "http://a.example/tin/x;v=2?p=1",
            ),
            ("http://a.example/x?sid=4f0a9a630c8d41e7a25f&s=tin", "http://a.example/x?s=tin"),
        ] {
            assert_eq!(clean(&url(written)).as_str(), expected);
        }
        assert_eq!(
            untracked(&url("http://a.example/x?a=&utm_x=1#f")).as_str(),
            "http://a.example/x?a=#f"
        );
    }

    #[test]
    fn one_page_one_key() {
        for (one, other, same) in [
            ("http://a.example/x", "https://A.example:443/x#f", true),
            ("http://a.example/x?ItemID=1&Keyword=", "http://a.example/x?ItemID=1", true),
            ("http://a.example/x?b=2&a=1", "http://a.example/x?a=1&&b=2&utm_medium=x", true),
            ("http://a.example/tin t%c3%ba", "http://a.example/tin%20tu\u{301}", true),
            ("http://a.example/(S(abc))/Pages/x.aspx", "http://a.example/Pages/x.aspx", true),
            ("http://a.example/%28F(a-b)S(c)%29/x", "http://a.example/x", true),
            ("http://a.example/%41?q=%e1%bb%a9+x", "http://a.example/A?q=ứ%20x", true),
            ("http://a.example/a;b", "http://a.example/a%3Bb", true),
            ("http://a.example/%E9", "http://a.example/%e9", true),
            (
                "http://a.example/x;jsessionid=A?p=1",
                "http://a.example/x;jsessionid=B.node2?p=1",
                true,
            ),
            ("http://a.example/x%3Bjsessionid=A", "http://a.example/x", true),
            ("http://a.example/x;v=1", "http://a.example/x;v=2", false),
            ("http://a.example/x", "http://a.example/X", false),
            ("http://a.example/x", "http://a.example/x/", false),
            ("http://a.example/", "http://a.example/default.aspx", false),
            ("http://a.example/a%2Fb", "http://a.example/a/b", false),
            ("http://a.example/%E9", "http://a.example/%C3%A9", false),
            ("http://a.example/?a=1%262", "http://a.example/?a=1&2", false),
            ("http://a.example:8080/", "http://a.example/", false),
            ("http://a.example/?117", "http://a.example/?118", false),
        ] {
            assert_eq!(
                key(&url(one)) == key(&url(other)),
                same,
                "{one} {other}: {}",
                key(&url(one))
            );
        }
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(
            path in "(\\PC|%[0-9a-fA-F]{2}|/|\\(S\\(x\\)\\)|\\.|[ế\u{301}\u{338}]){0,20}",
            query in "(\\PC|%[0-9a-f]{2}|&|=|\\+){0,20}",
            port in prop::sample::select(vec!["", ":80", ":443", ":8080"]),
        ) {
            if let Ok(url) = Url::parse(&format!("https://a.example{port}/{path}?{query}")) {
                let once = key(&url);
                prop_assert_eq!(key(&Url::parse(&once).unwrap()), once.clone());
                prop_assert_eq!(key(&clean(&url)), once);
            }
        }
    }
}
