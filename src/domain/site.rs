//! A source: one site that is read, as its file in `feeds/` describes it (CONTRACT section 2),
//! resolved and checked.

use std::time::Duration;

use url::Url;

use super::{SectionId, SiteId};

/// One site with its sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The file's name without `.toml`.
    pub id: SiteId,
    /// What its feeds are called.
    pub title: String,
    /// The portal's front page; its host is the site's own.
    pub home: Url,
    /// A site that is not enabled is never asked.
    pub enabled: bool,
    /// The portal profile's name; `None` is `auto`.
    pub portal: Option<String>,
    /// BCP 47; `None`: the page's, then the profile's.
    pub language: Option<String>,
    /// IANA name; `None`: the profile's, then UTC.
    pub timezone: Option<String>,
    /// Time between the starts of two visits.
    pub every: Duration,
    /// `Some(reason)`: robots.txt is not obeyed, and why; logged and archived.
    pub ignore_robots: Option<String>,
    /// Fields sent to this site's own origin only; values are secrets.
    pub headers: Vec<(String, Secret)>,
    /// Whether certificates that do not verify are taken.
    pub accept_invalid_tls: bool,
    /// Further hosts that are the site's own.
    pub hosts: Vec<Host>,
    /// The listings that are read, in the file's order.
    pub sections: Vec<Section>,
}

/// A host that a site file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// As addresses have it: lower case, IDNA.
    pub name: String,
    /// `None`: the usual ones of http and https.
    pub port: Option<u16>,
}

impl Host {
    /// The host of an address.
    fn of(url: &Url) -> Option<Self> {
        let port = url.port_or_known_default().filter(|port| !is_usual(*port));
        Some(Self { name: url.host_str()?.to_owned(), port })
    }
    /// The name without a leading `www.`.
    fn bare(&self) -> &str {
        self.name.strip_prefix("www.").unwrap_or(&self.name)
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// Ports of http and https that addresses do not name.
fn is_usual(port: u16) -> bool {
    matches!(port, 80 | 443)
}

/// One listing of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its id in feed addresses.
    pub id: SectionId,
    /// What its feed, and the tag of its articles, is called.
    pub title: String,
    /// The first page of the listing.
    pub url: Url,
    /// How far back its pager is followed.
    pub history: History,
}

/// How far back a section is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// The first page at first; later visits go on only while the last link of a page is unknown.
    New,
    /// The pager to its end, once.
    All,
}

/// A configured secret; prints as stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }
    /// The value itself, for the wire only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Site {
    /// The section of that id.
    pub fn section(&self, id: &SectionId) -> Option<&Section> {
        self.sections.iter().find(|s| &s.id == id)
    }
    /// The addresses that its file names.
    fn addresses(&self) -> impl Iterator<Item = &Url> {
        std::iter::once(&self.home).chain(self.sections.iter().map(|section| &section.url))
    }
    /// Whether `url` is on one of the site's own hosts: those of home, sections and `hosts`, by
    /// http and https, with and without `www.`.
    pub fn owns(&self, url: &Url) -> bool {
        let Some(host) = Host::of(url) else { return false };
        let same = |own: &Host| own.bare() == host.bare() && own.port == host.port;
        matches!(url.scheme(), "http" | "https")
            && (self.addresses().filter_map(Host::of).any(|own| same(&own))
                || self.hosts.iter().any(same))
    }
    /// Whether its file names the very host and port of `url`: what may lie in a network of one's
    /// own, if the settings allow it.
    pub fn names(&self, url: &Url) -> bool {
        let port = url.port_or_known_default();
        let same =
            |own: &Url| own.host_str() == url.host_str() && own.port_or_known_default() == port;
        let host = |own: &Host| {
            Some(own.name.as_str()) == url.host_str()
                && own.port.map_or(port.is_some_and(is_usual), |own| Some(own) == port)
        };
        self.addresses().any(same) || self.hosts.iter().any(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_owns_more_hosts_than_it_names() {
        let site = Site {
            id: SiteId::new("one").unwrap(),
            title: String::new(),
            home: "http://tinh.example/".parse().unwrap(),
            enabled: true,
            portal: None,
            language: None,
            timezone: None,
            every: Duration::from_secs(9),
            ignore_robots: None,
            headers: Vec::new(),
            accept_invalid_tls: false,
            hosts: vec![
                Host { name: "bao.example".into(), port: None },
                Host { name: "10.0.0.7".into(), port: Some(8080) },
            ],
            sections: vec![Section {
                id: SectionId::new("tin").unwrap(),
                title: String::new(),
                url: "https://www.xa.example:8443/tin".parse().unwrap(),
                history: History::New,
            }],
        };
        for (url, owns, names) in [
            ("http://tinh.example/x", true, true),
            ("https://tinh.example/x", true, false),
            ("https://www.tinh.example/x", true, false),
            ("http://tinh.example:443/x", true, false),
            ("http://tinh.example:8080/x", false, false),
            ("https://www.xa.example:8443/x", true, true),
            ("http://xa.example:8443/x", true, false),
            ("https://xa.example/x", false, false),
            ("https://bao.example/", true, true),
            ("http://www.bao.example/", true, false),
            ("http://10.0.0.7:8080/", true, true),
            ("http://10.0.0.7/", false, false),
            ("http://con.tinh.example/", false, false),
            ("http://www.www.tinh.example/", false, false),
            ("ftp://tinh.example/", false, false),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!((site.owns(&url), site.names(&url)), (owns, names), "{url}");
        }
    }
}
