//! Blocks to teasers, and to where a list goes on.

pub(crate) mod dated;
pub(crate) mod extent;
pub(crate) mod listing;
pub(crate) mod pager;
pub(crate) mod post_form;
pub(crate) mod teasers;
