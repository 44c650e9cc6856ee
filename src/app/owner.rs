//! What root makes in another user's folder belongs to that user, so that the service can go on
//! with it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use crate::domain::state::chain;

/// Folders that are handed over when components are open, and once more when they are closed.
pub(super) struct Owner(Vec<PathBuf>);

impl Owner {
    /// Hands the folders over now, and at the end.
    pub fn of(folders: Vec<PathBuf>) -> Self {
        let owner = Self(folders);
        owner.hand_over();
        owner
    }

    fn hand_over(&self) {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        for folder in &self.0 {
            if let Err(error) = folder_to(folder) {
                tracing::warn!(
                    file.path = %folder.display(),
                    error = %chain(&error),
                    "new files could not be given to the owner of their folder"
                );
            }
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.hand_over();
    }
}

/// Gives a folder of root's to the owner of the folder that it is in, and what root made in it to
/// its owner.
fn folder_to(folder: &Path) -> io::Result<()> {
    let parent = fs::metadata(folder.parent().unwrap_or(folder))?;
    give(folder, (parent.uid(), parent.gid()))?;
    inside(folder)
}

fn inside(folder: &Path) -> io::Result<()> {
    let of_folder = fs::symlink_metadata(folder)?;
    if of_folder.uid() == 0 {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() || kind.is_file() {
            give(&entry.path(), (of_folder.uid(), of_folder.gid()))?;
        }
        if kind.is_dir() {
            inside(&entry.path())?;
        }
    }
    Ok(())
}

/// Never through a link, and no file that stands elsewhere too.
fn give(path: &Path, (user, group): (u32, u32)) -> io::Result<()> {
    let file: File = match OpenOptions::new()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
    {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let known = file.metadata()?;
    if user == 0 || known.uid() != 0 || (known.is_file() && known.nlink() > 1) {
        return Ok(());
    }
    fchown(&file, Some(user), Some(group))
}
