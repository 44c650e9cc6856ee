//! An answer out of the archive, as it was when it came.

use url::Url;

use super::coding::{Excess, Size};
use super::{Cause, Error, Response, coding, wire};
use crate::domain::{Exchange, Validators};

/// What an archived answer may expand to: it was bounded when it came, by bounds of that day.
const SIZE: Size = Size { limit: 64 << 20, codings: 8, excess: Excess::Refuse };

impl Response {
    /// The response of an archived exchange.
    ///
    /// # Errors
    ///
    /// When its address is none, or its body does not expand.
    pub fn archived(exchange: Exchange) -> Result<Self, Error> {
        let broken = |cause: url::ParseError| Error::BadBody(Cause::whole(cause));
        let url = Url::parse(&exchange.url).map_err(broken)?;
        let codings = exchange.fields.iter().filter(|(name, _)| name == "content-encoding");
        let codings = codings.map(|(_, value)| std::str::from_utf8(value).unwrap_or("?"));
        let text = |name: &str| exchange.field(name).map(str::to_owned);
        Ok(Self {
            url,
            status: exchange.status,
            content_type: text("content-type"),
            body: coding::expand(codings, &exchange.body, SIZE)?,
            validators: Validators { etag: text("etag"), last_modified: text("last-modified") },
            digest: wire::digest(&exchange),
            unchanged: false,
            elsewhere: None,
            exchanges: vec![exchange],
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn exchange(url: &str, body: Vec<u8>) -> Exchange {
        let fields = [("content-type", "text/html"), ("content-encoding", "gzip")];
        Exchange {
            url: url.to_owned(),
            time: jiff::Timestamp::UNIX_EPOCH,
            peer: None,
            method: "GET",
            request_fields: Vec::new(),
            request_body: Default::default(),
            status: 200,
            reason: String::new(),
            fields: fields.map(|(name, value)| (name.to_owned(), value.into())).into(),
            body: body.into(),
        }
    }

    #[test]
    fn a_coded_body_is_expanded() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(b"<p>page").unwrap();
        let body = gzip.finish().unwrap();
        let read = Response::archived(exchange("https://a.example/b", body.clone())).unwrap();
        assert_eq!(
            (&read.body[..], read.content_type.as_deref()),
            (&b"<p>page"[..], Some("text/html"))
        );
        assert!(Response::archived(exchange("https://a.example/b", b"no gzip".into())).is_err());
        assert!(Response::archived(exchange("b", body)).is_err());
    }
}
