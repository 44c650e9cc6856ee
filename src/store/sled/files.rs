//! The files as they are open: to read and write, as a stand-in that is only read, or not at all;
//! and how they are opened again.

use std::path::Path;
use std::time::{Duration, Instant};

use sled::Db;

use super::fault::fault;
use super::live::{self, Live};
use super::seam::Seam;
use super::stand_in::StandIn;
use crate::domain::state::chain;
use crate::store::Error;

/// Opening that failed is not tried again before.
const PAUSE: Duration = Duration::from_millis(if cfg!(test) { 5 } else { 500 });

/// The open files.
pub enum Files {
    /// To read and write.
    Live(Live),
    /// To read: the files themselves could not be opened to be written.
    StandIn(StandIn, Failure),
    /// Not at all.
    Shut(Failure),
}

/// Why and when opening failed.
pub struct Failure {
    cause: Error,
    at: Instant,
}

impl From<Error> for Failure {
    fn from(cause: Error) -> Self {
        Self { cause, at: Instant::now() }
    }
}

impl Files {
    /// Opens the files, or in their place a stand-in while the disk takes no writes.
    pub fn open(folder: &Path, seam: &Seam) -> Result<Self, Error> {
        // What two tries cannot read is damaged; where one cannot, the disk may have failed
        // for a moment.
        let again = |cause| {
            if matches!(cause, Error::Damaged { .. }) {
                live::live(folder, seam)
            } else {
                Err(cause)
            }
        };
        live::live(folder, seam).or_else(again).map(Self::Live).or_else(
            |cause| match Self::without(folder, seam, cause) {
                Self::Shut(failure) => Err(failure.cause),
                open => Ok(open),
            },
        )
    }

    /// What is read.
    pub fn db(&self) -> Result<&Db, Error> {
        match self {
            Self::Live(live) => live.db(),
            Self::StandIn(stand_in, _) => Ok(&stand_in.db),
            Self::Shut(failure) => Err(failure.cause.again()),
        }
    }

    /// What is written.
    pub fn live(&self) -> Result<&Live, Error> {
        match self {
            Self::Live(live) => Ok(live),
            Self::StandIn(_, failure) | Self::Shut(failure) => Err(failure.cause.again()),
        }
    }

    /// Whether they are open to be written.
    pub fn is_well(&self) -> bool {
        self.live().is_ok() && self.failing().is_none()
    }

    /// The fault that sled has met and that ends all its work, reading too.
    pub fn failing(&self) -> Option<Error> {
        let Self::Live(live) = self else { return None };
        live.db().ok()?.context.global_error().err().map(fault)
    }

    /// Opens them again, unless that failed just now. Blocks while sled, from threads of its own,
    /// lets go of them.
    pub fn open_again(&mut self, folder: &Path, seam: &Seam, why: &Error) {
        match self {
            Self::StandIn(_, failure) | Self::Shut(failure) if failure.at.elapsed() < PAUSE => {
                return;
            }
            _ => {}
        }
        let closed = Self::Shut(Error::disk(std::io::Error::other("it is being opened")).into());
        let mut stand_in = match std::mem::replace(self, closed) {
            Self::Live(_) => None,
            Self::StandIn(stand_in, _) => Some(stand_in),
            Self::Shut(_) => None,
        };
        let opened = live::probe(folder, seam).and_then(|()| {
            stand_in.iter_mut().for_each(StandIn::unlock);
            live::live_again(folder, seam)
        });
        *self = match opened {
            Ok(live) => Self::Live(live),
            Err(cause) => match stand_in.and_then(|stand_in| stand_in.locked(folder)) {
                Some(stand_in) => Self::StandIn(stand_in, cause.into()),
                None => Self::without(folder, seam, cause),
            },
        };
        self.tell(folder, why);
    }

    /// Says how an opening after a failure came out.
    fn tell(&self, folder: &Path, why: &Error) {
        let store = folder.display();
        match self {
            Self::Live(_) => {
                tracing::warn!(
                    file.path = %store,
                    error = %chain(why),
                    "the store was opened again after a failure"
                )
            }
            Self::StandIn(_, failure) => {
                tracing::debug!(
                    file.path = %store,
                    error = %failure.cause,
                    "the store is read from a copy"
                )
            }
            Self::Shut(failure) => {
                tracing::debug!(
                    file.path = %store,
                    error = %failure.cause,
                    "the store could not be opened again"
                )
            }
        }
    }

    /// What can be had while the files cannot be opened to be written.
    fn without(folder: &Path, seam: &Seam, cause: Error) -> Self {
        let stand_in = cause.io().and_then(|_| StandIn::open(folder, seam).ok());
        match stand_in {
            Some(stand_in) => Self::StandIn(stand_in, cause.into()),
            None => Self::Shut(cause.into()),
        }
    }
}
