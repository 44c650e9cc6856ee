//! Records read back: one at its place, or all of our own in the order of writing.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use super::error::At;
use super::head::Head;
use super::member::{BLOCK_MAX, Fault, Stretch};
use super::segment::{self, Name};
use super::{Archive, Error, Resource, digest, http};
use crate::domain::{Checkpoint, Exchange, Place};

impl Archive {
    /// Reads the record at a place, of whatever kind, and checks it against its digests and the
    /// place's.
    ///
    /// # Errors
    ///
    /// When the file is gone, the disk cannot be read, or the record is damaged.
    pub fn read(&self, place: &Place) -> Result<Resource, Error> {
        let at = (place.file.as_str(), place.offset);
        let name = Name::parse(&place.file).ok_or_else(|| damaged(at, "no file of the archive"))?;
        let end = place.offset.saturating_add(place.length);
        let path = name.path(&self.shared.settings.folder);
        let file = name.read(&self.shared.settings.folder).at(&path)?;
        let mut stretch = Stretch::new(file, place.offset, end).at(&path)?;
        let (head, block) = stretch.record(|_| true).map_err(|fault| error(at, &path, fault))?;
        let resource = resource(&place.file, place.offset, stretch.at(), head, block)?;
        if stretch.at() != end || resource.place.digest != place.digest {
            return Err(damaged(at, "another record than the one that was placed here"));
        }
        Ok(resource)
    }

    /// Reads the answer that a place holds; its request is left out.
    ///
    /// # Errors
    ///
    /// As [`Archive::read`], or when it is no HTTP answer.
    pub fn response(&self, place: &Place) -> Result<Exchange, Error> {
        let Resource { uri, body, place, .. } = self.read(place)?;
        let at = (place.file.as_str(), place.offset);
        http::response(uri, place.time, &body).ok_or_else(|| damaged(at, "it is no HTTP answer"))
    }

    /// The `resource` records after a checkpoint (default: all) that were appended before this
    /// call, in order. A damaged stretch is an error, then reading goes on after it; a fault of the
    /// disk ends it.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read; a faulty record is an error among the records.
    pub fn resources(&self, after: Option<&Checkpoint>) -> Result<Resources, Error> {
        let end = self.end();
        let start = after.cloned().unwrap_or_default();
        let folder = self.shared.settings.folder.clone();
        let names = segment::list(&folder).at(&folder)?.into_iter().map(|(name, _)| name);
        let skipped: Vec<String> =
            self.shared.account().accepted.iter().map(|accepted| accepted.file.clone()).collect();
        // One that was accepted as lost is no reason to stop, whatever stands in its place.
        let names = names.filter(|name| {
            !skipped.contains(&name.to_string())
                || name.read(&folder).is_ok_and(|file| file.metadata().is_ok_and(|m| m.is_file()))
        });
        let files = names
            .filter(|name| {
                (start.file.as_str()..=end.file.as_str()).contains(&name.to_string().as_str())
            })
            .collect();
        Ok(Resources { folder, files, start, end, current: None })
    }
}

/// The records of [`Archive::resources`].
pub struct Resources {
    folder: PathBuf,
    files: VecDeque<Name>,
    start: Checkpoint,
    end: Checkpoint,
    current: Option<(String, Stretch)>,
}

impl Resources {
    fn open(&self, name: Name) -> Result<(String, Stretch), Error> {
        let file = name.to_string();
        let start = if file == self.start.file { self.start.offset } else { 0 };
        let end = if file == self.end.file { self.end.offset } else { u64::MAX };
        let path = name.path(&self.folder);
        Ok((
            file,
            name.read(&self.folder).and_then(|file| Stretch::new(file, start, end)).at(&path)?,
        ))
    }

    /// The outcome of one member, if there is anything to tell.
    fn step(folder: &Path, file: &str, stretch: &mut Stretch) -> Option<Result<Resource, Error>> {
        let offset = stretch.at();
        match stretch.record(|head| head.kind == "resource") {
            Ok((head, block)) => {
                (head.kind == "resource").then(|| resource(file, offset, stretch.at(), head, block))
            }
            Err(fault) => {
                let path = folder.join(file);
                let told = error((file, offset), &path, fault);
                Some(Err(stretch.seek_record(offset + 1).at(&path).err().unwrap_or(told)))
            }
        }
    }
}

impl Iterator for Resources {
    type Item = Result<Resource, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match &mut self.current {
                Some((_, stretch)) if stretch.is_done() => self.current = None,
                Some((file, stretch)) => {
                    let told = Self::step(&self.folder, file, stretch);
                    if matches!(told, Some(Err(Error::Io { .. }))) {
                        self.current = None;
                        self.files.clear();
                    }
                    if told.is_some() {
                        return told;
                    }
                }
                None => {
                    let name = self.files.pop_front()?;
                    match self.open(name) {
                        Ok(opened) => self.current = Some(opened),
                        Err(cause) => {
                            self.files.clear();
                            return Some(Err(cause));
                        }
                    }
                }
            }
        }
    }
}

fn resource(
    file: &str,
    offset: u64,
    end: u64,
    head: Head,
    block: Option<Vec<u8>>,
) -> Result<Resource, Error> {
    let body = block
        .ok_or_else(|| damaged((file, offset), &format!("the block is over {BLOCK_MAX} bytes")))?;
    if head.block_digest.as_ref().is_some_and(|digest| *digest != digest::sha256(&[&body])) {
        return Err(damaged((file, offset), "the block does not have its digest"));
    }
    let digest = head.payload_digest.or(head.block_digest).unwrap_or_default();
    Ok(Resource {
        uri: head.uri,
        media_type: head.media_type,
        body: body.into(),
        place: Place {
            file: file.to_owned(),
            offset,
            length: end - offset,
            digest,
            time: head.time,
        },
        end: Checkpoint { file: file.to_owned(), offset: end },
    })
}

fn error(at: (&str, u64), path: &Path, fault: Fault) -> Error {
    match fault {
        Fault::Io(source) => Error::Io { path: path.to_owned(), source },
        Fault::Damaged(what) => damaged(at, &what),
    }
}

fn damaged((file, offset): (&str, u64), what: &str) -> Error {
    Error::Damaged { file: file.to_owned(), offset, what: what.to_owned() }
}
