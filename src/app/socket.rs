//! Where the control socket stands: in the store's folder, or where a path is short enough for a
//! socket, with a link to it in the store's folder (CONTRACT section 1).

use std::fs::{self, DirBuilder, Permissions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

/// The longest path of a socket, in bytes (unix(7)).
const LONGEST: usize = 107;
/// The socket's name in the store's folder.
const SOCKET: &str = "control.sock";
/// The link's name there.
const LINK: &str = "control.path";

/// Where the daemon with that store listens, if one runs.
pub fn found(store: &Path) -> PathBuf {
    let own = store.join(SOCKET);
    if fits(&own) {
        own
    } else {
        fs::read_link(store.join(LINK)).unwrap_or_else(|_| store.join(LINK))
    }
}

/// Listens for the owner alone (mode 0600); a socket left by a dead daemon is replaced.
pub fn listen(store: &Path) -> io::Result<UnixListener> {
    remove(&store.join(LINK))?;
    let own = store.join(SOCKET);
    if fits(&own) {
        return bind(&own);
    }
    let path = elsewhere(store)?;
    let listener = bind(&path)?;
    symlink(&path, store.join(LINK))?;
    Ok(listener)
}

/// Takes the socket away.
pub fn forget(store: &Path) {
    fs::remove_file(found(store)).ok();
    fs::remove_file(store.join(LINK)).ok();
}

fn bind(path: &Path) -> io::Result<UnixListener> {
    remove(path)?;
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn fits(path: &Path) -> bool {
    path.as_os_str().as_bytes().len() <= LONGEST
}

/// A short path of that store: in `$RUNTIME_DIRECTORY`, else in a folder of ours below the
/// temporary one.
fn elsewhere(store: &Path) -> io::Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    store.hash(&mut hasher);
    let name = format!("{:016x}.sock", hasher.finish());
    let runtime = std::env::var_os("RUNTIME_DIRECTORY").filter(|value| !value.is_empty());
    let first = runtime
        .map(|value| PathBuf::from(value.to_string_lossy().split(':').next().unwrap_or_default()));
    let folder = first.filter(|folder| fits(&folder.join(&name))).map_or_else(own_folder, Ok)?;
    let path = folder.join(name);
    if fits(&path) {
        Ok(path)
    } else {
        Err(io::Error::other("no folder for the socket has a path that is short enough"))
    }
}

/// A folder below the temporary one that nobody else can write to or has made.
fn own_folder() -> io::Result<PathBuf> {
    let user = rustix::process::geteuid().as_raw();
    let folder = std::env::temp_dir().join(format!("bantin-{user}"));
    match DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let known = fs::symlink_metadata(&folder)?;
    if known.is_dir() && known.uid() == user && known.mode() & 0o077 == 0 {
        Ok(folder)
    } else {
        Err(io::Error::other(format!("{} is not a folder of this user alone", folder.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::UnixStream;

    #[tokio::test]
    async fn a_socket_is_found_whatever_the_length_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        for store in [folder.path().join("short"), folder.path().join("long".repeat(40))] {
            fs::create_dir_all(&store).unwrap();
            assert!(UnixStream::connect(found(&store)).await.is_err());
            for _ in 0..2 {
                let listener = listen(&store).unwrap();
                let mode = fs::metadata(found(&store)).unwrap().mode();
                assert_eq!(mode & 0o777, 0o600);
                assert!(UnixStream::connect(found(&store)).await.is_ok());
                drop(listener);
            }
            forget(&store);
            assert_eq!(fs::read_dir(&store).unwrap().count(), 0);
        }
    }
}
