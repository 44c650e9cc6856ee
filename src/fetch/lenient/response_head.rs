//! The head of an answer, read as browsers, curl and wget read it: what is plain is taken however
//! it is written, and a line that is no field is left out.

use crate::fetch::coding;

/// A head as it came: fields in order, names in lower case, folded lines joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResponseHead {
    pub(super) status: u16,
    pub(super) reason: String,
    pub(super) fields: Vec<(String, Vec<u8>)>,
}

/// What says where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// The status: there is none.
    Nothing,
    /// Its length.
    Length(u64),
    /// Its last chunk.
    Chunks,
    /// The connection's end alone.
    Close,
}

/// The place behind the empty line that ends a head, in bytes of which `searched` held none. A head
/// begins with no line break.
pub(super) fn end(bytes: &[u8], searched: usize) -> Option<usize> {
    let is_empty =
        |at: usize| bytes[..at].iter().rev().find(|byte| **byte != b'\r') == Some(&b'\n');
    memchr::memchr_iter(b'\n', &bytes[searched..])
        .map(|n| searched + n)
        .find(|at| is_empty(*at))
        .map(|at| at + 1)
}

/// Whether these first bytes may begin an answer.
pub(super) fn may_begin(bytes: &[u8]) -> bool {
    bytes.iter().zip(b"HTTP/").all(|(byte, letter)| byte.eq_ignore_ascii_case(letter))
}

/// Reads a head, or says what of it cannot be read.
pub(super) fn parse(head: &[u8]) -> Result<ResponseHead, String> {
    let mut lines = head.split(|byte| *byte == b'\n').map(without_returns);
    let mut response = status_line(lines.next().unwrap_or_default())?;
    let mut goes_on = false;
    for line in lines {
        if matches!(line, [b' ' | b'\t', ..]) {
            if let Some((_, value)) =
                response.fields.last_mut().filter(|_| goes_on && !line.contains(&0))
            {
                value.push(b' ');
                value.extend_from_slice(line.trim_ascii());
            }
            continue;
        }
        let field = field(line);
        goes_on = field.is_some();
        response.fields.extend(field);
    }
    Ok(response)
}

/// `HTTP/1.1 200 OK`, by any number of blanks, the reason optional.
fn status_line(line: &[u8]) -> Result<ResponseHead, String> {
    let shown = || {
        format!(
            "its first line is `{:.60}`",
            String::from_utf8_lossy(line).escape_debug().to_string()
        )
    };
    let text = String::from_utf8_lossy(line);
    let mut rest = text.get(5..).filter(|_| may_begin(line)).ok_or_else(shown)?;
    let version = take(&mut rest, |c| !c.is_ascii_whitespace());
    if !matches!(version.split('.').next(), Some("1" | "2")) {
        return Err(format!("HTTP/{version:.20} is no version that is read"));
    }
    let blanks = take(&mut rest, |c| matches!(c, ' ' | '\t'));
    let digits = take(&mut rest, |c| c.is_ascii_digit());
    if blanks.is_empty() || digits.len() != 3 {
        return Err(shown());
    }
    let status = digits.parse().map_err(|_| shown())?;
    Ok(ResponseHead { status, reason: rest.trim().replace('\0', " "), fields: Vec::new() })
}

/// Takes what fits from the front of a text.
fn take<'t>(rest: &mut &'t str, fits: impl Fn(char) -> bool) -> &'t str {
    let (taken, left) = rest.split_at(rest.find(|c| !fits(c)).unwrap_or(rest.len()));
    *rest = left;
    taken
}

/// A line as a field; blanks before the colon are not part of the name.
fn field(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = memchr::memchr(b':', line).filter(|_| !line.contains(&0))?;
    let name = line[..colon].trim_ascii_end();
    let token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let named = !name.is_empty() && name.iter().all(token);
    named.then(|| {
        (
            String::from_utf8_lossy(name).to_ascii_lowercase(),
            line[colon + 1..].trim_ascii().to_vec(),
        )
    })
}

fn without_returns(line: &[u8]) -> &[u8] {
    &line[..line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1)]
}

impl ResponseHead {
    /// The parts of all fields of a name that hold lists, in order.
    fn list(&self, name: &str) -> impl Iterator<Item = String> {
        let values = self.fields.iter().filter(move |(given, _)| given == name);
        let parts = values.flat_map(|(_, value)| value.split(|byte| *byte == b','));
        parts
            .map(|part| String::from_utf8_lossy(part.trim_ascii()).to_ascii_lowercase())
            .filter(|part| !part.is_empty())
    }

    /// What says where the body ends, or what cannot be read of that.
    pub(super) fn framing(&self) -> Result<Framing, String> {
        if matches!(self.status, 100..=199 | 204 | 304) {
            return Ok(Framing::Nothing);
        }
        if let Some(coding) = self.list("transfer-encoding").find(|name| coding::is_coding(name)) {
            return Err(format!("the transfer coding {coding} is not read, and was not asked for"));
        }
        if self.list("transfer-encoding").any(|name| name == "chunked") {
            return Ok(Framing::Chunks);
        }
        let mut known = None;
        for part in self.list("content-length") {
            let Some(length) = length(&part)? else { continue };
            if known.is_some_and(|known| known != length) {
                return Err(format!(
                    "it states two lengths, {} and {length}",
                    known.unwrap_or_default()
                ));
            }
            known = Some(length);
        }
        Ok(known.map_or(Framing::Close, Framing::Length))
    }
}

/// A length, whatever stands behind its digits; one that no machine has says nothing.
fn length(part: &str) -> Result<Option<u64>, String> {
    let mut rest = part.strip_prefix('+').unwrap_or(part);
    let digits = take(&mut rest, |c| c.is_ascii_digit());
    if digits.is_empty() {
        Err(format!("its length is `{part:.20}`"))
    } else {
        Ok(digits.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields(lines: &str) -> Vec<(String, String)> {
        let head = parse(format!("HTTP/1.1 200 OK\r\n{lines}\r\n").as_bytes()).unwrap();
        head.fields
            .into_iter()
            .map(|(name, value)| (name, String::from_utf8(value).unwrap()))
            .collect()
    }

    #[test]
    fn status_lines_as_they_are_written() {
        for (line, status, reason) in [
            ("HTTP/1.1 200 OK", 200, "OK"),
            ("HTTP/1.0 404 Not Found", 404, "Not Found"),
            ("http/1.1 200 ok", 200, "ok"),
            ("HTTP/1.1 200", 200, ""),
            ("HTTP/1.1  203\tKhông rõ\x07", 203, "Không rõ\x07"),
            ("HTTP/1.1 200OK", 200, "OK"),
            ("HTTP/1 200 OK", 200, "OK"),
            ("HTTP/2 200 ", 200, ""),
            ("HTTP/1.1 999 a\0b", 999, "a b"),
        ] {
            let got = parse(line.as_bytes()).unwrap();
            assert_eq!((got.status, got.reason.as_str()), (status, reason), "{line}");
        }
        for line in [
            "",
            "HTTP/1.1",
            "HTTP/1.1 ",
            "HTTP/1.1 42 x",
            "HTTP/1.1 2000 x",
            "HTTP/1.1 OK",
            "HTTP/9.9 200 OK",
            "HTTP 200 OK",
            "HTTP/1.1200",
        ] {
            assert!(parse(line.as_bytes()).is_err(), "{line}");
        }
    }

    #[test]
    fn fields_as_they_are_written() {
        for (lines, want) in [
            ("Server : Mau\r\n", &[("server", "Mau")][..]),
            ("X-A:1\nX-B:\t2 \r\n", &[("x-a", "1"), ("x-b", "2")]),
            ("X-A: one,\r\n  two\r\n\tthree\r\n", &[("x-a", "one, two three")]),
            ("PHP Warning: x in y\r\n goes on\r\nX-A: 1\r\n", &[("x-a", "1")]),
            ("no colon\r\n: nameless\r\nX-Tiêu-Đề: 1\r\n", &[]),
            (" folded behind nothing\r\nX-A: 1\r\r\n", &[("x-a", "1")]),
            (
                "X-A: a\x07\x7fb\r\nX-B: a\0b\r\nX-C: a\rb\r\n",
                &[("x-a", "a\x07\x7fb"), ("x-c", "a\rb")],
            ),
            ("Set-Cookie: a\r\nset-cookie: b\r\n", &[("set-cookie", "a"), ("set-cookie", "b")]),
        ] {
            let want: Vec<_> = want
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            assert_eq!(fields(lines), want, "{lines:?}");
        }
    }

    #[test]
    fn what_says_where_a_body_ends() {
        use Framing::{Chunks, Close, Length, Nothing};
        for (status, lines, want) in [
            (200, "", Some(Close)),
            (200, "Content-Length: 5\r\n", Some(Length(5))),
            (200, "Content-Length: 5\r\nContent-Length: 5, 05\r\n", Some(Length(5))),
            (200, "Content-Length : +5 bytes;\r\n", Some(Length(5))),
            (200, "Content-Length:\r\n 5\r\n", Some(Length(5))),
            (200, "Content-Length:\r\n", Some(Close)),
            (200, "Content-Length: 99999999999999999999999\r\n", Some(Close)),
            (200, "Content-Length: 5\r\nContent-Length: 6\r\n", None),
            (200, "Content-Length: 5, 6\r\n", None),
            (200, "Content-Length: -5\r\n", None),
            (200, "Content-Length: abc\r\n", None),
            (200, "Content-Length: 5\r\nTransfer-Encoding: CHUNKED\r\n", Some(Chunks)),
            (200, "Transfer-Encoding: chunked, chunked\r\n", Some(Chunks)),
            (200, "Transfer-Encoding: identity\r\nContent-Length: 5\r\n", Some(Length(5))),
            (200, "Transfer-Encoding: none\r\nTransfer-Encoding:\r\n", Some(Close)),
            (200, "Transfer-Encoding: gzip, chunked\r\n", None),
            (204, "Content-Length: 5\r\n", Some(Nothing)),
            (304, "Content-Length: 5\r\n", Some(Nothing)),
            (404, "Content-Length: 5\r\n", Some(Length(5))),
        ] {
            let head = parse(format!("HTTP/1.1 {status} x\r\n{lines}\r\n").as_bytes()).unwrap();
            assert_eq!(head.framing().ok(), want, "{status} {lines:?}");
        }
    }

    #[test]
    fn heads_end_at_their_empty_line() {
        for (bytes, want) in [
            (&b"HTTP/1.1 200\r\n\r\nbody\r\n\r\n"[..], Some(16)),
            (b"HTTP/1.1 200\n\nbody", Some(14)),
            (b"HTTP/1.1 200\r\nA: 1\n\r\r\n", Some(22)),
            (b"HTTP/1.1 200\r\nA: 1\r\n", None),
            (b"HTTP/1.1 200\r\n\r", None),
        ] {
            let whole = end(bytes, 0);
            assert_eq!(whole, want);
            assert!(
                (0..bytes.len())
                    .filter(|searched| end(&bytes[..*searched], 0).is_none())
                    .all(|searched| end(bytes, searched) == whole)
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(head: Vec<u8>) {
            if let Ok(response) = parse(&[b"HTTP/1.1 200 ", head.as_slice()].concat()) {
                let _ = response.framing();
                for (name, value) in &response.fields {
                    prop_assert!(!name.is_empty() && name.is_ascii());
                    prop_assert!(!value.contains(&b'\n') && !value.contains(&0));
                }
            }
        }
    }
}
