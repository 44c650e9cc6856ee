//! Batches that are applied and not yet synced, kept so that they can be applied again. sled calls
//! a batch off whose applying fails in the middle, and after the next opening has the part of it
//! that came into its log: an article without the change that tells of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sled::{Db, IVec};

/// Rows that go in together; `None` removes one.
pub type Rows = Vec<(IVec, Option<IVec>)>;

/// The batches, in their order.
#[derive(Debug, Default)]
pub struct Unsynced(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    batches: Vec<Rows>,
    /// Whether the last one may be in the files in part.
    torn: bool,
}

impl Unsynced {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies a batch and keeps it.
    pub fn apply(
        &self,
        db: &Db,
        rows: Rows,
        apply: impl FnOnce(&Db, &Rows) -> sled::Result<()>,
    ) -> sled::Result<()> {
        {
            let mut state = self.lock();
            state.torn = true;
            state.batches.push(rows.clone());
        }
        apply(db, &rows)?;
        self.lock().torn = false;
        Ok(())
    }

    /// How many are kept.
    pub fn count(&self) -> usize {
        self.lock().batches.len()
    }

    /// The first so many are on the disk.
    pub fn synced(&self, count: usize) {
        let mut state = self.lock();
        let count = count.min(state.batches.len());
        state.batches.drain(..count);
    }

    /// Files were opened again: what is lost whole is forgotten, and if one batch is there in part
    /// all are applied once more. Whether so.
    pub fn again(&self, db: &Db) -> sled::Result<bool> {
        let mut state = self.lock();
        if !state.torn {
            state.batches.clear();
            return Ok(false);
        }
        state.batches.iter().try_for_each(|rows| whole(db, rows)).map(|()| true)
    }

    /// All of them are on the disk.
    pub fn settled(&self) {
        *self.lock() = State::default();
    }
}

/// Applies a batch as one.
pub fn whole(db: &Db, rows: &Rows) -> sled::Result<()> {
    let mut batch = sled::Batch::default();
    for (key, row) in rows {
        match row {
            Some(row) => batch.insert(key, row),
            None => batch.remove(key),
        }
    }
    db.apply_batch(batch)
}
