//! The texts of rules (engines, languages, portal profiles, the web at large), shipped ones and
//! those that replace them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::document::Document;
use super::home::Home;
use super::html;
use super::located::Located;
use super::parsed::{Files, SiteRules};
use super::resolved::Resolved;
use super::shipped::FILES;
use super::text::Text;
use super::texts::{self, Texts};
use crate::domain::name::is_id;
use crate::domain::{Fault, HtmlRules, ProfileRules, Rules, Subject};

/// The texts that the rules were read from, to say where in them a fault stands.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    rules: Texts,
    /// The same, read, and those of sites.
    files: Files,
}

/// The shipped rules; works without any file.
pub fn shipped() -> Rules {
    Sources::shipped().read().0
}

impl Sources {
    /// The texts that are compiled in.
    pub fn shipped() -> Self {
        let mut sources = Self::default();
        for (path, body) in FILES {
            let text = Text::new(Path::new("config").join(path), (*body).to_owned());
            let text = Text { shipped: true, ..text };
            sources.rules.add(path.trim_end_matches(".toml"), text);
        }
        sources
    }

    /// A fault of a whole of rules, where its value was said.
    pub fn locate(&self, subject: &Subject, fault: Fault) -> Located {
        match self.whole(subject) {
            Some(whole) => whole.locate(fault),
            None => {
                let path = PathBuf::from(format!("{}.toml", subject.name));
                Located::new(&Text::new(path, String::new()), &(0..0), fault)
            }
        }
    }

    /// Rules whole, as TOML in which each value names the file and line that say it.
    pub fn resolved(&self, subject: &Subject) -> Option<String> {
        self.whole(subject).map(|whole| whole.shown())
    }

    /// A whole; what is wrong with it was told when it was read.
    fn whole(&self, subject: &Subject) -> Option<Resolved> {
        let mut told = Vec::new();
        match subject.kind {
            "engine" => self.files.engine(&subject.name, &mut told),
            "letters" => self.files.letters(&subject.name),
            _ => self.files.portal(subject, &mut told),
        }
    }

    /// The rules that a site has of its own, as its file says them.
    pub fn rules_of(&self, site: &str) -> Option<toml::Value> {
        self.files.sites.get(site)?.file.root.plain()
    }

    /// Names of the rules of a kind; `None` for a kind that there is not.
    pub fn names(&self, kind: &str) -> Option<Vec<&str>> {
        let texts = match kind {
            "engine" => &self.rules.engines,
            "portal" => &self.rules.portals,
            _ => return None,
        };
        Some(texts.keys().map(String::as_str).collect())
    }

    /// Adds the rules beside the configuration file; a file of a shipped name replaces that one.
    pub(super) fn add_beside(&mut self, home: &Home) -> Vec<Located> {
        let (mut faults, mut bad_names) = (Vec::new(), Vec::new());
        let mut read = |file: &Path| {
            let (text, unreadable) = Text::read(file, home.show(file));
            match unreadable {
                Some(_) => faults.extend(Document::new((text, unreadable), None).into_faults()),
                None => return Some(text),
            }
            None
        };
        for name in texts::FILES {
            let path = home.beside.join(name).with_extension("toml");
            let text = Some(path).filter(|path| path.exists()).and_then(|path| read(&path));
            text.into_iter().for_each(|text| self.rules.add(name, text));
        }
        for folder in texts::FOLDERS {
            for Named { name, path } in files(&home.beside.join(folder)).unwrap_or_default() {
                let Some(text) = read(&path) else { continue };
                match is_id(&name) && name != "auto" {
                    true => self.rules.add(&format!("{folder}/{name}"), text),
                    false => bad_names.push(bad_name(&text)),
                }
            }
        }
        faults.extend(bad_names);
        faults
    }

    /// Keeps the rules that a site has of its own.
    pub(super) fn keep_site(&mut self, name: &str, rules: SiteRules) {
        self.files.sites.insert(name.to_owned(), rules);
    }

    /// Names of the portal profiles, sound or not.
    pub(super) fn portal_names(&self) -> Vec<&str> {
        self.rules.portals.keys().map(String::as_str).collect()
    }

    /// Rules that read differently in the other: `portal liferay`.
    pub(super) fn differing(&self, other: &Self) -> Vec<String> {
        let (mine, others) = (self.rules.bodies(), other.rules.bodies());
        let names: BTreeSet<&String> = mine.keys().chain(others.keys()).collect();
        let differs = |name: &&String| mine.get(*name) != others.get(*name);
        names.into_iter().filter(differs).cloned().collect()
    }

    /// Reads all rules but those of sites, by name.
    pub(super) fn read(&mut self) -> (Rules, Vec<Located>) {
        let mut faults = Vec::new();
        self.files = Files::of(&self.rules, &mut faults);
        let rules = Rules {
            engines: self.files.read_engines(&mut faults),
            portals: self.files.read_portals(&mut faults),
            letters: self.files.read_letters(&mut faults),
            sites: BTreeMap::new(),
            html: self.read_html(&mut faults),
        };
        (rules, faults)
    }

    fn read_html(&self, faults: &mut Vec<Located>) -> HtmlRules {
        let Some(text) = &self.rules.html else { return HtmlRules::default() };
        let (rules, document) = html::read(text);
        faults.extend(document.into_faults());
        rules
    }

    /// The profiles of the sites that have rules of their own, by the sites' ids.
    pub(super) fn read_sites(
        &self,
        faults: &mut Vec<Located>,
    ) -> BTreeMap<String, Vec<ProfileRules>> {
        let names = self.files.sites.keys();
        names.map(|name| (name.clone(), self.files.read_site(name, faults))).collect()
    }
}

/// Each fault once, however many are touched by it.
pub(super) fn once(faults: &mut Vec<Located>) {
    let mut told = BTreeSet::new();
    faults.retain(|fault| {
        told.insert((fault.file.clone(), fault.line, fault.column, fault.fault.what.clone()))
    });
}

/// A configuration file of a folder.
pub(super) struct Named {
    /// Its name without `.toml`.
    pub name: String,
    /// Its path.
    pub path: PathBuf,
}

/// The `.toml` files of a folder by name; hidden ones, such as an editor's, are not ours.
pub(super) fn files(folder: &Path) -> std::io::Result<Vec<Named>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name =
            path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_other = path.metadata().is_ok_and(|it| !it.is_file());
        if let Some(name) =
            name.strip_suffix(".toml").filter(|_| !name.starts_with('.') && !is_other)
        {
            files.push(Named { name: name.to_owned(), path: path.clone() });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// The fault of a file whose name is no id.
pub(super) fn bad_name(text: &Text) -> Located {
    let advice = "rename it: a-z, 0-9 and hyphens, 64 at most; not `all`, `archive` or, for a \
        portal, `auto`";
    Located::new(text, &(0..0), Fault::new("", "the file's name is no id", advice))
}
