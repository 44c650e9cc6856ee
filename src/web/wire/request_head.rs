//! The head of a request: where it ends, what of it counts, and what it says of the bytes after it
//! (RFC 9112).
//!
//! What two readers could understand in two ways is refused: whoever stands between might have
//! taken the other one.

use std::mem::MaybeUninit;

use http::{Method, Uri, Version};
use httparse::Status;

use crate::web::request::{Field, Fields, Request};

/// Most fields of a request's head.
const FIELDS: usize = 100;
/// Longest head of a request, in bytes.
pub(super) const LONGEST: usize = 64 << 10;
/// Longest body that is thrown away so that a further request may come.
const BODY: u64 = 64 << 10;

/// Why a request is not answered as it was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web) enum Fault {
    /// It is no request, or one of two meanings.
    Bad,
    /// Its head is too long, or has too many fields.
    Large,
}

/// What follows a head before the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// A body of so many bytes, often none.
    Bytes(u64),
    /// A body that is long, or whose end is not said here or may not come: no further request is
    /// looked for.
    Open,
}

/// What a head says to the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RequestHead {
    /// Its bytes.
    pub(super) length: usize,
    /// Whether a further request may come.
    pub(super) lasts: bool,
    pub(super) rest: Rest,
}

/// What is gathered of the fields that concern the connection.
#[derive(Default)]
struct Said {
    close: bool,
    keep: bool,
    expects: bool,
    chunked: bool,
    length: Option<u64>,
}

/// Reads the request whose head `bytes` begin with; `None`: it is not whole yet.
pub(super) fn read(bytes: &[u8]) -> Result<Option<(RequestHead, Request<'_>)>, Fault> {
    let mut room = [const { MaybeUninit::uninit() }; FIELDS];
    let mut head = httparse::Request::new(&mut []);
    let length = match head.parse_with_uninit_headers(bytes, &mut room) {
        Ok(Status::Complete(length)) if length <= LONGEST => length,
        Ok(Status::Partial) if bytes.len() < LONGEST => return Ok(None),
        Ok(_) | Err(httparse::Error::TooManyHeaders) => return Err(Fault::Large),
        Err(_) => return Err(Fault::Bad),
    };
    let (Some(method), Some(target), Some(version)) = (head.method, head.path, head.version) else {
        return Err(Fault::Bad);
    };
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| Fault::Bad)?;
    let (path, query) = self::target(target).ok_or(Fault::Bad)?;
    let (mut fields, mut said) = (Fields::default(), Said::default());
    for field in &*head.headers {
        match kept(field.name) {
            Some(name) => fields.push(name, field.value),
            None => said.take(field.name, field.value)?,
        }
    }
    let rest = said.rest(version == 0)?;
    let lasts = !said.close && (version > 0 || said.keep) && rest != Rest::Open;
    let version = if version == 0 { Version::HTTP_10 } else { Version::HTTP_11 };
    Ok(Some((
        RequestHead { length, lasts, rest },
        Request { version, method, path, query, fields },
    )))
}

/// Path and query of what is asked for: a path, an address, or `*`.
fn target(text: &str) -> Option<(&str, Option<&str>)> {
    let text = text.split('#').next().unwrap_or_default();
    let path = if text.starts_with('/') || text == "*" {
        text
    } else {
        let (_, rest) = Uri::try_from(text).ok().and(text.split_once("://"))?;
        rest.find(['/', '?']).map_or("", |end| &rest[end..])
    };
    let (path, query) =
        path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    Some((if path.is_empty() { "/" } else { path }, query))
}

/// The fields that answers depend on.
fn kept(name: &str) -> Option<Field> {
    let (known, field) = match name.len() {
        4 => ("host", Field::Host),
        6 => ("accept", Field::Accept),
        13 => ("if-none-match", Field::IfNoneMatch),
        15 => ("accept-encoding", Field::AcceptEncoding),
        17 => ("if-modified-since", Field::IfModifiedSince),
        _ => return None,
    };
    name.eq_ignore_ascii_case(known).then_some(field)
}

impl Said {
    /// Takes a field that concerns the connection.
    fn take(&mut self, name: &str, value: &[u8]) -> Result<(), Fault> {
        match name.len() {
            6 if name.eq_ignore_ascii_case("expect") => self.expects = true,
            10 if name.eq_ignore_ascii_case("connection") => {
                for option in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                    self.close |= option.eq_ignore_ascii_case(b"close");
                    self.keep |= option.eq_ignore_ascii_case(b"keep-alive");
                }
            }
            14 if name.eq_ignore_ascii_case("content-length") => {
                let length = number(value).ok_or(Fault::Bad)?;
                if self.length.replace(length).is_some() {
                    return Err(Fault::Bad);
                }
            }
            17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                let again = std::mem::replace(&mut self.chunked, true);
                if again || !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(Fault::Bad);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What follows the head. A body that the client would rather not send may come or not once it
    /// has the answer.
    fn rest(&self, is_old: bool) -> Result<Rest, Fault> {
        match (self.chunked, self.length) {
            (true, Some(_)) => Err(Fault::Bad),
            (true, None) if is_old => Err(Fault::Bad),
            (true, None) => Ok(Rest::Open),
            (false, Some(1..)) if self.expects => Ok(Rest::Open),
            (false, Some(length)) if length > BODY => Ok(Rest::Open),
            (false, length) => Ok(Rest::Bytes(length.unwrap_or(0))),
        }
    }
}

/// Digits and nothing else.
fn number(value: &[u8]) -> Option<u64> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(value).ok().filter(|_| digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn given(text: &str) -> Result<Option<(RequestHead, Request<'_>)>, Fault> {
        read(text.as_bytes())
    }

    #[test]
    fn what_follows_and_whether_it_is_the_last() {
        use Rest::{Bytes, Open};
        let many = "0".repeat(30);
        for (start, fields, lasts, rest) in [
            ("GET / HTTP/1.1", "", true, Bytes(0)),
            ("GET / HTTP/1.0", "", false, Bytes(0)),
            ("GET / HTTP/1.0", "Connection: Keep-Alive\r\n", true, Bytes(0)),
            ("GET / HTTP/1.1", "Connection: x, CLOSE\r\n", false, Bytes(0)),
            ("GET / HTTP/1.1", "Connection: keep-alive\r\nconnection: close\r\n", false, Bytes(0)),
            ("POST / HTTP/1.1", "Content-Length: 7\r\n", true, Bytes(7)),
            ("POST / HTTP/1.1", &format!("Content-Length: {many}7\r\n"), true, Bytes(7)),
            ("POST / HTTP/1.1", "Content-Length: 65536\r\n", true, Bytes(65_536)),
            ("POST / HTTP/1.1", "Content-Length: 65537\r\n", false, Open),
            ("POST / HTTP/1.1", "Content-Length: 7\r\nExpect: 100-continue\r\n", false, Open),
            ("POST / HTTP/1.1", "Content-Length: 0\r\nExpect: 100-continue\r\n", true, Bytes(0)),
            ("POST / HTTP/1.1", "Transfer-Encoding: Chunked\r\n", false, Open),
        ] {
            let text = format!("{start}\r\n{fields}\r\n");
            let whole = format!("{text}GET");
            let (head, _) = given(&whole).unwrap().unwrap();
            assert_eq!(head, RequestHead { length: text.len(), lasts, rest }, "{text}");
        }
    }

    #[test]
    fn what_may_mean_two_things_is_refused() {
        for fields in [
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
            "Content-Length: 3\r\nContent-Length: 3\r\n",
            "Content-Length: 3, 3\r\n",
            "Content-Length: +3\r\n",
            "Content-Length: \r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: \r\n",
            "Content-Length : 3\r\n",
            "X: 1\r\n folded\r\n",
            " X: 1\r\n",
            "X: a\rb\r\n",
            "X: a\0b\r\n",
            "X y: 1\r\n",
            ": 1\r\n",
            "X\r\n",
        ] {
            assert_eq!(
                given(&format!("GET / HTTP/1.1\r\n{fields}\r\n")).unwrap_err(),
                Fault::Bad,
                "{fields:?}"
            );
        }
        for start in [
            "GET / HTTP/2.0",
            "GET / HTTP/1.2",
            "GET /",
            "GET  / HTTP/1.1",
            "GET a HTTP/1.1",
            "CONNECT a:80 HTTP/1.1",
            "G@T / HTTP/1.1",
            "GET /\u{1} HTTP/1.1",
            "\u{16}\u{3}\u{1}",
        ] {
            assert_eq!(given(&format!("{start}\r\n\r\n")).unwrap_err(), Fault::Bad, "{start:?}");
        }
        let old = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(given(old).unwrap_err(), Fault::Bad);
    }

    #[test]
    fn what_is_asked_for() {
        for (target, path, query) in [
            ("/", "/", None),
            ("/feeds/a.atom?x=1?y", "/feeds/a.atom", Some("x=1?y")),
            ("http://a:80/b", "/b", None),
            ("http://a", "/", None),
            ("http://a?b", "/", Some("b")),
            ("/a://b/c", "/a://b/c", None),
            ("/a#b?c", "/a", None),
            ("*", "*", None),
            ("/../%2e", "/../%2e", None),
        ] {
            let text =
                format!("GET {target} HTTP/1.1\r\nhost: a\r\nX: 1\r\nHOST: b\r\nAccept: c\r\n\r\n");
            let (_, request) = given(&text).unwrap().unwrap();
            let fields = [(Field::Host, "a"), (Field::Host, "b"), (Field::Accept, "c")]
                .into_iter()
                .collect();
            assert_eq!(
                request,
                Request { version: Version::HTTP_11, method: Method::GET, path, query, fields },
                "{target}"
            );
        }
    }

    #[test]
    fn heads_have_bounds() {
        let many = |count: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(count));
        assert!(given(&many(FIELDS)).is_ok_and(|head| head.is_some()));
        assert_eq!(given(&many(FIELDS + 1)).unwrap_err(), Fault::Large);
        let frame = "GET / HTTP/1.1\r\nA: \r\n\r\n".len();
        let long =
            |length: usize| format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(length - frame));
        assert!(given(&long(LONGEST)).is_ok_and(|head| head.is_some()));
        assert_eq!(given(&long(LONGEST + 1)).unwrap_err(), Fault::Large);
        assert_eq!(given(&long(LONGEST + 1)[..LONGEST - 1]).unwrap().map(|_| ()), None);
        assert_eq!(given(&long(LONGEST + 1)[..LONGEST]).unwrap_err(), Fault::Large);
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(
            bytes: Vec<u8>,
            fields in "(([A-Za-z-]{0,20}|content-length|transfer-encoding) ?: ?\
                       [ -~\t]{0,20}\r?\n){0,8}",
        ) {
            let _ = read(&bytes);
            let whole = [b"GET / HTTP/1.1\r\n", fields.as_bytes(), b"\r\n", &bytes].concat();
            if let Ok(Some((head, request))) = read(&whole) {
                prop_assert_eq!(read(&whole[..head.length]), Ok(Some((head, request))));
                prop_assert!(
                    (0..head.length).all(|end| matches!(read(&whole[..end]), Ok(None))),
                    "it ends where it ends"
                );
            }
        }
    }
}
