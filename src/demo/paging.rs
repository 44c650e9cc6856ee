//! A section's listing in pages: their address, their number, and which of them a pager shows.

use super::data::{Pager, Section};

/// The address of a listing's first page.
pub fn path(section: &Section) -> String {
    match section.pager {
        Pager::Path => format!("/{}", section.id),
        _ => format!("/Pages/{}.aspx", section.id),
    }
}

/// How many pages a listing of so many articles has.
pub fn pages(section: &Section, count: usize) -> usize {
    if section.pager == Pager::None { 1 } else { count.div_ceil(section.per_page.max(1)).max(1) }
}

/// The page numbers that a pager shows: first, last, and those near.
pub fn numbers(page: usize, pages: usize) -> Vec<usize> {
    (1..=pages).filter(|n| *n == 1 || *n == pages || n.abs_diff(page) <= 3).collect()
}
