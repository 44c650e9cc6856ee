//! The head of a request: who we are, what we take, and the site's secrets for its own origin
//! alone.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::redirect::Hop;
use super::{Cause, Error, coding};
use crate::domain::settings::Fetching;
use crate::domain::{Site, Validators};

const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const STARS: &str = "***";

/// Who asks.
pub(super) struct Identity {
    user_agent: HeaderValue,
    from: Option<HeaderValue>,
}

/// The fields of one request: for the wire, and as they are recorded.
#[derive(Default)]
pub(super) struct Head {
    pub(super) fields: HeaderMap,
    pub(super) recorded: Vec<(String, String)>,
}

impl Identity {
    /// `user_agent (+contact)`, and From where the contact is a mail address.
    pub(super) fn new(settings: &Fetching) -> Result<Identity, Error> {
        let value = |text: &str| {
            HeaderValue::from_str(text).map_err(|_| {
                let what = format!("{text:?} cannot stand in a request's head");
                Error::Setup(Cause::of(what))
            })
        };
        let user_agent = match &settings.contact {
            Some(contact) => value(&format!("{} (+{contact})", settings.user_agent))?,
            None => value(&settings.user_agent)?,
        };
        let mail = settings
            .contact
            .as_deref()
            .map(|contact| contact.strip_prefix("mailto:").unwrap_or(contact));
        let from = mail
            .filter(|mail| mail.contains('@') && !mail.contains("://"))
            .map(value)
            .transpose()?;
        Ok(Identity { user_agent, from })
    }
}

impl Head {
    /// The head of a hop. `cookies` is the jar's field for it.
    pub(super) fn new(
        who: &Identity,
        site: &Site,
        hop: &Hop,
        validators: &Validators,
        cookies: Option<String>,
    ) -> Result<Head, Error> {
        let mut head = Head::default();
        head.text(header::HOST, &authority(&hop.url));
        head.put(header::USER_AGENT, who.user_agent.clone(), false);
        if let Some(from) = &who.from {
            head.put(header::FROM, from.clone(), false);
        }
        head.text(header::ACCEPT, ACCEPT);
        head.text(header::ACCEPT_ENCODING, coding::ACCEPTED);
        if hop.method == "POST" {
            head.text(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            head.text(header::CONTENT_LENGTH, &hop.body.len().to_string());
        } else {
            head.text(header::IF_NONE_MATCH, validators.etag.as_deref().unwrap_or_default());
            head.text(
                header::IF_MODIFIED_SINCE,
                validators.last_modified.as_deref().unwrap_or_default(),
            );
        }
        head.text(header::COOKIE, &cookies.unwrap_or_default());
        if is_own_origin(site, &hop.url) && !hop.downgraded {
            head.secrets(site)?;
        }
        Ok(head)
    }

    /// Whether the request asks only for changes.
    pub(super) fn is_conditional(&self) -> bool {
        self.fields.contains_key(header::IF_NONE_MATCH)
            || self.fields.contains_key(header::IF_MODIFIED_SINCE)
    }

    /// The site's configured fields; they win over ours.
    fn secrets(&mut self, site: &Site) -> Result<(), Error> {
        for (name, secret) in &site.headers {
            let setup = || {
                let what = format!("the site's header {name:?} cannot stand in a request's head");
                Error::Setup(Cause::of(what))
            };
            let field = HeaderName::from_bytes(name.as_bytes()).map_err(|_| setup())?;
            let value = HeaderValue::from_bytes(secret.expose().as_bytes()).map_err(|_| setup())?;
            self.put(field, value, true);
        }
        Ok(())
    }

    /// Puts a text that is not empty; one that cannot stand in a head is left out.
    fn text(&mut self, name: HeaderName, text: &str) {
        if let Ok(value) = HeaderValue::from_str(text)
            && !text.is_empty()
        {
            self.put(name, value, false);
        }
    }

    fn put(&mut self, name: HeaderName, mut value: HeaderValue, secret: bool) {
        value.set_sensitive(secret);
        let shown = title_case(name.as_str());
        self.recorded.retain(|(known, _)| *known != shown);
        let text = if secret {
            STARS.to_owned()
        } else {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        self.recorded.push((shown, text));
        self.fields.insert(name, value);
    }
}

/// Host and port as the Host field wants them.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether scheme, host and port are those of the site's home or of a section.
fn is_own_origin(site: &Site, url: &Url) -> bool {
    let origin = url.origin();
    site.home.origin() == origin
        || site.sections.iter().any(|section| section.url.origin() == origin)
}

/// As the wire writes names.
pub(super) fn title_case(name: &str) -> String {
    let mut up = true;
    let letter = |c: char| {
        let written = if up { c.to_ascii_uppercase() } else { c };
        up = c == '-';
        written
    };
    name.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts() {
        for (contact, user_agent, from) in [
            (None, "bantin/1.0", None),
            (
                Some("mailto:ops@example.org"),
                "bantin/1.0 (+mailto:ops@example.org)",
                Some("ops@example.org"),
            ),
            (Some("ops@example.org"), "bantin/1.0 (+ops@example.org)", Some("ops@example.org")),
            (Some("https://example.org/@ops"), "bantin/1.0 (+https://example.org/@ops)", None),
        ] {
            let settings = Fetching {
                user_agent: "bantin/1.0".to_owned(),
                contact: contact.map(str::to_owned),
                ..Fetching::default()
            };
            let who = Identity::new(&settings).unwrap();
            assert_eq!(
                (who.user_agent.to_str().unwrap(), who.from.as_ref().map(|f| f.to_str().unwrap())),
                (user_agent, from)
            );
        }
        assert!(
            Identity::new(&Fetching { contact: Some("a\nb".to_owned()), ..Fetching::default() })
                .is_err()
        );
    }

    #[test]
    fn secrets_stay_with_their_origin() {
        use crate::domain::site::Secret;
        use crate::fetch::Request;
        let who = Identity::new(&Fetching::default()).unwrap();
        let mut site = crate::fetch::tests::site("https://portal.example/");
        site.headers = vec![("Authorization".to_owned(), Secret::new("Basic eDp5"))];
        site.sections[0].url = Url::parse("http://old.example:81/list").unwrap();
        for (url, downgraded, sent) in [
            ("https://portal.example/x", false, true),
            ("https://portal.example:443/x", false, true),
            ("http://old.example:81/x", false, true),
            ("http://old.example:81/x", true, false),
            ("http://portal.example/x", false, false),
            ("https://portal.example:8443/x", false, false),
            ("https://www.portal.example/x", false, false),
            ("https://evil.example/?https://portal.example/", false, false),
        ] {
            let ask = Request {
                url: Url::parse(url).unwrap(),
                form: None,
                validators: Validators::default(),
                max_wait: Default::default(),
                known: None,
            };
            let mut hop = Hop::first(&ask);
            hop.downgraded = downgraded;
            let head = Head::new(&who, &site, &hop, &Validators::default(), None).unwrap();
            assert_eq!(head.fields.contains_key(header::AUTHORIZATION), sent, "{url}");
            assert!(!format!("{:?} {:?}", head.fields, head.recorded).contains("eDp5"), "{url}");
        }
    }
}
