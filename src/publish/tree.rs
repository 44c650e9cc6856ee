//! The static tree: every feed in every form, byte for byte what the daemon serves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::asked::{Asked, archive_path, feed_paths};
use super::manifest::{self, Entry, Manifest, Mark};
use super::sheet::digest;
use super::shelf::{Digest, hard, hex};
use super::{Error, Held, Press};
use crate::domain::SiteId;
use crate::domain::feed::Scope;
use crate::domain::state::chain;
use crate::render;

/// Documents on their way to whoever writes them.
const UNDER_WAY: usize = 16;

/// What a publication says of a path.
pub enum Given {
    /// Here is its document.
    Document {
        /// Its path.
        path: String,
        /// Its tag.
        tag: String,
        /// Its bytes.
        bytes: Bytes,
    },
    /// Its document is the one that is held.
    Same(String),
    /// What stands there or below it stays: whether it is gone cannot be told now.
    Kept(String),
}

/// What became of a tree.
#[derive(Debug)]
pub struct Written {
    /// Documents that it holds.
    pub documents: usize,
    /// Those of which a file was written; the others are as they were.
    pub written: usize,
    /// Files of ours that were dead and are removed.
    pub removed: usize,
    /// Whether there were feeds before that no manifest lists: they are left alone.
    pub unlisted: bool,
}

/// Gives every document with its path, a site at a time, but of those that are held the path alone;
/// ends early if nobody takes them.
pub async fn documents(press: &Press, held: &Held, out: mpsc::Sender<Given>) -> Result<(), Error> {
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
        if out.is_closed() {
            return Ok(());
        }
        for path in press.site_paths(&site).await? {
            document(press, held, &out, &path).await?;
        }
        for n in 1..=press.store.feed_state(&site.id).await?.finals {
            unread += usize::from(!final_document(press, held, &out, &site.id, n).await?);
        }
        press.save_many_sheets().await?;
    }
    let lists = feed_paths(&Scope::All).into_iter().chain([super::SITES.to_owned()]);
    for path in lists {
        document(press, held, &out, &path).await?;
    }
    give(&out, style(held)).await;
    press.save_sheets().await?;
    if unread > 0 { Err(Error::Unread(unread)) } else { Ok(()) }
}

/// Gives the document at a path; whether there is one.
async fn document(
    press: &Press,
    held: &Held,
    out: &mpsc::Sender<Given>,
    path: &str,
) -> Result<bool, Error> {
    let Some(asked) = Asked::read(path) else { return Ok(false) };
    let known = |digest: &Digest| held.has(path, &hex(digest));
    let Some((digest, bytes)) = press.document(path, &asked, known).await? else {
        return Ok(false);
    };
    let path = path.to_owned();
    let given = match bytes {
        Some(bytes) => Given::Document { path, tag: hex(&digest), bytes },
        None => Given::Same(path),
    };
    give(out, given).await;
    Ok(true)
}

/// Gives a final document; whether it reads.
async fn final_document(
    press: &Press,
    held: &Held,
    out: &mpsc::Sender<Given>,
    site: &SiteId,
    n: u32,
) -> Result<bool, Error> {
    let path = archive_path(site, n);
    match document(press, held, out, &path).await {
        Ok(true) => Ok(true),
        // Its record is missing.
        Ok(false) => {
            give(out, Given::Kept(path)).await;
            Ok(true)
        }
        Err(error @ Error::Archive(_)) => {
            tracing::error!(source.id = %site, feed.document = n, error = %chain(&error), "a final document cannot be read: it is left out");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// The style sheet of feeds.
fn style(held: &Held) -> Given {
    let (path, bytes) =
        (render::STYLE_PATH.to_owned(), Bytes::from_static(render::STYLE.as_bytes()));
    let tag = hex(&digest(&bytes));
    if held.has(&path, &tag) { Given::Same(path) } else { Given::Document { path, tag, bytes } }
}

async fn give(out: &mpsc::Sender<Given>, given: Given) {
    // Who takes no more says why.
    out.send(given).await.ok();
}

/// Writes every document below `folder` that is another by now, each whole or not at all, and
/// removes what is dead; with its packed forms beside if it is to be `packed`.
pub async fn write_tree(press: &Press, folder: &Path, packed: bool) -> Result<Written, Error> {
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
    let given = documents(press, &held, out).await;
    let (tree, taken) = writing.await.map_err(|_| Error::Unfinished)?;
    let outcome = taken.and(given);
    let whole = outcome.is_ok();
    let written = tokio::task::spawn_blocking(move || tree.finish(whole))
        .await
        .map_err(|_| Error::Unfinished)?;
    outcome?;
    written
}

/// A static tree that is being written.
pub struct Tree {
    folder: PathBuf,
    /// Whether packed forms are to stand beside.
    packed: bool,
    /// What was written before.
    before: Manifest,
    /// What it holds now.
    now: Manifest,
    kept: Vec<String>,
    /// Folders in which something changed.
    stirred: BTreeSet<PathBuf>,
    written: usize,
    removed: usize,
    unlisted: bool,
}

impl Tree {
    /// The tree below a folder; it is made if need be.
    pub fn below(folder: &Path, packed: bool) -> Result<Self, Error> {
        let before = Manifest::read(folder)
            .map_err(|source| Error::Tree { path: folder.join(manifest::NAME), source })?;
        let unlisted = before.is_none()
            && ["feeds", "feeds.opml"].iter().any(|name| folder.join(name).exists());
        let (now, kept, stirred, written, removed) = Default::default();
        Ok(Self {
            folder: folder.to_owned(),
            packed,
            before: before.unwrap_or_default(),
            now,
            kept,
            stirred,
            written,
            removed,
            unlisted,
        })
    }

    /// The documents that stand there as they were written.
    pub fn held(&self) -> Held {
        self.before.held(&self.folder, self.packed)
    }

    /// Does what a publication says of a path.
    pub fn take(&mut self, given: Given) -> Result<(), Error> {
        match given {
            Given::Document { path, tag, bytes } => self.put(path, tag, &bytes)?,
            Given::Same(path) if self.now.carry_document(&self.before, &path, self.packed) => {}
            Given::Same(path) => {
                return Err(self.fault(
                    &path,
                    std::io::Error::other("it is said to be there, and is not listed"),
                ));
            }
            Given::Kept(path) => self.kept.push(path),
        }
        Ok(())
    }

    /// Writes a document; its path is relative and stays below the folder.
    fn put(&mut self, path: String, tag: String, bytes: &[u8]) -> Result<(), Error> {
        if !manifest::stays_inside(&path) {
            return Err(self.fault(&path, std::io::Error::other("the path leads out of the tree")));
        }
        let (plain, mut is_new) = self.write(&path, bytes)?;
        let mut marks = BTreeMap::new();
        let forms = if self.packed { packed(bytes) } else { Default::default() };
        for ((_, ending), form) in manifest::PACKED.into_iter().zip(forms) {
            let file = manifest::beside(&path, ending);
            match form {
                Some(form) => {
                    let (mark, changed) = self.write(&file, &form)?;
                    marks.insert(ending.to_owned(), mark);
                    is_new |= changed;
                }
                // One that is left would be of other bytes.
                None => self.discard(&file)?,
            }
        }
        self.written += usize::from(is_new);
        self.now.add_document(path, Entry { tag, plain, packed: self.packed.then_some(marks) });
        Ok(())
    }

    /// Writes a file whole or not at all; how it stands, and whether it is another now.
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(Mark, bool), Error> {
        let file = self.folder.join(path);
        let (mark, changed) = replace(&file, bytes).map_err(|source| self.fault(path, source))?;
        self.stirred.extend(file.parent().filter(|_| changed).map(Path::to_owned));
        self.now.add(path, bytes);
        Ok((mark, changed))
    }

    /// Removes a file if it was written before and is as it was.
    fn discard(&mut self, path: &str) -> Result<(), Error> {
        let Some(digest) = self.before.forget(path) else { return Ok(()) };
        let left = manifest::remove(&self.folder, path, &digest)
            .map_err(|source| self.fault(path, source))?;
        self.removed += usize::from(left.is_some());
        self.stirred.extend(left);
        Ok(())
    }

    fn fault(&self, path: &str, source: std::io::Error) -> Error {
        Error::Tree { path: self.folder.join(path), source }
    }

    /// Brings what was written to the disk, then removes what was written before and is no part of
    /// a whole tree any more; last of all its manifest is replaced. A tree that is not whole only
    /// grows.
    pub fn finish(mut self, whole: bool) -> Result<Written, Error> {
        let documents = self.now.documents();
        for path in self.before.without(&self.now) {
            let kept = || {
                self.kept
                    .iter()
                    .any(|kept| Path::new(manifest::document_of(&path)).starts_with(kept))
            };
            if whole && !kept() {
                self.discard(&path)?;
            } else if !self.now.carry_document(&self.before, &path, true) {
                self.now.carry(&self.before, &path);
            }
        }
        for path in self.stirred.iter().filter(|path| path.exists()) {
            sync(path)?;
        }
        if !self.now.is_empty() {
            let path = self.folder.join(manifest::NAME);
            let (_, changed) = replace(&path, &self.now.to_json())
                .map_err(|source| self.fault(manifest::NAME, source))?;
            if changed {
                sync(&self.folder)?;
            }
        }
        Ok(Written {
            documents,
            written: self.written,
            removed: self.removed,
            unlisted: self.unlisted,
        })
    }
}

/// A document's packed forms in the order of [`manifest::PACKED`], made side by side; `None` where
/// that brings nothing.
fn packed(bytes: &[u8]) -> [Option<Vec<u8>>; 3] {
    std::thread::scope(|scope| {
        let packing = manifest::PACKED.map(|(coding, _)| scope.spawn(move || hard(bytes, coding)));
        packing.map(|form| form.join().unwrap_or_default())
    })
}

fn sync(folder: &Path) -> Result<(), Error> {
    File::open(folder)
        .and_then(|open| open.sync_all())
        .map_err(|source| Error::Tree { path: folder.to_owned(), source })
}

/// Beside, synced, renamed: a reader sees the old file or the new one. How it stands, and whether
/// it is another now.
fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<(Mark, bool)> {
    fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    if let Some(mark) = same(file, bytes) {
        return Ok((mark, false));
    }
    let beside = file.with_extension("new");
    let write = || {
        let mut new = File::create(&beside)?;
        new.write_all(bytes)?;
        new.sync_data()?;
        let mark = Mark::of(&new.metadata()?);
        fs::rename(&beside, file).map(|()| (mark, true))
    };
    write().inspect_err(|_| _ = fs::remove_file(&beside))
}

/// How a file stands that has these bytes.
fn same(file: &Path, bytes: &[u8]) -> Option<Mark> {
    let known = fs::metadata(file)
        .ok()
        .filter(|known| known.is_file() && known.len() == bytes.len() as u64)?;
    fs::read(file).is_ok_and(|known| known == bytes).then(|| Mark::of(&known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(path: &str, text: &str) -> Given {
        Given::Document {
            path: path.to_owned(),
            tag: text.to_owned(),
            bytes: Bytes::from(text.to_owned()),
        }
    }

    /// Writes these documents in a run that keeps some paths.
    fn run(folder: &Path, documents: &[(&str, &str)], kept: &[&str], whole: bool) -> Written {
        let mut tree = Tree::below(folder, false).unwrap();
        kept.iter().for_each(|path| tree.take(Given::Kept((*path).to_owned())).unwrap());
        documents.iter().for_each(|(path, text)| tree.take(document(path, text)).unwrap());
        tree.finish(whole).unwrap()
    }

    /// Writes of these documents those that are not held; what became of it, and how many were
    /// held.
    fn again(
        folder: &Path,
        documents: &[(&str, &str)],
        packed: bool,
        whole: bool,
    ) -> (Written, usize) {
        let mut tree = Tree::below(folder, packed).unwrap();
        let held = tree.held();
        let mut same = 0;
        for (path, text) in documents {
            let is_held = held.has(path, text);
            same += usize::from(is_held);
            tree.take(if is_held { Given::Same((*path).to_owned()) } else { document(path, text) })
                .unwrap();
        }
        (tree.finish(whole).unwrap(), same)
    }

    /// The files below a folder.
    fn files(folder: &Path) -> BTreeSet<String> {
        let read = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        read.filter(|name| name != manifest::NAME).collect()
    }

    #[test]
    fn a_whole_tree_loses_what_is_dead_and_others_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let has = |path: &str| folder.path().join(path).exists();
        let (head, all) = (("feeds/a.atom", "1"), ("feeds/all.atom", "1"));
        let first = run(
            folder.path(),
            &[all, head, ("feeds/a/s.atom", "s"), ("feeds/a/archive/1.atom", "f")],
            &[],
            true,
        );
        assert_eq!((first.documents, first.removed, first.unlisted), (4, 0, false));
        // What was begun and not ended is listed too.
        assert_eq!(
            run(folder.path(), &[("feeds/a.atom", "2"), ("feeds/b.atom", "b")], &[], false).removed,
            0
        );
        assert!(has("feeds/all.atom") && has("feeds/a/s.atom"));
        assert_eq!(run(folder.path(), &[all], &["feeds"], true).removed, 0);
        assert_eq!(
            run(folder.path(), &[all], &["feeds/a/archive/1.atom"], true).removed,
            3,
            "a.atom of the run that was broken off, b.atom, a/s.atom"
        );
        assert!(
            has("feeds/a/archive/1.atom")
                && !has("feeds/a/s.atom")
                && !has("feeds/b.atom")
                && !has("feeds/a.atom")
        );
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
        assert!(Tree::below(folder.path(), false).unwrap().take(document("../x", "x")).is_err());
        assert!(
            Tree::below(folder.path(), false)
                .unwrap()
                .take(Given::Same("feeds/old.atom".to_owned()))
                .is_err()
        );
    }

    #[test]
    fn only_what_does_not_stand_as_it_was_written_is_given_again() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        let [a, b, c] = [("a.atom", "one"), ("b.atom", "two"), ("c.atom", "three")];
        let figures = |(written, same): (Written, usize)| {
            (written.documents, written.written, written.removed, same)
        };
        assert_eq!(figures(again(folder.path(), &[a, b, c], false, true)), (3, 3, 0, 0));
        assert_eq!(figures(again(folder.path(), &[a, b, c], false, true)), (3, 0, 0, 3));
        // Another length, another time of change, gone, a link: whatever others did.
        let touch = |path: &str| {
            File::options()
                .write(true)
                .open(at(path))
                .unwrap()
                .set_modified(std::time::SystemTime::UNIX_EPOCH)
                .unwrap()
        };
        fs::write(at("a.atom"), "longer").unwrap();
        fs::write(at("b.atom"), "owt").unwrap();
        touch("b.atom");
        fs::remove_file(at("c.atom")).unwrap();
        assert_eq!(figures(again(folder.path(), &[a, b, c], false, true)), (3, 3, 0, 0));
        touch("a.atom");
        fs::rename(at("b.atom"), at("elsewhere")).unwrap();
        std::os::unix::fs::symlink(at("elsewhere"), at("b.atom")).unwrap();
        assert_eq!(
            figures(again(folder.path(), &[a, b, ("c.atom", "THREE")], false, true)),
            (3, 1, 0, 0)
        );
        assert_eq!(
            ["a.atom", "b.atom", "c.atom"].map(|path| fs::read_to_string(at(path)).unwrap()),
            ["one", "two", "THREE"]
        );
        assert_eq!(
            figures(again(folder.path(), &[a], false, true)),
            (1, 0, 1, 1),
            "a link is not ours"
        );
        // A run that is not whole loses nothing of what it was not told of.
        assert_eq!(
            figures(again(folder.path(), &[("d.atom", "four")], false, false)),
            (1, 1, 0, 0)
        );
        assert_eq!(
            figures(again(folder.path(), &[a, ("d.atom", "four")], false, true)),
            (2, 0, 0, 2)
        );
    }

    #[test]
    fn packed_forms_stand_and_fall_with_their_documents() {
        let folder = tempfile::tempdir().unwrap();
        let (long, longer) = ("long ".repeat(200), "longer ".repeat(200));
        let (a, b, small) =
            (("a.atom", long.as_str()), ("b.atom", longer.as_str()), ("s.atom", "small"));
        let with = |paths: &[&str], plain: &[&str]| -> BTreeSet<String> {
            let forms = paths.iter().flat_map(|path| {
                [
                    format!("{path}.gz"),
                    format!("{path}.br"),
                    format!("{path}.zst"),
                    (*path).to_owned(),
                ]
            });
            forms.chain(plain.iter().map(|path| (*path).to_owned())).collect()
        };
        let (written, same) = again(folder.path(), &[a, b, small], true, true);
        assert_eq!((written.documents, written.written, same), (3, 3, 0));
        assert_eq!(files(folder.path()), with(&["a.atom", "b.atom"], &["s.atom"]));
        assert_eq!(
            again(folder.path(), &[a, b, small], true, true).1,
            3,
            "of the small one none is missing"
        );
        fs::remove_file(folder.path().join("a.atom.br")).unwrap();
        fs::write(folder.path().join("b.atom.gz"), "damaged").unwrap();
        let (written, same) = again(folder.path(), &[a, b, small], true, true);
        assert_eq!(
            (written.written, same, files(folder.path())),
            (2, 1, with(&["a.atom", "b.atom"], &["s.atom"]))
        );
        // Of what is written without them none is left, even if the run is broken off; others stay
        // until a whole one.
        let (written, same) = again(folder.path(), &[("a.atom", &longer), b], false, false);
        assert_eq!(
            (written.removed, same, files(folder.path())),
            (3, 1, with(&["b.atom"], &["a.atom", "s.atom"]))
        );
        let (written, same) = again(folder.path(), &[("a.atom", &longer), b, small], false, true);
        assert_eq!(
            (written.removed, same, files(folder.path())),
            (3, 3, with(&[], &["a.atom", "b.atom", "s.atom"]))
        );
        // They go with a document that is gone, and stay with one that is kept.
        again(folder.path(), &[a, b], true, true);
        let mut tree = Tree::below(folder.path(), true).unwrap();
        tree.take(Given::Kept("b.atom".to_owned())).unwrap();
        assert_eq!(
            (tree.finish(true).unwrap().removed, files(folder.path())),
            (4, with(&["b.atom"], &[]))
        );
        assert_eq!(again(folder.path(), &[b], true, true).1, 1);
    }
}
