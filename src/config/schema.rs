//! The JSON Schemas of the files, out of the raw shapes that read them.

use std::sync::LazyLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::raw;
use crate::domain::{Engine, Portal};

/// The schema of the daemon's file.
pub(super) static BANTIN: LazyLock<Value> = LazyLock::new(|| generate::<raw::Bantin>("bantin", "bantin.toml"));
/// The schema of a site file.
pub(super) static SITE: LazyLock<Value> = LazyLock::new(|| generate::<raw::Site>("site", "feeds/NAME.toml"));
/// The schema of a portal profile.
pub(super) static PORTAL: LazyLock<Value> = LazyLock::new(|| generate::<Portal>("portal", "portals/NAME.toml"));
/// The schema of an engine.
pub(super) static ENGINE: LazyLock<Value> = LazyLock::new(|| generate::<Engine>("engine", "engines/NAME.toml"));

/// The JSON Schema (draft 2020-12) of `bantin`, `site`, `portal` or `engine`.
pub fn schema(kind: &str) -> Option<Value> {
    match kind {
        "bantin" => Some(BANTIN.clone()),
        "site" => Some(SITE.clone()),
        "portal" => Some(PORTAL.clone()),
        "engine" => Some(ENGINE.clone()),
        _ => None,
    }
}

fn generate<T: JsonSchema>(kind: &str, title: &str) -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("$id".to_owned(), json!(format!("urn:bantin:schema:{kind}")));
        object.insert("title".to_owned(), json!(title));
    }
    schema
}
