//! Work that is appended and not yet saved.

use crate::domain::{Place, Synced};
use crate::store::Batch;

/// Work that is appended and not yet saved; a failed save leaves it with its proof.
#[derive(Default)]
pub struct Unsaved {
    pub(super) batch: Batch,
    pub(super) places: Vec<Place>,
    pub(super) proof: Option<Synced>,
}
