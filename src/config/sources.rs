//! The texts of rules (engines, languages, portal profiles, the web at large), shipped ones and
//! those that replace them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::document::Document;
use super::home::Home;
use super::located::Located;
use super::rules::{Files, Resolved};
use super::shipped::FILES;
use super::text::Text;
use super::texts::Texts;
use super::walk::Mark;
use crate::domain::name::is_id;
use crate::domain::{Engine, Fault, Portal};

/// The texts that the rules were read from, to say where in them a fault stands.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    rules: Texts,
    sites: BTreeMap<String, Text>,
}

/// The shipped engines and profiles, by name; works without any file.
pub fn shipped() -> (Vec<Engine>, Vec<Portal>) {
    let (engines, portals, _) = Sources::shipped().read();
    (engines, portals)
}

impl Sources {
    /// The texts that are compiled in.
    pub fn shipped() -> Self {
        let mut sources = Self::default();
        for (path, body) in FILES {
            let text = Text { path: Path::new("config").join(path), body: (*body).to_owned() };
            match path.trim_end_matches(".toml").split_once('/') {
                None if *path == "web.toml" => sources.rules.web = Some(text),
                Some((folder, name)) => sources
                    .rules
                    .folder(folder)
                    .into_iter()
                    .for_each(|texts| _ = texts.insert(name.to_owned(), text.clone())),
                None => {}
            }
        }
        sources
    }

    /// Where a value of the whole of an `engine` or `portal` was said, or one of a `site`'s file
    /// stands.
    pub fn locate(&self, kind: &str, name: &str, fault: Fault) -> Located {
        if let Some(whole) = self.whole(kind, name) {
            return whole.locate(fault);
        }
        let unknown = || Text { path: PathBuf::from(format!("{name}.toml")), body: String::new() };
        let text = self.sites.get(name).cloned().unwrap_or_else(unknown);
        let secret = (kind == "site").then_some("headers");
        Document::new((text, None), secret).locate(fault, Mark::Value)
    }

    /// The rules of an `engine` or a `portal` whole, as TOML in which each value names the file and
    /// line that say it.
    pub fn resolved(&self, kind: &str, name: &str) -> Option<String> {
        self.whole(kind, name).map(|whole| whole.shown())
    }

    /// An engine or a portal whole; what is wrong with it was told when it was read.
    fn whole(&self, kind: &str, name: &str) -> Option<Resolved<'_>> {
        let (files, mut told) = (Files::of(&self.rules, &mut Vec::new()), Vec::new());
        match kind {
            "engine" => files.engine(name, &mut told),
            "portal" => files.portal(name, &mut told),
            _ => None,
        }
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
        let mut faults = Vec::new();
        let mut read = |file: &Path| {
            let (text, unreadable) = Text::read(file, home.show(file));
            match unreadable {
                Some(_) => faults.extend(Document::new((text, unreadable), None).into_faults()),
                None => return Some(text),
            }
            None
        };
        let web = home.beside.join("web.toml");
        if web.exists() {
            self.rules.web = read(&web).or(self.rules.web.take());
        }
        let mut bad_names = Vec::new();
        for folder in ["engines", "languages", "portals"] {
            for Named { name, path } in files(&home.beside.join(folder)).unwrap_or_default() {
                let Some(text) = read(&path) else { continue };
                match is_id(&name) && name != "auto" {
                    true => self
                        .rules
                        .folder(folder)
                        .into_iter()
                        .for_each(|texts| _ = texts.insert(name.clone(), text.clone())),
                    false => bad_names.push(bad_name(&text)),
                }
            }
        }
        faults.extend(bad_names);
        faults
    }

    /// Keeps a site's text.
    pub(super) fn keep_site(&mut self, name: &str, text: &Text) {
        self.sites.insert(name.to_owned(), text.clone());
    }

    /// Names of the portal profiles, sound or not.
    pub(super) fn portal_names(&self) -> Vec<&str> {
        self.rules.portals.keys().map(String::as_str).collect()
    }

    /// Rules that read differently in the other: `portal liferay`.
    pub(super) fn differing(&self, other: &Self) -> Vec<String> {
        let kinds = [
            ("engine", &self.rules.engines, &other.rules.engines),
            ("language", &self.rules.languages, &other.rules.languages),
            ("portal", &self.rules.portals, &other.rules.portals),
        ];
        let differing = kinds.into_iter().flat_map(|(kind, mine, others)| {
            let names: BTreeSet<&String> = mine.keys().chain(others.keys()).collect();
            let body = |texts: &BTreeMap<String, Text>, name: &String| {
                texts.get(name).map(|text| text.body.clone())
            };
            names
                .into_iter()
                .filter(move |name| body(mine, name) != body(others, name))
                .map(move |name| format!("{kind} {name}"))
        });
        let web = |sources: &Self| sources.rules.web.as_ref().map(|text| text.body.clone());
        differing.chain((web(self) != web(other)).then(|| "web".to_owned())).collect()
    }

    /// Reads all of them, by name; each fault once, however many are touched by it.
    pub(super) fn read(&self) -> (Vec<Engine>, Vec<Portal>, Vec<Located>) {
        let mut faults = Vec::new();
        let (engines, portals) = Files::of(&self.rules, &mut faults).read(&mut faults);
        let mut told = BTreeSet::new();
        faults.retain(|fault| {
            told.insert((fault.file.clone(), fault.line, fault.column, fault.fault.what.clone()))
        });
        (engines, portals, faults)
    }
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
    let advice = "rename it: a-z, 0-9 and hyphens, 64 at most; not `all`, `archive` or, for a portal, `auto`";
    Located::new(text, &(0..0), Fault::new("", "the file's name is no id", advice))
}
