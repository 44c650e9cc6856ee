//! Looks into a tree of TOML by key.

use std::ops::Range;

use super::tree::{Entry, Node, Value};

pub(super) fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    if let Value::Table(table) = &node.value { table.get(key) } else { None }
}

pub(super) fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    entry(node, key).map(|entry| &entry.node)
}

pub(super) fn string<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    if let Value::String(text) = &get(node, key)?.value { Some(text) } else { None }
}

/// The texts of a list, each with its place.
pub(super) fn strings<'n>(
    node: &'n Node,
    key: &str,
) -> impl Iterator<Item = (&'n str, &'n Range<usize>)> {
    let items = match get(node, key).map(|node| &node.value) {
        Some(Value::Array(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter().filter_map(|item| match &item.value {
        Value::String(text) => Some((text.as_str(), &item.span)),
        _ => None,
    })
}

pub(super) fn is_true(node: &Node, key: &str) -> bool {
    matches!(get(node, key).map(|node| &node.value), Some(Value::Boolean(true)))
}

/// A table without some keys.
pub(super) fn without(node: &Node, keys: &[&str]) -> Node {
    filtered(node, |key| !keys.contains(&key))
}

/// A table's keys that are wanted.
pub(super) fn filtered(node: &Node, wanted: impl Fn(&str) -> bool) -> Node {
    let value = match &node.value {
        Value::Table(table) => Value::Table(
            table
                .iter()
                .filter(|(key, _)| wanted(key))
                .map(|(key, entry)| (key.clone(), entry.clone()))
                .collect(),
        ),
        other => other.clone(),
    };
    Node { span: node.span.clone(), value }
}

/// A table with one key alone, and of the table there the keys that are wanted.
pub(super) fn filtered_below(node: &Node, below: &str, wanted: impl Fn(&str) -> bool) -> Node {
    let part = entry(node, below).map(|Entry { key, node }| {
        (below.to_owned(), Entry { key: key.clone(), node: filtered(node, wanted) })
    });
    Node { span: node.span.clone(), value: Value::Table(part.into_iter().collect()) }
}
