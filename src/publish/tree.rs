//! The static tree: every feed in every form, byte for byte what the daemon serves.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::finals::Touched;
use super::press::Shelved;
use super::shelf::Effort;
use super::{Error, Press};
use crate::domain::state::chain;

/// Writes every document below `folder`, each whole or not at all, a site at a time; how many.
pub async fn write_tree(press: &Press, folder: &Path) -> Result<usize, Error> {
    let press = Press { effort: Effort::None, ..press.clone() };
    if !press.is_withheld() {
        press.follow_public_url().await?;
    }
    press.fold_changes(&mut Touched::default()).await?;
    let (mut count, mut unread) = (0, 0);
    for site in press.sites() {
        let sections = (0..site.sections.len()).collect::<Vec<_>>();
        count += write(folder, press.site_shelved(&site, &sections).await?.1).await?;
        for n in 1..=press.store.feed_state(&site.id).await?.finals {
            let document = match press.final_document(&site.id, n).await {
                Err(error @ Error::Archive(_)) => {
                    tracing::error!(source.id = %site.id, feed.document = n, error = %chain(&error), "a final document does not read: it is left out");
                    unread += 1;
                    continue;
                }
                document => document?,
            };
            let path = format!("feeds/{}/archive/{n}.atom", site.id);
            count += write(folder, document.map(|ready| (path, ready)).into_iter().collect()).await?;
        }
    }
    let mut rest = press.forms(press.all().await?).await?;
    rest.push(press.outlines().await?);
    count += write(folder, rest).await?;
    if unread > 0 { Err(Error::Unread(unread)) } else { Ok(count) }
}

async fn write(folder: &Path, documents: Vec<Shelved>) -> Result<usize, Error> {
    let (count, folder) = (documents.len(), folder.to_owned());
    let outcome = tokio::task::spawn_blocking(move || {
        let mut folders = BTreeSet::new();
        for (path, ready) in documents {
            let file = folder.join(&path);
            let inside = replace(&file, ready.plain()).map_err(|source| Error::Tree { path: file.clone(), source })?;
            folders.extend(inside);
        }
        for path in folders {
            File::open(&path).and_then(|folder| folder.sync_all()).map_err(|source| Error::Tree { path, source })?;
        }
        Ok(count)
    });
    outcome.await.map_err(|_| Error::Unfinished)?
}

/// Beside, synced, renamed: a reader sees the old file or the new one. The folder that is to be synced, if the file is another now.
fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<Option<PathBuf>> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    if fs::read(file).is_ok_and(|known| known == bytes) {
        return Ok(None);
    }
    let beside = file.with_extension("new");
    let mut new = File::create(&beside)?;
    new.write_all(bytes)?;
    new.sync_data()?;
    fs::rename(&beside, file)?;
    Ok(Some(folder.to_owned()))
}
