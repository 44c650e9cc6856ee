//! Packed forms on the disk: a cache that may be deleted, damaged or full at any moment, and is
//! bounded in bytes.
//!
//! A file is the bytes as sent, then what they are of, then a checksum of both. One that does not
//! check is none.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use xxhash_rust::xxh3::xxh3_64;

use super::about::{Coding, Digest};
use super::gzip::{Packed, Parcel};

/// The end of every file: who wrote it, and in which form.
const MARK: [u8; 8] = *b"bantin\0\x01";
/// Bytes of the fixed end: length of the description, checksum, mark.
const END: usize = 4 + 8 + MARK.len();

/// Packed documents in a folder.
#[derive(Debug)]
pub struct Disk {
    folder: PathBuf,
    limit: u64,
    /// Bytes that lie there, once they were counted.
    held: Mutex<Option<u64>>,
}

/// The description of the bytes.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    digest: Digest,
    parcel: Parcel,
}

impl Disk {
    /// At most `limit` bytes in `folder`, which is made when something is kept there.
    pub fn new(folder: PathBuf, limit: u64) -> Self {
        Self { folder, limit, held: Mutex::default() }
    }

    /// The form of the document at `path`, and of which bytes it is. Blocks.
    pub fn read(&self, path: &str, coding: Coding) -> Option<(Digest, Packed)> {
        let mut bytes = fs::read(self.file(path, coding)).ok()?;
        let (rest, mark) = bytes.split_last_chunk::<{ MARK.len() }>()?;
        let (rest, sum) = rest.split_last_chunk()?;
        if *mark != MARK || xxh3_64(rest) != u64::from_le_bytes(*sum) {
            return None;
        }
        let (rest, told) = rest.split_last_chunk()?;
        let length = rest.len().checked_sub(u32::from_le_bytes(*told) as usize)?;
        let told: Told = postcard::from_bytes(rest.get(length..)?).ok()?;
        bytes.truncate(length);
        Some((told.digest, Packed { bytes, parcel: told.parcel }))
    }

    /// Keeps a form. What cannot be written is not kept. Blocks.
    pub fn write(&self, path: &str, coding: Coding, digest: Digest, packed: &Packed) {
        let Some(bytes) = written(digest, packed) else { return };
        if self.limit < bytes.len() as u64 {
            return;
        }
        let file = self.file(path, coding);
        let replaced = match replace(&file, &bytes) {
            Ok(replaced) => replaced,
            Err(error) => {
                tracing::debug!(
                    file.path = %file.display(),
                    error = %error,
                    "a packed form is not kept"
                );
                return;
            }
        };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let now = match *held {
            Some(held) => (held + bytes.len() as u64).saturating_sub(replaced),
            None => listed(&self.folder).iter().map(|file| file.bytes).sum(),
        };
        *held = Some(if now > self.limit { self.thin() } else { now });
    }

    /// Bytes that lie there, as far as they were counted.
    pub fn held(&self) -> u64 {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_default()
    }

    /// Removes the oldest files until a tenth is free; the bytes that stay.
    fn thin(&self) -> u64 {
        let mut files = listed(&self.folder);
        files.sort_by_key(|file| file.written);
        let mut held: u64 = files.iter().map(|file| file.bytes).sum();
        for file in files {
            if held <= self.limit / 10 * 9 {
                break;
            }
            if fs::remove_file(&file.path).is_ok() {
                held -= file.bytes;
            }
        }
        held
    }

    fn file(&self, path: &str, coding: Coding) -> PathBuf {
        let digest = Sha256::digest(path.as_bytes());
        let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{name}.{}", coding.token()))
    }
}

fn written(digest: Digest, packed: &Packed) -> Option<Vec<u8>> {
    let told = postcard::to_stdvec(&Told { digest, parcel: packed.parcel.clone() }).ok()?;
    let mut bytes = Vec::with_capacity(packed.bytes.len() + told.len() + END);
    bytes.extend_from_slice(&packed.bytes);
    bytes.extend_from_slice(&told);
    bytes.extend_from_slice(&u32::try_from(told.len()).ok()?.to_le_bytes());
    let sum = xxh3_64(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes.extend_from_slice(&MARK);
    Some(bytes)
}

/// Writes a file over what stands in it; how long that was. Its checksum tells who reads meanwhile,
/// or after a stop, that it is neither the old one nor the new one; to put a new file in its place
/// would have the disk written to at once.
fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<u64> {
    let open = || File::options().write(true).create(true).truncate(false).open(file);
    let mut kept = open().or_else(|_| {
        fs::create_dir_all(file.parent().unwrap_or(Path::new("."))).and_then(|()| open())
    })?;
    let before = kept.metadata()?.len();
    let written = kept.write_all(bytes).and_then(|()| kept.set_len(bytes.len() as u64));
    written.inspect_err(|_| _ = fs::remove_file(file)).map(|()| before)
}

struct Listed {
    path: PathBuf,
    bytes: u64,
    written: SystemTime,
}

/// The files in a folder.
fn listed(folder: &Path) -> Vec<Listed> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let file = |entry: fs::DirEntry| {
        let known = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some(Listed {
            path: entry.path(),
            bytes: known.len(),
            written: known.modified().unwrap_or(SystemTime::UNIX_EPOCH),
        })
    };
    entries.filter_map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(bytes: &[u8]) -> Packed {
        Packed { bytes: bytes.to_vec(), parcel: Parcel::default() }
    }

    #[test]
    fn what_does_not_check_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(folder.path().join("packed"), 1 << 20);
        disk.write("a", Coding::Gzip, [7; 16], &packed(b"bytes"));
        assert_eq!(disk.read("a", Coding::Gzip), Some(([7; 16], packed(b"bytes"))));
        assert_eq!((disk.read("a", Coding::Zstd), disk.read("b", Coding::Gzip)), (None, None));
        let file = disk.file("a", Coding::Gzip);
        let whole = fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&file, &damaged).unwrap();
            let read = disk.read("a", Coding::Gzip);
            assert!(read.is_none(), "a flipped bit at {at}");
            fs::write(&file, &whole[..at]).unwrap();
            assert!(disk.read("a", Coding::Gzip).is_none(), "cut at {at}");
        }
    }

    #[test]
    fn the_oldest_go_when_there_is_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(folder.path().to_owned(), 10_000);
        let write = |n: usize| {
            disk.write(&n.to_string(), Coding::Brotli, [0; 16], &packed(&[0; 900]));
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(n as u64);
            File::open(disk.file(&n.to_string(), Coding::Brotli))
                .unwrap()
                .set_modified(time)
                .unwrap();
        };
        (0..30).for_each(write);
        let there: Vec<usize> =
            (0..30).filter(|n| disk.read(&n.to_string(), Coding::Brotli).is_some()).collect();
        assert!(there.len() >= 8 && there.contains(&29) && !there.contains(&0), "{there:?}");
        let bytes: u64 = listed(folder.path()).iter().map(|file| file.bytes).sum();
        assert_eq!(disk.held(), bytes);
        assert!(bytes <= 10_000);
    }
}
