//! The manifest of a static tree: what was written there, so that nothing but that is ever removed,
//! and how it stood, so that what is still the same need not be made again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Metadata};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::publish::Held;
use crate::publish::cache::{Coding, hex};

/// Its name in the tree's folder.
pub(super) const NAME: &str = ".bantin-manifest.json";
/// The largest that is read, in bytes: a million documents, or 400,000 with packed forms.
const LARGEST: u64 = 256 << 20;

/// The files of a tree.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Paths below the folder with the SHA-256 of what was written, in hex; packed forms stand
    /// beside their documents.
    files: BTreeMap<String, String>,
    /// The documents among them. The first releases had none, and pass over them.
    #[serde(default)]
    documents: BTreeMap<String, Entry>,
}

/// A document, and how its files stood when they were written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Its tag; empty: not known.
    pub tag: String,
    /// The document itself.
    pub plain: Mark,
    /// Its packed forms by their endings, if it was to have them; where packing brings nothing
    /// there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packed: Option<BTreeMap<String, Mark>>,
}

/// How a file stood: its length, and when it was last changed, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark(u64, i64);

impl Mark {
    /// The mark of a file with that metadata.
    pub fn of(file: &Metadata) -> Self {
        Self(file.len(), file.mtime().wrapping_mul(1_000_000_000).wrapping_add(file.mtime_nsec()))
    }

    /// Whether a plain file stands so.
    fn fits(self, file: &Path) -> bool {
        fs::symlink_metadata(file).is_ok_and(|found| found.is_file() && Self::of(&found) == self)
    }
}

/// The codings of packed forms, with the endings of their files.
pub(super) const PACKED: [(Coding, &str); 3] =
    [(Coding::Gzip, "gz"), (Coding::Brotli, "br"), (Coding::Zstd, "zst")];

/// Where the packed form of the document at `path` stands.
pub(super) fn beside(path: &str, ending: &str) -> String {
    format!("{path}.{ending}")
}

/// The path of the document that a file is, or is a packed form of.
pub(super) fn document_of(path: &str) -> &str {
    PACKED
        .iter()
        .find_map(|(_, ending)| path.strip_suffix(ending)?.strip_suffix('.'))
        .unwrap_or(path)
}

impl Manifest {
    /// The manifest in a folder; `None` if there is none, or none of ours.
    pub fn read(folder: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(folder.join(NAME)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut bytes = Vec::new();
        file.take(LARGEST).read_to_end(&mut bytes)?;
        Ok(serde_json::from_slice(&bytes).ok())
    }

    /// Whether it lists nothing.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// How many documents it lists.
    pub fn documents(&self) -> usize {
        self.documents.len()
    }

    /// Lists a file with its content.
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        self.files.insert(path.to_owned(), hex(Sha256::digest(bytes).as_slice()));
    }

    /// Lists a document whose files are listed.
    pub fn add_document(&mut self, path: String, entry: Entry) {
        self.documents.insert(path, entry);
    }

    /// Lists a file as another manifest does; whether that does.
    pub fn carry(&mut self, other: &Self, path: &str) -> bool {
        let Some((path, digest)) = other.files.get_key_value(path) else { return false };
        self.files.insert(path.clone(), digest.clone());
        true
    }

    /// Lists a document as another manifest does, with its packed forms or without; whether that
    /// does.
    pub fn carry_document(&mut self, other: &Self, path: &str, packed: bool) -> bool {
        let Some(entry) = other.documents.get(path).filter(|_| self.carry(other, path)) else {
            return false;
        };
        let entry = Entry {
            tag: entry.tag.clone(),
            plain: entry.plain,
            packed: entry.packed.clone().filter(|_| packed),
        };
        for ending in entry.packed.iter().flat_map(BTreeMap::keys) {
            self.carry(other, &beside(path, ending));
        }
        self.documents.insert(path.to_owned(), entry);
        true
    }

    /// Lists a file no more; its digest, if it was listed.
    pub fn forget(&mut self, path: &str) -> Option<String> {
        self.files.remove(path)
    }

    /// The paths of files that another manifest does not list.
    pub fn without(&self, other: &Self) -> BTreeSet<String> {
        self.files.keys().filter(|path| !other.files.contains_key(*path)).cloned().collect()
    }

    /// The documents whose files in `folder` stand as they were written, if need be with their
    /// packed forms.
    pub fn held(&self, folder: &Path, packed: bool) -> Held {
        let archived_in =
            |path: &str, mark: Mark| self.files.contains_key(path) && mark.fits(&folder.join(path));
        let beside = |path: &str, entry: &Entry| {
            let forms = entry.packed.as_ref();
            forms.is_some_and(|forms| {
                forms.iter().all(|(ending, mark)| archived_in(&beside(path, ending), *mark))
            })
        };
        let mut held = Held::default();
        for (path, entry) in &self.documents {
            if archived_in(path, entry.plain) && (!packed || beside(path, entry)) {
                held.add(path, &entry.tag);
            }
        }
        held
    }

    /// As it is written.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

/// Whether a path leads below the folder that it is joined to.
pub(super) fn stays_inside(path: &str) -> bool {
    !path.is_empty()
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Removes a file if it still is what was written, and the folders that this leaves empty; the
/// folder in which something went. Links are not followed: what they lead to is not ours.
pub(super) fn remove(tree: &Path, path: &str, digest: &str) -> io::Result<Option<PathBuf>> {
    if !stays_inside(path) {
        return Ok(None);
    }
    let file = tree.join(path);
    let below = |place: &Path| place != tree && place.starts_with(tree);
    let folders: Vec<&Path> = file.ancestors().skip(1).take_while(|place| below(place)).collect();
    let is = |place: &Path, kind: fn(&fs::Metadata) -> bool| {
        fs::symlink_metadata(place).is_ok_and(|found| kind(&found))
    };
    if !folders.iter().all(|folder| is(folder, fs::Metadata::is_dir))
        || !is(&file, fs::Metadata::is_file)
        || digest_of(&file)? != digest
    {
        return Ok(None);
    }
    fs::remove_file(&file)?;
    // One that is not empty is not removed.
    let left = folders.into_iter().find(|folder| fs::remove_dir(folder).is_err());
    Ok(Some(left.unwrap_or(tree).to_owned()))
}

fn digest_of(file: &Path) -> io::Result<String> {
    let mut file = BufReader::with_capacity(64 << 10, File::open(file)?);
    let mut digest = Sha256::new();
    loop {
        let piece = file.fill_buf()?;
        if piece.is_empty() {
            return Ok(hex(digest.finalize().as_slice()));
        }
        digest.update(piece);
        let read = piece.len();
        file.consume(read);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let tree = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let file = tree.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        tree
    }

    fn digest(text: &str) -> String {
        hex(Sha256::digest(text).as_slice())
    }

    #[test]
    fn what_was_written_goes_with_the_folders_that_it_leaves_empty() {
        let tree =
            tree(&[("feeds/a/x.rss", "x"), ("feeds/b/y.rss", "y"), ("feeds/b/notes.txt", "mine")]);
        let at = |path: &str| tree.path().join(path);
        assert_eq!(remove(tree.path(), "feeds/a/x.rss", &digest("x")).unwrap(), Some(at("feeds")));
        assert!(!at("feeds/a").exists());
        assert_eq!(
            remove(tree.path(), "feeds/b/y.rss", &digest("y")).unwrap(),
            Some(at("feeds/b"))
        );
        assert_eq!(fs::read_to_string(at("feeds/b/notes.txt")).unwrap(), "mine");
        fs::remove_file(at("feeds/b/notes.txt")).unwrap();
        fs::write(at("feeds/z.rss"), "z").unwrap();
        fs::remove_dir(at("feeds/b")).unwrap();
        assert_eq!(
            remove(tree.path(), "feeds/z.rss", &digest("z")).unwrap(),
            Some(tree.path().to_owned()),
            "never the tree's own folder"
        );
        assert!(tree.path().exists() && !at("feeds").exists());
        assert_eq!(remove(tree.path(), "feeds/z.rss", &digest("z")).unwrap(), None, "it is gone");
    }

    #[test]
    fn nothing_else_ever_goes() {
        let other = tree(&[("x.rss", "x"), ("a/x.rss", "x")]);
        let tree = tree(&[("feeds/x.rss", "changed"), ("feeds/folder.rss/x", "x")]);
        std::os::unix::fs::symlink(other.path().join("x.rss"), tree.path().join("feeds/link.rss"))
            .unwrap();
        std::os::unix::fs::symlink(other.path().join("a"), tree.path().join("feeds/a")).unwrap();
        let outside = format!("../{}/x.rss", other.path().file_name().unwrap().to_str().unwrap());
        let absolute = other.path().join("x.rss").to_str().unwrap().to_owned();
        for path in [
            "feeds/x.rss",
            "feeds/folder.rss",
            "feeds/link.rss",
            "feeds/a/x.rss",
            &outside,
            &absolute,
            "",
            ".",
        ] {
            assert_eq!(remove(tree.path(), path, &digest("x")).unwrap(), None, "{path}");
        }
        assert!(other.path().join("x.rss").exists() && other.path().join("a/x.rss").exists());
        assert!(
            tree.path().join("feeds/link.rss").exists() && tree.path().join("feeds/x.rss").exists()
        );
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written_and_anything_else_is_none() {
        let tree = tree(&[]);
        assert_eq!(Manifest::read(tree.path()).unwrap(), None);
        let mut manifest = Manifest::default();
        manifest.add("feeds/a.rss", b"x");
        let packed = Some([("gz".to_owned(), Mark(3, -4))].into());
        manifest.add_document(
            "feeds/a.rss".to_owned(),
            Entry { tag: "t".to_owned(), plain: Mark(1, 2), packed },
        );
        fs::write(tree.path().join(NAME), manifest.to_json()).unwrap();
        assert_eq!(Manifest::read(tree.path()).unwrap(), Some(manifest));
        fs::write(tree.path().join(NAME), "{\"files\": {\"feeds/a.rss\": \"0a\"}}").unwrap();
        let first = Manifest::read(tree.path()).unwrap().unwrap();
        assert_eq!(
            (first.files["feeds/a.rss"].as_str(), first.documents()),
            ("0a", 0),
            "as the first releases wrote it"
        );
        for bad in ["", "[]", "{\"files\": [1]}"] {
            fs::write(tree.path().join(NAME), bad).unwrap();
            assert_eq!(Manifest::read(tree.path()).unwrap(), None, "{bad}");
        }
    }
}
