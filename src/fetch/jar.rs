//! Cookies: a jar a site, bounded in number and size.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cookie_store::{Cookie, CookieDomain, CookieStore, StoreAction};
use url::Url;

use crate::domain::{Exchange, SiteId};

/// Most cookies of a site.
const COOKIES: usize = 64;
/// Longest Set-Cookie value.
const COOKIE_BYTES: usize = 4096;

/// The jars of all sites.
#[derive(Default)]
pub(super) struct Jars(Mutex<HashMap<SiteId, CookieStore>>);

impl Jars {
    fn lock(&self) -> MutexGuard<'_, HashMap<SiteId, CookieStore>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The Cookie field for an address, if there are any.
    pub(super) fn field(&self, site: &SiteId, url: &Url) -> Option<String> {
        let jars = self.lock();
        let pairs: Vec<String> = jars
            .get(site)?
            .get_request_values(url)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Keeps what an answer sets; whether anything was kept.
    pub(super) fn take(&self, site: &SiteId, url: &Url, exchange: &Exchange) -> bool {
        let mut jars = self.lock();
        let set = exchange.fields.iter().filter(|(name, value)| {
            name.eq_ignore_ascii_case("set-cookie") && value.len() <= COOKIE_BYTES
        });
        let mut taken = false;
        for (_, value) in set {
            taken |= std::str::from_utf8(value)
                .is_ok_and(|text| put(jars.entry(site.clone()).or_default(), text, url));
        }
        taken
    }

    /// The site's jar as text.
    pub(super) fn save(&self, site: &SiteId) -> Option<String> {
        let jars = self.lock();
        let jar = jars.get(site).filter(|jar| jar.iter_unexpired().next().is_some())?;
        let mut text = Vec::new();
        cookie_store::serde::json::save_incl_expired_and_nonpersistent(jar, &mut text).ok()?;
        String::from_utf8(text).ok()
    }

    /// Takes a kept jar up; what cannot be read is no jar.
    pub(super) fn restore(&self, site: &SiteId, text: &str) {
        if let Ok(jar) = cookie_store::serde::json::load(text.as_bytes()) {
            self.lock().insert(site.clone(), jar);
        }
    }
}

fn put(jar: &mut CookieStore, text: &str, url: &Url) -> bool {
    let Ok(cookie) = Cookie::parse(text, url).map(Cookie::into_owned) else { return false };
    if let CookieDomain::Suffix(domain) = &cookie.domain
        && !domain.contains('.')
        && Some(domain.as_str()) != url.host_str()
    {
        return false;
    }
    let known =
        jar.contains_any(&String::from(&cookie.domain), &String::from(&cookie.path), cookie.name());
    if !known && jar.iter_any().count() >= COOKIES {
        let living: Vec<_> = jar.iter_unexpired().cloned().map(Ok::<_, Infallible>).collect();
        if living.len() >= COOKIES {
            return false;
        }
        let Ok(pruned) = CookieStore::from_cookies(living, false);
        *jar = pruned;
    }
    matches!(jar.insert(cookie, url), Ok(StoreAction::Inserted | StoreAction::UpdatedExisting))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn answer(cookies: &[String]) -> Exchange {
        let fields =
            cookies.iter().map(|c| ("set-cookie".to_owned(), c.clone().into_bytes())).collect();
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
            status: 200,
            reason: String::new(),
            fields,
            body,
        }
    }

    #[test]
    fn cookies_go_only_where_they_belong() {
        let (jars, site) = (Jars::default(), SiteId::new("s").unwrap());
        let url = |text: &str| Url::parse(text).unwrap();
        let home = url("https://www.example.vn/tin/a");
        for (set, taken) in [
            ("sid=1; Path=/; HttpOnly", true),
            ("wide=2; Domain=example.vn; Path=/", true),
            ("other=3; Domain=evil.example", false),
            ("top=4; Domain=vn", false),
            ("safe=5; Secure; Path=/", true),
            ("old=6; Max-Age=0", false),
            ("no cookie", false),
        ] {
            assert_eq!(jars.take(&site, &home, &answer(&[set.to_owned()])), taken, "{set}");
        }
        let sent = |to: &str| {
            let mut pairs: Vec<String> = jars
                .field(&site, &url(to))
                .unwrap_or_default()
                .split("; ")
                .map(str::to_owned)
                .collect();
            pairs.sort();
            pairs.join(" ")
        };
        assert_eq!(sent("https://www.example.vn/x"), "safe=5 sid=1 wide=2");
        assert_eq!(sent("http://www.example.vn/x"), "sid=1 wide=2");
        assert_eq!(sent("https://m.example.vn/x"), "wide=2");
        assert_eq!(sent("https://example.com/x"), "");
        assert_eq!(jars.field(&SiteId::new("t").unwrap(), &home), None);
    }

    #[test]
    fn a_jar_holds_64_cookies_of_4_kib_and_survives_its_text() {
        let (jars, site) = (Jars::default(), SiteId::new("s").unwrap());
        let url = Url::parse("http://127.0.0.1:8/").unwrap();
        let bomb: Vec<String> = (0..200)
            .map(|i| format!("c{i}={}", "x".repeat(1000)))
            .chain([format!("big={}", "x".repeat(5000))])
            .collect();
        assert!(jars.take(&site, &url, &answer(&bomb)));
        assert_eq!(jars.field(&site, &url).unwrap().split("; ").count(), 64);
        assert!(!jars.take(&site, &url, &answer(&["new=1".to_owned()])));
        assert!(jars.take(&site, &url, &answer(&["c0=1".to_owned()])));
        let other = Jars::default();
        other.restore(&site, &jars.save(&site).unwrap());
        assert_eq!(other.field(&site, &url).unwrap().len(), jars.field(&site, &url).unwrap().len());
        other.restore(&site, "{ not a jar");
        assert!(other.field(&site, &url).is_some());
    }
}
