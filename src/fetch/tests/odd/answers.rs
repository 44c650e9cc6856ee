//! Odd answers, each with what must become of it.

use super::*;

pub(super) type Odd = (&'static str, Vec<u8>, Want);

/// An answer of that status line and these fields, then that body.
pub(super) fn said(status: &str, fields: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    [format!("{status}\r\n{fields}\r\n").as_bytes(), body.as_ref()].concat()
}

/// The page in an answer of that status line and these fields, with its length.
pub(super) fn page(status: &str, fields: &str) -> Vec<u8> {
    said(status, &format!("{fields}Content-Length: {}\r\n", PAGE.len()), PAGE)
}

pub(super) fn with(fields: &str) -> Vec<u8> {
    page("HTTP/1.1 200 OK", &format!("Content-Type: text/html; charset=utf-8\r\n{fields}"))
}

/// The page without a length.
pub(super) fn bare(fields: &str) -> Vec<u8> {
    said("HTTP/1.1 200 OK", fields, PAGE)
}

pub(super) fn gzip(text: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    w.write_all(text).unwrap();
    w.finish().unwrap()
}

/// A body in two chunks; what stands before and behind each size, and how lines end.
pub(super) fn chunks(before: &str, behind: &str, end: &str) -> Vec<u8> {
    let chunk = |part: &[u8]| {
        [format!("{before}{:x}{behind}{end}", part.len()).as_bytes(), part, end.as_bytes()].concat()
    };
    [
        chunk(&PAGE.as_bytes()[..20]),
        chunk(&PAGE.as_bytes()[20..]),
        format!("0{end}{end}").into_bytes(),
    ]
    .concat()
}

pub(super) fn chunked(body: impl AsRef<[u8]>) -> Vec<u8> {
    said("HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\n", body)
}

pub(super) fn without(bytes: &[u8], last: usize) -> &[u8] {
    &bytes[..bytes.len() - last]
}

pub(super) fn heads() -> Vec<Odd> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    vec![
        ("a blank before the colon", with("Server : x\r\n"), Read),
        (
            "a blank before the colon of the length",
            bare(&format!("Content-Length : {}\r\n", PAGE.len())),
            Read,
        ),
        ("a folded line", with("X-Long: one,\r\n  two\r\n\tthree\r\n"), Read),
        (
            "DEL and other control bytes",
            with("X: a\x7f\x01\x0bb\r\nSet-Cookie: a=1; domain=\x7fx\r\n"),
            Read,
        ),
        ("bytes beyond ASCII", with("X: t\u{ea}n \u{111}\u{1ec1}\r\n"), Read),
        ("bytes beyond ASCII in a name", with("X-Ti\u{ea}u: 1\r\n"), Read),
        (
            "a line that is no field",
            with("PHP Warning: Unknown: no library in Unknown on line 0\r\n"),
            Read,
        ),
        ("a line without a colon", with("khong co dau hai cham\r\n"), Read),
        ("a field without a name", with(": x\r\n"), Read),
        (
            "a folded line behind no field",
            said("HTTP/1.1 200 OK", &format!(" X: a\r\nContent-Length: {}\r\n", PAGE.len()), PAGE),
            Read,
        ),
        ("NUL in a value", with("X: a\0b\r\n"), Read),
        ("a lone carriage return", with("X: a\rb\r\n"), Read),
        ("bare line feeds", text(with("X: 1\r\n")).replace("\r\n", "\n").into_bytes(), Read),
        ("one bare line feed", with("X: 1\n"), Read),
        (
            "two carriage returns",
            text(with("X: 1\r\n")).replace("\r\n", "\r\r\n").into_bytes(),
            Read,
        ),
        ("a line break before the answer", [b"\r\n".to_vec(), with("")].concat(), Read),
        ("a field twice", with("Content-Type: text/html\r\nServer: a\r\nServer: b\r\n"), Read),
        ("a long field", with(&format!("X: {}\r\n", "x".repeat(6000))), Read),
        (
            "a head over its bound",
            with(&format!("X: {}\r\n", "x".repeat(60_000))),
            Stricter("of the head", "a head is bounded"),
        ),
        ("no head but a page", PAGE.into(), Refused("it begins with `<!DOCTYPE")),
        (
            "an end within the head",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n".to_vec(),
            Refused("closed before message completed"),
        ),
        ("another protocol", page("ICY 200 OK", ""), Refused("it begins with `ICY")),
    ]
}

pub(super) fn statuses() -> Vec<Odd> {
    let part = |range: &str| {
        page("HTTP/1.1 206 Partial Content", &format!("Content-Range: bytes {range}\r\n"))
    };
    let all = PAGE.len();
    let after = |interim: &str| [interim.as_bytes(), &with("")].concat();
    vec![
        ("no reason", page("HTTP/1.1 200", ""), Read),
        ("a reason beyond ASCII", page("HTTP/1.1 200 T\u{1ed1}t \x07", ""), Read),
        ("two blanks", page("HTTP/1.1  200 OK", ""), Read),
        ("no blank before the reason", page("HTTP/1.1 200OK", ""), Read),
        ("HTTP/1.0", page("HTTP/1.0 200 OK", ""), Read),
        ("HTTP/1.0 to the end", said("HTTP/1.0 200 OK", "", PAGE), Read),
        (
            "HTTP/1.0 in chunks",
            said("HTTP/1.0 200 OK", "Transfer-Encoding: chunked\r\n", chunks("", "", "\r\n")),
            Read,
        ),
        ("HTTP/2.0 in words", page("HTTP/2.0 200 OK", ""), Read),
        ("lower case", page("http/1.1 200 ok", ""), Read),
        ("HTTP/9.9", page("HTTP/9.9 200 OK", ""), Refused("no version")),
        (
            "a status of four digits",
            page("HTTP/1.1 2000 OK", ""),
            Refused("its first line is `HTTP/1.1 2000 OK`"),
        ),
        ("100", after("HTTP/1.1 100 Continue\r\n\r\n"), Read),
        ("103 with fields", after("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), Read),
        ("100 with a length", after("HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n"), Read),
        ("102 often", after(&"HTTP/1.1 102 Processing\r\n\r\n".repeat(9)), Read),
        ("101", after("HTTP/1.1 101 Switching Protocols\r\n\r\n"), Refused("101")),
        ("203", page("HTTP/1.1 203 Non-Authoritative Information", ""), Read),
        ("205", page("HTTP/1.1 205 Reset Content", ""), Read),
        (
            "206 without a range",
            page("HTTP/1.1 206 Partial Content", "Content-Type: text/html\r\n"),
            Read,
        ),
        ("206 of all", part(&format!("0-{}/{all}", all - 1)), Read),
        (
            "206 of a part",
            part(&format!("0-{}/{}", all - 1, all + 9)),
            Stricter("a part (206)", "a part is never stored as whole"),
        ),
        ("206 of the rest", part(&format!("9-{}/{}", all + 8, all + 9)), Refused("a part (206)")),
        ("226", page("HTTP/1.1 226 IM Used", ""), Read),
        ("299", page("HTTP/1.1 299 Odd", ""), Read),
        ("999", page("HTTP/1.1 999 Odd", ""), Refused("999")),
    ]
}

pub(super) fn lengths() -> Vec<Odd> {
    let all = PAGE.len();
    vec![
        ("two equal lengths", with(&format!("Content-Length: {all}\r\n")), Read),
        ("a list of equal lengths", bare(&format!("Content-Length: {all}, {all}\r\n")), Read),
        ("a length with zeros", bare(&format!("Content-Length: 000{all}\r\n")), Read),
        ("a length with a sign", bare(&format!("Content-Length: +{all}\r\n")), Read),
        ("a length with a unit", bare(&format!("Content-Length: {all} bytes\r\n")), Read),
        ("a length that no machine has", bare("Content-Length: 99999999999999999999999\r\n"), Read),
        ("an empty length", bare("Content-Length:\r\n"), Read),
        ("no length", bare(""), Read),
        ("two lengths", with("Content-Length: 9\r\n"), Refused("two lengths")),
        ("a negative length", bare("Content-Length: -5\r\n"), Refused("its length is `-5`")),
        ("no number", bare("Content-Length: abc\r\n"), Refused("its length is `abc`")),
        (
            "fewer bytes than stated",
            bare(&format!("Content-Length: {}\r\n", all + 5)),
            Refused("it ends after"),
        ),
        (
            "a length beside chunks",
            said(
                "HTTP/1.1 200 OK",
                "Content-Length: 9\r\nTransfer-Encoding: Chunked\r\n",
                chunks("", "", "\r\n"),
            ),
            Read,
        ),
        ("identity and a length", with("Transfer-Encoding: identity\r\n"), Read),
        ("no transfer coding", with("Transfer-Encoding: none\r\nTransfer-Encoding:\r\n"), Read),
        ("chunks of bare line feeds", chunked(chunks("", "", "\n")), Read),
        ("chunks of more zeros", chunked(chunks("000", "", "\r\n")), Read),
        ("chunks with blanks", chunked(chunks(" ", "  ", "\r\n")), Read),
        ("chunks with extensions", chunked(chunks("", ";a=\"b\"", "\r\n")), Read),
        (
            "chunks with trailers",
            chunked([without(&chunks("", "", "\r\n"), 2), b"X-T: 1\r\n\r\n"].concat()),
            Read,
        ),
        ("chunks without the last line", chunked(without(&chunks("", "", "\r\n"), 2)), Read),
        (
            "chunks without the last one",
            chunked(without(&chunks("", "", "\r\n"), 5)),
            Refused("before its last chunk"),
        ),
        ("no chunks", chunked(PAGE), Refused("a chunk's size is `<!DOCTYPE")),
        (
            "chunks twice",
            said(
                "HTTP/1.1 200 OK",
                "Transfer-Encoding: chunked, chunked\r\n",
                chunks("", "", "\r\n"),
            ),
            Read,
        ),
        (
            "chunks in gzip",
            said("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked\r\n", PAGE),
            Refused("transfer coding gzip"),
        ),
    ]
}

pub(super) fn codings() -> Vec<Odd> {
    let coded = |coding: &str, body: Vec<u8>| {
        said("HTTP/1.1 200 OK", &format!("Content-Type: text/html\r\n{coding}"), body)
    };
    let zipped = gzip(PAGE.as_bytes());
    vec![
        ("no coding", with("Content-Encoding: none\r\n"), Read),
        ("an empty coding", with("Content-Encoding:\r\n"), Read),
        ("a charset as the coding", with("Content-Encoding: UTF-8\r\n"), Read),
        ("a media type as the coding", with("Content-Encoding: text/html\r\n"), Read),
        ("gzip", coded("Content-Encoding: gzip\r\n", zipped.clone()), Read),
        (
            "gzip and identity",
            coded("Content-Encoding: gzip\r\nContent-Encoding: identity\r\n", zipped.clone()),
            Read,
        ),
        ("none and gzip", coded("Content-Encoding: none, X-GZIP\r\n", zipped.clone()), Read),
        (
            "half of gzip",
            coded("Content-Encoding: gzip\r\n", zipped[..40].to_vec()),
            Refused("not whole as gzip"),
        ),
        ("gzip that is none", with("Content-Encoding: gzip\r\n"), Refused("not whole as gzip")),
        (
            "a coding nobody asked for",
            with("Content-Encoding: zstd\r\n"),
            Refused("unknown coding zstd"),
        ),
        ("no media type", page("HTTP/1.1 200 OK", ""), Read),
        (
            "an odd charset",
            page("HTTP/1.1 200 OK", "Content-Type: text/html; charset=\"x-unknown\"; charset=\r\n"),
            Read,
        ),
    ]
}
