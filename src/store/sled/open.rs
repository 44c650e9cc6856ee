//! Opening.

use std::fs;
use std::path::Path;

use super::edit::Rows;
use super::files::Files;
use super::seam::Seam;
use super::table::Table;
use super::{convert, keys, names};
use crate::store::Error;

/// The layout of keys and rows; a store of the one before is converted, one of any other is set
/// aside and rebuilt.
const LAYOUT: u32 = 4;

/// Opens the store in `folder`, which is made if it is missing.
pub fn open(folder: &Path, seam: Seam) -> Result<Table, Error> {
    let at = |cause| Error::disk(cause).at(folder, "opened");
    if let Some(name) = names::foreign(folder).map_err(at)? {
        return Err(Error::Foreign { path: folder.display().to_string(), name });
    }
    let fresh = !folder.join("db").exists();
    fs::create_dir_all(folder).map_err(at)?;
    let files = Files::open(folder, &seam).map_err(|error| error.at(folder, "opened"))?;
    let table = Table::new(folder.to_path_buf(), files, seam).map_err(at)?;
    check_layout(&table, fresh).map_err(|error| error.at(folder, "opened"))?;
    Ok(table)
}

/// Writes the layout into a fresh store, and refuses a store of another one, or one that lost it.
fn check_layout(table: &Table, fresh: bool) -> Result<(), Error> {
    match table.read(|view| view.row::<u32>(keys::LAYOUT))? {
        Some(LAYOUT) => convert::finish(table),
        Some(convert::FROM) => {
            table.write(|edit| convert::begin(edit, LAYOUT))?;
            convert::finish(table)
        }
        None if fresh => table.write(|edit| edit.put_row(keys::LAYOUT.to_vec(), &LAYOUT)),
        found => Err(Error::damaged(format!("layout {found:?} where {LAYOUT} is read"))),
    }
}
