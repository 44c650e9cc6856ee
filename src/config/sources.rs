//! The texts of engines and portal profiles, shipped ones and those that replace them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::document::Document;
use super::home::Home;
use super::located::Located;
use super::schema;
use super::shipped::{ENGINES, PORTALS};
use super::text::Text;
use super::walk::Mark;
use crate::domain::name::is_id;
use crate::domain::{Engine, Fault, Portal};

/// The texts that engines and profiles were read from, to say where in them a fault stands.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    engines: BTreeMap<String, Text>,
    portals: BTreeMap<String, Text>,
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
        let texts = |folder: &str, files: &[(&str, &str)]| {
            let text = |name: &str, body: &str| Text { path: PathBuf::from(format!("config/{folder}/{name}.toml")), body: body.to_owned() };
            files.iter().map(|(name, body)| ((*name).to_owned(), text(name, body))).collect()
        };
        Self { engines: texts("engines", &ENGINES), portals: texts("portals", &PORTALS), sites: BTreeMap::new() }
    }

    /// The place of a key path in the file of an `engine`, `portal` or `site`.
    pub fn locate(&self, kind: &str, name: &str, fault: Fault) -> Located {
        let texts = match kind {
            "engine" => &self.engines,
            "portal" => &self.portals,
            _ => &self.sites,
        };
        let unknown = || Text { path: PathBuf::from(format!("{name}.toml")), body: String::new() };
        let text = texts.get(name).cloned().unwrap_or_else(unknown);
        let secret = (kind == "site").then_some("headers");
        Document::new((text, None), secret).locate(fault, Mark::Value)
    }

    /// Adds `engines/` and `portals/` beside the configuration file; a file of a shipped name replaces that one.
    pub(super) fn add_beside(&mut self, home: &Home) -> Vec<Located> {
        let mut faults = Vec::new();
        for (folder, texts) in [("engines", &mut self.engines), ("portals", &mut self.portals)] {
            for file in files(&home.beside.join(folder)).unwrap_or_default() {
                let (text, unreadable) = Text::read(&file.path, home.show(&file.path));
                if !is_id(&file.name) || file.name == "auto" {
                    faults.push(bad_name(&text));
                } else if unreadable.is_some() {
                    faults.extend(Document::new((text, unreadable), None).into_faults());
                } else {
                    texts.insert(file.name, text);
                }
            }
        }
        faults
    }

    /// Keeps a site's text.
    pub(super) fn keep_site(&mut self, name: &str, text: &Text) {
        self.sites.insert(name.to_owned(), text.clone());
    }

    /// Names of the portal profiles, sound or not.
    pub(super) fn portal_names(&self) -> Vec<&str> {
        self.portals.keys().map(String::as_str).collect()
    }

    /// Engines and portal profiles that read differently in the other: `portal liferay`.
    pub(super) fn differing(&self, other: &Self) -> Vec<String> {
        let kinds = [("engine", &self.engines, &other.engines), ("portal", &self.portals, &other.portals)];
        let differing = kinds.into_iter().flat_map(|(kind, mine, others)| {
            let names: BTreeSet<&String> = mine.keys().chain(others.keys()).collect();
            let body = |texts: &BTreeMap<String, Text>, name: &String| texts.get(name).map(|text| text.body.clone());
            names.into_iter().filter(move |name| body(mine, name) != body(others, name)).map(move |name| format!("{kind} {name}"))
        });
        differing.collect()
    }

    /// Reads all of them, by name.
    pub(super) fn read(&self) -> (Vec<Engine>, Vec<Portal>, Vec<Located>) {
        let mut faults = Vec::new();
        let engines = read_all(&self.engines, &schema::ENGINE, &mut faults);
        let portals = read_all(&self.portals, &schema::PORTAL, &mut faults);
        let engines = engines.into_iter().map(|(name, shape)| named(shape, |engine: &mut Engine| engine.name = name)).collect();
        let portals = portals.into_iter().map(|(name, shape)| named(shape, |portal: &mut Portal| portal.name = name)).collect();
        (engines, portals, faults)
    }
}

fn named<T>(mut shape: T, name: impl FnOnce(&mut T)) -> T {
    name(&mut shape);
    shape
}

fn read_all<T: DeserializeOwned>(texts: &BTreeMap<String, Text>, schema: &Json, faults: &mut Vec<Located>) -> Vec<(String, T)> {
    let mut read = Vec::new();
    for (name, text) in texts {
        let mut document = Document::new((text.clone(), None), None);
        read.extend(document.read_whole(schema).map(|shape| (name.clone(), shape)));
        faults.extend(document.into_faults());
    }
    read
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
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_other = path.metadata().is_ok_and(|it| !it.is_file());
        if let Some(name) = name.strip_suffix(".toml").filter(|_| !name.starts_with('.') && !is_other) {
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
