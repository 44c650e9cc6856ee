//! `docs/CONTRACT.md` beside the program: what it names without *not yet* is there, and what is
//! there it names so.

use std::collections::BTreeSet;

use serde_json::Value;
use toml::Table;

use crate::feeds::all_items;
use crate::support::{SAMPLE, SITE, program};

const CONTRACT: &str = include_str!("../../docs/CONTRACT.md");
const NOT_YET: &str = "*not yet*";

/// Flags that the contract says of every command.
const EVERYWHERE: [&str; 4] = ["--config", "--help", "--json", "--version"];
/// What the program has beyond the contract, and why.
const BESIDE: [(&str, &str); 3] = [
    ("help", "clap's own command: `--help` by another name"),
    ("store.url", "kept for the key that comes, and refused as not built in yet"),
    ("archive.url", "kept for the key that comes, and refused as not built in yet"),
];

pub type Names = BTreeSet<String>;

/// What stands in backticks, each with whether *not yet* stands behind it.
fn names(text: &str) -> Vec<(String, bool)> {
    let mut pieces = text.split('`').skip(1);
    let mut found = Vec::new();
    while let Some(name) = pieces.next() {
        let behind = pieces.next().unwrap_or_default();
        found.push((name.replace("\\|", "|"), behind.trim_start().starts_with(NOT_YET)));
    }
    found
}

/// What stands in backticks without *not yet* behind it.
pub fn kept(text: &str) -> impl Iterator<Item = String> {
    names(text).into_iter().filter(|(_, waits)| !waits).map(|(name, _)| name)
}

/// The text of the section of that number.
fn section(number: u8) -> &'static str {
    let start = CONTRACT.find(&format!("\n## {number}. ")).expect("a section of that number");
    let text = &CONTRACT[start + 1..];
    &text[..text.find("\n## ").unwrap_or(text.len())]
}

/// The first and second cells of a section's table, without its head.
fn rows(number: u8) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = section(number).lines().filter(|line| line.starts_with('|'));
    lines.skip(2).map(|line| line[1..].trim().split_once(" | ").expect("two cells"))
}

/// The indented block behind the paragraph that begins with these words, without keys that wait.
fn block(beginning: &str) -> Table {
    let text = section(2);
    let text = &text[text.find(beginning).expect("a paragraph that begins so")..];
    let lines = text.lines().skip_while(|line| !line.starts_with("    "));
    let lines = lines.take_while(|line| line.is_empty() || line.starts_with("    "));
    let waits = |line: &&str| {
        line.split_once("# ")
            .is_some_and(|(key, comment)| !key.trim().is_empty() && comment.starts_with(NOT_YET))
    };
    lines.filter(|line| !waits(line)).collect::<Vec<_>>().join("\n").parse().expect("TOML")
}

fn keys_of_table(table: &Table, above: &str, keys: &mut Names) {
    for (key, value) in table {
        let path = format!("{above}{key}");
        let item = value.as_array().and_then(|items| items.first()).unwrap_or(value);
        match item.as_table() {
            Some(below) if !below.is_empty() => keys_of_table(below, &format!("{path}."), keys),
            _ => _ = keys.insert(path),
        }
    }
}

fn keys_of_schema(schema: &Value, table: &Value, above: &str, keys: &mut Names) {
    for (key, property) in table["properties"].as_object().expect("a table") {
        let path = format!("{above}{key}");
        let item = property.get("items").unwrap_or(property);
        let target = item["$ref"].as_str().and_then(|to| schema.pointer(to.strip_prefix('#')?));
        match target {
            Some(below) if below["properties"].is_object() => {
                keys_of_schema(schema, below, &format!("{path}."), keys);
            }
            _ => _ = keys.insert(path),
        }
    }
}

fn keys_of_json(value: &Value, keys: &mut Names) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            keys.insert(key.clone());
            keys_of_json(value, keys);
        }),
        Value::Array(items) => items.iter().for_each(|item| keys_of_json(item, keys)),
        _ => {}
    }
}

/// What the program prints.
fn said(args: &[&str]) -> String {
    let output = program().args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The program's commands, out of its help.
pub fn commands() -> Names {
    let help = said(&["--help"]);
    let list = help.split_once("Commands:\n").expect("commands").1;
    let list = list.lines().take_while(|line| !line.is_empty());
    let names = list.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty()).map(Into::into).collect()
}

/// The flags of a command, out of its help.
fn flags(command: &str) -> Names {
    let help = said(&[command, "--help"]);
    let words = help.lines().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("-h, ").unwrap_or(line).split(' ').next()
    });
    words.filter(|word| word.starts_with("--")).map(Into::into).collect()
}

/// That both name the same, but for what the program may have besides.
fn agree(what: &str, contract: &Names, program: &Names) {
    let lacks: Vec<_> = contract.difference(program).collect();
    assert!(lacks.is_empty(), "{what}: the contract names {lacks:?}, which the program lacks");
    let beside: Names = BESIDE.iter().map(|(name, _)| (*name).to_owned()).collect();
    let more: Vec<_> = program.difference(contract).filter(|one| !beside.contains(*one)).collect();
    assert!(more.is_empty(), "{what}: the program has {more:?}, which docs/CONTRACT.md lacks");
}

#[test]
fn it_names_the_programs_commands() {
    let usages = rows(1).flat_map(|(first, _)| kept(first));
    let named = usages.filter_map(|usage| usage.split(' ').next().map(str::to_owned));
    let named = named.filter(|command| !command.starts_with('[')).collect();
    agree("commands", &named, &commands());
}

#[test]
fn it_names_the_flags_of_each_command() {
    let everywhere = EVERYWHERE.map(str::to_owned).into();
    for (first, _) in rows(1).filter(|(first, _)| !names(first)[0].1) {
        let usages: Vec<String> = kept(first).collect();
        let words = usages.iter().flat_map(|usage| usage.split([' ', '[', ']']));
        let named = words.filter(|word| word.starts_with("--")).map(Into::into).collect();
        let command = usages[0].split(' ').next().expect("a command");
        agree(command, &named, &(&flags(command) - &everywhere));
    }
}

#[test]
fn it_names_the_keys_of_the_two_files() {
    for (kind, beginning) in [("bantin", "`config/bantin.toml`"), ("site", "`feeds/NAME.toml`")] {
        let schema: Value = serde_json::from_str(&said(&["check", "--schema", kind])).unwrap();
        let (mut named, mut has) = (Names::new(), Names::new());
        keys_of_table(&block(beginning), "", &mut named);
        keys_of_schema(&schema, &schema, "", &mut has);
        agree(kind, &named, &has);
    }
}

#[test]
fn it_names_the_kinds_of_files_that_have_a_schema() {
    let row = rows(1).find(|(first, _)| first.starts_with("`check ")).expect("a row of `check`").1;
    let list = row.split_once("JSON Schema (").and_then(|(_, list)| list.split_once(')'));
    let named = kept(list.expect("kinds in brackets").0).collect();
    let help = said(&["check", "--help"]).split_whitespace().collect::<Vec<_>>().join(" ");
    let values = help.split_once("[possible values: ").and_then(|(_, list)| list.split_once(']'));
    let has = values.expect("kinds").0.split(", ").map(Into::into).collect();
    agree("kinds", &named, &has);
}

#[test]
fn it_names_the_fields_of_articles_and_of_inspected_pages() {
    let mut has = Names::new();
    all_items(&SAMPLE.tree).iter().for_each(|item| keys_of_json(item, &mut has));
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages/");
    for page in ["sharepoint-2010/list-post-back.html", "liferay-7/article.html"] {
        let told = said(&["inspect", "--json", &format!("{pages}{page}")]);
        keys_of_json(&serde_json::from_str(&told).unwrap(), &mut has);
    }
    let named: Names = kept(section(3)).collect();
    let more: Vec<_> = has.difference(&named).collect();
    assert!(more.is_empty(), "JSON has {more:?}, which docs/CONTRACT.md lacks");
}

#[test]
fn it_names_the_addresses_that_the_daemon_answers() {
    let section = &SAMPLE.portal.truth().sections[0].id;
    let home = SAMPLE.home.copy();
    let daemon = home.daemon();
    for (name, waits) in rows(4).flat_map(|(first, _)| names(first)) {
        let path = name.replace("EXT", "atom").replace("SITE", SITE).replace("SECTION", section);
        let path = path.replace("/N.", "/1.").replace('…', "x");
        let status = daemon.get(&path).status;
        assert_eq!(status, if waits { 404 } else { 200 }, "{name}: not yet is {waits}");
    }
}
