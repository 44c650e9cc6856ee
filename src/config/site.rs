//! A raw site file, resolved to a site.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::document::Document;
use super::node::get;
use super::parsed::{File, SiteRules};
use super::tree::{Node, Value};
use super::value::{self, Unfit, Vault, unfit};
use super::{near, raw};
use crate::domain::site::{Host, Secret};
use crate::domain::{Fault, History, Section, SectionId, Site, SiteId};

/// Time between visits where the file says none.
const EVERY: Duration = Duration::from_secs(15 * 60);
/// Shortest time between visits.
const LEAST_EVERY: Duration = Duration::from_secs(1);

/// What a site file is checked against.
pub(super) struct Around<'a> {
    /// Names of the portal profiles there are.
    pub portals: Vec<&'a str>,
    /// Where secrets lie.
    pub vault: Vault<'a>,
}

/// The site of that id, if its file has no fault; each one is added to `document`. A site not
/// enabled is checked as well.
pub(super) fn resolve(
    id: SiteId,
    raw: raw::Site,
    around: &Around<'_>,
    document: &mut Document,
) -> Option<Site> {
    let mut check = Check { document };
    let title = check.take("title", raw.title, title);
    let home = check.take("home", raw.home, value::web_url);
    let portal = check.take("portal", raw.portal, |name| portal(name, &around.portals)).flatten();
    let language = check.take("language", raw.language, value::language);
    let timezone = check.take("timezone", raw.timezone, value::timezone);
    let every =
        check.take("every", raw.every, |text| value::duration(text, LEAST_EVERY)).unwrap_or(EVERY);
    let ignore_robots = check.take("robots", raw.robots, value::robots).flatten();
    let headers = check.headers(raw.headers, &around.vault);
    let hosts = check.hosts(raw.hosts);
    let sections = check.sections(raw.sections);
    if !document.is_sound() {
        return None;
    }
    Some(Site {
        id,
        title: title?,
        home: home?,
        enabled: raw.enabled.unwrap_or(true),
        portal,
        language,
        timezone,
        every,
        ignore_robots,
        headers,
        accept_invalid_tls: raw.tls.accept_invalid,
        hosts,
        sections,
    })
}

/// The rules that a site's file has of its own: its `[rules]`, and the order of its dates.
pub(super) fn rules(site: &Site, document: &Document) -> SiteRules {
    let (text, root) = document.parts();
    let empty = || Node { span: 0..0, value: Value::Table(BTreeMap::new()) };
    let mut rules = get(root, "rules").cloned().unwrap_or_else(empty);
    if let Some(order) = get(root, "date_order") {
        rules.insert(&["dates".to_owned(), "order".to_owned()], order.clone());
    }
    let file = File { text: Arc::new(text.clone()), root: rules };
    SiteRules { portal: site.portal.clone(), file }
}

fn title(text: &str) -> Result<String, Unfit> {
    match text.split_whitespace().collect::<Vec<_>>().join(" ") {
        title if title.is_empty() || title.chars().any(char::is_control) => {
            unfit("an empty title", "write what feeds are called")
        }
        title => Ok(title),
    }
}

fn portal(name: &str, known: &[&str]) -> Result<Option<String>, Unfit> {
    match name {
        "auto" => Ok(None),
        name if known.contains(&name) => Ok(Some(name.to_owned())),
        name => unfit(
            format!("unknown portal `{name}`"),
            near::advise(name, known, "portals (or \"auto\")"),
        ),
    }
}

fn section_id(text: &str) -> Result<SectionId, Unfit> {
    match SectionId::new(text) {
        Some(id) => Ok(id),
        None => unfit("not an id", "a-z, 0-9 and hyphens, 64 at most; not `all` or `archive`"),
    }
}

struct Check<'d> {
    document: &'d mut Document,
}

impl Check<'_> {
    fn take<T>(
        &mut self,
        path: &str,
        raw: Option<String>,
        check: impl Fn(&str) -> Result<T, Unfit>,
    ) -> Option<T> {
        self.kept(path.split('.').map(str::to_owned).collect(), check(&raw?))
    }

    fn kept<T>(&mut self, path: Vec<String>, checked: Result<T, Unfit>) -> Option<T> {
        checked
            .map_err(|Unfit { what, advice }| self.document.fault(Fault { path, what, advice }))
            .ok()
    }

    fn headers(
        &mut self,
        raw: BTreeMap<String, String>,
        vault: &Vault<'_>,
    ) -> Vec<(String, Secret)> {
        let mut headers = Vec::new();
        for (name, written) in raw {
            let path = vec!["headers".to_owned(), name.clone()];
            let name = self.kept(path.clone(), value::field_name(&name));
            let secret = self.kept(path, vault.secret(&written));
            headers.extend(name.zip(secret));
        }
        headers
    }

    fn hosts(&mut self, raw: Vec<String>) -> Vec<Host> {
        let path = |index: usize| vec!["hosts".to_owned(), index.to_string()];
        raw.iter()
            .enumerate()
            .filter_map(|(index, text)| self.kept(path(index), value::host(text)))
            .collect()
    }

    fn sections(&mut self, raw: Vec<raw::Section>) -> Vec<Section> {
        let mut ids = BTreeSet::new();
        let mut sections = Vec::new();
        for (index, section) in raw.into_iter().enumerate() {
            let at = |key: &str| format!("sections.{index}.{key}");
            let id = self.take(&at("id"), section.id, |text| {
                section_id(text).and_then(|id| match ids.contains(&id) {
                    true => {
                        unfit(format!("id `{id}` stands twice"), "give each section its own id")
                    }
                    false => Ok(id),
                })
            });
            ids.extend(id.clone());
            let title = self.take(&at("title"), section.title, title);
            let url = self.take(&at("url"), section.url, value::web_url);
            let history = match section.history {
                raw::History::New => History::New,
                raw::History::All => History::All,
            };
            if let (Some(id), Some(title), Some(url)) = (id, title, url) {
                sections.push(Section { id, title, url, history });
            }
        }
        sections
    }
}
