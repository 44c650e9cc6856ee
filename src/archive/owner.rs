//! Files that root makes in another user's folder belong to that user, so that the service can go
//! on with them.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

use crate::domain::state::chain;

/// Gives a new file to the owner of its folder, if we may and it is another's.
pub(super) fn keep(file: &File, folder: &Path) {
    let (Ok(of_file), Ok(of_folder)) = (file.metadata(), fs::metadata(folder)) else { return };
    if rustix::process::geteuid().is_root()
        && (of_file.uid(), of_file.gid()) != (of_folder.uid(), of_folder.gid())
        && let Err(cause) = fchown(file, Some(of_folder.uid()), Some(of_folder.gid()))
    {
        tracing::warn!(
            file.path = %folder.display(),
            error = %chain(&cause),
            "a new file could not be given to the owner of its folder"
        );
    }
}
