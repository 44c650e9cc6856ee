//! Which files say the rules of an engine and of a portal, and the whole that they make.
//!
//! Of a portal, the most specific first: its own file; the switches of its way of reading; the
//! engines that it names, each before the family that it extends; its languages in their order; the
//! web at large.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Document;
use super::layers::{Merged, Misfit, Whole, merge};
use super::located::Located;
use super::near;
use super::schema;
use super::text::Text;
use super::texts::Texts;
use super::tree::{Entry, Node, Value};
use super::walk::Mark;
use crate::domain::{Engine, Fault, Portal};

/// Keys of an engine's file that are no part of the engine: what it has for those who read its
/// articles, and what it is.
const BESIDE: [&str; 5] = ["article", "roles", "images", "extends", "family"];

/// A file of rules, read.
struct File<'t> {
    text: &'t Text,
    root: Node,
}

/// All files of rules that are sound.
pub(super) struct Files<'t> {
    web: Option<File<'t>>,
    languages: BTreeMap<&'t str, File<'t>>,
    engines: BTreeMap<&'t str, File<'t>>,
    portals: BTreeMap<&'t str, File<'t>>,
}

/// A whole with the texts of its layers.
pub(super) struct Resolved<'t> {
    merged: Merged,
    /// By their layers' numbers.
    texts: Vec<&'t Text>,
}

/// Layers being laid upon one another, the most specific first.
#[derive(Default)]
struct Pile<'t> {
    layers: Vec<Node>,
    texts: Vec<&'t Text>,
}

impl<'t> Pile<'t> {
    fn lay(&mut self, text: &'t Text, root: Node) {
        self.layers.push(root);
        self.texts.push(text);
    }

    /// The whole, and what of its layers says nothing.
    fn whole(self, faults: &mut Vec<Located>) -> Option<Resolved<'t>> {
        let layers: Vec<(usize, &Node)> = self.layers.iter().enumerate().collect();
        let (merged, misfits) = merge(&layers);
        let located = |Misfit { layer, span, fault }| Located::new(self.texts[layer], &span, fault);
        faults.extend(misfits.into_iter().map(located));
        Some(Resolved { merged: merged?, texts: self.texts })
    }
}

impl Resolved<'_> {
    /// The whole as TOML; each value names the file and line that say it.
    pub fn shown(&self) -> String {
        let mut out = String::new();
        self.show(&self.merged, &mut Vec::new(), &mut out);
        out
    }

    fn show(&self, merged: &Merged, path: &mut Vec<String>, out: &mut String) {
        let Whole::Table(table) = &merged.value else { return };
        let is_table = |value: &Merged| matches!(value.value, Whole::Table(_));
        for (key, value) in table.iter().filter(|(_, value)| !is_table(value)) {
            self.show_value(&format!("{key} = "), value, 0, "\n", out);
        }
        for (key, value) in table.iter().filter(|(_, value)| is_table(value)) {
            path.push(key.clone());
            out.push_str(&format!("\n[{}]\n", path.join(".")));
            self.show(value, path, out);
            path.pop();
        }
    }

    /// A value with what stands before and behind it; of a list each item on a line.
    fn show_value(
        &self,
        before: &str,
        value: &Merged,
        depth: usize,
        behind: &str,
        out: &mut String,
    ) {
        let indent = "  ".repeat(depth);
        match &value.value {
            Whole::List(items) if !items.is_empty() => {
                out.push_str(&format!("{indent}{before}[\n"));
                items.iter().for_each(|item| self.show_value("", item, depth + 1, ",\n", out));
                out.push_str(&format!("{indent}]{behind}"));
            }
            _ => {
                let comma = behind.trim_end();
                out.push_str(&format!(
                    "{indent}{before}{}{comma} # {}\n",
                    value.plain(),
                    self.place(value)
                ));
            }
        }
    }

    /// The file and line of a value.
    fn place(&self, value: &Merged) -> String {
        let text = self.texts[value.layer];
        format!("{}:{}", text.path.display(), text.position(value.span.start).0)
    }

    /// A fault of the whole where its value was said.
    pub fn locate(&self, fault: Fault) -> Located {
        let said = self.merged.at(&fault.path);
        Located::new(self.texts[said.layer], &said.span, fault)
    }
}

impl<'t> Files<'t> {
    /// Reads all files of rules; each fault of their shapes once.
    pub fn of(texts: &'t Texts, faults: &mut Vec<Located>) -> Self {
        let mut file = |text: &'t Text, schema| {
            let mut document = Document::new((text.clone(), None), None);
            let root = document.sound(schema);
            faults.extend(document.into_faults());
            root.map(|root| File { text, root })
        };
        let web = texts.web.as_ref().and_then(|text| file(text, &schema::WEB));
        let mut all = |named: &'t BTreeMap<String, Text>, schema| {
            named
                .iter()
                .filter_map(|(name, text)| Some((name.as_str(), file(text, schema)?)))
                .collect::<BTreeMap<_, _>>()
        };
        let languages = all(&texts.languages, &*schema::LANGUAGE);
        let engines = all(&texts.engines, &*schema::ENGINE);
        Self { web, languages, engines, portals: all(&texts.portals, &*schema::PORTAL) }
    }

    /// The engines, families apart, and the portal profiles, by name.
    pub fn read(&self, faults: &mut Vec<Located>) -> (Vec<Engine>, Vec<Portal>) {
        let engines = self.engines.iter().filter_map(|(name, file)| {
            let whole = self.engine(name, faults)?;
            read(&whole, file, faults)
                .filter(|_| !is_family(file))
                .map(|engine| Engine { name: (*name).to_owned(), ..engine })
        });
        let engines = engines.collect();
        let portals = self.portals.iter().filter_map(|(name, file)| {
            let whole = self.portal(name, faults)?;
            read(&whole, file, faults).map(|portal| Portal { name: (*name).to_owned(), ..portal })
        });
        let portals = portals.collect();
        (engines, portals)
    }

    /// An engine whole.
    pub fn engine(&self, name: &str, faults: &mut Vec<Located>) -> Option<Resolved<'t>> {
        let own = self.engines.get(name)?;
        let mut pile = Pile::default();
        pile.lay(own.text, without(&own.root, &BESIDE));
        if let Some(family) = self.family(own, faults) {
            pile.lay(family.text, without(&family.root, &BESIDE));
        }
        pile.whole(faults)
    }

    /// A portal profile whole.
    pub fn portal(&self, name: &str, faults: &mut Vec<Located>) -> Option<Resolved<'t>> {
        let own = self.portals.get(name)?;
        let by_page = match string(&own.root, "reading") {
            Some(reading) => reading == "page",
            None => get(&own.root, "page").is_some(),
        };
        let mut pile = Pile::default();
        pile.lay(own.text, without(&own.root, &["languages", "reading"]));
        if let Some(web) = &self.web {
            let switches = get(&web.root, "reading")
                .and_then(|reading| get(reading, if by_page { "page" } else { "blocks" }));
            switches.into_iter().for_each(|switches| pile.lay(web.text, switches.clone()));
        }
        self.lay_engines(&mut pile, own, by_page, faults);
        for language in self.languages_of(own, faults) {
            let in_blocks = get(&language.root, "in_blocks").filter(|_| !by_page);
            in_blocks.into_iter().for_each(|words| pile.lay(language.text, words.clone()));
            pile.lay(language.text, without(&language.root, &["in_blocks", "title"]));
        }
        if let Some(web) = &self.web {
            pile.lay(
                web.text,
                without(&web.root, if by_page { &["reading"] } else { &["reading", "page"] }),
            );
        }
        pile.whole(faults)
    }

    /// What engines have for those who read their articles: of a portal that names none, which
    /// pictures are no content.
    fn lay_engines(
        &self,
        pile: &mut Pile<'t>,
        portal: &File<'t>,
        by_page: bool,
        faults: &mut Vec<Located>,
    ) {
        let named = self.engines_of(portal, faults);
        let any = named.is_empty();
        let engines: Vec<&File<'t>> = if any { self.engines.values().collect() } else { named };
        let mut laid = BTreeSet::new();
        for own in engines {
            for file in std::iter::once(own).chain(self.family(own, faults)) {
                if !laid.insert(&file.text.path) {
                    continue;
                }
                let mut part = BTreeMap::new();
                let mut take = |from: &str, to: &str| {
                    part.extend(entry(&file.root, from).map(|entry| (to.to_owned(), entry.clone())))
                };
                take("images", "images");
                if by_page && !any {
                    take("article", "page");
                    take("roles", "roles");
                }
                pile.lay(file.text, Node { span: 0..0, value: Value::Table(part) });
            }
        }
    }

    /// The engines that a portal names.
    fn engines_of(&self, portal: &File<'t>, faults: &mut Vec<Located>) -> Vec<&File<'t>> {
        let mut engines = Vec::new();
        for (place, name) in strings(&portal.root, "engines").enumerate() {
            match self.engines.get(name) {
                Some(file) if !is_family(file) => engines.push(file),
                Some(_) => {
                    let fault = Fault::new(
                        &format!("engines.{place}"),
                        format!("`{name}` is a family, no engine"),
                        "name its engines",
                    );
                    faults.push(at(portal, fault));
                }
                None => faults.push(unknown(
                    portal,
                    "engines",
                    place,
                    name,
                    self.engines.keys().copied(),
                )),
            }
        }
        engines
    }

    /// The family that an engine extends.
    fn family(&self, engine: &File<'t>, faults: &mut Vec<Located>) -> Option<&File<'t>> {
        let name = string(&engine.root, "extends")?;
        let fault = match self.engines.get(name) {
            _ if is_family(engine) => Fault::new(
                "extends",
                "a family extends nothing",
                "leave it out, or leave out `family = true`",
            ),
            Some(family) if is_family(family) => return Some(family),
            Some(_) => Fault::new(
                "extends",
                format!("`{name}` is no family"),
                "extend a file that says `family = true`",
            ),
            None => {
                let families: Vec<&str> = self
                    .engines
                    .iter()
                    .filter(|(_, file)| is_family(file))
                    .map(|(name, _)| *name)
                    .collect();
                Fault::new(
                    "extends",
                    format!("there is no engine `{name}`"),
                    near::advise(name, &families, "families"),
                )
            }
        };
        faults.push(at(engine, fault));
        None
    }

    /// The languages that a portal names, in its order.
    fn languages_of(&self, portal: &File<'t>, faults: &mut Vec<Located>) -> Vec<&File<'t>> {
        let mut languages = Vec::new();
        for (place, name) in strings(&portal.root, "languages").enumerate() {
            match self.languages.get(name) {
                Some(file) => languages.push(file),
                None => faults.push(unknown(
                    portal,
                    "languages",
                    place,
                    name,
                    self.languages.keys().copied(),
                )),
            }
        }
        languages
    }
}

/// The typed shape of a whole.
fn read<T: serde::de::DeserializeOwned>(
    whole: &Resolved<'_>,
    file: &File<'_>,
    faults: &mut Vec<Located>,
) -> Option<T> {
    let shape = whole.merged.plain().try_into();
    shape
        .map_err(|error: toml::de::Error| {
            faults.push(at(file, Fault::new("", error.message().trim().replace('\n', ", "), "")))
        })
        .ok()
}

fn is_family(file: &File<'_>) -> bool {
    matches!(get(&file.root, "family").map(|node| &node.value), Some(Value::Boolean(true)))
}

/// The fault of a name in a list that no file has.
fn unknown<'n>(
    file: &File<'_>,
    key: &str,
    place: usize,
    name: &str,
    known: impl Iterator<Item = &'n str>,
) -> Located {
    let known: Vec<&str> = known.collect();
    let what = format!("there is no {} `{name}`", key.trim_end_matches('s'));
    at(file, Fault::new(&format!("{key}.{place}"), what, near::advise(name, &known, key)))
}

fn at(file: &File<'_>, fault: Fault) -> Located {
    Document::new((file.text.clone(), None), None).locate(fault, Mark::Value)
}

fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    if let Value::Table(table) = &node.value { table.get(key) } else { None }
}

fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    entry(node, key).map(|entry| &entry.node)
}

fn string<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    if let Value::String(text) = &get(node, key)?.value { Some(text) } else { None }
}

fn strings<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = &'n str> {
    let items = get(node, key)
        .map_or(&[][..], |node| if let Value::Array(items) = &node.value { items } else { &[] });
    items.iter().filter_map(|item| {
        if let Value::String(text) = &item.value { Some(text.as_str()) } else { None }
    })
}

/// A table without some keys.
fn without(node: &Node, keys: &[&str]) -> Node {
    let mut node = node.clone();
    if let Value::Table(table) = &mut node.value {
        table.retain(|key, _| !keys.contains(&key.as_str()));
    }
    node
}
