//! The keeper: looks after store, archive, disks and clock, enters states that nobody else meets,
//! and ends states that are over.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Components, trouble};
use crate::crawl;
use crate::domain::state::{State, StateKind, chain, kind_of};

/// Between two looks while all is well …
const CALM: Duration = Duration::from_secs(10);
/// … and while something is not.
const TENSE: Duration = Duration::from_secs(1);
/// A disk with fewer free bytes takes nothing.
const ROOM: u64 = 1 << 20;

/// Keeps looking until told to stop.
pub struct Keeper {
    /// The components that are looked after.
    pub components: Weak<Components>,
    /// Told when a state is over.
    pub relieved: Arc<Notify>,
    /// Cancelled when the store is to be set aside and rebuilt.
    pub rebuild: CancellationToken,
    /// Cancelled when the store that one stands in for can be opened.
    pub reopen: CancellationToken,
}

impl Keeper {
    /// Looks after the components.
    pub async fn keep(self, stop: CancellationToken) {
        while let Some(components) = self.components.upgrade() {
            self.look(&components).await;
            let nap = if components.states.is_empty() { CALM } else { TENSE };
            let troubled = components.troubled.clone();
            drop(components);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(nap) => {}
                () = troubled.notified() => tokio::time::sleep(TENSE / 4).await,
            }
        }
    }

    async fn look(&self, components: &Components) {
        if let Some(damage) = components.store.damage() {
            tracing::error!(
                error = damage,
                "the store is damaged: it is set aside and rebuilt from the archive"
            );
            return self.rebuild.cancel();
        }
        if components.stand_in {
            if components.store_opens().await {
                self.reopen.cancel();
            }
            return;
        }
        let mut well = self.clock(components);
        well &= self.archive(components).await;
        well &= self.disks(components).await;
        if !components.states.is_storage() && !components.archive.is_stopped() {
            return self.account(components).await;
        }
        if well && self.mended(components).await {
            self.relieve(components);
        }
    }

    /// Whether the clock can be right.
    fn clock(&self, components: &Components) -> bool {
        let wrong = components.crawl.wrong_clock();
        let blocks = wrong.as_ref().is_some_and(|state| state.blocks_reading);
        match wrong {
            Some(state) => (components.trouble)(state),
            None if trouble::leave(&components.states, StateKind::WrongClock) => {
                self.relieved.notify_one()
            }
            None => {}
        }
        !blocks
    }

    /// Whether the archive is whole.
    async fn archive(&self, components: &Components) -> bool {
        let named = match components.crawl.named().await {
            Ok(named) => named,
            Err(error) => return components.crawl.suffer(&error).is_none(),
        };
        let archive = components.archive.clone();
        let Ok(checked) = tokio::task::spawn_blocking(move || archive.check(&named)).await else {
            return false;
        };
        match checked {
            Ok(missing) if missing.is_empty() => true,
            Ok(missing) => {
                (components.trouble)(trouble::incomplete(
                    missing,
                    components.archive.folder(),
                    Timestamp::now(),
                ));
                false
            }
            Err(fault) => components.crawl.suffer(&crawl::Error::from(fault)).is_none(),
        }
    }

    /// Whether both folders take writes, as far as that shows without a sync.
    async fn disks(&self, components: &Components) -> bool {
        let folders = [components.settings.store.clone(), components.archive.folder().to_owned()];
        let looked = tokio::task::spawn_blocking(move || {
            folders
                .into_iter()
                .find_map(|folder| takes(&folder).err().map(|cause| (folder, cause)))
                .or(None)
        });
        match looked.await {
            Ok(None) => true,
            Ok(Some((folder, cause))) => {
                let path = folder.display().to_string();
                (components.trouble)(State::new(
                    kind_of(&cause),
                    format!("{path}: {cause}"),
                    Some(path),
                    Timestamp::now(),
                ));
                false
            }
            Err(_) => false,
        }
    }

    /// Keeps the archive's account of itself, and closes its file if that is old.
    async fn account(&self, components: &Components) {
        let archive = components.archive.clone();
        if let Ok(Err(fault)) =
            tokio::task::spawn_blocking(move || archive.keep(Timestamp::now())).await
        {
            components.crawl.suffer(&crawl::Error::from(fault));
        }
    }

    /// Whether store and archive can be written again, and all that the archive holds is applied.
    async fn mended(&self, components: &Components) -> bool {
        if components.is_partial().await {
            tracing::warn!(
                "the archive is whole again: the store, which was rebuilt from a part of it, is \
                 rebuilt"
            );
            self.rebuild.cancel();
            return false;
        }
        match components.mend().await {
            Ok(()) => true,
            Err(error) => {
                tracing::debug!(error = %chain(&error), "not mended yet");
                components.crawl.suffer(&error);
                false
            }
        }
    }

    fn relieve(&self, components: &Components) {
        StateKind::ALL.into_iter().filter(|kind| kind.is_storage()).for_each(|kind| {
            trouble::leave(&components.states, kind);
        });
        components.renderer.rebuilding.store(false, Ordering::Release);
        components.renderer.recovered.store(true, Ordering::Release);
        components.renderer.changed.notify_waiters();
        self.relieved.notify_one();
    }
}

/// Whether a folder takes a little: nothing stays, nothing is synced.
fn takes(folder: &Path) -> std::io::Result<()> {
    use rustix::fs::{Access, access, statvfs};
    access(folder, Access::WRITE_OK | Access::EXEC_OK)?;
    let disk = statvfs(folder)?;
    if disk.f_bavail.saturating_mul(disk.f_frsize) < ROOM {
        return Err(std::io::Error::from(rustix::io::Errno::NOSPC));
    }
    Ok(())
}
