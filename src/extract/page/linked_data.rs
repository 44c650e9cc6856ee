//! What a page says of its article in JSON-LD: a witness that is often wrong, read within bounds.
//! JSON that is faulty is left alone.

use serde_json::{Map, Value};

use crate::domain::rules::profile::PageRules;
use crate::extract::html::dom::{Tree, decoded};
use crate::text::blank;

/// Bytes of a block of JSON that is read.
const LONGEST: usize = 256 << 10;
/// Blocks of a page that are read.
const MOST_BLOCKS: usize = 20;
/// Objects that are looked at.
const MOST: usize = 2_000;
/// Objects in one another.
const DEEPEST: usize = 12;
/// Names of one work.
const MOST_NAMES: usize = 20;

/// Keys under which works stand that the page is about.
const INTO: [&str; 4] = ["@graph", "mainEntity", "mainEntityOfPage", "subjectOf"];

/// A work that the page says it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Work {
    /// Whether its type is one of articles; one of pages tells less.
    pub is_article: bool,
    /// `headline`, else `name`.
    pub title: Option<String>,
    /// `datePublished`.
    pub published: Option<String>,
    /// Names of persons.
    pub authors: Vec<String>,
    /// Names of organisations that are said to be its authors.
    pub offices: Vec<String>,
    /// `description`.
    pub lead: Option<String>,
}

/// What all blocks of a page say.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct LinkedData {
    /// Works of the kinds asked for, in their order of preference.
    pub works: Vec<Work>,
    /// Names of the site and of who publishes it.
    pub sites: Vec<String>,
    /// Whether one says that the page is a list of others.
    pub is_collection: bool,
}

/// Reads a page's blocks: those of its tree, else of `silent` texts that were left out of it.
/// The rules name types: of works, pages, collections, of sites and publishers.
pub(crate) fn read(tree: &Tree<'_>, silent: &[&str], rules: &PageRules) -> LinkedData {
    let sites = rules.publishers.as_slice();
    let inside = tree.root().descendants().filter(|n| {
        n.name() == Some("script")
            && n.attr("type").is_some_and(|t| t.trim().eq_ignore_ascii_case("application/ld+json"))
    });
    let inside = inside.filter_map(|n| n.first_child()?.text());
    let opens = |text: &&str| blank_or_comment(text).starts_with(['{', '[']);
    let outside = silent.iter().copied().filter(|text| opens(text) && text.contains("@type"));
    let blocks: Vec<Value> = inside.chain(outside).take(MOST_BLOCKS).filter_map(parsed).collect();
    let mut objects = Vec::new();
    for block in &blocks {
        gather(block, 0, &mut objects);
    }
    let kind = |o: &Map<String, Value>| {
        let of_page = || preference(o, &rules.pages).map(|at| (false, at));
        preference(o, &rules.works).map(|at| (true, at)).or_else(of_page)
    };
    let work = |o: &&Map<String, Value>| {
        let (is_article, at) = kind(o)?;
        Some((at, work(o, is_article, &objects, sites)))
    };
    let mut works: Vec<(usize, Work)> = objects.iter().filter_map(work).collect();
    works.sort_by_key(|(at, work)| (!work.is_article, *at));
    let is_collection = objects.iter().any(|o| preference(o, &rules.collections).is_some());
    let publishers = objects.iter().filter_map(|o| o.get("publisher"));
    let mut names: Vec<String> =
        publishers.flat_map(|p| people(p, &objects)).map(|(name, _)| name).collect();
    let named = objects.iter().filter(|o| preference(o, sites).is_some());
    names.extend(named.filter_map(|o| text(o, "name")));
    names.dedup();
    let works = works.into_iter().map(|(_, work)| work).collect();
    LinkedData { works, sites: names, is_collection }
}

/// The text behind what may hide a script from old readers.
fn blank_or_comment(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let hidden = ["<!--", "//<![CDATA[", "/*<![CDATA[*/", "<![CDATA["];
    let bare = hidden.iter().find_map(|mark| text.strip_prefix(mark));
    bare.map_or(text, str::trim_start)
}

/// The first value of a block; raw line breaks in texts, which many pages write, are blanks.
fn parsed(block: &str) -> Option<Value> {
    let block = Some(blank_or_comment(block)).filter(|b| b.len() <= LONGEST)?;
    let block: String = block.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    serde_json::Deserializer::from_str(&block).into_iter().next()?.ok()
}

/// The objects that a page is about.
fn gather<'v>(value: &'v Value, depth: usize, objects: &mut Vec<&'v Map<String, Value>>) {
    if depth > DEEPEST || objects.len() >= MOST {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|item| gather(item, depth + 1, objects)),
        Value::Object(object) => {
            objects.push(object);
            let inner = INTO.iter().filter_map(|key| object.get(*key));
            inner.for_each(|inner| gather(inner, depth + 1, objects));
        }
        _ => {}
    }
}

/// The place in the list of the type that an object has.
fn preference(object: &Map<String, Value>, kinds: &[String]) -> Option<usize> {
    let fits = |t: &Value| {
        let name = t.as_str()?.rsplit(['/', ':', '#']).next()?;
        kinds.iter().position(|kind| kind == name)
    };
    match object.get("@type")? {
        Value::Array(types) => types.iter().filter_map(fits).min(),
        one => fits(one),
    }
}

fn work(
    object: &Map<String, Value>,
    is_article: bool,
    objects: &[&Map<String, Value>],
    offices: &[String],
) -> Work {
    let authors = ["author", "creator"].iter().find_map(|key| object.get(*key));
    let named = authors.map(|a| people(a, objects)).unwrap_or_default();
    let is_office = |(_, who): &(String, Option<&Map<String, Value>>)| {
        who.is_some_and(|who| preference(who, offices).is_some())
    };
    let (offices, authors): (Vec<_>, Vec<_>) = named.into_iter().partition(is_office);
    let names = |list: Vec<(String, _)>| list.into_iter().map(|(name, _)| name).collect();
    Work {
        is_article,
        title: text(object, "headline").or_else(|| text(object, "name")),
        published: text(object, "datePublished"),
        authors: names(authors),
        offices: names(offices),
        lead: text(object, "description"),
    }
}

/// A name with who it is, where that is said.
type Named<'v> = (String, Option<&'v Map<String, Value>>);

/// Persons or organisations, in their order: as text, by name, or by reference.
fn people<'v>(value: &'v Value, objects: &[&'v Map<String, Value>]) -> Vec<Named<'v>> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let named = |one: &'v Value| match one {
        Value::String(name) => Some((settled(name)?, None)),
        Value::Object(who) => text(who, "name").map(|name| (name, Some(who))).or_else(|| {
            let id = who.get("@id")?;
            let mut whole = objects.iter().filter(|o| o.get("@id") == Some(id));
            whole.find_map(|o| Some((text(o, "name")?, Some(*o))))
        }),
        _ => None,
    };
    list.iter().take(MOST_NAMES).filter_map(named).collect()
}

/// A text under a key, or the first of several.
fn text(object: &Map<String, Value>, key: &str) -> Option<String> {
    match object.get(key)? {
        Value::String(text) => settled(text),
        Value::Array(list) => list.iter().find_map(|v| settled(v.as_str()?)),
        _ => None,
    }
}

/// A text as it is read; pages write it as HTML.
fn settled(text: &str) -> Option<String> {
    let text = decoded(text, false).map_or_else(|| text.to_owned(), |text| text.into_owned());
    Some(blank::alone(&text)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::budget::Budget;

    fn said(blocks: &[&str]) -> LinkedData {
        let scripts: String = blocks
            .iter()
            .map(|b| format!("<script type='application/ld+json'>{b}</script>"))
            .collect();
        let tree = Tree::parse(&scripts, &Budget::default()).unwrap();
        let list = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let rules = PageRules {
            works: list("NewsArticle Article"),
            pages: list("WebPage"),
            collections: list("ItemList"),
            publishers: list("Organization WebSite"),
            ..PageRules::default()
        };
        let inside = read(&tree, &[], &rules);
        let bare = Tree::parse("<p>x", &Budget::default()).unwrap();
        let outside = read(&bare, blocks, &rules);
        assert_eq!(inside, outside);
        inside
    }

    #[test]
    fn works_are_found_in_graphs_lists_and_several_blocks() {
        let got = said(&[
            r#"{"@type": "BreadcrumbList", "name": "no work"}"#,
            r#"<!-- {"@graph": [{"@type": "Article", "headline": "B &amp; C",
                "author": {"@id": "a1"}, "publisher": {"name": "The Town"}},
                {"@type": "Person", "@id": "a1", "name": "Ann"}]}"#,
            r#"[{"@type": ["Thing", "http://schema.org/NewsArticle"], "headline": "A",
                "datePublished": "2022-02-04", "author": [{"@type": "Organization", "name": "Desk"},
                "Bo"], "description": "one
                two"}];"#,
            r#"{"@type": "NewsArticle", "headline": "#,
        ]);
        let titles: Vec<_> = got.works.iter().map(|w| w.title.as_deref()).collect();
        assert_eq!(titles, [Some("A"), Some("B & C")]);
        assert_eq!(
            (&got.works[0].authors[..], &got.works[0].offices[..]),
            (&["Bo".to_owned()][..], &["Desk".to_owned()][..])
        );
        assert_eq!(got.works[0].lead.as_deref(), Some("one two"));
        assert_eq!(got.works[1].authors, ["Ann"]);
        assert_eq!(got.sites, ["The Town"]);
    }

    #[test]
    fn a_block_that_is_too_deep_or_too_long_says_nothing() {
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        let long = format!(r#"{{"@type": "Article", "headline": "{}"}}"#, "x".repeat(LONGEST));
        let inner = "{\"@graph\": ".repeat(100) + r#"{"@type": "Article"}"# + &"}".repeat(100);
        for block in [deep, long, inner] {
            assert_eq!(said(&[&block]).works, []);
        }
    }
}
