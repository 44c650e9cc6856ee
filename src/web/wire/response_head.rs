//! The head of an answer: the fields that it has, and those that say how it is sent (RFC 9112).

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use http::{Method, StatusCode, Version};

/// How a client sees where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// There is none, and nothing is said of it.
    Absent,
    /// By its length.
    Length(u64),
    /// By chunks, the last of them empty.
    Chunks,
    /// By the end of the connection.
    End,
}

impl Frame {
    /// Of the answer to a request, whose body has that length if it is known.
    pub(super) fn of(
        method: &Method,
        version: Version,
        status: StatusCode,
        length: Option<u64>,
    ) -> Self {
        match length {
            _ if status == StatusCode::NOT_MODIFIED || status == StatusCode::NO_CONTENT => {
                Frame::Absent
            }
            Some(length) => Frame::Length(length),
            _ if method == Method::HEAD => Frame::Absent,
            _ if version == Version::HTTP_10 => Frame::End,
            _ => Frame::Chunks,
        }
    }
}

/// The head of the answer to a request.
pub(super) struct ResponseHead<'a> {
    /// The request's.
    pub(super) version: Version,
    pub(super) status: StatusCode,
    /// As they are sent.
    pub(super) fields: &'a [u8],
    pub(super) frame: Frame,
    /// Whether the connection lasts after it.
    pub(super) lasts: bool,
}

impl ResponseHead<'_> {
    /// Writes it behind what is there.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let Self { version, status, fields, frame, lasts } = *self;
        let is_old = version == Version::HTTP_10;
        out.extend_from_slice(if is_old { b"HTTP/1.0 " } else { b"HTTP/1.1 " });
        out.extend_from_slice(status.as_str().as_bytes());
        out.push(b' ');
        out.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(fields);
        match frame {
            Frame::Absent | Frame::End => {}
            Frame::Length(length) => {
                out.extend_from_slice(format!("content-length: {length}\r\n").as_bytes())
            }
            Frame::Chunks => out.extend_from_slice(b"transfer-encoding: chunked\r\n"),
        }
        if !lasts {
            out.extend_from_slice(b"connection: close\r\n");
        } else if is_old {
            out.extend_from_slice(b"connection: keep-alive\r\n");
        }
        DATE.with_borrow_mut(|date| date.write(out, SystemTime::now()));
        out.extend_from_slice(b"\r\n");
    }
}

thread_local! {
    static DATE: RefCell<Date> = RefCell::default();
}

/// The field Date, made once a second.
#[derive(Default)]
struct Date {
    second: u64,
    line: String,
}

impl Date {
    fn write(&mut self, out: &mut Vec<u8>, now: SystemTime) {
        let second = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        if self.line.is_empty() || second != self.second {
            *self = Self { second, line: format!("date: {}\r\n", httpdate::fmt_http_date(now)) };
        }
        out.extend_from_slice(self.line.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_end_of_a_body_is_told() {
        let (ok, plain) = (StatusCode::OK, Version::HTTP_11);
        for (method, version, status, length, frame, line) in [
            (Method::GET, plain, ok, Some(3), Frame::Length(3), "content-length: 3\r\n"),
            (Method::GET, plain, ok, Some(0), Frame::Length(0), "content-length: 0\r\n"),
            (Method::GET, plain, ok, None, Frame::Chunks, "transfer-encoding: chunked\r\n"),
            (Method::GET, Version::HTTP_10, ok, None, Frame::End, ""),
            (Method::HEAD, plain, ok, None, Frame::Absent, ""),
            (Method::HEAD, plain, ok, Some(3), Frame::Length(3), "content-length: 3\r\n"),
            (Method::GET, plain, StatusCode::NOT_MODIFIED, Some(0), Frame::Absent, ""),
            (Method::OPTIONS, plain, StatusCode::NO_CONTENT, Some(0), Frame::Absent, ""),
        ] {
            assert_eq!(Frame::of(&method, version, status, length), frame, "{method} {status}");
            let mut out = Vec::new();
            let lasts = frame != Frame::End;
            ResponseHead { version, status, fields: b"a: b\r\n", frame, lasts }.write(&mut out);
            let (head, date) = std::str::from_utf8(&out).unwrap().split_once("date: ").unwrap();
            let (first, rest) = head.split_once("\r\n").unwrap();
            let old = version == Version::HTTP_10;
            assert_eq!(
                rest,
                format!("a: b\r\n{line}{}", if old { "connection: close\r\n" } else { "" })
            );
            assert!(
                first.starts_with(if old { "HTTP/1.0 " } else { "HTTP/1.1 " })
                    && date.ends_with(" GMT\r\n\r\n"),
                "{head}"
            );
        }
    }

    #[test]
    fn old_clients_are_told_that_it_lasts() {
        for (version, lasts, line) in [
            (Version::HTTP_10, true, "keep-alive"),
            (Version::HTTP_10, false, "close"),
            (Version::HTTP_11, false, "close"),
        ] {
            let mut out = Vec::new();
            let (status, frame) = (StatusCode::OK, Frame::Length(0));
            ResponseHead { version, status, fields: b"", frame, lasts }.write(&mut out);
            assert!(
                String::from_utf8(out).unwrap().contains(&format!("\r\nconnection: {line}\r\n")),
                "{version:?}"
            );
        }
    }

    #[test]
    fn the_date_is_that_of_the_second() {
        let (mut date, at) = (Date::default(), |ms| UNIX_EPOCH + Duration::from_millis(ms));
        for (ms, told) in [
            (0, "00:00:00"),
            (999, "00:00:00"),
            (1000, "00:00:01"),
            (61_001, "00:01:01"),
            (5, "00:00:00"),
        ] {
            let mut out = Vec::new();
            date.write(&mut out, at(ms));
            assert_eq!(
                String::from_utf8(out).unwrap(),
                format!("date: Thu, 01 Jan 1970 {told} GMT\r\n")
            );
        }
    }
}
