//! One request on its way, and where a redirect leads it next.

use bytes::Bytes;
use url::Url;
use url::form_urlencoded::Serializer;

use super::{Cause, Error, Request};
use crate::domain::Exchange;

/// Where a page that says nothing itself sends its reader, by its body, the fields Content-Type and
/// Refresh, and its address.
pub type Refresh = fn(&[u8], Option<&str>, Option<&str>, &Url) -> Option<Url>;

/// A page that only sends on is no longer.
pub(super) const LONGEST_REFRESH: usize = 32 << 10;

/// Longest address that is asked.
const ADDRESS_BYTES: usize = 8192;

/// One hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hop {
    pub(super) url: Url,
    /// `GET` or `POST`.
    pub(super) method: &'static str,
    pub(super) body: Bytes,
    /// Whether an earlier hop was https and this one is not.
    pub(super) downgraded: bool,
    /// Whether this hop is the one repetition that a cookie earns.
    again: bool,
}

impl Hop {
    /// The first hop of a request.
    pub(super) fn first(request: &Request) -> Hop {
        let mut fields = Serializer::new(String::new());
        fields.extend_pairs(request.form.iter().flatten());
        let method = if request.form.is_some() { "POST" } else { "GET" };
        Hop {
            url: bare(request.url.clone()),
            method,
            body: fields.finish().into(),
            downgraded: false,
            again: false,
        }
    }

    /// Where an answer redirects to; `None`: it does not. `cookie_set` says whether it set a
    /// cookie.
    pub(super) fn next(&self, response: &Exchange, cookie_set: bool) -> Result<Option<Hop>, Error> {
        let location =
            response.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"));
        // A list of choices (300) redirects if it names the best one.
        let redirects = matches!(response.status, 301 | 302 | 303 | 307 | 308)
            || response.status == 300 && location.is_some();
        if !redirects {
            return Ok(None);
        }
        let Some((_, location)) = location else {
            return Err(not_followed(format!("{} without Location", response.status)));
        };
        let url = target(&self.url, location)?;
        let keep = matches!(response.status, 307 | 308);
        let (method, body) =
            if keep { (self.method, self.body.clone()) } else { ("GET", Bytes::new()) };
        let again = url == self.url && method == self.method;
        if again && (self.again || !cookie_set) {
            return Err(not_followed("it leads to itself"));
        }
        Ok(Some(Hop { downgraded: self.downgrades(&url), url, method, body, again }))
    }

    /// Where a page that only sends on leads; `None`: to itself, so it only reloads.
    pub(super) fn sent_on(&self, url: Url, cookie_set: bool) -> Option<Hop> {
        let url = bare(url);
        let again = url == self.url;
        let asked = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= ADDRESS_BYTES;
        let leads = asked && (!again || cookie_set && !self.again);
        leads.then(|| Hop {
            downgraded: self.downgrades(&url),
            url,
            method: "GET",
            body: Bytes::new(),
            again,
        })
    }

    fn downgrades(&self, to: &Url) -> bool {
        to.scheme() == "http" && (self.downgraded || self.url.scheme() == "https")
    }
}

/// A Location that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("no address")]
struct NoAddress(#[source] url::ParseError);

fn not_followed(why: impl Into<String>) -> Error {
    Error::Redirect(Cause::of(why.into()))
}

/// An absolute http address; raw UTF-8, other bytes and blanks are taken as browsers do.
fn target(base: &Url, location: &[u8]) -> Result<Url, Error> {
    if location.len() > ADDRESS_BYTES {
        return Err(not_followed(format!("an address over {ADDRESS_BYTES} bytes")));
    }
    let text = match std::str::from_utf8(location) {
        Ok(text) => text.to_owned(),
        Err(_) => location
            .iter()
            .map(|&b| if b.is_ascii() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect(),
    };
    let url = base.join(text.trim()).map_err(|e| Error::Redirect(Cause::whole(NoAddress(e))))?;
    match url.scheme() {
        "http" | "https" => Ok(bare(url)),
        scheme => Err(not_followed(format!("to the scheme {scheme:.20}"))),
    }
}

/// Without fragment and credentials, which are never sent because an address says so.
fn bare(mut url: Url) -> Url {
    url.set_fragment(None);
    // These fail only for addresses without a host, which are never asked.
    let _ = (url.set_username(""), url.set_password(None));
    url
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn hop(url: &str, form: bool) -> Hop {
        let form = form.then(|| vec![("__EVENTARGUMENT".to_owned(), "Page$2 & ạ".to_owned())]);
        Hop::first(&Request {
            url: Url::parse(url).unwrap(),
            form,
            validators: Default::default(),
            max_wait: Duration::ZERO,
            known: None,
        })
    }

    fn answer(status: u16, location: Option<&[u8]>) -> Exchange {
        let fields = location.map(|l| ("location".to_owned(), l.to_vec())).into_iter().collect();
        let (peer, request_fields, request_body, body) =
            (None, Vec::new(), Bytes::new(), Bytes::new());
        let time = jiff::Timestamp::UNIX_EPOCH;
        Exchange {
            url: String::new(),
            time,
            peer,
            method: "GET",
            request_fields,
            request_body,
            status,
            reason: String::new(),
            fields,
            body,
        }
    }

    #[test]
    fn locations_as_they_are_written() {
        for (location, want) in [
            (&b"/a"[..], "https://h.example/a"),
            (b" ../b?x=1#part ", "https://h.example/b?x=1"),
            ("/tin tức.aspx".as_bytes(), "https://h.example/tin%20t%E1%BB%A9c.aspx"),
            (b"/caf\xe9", "https://h.example/caf%E9"),
            (b"//o.example:8/", "https://o.example:8/"),
            (b"http://u:p@o.example/", "http://o.example/"),
            (b"\\\\o.example\\x", "https://o.example/x"),
            (b"?p=2", "https://h.example/d/e?p=2"),
        ] {
            let next = hop("https://h.example/d/e#f", false)
                .next(&answer(302, Some(location)), false)
                .unwrap()
                .unwrap();
            assert_eq!(next.url.as_str(), want);
        }
        for bad in [
            &b"file:///etc/passwd"[..],
            b"data:text/html,x",
            b"gopher://h.example/",
            b"javascript:0",
            b"http://",
            b"http://[::1",
            &[b'a'; 9000],
        ] {
            assert!(matches!(
                hop("https://h.example/", false).next(&answer(302, Some(bad)), true),
                Err(Error::Redirect(_))
            ));
        }
        assert!(matches!(
            hop("https://h.example/", false).next(&answer(301, None), true),
            Err(Error::Redirect(_))
        ));
        assert_eq!(
            hop("https://h.example/", false).next(&answer(200, Some(b"/a")), true).unwrap(),
            None
        );
    }

    #[test]
    fn methods_after_a_redirect() {
        for (status, form, method) in [
            (301, true, "GET"),
            (302, true, "GET"),
            (303, true, "GET"),
            (307, true, "POST"),
            (308, true, "POST"),
            (307, false, "GET"),
        ] {
            let next = hop("https://h.example/", form)
                .next(&answer(status, Some(b"/x")), false)
                .unwrap()
                .unwrap();
            assert_eq!((next.method, next.body.is_empty()), (method, method == "GET"), "{status}");
        }
        assert_eq!(hop("https://h.example/", true).body, "__EVENTARGUMENT=Page%242+%26+%E1%BA%A1");
    }

    #[test]
    fn itself_only_once_and_for_a_cookie() {
        let first = hop("https://h.example/x", false);
        assert!(first.next(&answer(302, Some(b"/x")), false).is_err());
        let second = first.next(&answer(302, Some(b"/x")), true).unwrap().unwrap();
        assert!(second.next(&answer(302, Some(b"/x")), true).is_err());
        assert!(
            hop("https://h.example/x", true)
                .next(&answer(302, Some(b"/x")), false)
                .unwrap()
                .is_some(),
            "a post that leads to its page"
        );
    }

    #[test]
    fn a_page_that_sends_on_does_as_a_redirect() {
        let url = |url: &str| Url::parse(url).unwrap();
        let posted = hop("https://h.example/x", true);
        let next = posted.sent_on(url("http://u:p@h.example/y#z"), false).unwrap();
        assert_eq!(
            (next.url.as_str(), next.method, next.body.len(), next.downgraded),
            ("http://h.example/y", "GET", 0, true)
        );
        assert_eq!(posted.sent_on(url("https://h.example/x"), false), None, "it only reloads");
        let again = posted.sent_on(url("https://h.example/x"), true).unwrap();
        assert_eq!(again.sent_on(url("https://h.example/x"), true), None);
        assert_eq!(posted.sent_on(url("ftp://h.example/"), true), None);
    }

    #[test]
    fn a_downgrade_is_remembered() {
        let down = hop("https://h.example/", false)
            .next(&answer(302, Some(b"http://h.example/")), false)
            .unwrap()
            .unwrap();
        assert!(down.downgraded);
        assert!(
            down.next(&answer(302, Some(b"http://h.example/y")), false)
                .unwrap()
                .unwrap()
                .downgraded
        );
        assert!(
            !down
                .next(&answer(302, Some(b"https://h.example/y")), false)
                .unwrap()
                .unwrap()
                .downgraded
        );
    }
}
