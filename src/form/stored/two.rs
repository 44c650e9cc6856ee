//! Form 2 of the stored rows, which records alone have: form 1 and the table of old letters. Never edited, as form 1.

use serde::{Deserialize, Serialize};

use super::one;

#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    pub one: one::Record,
    pub letters: Option<String>,
}
