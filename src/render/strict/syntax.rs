//! Whether addresses, tags of languages and media types are written as their standards say.

use url::Url;

use super::fault::{Fault, LANGUAGE};
use crate::domain::language;

/// What is wrong with an address by RFC 3986: it must have a scheme and hold no character that is
/// to be escaped.
pub(super) fn uri_fault(kind: &str, address: &str) -> Option<String> {
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

/// What is wrong with the tag of a language.
pub(super) fn language_fault(tag: &str) -> Option<Fault> {
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
pub(super) fn is_media_type(text: &str) -> bool {
    let token = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence.split_once('/').is_some_and(|(kind, name)| token(kind) && token(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_rfc_3986() {
        for good in [
            "http://a.example/",
            "https://[::1]:80/a?b=c%20d#e",
            "urn:uuid:0a",
            "mailto:a@b",
            "http://a.example/(x)/~y;z='",
        ] {
            assert_eq!(uri_fault("link", good), None, "{good}");
        }
        for bad in [
            "",
            "a/b",
            "/a",
            "http://",
            "http://a/%",
            "http://a/%2x",
            "http://a/a b",
            "http://a/ă",
            "http://a/x[1]",
            "http://a/|",
            "http://a/#b#c",
            "1a:b",
        ] {
            assert!(uri_fault("link", bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn languages_and_media_types_are_told_from_what_is_none() {
        for good in
            ["vi", "VI", "en-GB", "zh-Hant-TW", "hmn", "x-bantin", "i-klingon", "sr-Latn-RS"]
        {
            assert!(is_language(good), "{good}");
        }
        for bad in
            ["", "v", "x", "vn", "zz", "vi_VN", "vi-", "vi-việt", "tiếng", "en-abcdefghi", "1a"]
        {
            assert!(!is_language(bad), "{bad}");
        }
        for good in [
            "application/pdf",
            "text/html; charset=utf-8",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ] {
            assert!(is_media_type(good), "{good}");
        }
        for bad in ["", "pdf", "/pdf", "application/", "a/b/c", "application /pdf", "a/b c"] {
            assert!(!is_media_type(bad), "{bad}");
        }
    }
}
