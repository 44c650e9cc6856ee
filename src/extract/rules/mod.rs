//! The configuration compiled: engines, profiles and their words.

pub(crate) mod choice;
pub(crate) mod compiler;
pub mod dates;
pub(crate) mod engine;
pub(crate) mod lazy;
pub(crate) mod list_words;
pub(crate) mod names;
pub(crate) mod patterns;
pub(crate) mod prefilter;
pub(crate) mod profile;
pub(crate) mod regexes;
pub(crate) mod roles;
pub(crate) mod selectors;
pub(crate) mod signatures;
pub(crate) mod wildcard;
pub(crate) mod words;
