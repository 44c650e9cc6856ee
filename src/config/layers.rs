//! Rules in layers: what is said of pages at large, of languages, of engines and of a portal,
//! merged into one whole in which each value knows who said it (CONTRACT section 2).

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use super::near;
use super::tree::{Node, Value};
use crate::domain::Fault;

/// What a list may say instead of values: only these, or these more and those less.
const CHANGES: [&str; 3] = ["only", "add", "drop"];
/// A list whose items have places: they are merged place by place.
const BY_PLACE: [&str; 2] = ["dates", "months"];

/// A value of the whole.
#[derive(Clone, Debug)]
pub(super) struct Merged {
    /// Which layer said it; of a list or table the most specific one that has a part in it.
    pub layer: usize,
    /// Where in that layer's text.
    pub span: Range<usize>,
    /// What it is.
    pub value: Whole,
}

/// What a value of the whole is.
#[derive(Clone, Debug)]
pub(super) enum Whole {
    One(toml::Value),
    List(Vec<Merged>),
    Table(BTreeMap<String, Merged>),
}

/// A fault of a layer, by its place.
#[derive(Debug)]
pub(super) struct Misfit {
    pub layer: usize,
    pub span: Range<usize>,
    pub fault: Fault,
}

impl Merged {
    /// The value without what is known of it.
    pub fn plain(&self) -> toml::Value {
        match &self.value {
            Whole::One(value) => value.clone(),
            Whole::List(items) => toml::Value::Array(items.iter().map(Self::plain).collect()),
            Whole::Table(table) => toml::Value::Table(
                table.iter().map(|(key, value)| (key.clone(), value.plain())).collect(),
            ),
        }
    }

    /// Whether it is the same single value, whoever said it.
    fn is(&self, other: &Self) -> bool {
        matches!((&self.value, &other.value), (Whole::One(one), Whole::One(same)) if one == same)
    }

    /// A digest of it: equal texts have the same.
    fn digest(&self) -> u64 {
        match &self.value {
            Whole::One(toml::Value::String(text)) => xxh3_64(text.as_bytes()),
            _ => 0,
        }
    }

    /// What stands at `path`, or the last part of the way there.
    pub fn at(&self, path: &[String]) -> &Self {
        let Some((first, rest)) = path.split_first() else { return self };
        let next = match &self.value {
            Whole::One(_) => None,
            Whole::List(items) => first.parse::<usize>().ok().and_then(|place| items.get(place)),
            Whole::Table(table) => table.get(first),
        };
        next.map_or(self, |next| next.at(rest))
    }
}

/// Merges layers, the most specific first, each with its number: of a scalar the first one that has
/// it counts, of a list all of them, without doubles.
pub(super) fn merge(layers: &[(usize, &Node)]) -> (Option<Merged>, Vec<Misfit>) {
    let mut misfits = Vec::new();
    let merged = merged(layers, &mut Vec::new(), &mut misfits);
    (merged, misfits)
}

fn merged(
    parts: &[(usize, &Node)],
    path: &mut Vec<String>,
    misfits: &mut Vec<Misfit>,
) -> Option<Merged> {
    let parts: Vec<(usize, &Node)> =
        parts.iter().copied().filter(|(_, node)| !matches!(node.value, Value::Broken)).collect();
    let (layer, first) = *parts.first()?;
    let value = if parts
        .iter()
        .any(|(_, node)| matches!(node.value, Value::Array(_)) || changes(node).is_some())
    {
        match *path == BY_PLACE {
            true => by_place(&parts, path, misfits),
            false => list(&parts, misfits),
        }
    } else if let Value::Table(_) = first.value {
        table(&parts, path, misfits)
    } else {
        Whole::One(first.plain()?)
    };
    Some(Merged { layer, span: first.span.clone(), value })
}

fn table(parts: &[(usize, &Node)], path: &mut Vec<String>, misfits: &mut Vec<Misfit>) -> Whole {
    let tables: Vec<_> =
        parts.iter().filter_map(|(layer, node)| Some((*layer, table_of(node)?))).collect();
    let keys: BTreeSet<&String> = tables.iter().flat_map(|(_, table)| table.keys()).collect();
    let mut whole = BTreeMap::new();
    for key in keys {
        let parts: Vec<_> = tables
            .iter()
            .filter_map(|(layer, table)| Some((*layer, &table.get(key)?.node)))
            .collect();
        path.push(key.clone());
        whole.extend(merged(&parts, path, misfits).map(|value| (key.clone(), value)));
        path.pop();
    }
    Whole::Table(whole)
}

fn list(parts: &[(usize, &Node)], misfits: &mut Vec<Misfit>) -> Whole {
    let (mut items, mut dropped): (Vec<Merged>, Vec<(Merged, bool)>) = Default::default();
    let mut digests = HashSet::new();
    for (layer, node) in parts {
        let changes = changes(node);
        let said = |key: &str| changes.and_then(|table| table.get(key)).map(|entry| &entry.node);
        for value in values(*layer, said("only").or(said("add")).unwrap_or(node)) {
            if let Some((_, hit)) = dropped.iter_mut().find(|(dropped, _)| dropped.is(&value)) {
                *hit = true;
            } else if digests.insert(value.digest()) || !items.iter().any(|item| item.is(&value)) {
                items.push(value);
            }
        }
        if said("only").is_some() {
            break;
        }
        dropped.extend(
            said("drop")
                .into_iter()
                .flat_map(|node| values(*layer, node))
                .map(|value| (value, false)),
        );
    }
    misfits.extend(
        dropped.into_iter().filter(|(_, hit)| !hit).map(|(idle, _)| idle_drop(idle, &items)),
    );
    Whole::List(items)
}

/// A drop of what no layer below has.
fn idle_drop(dropped: Merged, items: &[Merged]) -> Misfit {
    let text = |value: &Merged| {
        value.plain().as_str().map_or_else(|| value.plain().to_string(), str::to_owned)
    };
    let below: Vec<String> = items.iter().map(text).collect();
    let near = near::nearest(&text(&dropped), below.iter().map(String::as_str));
    let advice = near.map_or_else(
        || "leave it out".to_owned(),
        |near| format!("did you mean `{near}`? else leave it out"),
    );
    let fault = Fault::new(
        "",
        format!("`{}` is dropped, and no layer below says it", text(&dropped)),
        advice,
    );
    Misfit { layer: dropped.layer, span: dropped.span, fault }
}

fn by_place(parts: &[(usize, &Node)], path: &mut Vec<String>, misfits: &mut Vec<Misfit>) -> Whole {
    let lists: Vec<(usize, &[Node])> =
        parts.iter().map(|(layer, node)| (*layer, items(node))).collect();
    let most = lists.iter().map(|(_, items)| items.len()).max().unwrap_or_default();
    let at = |place| -> Vec<_> {
        lists.iter().filter_map(|(layer, items)| Some((*layer, items.get(place)?))).collect()
    };
    path.push(String::new());
    let whole = (0..most).filter_map(|place| merged(&at(place), path, misfits)).collect();
    path.pop();
    Whole::List(whole)
}

/// The items of a list as they stand.
fn values(layer: usize, node: &Node) -> Vec<Merged> {
    let one = |item: &Node| {
        Some(Merged { layer, span: item.span.clone(), value: Whole::One(item.plain()?) })
    };
    items(node).iter().filter_map(one).collect()
}

fn items(node: &Node) -> &[Node] {
    if let Value::Array(items) = &node.value { items } else { &[] }
}

type Table = BTreeMap<String, super::tree::Entry>;

fn table_of(node: &Node) -> Option<&Table> {
    if let Value::Table(table) = &node.value { Some(table) } else { None }
}

/// The table of a list's changes, if it is one.
fn changes(node: &Node) -> Option<&Table> {
    table_of(node).filter(|table| {
        !table.is_empty() && table.keys().all(|key| CHANGES.contains(&key.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    /// The whole of some layers, the most specific first, and what is wrong with them.
    fn whole(texts: &[&str]) -> (toml::Table, Vec<(usize, String, String)>) {
        let roots: Vec<Node> = texts.iter().map(|text| tree::parse(text).0).collect();
        let layers: Vec<(usize, &Node)> = roots.iter().enumerate().collect();
        let (merged, misfits) = merge(&layers);
        let said = |misfit: Misfit| {
            (misfit.layer, texts[misfit.layer][misfit.span].to_owned(), misfit.fault.advice)
        };
        (merged.unwrap().plain().try_into().unwrap(), misfits.into_iter().map(said).collect())
    }

    #[test]
    fn layers_are_merged() {
        let table = [
            (vec!["a = 1", "a = 2\nb = 3"], "a = 1\nb = 3"),
            (vec!["x = ['c', 'a']", "x = ['a', 'b']"], "x = ['c', 'a', 'b']"),
            (vec!["x = { only = ['c'] }", "x = ['a', 'b']"], "x = ['c']"),
            (vec!["y = 1", "x = { only = [] }", "x = ['a']"], "y = 1\nx = []"),
            (
                vec!["x = { add = ['c'], drop = ['a'] }", "x = ['a', 'b']", "x = ['a', 'd']"],
                "x = ['c', 'b', 'd']",
            ),
            (vec!["x = { drop = ['a'] }", "x = { add = ['b'] }", "x = ['a']"], "x = ['b']"),
            (
                vec!["[t]\nx = ['a']\n[t.u]\nv = 1", "[t]\ny = 2\n[t.u]\nw = 2"],
                "[t]\nx = ['a']\ny = 2\n[t.u]\nv = 1\nw = 2",
            ),
            (
                vec!["[[r]]\nn = ['a']", "[[r]]\nn = ['a']\n[[r]]\nn = ['b']"],
                "[[r]]\nn = ['a']\n[[r]]\nn = ['b']",
            ),
            (
                vec![
                    "[dates]\nmonths = [['a'], ['b']]",
                    "[dates]\nmonths = [['c', 'a'], [], ['d']]",
                ],
                "[dates]\nmonths = [['a', 'c'], ['b'], ['d']]",
            ),
        ];
        for (texts, want) in table {
            assert_eq!(whole(&texts), (want.parse().unwrap(), vec![]), "{texts:?}");
        }
    }

    #[test]
    fn a_drop_of_nothing_is_a_fault() {
        let (_, misfits) = whole(&["x = { drop = ['abce', 'b'] }", "x = ['abcd']", "x = ['b']"]);
        assert_eq!(
            misfits,
            [(0, "'abce'".to_owned(), "did you mean `abcd`? else leave it out".to_owned())]
        );
        // What a layer above drops it may add itself.
        assert_eq!(whole(&["x = { add = ['a'], drop = ['a'] }", "x = []"]).1.len(), 1);
    }

    #[test]
    fn each_value_knows_its_layer() {
        let (one, two) = (tree::parse("x = ['a']").0, tree::parse("x = ['b']\ny = 'c'").0);
        let merged = merge(&[(7, &one), (9, &two)]).0.unwrap();
        let at = |path: &[&str]| {
            merged.at(&path.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>()).layer
        };
        assert_eq!((at(&["x", "0"]), at(&["x", "1"]), at(&["y"]), at(&["x", "9"])), (7, 9, 9, 7));
    }
}
