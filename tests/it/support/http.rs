//! Requests of a reader that is not ours, each on a connection of its own.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::DEADLINE;

/// An HTTP answer.
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A figure, of an answer that is `/metrics`.
    pub fn figure(&self, name: &str) -> Option<u64> {
        let text = std::str::from_utf8(&self.body).unwrap();
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// One request on a connection of its own.
pub fn ask(address: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    try_ask(address, method, path, headers).unwrap()
}

/// The same of a server that may be gone, or go meanwhile.
pub fn try_ask(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    let fields: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    stream.write_all(
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{fields}\r\n")
            .as_bytes(),
    )?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let short = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(short)?;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let headers: Vec<_> = head.lines().skip(1).filter_map(|line| line.split_once(':')).collect();
    let headers = headers
        .into_iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let answer = Answer { status, headers, body: bytes[end + 4..].to_vec() };
    assert_eq!(answer.header("transfer-encoding"), None, "{path} has a length");
    let length = answer.header("content-length").and_then(|length| length.parse().ok());
    if method != "HEAD" && length.is_some_and(|length: usize| answer.body.len() < length) {
        return Err(short());
    }
    Ok(answer)
}

/// The bytes that came in a coding, by its name in HTTP or by how its files end.
pub fn expanded(coding: &str, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    match coding {
        "identity" => plain.extend_from_slice(bytes),
        "gzip" | "gz" => _ = flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain)?,
        "br" => brotli::BrotliDecompress(&mut &*bytes, &mut plain)?,
        "zstd" | "zst" => plain = zstd::stream::decode_all(bytes)?,
        other => panic!("no coding of ours: {other}"),
    }
    Ok(plain)
}
