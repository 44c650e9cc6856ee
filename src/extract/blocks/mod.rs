//! Where a page's blocks are, what they are called, and which part of an article or a list each is.
//!
//! Two ways lead to the same: `in_tree` with `rules::engine` on the whole tree, `in_outline` with
//! `name_in_outline` on the scanned page.

pub(crate) mod area;
pub(crate) mod in_outline;
pub(crate) mod in_tree;
pub(crate) mod name;
pub(crate) mod name_in_outline;
pub(crate) mod name_in_tree;
pub(crate) mod regions;
pub(crate) mod segment;
pub(crate) mod text_capture;
