//! Values written as text: durations, sizes, addresses, secrets. Each says what is wrong and what
//! to write.

use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use super::raw::Size;
use crate::domain::site::{Host, Secret};
use crate::form::uri::uri;

/// Why a value does not fit: what, and what to write.
#[derive(Debug, PartialEq)]
pub(super) struct Unfit {
    pub what: String,
    pub advice: String,
}

/// An unfit value.
pub(super) fn unfit<T>(what: impl Into<String>, advice: impl Into<String>) -> Result<T, Unfit> {
    Err(Unfit { what: what.into(), advice: advice.into() })
}

/// Longest duration that can be meant.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);
/// Longest secret out of a file, in bytes.
const SECRET_LIMIT: u64 = 64 << 10;

/// `15m`, `2h30m`, `500ms`; at least `least`, at most a year.
pub(super) fn duration(text: &str, least: Duration) -> Result<Duration, Unfit> {
    let wrong = || Unfit {
        what: "not a duration".to_owned(),
        advice: "numbers with units ms, s, m, h, d, such as \"15m\"".to_owned(),
    };
    let mut total = Duration::ZERO;
    let mut rest = text;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        let after = &rest[digits..];
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let unit_ms = match &after[..end] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(wrong()),
        };
        total = total.saturating_add(Duration::from_millis(number.saturating_mul(unit_ms)));
        rest = &after[end..];
    }
    match total {
        t if t < least => unfit("too short", format!("at least {least:?}")),
        t if t > LONGEST => unfit("too long", "at most 366d"),
        t => Ok(t),
    }
}

/// Bytes, from 1 to 1 GiB.
pub(super) fn size(size: &Size) -> Result<usize, Unfit> {
    match usize::try_from(bytes(size)?) {
        Ok(bytes @ 1..=0x4000_0000) => Ok(bytes),
        _ => unfit("size out of bounds", "from 1 byte to 1GiB"),
    }
}

/// Bytes of a cache, from none to 64 GiB.
pub(super) fn cache(size: &Size) -> Result<u64, Unfit> {
    match bytes(size)? {
        bytes @ 0..=0x10_0000_0000 => Ok(bytes),
        _ => unfit("size out of bounds", "from 0 to 64GiB"),
    }
}

/// Bytes of a file of the archive, from 64 KiB to 64 GiB.
pub(super) fn segment(size: &Size) -> Result<u64, Unfit> {
    match bytes(size)? {
        bytes @ 0x1_0000..=0x10_0000_0000 => Ok(bytes),
        _ => unfit("size out of bounds", "from 64KiB to 64GiB"),
    }
}

fn bytes(size: &Size) -> Result<u64, Unfit> {
    let bytes = match size {
        Size::Bytes(bytes) => Some(*bytes),
        Size::Text(text) => scaled(text),
    };
    let advice = "a number with B, KiB, MiB, GiB, kB, MB or GB, such as \"8MiB\"";
    bytes.ok_or_else(|| Unfit { what: "not a size".to_owned(), advice: advice.to_owned() })
}

fn scaled(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit: u64 = match text[digits..].trim_start() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok().map(|number| number.saturating_mul(unit))
}

/// An http or https address.
pub(super) fn web_url(text: &str) -> Result<Url, Unfit> {
    match Url::parse(text.trim()) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            unfit("neither http nor https", "write https://HOST/")
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => unfit(
            "a name or password in the address",
            "take it out; secrets go into [headers] as file:PATH",
        ),
        Ok(url) => Ok(url),
        Err(error) => {
            unfit(format!("not an address: {error}"), "write it whole, such as https://HOST/PAGE")
        }
    }
}

/// `HOST` or `HOST:PORT`, as addresses have it.
pub(super) fn host(text: &str) -> Result<Host, Unfit> {
    let advice = "write the host alone, such as \"www.portal.example\", or with a port of its \
        own \"portal.example:8080\"";
    let text = text.trim();
    if text.is_empty()
        || text.contains(['/', '?', '#', '@', '\\', '*'])
        || text.contains(char::is_whitespace)
    {
        return unfit("not a host", advice);
    }
    match Url::parse(&format!("http://{text}/")) {
        Ok(url) => match url.host_str() {
            Some(name) => {
                Ok(Host { name: name.to_owned(), port: url.port().filter(|port| *port != 443) })
            }
            None => unfit("not a host", advice),
        },
        Err(error) => unfit(format!("not a host: {error}"), advice),
    }
}

/// What feeds call themselves: a URI that ends in a slash and has neither query nor fragment.
pub(super) fn public_url(text: &str) -> Result<Url, Unfit> {
    let mut url = web_url(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return unfit("query or fragment in public_url", "write scheme, host and path only");
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(Url::parse(&uri(url.as_str())).unwrap_or(url))
}

/// An address, `mailto:` or https URL.
pub(super) fn contact(text: &str) -> Result<String, Unfit> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && !b"()<>\"\\,;".contains(&b));
    let mail = |address: &str| {
        address
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
    };
    let https = || Url::parse(text).is_ok_and(|url| url.scheme() == "https");
    match plain && (mail(text.strip_prefix("mailto:").unwrap_or(text)) || https()) {
        true => Ok(text.to_owned()),
        false => unfit("not a contact", "an address, mailto:ADDRESS or https URL"),
    }
}

/// The product part of a User-Agent.
pub(super) fn user_agent(text: &str) -> Result<String, Unfit> {
    let printable = text.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    match printable && !text.trim().is_empty() && text.len() <= 200 {
        true => Ok(text.trim().to_owned()),
        false => unfit("not a user agent", "printable ASCII such as \"bantin/1.0\""),
    }
}

/// `obey` is `None`, `ignore: REASON` the reason.
pub(super) fn robots(text: &str) -> Result<Option<String>, Unfit> {
    let reason = text.strip_prefix("ignore:").map(str::trim);
    match (text, reason) {
        ("obey", _) => Ok(None),
        (_, Some(reason)) if !reason.is_empty() => {
            Ok(Some(reason.split_whitespace().collect::<Vec<_>>().join(" ")))
        }
        ("ignore", _) | (_, Some(_)) => {
            unfit("robots.txt ignored without a reason", "write \"ignore: REASON\"")
        }
        _ => unfit("unknown value of robots", "\"obey\" or \"ignore: REASON\""),
    }
}

/// A BCP 47 tag by its form.
pub(super) fn language(text: &str) -> Result<String, Unfit> {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let fits = (2..=8).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic());
    let rest =
        parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    match fits && rest && text.len() <= 35 {
        true => Ok(text.to_owned()),
        false => unfit("not a language tag", "such as \"vi\" or \"pt-BR\" (BCP 47)"),
    }
}

/// An IANA zone, as the database writes it.
pub(super) fn timezone(text: &str) -> Result<String, Unfit> {
    match jiff::tz::TimeZone::get(text) {
        Ok(zone) => Ok(zone.iana_name().unwrap_or(text).to_owned()),
        Err(_) => {
            let known: Vec<String> =
                jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
            let near = super::nearest(text, known.iter().map(String::as_str));
            let advice = near
                .map_or("an IANA name such as \"Asia/Ho_Chi_Minh\"".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                });
            unfit("unknown timezone", advice)
        }
    }
}

/// Fields that the client writes itself.
const OWN_FIELDS: [&str; 9] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "accept-encoding",
    "user-agent",
    "from",
    "upgrade",
    "te",
];

/// A header field's name.
pub(super) fn field_name(name: &str) -> Result<String, Unfit> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || name.len() > 100 || !name.bytes().all(token) {
        return unfit("not a header name", "letters, digits and hyphens");
    }
    match OWN_FIELDS.contains(&name.to_ascii_lowercase().as_str()) {
        true => unfit("a header that is not yours to set", "take it out"),
        false => Ok(name.to_owned()),
    }
}

/// Where `file:PATH` secrets are looked for.
pub(super) struct Vault<'a> {
    /// Relative paths start here.
    pub home: &'a Path,
    /// systemd's `$CREDENTIALS_DIRECTORY`, looked at first.
    pub credentials: Option<PathBuf>,
}

impl Vault<'_> {
    /// A header's value: literal, or the content of `file:PATH` without its last line end.
    pub fn secret(&self, written: &str) -> Result<Secret, Unfit> {
        let value = match written.strip_prefix("file:") {
            Some(path) => self.read(path)?,
            None => written.to_owned(),
        };
        match value.chars().all(|c| c == '\t' || !c.is_control()) && !value.trim().is_empty() {
            true => Ok(Secret::new(value)),
            false => unfit("not a header value", "one line of text, not empty"),
        }
    }

    fn read(&self, path: &str) -> Result<String, Unfit> {
        use std::io::Read;
        let credential =
            self.credentials.iter().map(|folder| folder.join(path)).find(|file| file.is_file());
        let file = credential.unwrap_or_else(|| self.home.join(path));
        let place = || format!("looked at {}", file.display());
        let mut text = String::new();
        match std::fs::File::open(&file)
            .and_then(|file| file.take(SECRET_LIMIT).read_to_string(&mut text))
        {
            Ok(_) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
            Err(error) => unfit(format!("secret cannot be read: {error}"), place()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let ms = |text: &str| duration(text, Duration::ZERO).ok().map(|d| d.as_millis());
        for (text, wanted) in [
            ("15m", 900_000),
            ("1s", 1_000),
            ("0s", 0),
            ("2h30m", 9_000_000),
            ("250ms", 250),
            ("1d", 86_400_000),
            ("1m30s", 90_000),
        ] {
            assert_eq!(ms(text), Some(wanted), "{text}");
        }
        for text in [
            "",
            "15",
            "m",
            "15 m",
            "-1s",
            "1.5h",
            "15min",
            "1s ",
            "99999999999999999999s",
            "400d",
            "１s",
        ] {
            assert_eq!(ms(text), None, "{text}");
        }
        assert!(duration("500ms", Duration::from_secs(1)).is_err());
    }

    #[test]
    fn sizes() {
        let bytes = |text: &str| size(&Size::Text(text.to_owned())).ok();
        for (text, wanted) in [
            ("8MiB", Some(8 << 20)),
            ("64 KiB", Some(64 << 10)),
            ("10", Some(10)),
            ("1MB", Some(1_000_000)),
        ] {
            assert_eq!(bytes(text), wanted, "{text}");
        }
        for text in ["", "MiB", "0", "2GiB", "8mib", "-1", "99999999999GiB"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_of_archive_files() {
        let bytes = |text: &str| segment(&Size::Text(text.to_owned())).map_err(|unfit| unfit.what);
        for (text, wanted) in
            [("64KiB", 64 << 10), ("1MiB", 1 << 20), ("2GiB", 2 << 30), ("64GiB", 64 << 30)]
        {
            assert_eq!(bytes(text), Ok(wanted), "{text}");
        }
        for (text, what) in [
            ("63KiB", "size out of bounds"),
            ("65GiB", "size out of bounds"),
            ("0", "size out of bounds"),
            ("big", "not a size"),
        ] {
            assert_eq!(bytes(text), Err(what.to_owned()), "{text}");
        }
    }

    #[test]
    fn contacts_robots_and_addresses() {
        for text in ["ops@example.org", "mailto:ops@example.org", "https://example.org/bot"] {
            assert!(contact(text).is_ok(), "{text}");
        }
        for text in ["", "ops", "http://example.org/", "a@b\r\nX: y", "Ops <a@b>", "@b", "mailto:"]
        {
            assert!(contact(text).is_err(), "{text}");
        }
        assert_eq!(robots("obey"), Ok(None));
        assert_eq!(robots("ignore: we own it"), Ok(Some("we own it".to_owned())));
        for text in ["ignore", "ignore:", "ignore: ", "Obey", ""] {
            assert!(robots(text).is_err(), "{text}");
        }
        for (text, want) in [
            ("https://example.org/a", "https://example.org/a/"),
            (
                "https://bücher.example/é|[1]&b^",
                "https://xn--bcher-kva.example/%C3%A9%7C%5B1%5D&b%5E/",
            ),
        ] {
            assert_eq!(public_url(text).map(String::from).ok().as_deref(), Some(want));
        }
        for text in ["example.org", "ftp://example.org/", "https://u:p@example.org/", "https://"] {
            assert!(web_url(text).is_err(), "{text}");
        }
        assert_eq!(timezone("asia/ho_chi_minh").ok().as_deref(), Some("Asia/Ho_Chi_Minh"));
        assert_eq!(
            timezone("Asia/Ho_Chi_Min").map_err(|u| u.advice),
            Err("did you mean `Asia/Ho_Chi_Minh`?".to_owned())
        );
    }
}
