//! The manifest of a static tree: what was written there, so that nothing but that is ever removed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Its name in the tree's folder.
pub(super) const NAME: &str = ".bantin-manifest.json";
/// The largest that is read, in bytes: a million documents.
const LARGEST: u64 = 256 << 20;

/// The files of a tree.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Paths below the folder with the SHA-256 of what was written, in hex.
    files: BTreeMap<String, String>,
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

    /// How many files it lists.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Lists a file with its content.
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        self.list(path.to_owned(), hex(Sha256::digest(bytes).as_slice()));
    }

    /// Lists a file with its digest.
    pub fn list(&mut self, path: String, digest: String) {
        self.files.insert(path, digest);
    }

    /// Paths and digests of files that another manifest does not list.
    pub fn without(self, other: &Self) -> impl Iterator<Item = (String, String)> + use<> {
        let gone: Vec<_> = self.files.into_iter().filter(|(path, _)| !other.files.contains_key(path)).collect();
        gone.into_iter()
    }

    /// As it is written.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

/// Whether a path leads below the folder that it is joined to.
pub(super) fn stays_inside(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Removes a file if it still is what was written, and the folders that this leaves empty; the folder in which something went.
/// Links are not followed: what they lead to is not ours.
pub(super) fn remove(tree: &Path, path: &str, digest: &str) -> io::Result<Option<PathBuf>> {
    if !stays_inside(path) {
        return Ok(None);
    }
    let file = tree.join(path);
    let below = |place: &Path| place != tree && place.starts_with(tree);
    let folders: Vec<&Path> = file.ancestors().skip(1).take_while(|place| below(place)).collect();
    let is = |place: &Path, kind: fn(&fs::Metadata) -> bool| fs::symlink_metadata(place).is_ok_and(|found| kind(&found));
    if !folders.iter().all(|folder| is(folder, fs::Metadata::is_dir)) || !is(&file, fs::Metadata::is_file) || digest_of(&file)? != digest {
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

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
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
        let tree = tree(&[("feeds/a/x.rss", "x"), ("feeds/b/y.rss", "y"), ("feeds/b/notes.txt", "mine")]);
        let at = |path: &str| tree.path().join(path);
        assert_eq!(remove(tree.path(), "feeds/a/x.rss", &digest("x")).unwrap(), Some(at("feeds")));
        assert!(!at("feeds/a").exists());
        assert_eq!(remove(tree.path(), "feeds/b/y.rss", &digest("y")).unwrap(), Some(at("feeds/b")));
        assert_eq!(fs::read_to_string(at("feeds/b/notes.txt")).unwrap(), "mine");
        fs::remove_file(at("feeds/b/notes.txt")).unwrap();
        fs::write(at("feeds/z.rss"), "z").unwrap();
        fs::remove_dir(at("feeds/b")).unwrap();
        assert_eq!(remove(tree.path(), "feeds/z.rss", &digest("z")).unwrap(), Some(tree.path().to_owned()), "never the tree's own folder");
        assert!(tree.path().exists() && !at("feeds").exists());
        assert_eq!(remove(tree.path(), "feeds/z.rss", &digest("z")).unwrap(), None, "it is gone");
    }

    #[test]
    fn nothing_else_ever_goes() {
        let other = tree(&[("x.rss", "x"), ("a/x.rss", "x")]);
        let tree = tree(&[("feeds/x.rss", "changed"), ("feeds/folder.rss/x", "x")]);
        std::os::unix::fs::symlink(other.path().join("x.rss"), tree.path().join("feeds/link.rss")).unwrap();
        std::os::unix::fs::symlink(other.path().join("a"), tree.path().join("feeds/a")).unwrap();
        let outside = format!("../{}/x.rss", other.path().file_name().unwrap().to_str().unwrap());
        let absolute = other.path().join("x.rss").to_str().unwrap().to_owned();
        for path in ["feeds/x.rss", "feeds/folder.rss", "feeds/link.rss", "feeds/a/x.rss", &outside, &absolute, "", "."] {
            assert_eq!(remove(tree.path(), path, &digest("x")).unwrap(), None, "{path}");
        }
        assert!(other.path().join("x.rss").exists() && other.path().join("a/x.rss").exists());
        assert!(tree.path().join("feeds/link.rss").exists() && tree.path().join("feeds/x.rss").exists());
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written_and_anything_else_is_none() {
        let tree = tree(&[]);
        assert_eq!(Manifest::read(tree.path()).unwrap(), None);
        let mut manifest = Manifest::default();
        manifest.add("feeds/a.rss", b"x");
        fs::write(tree.path().join(NAME), manifest.to_json()).unwrap();
        assert_eq!(Manifest::read(tree.path()).unwrap(), Some(manifest));
        for bad in ["", "[]", "{\"files\": [1]}"] {
            fs::write(tree.path().join(NAME), bad).unwrap();
            assert_eq!(Manifest::read(tree.path()).unwrap(), None, "{bad}");
        }
    }
}
