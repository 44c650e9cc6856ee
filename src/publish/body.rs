//! The bytes of a document in a coding: taken from the disk, or made of its entries.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::cache::{
    About, Coded, Coding, Digest, Disk, Packed, Parcel, Parts, Piece, Run, expand, whole,
};
use super::sheet::{Made, Pieces};
use super::{Error, Renderer};
use crate::domain::Place;
use crate::domain::feed::Entry;
use crate::store::PieceLine;

impl Renderer {
    /// The bytes of a document as they are, without a look at the disk.
    pub(super) async fn plain(&self, made: Arc<Made>) -> Result<Vec<u8>, Error> {
        let all = 0..made.pieces().count();
        let lacking = all.filter(|place| !made.written.contains_key(place)).collect();
        let entries = self.entries(&made, lacking).await?;
        blocking(move || Ok(joined(&made, &made.rewrite(entries)?))).await?
    }

    /// The bytes of a document in a coding, or as they are where that brings nothing.
    pub(super) async fn body(
        &self,
        path: &str,
        made: Arc<Made>,
        about: &About,
        coding: Coding,
    ) -> Result<Coded, Error> {
        match coding {
            Coding::Gzip => return self.gzip(path, made, about).await,
            Coding::Identity => {
                if let Some(packed) = self.kept(path, Coding::Gzip, about.digest()).await?
                    && let Some(plain) = blocking(move || expand(&packed.bytes)).await?
                {
                    return Ok(about.form(coding, plain.into()));
                }
            }
            Coding::Brotli | Coding::Zstd => {
                if let Some(packed) = self.kept(path, coding, about.digest()).await? {
                    return Ok(about.form(coding, packed.bytes.into()));
                }
            }
        }
        let plain = self.plain(made).await?;
        self.whole(path, about, coding, plain.into()).await
    }

    /// The document as gzip, made in pieces: with what can be used again of how it was packed
    /// before, else as a whole.
    async fn gzip(&self, path: &str, made: Arc<Made>, about: &About) -> Result<Coded, Error> {
        let job = Arc::new(Job {
            disk: self.disk.clone(),
            path: path.to_owned(),
            pieces: made.pieces().map(|(_, line)| piece(line)).collect(),
            made,
        });
        let first = job.clone();
        let before = match blocking(move || first.at_once()).await? {
            Ok(bytes) => return Ok(about.form(Coding::Gzip, bytes)),
            Err(before) => Arc::new(before),
        };
        if let Some(middle) = job.parts().middle().filter(|_| before.is_empty()) {
            return Ok(about.form(Coding::Gzip, self.pack_by_two(&job, middle).await?));
        }
        for whole in [false, true] {
            let (known, last) = (job.clone(), before.clone());
            let (wanted, mut entries) = match whole {
                false => (before.lacks(&job.pieces), Pieces::new()),
                true => (
                    (0..job.pieces.len()).collect(),
                    blocking(move || known.unpacked(&last)).await?,
                ),
            };
            let is_lacking = |place: &usize| {
                !job.made.written.contains_key(place) && !entries.contains_key(place)
            };
            let lacking =
                self.entries(&job.made, wanted.into_iter().filter(is_lacking).collect()).await?;
            let (job, before) = (job.clone(), before.clone());
            let packed = blocking(move || {
                entries.extend(job.made.rewrite(lacking)?);
                Ok::<_, Error>(job.pack(&before, &entries))
            });
            if let Some(bytes) = packed.await?? {
                return Ok(about.form(Coding::Gzip, bytes));
            }
        }
        Err(Error::Unfinished)
    }

    /// Packs a document of which nothing was packed before; its entries from `middle` on are read,
    /// written and packed by a second hand, since somebody waits.
    async fn pack_by_two(&self, job: &Arc<Job>, middle: usize) -> Result<Bytes, Error> {
        let halves = [0..middle, middle..job.pieces.len()];
        let write = async |places: Range<usize>| {
            let is_lacking = |place: &usize| !job.made.written.contains_key(place);
            let (job, lacking) = (job.clone(), places.filter(is_lacking).collect());
            let entries = self.entries(&job.made, lacking).await?;
            blocking(move || job.made.rewrite(entries)).await?
        };
        let (first, second) = tokio::join!(write(halves[0].clone()), write(halves[1].clone()));
        let mut entries = first?;
        entries.extend(second?);
        let entries = Arc::new(entries);
        let pack = |places: Range<usize>| {
            let (job, entries) = (job.clone(), entries.clone());
            blocking(move || {
                Run::pack(&job.parts(), places, |place| bytes_of(&job.made, &entries, place))
            })
        };
        let (first, second) = tokio::join!(pack(halves[0].clone()), pack(halves[1].clone()));
        let job = job.clone();
        let (Some(first), Some(second)) = (first?, second?) else { return Err(Error::Unfinished) };
        blocking(move || {
            let packed = Packed::joined(&job.parts(), [first, second]).ok_or(Error::Unfinished)?;
            Ok(job.keep(packed))
        })
        .await?
    }

    /// A document in a coding that is not made in pieces.
    pub(super) async fn whole(
        &self,
        path: &str,
        about: &About,
        coding: Coding,
        plain: Bytes,
    ) -> Result<Coded, Error> {
        let from = plain.clone();
        Ok(match blocking(move || whole(&from, coding)).await? {
            Some(bytes) => {
                let packed = Packed { bytes, parcel: Parcel::default() };
                about.form(coding, self.keep_packed(path, coding, *about.digest(), packed).await?)
            }
            None => about.form(Coding::Identity, plain),
        })
    }

    /// A packed form from the disk, if it is of the document with this digest.
    pub(super) async fn kept(
        &self,
        path: &str,
        coding: Coding,
        digest: &Digest,
    ) -> Result<Option<Packed>, Error> {
        Ok(self
            .before(path, coding)
            .await?
            .filter(|(of, _)| of == digest)
            .map(|(_, packed)| packed))
    }

    /// The last packed form on the disk, and of which bytes it is.
    async fn before(&self, path: &str, coding: Coding) -> Result<Option<(Digest, Packed)>, Error> {
        if coding == Coding::Identity {
            return Ok(None);
        }
        let (disk, path) = (self.disk.clone(), path.to_owned());
        blocking(move || disk.read(&path, coding)).await
    }

    /// The bytes of a final document.
    pub(super) async fn archived(&self, place: Place) -> Result<Bytes, Error> {
        let archive = self.archive.clone();
        Ok(blocking(move || archive.read(&place)).await??.body)
    }

    async fn keep_packed(
        &self,
        path: &str,
        coding: Coding,
        digest: Digest,
        packed: Packed,
    ) -> Result<Bytes, Error> {
        let (disk, path) = (self.disk.clone(), path.to_owned());
        blocking(move || {
            disk.write(&path, coding, digest, &packed);
            packed.bytes.into()
        })
        .await
    }

    /// Entries that are to be written again, since their bytes are needed.
    async fn entries(&self, made: &Made, places: Vec<usize>) -> Result<Vec<(usize, Entry)>, Error> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let lines: Vec<_> = made.pieces().map(|(line, _)| line).collect();
        let versions = places
            .iter()
            .filter_map(|place| lines.get(*place))
            .map(|line| (line.site.clone(), line.id, line.version))
            .collect();
        let records = self.store.versions(versions).await?;
        let entry = |(place, record): (usize, Option<_>)| {
            Ok((place, self.entry(record.ok_or(Error::Moved)?)))
        };
        places.into_iter().zip(records).map(entry).collect()
    }
}

/// A document that is to be packed in pieces.
struct Job {
    disk: Arc<Disk>,
    path: String,
    made: Arc<Made>,
    pieces: Vec<Piece>,
}

impl Job {
    /// The document as it was packed before or can be without more bytes; else how it was packed
    /// before.
    fn at_once(&self) -> Result<Bytes, Packed> {
        let before = match self.disk.read(&self.path, Coding::Gzip) {
            Some((of, packed)) if of == self.made.sheet.digest => return Ok(packed.bytes.into()),
            before => before.map(|(_, packed)| packed).unwrap_or_default(),
        };
        self.pack(&before, &Pieces::new()).ok_or(before)
    }

    /// The entries whose bytes stand in how the document was packed before.
    fn unpacked(&self, before: &Packed) -> Pieces {
        let mut known = before.unpacked();
        let entry = |(place, piece): (usize, &Piece)| {
            let bytes =
                known.remove(&piece.digest).filter(|bytes| crc32fast::hash(bytes) == piece.crc)?;
            Some((place, bytes))
        };
        self.pieces.iter().enumerate().filter_map(entry).collect()
    }

    /// Packs the document and keeps it; `None` where bytes are lacking.
    fn pack(&self, before: &Packed, entries: &Pieces) -> Option<Bytes> {
        let (parts, bytes) = (self.parts(), |place| bytes_of(&self.made, entries, place));
        let packed = before.repack(&parts, bytes).or_else(|| Packed::whole(&parts, bytes))?;
        Some(self.keep(packed))
    }

    /// What the document is packed of.
    fn parts(&self) -> Parts<'_> {
        let sheet = &self.made.sheet;
        Parts { head: &sheet.head, entries: &self.pieces, foot: &sheet.foot }
    }

    fn keep(&self, packed: Packed) -> Bytes {
        self.disk.write(&self.path, Coding::Gzip, self.made.sheet.digest, &packed);
        packed.bytes.into()
    }
}

/// Runs what takes its time.
async fn blocking<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(job).await.map_err(|_| Error::Unfinished)
}

fn piece(line: &PieceLine) -> Piece {
    Piece { digest: line.digest, length: line.length, crc: line.crc }
}

fn bytes_of<'a>(made: &'a Made, entries: &'a Pieces, place: usize) -> Option<&'a [u8]> {
    made.written.get(&place).or_else(|| entries.get(&place)).map(Vec::as_slice)
}

fn joined(made: &Made, entries: &Pieces) -> Vec<u8> {
    let (sheet, pieces) = (&made.sheet, made.pieces().map(|(_, piece)| piece.length as usize));
    let mut out = Vec::with_capacity(sheet.head.len() + pieces.sum::<usize>() + sheet.foot.len());
    out.extend_from_slice(&sheet.head);
    (0..made.pieces().count())
        .filter_map(|place| bytes_of(made, entries, place))
        .for_each(|bytes| out.extend_from_slice(bytes));
    out.extend_from_slice(&sheet.foot);
    out
}
