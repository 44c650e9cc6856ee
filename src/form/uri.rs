//! Addresses as RFC 3986 spells them: what browsers ask for (`|`, `[`, a bare `%`) strict readers
//! refuse.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;
use url::Url;

use crate::domain::markup::{places, unescaped};

/// `address` as a URI that leads where it led: what RFC 3986 does not allow is escaped, a host of
/// other letters is in its ASCII form.
pub fn uri(address: &str) -> Cow<'_, str> {
    match (!address.is_ascii()).then(|| Url::parse(address).ok()).flatten() {
        Some(url) => Cow::Owned(escaped(url.as_str()).into_owned()),
        None => escaped(address),
    }
}

/// Safe HTML with its addresses as URIs.
pub fn html(safe: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut done = 0;
    for (_, at) in places(safe) {
        let written = &safe[at.clone()];
        let plain = unescaped(written);
        let uri = uri(&plain);
        if *uri != *plain {
            out.push_str(&safe[done..at.start]);
            out.push_str(&uri.replace('&', "&amp;"));
            done = at.end;
        }
    }
    if done == 0 {
        return Cow::Borrowed(safe);
    }
    out.push_str(&safe[done..]);
    Cow::Owned(out)
}

/// Everything escaped that its place does not allow; escapes stay as they are.
fn escaped(address: &str) -> Cow<'_, str> {
    let host = host(address);
    let fragment = memchr(b'#', address.as_bytes());
    let stays = |at: usize| match address.as_bytes()[at] {
        b'%' => address
            .as_bytes()
            .get(at + 1..at + 3)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
        b'#' => fragment == Some(at),
        b'[' | b']' => host.contains(&at),
        byte => byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=".contains(&byte),
    };
    if (0..address.len()).all(stays) {
        return Cow::Borrowed(address);
    }
    let mut out = String::with_capacity(address.len() + 16);
    for (at, byte) in address.bytes().enumerate() {
        if stays(at) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend(
                [byte >> 4, byte & 15]
                    .map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
            );
        }
    }
    Cow::Owned(out)
}

/// Where an address of numbers in brackets stands, the one place of brackets in a URI.
fn host(address: &str) -> Range<usize> {
    let Some(start) =
        address.find("://").map(|at| at + 3).filter(|at| address[*at..].starts_with('['))
    else {
        return 0..0;
    };
    let end = address[start..]
        .find(|c: char| !(c.is_ascii_hexdigit() || "[]:.".contains(c)))
        .map_or(address.len(), |end| start + end);
    match address[start..end].split_once(']') {
        Some((inside, after)) if !inside[1..].contains('[') && !after.contains(['[', ']']) => {
            start..end
        }
        _ => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;

    /// RFC 3986, appendix A, of an address with a host.
    fn is_uri(address: &str) -> bool {
        let marks = r"(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})";
        let host = r"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+)";
        Regex::new(&format!("^https?://{host}(?::[0-9]*)?(?:[/?]{marks}*)?(?:#{marks}*)?$"))
            .unwrap()
            .is_match(address)
    }

    #[test]
    fn addresses_become_uris() {
        for (address, want) in [
            ("https://a.example/x?a=1&b=%C3%A9#top", "https://a.example/x?a=1&b=%C3%A9#top"),
            (
                "https://a.example/50%-x|y-[2]^{z}`.pdf",
                "https://a.example/50%25-x%7Cy-%5B2%5D%5E%7Bz%7D%60.pdf",
            ),
            ("https://a.example/30%%20x%2", "https://a.example/30%25%20x%252"),
            ("https://a.example/a b?q=[1]#a#b", "https://a.example/a%20b?q=%5B1%5D#a%23b"),
            ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
            ("http://[::1]:8080/[1]", "http://[::1]:8080/%5B1%5D"),
            ("http://[::1]", "http://[::1]"),
            ("mailto:é|a@a.example", "mailto:%C3%A9%7Ca@a.example"),
            ("/é", "/%C3%A9"),
            ("", ""),
        ] {
            assert_eq!(uri(address), want);
            assert_eq!(uri(want), want);
        }
    }

    #[test]
    fn addresses_in_html_become_uris_and_nothing_else_does() {
        let page = |link: &str, picture: &str| {
            format!(
                "<p title=\"a|b\">src=\"x|y\" <a href=\"http://a.example/{link}\" title=\" href=\">\
                 50% |</a><img src=\"/{picture}\" alt=\"|\"></p>"
            )
        };
        let given = page("|?a&amp;b=&quot;%", "é");
        let want = page("%7C?a&amp;b=%22%25", "%C3%A9");
        assert_eq!(html(&given), want);
        assert!(matches!(html(&want), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn any_address_is_a_uri_once_and_for_all(
            host in r"[a-z]{1,9}|\[::1\]|[à-ỹ]{1,5}\.example",
            rest in r"[/?#](\PC|[%|\[\]^`{}# ]|%[0-9a-f]){0,20}",
        ) {
            if let Ok(url) = Url::parse(&format!("http://{host}{rest}")) {
                let once = uri(url.as_str()).into_owned();
                prop_assert!(is_uri(&once), "{once}");
                prop_assert_eq!(&*uri(&once), &*once);
                prop_assert_eq!(
                    Url::parse(&once).unwrap().host_str().map(str::to_owned),
                    url.host_str().map(str::to_owned)
                );
            }
        }

        #[test]
        fn any_html_keeps_its_shape(
            markup in "(\\PC|<a href=\"|<img src=\"|\"|>|&amp;|&quot;| )*",
        ) {
            let once = html(&markup).into_owned();
            prop_assert_eq!(html(&once), &*once);
            prop_assert_eq!(once.matches('<').count() <= markup.matches('<').count(), true);
        }
    }
}
