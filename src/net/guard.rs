//! The decision, once for a literal address and once for the answers of a lookup.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use url::{Host, Url};

use super::{Error, range};

/// How far a connection may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Addresses of the own network too: a site file names this host and port, and the settings
    /// allow it.
    Named,
}

/// Decides which addresses may be reached.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    allow_private: bool,
}

impl Guard {
    /// A guard; with `allow_private`, hosts and ports that a site file names may be private.
    pub fn new(allow_private: bool) -> Self {
        Self { allow_private }
    }

    /// Checks scheme and literal address of one hop; `named` says that a site file names this host
    /// and port. A name is only known to be harmless after [`Reach::lookup`].
    ///
    /// # Errors
    ///
    /// When the scheme is none of the web's, there is no host, or its address is not public and was
    /// not named as a private one.
    pub fn admit(&self, url: &Url, named: bool) -> Result<Reach, Error> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Error::Scheme(url.scheme().to_owned()));
        }
        let reach = if self.allow_private && named { Reach::Named } else { Reach::Public };
        let ip: IpAddr = match url.host() {
            None => return Err(Error::NoHost),
            Some(Host::Domain(_)) => return Ok(reach),
            Some(Host::Ipv4(ip)) => ip.into(),
            Some(Host::Ipv6(ip)) => ip.into(),
        };
        if reach.takes(ip) {
            Ok(reach)
        } else {
            Err(Error::NotPublic { host: url.host_str().unwrap_or_default().to_owned(), ip })
        }
    }
}

impl Reach {
    /// Whether `ip` lies within reach.
    pub fn takes(self, ip: IpAddr) -> bool {
        range::is_public(ip) || (self == Reach::Named && range::is_private(ip))
    }

    /// Resolves `host` by the system's resolver to the addresses that may be connected to (their
    /// port is 0).
    ///
    /// # Errors
    ///
    /// When the name has no address, or one that may not be reached.
    pub async fn lookup(self, host: &str) -> Result<Vec<SocketAddr>, Error> {
        let found = tokio::net::lookup_host((host, 0)).await.map_err(|e| unknown(host, e))?;
        self.screen(host, found)
    }

    /// Keeps the addresses within reach; refused if there were addresses and none is left.
    fn screen(
        self,
        host: &str,
        found: impl Iterator<Item = SocketAddr>,
    ) -> Result<Vec<SocketAddr>, Error> {
        let (taken, refused): (Vec<_>, Vec<_>) =
            found.partition(|address| self.takes(address.ip()));
        match (taken.is_empty(), refused.first()) {
            (false, _) => Ok(taken),
            (true, Some(address)) => {
                Err(Error::NotPublic { host: host.to_owned(), ip: address.ip() })
            }
            (true, None) => Err(unknown(host, io::Error::other("it has no address"))),
        }
    }
}

fn unknown(host: &str, cause: io::Error) -> Error {
    Error::Lookup { host: host.to_owned(), cause: Arc::new(cause) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(allow_private: bool, named: bool, url: &str) -> Result<Reach, Error> {
        Guard::new(allow_private).admit(&Url::parse(url).unwrap(), named)
    }

    /// One machine, many spellings, and what else the tables do not call public.
    const INNER: &[&str] = &[
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "１２７.０.０.１",
        "127。0。0。1",
        "①②⑦.⓪.⓪.①",
        "user:pass@127.0.0.1",
        "public.example@127.0.0.1",
        "0",
        "0.0.0.0",
        "0.1.2.3",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "2852039166",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:8.8.8.8]",
        "[::127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a00:1]",
        "[64:ff9b:1::1]",
        "[100::1]",
        "[2001::1]",
        "[2001:0:7f00:1::]",
        "[2001:2::1]",
        "[2001:10::1]",
        "[2001:20::1]",
        "[2001:db8::1]",
        "[2002:7f00:1::]",
        "[3fff::1]",
        "[5f00::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
    ];

    /// One machine, many spellings: what `url` makes of them and what the tables say.
    #[test]
    fn refuses_every_spelling_of_an_address_that_is_not_public() {
        for host in INNER {
            let verdict = admit(false, true, &format!("http://{host}/x"));
            assert!(matches!(verdict, Err(Error::NotPublic { .. })), "{host}: {verdict:?}");
        }
        assert!(matches!(
            admit(true, false, "http:\\\\127.0.0.1\\x"),
            Err(Error::NotPublic { .. })
        ));
    }

    #[test]
    fn admits_public_addresses_and_leaves_names_to_the_lookup() {
        for host in [
            "8.8.8.8",
            "100.63.255.255",
            "172.32.0.1",
            "192.0.1.1",
            "[2606:4700::1111]",
            "[2001:4860::8888]",
            "localhost",
            "example.com",
        ] {
            assert_eq!(
                admit(false, true, &format!("https://{host}:8443/")).ok(),
                Some(Reach::Public),
                "{host}"
            );
        }
    }

    #[test]
    fn private_ones_need_both_the_setting_and_a_name_in_a_site_file() {
        assert_eq!(admit(true, true, "http://127.0.0.1:1/").ok(), Some(Reach::Named));
        assert_eq!(admit(true, true, "http://[fd00::1]/").ok(), Some(Reach::Named));
        assert!(admit(true, false, "http://127.0.0.1:1/").is_err());
        assert!(admit(false, true, "http://127.0.0.1:1/").is_err());
        for never in [
            "169.254.169.254",
            "0.0.0.0",
            "224.0.0.1",
            "[::ffff:127.0.0.1]",
            "[fe80::1]",
            "[64:ff9b::7f00:1]",
        ] {
            assert!(admit(true, true, &format!("http://{never}/")).is_err(), "{never}");
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        for url in [
            "file:///etc/passwd",
            "ftp://example.com/",
            "gopher://127.0.0.1/",
            "data:text/html,x",
            "javascript:1",
            "ws://example.com/",
        ] {
            assert!(matches!(admit(true, true, url), Err(Error::Scheme(_))), "{url}");
        }
    }

    #[test]
    fn a_mixed_answer_keeps_only_what_was_checked() {
        let found = |list: &[&str]| {
            list.iter()
                .map(|ip| SocketAddr::new(ip.parse().unwrap(), 0))
                .collect::<Vec<_>>()
                .into_iter()
        };
        let kept =
            Reach::Public.screen("both.example", found(&["127.0.0.1", "8.8.8.8", "::1"])).unwrap();
        assert_eq!(kept, [SocketAddr::new("8.8.8.8".parse().unwrap(), 0)]);
        assert!(
            Reach::Public
                .screen("rebind.example", found(&["10.0.0.1", "::ffff:127.0.0.1"]))
                .is_err_and(|e| e.is_refusal())
        );
        assert!(Reach::Public.screen("none.example", found(&[])).is_err_and(|e| !e.is_refusal()));
        assert_eq!(
            Reach::Named
                .screen("own.example", found(&["10.0.0.1", "169.254.169.254"]))
                .unwrap()
                .len(),
            1
        );
    }

    #[tokio::test]
    async fn localhost_is_resolved_and_then_refused() {
        assert!(Reach::Public.lookup("localhost").await.is_err_and(|e| e.is_refusal()));
        assert!(Reach::Named.lookup("localhost").await.is_ok());
    }
}
