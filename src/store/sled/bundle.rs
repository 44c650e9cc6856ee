//! Small rows in bundles. sled keeps some 250 bytes in memory for a page of at most 16 rows,
//! whatever their size: so what is small and much (links, addresses, heads, ranks) lies in rows of
//! about a kilobyte that hold many. Nobody above knows: keys and rows stay as they are.
//!
//! A bundle's key is the first that may lie in it; it holds all rows of its kind up to the next
//! bundle's key, each as the bytes that its key shares with the one before, the rest of its key,
//! its value.

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Bound;

use sled::{Db, IVec};

use super::fault::fault;
use crate::store::Error;

/// Kinds of rows that lie in bundles: addresses, changes, due and open links, heads, items, ranks,
/// places in final documents, links.
pub const KINDS: &[u8] = b"acdhiorSt";
/// What keys of bundles begin with.
const BUNDLE: u8 = b'B';
/// Bytes above which a bundle is split.
const FULL: usize = 1024;
/// Bytes below which it takes in the next one.
const SPARSE: usize = FULL / 4;
/// Bundles that a reader keeps at hand.
const AT_HAND: usize = 64;

/// Whether the row under this key lies in a bundle.
pub fn holds(key: &[u8]) -> bool {
    key.first().is_some_and(|kind| KINDS.contains(kind))
}

fn own_key(key: &[u8]) -> Vec<u8> {
    [&[BUNDLE], key].concat()
}

/// The rows of a bundle, one after another.
struct Cursor<'a> {
    rest: &'a [u8],
    key: Vec<u8>,
}

impl<'a> Cursor<'a> {
    /// Before the first row of the bundle whose key is `low`.
    fn new(low: &[u8], bundle: &'a [u8]) -> Self {
        Self { rest: bundle, key: low.to_vec() }
    }

    /// Steps on; the value, whose key is in `key` then.
    fn step(&mut self) -> Result<Option<&'a [u8]>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let row = postcard::take_from_bytes::<(u32, &'a [u8], &'a [u8])>(self.rest);
        let ((shared, key, value), rest) =
            row.map_err(|e| Error::damaged(format!("a bundle of rows cannot be read: {e}")))?;
        self.key.truncate(shared as usize);
        self.key.extend_from_slice(key);
        self.rest = rest;
        Ok(Some(value))
    }
}

/// A bundle at hand.
struct AtHand {
    bundle: IVec,
    /// The last key in it.
    last: Vec<u8>,
}

impl AtHand {
    fn new(low: &[u8], bundle: IVec) -> Result<Self, Error> {
        let mut cursor = Cursor::new(low, &bundle);
        while cursor.step()?.is_some() {}
        let last = cursor.key;
        Ok(Self { bundle, last })
    }

    fn get(&self, low: &[u8], key: &[u8]) -> Result<Option<IVec>, Error> {
        let mut cursor = Cursor::new(low, &self.bundle);
        while let Some(value) = cursor.step()? {
            if cursor.key.as_slice() >= key {
                return Ok((cursor.key == key).then(|| value.into()));
            }
        }
        Ok(None)
    }
}

/// Rows of the tree, whether in bundles or not.
pub struct Bundles<'a> {
    db: &'a Db,
    /// By the keys of the bundles, without their mark.
    at_hand: RefCell<BTreeMap<Vec<u8>, AtHand>>,
}

impl<'a> Bundles<'a> {
    /// Nothing at hand yet.
    pub fn new(db: &'a Db) -> Self {
        Self { db, at_hand: RefCell::default() }
    }

    /// The row under a key.
    pub fn get(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        if !holds(key) {
            return self.db.get(key).map_err(fault);
        }
        let mut at_hand = self.at_hand.borrow_mut();
        let known = at_hand.range::<[u8], _>((Bound::Unbounded, Bound::Included(key))).next_back();
        if let Some((low, known)) = known.filter(|(_, known)| key <= known.last.as_slice()) {
            return known.get(low, key);
        }
        let Some((low, bundle)) = floor(self.db, key)? else { return Ok(None) };
        let found = AtHand::new(&low, bundle)?;
        let row = found.get(&low, key);
        if at_hand.len() >= AT_HAND {
            at_hand.clear();
        }
        at_hand.insert(low, found);
        row
    }

    /// Rows as they are to lie in the tree: those of bundles by the whole bundle.
    pub fn gather(
        &self,
        rows: BTreeMap<Vec<u8>, Option<IVec>>,
    ) -> Result<Vec<(IVec, Option<IVec>)>, Error> {
        self.at_hand.borrow_mut().clear();
        let mut gathered = Vec::new();
        let mut open: Option<Open> = None;
        for (key, row) in rows {
            if !holds(&key) {
                gathered.push((key.into(), row));
                continue;
            }
            let mut bundle = match open.take() {
                Some(bundle) => bundle.towards(self.db, &key, &mut gathered)?,
                None => Open::at(self.db, &key)?,
            };
            bundle.put(key, row);
            open = Some(bundle);
        }
        if let Some(mut last) = open {
            last.take_next_if_sparse(self.db)?;
            last.close(&mut gathered)?;
        }
        Ok(gathered)
    }
}

/// The bundle in which a key's row would lie, and its key.
fn floor(db: &Db, key: &[u8]) -> Result<Option<(Vec<u8>, IVec)>, Error> {
    let kind = key.first().map_or(&[][..], std::slice::from_ref);
    let below = db.range(own_key(kind)..=own_key(key)).next_back().transpose().map_err(fault)?;
    Ok(below.map(|(key, bundle)| (key.get(1..).unwrap_or_default().to_vec(), bundle)))
}

/// A bundle that is being written anew.
struct Open {
    low: Vec<u8>,
    /// The next bundle's key and rows, of the same kind.
    next: Option<(Vec<u8>, IVec)>,
    rows: BTreeMap<Vec<u8>, IVec>,
    /// Bytes of keys and values, about.
    size: usize,
    /// Keys of bundles that it took in.
    taken: Vec<Vec<u8>>,
}

impl Open {
    /// The bundle of a key; a kind's first one begins with the kind.
    fn at(db: &Db, key: &[u8]) -> Result<Self, Error> {
        let kind = key.get(..1).unwrap_or_default();
        let (low, bundle) = floor(db, key)?.unwrap_or_else(|| (kind.to_vec(), IVec::default()));
        let mut open = Self { next: None, rows: BTreeMap::new(), size: 0, taken: Vec::new(), low };
        open.take_rows(&open.low.clone(), &bundle)?;
        open.next = open.after(db, key)?;
        Ok(open)
    }

    /// The first bundle of this kind behind a key.
    fn after(&self, db: &Db, key: &[u8]) -> Result<Option<(Vec<u8>, IVec)>, Error> {
        let kind = self.low.first().copied().unwrap_or_default();
        let range = (Bound::Excluded(own_key(key)), Bound::Excluded(vec![BUNDLE, kind + 1]));
        let next = db.range(range).next().transpose().map_err(fault)?;
        Ok(next.map(|(key, bundle)| (key.get(1..).unwrap_or_default().to_vec(), bundle)))
    }

    fn covers(&self, key: &[u8]) -> bool {
        self.low.first() == key.first()
            && self.next.as_ref().is_none_or(|(next, _)| key < next.as_slice())
    }

    /// The bundle of a later key: this one, as far as it is sparse and takes in the next ones, else
    /// it is closed.
    fn towards(
        mut self,
        db: &Db,
        key: &[u8],
        gathered: &mut Vec<(IVec, Option<IVec>)>,
    ) -> Result<Self, Error> {
        while !self.covers(key) && self.take_next_if_sparse(db)? {}
        if self.covers(key) {
            return Ok(self);
        }
        self.close(gathered)?;
        Self::at(db, key)
    }

    /// Takes in the next bundle if it is sparse itself; whether it did.
    fn take_next_if_sparse(&mut self, db: &Db) -> Result<bool, Error> {
        if self.size >= SPARSE {
            return Ok(false);
        }
        let Some((low, bundle)) = self.next.take() else { return Ok(false) };
        self.take_rows(&low, &bundle)?;
        self.next = self.after(db, &low)?;
        self.taken.push(low);
        Ok(true)
    }

    fn take_rows(&mut self, low: &[u8], bundle: &[u8]) -> Result<(), Error> {
        let mut cursor = Cursor::new(low, bundle);
        while let Some(value) = cursor.step()? {
            self.size += value.len() + cursor.key.len();
            self.rows.insert(cursor.key.clone(), value.into());
        }
        Ok(())
    }

    fn put(&mut self, key: Vec<u8>, row: Option<IVec>) {
        let length = key.len();
        let before = match row {
            Some(row) => {
                self.size += length + row.len();
                self.rows.insert(key, row)
            }
            None => self.rows.remove(&key),
        };
        self.size -= before.map_or(0, |before| length + before.len());
    }

    /// Writes it: as one, or in as many of about the same size as are needed.
    fn close(self, gathered: &mut Vec<(IVec, Option<IVec>)>) -> Result<(), Error> {
        gathered.extend(self.taken.iter().map(|taken| (own_key(taken).into(), None)));
        if self.rows.is_empty() {
            gathered.push((own_key(&self.low).into(), None));
            return Ok(());
        }
        let share = self.size.div_ceil(self.size.div_ceil(FULL).max(1));
        let mut rows = self.rows.into_iter().peekable();
        let mut low = self.low;
        while rows.peek().is_some() {
            let (mut bundle, mut size, mut before) = (Vec::new(), 0, low.clone());
            while let Some((key, value)) =
                rows.next_if(|(key, value)| size == 0 || size + key.len() + value.len() <= share)
            {
                size += key.len() + value.len();
                bundle = row_after(&before, &key, &value, bundle)?;
                before = key;
            }
            gathered.push((own_key(&low).into(), Some(bundle.into())));
            low = rows.peek().map(|(key, _)| key.clone()).unwrap_or_default();
        }
        Ok(())
    }
}

/// Writes a row of a bundle behind `bundle`, in which the key before it is `before`.
fn row_after(before: &[u8], key: &[u8], value: &[u8], bundle: Vec<u8>) -> Result<Vec<u8>, Error> {
    let shared = before.iter().zip(key).take_while(|(a, b)| a == b).count();
    let row =
        (u32::try_from(shared).unwrap_or_default(), key.get(shared..).unwrap_or_default(), value);
    postcard::to_extend(&row, bundle)
        .map_err(|e| Error::damaged(format!("a bundle of rows could not be written: {e}")))
}

/// Rows from a key on, before another.
pub struct Range {
    rows: sled::Iter,
    /// Of the bundle at hand, from the last back.
    at_hand: Vec<(IVec, IVec)>,
    start: Vec<u8>,
    end: Vec<u8>,
    bundled: bool,
}

impl Range {
    /// Both keys are of one kind, or the end is the next kind's first.
    pub fn new(db: &Db, start: Vec<u8>, end: Vec<u8>) -> Result<Self, Error> {
        let bundled = holds(&start);
        let rows = if bundled {
            let low = floor(db, &start)?.map_or_else(|| start.clone(), |(low, _)| low);
            db.range(own_key(&low)..own_key(&end))
        } else {
            db.range(start.clone()..end.clone())
        };
        Ok(Self { rows, at_hand: Vec::new(), start, end, bundled })
    }

    /// Keeps at hand what lies in the range of a bundle.
    fn open(&mut self, key: &[u8], bundle: &[u8]) -> Result<(), Error> {
        let mut cursor = Cursor::new(key.get(1..).unwrap_or_default(), bundle);
        while let Some(value) = cursor.step()? {
            if cursor.key >= self.start && cursor.key < self.end {
                self.at_hand.push((cursor.key.as_slice().into(), value.into()));
            }
        }
        self.at_hand.reverse();
        Ok(())
    }
}

impl Iterator for Range {
    type Item = Result<(IVec, IVec), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.at_hand.pop() {
                return Some(Ok(row));
            }
            match self.rows.next()?.map_err(fault) {
                Ok((key, bundle)) if self.bundled => {
                    if let Err(error) = self.open(&key, &bundle) {
                        return Some(Err(error));
                    }
                }
                row => return Some(row),
            }
        }
    }
}
