//! A request and a reply as HTTP/1.1 writes them.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;

/// A request that the portal was sent, as its log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// By the portal's clock.
    pub time: Timestamp,
    /// Such as `GET`.
    pub method: String,
    /// Path and query as written.
    pub target: String,
    /// Names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The body, for form posts.
    pub body: Vec<u8>,
    /// What was answered; 0 if a fault left no status.
    pub status: u16,
}

impl Request {
    /// The first value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or("")
    }
    /// A parameter of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?')?.1;
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
    /// The head of a request: method, target, headers.
    pub fn parse(head: &str, time: Timestamp) -> Option<Request> {
        let mut lines = head.split("\r\n");
        let mut start = lines.next()?.split(' ');
        let (method, target) = (start.next()?.to_owned(), start.next()?.to_owned());
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Request { time, method, target, headers, body: Vec::new(), status: 0 })
    }
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Header fields beyond those of the connection.
    pub headers: Vec<(&'static str, String)>,
    /// The body, before any coding.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer with a body.
    pub fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
        Reply { status, headers: vec![("Content-Type", kind.to_owned())], body: body.into() }
    }
    /// A page.
    pub fn page(status: u16, html: String) -> Reply {
        Reply::new(status, "text/html; charset=utf-8", html)
    }
    /// A redirect.
    pub fn redirect(status: u16, to: &str) -> Reply {
        let mut reply = Reply::page(status, String::new());
        reply.headers.push(("Location", to.to_owned()));
        reply
    }
    /// With one more header field.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }
    /// The body in gzip.
    pub fn zipped(mut self) -> Reply {
        self.body = gzip(&self.body);
        self.with("Content-Encoding", "gzip").with("Vary", "Accept-Encoding")
    }
    /// The head, for a body of `length` bytes; `None`: until the connection closes.
    pub fn head(&self, length: Option<usize>, keep: bool) -> String {
        let mut head = format!(
            "HTTP/1.1 {} {}\r\nServer: Microsoft-IIS/7.5\r\n",
            self.status,
            reason(self.status)
        );
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(length) = length {
            head.push_str(&format!("Content-Length: {length}\r\n"));
        }
        head.push_str(if keep && length.is_some() { "\r\n" } else { "Connection: close\r\n\r\n" });
        head
    }
}

/// Bytes in gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// An instant as HTTP writes it.
pub fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Status",
    }
}
