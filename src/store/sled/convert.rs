//! From the layout before this one, in which every small row lay alone.

use super::edit::{Edit, Rows};
use super::table::Table;
use super::{bundle, keys};
use crate::store::Error;

/// The layout that is converted.
pub const FROM: u32 = 3;
/// Rows that are brought in by one write.
const ROWS: usize = 2_000;
/// A kind of rows that nobody reads any more: article -> site.
const HOMES: u8 = b'L';
/// What keys of ranks begin with that nobody reads any more: those of a site.
const SITE_RANKS: &[u8] = b"r\x01";

/// Notes that rows are to be brought in, and the layout that they get: what reads the layout before
/// must not take what is left for all.
pub fn begin(edit: &mut Edit<'_>, layout: u32) -> Result<(), Error> {
    edit.put_row(keys::BRINGING_IN.to_vec(), &FROM)?;
    edit.put_row(keys::LAYOUT.to_vec(), &layout)
}

/// Brings in what is still to be brought in; a stop in between loses nothing.
pub fn finish(table: &Table) -> Result<(), Error> {
    if table.read(|view| view.row::<u32>(keys::BRINGING_IN))?.is_none() {
        return Ok(());
    }
    tracing::info!("the store is brought into its new layout");
    for kind in bundle::KINDS.iter().chain(&[HOMES]) {
        while table.write(|edit| {
            edit.bring_in(&[*kind], ROWS, |key| bundle::holds(key) && !key.starts_with(SITE_RANKS))
        })? {}
    }
    table.write(|edit| edit.remove(keys::BRINGING_IN.to_vec()))
}
