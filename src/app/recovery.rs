//! What the archive holds and the store lacks is applied, at start and whenever it can be again;
//! until then that is a state.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::storage::PARTIAL;
use super::{Components, trouble};
use crate::archive;
use crate::crawl::{self, recover};
use crate::domain::State;
use crate::domain::state::{StateKind, chain};
use crate::store;

/// How long a start waits for an archive that cannot be read before it listens without feeds.
pub const PATIENCE: Duration = Duration::from_secs(35);
/// Between two tries meanwhile.
const AGAIN: Duration = Duration::from_secs(1);
/// Said in a store whose rebuilding has stopped at what cannot be read.
const REBUILDING: &str = "rebuilding";

impl Components {
    /// The archive was opened to be read alone.
    pub(super) async fn withheld(&self, fault: archive::Error) -> anyhow::Result<()> {
        let (archive, named) = (self.archive.clone(), self.crawl.named().await?);
        let missing = tokio::task::spawn_blocking(move || archive.check(&named)).await?;
        match missing {
            Ok(missing) if !missing.is_empty() => {
                if self.store.checkpoint().await?.is_none()
                    && self.store.set_value(PARTIAL, "1").await.is_err()
                {
                    tracing::warn!(
                        "that the store is rebuilt from a part of the archive could not be noted"
                    );
                }
                (self.trouble)(trouble::incomplete(
                    missing,
                    self.archive.folder(),
                    Timestamp::now(),
                ));
            }
            _ => {
                self.crawl.suffer(&crawl::Error::from(fault));
            }
        }
        Ok(())
    }

    /// Applies what the store lacks. What cannot be read is waited for if the store is rebuilt from
    /// nothing, and is a state from then on.
    ///
    /// # Errors
    ///
    /// The store's damage, and [`crawl::Error::Stopped`] after a stop: what was applied is
    /// kept, the next start goes on.
    pub(super) async fn recover(
        &self,
        watch: crawl::Watch<'_>,
        patience: Duration,
    ) -> anyhow::Result<()> {
        let rebuilding = self.store.checkpoint().await?.is_none()
            || self.store.value(REBUILDING).await?.is_some_and(|said| !said.is_empty());
        let end = Instant::now() + patience;
        loop {
            match recover(&*self.store, &self.archive, Timestamp::now(), watch).await {
                Ok(done) => return self.recovered(done, rebuilding).await,
                Err(stopped @ crawl::Error::Stopped) => {
                    self.unfinished(rebuilding).await;
                    return Err(stopped.into());
                }
                Err(crawl::Error::Store(damage @ store::Error::Damaged { .. })) => {
                    return Err(damage.into());
                }
                Err(error) => self.stopped(&error, rebuilding).await,
            }
            if watch.stop.is_cancelled() {
                return Err(crawl::Error::Stopped.into());
            }
            if !rebuilding || Instant::now() >= end {
                return Ok(());
            }
            tokio::select! {
                () = watch.stop.cancelled() => {}
                () = tokio::time::sleep(AGAIN) => {}
            }
            self.crawl.reopen().await.ok();
        }
    }

    async fn recovered(&self, done: crawl::Recovered, rebuilding: bool) -> anyhow::Result<()> {
        if done.articles + done.finals + done.damaged > 0 {
            tracing::info!(
                records = done.articles,
                documents = done.finals,
                damaged = done.damaged,
                "records of the archive were applied to the store"
            );
        }
        self.crawl.unapplied.store(false, Ordering::Release);
        trouble::leave(&self.states, StateKind::Recovery);
        if rebuilding {
            self.whole().await?;
        }
        Ok(())
    }

    /// Recovery cannot go on for now: nothing new is folded, no site is asked, and a store that is
    /// being rebuilt is served to nobody.
    async fn stopped(&self, error: &crawl::Error, rebuilding: bool) {
        self.crawl.suffer(error);
        let path = error.state(Timestamp::now()).and_then(|state| state.path);
        (self.trouble)(State::new(StateKind::Recovery, chain(error), path, Timestamp::now()));
        self.renderer.rebuilding.store(rebuilding, Ordering::Release);
        self.unfinished(rebuilding).await;
    }

    /// Notes that a rebuilding has come to no end.
    async fn unfinished(&self, rebuilding: bool) {
        if rebuilding && self.store.set_value(REBUILDING, "1").await.is_err() {
            tracing::warn!("that the store is being rebuilt could not be noted");
        }
    }

    /// A store that was rebuilt from nothing has all that reads.
    async fn whole(&self) -> anyhow::Result<()> {
        if self.store.value(REBUILDING).await?.is_some_and(|said| !said.is_empty()) {
            self.store.set_value(REBUILDING, "").await?;
        }
        Ok(())
    }

    /// Whether the store was rebuilt from a part of the archive.
    pub async fn is_partial(&self) -> bool {
        self.store.value(PARTIAL).await.is_ok_and(|said| said.is_some_and(|said| !said.is_empty()))
    }

    /// What was missing is accepted: the store is what it is.
    ///
    /// # Errors
    ///
    /// When the store does not take the note.
    pub async fn no_longer_partial(&self) -> anyhow::Result<()> {
        if self.is_partial().await {
            self.store.set_value(PARTIAL, "").await?;
        }
        Ok(())
    }

    /// Makes store and archive writable again, applies what is not applied, and sees that the disk
    /// takes writes.
    ///
    /// # Errors
    ///
    /// When the archive still cannot be written or read, or the store does not take what it holds.
    pub async fn mend(&self) -> Result<(), crawl::Error> {
        let rebuilt = self.states.has(StateKind::Recovery)
            && self.renderer.rebuilding.load(Ordering::Acquire);
        self.crawl.mend().await?;
        let archive = self.archive.clone();
        tokio::task::spawn_blocking(move || archive.probe())
            .await
            .map_err(|_| crawl::Error::BrokenOff("a trial write to the archive"))??;
        if rebuilt {
            self.store.set_value(REBUILDING, "").await?;
        }
        Ok(())
    }
}
