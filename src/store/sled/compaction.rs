//! Room in sled's log: what is left in a segment that is mostly empty is moved on, so that the
//! segment is written anew.
//!
//! sled moves one page whenever it rewrites another, which it does at every tenth write to that. So
//! a store that is filled and then hardly written would grow past segments that hold next to
//! nothing. Its own thread, which would move them, syncs at times of its own; so each write
//! rewrites a page that says nothing, in a tree apart.

use sled::Db;

const TREE: &str = "tidy";
/// Pages that are moved at each write, where there are so many to move.
const PAGES: u8 = 2;
/// Writes to a page until sled rewrites it.
const WRITES: u8 = 10;

/// Lets sled move some pages.
pub fn compact(db: &Db) -> sled::Result<()> {
    let tree = db.open_tree(TREE)?;
    (0..PAGES * WRITES).try_for_each(|n| tree.insert(TREE, &[n]).map(drop))
}
