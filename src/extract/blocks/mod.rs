//! Where a page's blocks are, what they are called, and which part of an article or a list each is.
//!
//! One set of rules (`find`) speaks to a page's `elements`; `tree_view` has them by the whole tree,
//! `outline_view` by the scanned page.

pub(crate) mod area;
pub(crate) mod elements;
pub(crate) mod find;
pub(crate) mod name;
pub(crate) mod outline_view;
pub(crate) mod regions;
pub(crate) mod segment;
pub(crate) mod text_capture;
pub(crate) mod tree_view;
