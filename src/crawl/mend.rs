//! After a fault: the store and the archive are opened again, and what the archive holds beyond the
//! store is applied before anything is read.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};

use super::recover::Watch;
use super::visit::LEASE;
use super::{Crawl, Error, recover};
use crate::archive::Named;
use crate::domain::state::{self, State, StateKind, chain};
use crate::domain::{Health, Site, SiteState};

impl Crawl {
    /// What the store names of the archive.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn named(&self) -> Result<Vec<Named>, Error> {
        Ok(named(&*self.store).await?)
    }

    /// Makes store and archive writable again, if they can be, and applies what is not applied.
    /// Visits under way whose records a reopening may have cut fail; what they had proofs for is in
    /// the archive, and so applied here.
    ///
    /// # Errors
    ///
    /// When the archive cannot be reopened, or what it holds not be applied: the next call goes on.
    pub async fn mend(&self) -> Result<(), Error> {
        let _one = self.mending.lock().await;
        self.store.mend().await?;
        let pending = self.states.has(StateKind::Recovery);
        self.reopen().await?;
        if !pending && !self.unapplied.load(Ordering::Acquire) {
            return Ok(());
        }
        let done = recover(
            &*self.store,
            &self.archive,
            self.now(),
            Watch { told: &|_| {}, stop: &self.stop },
        )
        .await?;
        self.unapplied.store(false, Ordering::Release);
        self.forgive(&done.upto);
        self.stir.note_all();
        self.changed.notify_waiters();
        Ok(())
    }

    /// Opens the archive again if it is not written.
    ///
    /// # Errors
    ///
    /// When the archive still lacks files, or its disk cannot be read or takes no writes.
    pub async fn reopen(&self) -> Result<(), Error> {
        if !self.archive.is_stopped() {
            return Ok(());
        }
        let (archive, now) = (self.archive.clone(), self.now());
        let (named, since) = (self.named().await?, self.store.checkpoint().await?);
        tokio::task::spawn_blocking(move || archive.reopen(&named, since.as_ref(), now))
            .await
            .map_err(|_| Error::BrokenOff("opening the archive again"))??;
        self.seen_responses().forget();
        self.unapplied.store(true, Ordering::Release);
        Ok(())
    }

    /// Whether what is read can be kept: a site is not asked for what would be lost.
    pub(super) async fn can_keep(&self) -> Result<(), Error> {
        let clock = self.wrong_clock().filter(|state| state.blocks_reading);
        if let Some(state) = self.states.blocking().or(clock) {
            (self.trouble)(state.clone());
            return Err(Error::State(state.line()));
        }
        if self.archive.is_stopped() || self.states.is_storage() {
            self.mend().await?;
            let archive = self.archive.clone();
            tokio::task::spawn_blocking(move || archive.probe())
                .await
                .map_err(|_| Error::BrokenOff("a trial write to the archive"))??;
        }
        Ok(())
    }

    /// A visit came to no end: it is counted, and where it is the daemon's fault the site says so,
    /// in memory alone.
    pub(super) async fn fell(&self, site: &Site, error: &Error) {
        self.counters.visits_failed.inc();
        let reason = match (self.suffer(error), error) {
            (Some(state), _) => state.line(),
            (None, Error::State(line)) => line.clone(),
            _ => return,
        };
        let now = self.now();
        let Ok(Some(claim)) =
            self.store.claim(&site.id, now, now.checked_add(LEASE).unwrap_or(Timestamp::MAX)).await
        else {
            return;
        };
        let every = SignedDuration::try_from(site.every).unwrap_or(SignedDuration::MAX);
        let health =
            if claim.state.health == Health::Broken { Health::Broken } else { Health::Degraded };
        let state = SiteState {
            health,
            reasons: vec![reason],
            next_due: now.checked_add(every).ok(),
            ..claim.state
        };
        if let Err(error) = self.store.release_lazy(claim.lease, state).await {
            tracing::debug!(
                site.id = %site.id,
                error = %chain(&error),
                "how the site fares is not remembered"
            );
        }
        self.stir.note(&site.id);
    }

    /// Tells of the state that a fault is a sign of, if it is one. The state.
    pub fn suffer(&self, error: &Error) -> Option<State> {
        let state = error.state(self.now())?;
        (self.trouble)(state.clone());
        Some(state)
    }
}

/// What the store names of the archive: files with their articles, and the checkpoint.
///
/// # Errors
///
/// When the store cannot be read.
pub async fn named(store: &dyn crate::store::Store) -> Result<Vec<Named>, crate::store::Error> {
    let files = store.files().await?.into_iter();
    let mut named: Vec<Named> = files
        .map(|held| Named { file: held.file, least: held.end, articles: Some(held.articles) })
        .collect();
    named.extend(store.checkpoint().await?.map(|at| Named {
        file: at.file,
        least: at.offset,
        articles: None,
    }));
    named.retain(|named| !named.file.is_empty());
    Ok(named)
}

impl Error {
    /// The state of the daemon that this tells of; none: a matter of one site.
    pub fn state(&self, now: Timestamp) -> Option<State> {
        let (io, path) = match self {
            Self::Store(fault) => (fault.io(), fault.path().map(|path| path.display().to_string())),
            Self::Archive(fault @ crate::archive::Error::Displaced(path)) => {
                return Some(State::new(
                    StateKind::ArchiveIncomplete,
                    chain(fault),
                    Some(path.display().to_string()),
                    now,
                ));
            }
            Self::Archive(fault) => {
                (fault.io(), fault.path().map(|path| path.display().to_string()))
            }
            _ => return None,
        };
        // Who only heard of a failed sync knows no cause: whoever met it tells.
        Some(State::new(state::kind_of(io?), chain(self), path, now))
    }
}
