//! What a profile's own files, the site's and the portal's, say of the other files that make it.

use super::layers::{Merged, Whole};
use super::located::Located;
use super::near;
use super::node::{get, is_true, string};
use super::parsed::{File, Files};
use super::resolved::{Pile, Resolved};
use super::tree::{Entry, Node, Value};
use crate::domain::Fault;

/// A profile's own files and those that they name.
pub(super) struct Own<'f> {
    /// The most specific first.
    pub files: Vec<&'f File>,
    /// Engines whose pages it reads; none: any.
    pub engines: Vec<&'f File>,
    /// Languages whose words it is read with, the first before the next.
    pub languages: Vec<&'f File>,
    /// Whether the page as a whole shows where an article is.
    pub by_page: bool,
    /// Whether the language that a page says of itself goes before these.
    page_language: bool,
}

impl<'f> Own<'f> {
    /// What these files say; a name that no file has is a fault.
    pub fn of(known: &'f Files, files: Vec<&'f File>, faults: &mut Vec<Located>) -> Self {
        let by_page = match files.iter().find_map(|file| string(&file.root, "reading")) {
            Some(reading) => reading == "page",
            None => files.iter().any(|file| get(&file.root, "page").is_some()),
        };
        let languages = files.iter().find_map(|file| get(&file.root, "languages"));
        Self {
            engines: engines(known, &files, faults),
            languages: named(&files, "languages", known, faults)
                .into_iter()
                .map(|named| named.file)
                .collect(),
            by_page,
            page_language: languages.is_some_and(|languages| is_true(languages, "page")),
            files,
        }
    }

    /// The languages that pages may say of themselves.
    pub fn page_languages<'k>(&self, known: &'k Files) -> impl Iterator<Item = &'k str> {
        known.languages.keys().map(String::as_str).filter(|_| self.page_language)
    }
}

/// A file that a list of a profile names.
struct Named<'f> {
    file: &'f File,
    item: Merged,
}

fn engines<'f>(known: &'f Files, files: &[&'f File], faults: &mut Vec<Located>) -> Vec<&'f File> {
    let named = named(files, "engines", known, faults);
    let (families, engines): (Vec<_>, Vec<_>) =
        named.into_iter().partition(|named| named.file.is_family());
    for Named { item, .. } in families {
        let name = item.plain().as_str().unwrap_or_default().to_owned();
        let fault =
            Fault::new("engines", format!("`{name}` is a family, no engine"), "name its engines");
        faults.push(Located::new(&files[item.layer].text, &item.span, fault));
    }
    engines.into_iter().map(|named| named.file).collect()
}

/// The files that a list names which stands in several files.
fn named<'f>(
    files: &[&'f File],
    key: &'static str,
    known: &'f Files,
    faults: &mut Vec<Located>,
) -> Vec<Named<'f>> {
    let mut pile = Pile::default();
    for file in files {
        // Each file has its layer, so that an item's layer is its file.
        let list = get(&file.root, key).map(listed);
        let entry = list.map(|node| (key.to_owned(), Entry { key: 0..0, node }));
        let table = Value::Table(entry.into_iter().collect());
        pile.lay(&file.text, Node { span: 0..0, value: table });
    }
    let Some(whole) = pile.whole(faults) else { return Vec::new() };
    let there = if key == "engines" { &known.engines } else { &known.languages };
    let mut found = Vec::new();
    for item in items(&whole, key) {
        let name = item.plain().as_str().unwrap_or_default().to_owned();
        match there.get(&name) {
            None if known.is_unsound(key, &name) => {}
            Some(file) => found.push(Named { file, item: item.clone() }),
            None => {
                let names: Vec<&str> = there.keys().map(String::as_str).collect();
                let what = format!("there is no {} `{name}`", key.trim_end_matches('s'));
                let fault = Fault::new(key, what, near::advise(&name, &names, key));
                faults.push(whole.located(item, fault));
            }
        }
    }
    found
}

/// The list of languages of `{ page = true, else = […] }`; any other list as it is.
fn listed(node: &Node) -> Node {
    match (get(node, "page"), get(node, "else")) {
        (None, None) => node.clone(),
        (_, Some(list)) => list.clone(),
        _ => Node { span: node.span.clone(), value: Value::Array(Vec::new()) },
    }
}

fn items<'w>(whole: &'w Resolved, key: &str) -> &'w [Merged] {
    let Whole::Table(table) = &whole.merged.value else { return &[] };
    match table.get(key).map(|list| &list.value) {
        Some(Whole::List(items)) => items,
        _ => &[],
    }
}
