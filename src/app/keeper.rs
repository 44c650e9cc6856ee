//! The keeper: looks after store, archive, disks and clock, enters states that nobody else meets,
//! and ends states that are over.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Rooms, trouble};
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
    /// The rooms that are looked after.
    pub rooms: Weak<Rooms>,
    /// Told when a state is over.
    pub relieved: Arc<Notify>,
    /// Cancelled when the store is to be set aside and rebuilt.
    pub rebuild: CancellationToken,
    /// Cancelled when the store that one stands in for can be opened.
    pub reopen: CancellationToken,
}

impl Keeper {
    /// Looks after the rooms.
    pub async fn keep(self, stop: CancellationToken) {
        while let Some(rooms) = self.rooms.upgrade() {
            self.look(&rooms).await;
            let nap = if rooms.states.is_empty() { CALM } else { TENSE };
            let troubled = rooms.troubled.clone();
            drop(rooms);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(nap) => {}
                () = troubled.notified() => tokio::time::sleep(TENSE / 4).await,
            }
        }
    }

    async fn look(&self, rooms: &Rooms) {
        if let Some(damage) = rooms.store.damage() {
            tracing::error!(
                error = damage,
                "the store is damaged: it is set aside and rebuilt from the archive"
            );
            return self.rebuild.cancel();
        }
        if rooms.stand_in {
            if rooms.store_opens().await {
                self.reopen.cancel();
            }
            return;
        }
        let mut well = self.clock(rooms);
        well &= self.archive(rooms).await;
        well &= self.disks(rooms).await;
        if !rooms.states.is_storage() && !rooms.archive.is_stopped() {
            return self.account(rooms).await;
        }
        if well && self.mended(rooms).await {
            self.relieve(rooms);
        }
    }

    /// Whether the clock can be right.
    fn clock(&self, rooms: &Rooms) -> bool {
        let wrong = rooms.crawl.wrong_clock();
        let blocks = wrong.as_ref().is_some_and(|state| state.blocks_reading);
        match wrong {
            Some(state) => (rooms.trouble)(state),
            None if trouble::leave(&rooms.states, StateKind::WrongClock) => {
                self.relieved.notify_one()
            }
            None => {}
        }
        !blocks
    }

    /// Whether the archive is whole.
    async fn archive(&self, rooms: &Rooms) -> bool {
        let named = match rooms.crawl.named().await {
            Ok(named) => named,
            Err(error) => return rooms.crawl.suffer(&error).is_none(),
        };
        let archive = rooms.archive.clone();
        let Ok(checked) = tokio::task::spawn_blocking(move || archive.check(&named)).await else {
            return false;
        };
        match checked {
            Ok(missing) if missing.is_empty() => true,
            Ok(missing) => {
                (rooms.trouble)(trouble::incomplete(
                    missing,
                    rooms.archive.folder(),
                    Timestamp::now(),
                ));
                false
            }
            Err(fault) => rooms.crawl.suffer(&crawl::Error::from(fault)).is_none(),
        }
    }

    /// Whether both folders take writes, as far as that shows without a sync.
    async fn disks(&self, rooms: &Rooms) -> bool {
        let folders = [rooms.settings.store.clone(), rooms.archive.folder().to_owned()];
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
                (rooms.trouble)(State::new(
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
    async fn account(&self, rooms: &Rooms) {
        let archive = rooms.archive.clone();
        if let Ok(Err(fault)) =
            tokio::task::spawn_blocking(move || archive.keep(Timestamp::now())).await
        {
            rooms.crawl.suffer(&crawl::Error::from(fault));
        }
    }

    /// Whether store and archive can be written again, and all that the archive holds is applied.
    async fn mended(&self, rooms: &Rooms) -> bool {
        if rooms.is_partial().await {
            tracing::warn!(
                "the archive is whole again: the store, which was rebuilt from a part of it, is \
                 rebuilt"
            );
            self.rebuild.cancel();
            return false;
        }
        match rooms.mend().await {
            Ok(()) => true,
            Err(error) => {
                tracing::debug!(error = %chain(&error), "not mended yet");
                rooms.crawl.suffer(&error);
                false
            }
        }
    }

    fn relieve(&self, rooms: &Rooms) {
        StateKind::ALL.into_iter().filter(|kind| kind.is_storage()).for_each(|kind| {
            trouble::leave(&rooms.states, kind);
        });
        rooms.renderer.rebuilding.store(false, Ordering::Release);
        rooms.renderer.recovered.store(true, Ordering::Release);
        rooms.renderer.changed.notify_waiters();
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
