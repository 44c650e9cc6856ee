//! Which addresses may be reached: literals in every spelling, names after their lookup, each hop
//! anew.
//!
//! For whoever opens a connection to an address that a page or a stranger named. It never connects
//! itself, and it never trusts a name: only the addresses it has checked may be connected to. What
//! listens here accepts by [`Backoff`].

mod accept;
mod error;
mod guard;
mod range;

pub use accept::Backoff;
pub use error::Error;
pub use guard::{Guard, Reach};
pub use range::is_private;
