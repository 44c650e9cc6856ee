//! The walk of a tree along a JSON Schema: every fault of shape at once, where serde would stop at
//! the first.
//!
//! It knows the keywords that schemars writes for our raw shapes; what it does not know it lets
//! pass, for serde to judge.

use serde_json::Value as Json;

use super::keywords::{array, enumerated, fits, found, kinds, named, tag_of};
use super::near;
use super::tree::{Node, Value};
use crate::domain::Fault;

/// What of the path is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The key.
    Key,
    /// The value.
    Value,
    /// The table that lacks a key: its header, else its key.
    Missing,
}

/// A fault of shape.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub fault: Fault,
    pub mark: Mark,
}

/// Every fault of `node` against `schema`.
pub(super) fn walk(node: &Node, schema: &Json) -> Vec<Found> {
    let mut walk = Walk { root: schema, path: Vec::new(), found: Vec::new() };
    walk.value(node, schema);
    walk.found
}

struct Walk<'s> {
    root: &'s Json,
    path: Vec<String>,
    found: Vec<Found>,
}

impl<'s> Walk<'s> {
    fn value(&mut self, node: &Node, schema: &'s Json) {
        let schema = self.resolve(schema);
        if matches!(node.value, Value::Broken) {
            return;
        }
        for part in array(schema, "allOf") {
            self.value(node, part);
        }
        let choices = [array(schema, "anyOf"), array(schema, "oneOf")].concat();
        if !choices.is_empty() {
            return self.choice(node, choices);
        }
        if let Some(known) = enumerated(schema)
            && let Value::String(text) = &node.value
        {
            return self.one_of(text, &known);
        }
        let kinds = kinds(schema);
        if !kinds.is_empty() && !kinds.iter().any(|kind| fits(&node.value, kind)) {
            return self.wrong_type(node, &kinds);
        }
        match &node.value {
            Value::Table(_) => self.table(node, schema),
            Value::Array(items) => self.items(items, schema),
            Value::Integer(number) => self.integer(*number, schema),
            Value::Float(Some(number)) => self.bounds(*number, schema),
            Value::String(text) => {
                self.length(text.chars().count(), schema, ("minLength", "maxLength"), "characters")
            }
            _ => {}
        }
    }

    /// The one alternative that is meant: by type, then by the fewest faults.
    fn choice(&mut self, node: &Node, choices: Vec<&'s Json>) {
        let choices: Vec<_> =
            choices.into_iter().map(|c| self.resolve(c)).filter(|c| c["type"] != "null").collect();
        let takes =
            |c: &Json| kinds(c).is_empty() || kinds(c).iter().any(|kind| fits(&node.value, kind));
        let fitting: Vec<_> = choices.iter().copied().filter(|c| takes(c)).collect();
        let known: Option<Vec<Vec<&str>>> = fitting.iter().map(|c| enumerated(c)).collect();
        if let (Value::String(text), Some(known)) = (&node.value, known.filter(|k| !k.is_empty())) {
            return self.one_of(text, &known.concat());
        }
        if let Some(tag) = tag_of(&fitting) {
            return self.tagged(node, tag, &fitting);
        }
        let best = fitting
            .iter()
            .map(|choice| {
                let mut trial =
                    Walk { root: self.root, path: self.path.clone(), found: Vec::new() };
                trial.value(node, choice);
                trial.found
            })
            .min_by_key(Vec::len);
        match best {
            Some(found) => self.found.extend(found),
            None => {
                self.wrong_type(node, &choices.iter().flat_map(|c| kinds(c)).collect::<Vec<_>>())
            }
        }
    }

    /// The alternative that the key `tag` names.
    fn tagged(&mut self, node: &Node, tag: &str, choices: &[&'s Json]) {
        let Value::Table(table) = &node.value else { return };
        let name = |choice: &&'s Json| choice["properties"][tag]["const"].as_str();
        let known: Vec<&str> = choices.iter().filter_map(name).collect();
        self.path.push(tag.to_owned());
        match table.get(tag).map(|entry| &entry.node.value) {
            None => self.add(
                Mark::Missing,
                format!("missing key `{tag}`"),
                format!("one of {}", near::list(&known)),
            ),
            Some(Value::String(text)) if known.contains(&text.as_str()) => {
                self.path.pop();
                let chosen = choices.iter().find(|choice| name(choice) == Some(text));
                return chosen.into_iter().for_each(|choice| self.value(node, choice));
            }
            Some(Value::String(text)) => self.one_of(text, &known),
            Some(_) => self.add(
                Mark::Value,
                "expected a string".to_owned(),
                format!("one of {}", near::list(&known)),
            ),
        }
        self.path.pop();
    }

    fn table(&mut self, node: &Node, schema: &'s Json) {
        let Value::Table(table) = &node.value else { return };
        let properties = schema.get("properties").and_then(Json::as_object);
        let known: Vec<&str> =
            properties.iter().flat_map(|p| p.keys()).map(String::as_str).collect();
        let patterns = schema.get("patternProperties").and_then(Json::as_object);
        let others =
            patterns.and_then(|p| p.values().next()).or_else(|| schema.get("additionalProperties"));
        for (key, entry) in table {
            self.path.push(key.clone());
            match properties.and_then(|p| p.get(key)).or(others) {
                Some(Json::Bool(false)) => {
                    self.add(
                        Mark::Key,
                        format!("unknown key `{}`", brief(key)),
                        near::advise(key, &known, "keys here"),
                    );
                }
                Some(schema) => self.value(&entry.node, schema),
                None => {}
            }
            self.path.pop();
        }
        for key in array(schema, "required")
            .into_iter()
            .filter_map(Json::as_str)
            .filter(|key| !table.contains_key(*key))
        {
            let about = properties
                .and_then(|p| p.get(key))
                .and_then(|s| s["description"].as_str())
                .unwrap_or_default();
            self.path.push(key.to_owned());
            self.add(
                Mark::Missing,
                format!("missing key `{key}`"),
                format!("add it: {}", one_line(about)),
            );
            self.path.pop();
        }
    }

    fn items(&mut self, items: &[Node], schema: &'s Json) {
        let first = array(schema, "prefixItems");
        let rest = schema.get("items").filter(|s| s.is_object());
        self.length(items.len(), schema, ("minItems", "maxItems"), "items");
        for (index, item) in items.iter().enumerate() {
            if let Some(schema) = first.get(index).copied().or(rest) {
                self.path.push(index.to_string());
                self.value(item, schema);
                self.path.pop();
            }
        }
    }

    fn integer(&mut self, number: Option<i64>, schema: &Json) {
        let limit = match schema["format"].as_str().unwrap_or_default() {
            "int8" => i8::MAX.into(),
            "uint8" => u8::MAX.into(),
            "int16" => i16::MAX.into(),
            "uint16" => u16::MAX.into(),
            "int32" => i32::MAX.into(),
            "uint32" => u32::MAX.into(),
            _ => i64::MAX,
        };
        match number {
            Some(number) if number <= limit => self.bounds(number as f64, schema),
            _ => self.add(Mark::Value, "number too large".to_owned(), format!("at most {limit}")),
        }
    }

    fn bounds(&mut self, number: f64, schema: &Json) {
        if let Some(least) = schema["minimum"].as_f64().filter(|least| number < *least) {
            self.add(Mark::Value, "number too small".to_owned(), format!("at least {least}"));
        }
        if let Some(most) = schema["maximum"].as_f64().filter(|most| number > *most) {
            self.add(Mark::Value, "number too large".to_owned(), format!("at most {most}"));
        }
    }

    fn length(&mut self, count: usize, schema: &Json, (least, most): (&str, &str), unit: &str) {
        if let Some(least) = schema[least].as_u64().filter(|least| (count as u64) < *least) {
            self.add(
                Mark::Value,
                format!("{count} {unit} are too few"),
                format!("at least {least}"),
            );
        }
        if let Some(most) = schema[most].as_u64().filter(|most| count as u64 > *most) {
            self.add(
                Mark::Value,
                format!("{count} {unit} are too many"),
                format!("at most {most}"),
            );
        }
    }

    fn one_of(&mut self, text: &str, known: &[&str]) {
        if !known.contains(&text) {
            let near = near::nearest(text, known.iter().copied())
                .map(|n| format!("did you mean `{n}`? "))
                .unwrap_or_default();
            self.add(
                Mark::Value,
                format!("unknown value `{}`", brief(text)),
                format!("{near}one of {}", near::list(known)),
            );
        }
    }

    fn wrong_type(&mut self, node: &Node, kinds: &[&str]) {
        let mut names: Vec<&str> = kinds.iter().map(|kind| named(kind)).collect();
        names.dedup();
        let advice = match kinds {
            [kind, ..]
                if *kind == "string"
                    && !matches!(node.value, Value::Table(_) | Value::Array(_)) =>
            {
                "put it in quotes"
            }
            ["boolean"] => "write true or false, without quotes",
            ["integer" | "number"] => "write a plain number, without quotes",
            ["array"] => "put it in [ ], or for tables write a [[header]]",
            ["object"] => "write a [header] with keys below, or { key = value }",
            _ => "",
        };
        self.add(
            Mark::Value,
            format!("expected {}, found {}", names.join(" or "), found(&node.value)),
            advice.to_owned(),
        );
    }

    fn add(&mut self, mark: Mark, what: String, advice: String) {
        self.found.push(Found {
            fault: Fault { path: self.path.clone(), what, advice: advice.trim().to_owned() },
            mark,
        });
    }

    fn resolve(&self, mut schema: &'s Json) -> &'s Json {
        for _ in 0..16 {
            let target = schema["$ref"]
                .as_str()
                .and_then(|r| r.strip_prefix('#'))
                .and_then(|pointer| self.root.pointer(pointer));
            match target {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }
}

/// The first characters of a hostile name.
fn brief(text: &str) -> String {
    text.chars().take(80).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::JsonSchema;

    use super::super::tree;
    use super::*;

    /// Shapes that data files may use.
    #[derive(JsonSchema)]
    #[schemars(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Data {
        weight: Option<u8>,
        scale: Option<f32>,
        rules: Option<Vec<Rule>>,
        names: Option<BTreeMap<String, Vec<String>>>,
        plain: Option<Plain>,
    }

    #[derive(JsonSchema)]
    #[schemars(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
    #[allow(dead_code)]
    enum Rule {
        Attribute { attribute: String },
        Heading,
    }

    #[derive(JsonSchema)]
    #[schemars(rename_all = "kebab-case")]
    #[allow(dead_code)]
    enum Plain {
        /// One.
        FirstOne,
        /// Other.
        Other(u8),
    }

    #[test]
    fn faults_by_path() {
        let schema = schemars::schema_for!(Data).to_value();
        for (text, wanted) in [
            (
                "weight = 255\nscale = 1\nplain = 'first-one'\n\
                 rules = [{ by = 'heading' }, { by = 'attribute', attribute = 'id' }]",
                vec![],
            ),
            ("weight = 256", vec!["weight number too large"]),
            ("weight = 99999999999999999999", vec!["weight number too large"]),
            ("weight = -1", vec!["weight number too small"]),
            ("weight = 1.5", vec!["weight expected an integer, found a float"]),
            ("scale = 'x'", vec!["scale expected a number, found a string"]),
            (
                "rules = [{ by = 'heading' }, { by = 'headin' }]",
                vec!["rules.1.by unknown value `headin`"],
            ),
            (
                "rules = [{ attribute = 'id' }, 1]",
                vec!["rules.0.by missing key `by`", "rules.1 expected a table, found an integer"],
            ),
            (
                "rules = [{ by = 'attribute', atribute = 'id' }]",
                vec![
                    "rules.0.atribute unknown key `atribute`",
                    "rules.0.attribute missing key `attribute`",
                ],
            ),
            (
                "names = { any = ['a', 1], other = 2 }",
                vec![
                    "names.any.1 expected a string, found an integer",
                    "names.other expected an array, found an integer",
                ],
            ),
            ("plain = 'second'", vec!["plain unknown value `second`"]),
            ("plain = { other = 300 }", vec!["plain.other number too large"]),
        ] {
            let (node, _) = tree::parse(text);
            let faults: Vec<_> = walk(&node, &schema)
                .into_iter()
                .map(|f| format!("{} {}", f.fault.path.join("."), f.fault.what))
                .collect();
            assert_eq!(faults, wanted, "{text}");
        }
    }
}
