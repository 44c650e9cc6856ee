//! `bantin check --feed SITE`: what strict readers object to in a site's current documents.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::Rooms;
use crate::cli::console::Console;
use crate::cli::{code, setup, table};

/// Checks the site's documents in open rooms; exit 1 if there is an objection.
pub async fn with(rooms: &Rooms, name: &str, json: bool, console: &mut Console) -> anyhow::Result<u8> {
    let site = setup::named(&rooms.sites(), name, console)?;
    // One fault in several documents is told once.
    let mut found: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for (path, objection) in rooms.press.objections(&site).await? {
        found.entry((objection.entry, objection.what)).or_default().insert(path);
    }
    if json {
        let rows: Vec<_> = found
            .iter()
            .map(|((entry, what), documents)| serde_json::json!({ "entry": entry, "what": what, "documents": documents }))
            .collect();
        console.json(&rows)?;
    } else if found.is_empty() {
        console.result(&format!("{name}: nothing that a strict reader objects to"))?;
    } else {
        let mut shown = table::table(&["entry", "what", "documents"], table::width());
        for ((entry, what), documents) in &found {
            let documents = documents.iter().cloned().collect::<Vec<_>>().join("\n");
            shown.add_row([entry.as_deref().unwrap_or("the document"), what, &documents]);
        }
        console.result(&shown.to_string())?;
    }
    Ok(if found.is_empty() { code::DONE } else { code::FAILED })
}
