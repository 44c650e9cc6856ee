//! Whether a text that nothing but the end of its connection delimits is whole: it ends with the
//! end tag of its root.

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Its length, its last chunk or an orderly end says that it is whole.
    Whole,
    /// Nothing says whether it is: the connection ended without close_notify.
    Open,
    /// It goes on, or cannot be read to its end.
    Cut,
}

impl End {
    /// Whether the body is all that was sent; an open end is settled by the text itself.
    pub(super) fn is_whole(self, media_type: Option<&str>, text: &[u8]) -> bool {
        match self {
            End::Whole => true,
            End::Open => is_whole(media_type, text),
            End::Cut => false,
        }
    }
}

/// Whether an HTML or XML document ends with its root's end tag; blanks and comments may follow.
pub(super) fn is_whole(media_type: Option<&str>, body: &[u8]) -> bool {
    let media_type = media_type.unwrap_or_default().to_ascii_lowercase();
    let essence = media_type.split([';', ',', ' ']).next().unwrap_or_default();
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let (html, xml) = (essence.contains("html"), essence.ends_with("xml"));
    let root = if html || essence.is_empty() && !starts(body, b"<?xml") {
        b"html"
    } else if xml || essence.is_empty() {
        root_of(body)
    } else {
        return false;
    };
    !root.is_empty() && ends_with_tag(body, root)
}

/// The name of the first element behind declarations, comments and the document type.
fn root_of(mut rest: &[u8]) -> &[u8] {
    loop {
        let end = match rest {
            [b'<', b'?', ..] => b"?>".as_slice(),
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'!', ..] => b">",
            [b'<', name @ ..] => {
                let length = name
                    .iter()
                    .position(|byte| byte.is_ascii_whitespace() || b"/><".contains(byte));
                return &name[..length.unwrap_or(0)];
            }
            _ => return &[],
        };
        let Some(at) = memchr::memmem::find(rest, end) else { return &[] };
        rest = rest[at + end.len()..].trim_ascii_start();
    }
}

fn ends_with_tag(body: &[u8], root: &[u8]) -> bool {
    let mut rest = body.trim_ascii_end();
    while let Some(before) = rest.strip_suffix(b"-->") {
        let Some(at) = memchr::memmem::rfind(before, b"<!--") else { return false };
        rest = before[..at].trim_ascii_end();
    }
    let Some(tag) = rest.strip_suffix(b">").map(<[u8]>::trim_ascii_end) else { return false };
    let Some(start) = tag.len().checked_sub(root.len()) else { return false };
    tag[start..].eq_ignore_ascii_case(root) && tag[..start].ends_with(b"</")
}

fn starts(body: &[u8], with: &[u8]) -> bool {
    body.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_whole_by_its_last_tag() {
        const HTML: Option<&str> = Some("text/html; charset=utf-8");
        const XML: Option<&str> = Some("application/rss+xml");
        for (media_type, body, whole) in [
            (HTML, "<!DOCTYPE html><html><body>x</body></html>", true),
            (HTML, "\u{feff}<HTML>x</HTML >\r\n<!-- served by 7 --> \n<!-- 0.1 s -->\n", true),
            (HTML, "<p>x</p></html>", true),
            (HTML, "<html><body>x</body>", false),
            (HTML, "<html><body>x</body></html", false),
            (HTML, "<html>x</html><script>1</script>", false),
            (HTML, "<html>x</html> --> -->", false),
            (HTML, "<div>x</div>", false),
            (HTML, "<html><body>x <!-- </html> -->", false),
            (HTML, "", false),
            (None, "<html>x</html>", true),
            (None, "<?xml version='1.0'?><a>x</a>", true),
            (Some("application/xhtml+xml"), "<?xml version='1.0'?><html>x</html>", true),
            (
                XML,
                "<?xml version='1.0'?>\n<!-- a --><!DOCTYPE rss><rss version='2.0'>x</rss>\n",
                true,
            ),
            (XML, "<rdf:RDF xmlns:rdf='x'>x</rdf:RDF>", true),
            (XML, "<rss><channel>x</channel>", false),
            (XML, "<rss", false),
            (XML, "<!-- <rss></rss>", false),
            (Some("text/plain"), "<html>x</html>", false),
            (Some("application/json"), "{}", false),
        ] {
            assert_eq!(is_whole(media_type, body.as_bytes()), whole, "{media_type:?} {body}");
        }
    }
}
