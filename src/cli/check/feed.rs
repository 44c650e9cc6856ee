//! `bantin check --feed SITE`: what strict readers object to in a site's current documents.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::Components;
use crate::cli::console::Console;
use crate::cli::{code, setup, table};

/// Checks the site's documents in open components; exit 1 if there is an objection.
pub async fn with(
    components: &Components,
    name: &str,
    json: bool,
    console: &mut Console,
) -> anyhow::Result<u8> {
    let site = setup::named(&components.sites(), name, console)?;
    // One fault in several documents is told once.
    let mut found: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for (path, objection) in components.renderer.objections(&site).await? {
        found.entry(objection).or_default().insert(path);
    }
    if json {
        let rows: Vec<_> = found
            .iter()
            .map(|(said, documents)| {
                serde_json::json!({
                    "entry": said.entry,
                    "page": said.page,
                    "what": said.what,
                    "readers": said.readers,
                    "advice": said.advice,
                    "documents": documents,
                })
            })
            .collect();
        console.json(&rows)?;
    } else if found.is_empty() {
        console.result(&format!("{name}: nothing that a strict reader objects to"))?;
    } else {
        let mut shown = table::table(
            &["entry", "what", "what readers do", "what to do", "documents"],
            table::width(),
        );
        for (said, documents) in &found {
            let documents = documents.iter().cloned().collect::<Vec<_>>().join("\n");
            let entry = said.entry.iter().chain(&said.page).cloned().collect::<Vec<_>>().join("\n");
            let entry = if entry.is_empty() { "the document" } else { &entry };
            shown.add_row([
                entry,
                &said.what,
                said.readers,
                said.advice.unwrap_or_default(),
                &documents,
            ]);
        }
        console.result(&shown.to_string())?;
    }
    Ok(if found.is_empty() { code::DONE } else { code::FAILED })
}
