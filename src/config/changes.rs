//! What a configuration that is read again changes: at once, and with the next start.

use std::fmt::Debug;
use std::sync::Arc;

use serde::Serialize;

use super::Loaded;
use crate::domain::settings::Settings;
use crate::domain::{Site, SiteId};

/// What differs between the configuration in use and one that was read again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Sites whose files are new.
    pub new: Vec<SiteId>,
    /// Sites whose files say something else: they are asked at once.
    pub changed: Vec<SiteId>,
    /// Sites whose files are gone.
    pub gone: Vec<SiteId>,
    /// Engines and portal profiles that are new, others or gone: `portal liferay`.
    pub profiles: Vec<String>,
    /// Settings that are taken up at once.
    pub settings: Vec<&'static str>,
    /// Settings that need a new start.
    pub restart: Vec<&'static str>,
}

/// When a changed setting is taken up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    AtOnce,
    NextStart,
}

/// A key, when it is taken up, and its value as text.
type Key = (&'static str, When, fn(&Settings) -> String);

fn text(value: &impl Debug) -> String {
    format!("{value:?}")
}

/// Every key of bantin.toml.
const KEYS: [Key; 35] = {
    use When::{AtOnce, NextStart};
    [
        ("feeds", AtOnce, |s| text(&s.feeds)),
        ("server.listen", NextStart, |s| text(&s.server.listen)),
        ("server.public_url", NextStart, |s| text(&s.server.public_url)),
        ("server.cache", NextStart, |s| text(&s.server.cache)),
        ("server.disk_cache", NextStart, |s| text(&s.server.disk_cache)),
        ("store.path", NextStart, |s| text(&s.store)),
        ("archive.path", NextStart, |s| text(&s.archive.path)),
        ("archive.segment", NextStart, |s| text(&s.archive.segment)),
        ("archive.age", NextStart, |s| text(&s.archive.age)),
        ("fetch.user_agent", AtOnce, |s| text(&s.fetch.user_agent)),
        ("fetch.contact", AtOnce, |s| text(&s.fetch.contact)),
        ("fetch.per_host_interval", AtOnce, |s| text(&s.fetch.per_host_interval)),
        ("fetch.concurrency", AtOnce, |s| text(&s.fetch.concurrency)),
        ("fetch.allow_private", AtOnce, |s| text(&s.fetch.allow_private)),
        ("fetch.timeout", AtOnce, |s| text(&s.fetch.timeout)),
        ("fetch.body_limit", AtOnce, |s| text(&s.fetch.body_limit)),
        ("fetch.expanded_limit", AtOnce, |s| text(&s.fetch.expanded_limit)),
        ("fetch.codings", AtOnce, |s| text(&s.fetch.codings)),
        ("fetch.head_limit", AtOnce, |s| text(&s.fetch.head_limit)),
        ("fetch.header_count", AtOnce, |s| text(&s.fetch.header_count)),
        ("fetch.redirects", AtOnce, |s| text(&s.fetch.redirects)),
        ("fetch.listing_pages", AtOnce, |s| text(&s.fetch.listing_pages)),
        ("fetch.visit_pages", AtOnce, |s| text(&s.fetch.visit_pages)),
        ("memory.pages", AtOnce, |s| text(&s.memory.pages)),
        ("memory.least", AtOnce, |s| text(&s.memory.least)),
        ("memory.share", AtOnce, |s| text(&s.memory.percent)),
        ("page.cpu", AtOnce, |s| text(&s.page.cpu)),
        ("page.depth", AtOnce, |s| text(&s.page.depth)),
        ("page.nodes", AtOnce, |s| text(&s.page.nodes)),
        ("page.attributes", AtOnce, |s| text(&s.page.attributes)),
        ("page.links", AtOnce, |s| text(&s.page.links)),
        ("page.title", AtOnce, |s| text(&s.page.lengths.title)),
        ("page.lead", AtOnce, |s| text(&s.page.lengths.lead)),
        ("page.field", AtOnce, |s| text(&s.page.lengths.field)),
        ("page.content", AtOnce, |s| text(&s.page.lengths.content)),
    ]
};

impl Changes {
    /// What `new` changes. Settings that need a start are told from those that the daemon was
    /// `started` with, so that each reading names them.
    pub fn between(started: &Settings, current: &Loaded, new: &Loaded) -> Self {
        let differing = |when: When, old: &Settings| {
            let differs =
                |(_, taken, value): &&Key| *taken == when && value(old) != value(&new.settings);
            KEYS.iter().filter(differs).map(|(name, ..)| *name).collect()
        };
        let ids = |sites: Vec<&Arc<Site>>| sites.into_iter().map(|site| site.id.clone()).collect();
        let known = |site: &&Arc<Site>| current.site(site.id.as_str()).is_some();
        let rules = |loaded: &Loaded, site: &Site| loaded.sources.rules_of(site.id.as_str());
        let other = |site: &&Arc<Site>| {
            current
                .site(site.id.as_str())
                .is_some_and(|known| known != *site || rules(current, site) != rules(new, site))
        };
        Self {
            new: ids(new.sites.iter().filter(|site| !known(site)).collect()),
            changed: ids(new.sites.iter().filter(other).collect()),
            gone: ids(current
                .sites
                .iter()
                .filter(|site| new.site(site.id.as_str()).is_none())
                .collect()),
            profiles: current.sources.differing(&new.sources),
            settings: differing(When::AtOnce, &current.settings),
            restart: differing(When::NextStart, started),
        }
    }

    /// Whether all is as it was.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::schema;

    /// Keys of the schema that have a value of their own, `url`s that are not built in left out.
    fn keys() -> Vec<String> {
        let schema = schema("bantin").unwrap();
        let mut keys = Vec::new();
        for (name, property) in schema["properties"].as_object().unwrap() {
            let shape = property["$ref"]
                .as_str()
                .map(|path| &schema["$defs"][path.rsplit('/').next().unwrap()]);
            match shape.and_then(|shape| shape["properties"].as_object()) {
                Some(inner) => keys.extend(
                    inner.keys().filter(|key| *key != "url").map(|key| format!("{name}.{key}")),
                ),
                None => keys.push(name.clone()),
            }
        }
        keys.sort();
        keys
    }

    #[test]
    fn every_key_is_told_when_it_is_taken_up() {
        let mut told: Vec<_> = KEYS.iter().map(|(name, ..)| (*name).to_owned()).collect();
        told.sort();
        assert_eq!(told, keys());
    }
}
