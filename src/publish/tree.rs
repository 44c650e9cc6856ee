//! The static tree: every feed in every form, byte for byte what the daemon serves.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::asked::{Asked, archive_path, feed_paths};
use super::manifest::{self, Manifest};
use super::{Error, Press};
use crate::domain::SiteId;
use crate::domain::feed::Scope;
use crate::domain::state::chain;
use crate::render;

/// Documents on their way to whoever writes them.
const UNDER_WAY: usize = 16;

/// What a publication says of a path.
pub enum Given {
    /// Here is its document.
    Document(String, Bytes),
    /// What stands there or below it stays: whether it is gone cannot be told now.
    Kept(String),
}

/// What became of a tree.
#[derive(Debug)]
pub struct Written {
    /// Documents that it holds.
    pub documents: usize,
    /// Files of ours that were dead and are removed.
    pub removed: usize,
    /// Whether there were feeds before that no manifest lists: they are left alone.
    pub unlisted: bool,
}

/// Gives every document with its path, a site at a time; ends early if nobody takes them.
pub async fn documents(press: &Press, out: mpsc::Sender<Given>) -> Result<(), Error> {
    if press.rebuilding.load(Ordering::Acquire) {
        return Err(Error::Rebuilding);
    }
    if press.is_withheld() {
        // What is missing now may come back.
        give(&out, Given::Kept("feeds".to_owned())).await;
    } else {
        press.follow_public_url().await?;
    }
    press.fold_changes().await?;
    // What was folded here is to be served too.
    press.changed.notify_waiters();
    let mut unread = 0;
    for site in press.sites() {
        for path in press.site_paths(&site).await? {
            document(press, &out, path).await?;
        }
        for n in 1..=press.store.feed_state(&site.id).await?.finals {
            unread += usize::from(!final_document(press, &out, &site.id, n).await?);
        }
    }
    let lists = feed_paths(&Scope::All).into_iter().chain([super::SITES.to_owned()]);
    for path in lists {
        document(press, &out, path).await?;
    }
    give(&out, Given::Document(render::STYLE_PATH.to_owned(), Bytes::from_static(render::STYLE.as_bytes()))).await;
    press.save_sheets().await?;
    if unread > 0 { Err(Error::Unread(unread)) } else { Ok(()) }
}

/// Gives the document at a path if there is one.
async fn document(press: &Press, out: &mpsc::Sender<Given>, path: String) -> Result<(), Error> {
    let Some(asked) = Asked::read(&path) else { return Ok(()) };
    if let Some(bytes) = press.document(&path, &asked).await? {
        give(out, Given::Document(path, bytes)).await;
    }
    Ok(())
}

/// Gives a final document; whether it reads.
async fn final_document(press: &Press, out: &mpsc::Sender<Given>, site: &SiteId, n: u32) -> Result<bool, Error> {
    let path = archive_path(site, n);
    let Some(place) = press.store.final_document(site, n).await? else {
        give(out, Given::Kept(path)).await;
        return Ok(true);
    };
    match press.archived(place).await {
        Ok(bytes) => give(out, Given::Document(path, bytes)).await,
        Err(error @ Error::Archive(_)) => {
            tracing::error!(source.id = %site, feed.document = n, error = %chain(&error), "a final document does not read: it is left out");
            return Ok(false);
        }
        Err(error) => return Err(error),
    }
    Ok(true)
}

async fn give(out: &mpsc::Sender<Given>, given: Given) {
    // Who takes no more says why.
    out.send(given).await.ok();
}

/// Writes every document below `folder`, each whole or not at all, and removes what is dead.
pub async fn write_tree(press: &Press, folder: &Path) -> Result<Written, Error> {
    let (out, mut taken) = mpsc::channel::<Given>(UNDER_WAY);
    let mut tree = Tree::below(folder)?;
    let writing = tokio::task::spawn_blocking(move || {
        while let Some(given) = taken.blocking_recv() {
            match given {
                Given::Document(path, bytes) => tree.put(&path, &bytes)?,
                Given::Kept(path) => tree.keep(path),
            }
        }
        Ok::<_, Error>(tree)
    });
    let given = documents(press, out).await;
    let tree = writing.await.map_err(|_| Error::Unfinished)??;
    let whole = given.is_ok();
    let written = tokio::task::spawn_blocking(move || tree.finish(whole)).await.map_err(|_| Error::Unfinished)?;
    given?;
    written
}

/// A static tree that is being written.
pub struct Tree {
    folder: PathBuf,
    /// What was written before; `None` if no manifest says.
    before: Option<Manifest>,
    unlisted: bool,
    written: Manifest,
    kept: Vec<String>,
    /// Folders with new files.
    stirred: BTreeSet<PathBuf>,
}

impl Tree {
    /// The tree below a folder; it is made if need be.
    pub fn below(folder: &Path) -> Result<Self, Error> {
        let before = Manifest::read(folder).map_err(|source| Error::Tree { path: folder.join(manifest::NAME), source })?;
        let unlisted = before.is_none() && ["feeds", "feeds.opml"].iter().any(|name| folder.join(name).exists());
        let (written, kept, stirred) = Default::default();
        Ok(Self { folder: folder.to_owned(), before, unlisted, written, kept, stirred })
    }

    /// Writes a document whole or not at all; `path` is relative and stays below the folder.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let fault = |source| Error::Tree { path: self.folder.join(path), source };
        if !manifest::stays_inside(path) {
            return Err(fault(std::io::Error::other("the path leads out of the tree")));
        }
        let inside = replace(&self.folder.join(path), bytes).map_err(fault)?;
        self.stirred.extend(inside);
        self.written.add(path, bytes);
        Ok(())
    }

    /// Leaves what stands at a path or below it.
    pub fn keep(&mut self, path: String) {
        self.kept.push(path);
    }

    /// Brings what was written to the disk, then removes what was written before and is no part of a whole tree any more; last of all its
    /// manifest is replaced. A tree that is not whole only grows.
    pub fn finish(mut self, whole: bool) -> Result<Written, Error> {
        let documents = self.written.len();
        let mut removed = 0;
        for (path, digest) in self.before.take().unwrap_or_default().without(&self.written) {
            let kept = || self.kept.iter().any(|kept| Path::new(&path).starts_with(kept));
            if !whole || kept() {
                self.written.list(path, digest);
                continue;
            }
            let left = manifest::remove(&self.folder, &path, &digest);
            let left = left.map_err(|source| Error::Tree { path: self.folder.join(&path), source })?;
            removed += usize::from(left.is_some());
            self.stirred.extend(left);
        }
        for path in self.stirred.iter().filter(|path| path.exists()) {
            sync(path)?;
        }
        if self.written.len() > 0 {
            let path = self.folder.join(manifest::NAME);
            let bytes = self.written.to_json();
            if let Some(folder) = replace(&path, &bytes).map_err(|source| Error::Tree { path, source })? {
                sync(&folder)?;
            }
        }
        Ok(Written { documents, removed, unlisted: self.unlisted })
    }
}

fn sync(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|open| open.sync_all()).map_err(|source| Error::Tree { path: folder.to_owned(), source })
}

/// Beside, synced, renamed: a reader sees the old file or the new one. The folder that is to be synced, if the file is another now.
fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<Option<PathBuf>> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    if fs::read(file).is_ok_and(|known| known == bytes) {
        return Ok(None);
    }
    let beside = file.with_extension("new");
    let write = || {
        let mut new = File::create(&beside)?;
        new.write_all(bytes)?;
        new.sync_data()?;
        fs::rename(&beside, file)
    };
    if let Err(fault) = write() {
        fs::remove_file(&beside).ok();
        return Err(fault);
    }
    Ok(Some(folder.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes these documents in a run that keeps some paths.
    fn run(folder: &Path, documents: &[(&str, &str)], kept: &[&str], whole: bool) -> Written {
        let mut tree = Tree::below(folder).unwrap();
        kept.iter().for_each(|path| tree.keep((*path).to_owned()));
        documents.iter().for_each(|(path, text)| tree.put(path, text.as_bytes()).unwrap());
        tree.finish(whole).unwrap()
    }

    #[test]
    fn a_whole_tree_loses_what_is_dead_and_others_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let has = |path: &str| folder.path().join(path).exists();
        let (head, all) = (("feeds/a.atom", "1"), ("feeds/all.atom", "1"));
        let first = run(folder.path(), &[all, head, ("feeds/a/s.atom", "s"), ("feeds/a/archive/1.atom", "f")], &[], true);
        assert_eq!((first.documents, first.removed, first.unlisted), (4, 0, false));
        // What was begun and not ended is listed too.
        assert_eq!(run(folder.path(), &[("feeds/a.atom", "2"), ("feeds/b.atom", "b")], &[], false).removed, 0);
        assert!(has("feeds/all.atom") && has("feeds/a/s.atom"));
        assert_eq!(run(folder.path(), &[all], &["feeds"], true).removed, 0);
        assert_eq!(
            run(folder.path(), &[all], &["feeds/a/archive/1.atom"], true).removed,
            3,
            "a.atom of the run that was broken off, b.atom, a/s.atom"
        );
        assert!(has("feeds/a/archive/1.atom") && !has("feeds/a/s.atom") && !has("feeds/b.atom") && !has("feeds/a.atom"));
        assert_eq!(run(folder.path(), &[all], &[], true).removed, 1);
        assert!(!has("feeds/a") && has("feeds/all.atom"));
    }

    #[test]
    fn a_tree_without_a_manifest_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("feeds")).unwrap();
        fs::write(folder.path().join("feeds/old.atom"), "old").unwrap();
        let written = run(folder.path(), &[("feeds/all.atom", "1")], &[], true);
        assert_eq!((written.removed, written.unlisted), (0, true));
        assert!(!run(folder.path(), &[("feeds/all.atom", "2")], &[], true).unlisted);
        assert!(folder.path().join("feeds/old.atom").exists());
        assert!(Tree::below(folder.path()).unwrap().put("../x", b"x").is_err());
    }
}
