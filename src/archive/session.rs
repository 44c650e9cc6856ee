//! The archive as a visit writes to it: off the async threads, and only for as long as no reopening
//! has cut what it appended.

use super::error::At;
use super::{Archive, Error, Marks, NewResource};
use crate::domain::{Exchange, Place, Synced};

/// Appends and syncs of one writer. After a reopening it is of no more use: what it appended
/// without a proof may be cut.
#[derive(Clone)]
pub struct Session {
    archive: Archive,
    epoch: u64,
}

impl Archive {
    /// A session that holds until the archive is reopened.
    pub fn session(&self) -> Session {
        Session { archive: self.clone(), epoch: self.epoch() }
    }
}

impl Session {
    /// Whether the archive was not reopened since.
    pub fn holds(&self) -> bool {
        self.archive.epoch() == self.epoch
    }

    /// As [`Archive::append_exchanges`].
    ///
    /// # Errors
    ///
    /// As [`Archive::append_exchanges`].
    pub async fn append_exchanges(
        &self,
        exchanges: Vec<Exchange>,
        notes: Vec<(&'static str, String)>,
    ) -> Result<Vec<Place>, Error> {
        self.run(move |archive, epoch| archive.append_exchanges(epoch, &exchanges, &notes)).await
    }

    /// As [`Archive::append_resource`].
    ///
    /// # Errors
    ///
    /// As [`Archive::append_resource`].
    pub async fn append_resource(&self, resource: NewResource) -> Result<Place, Error> {
        self.run(move |archive, epoch| archive.append_resource(epoch, &resource)).await
    }

    /// Appends a resource record and marks its beginning, so that nobody sees the one without the
    /// other.
    ///
    /// # Errors
    ///
    /// As [`Archive::append_resource`]; then nothing is marked.
    pub async fn append_marked(
        &self,
        marks: &Marks,
        resource: NewResource,
    ) -> Result<Place, Error> {
        let marks = marks.clone();
        self.run(move |archive, epoch| marks.around(|| archive.append_resource(epoch, &resource)))
            .await
    }

    /// As [`Archive::sync`].
    ///
    /// # Errors
    ///
    /// As [`Archive::sync`], and when the archive was reopened since the session began.
    pub async fn sync(&self) -> Result<Synced, Error> {
        self.archive.sync_of(Some(self.epoch)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Archive, u64) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (archive, epoch) = (self.archive.clone(), self.epoch);
        self.archive
            .shared
            .thread
            .run(move || job(&archive, epoch))
            .await
            .at(self.archive.folder())?
    }
}
