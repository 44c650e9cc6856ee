//! Small rows: frozen forms in postcard behind a byte with the form's number. A form is never
//! edited; a new one gets a new number.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::page_memory::Pairs;
use crate::domain::{Checkpoint, PageMemory, Place, SiteId};
use crate::store::{
    Change, ChangeKind, Error, FeedState, Holding, Line, Moved, Pending, PieceLine, Sequence,
    Sheet, Stamp, Tally,
};

/// A value that is stored as a row.
pub trait Row: Sized {
    /// The form's number.
    const FORM: u8 = 1;
    /// The frozen form.
    type Form: Serialize + DeserializeOwned;
    /// As stored.
    fn form(&self) -> Self::Form;
    /// Read back; `None` if the form holds what cannot be.
    fn of(form: Self::Form) -> Option<Self>;
    /// Read back from an earlier form.
    fn of_earlier(_form: u8, _bytes: &[u8]) -> Option<Self> {
        None
    }
}

/// A row's bytes.
pub fn to_bytes<R: Row>(row: &R) -> Result<Vec<u8>, Error> {
    postcard::to_extend(&row.form(), vec![R::FORM])
        .map_err(|e| Error::damaged(format!("a row could not be written: {e}")))
}

/// A row out of its bytes.
pub fn from_bytes<R: Row>(bytes: &[u8]) -> Result<R, Error> {
    let row = bytes.split_first().and_then(|(form, bytes)| match *form {
        form if form == R::FORM => postcard::from_bytes(bytes).ok().and_then(R::of),
        form => R::of_earlier(form, bytes),
    });
    row.ok_or_else(|| {
        Error::damaged(format!("a row cannot be read as {}", std::any::type_name::<R>()))
    })
}

/// Nanoseconds since 1970.
type Instant = i128;

fn instant(form: Instant) -> Option<Timestamp> {
    Timestamp::from_nanosecond(form).ok()
}

/// A site's lease; the fence outlives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The last fence given.
    pub fence: u64,
    /// The end of the lease; `None`: given back.
    pub until: Option<Timestamp>,
}

impl Row for Held {
    type Form = (u64, Option<Instant>);
    fn form(&self) -> Self::Form {
        (self.fence, self.until.map(Timestamp::as_nanosecond))
    }
    fn of((fence, until): Self::Form) -> Option<Self> {
        let until = match until {
            Some(until) => Some(instant(until)?),
            None => None,
        };
        Some(Self { fence, until })
    }
}

/// The latest version of an article, and what its index keys were made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The latest version.
    pub version: u32,
    /// Its rank, in nanoseconds since 1970.
    pub rank: i128,
    /// Its seq.
    pub seq: u64,
    /// Its sections.
    pub sections: Vec<String>,
    /// Whether it is ranked.
    pub live: bool,
    /// Its item id.
    pub item: Option<String>,
    /// The number of the change that wrote it.
    pub revision: u64,
}

/// The first form of a head, which has no revision.
type HeadOne = (u32, i128, u64, Vec<String>, bool, Option<String>);

impl Row for Head {
    const FORM: u8 = 2;
    type Form = Self;
    fn form(&self) -> Self {
        self.clone()
    }
    fn of(form: Self) -> Option<Self> {
        Some(form)
    }
    fn of_earlier(form: u8, bytes: &[u8]) -> Option<Self> {
        let (version, rank, seq, sections, live, item): HeadOne =
            (form == 1).then(|| postcard::from_bytes(bytes).ok())??;
        Some(Self { version, rank, seq, sections, live, item, revision: 0 })
    }
}

impl Row for PageMemory {
    /// Pages by address and body, lines by fingerprint and marks.
    type Form = (Pairs, Pairs);
    fn form(&self) -> Self::Form {
        self.parts()
    }
    fn of((pages, lines): Self::Form) -> Option<Self> {
        Some(Self::of(pages, lines))
    }
}

impl Row for u32 {
    type Form = u32;
    fn form(&self) -> u32 {
        *self
    }
    fn of(form: u32) -> Option<Self> {
        Some(form)
    }
}

impl Row for u64 {
    type Form = u64;
    fn form(&self) -> u64 {
        *self
    }
    fn of(form: u64) -> Option<Self> {
        Some(form)
    }
}

impl Row for String {
    type Form = String;
    fn form(&self) -> String {
        self.clone()
    }
    fn of(form: String) -> Option<Self> {
        Some(form)
    }
}

impl Row for SiteId {
    type Form = String;
    fn form(&self) -> String {
        self.to_string()
    }
    fn of(form: String) -> Option<Self> {
        SiteId::new(&form)
    }
}

impl Row for Uuid {
    type Form = [u8; 16];
    fn form(&self) -> [u8; 16] {
        self.into_bytes()
    }
    fn of(form: [u8; 16]) -> Option<Self> {
        Some(Uuid::from_bytes(form))
    }
}

impl Row for Place {
    type Form = (String, u64, u64, String, Instant);
    fn form(&self) -> Self::Form {
        (
            self.file.clone(),
            self.offset,
            self.length,
            self.digest.clone(),
            self.time.as_nanosecond(),
        )
    }
    fn of((file, offset, length, digest, time): Self::Form) -> Option<Self> {
        Some(Self { file, offset, length, digest, time: instant(time)? })
    }
}

impl Row for Checkpoint {
    type Form = (String, u64);
    fn form(&self) -> Self::Form {
        (self.file.clone(), self.offset)
    }
    fn of((file, offset): Self::Form) -> Option<Self> {
        Some(Self { file, offset })
    }
}

impl Row for Sequence {
    type Form = (u64, Option<Instant>);
    fn form(&self) -> Self::Form {
        (self.seq, self.updated.map(Timestamp::as_nanosecond))
    }
    fn of((seq, updated): Self::Form) -> Option<Self> {
        let updated = match updated {
            Some(updated) => Some(instant(updated)?),
            None => None,
        };
        Some(Self { seq, updated })
    }
}

impl Row for Tally {
    type Form = (u64, u64, u64, u64);
    fn form(&self) -> Self::Form {
        (self.articles, self.links, self.open, self.no_articles)
    }
    fn of((articles, links, open, no_articles): Self::Form) -> Option<Self> {
        Some(Self { articles, links, open, no_articles })
    }
}

impl Row for Change {
    type Form = (u64, String, [u8; 16], u32, u8);
    fn form(&self) -> Self::Form {
        let kind = match self.kind {
            ChangeKind::New => 0,
            ChangeKind::Edited => 1,
            ChangeKind::Touched => 2,
        };
        (self.n, self.site.to_string(), self.id.into_bytes(), self.version, kind)
    }
    fn of((n, site, id, version, kind): Self::Form) -> Option<Self> {
        let kind = match kind {
            0 => ChangeKind::New,
            1 => ChangeKind::Edited,
            2 => ChangeKind::Touched,
            _ => return None,
        };
        Some(Self { n, site: SiteId::new(&site)?, id: Uuid::from_bytes(id), version, kind })
    }
}

impl Row for FeedState {
    type Form = (u32, Vec<([u8; 16], u64, u32, Instant)>);
    fn form(&self) -> Self::Form {
        (
            self.finals,
            self.pending
                .iter()
                .map(|p| (p.id.into_bytes(), p.seq, p.version, p.rank.as_nanosecond()))
                .collect(),
        )
    }
    fn of((finals, pending): Self::Form) -> Option<Self> {
        let pending = pending
            .into_iter()
            .map(|(id, seq, version, rank)| {
                Some(Pending { id: Uuid::from_bytes(id), seq, version, rank: instant(rank)? })
            })
            .collect::<Option<_>>()?;
        Some(Self { finals, pending })
    }
}

/// What a final document holds: article and version of each entry.
impl Row for Vec<(Uuid, u32)> {
    type Form = Vec<([u8; 16], u32)>;
    fn form(&self) -> Self::Form {
        self.iter().map(|(id, version)| (id.into_bytes(), *version)).collect()
    }
    fn of(form: Self::Form) -> Option<Self> {
        Some(form.into_iter().map(|(id, version)| (Uuid::from_bytes(id), version)).collect())
    }
}

impl Row for Holding {
    type Form = (String, u64, u64);
    fn form(&self) -> Self::Form {
        (self.file.clone(), self.articles, self.end)
    }
    fn of((file, articles, end): Self::Form) -> Option<Self> {
        Some(Self { file, articles, end })
    }
}

impl Row for Stamp {
    type Form = ([u8; 32], Instant);
    fn form(&self) -> Self::Form {
        (self.digest, self.last_modified.as_nanosecond())
    }
    fn of((digest, last_modified): Self::Form) -> Option<Self> {
        Some(Self { digest, last_modified: instant(last_modified)? })
    }
}

impl Row for Moved {
    type Form = (u64, Instant);
    fn form(&self) -> Self::Form {
        (self.n, self.time.as_nanosecond())
    }
    fn of((n, time): Self::Form) -> Option<Self> {
        Some(Self { n, time: instant(time)? })
    }
}

/// A sheet as stored.
#[derive(Serialize, Deserialize)]
pub struct SheetForm {
    context: u64,
    moved: u64,
    digest: [u8; 16],
    last_modified: Instant,
    head: Vec<u8>,
    foot: Vec<u8>,
    lines: Vec<LineForm>,
}

/// A line as stored.
#[derive(Serialize, Deserialize)]
struct LineForm {
    site: String,
    id: [u8; 16],
    version: u32,
    revision: u64,
    updated: Instant,
    language: Option<String>,
    piece: Option<(u64, [u8; 16], u32, u32, u8)>,
}

impl Row for Sheet {
    type Form = SheetForm;
    fn form(&self) -> SheetForm {
        let line = |line: &Line| LineForm {
            site: line.site.to_string(),
            id: line.id.into_bytes(),
            version: line.version,
            revision: line.revision,
            updated: line.updated.as_nanosecond(),
            language: line.language.clone(),
            piece: line
                .piece
                .as_ref()
                .map(|piece| (piece.context, piece.digest, piece.length, piece.crc, piece.uses)),
        };
        SheetForm {
            context: self.context,
            moved: self.moved,
            digest: self.digest,
            last_modified: self.last_modified.as_nanosecond(),
            head: self.head.clone(),
            foot: self.foot.clone(),
            lines: self.lines.iter().map(line).collect(),
        }
    }
    fn of(form: SheetForm) -> Option<Self> {
        let line = |line: LineForm| {
            let piece = |(context, digest, length, crc, uses)| PieceLine {
                context,
                digest,
                length,
                crc,
                uses,
            };
            Some(Line {
                site: SiteId::new(&line.site)?,
                id: Uuid::from_bytes(line.id),
                version: line.version,
                revision: line.revision,
                updated: instant(line.updated)?,
                language: line.language,
                piece: line.piece.map(piece),
            })
        };
        Some(Self {
            context: form.context,
            moved: form.moved,
            digest: form.digest,
            last_modified: instant(form.last_modified)?,
            head: form.head,
            foot: form.foot,
            lines: form.lines.into_iter().map(line).collect::<Option<_>>()?,
        })
    }
}
