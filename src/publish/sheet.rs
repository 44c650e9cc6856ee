//! Bringing the sheet of a document up to date: only entries that are new to it are read and
//! written.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::assemble::{Plan, latest, spoken};
use super::cache::Digest;
use super::{Error, Renderer};
use crate::domain::feed::{Document, ENTRIES, Entry, Feed};
use crate::domain::{Record, SiteId};
use crate::render::{self, Form, Frame, Piece, Uses};
use crate::store::{Line, Look, PieceLine, Sheet, Standing, Wanted};

/// Entries that are written without handing them to another thread.
const FEW: usize = 3;

/// Entries that were written, by their place in the document.
pub(super) type Pieces = HashMap<usize, Vec<u8>>;

/// A document as it is now.
pub(super) struct Made {
    /// How it is made.
    pub(super) sheet: Arc<Sheet>,
    /// The entries that were written for it just now, by their place.
    pub(super) written: Pieces,
    /// What its entries are written for.
    pub(super) feed: Feed,
    /// Which form.
    pub(super) form: Form,
}

/// An entry on its way into a sheet.
struct Slot {
    standing: Standing,
    updated: Timestamp,
    language: Option<String>,
    live: bool,
    known: Option<PieceLine>,
    record: Option<Arc<Record>>,
}

impl Renderer {
    /// The sheet of the planned document at `path`; `None` if there is no such document.
    pub(super) async fn sheet(&self, path: &str, plan: Plan) -> Result<Option<Made>, Error> {
        let wanted = self.wanted(plan.clone(), self.sheets().get(path).cloned());
        let mut look = self.store.look(path, &plan.feed.scope, Some(wanted)).await?;
        if let Some(sheet) = look.current(plan.context) {
            return Ok(Some(Made::again(sheet.clone(), plan)));
        }
        let Some((standing, previous)) = look.order.as_ref().and_then(|order| plan.lineup(order))
        else {
            return Ok(None);
        };
        let mut slots = slots(standing, look.sheet.as_deref());
        let records = std::mem::take(&mut look.records);
        slots
            .iter_mut()
            .filter(|slot| slot.known.is_none())
            .zip(records)
            .for_each(|(slot, record)| slot.take(record));
        slots.retain(|slot| slot.known.is_some() || slot.record.is_some());
        let mut feed =
            Feed { previous, updated: latest(slots.iter().map(|slot| slot.updated)), ..plan.feed };
        if plan.speaks_as_pages {
            feed.language = spoken(slots.iter().map(|slot| slot.language.as_deref()));
        }
        let form = plan.form;
        let (mut sheet, written, feed) = self.brought_up(feed, form, slots).await?;
        (sheet.context, sheet.moved) = (plan.context, look.moved_by());
        sheet.last_modified =
            self.last_modified(&look, &sheet, feed.updated, || plain_digest(&sheet, &written));
        self.counters.renders.inc();
        let sheet = Arc::new(sheet);
        self.keep(path, sheet.clone());
        Ok(Some(Made { sheet, written, feed, form }))
    }

    /// The sheet of these entries, whose records are read as far as they are not written; many are
    /// written on another thread.
    async fn brought_up(
        &self,
        feed: Feed,
        form: Form,
        mut slots: Vec<Slot>,
    ) -> Result<(Sheet, Pieces, Feed), Error> {
        let contexts = self.contexts(&feed, form, &slots);
        let new = slots.iter_mut().zip(&contexts);
        let mut new: Vec<_> = new
            .filter(|(slot, context)| slot.is_to_be_written(**context))
            .map(|(slot, _)| slot)
            .collect();
        let count = new.len();
        new.retain(|slot| slot.record.is_none());
        self.read(new).await?;
        if count <= FEW {
            return self.write(feed, form, slots, &contexts);
        }
        let renderer = self.clone();
        let writing =
            tokio::task::spawn_blocking(move || renderer.write(feed, form, slots, &contexts));
        writing.await.map_err(|_| Error::Unfinished)?
    }

    /// What is wanted of the store when the document is to be brought up to date: the order of its
    /// entries, and what is not known of them.
    fn wanted(&self, plan: Plan, unsaved: Option<Arc<Sheet>>) -> Wanted {
        let context = plan.context;
        let records = move |look: &Look| {
            let standing = look
                .order
                .as_ref()
                .and_then(|order| plan.lineup(order))
                .map_or_else(Vec::new, |(standing, _)| standing);
            let slots = slots(standing, look.sheet.as_deref());
            slots.iter().filter(|slot| slot.known.is_none()).map(Slot::key).collect()
        };
        Wanted {
            unsaved,
            context,
            counts: self.counts(),
            entries: ENTRIES,
            records: Box::new(records),
        }
    }

    /// Reads the records of these.
    async fn read(&self, mut slots: Vec<&mut Slot>) -> Result<(), Error> {
        if slots.is_empty() {
            return Ok(());
        }
        let records = self.store.versions(slots.iter().map(|slot| slot.key()).collect()).await?;
        slots.iter_mut().zip(records).for_each(|(slot, record)| slot.take(record));
        Ok(())
    }

    /// For each entry what it is written from beside its record.
    fn contexts(&self, feed: &Feed, form: Form, slots: &[Slot]) -> Vec<u64> {
        let first = slots.iter().position(|slot| slot.live);
        let context = |(at, slot): (usize, &Slot)| {
            self.entry_context(feed, form, &slot.standing.site, Some(at) == first)
        };
        slots.iter().enumerate().map(context).collect()
    }

    /// Writes what is not written, and what stands round the entries.
    fn write(
        &self,
        mut feed: Feed,
        form: Form,
        slots: Vec<Slot>,
        contexts: &[u64],
    ) -> Result<(Sheet, Pieces, Feed), Error> {
        let (mut lines, mut written, mut uses, mut place) =
            (Vec::with_capacity(slots.len()), HashMap::new(), Uses::default(), 0);
        for (slot, context) in slots.into_iter().zip(contexts) {
            let is_known = !slot.is_to_be_written(*context);
            let Standing { site, id, version, revision } = slot.standing;
            let piece = match (slot.known, slot.record) {
                (Some(known), _) if is_known => Some(known),
                (_, Some(record)) if slot.live => {
                    let piece = render::piece(&feed, &self.entry(record), form, place == 0)?;
                    let line = line(&piece, *context)?;
                    written.insert(place, piece.bytes);
                    Some(line)
                }
                (_, Some(tombstone)) => {
                    feed.entries.push(self.entry(tombstone));
                    None
                }
                // Its record went between two looks.
                (_, None) => continue,
            };
            uses = piece.iter().fold(uses, |uses, piece| uses.and(Uses::of(piece.uses)));
            place += usize::from(piece.is_some());
            lines.push(Line {
                site,
                id,
                version,
                revision,
                updated: slot.updated,
                language: slot.language,
                piece,
            });
        }
        let Frame { head, foot } = render::frame(&feed, form, uses)?;
        let digest = digest_of(&head, &lines, &foot);
        Ok((
            Sheet {
                context: 0,
                moved: 0,
                digest,
                last_modified: Timestamp::UNIX_EPOCH,
                head,
                foot,
                lines,
            },
            written,
            feed,
        ))
    }

    /// Last-Modified by CONTRACT section 5: moves only when the bytes change, at least a second a
    /// change; without a sheet from the records.
    fn last_modified(
        &self,
        look: &Look,
        sheet: &Sheet,
        updated: Timestamp,
        plain: impl FnOnce() -> [u8; 32],
    ) -> Timestamp {
        let (last, moved) = match (&look.sheet, &look.stamp) {
            (Some(before), _) if before.digest == sheet.digest => return before.last_modified,
            (Some(before), _) => {
                (before.last_modified, look.moved.filter(|moved| moved.n > before.moved))
            }
            (None, Some(stamp)) if plain() == stamp.digest => return stamp.last_modified,
            (None, Some(stamp)) => (stamp.last_modified, look.moved),
            (None, None) => return whole_second(updated),
        };
        let changed = moved.map_or_else(|| (self.clock)(), |moved| moved.time);
        whole_second(changed).max(last.checked_add(SignedDuration::from_secs(1)).unwrap_or(last))
    }

    /// The sheet of a document that is not made of entries.
    pub(super) async fn plain_sheet(&self, path: &str, bytes: &[u8]) -> Result<Arc<Sheet>, Error> {
        let known = self.sheets().get(path).cloned();
        let look = match &known {
            Some(sheet) => Look { sheet: Some(sheet.clone()), ..Look::default() },
            None => self.store.look(path, &crate::domain::feed::Scope::All, None).await?,
        };
        let digest = digest(bytes);
        let sheet = Sheet {
            context: 0,
            moved: 0,
            digest,
            last_modified: Timestamp::UNIX_EPOCH,
            head: Vec::new(),
            foot: Vec::new(),
            lines: Vec::new(),
        };
        if let Some(sheet) = look.sheet.clone().filter(|sheet| sheet.digest == digest) {
            return Ok(sheet);
        }
        let last_modified =
            self.last_modified(&Look { moved: None, ..look }, &sheet, latest([]), || {
                Sha256::digest(bytes).into()
            });
        let sheet = Arc::new(Sheet { last_modified, ..sheet });
        self.keep(path, sheet.clone());
        Ok(sheet)
    }
}

/// What is kept of an entry that was written from `context`.
fn line(piece: &Piece, context: u64) -> Result<PieceLine, Error> {
    Ok(PieceLine {
        context,
        digest: digest(&piece.bytes),
        length: u32::try_from(piece.bytes.len()).map_err(|_| Error::Unfinished)?,
        crc: crc32fast::hash(&piece.bytes),
        uses: piece.uses.bits(),
    })
}

/// The entries in their order, with what is known of them.
fn slots(standing: Vec<Standing>, before: Option<&Sheet>) -> Vec<Slot> {
    let lines = before.into_iter().flat_map(|sheet| &sheet.lines);
    let known: HashMap<(Uuid, u32, u64), &Line> =
        lines.map(|line| ((line.id, line.version, line.revision), line)).collect();
    let slot = |standing: Standing| {
        // Of a tombstone nothing is kept but that it is one.
        let line = known
            .get(&(standing.id, standing.version, standing.revision))
            .filter(|line| line.piece.is_some());
        Slot {
            updated: line.map_or(Timestamp::UNIX_EPOCH, |line| line.updated),
            language: line.and_then(|line| line.language.clone()),
            live: line.is_some(),
            known: line.and_then(|line| line.piece.clone()),
            record: None,
            standing,
        }
    };
    standing.into_iter().map(slot).collect()
}

impl Slot {
    /// By what its record is found.
    fn key(&self) -> (SiteId, Uuid, u32) {
        (self.standing.site.clone(), self.standing.id, self.standing.version)
    }

    /// Takes its record, if there is one.
    fn take(&mut self, record: Option<Arc<Record>>) {
        let Some(record) = record else { return };
        (self.updated, self.language, self.live) =
            (record.updated, record.article.language.clone(), record.is_live());
        self.record = Some(record);
    }

    fn is_to_be_written(&self, context: u64) -> bool {
        self.live && self.known.as_ref().is_none_or(|known| known.context != context)
    }
}

impl Made {
    /// A document that is as it was.
    fn again(sheet: Arc<Sheet>, plan: Plan) -> Self {
        let mut feed = plan.feed;
        if plan.speaks_as_pages {
            feed.language = spoken(sheet.lines.iter().map(|line| line.language.as_deref()));
        }
        Self { sheet, written: HashMap::new(), feed, form: plan.form }
    }

    /// Whether it is an open document.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.feed.document, Document::Open(_))
    }

    /// Its pieces but head and foot.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (&Line, &PieceLine)> {
        self.sheet.lines.iter().filter_map(|line| Some((line, line.piece.as_ref()?)))
    }

    /// Writes again entries whose bytes are needed; their places and bytes. [`Error::Moved`] if one
    /// is another by now.
    pub(super) fn rewrite(&self, entries: Vec<(usize, Entry)>) -> Result<Pieces, Error> {
        let pieces: Vec<&PieceLine> = self.pieces().map(|(_, piece)| piece).collect();
        let mut written = HashMap::with_capacity(entries.len());
        for (place, entry) in entries {
            let bytes = render::piece(&self.feed, &entry, self.form, place == 0)?.bytes;
            if pieces.get(place).is_none_or(|piece| piece.digest != digest(&bytes)) {
                return Err(Error::Moved);
            }
            written.insert(place, bytes);
        }
        Ok(written)
    }
}

/// Digest of the bytes of a piece, or of a document that has none.
pub(super) fn digest(bytes: &[u8]) -> Digest {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    *digest.first_chunk().unwrap_or(&[0; 16])
}

/// A document's digest: over those of its pieces in their order.
fn digest_of(head: &[u8], lines: &[Line], foot: &[u8]) -> Digest {
    let mut all = Vec::with_capacity((lines.len() + 2) * 16);
    all.extend_from_slice(&digest(head));
    lines
        .iter()
        .filter_map(|line| line.piece.as_ref())
        .for_each(|piece| all.extend_from_slice(&piece.digest));
    all.extend_from_slice(&digest(foot));
    digest(&all)
}

/// Digest of the whole document as the first releases had it; of one that was written just now as a
/// whole.
fn plain_digest(sheet: &Sheet, written: &Pieces) -> [u8; 32] {
    let mut all = Sha256::new();
    all.update(&sheet.head);
    (0..written.len()).filter_map(|place| written.get(&place)).for_each(|bytes| all.update(bytes));
    all.update(&sheet.foot);
    all.finalize().into()
}

/// `time` rounded up to a second.
pub(super) fn whole_second(time: Timestamp) -> Timestamp {
    let up = i64::from(time.subsec_nanosecond() > 0);
    Timestamp::from_second(time.as_second().saturating_add(up)).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_up() {
        let at = |micros| Timestamp::from_microsecond(micros).unwrap();
        assert_eq!(whole_second(at(1_000_000)), at(1_000_000));
        assert_eq!(whole_second(at(1_000_001)), at(2_000_000));
    }
}
