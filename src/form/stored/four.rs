//! Form 4 of the rows of records (form 3, what the page names as its canonical address, and the
//! article that it was joined to), of sources (form 3, what its lists link to on hosts of others,
//! and further captures that were learned) and of targets (form 3, what a list tells of it, its
//! capture that is not read yet, what the capture of its article's version was found to say, and
//! which one stands for that). Never edited, as form 1.

use serde::{Deserialize, Serialize};

use super::{one, three};

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
    pub lessons: Vec<one::Place>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Abroad {
    pub links: u32,
    pub hosts: Vec<String>,
    pub all: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Target {
    pub three: three::Target,
    pub told: Option<Told>,
    pub fetched: Option<one::Place>,
    /// Of which version and reading, and whether both are the same.
    pub reread: Option<(u64, bool)>,
    /// What stands for that capture in the form of now.
    pub instead: Option<one::Place>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Told {
    pub title: String,
    pub date: Option<Written>,
    pub lead: Option<String>,
    pub image: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    pub date: (i16, i8, i8),
    pub time: Option<(i8, i8)>,
    pub offset_s: Option<i32>,
}
