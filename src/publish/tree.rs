//! The static tree: every feed in every form, byte for byte what the daemon serves.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::{Error, Publisher};

/// Writes every document below `folder`, each whole or not at all; how many.
pub async fn write_tree(publisher: &Publisher, folder: &Path) -> Result<usize, Error> {
    let documents = publisher.documents().await?;
    let count = documents.len();
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || {
        for (path, ready) in documents {
            let file = folder.join(&path);
            replace(&file, ready.plain()).map_err(|source| Error::Tree { path: file, source })?;
        }
        Ok(count)
    })
    .await
    .map_err(|_| Error::Unfinished)?
}

/// Beside, synced, renamed: a reader sees the old file or the new one.
fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    if fs::read(file).is_ok_and(|known| known == bytes) {
        return Ok(());
    }
    let beside = file.with_extension("new");
    let mut new = File::create(&beside)?;
    new.write_all(bytes)?;
    new.sync_data()?;
    fs::rename(&beside, file)?;
    File::open(folder)?.sync_all()
}
