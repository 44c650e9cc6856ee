//! Form 4 of the rows of records (form 3, what the page names as its canonical address, and the
//! article that it was joined to) and of sources (form 3 and what its lists link to on hosts of
//! others). Never edited, as form 1.

use serde::{Deserialize, Serialize};

use super::three;

#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    pub three: three::Record,
    pub canonical: Option<String>,
    pub joined: Option<[u8; 16]>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Source {
    pub three: three::Source,
    /// By section.
    pub abroad: Vec<(String, Abroad)>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Abroad {
    pub links: u32,
    pub hosts: Vec<String>,
    pub all: bool,
}
