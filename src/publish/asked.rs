//! Which document a path asks for.

use std::sync::Arc;

use super::Renderer;
use super::cache::{cached, media};
use crate::domain::feed::Scope;
use crate::domain::{SectionId, Site, SiteId};
use crate::render::Form;

/// A document by its path; whether it is there is another matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The subscription document of a feed.
    Feed(Scope, Form),
    /// A site's archive document.
    Archive(SiteId, u32),
    /// The list of the sites' feeds, or that of their sections' feeds.
    Outlines {
        /// Which.
        sections: bool,
    },
}

impl Asked {
    /// What `path` asks for; paths are taken as they stand.
    pub(super) fn read(path: &str) -> Option<Self> {
        match path {
            super::SITES => return Some(Self::Outlines { sections: false }),
            super::SECTIONS => return Some(Self::Outlines { sections: true }),
            _ => {}
        }
        if let Some((site, n)) = archived(path) {
            return Some(Self::Archive(site, n));
        }
        let (name, ending) = path.strip_prefix("feeds/")?.rsplit_once('.')?;
        let form = Form::ALL.into_iter().find(|form| form.ending() == ending)?;
        let scope = match name.split_once('/') {
            Some((site, section)) => Scope::Section(SiteId::new(site)?, SectionId::new(section)?),
            None if name == "all" => Scope::All,
            None => Scope::Site(SiteId::new(name)?),
        };
        Some(Self::Feed(scope, form))
    }
}

/// The site and number of `feeds/SITE/archive/N.atom`; numbers are written without leading zeros.
fn archived(path: &str) -> Option<(SiteId, u32)> {
    let (site, n) = path.strip_prefix("feeds/")?.strip_suffix(".atom")?.split_once("/archive/")?;
    let number: u32 = n.parse().ok()?;
    (number > 0 && number.to_string() == n).then_some((SiteId::new(site)?, number))
}

/// The media type of documents in a form.
pub(super) fn media_type(form: Form) -> &'static str {
    match form {
        Form::Rss => media::RSS,
        Form::Atom => media::ATOM,
        Form::Json => media::JSON,
    }
}

/// The path of a site's archive document.
pub(super) fn archive_path(site: &SiteId, n: u32) -> String {
    format!("feeds/{site}/archive/{n}.atom")
}

/// The paths of a feed's subscription documents.
pub(super) fn feed_paths(scope: &Scope) -> [String; 3] {
    Form::ALL.map(|form| format!("{}.{}", scope.path(), form.ending()))
}

/// How long a feed's document may be kept by others.
pub(super) fn kept_for(open: bool) -> &'static str {
    if open { cached::OPEN } else { cached::CURRENT }
}

impl Renderer {
    /// The site of that id, as its file says now.
    pub(super) fn site(&self, id: &SiteId) -> Option<Arc<Site>> {
        let sites = self.sites.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        sites.binary_search_by(|site| site.id.cmp(id)).ok().map(|at| sites[at].clone())
    }

    /// All sites.
    pub(super) fn sites(&self) -> Vec<Arc<Site>> {
        self.sites.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Whether there is such a feed.
    pub(super) fn has(&self, scope: &Scope) -> bool {
        match scope {
            Scope::All => true,
            Scope::Site(site) => self.site(site).is_some(),
            Scope::Section(site, section) => {
                self.site(site).is_some_and(|site| site.section(section).is_some())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_written_paths_name_a_document() {
        let site = |id: &str| SiteId::new(id).unwrap();
        let section = Scope::Section(site("x"), SectionId::new("y").unwrap());
        for (path, want) in [
            ("feeds.opml", Some(Asked::Outlines { sections: false })),
            ("feeds.opml?sections=1", Some(Asked::Outlines { sections: true })),
            ("feeds/all.rss", Some(Asked::Feed(Scope::All, Form::Rss))),
            ("feeds/x.json", Some(Asked::Feed(Scope::Site(site("x")), Form::Json))),
            ("feeds/x/y.atom", Some(Asked::Feed(section, Form::Atom))),
            ("feeds/x/archive/12.atom", Some(Asked::Archive(site("x"), 12))),
        ] {
            assert_eq!(Asked::read(path), want, "{path}");
        }
        for bad in [
            "",
            "feeds",
            "feeds/x",
            "feeds/x.txt",
            "feeds/x.atom/",
            "feeds//x.atom",
            "feeds/x/y/z.atom",
            "feeds/../x.atom",
            "feeds/x/archive/0.atom",
            "feeds/x/archive/01.atom",
            "feeds/x/archive/1.rss",
            "feeds/X/archive/1.atom",
            "feeds/x/archive/+1.atom",
            "feeds/X.atom",
        ] {
            assert_eq!(Asked::read(bad), None, "{bad}");
        }
    }
}
