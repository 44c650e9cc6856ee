//! What an earlier process left: open files, a torn tail, a head that was never finished.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use jiff::Timestamp;
use rustix::fs::{Advice, fadvise};
use tracing::{error, warn};

use super::member::{Fault, Stretch};
use super::segment::{self, Disk, Name};
use super::writer::{Stream, warcinfo};
use super::{Error, Settings};
use crate::domain::Checkpoint;

/// Takes the stream up where it was left; everything before `since` is known to be whole.
pub(super) fn take_up(settings: &Settings, since: Option<&Checkpoint>, now: Timestamp) -> Result<Stream, Error> {
    let folder = &settings.folder;
    let mut files = segment::list(folder)?;
    if let Some(twin) = files.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Error::Damaged { file: twin[0].0.to_string(), offset: 0, what: "it is there both open and closed".into() });
    }
    let known = |name: Name| since.filter(|since| since.file == name.to_string()).map_or(0, |since| since.offset);
    let newest = files.pop();
    for (name, _) in files.into_iter().filter(|(_, open)| *open) {
        finish(folder, name, known(name))?;
    }
    match newest {
        Some((name, true)) => resume(settings, name, known(name), now),
        Some((name, false)) => create(settings, Name::after(Some(name), now), now),
        None => create(settings, Name::after(None, now), now),
    }
}

/// Starts a file: its first record and its name are on the disk when this returns.
pub(super) fn create(settings: &Settings, name: Name, now: Timestamp) -> Result<Stream, Error> {
    let disk = Disk::open(&name.open_path(&settings.folder), true)?;
    let length = warcinfo(settings, name, now, &disk)?;
    segment::sync_folder(&settings.folder)?;
    Ok(Stream::new(disk, name, length))
}

fn resume(settings: &Settings, name: Name, known: u64, now: Timestamp) -> Result<Stream, Error> {
    let disk = Disk::open(&name.open_path(&settings.folder), false)?;
    let mut length = mend(&settings.folder, name, &disk, known)?;
    if length == 0 {
        length = warcinfo(settings, name, now, &disk)?;
    }
    segment::sync_folder(&settings.folder)?;
    Ok(Stream::new(disk, name, length))
}

/// Closes an open file that is not the newest; one without a whole record goes.
fn finish(folder: &Path, name: Name, known: u64) -> Result<(), Error> {
    let disk = Disk::open(&name.open_path(folder), false)?;
    if mend(folder, name, &disk, known)? == 0 {
        fs::remove_file(name.open_path(folder))?;
        return Ok(segment::sync_folder(folder)?);
    }
    Ok(segment::close(folder, name)?)
}

/// Cuts what follows the last whole record, syncs, and gives the length that stands.
fn mend(folder: &Path, name: Name, disk: &Disk, known: u64) -> Result<u64, Error> {
    let length = disk.file.metadata()?.len();
    // after a failed sync the cache may hold what the disk does not: read the disk
    if let Err(cause) = fadvise(&disk.file, 0, None, Advice::DontNeed) {
        warn!(error = %cause, "the archive's cache could not be dropped");
    }
    let known = if known > length { 0 } else { known };
    let mut whole = whole_end(folder, name, known)?;
    if whole == known && known < length {
        whole = whole_end(folder, name, 0)?;
    }
    if whole < length {
        warn!(file.name = %name, cut_bytes = length - whole, "the torn tail of the archive's open file is cut");
        keep_aside(folder, name, whole)?;
        disk.file.set_len(whole)?;
    }
    disk.sync()?;
    Ok(whole)
}

/// The end of the last whole record, read from `from` on.
fn whole_end(folder: &Path, name: Name, from: u64) -> Result<u64, Error> {
    let mut stretch = Stretch::new(name.read(folder)?, from, u64::MAX)?;
    let mut whole = from;
    while !stretch.is_done() {
        match stretch.record(|_| false) {
            Ok(_) => whole = stretch.at(),
            Err(Fault::Damaged(_)) => break,
            Err(Fault::Io(cause)) => return Err(cause.into()),
        }
    }
    Ok(whole)
}

/// If records follow the damage, it is no plain torn tail: the bytes are kept for a person before they are cut.
fn keep_aside(folder: &Path, name: Name, from: u64) -> Result<(), Error> {
    let mut stretch = Stretch::new(name.read(folder)?, from, u64::MAX)?;
    stretch.seek_record(from + 1)?;
    if stretch.is_done() {
        return Ok(());
    }
    let path = folder.join(format!("{name}.cut-{from}"));
    error!(file.name = %name, kept = %path.display(), "the archive's open file is damaged before its end; what was cut is kept");
    let mut tail = name.read(folder)?;
    tail.seek(SeekFrom::Start(from))?;
    let mut aside = File::create(&path)?;
    io::copy(&mut tail, &mut aside)?;
    aside.sync_all()?;
    Ok(segment::sync_folder(folder)?)
}
