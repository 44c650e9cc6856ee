//! What goes from crawl to publish, and what publish remembers of feeds and documents.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::feed::Scope;
use crate::domain::{Record, SectionId, SiteId};

/// One line of the change log, the only bus between crawl and publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its number, from 1, without gaps.
    pub n: u64,
    /// The site.
    pub site: SiteId,
    /// The article.
    pub id: Uuid,
    /// The version that the change made or touched.
    pub version: u32,
    /// What happened.
    pub kind: ChangeKind,
}

/// What happened to an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeKind {
    /// First publication.
    New,
    /// A new version.
    Edited,
    /// Same version; sections, aliases or state changed.
    Touched,
}

/// An entry whose latest version stands in no final document (CONTRACT section 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The article.
    pub id: Uuid,
    /// Its seq.
    pub seq: u64,
    /// Its latest version.
    pub version: u32,
    /// What ranks it: its rank, or its `updated` if an older version stands in a final document.
    pub rank: Timestamp,
}

/// Where a site's feed stands after the last folded change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedState {
    /// Number of the last final document; 0: none.
    pub finals: u32,
    /// The pending entries, in no order.
    pub pending: Vec<Pending>,
}

/// What publish saves in one transaction after folding changes.
#[derive(Clone, Debug, Default)]
pub struct FeedBatch {
    /// The last change folded.
    pub cursor: u64,
    /// Sites whose feed state moved.
    pub states: Vec<(SiteId, FeedState)>,
    /// Entries that a new final document holds: site, article, document.
    pub archived_in: Vec<(SiteId, Uuid, u32)>,
    /// Feeds that were moved, and when.
    pub moved: Vec<(Scope, Timestamp)>,
}

/// A change with what folding it needs.
#[derive(Clone, Debug)]
pub struct Unfolded {
    /// The change.
    pub change: Change,
    /// What the record of its version says.
    pub brief: Option<Brief>,
    /// The latest final document that holds its article.
    pub archived_in: Option<u32>,
}

/// What a record says of its place in a feed.
#[derive(Clone, Debug)]
pub struct Brief {
    /// Its seq.
    pub seq: u64,
    /// Its rank.
    pub rank: Timestamp,
    /// Its `updated`.
    pub updated: Timestamp,
    /// Whether it stands.
    pub live: bool,
    /// Its sections.
    pub sections: Vec<SectionId>,
}

impl From<&Record> for Brief {
    fn from(record: &Record) -> Self {
        let (seq, updated, sections) = (record.seq, record.updated, record.sections.clone());
        Self { seq, rank: record.rank(), updated, live: record.is_live(), sections }
    }
}

/// A version of an article as a document lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The site.
    pub site: SiteId,
    /// The article.
    pub id: Uuid,
    /// The version.
    pub version: u32,
    /// The number of the change that wrote the article's record last: the same number, the same
    /// record. 0: not known.
    pub revision: u64,
}

/// When a feed was moved last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The last change folded then, or more: it grows with each move.
    pub n: u64,
    /// The time.
    pub time: Timestamp,
}

impl Moved {
    /// The next move of what was moved `before`.
    pub(super) fn after(before: Option<Self>, cursor: u64, time: Timestamp) -> Self {
        Self { n: before.map_or(cursor, |before| cursor.max(before.n + 1)), time }
    }
}

/// The validators of a document as the first releases kept them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// SHA-256 of the plain bytes.
    pub digest: [u8; 32],
    /// Last-Modified, whole seconds.
    pub last_modified: Timestamp,
}

/// A document that was made, without its entries' bytes: what tells whether it is still the same,
/// and what of it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// A digest of all that it was made of beside the records: the site's file, addresses, the
    /// renderer.
    pub context: u64,
    /// [`Moved::n`] of its feed when it was made; 0: never.
    pub moved: u64,
    /// Digest over the digests of its pieces.
    pub digest: [u8; 16],
    /// Last-Modified, whole seconds.
    pub last_modified: Timestamp,
    /// What stands before its entries.
    pub head: Vec<u8>,
    /// What stands after them.
    pub foot: Vec<u8>,
    /// Its entries in their order, tombstones too.
    pub lines: Vec<Line>,
}

/// One entry of a [`Sheet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The site.
    pub site: SiteId,
    /// The article.
    pub id: Uuid,
    /// The version.
    pub version: u32,
    /// As in [`Standing`].
    pub revision: u64,
    /// The record's `updated`.
    pub updated: Timestamp,
    /// The record's language.
    pub language: Option<String>,
    /// What was written of it; `None`: a tombstone, which stands in the foot.
    pub piece: Option<PieceLine>,
}

/// What is known of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceLine {
    /// A digest of all that it was made of beside the record.
    pub context: u64,
    /// Digest of its bytes.
    pub digest: [u8; 16],
    /// Bytes.
    pub length: u32,
    /// CRC-32 of its bytes.
    pub crc: u32,
    /// What it needs of the frame, as bits of the renderer.
    pub uses: u8,
}

/// What is known of a document before it is made.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// When its feed was moved last.
    pub moved: Option<Moved>,
    /// How it was made last.
    pub sheet: Option<Arc<Sheet>>,
    /// Its validators as a first release kept them, until it is made.
    pub stamp: Option<Stamp>,
    /// How the entries of its feed stand, if that was wanted and the sheet is not current.
    pub order: Option<Order>,
    /// The records that were wanted then, in their order.
    pub records: Vec<Option<Arc<Record>>>,
}

impl Look {
    /// [`Moved::n`] of its feed; 0: never moved.
    pub fn moved_by(&self) -> u64 {
        self.moved.map_or(0, |moved| moved.n)
    }

    /// The sheet, if the document would be made in the same way now that its context is this one.
    pub fn current(&self, context: u64) -> Option<&Arc<Sheet>> {
        self.sheet
            .as_ref()
            .filter(|sheet| (sheet.moved, sheet.context) == (self.moved_by(), context))
    }
}

/// How the entries of a feed stand.
#[derive(Clone, Debug)]
pub enum Order {
    /// Those of a site, as its feed stands.
    Site(Lineup),
    /// Those of all sites or of a section, the highest-ranked first.
    Ranked(Vec<Standing>),
}

/// What is to be looked at beside the sheet of a document, if that is not current.
pub struct Wanted {
    /// How the document was made last, where that is not stored yet.
    pub unsaved: Option<Arc<Sheet>>,
    /// What [`Sheet::context`] is now.
    pub context: u64,
    /// The sites that count.
    pub counts: Counts,
    /// How many entries a document of ranked ones has.
    pub entries: usize,
    /// Which records are wanted, by what was found of the rest.
    pub records: Records,
}

/// Names the versions whose records are wanted, by what was found.
pub type Records = Box<dyn FnOnce(&Look) -> Vec<(SiteId, Uuid, u32)> + Send>;

/// A site's feed as it stands after the last folded change.
#[derive(Clone, Debug, Default)]
pub struct Lineup {
    /// Where it stands.
    pub state: FeedState,
    /// The highest number of its final documents whose place or entries are known; 0: none.
    pub last_final: u32,
    /// [`Standing::revision`] of each pending entry, in their order.
    pub revisions: Vec<u64>,
}

/// Whether a site counts.
pub type Counts = Arc<dyn Fn(&SiteId) -> bool + Send + Sync>;
