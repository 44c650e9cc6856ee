//! What an earlier process left: open files, a torn tail, a head that was never finished.

use std::path::Path;

use jiff::Timestamp;
use rustix::fs::{Advice, fadvise};
use tracing::warn;

use super::account::{self, Said};
use super::error::At;
use super::inspect::Found;
use super::member::{Fault, Stretch};
use super::segment::{self, Disk, Name};
use super::stream::Stream;
use super::{Error, Settings};
use crate::domain::Checkpoint;
use crate::domain::state::chain;

/// Takes the stream up where it was left; everything before `since` is known to be whole and
/// synced.
pub(super) fn take_up(
    settings: &Settings,
    found: &Found,
    since: Option<&Checkpoint>,
    now: Timestamp,
) -> Result<Stream, Error> {
    let folder = &settings.folder;
    let mut files = found.files.clone();
    if let Some(twin) = files.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Error::Damaged {
            file: twin[0].0.to_string(),
            offset: 0,
            what: "it is there both open and closed".into(),
        });
    }
    let left = Left { settings, said: found.account.newest.as_ref(), since, now };
    // One whose end was accepted as lost is not written on: what named that end must not find
    // something else there.
    let cut = |name: Name| {
        found.account.accepted.iter().any(|accepted| accepted.file == name.to_string())
    };
    let goes_on = |(name, open): &(Name, bool)| *open && found.last == Some(*name) && !cut(*name);
    let newest = files.pop_if(|newest| goes_on(newest));
    let mut before = None;
    for (name, open) in files {
        if open && !cut(name) {
            left.finish(name)?;
        } else if open {
            segment::close(folder, name).at(name.open_path(folder))?;
        }
        before = Some(name);
    }
    match newest {
        Some((name, _)) => left.resume(name, before),
        None => {
            let previous = before.map(|name| left.surveyed(name)).transpose()?;
            Stream::begin(settings, Name::after(found.last, now), previous, now)
        }
    }
}

/// What was left, and what is known of it.
struct Left<'a> {
    settings: &'a Settings,
    /// What the archive's account says of its newest file.
    said: Option<&'a Said>,
    /// Everything before it is whole and synced.
    since: Option<&'a Checkpoint>,
    now: Timestamp,
}

impl Left<'_> {
    /// How much of a file is known to have been synced, in bytes.
    fn known(&self, name: Name) -> u64 {
        let file = name.to_string();
        let saved = self.since.filter(|since| since.file == file).map_or(0, |since| since.offset);
        saved.max(self.said.filter(|said| said.file == file).map_or(0, |said| said.length))
    }

    fn surveyed(&self, name: Name) -> Result<Said, Error> {
        let folder = &self.settings.folder;
        let file = name.read(folder).and_then(|file| file.metadata()).at(name.path(folder))?;
        account::survey(folder, name, file.len(), self.said).at(name.path(folder))
    }

    /// Takes up the newest file, which follows `before`.
    fn resume(&self, name: Name, before: Option<Name>) -> Result<Stream, Error> {
        let folder = &self.settings.folder;
        let disk = Disk::open(&name.open_path(folder), false).at(name.open_path(folder))?;
        let length = mend(folder, name, &disk, self.known(name))?;
        if length == 0 {
            let previous = before.map(|name| self.surveyed(name)).transpose()?;
            return Stream::headed(self.settings, disk, name, previous, self.now);
        }
        segment::sync_folder(folder).at(folder)?;
        let file = name.read(folder).at(&disk.path)?;
        let mut first = Stretch::new(file, 0, length).at(&disk.path)?;
        let holds = first.record(|_| false).is_err() || !first.is_done();
        let articles = account::count(folder, name, length, self.said).at(&disk.path)?;
        let stream = Stream::resumed(disk, name, length, self.now);
        Ok(stream.holding(holds, articles))
    }

    /// Closes an open file that is not written on; one without a whole record gets its first, so
    /// that no number is missing.
    fn finish(&self, name: Name) -> Result<(), Error> {
        let folder = &self.settings.folder;
        let path = name.open_path(folder);
        let disk = Disk::open(&path, false).at(&path)?;
        if mend(folder, name, &disk, self.known(name))? == 0 {
            Stream::headed(self.settings, disk, name, None, self.now)?;
        }
        segment::close(folder, name).at(&path)
    }
}

/// Cuts what follows the last whole record, syncs, and gives the length that stands. What is known
/// to have been synced is never cut, whether it reads or not: a wrong bit costs the record that it
/// hits.
fn mend(folder: &Path, name: Name, disk: &Disk, known: u64) -> Result<u64, Error> {
    let length = disk.file.metadata().at(&disk.path)?.len();
    // after a failed sync the cache may hold what the disk does not: read the disk
    if let Err(cause) = fadvise(&disk.file, 0, None, Advice::DontNeed) {
        warn!(
            file.path = %disk.path.display(),
            error = %chain(&cause),
            "the archive's cache could not be dropped"
        );
    }
    let known = if known > length { 0 } else { known };
    let whole = whole_end(folder, name, known)?.max(known);
    if whole < length {
        warn!(
            file.name = %name,
            cut_bytes = length - whole,
            "the torn tail of the archive's open file is cut"
        );
        disk.file.set_len(whole).at(&disk.path)?;
    }
    disk.sync().at(&disk.path)?;
    Ok(whole)
}

/// The end of the last whole record, read from `from` on; what is damaged between whole records
/// stays.
fn whole_end(folder: &Path, name: Name, from: u64) -> Result<u64, Error> {
    let path = name.open_path(folder);
    let mut stretch = Stretch::new(name.read(folder).at(&path)?, from, u64::MAX).at(&path)?;
    let mut whole = from;
    while !stretch.is_done() {
        let at = stretch.at();
        match stretch.record(|_| false) {
            Ok(_) => whole = stretch.at(),
            Err(Fault::Damaged(_)) => stretch.seek_record(at + 1).at(&path)?,
            Err(Fault::Io(cause)) => return Err(cause).at(&path),
        }
    }
    Ok(whole)
}
