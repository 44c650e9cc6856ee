//! The letters of a run of source text: as written, or by a reference such as `&eacute;`.

use super::table::Table;
use crate::extract::html::dom;

/// The letters with the length that each has in the source; only references to letters of the table
/// are read as one.
pub(super) fn units<'t>(
    text: &'t str,
    table: &'t Table,
) -> impl Iterator<Item = (char, usize)> + 't {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let first = rest.chars().next()?;
        let meant =
            if first == '&' { dom::reference(rest).filter(|(c, _)| table.uses(*c)) } else { None };
        let unit = meant.unwrap_or((first, first.len_utf8()));
        at += unit.1;
        Some(unit)
    })
}
