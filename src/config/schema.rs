//! The JSON Schemas of the files, out of the raw shapes that read them.

use std::sync::LazyLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::raw;
use crate::domain::{Engine, HtmlRules, LegacyFont, ProfileRules, Syllables};

/// The schema of the daemon's file.
pub(super) static BANTIN: LazyLock<Value> =
    LazyLock::new(|| generate::<raw::Bantin>("bantin", "bantin.toml"));
/// The schema of a site file.
pub(super) static SITE: LazyLock<Value> = LazyLock::new(site);
/// The schema of a portal profile.
pub(super) static PORTAL: LazyLock<Value> = LazyLock::new(portal);
/// The schema of an engine.
pub(super) static ENGINE: LazyLock<Value> = LazyLock::new(engine);
/// The schema of a language.
pub(super) static LANGUAGE: LazyLock<Value> = LazyLock::new(language);
/// The schema of letters of old fonts.
pub(super) static LETTERS: LazyLock<Value> =
    LazyLock::new(|| generate::<LegacyFont>("letters", "letters/NAME.toml"));
/// The schema of what a published body may hold.
pub(super) static HTML: LazyLock<Value> =
    LazyLock::new(|| generate::<HtmlRules>("html", "html.toml"));
/// The schema of what pages at large have in common.
pub(super) static WEB: LazyLock<Value> = LazyLock::new(web);

/// The tables of rules that a language has.
const WORDS: [&str; 10] = [
    "dates",
    "edited",
    "tools",
    "labels",
    "authors",
    "body",
    "captions",
    "attachments",
    "players",
    "lists",
];

/// Kinds of files that have a schema.
pub const KINDS: [&str; 8] =
    ["bantin", "site", "portal", "engine", "language", "web", "letters", "html"];

/// The JSON Schema (draft 2020-12) of a kind of file.
pub fn schema(kind: &str) -> Option<Value> {
    match kind {
        "bantin" => Some(BANTIN.clone()),
        "site" => Some(SITE.clone()),
        "portal" => Some(PORTAL.clone()),
        "engine" => Some(ENGINE.clone()),
        "language" => Some(LANGUAGE.clone()),
        "letters" => Some(LETTERS.clone()),
        "html" => Some(HTML.clone()),
        "web" => Some(WEB.clone()),
        _ => None,
    }
}

fn site() -> Value {
    let mut schema = generate::<raw::Site>("site", "feeds/NAME.toml");
    let mut rules = PORTAL.clone();
    share(&mut schema, &rules);
    if let Some(rules) = rules.as_object_mut() {
        rules.retain(|key, _| !matches!(key.as_str(), "$defs" | "$id" | "$schema"));
        rules.insert(
            "description".to_owned(),
            json!(
                "The keys of a portal profile, for this site alone; they go before the portal's."
            ),
        );
    }
    add(&mut schema, [("rules", rules)]);
    schema
}

fn portal() -> Value {
    let mut schema = layered::<ProfileRules>("portal", "portals/NAME.toml");
    let names = json!({ "type": "array", "items": { "type": "string" } });
    let table = |keys: &[(&str, &Value)]| {
        table_of(keys.iter().map(|(key, of)| ((*key).to_owned(), (*of).clone())).collect())
    };
    let by_page = table(&[("page", &json!({ "type": "boolean" })), ("else", &names)]);
    let languages = json!({
        "description": "Languages whose words it is read with, by their files, the first before \
            the next; `{ page = true, else = […] }`: the one that a page says of itself, and these \
            where it says none that has a file.",
        "anyOf": [
            names, by_page, table(&[("only", &names)]), table(&[("add", &names), ("drop", &names)]),
        ]
    });
    add(&mut schema, [("languages", languages)]);
    schema
}

fn engine() -> Value {
    let mut schema = layered::<Engine>("engine", "engines/NAME.toml");
    let rules = layered::<ProfileRules>("portal", "");
    let of_article = |key: &str| rules["properties"][key].clone();
    let beside = [
        (
            "extends",
            json!({
                "description": "The family whose rules it has too; its own go first.",
                "type": "string"
            }),
        ),
        (
            "family",
            json!({
                "description":
                    "What several engines have in common: no page is taken for it alone.",
                "type": "boolean"
            }),
        ),
        ("article", of_article("page")),
        ("roles", of_article("roles")),
        ("images", of_article("images")),
    ];
    add(&mut schema, beside);
    share(&mut schema, &rules);
    schema
}

fn language() -> Value {
    let rules = layered::<ProfileRules>("portal", "");
    let words = of_rules(&rules, &WORDS);
    let mut schema = table(words.clone(), "What people of the language write.");
    let syllables = generate::<Syllables>("syllables", "");
    let syllables = json!({
        "description": syllables["description"], "type": "object",
        "additionalProperties": false, "properties": syllables["properties"]
    });
    let in_blocks = table(
        words,
        "Words that count only where blocks show what they stand in, since elsewhere they mean \
         many things.",
    );
    add(
        &mut schema,
        [
            ("in_blocks", in_blocks),
            ("title", json!({ "description": "What people call it.", "type": "string" })),
            (
                "letters",
                json!({
                    "description": "Old fonts that it was written in, by their files; `syllables` \
                        tell which pages were.",
                    "type": "array",
                    "items": { "type": "string" }
                }),
            ),
            ("syllables", syllables),
        ],
    );
    share(&mut schema, &rules);
    named(schema, "language", "languages/TAG.toml")
}

fn web() -> Value {
    let rules = layered::<ProfileRules>("portal", "");
    let all = of_rules(&rules, &[&WORDS[..], &["images", "mails", "page"]].concat());
    let mut schema = table(all.clone(), "What pages of any language and engine have in common.");
    let ways = [("blocks".to_owned(), table(all.clone(), "")), ("page".to_owned(), table(all, ""))];
    let reading = table(ways.into_iter().collect(), "What goes with each way of `reading`.");
    add(&mut schema, [("reading", reading)]);
    share(&mut schema, &rules);
    named(schema, "web", "web.toml")
}

/// The schema of rules that stand in layers: their lists may say what they change of those below.
fn layered<T: JsonSchema>(kind: &str, title: &str) -> Value {
    const PLAIN: [&str; 1] = ["months"];
    let mut schema = generate::<T>(kind, title);
    let tables = schema["$defs"]
        .as_object_mut()
        .into_iter()
        .flat_map(|defs| defs.iter_mut())
        .map(|(name, table)| (name.clone(), table));
    // What stands in lists is whole by itself.
    let tables: Vec<&mut Value> = tables
        .filter(|(name, _)| !WHOLE.contains(&name.as_str()))
        .map(|(_, table)| table)
        .collect();
    for table in tables {
        changeable(table, &PLAIN);
    }
    changeable(&mut schema, &PLAIN);
    schema
}

/// Tables that stand in lists, or for a value.
const WHOLE: [&str; 6] = ["RoleRule", "Mark", "Shape", "NameRule", "Nesting", "Role"];

/// Lets the lists of a table be changes of those below, but for some.
fn changeable(table: &mut Value, plain: &[&str]) {
    let Some(properties) = table.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    let lists = properties
        .iter_mut()
        .filter(|(key, list)| list["type"] == "array" && !plain.contains(&key.as_str()));
    for (_, list) in lists {
        let change = |keys: &[&str]| {
            table_of(keys.iter().map(|key| ((*key).to_owned(), list.clone())).collect())
        };
        let description = list["description"].clone();
        *list = json!({
            "description": description,
            "anyOf": [list.clone(), change(&["only"]), change(&["add", "drop"])]
        });
    }
}

fn of_rules(rules: &Value, keys: &[&str]) -> Map<String, Value> {
    keys.iter().map(|key| ((*key).to_owned(), rules["properties"][key].clone())).collect()
}

fn table(properties: Map<String, Value>, description: &str) -> Value {
    let mut table = table_of(properties);
    table["description"] = json!(description);
    table
}

fn table_of(properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn add<'k>(schema: &mut Value, properties: impl IntoIterator<Item = (&'k str, Value)>) {
    for (key, property) in properties {
        schema["properties"][key] = property;
    }
}

/// Takes over the tables that another schema names.
fn share(schema: &mut Value, other: &Value) {
    for (name, table) in other["$defs"].as_object().into_iter().flatten() {
        schema["$defs"][name] = table.clone();
    }
}

fn generate<T: JsonSchema>(kind: &str, title: &str) -> Value {
    named(
        SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value(),
        kind,
        title,
    )
}

fn named(mut schema: Value, kind: &str, title: &str) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.insert("$id".to_owned(), json!(format!("urn:bantin:schema:{kind}")));
        object.insert("title".to_owned(), json!(title));
        object.entry("$schema").or_insert(json!("https://json-schema.org/draft/2020-12/schema"));
    }
    schema
}
