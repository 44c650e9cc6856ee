//! Pages beside what must come out of them: `tests/pages/ENGINE/NAME.html` (or `.txt`, a text
//! capture) and `NAME.json`.
//!
//! An expectation names the page's `url` and one of: `article` (fields of `bantin extract`),
//! `no_article` (a part of the reason), or `list` with what `bantin inspect` says of the page
//! (`engine`, `portal`, `blocks`). What it does not name is not compared; `null` is for what must
//! be absent.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::program;

/// What of `wanted` is another in `found`, field by field.
fn differences(path: &str, wanted: &Value, found: Option<&Value>) -> Vec<String> {
    match (wanted, found.filter(|found| !found.is_null())) {
        (Value::Null, None) => Vec::new(),
        (Value::Object(wanted), Some(Value::Object(found))) => wanted
            .iter()
            .flat_map(|(key, value)| differences(&format!("{path}.{key}"), value, found.get(key)))
            .collect(),
        (Value::Array(wanted), Some(Value::Array(found))) if wanted.len() == found.len() => {
            let items = wanted.iter().zip(found).enumerate();
            items
                .flat_map(|(at, (wanted, found))| {
                    differences(&format!("{path}.{at}"), wanted, Some(found))
                })
                .collect()
        }
        (wanted, Some(found)) if wanted == found => Vec::new(),
        (wanted, found) => vec![format!(
            "{path}\n    wanted {wanted}\n    found  {}",
            found.unwrap_or(&Value::Null)
        )],
    }
}

/// What the program prints and says of a page.
fn said(args: &[&str], url: &str, page: &Path) -> (Option<Value>, String) {
    let ran = program().args(args).args(["--url", url]).arg(page).output().unwrap();
    (serde_json::from_slice(&ran.stdout).ok(), String::from_utf8_lossy(&ran.stderr).into_owned())
}

/// What is not as it must be on a page.
fn faults(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page.with_extension("json"))
        .unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    let wanted: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    let url = wanted["url"].as_str().unwrap();
    if let Some(reason) = wanted["no_article"].as_str() {
        let (article, why) = said(&["extract"], url, page);
        return if article.is_none() && why.contains(reason) {
            Vec::new()
        } else {
            vec![format!(".no_article\n    wanted {reason}\n    found  {why}")]
        };
    }
    if let Some(article) = wanted.get("article") {
        let (found, why) = said(&["extract"], url, page);
        return found.map_or(vec![why], |found| differences("", article, Some(&found)));
    }
    let (found, why) = said(&["inspect", "--json"], url, page);
    let Some(found) = found else { return vec![why] };
    let lists = found["blocks"].as_array().unwrap().iter().find(|block| block["role"] == "listing");
    let of_page = ["engine", "portal", "blocks"]
        .iter()
        .flat_map(|key| differences(&format!(".{key}"), &wanted[*key], found.get(key)));
    of_page.chain(differences(".list", &wanted["list"], lists)).collect()
}

/// The pages below a folder.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { pages(&path) } else { vec![path] };
    let mut pages: Vec<_> = entries
        .flat_map(below)
        .filter(|path| path.extension().is_some_and(|kind| kind != "json"))
        .collect();
    pages.sort();
    pages
}

#[test]
fn each_page_reads_as_the_file_beside_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let told = |page: &PathBuf| {
        let name = page.strip_prefix(&folder).unwrap().display().to_string();
        faults(page).into_iter().map(move |fault| format!("{name}: {fault}")).collect::<Vec<_>>()
    };
    let pages = pages(&folder);
    assert!(pages.len() > 20);
    let faults: Vec<String> = pages.iter().flat_map(told).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
