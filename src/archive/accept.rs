//! A loss that a person accepts: the archive goes on without what is missing, and says so in a
//! record (CONTRACT section 8).

use jiff::Timestamp;
use serde::Serialize;

use super::account::Accepted;
use super::batch::Batch;
use super::error::At;
use super::inspect::{GONE, Named};
use super::member::Packer;
use super::segment::Name;
use super::stream::Stream;
use super::writer::Shared;
use super::{Archive, Error, NewResource};
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
    /// Accepts that these files are missing, and goes on if nothing else is: the loss stands in
    /// `archive.json` when this returns, and in a record as soon as anything is written. Blocks.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read, or the acceptance not be written.
    pub fn accept(
        &self,
        lost: &[Missing],
        named: &[Named],
        since: Option<&Checkpoint>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let folder = self.folder().to_owned();
        let accepted: Vec<Accepted> =
            lost.iter().map(|missing| self.accepted(missing, now)).collect();
        let mut account = super::account::Account::read(&folder).at(&folder)?;
        account.accepted.retain(|known| accepted.iter().all(|new| new.file != known.file));
        account.accepted.extend(accepted);
        super::segment::create_folder(&folder).at(&folder)?;
        account.write(&folder).at(&folder)?;
        self.reopen(named, since, now)
    }

    fn accepted(&self, missing: &Missing, time: Timestamp) -> Accepted {
        let there = Name::parse(&missing.file)
            .filter(|_| missing.what != GONE)
            .and_then(|name| name.read(self.folder()).ok());
        let length = there.and_then(|file| file.metadata().ok()).map(|metadata| metadata.len());
        let length = length.or((missing.what != GONE).then_some(0));
        Accepted {
            file: missing.file.clone(),
            what: missing.what.clone(),
            length,
            articles: missing.articles,
            time,
            recorded: false,
        }
    }
}

impl Shared {
    /// Writes down what was accepted and stands in no record yet.
    pub(super) fn record_accepted(&self, stream: &mut Stream, now: Timestamp) -> Result<(), Error> {
        let mut account = self.account();
        if account.accepted.iter().all(|accepted| accepted.recorded) {
            return Ok(());
        }
        let folder = &self.settings.folder;
        let mut new = account.clone();
        new.accepted.iter_mut().for_each(|accepted| accepted.recorded = true);
        let body = serde_json::to_vec_pretty(&Record { format: FORMAT, accepted: &new.accepted })
            .map_err(std::io::Error::other)
            .at(folder)?;
        let ids = self.ids().clone();
        let mut batch = Batch::new(&ids, Packer::new().at(folder)?);
        batch.resource(&NewResource::new(URI, "application/json", body, now)).at(folder)?;
        stream.append(batch.bytes(), batch.articles())?;
        stream.disk.sync().at(&stream.disk.path)?;
        stream.synced = stream.end();
        new.newest = Some(stream.said());
        new.write(folder).at(folder)?;
        *account = new;
        Ok(())
    }
}
