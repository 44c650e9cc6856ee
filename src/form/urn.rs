//! The names under which the archive keeps what bantin itself wrote (CONTRACT section 6).

use std::fmt;

use uuid::Uuid;

use crate::domain::SiteId;

/// The name of a `resource` record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Urn {
    /// `urn:bantin:article:SITE:ID:vN`: an article in one version.
    Article {
        /// The site.
        site: SiteId,
        /// The article.
        id: Uuid,
        /// The version, from 1.
        version: u32,
    },
    /// `urn:bantin:feed:SITE:N`: a final feed document.
    Final {
        /// The site.
        site: SiteId,
        /// Its number, from 1.
        n: u32,
    },
    /// `urn:bantin:feed:SITE:N:entries`: id and version of each of its entries.
    Entries {
        /// The site.
        site: SiteId,
        /// The document's number, from 1.
        n: u32,
    },
    /// `urn:bantin:site:SITE:memory`: what the crawl remembers of a site and no article record
    /// says.
    Memory {
        /// The site.
        site: SiteId,
    },
}

impl Urn {
    /// The name, if `uri` is one in its only spelling.
    pub fn parse(uri: &str) -> Option<Urn> {
        let mut parts = uri.strip_prefix("urn:bantin:")?.split(':');
        let (kind, site) = (parts.next()?, SiteId::new(parts.next()?)?);
        let urn = match (kind, parts.next()?, parts.next()) {
            ("article", id, Some(version)) => Urn::Article {
                site,
                id: id.parse().ok()?,
                version: version.strip_prefix('v')?.parse().ok()?,
            },
            ("feed", n, None) => Urn::Final { site, n: n.parse().ok()? },
            ("feed", n, Some("entries")) => Urn::Entries { site, n: n.parse().ok()? },
            ("site", "memory", None) => Urn::Memory { site },
            _ => return None,
        };
        (parts.next().is_none() && urn.to_string() == uri).then_some(urn)
    }
}

impl fmt::Display for Urn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Urn::Article { site, id, version } => {
                write!(f, "urn:bantin:article:{site}:{id}:v{version}")
            }
            Urn::Final { site, n } => write!(f, "urn:bantin:feed:{site}:{n}"),
            Urn::Entries { site, n } => write!(f, "urn:bantin:feed:{site}:{n}:entries"),
            Urn::Memory { site } => write!(f, "urn:bantin:site:{site}:memory"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling() {
        let id = "urn:bantin:article:bach-thong:67e55044-10b1-426f-9247-bb680e5fe0c8:v12";
        for uri in
            [id, "urn:bantin:feed:a:1", "urn:bantin:feed:a:1:entries", "urn:bantin:site:a:memory"]
        {
            assert_eq!(Urn::parse(uri).map(|urn| urn.to_string()).as_deref(), Some(uri));
        }
        let upper = id.replace("67e5", "67E5");
        for uri in [
            "",
            "urn:bantin:feed:a",
            "urn:bantin:feed:A:1",
            "urn:bantin:feed:a:01",
            "urn:bantin:feed:a:1:x",
            "urn:bantin:site:a",
            "urn:bantin:site:a:memory:x",
            "urn:bantin:feed:a:1:entries:",
            "urn:bantin:article:a:b:v1",
            &upper,
        ] {
            assert_eq!(Urn::parse(uri), None, "{uri}");
        }
    }
}
