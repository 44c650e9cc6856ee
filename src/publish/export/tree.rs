//! A folder that holds every document, and what of it was written before.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::given::Given;
use super::manifest::{self, Entry, Manifest, Mark};
use crate::publish::cache::hard;
use crate::publish::{Error, Held};

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
    ///
    /// # Errors
    ///
    /// When its manifest is there and cannot be read.
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
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or the path leads out of the folder.
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
    ///
    /// # Errors
    ///
    /// When a folder cannot be synced, a dead file not be removed, or the manifest not be written.
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
