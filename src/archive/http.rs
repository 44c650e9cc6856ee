//! HTTP/1.1 heads rebuilt from the fields that the client gives, and such an answer read back. No
//! value of either side can start a line of its own.

use bytes::Bytes;
use jiff::Timestamp;
use memchr::memmem;
use url::{Position, Url};

use crate::domain::Exchange;

/// Request line and fields, up to and with the empty line.
pub(super) fn request_head(exchange: &Exchange) -> Vec<u8> {
    let url = Url::parse(&exchange.url).ok();
    let target = url.as_ref().map_or("/", |url| &url[Position::BeforePath..Position::AfterQuery]);
    let mut head = Vec::with_capacity(512);
    for part in
        [exchange.method, " ", if target.is_empty() { "/" } else { target }, " HTTP/1.1\r\n"]
    {
        head.extend_from_slice(part.as_bytes());
    }
    let sent = |name: &str| {
        exchange.request_fields.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
    };
    if let Some(url) = url.as_ref().filter(|url| url.has_host() && !sent("host")) {
        field(&mut head, "Host", url[Position::BeforeHost..Position::AfterPort].as_bytes());
    }
    for (name, value) in &exchange.request_fields {
        field(&mut head, name, value.as_bytes());
    }
    if !exchange.request_body.is_empty() && !sent("content-length") {
        field(&mut head, "Content-Length", exchange.request_body.len().to_string().as_bytes());
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// Status line and fields, up to and with the empty line. The transfer framing is gone, so its
/// field is too.
pub(super) fn response_head(exchange: &Exchange) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {:03} ", exchange.status.min(999)).into_bytes();
    head.extend(exchange.reason.bytes().map(flat));
    head.extend_from_slice(b"\r\n");
    let length = exchange.body.len().to_string();
    let bodiless = matches!(exchange.status, 100..=199 | 204 | 304);
    let mut measured = bodiless;
    let mut framed = false;
    for (name, value) in &exchange.fields {
        match name.to_ascii_lowercase().as_str() {
            "transfer-encoding" => framed = true,
            "content-length" if !bodiless => {
                if !std::mem::replace(&mut measured, true) {
                    field(&mut head, name, length.as_bytes());
                }
            }
            _ => field(&mut head, name, value),
        }
    }
    if framed && !measured {
        field(&mut head, "content-length", length.as_bytes());
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// An answer out of its record's block, as [`response_head`] wrote it; the request is not known.
pub(super) fn response(url: String, time: Timestamp, block: &Bytes) -> Option<Exchange> {
    let end = memmem::find(block, b"\r\n\r\n")?;
    let mut lines = block.get(..end)?.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let status = std::str::from_utf8(lines.next()?).ok()?.strip_prefix("HTTP/1.1 ")?;
    let (status, reason) = status.split_once(' ').unwrap_or((status, ""));
    let field = |line: &[u8]| {
        let colon = memchr::memchr(b':', line)?;
        let name = std::str::from_utf8(line.get(..colon)?).ok()?.to_ascii_lowercase();
        Some((name, line.get(colon + 1..)?.trim_ascii().to_vec()))
    };
    Some(Exchange {
        url,
        time,
        peer: None,
        method: "GET",
        request_fields: Vec::new(),
        request_body: Bytes::new(),
        status: status.parse().ok()?,
        reason: reason.to_owned(),
        fields: lines.map(field).collect::<Option<_>>()?,
        body: block.slice(end + 4..),
    })
}

fn field(head: &mut Vec<u8>, name: &str, value: &[u8]) {
    let start = head.len();
    head.extend(name.bytes().filter(|byte| byte.is_ascii_graphic() && *byte != b':'));
    if head.len() == start {
        return;
    }
    head.extend_from_slice(b": ");
    head.extend(value.iter().copied().map(flat));
    head.extend_from_slice(b"\r\n");
}

fn flat(byte: u8) -> u8 {
    if matches!(byte, b'\r' | b'\n' | 0) { b' ' } else { byte }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use jiff::Timestamp;

    use super::*;

    fn exchange(status: u16, fields: &[(&str, &[u8])], body: &'static str) -> Exchange {
        Exchange {
            url: "https://portal.example:8443/a/b?c=d#e".into(),
            time: Timestamp::UNIX_EPOCH,
            peer: None,
            method: "GET",
            request_fields: vec![("accept".into(), "*/*\r\nx-evil: 1".into())],
            request_body: Bytes::new(),
            status,
            reason: "Fine\r\nx: y".into(),
            fields: fields.iter().map(|(n, v)| ((*n).into(), v.to_vec())).collect(),
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    #[test]
    fn requests_have_one_line_a_field() {
        let head = request_head(&exchange(200, &[], ""));
        assert_eq!(
            String::from_utf8(head).unwrap(),
            "GET /a/b?c=d HTTP/1.1\r\nHost: portal.example:8443\r\naccept: */*  x-evil: 1\r\n\r\n"
        );
    }

    #[test]
    fn an_answer_is_read_back() {
        let sent =
            exchange(200, &[("Content-Type", b"text/html"), ("x", b"a: \xff")], "a\r\n\r\nb");
        let block = Bytes::from([&response_head(&sent)[..], &sent.body].concat());
        let back = response(sent.url.clone(), sent.time, &block).unwrap();
        assert_eq!(
            (back.status, back.reason.as_str(), &back.body),
            (200, "Fine  x: y", &sent.body)
        );
        assert_eq!(back.field("content-type"), Some("text/html"));
        assert_eq!(back.fields[1], ("x".to_owned(), b"a: \xff".to_vec()));
        for broken in ["", "HTTP/1.1 200 Fine\r\n", "WARC/1.1\r\n\r\n", "HTTP/1.1 2x\r\n\r\n"] {
            assert!(response(String::new(), sent.time, &Bytes::from(broken)).is_none(), "{broken}");
        }
    }

    #[test]
    fn responses_lose_their_framing() {
        type Case<'a> = (u16, &'a [(&'a str, &'a [u8])], &'a [u8]);
        let cases: [Case; 6] = [
            (
                200,
                &[("transfer-encoding", b"chunked"), ("server", b"x")],
                b"HTTP/1.1 200 Fine  x: y\r\nserver: x\r\ncontent-length: 4\r\n\r\n",
            ),
            (
                200,
                &[("content-length", b"9"), ("Content-Length", b"8")],
                b"HTTP/1.1 200 Fine  x: y\r\ncontent-length: 4\r\n\r\n",
            ),
            (
                200,
                &[("x", b"\xff\r\n\r\n<p>")],
                b"HTTP/1.1 200 Fine  x: y\r\nx: \xff    <p>\r\n\r\n",
            ),
            (
                304,
                &[("content-length", b"9")],
                b"HTTP/1.1 304 Fine  x: y\r\ncontent-length: 9\r\n\r\n",
            ),
            (7, &[("\r\n", b"v"), ("a:\r\nb", b"v")], b"HTTP/1.1 007 Fine  x: y\r\nab: v\r\n\r\n"),
            (6000, &[], b"HTTP/1.1 999 Fine  x: y\r\n\r\n"),
        ];
        for (status, fields, head) in cases {
            assert_eq!(
                response_head(&exchange(status, fields, "body")).escape_ascii().to_string(),
                head.escape_ascii().to_string()
            );
        }
    }
}
