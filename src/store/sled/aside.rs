//! Setting damaged files aside, inside the store's folder, and removing those of long ago: own
//! names only, and no link is followed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::names;

/// Damaged stores that are kept.
const KEPT: usize = 3;

/// Moves the store's files into a new folder `damaged-TIME` inside `folder`, and keeps the last
/// three of these.
///
/// # Errors
///
/// When the folder cannot be read, or a file in it not be moved or removed.
pub fn set_aside(folder: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let own = names::own(folder)?;
    let aside = new_folder(folder, now)?;
    // `db` last: what is left by a stop in between cannot be read either.
    let (data, others): (Vec<_>, Vec<_>) = own.iter().partition(|name| *name == "db");
    others
        .into_iter()
        .chain(data)
        .try_for_each(|name| fs::rename(folder.join(name), aside.join(name)))?;
    File::open(&aside)?.sync_all()?;
    let asides = names::asides(folder)?;
    let surplus = asides.len().saturating_sub(KEPT);
    asides.iter().take(surplus).try_for_each(|name| remove(&folder.join(name)))?;
    File::open(folder)?.sync_all()?;
    Ok(aside)
}

fn new_folder(folder: &Path, now: Timestamp) -> io::Result<PathBuf> {
    for more in 0..1000 {
        let path = folder.join(names::aside(now, more));
        match fs::create_dir(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| path),
        }
    }
    Err(io::Error::other("too many damaged stores within one second"))
}

/// Removes a damaged store; its folder stays if anything else is in it.
fn remove(aside: &Path) -> io::Result<()> {
    for name in names::own(aside)? {
        let path = aside.join(&name);
        if name == names::BLOBS {
            names::blobs(&path)?.iter().try_for_each(|blob| fs::remove_file(path.join(blob)))?;
            remove_empty(&path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    remove_empty(aside)
}

fn remove_empty(folder: &Path) -> io::Result<()> {
    match fs::remove_dir(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
        outcome => outcome,
    }
}
