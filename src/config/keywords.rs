//! What the keywords of a JSON Schema say: the kinds and values that it takes, and which values are
//! of a kind.

use serde_json::Value as Json;

use super::tree::Value;

/// The key by whose constant value all of several tables are told apart.
pub(super) fn tag_of<'s>(choices: &[&'s Json]) -> Option<&'s str> {
    let (first, rest) = choices.split_first()?;
    let is_tag = |choice: &Json, key: &str| choice["properties"][key]["const"].is_string();
    let keys = first["properties"].as_object()?.keys().map(String::as_str);
    keys.into_iter().find(|key| {
        is_tag(first, key) && !rest.is_empty() && rest.iter().all(|choice| is_tag(choice, key))
    })
}

/// The items of an array keyword; none if it is not said.
pub(super) fn array<'s>(schema: &'s Json, key: &str) -> Vec<&'s Json> {
    schema.get(key).and_then(Json::as_array).map(|items| items.iter().collect()).unwrap_or_default()
}

/// The types that a schema takes, `null` apart; none: any.
pub(super) fn kinds(schema: &Json) -> Vec<&str> {
    let kinds = match &schema["type"] {
        Json::String(kind) => vec![kind.as_str()],
        Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => vec![],
    };
    kinds.into_iter().filter(|kind| *kind != "null").collect()
}

/// The strings of `enum` or `const`.
pub(super) fn enumerated(schema: &Json) -> Option<Vec<&str>> {
    match (schema["const"].as_str(), schema["enum"].as_array()) {
        (Some(one), _) => Some(vec![one]),
        (None, Some(many)) => Some(many.iter().filter_map(Json::as_str).collect()),
        (None, None) => None,
    }
}

/// Whether a value is of a type.
pub(super) fn fits(value: &Value, kind: &str) -> bool {
    match value {
        Value::String(_) => kind == "string",
        Value::Integer(_) => kind == "integer" || kind == "number",
        Value::Float(_) => kind == "number",
        Value::Boolean(_) => kind == "boolean",
        Value::Array(_) => kind == "array",
        Value::Table(_) => kind == "object",
        Value::Datetime(_) | Value::Broken => false,
    }
}

/// A type, as messages name it.
pub(super) fn named(kind: &str) -> &'static str {
    match kind {
        "string" => "a string",
        "integer" => "an integer",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "an array",
        _ => "a table",
    }
}

/// A value's type, as messages name it.
pub(super) fn found(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Boolean(_) => "a boolean",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "an array",
        Value::Table(_) => "a table",
        Value::Broken => "nothing",
    }
}
