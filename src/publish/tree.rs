//! The static tree: every feed in every form, byte for byte what the daemon serves.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use tokio::sync::mpsc;

use super::finals::Touched;
use super::press::Shelved;
use super::shelf::Effort;
use super::{Error, Press};
use crate::domain::state::chain;

/// Documents on their way to whoever writes them.
const UNDER_WAY: usize = 16;

/// Gives every document with its path, a site at a time; ends early if nobody takes them.
pub async fn documents(press: &Press, out: mpsc::Sender<Shelved>) -> Result<(), Error> {
    let press = Press { effort: Effort::None, ..press.clone() };
    if !press.is_withheld() {
        press.follow_public_url().await?;
    }
    press.fold_changes(&mut Touched::default()).await?;
    let mut unread = 0;
    for site in press.sites() {
        let sections = (0..site.sections.len()).collect::<Vec<_>>();
        give(&out, press.site_shelved(&site, &sections).await?.1).await;
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
            give(&out, document.map(|ready| (path, ready)).into_iter().collect()).await;
        }
    }
    let mut rest = press.forms(press.all().await?).await?;
    rest.extend([press.outlines().await?, press.style()]);
    give(&out, rest).await;
    if unread > 0 { Err(Error::Unread(unread)) } else { Ok(()) }
}

async fn give(out: &mpsc::Sender<Shelved>, documents: Vec<Shelved>) {
    for document in documents {
        // Who takes no more says why.
        out.send(document).await.ok();
    }
}

/// Writes every document below `folder`, each whole or not at all; how many.
pub async fn write_tree(press: &Press, folder: &Path) -> Result<usize, Error> {
    let (out, mut taken) = mpsc::channel::<Shelved>(UNDER_WAY);
    let mut tree = Tree::below(folder);
    let writing = tokio::task::spawn_blocking(move || {
        while let Some((path, ready)) = taken.blocking_recv() {
            tree.put(&path, ready.plain())?;
        }
        tree.finish()
    });
    let given = documents(press, out).await;
    let count = writing.await.map_err(|_| Error::Unfinished)??;
    given.map(|()| count)
}

/// A static tree that is being written.
pub struct Tree {
    folder: PathBuf,
    count: usize,
    /// Folders with new files.
    stirred: BTreeSet<PathBuf>,
}

impl Tree {
    /// The tree below a folder; it is made if need be.
    pub fn below(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), count: 0, stirred: BTreeSet::new() }
    }

    /// Writes a document whole or not at all; `path` is relative and stays below the folder.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let fault = |source| Error::Tree { path: self.folder.join(path), source };
        if !Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(fault(std::io::Error::other("the path leads out of the tree")));
        }
        let inside = replace(&self.folder.join(path), bytes).map_err(fault)?;
        self.stirred.extend(inside);
        self.count += 1;
        Ok(())
    }

    /// Brings what was written to the disk; how many documents there are.
    pub fn finish(self) -> Result<usize, Error> {
        for path in self.stirred {
            File::open(&path).and_then(|folder| folder.sync_all()).map_err(|source| Error::Tree { path, source })?;
        }
        Ok(self.count)
    }
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
