//! Feeds read by a strict XML parser and by serde_json, to plain values.

use std::collections::BTreeSet;

use roxmltree::{Document, Node};
use serde_json::Value;

use crate::support::{PUBLIC, SITE, Tree};

/// An Atom document.
#[derive(Debug)]
pub struct Atom {
    pub updated: String,
    /// Relation and address.
    pub links: Vec<(String, String)>,
    pub entries: Vec<Entry>,
    /// Ids that tombstones name.
    pub deleted: Vec<String>,
    pub archive: bool,
}

/// An Atom entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: String,
    pub title: String,
    pub summary: Option<String>,
    pub content: String,
    pub published: Option<String>,
    pub updated: String,
    pub authors: Vec<String>,
    pub link: String,
    pub enclosures: Vec<String>,
}

/// A well-formed document, or the test fails.
pub fn xml(bytes: &[u8]) -> Document<'_> {
    Document::parse(std::str::from_utf8(bytes).expect("UTF-8")).expect("well-formed")
}

pub fn child(node: Node<'_, '_>, name: &str) -> Option<String> {
    children(node, name).map(text).next()
}

pub fn children<'a, 'i>(node: Node<'a, 'i>, name: &str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.tag_name().name() == name)
}

pub fn text(node: Node<'_, '_>) -> String {
    node.text().unwrap_or_default().to_owned()
}

fn links(node: Node<'_, '_>) -> Vec<(String, String)> {
    let link = |link: Node<'_, '_>| {
        (
            link.attribute("rel").unwrap_or("alternate").to_owned(),
            link.attribute("href").unwrap().to_owned(),
        )
    };
    children(node, "link").map(link).collect()
}

pub fn atom(bytes: &[u8]) -> Atom {
    let document = xml(bytes);
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "feed");
    let deleted =
        children(root, "deleted-entry").map(|entry| entry.attribute("ref").unwrap().to_owned());
    Atom {
        updated: child(root, "updated").unwrap(),
        links: links(root),
        entries: children(root, "entry").map(entry).collect(),
        deleted: deleted.collect(),
        archive: children(root, "archive").next().is_some(),
    }
}

fn entry(node: Node<'_, '_>) -> Entry {
    let linked = links(node);
    let of = |rel: &str| {
        linked.iter().filter(|(r, _)| r == rel).map(|(_, href)| href.clone()).collect::<Vec<_>>()
    };
    Entry {
        id: child(node, "id").unwrap(),
        title: child(node, "title").unwrap(),
        summary: child(node, "summary"),
        content: child(node, "content").unwrap_or_default(),
        published: child(node, "published"),
        updated: child(node, "updated").unwrap(),
        authors: children(node, "author").filter_map(|author| child(author, "name")).collect(),
        link: of("alternate").first().cloned().unwrap_or_default(),
        enclosures: of("enclosure"),
    }
}

impl Atom {
    pub fn link(&self, rel: &str) -> Option<&str> {
        self.links.iter().find(|(r, _)| r == rel).map(|(_, href)| href.as_str())
    }
    /// The path that a relation leads to.
    pub fn path(&self, rel: &str) -> Option<String> {
        Some(self.link(rel)?.strip_prefix(PUBLIC).expect("an address of our own").to_owned())
    }
}

/// The documents of a site's feed from its head along `prev-archive`.
pub fn walk(tree: &Tree) -> Vec<Atom> {
    let mut documents = vec![atom(&tree[&format!("feeds/{SITE}.atom")])];
    while let Some(path) = documents.last().and_then(|document| document.path("prev-archive")) {
        let document =
            atom(tree.get(&path).unwrap_or_else(|| panic!("{path} is linked and served")));
        assert!(document.archive, "{path} says that it is an archive document");
        assert_eq!(document.path("self"), Some(path));
        assert_eq!(document.path("current"), Some(format!("feeds/{SITE}.atom")));
        documents.push(document);
        assert!(documents.len() < 100, "the walk ends");
    }
    documents
}

/// The entries of a walk: of each id the copy nearest the head, if no tombstone stands nearer.
pub fn entries(walk: &[Atom]) -> Vec<Entry> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for document in walk {
        let gone = document
            .deleted
            .iter()
            .filter(|id| !document.entries.iter().any(|entry| entry.id == **id));
        seen.extend(gone.cloned());
        found
            .extend(document.entries.iter().filter(|entry| seen.insert(entry.id.clone())).cloned());
    }
    found
}

/// The items of a JSON feed.
pub fn items(tree: &Tree, path: &str) -> Vec<Value> {
    let feed: Value = serde_json::from_slice(&tree[path]).unwrap();
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    feed["items"].as_array().unwrap().clone()
}

/// Every item of the sections' feeds, each id once.
pub fn all_items(tree: &Tree) -> Vec<Value> {
    let prefix = format!("feeds/{SITE}/");
    let paths = tree.keys().filter(|path| path.starts_with(&prefix) && path.ends_with(".json"));
    let mut found: Vec<Value> = Vec::new();
    for item in paths.flat_map(|path| items(tree, path)) {
        match found.iter().find(|known| known["id"] == item["id"]) {
            Some(known) => assert_eq!(*known, item, "an item is the same in every feed"),
            None => found.push(item),
        }
    }
    found
}

/// The item of that address.
pub fn item_at<'a>(items: &'a [Value], url: &str) -> &'a Value {
    let mut fitting = items.iter().filter(|item| item["url"] == url);
    let item = fitting.next().unwrap_or_else(|| panic!("{url} is there"));
    assert!(fitting.next().is_none(), "{url} is there once");
    item
}

pub fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
