//! A loss that a person accepts: the archive goes on without what is missing, and says so in a record (CONTRACT section 8).

use jiff::Timestamp;
use serde::Serialize;

use super::account::Accepted;
use super::error::At;
use super::inspect::{GONE, Named};
use super::segment::Name;
use super::{Archive, Error};
use crate::domain::Checkpoint;
use crate::domain::state::Missing;

/// The record's own name.
const URI: &str = "urn:bantin:archive:accepted";
const FORMAT: &str = "bantin-accepted/1";

#[derive(Serialize)]
struct Record<'a> {
    format: &'static str,
    accepted: &'a [Accepted],
}

impl Archive {
    /// Accepts that these files are missing, and goes on if nothing else is: the loss stands in a record that is synced and in
    /// `archive.json` when this returns. Blocks.
    pub fn accept(&self, lost: &[Missing], named: &[Named], since: Option<&Checkpoint>, now: Timestamp) -> Result<(), Error> {
        let folder = self.folder().to_owned();
        let accepted: Vec<Accepted> = lost.iter().map(|missing| self.accepted(missing, now)).collect();
        let mut account = super::account::Account::read(&folder).at(&folder)?;
        account.accepted.retain(|known| accepted.iter().all(|new| new.file != known.file));
        account.accepted.extend(accepted);
        super::segment::create_folder(&folder).at(&folder)?;
        account.write(&folder).at(&folder)?;
        self.reopen(named, since, now)?;
        let body = serde_json::to_vec_pretty(&Record { format: FORMAT, accepted: &account.accepted })
            .map_err(std::io::Error::other)
            .at(&folder)?;
        self.append_resource(self.epoch(), URI, "application/json", &body, now)?;
        self.shared.sync().map(drop)
    }

    fn accepted(&self, missing: &Missing, time: Timestamp) -> Accepted {
        let there = Name::parse(&missing.file).filter(|_| missing.what != GONE).and_then(|name| name.read(self.folder()).ok());
        let length = there.and_then(|file| file.metadata().ok()).map(|metadata| metadata.len());
        let length = length.or((missing.what != GONE).then_some(0));
        Accepted { file: missing.file.clone(), what: missing.what.clone(), length, articles: missing.articles, time }
    }
}
