//! What a final document holds, as it is archived beside it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{known, uuid};
use crate::form::Error;

const ENTRIES: &str = "bantin-entries/1";

/// The entries of a final document.
#[derive(Serialize, Deserialize)]
struct Entries {
    /// `bantin-entries/1`.
    format: String,
    /// The entries in the document's order.
    entries: Vec<Entry>,
}

/// One entry of a final document.
#[derive(Serialize, Deserialize)]
struct Entry {
    /// The article's id, `urn:uuid:…`.
    id: String,
    /// The version that stands in the document.
    version: u32,
}

/// Id and version of each entry of a final document, in its order.
pub fn entries_to_json(entries: &[(Uuid, u32)]) -> Vec<u8> {
    let entries = entries
        .iter()
        .map(|(id, version)| Entry { id: id.urn().to_string(), version: *version })
        .collect();
    serde_json::to_vec_pretty(&Entries { format: ENTRIES.to_owned(), entries }).unwrap_or_default()
}

/// Reads back [`entries_to_json`].
///
/// # Errors
///
/// When it is no JSON of entries, or of another format.
pub fn entries_from_json(bytes: &[u8]) -> Result<Vec<(Uuid, u32)>, Error> {
    let list: Entries = serde_json::from_slice(bytes)?;
    known(&list.format, ENTRIES)?;
    list.entries.into_iter().map(|entry| Ok((uuid(&entry.id)?, entry.version))).collect()
}
