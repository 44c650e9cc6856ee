//! A block in reading order: lines of runs, with what stands in tables and beside pictures.

pub(crate) mod build;
pub(crate) mod density;
pub(crate) mod embedded;
pub(crate) mod inline;
pub(crate) mod line;
pub(crate) mod looks;
pub(crate) mod table;
