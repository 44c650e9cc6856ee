//! The daemon's states as people read them, and the files of the archive that are not as they
//! should be.

use super::console::Console;
use super::when::when;
use crate::app::Components;
use crate::domain::state::Missing;
use crate::domain::{State, StateKind};

/// Tells states on standard error: a line each, and one for each file that is missing.
pub fn tell(states: &[State], console: &mut Console) {
    for state in states {
        console.note(&format!(
            "{}, since {}; {}",
            state.line(),
            when(Some(state.since)),
            state.advice
        ));
        for file in &state.files {
            console.note(&format!("  {}", missing(file)));
        }
    }
}

/// `FILE: gone, with 12 articles`.
pub fn missing(file: &Missing) -> String {
    format!("{}: {}, with {} articles", file.file, file.what, articles(file))
}

/// How many articles a file held, where that is known.
pub fn articles(file: &Missing) -> String {
    file.articles.map_or_else(|| "an unknown number of".to_owned(), |articles| articles.to_string())
}

/// The archive's files that are not as they should be.
pub fn missing_files(components: &Components) -> Vec<Missing> {
    components
        .states
        .all()
        .into_iter()
        .filter(|state| state.kind == StateKind::ArchiveIncomplete)
        .flat_map(|state| state.files)
        .collect()
}
