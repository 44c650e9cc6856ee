//! Access to the tree: reads of one state of it, and writes that are gathered over it.

use std::collections::BTreeMap;

use sled::{Db, IVec};

use super::bundle::{self, Bundles, Range};
use super::chunks::{self, First};
use super::compaction::compact;
use super::fault::fault;
use super::keys;
use super::rows::{self, Row};
use super::seam::{Act, Seam};
use super::unsynced::{self, Unsynced};
use crate::store::Error;

/// Rows that gather before they are applied at the next border between two things saved.
const ROWS: usize = 200;

/// A reader's face of the tree.
pub trait Rows {
    /// The row's own bytes.
    fn raw(&self, key: &[u8]) -> Result<Option<IVec>, Error>;

    /// The value under a key, its parts joined.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        match self.raw(key)? {
            Some(first) => self.join(key, &first).map(Some),
            None => Ok(None),
        }
    }

    /// The value whose row is `first`.
    fn join(&self, key: &[u8], first: &[u8]) -> Result<Vec<u8>, Error> {
        match chunks::first(first)? {
            First::Whole(value) => Ok(value.to_vec()),
            First::Chunks(count) => {
                let mut value = Vec::new();
                for n in 0..count {
                    let part = self.raw(&chunks::key(key, n))?;
                    value.extend_from_slice(
                        &part.ok_or_else(|| Error::damaged("a part of a value is missing"))?,
                    );
                }
                Ok(value)
            }
        }
    }

    /// The small row under a key.
    fn row<R: Row>(&self, key: &[u8]) -> Result<Option<R>, Error> {
        self.get(key)?.map(|bytes| rows::from_bytes(&bytes)).transpose()
    }
}

/// The tree as it stands.
pub struct View<'a> {
    db: &'a Db,
    bundles: Bundles<'a>,
}

impl Rows for View<'_> {
    fn raw(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        self.bundles.get(key)
    }
}

impl<'a> View<'a> {
    /// A view of what is in the tree.
    pub fn new(db: &'a Db) -> Self {
        Self { db, bundles: Bundles::new(db) }
    }

    /// Keys and rows from `start` on, before `end`; both of one kind.
    pub fn range(&self, start: Vec<u8>, end: Vec<u8>) -> Result<Range, Error> {
        Range::new(self.db, start, end)
    }

    /// The last key that begins with `prefix`, of rows that lie in no bundle.
    pub fn last(&self, prefix: &[u8]) -> Result<Option<IVec>, Error> {
        debug_assert!(!bundle::holds(prefix));
        let last = self.db.range(prefix.to_vec()..keys::after(prefix)).next_back();
        last.transpose().map(|row| row.map(|(key, _)| key)).map_err(fault)
    }

    /// Keys and rows that begin with `prefix`.
    pub fn scan(&self, prefix: &[u8]) -> Result<Range, Error> {
        self.range(prefix.to_vec(), keys::after(prefix))
    }
}

/// Writes that are being gathered over the tree.
pub struct Edit<'a> {
    db: &'a Db,
    bundles: Bundles<'a>,
    seam: &'a Seam,
    unsynced: &'a Unsynced,
    applied: bool,
    broken: bool,
    rows: BTreeMap<Vec<u8>, Option<IVec>>,
    /// Keys of an earlier layout that are gone with the next apply.
    former: Vec<IVec>,
}

impl Rows for Edit<'_> {
    fn raw(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        match self.rows.get(key) {
            Some(row) => Ok(row.clone()),
            None => self.bundles.get(key),
        }
    }
}

impl<'a> Edit<'a> {
    /// Nothing gathered yet.
    pub fn new(db: &'a Db, seam: &'a Seam, unsynced: &'a Unsynced) -> Self {
        let (bundles, rows, former) = (Bundles::new(db), BTreeMap::new(), Vec::new());
        Self { db, bundles, seam, unsynced, applied: false, broken: false, rows, former }
    }

    /// Whether the tree took any of it.
    pub fn has_applied(&self) -> bool {
        self.applied
    }

    /// Whether the tree did not take some of it: nobody knows what is in it then.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Writes a value, in parts if it is long.
    pub fn put(&mut self, key: Vec<u8>, value: &[u8]) -> Result<(), Error> {
        self.drop_parts(&key)?;
        let (first, tail) = chunks::split(value);
        for (n, part) in (0..).zip(tail) {
            self.rows.insert(chunks::key(&key, n), Some(part.into()));
        }
        self.rows.insert(key, Some(first.into()));
        Ok(())
    }

    /// Writes a small row.
    pub fn put_row<R: Row>(&mut self, key: Vec<u8>, row: &R) -> Result<(), Error> {
        self.put(key, &rows::to_bytes(row)?)
    }

    /// Removes a value, its parts included.
    pub fn remove(&mut self, key: Vec<u8>) -> Result<(), Error> {
        self.drop_parts(&key)?;
        self.rows.insert(key, None);
        Ok(())
    }

    /// Writes a key of an index.
    pub fn mark(&mut self, key: Vec<u8>) {
        self.rows.insert(key, Some(IVec::default()));
    }

    /// Removes a key of an index.
    pub fn unmark(&mut self, key: Vec<u8>) {
        self.rows.insert(key, None);
    }

    /// A border between two things saved: what has gathered is applied if it is much.
    pub fn border(&mut self) -> Result<(), Error> {
        if self.rows.len() > ROWS { self.apply() } else { Ok(()) }
    }

    /// Moves rows of an earlier layout, at most `limit` that begin with `prefix`, to where they
    /// belong, or drops them; whether there were any.
    pub fn bring_in(
        &mut self,
        prefix: &[u8],
        limit: usize,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<bool, Error> {
        let mut any = false;
        for row in self.db.scan_prefix(prefix).take(limit) {
            let (key, row) = row.map_err(fault)?;
            if wanted(&key) {
                self.rows.insert(key.to_vec(), Some(row));
            }
            self.former.push(key);
            any = true;
        }
        Ok(any)
    }

    fn drop_parts(&mut self, key: &[u8]) -> Result<(), Error> {
        if let Some(first) = self.raw(key)?
            && let First::Chunks(count) = chunks::first(&first)?
        {
            self.rows.extend((0..count).map(|n| (chunks::key(key, n), None)));
        }
        Ok(())
    }

    /// Applies what has gathered, all or nothing.
    pub fn apply(&mut self) -> Result<(), Error> {
        if self.rows.is_empty() && self.former.is_empty() {
            return Ok(());
        }
        let mut rows = self.bundles.gather(std::mem::take(&mut self.rows))?;
        rows.extend(self.former.drain(..).map(|key| (key, None)));
        self.applied = true;
        let apply = |db: &Db, rows: &unsynced::Rows| {
            self.seam.tear(db, rows).and_then(|()| unsynced::whole(db, rows))
        };
        let outcome = self.seam.before(Act::Apply).map_err(Error::disk);
        let outcome = outcome.and_then(|()| {
            self.unsynced.apply(self.db, rows, apply).and_then(|()| compact(self.db)).map_err(fault)
        });
        outcome.inspect_err(|_| self.broken = true)
    }
}
