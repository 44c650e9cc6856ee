//! What a body is, by its first bytes where they tell, else by its Content-Type.

/// First bytes of what is no page, with its media type.
const MAGIC: [(&[u8], &str); 15] = [
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"RIFF", "image/webp"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
];

/// Media types under which pages come.
const PAGES: [&str; 4] =
    ["text/html", "application/xhtml+xml", "text/plain", "application/octet-stream"];

/// The media type of a body that is no page: neither HTML nor text, whatever it is called.
pub fn other(content_type: Option<&str>, body: &[u8]) -> Option<String> {
    let start = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    if let Some((_, media)) = MAGIC.iter().find(|(magic, _)| body.starts_with(magic)) {
        return Some((*media).to_owned());
    }
    if body.get(4..8) == Some(b"ftyp") {
        return Some("video/mp4".to_owned());
    }
    let said = content_type
        .unwrap_or_default()
        .trim_start()
        .split([';', ',', ' '])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_html = [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|tag| start.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag)));
    // Texts of any kind may be pages by another name.
    if PAGES.contains(&said.as_str())
        || is_html && (said.starts_with("text/") || said.ends_with("xml"))
    {
        return None;
    }
    // What names no type, as `html` or `unknown`, says nothing.
    if said.contains('/') && said != "unknown/unknown" && said != "*/*" {
        return Some(said);
    }
    matches!(start, [b'{' | b'[', ..]).then(|| "application/json".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_page_is_named() {
        const HTML: Option<&str> = Some("text/html; charset=utf-8");
        for (content_type, body, want) in [
            (HTML, &b"<p>x"[..], None),
            (HTML, b"", None),
            (HTML, b"%PDF-1.7\n%\xe2\xe3", Some("application/pdf")),
            (HTML, b"\x89PNG\r\n\x1a\n\0\0", Some("image/png")),
            (HTML, b"\0\0\0\x18ftypmp42", Some("video/mp4")),
            (HTML, b"{\"a\": 1}", None),
            (Some("text/html charset=utf-8"), b"<p>x", None),
            (Some("TEXT/HTML,text/html"), b"<p>x", None),
            (Some("text/plain"), b"x", None),
            (Some("application/octet-stream"), b"PK\x03\x04x", Some("application/zip")),
            (Some("application/pdf"), b"broken", Some("application/pdf")),
            (Some("application/pdf"), b"<!DOCTYPE html><p>x", Some("application/pdf")),
            (Some("text/xml"), b"\xef\xbb\xbf\r\n<!DOCTYPE HTML><p>x", None),
            (Some("text/x-server-parsed-html"), b"<html><p>x", None),
            (Some("application/json; charset=utf-8"), b"{}", Some("application/json")),
            (Some("text/xml"), b"<?xml version='1.0'?><rss/>", Some("text/xml")),
            (Some("html"), b"<p>x", None),
            (Some("*/*"), b"<p>x", None),
            (None, b"<p>x", None),
            (None, b" [1]", Some("application/json")),
            (None, b"%PDF-1.4", Some("application/pdf")),
        ] {
            assert_eq!(other(content_type, body).as_deref(), want, "{content_type:?} {body:?}");
        }
    }
}
