//! The static tree: every feed in every form, byte for byte what the daemon serves.

mod given;
mod manifest;
mod tree;

use std::path::Path;

use tokio::sync::mpsc;

pub use given::{Given, documents};
pub use tree::{Tree, Written};

use super::{Error, Renderer};

/// Documents on their way to whoever writes them.
const UNDER_WAY: usize = 16;

/// Writes every document below `folder` that is another by now, each whole or not at all, and
/// removes what is dead; with its packed forms beside if it is to be `packed`.
///
/// # Errors
///
/// As [`documents`], and when a file of the tree cannot be written.
pub async fn write_tree(
    renderer: &Renderer,
    folder: &Path,
    packed: bool,
) -> Result<Written, Error> {
    let (out, mut taken) = mpsc::channel::<Given>(UNDER_WAY);
    let mut tree = Tree::below(folder, packed)?;
    let held = tree.held();
    let writing = tokio::task::spawn_blocking(move || {
        while let Some(given) = taken.blocking_recv() {
            if let Err(error) = tree.take(given) {
                return (tree, Err(error));
            }
        }
        (tree, Ok(()))
    });
    let given = documents(renderer, &held, out).await;
    let (tree, taken) = writing.await.map_err(|_| Error::Unfinished)?;
    let outcome = taken.and(given);
    let whole = outcome.is_ok();
    let written = tokio::task::spawn_blocking(move || tree.finish(whole))
        .await
        .map_err(|_| Error::Unfinished)?;
    outcome?;
    written
}
