//! The forms that archive, store, render and web share: the article as a JSON item, the archived
//! record, the stored rows.
//!
//! Pure: no I/O. Never changes a form that was written once: a new field or meaning is a new form
//! beside the old.

mod error;
pub mod item;
pub mod memory;
pub mod record;
pub mod stored;
pub mod uri;
mod urn;

pub use error::Error;
