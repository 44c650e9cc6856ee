//! Store, archive and what people wrote lie in folders of their own: none is or holds another.
//!
//! A store that cannot be read is set aside, whole folders at a time; nothing else may ever lie in
//! its way.

use std::path::{Component, Path, PathBuf};

use super::home::Home;
use crate::domain::Fault;

/// Most symbolic links to missing places that are followed in a row.
const LINKS: u8 = 40;

/// The configured folders.
pub(super) struct Folders<'a> {
    pub store: &'a Path,
    pub archive: &'a Path,
    pub feeds: &'a Path,
    pub home: &'a Home,
    /// Whether the archive's folder is named, not a default: then a quarrel with the store's is
    /// told there.
    pub archive_named: bool,
}

impl Folders<'_> {
    /// What is wrong with them, links resolved.
    pub fn faults(&self) -> Vec<Fault> {
        let (store, archive) = (real(self.store, LINKS), real(self.archive, LINKS));
        let mut faults: Vec<_> = self.between(&store, &archive).into_iter().collect();
        faults.extend(self.over("store", &store));
        faults.extend(self.over("archive", &archive));
        faults
    }

    fn between(&self, store: &Path, archive: &Path) -> Option<Fault> {
        let what = match (store.starts_with(archive), archive.starts_with(store)) {
            (true, true) => "store and archive are one folder",
            (true, false) => "the store's folder lies in the archive's",
            (false, true) => "the archive's folder lies in the store's",
            (false, false) => return None,
        };
        let key = if self.archive_named { "archive.path" } else { "store.path" };
        Some(Fault::new(
            key,
            format!("{what}: {} and {}", store.display(), archive.display()),
            "name two folders, neither in the other",
        ))
    }

    /// The first of people's folders that is, or lies in, the folder of the `name`.
    fn over(&self, name: &str, folder: &Path) -> Option<Fault> {
        let theirs = [
            (&*self.home.beside, "bantin.toml"),
            (&*self.home.folder, "home"),
            (self.feeds, "the site files"),
        ];
        let (_, whose) =
            theirs.into_iter().find(|(path, _)| real(path, LINKS).starts_with(folder))?;
        let what =
            format!("the {name}'s folder {} is, or holds, the folder of {whose}", folder.display());
        Some(Fault::new(
            &format!("{name}.path"),
            what,
            format!("name a folder of its own, such as \"data/{name}\""),
        ))
    }
}

/// Where a path leads, part by part, as the system would go; what does not exist yet is taken as
/// written.
fn real(path: &Path, links: u8) -> PathBuf {
    let mut place = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                place.pop();
            }
            part => place.push(part),
        }
        if let Ok(whole) = place.canonicalize() {
            place = whole;
        } else if let (Ok(target), 1..) = (place.read_link(), links) {
            place.pop();
            place = real(&place.join(target), links - 1);
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A home `etc` with `feeds`, beside it `out`, a link `way` to `etc`, and a link `none` to a
    /// place that is not there.
    fn place() -> tempfile::TempDir {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(place.path().join("etc/feeds")).unwrap();
        std::fs::create_dir_all(place.path().join("out")).unwrap();
        symlink(place.path().join("etc"), place.path().join("way")).unwrap();
        symlink("out/store/deep", place.path().join("none")).unwrap();
        place
    }

    /// The folders of store, archive and feeds, and how the faults begin.
    const CASES: &[(&str, &str, &str, &[&str])] = &[
        ("data/store", "data/archive", "feeds", &[]),
        (
            "../out/store",
            "../out",
            "feeds",
            &["archive.path the store's folder lies in the archive's"],
        ),
        (
            "../state",
            "../state/archive",
            "feeds",
            &["archive.path the archive's folder lies in the store's"],
        ),
        ("data", "data", "feeds", &["archive.path store and archive are one folder"]),
        ("data/x/../one", "data/one/", "feeds", &["archive.path store and archive are one folder"]),
        (
            "../none",
            "../out/store/deep",
            "feeds",
            &["archive.path store and archive are one folder"],
        ),
        (
            "../none",
            "../out/store",
            "feeds",
            &["archive.path the store's folder lies in the archive's"],
        ),
        ("data/storehouse", "data/store", "feeds", &[]),
        (".", "../out", "feeds", &["store.path the store's folder"]),
        ("../way", "../out", "feeds", &["store.path the store's folder"]),
        ("../way/data/store", "data/archive", "feeds", &[]),
        ("feeds", "../out", "feeds", &["store.path the store's folder"]),
        ("../out", "feeds/..", "feeds", &["archive.path the archive's folder"]),
        (
            "../out",
            "..",
            "feeds",
            &[
                "archive.path the store's folder lies in the archive's",
                "archive.path the archive's folder",
            ],
        ),
        ("data/store", "../out", "../out/feeds", &["archive.path the archive's folder"]),
        ("../out", "data/archive", "../out", &["store.path the store's folder"]),
        ("data/store", "data/archive", "data", &[]),
    ];

    #[test]
    fn folders_keep_apart() {
        let place = place();
        let root = place.path();
        let home = Home::of(&root.join("etc/bantin.toml"), &[]);
        for (store, archive, feeds, wanted) in CASES {
            let (store, archive, feeds) = (home.path(store), home.path(archive), home.path(feeds));
            let folders = Folders {
                store: &store,
                archive: &archive,
                feeds: &feeds,
                home: &home,
                archive_named: true,
            };
            let told: Vec<_> = folders
                .faults()
                .iter()
                .map(|fault| format!("{} {}", fault.path.join("."), fault.what))
                .collect();
            assert_eq!(told.len(), wanted.len(), "{:?}: {told:?}", (&store, &archive, &feeds));
            for (told, wanted) in told.iter().zip(*wanted) {
                assert!(told.starts_with(wanted), "{told} is not {wanted}");
            }
        }
    }

    #[test]
    fn the_root_is_nobodys_own() {
        let home = Home::of(Path::new("/etc/bantin/config/bantin.toml"), &[]);
        for (store, told) in [
            ("/", 2),
            ("/etc", 1),
            ("/etc/bantin/config", 1),
            ("/etc/bantin/data/store", 0),
            ("/srv", 0),
        ] {
            let folders = Folders {
                store: Path::new(store),
                archive: Path::new("/var/lib/x"),
                feeds: Path::new("/etc/bantin/feeds"),
                home: &home,
                archive_named: false,
            };
            assert_eq!(folders.faults().len(), told, "{store}");
        }
    }

    #[test]
    fn links_in_a_ring_end() {
        let place = tempfile::tempdir().unwrap();
        symlink("b", place.path().join("a")).unwrap();
        symlink("a", place.path().join("b")).unwrap();
        assert!(real(&place.path().join("a/x"), LINKS).ends_with("x"));
    }
}
