//! A TOML text as a tree that knows where everything stands.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Where it stands; a table under a header: the header.
    pub span: Range<usize>,
    /// What it is.
    pub value: Value,
}

/// A key's place with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: Range<usize>,
    pub node: Node,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum Value {
    String(String),
    /// `None`: too large for TOML.
    Integer(Option<i64>),
    Float(Option<f64>),
    Boolean(bool),
    Datetime(toml::value::Datetime),
    Array(Vec<Node>),
    Table(BTreeMap<String, Entry>),
    /// Not readable; the syntax fault tells.
    Broken,
}

/// A syntax fault.
pub(super) struct Syntax {
    pub what: String,
    pub span: Range<usize>,
}

/// Parses a document; what can be read stands in the tree even if other parts cannot.
pub(super) fn parse(text: &str) -> (Node, Vec<Syntax>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let faults = errors
        .into_iter()
        .map(|e| Syntax { what: e.message().replace('\n', ", "), span: e.span().unwrap_or(0..0) })
        .collect();
    (Node { span: 0..0, value: Value::Table(table_of(table.into_inner())) }, faults)
}

/// Parses one value; `None` if `text` is none.
pub(super) fn parse_value(text: &str) -> Option<Value> {
    DeValue::parse(text).ok().map(|value| value_of(value.into_inner()))
}

impl Node {
    /// What follows `path` from here, as far as it exists: the last entry found, and how many parts
    /// were.
    pub fn find<'a>(&'a self, path: &[String]) -> (&'a Node, Option<&'a Range<usize>>, usize) {
        let (mut node, mut key) = (self, None);
        for (depth, part) in path.iter().enumerate() {
            let next = match &node.value {
                Value::Table(table) => table.get(part).map(|e| (&e.node, Some(&e.key))),
                Value::Array(items) => {
                    part.parse::<usize>().ok().and_then(|i| items.get(i)).map(|n| (n, None))
                }
                _ => None,
            };
            match next {
                Some((child, child_key)) => (node, key) = (child, child_key),
                None => return (node, key, depth),
            }
        }
        (node, key, path.len())
    }

    /// Takes away what stands at `path`; an item of an array takes the array with it, so that no
    /// other index moves.
    pub fn remove(&mut self, path: &[String]) {
        let end = path.iter().rposition(|part| part.parse::<usize>().is_err());
        let Some((last, parents)) =
            end.and_then(|end| path[..=end].split_last()).filter(|_| self.leads(path))
        else {
            return;
        };
        let mut node = self;
        for part in parents {
            let next = match &mut node.value {
                Value::Table(table) => table.get_mut(part).map(|e| &mut e.node),
                Value::Array(items) => part.parse::<usize>().ok().and_then(|i| items.get_mut(i)),
                _ => None,
            };
            match next {
                Some(child) => node = child,
                None => return,
            }
        }
        if let Value::Table(table) = &mut node.value {
            table.remove(last);
        }
    }

    fn leads(&self, path: &[String]) -> bool {
        self.find(path).2 == path.len()
    }

    /// Puts `node` at `path`, making tables on the way.
    pub fn insert(&mut self, path: &[String], node: Node) {
        let Some((first, rest)) = path.split_first() else {
            *self = node;
            return;
        };
        if !matches!(self.value, Value::Table(_)) {
            self.value = Value::Table(BTreeMap::new());
        }
        if let Value::Table(table) = &mut self.value {
            let empty = Node { span: 0..0, value: Value::Table(BTreeMap::new()) };
            table
                .entry(first.clone())
                .or_insert(Entry { key: 0..0, node: empty })
                .node
                .insert(rest, node);
        }
    }

    /// The plain value; what is broken is left out.
    pub fn plain(&self) -> Option<toml::Value> {
        Some(match &self.value {
            Value::String(text) => toml::Value::String(text.clone()),
            Value::Integer(number) => toml::Value::Integer((*number)?),
            Value::Float(number) => toml::Value::Float((*number)?),
            Value::Boolean(truth) => toml::Value::Boolean(*truth),
            Value::Datetime(time) => toml::Value::Datetime(*time),
            Value::Array(items) => {
                toml::Value::Array(items.iter().filter_map(Node::plain).collect())
            }
            Value::Table(table) => toml::Value::Table(
                table
                    .iter()
                    .filter_map(|(key, entry)| Some((key.clone(), entry.node.plain()?)))
                    .collect(),
            ),
            Value::Broken => return None,
        })
    }
}

fn table_of(table: DeTable<'_>) -> BTreeMap<String, Entry> {
    table
        .into_iter()
        .map(|(key, value)| {
            let entry = Entry { key: key.span(), node: node_of(value) };
            (key.into_inner().into_owned(), entry)
        })
        .collect()
}

fn node_of(value: toml::Spanned<DeValue<'_>>) -> Node {
    let span = value.span();
    // the parser stands an integer at 0..0 where it found no value
    let value = if span == (0..0) { Value::Broken } else { value_of(value.into_inner()) };
    Node { span, value }
}

fn value_of(value: DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.into_owned()),
        DeValue::Integer(number) => {
            Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok())
        }
        DeValue::Float(number) => Value::Float(number.as_str().parse().ok()),
        DeValue::Boolean(truth) => Value::Boolean(truth),
        DeValue::Datetime(time) => Value::Datetime(time),
        DeValue::Array(items) => Value::Array(items.into_iter().map(node_of).collect()),
        DeValue::Table(table) => Value::Table(table_of(table)),
    }
}
