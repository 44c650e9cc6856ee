//! Safe HTML as an article holds it: what it escapes, and where its addresses stand.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2};

/// Text or a value of it, which escapes these five alone.
pub fn unescaped(value: &str) -> Cow<'_, str> {
    if memchr(b'&', value.as_bytes()).is_none() {
        return Cow::Borrowed(value);
    }
    let marks =
        [("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\u{a0}"), ("&amp;", "&")];
    Cow::Owned(
        marks.iter().fold(value.to_owned(), |text, (written, mark)| text.replace(written, mark)),
    )
}

/// The addresses of its pictures, in order.
pub fn pictures(safe: &str) -> impl Iterator<Item = Cow<'_, str>> {
    places(safe).filter(|(name, _)| *name == "src").map(|(_, at)| unescaped(&safe[at]))
}

/// Its addresses, in order, as they are meant.
pub fn addresses(safe: &str) -> impl Iterator<Item = Cow<'_, str>> {
    places(safe).map(|(_, at)| unescaped(&safe[at]))
}

/// Where its addresses stand as they are written, each with the attribute that holds it.
pub fn places(safe: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut at = 0;
    let mut in_tag = false;
    std::iter::from_fn(move || {
        loop {
            if !in_tag {
                at += memchr(b'<', &safe.as_bytes()[at..])? + 1;
                in_tag = true;
            }
            let start = at;
            at += memchr2(b'"', b'>', &safe.as_bytes()[at..])?;
            in_tag = safe.as_bytes()[at] == b'"';
            at += 1;
            if in_tag {
                let before = safe[start..at - 1].trim_end_matches('=');
                let name = before.rsplit(' ').next().unwrap_or(before);
                let value = at..at + memchr(b'"', &safe.as_bytes()[at..])?;
                at = value.end + 1;
                if matches!(name, "href" | "src") {
                    return Some((name, value));
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_tags_alone() {
        let safe = concat!(
            r#"<p>src="x" <a href="/a?b&amp;c" title=" href=">src="y"</a>"#,
            r#"<img src="/1.jpg" alt="src=&quot;"><img src="/&quot;2" alt=""></p>"#,
        );
        let found: Vec<_> = places(safe).map(|(name, at)| (name, &safe[at])).collect();
        assert_eq!(found, [("href", "/a?b&amp;c"), ("src", "/1.jpg"), ("src", "/&quot;2")]);
        assert_eq!(addresses(safe).collect::<Vec<_>>(), ["/a?b&c", "/1.jpg", "/\"2"]);
        assert_eq!(pictures(safe).collect::<Vec<_>>(), ["/1.jpg", "/\"2"]);
        for cut in ["", "<", "<img src=\"", "<img src=\"a", "src=\"a\""] {
            assert_eq!(pictures(cut).count(), 0, "{cut}");
        }
    }

    #[test]
    fn a_reference_is_undone_once() {
        assert_eq!(
            unescaped("&amp;lt;b&gt; &quot;&amp;amp;&nbsp;&copy;"),
            "&lt;b> \"&amp;\u{a0}&copy;"
        );
    }
}
