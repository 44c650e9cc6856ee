//! Access to the tree: reads of one state of it, and writes that are gathered over it.

use std::collections::BTreeMap;

use sled::{Db, IVec};

use super::fault::fault;
use super::keys;
use super::parts::{self, First};
use super::rows::{self, Row};
use super::seam::{Act, Seam};
use super::tidy::tidy;
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
        match parts::first(first)? {
            First::Whole(value) => Ok(value.to_vec()),
            First::Parts(count) => {
                let mut value = Vec::new();
                for n in 0..count {
                    let part = self.raw(&parts::key(key, n))?;
                    value.extend_from_slice(&part.ok_or_else(|| Error::Damaged { what: "a part of a value is missing".to_owned() })?);
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
pub struct View<'a>(pub(super) &'a Db);

impl Rows for View<'_> {
    fn raw(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        self.0.get(key).map_err(fault)
    }
}

impl View<'_> {
    /// Keys and rows from `start` on, before `end`.
    pub fn range(&self, start: Vec<u8>, end: Vec<u8>) -> impl Iterator<Item = Result<(IVec, IVec), Error>> + use<> {
        self.0.range(start..end).map(|row| row.map_err(fault))
    }

    /// The last key that begins with `prefix`.
    pub fn last(&self, prefix: &[u8]) -> Result<Option<IVec>, Error> {
        let last = self.0.range(prefix.to_vec()..keys::after(prefix)).next_back();
        last.transpose().map(|row| row.map(|(key, _)| key)).map_err(fault)
    }

    /// Keys and rows that begin with `prefix`.
    pub fn scan(&self, prefix: &[u8]) -> impl Iterator<Item = Result<(IVec, IVec), Error>> + use<> {
        self.range(prefix.to_vec(), keys::after(prefix))
    }
}

/// Writes that are being gathered over the tree.
pub struct Edit<'a> {
    db: &'a Db,
    seam: &'a Seam,
    unsynced: &'a Unsynced,
    applied: bool,
    broken: bool,
    rows: BTreeMap<Vec<u8>, Option<IVec>>,
}

impl Rows for Edit<'_> {
    fn raw(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        match self.rows.get(key) {
            Some(row) => Ok(row.clone()),
            None => self.db.get(key).map_err(fault),
        }
    }
}

impl<'a> Edit<'a> {
    /// Nothing gathered yet.
    pub fn new(db: &'a Db, seam: &'a Seam, unsynced: &'a Unsynced) -> Self {
        Self { db, seam, unsynced, applied: false, broken: false, rows: BTreeMap::new() }
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
        let (first, tail) = parts::split(value);
        for (n, part) in (0..).zip(tail) {
            self.rows.insert(parts::key(&key, n), Some(part.into()));
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

    fn drop_parts(&mut self, key: &[u8]) -> Result<(), Error> {
        if let Some(first) = self.raw(key)?
            && let First::Parts(count) = parts::first(&first)?
        {
            self.rows.extend((0..count).map(|n| (parts::key(key, n), None)));
        }
        Ok(())
    }

    /// Applies what has gathered, all or nothing.
    pub fn apply(&mut self) -> Result<(), Error> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows).into_iter().map(|(key, row)| (key.into(), row)).collect();
        self.applied = true;
        let apply = |db: &Db, rows: &unsynced::Rows| self.seam.tear(db, rows).and_then(|()| unsynced::whole(db, rows));
        let outcome = self.seam.before(Act::Apply).map_err(Error::disk);
        let outcome = outcome.and_then(|()| self.unsynced.apply(self.db, rows, apply).and_then(|()| tidy(self.db)).map_err(fault));
        outcome.inspect_err(|_| self.broken = true)
    }
}
