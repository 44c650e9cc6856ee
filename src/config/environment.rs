//! Variables that override keys: `BANTIN_SECTION__KEY`, and `BANTIN_FEEDS`.

use std::path::PathBuf;

use serde_json::Value as Json;

use super::document::Document;
use super::text::Text;
use super::tree::{self, Value};

/// Lets every variable that names a key of a known section override it; other BANTIN_ names are not
/// ours.
pub(super) fn override_with(env: &[(String, String)], schema: &Json, document: &mut Document) {
    for (name, written) in env {
        let Some(path) = name.strip_prefix("BANTIN_").and_then(|rest| path_of(rest, schema)) else {
            continue;
        };
        let text = Text::new(PathBuf::from(name), written.clone());
        let value = match tree::parse_value(written) {
            Some(value @ Value::String(_)) => value,
            Some(value) if !wants_text(&path, schema) => value,
            _ => Value::String(written.clone()),
        };
        document.override_with(path, text, value);
    }
}

fn path_of(rest: &str, schema: &Json) -> Option<Vec<String>> {
    if rest == "FEEDS" {
        return Some(vec!["feeds".to_owned()]);
    }
    let (section, key) = rest.split_once("__")?;
    let (section, key) = (section.to_lowercase(), key.to_lowercase());
    let is_section = section_of(&section, schema).is_some_and(|s| s["properties"].is_object());
    (is_section && !key.is_empty()).then(|| vec![section, key])
}

fn section_of<'s>(section: &str, schema: &'s Json) -> Option<&'s Json> {
    let property = schema["properties"].get(section)?;
    let target = property["$ref"].as_str().and_then(|r| r.strip_prefix('#'));
    target.map_or(Some(property), |pointer| schema.pointer(pointer))
}

/// Whether only a string fits there, so that `2026` is one without quotes.
fn wants_text(path: &[String], schema: &Json) -> bool {
    let key = match path {
        [section, key] => section_of(section, schema).and_then(|s| s["properties"].get(key)),
        _ => path.first().and_then(|key| schema["properties"].get(key)),
    };
    key.is_some_and(|key| key["type"] == "string")
}
